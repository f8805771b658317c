"""What stands in the way of showing or editing a person: blocks (抑止), another's lock (排他)."""

from collections.abc import Collection, Iterable
from uuid import UUID

from contracts.events import BlockKind
from services.chassis.problems import Problem
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.identity.block_problems import blocked, locked_by_another
from services.identity.domain.blocks import BlockLevel
from services.identity.stores import blocks, edit_locks


async def stopped(uow: UnitOfWork, person_id: UUID, kind: BlockKind) -> Problem | None:
    """The problem that tells of a block which stops this, if there is one. For somebody whom the
    caller may see."""
    found = await blocks.in_the_way(uow.connection, [person_id], kind, uow.today, uow.now)
    for block in found.get(person_id, ()):
        if block.level is BlockLevel.STOP:
            return blocked(block.kind, block.reason)
    return None


async def stopped_of(uow: UnitOfWork, persons: Collection[UUID], kind: BlockKind) -> set[UUID]:
    """Those of these persons for whom a block stops this, whoever asks and whoever is hidden."""
    found = await blocks.in_the_way(uow.connection, persons, kind, uow.today, uow.now)
    return {
        person_id
        for person_id, there in found.items()
        if any(block.level is BlockLevel.STOP for block in there)
    }


async def first_not_editable(
    uow: UnitOfWork, staff: StaffContext, persons: Iterable[UUID]
) -> Problem | None:
    """The same of several persons, of whom each has to be free."""
    for person_id in persons:
        refusal = await not_editable(uow, staff, person_id)
        if refusal is not None:
            return refusal
    return None


async def not_editable(uow: UnitOfWork, staff: StaffContext, person_id: UUID) -> Problem | None:
    """The problem that tells why this staff member cannot edit the person now, if so."""
    refusal = await stopped(uow, person_id, BlockKind.CHANGE)
    if refusal is not None:
        return refusal
    lock = await edit_locks.held(uow.connection, person_id)
    if lock is not None and lock.staff_id != staff.staff_id:
        return locked_by_another(lock)
    return None
