"""Birth dates in either calendar, whole or in part."""

from datetime import date

import pytest

from contracts.eras import UnreadableDate
from services.identity.domain.criteria import Criteria, DayOfYear, Days, birth_days

DAY, MONTH, YEAR = (
    Days(date(1985, 5, 2), date(1985, 5, 2)),
    Days(date(1985, 5, 1), date(1985, 5, 31)),
    Days(date(1985, 1, 1), date(1985, 12, 31)),
)


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("1985-05-02", DAY),
        ("1985/5/2", DAY),
        ("19850502", DAY),
        ("昭和60年5月2日", DAY),
        ("S60.5.2", DAY),
        ("昭和６０年５月２日", DAY),
        ("1985-05", MONTH),
        ("1985年5月", MONTH),
        ("昭和60年5月", MONTH),
        ("1985", YEAR),
        ("昭和60年", YEAR),
        ("平成元年1月", Days(date(1989, 1, 1), date(1989, 1, 31))),
        ("平成元年", Days(date(1989, 1, 1), date(1989, 12, 31))),
        ("昭和64年", Days(date(1989, 1, 1), date(1989, 12, 31))),
        ("大正15年12月", Days(date(1926, 12, 1), date(1926, 12, 31))),
    ],
)
def test_read(written: str, days: Days) -> None:
    assert birth_days(written) == (days,)


@pytest.mark.parametrize("written", ["", "昭和", "85", "1985-13", "昭和65年", "花子", "年月日不詳"])
def test_not_read(written: str) -> None:
    with pytest.raises(UnreadableDate):
        birth_days(written)


def test_the_audit_record_tells_what_was_searched_by_and_not_for_what() -> None:
    criteria = Criteria(kanji="山田", latin="山田", birth=(DAY,), token="0" * 32)
    assert criteria.kinds == "name,birth_date,token"


def _day(year: int) -> Days:
    return Days(date(year, 5, 2), date(year, 5, 2))


def _month(year: int) -> Days:
    return Days(date(year, 8, 1), date(year, 8, 31))


def _year(year: int) -> Days:
    return Days(date(year, 1, 1), date(year, 12, 31))


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("5月2日", DayOfYear(5, 2)),
        ("2月29日", DayOfYear(2, 29)),
        ("--05-02", DayOfYear(5, 2)),
        ("05-02", DayOfYear(5, 2)),
        ("60年5月2日", (_day(1985), _day(2078))),
        ("元年", (_year(1912), _year(1926), _year(1989), _year(2019))),
        ("5年8月", (_month(1916), _month(1930), _month(1993), _month(2023))),
    ],
)
def test_without_year_or_era(written: str, days: object) -> None:
    assert birth_days(written) == days


def test_a_day_of_every_year_is_in_each_that_has_it() -> None:
    days = DayOfYear(5, 2).in_every_year
    assert {date(1868, 5, 2), date(1985, 5, 2), date(2099, 5, 2)} <= set(days)
    assert {(day.month, day.day) for day in days} == {(5, 2)}
    leap_days = DayOfYear(2, 29).in_every_year
    assert date(2000, 2, 29) in leap_days
    assert all(day.year % 4 == 0 and day.year != 1900 for day in leap_days)


@pytest.mark.parametrize("written", ["2月30日", "13月1日", "60年13月", "0月0日", "5年2月30日"])
def test_no_such_day_in_any_year_or_era(written: str) -> None:
    with pytest.raises(UnreadableDate):
        birth_days(written)
