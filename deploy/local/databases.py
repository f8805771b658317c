"""Roles, databases and migrations on a server, as its superuser and as each migrating role.

A service has one database that bears its name and two roles: ``<service>_migrate`` owns it and
runs migrations, ``<service>`` may connect and has what the migrations grant it. Nobody may enter
another's database, and no database has a schema that everybody may write to.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from deploy.local.errors import StackError
from deploy.local.layout import PROJECT
from services.chassis import migrations

CLEAN = "__clean"
"""What the name of a database's unused twin ends in: see ``make_twin``."""


class Edited(StackError):
    """Migrations that have run were edited since."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where the server is and which certificates open it."""

    host: str
    port: int
    certs: Path

    @asynccontextmanager
    async def connect(
        self, certificate: str, *, role: str | None = None, database: str | None = None
    ) -> AsyncIterator[asyncpg.Connection]:
        """A connection as ``role`` (by default the certificate's name)."""
        folder = self.certs / certificate
        context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
        context.load_cert_chain(folder / f"{certificate}.crt", folder / f"{certificate}.key")
        connection = await asyncpg.connect(
            host=self.host,
            port=self.port,
            user=role or certificate,
            database=database or certificate,
            ssl=context,
        )
        try:
            yield connection
        finally:
            await connection.close()

    def superuser(
        self, database: str = "postgres"
    ) -> AbstractAsyncContextManager[asyncpg.Connection]:
        """A connection that may do everything, with the admin certificate."""
        return self.connect("admin", role="postgres", database=database)


async def prepare(server: Server, services: Iterable[str], *, twins: bool = False) -> int:
    """Make what is missing of roles and databases; returns how many databases were made.

    With ``twins``, each database gets a second one of the same making that nobody uses: what a
    test that wants a clean start copies.
    """
    made = 0
    async with server.superuser() as connection:
        await connection.execute("revoke all on database postgres, template1 from public")
        roles = {row["rolname"] for row in await connection.fetch("select rolname from pg_roles")}
        there = {
            row["datname"] for row in await connection.fetch("select datname from pg_database")
        }
        for service in services:
            for role in (service, f"{service}_migrate"):
                if role not in roles:
                    await connection.execute(f'create role "{role}" login noinherit')
            for name in (service, service + CLEAN) if twins else (service,):
                if name not in there:
                    await create(connection, name, service)
                    made += 1
    return made


async def create(
    connection: asyncpg.Connection, name: str, service: str, template: str = "template0"
) -> None:
    """Make one database for a service, with what its roles may do to it."""
    # Without fsync (test stacks alone copy a template of ours), copying files is several times
    # cheaper than writing each block to the log.
    strategy = "wal_log" if template == "template0" else "file_copy"
    await connection.execute(
        f'create database "{name}" owner "{service}_migrate" template "{template}"'
        f" strategy {strategy}"
    )
    await connection.execute(f'revoke all on database "{name}" from public')
    await connection.execute(f'grant connect on database "{name}" to "{service}"')


async def drop(connection: asyncpg.Connection, name: str) -> None:
    """Remove a database, and whoever is in it."""
    await connection.execute(f'drop database if exists "{name}" with (force)')


async def migrate(server: Server, service: str, name: str) -> int:
    """Run a service's migrations on the database ``name``, as its migrating role; how many ran.

    Raises ``StackError`` when one fails or one that ran was edited since.
    """
    async with server.connect(f"{service}_migrate", database=name) as connection:
        try:
            return len(await migrations.apply(connection, service, migrations_of(service)))
        except asyncpg.PostgresError as error:
            raise StackError(f"migrations of {service}: {error}") from error
        except migrations.MigrationChanged as error:
            raise Edited(
                f"migrations of {service}: {error}. Write a new one; or, where the data may go,"
                " clean the stack"
            ) from error


async def migrate_all(server: Server, services: Iterable[str]) -> int:
    """Run the migrations of all of them; returns how many ran. Raises ``StackError``."""
    return sum(await asyncio.gather(*(migrate(server, service, service) for service in services)))


async def migrate_twins(server: Server, services: Iterable[str]) -> dict[str, str]:
    """The same for a test stack: each database and its twin.

    A database whose migrations were edited since they ran is made anew. A service whose migrations
    fail is passed over, so that the others can be tested: returns what went wrong, by service.
    """

    async def one(service: str, name: str) -> None:
        try:
            await migrate(server, service, name)
        except Edited:
            async with server.superuser() as connection:
                await drop(connection, name)
                await create(connection, name, service)
            await migrate(server, service, name)

    names = [(service, name) for service in services for name in (service, service + CLEAN)]
    done = await asyncio.gather(*(one(*each) for each in names), return_exceptions=True)
    wrong = {}
    for (service, _name), outcome in zip(names, done, strict=True):
        if isinstance(outcome, StackError):
            wrong[service] = str(outcome)
        elif isinstance(outcome, BaseException):
            raise outcome
    return wrong


def migrations_of(service: str) -> Path:
    """The folder of a service's migrations."""
    return PROJECT / "services" / service / "migrations"


def migratable(services: Iterable[str]) -> tuple[str, ...]:
    """Those of the services that have migrations in this tree."""
    return tuple(service for service in services if migrations_of(service).is_dir())


async def clean(server: Server, services: Iterable[str]) -> None:
    """Make the databases as new, migrated and empty. For tests.

    Whoever is connected loses the connection: stop the services first.
    """
    async with server.superuser() as connection:
        for service in services:
            await drop(connection, service)
            await create(connection, service, service, template=service + CLEAN)


async def copy(server: Server, service: str, name: str) -> None:
    """Make one more clean database of a service, under another name. For tests."""
    async with server.superuser() as connection:
        await create(connection, name, service, template=service + CLEAN)


async def drop_all(server: Server, names: Iterable[str]) -> None:
    """Remove databases, and whoever is in them."""
    async with server.superuser() as connection:
        for name in names:
            await drop(connection, name)
