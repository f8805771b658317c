"""What JPS returned (返戻): a list of work, reported again or settled by saying what was done."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict

from contracts.events import AuditOperation
from contracts.forms import FreeText, holds_individual_number
from contracts.functions import Function
from services.chassis import audit, merges, problems
from services.chassis.http import current_service, requires
from services.chassis.paging import page
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.qualification import problems as refusals
from services.qualification.conclusions import conclusion_of
from services.qualification.reporting_again import report_again
from services.qualification.shown import View, reported_label
from services.qualification.state import State, state_of
from services.qualification.stores import notices, persons, reports, runs
from services.qualification.stores.reports import Returned

router = APIRouter()

CurrentService = Annotated[Service, Depends(current_service)]
Settling = Annotated[StaffContext, Depends(requires(Function.NOTICE_SETTLE))]


class ReturnedView(View):
    """A report that JPS returned. ``stands`` false: the facts no longer give what it said."""

    item_id: UUID
    person_id: UUID
    notice_id: UUID | None
    """The notice behind it: it can be mended. None: it rests on the register or an age."""
    kind: str
    """A transition, or the kind of a notice that was itself reported."""
    label: str
    occurred_on: date
    code: str
    stands: bool
    forwarded_on: date | None
    decided_on: date
    return_code: str | None
    return_reason: str | None


class ReturnedList(View):
    """Returned reports about which something is to be done, the earliest told first."""

    returned: tuple[ReturnedView, ...]
    following: UUID | None
    """What to give as ``after`` to go on; None: this was the end."""


class ReportedAgain(View):
    """The new item."""

    item_id: UUID


class DoneRequest(BaseModel):
    """What was done about it, where nothing is reported again."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    done: FreeText


@router.get("/returned-reports")
async def work_list(
    staff: Settling,
    service: CurrentService,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ReturnedList:
    """What JPS returned and nobody has dealt with yet."""
    async with service.unit_of_work() as uow:
        found = await reports.returned(uow.connection, after, limit + 1)
        shown, last = page(found, limit)
        audit.record(
            uow,
            AuditOperation.SEARCH,
            staff=staff,
            function=Function.NOTICE_SETTLE,
            count=len(shown),
            details={"what": "returned_reports"},
        )
    return _page(shown, last)


@router.post("/returned-reports/{item_id}/report-again", status_code=201)
async def again(item_id: UUID, staff: Settling, service: CurrentService) -> ReportedAgain:
    """Report it again as it is: what JPS had against it is settled without mending a notice."""
    async with service.unit_of_work() as uow:
        found = await _waiting(uow, item_id)
        new = await _report(uow, state_of(service), found, staff)
        _record(uow, staff, found, {"action": "report_again"}, new)
    return ReportedAgain(item_id=new)


@router.post("/returned-reports/{item_id}/settle", status_code=204)
async def settle(
    item_id: UUID, request: DoneRequest, staff: Settling, service: CurrentService
) -> None:
    """Say what was done about it: nothing is to be reported again."""
    if holds_individual_number(request.done):
        raise refusals.number_in_text("done")
    async with service.unit_of_work() as uow:
        found = await _waiting(uow, item_id)
        await reports.settle_return(uow.connection, item_id, request.done, staff.staff_id, uow.now)
        _record(uow, staff, found, {"action": "settle_return"}, item_id)


async def _waiting(uow: UnitOfWork, item_id: UUID) -> Returned:
    """The report, its person locked: two who deal with it wait for each other."""
    known = await reports.chain(uow.connection, item_id)
    if known is None:
        raise problems.not_found()
    await merges.undisturbed(uow.connection)
    await persons.lock(uow.connection, await persons.ids_of(uow.connection, known.person_id))
    found = await reports.returned_one(uow.connection, item_id)
    if found is None:
        raise refusals.not_returned()
    return found


async def _report(uow: UnitOfWork, state: State, found: Returned, staff: StaffContext) -> UUID:
    known = await reports.chain(uow.connection, found.item_id)
    day = await runs.business_day(uow.connection, uow.today)
    conclusion = await conclusion_of(uow, found.person_id, state.parameters, day)
    if known is None:
        raise problems.not_found()
    new = await report_again(
        uow, conclusion, known, notice_id=found.notice_id, staff_id=staff.staff_id
    )
    if new is None:
        raise refusals.no_longer_follows()
    if found.notice_id is not None:
        await notices.wait_again(uow.connection, found.notice_id, new, staff.staff_id, uow.now)
    return new


def _page(shown: Sequence[Returned], last: Returned | None) -> ReturnedList:
    return ReturnedList(
        returned=tuple(map(_view, shown)),
        following=None if last is None else last.item_id,
    )


def _view(found: Returned) -> ReturnedView:
    return ReturnedView(
        item_id=found.item_id,
        person_id=found.person_id,
        notice_id=found.notice_id,
        kind=found.kind,
        label=reported_label(found.kind),
        occurred_on=found.occurred_on,
        code=found.reason,
        stands=found.stands,
        forwarded_on=found.forwarded_on,
        decided_on=found.decided_on,
        return_code=found.return_code,
        return_reason=found.return_reason,
    )


def _record(
    uow: UnitOfWork,
    staff: StaffContext,
    found: Returned,
    details: dict[str, str | int | bool],
    reference: UUID,
) -> None:
    audit.record(
        uow,
        AuditOperation.ENTRY_SETTLED,
        staff=staff,
        function=Function.NOTICE_SETTLE,
        person_id=found.person_id,
        reference=reference,
        details={"what": "returned_report", **details},
    )
