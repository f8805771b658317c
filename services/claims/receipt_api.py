"""受付処理簿 of claims: what an office took in, in the order of its receipt numbers."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response
from pydantic import BaseModel

from contracts.eras import wareki
from contracts.events import AuditOperation
from contracts.events.claims import ClaimantRelationship
from contracts.forms import Channel, EntryState, receipt_text
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
    offices,
    register_sheet,
)
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.claims import problems, work
from services.claims.domain.facts import fiscal_year as fiscal_year_of
from services.claims.state import State, state_of
from services.claims.stores import claims
from services.claims.stores.claims import KeptClaim

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
    """The deceased."""
    died_on: date
    basic_pension_number: str | None
    """The deceased's, as the claim says."""
    claim_id: UUID
    state: EntryState
    state_label: str
    channel: Channel
    channel_label: str
    claimant: ClaimantRelationship
    """What the claimant (請求者) was to the deceased."""
    claimant_label: str
    result: str | None
    """本登録 or 取下げ; None: nobody has decided yet."""
    result_on: date | None
    forwarded_on: date | None
    decided_on: date | None
    """処理年月日: the day of JPS's decision, where the state is one."""
    correction: CorrectionView | None
    """What JPS was told last since about its report (訂正の報告)."""

    @classmethod
    def of(cls, kept: KeptClaim, state: State) -> "ReceiptView":
        """One receipt as it is shown."""
        claim = work.read(state, kept)
        withdrawn = kept.state is EntryState.WITHDRAWN
        at = kept.withdrawn_at if withdrawn else kept.settled_at
        result = EntryState.WITHDRAWN if withdrawn else EntryState.SETTLED
        channel = kept.submission.channel
        return cls(
            receipt=receipt_text(kept.fiscal_year, kept.receipt_number, apart=kept.apart),
            number=kept.receipt_number,
            received_on=kept.received_on,
            kind=kept.kind,
            title=work.form_of(state, kept).title,
            person_id=kept.surviving_deceased_id,
            died_on=kept.died_on,
            basic_pension_number=claim.basic_pension_number,
            claim_id=kept.claim_id,
            state=kept.state,
            state_label=kept.state.label,
            channel=channel,
            channel_label=channel.label,
            claimant=claim.relationship,
            claimant_label=claim.relationship.label,
            result=None if at is None else result.label,
            result_on=None if at is None else japan_date(at),
            forwarded_on=kept.forwarded_on,
            decided_on=None if kept.decision is None else kept.decision.decided_on,
            correction=CorrectionView.last_of(kept.corrections),
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
        found = await claims.receipts(uow.connection, of, year, after, limit + 1)
        total = await claims.receipt_count(uow.connection, of, year)
        shown, last = page(found, limit)
        books = await offices(uow.connection, "claims", year)
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
        receipts=tuple(ReceiptView.of(receipt, state) for receipt in shown),
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
    default. Who printed it, when, and of how many claims is recorded. A claim in which somebody
    hidden has a part is not printed for whoever may not see them: the rows are not there."""
    if last - first >= MOST:
        raise problems.too_much_to_print(MOST)
    state = state_of(service)
    async with service.unit_of_work() as uow:
        of = office or staff.department
        year = fiscal_year_of(uow.today) if fiscal_year is None else fiscal_year
        found = await claims.receipts(uow.connection, of, year, first - 1, MOST)
        lines = [
            _line(ReceiptView.of(kept, state)) for kept in found if kept.receipt_number <= last
        ]
        sheet = register_sheet(
            "国民年金　受付処理簿（給付）", of, year, lines, staff, uow.now, day="死亡日"
        )
        printed, pages = pdf(sheet)
        audit.record(
            uow,
            AuditOperation.SEARCH,
            staff=staff,
            function=Function.NOTICE_SETTLE,
            count=len(lines),
            details={
                "of": "receipts_printed",
                "fiscal_year": year,
                "own_office": of == staff.department,
                "pages": pages,
                "number_shown": False,
            },
        )
    headers = {"content-disposition": 'inline; filename="claim-receipts.pdf"'}
    return Response(printed, media_type=PDF, headers=headers)


def _line(line: ReceiptView) -> PrintedReceipt:
    return PrintedReceipt(
        receipt=line.receipt,
        received_on=line.received_on,
        title=line.title,
        notifier=line.claimant_label,
        channel=line.channel_label,
        day=wareki(line.died_on),
        basic_pension_number=line.basic_pension_number,
        result=line.result or line.state_label,
        result_on=line.result_on,
        forwarded_on=line.forwarded_on,
        decided=Decided.by(line.state, line.decided_on),
        correction=line.correction,
    )
