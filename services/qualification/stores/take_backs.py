"""Proposals to take a settled notice back, and what became of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

_OF: Final = """
select proposed_at, proposed_by, reason, decided_at, decided_by, agreed
from qualification.take_backs where notice_id = $1 order by proposed_at
"""


@dataclass(frozen=True, slots=True)
class TakeBack:
    """One proposal. ``agreed`` None: nobody has decided yet."""

    proposed_at: datetime
    proposed_by: str
    reason: str
    decided_at: datetime | None
    decided_by: str | None
    agreed: bool | None


async def of_notice(connection: asyncpg.Connection, notice_id: UUID) -> list[TakeBack]:
    """All proposals about a notice, the earliest first."""
    return [TakeBack(**dict(row)) for row in await connection.fetch(_OF, notice_id)]


async def propose(
    connection: asyncpg.Connection, notice_id: UUID, reason: str, by: str, now: datetime
) -> None:
    """Keep a proposal; there is none open about this notice."""
    await connection.execute(
        "insert into qualification.take_backs (notice_id, proposed_at, proposed_by, reason)"
        " values ($1, $2, $3, $4)",
        notice_id,
        now,
        by,
        reason,
    )


async def decide(
    connection: asyncpg.Connection, notice_id: UUID, by: str, now: datetime, *, agreed: bool
) -> None:
    """Keep what another staff member decided on the open one."""
    await connection.execute(
        "update qualification.take_backs set decided_at = $2, decided_by = $3, agreed = $4"
        " where notice_id = $1 and decided_at is null",
        notice_id,
        now,
        by,
        agreed,
    )
