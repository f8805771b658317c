"""What an application's form says, what of it cannot be, and whom its review asks about."""

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from contracts.events import FactPurpose, FactsRequested, Whose
from contracts.events.feeds import Span
from contracts.forms import Submission, Value, outstanding, read_forms, validate, values_of
from contracts.months import Month
from services.exemptions import domain
from services.exemptions.domain.asked import (
    ITEMS,
    ApplicationKind,
    Said,
    application,
    contradictions,
    questions,
)
from services.exemptions.domain.case import BEFORE, case
from services.exemptions.domain.facts import PersonFacts
from services.exemptions.domain.kinds import ExemptionKind
from services.identity.tables import read_fact_purposes
from tests.exemptions.applying import a_student_application, an_application

FORMS = read_forms(Path(domain.__file__).parent.parent / "forms")
ME, SPOUSE, FATHER = (UUID(int=n, version=4) for n in (1, 2, 3))
TODAY = date(2026, 10, 15)
STUDENT = ApplicationKind.STUDENT
EXEMPTION = ApplicationKind.EXEMPTION
HERE: dict[str, Any] = {"spouse_status": "here", "spouse": str(SPOUSE)}
AT_HOME: dict[str, Any] = {"householder_status": "here", "householder": str(FATHER)}


def handed_in(kind: ApplicationKind = EXEMPTION, **entered: Any) -> Submission:
    make = an_application if kind is EXEMPTION else a_student_application
    return Submission.model_validate(make(ME, **entered)["submission"])


def values(kind: ApplicationKind = EXEMPTION, **entered: Any) -> dict[str, Value]:
    form, submission = FORMS.form(kind.value, TODAY), handed_in(kind, **entered)
    assert validate(form, submission, today=TODAY) == []
    return values_of(form, submission)


def said(kind: ApplicationKind = EXEMPTION, **entered: Any) -> Said:
    return application(kind, values(kind, **entered))


def test_without_anything_special_it_is_of_the_whole_cycle_and_the_usual_order() -> None:
    told = said()
    assert (told.first, told.last) == (Month(2026, 7), Month(2027, 6))
    assert told.wanted == (
        ExemptionKind.FULL,
        ExemptionKind.THREE_QUARTERS,
        ExemptionKind.HALF,
        ExemptionKind.QUARTER,
        ExemptionKind.DEFERMENT,
    )


def test_deferment_may_be_asked_for_before_the_parts() -> None:
    told = said(deferment_before_parts=True, quarter=False)
    assert [kind.value for kind in told.wanted] == ["full", "deferment", "three_quarters", "half"]


def test_a_students_cycle_begins_in_april() -> None:
    told = said(STUDENT)
    assert (told.first, told.last) == (Month(2026, 4), Month(2027, 3))
    assert told.wanted == (ExemptionKind.STUDENT,)
    assert told.school is not None
    assert told.school.graduates_on == date(2029, 3, 31)


@pytest.mark.parametrize(
    ("entered", "asked", "purpose"),
    [
        ({}, [(Whose.APPLICANT, ME)], FactPurpose.EXEMPTION_REVIEW),
        (
            HERE | AT_HOME,
            [(Whose.APPLICANT, ME), (Whose.SPOUSE, SPOUSE), (Whose.HOUSEHOLDER, FATHER)],
            FactPurpose.EXEMPTION_REVIEW,
        ),
        (
            HERE | {"householder_status": "spouse"},
            [(Whose.APPLICANT, ME), (Whose.SPOUSE, SPOUSE)],
            FactPurpose.EXEMPTION_REVIEW,
        ),
        ({"spouse_status": "elsewhere"}, [(Whose.APPLICANT, ME)], FactPurpose.EXEMPTION_REVIEW),
        (
            HERE | AT_HOME | dict.fromkeys(("full", "three_quarters", "half", "quarter"), False),
            [(Whose.APPLICANT, ME), (Whose.SPOUSE, SPOUSE)],
            FactPurpose.DEFERMENT_REVIEW,
        ),
        (
            HERE
            | AT_HOME
            | {
                "violence": True,
                "violence_since": "令和8年夏頃",
                "applicant_in_difficulty": True,
                "householder_in_difficulty": True,
            },
            [(Whose.APPLICANT, ME), (Whose.HOUSEHOLDER, FATHER)],
            FactPurpose.EXEMPTION_REVIEW,
        ),
    ],
    ids=[
        "single",
        "married, with the father as head",
        "the spouse is the head",
        "a spouse whom the city has no record of",
        "deferment alone: the householder is nobody's business",
        "of a violent spouse nothing is asked",
    ],
)
def test_who_is_asked_about(
    entered: dict[str, Any], asked: list[tuple[Whose, UUID]], purpose: FactPurpose
) -> None:
    found = questions(said(**entered), ME)
    assert [(question.whose, question.person_id) for question in found] == asked
    assert {question.purpose for question in found} == {purpose}
    assert {question.levy_year for question in found} == {2026}
    assert {question.span.last for question in found} == {date(2027, 6, 30)}


