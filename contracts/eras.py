"""Japanese eras: writing dates in them (和暦) and reading dates as people and registers write them.

Dates are kept Western and shown in their era. The first day that can be read or shown is
1873-01-01 (明治6年1月1日), when Japan took over the Gregorian calendar: until then, the first of an
era's December was not the first of a Western one.
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import ClassVar, Final

from contracts.dates import DatePrecision, UncertainDate
from contracts.errors import ContractError

FIRST_DAY: Final = date(1873, 1, 1)


class UnreadableDate(ContractError):
    """Not written in any of the ways that a date is written."""

    code: ClassVar[str] = "CT-0201"


class DateTooEarly(ContractError):
    """A day before 明治6年1月1日."""

    code: ClassVar[str] = "CT-0202"


class NotInEra(ContractError):
    """The era had not begun on that day, or had ended (昭和65年)."""

    code: ClassVar[str] = "CT-0203"


@dataclass(frozen=True, slots=True)
class Era:
    """An era. The last day of Meiji and of Taisho is the first of the next era too."""

    name: str
    letter: str
    code: str
    """The digit that JPS's media write for it."""
    year_one: int
    first_day: date
    last_day: date


ERAS: Final = (
    Era("明治", "M", "1", 1868, FIRST_DAY, date(1912, 7, 30)),
    Era("大正", "T", "3", 1912, date(1912, 7, 30), date(1926, 12, 25)),
    Era("昭和", "S", "5", 1926, date(1926, 12, 25), date(1989, 1, 7)),
    Era("平成", "H", "7", 1989, date(1989, 1, 8), date(2019, 4, 30)),
    Era("令和", "R", "9", 2019, date(2019, 5, 1), date.max),
)
_BY_WRITING: Final = {
    writing: era for era in ERAS for writing in (era.name, era.name[0], era.letter)
}


def era_of(day: date) -> Era:
    """The era of a day; of a day of two eras, the one that began. Raises `DateTooEarly`."""
    for era in reversed(ERAS):
        if day >= era.first_day:
            return era
    raise DateTooEarly("no day before 1873-01-01 has an era here")


def era_code(day: date) -> str:
    """The digit that JPS's media write for the era of ``day``: M 1, T 3, S 5, H 7, R 9."""
    return era_of(day).code


def era_year(day: date) -> int:
    """The year of ``day`` in its era; 元年 is 1."""
    return day.year - era_of(day).year_one + 1


def wareki(day: date) -> str:
    """``day`` in its era, e.g. ``令和8年10月1日``, ``令和元年5月1日``. Raises `DateTooEarly`."""
    year = era_year(day)
    return f"{era_of(day).name}{'元' if year == 1 else year}年{day.month}月{day.day}日"


def fiscal_year_text(year: int) -> str:
    """The fiscal year that begins in April of ``year``, e.g. ``令和8年度``, ``令和元年度``: named
    by the era that stood in December. Raises `DateTooEarly`."""
    day = date(year, 12, 31)
    of_era = era_year(day)
    return f"{era_of(day).name}{'元' if of_era == 1 else of_era}年度"


def possible_days(written: UncertainDate) -> tuple[date, date] | None:
    """The first and the last day that a date can be; None where the writing sets no bounds.

    「昭和55年5月 日不詳」 is a day of that month, 「昭和55年5月頃」 may be one of another.
    """
    if written.value is not None:
        return written.value, written.value
    if written.precision not in _BOUNDED or re.search(_ABOUT, written.notation):
        return None
    folded = re.sub(r"\s", "", unicodedata.normalize("NFKC", written.notation))
    for pattern, precision in _NOTATIONS:
        found = pattern.fullmatch(folded)
        if found is not None and precision is written.precision:
            parts = {name: part for name, part in found.groupdict().items() if part}
            year, era = _year(parts)
            first, last = _span(parts, year, precision)
            if era is None:
                return first, last
            return max(first, era.first_day), min(last, era.last_day)
    return None


# A form's days are read again wherever the form is looked at.
@lru_cache(maxsize=4096)
def parse_date(text: str) -> UncertainDate:
    """Read a date in Western or era years, or in one of the notations for dates not fully known.

    Width and spaces do not matter; the notation is kept as it was given. A day that the calendar
    does not have (昭和5年2月29日) is kept as written and is not exact: whether the field at hand
    may hold one is for the caller to say.

    Raises `UnreadableDate`, `DateTooEarly` or `NotInEra`. Source: the fourteen patterns of the
    resident register standard (不詳日表記パターン) and its two days of two eras.
    """
    folded = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    for pattern, precision in _NOTATIONS:
        written = pattern.fullmatch(folded)
        if written is not None and len(text) <= 72:
            parts = {name: part for name, part in written.groupdict().items() if part}
            return _read(parts, precision, text)
    raise UnreadableDate("not written as a date")


_YEAR = (
    r"(?:(?P<era{0}>明治|大正|昭和|平成|令和|[明大昭平令MTSHRmtshr])(?P<era_year{0}>元|[0-9]{{1,2}})"
    r"|(?:西暦)?(?P<year{0}>[0-9]{{4}}))"
)
_Y = _YEAR.format("") + "年"
_M = r"(?P<month>[0-9]{1,2})月"
_D = r"(?P<day>[0-9]{1,2})日"
_ABOUT = "(?:頃|ごろ|ころ)"
_TO = f"(?:{_YEAR.format('_to')}年)?(?:(?P<month_to>[0-9]{{1,2}})月)?(?P<day_to>[0-9]{{1,2}})日"

