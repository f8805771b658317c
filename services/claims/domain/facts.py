"""What claims knows of a person, and what a claim says."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.codes import Code
from contracts.dates import UncertainDate
from contracts.events import QualificationPeriod, ResidencePeriod
from contracts.events.claims import ClaimantRelationship
from contracts.forms import Value


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PersonFacts(_Fact):
    """A person as the last events told."""

    residence: tuple[ResidencePeriod, ...]
    died_on: UncertainDate | None = None
    """None: not known to be dead."""
    periods: tuple[QualificationPeriod, ...] | None = None
    """The qualification timeline; None: none has come."""


class PensionKind(Code):
    """Which pension was unpaid. Municipalities receive the first three (令1条の2第4号)."""

    DISABILITY_BASIC = "disability_basic", "障害基礎年金"
    SURVIVORS_BASIC = "survivors_basic", "遺族基礎年金"
    WIDOW = "widow", "寡婦年金"
    OTHER = "other", "その他（老齢基礎年金・厚生年金等）"


class UnpaidBenefitClaim(_Fact):
    """A claim for unpaid benefits (規則25条), as far as the rules look at it."""

    claim_id: UUID
    deceased_id: UUID
    died_on: date
    """As the claim says."""
    pension: PensionKind
    first_visit_in_scope: bool | None = None
    """Of a disability pension: whether its first visit falls under 令1条の2第4号イ."""
    employees_pension: bool | None = None
    """Of a survivors' pension: whether an employees' survivors' pension goes with it."""
    relationship: ClaimantRelationship
    claimant_id: UUID | None = None
    """None where the claimant is not known to identity."""
    prior: ClaimantRelationship | None = None
    """The relationship of somebody who comes before the claimant (規則25条1項6号)."""
    same_rank_others: bool = False
    basic_pension_number: str | None = None
    """The deceased's."""
    pension_code: str | None = None
    """年金コード of the pension certificate."""


def claim_of(claim_id: UUID, deceased_id: UUID, values: Mapping[str, Value]) -> UnpaidBenefitClaim:
    """What a form that is filled in without fault says."""
    died_on = values["died_on"]
    assert isinstance(died_on, UncertainDate)  # the form says so
    given = {
        name: values[name]
        for name in (
            "first_visit_in_scope",
            "employees_pension",
            "relationship",
            "same_rank_others",
            "basic_pension_number",
            "pension_code",
        )
        if name in values
    }
    return UnpaidBenefitClaim.model_validate(
        {
            **given,
            "claim_id": claim_id,
            "deceased_id": deceased_id,
            "died_on": died_on.require(),
            "pension": values["pension_kind"],
            "claimant_id": values.get("claimant_person"),
            "prior": values.get("prior_claimant"),
        }
    )


_FISCAL_YEAR_BEGINS = 4


def fiscal_year(day: date) -> int:
    """The fiscal year (年度, April to March) of a day."""
    return day.year if day.month >= _FISCAL_YEAR_BEGINS else day.year - 1
