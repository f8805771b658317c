"""How fast a whole city is renewed: ``python -m tests.exemptions.renewal_bench [APPLICANTS]``.

From the command to the review results: exemptions begins, asks identity over the bus about
applicant, spouse and householder, and reviews what it is told, all as processes of their own on the
servers of the stack that ``NENKIN_TEST_STACK`` names.
"""

import argparse
import asyncio
import os
import sys
import time
from typing import Final

from deploy.bench.watching import Watch, processor_seconds
from deploy.local.layout import PROJECT
from deploy.local.processes import Process, spawn
from deploy.local.testing import TestStack
from services.exemptions.stores import renewals
from services.exemptions.stores.renewals import Counts
from tests.exemptions.big_city import known_households, settled_last_year

CYCLE: Final = 2026
SERVICES: Final = ("identity", "exemptions")


def expected(applicants: int) -> Counts:
    """What a renewal of the made-up city has to come to."""
    clear = sum(n % 10 <= 6 and n % 20 != 5 for n in range(1, applicants + 1))
    return Counts(0, 0, clear, applicants - clear, 0, 0)


async def fill(stack: TestStack, applicants: int) -> None:
    """The city, in both databases."""
    async with stack.database_server.superuser("exemptions") as connection:
        await settled_last_year(connection, applicants, CYCLE)
    async with stack.database_server.superuser("identity") as connection:
        await known_households(connection, applicants, CYCLE)


async def counted(stack: TestStack) -> Counts:
    async with stack.database_server.superuser("exemptions") as connection:
        return await renewals.counts(connection, CYCLE)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def start(stack: TestStack, log: str) -> Process:
    """The command, as an operator starts it."""
    return spawn(
        [sys.executable, "-m", "services.exemptions", "renew", "--cycle", str(CYCLE),
         "--wait", "120"],
        stack=stack.layout.home,
        log=stack.layout.log(log),
        environment=stack.services.environment("exemptions"),
        folder=PROJECT,
    )  # fmt: skip


def renew(stack: TestStack, commands: int) -> Watch:
    """Renew, watched."""
    running = stack.running()
    began = time.monotonic()
    started = {f"renew {n}": start(stack, f"renew_{n}") for n in range(commands)}
    servers = {name: running[name] for name in ("kafka", "postgres", *SERVICES)}
    watch = Watch({**servers, **started})
    watch.begin()
    while any(process.alive() for process in started.values()):
        time.sleep(0.2)
        for name, process in started.items():
            watch.seconds[name] = max(watch.seconds.get(name, 0), processor_seconds(process))
    say(f"{time.monotonic() - began:.1f} s")
    used = {name: watch.seconds[name] for name in started}
    watch.end()
    watch.seconds |= used
    return watch


def tell(watch: Watch, applicants: int) -> None:
    for name, seconds in watch.seconds.items():
        peak = max((held for _, held in watch.memory.get(name, [(0, 0)])), default=0)
        say(f"  {name:12} {seconds:7.1f} s of processor  {seconds / applicants * 1e6:6.0f} µs each"
            f"  peak {peak} MB")  # fmt: skip
    say(f"  all {sum(watch.seconds.values()):.1f} s of processor")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("applicants", type=int, nargs="?", default=100_000)
    parser.add_argument("--commands", type=int, default=1)
    arguments = parser.parse_args()
    stack = TestStack(os.environ.get("NENKIN_TEST_STACK", "bench-parts"))
    stack.up((), viewer=False)
    stack.clean()
    began = time.monotonic()
    asyncio.run(fill(stack, arguments.applicants))
    say(f"{arguments.applicants} households made in {time.monotonic() - began:.0f} s")
    with stack.serving(*SERVICES):
        watch = renew(stack, arguments.commands)
        found = asyncio.run(counted(stack))
    tell(watch, arguments.applicants)
    say(f"{found}")
    assert found == expected(arguments.applicants), expected(arguments.applicants)


if __name__ == "__main__":
    main()
