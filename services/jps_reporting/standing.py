"""Items whose fact no longer stands, or stands again, as their owner tells."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from contracts.events import QualificationReportStands
from services.chassis.received import Received, Rejected, Rejection
from services.chassis.unit_of_work import UnitOfWork
from services.jps_reporting import checking
from services.jps_reporting.domain.batches import Action, BatchState, allows
from services.jps_reporting.domain.items import ItemState
from services.jps_reporting.reporting import Reporting
from services.jps_reporting.stores import batches, items, linkage, standing
from services.jps_reporting.stores.item_rows import StoredItem

FELL_AWAY: Final = "JR-1204"
"""Held back: its fact was taken back, and stands again; a person looks before it is reported."""
_NOT_SENT: Final = frozenset({ItemState.WAITING, ItemState.BLOCKED})


async def take_standing(
    reporting: Reporting, received: Sequence[Received[QualificationReportStands]], uow: UnitOfWork
) -> None:
    """Withdraw what was not sent, note what was: for that a correction is called for.

    Of several in one batch about an item the last counts. Raises ``Rejected`` (JR-1004) for an
    item that was never reported of that person.
    """
    latest = {one.event.item_id: one for one in received}
    # The batches' locks come before the items': a medium is made of what it was checked with.
    found = {one.item.item_id: one for one in await standing.find(uow.connection, sorted(latest))}
    strange = [
        one
        for one in received
        if one.event.item_id not in found
        or found[one.event.item_id].item.person_id != one.event.person_id
    ]
    if strange:
        reason = "no item of this id was reported of this person"
        raise Rejected([Rejection(one, "JR-1004", reason) for one in strange])
    fallen = [one.event for one in latest.values() if not one.event.stands]
    again = [one.event for one in latest.values() if one.event.stands]
    inside: dict[UUID, list[UUID]] = {}
    for event in fallen:
        item = found[event.item_id]
        if item.state is ItemState.IN_BATCH and item.batch_id is not None:
            inside.setdefault(item.batch_id, []).append(event.item_id)
    for batch_id, item_ids in sorted(inside.items()):
        await _take_out(reporting, uow, batch_id, item_ids)
    await standing.fall_away(uow.connection, {e.item_id: e.since for e in fallen}, uow.now)
    await standing.stand_again(uow.connection, [e.item_id for e in again], FELL_AWAY, uow.now)


async def _take_out(
    reporting: Reporting, uow: UnitOfWork, batch_id: UUID, item_ids: Sequence[UUID]
) -> None:
    """Take items out of a batch that is not being sealed; of one that is, the medium stands."""
    batch = (await batches.lock(uow.connection, [batch_id]))[batch_id]
    if not allows(batch.state, Action.TAKE_OUT) or batch.state is BatchState.SEALING:
        return
    persons = await items.leave(
        uow.connection, batch_id, [(i, FELL_AWAY) for i in item_ids], now=uow.now, staff_id=None
    )
    await batches.forget_results(uow.connection, batch_id, list(item_ids))
    await linkage.erase_persons_gone(uow.connection, batch_id, uow.now)
    if not (await batches.tally(uow.connection, batch_id)).items:
        await batches.set_state(uow.connection, batch_id, BatchState.CANCELLED, uow.now)
        return
    await checking.check_persons(reporting, uow, batch, sorted(set(persons)))
    await checking.settle(reporting, uow, batch)


def calls_for_correction(one: StoredItem) -> bool:
    """Whether JPS has, or is about to have, what no longer stands."""
    withdrawn = one.state in (ItemState.WITHDRAWN, ItemState.NOT_NEEDED, *_NOT_SENT)
    return one.fell_away_on is not None and not withdrawn
