"""Continuing applications: who may ask for one, and what a July makes of it (規則77条3項)."""

import pytest

from contracts.events import FactOutcome
from contracts.events.income import SelfDisability
from contracts.events.welfare import AssistanceKind, AssistancePeriod
from services.exemptions.domain.application.continuing import (
    Continuation,
    Renewed,
    continuation,
    may_continue,
    renew,
)
from services.exemptions.domain.application.facts import (
    Application,
    Assistance,
    Case,
    JobLoss,
    Spell,
)
from services.exemptions.domain.application.income import YearIncome
from services.exemptions.domain.application.kinds import Ground
from services.exemptions.domain.kinds import ExemptionKind as Kind
from services.exemptions.domain.reasons import Answer
from tests.exemptions.households import (
    ALL,
    FIGURES,
    case,
    d,
    day,
    income,
    insured,
    m,
    months,
    outcomes,
    someone,
    the,
    untold,
)

POOR, RICH = income(500_000), income(9_000_000)
DISABLED = income(1_300_000, self_disability=SelfDisability.ORDINARY)
BY_INCOME = Continuation(Kind.FULL, Ground.INCOME)
MEDICAL = Assistance(
    FactOutcome.VALUE, (AssistancePeriod(kind=AssistanceKind.MEDICAL, first=d("2026-01-01")),)
)


@pytest.mark.parametrize(
    ("facts", "answer", "code"),
    [
        (case(someone(POOR)), Answer.MET, "may-continue"),
        (case(someone(DISABLED)), Answer.MET, "may-continue"),
        (case(someone(POOR), householder=someone(RICH)), Answer.MET, "may-continue"),
        (case(someone(income(800_000))), Answer.NOT_MET, "continue-not-the-kind"),
        (case(someone(RICH)), Answer.NOT_MET, "continue-not-the-kind"),
        (case(someone(RICH), assistance=MEDICAL), Answer.NOT_MET, "continue-not-the-ground"),
        (
            case(someone(RICH, job_losses=(JobLoss(day("2026-05-10"), shown=True),))),
            Answer.NOT_MET,
            "continue-not-the-ground",
        ),
        (
            case(someone(untold(FactOutcome.NOT_DECLARED))),
            Answer.UNKNOWN,
            "continue-not-told-yet",
        ),
    ],
)
def test_who_may_ask(facts: Case, answer: Answer, code: str) -> None:
    application = Application(d("2026-07-10"), months("2026-07..2027-06"), ALL)
    found, (reason,) = may_continue(application, outcomes(facts))
    assert (found, reason.code) == (answer, code)
    assert reason.article.startswith("国民年金法施行規則77条")


def test_a_past_period_is_not_continued() -> None:
    past = Application(d("2026-07-10"), months("2025-07..2026-06"), ALL)
    found, (reason,) = may_continue(past, outcomes(case(someone(POOR)), "2025-07..2026-06"))
    assert (found, reason.code) == (Answer.NOT_MET, "continue-not-the-period")


def renewed(facts: Case, before: Continuation = BY_INCOME) -> Renewed:
    return renew(before, months("2027-07..2028-06"), d("2027-07-01"), facts, FIGURES)


def test_a_july_like_the_one_before_needs_nobody() -> None:
    found = renewed(case(someone(POOR)))
    assert the(found.outcomes) == "full"
    assert not found.needs_a_person
    assert found.goes_on == BY_INCOME


def test_full_exemption_is_not_continued_as_a_lesser_one() -> None:
    found = renewed(case(someone(POOR), householder=someone(RICH)))
    assert the(found.outcomes) == "fails"
    assert [reason.code for reason in found.remarks] == ["continue-ends"]
    assert found.goes_on is None


def test_deferment_is_continued_as_full_exemption_where_that_holds_now() -> None:
    """規則77条の5第3項1号・2号."""
    before = Continuation(Kind.DEFERMENT, Ground.INCOME)
    assert before.order == (Kind.FULL, Kind.DEFERMENT)
    better = renewed(case(someone(POOR)), before)
    assert the(better.outcomes) == "full"
    assert better.goes_on == BY_INCOME
    same = renewed(case(someone(POOR), householder=someone(RICH)), before)
    assert the(same.outcomes) == "deferment"
    assert same.goes_on == before


@pytest.mark.parametrize("outcome", [FactOutcome.NOT_DECLARED, FactOutcome.NO_RECORD])
def test_income_that_cannot_be_confirmed_is_for_a_person(outcome: FactOutcome) -> None:
    """規則77条3項ただし書."""
    found = renewed(case(someone(untold(outcome))))
    assert the(found.outcomes) == "asks"
    assert [reason.code for reason in found.remarks] == ["continue-income-not-confirmed"]
    assert found.needs_a_person
    assert found.goes_on is None


def with_years(**years: YearIncome) -> Case:
    return case(someone(incomes={int(year[1:]): told for year, told in years.items()}))


def test_another_ground_than_last_year_is_pointed_out() -> None:
    found = renewed(with_years(y2026=DISABLED))
    assert the(found.outcomes) == "full"
    assert [reason.code for reason in found.remarks] == ["continue-other-ground"]
    assert found.remarks[0].certainty.value == "unverified"
    lost = case(someone(RICH, job_losses=(JobLoss(day("2027-05-10"), shown=True),)))
    assert [reason.code for reason in renewed(lost).remarks] == ["continue-not-the-ground"]
    assert renewed(lost).goes_on is None


def test_deferment_runs_to_the_month_before_fifty_and_no_further() -> None:
    facts = case(someone(POOR), householder=someone(RICH), birth_date=day("1977-12-02"))
    found = renewed(facts, Continuation(Kind.DEFERMENT, Ground.INCOME))
    assert [one.month for one in found.outcomes if one.kind is Kind.DEFERMENT] == list(
        months("2027-07..2027-11").all()
    )
    assert found.goes_on is None


def test_whoever_is_not_insured_any_more_is_not_renewed() -> None:
    facts = case(someone(POOR), category_1=insured(last="2027-06"))
    found = renewed(facts)
    assert the(found.outcomes) == "excluded"
    assert [reason.code for reason in found.remarks] == ["continue-ends"]


def test_a_marriage_before_july_brings_the_spouse_in() -> None:
    facts = case(
        someone(POOR), spouse=someone(RICH), spouses=(Spell("spouse", first=day("2027-06-30")),)
    )
    assert the(renewed(facts).outcomes) == "fails"


def test_by_what_a_month_passed() -> None:
    found = outcomes(case(someone(POOR)))
    assert continuation(found, m("2026-07")) == BY_INCOME
    assert continuation(found, m("2028-07")) is None
    assert continuation(outcomes(case(someone(income(800_000)))), m("2026-07")) is None
