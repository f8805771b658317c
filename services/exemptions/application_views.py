"""What staff see of applications, and what they send."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.events import Whose
from contracts.forms import EntryState, Finding, Submission, receipt_text
from services.exemptions.domain.asked import ApplicationKind
from services.exemptions.domain.examined import REFUSALS
from services.exemptions.domain.renewals import RenewalState
from services.exemptions.review_views import ReviewedMonth, ReviewedSpan
from services.exemptions.stores.answers import Answer
from services.exemptions.stores.applications import Kept


class NewApplication(BaseModel):
    """An application to be accepted; for past years too, in one sitting."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    person_id: UUID
    kind: ApplicationKind
    submission: Submission
    also_cycles: Annotated[
        tuple[Annotated[int, Field(ge=2000, le=2200)], ...], Field(max_length=5)
    ] = ()
    """Other cycles that the same form is handed in for, each an application of its own."""


class ApplicationSummary(BaseModel):
    """An application in a list."""

    application_id: UUID
    receipt: str
    """受付番号: fiscal year and number; 継続 where nothing was handed in."""
    kind: ApplicationKind
    kind_label: str
    cycle: int
    person_id: UUID
    state: EntryState
    state_label: str
    received_on: date
    applied_on: date
    accepted_by: str
    accepted_at: datetime
    settled_by: str | None
    settled_at: datetime | None
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    forwarded_on: date | None
    renewal: RenewalState | None
    """継続審査: of an application that goes on without a form."""
    renewal_label: str | None

    @classmethod
    def of(cls, kept: Kept) -> "ApplicationSummary":
        """The view of an application."""
        shown = {"receipt", "kind_label", "state_label", "renewal_label"}
        names = ApplicationSummary.model_fields.keys() - shown
        return cls(
            receipt=_receipt(kept),
            renewal_label=kept.renewal.label if kept.renewal else None,
            kind_label=kept.kind.label,
            state_label=kept.state.label,
            **{name: getattr(kept, name) for name in names},
        )


class InquiryView(BaseModel):
    """照会: about whom identity was asked, and whether the answer is there."""

    whose: Whose
    whose_label: str
    person_id: UUID
    asked_at: datetime
    answered_at: datetime | None
    refusal: str | None
    """Why nothing was told."""

    @classmethod
    def of(cls, answer: Answer) -> "InquiryView":
        """The view of a question."""
        asked = answer.asked
        return cls(
            whose=asked.whose,
            whose_label=asked.whose.label,
            person_id=asked.person_id,
            asked_at=answer.asked_at,
            answered_at=answer.answered_at,
            refusal=REFUSALS[answer.refusal] if answer.refusal else None,
        )


class ApplicationView(BaseModel):
    """An application with what was handed in, and what was asked for its review."""

    application: ApplicationSummary
    submission: Submission
    withdrawn_reason: str | None
    acknowledged: tuple[str, ...]
    inquiries: tuple[InquiryView, ...]
    missing_documents: tuple[str, ...]
    review: tuple[ReviewedSpan, ...] | None
    """市の審査 by what is known now; null while answers are awaited, or once it is settled."""
    settled_review: tuple[ReviewedMonth, ...] | None
    findings: tuple[Finding, ...]
    """What whoever settles it has to look at."""
    note: str = "市区町村の審査です。承認・却下は日本年金機構が決定します。"


class ApplicationList(BaseModel):
    """Applications that were accepted in one sitting."""

    applications: tuple[ApplicationView, ...]


class ApplicationPage(BaseModel):
    """Applications in a state, in the order of their receipt."""

    applications: tuple[ApplicationSummary, ...]
    total: int
    following: int | None
    """What to give as ``after`` to go on; None: this was the end."""


def _receipt(kept: Kept) -> str:
    if kept.receipt_number is None:
        return f"継続-{kept.cycle}"
    return receipt_text(kept.fiscal_year, kept.receipt_number, apart=kept.apart)


def inquiries(found: Iterable[Answer]) -> tuple[InquiryView, ...]:
    """Whom identity was asked about: applicant, spouse, householder."""
    order = list(Whose)
    shown = [InquiryView.of(answer) for answer in found]
    return tuple(sorted(shown, key=lambda inquiry: order.index(inquiry.whose)))
