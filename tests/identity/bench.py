"""How fast identity takes in, hands over and finds: ``python -m tests.identity.bench [PERSONS]``.

On the real database, without the bus; ``NENKIN_TEST_STACK`` names the stack. For each it says rows
a second and the processor time a row in this process and in the database's.
"""

import asyncio
import gc
import os
import statistics
import sys
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

from contracts.codes import Relationship
from contracts.events import (
    FactItem,
    FactPurpose,
    FactsRequested,
    FourAttributes,
    IncomeRecorded,
    LinkageItem,
    LinkagePurpose,
    LinkageRequested,
    ResidentTokenised,
    Whose,
)
from contracts.events.residents import Address, Householder, PersonName
from deploy.local.testing import TestStack
from services.chassis.records import Record
from services.identity.domain.criteria import Criteria, birth_days
from services.identity.stores import searching
from tests.identity.feeds import income
from tests.identity.house import House
from tests.identity.people import Kind, became, day, token, told
from tests.identity.world import FOLDING

BATCH = 500
CHUNK = 20_000
SURNAMES = [
    ("佐藤", "サトウ"), ("鈴木", "スズキ"), ("髙橋", "タカハシ"), ("田中", "タナカ"),
    ("渡邊", "ワタナベ"), ("伊藤", "イトウ"), ("大野", "オオノ"), ("都築", "ツヅキ"),
    ("𠮷田", "ヨシダ"), ("千葉", "チバ"), ("柴", "シバ"), ("齋藤", "サイトウ"),
]  # fmt: skip
GIVEN = [
    ("花子", "ハナコ"), ("太郎", "タロウ"), ("葵", "アオイ"), ("翔", "ショウ"), ("幸子", "サチコ"),
]  # fmt: skip
HERE = became("2020-04-01")


def resident(n: int, version: int, change: Kind = Kind.SNAPSHOT) -> ResidentTokenised:
    """The ``n``-th resident of the city, the same each time."""
    chosen = Random(n * 10 + version)
    (surname, its_kana), (given, given_kana) = chosen.choice(SURNAMES), chosen.choice(GIVEN)
    serial = chosen.randrange(400)
    name = PersonName(kanji=f"{surname}　{given}{serial}", kana=f"{its_kana}　{given_kana}")
    head = n - n % 2
    return told(
        change,
        "2026-04-01",
        version=version,
        number=f"{n:015d}",
        number_token=token(n + 1),
        household_number=f"{n // 2:015d}",
        relationship=(Relationship.CHILD if n % 2 else Relationship.HOUSEHOLDER,),
        name=name,
        became=HERE,
        birth_date=day(f"{1930 + n % 90}-{1 + n % 12:02d}-{1 + n % 28:02d}"),
        householder=Householder(name=name.kanji, addressee_number=f"{head:015d}"),
        move_in_address=Address(text="東京都千代田区霞が関二丁目１番２号"),
        family_register_head=name.kanji,
    )


async def backends(house: House) -> float:
    """Seconds of processor time that the database's processes for us have used."""
    rows = await house.rows("select pid from pg_stat_activity where datname = current_database()")
    return sum(_used(row["pid"]) for row in rows)


