"""What JPS decided on entries: taken in, and put beside the city's review and the months."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from contracts.events import ItemDecided
from contracts.forms import EntryState
from contracts.months import Month
from services.chassis.received import Received, Rejected, Rejection
from services.chassis.unit_of_work import UnitOfWork
from services.exemptions.domain.application.standing import Cancellation, Standing, standing
from services.exemptions.domain.asked import ApplicationKind, wanted_by
from services.exemptions.domain.decisions import (
    Decision,
    Review,
    continued_by,
    counting,
    granted_by,
    needs_work,
)
from services.exemptions.domain.kinds import ExemptionKind
from services.exemptions.review_views import review_in, settled_months
from services.exemptions.stores import decisions, entries, notes
from services.exemptions.stores.applications import APPLICATIONS, Kept
from services.exemptions.stores.entries import NOTICES, Entry
from services.exemptions.stores.notes import Note, NoteKind

_JUNE: Final = 6


async def take(decided: Sequence[Received[ItemDecided]], uow: UnitOfWork) -> set[UUID]:
    """Keep what JPS decided on our items; entries get the states of the latest decisions.

    Whose entries were decided on.

    Raises ``Rejected`` for an item that no entry was sent as (EX-1004); then nothing is kept.
    """
    owners = await decisions.owners(uow.connection, [r.event.item_id for r in decided])
    strange = [r for r in decided if r.event.item_id not in owners]
    if strange:
        reason = "no entry was sent to JPS as this item"
        raise Rejected([Rejection(received, "EX-1004", reason) for received in strange])
    ids = list(set(owners.values()))
    notices = await entries.some(uow.connection, NOTICES, ids)
    applied = await entries.some(uow.connection, APPLICATIONS, ids)
    reviews = {one.entry_id: review_of(one) for one in applied}
    new = [Decision.of(r.event, owners[r.event.item_id], uow.now) for r in decided]
    kept = [(one, needs_work(one, reviews.get(one.entry_id))) for one in new]
    await decisions.add(uow.connection, kept, uow.now)
    by_item = await decisions.on_items(uow.connection, {one.item_id for one in new})
    # Of what was reported again only the report that was made last bears on the state.
    states = {
        entry.entry_id: EntryState(counts.outcome.value)
        for entry in (*notices, *applied)
        if entry.item_id and (counts := counting(by_item.get(entry.item_id, ())))
    }
    for table in (NOTICES, APPLICATIONS):
        await decisions.move(uow.connection, table.name, table.key, states)
    going_on = {
        one.entry_id: continued_by(counting(by_item[one.item_id]), Month(one.cycle + 1, _JUNE))
        for one in applied
        if one.item_id in by_item and one.kind == ApplicationKind.EXEMPTION.value
    }
    await decisions.continue_by(uow.connection, going_on)
    return {entry.person_id for entry in (*notices, *applied)}


def review_of(kept: Kept) -> Review:
    """The city's review as it was settled; empty where it is not yet."""
    return review_in(settled_months(kept) or ())


def wanted(kept: Kept) -> tuple[ExemptionKind, ...]:
    """What an application applied for, the best first."""
    return wanted_by(ApplicationKind(kept.kind), kept.submission.values)


def stands(applied: Iterable[Kept], noted: Mapping[UUID, Sequence[Note]]) -> Standing:
    """What stands of everything that JPS granted on a person's applications, month by month, with
    the requests to cancel that were noted on them."""
    granted = [
        one
        for kept in applied
        if kept.decision is not None
        for one in granted_by(kept.decision, kept.applied_on)
    ]
    cancelled = {
        note.made_on
        for of_one in noted.values()
        for note in of_one
        if note.kind is NoteKind.CANCELLATION
    }
    return standing(granted, map(Cancellation, cancelled))


async def standing_of(uow: UnitOfWork, person_id: UUID) -> Standing:
    """The same of a person."""
    applied = await entries.of_person(uow.connection, APPLICATIONS, person_id)
    return stands(applied, await notes.of(uow.connection, [one.entry_id for one in applied]))


async def found(uow: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, Entry]:
    """These entries, whatever table they lie in."""
    tables: tuple[entries.Table[Any], ...] = (NOTICES, APPLICATIONS)
    return {e.entry_id: e for t in tables for e in await entries.some(uow.connection, t, ids)}
