"""取消申請 and 審査請求: requests that were noted on applications."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

import asyncpg

from contracts.codes import Code


class NoteKind(Code):
    """What was asked for about an application that is with JPS."""

    CANCELLATION = "cancellation", "取消申請"
    """90条3項, 規則77条の8: from the month before it on."""
    APPEAL = "appeal", "審査請求"
    """101条1項: to the social insurance examiner."""


@dataclass(frozen=True, slots=True)
class Note:
    """A request, and who noted it."""

    note_id: UUID
    application_id: UUID
    kind: NoteKind
    made_on: date
    noted_by: str
    noted_at: datetime


async def add(
    connection: asyncpg.Connection,
    application_id: UUID,
    kind: NoteKind,
    made_on: date,
    by: str,
    now: datetime,
) -> bool:
    """Note a request; False: the same of that day is noted already."""
    done: str = await connection.execute(
        "insert into exemptions.application_notes values ($1, $2, $3, $4, $5, $6)"
        " on conflict (application_id, kind, made_on) do nothing",
        uuid4(),
        application_id,
        kind.value,
        made_on,
        by,
        now,
    )
    return done == "INSERT 0 1"


async def of(
    connection: asyncpg.Connection, applications: Sequence[UUID]
) -> dict[UUID, list[Note]]:
    """The requests about these applications, the earliest first."""
    rows = await connection.fetch(
        "select note_id, application_id, kind, made_on, noted_by, noted_at"
        " from exemptions.application_notes where application_id = any($1::uuid[])"
        " order by made_on, noted_at",
        list(applications),
    )
    found: dict[UUID, list[Note]] = {}
    for row in rows:
        note = Note(**{**dict(row), "kind": NoteKind(row["kind"])})
        found.setdefault(note.application_id, []).append(note)
    return found
