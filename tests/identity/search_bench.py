"""How fast staff find whom they look for: ``python -m tests.identity.search_bench [PERSONS]``.

A city of a million by default, on the real database of the stack that ``NENKIN_TEST_STACK`` names.
Each search is the whole of what the service does for one, HTTP apart: folding, finding, the audit
record, its counting, the commit. Told are the time that passes and, since a machine is shared, the
processor's in this process and in the database's. Ends with 1 where one search in a hundred passes
100 ms of processor time; of the time that passes, that is told.
"""

import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any, Final

from contracts.functions import Function
from deploy.local.testing import TestStack
from services.chassis.staff_context import StaffContext
from services.identity.search_api import SearchRequest, search
from tests.identity.bench import say
from tests.identity.big_city import make_city
from tests.identity.house import House

LIMIT_MS: Final = 100
ROUNDS: Final = 40
SHARED_MB: Final = 3_072
Someone = dict[str, Any]
STAFF: Final = StaffContext(
    staff_id="bench",
    department="保険年金課",
    functions=frozenset(function.value for function in Function) - {Function.SEALED_VIEW.value},
    session_id="bench",
    terminal="bench",
    request_id="bench",
)


def _family(one: Someone) -> str:
    return str(one["name"]["kanji"]).partition("　")[0]


def _given(one: Someone) -> str:
    return str(one["name"]["kanji"]).partition("　")[2]


def _kana(one: Someone) -> tuple[str, str]:
    family, _, given = str(one["name"]["kana"]).partition("　")
    return family, given


def _born(one: Someone) -> str:
    return str(one["birth_date"]["value"])


def _ward(one: Someone) -> str:
    return str(one["address"]["text"]).partition("市")[2].partition("区")[0]


def _town(one: Someone) -> str:
    return str(one["address"]["text"]).partition("区")[2].rstrip("0123456789丁目番号")


SEARCHES: Final[dict[str, Callable[[Someone], dict[str, Any]]]] = {
    "name, whole": lambda one: {"name": one["name"]["kanji"]},
    "family name": lambda one: {"name": _family(one)},
    "family name's first": lambda one: {"name": _family(one)[0]},
    "kana, whole": lambda one: {"kana": one["name"]["kana"]},
    "kana of the family name": lambda one: {"kana": _kana(one)[0]},
    "one kana": lambda one: {"kana": _kana(one)[0][0]},
    "given name": lambda one: {"name": _given(one), "match": "given"},
    "given name's kana": lambda one: {"kana": _kana(one)[1], "match": "given"},
    "part of a name": lambda one: {"name": one["name"]["kanji"][1:4], "match": "part"},
    "one kanji of a name": lambda one: {"name": one["name"]["kanji"][-1], "match": "part"},
    "part of the kana": lambda one: {"kana": one["name"]["kana"][1:4], "match": "part"},
    "end of the kana": lambda one: {"kana": one["name"]["kana"][-2:], "match": "part"},
    "birth date": lambda one: {"birth_date": _born(one)},
    "birth month": lambda one: {"birth_date": _born(one)[:7]},
    "birth year": lambda one: {"birth_date": _born(one)[:4]},
    "birth year, no era": lambda one: {"birth_date": f"{int(_born(one)[2:4]) % 60 + 1}年"},
    "birthday": lambda one: {"birth_date": _born(one)[5:]},
    "birthday and sex": lambda one: {"birth_date": _born(one)[5:], "sex": one["sex"]},
    "family name and year": lambda one: {"name": _family(one), "birth_date": _born(one)[:4]},
    "one kana and year": lambda one: {"kana": _kana(one)[0][0], "birth_date": _born(one)[:4]},
    "one kana and birth date": lambda one: {"kana": _kana(one)[0][0], "birth_date": _born(one)},
    "given name and birthday": lambda one: {"name": _given(one), "match": "given",
                                            "birth_date": _born(one)[5:]},
    "part of a name and year": lambda one: {"name": _given(one)[-1], "match": "part",
                                            "birth_date": _born(one)[:4]},
    "address, whole": lambda one: {"address": one["address"]["text"]},
    "town": lambda one: {"address": _town(one)},
    "town and block": lambda one: {"address": f"{_town(one)}2-5"},
    "ward": lambda one: {"address": f"{_ward(one)}区"},
    "city": lambda one: {"address": "千葉市"},
    "part of a town": lambda one: {"address": _town(one)[-2:]},
    "building": lambda one: {"address": one["address"].get("building") or "コーポ幸"},
    "part of a building": lambda one: {"address": "コーポ"},
    "nowhere": lambda one: {"address": "存在しない町一丁目"},
    "family name and town": lambda one: {"name": _family(one), "address": _town(one)},
    "family name and ward": lambda one: {"name": _family(one), "address": "美浜区"},
    "one kana and ward": lambda one: {"kana": _kana(one)[0][0], "address": "美浜区"},
    "given name and town": lambda one: {"name": _given(one), "match": "given",
                                        "address": _town(one)},
    "birth year and town": lambda one: {"birth_date": _born(one)[:4], "address": _town(one)},
    "birthday and ward": lambda one: {"birth_date": _born(one)[5:], "address": "美浜区"},
    "name of nobody": lambda one: {"name": _family(one) + "龍々"},
    "name, born another day": lambda one: {"name": _family(one), "birth_date": "1901-02-03"},
    "number": lambda one: {"addressee_number": one["addressee_number"]},
    "household": lambda one: {"household_number": one["household_number"]},
}  # fmt: skip


