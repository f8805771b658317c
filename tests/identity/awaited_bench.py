"""What it costs to look whether income is awaited: ``python -m tests.identity.awaited_bench [N]``.

``N`` income records (50,000 by default) are taken in on the real database three times over: without
looking, looking where none is awaited, and looking where 5 of 100 are, which then are signalled. In
turns of 2,500, so that what else the machine does falls on all three. Told are statements a batch,
and processor time a record in this process and in the database's.
"""

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from unittest.mock import patch

from contracts.events import FourAttributes, IncomeTold
from deploy.local.testing import TestStack
from services.chassis import sight
from services.chassis.records import Record
from services.identity import signalling
from tests.identity.bench import BATCH, CHUNK, Meter, resident, say
from tests.identity.feeds import income
from tests.identity.house import House

YEARS: Final = (2023, 2024, 2025, 2026)
"""Levy years told of each person, so that a quarter of so many people are enough."""
TURN: Final = 2_500
SHARE: Final = 20
"""Of so many, one is awaited."""
WAYS: Final = ("not looked", "none awaited", "5 of 100 awaited")


class Counted(Meter):
    """Counts statements as well."""

    def __init__(self, house: House, label: str) -> None:
        super().__init__(house, label)
        self.statements = self.records = 0

    async def measure(self, records: list[Record]) -> None:
        """Take records in, measured."""
        with STATEMENTS.counted(self):
            await self.take(records)
        self.records += len(records)

    def tell(self) -> None:
        super().tell()
        say(
            f"{'':22} {self.statements / (self.records / BATCH):7.2f} statements a batch of {BATCH}"
        )


class Statements:
    """Counts every statement of every transaction, while somebody wants them counted."""

    def __init__(self) -> None:
        self._for: Counted | None = None
        self._say = sight.say

    async def begin(self, connection: Any) -> None:
        """In the place of what every transaction begins with."""
        await self._say(connection)
        # The same one for a connection that comes back from the pool: it is kept once.
        connection.add_query_logger(self._note)

    def _note(self, _query: Any) -> None:
        if self._for is not None:
            self._for.statements += 1

    @contextmanager
    def counted(self, meter: Counted) -> Iterator[None]:
        """Those of the block are this one's."""
        self._for = meter
        try:
            yield
        finally:
            self._for = None


STATEMENTS: Final = Statements()


async def nobody(*_: Any) -> set[Any]:
    """In the place of looking."""
    return set()


def records(house: House, people: range, year: int, version: int) -> list[Record]:
    """Income of these people for a levy year."""
    told = []
    for n in people:
        known = resident(n, 1).record
        said = FourAttributes(
            name=known.name, address=known.address, birth_date=known.birth_date, sex=known.sex
        )
        told.append(income(year, number=f"T{n}", version=version, told=said))
    return house.records("tax_system", [(one.record_key, one) for one in told])


async def await_some(house: House, people: range, year: int) -> int:
    """Note that the income of every twentieth is awaited, of those who were found; how many."""
    async with house.owner() as connection:
        noted: str = await connection.execute(
            "insert into identity.awaited_incomes (levy_year, person_id, asked_at)"
            " select $1, l.person_id, now() from identity.feed_links l"
            " where l.system = 'tax_system' and l.addressee_number = any($2::text[])"
            " and l.person_id is not null",
            year,
            [f"T{n}" for n in people if n % SHARE == 0],
        )
    return int(noted.rpartition(" ")[2])


async def measured(house: House, count: int) -> None:
    """Turn by turn; every way has its own people, who are like the others'."""
    people = count // len(YEARS)
    meters = {way: Counted(house, way) for way in WAYS}
    expected = 0
    for year in YEARS:
        for first in range(0, people, TURN):
            for place, way in enumerate(WAYS):
                own = range(place * people + first, place * people + min(first + TURN, people))
                if way == WAYS[2]:
                    expected += await await_some(house, own, year)
                told = records(house, own, year, 1)
                if way == WAYS[0]:
                    with patch.object(signalling, "_awaited", nobody):
                        await meters[way].measure(told)
                else:
                    await meters[way].measure(told)
    for meter in meters.values():
        meter.tell()
    signalled = len(await house.outbox(IncomeTold))
    say(f"{signalled} of {expected} were signalled")
    if signalled != expected:
        raise SystemExit(1)


async def known(house: House, people: range) -> None:
    """The people, and their numbers at the tax system."""
    for first in range(0, len(people), CHUNK):
        some = people[first : first + CHUNK]
        await Meter(house, "").take(house.changes(*(resident(n, 1) for n in some)))
        await Meter(house, "").take(records(house, some, YEARS[0] - 1, 1))
    async with house.owner() as connection:
        await connection.execute("analyze")


async def main(count: int) -> None:
    """All of it, on a database of its own."""
    stack = TestStack(os.environ.get("NENKIN_TEST_STACK", "dev"))
    stack.up((), viewer=False)
    database = stack.fresh_database("identity")
    try:
        house = House(stack, database)
        with patch.object(sight, "say", STATEMENTS.begin):
            async with house.service.opened():
                await known(house, range(len(WAYS) * (count // len(YEARS))))
                await measured(house, count)
    finally:
        stack.drop_databases([database])


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000))
