"""受付処理簿: what an office took in, in the order of its receipt numbers."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from contracts.events import AuditOperation
from contracts.forms import DECIDED, Channel, EntryState, Notifier, is_apart, receipt_text
from contracts.functions import Function
from services.chassis import audit
from services.chassis.clock import japan_date
from services.chassis.corrections import Correction, CorrectionView
from services.chassis.http import current_service, requires
from services.chassis.paging import page
from services.chassis.registers import AfterReceipt, FiscalYear, Office, offices
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.qualification.domain.notices import fiscal_year as fiscal_year_of
from services.qualification.shown import View
from services.qualification.state import state_of
from services.qualification.stores import corrections, receipts
from services.qualification.stores.receipts import Receipt

router = APIRouter()


class ReceiptView(View):
    """One line: what came in, and what became of it."""

    receipt: str
    """受付番号, e.g. ``2026-00123``: fiscal year and the office's number."""
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
    """本登録, 取下げ or 本登録取消: what was decided here last; None: nobody has decided yet. What
    JPS decided is the state."""
    result_on: date | None
    forwarded_on: date | None
    decided_on: date | None
    """処理年月日: the day of JPS's decision, where the state is one."""
    correction: CorrectionView | None
    """What JPS was told last since about its report (訂正の報告)."""


class Receipts(View):
    """A page of the register of one office and fiscal year."""

    office: str
    fiscal_year: int
    offices: tuple[str, ...]
    """What may be given as ``office`` for that year: whose registers there are."""
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
        books = await offices(uow.connection, "qualification", year)
        total = await receipts.count(uow.connection, of, year)
        since = await corrections.about(uow.connection, [r.notice_id for r in shown])
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
        offices=books,
        receipts=tuple(
            receipt_line(
                receipt, of, year, known.title(receipt.kind), since.get(receipt.notice_id, ())
            )
            for receipt in shown
        ),
        total=total,
        following=None if last is None else last.receipt_number,
    )


def receipt_line(
    receipt: Receipt, office: str, year: int, title: str, since: Sequence[Correction]
) -> ReceiptView:
    """One receipt as it is shown, and printed; ``since``: the corrections of its report."""
    result, at = _result(receipt)
    return ReceiptView(
        receipt=receipt_text(year, receipt.receipt_number, apart=is_apart(office)),
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
        decided_on=receipt.decided_on if receipt.state in DECIDED else None,
        correction=CorrectionView.last_of(since),
    )


def _result(receipt: Receipt) -> tuple[EntryState, datetime | None]:
    """What was decided here last, and when; None: nothing yet."""
    match receipt.state:
        case EntryState.WITHDRAWN:
            return receipt.state, receipt.withdrawn_at
        case EntryState.TAKEN_BACK:
            return receipt.state, receipt.taken_back_at
        case _:
            return EntryState.SETTLED, receipt.settled_at
