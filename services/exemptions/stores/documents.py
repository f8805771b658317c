"""Documents that came in after an entry was accepted, as whoever settled it found them (C07)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from contracts.forms import AttachmentRecord, AttachmentState


async def add(
    connection: asyncpg.Connection,
    table: str,
    key: str,
    entry_id: UUID,
    documents: Sequence[AttachmentRecord],
    *,
    by: str,
    now: datetime,
) -> None:
    """Keep them in their table, whose column ``key`` names the entry; both are constants."""
    await connection.execute(
        f"insert into {table} ({key}, code, state, waiver, recorded_by, recorded_at)"  # noqa: S608  constants
        " select $1, d.code, d.state, d.waiver, $5, $6"
        " from unnest($2::text[], $3::text[], $4::text[]) as d (code, state, waiver)",
        entry_id,
        [document.code for document in documents],
        [document.state.value for document in documents],
        [document.waiver for document in documents],
        by,
        now,
    )


async def later(
    connection: asyncpg.Connection, table: str, key: str, ids: Sequence[UUID]
) -> dict[UUID, list[AttachmentRecord]]:
    """Those of each entry, each document as it was recorded last."""
    query = (
        f"select distinct on ({key}, code) {key} as entry_id, code, state, waiver"  # noqa: S608  constants
        f" from {table} where {key} = any($1::uuid[])"
        f" order by {key}, code, recorded_at desc"
    )
    found: dict[UUID, list[AttachmentRecord]] = {}
    for row in await connection.fetch(query, ids):
        state = AttachmentState(row["state"])
        record = AttachmentRecord(code=row["code"], state=state, waiver=row["waiver"])
        found.setdefault(row["entry_id"], []).append(record)
    return found
