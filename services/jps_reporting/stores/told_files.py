"""Files of JPS's as they were taken in: how far, and which rows were bad."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from contracts.delimited import Fault

Connection = Any


@dataclass(frozen=True, slots=True)
class Taking:
    """How far a file has come. Counts are of rows; ``lines`` is the last line taken."""

    file_id: UUID
    lines: int = 0
    taken: int = 0
    known: int = 0
    listed: int = 0
    faults: int = 0
    finished: bool = False


async def take_up(
    connection: Connection,
    digest: bytes,
    layout: tuple[str, str],
    staff_id: str | None,
    now: datetime,
) -> Taking:
    """The file of this digest, where it was left; new, if it was never begun."""
    await connection.execute(
        "insert into jps_reporting.told_files"
        " (file_id, layout_id, layout_status, digest, started_by, started_at)"
        " values ($1, $2, $3, $4, $5, $6) on conflict (digest) do nothing",
        uuid4(),
        *layout,
        digest,
        staff_id,
        now,
    )
    return await _read(connection, "digest = $1", digest)


async def turn(connection: Connection, file_id: UUID) -> Taking:
    """The file as it stands, locked until the transaction ends: one batch at a time."""
    return await _read(connection, "file_id = $1 for update", file_id)


async def note(
    connection: Connection, taking: Taking, faults: Sequence[Fault], now: datetime
) -> None:
    """Keep how far it has come, with the bad rows of the batch."""
    await connection.execute(
        "update jps_reporting.told_files set lines = $2, taken = $3, known = $4, listed = $5,"
        " faults = $6, finished_at = case when $7 then $8::timestamptz end where file_id = $1",
        taking.file_id,
        taking.lines,
        taking.taken,
        taking.known,
        taking.listed,
        taking.faults,
        taking.finished,
        now,
    )
    await connection.execute(
        "insert into jps_reporting.told_file_faults (file_id, line, reason)"
        " select $1, * from unnest($2::bigint[], $3::text[]) on conflict do nothing",
        taking.file_id,
        [fault.line for fault in faults],
        [fault.reason for fault in faults],
    )


async def faults_of(
    connection: Connection, file_id: UUID, *, after: int, limit: int
) -> list[Fault]:
    """The bad rows of a file beyond line ``after``, in its order."""
    rows = await connection.fetch(
        "select line, reason from jps_reporting.told_file_faults"
        " where file_id = $1 and line > $2 order by line limit $3",
        file_id,
        after,
        limit,
    )
    return [Fault(row["line"], row["reason"]) for row in rows]


# What came of the rows is counted as whoever asks may see it, and not read from the file's own
# figures: a hidden person's row is, before whoever may not see them, one that fits no item. What is
# neither new, listed nor bad brought nothing new.
_FILES = """
select f.file_id, f.layout_id, f.layout_status, f.started_by, f.started_at, f.finished_at, f.faults,
       c.taken, u.listed, f.taken + f.known + f.listed + f.faults as rows
from jps_reporting.told_files as f
cross join lateral (
    select (select count(*) from jps_reporting.decisions as d where d.file_id = f.file_id
                and d.taken_back_at is null)
         + (select count(*) from jps_reporting.told_persons as t where t.file_id = f.file_id
                  and t.taken_back_at is null)
           as taken) as c
cross join lateral (
    select count(*) as listed from jps_reporting.unmatched as n
    where n.file_id = f.file_id and n.matched_person is null) as u
"""
_BY_ID = f"{_FILES} where f.file_id = $1"
_LATEST = f"""{_FILES} where ($1::timestamptz is null or f.started_at < $1)
order by f.started_at desc, f.file_id limit $2
"""


@dataclass(frozen=True, slots=True)
class ToldFile:
    """A file that was taken in, and what came of its rows, as whoever asks may know it."""

    file_id: UUID
    layout_id: str
    layout_status: str
    started_by: str | None
    started_at: datetime
    finished_at: datetime | None
    rows: int
    taken: int
    listed: int
    faults: int

    @property
    def known(self) -> int:
        """Rows that brought nothing new."""
        return self.rows - self.taken - self.listed - self.faults


async def by_id(connection: Connection, file_id: UUID) -> ToldFile | None:
    """One file; None: there is none of that id."""
    row = await connection.fetchrow(_BY_ID, file_id)
    return ToldFile(**dict(row)) if row else None


async def latest(connection: Connection, *, before: datetime | None, limit: int) -> list[ToldFile]:
    """The files that were begun before a moment, the latest first."""
    return [ToldFile(**dict(row)) for row in await connection.fetch(_LATEST, before, limit)]


async def _read(connection: Connection, where: str, value: Any) -> Taking:
    row = await connection.fetchrow(
        "select file_id, lines, taken, known, listed, faults, finished_at is not null as finished"  # noqa: S608  constants
        f" from jps_reporting.told_files where {where}",
        value,
    )
    return Taking(**dict(row))
