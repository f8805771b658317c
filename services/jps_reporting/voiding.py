"""Voiding a medium that was made and not handed over (媒体の取消), by two people.

Nothing can be taken out of a medium. So where somebody on it must not leave the house any more, it
is destroyed as a whole, and its items wait for another.
"""

from uuid import UUID, uuid4

from contracts.events import AuditOperation, AuditOutcome
from contracts.forms import SamePerson, require_another_person
from contracts.functions import Function
from services.chassis import audit
from services.chassis.problems import Problem
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.jps_reporting import problems
from services.jps_reporting.building import locked
from services.jps_reporting.checking import stopped_items
from services.jps_reporting.domain.batches import Action, BatchState
from services.jps_reporting.domain.checks import ISSUE_STOPPED
from services.jps_reporting.forwarding import tell_on_medium
from services.jps_reporting.stores import batches, items, media, voids
from services.jps_reporting.stores.media import Medium
from services.jps_reporting.stores.voids import VoidProposal


async def propose(
    uow: UnitOfWork, staff: StaffContext, batch_id: UUID, reason: str, *, copies_destroyed: bool
) -> None:
    """Propose that a sealed batch's medium be voided. Until another decides it does not leave.

    Raises ``Problem``: JR-3002, JR-3027; JR-3029 where it was downloaded and its copies are not
    said to be destroyed.
    """
    medium = await _sealed(uow, batch_id)
    if await voids.open_one(uow.connection, medium.medium_id) is not None:
        raise problems.void_proposed()
    await _require_destroyed(uow, medium, copies_destroyed=copies_destroyed)
    await voids.propose(
        uow.connection,
        VoidProposal(
            uuid4(), medium.medium_id, uow.now, staff.staff_id, reason, copies_destroyed
        ),
    )  # fmt: skip
    _record(uow, AuditOperation.ENTRY_PROVISIONAL, Function.BATCH_BUILD, staff, batch_id, medium)


async def settle(
    uow: UnitOfWork, staff: StaffContext, batch_id: UUID, *, agree: bool
) -> Problem | None:
    """Void the medium, or let it be. A refusal is recorded, so it returns: JR-3030, for who
    proposed.

    Raises ``Problem``: JR-3002, JR-3028.
    """
    medium = await _sealed(uow, batch_id)
    proposed = await voids.open_one(uow.connection, medium.medium_id)
    if proposed is None:
        raise problems.no_void_proposed()
    try:
        require_another_person(proposed.proposed_by, staff.staff_id)
    except SamePerson:
        refused = problems.same_person_voids()
        _record(
            uow, AuditOperation.ENTRY_SETTLED, Function.BATCH_SEAL, staff, batch_id, medium,
            {"code": refused.code}, AuditOutcome.REFUSED,
        )  # fmt: skip
        return refused
    await voids.decide(
        uow.connection, proposed.proposal_id, staff.staff_id, uow.now, agreed=agree
    )  # fmt: skip
    if agree:
        await _void(uow, staff, batch_id, medium)
    _record(
        uow, AuditOperation.ENTRY_SETTLED, Function.BATCH_SEAL, staff, batch_id, medium,
        {"agreed": agree},
    )  # fmt: skip
    return None


async def refuse_proposed(uow: UnitOfWork, medium_id: UUID) -> None:
    """Raises ``Problem`` JR-3027 for a medium of which somebody proposes that it be voided."""
    if await voids.open_one(uow.connection, medium_id) is not None:
        raise problems.void_proposed()


async def _void(uow: UnitOfWork, staff: StaffContext, batch_id: UUID, medium: Medium) -> None:
    inside = await items.of_batch(uow.connection, batch_id)
    stopped = await stopped_items(uow, inside)
    await voids.void(
        uow.connection,
        medium.medium_id,
        batch_id,
        [(item_id, ISSUE_STOPPED) for item_id in sorted(stopped)],
        staff_id=staff.staff_id,
        now=uow.now,
    )
    await media.note_life(uow.connection, medium.medium_id, "voided", staff.staff_id, uow.now)
    await batches.forget_results(
        uow.connection, batch_id, [one.item.item_id for one in inside]
    )  # fmt: skip
    await batches.set_state(uow.connection, batch_id, BatchState.CANCELLED, uow.now)
    tell_on_medium(uow, inside, batch_id, medium.serial, on_medium=False)
    for one in inside:
        # As its provision was recorded of each person, so is that nothing was given.
        audit.record(
            uow,
            AuditOperation.ENTRY_CANCELLED,
            staff=staff,
            function=Function.BATCH_SEAL,
            person_id=one.item.person_id,
            reference=one.item.item_id,
            details={"what": "provision", "medium_serial": medium.serial},
            trace=one.trace,
        )


async def _sealed(uow: UnitOfWork, batch_id: UUID) -> Medium:
    await locked(uow, batch_id, Action.VOID)
    medium = await media.of_batch(uow.connection, batch_id)
    if medium is None:
        raise RuntimeError("a sealed batch without a medium")
    return medium


async def _require_destroyed(uow: UnitOfWork, medium: Medium, *, copies_destroyed: bool) -> None:
    if not copies_destroyed and await voids.was_downloaded(uow.connection, medium.medium_id):
        raise problems.copies_left()


def _record(
    uow: UnitOfWork,
    operation: AuditOperation,
    function: Function,
    staff: StaffContext,
    batch_id: UUID,
    medium: Medium,
    details: dict[str, str | int | bool] | None = None,
    outcome: AuditOutcome = AuditOutcome.DONE,
) -> None:
    audit.record(
        uow,
        operation,
        staff=staff,
        function=function,
        outcome=outcome,
        count=medium.record_count,
        reference=batch_id,
        details={"what": "void_medium", "medium_serial": medium.serial, **(details or {})},
    )