def test_of_a_student_only_the_applicant_is_asked_about() -> None:
    (question,) = questions(said(STUDENT), ME)
    assert (question.whose, question.purpose) == (Whose.APPLICANT, FactPurpose.STUDENT_REVIEW)
    assert (question.span.first, question.span.last) == (date(2026, 4, 1), date(2027, 3, 31))


@pytest.mark.parametrize("purpose", [
    FactPurpose.EXEMPTION_REVIEW, FactPurpose.DEFERMENT_REVIEW, FactPurpose.STUDENT_REVIEW,
])  # fmt: skip
def test_no_item_is_asked_for_that_the_purpose_does_not_have(purpose: FactPurpose) -> None:
    """Identity gives all items or none: one too many, and nothing would be told (C11)."""
    request = FactsRequested(
        request_id=ME, reference=ME, applicant_id=ME, person_id=ME, whose=Whose.APPLICANT,
        purpose=purpose, items=ITEMS, levy_years=(2026,), span=Span(first=TODAY),
    )  # fmt: skip
    assert read_fact_purposes().decide("exemptions", request, TODAY).refusal is None


WRONG = [
    ("applied after it was received", EXEMPTION, {"applied_on": "R8.10.16"}, "applied_on",
     "CT-0616"),
    ("a cycle of no time", EXEMPTION, {"cycle": "0026"}, "cycle", "EX-0203"),
    ("a cycle far ahead", EXEMPTION, {"cycle": "2028"}, "cycle", "EX-0203"),
    ("a month of another cycle", EXEMPTION, {"from_month": "2026-06"}, "from_month", "EX-0203"),
    ("a student's month of another cycle", STUDENT, {"to_month": "2027-04"}, "to_month",
     "EX-0203"),
    ("the last month before the first", EXEMPTION,
     {"from_month": "2026-12", "to_month": "2026-11"}, "to_month", "EX-0203"),
    ("nothing wanted", EXEMPTION,
     dict.fromkeys(("full", "three_quarters", "half", "quarter", "deferment"), False), "full",
     "EX-0201"),
    ("married to themselves", EXEMPTION, {"spouse_status": "here", "spouse": str(ME)}, "spouse",
     "EX-0204"),
    ("head of the household twice", EXEMPTION,
     {"householder_status": "here", "householder": str(ME)}, "householder", "EX-0204"),
    ("single, with a spouse out of work", EXEMPTION, {"spouse_out_of_work_on": "R8.9.30"},
     "spouse_out_of_work_on", "EX-0204"),
    ("single, and the spouse is the head", EXEMPTION, {"householder_status": "spouse"},
     "householder_status", "EX-0204"),
    ("head of the household, and the head out of work", EXEMPTION,
     {"householder_out_of_work_on": "R8.9.30"}, "householder_out_of_work_on", "EX-0204"),
    ("graduated before enrolled", STUDENT, {"graduates_on": "R7.3.31"}, "graduates_on", "EX-0205"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "entered", "field", "code"), [c[1:] for c in WRONG], ids=[c[0] for c in WRONG]
)
def test_what_cannot_be(
    kind: ApplicationKind, entered: dict[str, Any], field: str, code: str
) -> None:
    form, submission = FORMS.form(kind.value, TODAY), handed_in(kind, **entered)
    errors = validate(form, submission, today=TODAY)
    if not errors:
        errors = contradictions(kind, values_of(form, submission), ME, TODAY)
    assert [(error.field, error.code) for error in errors] == [(f"values.{field}", code)]


