"""Support measures that the register tells of: their versions, and whom they name."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from contracts.events import SupportMeasureRecorded
from services.identity.domain.feeds import Number

_TELLING: Final = 0x6D656173  # "meas": an advisory lock of its own
_ALONE: Final = "select pg_advisory_xact_lock($1)"
_SHARED: Final = "select pg_advisory_xact_lock_shared($1)"

_KNOWN: Final = """
select t.measure_id, t.record_version from identity.told_measures t
where t.system = $1 and t.measure_number = $2
"""
_DIGEST: Final = """
select content_digest from identity.told_measure_versions
where system = $1 and measure_number = $2 and record_version = $3
"""
_ADD_VERSION: Final = """
insert into identity.told_measure_versions
    (system, measure_number, record_version, late, content, content_digest, event_id, sent_at,
     recorded_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
_SET: Final = """
insert into identity.told_measures as t (system, measure_number, measure_id, record_version)
values ($1, $2, $3, $4)
on conflict (measure_number, system) do update set record_version = excluded.record_version
"""
_FORGET_NAMES: Final = """
delete from identity.told_measure_persons where system = $1 and measure_number = $2
"""
_NAME: Final = """
insert into identity.told_measure_persons (system, measure_number, addressee_number, place)
select $1, $2, n.number, n.place from unnest($3::text[]) with ordinality as n (number, place)
"""
_LEAVE: Final = """
update identity.measure_persons p set left_at = $4
where p.measure_id = $3 and p.left_at is null and not exists (
    select from identity.told_measure_persons n
    join identity.residents r using (addressee_number, system)
    where n.system = $1 and n.measure_number = $2
      and coalesce(r.former_id, r.person_id) = p.person_id
)
returning p.person_id
"""
# The person that the register's record made: whoever is merged with them is hidden too.
_JOIN: Final = """
insert into identity.measure_persons as p (measure_id, person_id, place)
select t.measure_id, coalesce(r.former_id, r.person_id), n.place
from identity.told_measure_persons n
join identity.told_measures t using (measure_number, system)
join identity.residents r on r.addressee_number = n.addressee_number and r.system = n.system
where n.system = $1 and n.addressee_number = any($2::text[])
on conflict (measure_id, person_id) do update set place = excluded.place, left_at = null
    where p.left_at is not null or p.place <> excluded.place
returning p.person_id
"""


@dataclass(frozen=True, slots=True)
class KnownMeasure:
    """The measure that follows what was told, and the version told last."""

    measure_id: UUID
    record_version: int


async def alone(connection: asyncpg.Connection) -> None:
    """Nobody becomes known to the register before the transaction ends: for who reads which of
    the persons named are known."""
    await connection.execute(_ALONE, _TELLING)


async def known(
    connection: asyncpg.Connection, told: SupportMeasureRecorded
) -> KnownMeasure | None:
    """What follows this record, if it was told of before."""
    row = await connection.fetchrow(_KNOWN, told.source, told.measure_number)
    return None if row is None else KnownMeasure(row["measure_id"], row["record_version"])


async def digest_of(connection: asyncpg.Connection, told: SupportMeasureRecorded) -> bytes | None:
    """The content under this version, if it was told before."""
    found: bytes | None = await connection.fetchval(
        _DIGEST, told.source, told.measure_number, told.record_version
    )
    return found


async def add_version(
    connection: asyncpg.Connection,
    told: SupportMeasureRecorded,
    content: tuple[str, bytes],
    arrived: tuple[UUID, datetime],
    now: datetime,
    *,
    late: bool,
) -> None:
    """Keep a version as it was received. ``arrived``: the event's id and when it was sent."""
    await connection.execute(
        _ADD_VERSION, told.source, told.measure_number, told.record_version, late, *content,
        *arrived, now,
    )  # fmt: skip


async def names(
    connection: asyncpg.Connection, told: SupportMeasureRecorded, measure_id: UUID, now: datetime
) -> list[UUID]:
    """Note which measure follows the record and whom it names; the persons who came or went."""
    record = told.source, told.measure_number
    await connection.execute(_SET, *record, measure_id, told.record_version)
    await connection.execute(_FORGET_NAMES, *record)
    await connection.execute(_NAME, *record, list(told.persons))
    left = await connection.fetch(_LEAVE, *record, measure_id, now)
    joined = await connection.fetch(_JOIN, told.source, list(told.persons))
    return sorted({row["person_id"] for row in (*left, *joined)})


async def join(connection: asyncpg.Connection, numbers: Collection[Number]) -> Sequence[UUID]:
    """The register has told of these numbers: those whom a measure has named already are its
    persons from now on. To be called after they were written."""
    await connection.execute(_SHARED, _TELLING)
    joined: list[UUID] = []
    for system in sorted({system for system, _ in numbers}):
        of_system = sorted(number for each, number in numbers if each == system)
        rows = await connection.fetch(_JOIN, system, of_system)
        joined += [row["person_id"] for row in rows]
    return joined
