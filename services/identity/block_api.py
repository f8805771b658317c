"""Blocks (抑止) as staff set and release them: proposed by one, settled by another (promise 9); and
released for a while by who has that right."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Annotated, Self
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field, StrictBool, model_validator

from contracts.days import Day
from contracts.events import AuditOperation, AuditOutcome, BlockKind
from contracts.functions import Function
from services.chassis import audit, problems
from services.chassis.http import current_service, requires
from services.chassis.problems import Problem
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.identity.block_problems import block_refused, nobody_to_block
from services.identity.domain import blocks as rules
from services.identity.domain.blocks import (
    BlockLevel,
    BlockReason,
    BlockStep,
    BlockStepKind,
    BlockStepRefused,
    Standing,
)
from services.identity.domain.sight import sees_sealed
from services.identity.pages import Coded, coded
from services.identity.stores import blocks, blocks_told, reading, told_measures
from services.identity.stores.blocks import LIMIT, Block

router = APIRouter()
CurrentService = Annotated[Service, Depends(current_service)]
Viewer = Annotated[StaffContext, Depends(requires(Function.PERSON_VIEW))]
Proposer = Annotated[StaffContext, Depends(requires(Function.BLOCK_PROPOSE))]
Settler = Annotated[StaffContext, Depends(requires(Function.BLOCK_SETTLE))]
Lifter = Annotated[StaffContext, Depends(requires(Function.BLOCK_LIFT))]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class NewBlock(_Body):
    """A block on a person or on a household, from a day on."""

    person_id: UUID | None = None
    household_id: UUID | None = None
    kind: BlockKind
    level: BlockLevel = BlockLevel.STOP
    reason: BlockReason
    first: Day
    last: Day | None = None
    """When it is to be looked at again: it does not end by itself."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.person_id is None) == (self.household_id is None):
            raise ValueError("a block is on a person or on a household")
        if self.last is not None and self.last < self.first:
            raise ValueError("the last day lies before the first")
        return self


class BlockSettlement(_Body):
    """Whether what was proposed is agreed to."""

    agree: StrictBool


class BlockLifting(_Body):
    """For how long it is released; 0 lets it come back now."""

    minutes: Annotated[int, Field(strict=True, ge=0, le=480)]


class ShownBlockStep(BaseModel):
    """One step of a block's life."""

    step: Coded
    staff_id: str
    at: datetime
    until: datetime | None


class ShownBlock(BaseModel):
    """One block: what it stops, how it stands now, and how it came to be so."""

    block_id: UUID
    person_id: UUID | None
    household_id: UUID | None
    kind: Coded
    level: Coded
    reason: Coded
    first: date
    last: date | None
    state: Coded
    proposed: Coded | None
    """What waits for another to settle it."""
    lifted_until: datetime | None
    steps: list[ShownBlockStep]


class BlockList(BaseModel):
    """Blocks, the oldest first."""

    blocks: list[ShownBlock]
    more: bool
    limit: int


@router.post("/blocks", status_code=201)
async def propose(said: NewBlock, staff: Proposer, service: CurrentService) -> ShownBlock:
    """Propose a block; it stops nothing before another has settled it."""
    async with service.unit_of_work() as uow:
        if not await _is_there(uow, staff, said):
            raise nobody_to_block()
        proposed = BlockStep(BlockStepKind.PROPOSED, staff.staff_id, uow.now)
        block = Block(uuid4(), said.person_id, said.household_id, said.kind, said.level,
                      said.reason, said.first, said.last, (proposed,))  # fmt: skip
        await blocks.add(uow.connection, block)
        _record(uow, staff, Function.BLOCK_PROPOSE, block, proposed)
        return shown_block(block, uow.today, uow.now)


@router.get("/blocks")
async def work_list(
    staff: Proposer,
    service: CurrentService,
    due: Annotated[bool, Query()] = True,
    after: Annotated[UUID | None, Query()] = None,
) -> BlockList:
    """Blocks that are not over. ``due``: those with a proposal that waits, or whose last day has
    passed."""
    async with service.unit_of_work() as uow:
        found, more = await blocks.not_over(
            uow.connection,
            sees_sealed=sees_sealed(staff.functions),
            due=due,
            today=uow.today,
            after=after,
        )
        audit.record(
            uow,
            AuditOperation.SEARCH,
            staff=staff,
            function=Function.BLOCK_PROPOSE,
            count=len(found),
            details={"of": "blocks", "due": due},
        )
        listed = [shown_block(block, uow.today, uow.now) for block in found]
    return BlockList(blocks=listed, more=more, limit=LIMIT)


@router.get("/persons/{person_id}/blocks")
async def of_person(person_id: UUID, staff: Viewer, service: CurrentService) -> BlockList:
    """The blocks of a person and of the household they live in, those that are over too."""
    async with service.unit_of_work() as uow:
        person = await reading.person(uow.connection, staff.functions, person_id)
        found = []
        if person is not None:
            found = await blocks.of_person(
                uow.connection, person.person_id, sees_sealed=sees_sealed(staff.functions)
            )
        audit.record(
            uow,
            AuditOperation.INQUIRY,
            staff=staff,
            function=Function.PERSON_VIEW,
            person_id=person_id,
            outcome=AuditOutcome.DONE if person else AuditOutcome.FAILED,
            count=len(found),
            details={"of": "blocks"},
        )
        listed = [shown_block(block, uow.today, uow.now) for block in found]
    if person is None:
        raise problems.not_found()
    return BlockList(blocks=listed, more=False, limit=len(listed))


