"""Notices: due when, telling what, and whether they take effect. Without servers."""

from datetime import date
from typing import Any

import pytest

from contracts.dates import UncertainDate
from contracts.events import InsuredCategory
from contracts.forms import validate
from contracts.numbers import synthetic_individual_number
from services.qualification.domain.facts import CategoryStatement, PensionNumberStatement
from services.qualification.domain.meanings import CATEGORY_CHANGE_2_TO_1, KINDS
from services.qualification.domain.notices import (
    deadline,
    expected,
    fiscal_year,
    tells,
)
from services.qualification.domain.parameters import NoValue
from services.qualification.files import read_notice_forms
from services.qualification.notice_bodies import NoticeRequest
from tests.qualification.house import noon, notice
from tests.qualification.people import LAW, Life, d, notice_id

FORMS = read_notice_forms()
FORM = FORMS.form(CATEGORY_CHANGE_2_TO_1, d("2026-11-05"))
ID = notice_id("this one")
CARD = {"number": "individual_number_card", "person": "individual_number_card"}
MOTHER = {"name": "甲野花子", "relationship": "母", "authority": "power_of_attorney"}


def values(**dates: str) -> dict[str, Any]:
    return {name: UncertainDate.exact(date.fromisoformat(text)) for name, text in dates.items()}


@pytest.mark.parametrize(
    ("occurred", "accepted", "due", "late"),
    [
        ("2026-11-01", "2026-11-05", "2026-11-15", False),
        ("2026-11-01", "2026-11-15", "2026-11-15", False),
        ("2026-11-01", "2026-11-16", "2026-11-15", True),
        ("2026-12-20", "2027-01-03", "2027-01-03", False),
        ("2016-04-01", "2026-11-05", "2016-04-15", True),
    ],
)
def test_due_within_14_days_the_day_itself_not_counted(
    occurred: str, accepted: str, due: str, late: bool
) -> None:
    found = deadline(CATEGORY_CHANGE_2_TO_1, d(occurred), d(accepted), LAW)
    assert (found.due_on, found.late) == (d(due), late)
    assert ("過ぎています" in found.reason.sentence) == late


def test_a_fact_before_the_parameters_begin_has_no_deadline() -> None:
    with pytest.raises(NoValue):
        deadline(CATEGORY_CHANGE_2_TO_1, d("1980-04-01"), d("2026-11-05"), LAW)


@pytest.mark.parametrize(
    ("day", "year"), [("2026-03-31", 2025), ("2026-04-01", 2026), ("2027-01-10", 2026)]
)
def test_fiscal_years_begin_in_april(day: str, year: int) -> None:
    assert fiscal_year(d(day)) == year


def test_leaving_work_tells_of_category_2_up_to_the_day_after() -> None:
    told = tells(
        CATEGORY_CHANGE_2_TO_1, values(left_employment_on="2026-10-31"), ID, d("2026-11-05")
    )
    assert told.occurred_on == d("2026-11-01")
    assert told.contents == (
        CategoryStatement(InsuredCategory.CATEGORY_2, None, d("2026-11-01"), ID, d("2026-11-05")),
    )


def test_a_basic_pension_number_on_the_form_is_a_fact_of_its_own() -> None:
    given = {**values(left_employment_on="2026-10-31"), "basic_pension_number": "1234567890"}
    told = tells(CATEGORY_CHANGE_2_TO_1, given, ID, d("2026-11-05"))
    assert told.contents[1] == PensionNumberStatement("1234567890", ID, d("2026-11-05"))


@pytest.mark.parametrize(
    ("dates", "accepted", "codes"),
    [
        ({"left_employment_on": "2026-10-31"}, "2026-11-01", []),
        ({"left_employment_on": "2026-10-31"}, "2026-10-31", ["QU-0110"]),
        (
            {"left_employment_on": "2026-10-31", "category_2_since": "2026-10-31"},
            "2026-11-05",
            [],
        ),
        (
            {"left_employment_on": "2026-10-31", "category_2_since": "2026-11-01"},
            "2026-11-05",
            ["QU-0111"],
        ),
    ],
)
def test_what_cannot_be(dates: dict[str, str], accepted: str, codes: list[str]) -> None:
    wrong = KINDS[CATEGORY_CHANGE_2_TO_1].contradictions(values(**dates), d(accepted))
    assert [error.code for error in wrong] == codes


