"""What staff see of applications, and what they send."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field

from contracts.events import Whose
from contracts.months import Month
from services.exemptions import deciding
from services.exemptions.domain.asked import ApplicationKind
from services.exemptions.domain.decisions import Difference, differences
from services.exemptions.domain.examined import REFUSALS
from services.exemptions.domain.kinds import ExemptionKind
from services.exemptions.domain.renewals import RenewalState
from services.exemptions.entry_views import (
    DecisionView,
    EntryPage,
    EntrySummary,
    EntryView,
    NewEntry,
    Sent,
)
from services.exemptions.review_again_views import ReviewedAgainView
from services.exemptions.review_views import ReviewedMonth, ReviewedSpan
from services.exemptions.stores.answers import Answer
from services.exemptions.stores.applications import Kept
from services.exemptions.stores.notes import Note, NoteKind


class NewApplication(NewEntry):
    """An application to be accepted; for past years too, in one sitting."""

    also_cycles: Annotated[
        tuple[Annotated[int, Field(ge=2000, le=2200)], ...], Field(max_length=5)
    ] = ()
    """Other cycles that the same form is handed in for, each an application of its own."""


class ApplicationSummary(EntrySummary):
    """An application in a list."""

    application_id: UUID
    cycle: int
    applied_on: date
    renewal: RenewalState | None
    """継続審査: of an application that goes on without a form."""
    renewal_label: str | None

    @classmethod
    def of_kept(cls, kept: Kept) -> Self:
        """The view of an application."""
        label = kept.renewal.label if kept.renewal else None
        decided = kept.decision and DecisionView.of(
            kept.decision, deciding.wanted(kept), deciding.review_of(kept)
        )
        return cls.of(kept, ApplicationKind(kept.kind).label, renewal_label=label, decision=decided)


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


class DifferenceView(BaseModel):
    """A month in which JPS's decision is another than the city's review."""

    month: Month
    city: ExemptionKind | None
    city_label: str
    jps: ExemptionKind | None
    jps_label: str

    @classmethod
    def of(cls, found: Difference) -> "DifferenceView":
        """The view of a difference."""
        return cls(
            month=found.month,
            city=found.city,
            city_label=found.city.label if found.city else "承認相当なし",
            jps=found.jps,
            jps_label=found.jps.label if found.jps else "却下",
        )

    @classmethod
    def all_of(cls, kept: Kept) -> "tuple[DifferenceView, ...]":
        """Those of an application, by the decision that counts."""
        decided = kept.decision
        found = differences(decided, deciding.review_of(kept)) if decided else ()
        return tuple(map(cls.of, found))


class RequestView(BaseModel):
    """取消申請・審査請求."""

    kind: NoteKind
    kind_label: str
    made_on: date
    noted_by: str
    noted_at: datetime

    @classmethod
    def of(cls, note: Note) -> "RequestView":
        """The view of a request."""
        return cls(
            kind=note.kind,
            kind_label=note.kind.label,
            made_on=note.made_on,
            noted_by=note.noted_by,
            noted_at=note.noted_at,
        )


class NewRequest(Sent):
    """A request about an application that is to be noted."""

    kind: NoteKind
    made_on: date


class ApplicationView(EntryView):
    """An application with what was handed in, and what was asked for its review."""

    application: ApplicationSummary
    inquiries: tuple[InquiryView, ...]
    review: tuple[ReviewedSpan, ...] | None
    """市の審査 by what is known now; null while answers are awaited, or once it is settled."""
    settled_review: tuple[ReviewedMonth, ...] | None
    differences: tuple[DifferenceView, ...]
    """Months that JPS decided otherwise than the city reviewed them."""
    requests: tuple[RequestView, ...]
    """取消申請・審査請求 that were noted."""
    reviewed_again: ReviewedAgainView | None
    """What a review found otherwise since it was settled, before it was sent."""
    note: str = "市区町村の審査です。承認・却下は日本年金機構が決定します。"


class ApplicationList(BaseModel):
    """Applications that were accepted in one sitting."""

    applications: tuple[ApplicationView, ...]


class ApplicationPage(EntryPage):
    """Applications in a state, in the order of their receipt."""

    applications: tuple[ApplicationSummary, ...]


def inquiries(found: Iterable[Answer]) -> tuple[InquiryView, ...]:
    """Whom identity was asked about: applicant, spouse, householder."""
    order = list(Whose)
    shown = [InquiryView.of(answer) for answer in found]
    return tuple(sorted(shown, key=lambda inquiry: order.index(inquiry.whose)))
