"""What-if for the counter (窓口試算): figures keyed in, the kinds side by side; nothing is kept but
that it was asked."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from contracts.events import AuditOperation
from contracts.exemption_what_if import ExemptionWhatIf
from contracts.functions import Function
from contracts.law import NoValue
from contracts.months import Month
from services.chassis import audit
from services.chassis.http import current_service, requires
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.exemptions.domain.kinds import ExemptionKind
from services.exemptions.domain.reasons import Reason, Review
from services.exemptions.domain.side_by_side import Option, SideBySide, side_by_side
from services.exemptions.domain.spells import Found, Spell
from services.exemptions.domain.what_if import (
    application_of,
    by_law,
    case_of,
    order_of,
    taken_of,
    wrong,
)
from services.exemptions.problems import no_figure, question_wrong
from services.exemptions.review_views import ReviewedSpan, ReviewReason, reviewed_spans
from services.exemptions.state import State, state_of

router = APIRouter()


class _View(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class OptionView(_View):
    """What follows if these kinds are applied for; none: every month is paid."""

    kinds: tuple[ExemptionKind, ...]
    labels: tuple[str, ...]
    months_passing: int
    months_asking: int
    """要確認の月数。納付するものとして計算する."""
    to_pay: int | None
    """納付額の合計（円）."""
    pension: int | None
    """その月が老齢基礎年金に反映する額（年額、円）."""
    pension_less_than_paid: int | None
    """全部納付した場合との差（年額、円）."""
    spans: tuple[ReviewedSpan, ...]


class ByLawView(_View):
    """産前産後・育児: months exempt by notice, whatever is applied for."""

    kind: ExemptionKind
    label: str
    first: Month
    last: Month | None
    reasons: tuple[ReviewReason, ...]


class ExemptionWhatIfView(_View):
    """The kinds side by side."""

    applied_on: date
    by_notice: tuple[ByLawView, ...]
    by_notice_reviews: tuple[ReviewReason, ...]
    """What somebody has to look at before maternity or child-care can be told."""
    paying: OptionView
    wanted: OptionView
    """In the order that was asked for: the first kind that holds, month by month."""
    each: tuple[OptionView, ...]
    notes: tuple[ReviewReason, ...]


@router.post("/what-if")
async def what_if(
    question: ExemptionWhatIf,
    staff: Annotated[StaffContext, Depends(requires(Function.NOTICE_ACCEPT))],
    service: Annotated[Service, Depends(current_service)],
) -> ExemptionWhatIfView:
    """Which kinds would pass for which months, what each costs and what it does to the pension."""
    async with service.unit_of_work() as uow:
        if errors := wrong(question, uow.today):
            raise question_wrong(errors)
        try:
            view = _view(question, uow.today, state_of(service))
        except (NoValue, OverflowError):
            raise no_figure() from None
        audit.record(
            uow,
            AuditOperation.INQUIRY,
            staff=staff,
            function=Function.NOTICE_ACCEPT,
            details={"what": "exemption-what-if"},
        )
    return view


def _view(question: ExemptionWhatIf, today: date, state: State) -> ExemptionWhatIfView:
    by_notice = by_law(question, today, state.by_law)
    taken = taken_of(question, by_notice, state.by_law)
    order = order_of(question, state.figures, today)
    application = application_of(question, order, today)
    found = side_by_side(application, case_of(question, taken), state.figures)
    return ExemptionWhatIfView(
        applied_on=application.applied_on,
        by_notice=tuple(map(_by_law, by_notice.spells)),
        by_notice_reviews=_by_law_reasons(by_notice),
        paying=_option(found.paying, found),
        wanted=_option(found.wanted, found),
        each=tuple(_option(option, found) for option in found.each),
        notes=_reasons(found.notes),
    )


def _option(option: Option, whole: SideBySide) -> OptionView:
    paid, own = whole.paying.pension, option.pension
    return OptionView(
        kinds=option.kinds,
        labels=tuple(kind.label for kind in option.kinds),
        months_passing=option.passing,
        months_asking=option.asking,
        to_pay=option.to_pay,
        pension=own,
        pension_less_than_paid=None if paid is None or own is None else paid - own,
        spans=reviewed_spans(option.outcomes),
    )


def _by_law(spell: Spell) -> ByLawView:
    ended = (spell.ended,) if spell.ended else ()
    return ByLawView(
        kind=spell.kind,
        label=spell.kind.label,
        first=spell.first,
        last=spell.last,
        reasons=_reasons((spell.began, *ended, *spell.notes)),
    )


def _by_law_reasons(found: Found) -> tuple[ReviewReason, ...]:
    reviews: tuple[Review, ...] = found.reviews
    return _reasons((*(review.reason for review in reviews), *found.without))


def _reasons(reasons: Sequence[Reason]) -> tuple[ReviewReason, ...]:
    return tuple(map(ReviewReason.of, reasons))
