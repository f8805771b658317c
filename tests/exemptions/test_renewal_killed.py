"""A renewal that is killed in the middle and run again, on real servers: it comes to the same."""

import signal
import time
from collections.abc import Callable

import asyncpg
import pytest

from deploy.local.processes import Process
from deploy.local.testing import TestStack
from tests.exemptions.renewal_bench import CYCLE, SERVICES, command, counted, expected, fill

pytestmark = pytest.mark.stack

APPLICANTS = 2_000
_PATIENCE_S = 240
_OUTCOMES = """
select count(*) as renewals, count(distinct continued_from) as continued,
    count(distinct person_id) as persons
from exemptions.applications where continued_from is not null and cycle = $1
"""
_QUESTIONS = """
select count(*) as asked, count(answered_at) as answered, count(distinct (application_id, whose))
    as different
from exemptions.application_questions
"""


async def figures(stack: TestStack, query: str, *values: int) -> asyncpg.Record:
    async with stack.database_server.superuser("exemptions") as connection:
        return await connection.fetchrow(query, *values)


async def until(stack: TestStack, reached: Callable[[asyncpg.Record], bool], query: str,
                *values: int) -> None:  # fmt: skip
    ends = time.monotonic() + _PATIENCE_S
    while not reached(await figures(stack, query, *values)):
        assert time.monotonic() < ends, "the renewal does not get on"


def kill(process: Process) -> None:
    assert process.alive(), "it ended before it could be killed"
    process.send(signal.SIGKILL)
    while process.alive():
        time.sleep(0.01)


def finish(process: Process) -> None:
    ends = time.monotonic() + _PATIENCE_S
    while process.alive():
        assert time.monotonic() < ends, "the renewal does not end"
        time.sleep(0.1)


async def test_killed_in_the_middle_and_run_again(clean_stack: TestStack) -> None:
    """The command while it begins and while it reviews, identity and exemptions while answers are
    under way: each is killed, and started again."""
    stack = clean_stack
    await fill(stack, APPLICANTS)
    reviewed = "select count(*) as done from exemptions.applications where renewal <> 'asked'"
    with stack.serving(*SERVICES):
        beginning = command(stack, "renew_killed_beginning")
        await until(stack, lambda row: row["renewals"] > 0, _OUTCOMES, CYCLE)
        kill(beginning)
        begun = (await figures(stack, _OUTCOMES, CYCLE))["renewals"]
        assert 0 < begun < APPLICANTS
        for name in SERVICES:
            kill(stack.running()[name])
        stack.run_services(SERVICES)
        reviewing = command(stack, "renew_killed_reviewing")
        await until(stack, lambda row: row["done"] > 0, reviewed)
        kill(reviewing)
        assert (await figures(stack, reviewed))["done"] < APPLICANTS
        finish(command(stack, "renew_again"))
    assert await counted(stack) == expected(APPLICANTS)
    assert dict(await figures(stack, _OUTCOMES, CYCLE)) == dict.fromkeys(
        ("renewals", "continued", "persons"), APPLICANTS
    )
    assert dict(await figures(stack, _QUESTIONS)) == dict.fromkeys(
        ("asked", "answered", "different"), 3 * APPLICANTS
    )
