"""Special circumstances and assistance, month by month: 規則77条の7, 90条1項2号."""

from dataclasses import replace

import pytest

from contracts.dates import DatePrecision, UncertainDate
from contracts.events import FactOutcome
from contracts.events.welfare import (
    AssistanceKind,
    AssistancePeriod,
)
from services.exemptions.domain.application.facts import (
    Assistance,
    Disaster,
    JobLoss,
    Violence,
)
from services.exemptions.domain.kinds import ExemptionKind as Kind
from tests.exemptions.households import (
    case,
    d,
    day,
    income,
    m,
    missing,
    months,
    outcomes,
    someone,
    table,
    the,
    untold,
)

POOR, RICH = income(500_000), income(9_000_000)
SOMEDAY = UncertainDate(
    precision=DatePrecision.SEASON, notation="令和8年春", sort_date=d("2026-03-01")
)
LOST = JobLoss(day("2026-05-31"), shown=True)


def test_job_loss_of_anybody_takes_their_income_out() -> None:
    """規則77条の7第2号: in the year, the next, and to June of the one after; the start is [2nd]."""
    for facts in (
        case(someone(RICH, job_losses=(LOST,))),
        case(someone(POOR), spouse=someone(RICH, job_losses=(LOST,))),
        case(someone(POOR), householder=someone(RICH, job_losses=(LOST,))),
    ):
        found = table(outcomes(facts, "2026-03..2026-06", on="2026-06-20", order=(Kind.FULL,)))
        # The 31st or the 1st of June: April is the month before, or two months before.
        assert found == {
            "2026-03": "fails",
            "2026-04": "asks",
            "2026-05": "full",
            "2026-06": "full",
        }


def test_the_month_before_a_job_loss_is_of_a_secondary_source() -> None:
    lost = JobLoss(day("2026-05-10"), shown=True)
    (april, may) = outcomes(case(someone(RICH, job_losses=(lost,))), "2026-04..2026-05")
    assert [reason.certainty.value for reason in april.reasons] == ["2nd"]
    assert [reason.certainty.value for reason in may.reasons] == ["V"]
    assert april.reasons[0].note is not None


@pytest.mark.parametrize(
    ("left_on", "shown", "code"),
    [
        (day("2026-05-10"), False, "job-loss-not-shown"),
        (SOMEDAY, True, "job-loss-day-unknown"),
        (day("2026-12-31"), True, "job-loss-edge"),
    ],
)
def test_a_job_loss_that_is_not_clear_asks(left_on: UncertainDate, shown: bool, code: str) -> None:
    """On 31 December the day after lies in another year: its June is a year later."""
    facts = case(someone(RICH, job_losses=(JobLoss(left_on, shown),)))
    month = "2029-01" if code == "job-loss-edge" else "2026-09"
    found = outcomes(facts, month, on="2029-01-10" if code == "job-loss-edge" else "2026-09-10",
                     order=(Kind.FULL,))  # fmt: skip
    assert the(found) == "asks"
    assert missing(found) == {code}


def test_a_january_job_loss_and_the_december_before() -> None:
    """The article knows months of the same year and later; practice the month before."""
    facts = case(someone(RICH, job_losses=(JobLoss(day("2026-01-15"), shown=True),)))
    found = outcomes(facts, "2025-11..2026-01", order=(Kind.FULL,))
    assert table(found) == {"2025-11": "fails", "2025-12": "asks", "2026-01": "full"}


@pytest.mark.parametrize(
    ("half_lost", "expected"), [(True, "full"), (None, "asks"), (False, "fails")]
)
def test_disaster_counts_for_everybody_it_may_have_struck(
    half_lost: bool | None, expected: str
) -> None:
    """規則77条の7第1号 names the property of the insured, householder, spouse and members alike."""
    flood = Disaster(day("2026-08-20"), half_lost)
    facts = case(someone(RICH), spouse=someone(RICH), householder=someone(RICH), disasters=(flood,))
    found = outcomes(facts, "2026-09..2026-12", on="2026-09-10", order=(Kind.FULL,))
    assert the(found) == expected
    unclear = replace(facts, disasters=(Disaster(SOMEDAY, half_lost=True),))
    assert missing(outcomes(unclear, "2026-09", order=(Kind.FULL,))) == {"disaster-day-unknown"}


