"""What staff may search by, folded as the search keys are."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from contracts.eras import UnreadableDate, parse_date
from contracts.errors import ContractError
from contracts.months import Month

LIMIT: Final = 50
"""So many persons are shown; if there are more, the answer says so and staff narrow it down."""


@dataclass(frozen=True, slots=True)
class Days:
    """From one day to another, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Criteria:
    """All that are given must hold. Keys are folded already."""

    kanji: str | None = None
    latin: str | None = None
    """The name again, for names in the Latin alphabet."""
    kana: str | None = None
    reading: str | None = None
    birth: Days | None = None
    addressee_number: str | None = None
    token: str | None = None

    @property
    def kinds(self) -> str:
        """Which criteria were used, as codes for the audit record."""
        used = {
            "name": self.kanji,
            "kana": self.kana,
            "birth_date": self.birth,
            "addressee_number": self.addressee_number,
            "token": self.token,
        }
        return ",".join(kind for kind, value in used.items() if value is not None)


_COMPLETIONS: Final = (
    ("day", ("",)),
    # The last day too: 平成元年1月1日 was still Showa.
    ("month", ("1日", "31日", "-01", "/01", ".01")),
    ("year", ("1月1日", "12月31日", "-01-01")),
)


def birth_days(text: str) -> Days:
    """The days that a birth date in either calendar, or the beginning of one, can mean.

    ``1985-05-02`` and ``昭和60年5月2日`` are a day, ``1985-05`` and ``昭和60年5月`` a month,
    ``1985`` and ``昭和60年`` a year. Raises `contracts.eras.UnreadableDate` for anything else.
    """
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
