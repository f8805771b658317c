"""Processes that outlive the command that started them, told apart by more than their number.

A process is remembered as its id and the moment the kernel says it began, so that a stale record
never leads to a signal to somebody else's process.
"""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local.errors import StackError
from deploy.local.progress import Progress

STACK_MARK = "NENKIN_STACK"
"""In the environment of every process of a stack: the stack's folder. By it they are found even
when the record of them is lost."""

_LOG_LIMIT = 32 * 1024 * 1024
_children: dict[int, subprocess.Popen[bytes]] = {}
"""Processes this very interpreter started: it alone can take note of their end."""


@dataclass(frozen=True, slots=True)
class User:
    """Who a server runs as when root may not run it."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Process:
    """A process of the stack."""

    pid: int
    started: int
    """Clock ticks from boot to its start."""

    def alive(self) -> bool:
        child = _children.get(self.pid)
        if child is not None:
            child.poll()
        return started_at(self.pid) == self.started

    def send(self, number: signal.Signals, *, group: bool = False) -> None:
        """Signal it, or with ``group`` all that it started and that stayed in its group."""
        if not self.alive():
            return
        try:
            if group:
                os.killpg(self.pid, number)
            else:
                os.kill(self.pid, number)
        except ProcessLookupError:
            pass

    def memory(self) -> int:
        """Bytes it and its children hold, shared pages counted once among the sharers."""
        return sum(_proportional_bytes(pid) for pid in (self.pid, *_descendants(self.pid)))


def started_at(pid: int) -> int | None:
    """Clock ticks from boot to the start of this process; ``None`` when it has ended."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = text.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else int(fields[19])


def spawn(
    command: Sequence[str | Path],
    *,
    stack: Path,
    log: Path,
    environment: Mapping[str, str],
    folder: Path,
    user: User | None = None,
) -> Process:
    """Start a process that goes on without us, in a session of its own, its output in ``log``.

    It bears the mark of the stack whose folder is ``stack``.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > _LOG_LIMIT:
        log.replace(log.with_suffix(log.suffix + ".1"))
    with log.open("ab") as output:
        child = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**environment, STACK_MARK: str(stack)},
            cwd=folder,
            start_new_session=True,
            user=user.uid if user else None,
            group=user.gid if user else None,
            extra_groups=[] if user else None,
        )
    _children[child.pid] = child
    return Process(child.pid, started_at(child.pid) or 0)


def run(
    command: Sequence[str | Path],
    *,
    progress: Progress,
    step: str,
    what: str,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    user: User | None = None,
    timeout: float = 600,
) -> str:
    """Run a command to its end and return what it printed, with a sign of life meanwhile.

    Raises ``StackError`` with the last lines of its output when it fails.
    """
    with subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=None if environment is None else dict(environment),
        cwd=folder,
        start_new_session=True,
        user=user.uid if user else None,
        group=user.gid if user else None,
        extra_groups=[] if user else None,
    ) as child:
        try:
            output = _collect(child, progress, step, what, timeout)
        except BaseException:
            # Whoever waits no longer leaves nothing behind.
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
            raise
    if child.returncode:
        last = "\n".join(output.splitlines()[-15:])
        raise StackError(f"{what}: ended with status {child.returncode}\n{last}")
    return output


def stop(
    process: Process, number: signal.Signals, *, grace: float, last: signal.Signals = signal.SIGKILL
) -> bool:
    """Ask it to stop, wait ``grace`` seconds, then make it; ``True`` when asking was enough.

    Takes no notice of a second Ctrl-C: a stop that is itself stopped would leave things running.
    """
    process.send(number)
    if _ended(process, grace):
        return True
    process.send(last, group=last is signal.SIGKILL)
    if not _ended(process, 10):
        process.send(signal.SIGKILL, group=True)
        _ended(process, 10)
    return False


def marked(home: Path) -> dict[Process, str]:
    """Processes that bear a stack's mark, with their command lines."""
    mark = f"{STACK_MARK}={home}".encode()
    found: dict[Process, str] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            environment = (entry / "environ").read_bytes().split(b"\0")
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        started = started_at(int(entry.name))
        if mark in environment and started is not None:
            found[Process(int(entry.name), started)] = command
    return found


def tail(log: Path, lines: int = 15, *, offset: int = 0) -> str:
    """The last lines of a log, at most 64 KiB back and not before ``offset``."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(min(end, max(offset, end - 65_536)))
        return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])


def _ended(process: Process, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while process.alive():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    child = _children.pop(process.pid, None)
    if child is not None:
        child.wait()
    return True


def _collect(
    child: subprocess.Popen[bytes], progress: Progress, step: str, what: str, timeout: float
) -> str:
    deadline = time.monotonic() + timeout
    with progress.busy(step, what):
        while True:
            try:
                output, _ = child.communicate(timeout=0.1)
                return output.decode(errors="replace")
            except subprocess.TimeoutExpired:
                progress.check()
                if time.monotonic() > deadline:
                    raise StackError(f"{what}: not done after {timeout:.0f} s") from None


def _descendants(pid: int) -> list[int]:
    try:
        tasks = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return []
    found = [int(task) for task in tasks]
    return found + [deeper for child in found for deeper in _descendants(child)]


def _proportional_bytes(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        pass
    return 0
