"""Who is hidden, as identity tells: the handler of every service whose tables are about persons."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg

from contracts.events import PersonSightChanged
from services.chassis.received import Received
from services.chassis.unit_of_work import UnitOfWork

_IS_HIDDEN: Final = """
select exists (select from bus.hidden where hidden and person_id = any($1::uuid[]))
"""
_HIDE: Final = """
insert into bus.hidden as known (person_id, sight_version, hidden)
select distinct on (person_id) person_id, sight_version, hidden
from unnest($1::uuid[], $2::int[], $3::boolean[]) as t (person_id, sight_version, hidden)
order by person_id, sight_version desc
on conflict (person_id) do update
set sight_version = excluded.sight_version, hidden = excluded.hidden
where known.sight_version < excluded.sight_version
"""


async def is_hidden(connection: asyncpg.Connection, *persons: UUID | None) -> bool:
    """Whether one of these is hidden from staff without the right."""
    found: bool = await connection.fetchval(_IS_HIDDEN, list(persons))
    return found


async def on_sight(batch: Sequence[Received[PersonSightChanged]], uow: UnitOfWork) -> None:
    """Note who is hidden from now on; an older version than the known one changes nothing."""
    events = [received.event for received in batch]
    await uow.connection.execute(
        _HIDE,
        [event.person_id for event in events],
        [event.sight_version for event in events],
        [event.hidden for event in events],
    )
