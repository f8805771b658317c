"""By when an item has to be with JPS: fourteen days from acceptance, the first day not counted."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.events import ReportItemKind
from services.jps_reporting.domain.deadlines import (
    DeadlineTable,
    NoDeadlineKnown,
    last_day_of,
)
from tests.jps_reporting.making import PARAMETERS, Kind

TABLE = PARAMETERS.deadlines


@pytest.mark.parametrize(
    ("accepted", "due"),
    [
        (date(2026, 10, 1), date(2026, 10, 15)),  # 民法140条: the 1st itself does not count
        (date(2026, 10, 20), date(2026, 11, 3)),  # ends on a holiday (文化の日): not moved
        (date(2026, 10, 17), date(2026, 10, 31)),  # ends on a Saturday: not moved
        (date(2026, 12, 20), date(2027, 1, 3)),  # over the turn of the year
        (date(2027, 2, 14), date(2027, 2, 28)),
        (date(2027, 2, 15), date(2027, 3, 1)),  # common year
        (date(2028, 2, 15), date(2028, 2, 29)),  # leap year
        (date(2010, 1, 1), date(2010, 1, 15)),  # the first day that the table answers for
    ],
)
def test_a_notice_is_reported_within_fourteen_days(accepted: date, due: date) -> None:
    found = TABLE.due(Kind.ACQUISITION, accepted)
    assert found.on == due
    assert found.statutory
    assert found.article == "国民年金法施行規則9条1項"


@pytest.mark.parametrize(
    "kind",
    [
        Kind.ADDITIONAL_PREMIUM_START,
        Kind.ADDITIONAL_PREMIUM_END,
        Kind.UNPAID_BENEFIT_CLAIM,
        Kind.PAY_REQUEST,
        Kind.PAY_REQUEST_CHANGE,
    ],
)
def test_applications_and_claims_have_an_office_target_not_a_deadline(
    kind: ReportItemKind,
) -> None:
    found = TABLE.due(kind, date(2026, 10, 1))
    assert found.on == date(2026, 10, 15)
    assert not found.statutory
    assert found.article == "国民年金法施行規則64条1項"


@pytest.mark.parametrize("kind", [Kind.NAME_CHANGE, Kind.ADDRESS_CHANGE])
def test_changes_of_name_and_address_are_among_the_notices_of_the_fourteen_days(
    kind: ReportItemKind,
) -> None:
    found = TABLE.due(kind, date(2026, 10, 1))
    assert (found.on, found.statutory) == (date(2026, 10, 15), True)
    assert found.article == "国民年金法施行規則9条1項"


@pytest.mark.parametrize(
    ("kind", "article"),
    [
        (Kind.VOLUNTARY_APPLICATION, "国民年金法施行令1条の2第1号"),
        (Kind.SPECIAL_VOLUNTARY_APPLICATION, "国民年金法施行令1条の2第1号"),
        (Kind.VOLUNTARY_WITHDRAWAL, "国民年金法施行令1条の2第1号"),
        (Kind.CATEGORY_3_NOTICE, "国民年金法12条5項、同法施行規則11条"),
        (Kind.PENSION_NUMBER_NOTICE_REISSUE, "国民年金法12条5項、同法施行規則11条"),
    ],
)
def test_what_is_passed_on_has_an_office_target(kind: ReportItemKind, article: str) -> None:
    found = TABLE.due(kind, date(2026, 10, 1))
    assert (found.on, found.statutory, found.article) == (date(2026, 10, 15), False, article)


BY_NOTICE = [
    Kind.STATUTORY_EXEMPTION_START,
    Kind.STATUTORY_EXEMPTION_END,
    Kind.MATERNITY_EXEMPTION,
    Kind.CHILD_CARE_EXEMPTION,
    Kind.CHILD_CARE_EXEMPTION_END,
    Kind.FARMERS_PENSION_START,
    Kind.FARMERS_PENSION_END,
]


@pytest.mark.parametrize("kind", BY_NOTICE)
def test_notices_of_exemption_are_none_of_the_six_that_the_fourteen_days_are_for(
    kind: ReportItemKind,
) -> None:
    found = TABLE.due(kind, date(2026, 10, 1))
    assert found.on == date(2026, 10, 15)
    assert not found.statutory
    assert found.article == "国民年金法105条2項・12条4項"


def test_a_day_that_no_row_covers_is_an_error_not_the_nearest_row() -> None:
    with pytest.raises(NoDeadlineKnown):
        TABLE.due(Kind.LOSS, date(2009, 12, 31))


@pytest.mark.parametrize("kind", Kind)
def test_a_period_that_ends_beyond_the_calendar_has_no_deadline(kind: ReportItemKind) -> None:
    with pytest.raises(NoDeadlineKnown):
        TABLE.due(kind, date.max)


def test_a_change_of_law_is_a_new_row() -> None:
    row = TABLE.deadline[0].model_dump(mode="json")
    table = DeadlineTable.model_validate(
        {
            "deadline": [
                row | {"valid_to": "2027-03-31"},
                row | {"id": "DL-new", "days": 10, "valid_from": "2027-04-01"},
            ]
        }
    )
    assert table.due(Kind.LOSS, date(2027, 3, 31)).on == date(2027, 4, 14)
    assert table.due(Kind.LOSS, date(2027, 4, 1)).on == date(2027, 4, 11)


def test_two_rows_for_one_day_are_refused() -> None:
    row = TABLE.deadline[0].model_dump(mode="json")
    with pytest.raises(ValidationError, match="overlap"):
        DeadlineTable.model_validate(
            {"deadline": [row, row | {"id": "DL-new", "valid_from": "2027-04-01"}]}
        )


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_a_row(kind: ReportItemKind) -> None:
    assert TABLE.due(kind, date(2026, 10, 1))


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(1, 400))
def test_a_period_has_as_many_days_after_its_first(day: date, days: int) -> None:
    last = last_day_of(days, day)
    assert (last - day) == timedelta(days=days)
    assert last_day_of(days, day + timedelta(days=1)) == last + timedelta(days=1)


def test_a_period_without_a_day_is_none() -> None:
    with pytest.raises(ValueError, match="a day at least"):
        last_day_of(0, date(2026, 10, 1))
