"""Images of running processes: every page that they can read, as a debugger would save it.

They are read from ``/proc``: nothing is written to disk. A service stands still while its pages are
copied (a debugger does the same), so that nothing moves past the reader.
"""

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from deploy.local.processes import Process, started_at
from deploy.taint.places import BETWEEN, Place, Unsearched, filled
from deploy.taint.search import CHUNK

_PAST_THE_VAULT = "services.token_vault"
_IS_SERVICE = "-m services."
_UNREADABLE = ("[vvar]", "[vvar_vclock]", "[vsyscall]")


def images(found: Mapping[Process, str]) -> Iterator[Place]:
    """The memory of these processes (with their command lines) and of those that they started, the
    vault's left out.

    What several share, as PostgreSQL's do their buffers, is read once.
    """
    shared: set[str] = set()
    for process, command in _families(found):
        if _PAST_THE_VAULT in command:
            continue
        name = _short(command)
        yield Place(
            "memory", f"{name} ({process.pid})",
            partial(read, process, shared, stop=_IS_SERVICE in command),
        )  # fmt: skip


def _families(found: Mapping[Process, str]) -> Iterator[tuple[Process, str]]:
    """With the children: PostgreSQL's write their titles over the mark that they bore."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (parent := _parent(entry)):
            parents.setdefault(parent, []).append(int(entry.name))
    waiting = {process.pid: command for process, command in found.items()}
    seen: set[int] = set()
    while waiting:
        pid, command = waiting.popitem()
        if pid in seen or (started := started_at(pid)) is None:
            continue
        seen.add(pid)
        yield Process(pid, started), command
        for child in parents.get(pid, ()):
            waiting.setdefault(child, command)


def _parent(entry: Path) -> int | None:
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return None


def read(process: Process, shared: set[str], *, stop: bool) -> Iterator[bytes]:
    """A process' pages. ``shared``: mappings that were read before; what is read here is added.

    With ``stop`` it stands still while they are copied, and goes on before they are searched.
    """
    try:
        if stop:
            with _held(process):
                copied = list(_readable(process, shared))
            yield from copied
        else:
            yield from _readable(process, shared)
    except (FileNotFoundError, ProcessLookupError):
        return
    except PermissionError as error:
        raise Unsearched("only its user, or root, may read it") from error


def _readable(process: Process, shared: set[str]) -> Iterator[bytes]:
    folder = Path(f"/proc/{process.pid}")
    with (folder / "mem").open("rb", buffering=0) as memory:
        for start, end, place in _mappings(folder):
            if place in shared:
                continue
            if place:
                shared.add(place)
            yield from _pages(memory.fileno(), start, end)
            yield BETWEEN


def _mappings(folder: Path) -> Iterator[tuple[int, int, str]]:
    """What can be read, with a name for what is shared. Unchanged files are left to the search of
    files: libraries and archives, which nobody writes to."""
    for line in (folder / "maps").read_text().splitlines():
        span, rights, offset, device, inode, *rest = line.split(maxsplit=5)
        path = rest[0] if rest else ""
        if "r" not in rights or path in _UNREADABLE:
            continue
        if inode != "0" and "w" not in rights and "s" not in rights:
            continue
        start, end = (int(part, 16) for part in span.split("-"))
        yield start, end, f"{device} {inode} {offset}" if "s" in rights else ""


def _pages(descriptor: int, start: int, end: int) -> Iterator[bytes]:
    at = start
    while at < end:
        try:
            data = os.pread(descriptor, min(CHUNK, end - at), at)
        except OSError:
            data = b""  # a guard page, or a file behind it that has become shorter
        if not data:
            at += min(CHUNK, 4096)
            continue
        yield filled(data)
        at += len(data)


@contextmanager
def _held(process: Process) -> Iterator[None]:
    process.send(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send(signal.SIGCONT)


def _short(command: str) -> str:
    words = command.split()
    for word in words:
        if word.startswith("services.") or word in ("kafka.Kafka", "postgres:"):
            return " ".join(words[words.index(word) :][:3])
    return Path(words[0]).name if words else "?"
