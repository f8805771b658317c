"""Months: counting, order, and their form in events."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from contracts.months import InvalidMonth, Month

months = st.builds(Month, st.integers(1, 9999), st.integers(1, 12))
working_months = st.builds(Month, st.integers(1900, 2100), st.integers(1, 12))


@pytest.mark.parametrize(
    ("start", "step", "expected"),
    [
        ("2026-10", 3, "2027-01"),
        ("2026-01", -1, "2025-12"),
        ("2026-12", 1, "2027-01"),
        ("2026-10", 0, "2026-10"),
        ("2026-10", 480, "2066-10"),  # 20 to 60: forty years of insurance
        ("2026-10", -24, "2024-10"),
    ],
)
def test_moving_by_months(start: str, step: int, expected: str) -> None:
    assert str(Month.parse(start) + step) == expected
    assert str(Month.parse(start) - -step) == expected


@pytest.mark.parametrize(
    ("month", "first", "last"),
    [
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28)),
        ("2026-04", date(2026, 4, 1), date(2026, 4, 30)),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_first_and_last_day(month: str, first: date, last: date) -> None:
    assert (Month.parse(month).first_day, Month.parse(month).last_day) == (first, last)


@pytest.mark.parametrize(
    "text", ["2026-13", "2026-00", "2026-1", "202610", "0000-01", "2026-10-01", "２０２６-10", ""]
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(InvalidMonth, match="CT-0101"):
        Month.parse(text)


def test_a_month_never_leaves_the_calendar() -> None:
    with pytest.raises(InvalidMonth):
        Month(9999, 12) + 1
    with pytest.raises(InvalidMonth):
        Month(1, 1) - 1


@given(months)
def test_writing_and_reading_give_the_same_month(month: Month) -> None:
    assert Month.parse(str(month)) == month


@given(working_months, st.integers(-1000, 1000))
def test_difference_undoes_addition(month: Month, step: int) -> None:
    assert (month + step) - month == step
    assert (month + step) - step == month


@given(working_months, working_months)
def test_order_is_that_of_the_calendar(one: Month, other: Month) -> None:
    assert (one < other) == (one.first_day < other.first_day) == (one - other < 0)


@given(st.dates())
def test_a_day_lies_in_its_month(day: date) -> None:
    month = Month.of(day)
    assert month.first_day <= day <= month.last_day


def test_in_events_a_month_is_a_string() -> None:
    class Premium(BaseModel):
        month: Month

    premium = Premium.model_validate_json('{"month":"2026-10"}')
    assert premium.month == Month(2026, 10)
    assert Premium(month=Month(2026, 10)) == premium
    assert premium.model_dump_json() == '{"month":"2026-10"}'
    assert TypeAdapter(Month).json_schema()["type"] == "string"


@pytest.mark.parametrize("written", ['"2026-13"', '"0000-01"', '"2026-1"', "202610", "null"])
def test_a_wrong_month_in_an_event_is_an_invalid_field(written: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Month).validate_json(written)
