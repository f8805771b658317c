"""What staff see of notices of exemption by law, and what they send."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.events import ExemptionNoticeKind
from contracts.forms import EntryState, Finding, Submission, receipt_text
from contracts.months import Month
from services.exemptions.domain.combination import Combined
from services.exemptions.domain.kinds import ExemptionKind
from services.exemptions.domain.reasons import Reason
from services.exemptions.stores.exemption_notices import ExemptionNotice


class NewExemptionNotice(BaseModel):
    """A notice of exemption to be accepted."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    person_id: UUID
    kind: ExemptionNoticeKind
    submission: Submission


class ExemptionNoticeSummary(BaseModel):
    """A notice in a list."""

    notice_id: UUID
    receipt: str
    """受付番号: fiscal year and number."""
    kind: ExemptionNoticeKind
    kind_label: str
    person_id: UUID
    state: EntryState
    state_label: str
    received_on: date
    notified_on: date
    from_month: Month | None
    to_month: Month | None
    accepted_by: str
    accepted_at: datetime
    settled_by: str | None
    settled_at: datetime | None
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    forwarded_on: date | None

    @classmethod
    def of(cls, notice: ExemptionNotice) -> "ExemptionNoticeSummary":
        """The view of a notice."""
        shown = {"receipt", "kind_label", "state_label"}
        return cls(
            receipt=receipt_text(notice.fiscal_year, notice.receipt_number, apart=notice.apart),
            kind_label=notice.kind.label,
            state_label=notice.state.label,
            **{
                name: getattr(notice, name)
                for name in ExemptionNoticeSummary.model_fields.keys() - shown
            },
        )


class ExemptionNoticeView(BaseModel):
    """A notice with what was handed in and what the examination finds now."""

    notice: ExemptionNoticeSummary
    submission: Submission
    withdrawn_reason: str | None
    acknowledged: tuple[str, ...]
    findings: tuple[Finding, ...]
    missing_documents: tuple[str, ...]


class ExemptionNoticePage(BaseModel):
    """Notices in a state, in the order of their receipt."""

    notices: tuple[ExemptionNoticeSummary, ...]
    total: int
    following: int | None
    """What to give as ``after`` to go on; None: this was the end."""


class Why(BaseModel):
    """A reason, as staff read it."""

    code: str
    sentence: str
    article: str
    needs_check: bool

    @classmethod
    def of(cls, reason: Reason) -> "Why":
        """The view of a reason."""
        return cls(
            code=reason.code,
            sentence=reason.sentence,
            article=reason.article,
            needs_check=reason.certainty.needs_check,
        )


class Span(BaseModel):
    """免除該当情報・免除終了情報: months that one kind exempts without a break, and why."""

    kind: ExemptionKind
    label: str
    from_month: Month
    to_month: Month
    """The last that is looked ahead to, where it goes on."""
    reasons: tuple[Why, ...]

    @classmethod
    def of(cls, found: Combined) -> "tuple[Span, ...]":
        """The runs of months of one kind, with the reasons of each."""
        spans: list[Span] = []
        for month, outcome in found.months.items():
            if outcome.kind is None:
                continue
            reasons = tuple(map(Why.of, outcome.reasons))
            last = spans[-1] if spans else None
            same = last is not None and (last.kind, last.reasons) == (outcome.kind, reasons)
            if last is not None and same and last.to_month + 1 == month:
                spans[-1] = last.model_copy(update={"to_month": month})
            else:
                label = outcome.kind.label
                span = cls(
                    kind=outcome.kind,
                    label=label,
                    from_month=month,
                    to_month=month,
                    reasons=reasons,
                )
                spans.append(span)
        return tuple(spans)
