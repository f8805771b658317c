"""The house without its relays: every service that consumes takes in from the real bus, into its
real database, and what it would send stays in its outbox. So the only ones who write to the bus
are the tests, in whose name they like, and nothing has to be told apart.

It runs in a thread with an event loop of its own: hypothesis and schemathesis are synchronous.
"""

import asyncio
import importlib
import threading
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4

from aiokafka import AIOKafkaProducer

from contracts.events import Event
from contracts.sealing import PublicSealingKey
from contracts.topics import TOPICS, UPSTREAM, shard_of
from deploy.local.testing import TestStack
from services.chassis.dead_letter_commands import resolve
from services.chassis.received import Handler, Received
from services.chassis.records import Record
from services.chassis.service import Service
from services.chassis.unit_of_work import UnitOfWork
from tests.token_vault import vaults

T = TypeVar("T")
Header = tuple[str, bytes]
_TO_BE_NUMBERED = b"1.0"
CONSUMERS: tuple[str, ...] = tuple(
    sorted({service for topic in TOPICS.values() for service in topic.consumers})
)
PAIRS: tuple[tuple[str, str], ...] = tuple(
    (service, topic.name) for topic in TOPICS.values() for service in topic.consumers
)
"""(service, topic): everything that is consumed, from the contract."""


@dataclass(frozen=True)
class Sent:
    """A record as the tests put it on the bus."""

    topic: str
    key: bytes | None
    headers: tuple[Header, ...]
    body: bytes

    @property
    def shard(self) -> int:
        """Where the house would put it; strangers are put where the house puts nobody."""
        try:
            return shard_of((self.key or b"").decode())
        except UnicodeDecodeError:
            return 0

    @property
    def event_id(self) -> str:
        return dict(self.headers).get("ce_id", b"").decode("utf-8", "replace")


@dataclass
class Taken:
    """The events a handler was given, each where it stood the last time it was given."""

    order: dict[str, int] = field(default_factory=dict)

    def note(self, batch: Sequence[Received[Any]]) -> None:
        for received in batch:
            self.order.pop(str(received.event_id), None)
            self.order[str(received.event_id)] = len(self.order)

    def ids(self) -> list[str]:
        return list(self.order)


