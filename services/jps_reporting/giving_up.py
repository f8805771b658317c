"""Giving up a correction that was settled and is on no medium yet (訂正の取下げ), by two people.

While it is proposed the correction is held back. Given up, JPS is not told: what calls for the
correction is on the list again as long as it does.
"""

from uuid import UUID, uuid4

from contracts.events import CorrectionGivenUp, ReportOwner
from contracts.forms import require_another_person
from services.chassis.unit_of_work import UnitOfWork
from services.jps_reporting import correcting, correction_problems, standing
from services.jps_reporting.domain.batches import BatchState
from services.jps_reporting.domain.items import GIVING_UP, ItemState
from services.jps_reporting.reporting import Reporting
from services.jps_reporting.stores import batches, corrections, give_ups
from services.jps_reporting.stores.give_ups import GiveUp
from services.jps_reporting.stores.item_rows import StoredItem

_BEFORE_THE_MEDIUM = (ItemState.WAITING, ItemState.BLOCKED, ItemState.IN_BATCH)


async def propose(
    reporting: Reporting, uow: UnitOfWork, item_id: UUID, reason: str, staff_id: str
) -> StoredItem:
    """Propose to give up the correction of an item; the item.

    Raises ``Problem``: CH-0003; JR-3036 where there is none; JR-3037 where it is on a medium, or
    was sent; JR-3038 where that is proposed already.
    """
    item, correction = await _held(uow, item_id)
    if await give_ups.open_one(uow.connection, correction.item.item_id) is not None:
        raise correction_problems.give_up_proposed()
    await standing.leave(reporting, uow, [correction], GIVING_UP)
    await give_ups.propose(
        uow.connection,
        GiveUp(uuid4(), correction.item.item_id, uow.now, staff_id, reason),
    )
    return item


async def settle(uow: UnitOfWork, item_id: UUID, *, agree: bool, staff_id: str) -> StoredItem:
    """Give it up, or let it go its way; the item.

    Raises ``Problem``: CH-0003, JR-3036, JR-3037; JR-3039 where nothing is proposed.
    ``SamePerson`` for who proposed it.
    """
    item, correction = await _held(uow, item_id)
    proposed = await give_ups.open_one(uow.connection, correction.item.item_id)
    if proposed is None:
        raise correction_problems.no_give_up_proposed()
    require_another_person(proposed.proposed_by, staff_id)
    await give_ups.decide(
        uow.connection, proposed, agreed=agree, staff_id=staff_id, now=uow.now
    )  # fmt: skip
    if agree:
        _tell(uow, item, correction)
    return item


async def refuse_proposed(uow: UnitOfWork, correction_id: UUID) -> None:
    """Raises ``Problem`` JR-3038 for a correction of which somebody proposes to give it up."""
    if await give_ups.open_one(uow.connection, correction_id) is not None:
        raise correction_problems.give_up_proposed()


async def _held(uow: UnitOfWork, asked: UUID) -> tuple[StoredItem, StoredItem]:
    """The item, and its correction that is on no medium: nobody else changes either. ``asked`` for
    by the id of either."""
    item_id = (await correcting.found(uow, asked, held=False)).item.item_id
    seen = await _last(uow, item_id)
    # The batch's lock comes before the items': a medium is made of what it was checked with.
    locked = await batches.lock(uow.connection, [seen.batch_id] if seen and seen.batch_id else [])
    item = await correcting.found(uow, item_id)
    if seen is not None:
        await give_ups.hold_item(uow.connection, seen.item.item_id)
    correction = await _last(uow, item_id)
    if correction is None or correction.state is ItemState.WITHDRAWN:
        raise correction_problems.nothing_to_give_up()
    if asked not in (item_id, correction.item.item_id):  # an earlier one
        raise correction_problems.nothing_to_give_up()
    batch = locked.get(correction.batch_id) if correction.batch_id else None
    in_hand = correction.batch_id is None or (
        batch is not None and batch.state is not BatchState.SEALING
    )
    if correction.state not in _BEFORE_THE_MEDIUM or not in_hand:
        raise correction_problems.correction_on_medium(correction.state)
    return item, correction


async def _last(uow: UnitOfWork, item_id: UUID) -> StoredItem | None:
    return (await corrections.latest(uow.connection, [item_id])).get(item_id)


def _tell(uow: UnitOfWork, item: StoredItem, correction: StoredItem) -> None:
    event = CorrectionGivenUp(
        correction_id=correction.item.item_id,
        item_id=item.item.item_id,
        person_id=item.item.person_id,
        owner=ReportOwner(item.item.source.value),
        kind=item.item.kind.value,
        processing=correction.item.processing,
        given_up_on=uow.today,
    )
    uow.emit(event, key=str(item.item.person_id), trace=item.trace)
