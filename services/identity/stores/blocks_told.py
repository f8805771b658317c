"""What neighbours are to be told of blocks (抑止): a person's own, and those of the household.

Blocks of a person are told under the id that they were set under: who is one person with others is
for the neighbours to know (``bus.same_person``), so no merge tells anything anew.
"""

import json
from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

import asyncpg

from contracts.events import PersonBlocksChanged

# Only who has a stop, or was told of one, costs more than the look into two small tables.
_CHANGED: Final = """
with asked as (
    select distinct a.id as person_id from unnest($1::uuid[]) as a (id)
), stops as (
    select b.person_id, b.block_id, b.kind, b.first_day, b.lifted_until
    from identity.blocks b join asked using (person_id)
    where b.is_set and not b.over and b.level = 'stop'
    union
    select coalesce(r.former_id, r.person_id), b.block_id, b.kind, b.first_day, b.lifted_until
    from identity.blocks b
    join identity.residents r on r.household_id = b.household_id and r.resident_status = '1'
    join asked on asked.person_id = coalesce(r.former_id, r.person_id)
    where b.is_set and not b.over and b.level = 'stop'
), now as (
    select asked.person_id, coalesce(
        jsonb_agg(
            jsonb_build_object(
                'kind', s.kind, 'since', s.first_day, 'lifted_until', s.lifted_until)
            order by s.kind, s.first_day, s.block_id
        ) filter (where s.block_id is not null), '[]') as stops
    from asked left join stops s using (person_id)
    group by asked.person_id
)
insert into identity.blocks_told as t (person_id, blocks_version, stops)
select now.person_id, 1, now.stops from now
left join identity.blocks_told known using (person_id)
where now.stops <> coalesce(known.stops, '[]')
on conflict (person_id) do update
    set blocks_version = t.blocks_version + 1, stops = excluded.stops
    where t.stops <> excluded.stops
returning person_id, blocks_version, stops::text as stops
"""
_ANY: Final = """
select exists (select from identity.blocks where household_id is not null and is_set and not over)
    or exists (select from identity.blocks_told where stops <> '[]')
"""
_LIVES: Final = """
select coalesce(former_id, person_id) as person_id from identity.residents
where household_id = $1 and resident_status = '1'
"""
_STOPPED: Final = """
select b.person_id from identity.blocks b
where b.person_id is not null and b.is_set and not b.over and b.level = 'stop'
union
select coalesce(r.former_id, r.person_id) from identity.blocks b
join identity.residents r on r.household_id = b.household_id and r.resident_status = '1'
where b.is_set and not b.over and b.level = 'stop'
"""
_TOLD: Final = """
select person_id, blocks_version, stops::text as stops from identity.blocks_told
where $1::uuid is null or person_id > $1
order by person_id limit $2
"""
_RAISE: Final = """
update identity.blocks_told set blocks_version = blocks_version + $2
where person_id = any($1::uuid[])
"""


async def changed(
    connection: asyncpg.Connection, persons: Collection[UUID]
) -> list[PersonBlocksChanged]:
    """Of these persons, those of whom the neighbours were told otherwise; noted as told."""
    rows = await connection.fetch(_CHANGED, sorted(persons))
    return [_event(row) for row in sorted(rows, key=lambda row: row["person_id"])]


async def of_households(
    connection: asyncpg.Connection, persons: Collection[UUID]
) -> list[PersonBlocksChanged]:
    """The same for persons who may have moved into a blocked household, or out of one."""
    if not persons or not await connection.fetchval(_ANY):
        return []
    return await changed(connection, persons)


async def concerned(
    connection: asyncpg.Connection, person_id: UUID | None, household_id: UUID | None
) -> list[UUID]:
    """Whom a block on a person or on a household is about now."""
    if person_id is not None:
        return [person_id]
    return [row["person_id"] for row in await connection.fetch(_LIVES, household_id)]


async def stopped(connection: asyncpg.Connection) -> list[UUID]:
    """Everybody for whom something is stopped now, told of or not."""
    return [row["person_id"] for row in await connection.fetch(_STOPPED)]


async def told(
    connection: asyncpg.Connection, after: UUID | None, limit: int
) -> Sequence[PersonBlocksChanged]:
    """What the neighbours were last told of each person for whom something was ever stopped."""
    return [_event(row) for row in await connection.fetch(_TOLD, after, limit)]


async def raise_told(
    connection: asyncpg.Connection, events: Sequence[PersonBlocksChanged], ahead: int
) -> list[PersonBlocksChanged]:
    """The same under versions that are ``ahead`` higher, which hold from now on."""
    await connection.execute(_RAISE, [event.person_id for event in events], ahead)
    return [
        event.model_copy(update={"blocks_version": event.blocks_version + ahead})
        for event in events
    ]


def _event(row: asyncpg.Record) -> PersonBlocksChanged:
    return PersonBlocksChanged.model_validate_json(
        json.dumps(
            {
                "person_id": str(row["person_id"]),
                "blocks_version": row["blocks_version"],
                "stops": json.loads(row["stops"]),
            }
        )
    )
