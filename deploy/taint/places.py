"""Where a stack keeps anything: each place gives its bytes, as they lie and as they are meant."""

import asyncio
import gzip
import http.client
import os
import ssl
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg

from contracts.topics import SERVICES
from deploy.local import processes
from deploy.local.databases import Server
from deploy.local.layout import Layout
from deploy.local.postgres import reachable, server_user
from deploy.local.services import GATEWAY_PUBLIC, Services
from deploy.local.stack import Stack
from deploy.taint.batches import compressed_records
from deploy.taint.search import CHUNK

BLOCK = 64 * 1024
_NOTHING = bytes(BLOCK)
BETWEEN = b"\n\xfe\n"
"""Between two pieces that do not touch: ends whatever form a number may have."""


class Unsearched(Exception):
    """A place that could not be looked into; the text says why."""


@dataclass(frozen=True)
class Place:
    """Somewhere bytes are: ``kind`` is for counting, ``name`` tells where."""

    kind: str
    name: str
    chunks: Callable[[], Iterable[bytes]]
    """Raises ``Unsearched``. A place that is gone by now gives nothing."""


def files(folder: Path, kind_of: Callable[[Path], str] | None = None) -> Iterator[Place]:
    """Every file below ``folder``, its name included, and what is packed in it."""
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        kind = kind_of(path.relative_to(folder)) if kind_of else "file"
        # A leading folder is in the name of all that is below: each part is looked at once.
        yield Place("name", str(path.parent.relative_to(folder)), _once(path.name.encode()))
        if path.is_file() and not path.is_symlink():
            yield Place(kind, name, partial(read_file, path))
            yield from _packed(path, kind, name)


def read_file(path: Path) -> Iterator[bytes]:
    """A file's bytes without holes and empty blocks; offsets count what is left."""
    try:
        with path.open("rb", buffering=0) as file:
            yield from _filled(file.fileno())
    except FileNotFoundError:
        return
    except OSError as error:
        raise Unsearched(error.strerror or "cannot be read") from error


def _filled(descriptor: int) -> Iterator[bytes]:
    at, end = 0, os.fstat(descriptor).st_size
    while at < end:
        try:
            at = os.lseek(descriptor, at, os.SEEK_DATA)
        except OSError:
            return  # nothing but a hole is left
        block = os.pread(descriptor, CHUNK, at)
        if not block:
            return
        yield filled(block)
        at += len(block)


def filled(data: bytes) -> bytes:
    """``data`` without its blocks of zeros."""
    if not data.startswith(_NOTHING[: min(len(data), 4096)]) and _NOTHING not in data:
        return data
    view = memoryview(data)
    blocks = [view[at : at + BLOCK] for at in range(0, len(data), BLOCK)]
    kept = [block if block != _NOTHING[: len(block)] else BETWEEN for block in blocks]
    return b"".join(kept)


def _packed(path: Path, kind: str, name: str) -> Iterator[Place]:
    if path.suffix == ".log" and path.stem.isdigit():
        yield Place(f"{kind}, unpacked", name, partial(compressed_records, path))
    elif path.suffix in (".gz", ".zip"):
        yield Place(f"{kind}, unpacked", name, partial(_unpack, path))


def _unpack(path: Path) -> Iterator[bytes]:
    try:
        if path.suffix == ".gz":
            with gzip.open(path) as file:
                yield from iter(lambda: file.read(CHUNK), b"")
            return
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                yield entry.filename.encode() + BETWEEN
                if not entry.flag_bits & 0x1:  # what is encrypted is what it should be
                    with archive.open(entry) as member:
                        yield from iter(lambda: member.read(CHUNK), b"")
                    yield BETWEEN
    except FileNotFoundError:
        return
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError) as error:
        raise Unsearched(f"does not unpack ({type(error).__name__})") from error


def stack_files(layout: Layout) -> Iterator[Place]:
    """Every file of a stack: Kafka's logs, the databases' files, logs, keys, all else."""

    def kind_of(path: Path) -> str:
        first = path.parts[0]
        return {"kafka": "bus", "postgres": "database file", "logs": "log"}.get(first, "file")

    yield from files(layout.home, kind_of)
    databases = reachable(layout.postgres, server_user())
    if databases != layout.postgres:
        yield from files(databases, lambda _path: "database file")


async def checkpoint(server: Server) -> None:
    """Have the database server write to its files what it holds in memory."""
    async with server.superuser() as connection:
        await connection.execute("checkpoint")


def rows(server: Server) -> Iterator[Place]:
    """Every row of every table as text: whatever was compressed or moved out of the row."""
    with asyncio.Runner() as runner:
        for database in runner.run(_databases(server)):
            with _Connection(runner, server, database) as connection:
                for table in connection.tables():
                    yield Place(
                        "row", f"{database}: {table}", partial(connection.rows_of, table)
                    )  # fmt: skip


async def _databases(server: Server) -> list[str]:
    async with server.superuser() as connection:
        found = await connection.fetch(
            "select datname from pg_database where datallowconn order by 1"
        )
    return [name for (name,) in found]


