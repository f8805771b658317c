"""Who is hidden, as identity tells: the handler of every service whose tables are about persons."""

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

import asyncpg

from contracts.events import PersonSightChanged
from services.chassis.received import Received
from services.chassis.unit_of_work import UnitOfWork

_IS_HIDDEN: Final = """
select exists (select from bus.hidden where hidden and person_id = any($1::uuid[]))
"""
_HIDDEN: Final = "select person_id from bus.hidden where hidden and person_id = any($1::uuid[])"
_HIDE: Final = """
insert into bus.hidden as known (person_id, sight_version, hidden, since)
select distinct on (person_id) person_id, sight_version, hidden, since
from unnest($1::uuid[], $2::int[], $3::boolean[], $4::timestamptz[])
    as t (person_id, sight_version, hidden, since)
order by person_id, sight_version desc
on conflict (person_id) do update
set sight_version = excluded.sight_version, hidden = excluded.hidden, since = excluded.since
where known.sight_version < excluded.sight_version
returning person_id
"""


async def is_hidden(connection: asyncpg.Connection, *persons: UUID | None) -> bool:
    """Whether one of these is hidden from staff without the right."""
    found: bool = await connection.fetchval(_IS_HIDDEN, list(persons))
    return found


async def hidden_of(connection: asyncpg.Connection, persons: Iterable[UUID]) -> set[UUID]:
    """Those of them who are hidden from staff without the right."""
    rows = await connection.fetch(_HIDDEN, sorted(set(persons)))
    return {row["person_id"] for row in rows}


async def note(
    connection: asyncpg.Connection, batch: Sequence[Received[PersonSightChanged]]
) -> list[UUID]:
    """Note who is hidden from now on, and who no more; an older version than the known one changes
    nothing. Returns the persons of whom something new was told."""
    rows = await connection.fetch(
        _HIDE,
        [received.event.person_id for received in batch],
        [received.event.sight_version for received in batch],
        [received.event.hidden for received in batch],
        [received.time for received in batch],
    )
    return [row["person_id"] for row in rows]


async def on_sight(batch: Sequence[Received[PersonSightChanged]], uow: UnitOfWork) -> None:
    """The handler of a service that has nothing to do beyond knowing it."""
    await note(uow.connection, batch)
