"""受付処理簿 on paper: the register of an office and a year, or a part of it, as PDF.

Printed are what qualification itself holds: birth date and basic pension number say who it is.
Names stay with identity, which hands them over for a report and for nothing else (C11): a clerk who
needs one looks the person up, which is recorded of that clerk. Nobody hidden is printed for whoever
may not see them (promise 8): the rows are not there.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from contracts.codes import ResidentKind
from contracts.dates import UncertainDate
from contracts.eras import wareki
from contracts.events import AuditOperation
from contracts.functions import Function
from services.chassis import audit, merges
from services.chassis.clock import JAPAN
from services.chassis.http import current_service, requires
from services.chassis.printing import PDF, Column, Sheet, pdf, with_geta
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.qualification import problems as refusals
from services.qualification.domain.facts import Fact
from services.qualification.domain.notices import fiscal_year as fiscal_year_of
from services.qualification.domain.numbers import pension_numbers
from services.qualification.domain.one_person import facts_together, history
from services.qualification.domain.reasons import western
from services.qualification.receipt_api import ReceiptView, receipt_line
from services.qualification.state import state_of
from services.qualification.stores import persons, receipts

router = APIRouter()

MOST: Final = 2000
"""Receipts in one print: some 130 pages."""
COLUMNS: Final = (
    Column("受付番号", 9),
    Column("受付日", 12),
    Column("届書の種類", 19),
    Column("届出人・経路", 13),
    Column("生年月日", 12),
    Column("基礎年金番号", 10),
    Column("結果", 9),
    Column("結果の日", 12),
    Column("送付日", 12),
)


@router.get("/receipts/print", response_class=Response)
async def print_register(
    staff: Annotated[StaffContext, Depends(requires(Function.NOTICE_SETTLE))],
    service: Annotated[Service, Depends(current_service)],
    office: Annotated[
        str | None, Query(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")
    ] = None,
    fiscal_year: Annotated[int | None, Query(ge=1961, le=9999)] = None,
    first: Annotated[int, Query(ge=1, le=2**31 - 1)] = 1,
    last: Annotated[int, Query(ge=1, le=2**31 - 1)] = MOST,
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
        rows = tuple(
            _row(
                receipt_line(receipt, year, known.title(receipt.kind)),
                facts_together(facts, same.get(receipt.person_id, (receipt.person_id,))),
            )
            for receipt in found
        )
        printed, pages = pdf(
            Sheet(
                title="国民年金　受付処理簿",
                heading=with_geta(f"{year}年度　{of}"),
                footing=with_geta(_footing(uow.now, staff)),
                columns=COLUMNS,
                rows=rows,
            )
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


def _footing(now: datetime, staff: StaffContext) -> str:
    at = now.astimezone(JAPAN)
    when = f"{wareki(at.date())}{at.hour}時{at.minute:02d}分"
    return f"印刷日時：{when}　印刷者：{staff.staff_id}（{staff.department}）　個人番号の記載：なし"


def _row(line: ReceiptView, facts: Sequence[Fact]) -> tuple[str, ...]:
    said, number = history(facts), pension_numbers(facts).current
    by = line.notifier_label or ""
    cells = (
        line.receipt,
        wareki(line.received_on),
        line.title,
        f"{by}　{line.channel_label}" if by else line.channel_label,
        _birth(said[-1].birth_date, said[-1].resident_kind) if said else "",
        f"{number[:4]}-{number[4:]}" if number else "",
        line.result or line.state_label,
        wareki(line.result_on) if line.result_on else "",
        wareki(line.forwarded_on) if line.forwarded_on else "",
    )
    return tuple(map(with_geta, cells))


def _birth(written: UncertainDate, kind: ResidentKind) -> str:
    """A foreign resident's birth date in Western years, everybody else's in their era."""
    if written.value is None:
        return written.notation
    return western(written.value) if kind is ResidentKind.FOREIGN else wareki(written.value)
