"""Which settled entries wait for something that staff have to decide on before they are sent."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

_HELD: Final = """
select entry_id from exemptions.take_backs
where entry_id = any($1::uuid[]) and decided_at is null
union
select application_id from exemptions.reviews_again
where application_id = any($1::uuid[]) and state = 'open'
union
select entry_id from exemptions.consequences
where entry_id = any($1::uuid[]) and state = 'open'
"""
# What waits to be sent, of either table, by its id. Nothing waits to be sent before it is settled.
_WAITING: Final = """
with cause as (
    select entry_id, proposed_at as since from exemptions.take_backs where decided_at is null
    union all
    select application_id, found_at from exemptions.reviews_again where state = 'open'
    union all
    select entry_id, found_at from exemptions.consequences where state = 'open'
), held as (
    select entry_id, min(since) as since from cause group by entry_id
)
select entry_id, item_id, person_id, greatest(held.since, e.settled_at) as since from (
    select entry_id, item_id, person_id, state, settled_at from exemptions.entries
    union all
    select application_id, item_id, person_id, state, settled_at from exemptions.applications
) as e join held using (entry_id)
where e.state = 'settled' and e.item_id is not null and ($1::uuid is null or e.entry_id > $1)
order by e.entry_id limit $2
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An entry that is to be sent, and waits."""

    entry_id: UUID
    item_id: UUID
    person_id: UUID
    since: datetime
    """When the first of what it waits for now was found or proposed."""


async def waiting(connection: asyncpg.Connection, after: UUID | None, limit: int) -> list[Waiting]:
    """The next entries that are to be sent and wait for such a decision, by their id."""
    return [Waiting(**dict(row)) for row in await connection.fetch(_WAITING, after, limit)]


async def held(connection: asyncpg.Connection, ids: Collection[UUID]) -> set[UUID]:
    """Which of these entries: a difference of a review made again is open, facts that their review
    rests on were another's, something has to be done about their months, or somebody proposed to
    take them back."""
    return {row["entry_id"] for row in await connection.fetch(_HELD, list(ids))}
