"""Taking a settled entry back (本登録取消) before it is sent, whatever its procedure.

Proposed by one with a reason, decided by another (promise 9). The entry waits then as it was handed
in: with its receipt number and its day, to be settled again or withdrawn; what it was settled with
is kept.
"""

from typing import Any
from uuid import UUID

from contracts.events import AuditOperation, AuditOutcome, BlockKind, ExemptionReportStands
from contracts.forms import EntryState, holds_individual_number
from contracts.functions import Function
from services.chassis import blocking, merges
from services.chassis.problems import Problem
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.exemptions import entry_life, following, holding, problems, proposing
from services.exemptions.procedure import Procedure
from services.exemptions.state import State, state_of
from services.exemptions.stores import entries, take_backs
from services.exemptions.stores.entries import Entry
from services.exemptions.stores.take_backs import TakeBack
from services.exemptions.take_back_views import CONCERNED, TakeBacks

Any_ = Procedure[Any, Any]


async def propose(
    service: Service, procedure: Any_, entry_id: UUID, reason: str, staff: StaffContext
) -> TakeBacks:
    """Propose to take a settled entry back; its report is held back until another decides.

    Raises the problem where that cannot be.
    """
    if holds_individual_number(reason):
        raise problems.number_in_reason()
    async with entry_life.alone(service, procedure, entry_id) as uow:
        entry = await entry_life.entry_of(uow, procedure, entry_id, lock=True)
        hindrance = await _hindrance(uow, procedure, entry)
        if hindrance is not None:
            raise hindrance
        if await _open(uow, entry_id) is not None:
            raise problems.take_back_proposed()
        await blocking.refuse(uow, BlockKind.CHANGE, entry.person_id)
        before = await holding.held(uow, [entry_id])
        await take_backs.propose(uow.connection, entry_id, reason, staff.staff_id, uow.now)
        await holding.tell(uow, [entry], before)
        _record(uow, procedure, entry, staff, action="propose_take_back")
        return await _view(uow, state_of(service), procedure, entry_id)


async def decide(
    service: Service, procedure: Any_, entry_id: UUID, staff: StaffContext, *, agree: bool
) -> TakeBacks:
    """Agree or not, by another than who proposed it.

    Agreed, the entry waits to be settled again, what was to be reported of it falls away, and what
    it brought about no longer counts. Raises the problem where that cannot be; that it was tried is
    recorded.
    """
    state = state_of(service)
    async with entry_life.alone(service, procedure, entry_id) as uow:
        entry = await entry_life.entry_of(uow, procedure, entry_id, lock=True)
        proposed = await _open(uow, entry_id)
        if proposed is None:
            raise problems.no_take_back_proposed()
        refusal = await _refusal(uow, procedure, entry, proposed, staff, agree=agree)
        if refusal is not None:
            _record(uow, procedure, entry, staff, AuditOutcome.REFUSED, refused=refusal.code)
        else:
            if agree:
                await _take_back(uow, procedure, entry, staff, state)
            else:
                before = await holding.held(uow, [entry_id])
                await take_backs.decline(uow.connection, entry_id, staff.staff_id, uow.now)
                await holding.tell(uow, [entry], before)
            _record(uow, procedure, entry, staff, action="take_back", agreed=agree)
            view = await _view(uow, state, procedure, entry_id)
    if refusal is not None:
        raise refusal
    return view


async def _take_back(
    uow: UnitOfWork, procedure: Any_, entry: Entry, staff: StaffContext, state: State
) -> None:
    months = await procedure.concerned(uow, state, entry_life.handed_in(state, entry))
    await procedure.before_taking_back(uow, entry)
    await take_backs.agree(
        uow.connection,
        procedure.table,
        procedure.settled_columns,
        entry.entry_id,
        staff.staff_id,
        uow.now,
        CONCERNED.dump_json(months).decode(),
    )
    if entry.item_id is not None:
        event = ExemptionReportStands(
            item_id=entry.item_id, person_id=entry.person_id, stands=False, since=uow.today
        )
        uow.emit(event, key=str(entry.person_id))
    person_id = await merges.surviving(uow.connection, entry.person_id)
    await following.follow(uow, [person_id], state.forms)
    await proposing.noted(uow, entry.person_id, state)


async def _refusal(
    uow: UnitOfWork,
    procedure: Any_,
    entry: Entry,
    proposed: TakeBack,
    staff: StaffContext,
    *,
    agree: bool,
) -> Problem | None:
    """Why it cannot be decided so; None where it can. Not to agree changes nothing, and can be
    said whatever became of the entry."""
    if proposed.proposed_by == staff.staff_id:
        return problems.same_person_takes_back()
    if not agree:
        return None
    hindrance = await _hindrance(uow, procedure, entry)
    return hindrance or await blocking.refusal(uow, BlockKind.CHANGE, entry.person_id)


async def _hindrance(uow: UnitOfWork, procedure: Any_, entry: Entry) -> Problem | None:
    """Why an entry cannot be taken back now; None where it can."""
    if entry.forwarded_on is not None:
        return problems.sent_already(entry.state)
    if entry.state is not EntryState.SETTLED:
        return problems.wrong_state(entry.state)
    if entry.on_medium is not None:
        return problems.on_medium(entry.on_medium)
    held = await entries.of_person(uow.connection, procedure.table, entry.person_id)
    resting = [other for other in held if procedure.rests_on(other, entry)]
    return problems.others_rest_on_it(resting) if resting else None


async def _open(uow: UnitOfWork, entry_id: UUID) -> TakeBack | None:
    proposals = await take_backs.of_entry(uow.connection, entry_id)
    return next((one for one in proposals if one.decided_at is None), None)


async def _view(uow: UnitOfWork, state: State, procedure: Any_, entry_id: UUID) -> TakeBacks:
    entry = await entry_life.entry_of(uow, procedure, entry_id)
    handed = entry_life.handed_in(state, entry)
    proposals = await take_backs.of_entry(uow.connection, entry_id)
    return TakeBacks(
        entry_id=entry_id,
        state=entry.state,
        state_label=entry.state.label,
        proposals=await procedure.proposed(uow, state, handed, proposals),
    )


def _record(
    uow: UnitOfWork,
    procedure: Any_,
    entry: Entry,
    staff: StaffContext,
    outcome: AuditOutcome = AuditOutcome.DONE,
    **details: str | int | bool,
) -> None:
    entry_life.record(
        uow, procedure, AuditOperation.ENTRY_CANCELLED, entry, staff, Function.NOTICE_SETTLE,
        outcome=outcome, **details,
    )  # fmt: skip