def test_a_violent_spouse_is_not_tested() -> None:
    """規則77条の7第3号. The applicant has fled, and heads her own household."""
    fled = Violence("spouse", day("2026-03-10"), applicant_in_difficulty=True)
    facts = case(someone(RICH), spouse=someone(untold(FactOutcome.NO_RECORD)), violence=(fled,))
    found = table(outcomes(facts, "2026-02..2026-04", order=(Kind.FULL,)))
    assert found == {"2026-02": "fails", "2026-03": "full", "2026-04": "full"}
    # Nobody asked about the spouse's income, and nobody need.
    assert missing(outcomes(facts, "2026-03..2026-04", order=(Kind.FULL,))) == set()
    over = replace(facts, violence=(replace(fled, until=m("2026-03")),))
    assert table(outcomes(over, "2026-03..2026-04", order=(Kind.FULL,)))["2026-04"] == "fails"


def test_violence_at_a_third_persons_household() -> None:
    """She fled to her father's: he heads the household, and his difficulty is judged too."""
    fled = Violence("spouse", day("2026-03-10"), applicant_in_difficulty=True)
    facts = case(someone(RICH), spouse=someone(), householder=someone(RICH), violence=(fled,))
    asks = outcomes(facts, order=(Kind.FULL,))
    assert the(asks) == "asks"
    assert "violence-not-judged" in missing(asks)
    judged = replace(facts, violence=(replace(fled, householder_in_difficulty=True),))
    assert the(outcomes(judged, order=(Kind.FULL,))) == "full"
    refused = replace(facts, violence=(replace(fled, householder_in_difficulty=False),))
    assert the(outcomes(refused, order=(Kind.FULL,))) == "fails"


def test_the_spouses_word_does_not_make_them_tested_less_for_others() -> None:
    """Another spouse than the violent one is tested as any other."""
    fled = Violence("former", day("2026-03-10"), applicant_in_difficulty=True)
    facts = case(someone(RICH), spouse=someone(RICH), violence=(fled,))
    assert the(outcomes(facts, order=(Kind.FULL,))) == "fails"


def period(kind: AssistanceKind, first: str, last: str | None = None) -> AssistancePeriod:
    return AssistancePeriod(kind=kind, first=d(first), last=d(last) if last else None)


@pytest.mark.parametrize(
    ("assistance", "expected"),
    [
        (Assistance(FactOutcome.VALUE, (period(AssistanceKind.MEDICAL, "2026-08-31"),)), "full"),
        (
            Assistance(
                FactOutcome.VALUE, (period(AssistanceKind.HOUSING, "2026-01-01", "2026-07-31"),)
            ),
            "fails",
        ),
        # 生活扶助 is statutory exemption, not this; of a foreign national it is this [V-page].
        (
            Assistance(FactOutcome.VALUE, (period(AssistanceKind.LIVELIHOOD, "2026-01-01"),)),
            "fails",
        ),
        (
            Assistance(
                FactOutcome.VALUE, (period(AssistanceKind.LIVELIHOOD, "2026-01-01"),), foreign=True
            ),
            "full",
        ),
        (Assistance(FactOutcome.VALUE), "fails"),
        (Assistance(FactOutcome.NO_RECORD), "fails"),
        (Assistance(FactOutcome.NO_RECORD, stated=True), "asks"),
        (Assistance(FactOutcome.UNSETTLED), "asks"),
        (Assistance(FactOutcome.MORE_THAN_ONE), "asks"),
    ],
)
def test_assistance_of_the_household(assistance: Assistance, expected: str) -> None:
    """90条1項2号, 規則76条の2: it looks at the household, so it serves everybody tested."""
    facts = case(someone(RICH), householder=someone(RICH), assistance=assistance)
    assert the(outcomes(facts, "2026-08", on="2026-09-10", order=(Kind.FULL,))) == expected


def test_special_disability_benefit_waives_the_proviso() -> None:
    """特別障害給付金法施行令10条: 4号みなし, 世帯主・配偶者を問わない."""
    facts = case(
        someone(RICH), spouse=someone(RICH), householder=someone(RICH),
        special_disability_benefit=(months("2026-09..2027-06"),),
    )  # fmt: skip
    found = table(outcomes(facts, "2026-08..2026-09", order=(Kind.FULL,)))
    assert found == {"2026-08": "fails", "2026-09": "full"}
    nobody_known = replace(facts, spouses=None, householders=())
    assert the(outcomes(nobody_known, "2026-09", order=(Kind.FULL,))) == "full"


def test_something_similar_is_for_a_person_to_judge() -> None:
    facts = case(someone(RICH), other_hardship=(months("2026-07..2026-09"),))
    assert missing(outcomes(facts, "2026-07", order=(Kind.FULL,))) == {"other-hardship"}
    assert the(outcomes(facts, "2026-10", order=(Kind.FULL,))) == "fails"