@pytest.mark.parametrize("kind", list(ApplicationKind))
def test_a_faultless_form_has_no_fault(kind: ApplicationKind) -> None:
    assert contradictions(kind, values(kind), ME, TODAY) == []
    assert outstanding(FORMS.form(kind.value, TODAY), handed_in(kind)) == ()


@pytest.mark.parametrize(
    ("entered", "missing"),
    [
        ({"applicant_out_of_work_on": "R8.3.31"}, "applicant-out-of-work"),
        ({"disaster_on": "R8.9.1"}, "disaster"),
        ({"special_disability_benefit": True}, "special-disability-benefit"),
    ],
)
def test_what_a_special_case_has_to_show(entered: dict[str, Any], missing: str) -> None:
    form = FORMS.form(EXEMPTION.value, TODAY)
    assert [a.code for a in outstanding(form, handed_in(**entered))] == [missing]


def test_a_household_that_changed_within_the_period() -> None:
    told = said(**HERE, spouse_since="R8.8.20", spouse_until="R8.10.1", householder_status="spouse",
                householder_since="R8.9.1", householder_before="elsewhere")  # fmt: skip
    looked_at = case(told, PersonFacts(), {}, ())
    (spouse,) = looked_at.spouses or ()
    before, now = looked_at.householders
    assert spouse.first is not None
    assert spouse.last is not None
    assert before.last is not None
    assert now.first is not None
    assert (spouse.who, spouse.first.require()) == ("spouse", date(2026, 8, 20))
    assert spouse.last.require() == date(2026, 9, 30)  # the day of a divorce is without one
    assert (before.who, before.last.require()) == (BEFORE, date(2026, 8, 31))
    assert (now.who, now.first.require()) == ("spouse", date(2026, 9, 1))


def test_a_day_known_in_part_stays_so() -> None:
    told = said(**HERE, spouse_until="令和8年夏")
    (spell,) = case(told, PersonFacts(), {}, ()).spouses or ()
    assert spell.last is not None
    assert not spell.last.is_exact


def test_who_is_under_19_is_stated_of_each() -> None:
    told = said(**HERE, **AT_HOME, young_dependants="1", spouse_young_dependants="0",
                householder_young_dependants="2")  # fmt: skip
    assert told.other_deductions == {}
    assert told.young_dependants == {Whose.APPLICANT: 1, Whose.SPOUSE: 0, Whose.HOUSEHOLDER: 2}


@pytest.mark.parametrize(
    ("entered", "fields"),
    [
        ({"spouse_since": "R8.8.20"}, ["values.spouse_since"]),
        ({"spouse_young_dependants": "1"}, ["values.spouse_young_dependants"]),
        ({"householder_young_dependants": "1"}, ["values.householder_young_dependants"]),
        (
            {**HERE, "spouse_since": "R8.8.20", "spouse_until": "R8.8.19"},
            ["values.spouse_until"],
        ),
        (
            {"householder_since": "R8.9.1", "householder_before": "spouse"},
            ["values.householder_before"],
        ),
        (
            {"householder_since": "R8.9.1", "householder_before": "applicant"},
            ["values.householder_before"],
        ),
        ({"spouse_other_deductions": "1"}, ["values.spouse_other_deductions"]),
        ({"householder_other_deductions": "1"}, ["values.householder_other_deductions"]),
        ({"householder_before": "elsewhere"}, ["values.householder_since"]),
    ],
)
def test_changes_that_cannot_be(entered: dict[str, Any], fields: list[str]) -> None:
    found = contradictions(EXEMPTION, values(**entered), ME, TODAY)
    assert [error.field for error in found] == fields
    assert {error.code for error in found} == {"EX-0204"}