@router.post("/blocks/{block_id}/release")
async def propose_release(block_id: UUID, staff: Proposer, service: CurrentService) -> ShownBlock:
    """Propose to release a block; it goes on until another has settled that."""

    def step(now: Standing, uow: UnitOfWork) -> BlockStep:
        return rules.propose_release(now, staff.staff_id, uow.now)

    return await _take(service, staff, Function.BLOCK_PROPOSE, block_id, step)


@router.post("/blocks/{block_id}/settlement")
async def settle(
    block_id: UUID, said: BlockSettlement, staff: Settler, service: CurrentService
) -> ShownBlock:
    """Settle what another proposed, or send it back."""

    def step(now: Standing, uow: UnitOfWork) -> BlockStep:
        return rules.settle(now, staff.staff_id, uow.now, agree=said.agree)

    return await _take(service, staff, Function.BLOCK_SETTLE, block_id, step)


@router.post("/blocks/{block_id}/lifting")
async def lift(
    block_id: UUID, said: BlockLifting, staff: Lifter, service: CurrentService
) -> ShownBlock:
    """Release a block for a while (一時解除); it comes back by itself."""

    def step(now: Standing, uow: UnitOfWork) -> BlockStep:
        if said.minutes == 0:
            return rules.restore(now, staff.staff_id, uow.now)
        until = uow.now + timedelta(minutes=said.minutes)
        return rules.lift(now, staff.staff_id, uow.now, until)

    return await _take(service, staff, Function.BLOCK_LIFT, block_id, step)


async def _tell(uow: UnitOfWork, block: Block) -> None:
    """Tell the neighbours what is stopped from now on, where that has changed."""
    persons = await blocks_told.concerned(uow.connection, block.person_id, block.household_id)
    for event in await blocks_told.changed(uow.connection, persons):
        uow.emit(event, key=str(event.person_id))


async def _is_there(uow: UnitOfWork, staff: StaffContext, said: NewBlock) -> bool:
    if said.person_id is not None:
        found = await reading.person(uow.connection, staff.functions, said.person_id)
        return found is not None
    return said.household_id is not None and await blocks.lives_somebody(
        uow.connection, said.household_id, sees_sealed=sees_sealed(staff.functions)
    )


async def _take(
    service: Service,
    staff: StaffContext,
    function: Function,
    block_id: UUID,
    taken: Callable[[Standing, UnitOfWork], BlockStep],
) -> ShownBlock:
    """Take one step. A refusal is recorded too."""
    refusal: Problem | None = None
    async with service.unit_of_work() as uow:
        block = await blocks.find(
            uow.connection, block_id, sees_sealed=sees_sealed(staff.functions), lock=True
        )
        if block is None:
            raise problems.not_found()
        try:
            step = taken(block.standing, uow)
        except BlockStepRefused as refused:
            refusal = block_refused(refused.refusal)
            _record(uow, staff, function, block, None, refused=refusal.code)
        else:
            # Nobody moves into a household, or out of one, between the step and the telling of it.
            await told_measures.alone(uow.connection)
            block = await blocks.add_step(uow.connection, block, step)
            _record(uow, staff, function, block, step)
            await _tell(uow, block)
        shown = shown_block(block, uow.today, uow.now)
    if refusal is not None:
        raise refusal
    return shown


def shown_block(block: Block, today: date, now: datetime) -> ShownBlock:
    """A block as staff see it on a day and at a moment."""
    stands = block.standing
    lifted = stands.lifted_until
    return ShownBlock(
        block_id=block.block_id,
        person_id=block.person_id,
        household_id=block.household_id,
        kind=coded(block.kind),
        level=coded(block.level),
        reason=coded(block.reason),
        first=block.first,
        last=block.last,
        state=coded(rules.state(stands, block.first, block.last, today, now)),
        proposed=None if stands.pending is None else coded(stands.pending.kind),
        lifted_until=lifted if lifted is not None and lifted > now else None,
        steps=[
            ShownBlockStep(step=coded(s.kind), staff_id=s.staff_id, at=s.at, until=s.until)
            for s in block.steps
        ],
    )


_OPERATIONS = {
    Function.BLOCK_PROPOSE: AuditOperation.ENTRY_PROVISIONAL,
    Function.BLOCK_SETTLE: AuditOperation.ENTRY_SETTLED,
    Function.BLOCK_LIFT: AuditOperation.ENTRY_SETTLED,
}


def _record(
    uow: UnitOfWork,
    staff: StaffContext,
    function: Function,
    block: Block,
    step: BlockStep | None,
    *,
    refused: str | None = None,
) -> None:
    details: dict[str, str | int | bool] = {"of": "block", "kind": block.kind.value}
    if step is not None:
        details["step"] = step.kind.value
    if refused is not None:
        details["refused"] = refused
    audit.record(
        uow,
        _OPERATIONS[function],
        staff=staff,
        function=function,
        person_id=block.person_id,
        outcome=AuditOutcome.REFUSED if refused else AuditOutcome.DONE,
        reference=block.block_id,
        details=details,
    )