class _Connection:
    """One database, read bit by bit by somebody who waits."""

    def __init__(self, runner: asyncio.Runner, server: Server, database: str) -> None:
        self._runner = runner
        self._opened = server.superuser(database)

    def __enter__(self) -> "_Connection":
        self._connection = self._runner.run(self._opened.__aenter__())
        return self

    def __exit__(self, *_error: object) -> None:
        self._runner.run(self._opened.__aexit__(None, None, None))

    def tables(self) -> list[str]:
        statement = (
            "select format('%I.%I', schemaname, relname) from pg_stat_user_tables order by 1"
        )
        found = self._runner.run(self._connection.fetch(statement))
        return [name for (name,) in found]

    def rows_of(self, table: str) -> Iterator[bytes]:
        run = self._runner.run
        try:
            transaction = self._connection.transaction(readonly=True)
            run(transaction.start())
            try:
                statement = f"select t::text from {table} t"  # noqa: S608  a name from the catalogue
                cursor = run(_cursor(self._connection, statement))
                while found := run(cursor.fetch(_ROWS)):
                    yield "\n".join(text for (text,) in found).encode()
            finally:
                run(transaction.rollback())
        except asyncpg.UndefinedTableError:
            return
        except asyncpg.PostgresError as error:
            raise Unsearched(type(error).__name__) from error


_ROWS = 200
"""Rows at a time: a row of an outbox may have a megabyte."""


async def _cursor(connection: asyncpg.Connection, statement: str) -> Any:
    return await connection.cursor(statement)


def answers(services: Services) -> Iterator[Place]:
    """What each running service says of itself, and the pages that anybody may see."""
    for service in SERVICES:
        for path in ("/metrics", "/health/ready"):
            yield Place("metrics", f"{service}{path}", partial(_ask, services, service, path))
    for path in ("/api/docs", "/api/openapi.json"):
        yield Place("page", path, partial(_page, services, path))


def _ask(services: Services, service: str, path: str) -> Iterator[bytes]:
    try:
        yield services.ask(service, path)[1].encode()
    except (OSError, http.client.HTTPException) as error:
        raise Unsearched("does not answer") from error


def _page(services: Services, path: str) -> Iterator[bytes]:
    context = ssl.create_default_context(cafile=str(services.layout.certs / "gateway" / "ca.pem"))
    url = f"https://localhost:{services.ports[GATEWAY_PUBLIC]}{path}"
    try:
        with urllib.request.urlopen(url, context=context, timeout=10) as answer:
            yield answer.read()
    except OSError as error:
        raise Unsearched("does not answer") from error


def traces(port: int) -> Place:
    """Every trace that the viewer holds: they are in its memory alone."""

    def fetch() -> Iterator[bytes]:
        url = f"http://127.0.0.1:{port}/api/v2/traces?limit=1000000&lookback=31536000000"
        try:
            with urllib.request.urlopen(url, timeout=60) as answer:
                yield from iter(lambda: answer.read(CHUNK), b"")
        except (urllib.error.URLError, OSError) as error:
            raise Unsearched("the viewer does not answer") from error

    return Place("trace", "zipkin", fetch)


def told(found: Iterable[processes.Process]) -> Iterator[Place]:
    """What a process was told at its start, which every user of the machine can read or its own
    user can, and files it holds open that are in no folder any more."""
    for process in found:
        proc = Path("/proc") / str(process.pid)
        for part in ("cmdline", "environ"):
            yield Place("process", f"{process.pid}/{part}", partial(_proc, proc / part))
        yield from _nameless(process.pid)


def _proc(path: Path) -> list[bytes]:
    try:
        return [path.read_bytes()]
    except (FileNotFoundError, ProcessLookupError):
        return []
    except OSError as error:
        raise Unsearched(error.strerror or "cannot be read") from error


def _nameless(pid: int) -> Iterator[Place]:
    folder = Path(f"/proc/{pid}/fd")
    try:
        descriptors = sorted(os.listdir(folder))
    except OSError:
        return
    for descriptor in descriptors:
        link = folder / descriptor
        try:
            gone = os.readlink(link).endswith(" (deleted)") and link.is_file()
        except OSError:
            continue
        if gone:
            yield Place("process", f"{pid}/fd/{descriptor}", partial(read_file, link))


def of_stack(stack: Stack) -> Iterator[Place]:
    """Every place of a stack but its processes' memory."""
    running = stack.running()
    if "postgres" in running:
        asyncio.run(checkpoint(stack.database_server))
    yield from stack_files(stack.layout)
    if "postgres" in running:
        yield from rows(stack.database_server)
    if set(SERVICES) & set(running):
        yield from answers(stack.services)
    if "zipkin" in running:
        yield traces(stack.state.ports["zipkin"])
    yield from told(processes.marked(stack.layout.home))


def _once(data: bytes) -> Callable[[], Iterable[bytes]]:
    return lambda: [data]
