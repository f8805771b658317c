"""The review of an application as staff read it: month by month, what would come of it and why."""

from collections.abc import Iterable, Sequence
from typing import Final

from pydantic import BaseModel, ConfigDict, TypeAdapter

from contracts.events import Whose
from contracts.forms import Finding
from contracts.months import Month
from services.exemptions.domain.application.review import MonthOutcome, Result, spans
from services.exemptions.domain.decisions import Review, ReviewOfMonth
from services.exemptions.domain.kinds import ExemptionKind
from services.exemptions.domain.reasons import Reason
from services.exemptions.stores.applications import Kept


class ReviewReason(BaseModel):
    """Why a month is as it is: the article, the sentence with its figures, and whose."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    article: str
    sentence: str
    whose: Whose | None
    whose_label: str | None
    asks: bool
    """Somebody has to bring or look at something."""
    certainty: str | None
    """Where the source has to be checked: how well it is known."""
    note: str | None = None
    """What to check, where a figure of the law is not certain."""

    @classmethod
    def of(cls, reason: Reason) -> "ReviewReason":
        """The view of a reason."""
        return cls(
            code=reason.code,
            article=reason.article,
            sentence=reason.sentence,
            whose=reason.whose,
            whose_label=reason.whose.label if reason.whose else None,
            asks=reason.asks,
            certainty=reason.certainty.label if reason.certainty.needs_check else None,
            note=reason.note if reason.certainty.needs_check else None,
        )


class ReviewedMonth(BaseModel):
    """What the review comes to for one month. It is the city's; JPS decides (C40)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    month: Month
    result: Result
    result_label: str
    kind: ExemptionKind | None
    kind_label: str | None
    otherwise: ExemptionKind | None
    otherwise_label: str | None
    reasons: tuple[ReviewReason, ...]

    @classmethod
    def of(cls, outcome: MonthOutcome) -> "ReviewedMonth":
        """The view of a month's outcome."""
        return cls(
            month=outcome.month,
            result=outcome.result,
            result_label=outcome.result.label,
            kind=outcome.kind,
            kind_label=outcome.kind.label if outcome.kind else None,
            otherwise=outcome.otherwise,
            otherwise_label=outcome.otherwise.label if outcome.otherwise else None,
            reasons=_once(outcome.reasons),
        )


MONTHS: Final = TypeAdapter(tuple[ReviewedMonth, ...])
FINDINGS: Final = TypeAdapter(tuple[Finding, ...])


class ReviewedSpan(BaseModel):
    """Months with one outcome and one set of reasons, as a clerk reads them out."""

    from_month: Month
    to_month: Month
    result_label: str
    kind_label: str | None
    otherwise_label: str | None
    reasons: tuple[ReviewReason, ...]

    @classmethod
    def of(cls, first: MonthOutcome, last: MonthOutcome) -> "ReviewedSpan":
        """The view of the months from ``first`` to ``last``."""
        month = ReviewedMonth.of(first)
        return cls(
            from_month=first.month,
            to_month=last.month,
            result_label=month.result_label,
            kind_label=month.kind_label,
            otherwise_label=month.otherwise_label,
            reasons=month.reasons,
        )


def reviewed_months(outcomes: Iterable[MonthOutcome]) -> tuple[ReviewedMonth, ...]:
    """Every month with its outcome."""
    return tuple(map(ReviewedMonth.of, outcomes))


def reviewed_spans(outcomes: Sequence[MonthOutcome]) -> tuple[ReviewedSpan, ...]:
    """The same, months that are alike put together."""
    return tuple(ReviewedSpan.of(first, last) for first, last in spans(outcomes))


def review_in(months: Iterable[ReviewedMonth]) -> Review:
    """What it comes to month by month, to be compared."""
    return {month.month: ReviewOfMonth(month.result, month.kind) for month in months}


def settled_months(kept: Kept) -> tuple[ReviewedMonth, ...] | None:
    """The review as it was settled; None before that."""
    return None if kept.reviewed is None else MONTHS.validate_json(kept.reviewed)


def _once(reasons: Iterable[Reason]) -> tuple[ReviewReason, ...]:
    return tuple(dict.fromkeys(map(ReviewReason.of, reasons)))
