"""The relay: from the outbox onto the bus, in order, nothing lost.

One instance of a service relays at a time: who holds the advisory lock. Rows are read in ``seq``
order without a remembered cursor, sent, and deleted once every message of theirs is acknowledged.
Rows that share a lane were numbered under the lane's row lock, so their order is that of their
commits. After a crash rows are sent again with the same numbers, and consumers drop what they
have; an old relay that was cut off and a new one may overlap, and still every lane's log holds
the numbers in order up to repeats.

The bare aiokafka producer is used, not FastStream's: it keeps the stored trace context and
chooses the partition. Of each lane one batch is under way at a time: were there more, one that
fails for good could leave a hole that the next one closes over, and numbers that come late are
taken for duplicates. A send that times out has an unknown outcome, so the producer is thrown away
with what it may still hold, and the rows are sent again.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Iterable, Sequence

import asyncpg
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from services.chassis import database
from services.chassis.handover import Handover
from services.chassis.metrics import Metrics
from services.chassis.packing import Message, unpack
from services.chassis.settings import ServiceSettings

log = logging.getLogger(__name__)

_LOCK = 0x6E656E6B  # "nenk"
_READ = """
select seq, case when seq = any($2::bigint[]) then null else packed end as packed
from bus.outbox order by seq limit $1
"""
_DELETE = "delete from bus.outbox where seq = any($1::bigint[])"
_ROWS_AT_ONCE = 8
_BATCH_BYTES = 512 * 1024
_FIRST_PAUSE_S = 0.2
_OTHERS_S = 60
_START_TIMEOUT_S = 20
_DATABASE_TIMEOUT_S = 30


class Relay:
    """Run ``run`` as a task; call ``wake`` after a commit."""

    def __init__(
        self, settings: ServiceSettings, metrics: Metrics, handover: Handover | None = None
    ) -> None:
        self._settings = settings
        self._metrics = metrics
        self._handover = handover or Handover()
        self._wake = asyncio.Event()
        self._stopping = False
        self._producer: AIOKafkaProducer | None = None
        self._pause = _FIRST_PAUSE_S
        self._others_until = 0.0

    def wake(self) -> None:
        """There is something to send."""
        self._wake.set()

    def stop(self) -> None:
        """Send what is there, then end."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Relay until stopped; every error is waited out and tried again."""
        while True:
            try:
                await self._session()
                return
            except Exception as error:
                transient = isinstance(error, (*database.TRANSIENT, KafkaError))
                log.log(
                    logging.WARNING if transient else logging.ERROR,
                    "relay interrupted",
                    exc_info=error,
                    extra={"data": {"seconds": self._pause}},
                )
            finally:
                self._metrics.relaying.set(0)
                await self._drop_producer()
            if self._stopping:
                return
            await asyncio.sleep(self._pause)
            self._pause = min(self._pause * 2, 5.0)

    async def _session(self) -> None:
        # Idle for longer than any send takes: this process stands still. Another may relay then.
        idle = _START_TIMEOUT_S + self._settings.send_timeout_s + 10
        connection = await database.connect(
            self._settings,
            command_timeout=_DATABASE_TIMEOUT_S,
            server_settings={
                "idle_session_timeout": f"{idle}s",
                # All it writes is that rows went out. If the server forgets, they go out again.
                "synchronous_commit": "off",
            },
        )
        try:
            while not await connection.fetchval("select pg_try_advisory_lock($1)", _LOCK):
                if self._stopping:
                    return
                await self._sleep()
            self._metrics.relaying.set(1)
            self._handover.open()
            while await self._send_some(connection) or not self._stopping:
                pass
        finally:
            self._handover.close()
            with contextlib.suppress(*database.TRANSIENT, TimeoutError):
                await connection.close(timeout=2)

    async def _sleep(self) -> None:
        self._wake.clear()
        seconds = self._settings.outbox_poll_ms / 1000
        if time.monotonic() > self._others_until:
            seconds *= 5
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)

    async def _send_some(self, connection: asyncpg.Connection) -> bool:
        self._wake.clear()
        rows = await connection.fetch(_READ, _ROWS_AT_ONCE, self._handover.known())
        if not rows:
            self._metrics.outbox_rows.set(0)
            self._metrics.outbox_age.set(0)
            if not self._stopping and not self._wake.is_set():
                await self._sleep()
            return False
        async with asyncio.timeout(_START_TIMEOUT_S):
            producer = await self._started()
        self._handover.forget_before(rows[0]["seq"])
        messages = [message for row in rows for message in self._messages(row)]
        async with asyncio.timeout(self._settings.send_timeout_s):
            await _send(producer, messages)
        await connection.execute(_DELETE, [row["seq"] for row in rows])
        self._metrics.sent.inc(len(messages))
        self._pause = _FIRST_PAUSE_S
        return True

    def _messages(self, row: asyncpg.Record) -> Iterable[Message]:
        known = self._handover.take(row["seq"])
        if row["packed"] is not None:
            self._others_until = time.monotonic() + _OTHERS_S
            return unpack(row["packed"])
        if known is None:
            raise RuntimeError("a row was left out that is not at hand")
        return known

    async def _started(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._settings.kafka_bootstrap,
                client_id=f"{self._settings.service}-{self._settings.instance}-relay",
                security_protocol="SSL",
                ssl_context=self._settings.client_tls(),
                acks="all",
                enable_idempotence=True,
                max_batch_size=_BATCH_BYTES,
                request_timeout_ms=10_000,
            )
            # Kept before it is started: a start that fails half-way is closed like any other.
            self._producer = producer
            await producer.start()
        return self._producer

    async def _drop_producer(self) -> None:
        """Close without sending what is unsent: the rows are still in the outbox."""
        producer, self._producer = self._producer, None
        if producer is None:
            return
        # aiokafka's own way to close is to send all that is left, however long the brokers take;
        # cut short, it leaves its sender running for ever.
        producer._closed = True  # noqa: SLF001  see above
        ending = [asyncio.create_task(producer.client.close())]
        sender = producer._sender.sender_task  # noqa: SLF001  see above
        if sender is not None:
            sender.cancel()
            ending.append(sender)
        await asyncio.wait(ending, timeout=5)


async def _send(producer: AIOKafkaProducer, messages: Sequence[Message]) -> None:
    """Send messages, in order for each lane, and return when all of them are acknowledged."""
    lanes: dict[tuple[str, int], list[Message]] = {}
    for message in messages:
        lanes.setdefault((message.topic, message.shard), []).append(message)
    while lanes:
        under_way = []
        for (topic, shard), waiting in list(lanes.items()):
            batch = producer.create_batch()
            taken = 0
            for message in waiting:
                if not batch.append(
                    key=message.key,
                    value=message.body,
                    timestamp=None,
                    headers=list(message.headers),
                ):
                    break
                taken += 1
            batch.close()
            under_way.append(await producer.send_batch(batch, topic, partition=shard))
            if taken == len(waiting):
                del lanes[topic, shard]
            else:
                lanes[topic, shard] = waiting[taken:]
        outcomes = await asyncio.gather(*under_way, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
