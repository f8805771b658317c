"""Work on what JPS decided: other than the review, or returned; and requests about applications."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, SerializeAsAny

from contracts.events import AuditOperation, BlockKind
from contracts.forms import FreeText, holds_individual_number
from contracts.functions import Function
from services.chassis import audit, blocking
from services.chassis.http import current_service, requires
from services.chassis.paging import page
from services.chassis.problems import not_found
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.exemptions import deciding, entry_life, problems
from services.exemptions.application_views import (
    ApplicationView,
    DifferenceView,
    NewRequest,
)
from services.exemptions.entry_views import EntrySummary, Sent
from services.exemptions.procedures import APPLICATIONS, procedure_of
from services.exemptions.stores import decisions, entries, notes
from services.exemptions.stores.applications import Kept

router = APIRouter()
CurrentService = Annotated[Service, Depends(current_service)]
Acceptor = Annotated[StaffContext, Depends(requires(Function.NOTICE_ACCEPT))]
Settler = Annotated[StaffContext, Depends(requires(Function.NOTICE_SETTLE))]


class Done(Sent):
    """What was done about a decision."""

    done: FreeText


class WorkView(BaseModel):
    """A decision that somebody has to look at."""

    decision_id: UUID
    path: str
    """Where the entry is."""
    entry_id: UUID
    entry: SerializeAsAny[EntrySummary]
    differences: tuple[DifferenceView, ...]
    """Of an application: months that JPS decided otherwise than the city reviewed them."""


class WorkPage(BaseModel):
    """Decisions that need work, the earliest told first."""

    decisions: tuple[WorkView, ...]
    following: UUID | None
    """What to give as ``after`` to go on; None: this was the end."""


@router.get("/exemption-decisions", response_model=None)
async def work_list(
    staff: Settler,
    service: CurrentService,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> WorkPage:
    """Returned entries, and decisions that are other than the city's review, about which nobody
    has done anything yet."""
    async with service.unit_of_work() as uow:
        listed = await decisions.work(uow.connection, after, limit + 1)
        shown, last = page(listed, limit)
        found = await deciding.found(uow, [one.entry_id for one in shown])
        audit.record(
            uow,
            AuditOperation.SEARCH,
            staff=staff,
            function=Function.NOTICE_SETTLE,
            count=len(shown),
            details={"of": "exemption_decisions"},
        )
    views = []
    for one in shown:
        entry = found[one.entry_id]
        procedure = procedure_of(entry.kind)
        views.append(
            WorkView(
                decision_id=one.decision_id,
                path=procedure.path,
                entry_id=entry.entry_id,
                entry=procedure.summary(entry),
                differences=DifferenceView.all_of(entry) if isinstance(entry, Kept) else (),
            )
        )
    return WorkPage(decisions=tuple(views), following=None if last is None else last.decision_id)


@router.post("/exemption-decisions/{decision_id}/settle", status_code=204)
async def settle(decision_id: UUID, said: Done, staff: Settler, service: CurrentService) -> None:
    """Say what was done about a decision that was returned or is other than the review."""
    if holds_individual_number(said.done):
        raise problems.number_in_reason()
    async with service.unit_of_work() as uow:
        work = await decisions.settle(
            uow.connection, decision_id, said.done, staff.staff_id, uow.now
        )
        if work is None:
            raise problems.no_such_work()
        entry = (await deciding.found(uow, [work.entry_id]))[work.entry_id]
        audit.record(
            uow,
            AuditOperation.ENTRY_SETTLED,
            staff=staff,
            function=Function.NOTICE_SETTLE,
            person_id=entry.person_id,
            reference=decision_id,
            details={"of": "exemption_decision"},
        )


@router.post(
    "/exemption-applications/{entry_id}/requests", status_code=201, response_model=ApplicationView
)
async def note_request(
    entry_id: UUID, new: NewRequest, staff: Acceptor, service: CurrentService
) -> BaseModel:
    """Note that somebody asked to cancel what was granted (取消申請), or appealed (審査請求)."""
    async with service.unit_of_work() as uow:
        kept = await entries.find(uow.connection, APPLICATIONS.table, entry_id, lock=True)
        if kept is None:
            raise not_found()
        await blocking.refuse(uow, BlockKind.CHANGE, kept.person_id)
        if kept.forwarded_on is None:
            raise problems.not_with_jps()
        if not kept.applied_on <= new.made_on <= uow.today:
            raise problems.day_of_request()
        added = await notes.add(
            uow.connection, entry_id, new.kind, new.made_on, staff.staff_id, uow.now
        )
        if not added:
            raise problems.noted_already()
        entry_life.record(uow, APPLICATIONS, AuditOperation.ENTRY_PROVISIONAL, kept, staff,
                          Function.NOTICE_ACCEPT, request=new.kind.value)  # fmt: skip
    return await entry_life.shown(service, APPLICATIONS, entry_id, staff)
