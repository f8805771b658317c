"""What JPS decided on entries: taken in, and put beside the city's review and the months."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from contracts.events import DecisionTakenBack, ItemDecided
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
    refused_by,
)
from services.exemptions.domain.kinds import ExemptionKind
from services.exemptions.domain.reasons import Reason
from services.exemptions.review_views import review_in, settled_months
from services.exemptions.stores import corrections, decisions, entries, notes
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
    items = {one.item_id for one in new}
    return await _bear(uow, items, notices, applied)


async def take_back(gone: Sequence[Received[DecisionTakenBack]], uow: UnitOfWork) -> set[UUID]:
    """Let what JPS decided on another's entries count no more; whose entries they were.

    What it decided on cancellations changes nothing of the entries.

    Raises ``Rejected`` (EX-1005) for a decision that was never told; then nothing is changed.
    """
    on_items = [r for r in gone if r.event.correction_id is None]
    on_corrections = [r.event for r in gone if r.event.correction_id is not None]
    ids = [r.event.decision_id for r in on_items]
    found = await decisions.take_back(uow.connection, ids, uow.now)
    unknown = await corrections.KEPT.take_back(uow.connection, on_corrections, uow.now)
    unknown |= set(ids) - found.keys()
    if strange := [r for r in gone if r.event.decision_id in unknown]:
        reason = "this decision was never told"
        raise Rejected([Rejection(received, "EX-1005", reason) for received in strange])
    ids = list(set(found.values()))
    notices = await entries.some(uow.connection, NOTICES, ids)
    applied = await entries.some(uow.connection, APPLICATIONS, ids)
    return await _bear(uow, {r.event.item_id for r in on_items}, notices, applied)


async def _bear(
    uow: UnitOfWork, items: Collection[UUID], notices: Sequence[Entry], applied: Sequence[Kept]
) -> set[UUID]:
    """Give entries the states that what was decided on these items brings; whose they are."""
    by_item = await decisions.on_items(uow.connection, items)
    # Of what was reported again only the report that was made last bears on the state.
    states: dict[UUID, EntryState] = {}
    going_on: dict[UUID, str | None] = {}
    for entry in (*notices, *applied):
        if entry.item_id is None or entry.item_id not in items:
            continue
        counts = counting(by_item.get(entry.item_id, ()))
        states[entry.entry_id] = (
            EntryState(counts.outcome.value) if counts else EntryState.FORWARDED
        )
        if isinstance(entry, Kept) and entry.kind == ApplicationKind.EXEMPTION.value:
            last = Month(entry.cycle + 1, _JUNE)
            going_on[entry.entry_id] = continued_by(counts, last)
    for table in (NOTICES, APPLICATIONS):
        await decisions.move(uow.connection, table.name, table.key, states)
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


def refused(applied: Iterable[Kept], standing_now: Standing) -> dict[Month, Reason]:
    """The months that JPS refused and nothing granted stands for; of several the last reason."""
    found: dict[Month, Reason] = {}
    for kept in sorted(applied, key=lambda one: one.applied_on):
        if kept.decision is not None:
            found |= refused_by(kept.decision, kept.applied_on, review_of(kept))
    return {month: why for month, why in found.items() if month not in standing_now.months}


async def standing_of(uow: UnitOfWork, person_id: UUID) -> Standing:
    """The same of a person."""
    applied = await entries.of_person(uow.connection, APPLICATIONS, person_id)
    return stands(applied, await notes.of(uow.connection, [one.entry_id for one in applied]))


async def found(uow: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, Entry]:
    """These entries, whatever table they lie in."""
    tables: tuple[entries.Table[Any], ...] = (NOTICES, APPLICATIONS)
    return {e.entry_id: e for t in tables for e in await entries.some(uow.connection, t, ids)}
