"""Hidden persons' items (支援措置) are reported in batches of their own: a batch and its medium go
to JPS whole, and for whoever may not see one of its items neither may be there."""

from collections.abc import Sequence
from uuid import UUID

from contracts.events import PersonSightChanged
from services.chassis.hiding import note
from services.chassis.received import Received
from services.chassis.unit_of_work import UnitOfWork
from services.jps_reporting import checking
from services.jps_reporting.domain.batches import BatchState
from services.jps_reporting.reporting import Reporting
from services.jps_reporting.stores import batches, items, linkage
from services.jps_reporting.stores.batches import Batch


async def follow(
    reporting: Reporting, received: Sequence[Received[PersonSightChanged]], uow: UnitOfWork
) -> None:
    """Note who is hidden from now on, and who no more, and let their items leave the batches whose
    medium is not made yet: they wait, and go with the others of their kind."""
    persons = await note(uow.connection, received)
    if not persons:
        return
    concerned = sorted(await items.batches_of(uow.connection, persons))
    for batch_id, batch in sorted((await batches.lock(uow.connection, concerned)).items()):
        leaving = await items.in_batch_of(uow.connection, batch_id, persons)
        if leaving:
            await _leave(reporting, uow, batch, leaving)


async def _leave(
    reporting: Reporting, uow: UnitOfWork, batch: Batch, leaving: Sequence[UUID]
) -> None:
    batch_id = batch.batch_id
    await items.leave(
        uow.connection, batch_id, [(item, None) for item in leaving], now=uow.now, staff_id=None
    )
    await batches.forget_results(uow.connection, batch_id, leaving)
    await linkage.erase_persons_gone(uow.connection, batch_id, uow.now)
    if (await batches.tally(uow.connection, batch_id)).items:
        await checking.settle(reporting, uow, batch)
    else:
        await batches.set_state(uow.connection, batch_id, BatchState.CANCELLED, uow.now)
