"""What staff see of entries of any procedure, and what they send."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SerializeAsAny, StrictBool

from contracts.events import GrantedKind, GrantedMonths
from contracts.forms import (
    AttachmentRecord,
    EntryChoices,
    EntryState,
    Finding,
    FindingCode,
    Form,
    FreeText,
    Submission,
)
from contracts.months import Month
from services.chassis.corrections import CorrectionView
from services.exemptions.domain.decisions import Decision, DecisionResult, Review, result
from services.exemptions.domain.kinds import ExemptionKind
from services.exemptions.stores.entries import Entry
from services.exemptions.take_back_views import TakeBackView


class Sent(BaseModel):
    """What staff send: nothing unknown in it, and nothing of it in an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class NewEntry(Sent):
    """An entry to be accepted."""

    person_id: UUID
    kind: Annotated[str, Field(max_length=60)]
    submission: Submission
    mends: UUID | None = None
    """The returned entry that it takes the place of."""


class Settling(Sent):
    """What whoever settles an entry says."""

    documents: Annotated[tuple[AttachmentRecord, ...], Field(max_length=50)] = ()
    """Documents that came in since, or that are waived after all."""
    acknowledged: Annotated[tuple[FindingCode, ...], Field(max_length=50)] = ()
    """Codes of the findings that they looked at."""


class Withdrawal(Sent):
    """Why an entry is withdrawn."""

    reason: FreeText


class Deciding(Sent):
    """Whether the other staff member agrees to what was proposed."""

    agree: StrictBool


class FormList(EntryChoices):
    """The forms that are accepted today, and the codes that go with each."""

    forms: tuple[Form, ...]


class GrantedView(BaseModel):
    """承認区分・承認期間."""

    kind: GrantedKind
    kind_label: str
    from_month: Month
    to_month: Month


class DecisionView(BaseModel):
    """処理結果: what JPS decided, as theirs (C40)."""

    decision_id: UUID
    result: DecisionResult
    result_label: str
    decided_on: date
    return_code: str | None
    return_reason: str | None
    granted: tuple[GrantedView, ...] | None
    """Of an application; empty: refused, null: not told."""

    @classmethod
    def of(
        cls,
        decision: Decision,
        wanted: Sequence[ExemptionKind] = (),
        review: Review | None = None,
    ) -> Self:
        """The view of a decision. ``wanted`` and ``review``: of an application."""
        come_to = result(decision, wanted, review)
        granted = decision.granted
        return cls(
            decision_id=decision.decision_id,
            result=come_to,
            result_label=come_to.label,
            decided_on=decision.decided_on,
            return_code=decision.return_code,
            return_reason=decision.return_reason,
            granted=None if granted is None else tuple(map(_granted, granted)),
        )


def _granted(span: GrantedMonths) -> GrantedView:
    return GrantedView(kind_label=span.kind.label, **dict(span))


class EntrySummary(BaseModel):
    """An entry in a list."""

    receipt: str
    """受付番号: fiscal year and number."""
    kind: str
    kind_label: str
    person_id: UUID
    state: EntryState
    state_label: str
    received_on: date
    accepted_by: str
    accepted_at: datetime
    settled_by: str | None
    settled_at: datetime | None
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    forwarded_on: date | None
    on_medium: int | None
    """媒体通番 of the medium that its report is on, while that is not handed over: it is not taken
    back before the medium is voided."""
    mends: UUID | None
    mended: bool
    """Another one took its place."""
    decision: DecisionView | None
    """日本年金機構の決定: theirs, never the city's (C40)."""
    correction: CorrectionView | None
    """What JPS was told last since about its report (訂正の報告): that it does not stand, or does
    after all."""

    @classmethod
    def of(cls, entry: Entry, kind_label: str, **more: Any) -> Self:
        """The view of an entry; ``more`` is what it does not say of itself."""
        decided = DecisionView.of(entry.decision) if entry.decision else None
        more = {
            "decision": decided,
            "correction": CorrectionView.last_of(entry.corrections),
            "on_medium": entry.on_medium if entry.state is EntryState.SETTLED else None,
            **more,
        }
        more |= {"kind_label": kind_label, "state_label": entry.state.label}
        return cls(**more, **{n: getattr(entry, n) for n in cls.model_fields.keys() - more.keys()})


class NoticeSummary(EntrySummary):
    """A notice in a list."""

    notice_id: UUID
    notified_on: date
    from_month: Month | None
    """First month that it brings about; of an end the first that is without."""
    to_month: Month | None


class EntryView(BaseModel):
    """What was handed in, and what the examination finds now."""

    submission: Submission
    withdrawn_reason: str | None
    acknowledged: tuple[str, ...]
    findings: tuple[Finding, ...]
    missing_documents: tuple[str, ...]
    corrections: tuple[CorrectionView, ...] = ()
    """What JPS was told since about its report, the earliest first."""
    take_backs: tuple[TakeBackView, ...] = ()
    """本登録取消 that was proposed, and what became of it, the earliest first."""


class NoticeView(EntryView):
    """A notice with what was handed in and what the examination finds now."""

    notice: SerializeAsAny[NoticeSummary]


class EntryPage(BaseModel):
    """Entries in a state, in the order of their receipt."""

    total: int
    following: int | None
    """What to give as ``after`` to go on; None: this was the end."""


class NoticePage(EntryPage):
    """Notices in a state, in the order of their receipt."""

    notices: tuple[SerializeAsAny[NoticeSummary], ...]