_NOTATIONS: Final = tuple(
    (re.compile(pattern), precision)
    for pattern, precision in (
        (_Y + _M + _D, DatePrecision.EXACT),
        (
            _YEAR.format("") + r"(?P<sep>[-/.])(?P<month>[0-9]{1,2})(?P=sep)(?P<day>[0-9]{1,2})",
            DatePrecision.EXACT,
        ),
        (r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})", DatePrecision.EXACT),
        (_Y + _M + _D + _ABOUT, DatePrecision.ABOUT_DAY),
        ("推定" + _Y + _M + _D, DatePrecision.ESTIMATED_DAY),
        (_Y + _M + _ABOUT, DatePrecision.ABOUT_MONTH),
        ("推定" + _Y + _M, DatePrecision.ESTIMATED_MONTH),
        (_Y + _M + f"(?P<part>[上中下])旬{_ABOUT}?", DatePrecision.PART_OF_MONTH),
        (_Y + f"[初仲晩]?(?P<season>[春夏秋冬]){_ABOUT}?", DatePrecision.SEASON),
        (_Y + _M + "日不詳", DatePrecision.MONTH),
        (_Y + "月日不詳", DatePrecision.YEAR),
        (_Y + _ABOUT, DatePrecision.ABOUT_YEAR),
        (
            f"{_Y}{_M}(?:推定)?{_D}{_ABOUT}?から{_TO}{_ABOUT}?までの間",
            DatePrecision.RANGE,
        ),
        ("(?:年月日)?不詳", DatePrecision.UNKNOWN),
    )
)

_BOUNDED: Final = (DatePrecision.YEAR, DatePrecision.MONTH, DatePrecision.PART_OF_MONTH)

# Only an order among the seasons of one year: nobody's winter is decided here.
_SEASON_MONTH: Final = {"春": 3, "夏": 6, "秋": 9, "冬": 12}
_PART_DAYS: Final = {"上": (1, 10), "中": (11, 20), "下": (21, 31)}

_Parts = Mapping[str, str]
"""The named parts of a writing, as far as they were written."""


def _read(parts: _Parts, precision: DatePrecision, notation: str) -> UncertainDate:
    if precision is DatePrecision.UNKNOWN:
        return UncertainDate(precision=precision, notation=notation)
    year, era = _year(parts)
    first, last = _span(parts, year, precision)
    if year < FIRST_DAY.year:
        raise DateTooEarly("before 1873-01-01")
    if era is not None:
        if last < era.first_day or first > era.last_day:
            raise NotInEra("that day is not of that era")
        first = max(first, era.first_day)
    if precision is DatePrecision.EXACT:
        if first.day != int(parts["day"]):
            precision = DatePrecision.NONEXISTENT
        elif era is not None and era is not era_of(first):
            precision = DatePrecision.TWO_ERA
    certain = precision in (DatePrecision.EXACT, DatePrecision.TWO_ERA)
    return UncertainDate(
        precision=precision,
        value=first if certain else None,
        notation=notation,
        sort_date=first,
    )


def _year(parts: _Parts, suffix: str = "") -> tuple[int, Era | None]:
    if (western := parts.get(f"year{suffix}")) is not None:
        return int(western), None
    era, in_era = _BY_WRITING[parts[f"era{suffix}"].upper()], parts[f"era_year{suffix}"]
    number = 1 if in_era == "元" else int(in_era)
    if number == 0:
        raise NotInEra("the first year of an era is 1")
    return era.year_one + number - 1, era


def _span(parts: _Parts, year: int, precision: DatePrecision) -> tuple[date, date]:
    """The first and the last day that the writing can mean."""
    month = int(parts.get("month", 1))
    match precision:
        case DatePrecision.YEAR | DatePrecision.ABOUT_YEAR:
            return _day(year, 1, 1), _day(year, 12, 31)
        case DatePrecision.SEASON:
            return _day(year, _SEASON_MONTH[parts["season"]], 1), _day(year, 12, 31)
        case DatePrecision.MONTH | DatePrecision.ABOUT_MONTH | DatePrecision.ESTIMATED_MONTH:
            return _day(year, month, 1), _day(year, month, 31)
        case DatePrecision.PART_OF_MONTH:
            first, last = _PART_DAYS[parts["part"]]
            return _day(year, month, first), _day(year, month, last)
    begin = _day(year, month, int(parts["day"]))
    if precision is not DatePrecision.RANGE:
        return begin, begin
    year_to = _year(parts, "_to")[0] if {"year_to", "era_to"} & parts.keys() else year
    end = _day(year_to, int(parts.get("month_to", month)), int(parts["day_to"]))
    if end < begin:
        raise UnreadableDate("the range ends before it begins")
    return begin, end


def _day(year: int, month: int, day: int) -> date:
    """The day, or the last of its month where the month has none of that number."""
    if not (year >= 1 and 1 <= month <= 12 and 1 <= day <= 31):
        raise UnreadableDate("no month has such a day")
    return date(year, month, min(day, monthrange(year, month)[1]))
