"""How fast a whole city is renewed: ``python -m tests.exemptions.renewal_bench [APPLICANTS]``.

From the command to the review results: exemptions begins, asks identity over the bus about
applicant, spouse and householder, and reviews what it is told, all as processes of their own on the
servers of the stack that ``NENKIN_TEST_STACK`` names. Then the floor on the same servers: the same
data moved without rules (``renewal_floor``). Told are the time that passes and, since a machine is
shared, the processor's; and what each holds of memory, early and at the most. Ends with 1 where the
renewal comes to anything else than it should.
"""

import argparse
import asyncio
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import Final

from contracts.topics import Topic
from deploy.bench import floor as pipeline
from deploy.bench.floor import Target
from deploy.bench.watching import Watch, processor_seconds
from deploy.local import bus
from deploy.local.layout import PROJECT
from deploy.local.processes import Process, spawn, stop
from deploy.local.testing import TestStack
from services.exemptions.stores import renewals
from services.exemptions.stores.renewals import Counts
from tests.exemptions import renewal_floor
from tests.exemptions.big_city import (
    bare_applications,
    bare_income,
    known_households,
    settled_last_year,
)

CYCLE: Final = 2026
FLOOR = tuple(
    Topic(name, "person id", (), (), timedelta(days=1), True, "")
    for name in (renewal_floor.REQUESTS, renewal_floor.REPLIES, renewal_floor.AUDIT)
)
SERVICES: Final = ("identity", "exemptions")
WARM: Final = 100_000
"""Applicants of a city that is renewed before anything is measured: a broker that was just started
compiles itself all through its first renewal of a city, one in service has long done so."""
SHARED_MB: Final = 1024
"""Of PostgreSQL, as a stack that is kept has it."""


def expected(applicants: int) -> Counts:
    """What a renewal of the made-up city has to come to."""
    clear = sum(n % 10 <= 6 and n % 20 != 5 for n in range(1, applicants + 1))
    return Counts(0, clear, applicants - clear, 0, 0)


async def fill(stack: TestStack, applicants: int) -> None:
    """The city, in both databases."""
    async with stack.database_server.superuser("exemptions") as connection:
        await settled_last_year(connection, applicants, CYCLE)
    async with stack.database_server.superuser("identity") as connection:
        await known_households(connection, applicants, CYCLE)


async def counted(stack: TestStack) -> Counts:
    async with stack.database_server.superuser("exemptions") as connection:
        if left := await renewals.count_due(connection, CYCLE):
            sys.exit(f"{left} renewals have not begun")
        return await renewals.counts(connection, CYCLE)


@dataclass(frozen=True)
class Run:
    """What one run took and used."""

    took: float
    """Seconds from the command to the last review."""
    seconds: Mapping[str, float]
    """Of processor, by process."""
    memory: Mapping[str, list[tuple[float, int]]]

    @property
    def processor(self) -> float:
        return sum(self.seconds.values())


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def command(stack: TestStack, log: str) -> Process:
    """The command, as an operator starts it."""
    return spawn(
        [sys.executable, "-m", "services.exemptions", "renew", "--cycle", str(CYCLE),
         "--wait", "120"],
        stack=stack.layout.home,
        log=stack.layout.log(log),
        environment=stack.services.environment("exemptions"),
        folder=PROJECT,
    )  # fmt: skip


def watched(
    stack: TestStack, commands: Mapping[str, Process], beside: Mapping[str, Process]
) -> Run:
    """Wait for the commands to end, and add up what everybody used meanwhile."""
    running = stack.running()
    servers = {name: running[name] for name in ("kafka", "postgres")}
    watch = Watch({**servers, **beside, **commands}, look_s=10)
    began = time.monotonic()
    watch.begin()
    used: dict[str, float] = {}
    while any(process.alive() for process in commands.values()):
        for name, process in commands.items():
            used[name] = max(used.get(name, 0), processor_seconds(process))
        time.sleep(0.1)
    took = time.monotonic() - began
    watch.end()
    return Run(took, watch.seconds | used, watch.memory)


def house(stack: TestStack, commands: int, instances: int) -> Run:
    """The renewal, with so many commands and instances of both services at a time."""
    with stack.serving(*SERVICES), beside(stack, instances - 1) as others:
        running = {name: stack.running()[name] for name in SERVICES} | others
        started = {f"renew {n}": command(stack, f"renew_{n}") for n in range(commands)}
        return watched(stack, started, running)


@contextmanager
def beside(stack: TestStack, more: int) -> Iterator[dict[str, Process]]:
    """The block runs with so many more instances of each; they share its partitions."""
    started = {}
    for name, n in product(SERVICES, range(1, more + 1)):
        own = {"NENKIN_INSTANCE": str(n), "NENKIN_HTTP_PORT": "0"}
        started[f"{name} {n}"] = spawn(
            [sys.executable, "-m", f"services.{name}", "run"],
            stack=stack.layout.home,
            log=stack.layout.log(f"{name}_{n}"),
            environment=stack.services.environment(name) | own,
            folder=PROJECT,
        )
    time.sleep(10 if more else 0)  # they join, and partitions move
    try:
        yield started
    finally:
        for process in started.values():
            stop(process, signal.SIGTERM, grace=30)


