"""What JPS's records told, where they and ours differ, and which numbers are whose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from contracts.events import PersonTakenBack, PersonTold
from services.qualification.domain.differences import CORRECTED, Difference
from services.qualification.domain.numbers import PensionNumbers

_NEW: Final = """
insert into qualification.jps_records (told_id, person_id, as_of, recorded_at)
select distinct on (told_id) *, $4::timestamptz
from unnest($1::uuid[], $2::uuid[], $3::date[]) as t (told_id, person_id, as_of)
order by told_id on conflict (told_id) do nothing returning told_id
"""
_FIND: Final = """
insert into qualification.differences as d
    (difference_id, person_id, code, article, sentence, since, found_at)
select *, $7::timestamptz from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[],
    $6::date[])
on conflict (difference_id) do update set gone_at = null where d.gone_at is not null
"""
_GONE: Final = """
update qualification.differences set gone_at = $3
where person_id = any($1::uuid[]) and difference_id <> all($2::uuid[]) and gone_at is null
  and code <> $4
"""
_NO_MORE: Final = """
update qualification.differences set gone_at = $2
where difference_id = any($1::uuid[]) and gone_at is null
"""
_NUMBERS: Final = """
insert into qualification.pension_numbers as n (person_id, number, standing)
select * from unnest($1::uuid[], $2::text[], $3::text[])
on conflict (person_id, number) do update set standing = excluded.standing
where n.standing <> excluded.standing
"""
_NO_NUMBERS: Final = """
delete from qualification.pension_numbers n
where n.person_id = any($1::uuid[])
  and not exists (select from unnest($2::uuid[], $3::text[]) as t (person_id, number)
                  where t.person_id = n.person_id and t.number = n.number)
"""
_LOWEST: Final = """
select person_id, kind, min(ordinal) as lowest from qualification.facts
where person_id = any($1::uuid[]) group by person_id, kind
"""
_SELECT: Final = """
select difference_id, person_id, code, article, sentence, since, found_at, gone_at, settled_at,
       settled_by, done
from qualification.differences
where ($1::uuid is null or person_id = $1)
  and gone_at is null and settled_at is null
  and ($2::uuid is null or (found_at, difference_id)
       > (select found_at, difference_id from qualification.differences where difference_id = $2))
order by found_at, difference_id limit $3
"""
_SETTLE: Final = """
update qualification.differences set settled_at = $2, settled_by = $3, done = $4
where difference_id = $1 and settled_at is null and gone_at is null returning person_id
"""
_SHARED: Final = """
select number, array_agg(distinct person_id order by person_id) as persons
from (select number, bus.surviving(person_id) as person_id from qualification.pension_numbers
      where standing = 'assigned' and number > $1) as known
group by number having count(distinct person_id) > 1 order by number limit $2
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A difference as it is kept."""

    difference_id: UUID
    person_id: UUID
    code: str
    article: str
    sentence: str
    since: date
    found_at: datetime
    gone_at: datetime | None
    settled_at: datetime | None
    settled_by: str | None
    done: str | None


async def take_in(
    connection: asyncpg.Connection, told: Sequence[PersonTold], now: datetime
) -> set[UUID]:
    """Note which records were told; the ids of what is new."""
    rows = await connection.fetch(
        _NEW, [e.told_id for e in told], [e.person_id for e in told], [e.as_of for e in told], now
    )
    return {row["told_id"] for row in rows}


async def lowest(
    connection: asyncpg.Connection, persons: Sequence[UUID]
) -> dict[tuple[UUID, str], int]:
    """The lowest place among each person's facts of a kind: JPS's are counted down, below 0."""
    rows = await connection.fetch(_LOWEST, persons)
    return {(row["person_id"], row["kind"]): min(row["lowest"], 0) for row in rows}


async def sync(
    connection: asyncpg.Connection,
    found: Mapping[UUID, Sequence[Difference]],
    now: datetime,
) -> None:
    """Keep what differs for these persons now; what does no longer is gone."""
    if not found:
        return
    ids = await add(connection, found, now)
    await connection.execute(_GONE, list(found), ids, now, CORRECTED.code)


async def add(
    connection: asyncpg.Connection,
    found: Mapping[UUID, Sequence[Difference]],
    now: datetime,
) -> list[UUID]:
    """Put differences on the list; their ids. What is there already stays as it is."""
    rows: list[tuple[Any, ...]] = [
        (d.id_of(person_id), person_id, d.reason.code, d.reason.rule.article, d.reason.sentence,
         d.since)
        for person_id, each in found.items() for d in each
    ]  # fmt: skip
    await connection.execute(_FIND, *([row[i] for row in rows] for i in range(6)), now)
    return [row[0] for row in rows]


async def no_more(connection: asyncpg.Connection, ids: Sequence[UUID], now: datetime) -> None:
    """Differences that were about another are gone."""
    await connection.execute(_NO_MORE, ids, now)


async def take_back(
    connection: asyncpg.Connection, told: Sequence[PersonTakenBack], now: datetime
) -> tuple[set[UUID], set[UUID]]:
    """Note which records were another's: the ids of those that counted, and of what was never told
    of that person."""
    rows = await connection.fetch(
        "select told_id, person_id, taken_back_at from qualification.jps_records"
        " where told_id = any($1::uuid[]) for update",
        [event.told_id for event in told],
    )
    ours = {(row["told_id"], row["person_id"]) for row in rows}
    counted = [row["told_id"] for row in rows if row["taken_back_at"] is None]
    await connection.execute(
        "update qualification.jps_records set taken_back_at = $2 where told_id = any($1::uuid[])",
        counted,
        now,
    )
    return set(counted), {e.told_id for e in told if (e.told_id, e.person_id) not in ours}


async def sync_numbers(
    connection: asyncpg.Connection, numbers: Mapping[UUID, PensionNumbers]
) -> None:
    """Keep which numbers are whose."""
    if not numbers:
        return
    rows = [(p, n.number, n.standing.value) for p, each in numbers.items() for n in each.all]
    columns = [[row[i] for row in rows] for i in range(3)]
    await connection.execute(_NUMBERS, *columns)
    await connection.execute(_NO_NUMBERS, list(numbers), *columns[:2])


async def listed(
    connection: asyncpg.Connection, person_id: UUID | None, after: UUID | None, limit: int
) -> list[Kept]:
    """Differences that wait for somebody, the earliest found first; of one person, or of all."""
    return [Kept(**dict(row)) for row in await connection.fetch(_SELECT, person_id, after, limit)]


async def settle(
    connection: asyncpg.Connection, difference_id: UUID, done: str, staff_id: str, now: datetime
) -> UUID | None:
    """Note what was done about one; its person, or None where it does not wait."""
    found: UUID | None = await connection.fetchval(_SETTLE, difference_id, now, staff_id, done)
    return found


async def shared_numbers(
    connection: asyncpg.Connection, after: str, limit: int
) -> list[tuple[str, tuple[UUID, ...]]]:
    """Numbers that are told to be more than one person's, in their order."""
    rows = await connection.fetch(_SHARED, after, limit)
    return [(row["number"], tuple(row["persons"])) for row in rows]
