"""Items whose fact no longer stands, or stands again, as their owner tells."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from contracts.events import (
    ExemptionReportHeld,
    ExemptionReportStands,
    QualificationReportStands,
    ReportProcessing,
)
from services.chassis.received import Received, Rejected, Rejection
from services.chassis.unit_of_work import UnitOfWork
from services.jps_reporting import checking
from services.jps_reporting.domain.batches import Action, BatchState, allows
from services.jps_reporting.domain.items import HELD_BY_OWNER, ItemState
from services.jps_reporting.reporting import Reporting
from services.jps_reporting.stores import batches, corrections, items, linkage, standing
from services.jps_reporting.stores.item_rows import StoredItem

FELL_AWAY: Final = "JR-1204"
"""Held back: its fact was taken back, and stands again; a person looks before it is reported."""

Stands = QualificationReportStands | ExemptionReportStands
"""Whether an item's fact stands, as its owner tells it."""


async def take_standing(
    reporting: Reporting, received: Sequence[Received[Stands]], uow: UnitOfWork
) -> None:
    """Withdraw what was not sent, note what was: for that a correction is called for.

    Of several in one batch about an item the last counts. Raises ``Rejected`` (JR-1004) for an
    item that was never reported of that person.
    """
    latest = {one.event.item_id: one for one in received}
    found = await _found(uow, received)
    fallen = [one.event for one in latest.values() if not one.event.stands]
    again = [one.event for one in latest.values() if one.event.stands]
    leaving = [found[event.item_id] for event in fallen]
    leaving += [
        one
        for one in await standing.corrections_of(uow.connection, sorted(latest))
        if _falls(one, latest)
    ]
    await leave(reporting, uow, leaving, FELL_AWAY)
    await standing.fall_away(uow.connection, {e.item_id: e.since for e in fallen}, uow.now)
    await standing.stand_again(uow.connection, [e.item_id for e in again], FELL_AWAY, uow.now)
    await standing.withdraw_corrections(uow.connection, sorted(latest), uow.now)
    await corrections.lapse(uow.connection, sorted(latest), uow.now)


async def take_held(
    reporting: Reporting, received: Sequence[Received[ExemptionReportHeld]], uow: UnitOfWork
) -> None:
    """Hold back what its owner has to settle something about first, or let it go.

    It leaves its batch as long as no medium was made of that; what is on a medium stays. Of several
    in one batch about an item the last counts. Raises ``Rejected`` (JR-1004) like `take_standing`.
    """
    found = await _found(uow, received)
    latest = {one.event.item_id: one.event for one in received}
    held = [found[event.item_id] for event in latest.values() if event.held]
    await leave(reporting, uow, held, HELD_BY_OWNER)
    since = {event.item_id: event.since if event.held else None for event in latest.values()}
    await standing.hold(uow.connection, since, uow.now)


async def _found(
    uow: UnitOfWork, received: Sequence[Received[Stands]] | Sequence[Received[ExemptionReportHeld]]
) -> dict[UUID, StoredItem]:
    """The items that are spoken of. Raises ``Rejected`` (JR-1004)."""
    ids = sorted({one.event.item_id for one in received})
    found = {one.item.item_id: one for one in await standing.find(uow.connection, ids)}
    strange = [
        one
        for one in received
        if one.event.item_id not in found
        or found[one.event.item_id].item.person_id != one.event.person_id
    ]
    if strange:
        reason = "no item of this id was reported of this person"
        raise Rejected([Rejection(one, "JR-1004", reason) for one in strange])
    return found


def _falls(correction: StoredItem, latest: Mapping[UUID, Received[Stands]]) -> bool:
    """Whether a correction is called for no more by what is told of the item that it corrects."""
    cancels = correction.item.processing is ReportProcessing.CANCELLATION
    corrects = correction.item.corrects
    return corrects is not None and latest[corrects].event.stands == cancels


async def leave(
    reporting: Reporting, uow: UnitOfWork, leaving: Iterable[StoredItem], code: str
) -> None:
    """Take those out of their batches that are in one of which no medium was made; held back
    with that code, or withdrawn where they do not stand."""
    inside: dict[UUID, list[UUID]] = {}
    for item in leaving:
        if item.state is ItemState.IN_BATCH and item.batch_id is not None:
            inside.setdefault(item.batch_id, []).append(item.item.item_id)
    for batch_id, item_ids in sorted(inside.items()):
        await _take_out(reporting, uow, batch_id, item_ids, code)


async def _take_out(
    reporting: Reporting, uow: UnitOfWork, batch_id: UUID, item_ids: Sequence[UUID], code: str
) -> None:
    """Take items out of a batch that no medium was made of; of one that is on a medium none.

    While the vault is at work on it they leave as well: what it makes is not kept (JR-3007).
    """
    batch = (await batches.lock(uow.connection, [batch_id]))[batch_id]
    if not allows(batch.state, Action.TAKE_OUT):
        return
    persons = await items.leave(
        uow.connection, batch_id, [(i, code) for i in item_ids], now=uow.now, staff_id=None
    )
    await batches.forget_results(uow.connection, batch_id, list(item_ids))
    await linkage.erase_persons_gone(uow.connection, batch_id, uow.now)
    if not (await batches.tally(uow.connection, batch_id)).items:
        await batches.set_state(uow.connection, batch_id, BatchState.CANCELLED, uow.now)
        return
    await checking.check_persons(reporting, uow, batch, sorted(set(persons)))
    await checking.settle(reporting, uow, batch)


def calls_for_correction(one: StoredItem) -> bool:
    """Whether JPS has, or is about to have, what is not so, and nothing that tells it is on its
    way. What it returned it does not have."""
    about_to = one.state in (ItemState.IN_BATCH, ItemState.SEALED) and one.stale
    return about_to or one.correction_wanted is not None
