"""What the group is told, and when."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import pytest
from aiokafka.errors import CommitFailedError
from aiokafka.structs import TopicPartition

from deploy.local import bus
from deploy.local.testing import TestStack
from services.chassis.acknowledging import Acknowledgements
from services.chassis.records import Record
from tests.chassis.toy import Toys, running, until


class Group:
    """Stands for a consumer and what its group has been told."""

    def __init__(self, *shards: int) -> None:
        self.shards = shards
        self.told: list[dict[TopicPartition, int]] = []
        self.answers = True

    def assignment(self) -> set[TopicPartition]:
        return {TopicPartition("t", shard) for shard in self.shards}

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        await asyncio.sleep(0)
        if not self.answers:
            raise CommitFailedError
        self.told.append(offsets)


def record(shard: int, offset: int) -> Record:
    return Record("t", shard, offset, "k", {}, b"")


def place(shard: int) -> TopicPartition:
    return TopicPartition("t", shard)


async def tell(acknowledgements: Acknowledgements, group: Any) -> None:
    await acknowledgements.tell(group)


async def test_several_batches_are_told_of_at_once_and_once() -> None:
    acknowledgements, group = Acknowledgements(), Group(0, 1)
    acknowledgements.done([record(0, 4), record(0, 5)])
    acknowledgements.done([record(0, 6), record(1, 9)])
    await tell(acknowledgements, group)
    await tell(acknowledgements, group)
    assert group.told == [{place(0): 7, place(1): 10}]


async def test_nothing_is_told_of_what_has_moved_to_another_instance() -> None:
    acknowledgements, group = Acknowledgements(), Group(1)
    acknowledgements.done([record(0, 4), record(1, 9)])
    await tell(acknowledgements, group)
    group.shards = (0, 1)  # back again: the other instance has told more meanwhile
    await tell(acknowledgements, group)
    assert group.told == [{place(1): 10}]


async def test_what_could_not_be_told_is_told_with_the_next() -> None:
    acknowledgements, group = Acknowledgements(), Group(0, 1)
    acknowledgements.done([record(0, 4)])
    group.answers = False
    await tell(acknowledgements, group)
    group.answers = True
    acknowledgements.done([record(1, 0)])
    await tell(acknowledgements, group)
    assert group.told == [{place(0): 5, place(1): 1}]


async def test_what_is_done_during_the_telling_is_not_lost() -> None:
    acknowledgements, group = Acknowledgements(), Group(0)
    acknowledgements.done([record(0, 4)])
    telling = asyncio.create_task(tell(acknowledgements, group))
    await asyncio.sleep(0)
    acknowledgements.done([record(0, 5)])
    await telling
    await tell(acknowledgements, group)
    assert group.told == [{place(0): 5}, {place(0): 6}]


async def test_no_error_ends_the_telling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.chassis.acknowledging.EVERY_S", 0)
    acknowledgements, group = Acknowledgements(), Group(0)
    acknowledgements.done([record(0, 4)])
    broken = iter([RuntimeError("nobody thought of it")])

    def consumer() -> Any:
        for error in broken:
            raise error
        return group

    telling = asyncio.create_task(acknowledgements.keep_telling(consumer))
    async with asyncio.timeout(5):
        while not group.told:  # noqa: ASYNC110  what is waited for tells nobody
            await asyncio.sleep(0)
    telling.cancel()
    assert group.told == [{place(0): 5}]


@pytest.mark.stack
async def test_who_leaves_tells_how_far_it_came(clean_stack: TestStack) -> None:
    toys = Toys(clean_stack)
    await toys.publish([(f"k{n}", 1) for n in range(50)])
    async with AsyncExitStack() as exits:
        await running(exits, toys.passing(), toys.noting())
        await until(lambda: len(toys.seen) == 50)

    def left() -> list[int]:
        with bus.admin_client(clean_stack.bootstrap, clean_stack.layout.certs) as client:
            waiting = bus.lag(client)
        return [waiting[toys.passing().name], waiting[toys.noting().name]]

    assert await asyncio.to_thread(left) == [0, 0]
