"""What a night of reviews made again costs: ``python -m tests.exemptions.review_again_bench [N]``.

So many settled applications wait to be sent, each with spouse and householder. A first night finds
every one otherwise than it was settled (the most that can be found, and held back), a second one
finds them as they were found before. Told are the time from the command to the last review, and the
processor's; on the servers of the stack that ``NENKIN_TEST_STACK`` names. Ends with 1 where another
number is found than should be.
"""

import argparse
import asyncio
import os
import sys
import time
from typing import Final

from deploy.bench.watching import Watch, processor_seconds
from deploy.local.layout import PROJECT
from deploy.local.processes import spawn
from deploy.local.testing import TestStack
from tests.exemptions.big_city import known_households, settled_last_year
from tests.exemptions.renewal_bench import SERVICES, Run, tell

CYCLE: Final = 2026
_PEOPLE: Final = 3
_ANSWERED: Final = """
select count(*) from exemptions.application_questions where answered_at >= $1
"""
_FOUND: Final = "select count(*) from exemptions.reviews_again where state = 'open'"
_YESTERDAY: Final = """
update exemptions.application_questions set asked_at = asked_at - interval '1 day'
"""


async def fill(stack: TestStack, applicants: int) -> None:
    """Settled applications of this cycle, and what identity knows of their people."""
    async with stack.database_server.superuser("exemptions") as connection:
        await settled_last_year(connection, applicants, CYCLE + 1)
    async with stack.database_server.superuser("identity") as connection:
        await known_households(connection, applicants, CYCLE)


async def asked_yesterday(stack: TestStack) -> None:
    """The next night has come."""
    async with stack.database_server.superuser("exemptions") as connection:
        await connection.execute(_YESTERDAY)


async def count(stack: TestStack, query: str, *arguments: object) -> int:
    async with stack.database_server.superuser("exemptions") as connection:
        return int(await connection.fetchval(query, *arguments))


async def now(stack: TestStack) -> object:
    async with stack.database_server.superuser("exemptions") as connection:
        return await connection.fetchval("select now()")


def night(stack: TestStack, applicants: int) -> Run:
    """One night, from the command until everybody is told of."""
    with stack.serving(*SERVICES):
        running = stack.running()
        names = (*SERVICES, "kafka", "postgres")
        began, since = time.monotonic(), asyncio.run(now(stack))
        command = spawn(
            [sys.executable, "-m", "services.exemptions", "review-again"],
            stack=stack.layout.home,
            log=stack.layout.log("review_again"),
            environment=stack.services.environment("exemptions"),
            folder=PROJECT,
        )
        watch = Watch({"review-again": command, **{name: running[name] for name in names}})
        watch.begin()
        used = 0.0
        while True:
            if command.alive():
                used = max(used, processor_seconds(command))
            elif asyncio.run(count(stack, _ANSWERED, since)) >= _PEOPLE * applicants:
                break
            time.sleep(0.2)
        took = time.monotonic() - began
        watch.end()
        return Run(took, watch.seconds | {"review-again": used}, watch.memory)


def main() -> None:
    """Two nights on the same servers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("applicants", type=int, nargs="?", default=20_000)
    applicants = parser.parse_args().applicants
    stack = TestStack(os.environ.get("NENKIN_TEST_STACK", "bench-parts"), jit="full")
    stack.up((), viewer=False)
    stack.clean()
    asyncio.run(fill(stack, applicants))
    for name in ("first night", "second night"):
        run = night(stack, applicants)
        found = asyncio.run(count(stack, _FOUND))
        if found != applicants:
            sys.exit(f"{found} of {applicants} were found otherwise")
        tell(name, run, applicants)
        asyncio.run(asked_yesterday(stack))


if __name__ == "__main__":
    main()