def _used(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def say(line: str) -> None:
    """At once: a run takes minutes."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


class Meter:
    """Adds up over several stretches."""

    def __init__(self, house: House, label: str) -> None:
        self._house, self._label = house, label
        self._rows, self._wall, self._own, self._database = 0, 0.0, 0.0, 0.0

    async def take(self, records: Sequence[Record]) -> None:
        """Take records in, measured."""
        gc.collect()
        gc.freeze()
        database = await backends(self._house)
        wall, own = time.perf_counter(), time.process_time()
        for first in range(0, len(records), BATCH):
            await self._house.service.intake.take(records[first : first + BATCH])
        self._wall += time.perf_counter() - wall
        self._own += time.process_time() - own
        self._database += await backends(self._house) - database
        self._rows += len(records)
        gc.unfreeze()

    def tell(self) -> None:
        """One line."""
        say(
            f"{self._label:22} {self._rows / self._wall:7.0f} rows/s"
            f"  python {self._own / self._rows * 1e6:4.0f} µs"
            f"  postgres {self._database / self._rows * 1e6:4.0f} µs a row"
        )


async def taking_in(house: House, persons: int) -> None:
    for label, version, change, count in (
        ("first load", 1, Kind.SNAPSHOT, persons),
        ("name changes", 2, Kind.NAME_CHANGE, persons // 4),
        ("moves out", 3, Kind.MOVE_OUT, persons // 4),
        ("the snapshot again", 3, Kind.SNAPSHOT, persons // 4),
    ):
        meter = Meter(house, label)
        for first in range(0, count, CHUNK):
            numbers = range(first, min(first + CHUNK, count))
            again = label == "the snapshot again"
            await meter.take(
                house.changes(
                    *(resident(n, version, Kind.MOVE_OUT if again else change) for n in numbers)
                )
            )
        meter.tell()


async def feeding(house: House, persons: int) -> None:
    """Income of everybody, of everybody again, of people who come near, and of strangers."""

    def of(n: int, version: int = 1, **items: Any) -> IncomeRecorded:
        known = resident(n, 3 if n < persons // 4 else 1).record
        said = FourAttributes(name=known.name, address=known.address,
                              birth_date=known.birth_date, sex=known.sex)  # fmt: skip
        return income(number=f"T{n}", version=version, told=said.model_copy(update=items))

    stranger = PersonName(kanji="海野　藻屑")
    there = Address(text="仙台市青葉区国分町三丁目７番１号")
    tenth = range(persons // 10)
    for label, events in (
        ("income, first", (of(n) for n in range(persons // 2))),
        ("income, corrected", (of(n, 2) for n in range(persons // 4))),
        ("income, near misses", (of(n + persons // 2, name=stranger) for n in tenth)),
        ("income, of strangers", (of(n + persons, name=stranger, address=there) for n in tenth)),
    ):
        meter = Meter(house, label)
        while chunk := list(islice(events, CHUNK)):
            await meter.take(house.records("tax_system", [(e.record_key, e) for e in chunk]))
        meter.tell()


async def asking(house: House) -> None:
    rows = await house.rows(
        "select person_id from identity.feed_links where person_id is not null limit 5000"
    )
    pairs = []
    for row in rows:
        person_id = UUID(str(row["person_id"]))
        request = FactsRequested(
            request_id=uuid4(), reference=uuid4(), applicant_id=person_id, person_id=person_id,
            whose=Whose.APPLICANT, purpose=FactPurpose.EXEMPTION_REVIEW,
            items=(FactItem.TOTAL_INCOME,), levy_years=(2026,),
        )  # fmt: skip
        pairs.append((str(person_id), request))
    meter = Meter(house, "facts requests")
    await meter.take(house.records("exemptions", pairs))
    meter.tell()


async def handing_over(house: House) -> None:
    rows = await house.rows("select person_id from identity.persons limit 5000")
    requests = [
        LinkageRequested(
            request_id=uuid4(),
            person_id=UUID(str(row["person_id"])),
            purpose=LinkagePurpose.REPORT_TO_JPS,
            items=tuple(LinkageItem),
            reference=uuid4(),
        )
        for row in rows
    ]
    meter = Meter(house, "linkage requests")
    pairs = [(str(request.person_id), request) for request in requests]
    await meter.take(house.records("jps_reporting", pairs))
    meter.tell()


async def finding(house: House) -> None:
    def named(name: str) -> Criteria:
        return Criteria(kanji=FOLDING.kanji(name), latin=FOLDING.latin(name))

    def read(kana: str) -> Criteria:
        return Criteria(kana=FOLDING.kana(kana), reading=FOLDING.reading(kana))

    searches = {
        "name, common surname": named("佐藤"),
        "name, whole": named("渡辺　花子7"),
        "kana, common surname": read("スズキ"),
        "kana, one character": read("サ"),
        "kana, whole": read("ツヅキ　アオイ"),
        "birth date, a day": Criteria(birth=birth_days("1985-05-02")),
        "birth date, a year": Criteria(birth=birth_days("昭和60年")),
        "name and birth year": Criteria(kanji="佐藤", latin="佐藤", birth=birth_days("1985")),
        "addressee number": Criteria(addressee_number=f"{7:015d}"),
        "token": Criteria(token=token(8)),
    }
    for label, criteria in searches.items():
        times = []
        async with house.service.database.read() as connection:
            for _ in range(30):
                began = time.perf_counter()
                hits, _more = await searching.search(connection, frozenset(), criteria)
                times.append((time.perf_counter() - began) * 1000)
        say(f"{label:22} median {statistics.median(times):6.1f} ms  worst {max(times):6.1f} ms"
              f"  {len(hits)} shown")  # fmt: skip


async def main(persons: int) -> None:
    """All of it, on a database of its own."""
    stack = TestStack(os.environ.get("NENKIN_TEST_STACK", "dev"))
    stack.up((), viewer=False)
    database = stack.fresh_database("identity")
    try:
        house = House(stack, database)
        async with house.service.opened():
            await taking_in(house, persons)
            async with house.owner() as connection:
                await connection.execute("analyze")
            await handing_over(house)
            await feeding(house, persons)
            await asking(house)
            await finding(house)
    finally:
        stack.drop_databases([database])


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000))
