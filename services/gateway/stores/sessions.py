"""Sessions: found by the digest of their cookie, with what the person may do that day."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from contracts.functions import Function
from services.gateway.domain.sessions import EndReason, Session, SessionState
from services.gateway.domain.staff import FUNCTIONS, Staff
from services.gateway.stores.staff import staff_of


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as its cookie finds it, with the person and what they may do today."""

    session_id: UUID
    session: Session
    staff: Staff
    functions: frozenset[Function]
    terminal: str


def token_hash(token: str) -> bytes:
    """What is kept of a cookie. The token is random, so a plain digest cannot be searched."""
    return hashlib.sha256(token.encode()).digest()


async def open_session(
    connection: asyncpg.Connection,
    session_id: UUID,
    token: str,
    staff_id: str,
    state: SessionState,
    terminal: str,
    *,
    signed_in_at: datetime,
    now: datetime,
) -> None:
    """Keep a new session."""
    await connection.execute(
        "insert into gateway.sessions (session_id, token_hash, staff_id, state, terminal,"
        " signed_in_at, last_active_at) values ($1, $2, $3, $4, $5, $6, $7)",
        session_id,
        token_hash(token),
        staff_id,
        state.value,
        terminal,
        signed_in_at,
        now,
    )


_FIND = """
select n.session_id, n.state, n.terminal, n.signed_in_at, n.last_active_at, n.ended_at,
       s.staff_id, s.name, s.department, s.valid_from, s.valid_to,
       d.staff_id is not null as disabled,
       array(select g.function from gateway.grants g
              left join gateway.revocations r using (grant_id)
             where g.staff_id = n.staff_id and g.valid_from <= $2
               and (g.valid_to is null or g.valid_to >= $2)
               and (r.effective is null or r.effective > $2)) as functions
  from gateway.sessions n
  join gateway.staff s using (staff_id)
  left join gateway.disablements d using (staff_id)
 where n.token_hash = $1
"""


async def find_session(connection: Any, token: str, day: date) -> OpenSession | None:
    """The session of a cookie, with the rights held on ``day``; None where there is none.

    Rights are read on every request, so a revocation counts from the next one on.
    """
    row = await connection.fetchrow(_FIND, token_hash(token), day)
    if row is None:
        return None
    staff = staff_of(row)
    return OpenSession(
        session_id=row["session_id"],
        session=Session(
            state=SessionState(row["state"]),
            signed_in_at=row["signed_in_at"],
            last_active_at=row["last_active_at"],
            ended_at=row["ended_at"],
        ),
        staff=staff,
        functions=frozenset(
            # A function that the contracts no longer know opens nothing.
            FUNCTIONS[value]
            for value in row["functions"]
            if value in FUNCTIONS
        )
        if staff.may_sign_in(day)
        else frozenset(),
        terminal=row["terminal"],
    )


async def mark_active(connection: Any, session_id: UUID, now: datetime) -> None:
    """Note that a person did something. Never moves the moment backwards."""
    await connection.execute(
        "update gateway.sessions set last_active_at = greatest(last_active_at, $2)"
        " where session_id = $1 and ended_at is null",
        session_id,
        now,
    )


async def end_session(
    connection: asyncpg.Connection, session_id: UUID, reason: EndReason, now: datetime
) -> bool:
    """End a session; False where it had ended before."""
    return (
        await connection.fetchval(
            "update gateway.sessions set ended_at = $2, end_reason = $3"
            " where session_id = $1 and ended_at is null returning 1",
            session_id,
            now,
            reason.value,
        )
        is not None
    )


async def end_sessions_of(
    connection: asyncpg.Connection, staff_id: str, reason: EndReason, now: datetime
) -> int:
    """End every open session of a person (C04); return how many there were."""
    rows = await connection.fetch(
        "update gateway.sessions set ended_at = $2, end_reason = $3"
        " where staff_id = $1 and ended_at is null returning 1",
        staff_id,
        now,
        reason.value,
    )
    return len(rows)


async def purge(connection: Any, sessions_before: datetime, throttles_before: datetime) -> None:
    """Delete sessions and throttles that nothing asks for any more."""
    await connection.execute(
        "delete from gateway.sessions where signed_in_at < $1", sessions_before
    )
    await connection.execute(
        "delete from gateway.throttles where last_attempt_at < $1", throttles_before
    )
