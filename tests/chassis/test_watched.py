"""What an operator's alerts look at is there from the start, and says what is so."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest

from deploy.local.testing import TestStack
from services.chassis.metrics import Metrics
from services.chassis.service import Service
from tests.chassis.toy import BAD, POISON, Toys, running, until

TOPIC = "inbound.residents"
START = datetime(2026, 10, 1, 9, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def freshness(metrics: Metrics) -> float | None:
    return value(metrics, "bus_freshness_seconds", topic=TOPIC)


@pytest.fixture
def metrics() -> Metrics:
    metrics = Metrics()
    metrics.begin([TOPIC], START)
    return metrics


@pytest.mark.parametrize(
    "name",
    [
        "bus_events_handled_total",
        "bus_duplicates_total",
        "bus_events_missing_total",
        "bus_intake_stopped",
        "bus_partition_unreadable",
        "bus_breaker_open",
    ],
)
def test_what_may_rise_is_shown_at_nothing(metrics: Metrics, name: str) -> None:
    assert value(metrics, name, topic=TOPIC) == 0


def test_nothing_waits(metrics: Metrics) -> None:
    metrics.behind({TOPIC: 0}, after(600))
    assert freshness(metrics) == 0


def test_what_waits_makes_it_older_from_when_all_was_taken_in(metrics: Metrics) -> None:
    metrics.behind({}, after(600))
    metrics.behind({TOPIC: 3}, after(610))
    assert freshness(metrics) == 10
    metrics.behind({TOPIC: 3}, after(700))
    assert freshness(metrics) == 100


def test_a_backlog_is_as_old_as_the_newest_event_of_it_that_was_taken_in(metrics: Metrics) -> None:
    metrics.took_in(TOPIC, after(60), after(300))
    metrics.behind({TOPIC: 3}, after(300))
    assert freshness(metrics) == 240
    metrics.took_in(TOPIC, after(10), after(301))  # another shard's, and older
    metrics.behind({TOPIC: 2}, after(301))
    assert freshness(metrics) == 241


def test_after_a_restart_it_counts_from_the_start(metrics: Metrics) -> None:
    metrics.behind({TOPIC: 3}, after(90))
    assert freshness(metrics) == 90


def test_a_bus_that_does_not_answer_is_no_news(metrics: Metrics) -> None:
    metrics.behind({TOPIC: 0}, after(10))
    metrics.behind(None, after(110))
    assert freshness(metrics) == 100
    assert value(metrics, "bus_lag_events", topic=TOPIC) is None


def test_a_sender_whose_clock_is_ahead_hides_nothing(metrics: Metrics) -> None:
    metrics.took_in(TOPIC, after(86400), after(10))
    metrics.behind({TOPIC: 1}, after(110))
    assert freshness(metrics) == 100


# On the bus


@pytest.fixture
def toys(clean_stack: TestStack) -> Toys:
    return Toys(clean_stack)


@pytest.fixture
async def exits() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


async def seen(service: Service, name: str, **labels: str) -> float | None:
    await service.measure()
    return value(service.metrics, name, **labels)


async def turns(service: Service, wanted: float | None, name: str, **labels: str) -> None:
    """Wait until a metric says so."""
    async with asyncio.timeout(30):
        while await seen(service, name, **labels) != wanted:  # noqa: ASYNC110  a row tells nobody
            await asyncio.sleep(0.05)


@pytest.mark.stack
async def test_letters_are_counted_by_what_they_were_refused_for(
    toys: Toys, exits: AsyncExitStack
) -> None:
    first = toys.passing()
    await toys.publish([("a", BAD), ("a", 2), ("a", 3), ("b", BAD)])
    await running(exits, first, toys.noting())
    await turns(first, 2, "dead_letters_open", state="parked", code="XX-1001")
    await turns(first, 2, "dead_letters_open", state="waiting", code="")
    async with first.unit_of_work() as uow:
        await uow.connection.execute("update bus.dead_letters set state = 'discarded'")
    await turns(first, None, "dead_letters_open", state="parked", code="XX-1001")
    assert value(first.metrics, "dead_letters_open", state="parked", code="") == 0


@pytest.mark.stack
async def test_a_breaker_that_was_open_before_a_restart_is_still_shown(
    toys: Toys, exits: AsyncExitStack
) -> None:
    first = toys.passing(BREAKER_WINDOW="20", RETRY_MAX_S="1")
    async with first.running():
        await toys.publish([(f"k{n}", BAD) for n in range(40)])
        await turns(first, 1, "bus_breaker_open", topic=TOPIC)
    again = toys.passing("1", BREAKER_WINDOW="20", RETRY_MAX_S="1")
    await exits.enter_async_context(again.opened())
    assert await seen(again, "bus_breaker_open", topic=TOPIC) == 1
    async with again.unit_of_work() as uow:
        await uow.connection.execute("update bus.breakers set park_anyway = true")
    assert await seen(again, "bus_breaker_open", topic=TOPIC) == 0


@pytest.mark.stack
async def test_what_is_stuck_grows_older(toys: Toys, exits: AsyncExitStack) -> None:
    first = toys.passing(RETRY_MAX_S="1")
    await running(exits, first, toys.noting())
    await turns(first, 1, "service_ready", part="consumer")
    await turns(first, 0, "bus_freshness_seconds", topic=TOPIC)
    await toys.publish([("a", POISON)])
    await turns(first, 1, "bus_intake_stopped", topic=TOPIC)
    await turns(first, 1, "bus_lag_events", topic=TOPIC)
    old = freshness(first.metrics) or 0
    assert old > 0
    toys.poisoned = False
    await turns(first, 0, "bus_freshness_seconds", topic=TOPIC)
    assert await seen(first, "bus_intake_stopped", topic=TOPIC) == 0
    await until(lambda: ("a", POISON) in toys.seen)
