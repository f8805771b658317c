"""What staff see, and what they send."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.events import ItemOutcome
from contracts.events.claims import ClaimantRelationship
from contracts.forms import (
    AttachmentRecord,
    EntryChoices,
    EntryState,
    Finding,
    FindingCode,
    Form,
    FreeText,
    Submission,
    receipt_text,
)
from services.chassis.corrections import CorrectionView
from services.claims.domain.decisions import Decision, DifferenceKind, difference
from services.claims.domain.facts import PensionKind, UnpaidBenefitClaim
from services.claims.stores.claims import KeptClaim


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class NewClaim(_Sent):
    """A claim to be accepted."""

    person_id: UUID
    """The deceased."""
    kind: Annotated[str, Field(max_length=60)]
    submission: Submission


class Settling(_Sent):
    """What whoever settles a claim says."""

    documents: Annotated[tuple[AttachmentRecord, ...], Field(max_length=50)] = ()
    """Documents that came in since, or that are waived after all."""
    acknowledged: Annotated[tuple[FindingCode, ...], Field(max_length=50)] = ()
    """Codes of the findings that they looked at."""


class Withdrawal(_Sent):
    """Why a claim is withdrawn."""

    reason: FreeText


class FormList(EntryChoices):
    """The forms that are accepted today, and the codes that go with each."""

    forms: tuple[Form, ...]


class DecisionView(BaseModel):
    """What JPS decided on a claim's report: theirs (C40)."""

    outcome: ItemOutcome
    outcome_label: str
    decided_on: date
    """処理年月日."""
    return_code: str | None
    """返戻事由コード, where JPS returned it."""
    return_reason: str | None
    died_on: date | None
    """The day of death that JPS put in the place of the claim's."""
    difference: DifferenceKind | None
    """None: it is as the municipality took it in."""
    difference_label: str | None
    sentence: str | None
    action: str | None
    """What to do about it."""

    @classmethod
    def of(cls, one: Decision, died_on: date) -> "DecisionView":
        """The view of a decision on a claim on that day of death."""
        found = difference(one, died_on)
        return cls(
            outcome=one.outcome,
            outcome_label=one.outcome.label,
            decided_on=one.decided_on,
            return_code=one.return_code,
            return_reason=one.return_reason,
            died_on=one.died_on,
            difference=found.kind if found else None,
            difference_label=found.kind.label if found else None,
            sentence=found.sentence if found else None,
            action=found.action if found else None,
        )

    @classmethod
    def counting(cls, kept: KeptClaim) -> "DecisionView | None":
        """The view of the decision that counts; None: JPS has not decided."""
        return cls.of(kept.decision, kept.died_on) if kept.decision else None

    @classmethod
    def all_of(cls, kept: KeptClaim) -> "tuple[DecisionView, ...]":
        """All that were made on a claim, the one that counts last."""
        return tuple(cls.of(one, kept.died_on) for one in kept.decisions)


class ClaimSummary(BaseModel):
    """A claim in a list."""

    claim_id: UUID
    receipt: str
    """受付番号: fiscal year and number."""
    kind: str
    person_id: UUID
    """The deceased."""
    claimant_person_id: UUID | None
    relationship: ClaimantRelationship
    relationship_label: str
    pension: PensionKind
    pension_label: str
    state: EntryState
    state_label: str
    received_on: date
    died_on: date
    accepted_by: str
    accepted_at: datetime
    settled_by: str | None
    settled_at: datetime | None
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    forwarded_on: date | None
    decision: DecisionView | None
    """What JPS decided on its report; None: nothing yet."""
    correction: CorrectionView | None
    """What JPS was told last since about its report (訂正の報告): that it does not stand, or does
    after all."""

    @classmethod
    def of(cls, kept: KeptClaim, claim: UnpaidBenefitClaim) -> "ClaimSummary":
        """The view of a claim as kept, and as read from its form."""
        return cls(
            claim_id=kept.claim_id,
            receipt=receipt_text(kept.fiscal_year, kept.receipt_number, apart=kept.apart),
            kind=kept.kind,
            person_id=kept.surviving_deceased_id,
            claimant_person_id=kept.surviving_claimant_id,
            relationship=claim.relationship,
            relationship_label=claim.relationship.label,
            pension=claim.pension,
            pension_label=claim.pension.label,
            state=kept.state,
            state_label=kept.state.label,
            received_on=kept.received_on,
            died_on=kept.died_on,
            accepted_by=kept.accepted_by,
            accepted_at=kept.accepted_at,
            settled_by=kept.settled_by,
            settled_at=kept.settled_at,
            withdrawn_by=kept.withdrawn_by,
            withdrawn_at=kept.withdrawn_at,
            forwarded_on=kept.forwarded_on,
            decision=DecisionView.counting(kept),
            correction=CorrectionView.last_of(kept.corrections),
        )


class ClaimView(BaseModel):
    """A claim with what was handed in and what the examination finds now."""

    claim: ClaimSummary
    submission: Submission
    withdrawn_reason: str | None
    corrections: tuple[CorrectionView, ...]
    """What JPS was told since about its report, the earliest first."""
    decisions: tuple[DecisionView, ...]
    """What JPS decided on its report: the last counts."""
    acknowledged: tuple[str, ...]
    findings: tuple[Finding, ...]
    missing_documents: tuple[str, ...]


class ClaimPage(BaseModel):
    """Claims in a state, in the order of their receipt."""

    claims: tuple[ClaimSummary, ...]
    total: int
    following: int | None
    """What to give as ``after`` to go on; None: this was the end."""


class PersonView(BaseModel):
    """What claims shows of a person: claims on their death, and claims that they made."""

    person_id: UUID
    on_death: tuple[ClaimSummary, ...]
    as_claimant: tuple[ClaimSummary, ...]
    not_held: tuple[str, ...] = (
        "老齢・障害・遺族基礎年金、寡婦年金、死亡一時金の裁定請求",
        "年金生活者支援給付金・特別障害給付金の請求",
    )
    """What is not in this system yet: its absence here says nothing about the person."""
