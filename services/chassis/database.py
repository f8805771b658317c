"""The service's database: one pool, TLS with the service's certificate, JSON decoded."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from services.chassis import sight
from services.chassis.settings import ServiceSettings

TRANSIENT = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what asyncpg makes of a session ended within a transaction
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.LockNotAvailableError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.PostgresSystemError,
    asyncpg.IdleInTransactionSessionTimeoutError,
)
"""Errors that pass by themselves or with the operator's help (disk full, server restarting)."""

_SESSION = {
    # A client that vanished without a word, or stands still within a transaction, keeps its locks
    # (a shard's, the relay's) until the server notices.
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "idle_in_transaction_session_timeout": "120s",
}
_ACQUIRE_TIMEOUT_S = 30


def columns(rows: Sequence[Sequence[Any]], width: int) -> list[list[Any]]:
    """The columns of rows, so many, even where there is no row: what ``unnest`` takes."""
    return [[row[i] for row in rows] for i in range(width)]


async def connect(
    settings: ServiceSettings,
    *,
    role: str | None = None,
    database: str | None = None,
    command_timeout: float | None = None,
    server_settings: Mapping[str, str] | None = None,
) -> asyncpg.Connection:
    """One connection outside the pool, as ``role`` (whose certificate must lie in certs_dir)."""
    role = role or settings.service
    connection = await asyncpg.connect(
        host=settings.database_host,
        port=settings.database_port,
        user=role,
        database=database or settings.database,
        ssl=settings.client_tls(role),
        timeout=10,
        command_timeout=command_timeout,
        server_settings={**_SESSION, **(server_settings or {})},
    )
    await _prepare(connection)
    return connection


async def _prepare(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads
    )


async def _leave_as_it_is(_connection: asyncpg.Connection) -> None:
    """All that the pool's connections do is transactions, whose end leaves nothing to undo: so a
    batch is spared the round trip in which asyncpg has the server forget the session."""


class Database:
    """The pool. ``open`` before use; one per process."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._settings = settings
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None

    async def open(self) -> None:
        settings = self._settings
        self._pool = await asyncpg.create_pool(
            host=settings.database_host,
            port=settings.database_port,
            user=settings.service,
            database=settings.database,
            ssl=settings.client_tls(),
            min_size=1,
            max_size=settings.database_pool,
            init=_prepare,
            reset=_leave_as_it_is,
            timeout=10,
            command_timeout=120,
            server_settings={
                **_SESSION,
                "application_name": f"{settings.service}-{settings.instance}",
            },
        )

    async def close(self) -> None:
        if self._pool is not None:
            pool, self._pool = self._pool, None
            try:
                await asyncio.wait_for(pool.close(), 10)
            except TimeoutError:  # somebody holds on to a connection
                pool.terminate()

    @property
    def pool(self) -> "asyncpg.Pool[asyncpg.Record]":
        if self._pool is None:
            raise RuntimeError("the database is not open")
        return self._pool

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Any]:
        """A connection in a read-only transaction: a consistent look, and no way to write."""
        async with (
            self.pool.acquire(timeout=_ACQUIRE_TIMEOUT_S) as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            await sight.say(connection)
            yield connection

    @asynccontextmanager
    async def session(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection of its own, closed afterwards: for what a session holds, such as a lock
        beyond a transaction. Whatever happens, the server lets go of it."""
        connection = await connect(self._settings)
        try:
            yield connection
        finally:
            await connection.close(timeout=5)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        """A connection in a read-committed transaction."""
        async with (
            self.pool.acquire(timeout=_ACQUIRE_TIMEOUT_S) as connection,
            connection.transaction(),
        ):
            await sight.say(connection)
            yield connection
