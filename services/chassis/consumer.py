"""The bus side of taking in: batches, their failures, and what was refused of them.

FastStream's defaults lose messages (see the README): so acknowledgement is taken away from it, and
comes after the database commit (``acknowledging``); what failed is given back by partition, after a
pause, and what of it was committed is dropped as a duplicate when it comes again.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.annotations import KafkaMessage
from faststream.kafka.message import KafkaAckableMessage
from faststream.security import BaseSecurity

from contracts.topics import Topic
from services.chassis import database, partitions
from services.chassis.acknowledging import Acknowledgements
from services.chassis.breaker import BreakerOpen, Breakers
from services.chassis.database import Database
from services.chassis.intake import Intake
from services.chassis.metrics import Metrics
from services.chassis.records import Record
from services.chassis.settings import ServiceSettings

log = logging.getLogger(__name__)

_GRACE_S = 15
_TELL_S = 3
_ANSWER_S = 2


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
        # What a process that has gone left open is closed with the first records of the topic.
        self._open = {topic.name for topic in topics}
        self._stuck: set[tuple[str, int]] = set()
        self._pause = 0.0
        self._pauses: dict[int, float] = {}
        self._stopping = asyncio.Event()
        self._acknowledgements = Acknowledgements()
        self._starting: asyncio.Task[None] | None = None
        self._telling: asyncio.Task[None] | None = None
        self.on_committed: Callable[[], None] = lambda: None
        self.broker = KafkaBroker(
            settings.kafka_bootstrap,
            client_id=f"{settings.service}-{settings.instance}",
            security=BaseSecurity(ssl_context=settings.client_tls()),
            consumer_only=True,
            graceful_timeout=_GRACE_S,
            logger=None,
        )
        self.subscriber = self.broker.subscriber(
            *(topic.name for topic in topics),
            batch=True,
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
            fetch_min_bytes=partitions.PROMPT.least_bytes,
            fetch_max_wait_ms=partitions.PROMPT.most_ms,
            max_partition_fetch_bytes=2 * 1024 * 1024,
            parser=self._parsed,
            decoder=_undecoded,
            no_reply=True,
        )
        poll = partitions.Poller(
            settings.batch_max_records, settings.batch_poll_ms, settings.retry_max_s, metrics
        )
        # An attribute of the instance, in the place of the method that the consuming loop calls.
        vars(self.subscriber)["get_msg"] = poll
        self.subscriber(self._on_batch)

    async def start(self) -> None:
        """Begin to consume; while no broker answers, go on trying in the background."""
        self._starting = asyncio.create_task(self._start(), name="consumer")
        self._telling = asyncio.create_task(
            self._acknowledgements.keep_telling(lambda: self.subscriber.consumer),
            name="acknowledgements",
        )

    async def _start(self) -> None:
        pause = 0.5
        while not self._stopping.is_set():
            try:
                await self.broker.start()
                return
            except Exception:
                log.warning("the bus does not answer: trying again", exc_info=True,
                            extra={"data": {"seconds": pause}})  # fmt: skip
                await self._leave()
            await self._wait(pause)
            pause = min(pause * 2, 2.0)

    async def stop(self) -> None:
        """Finish the batch under way and leave."""
        self._stopping.set()
        if self._starting is not None:
            if not self.subscriber.running:
                self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
        if self._telling is not None:
            self._telling.cancel()
            await asyncio.gather(self._telling, return_exceptions=True)
        await self._tell()
        await self._leave()

    async def _tell(self) -> None:
        """Before leaving; without brokers that answer it is left, and what was done is dropped as a
        duplicate when it comes again."""
        if self.subscriber.consumer is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_TELL_S):
                    await self._acknowledgements.tell(self.subscriber.consumer)

    async def _leave(self) -> None:
        try:
            # Within the grace for the batch under way, and what the brokers take to answer.
            await asyncio.wait_for(self.broker.stop(), _GRACE_S + 5)
        except Exception:
            log.warning("left the bus without a word", exc_info=True)

    async def ready(self) -> bool:
        """Whether this instance has its share, and the brokers answer."""
        consumer = self.subscriber.consumer
        if consumer is None or not (assignment := consumer.assignment()):
            return False
        try:
            async with asyncio.timeout(_ANSWER_S):
                await consumer.end_offsets([min(assignment)])
        except (KafkaError, TimeoutError):
            return False
        return True

    async def lag(self) -> dict[str, int] | None:
        """Records on the bus that this instance has yet to take in, by topic. ``None``: nobody
        knows, as it has no share of the partitions, or the brokers do not answer within seconds."""
        consumer = self.subscriber.consumer
        if consumer is None or not (assignment := consumer.assignment()):
            return None
        lag: dict[str, int] = {}
        try:
            async with asyncio.timeout(3):
                for partition, end in (await consumer.end_offsets(assignment)).items():
                    behind = end - await consumer.position(partition)
                    lag[partition.topic] = lag.get(partition.topic, 0) + max(behind, 0)
        except (KafkaError, TimeoutError):
            return None
        return lag

    async def _parsed(self, raw: tuple[Any, ...]) -> KafkaMessage:
        # FastStream's own parser decodes all headers, and where that fails drops the whole batch.
        return KafkaAckableMessage(raw, body=b"", consumer=self.subscriber.consumer)

    async def _on_batch(self, message: KafkaMessage) -> None:
        """Never raises: FastStream would say nothing, and the next ack commit past the batch."""
        records = [Record.from_kafka(raw) for raw in message.raw_message]
        began = time.monotonic()
        try:
            refused = await self._take_in_pieces(records)
        except asyncio.CancelledError:
            self._give_back(records)
            raise
        except Exception as error:
            await self._on_failure(error, records)
            self._give_back(records)
            return
        self._pause = 0.0
        self.on_committed()
        held = {id(record) for record in refused}
        taken = [record for record in records if id(record) not in held]
        await self._recovered(taken)
        self._metrics.batch_size.observe(len(records))
        self._metrics.batch_seconds.observe(time.monotonic() - began)
        self._acknowledgements.done(taken)
        if self._stopping.is_set():
            await self._tell()

    def _give_back(self, records: Sequence[Record], seconds: float = 0) -> None:
        if self.subscriber.consumer is not None:
            partitions.give_back(self.subscriber.consumer, records, seconds)

    async def _take_in_pieces(self, records: Sequence[Record]) -> list[Record]:
        """Take a batch in, a transaction a piece; return what is given back. What comes later in a
        partition that something of was given back comes again with it."""
        refused: list[Record] = []
        for piece in partitions.pieces(records):
            held = {(record.topic, record.shard) for record in refused}
            left = [record for record in piece if (record.topic, record.shard) not in held]
            refused += [record for record in piece if (record.topic, record.shard) in held]
            refused += await self._take(left) if left else []
        return refused

    async def _take(self, records: Sequence[Record]) -> list[Record]:
        """Take a batch in. Where something is wrong with it, take what can be taken, and give the
        rest back; return that. Raises what passes by itself: then all of it is to come again."""
        try:
            await self._intake.take(records)
        except BreakerOpen as error:
            refused = [record for record in records if record.topic == error.topic]
            await self._on_breaker(error)
            self._give_back(refused, min(5.0, self._settings.retry_max_s))
            others = [record for record in records if record.topic != error.topic]
            return refused + (await self._take(others) if others else [])
        except (asyncio.CancelledError, *database.TRANSIENT):
            raise
        except Exception:
            log.error("a batch failed for an unknown reason", exc_info=True,
                      extra={"data": {"count": len(records)}})  # fmt: skip
        else:
            self._pauses.clear()
            return []
        refused = []
        for shard in sorted({record.shard for record in records}):
            of_shard = [record for record in records if record.shard == shard]
            try:
                await self._take_up_to_failure(of_shard)
                self._pauses.pop(shard, None)
            except database.TRANSIENT:
                raise
            except BreakerOpen as error:
                await self._on_breaker(error)
                refused += of_shard
                self._give_back(of_shard, min(5.0, self._settings.retry_max_s))
            except Exception:
                refused += of_shard
                self._metrics.failures.labels("unknown").inc()
                pause = min(self._pauses.get(shard, 0.05) * 2, self._settings.retry_max_s)
                self._pauses[shard] = pause
                self._give_back(of_shard, pause)
        return refused

    async def _take_up_to_failure(self, records: Sequence[Record]) -> None:
        """Take one shard's records in, halving, until the failing one stands alone."""
        try:
            await self._intake.take(records)
        except (BreakerOpen, *database.TRANSIENT):
            raise
        except Exception:
            if len(records) == 1:
                record = records[0]
                self._stuck.add((record.topic, record.shard))
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
        """Take back the alarms of what goes on again."""
        if freed := self._stuck & {(record.topic, record.shard) for record in records}:
            self._stuck -= freed
            stuck = {topic for topic, _ in self._stuck}
            for topic in {topic for topic, _ in freed} - stuck:
                self._metrics.stopped.labels(topic).set(0)
        going_on = {record.topic for record in records} & self._open
        for topic in going_on:
            self._metrics.breaker.labels(topic).set(0)
        calm = {topic for topic in going_on if self._breakers.calm(topic)}
        if not calm:
            return
        with contextlib.suppress(*database.TRANSIENT):  # then with the next batch
            async with self._database.transaction() as connection:
                for topic in calm:
                    if await self._breakers.close(connection, topic):
                        log.warning("breaker closed", extra={"data": {"topic": topic}})
            self._open -= calm

    async def _on_breaker(self, error: BreakerOpen) -> None:
        self._metrics.failures.labels("breaker").inc()
        log.error("breaker open: intake waits", extra={"data": {"topic": error.topic,
                                                                "code": error.code}})  # fmt: skip
        self._open.add(error.topic)
        with contextlib.suppress(*database.TRANSIENT):
            async with self._database.transaction() as connection:
                await self._breakers.open(connection, error)

    async def _on_failure(self, error: Exception, records: Sequence[Record]) -> None:
        transient = isinstance(error, database.TRANSIENT)
        self._metrics.failures.labels("transient" if transient else "unknown").inc()
        self._pause = min(self._pause * 2 or 0.1, self._settings.retry_max_s)
        log.log(
            logging.WARNING if transient else logging.ERROR,
            "batch will be tried again",
            exc_info=error,
            extra={"data": {"count": len(records), "seconds": self._pause}},
        )
        await self._wait(self._pause)

    async def _wait(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
