"""Forward-only migrations in plain SQL, the chassis' own first.

A migration file runs once, in a transaction of its own, under an advisory lock, with short lock
and statement timeouts: the running code must go on working while it runs. ``:run`` in a file
stands for the role that the service runs as; every grant to it is written out.
"""

import hashlib
import re
from itertools import pairwise
from pathlib import Path

import asyncpg

CHASSIS = Path(__file__).parent / "migrations"
_LOCK = 0x6D696772  # "migr"; another than the relay's, which a running service holds
_RUN = re.compile(r"(?<!:):run\b")  # not the cast ::run…
_NAME = re.compile(r"^\d{4}_[a-z0-9_]+\.sql$")


class MigrationChanged(Exception):
    """A file that has run already was edited: write a new one instead."""


def _files(folder: Path) -> list[Path]:
    files = sorted(folder.glob("*.sql"))
    for file in files:
        if not _NAME.match(file.name):
            raise ValueError(f"{file.name}: a migration is called NNNN_name.sql")
    for one, other in pairwise(files):
        if one.name[:4] == other.name[:4]:
            raise ValueError(f"{one.name}, {other.name}: two migrations of one number")
    return files


async def apply(connection: asyncpg.Connection, run_role: str, folder: Path) -> list[str]:
    """Run what has not run yet, as the connection's role; return the names of what ran."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", run_role):
        raise ValueError(f"not a role name: {run_role!r}")
    await connection.execute("select pg_advisory_lock($1)", _LOCK)
    try:
        await connection.execute(
            "create schema if not exists migrations;"
            "create table if not exists migrations.applied ("
            " origin text not null, name text not null, sha256 text not null,"
            " applied_at timestamptz not null default now(), primary key (origin, name))"
        )
        done = {
            (row["origin"], row["name"]): row["sha256"]
            for row in await connection.fetch("select origin, name, sha256 from migrations.applied")
        }
        ran = []
        for origin, place in (("chassis", CHASSIS), ("service", folder)):
            for file in _files(place):
                text = file.read_text()
                digest = hashlib.sha256(text.encode()).hexdigest()
                known = done.get((origin, file.name))
                if known == digest:
                    continue
                if known:
                    raise MigrationChanged(f"{origin} {file.name} has run and was edited since")
                await _run(connection, _RUN.sub(run_role, text), (origin, file.name, digest))
                ran.append(f"{origin}/{file.name}")
        return ran
    finally:
        await connection.execute("select pg_advisory_unlock($1)", _LOCK)


async def _run(connection: asyncpg.Connection, sql: str, entry: tuple[str, str, str]) -> None:
    async with connection.transaction():
        await connection.execute("set local lock_timeout = '5s'")
        await connection.execute("set local statement_timeout = '60s'")
        await connection.execute(sql)
        await connection.execute(
            "insert into migrations.applied (origin, name, sha256) values ($1, $2, $3)",
            *entry,
        )
