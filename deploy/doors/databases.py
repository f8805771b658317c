"""The doors of the databases: who logs in as whom and where, and what a role may do once inside."""

import asyncio
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

import asyncpg

from deploy.local.databases import CLEAN, Server, migrations_of
from services.chassis.migrations import CHASSIS

VERBS = ("select", "insert", "update", "delete", "truncate", "references", "trigger")
_AT_ONCE = 8
_TRIES = 3
"""What takes too long says nothing, and is tried again: a machine under load is slow."""
_REFUSED = (
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InsufficientPrivilegeError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.PostgresConnectionError,
    OSError,
)


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """A certificate that gets into a database as a role."""

    certificate: str
    role: str
    database: str


async def entries(server: Server, certificates: Iterable[str]) -> set[Entry]:
    """Every way in that works: each certificate as each role in that role's own database, and as
    its own role in every other. Raises what is neither an entry nor a refusal."""
    roles, databases = await roles_and_databases(server)
    wanted = set()
    for certificate in certificates:
        for role in roles:
            own = role.removesuffix("_migrate")
            wanted.add(Entry(certificate, role, own if own in databases else "postgres"))
            if role == certificate:
                wanted.update(Entry(certificate, role, database) for database in databases)
    gate = asyncio.Semaphore(_AT_ONCE)

    async def tried_once(entry: Entry) -> bool:
        try:
            async with server.connect(
                entry.certificate, role=entry.role, database=entry.database
            ) as connection:
                return bool(await connection.fetchval("select current_user") == entry.role)
        except TimeoutError:  # an OSError, and no refusal
            raise
        except _REFUSED:
            return False

    async def enters(entry: Entry) -> bool:
        async with gate:
            for _ in range(_TRIES - 1):
                with suppress(TimeoutError):
                    return await tried_once(entry)
            return await tried_once(entry)

    tried = sorted(wanted)
    passed = await asyncio.gather(*map(enters, tried))
    return {entry for entry, entered in zip(tried, passed, strict=True) if entered}


def declared_entries(services: Iterable[str]) -> set[Entry]:
    """Each service's two roles with their own certificate in their own database; the superuser with
    the administrator's."""
    own = {
        Entry(role, role, service)
        for service in services
        for role in (service, f"{service}_migrate")
    }
    return own | {Entry("admin", "postgres", "postgres")}


async def roles_and_databases(server: Server) -> tuple[list[str], list[str]]:
    """The roles that can log in and the databases that can be entered, as the server has them."""
    async with server.superuser() as connection:
        roles = await connection.fetch(
            "select rolname from pg_roles where rolcanlogin and rolname !~ '^pg_' order by 1"
        )
        databases = await connection.fetch(
            "select datname from pg_database where datallowconn order by 1"
        )
    return (
        [name for (name,) in roles],
        [name for (name,) in databases if not _FOR_TESTS.search(name)],
    )


_FOR_TESTS = re.compile(rf"{CLEAN}$|_[0-9a-f]{{8}}$")
"""The copies of databases that a test stack has beside them, with the same owners."""


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """A role may do this to a table; ``columns`` where it may to these alone."""

    role: str
    table: str
    verb: str
    columns: tuple[str, ...] = ()


async def rights(server: Server, database: str) -> set[Right]:
    """What every role but the superuser may do to the tables of a database, as the server says."""
    found = set()
    async with server.superuser(database) as connection:
        for role, table, verb, whole, columns in await connection.fetch(_RIGHTS, list(VERBS)):
            if whole:
                found.add(Right(role, table, verb))
            elif columns:
                found.add(Right(role, table, verb, tuple(columns)))
    return found


_RIGHTS = """
select r.rolname, n.nspname || '.' || c.relname, v.verb,
       has_table_privilege(r.oid, c.oid, v.verb),
       case when v.verb in ('select', 'insert', 'update', 'references') then
         array(select a.attname::text from pg_attribute a
               where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                 and has_column_privilege(r.oid, c.oid, a.attnum, v.verb)
               order by a.attname)
       end
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
cross join pg_roles r
cross join unnest($1::text[]) as v (verb)
where c.relkind in ('r', 'p', 'v', 'm') and n.nspname !~ '^pg_|^information_schema$'
  and r.rolcanlogin and not r.rolsuper
"""


async def may_create(server: Server, database: str) -> set[tuple[str, str]]:
    """Roles and what of a database they may put something into: it itself, or a schema."""
    async with server.superuser(database) as connection:
        found = await connection.fetch(_CREATE)
    return {(role, place) for role, place in found}


_CREATE = """
select r.rolname, 'database' from pg_roles r
where r.rolcanlogin and not r.rolsuper
  and (has_database_privilege(r.oid, current_database(), 'create')
       or has_database_privilege(r.oid, current_database(), 'temporary'))
union all
select r.rolname, n.nspname from pg_roles r cross join pg_namespace n
where r.rolcanlogin and not r.rolsuper and has_schema_privilege(r.oid, n.oid, 'create')
"""

_TABLES = r"\w+\.\w+(?:\s*,\s*\w+\.\w+)*"
_STATEMENT = re.compile(
    rf"^(?:grant\s+(?P<granted>[^;]+?)\s+on\s+(?:table\s+)?(?P<of>{_TABLES})\s+to\s+:run"
    rf"|drop\s+table\s+(?P<dropped>{_TABLES}))\s*;",
    re.MULTILINE | re.IGNORECASE,
)
_PRIVILEGE = re.compile(r"(\w+)\s*(?:\(([^)]*)\))?")


def declared_rights(service: str) -> set[Right]:
    """What a service's migrations grant to the role that it runs as, all grants together: columns
    that are granted one after the other are granted like those granted at once. What is dropped
    later is granted to nobody."""
    files = [
        f for folder in (CHASSIS, migrations_of(service)) for f in sorted(folder.glob("*.sql"))
    ]
    return granted((file.read_text() for file in files), service)


def granted(migrations: Iterable[str], role: str) -> set[Right]:
    """The same of the texts of migrations, in their order."""
    found: dict[tuple[str, str], set[str]] = {}
    whole: set[tuple[str, str]] = set()
    for statement in (s for text in migrations for s in _STATEMENT.finditer(text)):
        if dropped := statement["dropped"]:
            gone = set(_names(dropped))
            found = {right: names for right, names in found.items() if right[0] not in gone}
            whole = {right for right in whole if right[0] not in gone}
            continue
        for verb, columns in _PRIVILEGE.findall(statement["granted"]):
            names = set(_names(columns))
            for table in _names(statement["of"]):
                right = table, verb.lower()
                found.setdefault(right, set()).update(names)
                if not names:
                    whole.add(right)
    return {
        Right(role, table, verb, () if (table, verb) in whole else tuple(sorted(columns)))
        for (table, verb), columns in found.items()
    }


def _names(listed: str) -> list[str]:
    return [name.strip().lower() for name in listed.split(",") if name.strip()]


def owned(service: str, tables: Iterable[str]) -> set[Right]:
    """All of it, for the role that migrates."""
    return {Right(f"{service}_migrate", table, verb) for table in tables for verb in VERBS}
