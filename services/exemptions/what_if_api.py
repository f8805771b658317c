"""What-if for the counter (窓口試算): figures keyed in, the kinds side by side; nothing is kept but
that it was asked. With their consent what JPS decided of somebody is shown, and reckoned with."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from contracts.events import AuditOperation
from contracts.exemption_what_if import ExemptionWhatIf
from contracts.functions import Function
from contracts.law import NoValue
from contracts.months import Month
from services.chassis import audit, merges
from services.chassis.http import current_service, requires
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.exemptions import deciding
from services.exemptions.domain.application.granted_already import UNDECIDED, Decided
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
from services.exemptions.stores import entries, notes
from services.exemptions.stores.applications import APPLICATIONS

router = APIRouter()
_Decided = tuple[str, tuple[Reason, ...]]


class _View(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class OptionView(_View):
    """What follows if these kinds are applied for; none: nothing is, and every month is paid that
    was not granted already."""

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


class DecidedView(_View):
    """Months that JPS decided: theirs, whatever the figures are (C40)."""

    label: str
    """承認 with the kind, or 却下."""
    first: Month
    last: Month
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
    decided: tuple[DecidedView, ...] = ()
    """Of the person who is named, if one is: the months asked about that JPS granted or refused.
    What was granted is offered again only where a better kind can take its place."""


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
        told = Told() if question.person_id is None else await _decided(uow, question.person_id)
        try:
            view = _view(question, uow.today, state_of(service), told.decided)
        except (NoValue, OverflowError):
            raise no_figure() from None
        view = view.model_copy(update={"decided": _runs(told.shown, question)})
        audit.record(
            uow,
            AuditOperation.INQUIRY,
            staff=staff,
            function=Function.NOTICE_ACCEPT,
            person_id=question.person_id,
            details={"what": "exemption-what-if"},
        )
    return view


@dataclass(frozen=True, slots=True)
class Told:
    """What JPS decided of a person's months and what stands of it: to reckon with, and to show."""

    decided: Decided = UNDECIDED
    shown: dict[Month, _Decided] = field(default_factory=dict)


async def _decided(uow: UnitOfWork, person_id: UUID) -> Told:
    person_id = await merges.surviving(uow.connection, person_id)
    applied = await entries.of_person(uow.connection, APPLICATIONS, person_id)
    noted = await notes.of(uow.connection, [one.entry_id for one in applied])
    stands = deciding.stands(applied, noted)
    refused = deciding.refused(applied, stands)
    granted = {month: one.kind for month, one in stands.months.items()}
    shown: dict[Month, _Decided] = {month: ("却下", (why,)) for month, why in refused.items()}
    shown |= {
        month: (f"承認（{one.kind.label}）", tuple(one.reasons))
        for month, one in stands.months.items()
    }
    return Told(Decided(granted, frozenset(refused)), shown)


def _runs(months: dict[Month, _Decided], question: ExemptionWhatIf) -> tuple[DecidedView, ...]:
    """The months asked about, those put together that follow each other and are alike."""
    runs: list[tuple[Month, Month, _Decided]] = []
    for month in sorted(months):
        if not question.first <= month <= question.last:
            continue
        before = runs[-1] if runs else None
        if before is not None and before[1] + 1 == month and before[2] == months[month]:
            runs[-1] = (before[0], month, before[2])
        else:
            runs.append((month, month, months[month]))
    return tuple(
        DecidedView(label=label, first=first, last=last, reasons=_reasons(reasons))
        for first, last, (label, reasons) in runs
    )


def _view(
    question: ExemptionWhatIf, today: date, state: State, decided: Decided
) -> ExemptionWhatIfView:
    by_notice = by_law(question, today, state.by_law)
    taken = taken_of(question, by_notice, state.by_law)
    order = order_of(question, state.figures, today)
    application = application_of(question, order, today)
    found = side_by_side(application, case_of(question, taken), state.figures, decided=decided)
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