def _worked(backends: Sequence[int]) -> float:
    """Milliseconds that the processor has worked for us, here and in the database."""
    waited = sum(int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) for pid in backends)
    return time.process_time() * 1000 + waited / 1_000_000


async def measure(house: House, people: list[Someone]) -> list[tuple[float, float]]:
    """Milliseconds of each search of each kind, passed and worked; told by kind."""
    rows = await house.rows(
        "select pid from pg_stat_activity where datname = current_database() and usename = user"
    )
    backends = [row["pid"] for row in rows]
    every: list[tuple[float, float]] = []
    for label, criteria in SEARCHES.items():
        # The first of a kind on a connection also prepares it.
        await search(SearchRequest.model_validate(criteria(people[0])), STAFF, house.service)
        times: list[tuple[float, float]] = []
        shown = 0
        for one in people:
            request = SearchRequest.model_validate(criteria(one))
            began, worked = time.perf_counter(), _worked(backends)
            found = await search(request, STAFF, house.service)
            times.append(((time.perf_counter() - began) * 1000, _worked(backends) - worked))
            shown += len(found.persons)
        every += times
        say(
            f"{label:26} {_told([passed for passed, _ in times])}"
            f"  processor {_told([worked for _, worked in times])}"
            f"  {shown / len(people):5.1f} shown"
        )
    return every


def _told(times: Sequence[float]) -> str:
    return f"median {statistics.median(times):6.1f} worst {max(times):6.1f} ms"


def _p99(times: Sequence[float]) -> float:
    return sorted(times)[len(times) * 99 // 100]


async def main(persons: int) -> int:
    """All of it, on a database of its own."""
    # As a city's server has it; on a stack that runs already its own stays.
    stack = TestStack(os.environ.get("NENKIN_TEST_STACK", "search-bench"), shared_mb=SHARED_MB)
    stack.up((), viewer=False)
    database = stack.fresh_database("identity")
    try:
        house = House(stack, database)
        async with house.service.opened():
            began = time.perf_counter()
            async with house.owner() as connection:
                await make_city(connection, persons)
            say(f"{persons} persons made in {time.perf_counter() - began:.0f} s")
            people = [await _someone(house, n) for n in Random(7).sample(range(1, persons), ROUNDS)]
            every = await measure(house, people)
    finally:
        stack.drop_databases([database])
    passed, worked = _p99([one for one, _ in every]), _p99([one for _, one in every])
    say(f"{len(every)} searches: p99 {passed:.1f} ms, of the processor {worked:.1f} ms")
    return int(worked >= LIMIT_MS)


async def _someone(house: House, n: int) -> Someone:
    (row,) = await house.rows(
        "select record::text from identity.record_versions where addressee_number = $1", f"{n:015d}"
    )
    found: Someone = json.loads(row["record"])
    return found


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)))
