"""How fast qualification concludes: ``NENKIN_TEST_STACK=dev python -m tests.qualification.bench``.

The handler and the nightly run alone, on the real database: the bus comes on top. With ``--city
1000000`` instead: a whole city, the night after its load, and everybody recomputed.
"""

import argparse
import asyncio
import os
import resource
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from random import Random
from uuid import UUID

from contracts.codes import ResidentChangeKind
from contracts.events import PersonChanged
from deploy.local.testing import TestStack
from services.qualification.domain.timeline import AsOf, plan
from tests.qualification.house import House
from tests.qualification.people import LAW, Became, Life

COUNT = 50_000
BATCH = 500
TODAY = date(2026, 10, 1)


def city(count: int) -> Iterator[tuple[UUID, Life]]:
    """A first load: residents of every age, the same ones each time."""
    rng = Random(1)
    for _ in range(count):
        age_in_days = rng.randint(0, 90 * 365)
        birth = TODAY - timedelta(days=age_in_days)
        since = TODAY - timedelta(days=rng.randint(0, age_in_days))
        came = Became.BIRTH if since == birth else Became.MOVE_IN
        life = Life(birth.isoformat()).loaded(TODAY.isoformat(), since=str(since), came=came)
        yield UUID(int=rng.getrandbits(128), version=4), life


def first_load(count: int) -> Iterator[PersonChanged]:
    for person_id, life in city(count):
        yield from life.events(person_id)


def changes(count: int) -> Iterator[PersonChanged]:
    """A later change of each of the first ``count``: the household."""
    for event in islice(first_load(COUNT), count):
        yield event.model_copy(
            update={"person_version": 2, "change": ResidentChangeKind.HOUSEHOLD_CHANGE}
        )


def newcomers(count: int) -> Iterator[PersonChanged]:
    """People who move in from abroad: each a timeline, a report, a day to come."""
    rng = Random(2)
    for _ in range(count):
        birth = TODAY - timedelta(days=rng.randint(21 * 366, 58 * 366))
        life = Life(birth.isoformat()).moves_in_from_abroad(TODAY.isoformat())
        yield from life.events(UUID(int=rng.getrandbits(128), version=4))


def about_to_turn_20(count: int) -> Iterator[PersonChanged]:
    rng = Random(3)
    for n in range(count):
        birth = date(2006, 10, 3) + timedelta(days=n % 20)
        life = Life(birth.isoformat()).loaded(TODAY.isoformat(), since=birth.isoformat())
        yield from life.events(UUID(int=rng.getrandbits(128), version=4))


async def take(house: House, what: str, events: list[PersonChanged]) -> None:
    records = house.records("identity", [(event.person_id, event) for event in events])
    began = time.monotonic()
    for start in range(0, len(records), BATCH):
        await house.service.intake.take(records[start : start + BATCH])
    spent = time.monotonic() - began
    say(f"{what}: {len(events):,} in batches of {BATCH}, {len(events) / spent:,.0f} a second")


async def nightly(house: House, what: str, day: date) -> None:
    began = time.monotonic()
    await house.command("nightly", date=day)
    say(f"nightly, {what}: {time.monotonic() - began:.2f} s")


async def whole_city(size: int) -> None:
    """Load a city, move the date one day, recompute all; memory at each tenth of the load."""
    stack = TestStack(os.environ.get("NENKIN_TEST_STACK", "bench"))
    stack.up((), viewer=False)
    name = stack.fresh_database("qualification")
    house = House(stack, name, TODAY.isoformat())
    async with house.service.opened():
        events, began, taken = first_load(size), time.monotonic(), 0
        while part := list(islice(events, max(BATCH, size // 10))):
            records = house.records("identity", [(event.person_id, event) for event in part])
            for start in range(0, len(records), BATCH):
                await house.service.intake.take(records[start : start + BATCH])
            taken += len(part)
            rate = taken / (time.monotonic() - began)
            say(f"loaded {taken:,}: {rate:,.0f} a second, {_held()} MiB held")
        tomorrow = TODAY + timedelta(days=1)
        for what in (f"the date moves one day for {taken:,}", "the same again"):
            await nightly(house, what, tomorrow)
        began = time.monotonic()
        await house.command("recompute", after=None)
        spent = time.monotonic() - began
        say(f"recompute of {taken:,}: {spent:.0f} s, {taken / spent:,.0f} a second, {_held()} MiB")
    stack.drop_databases([name])


def _held() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() // 2**20


async def main() -> None:
    """Load, change, run nightly, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--city", type=int, metavar="RESIDENTS", help="a whole city instead")
    if size := parser.parse_args().city:
        await whole_city(size)
        return
    lives = [life.facts for _, life in city(20_000)]
    began = time.monotonic()
    for facts in lives:
        plan(facts, LAW).until(AsOf(TODAY))
    say(f"rules alone: {len(lives) / (time.monotonic() - began):,.0f} persons a second")
    stack = TestStack(os.environ.get("NENKIN_TEST_STACK", "bench"))
    stack.up((), viewer=False)
    name = stack.fresh_database("qualification")
    house = House(stack, name, TODAY.isoformat())
    async with house.service.opened():
        await take(house, "first load", list(first_load(COUNT)))
        await take(house, "later changes", list(changes(20_000)))
        await take(house, "newcomers from abroad", list(newcomers(20_000)))
        await take(house, "first load of 19-year-olds", list(about_to_turn_20(20_000)))
        (due,) = await house.rows(
            "select count(*) from qualification.persons where next_due <= '2026-10-31'"
        )
        await nightly(house, f"{due['count']:,} persons due", date(2026, 10, 31))
        await nightly(house, "nobody due", date(2026, 10, 31))
        began = time.monotonic()
        await house.command("recompute", after=None)
        (all_,) = await house.rows("select count(*) from qualification.persons")
        rate = all_["count"] / (time.monotonic() - began)
        say(f"recompute: {all_['count']:,} persons, {rate:,.0f} a second")
        (size,) = await house.rows("select pg_total_relation_size('qualification.facts') as bytes")
        (kept,) = await house.rows("select count(*) from qualification.facts")
        say(f"{size['bytes'] / kept['count']:.0f} bytes a fact with its index")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    say(f"peak memory {peak:.0f} MiB")
    stack.drop_databases([name])


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    asyncio.run(main())
