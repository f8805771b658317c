"""When somebody joined 国民健康保険: what the integrated database answered on request.

It is no fact of the National Pension and concludes nothing. Who joined because employees' insurance
ended is no longer of category 2 or 3 either, and has a notice to give: see `missing`.
"""

from dataclasses import dataclass
from datetime import date

from contracts.events import FactOutcome, QualificationFactsAnswered
from services.qualification.domain.told import STRICT


@dataclass(frozen=True, slots=True)
class HealthInsuranceStay:
    """One time of being insured by it, with the reason in the sending system's words (取得事由)."""

    __pydantic_config__ = STRICT

    acquired_on: date
    reason: str | None
    lost_on: date | None


@dataclass(frozen=True, slots=True)
class HealthInsuranceStatement:
    """What was answered on a day. ``outcome`` other than a value: nothing is known."""

    __pydantic_config__ = STRICT

    told_on: date
    outcome: FactOutcome
    stays: tuple[HealthInsuranceStay, ...] = ()

    @property
    def concerns(self) -> date | None:
        """The day of the answer: what it tells is about several."""
        return self.told_on

    def says_the_same(self, other: "HealthInsuranceStatement") -> bool:
        """Whether ``other`` told nothing else on another day."""
        return (self.outcome, self.stays) == (other.outcome, other.stays)


def statement(answer: QualificationFactsAnswered, told_on: date) -> HealthInsuranceStatement | None:
    """What an answer tells. None: it was refused, so it tells nothing."""
    fact = answer.health_insurance
    if answer.refusal is not None or fact is None:
        return None
    stays = tuple(
        HealthInsuranceStay(
            period.acquired_on,
            period.acquisition_reason,
            period.lost_on,
        )
        for period in fact.periods
    )
    return HealthInsuranceStatement(told_on, fact.outcome, stays)
