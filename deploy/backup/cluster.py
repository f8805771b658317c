"""The files of a running PostgreSQL, read through its own functions.

Between ``pg_backup_start`` and ``pg_backup_stop`` files are copied as they are, torn pages and all:
the write-ahead log from the one to the other makes them whole. A temporary replication slot keeps
that log from being recycled meanwhile, and goes with the session. Files are read by the server
(``pg_read_binary_file``), so this works from wherever the superuser may connect from.
"""

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import asyncpg

from deploy.backup.errors import BackupError

_AT_ONCE = 4 * 1024 * 1024
_FILES_AT_ONCE = 200

_TREE = """
with recursive tree as (
    select name as path, (pg_stat_file(name, true)).* from pg_ls_dir('.', true, false) as name
    union all
    select tree.path || '/' || name, (pg_stat_file(tree.path || '/' || name, true)).*
    from tree, pg_ls_dir(tree.path, true, false) as name where tree.isdir
)
select path, isdir, size from tree where isdir is not null order by path
"""
_READ = "select pg_read_binary_file($1, $2, $3, true)"
_READ_MANY = """
select path, pg_read_binary_file(path, 0, $2, true)
from unnest($1::text[]) with ordinality as t (path, n) order by n
"""
CONTROL = "global/pg_control"
LABEL = "backup_label"

_FRESH_AT_START = frozenset(
    {"pg_dynshmem", "pg_notify", "pg_replslot", "pg_serial", "pg_snapshots", "pg_stat_tmp",
     "pg_subtrans", "pg_wal"}
)  # fmt: skip
"""Folders whose content a server makes anew, or that this server alone can use."""
_LEFT_OUT = re.compile(
    r"(.*/)?(postmaster\.(pid|opts)|backup_label.*|tablespace_map.*|pg_internal\.init.*"
    r"|pgsql_tmp.*|backup_manifest|stack\.conf|t\d+_\d+(_\w+)?(\.\d+)?)"
)


@dataclass(frozen=True, slots=True)
class Server:
    """Which server it is."""

    version: str
    major: int
    identifier: str
    segment: int
    """Bytes of a file of the write-ahead log."""


@dataclass(frozen=True, slots=True)
class End:
    """Where the backup ends in the write-ahead log, and what a restored server begins by."""

    lsn: int
    label: str
    logs: tuple[str, ...]
    """Names of the log's files that a restored server needs."""


async def identify(connection: asyncpg.Connection) -> Server:
    """Look at the server. Raises ``BackupError`` where it cannot be backed up this way."""
    row = await connection.fetchrow(
        "select current_setting('server_version') as version,"
        " current_setting('server_version_num')::int / 10000 as major,"
        " current_setting('wal_level') as wal_level,"
        " (select system_identifier::text from pg_control_system()) as identifier,"
        " (select setting::int from pg_settings where name = 'wal_segment_size') as segment,"
        " (select count(*) from pg_tablespace where oid >= 16384) as tablespaces"
    )
    if row["wal_level"] == "minimal":
        raise BackupError("the server runs with wal_level=minimal: start it with the new settings")
    if row["tablespaces"]:
        raise BackupError("a tablespace lies outside the data folder: not provided for here")
    return Server(row["version"], row["major"], row["identifier"], row["segment"])


async def begin(connection: asyncpg.Connection, label: str) -> str:
    """Keep the log from here on, and begin the backup; returns its LSN."""
    await connection.execute(
        "select pg_create_physical_replication_slot($1, true, true)", f"backup_{_pid(connection)}"
    )
    return str(await connection.fetchval("select pg_backup_start($1, true)::text", label))


async def end(connection: asyncpg.Connection, server: Server) -> End:
    """End the backup; the log's files up to here are on disk then."""
    row = await connection.fetchrow(
        "select lsn::text, labelfile, spcmapfile from pg_backup_stop(false)"
    )
    started = re.search(
        r"^START WAL LOCATION: (\w+/\w+) \(file ([0-9A-F]{8})", row["labelfile"], re.MULTILINE
    )
    if started is None:
        raise BackupError("the server's backup label is not what it was")
    first = lsn_number(started[1]) // server.segment
    last = (lsn_number(row["lsn"]) - 1) // server.segment
    in_one = 0x1_0000_0000 // server.segment
    names = [f"{started[2]}{n // in_one:08X}{n % in_one:08X}" for n in range(first, last + 1)]
    return End(lsn_number(row["lsn"]), row["labelfile"], tuple(names))


async def tree(connection: asyncpg.Connection) -> tuple[list[str], list[tuple[str, int]]]:
    """The folders, and the files with their sizes, that belong into a backup."""
    folders, files = [], []
    for row in await connection.fetch(_TREE):
        path = row["path"]
        inside = "/" in path and path.split("/")[0] in _FRESH_AT_START
        if inside or _LEFT_OUT.fullmatch(path) or path == CONTROL:
            continue
        if row["isdir"]:
            folders.append(path)
        else:
            files.append((path, row["size"]))
    return [*folders, "pg_wal/archive_status"], files


async def read(
    connection: asyncpg.Connection, files: Sequence[tuple[str, int]]
) -> AsyncIterator[tuple[str, AsyncIterator[bytes]]]:
    """The files' content, many small ones at a time. What was removed meanwhile is passed over."""
    small: list[str] = []
    waiting = 0
    for path, size in files:
        if size >= _AT_ONCE // 4:
            yield path, _pieces(connection, path)
            continue
        if waiting + size > _AT_ONCE or len(small) == _FILES_AT_ONCE:
            async for each in _many(connection, small):
                yield each
            small, waiting = [], 0
        small.append(path)
        waiting += size
    async for each in _many(connection, small):
        yield each


async def read_control(connection: asyncpg.Connection) -> bytes:
    """The control file: read until two looks are alike, since the server may be writing it."""
    last = b""
    for _ in range(100):
        now: bytes = await connection.fetchval(_READ, CONTROL, 0, _AT_ONCE)
        if now == last:
            return now
        last = now
    raise BackupError("the server's control file does not stand still")


async def read_log(connection: asyncpg.Connection, name: str, server: Server) -> bytes:
    """One file of the write-ahead log, whole. Raises ``BackupError``."""
    data: bytes | None = await connection.fetchval(_READ, f"pg_wal/{name}", 0, server.segment)
    if data is None or len(data) != server.segment:
        raise BackupError(f"the server no longer has {name} of its write-ahead log")
    return data


def lsn_number(lsn: str) -> int:
    """A place in the write-ahead log as a number."""
    high, _, low = lsn.partition("/")
    return (int(high, 16) << 32) + int(low, 16)


async def _many(
    connection: asyncpg.Connection, paths: Sequence[str]
) -> AsyncIterator[tuple[str, AsyncIterator[bytes]]]:
    if not paths:
        return
    for path, content in await connection.fetch(_READ_MANY, paths, _AT_ONCE):
        if content is None:
            continue
        if len(content) == _AT_ONCE:  # it has grown meanwhile
            yield path, _pieces(connection, path)
        else:
            yield path, _one(content)


async def _one(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def _pieces(connection: asyncpg.Connection, path: str) -> AsyncIterator[bytes]:
    at = 0
    while content := await connection.fetchval(_READ, path, at, _AT_ONCE):
        yield content
        at += len(content)


def _pid(connection: asyncpg.Connection) -> int:
    return int(connection.get_server_pid())