def floor(stack: TestStack, applicants: int) -> Run:
    """The same data moved without rules."""
    asyncio.run(_floor_databases(stack, applicants))
    with bus.admin_client(stack.bootstrap, stack.layout.certs) as client:
        bus.make_topics(client, FLOOR)
    hops = {
        "identity": _floor_process(stack, "identity", renewal_floor.REQUESTS),
        "exemptions": _floor_process(stack, "exemptions", renewal_floor.REPLIES),
    }
    time.sleep(3)  # consumers join their groups; the house's are ready before they are watched
    try:
        started = {"renew": _floor_process(stack, "command", renewal_floor.REPLIES)}
        return watched(stack, started, hops)
    finally:
        for process in hops.values():
            stop(process, signal.SIGTERM, grace=30)


async def _floor_databases(stack: TestStack, applicants: int) -> None:
    for hop in ("exemptions", "identity"):
        async with stack.database_server.superuser() as connection:
            await connection.execute(f'drop database if exists "floor_{hop}" with (force)')
            await connection.execute(f'create database "floor_{hop}"')
        async with stack.database_server.superuser(f"floor_{hop}") as connection:
            await connection.execute(pipeline.SCHEMA + renewal_floor.SCHEMA)
            fill = bare_applications if hop == "exemptions" else bare_income
            await fill(connection, applicants, CYCLE)


async def _moved(stack: TestStack) -> int:
    """How many renewals the floor has reviewed."""
    async with stack.database_server.superuser("floor_exemptions") as connection:
        query = "select count(*) from renewals where result is not null"
        return int(await connection.fetchval(query))


def _floor_process(stack: TestStack, name: str, source: str) -> Process:
    told = {
        "SOURCES": source, "TARGETS": str(Target(renewal_floor.REPLIES, 0, 0)),
        "DATABASE": "floor_identity" if name == "identity" else "floor_exemptions",
        "PORT": str(stack.state.ports["postgres"]), "BOOTSTRAP": stack.bootstrap,
        "CERTS": str(stack.layout.certs / "admin"), "BATCH": str(renewal_floor.AT_ONCE),
    }  # fmt: skip
    environment = stack.services.environment("exemptions")
    kept = {key: value for key, value in environment.items() if not key.startswith("NENKIN_")}
    return spawn(
        [sys.executable, "-m", "tests.exemptions.renewal_floor", name],
        stack=stack.layout.home,
        log=stack.layout.log(f"floor_{name}"),
        environment={**kept, **{f"FLOOR_{key}": value for key, value in told.items()}},
        folder=PROJECT,
    )


def tell(what: str, run: Run, applicants: int) -> None:
    """A line for each process."""
    say(f"{what}: {run.took:.1f} s, {applicants / run.took:,.0f} applicants a second")
    for name, seconds in run.seconds.items():
        held = [held for _, held in run.memory.get(name, [])] or [0]
        quarter = held[len(held) // 4]
        say(f"  {name:12} {seconds:7.1f} s of processor {seconds / applicants * 1e6:6.0f} µs each"
            f"   memory {quarter} MB after a quarter, {max(held)} MB at the most")  # fmt: skip
    say(f"  all          {run.processor:7.1f} s of processor"
        f" {run.processor / applicants * 1e6:6.0f} µs each")  # fmt: skip


def main() -> None:
    """House, then floor, on the same servers, which are warm."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("applicants", type=int, nargs="?", default=100_000)
    parser.add_argument("--commands", type=int, default=1, help="renewals that run at a time")
    parser.add_argument("--instances", type=int, default=3, help="instances of each service")
    arguments = parser.parse_args()
    applicants = arguments.applicants
    stack = TestStack(
        os.environ.get("NENKIN_TEST_STACK", "bench-parts"), jit="full", shared_mb=SHARED_MB
    )
    stack.up((), viewer=False)
    stack.clean()
    asyncio.run(fill(stack, WARM))
    house(stack, arguments.commands, arguments.instances)
    stack.clean()
    began = time.monotonic()
    asyncio.run(fill(stack, applicants))
    say(f"{applicants:,} households made in {time.monotonic() - began:.0f} s")
    renewed = house(stack, arguments.commands, arguments.instances)
    found = asyncio.run(counted(stack))
    if found != expected(applicants):
        sys.exit(f"the renewal came to {found}, and should to {expected(applicants)}")
    tell("house", renewed, applicants)
    bare = floor(stack, applicants)
    moved = asyncio.run(_moved(stack))
    if moved != applicants:
        sys.exit(f"the floor came to {moved} of {applicants}: see its logs")
    tell("floor", bare, applicants)
    say(f"ratio to the floor: {bare.took / renewed.took:.2f} by time,"
        f" {bare.processor / renewed.processor:.2f} by processor")  # fmt: skip


if __name__ == "__main__":
    main()
