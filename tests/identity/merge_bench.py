"""What one person from two records costs: ``python -m tests.identity.merge_bench [PERSONS]``.

A city of a million by default, with two hundred people who came back under a second 宛名番号. Each
pair is raised, proposed and settled by two of staff over HTTPS, then taken apart the same way; told
is each step's time, the writing of events for other services included.
"""

import asyncio
import os
import statistics
import sys
import time
from contextlib import AsyncExitStack
from typing import Final
from uuid import UUID

from deploy.local.testing import TestStack
from tests.identity.bench import say
from tests.identity.big_city import make_city
from tests.identity.desk import SINCE_2020, FindingDesk
from tests.identity.house import Counter, House
from tests.identity.people import Kind, token, told

PAIRS: Final = 200
SHARED_MB: Final = 3_072


def _numbers(n: int) -> tuple[str, str]:
    """The 宛名番号 of both records of the n-th, beyond those of the city."""
    return f"9{n:013d}1", f"9{n:013d}2"


async def _come_back(house: House) -> list[tuple[UUID, UUID]]:
    """The people with two records each, as the register tells of them."""
    for n in range(PAIRS):
        first, second = _numbers(n)
        bears = token(10**9 + n)
        await house.told(
            told(Kind.MOVE_IN, "2020-04-01", number=first, number_token=bears),
            told(Kind.MOVE_OUT, "2024-03-31", version=2, became=SINCE_2020, number=first,
                 number_token=bears),
            told(Kind.MOVE_IN, "2026-04-01", number=second, number_token=bears),
        )  # fmt: skip
    pairs = [_numbers(n) for n in range(PAIRS)]
    return [(await house.person_id(one), await house.person_id(other)) for one, other in pairs]


async def _each(what: str, desk: FindingDesk, kind: str, pairs: list[tuple[UUID, UUID]]) -> None:
    """Decide on each pair; the time of each step is told."""
    steps: dict[str, list[float]] = {"raised": [], "proposed": [], "settled": []}
    decision = "merge" if kind == "same_person" else "separate"
    for one, other in pairs:
        began = time.perf_counter()
        raised = await desk.raises(kind, one, other)
        assert raised.status_code == 200, raised.text
        finding = str(raised.json()["finding"]["finding_id"])
        steps["raised"].append(time.perf_counter() - began)
        for step in ("proposed", "settled"):
            began = time.perf_counter()
            done = await (
                desk.propose(finding, decision) if step == "proposed" else desk.settle(finding)
            )
            assert done.status_code == 200, done.text
            steps[step].append(time.perf_counter() - began)
    for step, times in steps.items():
        took = sorted(1000 * one for one in times)
        say(
            f"{what}, {step:9} median {statistics.median(took):6.1f}"
            f"  99 of 100 {took[len(took) * 99 // 100]:6.1f}  worst {took[-1]:6.1f} ms"
        )


async def main(persons: int) -> None:
    """All of it, on a database of its own."""
    stack = TestStack(os.environ.get("NENKIN_TEST_STACK", "merge-bench"), shared_mb=SHARED_MB)
    stack.up((), viewer=False)
    database = stack.fresh_database("identity")
    try:
        house = House(stack, database)
        async with house.service.opened(), AsyncExitStack() as exits:
            async with house.owner() as connection:
                await make_city(connection, persons)
                # The city was made without the serial: beyond its numbers.
                await connection.execute(
                    "select setval('identity.integrated_number_serial', 1000000000)"
                )
            await house.service._start_listeners(exits)
            desk = FindingDesk(Counter(house, house.service))
            pairs = await _come_back(house)
            say(f"{persons} persons, and {len(pairs)} with two records")
            await _each("made one", desk, "same_person", pairs)
            await _each("made two again", desk, "merge_doubted", pairs)
    finally:
        stack.drop_databases([database])


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
