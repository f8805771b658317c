"""What every view is made of: reasons, reviews, transitions."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.events import (
    InsuredCategory,
    ItemOutcome,
    ReportItemKind,
    TransitionKind,
    VoluntaryInsurance,
)
from services.chassis.corrections import Correction, CorrectionView
from services.qualification.domain.categories import Insurance
from services.qualification.domain.decisions import Decision, counting
from services.qualification.domain.reasons import Figure, Reason, Review
from services.qualification.domain.transitions import Transition, item_id
from services.qualification.stores.reports import Reported

TRANSITION_LABELS: Final = {
    TransitionKind.ACQUISITION: "資格取得",
    TransitionKind.LOSS: "資格喪失",
    TransitionKind.CATEGORY_CHANGE: "種別変更",
}


def reported_label(kind: str) -> str:
    """What was reported, as staff call it: a transition, or a notice that was itself reported."""
    if kind in TRANSITION_LABELS:
        return TRANSITION_LABELS[TransitionKind(kind)]
    return ReportItemKind(kind).label


class View(BaseModel):
    """A closed, unchanging answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ReasonView(View):
    """Why: the rule's code, its article, a sentence, the figures, and how certain the source is."""

    code: str
    article: str
    sentence: str
    certainty: str
    certainty_label: str
    figures: dict[str, Figure]

    @classmethod
    def of(cls, reason: Reason) -> "ReasonView":
        """A reason as it is shown."""
        return cls(
            code=reason.code,
            article=reason.article,
            sentence=reason.sentence,
            certainty=reason.certainty.value,
            certainty_label=reason.certainty.label,
            figures=dict(reason.figures),
        )


class DecisionView(View):
    """処理結果: what JPS decided on a report, as theirs (C40)."""

    outcome: ItemOutcome
    label: str
    decided_on: date
    return_code: str | None
    return_reason: str | None
    corrected_occurred_on: date | None
    """What JPS put in the place of the day that was reported."""
    corrected_category: InsuredCategory | None

    @classmethod
    def of(cls, decision: Decision) -> "DecisionView":
        """A decision as it is shown."""
        return cls(
            outcome=decision.outcome,
            label=decision.outcome.label,
            decided_on=decision.decided_on,
            return_code=decision.return_code,
            return_reason=decision.return_reason,
            corrected_occurred_on=decision.corrected_occurred_on,
            corrected_category=decision.corrected_category,
        )


class TransitionView(View):
    """An acquisition, loss or change, and what became of its report."""

    item_id: UUID
    kind: TransitionKind
    label: str
    occurred_on: date
    category_before: InsuredCategory | None
    category_after: InsuredCategory | None
    voluntary_before: VoluntaryInsurance | None
    voluntary_after: VoluntaryInsurance | None
    reason: ReasonView
    notice_id: UUID | None
    reportable: bool
    """Whether the city tells JPS; jps_reporting decides which of these it reports."""
    reported_at: datetime | None
    forwarded_on: date | None
    """送付日"""
    decision: DecisionView | None
    """What JPS decided on the latest report of it."""
    corrections: tuple[CorrectionView, ...]
    """What JPS was told since about that report: that it does not stand, or does after all."""


class ReviewView(View):
    """Something to look at before the rest can be relied on."""

    since: date | None
    reason: ReasonView

    @classmethod
    def of(cls, review: Review) -> "ReviewView":
        """A review as it is shown."""
        return cls(since=review.since, reason=ReasonView.of(review.reason))


def transition_view(
    person_id: UUID,
    transition: Transition,
    reported: Reported | None,
    corrections: Sequence[Correction] = (),
) -> TransitionView:
    """One transition, and its latest report where there is one."""
    decided = counting(reported.decisions) if reported else None
    return TransitionView(
        item_id=reported.item_id if reported else item_id(person_id, transition),
        kind=transition.kind,
        label=TRANSITION_LABELS[transition.kind],
        occurred_on=transition.occurred_on,
        category_before=category_of(transition.before),
        category_after=category_of(transition.after),
        voluntary_before=voluntary_of(transition.before),
        voluntary_after=voluntary_of(transition.after),
        reason=ReasonView.of(transition.at.reason),
        notice_id=transition.at.notice_id,
        reportable=transition.is_reportable,
        reported_at=reported.reported_at if reported else None,
        forwarded_on=reported.forwarded_on if reported else None,
        decision=DecisionView.of(decided) if decided else None,
        corrections=CorrectionView.all_of(corrections),
    )


def category_of(insurance: Insurance | None) -> InsuredCategory | None:
    """One of the three categories, where it is one."""
    return insurance if isinstance(insurance, InsuredCategory) else None


def voluntary_of(insurance: Insurance | None) -> VoluntaryInsurance | None:
    """Insurance by choice, where it is that."""
    return insurance if isinstance(insurance, VoluntaryInsurance) else None
