"""Income that exemptions waits for: of whom it was answered that there is none, until there is."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

Awaited = tuple[int, UUID]
"""A levy year (賦課年度), and whose income."""

_NOTING: Final = "lock table identity.income_gate in row exclusive mode"
_KEEPING: Final = "lock table identity.income_gate in share mode"
_NOTE: Final = """
insert into identity.awaited_incomes (levy_year, person_id, asked_at)
select levy_year, person_id, $3 from unnest($1::int[], $2::uuid[]) as t (levy_year, person_id)
order by 1, 2 on conflict do nothing
"""
# Of years that nobody applies for any more there are none, or few: a look at the index's beginning.
_FORGET: Final = "delete from identity.awaited_incomes where levy_year < $1"
# From one year to the next by the index: two or three looks, however many wait.
_YEARS: Final = """
with recursive years as (
    (select levy_year from identity.awaited_incomes order by levy_year limit 1)
    union all
    select (select a.levy_year from identity.awaited_incomes a
            where a.levy_year > years.levy_year order by a.levy_year limit 1)
    from years where years.levy_year is not null
)
select levy_year from years where levy_year is not null
"""
# Asked about and linked under any of their ids.
_NO_MORE: Final = """
with told as (
    select distinct t.levy_year, identity.surviving(t.person_id) as person_id
    from unnest($1::int[], $2::uuid[]) as t (levy_year, person_id)
), every as (
    select levy_year, person_id, person_id as id from told
    union
    select told.levy_year, told.person_id, r.former_id from told
    join identity.residents r on r.person_id = told.person_id
    where r.former_id is not null
)
delete from identity.awaited_incomes a using every
where a.levy_year = every.levy_year and a.person_id = every.id
returning every.levy_year, every.person_id
"""


async def note(
    connection: asyncpg.Connection, awaited: Collection[Awaited], now: datetime, oldest: int
) -> None:
    """Note that these are awaited, and forget what is of a year before ``oldest``. What is read
    from here on is all that will not be signalled: who keeps income waits until the transaction
    ends."""
    await connection.execute(_NOTING)
    await connection.execute(_FORGET, oldest)
    years, people = zip(*sorted(awaited), strict=True)
    await connection.execute(_NOTE, years, people, now)


async def years(connection: asyncpg.Connection) -> frozenset[int]:
    """The levy years of which somebody's income is awaited, by all who have noted it; who notes
    more waits until the transaction ends. Ask once income is written."""
    await connection.execute(_KEEPING)
    return frozenset(row["levy_year"] for row in await connection.fetch(_YEARS))


async def no_more(connection: asyncpg.Connection, told: Collection[Awaited]) -> set[Awaited]:
    """Which of these were awaited, by the id that answers for each; they are no more: it came, or
    nobody waits for it any longer."""
    levy_years, people = zip(*sorted(told), strict=True)
    rows = await connection.fetch(_NO_MORE, levy_years, people)
    return {(row["levy_year"], row["person_id"]) for row in rows}
