"""10,000 made-up lives: the rules and the second computation say the same of every month."""

from collections import Counter
from datetime import date

import pytest

from contracts.dates import UncertainDate
from contracts.events import (
    InsuredCategory,
    QualificationPeriod,
    VoluntaryInsurance,
    VoluntaryPeriod,
)
from contracts.months import Month
from services.exemptions.domain.child_care import (
    Carer,
    Child,
    End,
    EndCause,
    child_care_of_mother,
    child_care_of_others,
)
from services.exemptions.domain.combination import Exemptible, combine
from services.exemptions.domain.disability import (
    DisabilityBenefit,
    DisabilityGrade,
    DisabilityRight,
    GradeFrom,
    disability_grounds,
)
from services.exemptions.domain.kinds import AppliedMonth, ExemptionKind
from services.exemptions.domain.maternity import MaternityNotice, maternity_exemption
from services.exemptions.domain.months import months_in_category_1
from services.exemptions.domain.paid_all_the_same import Months, PayRequest, asked_to_pay
from services.exemptions.domain.spells import Found, together
from services.exemptions.domain.statutory import Ground, Holding, statutory_exemption
from tests.exemptions import second_computation as second
from tests.exemptions.law import figures

LIVES = 10_000
THROUGH = Month(*second.MONTHS[-1])


def exact(day: date) -> UncertainDate:
    return UncertainDate.exact(day)


def first_computation(life: second.Life) -> dict[tuple[int, int], ExemptionKind]:
    """A life through the public functions of the domain."""
    by_law = together([*map(_birth, life.births), *map(_raising, life.raised), _statutory(life)])
    requests = [
        PayRequest(on, tuple(Months(Month(*x), Month(*x)) for x in months), changes)
        for on, months, changes in life.requests
    ]
    person = Exemptible(
        _category_1(life),
        by_law,
        {Month(*month): AppliedMonth(kind, (), on) for month, (kind, on) in life.applied.items()},
        asked_to_pay(requests, figures().statutory)[0],
        tuple(life.notices),
        frozenset(Month(*month) for month in life.paid),
    )
    kinds = combine(person, THROUGH).kinds
    return {(m.year, m.month): kind for m, kind in kinds.items() if m.year >= second.FIRST_YEAR}


def _category_1(life: second.Life) -> frozenset[Month]:
    periods = [
        QualificationPeriod(
            category=InsuredCategory(category),
            acquired_on=acquired,
            acquisition_reason="r",
            lost_on=lost,
        )
        for category, acquired, lost in life.insured
        if category
    ]
    voluntary = [
        VoluntaryPeriod(
            kind=VoluntaryInsurance.RECIPIENT,
            acquired_on=acquired,
            acquisition_reason="r",
            lost_on=lost,
        )
        for category, acquired, lost in life.insured
        if not category
    ]
    return months_in_category_1(periods, THROUGH, voluntary)


def _birth(birth: second.Birth) -> Found:
    base = birth.born_before_notice or birth.due
    notice = MaternityNotice(
        base if birth.born_before_notice else birth.due,
        due_on=exact(birth.due),
        born_on=exact(base) if birth.born_before_notice else None,
        multiple=birth.multiple,
    )
    children = [
        Child(exact(base), exact(base), End(EndCause.APART, exact(over)) if over else None)
        for over in birth.children
    ]
    return maternity_exemption(notice, figures().maternity) + child_care_of_mother(
        exact(base), children, figures().child_care
    )


def _raising(child: second.Raising) -> Found:
    end = End(EndCause.APART, exact(child.ended)) if child.ended else None
    return child_care_of_others(
        Child(exact(child.born), exact(child.since), end), Carer.ADOPTIVE, figures().child_care
    )


def _statutory(life: second.Life) -> Found:
    holdings = [
        Holding(Ground.ASSISTANCE, exact(since), exact(over) if over else None)
        for since, over in life.grounds
    ]
    if life.right is not None:
        entitled, states = life.right
        grades = tuple(
            GradeFrom(exact(day), DisabilityGrade.THIRD if state else DisabilityGrade.NONE)
            for day, state in states
        )
        right = DisabilityRight(DisabilityBenefit.BASIC, exact(entitled), grades)
        holdings += disability_grounds(right, figures().statutory).holdings
    return statutory_exemption(holdings, figures().statutory)


@pytest.mark.parametrize("part", range(4))
def test_both_computations_agree(part: int) -> None:
    seen: Counter[ExemptionKind] = Counter()
    for seed in range(part, LIVES, 4):
        life = second.made_up(seed)
        expected = second.outcome(life)
        assert first_computation(life) == expected, f"life {seed}"
        seen.update(expected.values())
    # The lives are no use if they do not lead through every kind.
    assert set(seen) == set(ExemptionKind)
    assert min(seen.values()) > 400
