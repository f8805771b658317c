"""受付処理簿: what an office took in, in the order of its receipt numbers."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from contracts.events import AuditOperation
from contracts.forms import Channel, EntryState, Notifier
from contracts.functions import Function
from services.chassis import audit
from services.chassis.clock import japan_date
from services.chassis.http import current_service, requires
from services.chassis.paging import page
from services.chassis.registers import AfterReceipt, FiscalYear, Office
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.qualification.domain.notices import fiscal_year as fiscal_year_of
from services.qualification.notice_views import receipt_text
from services.qualification.shown import View
from services.qualification.state import state_of
from services.qualification.stores import receipts
from services.qualification.stores.receipts import Receipt

router = APIRouter()


class ReceiptView(View):
    """One line: what came in, and what became of it."""

    receipt: str
    """受付番号, e.g. ``2026-000123``: fiscal year and the office's number."""
    number: int
    received_on: date
    kind: str
    title: str
    person_id: UUID
    notice_id: UUID
    state: EntryState
    state_label: str
    channel: Channel
    channel_label: str
    notifier: Notifier | None
    notifier_label: str | None
    """届出人; None: ex officio (職権)."""
    result: str | None
    """本登録 or 取下げ; None: nobody has decided yet. What JPS decides is not known here."""
    result_on: date | None
    forwarded_on: date | None


class Receipts(View):
    """A page of the register of one office and fiscal year."""

    office: str
    fiscal_year: int
    receipts: tuple[ReceiptView, ...]
    total: int
    following: int | None
    """What to give as ``after`` to go on; None: this was the end."""


@router.get("/receipts")
async def register(
    staff: Annotated[StaffContext, Depends(requires(Function.NOTICE_SETTLE))],
    service: Annotated[Service, Depends(current_service)],
    office: Office = None,
    fiscal_year: FiscalYear = None,
    after: AfterReceipt = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Receipts:
    """The receipts of an office and a fiscal year: by default one's own, and this year."""
    known = state_of(service)
    async with service.unit_of_work() as uow:
        of = office or staff.department
        year = fiscal_year_of(uow.today) if fiscal_year is None else fiscal_year
        found = await receipts.listed(uow.connection, of, year, after, limit + 1)
        shown, last = page(found, limit)
        total = await receipts.count(uow.connection, of, year)
        audit.record(
            uow,
            AuditOperation.SEARCH,
            staff=staff,
            function=Function.NOTICE_SETTLE,
            count=len(shown),
            details={"what": "receipts", "fiscal_year": year, "own_office": of == staff.department},
        )
    return Receipts(
        office=of,
        fiscal_year=year,
        receipts=tuple(receipt_line(receipt, year, known.title(receipt.kind)) for receipt in shown),
        total=total,
        following=None if last is None else last.receipt_number,
    )


def receipt_line(receipt: Receipt, year: int, title: str) -> ReceiptView:
    """One receipt as it is shown, and printed."""
    withdrawn = receipt.state is EntryState.WITHDRAWN
    at = receipt.withdrawn_at if withdrawn else receipt.settled_at
    result = EntryState.WITHDRAWN if withdrawn else EntryState.SETTLED
    return ReceiptView(
        receipt=receipt_text(year, receipt.receipt_number),
        number=receipt.receipt_number,
        received_on=receipt.received_on,
        kind=receipt.kind,
        title=title,
        person_id=receipt.person_id,
        notice_id=receipt.notice_id,
        state=receipt.state,
        state_label=receipt.state.label,
        channel=receipt.channel,
        channel_label=receipt.channel.label,
        notifier=receipt.notifier,
        notifier_label=receipt.notifier.label if receipt.notifier else None,
        result=None if at is None else result.label,
        result_on=None if at is None else japan_date(at),
        forwarded_on=receipt.forwarded_on,
    )
