"""Positions on the bus: polling without losing any, and giving records back, by partition."""

import asyncio
import contextlib
import logging
import math
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import ConsumerStoppedError, IllegalStateError
from aiokafka.structs import TopicPartition

from services.chassis.metrics import Metrics
from services.chassis.records import Record

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Patience:
    """How long the broker may wait with an answer: for so many bytes, or so many milliseconds."""

    least_bytes: int
    most_ms: int


PROMPT: Final = Patience(64 * 1024, 40)
"""A batch costs some milliseconds of everybody's processor, however few its records, and so does an
answer of the broker. So it answers when some hundreds are there, or after the time that a hop may
wait."""
BUSY: Final = Patience(256 * 1024, 200)
"""While a batch takes longer than this nobody waits for the next answer: fewer and fuller ones
leave the broker a quarter of its work, and us some of ours."""

_LARGE: Final = 16 * 1024
_AT_ONCE: Final = 512 * 1024
"""Bytes of large records in one transaction; one of them may have more."""


class Poller:
    """Takes what there is, of any partition that can be read.

    When aiokafka comes upon a batch that it cannot decode (a header's name that is no UTF-8, a
    wrong checksum), it raises, and what it had taken from other partitions for the same call is
    passed over. So then all goes back to what is committed, partitions are read one by one, and
    the one that cannot be read is left alone for a while: its alarm rings, the others go on.
    """

    def __init__(self, max_records: int, wait_ms: int, pause_s: float, metrics: Metrics) -> None:
        self._max_records = max_records
        self._wait_ms = wait_ms
        self._pause_s = pause_s
        self._metrics = metrics
        self._unreadable: set[TopicPartition] = set()
        self._polled_at = math.inf

    async def __call__(self, consumer: AIOKafkaConsumer) -> tuple[Any, ...]:
        """The next records, in order for each partition."""
        worked_ms = (time.monotonic() - self._polled_at) * 1000
        _have_patience(consumer, BUSY if worked_ms > BUSY.most_ms else PROMPT)
        try:
            polled = await consumer.getmany(timeout_ms=self._wait_ms, max_records=self._max_records)
        except ConsumerStoppedError:
            raise
        except Exception as error:
            log.error("polling failed: going back to what is committed", exc_info=True)
            polled = await self._one_by_one(consumer, error)
        for partition in self._unreadable & polled.keys():
            self._unreadable.discard(partition)
            self._alarm(partition.topic)
        self._polled_at = time.monotonic()
        return tuple(record for records in polled.values() for record in records)

    async def _one_by_one(
        self, consumer: AIOKafkaConsumer, error: Exception
    ) -> dict[TopicPartition, list[Any]]:
        partitions = sorted(consumer.assignment() - consumer.paused())
        for partition in partitions:
            await _back_to_committed(consumer, partition)
        polled: dict[TopicPartition, list[Any]] = {}
        failed = False
        for partition in partitions:
            try:
                polled |= await consumer.getmany(
                    partition, timeout_ms=200, max_records=self._max_records // len(partitions) + 1
                )
            except ConsumerStoppedError:
                raise
            except Exception:
                failed = True
                await _back_to_committed(consumer, partition)
                hold(consumer, partition, self._pause_s)
                self._unreadable.add(partition)
                self._alarm(partition.topic)
                log.error(
                    "this partition cannot be read",
                    exc_info=True,
                    extra={"data": {"topic": partition.topic, "shard": partition.partition}},
                )
        if not failed and not polled:
            raise error
        return polled

    def _alarm(self, topic: str) -> None:
        stopped = any(partition.topic == topic for partition in self._unreadable)
        self._metrics.unreadable.labels(topic).set(stopped)


def _have_patience(consumer: AIOKafkaConsumer, patience: Patience) -> None:
    """Ask so from the next fetch on. aiokafka takes both figures once and for all, but reads them
    where it asks."""
    vars(consumer._fetcher).update(  # noqa: SLF001  see above
        _fetch_min_bytes=patience.least_bytes, _fetch_max_wait_ms=patience.most_ms
    )


async def _back_to_committed(consumer: AIOKafkaConsumer, partition: TopicPartition) -> None:
    with contextlib.suppress(IllegalStateError):
        committed = await consumer.seek_to_committed(partition)
        if not committed[partition]:
            await consumer.seek_to_beginning(partition)


def give_back(consumer: AIOKafkaConsumer, records: Iterable[Record], seconds: float = 0) -> None:
    """Records that were not taken in: they come again, after ``seconds``; other partitions go on.

    What has moved to another instance meanwhile begins there at what is committed.
    """
    earliest: dict[TopicPartition, int] = {}
    for record in records:
        partition = TopicPartition(record.topic, record.shard)
        earliest[partition] = min(record.offset, earliest.get(partition, record.offset))
    for partition, offset in earliest.items():
        with contextlib.suppress(IllegalStateError):
            consumer.seek(partition, offset)
            if seconds:
                hold(consumer, partition, seconds)


def hold(consumer: AIOKafkaConsumer, partition: TopicPartition, seconds: float) -> None:
    """Take nothing from a partition for a while. A rebalance ends it early: it is tried again."""
    consumer.pause(partition)
    asyncio.get_running_loop().call_later(seconds, _resume, consumer, partition)


def _resume(consumer: AIOKafkaConsumer, partition: TopicPartition) -> None:
    with contextlib.suppress(IllegalStateError):
        consumer.resume(partition)


def pieces(records: Sequence[Record]) -> Iterator[Sequence[Record]]:
    """A batch in order, cut so that no transaction takes in more than a few events that carry many
    things each. What carries one thing is small, and counts for nothing here."""
    begin, carried = 0, 0
    for n, record in enumerate(records):
        large = len(record.body) if len(record.body) > _LARGE else 0
        if carried and carried + large > _AT_ONCE:
            yield records[begin:n]
            begin, carried = n, 0
        carried += large
    yield records[begin:]
