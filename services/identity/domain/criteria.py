"""What staff may search by, folded as the search keys are."""

import re
from calendar import isleap
from dataclasses import dataclass
from datetime import date
from typing import Final

from contracts.codes import Code, Sex
from contracts.eras import UnreadableDate, parse_date
from contracts.errors import ContractError
from contracts.months import Month
from services.identity.domain.addresses import AskedAddress

LIMIT: Final = 50
"""So many persons are shown; if there are more, the answer says so and staff narrow it down."""


class Match(Code):
    """How a name and its kana are compared."""

    PREFIX = "prefix", "前方一致"
    WHOLE = "whole", "完全一致"
    PART = "part", "部分一致"
    GIVEN = "given", "名の前方一致"
    """The given name alone begins so."""


@dataclass(frozen=True, slots=True)
class Days:
    """From one day to another, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class DayOfYear:
    """A day whose year nobody said."""

    month: int
    day: int

    @property
    def in_every_year(self) -> list[date]:
        """That day of each year in which somebody on record can have been born."""
        leap_day = (self.month, self.day) == (2, 29)
        years = (year for year in _YEARS if not leap_day or isleap(year))
        return [date(year, self.month, self.day) for year in years]


Birth = tuple[Days, ...] | DayOfYear
"""What a birth date can mean: more than one stretch where the era was not said."""


@dataclass(frozen=True, slots=True)
class Criteria:
    """All that are given must hold. Keys are folded already."""

    kanji: str | None = None
    latin: str | None = None
    """The name again, for names in the Latin alphabet."""
    kana: str | None = None
    reading: str | None = None
    match: Match = Match.PREFIX
    birth: Birth | None = None
    sex: Sex | None = None
    address: AskedAddress | None = None
    addressee_number: str | None = None
    household_number: str | None = None
    token: str | None = None

    @property
    def kinds(self) -> str:
        """Which criteria were used, as codes for the audit record."""
        used = {
            "name": self.kanji,
            "kana": self.kana,
            "birth_date": self.birth,
            "sex": self.sex,
            "address": self.address,
            "addressee_number": self.addressee_number,
            "household_number": self.household_number,
            "token": self.token,
        }
        return ",".join(kind for kind, value in used.items() if value is not None)


_COMPLETIONS: Final = (
    ("day", ("",)),
    # The last day too: 平成元年1月1日 was still Showa.
    ("month", ("1日", "31日", "-01", "/01", ".01")),
    ("year", ("1月1日", "12月31日", "-01-01")),
)
_YEARS: Final = range(1800, 2200)
_NO_YEAR: Final = re.compile(r"\s*(?:--)?([0-9]{1,2})(?:月|-)([0-9]{1,2})日?\s*")
_NO_ERA: Final = re.compile(r"\s*(?:[0-9]{1,2}|元)年.*")
_ERAS: Final = ("明治", "大正", "昭和", "平成", "令和")


def birth_days(text: str) -> Birth:
    """The days that a birth date in either calendar, or part of one, can mean.

    ``1985-05-02`` and ``昭和60年5月2日`` are a day, ``1985-05`` and ``昭和60年5月`` a month,
    ``1985`` and ``昭和60年`` a year; ``60年5月`` is that of every era that has such a year
    (a year of the present era that is yet to come is nobody's);
    ``5月2日`` is that day of any year. Raises `contracts.eras.UnreadableDate` for anything else.
    """
    if (no_year := _NO_YEAR.fullmatch(text)) is not None:
        return _day_of_year(int(no_year[1]), int(no_year[2]))
    if _NO_ERA.fullmatch(text) is None:
        return (_in_one_calendar(text),)
    spans = []
    for era in _ERAS:
        try:
            spans.append(_in_one_calendar(era + text.strip()))
        except UnreadableDate:
            continue
    if not spans:
        raise UnreadableDate("no era has such a year, month or day")
    return tuple(spans)


def _day_of_year(month: int, day: int) -> DayOfYear:
    try:
        # A leap year: the 29th of February is somebody's birthday.
        date(2000, month, day)
    except ValueError:
        raise UnreadableDate("no year has such a day") from None
    return DayOfYear(month, day)


def _in_one_calendar(text: str) -> Days:
    for part, completions in _COMPLETIONS:
        for completion in completions:
            try:
                day = parse_date(text + completion).value
            except ContractError:
                continue
            if day is not None:
                return _span(part, day)
    raise UnreadableDate("not a date, a month or a year")


def _span(part: str, day: date) -> Days:
    if part == "day":
        return Days(day, day)
    if part == "month":
        month = Month.of(day)
        return Days(month.first_day, month.last_day)
    return Days(date(day.year, 1, 1), date(day.year, 12, 31))
