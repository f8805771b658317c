"""Which tables of a service are filtered, as the database has it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from deploy.local.testing import TestStack
from services.chassis.database import connect
from services.chassis.service import Service

_ABOUT_PERSONS = """
select c.relname, c.relrowsecurity,
       array(select a.attname::text from pg_attribute a
             where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
               and a.atttypid = 'uuid'::regtype and a.attname = any($2::text[])) as persons
from pg_class c
where c.relnamespace = $1::text::regnamespace and c.relkind = 'r'
order by 1
"""


async def unfiltered(
    connection: asyncpg.Connection, schema: str, columns: Sequence[str] = ("person_id",)
) -> set[str]:
    """Tables with a column that names a person, and no filter."""
    rows = await connection.fetch(_ABOUT_PERSONS, schema, list(columns))
    return {row["relname"] for row in rows if row["persons"] and not row["relrowsecurity"]}


async def filtered(connection: asyncpg.Connection, schema: str) -> set[str]:
    """Tables with a filter."""
    rows: list[Any] = await connection.fetch(_ABOUT_PERSONS, schema, [])
    return {row["relname"] for row in rows if row["relrowsecurity"]}


@asynccontextmanager
async def owner_of(stack: TestStack, service: Service) -> AsyncIterator[asyncpg.Connection]:
    """A connection to a service's database as the role that owns its tables."""
    role = f"{service.name}_migrate"
    settings = service.settings.model_copy(update={"certs_dir": stack.layout.certs / role})
    connection = await connect(settings, role=role)
    try:
        yield connection
    finally:
        await connection.close()
