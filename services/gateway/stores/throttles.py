"""Throttles: how often somebody failed to sign in."""

import hashlib
from collections.abc import Sequence

import asyncpg

from services.gateway.domain.throttle import Throttle, ThrottleKind


def subject_hash(kind: ThrottleKind, subject: str) -> bytes:
    """What is kept of a throttled user id or address."""
    return hashlib.sha256(f"{kind.value}\0{subject}".encode()).digest()


async def lock_throttles(
    connection: asyncpg.Connection, subjects: Sequence[tuple[ThrottleKind, bytes]]
) -> Sequence[Throttle]:
    """The throttles of these subjects, locked until the transaction ends, in the order asked for.

    Rows are locked in one order everywhere: two sign-ins cannot wait for each other.
    """
    kinds = [kind.value for kind, _ in subjects]
    hashes = [subject for _, subject in subjects]
    await connection.execute(
        "insert into gateway.throttles (kind, subject, failures)"
        " select kind, subject, 0 from unnest($1::text[], $2::bytea[]) as t (kind, subject)"
        " order by kind, subject on conflict do nothing",
        kinds,
        hashes,
    )
    rows = await connection.fetch(
        "select kind, subject, failures, last_attempt_at, open_at, refused from gateway.throttles"
        " where (kind, subject) in (select * from unnest($1::text[], $2::bytea[]))"
        " order by kind, subject for update",
        kinds,
        hashes,
    )
    found = {
        (row["kind"], row["subject"]): Throttle(
            row["failures"], row["last_attempt_at"], row["open_at"], row["refused"]
        )
        for row in rows
    }
    return [found[kind.value, subject] for kind, subject in subjects]


async def keep_throttle(
    connection: asyncpg.Connection,
    kind: ThrottleKind,
    subject: bytes,
    throttle: Throttle,
) -> None:
    """Keep a throttle that `lock_throttles` gave out."""
    await connection.execute(
        "update gateway.throttles set failures = $3, last_attempt_at = $4, open_at = $5,"
        " refused = $6"
        " where kind = $1 and subject = $2",
        kind.value,
        subject,
        throttle.failures,
        throttle.last_attempt_at,
        throttle.open_at,
        throttle.refused,
    )


async def clear_throttle(
    connection: asyncpg.Connection, kind: ThrottleKind, subject: bytes
) -> bool:
    """Forget the failures of a subject; False where there were none."""
    return (
        await connection.fetchval(
            "delete from gateway.throttles where kind = $1 and subject = $2 returning 1",
            kind.value,
            subject,
        )
        is not None
    )
