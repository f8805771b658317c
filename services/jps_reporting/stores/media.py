"""SQL of media, provisions and hand-over slips."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

Connection = Any

_SELECT = """
select medium_id, batch_id, serial, file_name, created_on, ordered_at, layout_id, layout_title,
       layout_status, sealed_by, sealed_at, record_count, sha256, size, voided_at
from jps_reporting.media
"""


@dataclass(frozen=True, slots=True)
class Medium:
    """A medium, without its bytes."""

    medium_id: UUID
    batch_id: UUID
    serial: int
    file_name: str
    created_on: date
    ordered_at: datetime
    layout_id: str
    layout_title: str
    layout_status: str
    sealed_by: str | None
    sealed_at: datetime | None
    record_count: int | None
    sha256: bytes | None
    size: int | None
    voided_at: datetime | None = None
    """It was destroyed before it was handed over (媒体の取消)."""


@asynccontextmanager
async def sealing_turn(connection: Connection, batch_id: UUID) -> AsyncIterator[bool]:
    """Whether it is ours to seal this batch now. Held by the connection: a crash lets go of it.

    The vault is called outside any transaction, so a row lock cannot keep two apart.
    """
    key = int.from_bytes(batch_id.bytes[:8], "big", signed=True)
    ours: bool = await connection.fetchval("select pg_try_advisory_lock($1)", key)
    try:
        yield ours
    finally:
        if ours:
            await connection.fetchval("select pg_advisory_unlock($1)", key)


async def of_batch(connection: Connection, batch_id: UUID) -> Medium | None:
    """The batch's medium, once one was ordered."""
    row = await connection.fetchrow(_SELECT + " where batch_id = $1", batch_id)
    return Medium(**dict(row)) if row else None


async def next_serial(connection: Connection) -> int:
    """A serial (媒体通番) that was never used and never will be again."""
    serial: int = await connection.fetchval(
        "update jps_reporting.serials set last = last + 1 returning last"
    )
    return serial


async def add(connection: Connection, medium: Medium) -> None:
    """A medium that is ordered."""
    await connection.execute(
        "insert into jps_reporting.media (medium_id, batch_id, serial, file_name, created_on,"
        " ordered_at, layout_id, layout_title, layout_status)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        medium.medium_id,
        medium.batch_id,
        medium.serial,
        medium.file_name,
        medium.created_on,
        medium.ordered_at,
        medium.layout_id,
        medium.layout_title,
        medium.layout_status,
    )


async def order_again(connection: Connection, medium: Medium) -> None:
    """The same medium under today's date and layout: nothing of it exists yet."""
    await connection.execute(
        "update jps_reporting.media set file_name = $2, created_on = $3, layout_id = $4,"
        " layout_title = $5, layout_status = $6 where medium_id = $1",
        medium.medium_id,
        medium.file_name,
        medium.created_on,
        medium.layout_id,
        medium.layout_title,
        medium.layout_status,
    )


async def set_sealed(
    connection: Connection,
    medium_id: UUID,
    *,
    content: bytes,
    sha256: bytes,
    record_count: int,
    sealed_by: str,
    now: datetime,
) -> None:
    """Keep the encrypted file."""
    await connection.execute(
        "update jps_reporting.media set content = $2, sha256 = $3, size = $4, record_count = $5,"
        " sealed_by = $6, sealed_at = $7 where medium_id = $1",
        medium_id,
        content,
        sha256,
        len(content),
        record_count,
        sealed_by,
        now,
    )


async def content(connection: Connection, medium_id: UUID) -> bytes | None:
    """The encrypted file."""
    stored: bytes | None = await connection.fetchval(
        "select content from jps_reporting.media where medium_id = $1", medium_id
    )
    return stored


async def note_life(
    connection: Connection, medium_id: UUID, what: str, staff_id: str, now: datetime
) -> None:
    """Something happened to the medium (C08)."""
    await connection.execute(
        "insert into jps_reporting.medium_life (medium_id, at, what, staff_id)"
        " values ($1, $2, $3, $4)",
        medium_id,
        now,
        what,
        staff_id,
    )


async def life(connection: Connection, medium_id: UUID) -> list[dict[str, Any]]:
    """What happened to the medium, in order."""
    rows = await connection.fetch(
        "select at, what, staff_id from jps_reporting.medium_life where medium_id = $1 order by at",
        medium_id,
    )
    return [dict(row) for row in rows]


@dataclass(frozen=True, slots=True)
class ProvisionRow:
    """What was given of one person by one item."""

    item_id: UUID
    person_id: UUID
    position: int
    article: str
    items: tuple[str, ...]
    number: bool


async def add_provisions(
    connection: Connection,
    medium_id: UUID,
    recipient: str,
    clause: str,
    rows: Sequence[ProvisionRow],
    now: datetime,
) -> None:
    """Record what was given (C23)."""
    await connection.execute(
        """
        insert into jps_reporting.provisions (item_id, person_id, medium_id, position, recipient,
                                              clause, article, items, number, at)
        select item_id, person_id, $1, position, $2, $3, article, string_to_array(items, ','),
               number, $4
        from unnest($5::uuid[], $6::uuid[], $7::int[], $8::text[], $9::text[], $10::boolean[])
             as t (item_id, person_id, position, article, items, number)
        """,
        medium_id,
        recipient,
        clause,
        now,
        [row.item_id for row in rows],
        [row.person_id for row in rows],
        [row.position for row in rows],
        [row.article for row in rows],
        [",".join(row.items) for row in rows],
        [row.number for row in rows],
    )


async def provisions_of(connection: Connection, person_id: UUID) -> list[dict[str, Any]]:
    """What was given of a person, the latest first."""
    rows = await connection.fetch(
        "select p.item_id, p.recipient, p.clause, p.article, p.items, p.number, p.at, m.serial,"
        " p.voided_at"
        " from jps_reporting.provisions as p join jps_reporting.media as m using (medium_id)"
        " where p.person_id in (select bus.same_person($1)) order by p.at desc, p.item_id",
        person_id,
    )
    return [dict(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Slip:
    """受渡票 (C22): date, count, receiver."""

    handed_on: date
    record_count: int
    receiver: str
    transport: str
    handed_by: str
    department: str
    at: datetime


async def add_slip(connection: Connection, medium_id: UUID, slip: Slip) -> None:
    """Record the hand-over."""
    await connection.execute(
        "insert into jps_reporting.slips (medium_id, handed_on, record_count, receiver, transport,"
        " handed_by, department, at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        medium_id,
        slip.handed_on,
        slip.record_count,
        slip.receiver,
        slip.transport,
        slip.handed_by,
        slip.department,
        slip.at,
    )


async def slip_of(connection: Connection, medium_id: UUID) -> Slip | None:
    """The slip of a medium that was handed over."""
    row = await connection.fetchrow(
        "select handed_on, record_count, receiver, transport, handed_by, department, at"
        " from jps_reporting.slips where medium_id = $1",
        medium_id,
    )
    return Slip(**dict(row)) if row else None
