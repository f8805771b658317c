"""How far a file's loading has come, and which of its lines are bad."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

import asyncpg

from contracts.delimited import Fault

_TAKE_UP: Final = """
insert into identity.feed_loads as l (load_id, feed, file_digest, started_at)
values ($1, $2, $3, $4)
on conflict (feed, file_digest) do update set lines = l.lines
returning load_id, lines, records, finished_at is not null as finished,
    (select count(*) from identity.feed_load_faults f
     join identity.feed_loads o using (load_id)
     where o.feed = $2 and o.file_digest = $3) as faults
"""
_NOTE: Final = """
update identity.feed_loads set lines = $2, records = records + $3
where load_id = $1 and lines = $4
returning records
"""
_FAULTS: Final = """
insert into identity.feed_load_faults (load_id, line, reason)
select $1, * from unnest($2::bigint[], $3::text[])
on conflict do nothing
"""


@dataclass(frozen=True, slots=True)
class Load:
    """The loading of one file."""

    load_id: UUID
    lines: int
    """The last line that is done."""
    records: int
    faults: int
    finished: bool


async def take_up(connection: asyncpg.Connection, feed: str, digest: bytes, now: datetime) -> Load:
    """The loading of the file with this content: a new one, or where it stopped."""
    row = await connection.fetchrow(_TAKE_UP, uuid4(), feed, digest, now)
    return Load(**dict(row))


async def note(
    connection: asyncpg.Connection, load: Load, line: int, records: int, faults: Sequence[Fault]
) -> Load:
    """A batch is in. Raises ``ValueError`` where somebody else is loading the same file."""
    total = await connection.fetchval(_NOTE, load.load_id, line, records, load.lines)
    if total is None:
        raise ValueError("this file is being loaded by another command")
    await connection.execute(
        _FAULTS, load.load_id, [fault.line for fault in faults], [f.reason for f in faults]
    )
    return replace(load, lines=line, records=total, faults=load.faults + len(faults))


async def finish(connection: asyncpg.Connection, load: Load, now: datetime) -> None:
    """All of the file is in."""
    await connection.execute(
        "update identity.feed_loads set finished_at = $2 where load_id = $1", load.load_id, now
    )
