"""What processes use while something runs: processor time and memory, read from /proc."""

import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.processes import Process

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_LOOK_S = 3


def processor_seconds(process: Process) -> float:
    """What it, its children and those of them that have ended have used since it began."""
    total = _ticks(process.pid, ended_children=True)
    for child in _children(process.pid):
        total += _ticks(child, ended_children=False)
    return total * _TICK_S


def _ticks(pid: int, *, ended_children: bool) -> int:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    fields = text.rpartition(")")[2].split()
    return sum(int(value) for value in fields[11 : 15 if ended_children else 13])


def _children(pid: int) -> list[int]:
    try:
        return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


@dataclass
class Watch:
    """Watches processes, by name, from ``begin`` to ``end``."""

    processes: Mapping[str, Process]
    look_s: float = _LOOK_S
    """Seconds between looks at the memory. The system counts every page of every process for one,
    the shared buffers for each backend: looking every three takes 2 % of what is measured."""
    seconds: dict[str, float] = field(default_factory=dict)
    """Processor seconds between begin and end, by name."""
    memory: dict[str, list[tuple[float, int]]] = field(default_factory=dict)
    """By name: seconds since begin, and MB held then, shared pages counted once among sharers."""

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._began: dict[str, float] = {}
        self._at = 0.0

    def begin(self) -> None:
        self._at = time.monotonic()
        self._began = {name: processor_seconds(p) for name, p in self.processes.items()}
        self._thread.start()

    def end(self) -> None:
        self._stop.set()
        self._thread.join()
        for name, process in self.processes.items():
            self.seconds[name] = round(processor_seconds(process) - self._began[name], 2)

    def _look(self) -> None:
        while True:
            for name, process in self.processes.items():
                held = round(process.memory() / 1_000_000)
                at = round(time.monotonic() - self._at, 1)
                self.memory.setdefault(name, []).append((at, held))
            if self._stop.wait(self.look_s):
                return
