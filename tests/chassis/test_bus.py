"""The chassis on the real Kafka and PostgreSQL: nothing lost, nothing twice, order per key."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from aiokafka.protocol.fetch import FetchRequest

from deploy.local.testing import TestStack
from services.chassis.breaker import BreakerOpen
from services.chassis.dead_letter_commands import resolve
from services.chassis.partitions import BUSY, PROMPT, Patience
from services.chassis.records import Record
from services.chassis.service import Service
from tests.chassis.toy import BAD, POISON, Toys, body, headers, key_of, running, until

pytestmark = pytest.mark.stack


@pytest.fixture
async def toys(clean_stack: TestStack) -> Toys:
    return Toys(clean_stack)


@pytest.fixture
async def exits() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


async def letters(service: Service) -> list[tuple[int, str, str]]:
    async with service.database.read() as connection:
        rows = await connection.fetch(
            "select id, key, state from bus.dead_letters"
            " where state in ('parked', 'waiting') order by id"
        )
    return [tuple(row) for row in rows]


def in_order(seen: list[tuple[str, int]]) -> bool:
    latest: dict[str, int] = {}
    for key, version in seen:
        if version <= latest.get(key, 0):
            return False
        latest[key] = version
    return True


async def test_all_arrive_once_and_in_order_over_two_hops(
    toys: Toys, exits: AsyncExitStack
) -> None:
    changes = [(f"k{n % 400}", 1 + n // 400) for n in range(2_000)]
    await toys.publish(changes)
    await running(exits, toys.passing(), toys.noting())
    await until(lambda: len(toys.seen) >= len(changes))
    assert Counter(toys.seen) == Counter(changes)
    assert in_order(toys.seen)


async def test_while_a_batch_takes_its_time_the_broker_is_asked_for_fuller_answers(
    toys: Toys, exits: AsyncExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Patience] = []

    def ask(wait_ms: int, least_bytes: int, *more: Any, **named: Any) -> FetchRequest:
        asked.append(Patience(least_bytes, wait_ms))
        return FetchRequest(wait_ms, least_bytes, *more, **named)

    monkeypatch.setattr("aiokafka.consumer.fetcher.FetchRequest", ask)
    await toys.publish([(f"k{n % 400}", 1 + n // 400) for n in range(2_000)])
    await running(exits, toys.passing())
    await until(lambda: asked[-20:] == 20 * [PROMPT])

    toys.takes_s = 0.25
    asked.clear()
    await toys.publish([(f"k{n % 400}", 6 + n // 400) for n in range(2_000)])
    await until(lambda: BUSY in asked)
    await until(lambda: asked[-20:] == 20 * [PROMPT])


async def test_two_instances_of_each_share_the_work(toys: Toys, exits: AsyncExitStack) -> None:
    await running(exits, toys.passing("0"), toys.passing("1"), toys.noting("0"), toys.noting("1"))
    changes = [(f"k{n % 300}", 1 + n // 300) for n in range(1_500)]
    await toys.publish(changes)
    await until(lambda: len(toys.seen) >= len(changes))
    await asyncio.sleep(0.5)
    assert Counter(toys.seen) == Counter(changes)
    assert in_order(toys.seen)


async def test_a_refused_event_parks_its_key_and_replay_lets_it_go_on_in_order(
    toys: Toys, exits: AsyncExitStack
) -> None:
    first, second = toys.passing(), toys.noting()
    await running(exits, first, second)
    await toys.publish([("a", 1), ("a", BAD), ("a", 3), ("b", 1)])
    await until(lambda: ("b", 1) in toys.seen)
    await toys.publish([("a", 4), ("b", 2)])
    await until(lambda: ("b", 2) in toys.seen)

    assert ("a", 3) not in toys.seen
    async with asyncio.timeout(10):
        while len(open_letters := await letters(first)) < 3:  # noqa: ASYNC110  rows tell nobody
            await asyncio.sleep(0.05)
    assert [state for _, _, state in open_letters] == ["parked", "waiting", "waiting"]

    parked = open_letters[0][0]
    again = await resolve(first, parked, by="test")
    assert again is not None
    assert (again.handled, again.refused, again.waiting) == (0, 1, 2)

    rehearsed = await resolve(first, parked, body=body(2, "a"), dry_run=True, by="test")
    assert rehearsed is not None
    assert rehearsed.handled == 3
    assert len(await letters(first)) == 3

    await resolve(first, parked, body=body(2, "a"), by="test")
    await until(lambda: ("a", 4) in toys.seen)
    assert [version for key, version in toys.seen if key == "a"] == [1, 2, 3, 4]
    assert await letters(first) == []
    await toys.publish([("a", 5)])
    await until(lambda: ("a", 5) in toys.seen)


async def test_a_discarded_event_lets_what_waited_go_on(toys: Toys, exits: AsyncExitStack) -> None:
    first = toys.passing()
    await running(exits, first, toys.noting())
    await toys.publish([("a", BAD), ("a", 2)])
    await until(lambda: first.metrics.handled.labels("inbound.residents")._value.get() >= 2)
    (parked, _, _), _ = await letters(first)
    await resolve(first, parked, discard="test", by="test")
    await until(lambda: ("a", 2) in toys.seen)
    assert await letters(first) == []
    assert await resolve(first, parked, by="test") is None


async def test_a_batch_that_comes_again_changes_nothing(toys: Toys, exits: AsyncExitStack) -> None:
    first = toys.passing()
    await exits.enter_async_context(first.opened())
    batch = [
        Record("inbound.residents", 2, n, key_of(f"k{n}"), dict(_text(headers())), body(1, f"k{n}"))
        for n in range(10)
    ]
    once, twice = await first.intake.take(batch), await first.intake.take(batch)
    assert (once.handled, once.duplicates) == (10, 0)
    assert (twice.handled, twice.duplicates) == (0, 10)
    overlapping = await first.intake.take([*batch[5:], _later(batch[-1])])
    assert (overlapping.handled, overlapping.duplicates) == (1, 5)


async def test_two_instances_that_hold_the_same_batch_take_it_in_once(
    toys: Toys, exits: AsyncExitStack
) -> None:
    """As when partitions move while the one who had them is still at work."""
    one, other = toys.passing("0"), toys.passing("1")
    await exits.enter_async_context(one.opened())
    await exits.enter_async_context(other.opened())
    for start in range(0, 200, 10):
        batch = [
            Record("inbound.residents", 2, n, key_of("k"), dict(_text(headers())), body(n + 1))
            for n in range(start, start + 10)
        ]
        tallies = await asyncio.gather(one.intake.take(batch), other.intake.take(batch))
        assert sorted(tally.handled for tally in tallies) == [0, 10]


async def test_a_relay_that_crashed_before_deleting_doubles_nothing(
    toys: Toys, exits: AsyncExitStack
) -> None:
    first, second = toys.passing(), toys.noting()
    async with first.opened():
        await first.intake.take(
            [
                Record("inbound.residents", 0, n, key_of(name), dict(_text(headers())),
                       body(1, name))
                for n, name in enumerate(f"k{n}" for n in range(20))
            ]
        )  # fmt: skip
        async with first.database.transaction() as connection:
            await connection.execute(
                "insert into bus.outbox (events, packed) select events, packed from bus.outbox"
            )
    await running(exits, toys.passing(), second)
    skipped = second.metrics.duplicates.labels("residents.tokenised")
    await until(lambda: skipped._value.get() >= 20)
    assert len(toys.seen) == len(set(toys.seen)) == 20


async def test_a_lost_event_is_noticed_and_a_restored_sender_is_not_mistaken_for_an_old_one(
    toys: Toys, exits: AsyncExitStack
) -> None:
    second = toys.noting()
    await exits.enter_async_context(second.opened())

    def numbered(sequence: str, offset: int) -> Record:
        return Record("audit.events", 1, offset, "k",
                      {"ce_source": "claims", "ce_sequence": sequence}, b"{}")  # fmt: skip

    lost = second.metrics.lost.labels("audit.events")
    await second.intake.take([numbered("1.1", 0), numbered("1.2", 1)])
    assert lost._value.get() == 0
    await second.intake.take([numbered("1.5", 2)])
    assert lost._value.get() == 2
    stray = [Record("audit.events", 1, offset, "k", {}, b"{}") for offset in (10, 20)]
    await second.intake.take(stray)
    assert lost._value.get() == 2
    restored = await second.intake.take([numbered("2.1", 3)])
    assert restored.duplicates == 0
    late = await second.intake.take([numbered("1.9", 4)])
    assert late.duplicates == 1


async def test_a_bad_release_opens_the_breaker_and_an_operator_may_park_it_all(
    toys: Toys, exits: AsyncExitStack
) -> None:
    first = toys.passing(BREAKER_WINDOW="20", RETRY_MAX_S="1")
    await running(exits, first, toys.noting())
    await toys.publish([(f"k{n}", BAD) for n in range(40)])
    is_open = first.metrics.breaker.labels("inbound.residents")
    await until(lambda: is_open._value.get() == 1)
    assert len(await letters(first)) <= 10
    async with first.unit_of_work() as uow:
        await uow.connection.execute("update bus.breakers set park_anyway = true")
    await until(lambda: is_open._value.get() == 0)
    refused = first.metrics.refused.labels("inbound.residents", "XX-1001")
    await until(lambda: refused._value.get() == 40)
    assert len(await letters(first)) == 40
    await toys.publish([(f"m{n}", BAD) for n in range(40)])
    await until(lambda: refused._value.get() == 80)
    await toys.publish([(f"n{n}", 1) for n in range(40)])
    await until(lambda: ("n39", 1) in toys.seen)

    async def open_breakers() -> int:
        async with first.database.read() as connection:
            return int(await connection.fetchval("select count(*) from bus.breakers"))

    async with asyncio.timeout(10):
        while await open_breakers():  # noqa: ASYNC110  a row tells nobody
            await asyncio.sleep(0.1)


async def test_what_is_invalid_about_people_who_are_parked_trips_the_breaker_too(
    toys: Toys, exits: AsyncExitStack
) -> None:
    first = toys.passing(BREAKER_WINDOW="20")
    await exits.enter_async_context(first.opened())

    def records(begin: int, names: range, valid: bool) -> list[Record]:
        return [
            Record("inbound.residents", 0, begin + n, key_of(f"k{n}"), dict(_text(headers())),
                   body(1, f"k{n}") if valid else b"{}")
            for n in names
        ]  # fmt: skip

    await first.intake.take(records(0, range(8, 20), valid=True))
    await first.intake.take(records(100, range(8), valid=False))
    assert len(await letters(first)) == 8
    with pytest.raises(BreakerOpen):
        await first.intake.take(records(200, range(8), valid=False))
    assert len(await letters(first)) == 8


async def test_an_unknown_error_stops_its_shard_alone_and_loses_nothing(
    toys: Toys, exits: AsyncExitStack
) -> None:
    first = toys.passing(RETRY_MAX_S="1")
    changes = [(f"k{n}", 1) for n in range(60)]
    await toys.publish([*changes[:30], ("poison", POISON), *changes[30:]])
    await running(exits, first, toys.noting())
    stuck = first.metrics.stopped.labels("inbound.residents")
    await until(lambda: stuck._value.get() == 1)
    await until(lambda: len(toys.seen) >= 30)
    assert await letters(first) == []
    assert ("poison", POISON) not in toys.seen
    toys.poisoned = False
    await until(lambda: len(toys.seen) == 61)
    assert Counter(toys.seen) == Counter([*changes, ("poison", POISON)])
    await until(lambda: stuck._value.get() == 0)


async def test_cut_database_connections_lose_and_double_nothing(
    toys: Toys, exits: AsyncExitStack
) -> None:
    first, second = toys.passing(), toys.noting()
    await running(exits, first, second)
    await toys.publish([(f"k{n}", 1) for n in range(50)])
    await until(lambda: len(toys.seen) >= 50)
    async with first.database.transaction() as connection:
        connections = await connection.fetchval(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity"
            " where usename = current_user and pid <> pg_backend_pid()"
        )
    assert connections > 0
    await toys.publish([(f"k{n}", 2) for n in range(50)])
    await until(lambda: len(toys.seen) >= 100)
    assert in_order(toys.seen)
    assert len(toys.seen) == 100


def _text(pairs: list[tuple[str, bytes]]) -> list[tuple[str, str]]:
    return [(name, value.decode()) for name, value in pairs]


def _later(record: Record) -> Record:
    return Record(record.topic, record.shard, record.offset + 1, key_of("later"), record.headers,
                  body(1, "later"))  # fmt: skip