@pytest.mark.parametrize(
    ("life", "reason"),
    [
        (Life("1981-03-03").loaded("2026-10-01", since="2010-04-01"), None),
        (Life("1981-03-03").moves_in("2026-11-02"), None),
        (Life("1966-11-01").loaded("2026-10-01", since="2010-04-01"), "notice-without-effect"),
        (Life("2007-03-03").loaded("2026-10-01", since="2010-04-01"), "notice-without-effect"),
        (Life("昭和56年 月日不詳").loaded("2026-10-01", since="2010-04-01"), None),
        (Life("昭和56年頃").loaded("2026-10-01", since="2010-04-01"), "birth-date-uncertain"),
        (
            Life("1981-03-03").loaded("2026-10-01", since="2010-04-01").moves_abroad("2026-10-20"),
            "notice-without-effect",
        ),
    ],
    ids=["resident", "moved in since", "60", "19", "born in a year", "birth unknown", "abroad"],
)
def test_whether_a_notice_takes_effect(life: Life, reason: str | None) -> None:
    told = tells(
        CATEGORY_CHANGE_2_TO_1, values(left_employment_on="2026-10-31"), ID, d("2026-11-05")
    )
    found = expected(
        CATEGORY_CHANGE_2_TO_1, life.facts, told, ID, noon("2026-11-05"), d("2026-11-05"), LAW
    )
    if reason is None:
        assert found.transition is not None
        assert found.transition.occurred_on == d("2026-11-01")
        assert found.transition.before is InsuredCategory.CATEGORY_2
    else:
        assert found.transition is None
        assert reason in [review.code for review in found.timeline.reviews]


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"left_employment_on": None}, ["CT-0611"]),
        ({"left_employment_on": "令和8年10月31日"}, []),
        ({"left_employment_on": "令和8年10月 日不詳"}, ["CT-0614"]),
        ({"left_employment_on": "2026-12-31"}, ["CT-0616"]),
        ({"attributes_match": False}, ["CT-0613"]),
        ({"change_reason": "other"}, ["CT-0611"]),
        ({"change_reason": "other", "remarks": "組合の解散"}, []),
        ({"remarks": f"番号は{synthetic_individual_number(1)}です"}, ["CT-0617"]),
        ({"favourite_colour": "青"}, ["CT-0610"]),
        ({"attachments": []}, ["CT-0621"]),
        (
            {"attachments": [{"code": "loss-of-employees-pension", "state": "waived"}]},
            ["CT-0623"],
        ),
        ({"identity_check": None}, ["CT-0630"]),
        (
            {"identity_check": {"number": "not_given", "person": "passport"}},
            ["CT-0632"],
        ),
        (
            {"identity_check": {**CARD, "proxy": {**MOTHER, "name": "甲\0野"}}},
            ["CT-0612"],
        ),
        ({"identity_check": {**CARD, "proxy": MOTHER}}, []),
        ({"basic_pension_number": "1234567890"}, ["CT-0621"]),
        ({"basic_pension_number": "12345"}, ["CT-0612", "CT-0621"]),
    ],
)
def test_the_form_takes_what_it_asks_for_and_nothing_else(
    changes: dict[str, Any], codes: list[str]
) -> None:
    request = NoticeRequest.model_validate(notice(ID, **changes))
    errors = validate(FORM, request, today=d("2026-11-05"))
    assert [error.code for error in errors] == codes


def test_every_form_has_a_rule_that_says_what_it_tells() -> None:
    assert {form.kind for form in FORMS} == KINDS.keys()
