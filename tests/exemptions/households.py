"""People who apply for exemption: what the tax system tells of them, and who lives with whom."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from contracts.dates import UncertainDate
from contracts.events import FactOutcome
from contracts.events.income import (
    DeductibleSpouse,
    Income,
    SelfDisability,
    WidowOrSingleParent,
)
from contracts.months import Month
from services.exemptions.domain.application.cycles import Months
from services.exemptions.domain.application.facts import (
    APPLICANT,
    Application,
    Case,
    Someone,
    Spell,
)
from services.exemptions.domain.application.income import YearIncome
from services.exemptions.domain.application.review import MonthOutcome, review
from services.exemptions.domain.kinds import ExemptionKind as Kind
from services.exemptions.files import read_application

FIGURES = read_application()
ALL = FIGURES.review_order.values[-1].value
NOTHING = Income(
    dependants_general=0,
    dependants_elderly=0,
    deductible_spouse=DeductibleSpouse.NONE,
    dependants_specified=0,
    dependants_disabled=0,
    dependants_severely_disabled=0,
    dependants_under_16=0,
    self_disability=SelfDisability.NONE,
    self_working_student=False,
    self_widow_or_single_parent=WidowOrSingleParent.NONE,
    total_income=0,
    net_loss_carried=0,
    casualty_loss_deduction=0,
    social_insurance_deduction=0,
    medical_deduction=0,
    special_spouse_deduction=0,
)
"""Everything told, and nothing of it."""


def d(text: str) -> date:
    return date.fromisoformat(text)


def m(text: str) -> Month:
    return Month.parse(text)


def day(text: str) -> UncertainDate:
    return UncertainDate.exact(d(text))


def months(text: str) -> Months:
    """``2026-07..2027-06``, or one month."""
    first, _, last = text.partition("..")
    return Months(m(first), m(last or first))


def income(
    total: int | None = 0,
    *,
    aged_16_to_18: int | None = 0,
    other_deductions: int | None = 0,
    **items: Any,
) -> YearIncome:
    """A year of which everything is told; what is not named is nothing."""
    told = NOTHING.model_copy(update={"total_income": total, **items})
    return YearIncome(FactOutcome.VALUE, told, aged_16_to_18, other_deductions)


def untold(outcome: FactOutcome) -> YearIncome:
    return YearIncome(outcome)


def someone(year: YearIncome | None = None, **more: Any) -> Someone:
    """Somebody with the same income in every year that may be asked about."""
    years = {} if year is None else dict.fromkeys(range(2015, 2036), year)
    return Someone(**{"incomes": years, **more})


def insured(first: str = "2015-04", last: str = "2036-12") -> frozenset[Month]:
    return frozenset(Months(m(first), m(last)).all())


def case(
    applicant: Someone,
    *,
    spouse: Someone | None = None,
    householder: Someone | None = None,
    **more: Any,
) -> Case:
    """A household as it always was. Without a householder the applicant is it."""
    people = {APPLICANT: applicant}
    if spouse is not None:
        people["spouse"] = spouse
    if householder is not None:
        people["householder"] = householder
    whole = Case(
        birth_date=day("1990-05-10"),
        people=people,
        householders=(Spell("householder" if householder else APPLICANT),),
        spouses=(Spell("spouse"),) if spouse else (),
        category_1=insured(),
    )
    return replace(whole, **more)


def outcomes(
    facts: Case,
    span: str = "2026-07..2027-06",
    *,
    on: str = "2026-07-10",
    order: Iterable[Kind] = ALL,
) -> tuple[MonthOutcome, ...]:
    return review(Application(d(on), months(span), tuple(order)), facts, FIGURES)


def table(found: Iterable[MonthOutcome]) -> dict[str, str]:
    """Month to what came of it: the kind where one passes, otherwise the result."""
    return {
        str(one.month): one.kind.value if one.kind and one.result.value == "passes" else one.result
        for one in found
    }


def the(found: Iterable[MonthOutcome]) -> str:
    """The one outcome that all months have."""
    (only,) = set(table(found).values())
    return only


def codes(found: Iterable[MonthOutcome]) -> set[str]:
    return {reason.code for one in found for reason in one.reasons}


def missing(found: Iterable[MonthOutcome]) -> set[str]:
    return {reason.code for one in found for reason in one.missing}
