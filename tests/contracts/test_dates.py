"""Partly known dates: a rule gets a day or an error, never a guess."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.dates import DatePrecision, InexactDate, UncertainDate

DAY = date(1980, 4, 1)
INEXACT = [p for p in DatePrecision if p not in (DatePrecision.EXACT, DatePrecision.TWO_ERA)]


@given(st.dates())
def test_an_exact_date_is_its_day(day: date) -> None:
    known = UncertainDate.exact(day)
    assert known.is_exact
    assert known.require() == day == known.sort_date
    assert known.notation == day.isoformat()
    assert UncertainDate.model_validate_json(known.model_dump_json()) == known


@pytest.mark.parametrize("precision", INEXACT)
def test_no_rule_gets_a_day_out_of_an_inexact_date(precision: DatePrecision) -> None:
    sort_date = None if precision is DatePrecision.UNKNOWN else DAY
    uncertain = UncertainDate(precision=precision, notation="昭和55年頃", sort_date=sort_date)
    assert not uncertain.is_exact
    with pytest.raises(InexactDate, match="CT-0204"):
        uncertain.require()


def test_the_error_does_not_repeat_the_date() -> None:
    uncertain = UncertainDate(
        precision=DatePrecision.ABOUT_YEAR, notation="昭和55年頃", sort_date=DAY
    )
    with pytest.raises(InexactDate) as caught:
        uncertain.require()
    assert "55" not in str(caught.value)
    assert "1980" not in str(caught.value)


@pytest.mark.parametrize(
    ("situation", "parts"),
    [
        ("exact without a day", {"precision": "exact", "sort_date": DAY}),
        ("exact, sorted elsewhere", {"precision": "exact", "value": DAY, "sort_date": date.min}),
        ("exact, not sorted", {"precision": "exact", "value": DAY}),
        ("inexact with a day", {"precision": "about_year", "value": DAY, "sort_date": DAY}),
        ("inexact, not sorted", {"precision": "month"}),
        ("unknown, but sorted", {"precision": "unknown", "sort_date": DAY}),
        ("unknown, with a day", {"precision": "unknown", "value": DAY}),
        ("an unknown precision", {"precision": "roughly", "sort_date": DAY}),
        ("an unknown field", {"precision": "unknown", "era": "R"}),
        ("an empty notation", {"precision": "unknown", "notation": ""}),
        ("a notation too long", {"precision": "unknown", "notation": "不" * 73}),
    ],
)
def test_parts_that_contradict_each_other_are_refused(
    situation: str, parts: dict[str, object]
) -> None:
    with pytest.raises(ValidationError):
        UncertainDate.model_validate({"notation": "1980-04-01", **parts})


def test_a_refused_date_is_not_repeated_in_the_error() -> None:
    with pytest.raises(ValidationError) as caught:
        UncertainDate.model_validate({"precision": "exact", "notation": "1980-04-01"})
    assert "1980" not in str(caught.value)
