"""The dead letters' table: what was refused, and what waits behind it.

A refused event is parked with its reason; later events of the same key wait behind it, in order,
until an operator replays (perhaps mended) or discards it. All of it happens under the shard's
lock, in the transaction of the events around it: nothing slips past a parked key.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from services.chassis.records import Record, Refusal

_ANY_OPEN = """
select exists (select from bus.dead_letters where state in ('parked', 'waiting'))
"""
_BLOCKED = """
select distinct key from bus.dead_letters
where state in ('parked', 'waiting') and key = any($1::text[])
"""
_ADD = """
insert into bus.dead_letters
    (key, shard, topic, kafka_offset, headers, body, state, code, reason)
select key, shard, topic, kafka_offset, headers::jsonb, body, state, code, reason
from unnest($1::text[], $2::smallint[], $3::text[], $4::bigint[], $5::text[], $6::bytea[],
            $7::text[], $8::text[], $9::text[])
    with ordinality as t (key, shard, topic, kafka_offset, headers, body, state, code, reason, n)
order by n
"""
_LIST = """
select id, key, shard, topic, state, code, reason, attempts, arrived_at, settled_at, settled_by,
       headers ->> 'ce_type' as type, mended is not null as mended,
       (select count(*) from bus.dead_letters w
         where w.key = d.key and w.state = 'waiting' and d.state = 'parked') as behind
from bus.dead_letters d
where ($1::text[] is null or state = any($1::text[]))
order by id limit $2
"""
_SHOW = "select * from bus.dead_letters where id = $1"
_OF_KEY = """
select * from bus.dead_letters
where state in ('parked', 'waiting') and (id = $1 or key = $2) order by id for update
"""
_SETTLE = """
update bus.dead_letters set state = $2, settled_at = $3, settled_by = $4
where id = any($1::bigint[])
"""
_AGAIN = """
update bus.dead_letters set state = 'parked', code = $2, reason = $3, attempts = attempts + 1
where id = $1
"""
_WAIT = "update bus.dead_letters set state = 'waiting' where id = any($1::bigint[])"
_MEND = """
update bus.dead_letters set mended = $2 where id = $1 and state in ('parked', 'waiting')
"""
_COUNT = """
select state, coalesce(code, '') as code, count(*) as n from bus.dead_letters
where state in ('parked', 'waiting') group by 1, 2
"""


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter with its place in the table."""

    id: int
    key: str | None
    state: str
    record: Record


def _letter(row: asyncpg.Record) -> Letter:
    body = row["mended"] if row["mended"] is not None else row["body"]
    record = Record(
        topic=row["topic"],
        shard=row["shard"],
        offset=row["kafka_offset"],
        key=row["key"],
        headers=row["headers"],
        body=body,
        letter=row["id"],
    )
    return Letter(row["id"], row["key"], row["state"], record)


async def blocked(connection: asyncpg.Connection, keys: Collection[str]) -> set[str]:
    """Those of the keys that have a parked event."""
    # On most days nothing is parked at all, and a batch need not ask for its hundreds of keys.
    if not await connection.fetchval(_ANY_OPEN):
        return set()
    rows = await connection.fetch(_BLOCKED, list(keys))
    return {row["key"] for row in rows}


async def add(
    connection: asyncpg.Connection, letters: Sequence[tuple[Record, Refusal | None]]
) -> None:
    """Keep records in order: refused ones as parked, those without a refusal as waiting."""
    if not letters:
        return
    await connection.execute(
        _ADD,
        [record.key for record, _ in letters],
        [record.shard for record, _ in letters],
        [record.topic for record, _ in letters],
        [record.offset for record, _ in letters],
        [json.dumps(record.headers) for record, _ in letters],
        [record.body for record, _ in letters],
        ["parked" if refusal else "waiting" for _, refusal in letters],
        [refusal.code if refusal else None for _, refusal in letters],
        [refusal.reason if refusal else None for _, refusal in letters],
    )


async def listing(
    connection: asyncpg.Connection, states: Sequence[str] | None, limit: int
) -> list[dict[str, Any]]:
    """What is there, without bodies."""
    return [dict(row) for row in await connection.fetch(_LIST, states, limit)]


async def show(connection: asyncpg.Connection, letter_id: int) -> dict[str, Any] | None:
    """One letter with its body."""
    row = await connection.fetchrow(_SHOW, letter_id)
    return dict(row) if row else None


async def lock_key(connection: asyncpg.Connection, letter: dict[str, Any]) -> list[Letter]:
    """The open letters of this letter's key, in order, locked (this one alone without a key)."""
    rows = await connection.fetch(_OF_KEY, letter["id"], letter["key"])
    return [_letter(row) for row in rows]


async def mend(connection: asyncpg.Connection, letter_id: int, body: bytes) -> None:
    """Put another body in place of the one that was refused; the original stays beside it."""
    await connection.execute(_MEND, letter_id, body)


async def settle(
    connection: asyncpg.Connection,
    ids: Sequence[int],
    state: str,
    now: datetime,
    by: str,
) -> None:
    """Mark letters as replayed or discarded."""
    await connection.execute(_SETTLE, ids, state, now, by)


async def park_again(connection: asyncpg.Connection, letter_id: int, refusal: Refusal) -> None:
    """A replay was refused: the letter stays, with the newest reason."""
    await connection.execute(_AGAIN, letter_id, refusal.code, refusal.reason)


async def keep_waiting(connection: asyncpg.Connection, ids: Sequence[int]) -> None:
    """These stay behind a letter that is parked still."""
    await connection.execute(_WAIT, ids)


async def count(connection: asyncpg.Connection) -> dict[tuple[str, str], int]:
    """Open letters by state and by the code of their refusal: "" for those behind another."""
    rows = await connection.fetch(_COUNT)
    return {(row["state"], row["code"]): row["n"] for row in rows}
