"""追納の窓口試算: months keyed in, what each costs and in which order; nothing is kept but that it
was asked. The application itself goes to JPS (令11条1項)."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from contracts.events import AuditOperation
from contracts.forms import FormError
from contracts.functions import Function
from contracts.law import NoValue
from contracts.months import Month
from contracts.retroactive_what_if import RetroactiveWhatIf
from services.chassis import audit
from services.chassis.http import current_service, requires
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.exemptions.domain.kinds import ExemptionKind
from services.exemptions.domain.parameters import ByLaw
from services.exemptions.domain.retroactive import (
    ExemptMonth,
    LaterPayment,
    Verdict,
    choice_is_allowed,
    in_order,
    later_payments,
)
from services.exemptions.exemption_views import Why
from services.exemptions.problems import no_figure, question_wrong
from services.exemptions.state import state_of

router = APIRouter()
_MOST: int = 600
"""Months that one question may be about."""


class _View(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LaterMonth(_View):
    """One exempt month."""

    month: Month
    kind: ExemptionKind
    label: str
    verdict: Verdict
    verdict_label: str
    yen: int | None
    """追納する額（円）; None: none is announced here, or it cannot be paid."""
    reasons: tuple[Why, ...]


class RetroactiveWhatIfView(_View):
    """What can be paid later, for how much, in which order."""

    paid_on: date
    months: tuple[LaterMonth, ...]
    order: tuple[Month, ...]
    """The chosen months in an order that 法94条2項 allows."""
    allowed: bool
    """Whether the chosen months can be paid and the others left (法94条2項)."""
    to_pay: int | None
    """Of the chosen months (円); None: of one of them no amount is announced here."""
    to_check: int
    """How many of the chosen months are 要確認; their amounts are in ``to_pay``."""
    where: str = "国民年金保険料追納申込書は、年金事務所に提出します（国民年金法施行令11条1項）。"


@router.post("/what-if/retroactive")
async def retroactive_what_if(
    question: RetroactiveWhatIf,
    staff: Annotated[StaffContext, Depends(requires(Function.NOTICE_ACCEPT))],
    service: Annotated[Service, Depends(current_service)],
) -> RetroactiveWhatIfView:
    """Which months can be paid later on a day, what each costs, and in which order."""
    async with service.unit_of_work() as uow:
        if errors := list(_wrong(question)):
            raise question_wrong(errors)
        try:
            view = _view(question, question.paid_on or uow.today, state_of(service).by_law)
        except (NoValue, OverflowError):
            raise no_figure() from None
        audit.record(
            uow,
            AuditOperation.INQUIRY,
            staff=staff,
            function=Function.NOTICE_ACCEPT,
            details={"what": "retroactive-what-if"},
        )
    return view


def _wrong(question: RetroactiveWhatIf) -> Iterator[FormError]:
    seen: set[Month] = set()
    for n, span in enumerate(question.exempt):
        if span.last < span.first:
            yield _error(f"exempt.{n}.last", "最後の月が最初の月より前です。")
        elif span.last - span.first >= _MOST:
            yield _error(f"exempt.{n}.last", f"試算できるのは{_MOST}月以内です。")
        else:
            months = set(_months(span.first, span.last))
            if seen & months:
                yield _error(f"exempt.{n}.first", "同じ月が二つの期間にあります。")
            seen |= months
    if not seen.issuperset(question.chosen):
        yield _error("chosen", "免除等を受けた期間にない月があります。")


def _error(field: str, message: str) -> FormError:
    return FormError(field=field, code="EX-0401", message=message)


def _months(first: Month, last: Month) -> Iterator[Month]:
    return (first + n for n in range(last - first + 1))


def _view(question: RetroactiveWhatIf, paid_on: date, figures: ByLaw) -> RetroactiveWhatIfView:
    exempt = {
        month: ExemptMonth(ExemptionKind(span.kind), span.rest_paid)
        for span in question.exempt
        for month in _months(span.first, span.last)
    }
    found = later_payments(exempt, paid_on, question.recipient, figures.retroactive)
    payable = {m: exempt[m].kind for m, f in found.items() if f.verdict is not Verdict.NOT_PAYABLE}
    chosen = {month for month in question.chosen or payable if month in payable}
    order = in_order(payable, older_first=question.older_first)
    amounts = [found[month].yen for month in chosen]
    known = [yen for yen in amounts if yen is not None]
    return RetroactiveWhatIfView(
        paid_on=paid_on,
        months=tuple(_month(month, exempt[month].kind, one) for month, one in found.items()),
        order=tuple(month for month in order if month in chosen),
        allowed=set(question.chosen) <= chosen and choice_is_allowed(payable, chosen),
        to_pay=sum(known) if len(known) == len(amounts) else None,
        to_check=sum(found[month].verdict is Verdict.ASKS for month in chosen),
    )


def _month(month: Month, kind: ExemptionKind, found: LaterPayment) -> LaterMonth:
    reasons = (found.reason,) if found.amount is None else (found.reason, found.amount)
    return LaterMonth(
        month=month,
        kind=kind,
        label=kind.label,
        verdict=found.verdict,
        verdict_label=found.verdict.label,
        yen=found.yen,
        reasons=tuple(map(Why.of, reasons)),
    )