class House:
    """All consumers, running."""

    def __init__(self, stack: TestStack, folder: Path, **settings: str) -> None:
        self._stack = stack
        self._folder = folder
        self._more = settings
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="house", daemon=True)
        self._exits = AsyncExitStack()
        self._producers: dict[str, AIOKafkaProducer] = {}
        self._numbers: dict[tuple[str, str, int], int] = defaultdict(int)
        self._databases: list[str] = []
        self.services: dict[str, Service] = {}
        self.taken: dict[tuple[str, str], Taken] = defaultdict(Taken)
        self.key: PublicSealingKey

    def __enter__(self) -> "House":
        self._thread.start()
        self.do(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        self.do(self._exits.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._stack.drop_databases(self._databases)

    def do(self, work: Coroutine[Any, Any, T], seconds: float = 60) -> T:
        """Run something in the house's own loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(seconds)

    async def _start(self) -> None:
        for name in CONSUMERS:
            service = self.services[name] = self._service(name)
            if name == "token_vault":
                async with service.opened():
                    await vaults.initialise(service)
        await asyncio.gather(*(
            self._exits.enter_async_context(service.running())
            for service in self.services.values()
        ))  # fmt: skip
        self.key = await vaults.public_key(self.services["token_vault"])

    def _service(self, name: str) -> Service:
        database = self._stack.fresh_database(name)
        self._databases.append(database)
        more = {
            "DATABASE_NAME": database, "HTTP_PORT": "0", "TRACE_EXPORTER": "none",
            "RETRY_MAX_S": "1", "DATABASE_POOL": "4", **self._more,
        }  # fmt: skip
        if name == "token_vault":
            more["VAULT_KEY_FILE"] = str(self._folder / "keys" / "key-encryption.key")
            more["VAULT_PASSPHRASE_FILE"] = str(self._folder / "secrets" / "passphrase")
        settings = importlib.import_module(f"services.{name}.settings").Settings
        build = importlib.import_module(f"services.{name}.app").build
        service = cast(Service, build(self._stack.settings(settings, name, **more)))
        service._start_relay = _nothing  # type: ignore[method-assign,assignment]  # what is sent stays put
        handlers = service.intake._handlers
        service.intake._handlers = {
            topic: self._watched(handler, self.taken[name, topic])
            for topic, handler in handlers.items()
        }
        return service

    @staticmethod
    def _watched(handler: Handler, taken: Taken) -> Handler:
        async def watched(batch: Sequence[Received[Any]], uow: UnitOfWork) -> None:
            await handler(batch, uow)
            taken.note(batch)

        return watched

    # What the tests write

    def record(
        self,
        event: Event,
        *,
        key: str | None = None,
        source: str | None = None,
        event_id: UUID | None = None,
        body: bytes | None = None,
        **headers: bytes | None,
    ) -> Sent:
        """A record as its producer sends it, but for what is given here. A header that is None
        is left out."""
        source = source or event.TOPIC.producers[0]
        key = key or event.record_key or source
        fields: dict[str, bytes | None] = {
            "ce_specversion": b"1.0",
            "ce_id": str(event_id or uuid4()).encode(),
            "ce_type": event.TYPE.encode(),
            "ce_source": source.encode(),
            "ce_time": datetime.now(UTC).isoformat().encode(),
        }
        if source not in UPSTREAM:
            fields["ce_sequence"] = _TO_BE_NUMBERED
        fields |= headers
        return Sent(
            event.TOPIC.name,
            key.encode(),
            tuple((name, value) for name, value in fields.items() if value is not None),
            event.model_dump_json().encode() if body is None else body,
        )

    def send(self, records: Iterable[Sent]) -> None:
        """Put records on the bus, in order within a topic, and numbered in this order: the same
        record twice has the same number."""
        numbered: dict[int, Sent] = {}
        order = list(records)
        for record in order:
            if id(record) not in numbered:
                numbered[id(record)] = self._number(record)
        self.do(self._send([numbered[id(record)] for record in order]))

    def _number(self, record: Sent) -> Sent:
        headers = dict(record.headers)
        if headers.get("ce_sequence") != _TO_BE_NUMBERED:
            return record
        # A lane is the real sender's, also where the record bears another's name.
        lane = TOPICS[record.topic].producers[0], record.topic, record.shard
        if headers["ce_source"].decode() == lane[0]:
            self._numbers[lane] += 1
        headers["ce_sequence"] = b"1.%d" % self._numbers[lane]
        return replace(record, headers=tuple(headers.items()))

    async def _send(self, records: Sequence[Sent]) -> None:
        by_writer: dict[str, list[Sent]] = defaultdict(list)
        for record in records:
            by_writer[TOPICS[record.topic].producers[0]].append(record)
        for writer, own in by_writer.items():
            producer = await self._producer(writer)
            sent = [
                await producer.send(
                    r.topic, r.body, key=r.key, headers=list(r.headers), partition=r.shard
                )
                for r in own
            ]
            await asyncio.gather(*sent)

    async def _producer(self, writer: str) -> AIOKafkaProducer:
        if writer not in self._producers:
            self._producers[writer] = producer = AIOKafkaProducer(
                bootstrap_servers=self._stack.bootstrap,
                security_protocol="SSL",
                ssl_context=self._tls(writer),
                acks="all",
                enable_idempotence=True,
                max_request_size=2 * 1024 * 1024,
            )
            await self._exits.enter_async_context(producer)
        return self._producers[writer]

    def _tls(self, name: str) -> Any:
        settings = next(iter(self.services.values())).settings
        certs = self._stack.layout.certs / name
        return settings.model_copy(update={"certs_dir": certs}).client_tls(name)

    # What became of it

    def until(self, holds: Callable[[], Awaitable[bool]], seconds: float = 300) -> None:
        """Wait for something to become so."""

        async def wait() -> None:
            async with asyncio.timeout(seconds):
                while not await holds():  # noqa: ASYNC110  what is waited for tells nobody
                    await asyncio.sleep(0.05)

        self.do(wait(), seconds + 5)

    def settled(self, topics: Iterable[str] = TOPICS, seconds: float = 300) -> None:
        """Wait until every record of these topics is acknowledged by all who consume them."""
        wanted = set(topics)

        async def holds() -> bool:
            for service in self.services.values():
                if wanted.isdisjoint(topic.name for topic in service.handlers):
                    continue
                assert service._consumer is not None
                consumer = service._consumer.subscriber.consumer
                if consumer is None or not (assigned := consumer.assignment()):
                    return False
                wanted_here = [p for p in assigned if p.topic in wanted]
                for partition, end in (await consumer.end_offsets(wanted_here)).items():
                    if (await consumer.committed(partition) or 0) < end:
                        return False
            return True

        self.until(holds, seconds)

    def rows(self, service: str, sql: str, *values: Any) -> list[dict[str, Any]]:
        """Read a service's database."""

        async def read() -> list[dict[str, Any]]:
            async with self.services[service].database.read() as connection:
                return [dict(row) for row in await connection.fetch(sql, *values)]

        return self.do(read())

    def execute(self, service: str, sql: str, *values: Any) -> None:
        """One statement as the role that the service runs as."""

        async def run() -> None:
            async with self.services[service].database.transaction() as connection:
                await connection.execute(sql, *values)

        self.do(run())

    def letters(self, service: str) -> dict[str, dict[str, Any]]:
        """The open dead letters by event id (those without one by their topic and offset)."""
        rows = self.rows(
            service, "select * from bus.dead_letters where state in ('parked', 'waiting')"
        )
        return {
            row["headers"].get("ce_id") or f"{row['topic']}/{row['kafka_offset']}": row
            for row in rows
        }

    def replay(self, service: str, letter: int, body: bytes | None = None) -> Any:
        """As an operator does."""
        return self.do(resolve(self.services[service], letter, body=body, by="operator:test"))

    def discard(self, service: str, letter: int) -> Any:
        """As an operator does."""
        return self.do(
            resolve(self.services[service], letter, discard="garbage", by="operator:test")
        )

    def take(self, service: str, records: Sequence[Record]) -> Any:
        """Hand records to a service's intake, as its consumer does."""
        return self.do(self.services[service].intake.take(records))


async def _nothing(_exits: AsyncExitStack) -> None:
    """No relay."""
