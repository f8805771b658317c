"""Eras and the ways that dates are written, as the counter and the register write them."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.dates import DatePrecision as P
from contracts.eras import (
    ERAS,
    FIRST_DAY,
    DateTooEarly,
    NotInEra,
    UnreadableDate,
    era_code,
    era_year,
    fiscal_year_text,
    parse_date,
    wareki,
)

days = st.dates(min_value=FIRST_DAY, max_value=date(2117, 12, 31))

# The fourteen patterns of the resident register standard, with numbers in their circles.
FOURTEEN = [
    ("令和5年頃", P.ABOUT_YEAR, date(2023, 1, 1)),
    ("令和5年10月頃", P.ABOUT_MONTH, date(2023, 10, 1)),
    ("令和5年10月3日頃", P.ABOUT_DAY, date(2023, 10, 3)),
    ("推定令和5年10月3日", P.ESTIMATED_DAY, date(2023, 10, 3)),
    ("推定令和5年10月", P.ESTIMATED_MONTH, date(2023, 10, 1)),
    ("令和5年春", P.SEASON, date(2023, 3, 1)),
    ("令和5年10月上旬", P.PART_OF_MONTH, date(2023, 10, 1)),
    ("令和5年10月中旬頃", P.PART_OF_MONTH, date(2023, 10, 11)),
    ("年月日不詳", P.UNKNOWN, None),
    ("令和5年 月日不詳", P.YEAR, date(2023, 1, 1)),
    ("令和5年10月 日不詳", P.MONTH, date(2023, 10, 1)),
    ("令和5年10月3日から11月4日頃までの間", P.RANGE, date(2023, 10, 3)),
    ("令和5年10月推定3日から5日までの間", P.RANGE, date(2023, 10, 3)),
    ("令和5年10月3日頃から5日頃までの間", P.RANGE, date(2023, 10, 3)),
]


@pytest.mark.parametrize(("notation", "precision", "sorted_as"), FOURTEEN)
def test_the_fourteen_notations_of_dates_not_fully_known(
    notation: str, precision: P, sorted_as: date | None
) -> None:
    read = parse_date(notation)
    assert (read.precision, read.value, read.notation, read.sort_date) == (
        precision,
        None,
        notation,
        sorted_as,
    )


@pytest.mark.parametrize(("notation", "precision", "sorted_as"), FOURTEEN)
def test_width_and_spaces_do_not_matter_and_are_kept(
    notation: str, precision: P, sorted_as: date | None
) -> None:
    wide = notation.translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})
    wide = wide.replace(" ", "").replace("年", "年\u3000", 1)
    read = parse_date(wide)
    assert (read.precision, read.sort_date, read.notation) == (precision, sorted_as, wide)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("令和8年10月1日", date(2026, 10, 1)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("令和1年5月1日", date(2019, 5, 1)),
        ("平成31年4月30日", date(2019, 4, 30)),
        ("昭和64年1月7日", date(1989, 1, 7)),
        ("平成元年1月8日", date(1989, 1, 8)),
        ("昭和元年12月25日", date(1926, 12, 25)),
        ("大正元年7月30日", date(1912, 7, 30)),
        ("明治6年1月1日", date(1873, 1, 1)),
        ("R8.10.1", date(2026, 10, 1)),
        ("r08/10/01", date(2026, 10, 1)),
        ("昭55-4-1", date(1980, 4, 1)),
        ("S55.04.01", date(1980, 4, 1)),
        ("㋿8年10月1日", date(2026, 10, 1)),
        ("2026-10-01", date(2026, 10, 1)),
        ("2026/10/1", date(2026, 10, 1)),
        ("20261001", date(2026, 10, 1)),
        ("2026年10月1日", date(2026, 10, 1)),
        ("西暦2026年10月1日", date(2026, 10, 1)),
        ("２０２６．１０．１", date(2026, 10, 1)),
        (" 令和 ８年１０月 １日\u3000", date(2026, 10, 1)),
        ("昭和59年2月29日", date(1984, 2, 29)),
    ],
)
def test_days_as_they_are_written(written: str, day: date) -> None:
    read = parse_date(written)
    assert (read.precision, read.require(), read.notation) == (P.EXACT, day, written)


@pytest.mark.parametrize(
    ("year", "shown"),
    [(2026, "令和8年度"), (2019, "令和元年度"), (2018, "平成30年度"), (1988, "昭和63年度")],
)
def test_a_fiscal_year_is_named_by_the_era_that_stood_in_december(year: int, shown: str) -> None:
    assert fiscal_year_text(year) == shown


@pytest.mark.parametrize(
    ("written", "day", "shown"),
    [
        ("明治45年7月30日", date(1912, 7, 30), "大正元年7月30日"),
        ("大正15年12月25日", date(1926, 12, 25), "昭和元年12月25日"),
    ],
)
def test_a_day_of_two_eras_is_certain_and_kept_as_written(
    written: str, day: date, shown: str
) -> None:
    read = parse_date(written)
    assert (read.precision, read.require(), read.notation) == (P.TWO_ERA, day, written)
    assert wareki(day) == shown
    assert parse_date(shown).precision is P.EXACT


@pytest.mark.parametrize(
    ("written", "sorted_as"),
    [
        ("昭和5年2月29日", date(1930, 2, 28)),
        ("1930-02-29", date(1930, 2, 28)),
        ("昭和5年4月31日", date(1930, 4, 30)),
    ],
)
def test_a_day_that_no_calendar_has_is_kept_and_never_computed_on(
    written: str, sorted_as: date
) -> None:
    read = parse_date(written)
    assert (read.precision, read.notation, read.sort_date) == (P.NONEXISTENT, written, sorted_as)
    assert not read.is_exact


@pytest.mark.parametrize(
    ("written", "sorted_as"),
    [
        ("令和元年頃", date(2019, 5, 1)),  # not January: that was 平成31年
        ("昭和64年頃", date(1989, 1, 1)),
        ("令和5年初春", date(2023, 3, 1)),
        ("令和5年冬頃", date(2023, 12, 1)),
        ("平成30年12月30日頃から平成31年1月3日頃までの間", date(2018, 12, 30)),
        ("令和5年2月下旬", date(2023, 2, 21)),
        ("推定昭和5年2月30日", date(1930, 2, 28)),
        ("1999年頃", date(1999, 1, 1)),
        ("不詳", None),
    ],
)
def test_sorting_what_is_not_fully_known(written: str, sorted_as: date | None) -> None:
    assert parse_date(written).sort_date == sorted_as


@pytest.mark.parametrize(
    "written",
    ["明治5年12月31日", "明治元年頃", "1872-12-31", "明治5年 月日不詳", "0001-01-01", "明治5年春"],
)
def test_nothing_before_meiji_6(written: str) -> None:
    with pytest.raises(DateTooEarly, match="CT-0202"):
        parse_date(written)


@pytest.mark.parametrize(
    "written",
    [
        "明治45年7月31日",
        "大正元年7月29日",
        "大正15年12月26日",
        "昭和64年1月8日",
        "昭和65年1月1日",
        "平成31年5月1日",
        "令和元年4月30日",
        "平成32年頃",
        "平成31年12月30日頃から令和2年1月3日頃までの間",
        "令和0年1月1日",
    ],
)
def test_a_day_outside_its_era_is_refused(written: str) -> None:
    with pytest.raises(NotInEra, match="CT-0203"):
        parse_date(written)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "令和",
        "令和8年",
        "令和8年13月1日",
        "令和8年10月32日",
        "令和8年10月0日",
        "2026-10/01",
        "0000-01-01",
        "慶応3年1月1日",
        "令和5年10月5日から3日までの間",
        "tomorrow",
        "令和8年10月1日頃" + " " * 72,
    ],
)
def test_what_is_no_date_is_refused_without_repeating_it(written: str) -> None:
    with pytest.raises(UnreadableDate, match="CT-0201") as caught:
        parse_date(written)
    assert not written.strip() or written.strip() not in str(caught.value)


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(1873, 1, 1), "1"),
        (date(1912, 7, 29), "1"),
        (date(1912, 7, 30), "3"),
        (date(1926, 12, 25), "5"),
        (date(1989, 1, 7), "5"),
        (date(1989, 1, 8), "7"),
        (date(2019, 4, 30), "7"),
        (date(2019, 5, 1), "9"),
    ],
)
def test_era_digits_of_the_media(day: date, code: str) -> None:
    assert era_code(day) == code


def test_no_era_before_meiji_6() -> None:
    with pytest.raises(DateTooEarly):
        wareki(date(1872, 12, 31))


@given(days)
def test_what_is_shown_reads_back(day: date) -> None:
    assert parse_date(wareki(day)).require() == day
    assert parse_date(day.isoformat()).require() == day


@given(days)
def test_an_era_year_is_within_its_era(day: date) -> None:
    era = next(era for era in ERAS if era.code == era_code(day))
    assert era.first_day <= day <= era.last_day
    assert era_year(day) >= 1


@given(
    st.text(max_size=30) | st.text("明治大正昭和平成令和年月日頃推定0123456789不詳", max_size=16)
)
def test_any_text_is_read_or_refused_with_a_number(text: str) -> None:
    with suppress(UnreadableDate, DateTooEarly, NotInEra):
        assert parse_date(text).notation == text
