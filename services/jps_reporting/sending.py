"""Handing a sealed medium over: the slip, and the word to the owners of its items."""

from uuid import UUID

from contracts.events import AuditOperation
from contracts.functions import Function
from services.chassis import audit
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.jps_reporting import problems, voiding
from services.jps_reporting.building import locked
from services.jps_reporting.checking import stopped_items
from services.jps_reporting.domain.batches import Action, BatchState
from services.jps_reporting.domain.items import ItemState
from services.jps_reporting.forwarding import forwarded, hop
from services.jps_reporting.reporting import Reporting
from services.jps_reporting.stores import batches, items, media
from services.jps_reporting.stores.media import Slip


async def refuse_stopped(uow: UnitOfWork, batch_id: UUID) -> None:
    """Raises ``Problem`` JR-3025 where a medium that was not sent holds somebody under 発行抑止."""
    inside = await items.of_batch(uow.connection, batch_id)
    if stopped := await stopped_items(uow, inside):
        raise problems.issue_stopped(len(stopped))


async def send(
    service: Service, reporting: Reporting, uow: UnitOfWork, staff: StaffContext, batch_id: UUID
) -> None:
    """Hand the medium over: the slip (C22) is kept, and the owners of the items are told.

    The receiver is configuration (C27). Raises ``Problem``: JR-3002 for a batch that is not sealed,
    JR-3025 for one with somebody under 発行抑止, JR-3027 for one that may be voided.
    """
    await locked(uow, batch_id, Action.SEND)
    await refuse_stopped(uow, batch_id)
    medium = await media.of_batch(uow.connection, batch_id)
    if medium is None or medium.record_count is None:
        raise RuntimeError("a sealed batch without a sealed medium")
    await voiding.refuse_proposed(uow, medium.medium_id)
    await media.add_slip(
        uow.connection,
        medium.medium_id,
        Slip(
            handed_on=uow.today,
            record_count=medium.record_count,
            receiver=reporting.settings.receiver,
            transport=reporting.settings.transport,
            handed_by=staff.staff_id,
            department=staff.department,
            at=uow.now,
        ),
    )
    await media.note_life(uow.connection, medium.medium_id, "handed_over", staff.staff_id, uow.now)
    for one in await items.of_batch(uow.connection, batch_id):
        uow.emit(
            forwarded(one.item, batch_id, medium.serial, uow.today),
            key=str(one.item.person_id),
            trace=hop(service, "jps.item.sent", one),
        )
    await items.move_all(
        uow.connection,
        batch_id,
        ItemState.SEALED,
        ItemState.SENT,
        now=uow.now,
        staff_id=staff.staff_id,
    )
    await batches.set_state(uow.connection, batch_id, BatchState.SENT, uow.now)
    audit.record(
        uow,
        AuditOperation.PROVISION,
        staff=staff,
        function=Function.BATCH_SEAL,
        count=medium.record_count,
        purpose="report_to_jps",
        legal_basis=reporting.parameters.provisions.clause,
        reference=batch_id,
        details={"action": "hand_over", "medium_serial": medium.serial},
    )
