"""受付処理簿 on paper: the register of an office and a year, or a part of it, as PDF.

A clerk who needs a name looks the person up, which is recorded of that clerk. Nobody hidden is
printed for whoever may not see them (promise 8): the rows are not there.
"""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from contracts.events import AuditOperation
from contracts.functions import Function
from services.chassis import audit, merges
from services.chassis.http import current_service, requires
from services.chassis.printing import PDF, pdf
from services.chassis.registers import (
    MOST,
    Decided,
    FiscalYear,
    Office,
    PrintedReceipt,
    ReceiptNumber,
    birth_text,
    register_sheet,
)
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.qualification import problems as refusals
from services.qualification.domain.facts import Fact
from services.qualification.domain.notices import fiscal_year as fiscal_year_of
from services.qualification.domain.numbers import pension_numbers
from services.qualification.domain.one_person import facts_together, history
from services.qualification.receipt_api import ReceiptView, receipt_line
from services.qualification.state import state_of
from services.qualification.stores import corrections, persons, receipts

router = APIRouter()


@router.get("/receipts/print", response_class=Response)
async def print_register(
    staff: Annotated[StaffContext, Depends(requires(Function.NOTICE_SETTLE))],
    service: Annotated[Service, Depends(current_service)],
    office: Office = None,
    fiscal_year: FiscalYear = None,
    first: ReceiptNumber = 1,
    last: ReceiptNumber = MOST,
) -> Response:
    """受付処理簿 from one receipt number to another, as PDF: one's own office and this year by
    default. Who printed it, when, and of how many persons is recorded."""
    if last - first >= MOST:
        raise refusals.too_much_to_print(MOST)
    known = state_of(service)
    async with service.unit_of_work() as uow:
        of = office or staff.department
        year = fiscal_year_of(uow.today) if fiscal_year is None else fiscal_year
        found = [
            receipt
            for receipt in await receipts.listed(uow.connection, of, year, first - 1, MOST)
            if receipt.receipt_number <= last
        ]
        people = {receipt.person_id for receipt in found}
        same = await merges.same_person(uow.connection, people)
        facts = await persons.facts_of(uow.connection, sorted(people.union(*same.values())))
        since = await corrections.about(uow.connection, [r.notice_id for r in found])
        lines = tuple(
            _line(
                receipt_line(
                    receipt, of, year, known.title(receipt.kind), since.get(receipt.notice_id, ())
                ),
                facts_together(facts, same.get(receipt.person_id, (receipt.person_id,))),
            )
            for receipt in found
        )
        printed, pages = pdf(
            register_sheet("国民年金　受付処理簿", of, year, lines, staff, uow.now)
        )
        audit.record(
            uow,
            AuditOperation.SEARCH,
            staff=staff,
            function=Function.NOTICE_SETTLE,
            count=len(found),
            details={
                "what": "receipts_printed",
                "fiscal_year": year,
                "own_office": of == staff.department,
                "pages": pages,
                "number_shown": False,
            },
        )
    return Response(
        printed,
        media_type=PDF,
        headers={"content-disposition": 'inline; filename="receipts.pdf"'},
    )


def _line(line: ReceiptView, facts: Sequence[Fact]) -> PrintedReceipt:
    said, number = history(facts), pension_numbers(facts).current
    return PrintedReceipt(
        receipt=line.receipt,
        received_on=line.received_on,
        title=line.title,
        notifier=line.notifier_label,
        channel=line.channel_label,
        day=birth_text(said[-1].birth_date, said[-1].resident_kind) if said else "",
        basic_pension_number=number,
        result=line.result or line.state_label,
        result_on=line.result_on,
        forwarded_on=line.forwarded_on,
        decided=Decided.by(line.state, line.decided_on),
        correction=line.correction,
    )
