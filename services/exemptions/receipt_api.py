"""受付処理簿 of 付加・免除: what an office took in, in the order of its receipt numbers."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response
from pydantic import BaseModel

from contracts.events import AuditOperation
from contracts.forms import DECIDED, Channel, EntryState, Notifier, notifier_of, receipt_text
from contracts.functions import Function
from services.chassis import audit
from services.chassis.clock import japan_date
from services.chassis.corrections import CorrectionView
from services.chassis.http import current_service, requires
from services.chassis.paging import page
from services.chassis.printing import PDF, pdf
from services.chassis.registers import (
    MOST,
    AfterReceipt,
    Decided,
    FiscalYear,
    Office,
    PrintedReceipt,
    ReceiptNumber,
    birth_text,
    offices,
    register_sheet,
)
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.exemptions import problems
from services.exemptions.domain.facts import PersonFacts
from services.exemptions.domain.notices import fiscal_year as fiscal_year_of
from services.exemptions.procedures import procedure_of
from services.exemptions.state import State, state_of
from services.exemptions.stores import entries, persons, receipts
from services.exemptions.stores.receipts import Receipt

router = APIRouter()
CurrentService = Annotated[Service, Depends(current_service)]
Settler = Annotated[StaffContext, Depends(requires(Function.NOTICE_SETTLE))]


class ReceiptView(BaseModel):
    """One line: what came in, and what became of it."""

    receipt: str
    """受付番号: fiscal year and the office's number."""
    number: int
    received_on: date
    kind: str
    title: str
    person_id: UUID
    entry_id: UUID
    state: EntryState
    state_label: str
    channel: Channel
    channel_label: str
    notifier: Notifier | None
    notifier_label: str | None
    """届出人; None: ex officio (職権)."""
    result: str | None
    """本登録 or 取下げ; None: nobody has decided yet."""
    result_on: date | None
    forwarded_on: date | None
    decided_on: date | None
    """処理年月日: the day of JPS's decision, where the state is one."""
    correction: CorrectionView | None
    """What JPS was told last since about its report (訂正の報告)."""

    @classmethod
    def of(cls, receipt: Receipt, year: int, state: State) -> "ReceiptView":
        """One receipt as it is shown."""
        withdrawn = receipt.state is EntryState.WITHDRAWN
        at = receipt.withdrawn_at if withdrawn else receipt.settled_at
        result = EntryState.WITHDRAWN if withdrawn else EntryState.SETTLED
        form = state.forms.form(receipt.kind, receipt.received_on)
        notifier, channel = notifier_of(form, receipt.submission), receipt.submission.channel
        return cls(
            receipt=receipt_text(year, receipt.receipt_number, apart=receipt.apart),
            number=receipt.receipt_number,
            received_on=receipt.received_on,
            kind=receipt.kind,
            title=procedure_of(receipt.kind).labels[receipt.kind],
            person_id=receipt.person_id,
            entry_id=receipt.entry_id,
            state=receipt.state,
            state_label=receipt.state.label,
            channel=channel,
            channel_label=channel.label,
            notifier=notifier,
            notifier_label=notifier.label if notifier else None,
            result=None if at is None else result.label,
            result_on=None if at is None else japan_date(at),
            forwarded_on=receipt.forwarded_on,
            decided_on=receipt.decided_on if receipt.state in DECIDED else None,
            correction=CorrectionView.last_of(receipt.corrections),
        )


class Receipts(BaseModel):
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
    staff: Settler,
    service: CurrentService,
    office: Office = None,
    fiscal_year: FiscalYear = None,
    after: AfterReceipt = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Receipts:
    """The receipts of an office and a fiscal year: by default one's own, and this year."""
    state = state_of(service)
    async with service.unit_of_work() as uow:
        of = office or staff.department
        year = fiscal_year_of(uow.today) if fiscal_year is None else fiscal_year
        found = await receipts.listed(uow.connection, of, year, after, limit + 1)
        total = await receipts.count(uow.connection, of, year)
        shown, last = page(found, limit)
        books = await offices(uow.connection, "exemptions", year)
        audit.record(
            uow,
            AuditOperation.SEARCH,
            staff=staff,
            function=Function.NOTICE_SETTLE,
            count=len(shown),
            details={"of": "receipts", "fiscal_year": year, "own_office": of == staff.department},
        )
    return Receipts(
        office=of,
        fiscal_year=year,
        offices=books,
        receipts=tuple(ReceiptView.of(receipt, year, state) for receipt in shown),
        total=total,
        following=None if last is None else last.receipt_number,
    )


@router.get("/receipts/print", response_class=Response)
async def print_register(
    staff: Settler,
    service: CurrentService,
    office: Office = None,
    fiscal_year: FiscalYear = None,
    first: ReceiptNumber = 1,
    last: ReceiptNumber = MOST,
) -> Response:
    """受付処理簿 from one receipt number to another, as PDF: one's own office and this year by
    default. Who printed it, when, and of how many persons is recorded. Nobody hidden is printed for
    whoever may not see them (promise 8): the rows are not there."""
    if last - first >= MOST:
        raise problems.too_much_to_print(MOST)
    state = state_of(service)
    async with service.unit_of_work() as uow:
        of = office or staff.department
        year = fiscal_year_of(uow.today) if fiscal_year is None else fiscal_year
        found = [
            receipt
            for receipt in await receipts.listed(uow.connection, of, year, first - 1, MOST)
            if receipt.receipt_number <= last
        ]
        people = list({receipt.person_id for receipt in found})
        known = await persons.facts_of(uow.connection, people) if people else {}
        lines = [
            _line(ReceiptView.of(one, year, state), one, known.get(one.person_id)) for one in found
        ]
        title = "国民年金　受付処理簿（付加・免除）"
        printed, pages = pdf(register_sheet(title, of, year, lines, staff, uow.now))
        audit.record(
            uow,
            AuditOperation.SEARCH,
            staff=staff,
            function=Function.NOTICE_SETTLE,
            count=len(found),
            details={
                "of": "receipts_printed",
                "fiscal_year": year,
                "own_office": of == staff.department,
                "pages": pages,
                "number_shown": False,
            },
        )
    headers = {"content-disposition": 'inline; filename="exemption-receipts.pdf"'}
    return Response(printed, media_type=PDF, headers=headers)


def _line(line: ReceiptView, receipt: Receipt, known: PersonFacts | None) -> PrintedReceipt:
    birth = known.birth_date if known else None
    return PrintedReceipt(
        receipt=line.receipt,
        received_on=line.received_on,
        title=line.title,
        notifier=line.notifier_label,
        channel=line.channel_label,
        day=birth_text(birth, known.resident_kind) if birth and known else "",
        basic_pension_number=entries.number_in(receipt.submission),
        result=line.result or line.state_label,
        result_on=line.result_on,
        forwarded_on=line.forwarded_on,
        decided=Decided.by(line.state, line.decided_on),
        correction=line.correction,
    )
