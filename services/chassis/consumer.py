"""The bus side of taking in: the only place that acknowledges (ack) or gives back (nack).

FastStream's defaults lose messages (see the README): so acknowledgement is manual, after the
database commit; a failed batch is given back whole, after a pause, and what of it was committed
is dropped as a duplicate when it comes again.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.annotations import KafkaMessage
from faststream.security import BaseSecurity

from contracts.topics import Topic
from services.chassis import database
from services.chassis.breaker import BreakerOpen, Breakers
from services.chassis.database import Database
from services.chassis.intake import Intake
from services.chassis.metrics import Metrics
from services.chassis.records import Record
from services.chassis.settings import ServiceSettings

log = logging.getLogger(__name__)


async def _undecoded(_message: Any) -> None:
    """Bodies are validated as bytes, by the intake: decoding each costs more than all the rest."""


class Consumer:
    """Consumes a service's topics in batches; each batch is one transaction."""

    def __init__(
        self,
        settings: ServiceSettings,
        topics: Sequence[Topic],
        intake: Intake,
        database: Database,
        breakers: Breakers,
        metrics: Metrics,
    ) -> None:
        self._settings = settings
        self._intake = intake
        self._database = database
        self._breakers = breakers
        self._metrics = metrics
        self._open: set[str] = set()
        self._stuck: set[str] = set()
        self._pause = 0.0
        self._stopping = asyncio.Event()
        self.on_committed: Callable[[], None] = lambda: None
        self.broker = KafkaBroker(
            settings.kafka_bootstrap,
            client_id=f"{settings.service}-{settings.instance}",
            security=BaseSecurity(ssl_context=settings.client_tls()),
            consumer_only=True,
            graceful_timeout=15,
            logger=None,
        )
        self.subscriber = self.broker.subscriber(
            *(topic.name for topic in topics),
            batch=True,
            max_records=settings.batch_max_records,
            batch_timeout_ms=settings.batch_poll_ms,
            group_id=settings.service,
            # A static member: a restart within the session timeout moves no partitions.
            group_instance_id=f"{settings.service}-{settings.instance}",
            ack_policy=AckPolicy.MANUAL,
            auto_offset_reset="earliest",
            # Range: a shard's partitions of all topics are with one instance.
            partition_assignment_strategy=(RangePartitionAssignor,),
            session_timeout_ms=settings.session_timeout_ms,
            heartbeat_interval_ms=settings.session_timeout_ms // 10,
            max_poll_interval_ms=300_000,
            fetch_max_wait_ms=50,
            max_partition_fetch_bytes=2 * 1024 * 1024,
            decoder=_undecoded,
            no_reply=True,
        )
        self.subscriber(self._on_batch)

    async def start(self) -> None:
        await self.broker.start()

    async def stop(self) -> None:
        """Finish the batch under way and leave."""
        self._stopping.set()
        await self.broker.stop()

    @property
    def assigned(self) -> bool:
        """Whether the group has given this instance its share (which may be none)."""
        consumer = self.subscriber.consumer
        return consumer is not None and bool(consumer.assignment())

    async def lag(self) -> dict[str, int]:
        """Records on the bus that this instance has yet to take in, by topic."""
        consumer = self.subscriber.consumer
        if consumer is None or not (assignment := consumer.assignment()):
            return {}
        ends = await consumer.end_offsets(assignment)
        lag: dict[str, int] = {}
        for partition, end in ends.items():
            behind = end - await consumer.position(partition)
            lag[partition.topic] = lag.get(partition.topic, 0) + max(behind, 0)
        return lag

    async def _on_batch(self, message: KafkaMessage) -> None:
        raw = message.raw_message
        records = [Record.from_kafka(r) for r in (raw if isinstance(raw, tuple) else (raw,))]
        began = time.monotonic()
        try:
            await self._take(records)
            self.on_committed()
        except BreakerOpen as error:
            await self._on_breaker(error)
            await message.nack()
        except asyncio.CancelledError:
            await message.nack()
            raise
        except Exception as error:
            await self._on_failure(error, records)
            await message.nack()
        else:
            self._pause = 0.0
            await self._recovered(records)
            self._metrics.batch_size.observe(len(records))
            self._metrics.batch_seconds.observe(time.monotonic() - began)
            await message.ack()

    async def _take(self, records: Sequence[Record]) -> None:
        """Take a batch in; if something unknown is wrong with it, all that can be taken of it."""
        try:
            await self._intake.take(records)
            return
        except (BreakerOpen, asyncio.CancelledError, *database.TRANSIENT):
            raise
        except Exception:
            log.error("a batch failed for an unknown reason", exc_info=True,
                      extra={"data": {"count": len(records)}})  # fmt: skip
        failure: Exception | None = None
        for shard in sorted({record.shard for record in records}):
            try:
                await self._take_up_to_failure([r for r in records if r.shard == shard])
            except BreakerOpen:
                raise
            except Exception as error:
                failure = failure or error
        if failure is not None:
            raise failure

    async def _take_up_to_failure(self, records: Sequence[Record]) -> None:
        """Take one shard's records in, halving, until the failing one stands alone."""
        try:
            await self._intake.take(records)
        except (BreakerOpen, *database.TRANSIENT):
            raise
        except Exception:
            if len(records) == 1:
                record = records[0]
                self._stuck.add(record.topic)
                self._metrics.stopped.labels(record.topic).set(1)
                log.error(
                    "this record stops its shard: an unknown error, see at",
                    exc_info=True,
                    extra={"data": {"topic": record.topic, "shard": record.shard,
                                    "offset": record.offset}},
                )  # fmt: skip
                raise
            middle = len(records) // 2
            await self._take_up_to_failure(records[:middle])
            await self._take_up_to_failure(records[middle:])

    async def _recovered(self, records: Sequence[Record]) -> None:
        topics = {record.topic for record in records}
        for topic in topics & self._stuck:
            self._metrics.stopped.labels(topic).set(0)
        self._stuck -= topics
        for topic in topics & self._open:
            async with self._database.transaction() as connection:
                await self._breakers.close(connection, topic)
            log.warning("breaker closed", extra={"data": {"topic": topic}})
        self._open -= topics

    async def _on_breaker(self, error: BreakerOpen) -> None:
        self._metrics.failures.labels("breaker").inc()
        log.error("breaker open: intake waits", extra={"data": {"topic": error.topic,
                                                                "code": error.code}})  # fmt: skip
        self._open.add(error.topic)
        with contextlib.suppress(*database.TRANSIENT):
            async with self._database.transaction() as connection:
                await self._breakers.open(connection, error)
        await self._wait(min(5.0, self._settings.retry_max_s))

    async def _on_failure(self, error: Exception, records: Sequence[Record]) -> None:
        transient = isinstance(error, database.TRANSIENT)
        self._metrics.failures.labels("transient" if transient else "unknown").inc()
        self._pause = min(self._pause * 2 or 0.1, self._settings.retry_max_s)
        log.log(
            logging.WARNING if transient else logging.ERROR,
            "batch will be tried again",
            exc_info=error if transient else None,
            extra={"data": {"count": len(records), "seconds": self._pause}},
        )
        await self._wait(self._pause)

    async def _wait(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
