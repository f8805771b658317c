"""What a stack is doing: its processes, what waits on the bus, what waits in the services."""

import re
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

from kafka.errors import KafkaError

from contracts.topics import SERVICES
from deploy.local import bus, zipkin
from deploy.local.stack import SERVERS, Stack

_TROUBLE = {
    "bus_breaker_open": ("topic", "breaker open"),
    "bus_intake_stopped": ("topic", "stopped by an error"),
    "bus_partition_unreadable": ("topic", "cannot be decoded"),
    "dead_letters_open": ("code", "refused"),
    "audit_chain_broken": ("part", "audit records altered"),
}
"""What rings when it is not zero: the label that says where, and what it is."""
_LABELLED = re.compile(r"^(\w+)\{([^}]*)\} (\S+)$", re.MULTILINE)
_SAMPLE = re.compile(r"^(\w+)(?:\{[^}]*\})? (\S+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Line:
    """One process of a stack. ``None``: does not apply, or could not be asked."""

    name: str
    pid: int | None
    port: int | None
    health: str
    """``ready``, ``not ready``, ``silent`` (runs, but does not answer), ``up``, ``stopped``."""
    memory_mb: int | None = None
    lag: int | None = None
    """Records on the bus that it has not consumed."""
    outbox: int | None = None
    """Transactions whose events are not sent yet."""
    outbox_age_s: float | None = None
    dead_letters: int | None = None
    fresh_s: float | None = None
    """How old what it knows may be, of the topic where that is longest."""
    trouble: tuple[str, ...] = ()
    """What somebody has to look at: an open breaker, a stopped topic, the codes of refusals, a
    broken audit chain, or that nobody sends."""


def look(stack: Stack) -> list[Line]:
    """One line for each server and for each service that was started."""
    running = stack.running()
    names = [*SERVERS, *(name for name in SERVICES if name in stack.state.processes)]
    lag = _lag(stack) if "kafka" in running else {}
    with ThreadPoolExecutor(len(names)) as pool:
        return list(pool.map(lambda name: _line(stack, name, lag), names))


def table(lines: Iterable[Line]) -> str:
    """The lines for a terminal."""
    head = (
        "process", "pid", "port", "health", "memory", "lag", "known", "outbox", "oldest",
        "dead letters", "trouble",
    )  # fmt: skip
    rows = [head, *(_cells(line) for line in lines)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    left = {0, 3, len(head) - 1}
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i in left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def document(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """The lines for a program."""
    return [asdict(line) for line in lines]


def totals(exposition: str) -> dict[str, float]:
    """Prometheus' text format as one sum for each metric."""
    sums: dict[str, float] = {}
    for name, value in _SAMPLE.findall(exposition):
        sums[name] = sums.get(name, 0.0) + float(value)
    return sums


def _line(stack: Stack, name: str, lag: Mapping[str, int]) -> Line:
    process = stack.state.running(name)
    port = stack.state.ports.get(name)
    if process is None or port is None:
        return Line(name, None, port, "stopped")
    memory = process.memory() // 1_000_000
    if name in SERVERS:
        health = "up" if name != "zipkin" or zipkin.is_up(port) else "silent"
        return Line(name, process.pid, port, health, memory)
    health = stack.services.health(name)
    exposition = _exposition(stack, name) if health != "silent" else ""
    metrics = totals(exposition)
    return Line(
        name, process.pid, port, health, memory, lag.get(name),
        _whole(metrics.get("outbox_rows")), metrics.get("outbox_age_seconds"),
        _whole(metrics.get("dead_letters_open")), longest(exposition), trouble(exposition),
    )  # fmt: skip


def trouble(exposition: str) -> tuple[str, ...]:
    """What a service's metrics say that somebody has to look at, in words."""
    found = []
    for name, inner, value in _LABELLED.findall(exposition):
        if name in _TROUBLE and float(value):
            label, words = _TROUBLE[name]
            where = dict(re.findall(r'(\w+)="([^"]*)"', inner)).get(label)
            if where:  # without a code: it only waits behind a refused one
                found.append(f"{words}: {where}")
    if totals(exposition).get("outbox_relaying") == 0:
        found.append("does not send")
    return tuple(found)


def longest(exposition: str) -> float | None:
    """The greatest freshness of any topic; ``None`` where nothing is consumed."""
    ages = [float(v) for n, _, v in _LABELLED.findall(exposition) if n == "bus_freshness_seconds"]
    return max(ages, default=None)


def _exposition(stack: Stack, name: str) -> str:
    try:
        status, body = stack.services.ask(name, "/metrics")
    except OSError:
        return ""
    return body if status == 200 else ""


def _lag(stack: Stack) -> dict[str, int]:
    try:
        with bus.admin_client(stack.bootstrap, stack.layout.certs, bus.OPERATOR) as client:
            return bus.lag(client)
    except KafkaError:
        return {}


def _cells(line: Line) -> tuple[str, ...]:
    return (
        line.name,
        _text(line.pid),
        _text(line.port),
        line.health,
        _text(line.memory_mb, " MB"),
        _text(line.lag),
        "" if line.fresh_s is None else "now" if not line.fresh_s else f"{line.fresh_s:.0f} s ago",
        _text(line.outbox),
        "" if line.outbox_age_s is None else f"{line.outbox_age_s:.1f} s",
        _text(line.dead_letters),
        "; ".join(line.trouble),
    )


def _text(value: int | None, unit: str = "") -> str:
    return "" if value is None else f"{value}{unit}"


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)
