"""A batch as every answer about it shows it."""

from uuid import UUID

from services.chassis import problems as chassis_problems
from services.chassis.unit_of_work import UnitOfWork
from services.jps_reporting import views
from services.jps_reporting.stores import batches, media
from services.jps_reporting.stores.batches import Batch


async def found(uow: UnitOfWork, batch_id: UUID) -> Batch:
    """The batch. Raises ``Problem`` CH-0003."""
    batch = await batches.find(uow.connection, batch_id)
    if batch is None:
        raise chassis_problems.not_found()
    return batch


async def batch_view(uow: UnitOfWork, batch: Batch) -> views.BatchView:
    """The batch in figures, with its medium and slip."""
    medium = await media.of_batch(uow.connection, batch.batch_id)
    slip = await media.slip_of(uow.connection, medium.medium_id) if medium else None
    tally = await batches.tally(uow.connection, batch.batch_id)
    return views.BatchView.of(batch, tally, medium, slip)
