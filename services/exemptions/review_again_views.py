"""What a review found otherwise than an application was settled with, as staff read it."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from contracts.forms import EntryState, Finding
from contracts.months import Month
from services.exemptions.domain.reviewed_again import ChangedMonth, changed
from services.exemptions.review_views import (
    FINDINGS,
    MONTHS,
    ReviewedMonth,
    ReviewReason,
    review_in,
)
from services.exemptions.stores.applications import Kept
from services.exemptions.stores.reviews_again import Found, FoundState

NOT_SENT = (
    "送付前です（対応を記録するまで送付は保留されます）。申請者に確認し、今の内容で審査をやり直す"
    "（再本登録）か、本登録の審査のまま送付する理由を記録してください。"
)
SENT = "送付済です。年金事務所に審査内容の相違を連絡し、その旨を記録してください。"
_NOT_REVIEWED = "審査なし"


class ChangedMonthsView(BaseModel):
    """Months of which the review says otherwise, in the same way and for the same reasons."""

    from_month: Month
    to_month: Month
    before_label: str
    """As it was settled."""
    after_label: str
    """As it is reviewed now."""
    reasons: tuple[ReviewReason, ...]
    """Why, as it is reviewed now."""


class ReviewedAgainView(BaseModel):
    """What a review found otherwise, and what staff have to do about it."""

    review_id: UUID
    state: FoundState
    state_label: str
    months: tuple[ChangedMonthsView, ...]
    findings: tuple[Finding, ...]
    """What nobody looked at when it was settled."""
    found_at: datetime
    action: str | None
    """What to do, while something is to be done."""
    noted_by: str | None
    noted_at: datetime | None
    note: str | None

    @classmethod
    def of(cls, found: Found, kept: Kept) -> "ReviewedAgainView":
        """The view of what was found of an application."""
        action = None
        if found.state is FoundState.OPEN:
            action = NOT_SENT if kept.state is EntryState.SETTLED else SENT
        return cls(
            review_id=found.review_id,
            state=found.state,
            state_label=found.state.label,
            months=_months(found),
            findings=FINDINGS.validate_json(found.findings),
            found_at=found.found_at,
            action=action,
            noted_by=found.noted_by,
            noted_at=found.noted_at,
            note=found.note,
        )


def _months(found: Found) -> tuple[ChangedMonthsView, ...]:
    settled = MONTHS.validate_json(found.before_review)
    now = MONTHS.validate_json(found.after_review)
    before, after = ({m.month: m for m in months} for months in (settled, now))
    runs: list[list[ChangedMonth]] = []
    for one in changed(review_in(settled), review_in(now)):
        if runs and _goes_on(runs[-1][-1], one, after):
            runs[-1].append(one)
        else:
            runs.append([one])
    return tuple(
        ChangedMonthsView(
            from_month=run[0].month,
            to_month=run[-1].month,
            before_label=_label(before.get(run[0].month)),
            after_label=_label(after[run[0].month]),
            reasons=after[run[0].month].reasons,
        )
        for run in runs
    )


def _goes_on(last: ChangedMonth, one: ChangedMonth, now: Mapping[Month, ReviewedMonth]) -> bool:
    return (
        one.month - last.month == 1
        and (one.before, one.after) == (last.before, last.after)
        and now[one.month].reasons == now[last.month].reasons
    )


def _label(month: ReviewedMonth | None) -> str:
    if month is None:
        return _NOT_REVIEWED
    return f"{month.result_label}（{month.kind_label}）" if month.kind_label else month.result_label
