"""Rows of JPS's files that fit no item (不一致): shown, settled, and matched by two people."""

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict

from contracts.events import AuditOperation, AuditOutcome
from contracts.forms import FreeText, SamePerson, holds_individual_number, require_another_person
from contracts.functions import Function
from services.chassis import audit, problems
from services.chassis.http import requires
from services.chassis.paging import page
from services.chassis.problems import Problem
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.jps_reporting import matching, unmatched_views
from services.jps_reporting import problems as refusals
from services.jps_reporting.bodies import Agreement, Why
from services.jps_reporting.reporting import CurrentReporting, CurrentService
from services.jps_reporting.stores import unmatched
from services.jps_reporting.stores.unmatched import Candidate, Proposal, UnmatchedRow

router = APIRouter()

Taker = Annotated[StaffContext, Depends(requires(Function.RESULT_TAKE))]


class Done(BaseModel):
    """What was done about a row that is matched to nothing."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    done: FreeText


class Match(BaseModel):
    """What a row is taken to be about: the item of a result, the person of a record."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    item_id: UUID | None = None
    person_id: UUID | None = None
    reason: FreeText


@router.get("/unmatched-results")
async def work_list(
    staff: Taker,
    service: CurrentService,
    settled: bool = False,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> unmatched_views.UnmatchedList:
    """What nobody has dealt with yet, or with ``settled`` what somebody has; the oldest first."""
    async with service.unit_of_work() as uow:
        found = await unmatched.page(uow.connection, settled=settled, after=after, limit=limit + 1)
        shown, last = page(found, limit)
        audit.record(
            uow,
            AuditOperation.SEARCH,
            staff=staff,
            function=Function.RESULT_TAKE,
            count=len(shown),
            details={"what": "unmatched_results"},
        )
    return unmatched_views.UnmatchedList(
        rows=tuple(unmatched_views.RowView.of(one, sees_numbers=_sees(staff)) for one in shown),
        next=None if last is None else last.unmatched_id,
    )


@router.get("/unmatched-results/{unmatched_id}")
async def show(
    unmatched_id: UUID, staff: Taker, service: CurrentService
) -> unmatched_views.RowDetail:
    """A row, what it may be about, and what was proposed."""
    async with service.unit_of_work() as uow:
        row = await _found(uow, unmatched_id)
        _record(uow, AuditOperation.INQUIRY, staff, row, {"action": "show"})
        return await _detail(uow, row, staff)


@router.post("/unmatched-results/{unmatched_id}/settle")
async def settle(
    unmatched_id: UUID, request: Done, staff: Taker, service: CurrentService
) -> unmatched_views.RowDetail:
    """Say what was done about it; it changes nothing of any item."""
    _no_number(request.done, "done")
    async with service.unit_of_work() as uow:
        row = await _open(uow, unmatched_id)
        if await _proposed(uow, row) is not None:
            raise refusals.match_proposed()
        await unmatched.settle(
            uow.connection,
            row.unmatched_id,
            done=request.done,
            staff_id=staff.staff_id,
            now=uow.now,
        )
        _record(uow, AuditOperation.ENTRY_SETTLED, staff, row, {"action": "settle"})
        return await _detail(uow, await _found(uow, unmatched_id), staff)


@router.post("/unmatched-results/{unmatched_id}/match", status_code=201)
async def propose(
    unmatched_id: UUID,
    request: Match,
    staff: Taker,
    service: CurrentService,
    reporting: CurrentReporting,
) -> unmatched_views.RowDetail:
    """Propose what it is about; nothing changes before another agrees."""
    _no_number(request.reason, "reason")
    async with service.unit_of_work() as uow:
        row = await _open(uow, unmatched_id)
        if await _proposed(uow, row) is not None:
            raise refusals.match_proposed()
        person_id = await matching.whose(
            uow, reporting.parameters, row, request.item_id, request.person_id
        )
        proposal = Proposal(
            uuid4(), row.unmatched_id, uow.now, staff.staff_id, request.item_id, person_id,
            request.reason,
        )  # fmt: skip
        await unmatched.propose(uow.connection, proposal)
        _record(
            uow, AuditOperation.ENTRY_PROVISIONAL, staff, row, {"action": "propose_match"},
            person_id=person_id,
        )  # fmt: skip
        return await _detail(uow, row, staff)


@router.post("/unmatched-results/{unmatched_id}/match/settle")
async def agree(
    unmatched_id: UUID,
    request: Agreement,
    staff: Taker,
    service: CurrentService,
    reporting: CurrentReporting,
) -> unmatched_views.RowDetail:
    """Agree or not, by another than who proposed it. What the row says is then what JPS decided on
    that item, or what its record has of that person, and is told like any other."""
    async with service.unit_of_work() as uow:
        row = await _open(uow, unmatched_id)
        proposal, refused = await _to_decide(uow, staff, row)
        if refused is None:
            await unmatched.decide(
                uow.connection, proposal, agreed=request.agree, staff_id=staff.staff_id,
                now=uow.now,
            )  # fmt: skip
            row_id = row.unmatched_id
            if request.agree:
                row_id = await matching.match(
                    uow, reporting.parameters, row, proposal, staff.staff_id
                )
            _record(
                uow, AuditOperation.ENTRY_SETTLED, staff, row,
                {"action": "match", "agreed": request.agree}, person_id=proposal.person_id,
            )  # fmt: skip
            view = await _detail(uow, await _found(uow, row_id), staff)
    if refused is not None:
        raise refused
    return view


@router.post("/unmatched-results/{unmatched_id}/undo", status_code=201)
async def propose_to_undo(
    unmatched_id: UUID, request: Why, staff: Taker, service: CurrentService
) -> unmatched_views.RowDetail:
    """Propose to undo a match to the wrong item or person; another has to agree."""
    _no_number(request.reason, "reason")
    async with service.unit_of_work() as uow:
        row, person_id = await _matched(uow, unmatched_id)
        if await _proposed(uow, row) is not None:
            raise refusals.match_proposed()
        proposal = Proposal(
            uuid4(), row.unmatched_id, uow.now, staff.staff_id, row.matched_item, person_id,
            request.reason, undoes=True,
        )  # fmt: skip
        await unmatched.propose(uow.connection, proposal)
        _record(
            uow, AuditOperation.ENTRY_PROVISIONAL, staff, row, {"action": "propose_undo"},
            person_id=person_id,
        )  # fmt: skip
        return await _detail(uow, row, staff)


@router.post("/unmatched-results/{unmatched_id}/undo/settle")
async def agree_to_undo(
    unmatched_id: UUID, request: Agreement, staff: Taker, service: CurrentService
) -> unmatched_views.RowDetail:
    """Agree or not, by another than who proposed it. What the row decided or told counts no more,
    its owner is told so, and it is on the list again."""
    async with service.unit_of_work() as uow:
        row, person_id = await _matched(uow, unmatched_id)
        proposal, refused = await _to_decide(uow, staff, row)
        if refused is None:
            await unmatched.decide(
                uow.connection, proposal, agreed=request.agree, staff_id=staff.staff_id,
                now=uow.now,
            )  # fmt: skip
            if request.agree:
                await matching.undo(uow, row, staff.staff_id)
            _record(
                uow, AuditOperation.ENTRY_SETTLED, staff, row,
                {"action": "undo", "agreed": request.agree}, person_id=person_id,
            )  # fmt: skip
            view = await _detail(uow, await _found(uow, unmatched_id), staff)
    if refused is not None:
        raise refused
    return view


async def _to_decide(
    uow: UnitOfWork, staff: StaffContext, row: UnmatchedRow
) -> tuple[Proposal, Problem | None]:
    """What is proposed of a row; with why this staff member may not decide, which is recorded."""
    proposal = await _proposed(uow, row)
    if proposal is None:
        raise refusals.no_match_proposed()
    try:
        require_another_person(proposal.proposed_by, staff.staff_id)
    except SamePerson:
        refused = refusals.same_person_matches()
        _record(
            uow, AuditOperation.ENTRY_SETTLED, staff, row, {"code": refused.code},
            AuditOutcome.REFUSED, proposal.person_id,
        )  # fmt: skip
        return proposal, refused
    return proposal, None


async def _matched(uow: UnitOfWork, unmatched_id: UUID) -> tuple[UnmatchedRow, UUID]:
    row = await _found(uow, unmatched_id, lock=True)
    if row.matched_person is None:
        raise refusals.not_matched()
    return row, row.matched_person


async def _found(uow: UnitOfWork, unmatched_id: UUID, *, lock: bool = False) -> UnmatchedRow:
    row = await unmatched.find(uow.connection, unmatched_id, lock=lock)
    if row is None:
        raise problems.not_found()
    return row


async def _open(uow: UnitOfWork, unmatched_id: UUID) -> UnmatchedRow:
    row = await _found(uow, unmatched_id, lock=True)
    if row.settled_at is not None:
        raise refusals.unmatched_settled()
    return row


async def _proposed(uow: UnitOfWork, row: UnmatchedRow) -> Proposal | None:
    found = await unmatched.proposals(uow.connection, row.unmatched_id)
    return next((one for one in found if one.decided_at is None), None)


async def _detail(
    uow: UnitOfWork, row: UnmatchedRow, staff: StaffContext
) -> unmatched_views.RowDetail:
    return unmatched_views.RowDetail.of_all(
        row,
        await unmatched.proposals(uow.connection, row.unmatched_id),
        await _candidates(uow, row),
        sees_numbers=_sees(staff),
    )


async def _candidates(uow: UnitOfWork, row: UnmatchedRow) -> list[Candidate]:
    said = row.said["rows"][0] if row.is_record else row.said
    numbers = [said[name] for name in ("basic_pension_number", "assigned_number") if said.get(name)]
    place = said.get("medium_serial"), said.get("position")
    return await unmatched.candidates(uow.connection, numbers, place)


def _sees(staff: StaffContext) -> bool:
    return Function.SEALED_VIEW.value in staff.functions


def _no_number(text: str, field: str) -> None:
    if holds_individual_number(text):
        raise refusals.number_in_text(field)


def _record(
    uow: UnitOfWork,
    operation: AuditOperation,
    staff: StaffContext,
    row: UnmatchedRow,
    details: dict[str, str | int | bool],
    outcome: AuditOutcome = AuditOutcome.DONE,
    person_id: UUID | None = None,
) -> None:
    audit.record(
        uow,
        operation,
        staff=staff,
        function=Function.RESULT_TAKE,
        person_id=person_id or row.person_id,
        outcome=outcome,
        reference=row.unmatched_id,
        details={"what": "unmatched_result", "why": row.code, **details},
    )
