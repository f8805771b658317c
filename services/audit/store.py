"""All SQL of audit."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.audit.domain.chain import Entry, Head, start
from services.audit.domain.verification import Stored
from services.chassis.merges import same_person

_COLUMNS = (
    "shard",
    "position",
    "event_id",
    "type",
    "source",
    "sent_at",
    "recorded_at",
    "body",
    "chain_hash",
    "at",
    "operation",
    "outcome",
    "staff_id",
    "department",
    "person_id",
    "number_accessed",
    "sees_sealed",
)
_INDEX = _COLUMNS[_COLUMNS.index("at") :]
_SELECT = f"select {', '.join(_COLUMNS)} from audit.records"  # noqa: S608 - constant names
_SHOWN = f"select {', '.join(_COLUMNS)} from audit.shown_records"  # noqa: S608 - the same
_KNOWN = "select event_id from audit.records where event_id = any($1::uuid[])"
_OPEN = """
insert into audit.chains (shard, position, chain_hash)
select * from unnest($1::smallint[], $2::bigint[], $3::bytea[])
on conflict do nothing
"""
_LOCK = """
select shard, position, chain_hash from audit.chains where shard = any($1::smallint[])
order by shard for update
"""
_ADVANCE = """
update audit.chains as chain set position = new.position, chain_hash = new.chain_hash
from unnest($1::smallint[], $2::bigint[], $3::bytea[]) as new (shard, position, chain_hash)
where chain.shard = new.shard
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One record to be added."""

    head: Head
    """The chain with this record as its last."""
    entry: Entry
    index: dict[str, Any]


async def known(connection: asyncpg.Connection, event_ids: Sequence[UUID]) -> set[UUID]:
    """Which of these events are recorded already."""
    return {row["event_id"] for row in await connection.fetch(_KNOWN, list(event_ids))}


async def lock_heads(connection: asyncpg.Connection, shards: Sequence[int]) -> dict[int, Head]:
    """The heads of these shards' chains, locked until the end of the transaction, in one order.

    Whoever else would add to one of them waits here: a chain cannot fork.
    """
    rows = await connection.fetch(_LOCK, list(shards))
    missing = set(shards) - {row["shard"] for row in rows}
    if missing:
        await connection.execute(_OPEN, *_columns([start(shard) for shard in sorted(missing)]))
        rows = await connection.fetch(_LOCK, list(shards))
    return {row["shard"]: _head(row) for row in rows}


async def add(connection: asyncpg.Connection, rows: Sequence[Row]) -> None:
    """Add records and move the heads of their chains, which `lock_heads` has locked."""
    await connection.copy_records_to_table(
        "records",
        schema_name="audit",
        columns=_COLUMNS,
        records=[
            (
                row.head.shard,
                row.head.position,
                row.entry.event_id,
                row.entry.type,
                row.entry.source,
                row.entry.sent_at,
                row.entry.recorded_at,
                row.entry.body,
                row.head.chain_hash,
                *(row.index[column] for column in _INDEX),
            )
            for row in rows
        ],
    )
    heads = {row.head.shard: row.head for row in rows}
    await connection.execute(_ADVANCE, *_columns(list(heads.values())))


async def heads(connection: asyncpg.Connection) -> list[Head]:
    """The stored heads of all chains, by shard."""
    rows = await connection.fetch(
        "select shard, position, chain_hash from audit.chains order by shard"
    )
    return [_head(row) for row in rows]


async def recorded_shards(connection: asyncpg.Connection) -> list[int]:
    """The shards that have records, whatever the heads say: one index probe each."""
    rows = await connection.fetch(
        """
        with recursive found (shard) as (
            (select shard from audit.records order by shard limit 1)
            union all
            select (select r.shard from audit.records r where r.shard > found.shard
                    order by r.shard limit 1)
            from found where found.shard is not null
        )
        select shard from found where shard is not null
        """
    )
    return [row["shard"] for row in rows]


async def stored(
    connection: asyncpg.Connection, shard: int, *, piece: int = 2000
) -> AsyncIterator[list[Stored]]:
    """The records of a shard in order of position, ``piece`` at a time, through a cursor."""
    cursor = await connection.cursor(f"{_SELECT} where shard = $1 order by position", shard)
    while rows := await cursor.fetch(piece):
        yield [_stored(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of records ends: the next one begins before it. Not by shard and position, which
    would tell how many records lie between that are not there for the caller."""

    at: datetime
    event_id: UUID


@dataclass(frozen=True, slots=True)
class Filter:
    """Which records to show. ``since`` inclusive, ``until`` exclusive; None: any."""

    person_id: UUID | None = None
    staff_id: str | None = None
    operation: str | None = None
    number_accessed: bool | None = None
    since: datetime | None = None
    until: datetime | None = None


async def page(
    connection: asyncpg.Connection, wanted: Filter, *, before: Place | None, limit: int
) -> list[dict[str, Any]]:
    """Records newest first, at most ``limit``, those before ``before``."""
    values: list[Any] = []
    conditions = ["true"]

    def where(condition: str, *arguments: Any) -> None:
        if None not in arguments:
            places = [f"${len(values) + n}" for n in range(1, len(arguments) + 1)]
            values.extend(arguments)
            conditions.append(condition.format(*places))

    if wanted.person_id is not None:
        ids = (await same_person(connection, [wanted.person_id])).get(wanted.person_id)
        # One id alone keeps the order of the index.
        where("person_id = {}::uuid", None if ids else wanted.person_id)
        where("person_id = any({}::uuid[])", ids)
    where("staff_id = {}::text", wanted.staff_id)
    where("operation = {}::text", wanted.operation)
    where("number_accessed = {}::boolean", wanted.number_accessed)
    where("at >= {}::timestamptz", wanted.since)
    where("at < {}::timestamptz", wanted.until)
    if before is not None:
        where(
            "(at, shard, position) < ({}::timestamptz, {}::smallint, {}::bigint)",
            before.at,
            *await _where_it_lies(connection, before),
        )
    rows = await connection.fetch(
        f"{_SHOWN} where {' and '.join(conditions)}"
        f" order by at desc, shard desc, position desc limit {limit:d}",
        *values,
    )
    return [dict(row) for row in rows]


async def _where_it_lies(connection: asyncpg.Connection, place: Place) -> tuple[int, int]:
    """Shard and position of a page's last record; before the first of its moment where it is not
    there any more for the caller."""
    row = await connection.fetchrow(
        "select shard, position from audit.shown_records where event_id = $1", place.event_id
    )
    return (row["shard"], row["position"]) if row else (0, 0)


def _columns(heads: Sequence[Head]) -> tuple[list[int], list[int], list[bytes]]:
    return (
        [head.shard for head in heads],
        [head.position for head in heads],
        [head.chain_hash for head in heads],
    )


def _head(row: asyncpg.Record) -> Head:
    return Head(row["shard"], row["position"], row["chain_hash"])


def _stored(row: asyncpg.Record) -> Stored:
    entry = Entry(
        event_id=row["event_id"],
        type=row["type"],
        source=row["source"],
        sent_at=row["sent_at"],
        recorded_at=row["recorded_at"],
        body=row["body"],
    )
    index = {column: row[column] for column in _INDEX}
    return Stored(row["position"], entry, row["chain_hash"], index)
