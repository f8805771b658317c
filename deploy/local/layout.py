"""Where everything of a stack lies, and what is remembered of it between two commands.

``.local/cache`` holds what was fetched (shared by all stacks), ``.local/<name>`` one stack.
"""

import fcntl
import json
import os
import re
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from deploy.local.errors import StackError
from deploy.local.processes import Process
from deploy.local.progress import Progress

PROJECT = Path(__file__).resolve().parents[2]
CONF = Path(__file__).with_name("conf")
NAME = re.compile(r"[a-z][a-z0-9_-]{0,40}")


def local_folder() -> Path:
    """``.local`` in the project, or ``NENKIN_LOCAL`` where that is set."""
    return Path(os.environ.get("NENKIN_LOCAL") or PROJECT / ".local").resolve()


@dataclass(frozen=True, slots=True)
class Layout:
    """The folders of one stack."""

    local: Path
    name: str

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name) or self.name in {"cache", "backups"}:
            raise StackError(f"not a name for a stack: {self.name!r} (small letters, digits, - _)")

    @property
    def home(self) -> Path:
        return self.local / self.name

    @property
    def cache(self) -> Path:
        return self.local / "cache"

    @property
    def certs(self) -> Path:
        return self.home / "certs"

    @property
    def kafka(self) -> Path:
        return self.home / "kafka"

    @property
    def postgres(self) -> Path:
        return self.home / "postgres"

    def log(self, process: str) -> Path:
        return self.home / "logs" / f"{process}.log"

    @contextmanager
    def lock(self, progress: Progress) -> Iterator[None]:
        """Only one command at a time changes a stack; others wait and say whom for."""
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "lock").open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                progress.say("stack", f"waiting for another command (process {file.read()})")
                progress.wait_until(
                    "stack", "the other command", lambda: _locked(file.fileno()), timeout=600
                )
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            try:
                yield
            finally:
                file.truncate(0)

    @contextmanager
    def choosing_ports(self) -> Iterator[frozenset[int]]:
        """Only one stack at a time chooses ports; gives those of the other stacks."""
        self.local.mkdir(parents=True, exist_ok=True)
        with (self.local / "ports.lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            others = (State(f) for f in self.local.glob("*/state.json") if f.parent != self.home)
            yield frozenset(port for other in others for port in other.ports.values())

    def remove(self) -> None:
        """Remove the stack's folder. Its processes must have ended."""
        shutil.rmtree(self.home, ignore_errors=True)


class State:
    """What is remembered of a stack: its ports and its processes. Written whole, at once."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self.ports: dict[str, int] = {}
        self.processes: dict[str, Process] = {}
        self.facts: dict[str, str] = {}
        """Other things worth keeping, by name: the shape the stack was started in."""
        self.load()

    def load(self) -> None:
        try:
            known: dict[str, Any] = json.loads(self._file.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return  # none yet, or half-written by a machine that lost power
        self.ports = dict(known.get("ports", {}))
        self.facts = dict(known.get("facts", {}))
        self.processes = {
            name: Process(**process) for name, process in known.get("processes", {}).items()
        }

    def running(self, name: str) -> Process | None:
        """The process of that name, if it is alive."""
        process = self.processes.get(name)
        return process if process and process.alive() else None

    def remember(self, name: str, process: Process) -> None:
        with self._lock:
            self.processes[name] = process
            self._save()

    def forget(self, name: str) -> None:
        with self._lock:
            self.processes.pop(name, None)
            self._save()

    def note(self, **facts: str) -> None:
        with self._lock:
            self.facts.update(facts)
            self._save()

    def set_ports(self, ports: dict[str, int]) -> None:
        with self._lock:
            self.ports = ports
            self._save()

    def _save(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        new = self._file.with_suffix(".new")
        new.write_text(
            json.dumps(
                {
                    "ports": self.ports,
                    "facts": self.facts,
                    "processes": {name: asdict(p) for name, p in self.processes.items()},
                },
                indent=1,
            )
        )
        new.replace(self._file)


def render(template: Path, values: Mapping[str, str]) -> str:
    """Fill in a file's ``@NAMES@``."""
    text = template.read_text()
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
