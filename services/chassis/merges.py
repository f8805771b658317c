"""Which ids are the same person's: what ``persons.merges`` tells, kept once for every service.

Two records may turn out to be one person's, and what was taken for one person may be two. Then one
id answers for another, or no longer does. Nothing is moved: what a service recorded under an id
stays there, and it reads what lies under all ids of a person (``bus.same_person``). So a merge is
undone by forgetting it, what comes late under a former id is at once the person's, and it does
not matter in which order events of the two ids and the merge itself arrive.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg

from contracts.events import PersonMerged
from services.chassis.received import Received
from services.chassis.unit_of_work import UnitOfWork

_CHANGING: Final = 0x6D657267  # "merg": an advisory lock of its own
_SHARED: Final = "select pg_advisory_xact_lock_shared($1)"
_ALONE: Final = "select pg_advisory_xact_lock($1)"
_KNOWN: Final = """
select person_id, identity_version, surviving_id from bus.merged where person_id = any($1::uuid[])
"""
_KEEP: Final = """
insert into bus.merged as m (person_id, surviving_id, identity_version)
select * from unnest($1::uuid[], $2::uuid[], $3::int[])
on conflict (person_id) do update
    set surviving_id = excluded.surviving_id, identity_version = excluded.identity_version
    where m.identity_version < excluded.identity_version
"""
_TURN: Final = 0x7475726E  # "turn": a space of advisory locks of its own
# In the order of their keys, so that two never wait for each other.
_TAKE_TURNS: Final = """
select pg_advisory_xact_lock($1::int, turn) from (
    select distinct hashtext(bus.surviving(a.id)::text) as turn
    from unnest($2::uuid[]) as a (id) order by turn
) turns
"""
_SURVIVING: Final = "select bus.surviving($1)"
_ANY_MERGED: Final = "select exists (select from bus.merged where surviving_id is not null)"
_SAME: Final = """
select a.id as asked, s.id from unnest($1::uuid[]) as a (id),
    lateral bus.same_person(a.id) with ordinality as s (id, place)
order by a.id, s.place
"""


async def follow(batch: Sequence[Received[Any]], uow: UnitOfWork) -> frozenset[UUID]:
    """Keep what a batch says; the ids that answer for somebody else than before, or no longer do.

    Nobody who holds `undisturbed` is under way when this returns, and none begins before the
    transaction ends. An older version than the one known changes nothing.
    """
    latest: dict[UUID, Any] = {}
    for received in batch:
        event = received.event
        before = latest.get(event.person_id)
        if before is None or before.identity_version < event.identity_version:
            latest[event.person_id] = event
    await uow.connection.execute(_ALONE, _CHANGING)
    known = {row["person_id"]: row for row in await uow.connection.fetch(_KNOWN, sorted(latest))}
    concerned: set[UUID] = set()
    news: list[tuple[UUID, UUID | None, int]] = []
    for person_id, event in sorted(latest.items()):
        row = known.get(person_id)
        if row is not None and event.identity_version <= row["identity_version"]:
            continue
        surviving = event.surviving_id if isinstance(event, PersonMerged) else None
        news.append((person_id, surviving, event.identity_version))
        concerned |= {person_id} | {
            other for other in (surviving, row and row["surviving_id"]) if other is not None
        }
    columns = [list(column) for column in zip(*news, strict=True)] or [[], [], []]
    await uow.connection.execute(_KEEP, *columns)
    return frozenset(concerned)


async def on_merges(batch: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    """The handler of a service that concludes nothing ahead and reads by ``bus.same_person``."""
    await follow(batch, uow)


async def undisturbed(connection: asyncpg.Connection) -> None:
    """No merge is taken in until the transaction ends: for who draws conclusions from what lies
    under several ids and keeps them. To be called before anything of them is read or locked."""
    await connection.execute(_SHARED, _CHANGING)


async def one_at_a_time(connection: asyncpg.Connection, *persons: UUID | None) -> None:
    """Of these persons nothing else is done that asks for the same, by whichever id, until the
    transaction ends: for who looks whether something waits already, and adds it where not.

    Two ids of one person may be of two shards, so that the shards' locks do not keep them apart.
    """
    await undisturbed(connection)
    known = sorted({person for person in persons if person is not None})
    await connection.execute(_TAKE_TURNS, _TURN, known)


async def surviving(connection: asyncpg.Connection, person_id: UUID) -> UUID:
    """Who answers for this id: itself, unless it was merged."""
    found: UUID = await connection.fetchval(_SURVIVING, person_id)
    return found


async def same_person(
    connection: asyncpg.Connection, person_ids: Collection[UUID]
) -> Mapping[UUID, tuple[UUID, ...]]:
    """All ids of each person, the surviving one first. Whose ids are one alone is not in it."""
    found: dict[UUID, list[UUID]] = {}
    # In most cities nobody is merged most of the time: then the ids are not even sent.
    if person_ids and await connection.fetchval(_ANY_MERGED):
        for row in await connection.fetch(_SAME, sorted(person_ids)):
            found.setdefault(row["asked"], []).append(row["id"])
    return {asked: tuple(ids) for asked, ids in found.items() if len(ids) > 1}
