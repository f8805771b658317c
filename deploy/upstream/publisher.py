"""Publishing changes: seal the number, write the CloudEvent, send it under the resident's key."""

import asyncio
import os
import secrets
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4

from aiokafka import AIOKafkaProducer

from contracts.codes import ResidentChangeKind
from contracts.events import FeedRecord, ResidentChange, SupportMeasureRecorded
from contracts.sealing import PublicSealingKey, seal
from contracts.topics import INBOUND_RESIDENTS, UPSTREAM_REGISTER
from deploy.upstream.day import Change


@dataclass(frozen=True)
class Bus:
    """Where to publish, and as whom."""

    bootstrap: str
    certs_dir: Path

    @classmethod
    def from_environment(cls) -> "Bus":
        """``NENKIN_KAFKA_BOOTSTRAP`` and ``NENKIN_CERTS_DIR``."""
        return cls(os.environ["NENKIN_KAFKA_BOOTSTRAP"], Path(os.environ["NENKIN_CERTS_DIR"]))

    def of(self, name: str) -> "Bus":
        """The same bus as another system sees it, whose certificate lies beside this one's."""
        return replace(self, certs_dir=self.certs_dir.parent / name)

    def tls(self, name: str = UPSTREAM_REGISTER) -> ssl.SSLContext:
        """A context that presents ``name``'s certificate."""
        context = ssl.create_default_context(cafile=str(self.certs_dir / "ca.pem"))
        context.load_cert_chain(self.certs_dir / f"{name}.crt", self.certs_dir / f"{name}.key")
        return context

    @asynccontextmanager
    async def producers(self) -> AsyncIterator[Callable[[str], Awaitable[AIOKafkaProducer]]]:
        """A producer for each system that is asked for, all ended at the end."""
        async with AsyncExitStack() as exits:
            known: dict[str, AIOKafkaProducer] = {}

            async def producer_of(name: str) -> AIOKafkaProducer:
                if name not in known:
                    known[name] = await exits.enter_async_context(self.of(name).producer(name))
                return known[name]

            yield producer_of

    def producer(self, name: str = UPSTREAM_REGISTER) -> AIOKafkaProducer:
        """What sends as ``name``: nothing lost, nothing doubled, some dozen events a request."""
        return AIOKafkaProducer(
            bootstrap_servers=self.bootstrap,
            client_id=name,
            security_protocol="SSL",
            ssl_context=self.tls(name),
            acks="all",
            enable_idempotence=True,
            linger_ms=10,
            max_batch_size=512 * 1024,
        )


@dataclass(frozen=True)
class Published:
    """What was sent: how many, in how long, and the trace ids by (kind, addressee number)."""

    count: int
    seconds: float
    traces: Mapping[tuple[ResidentChangeKind, str], str]


def event_of(
    change: Change, event_id: UUID, key: PublicSealingKey, reported_on: date
) -> ResidentChange:
    """The event for one change, its number sealed to this event and this sender."""
    resident = change.resident
    sealed = seal(resident.number, key, sender=UPSTREAM_REGISTER, event_id=event_id)
    return ResidentChange(
        record_version=resident.version,
        change=change.kind,
        changed_on=resident.record.birth_date.exact(change.on),
        reported_on=reported_on,
        record=resident.record,
        sealed_number=sealed,
    )


async def publish(
    changes: Iterable[Change],
    bus: Bus,
    key: PublicSealingKey,
    *,
    reported_on: date,
    trace_every: int = 0,
    progress: Callable[[int], None] = lambda _count: None,
) -> Published:
    """Send all changes and wait for the broker's word on each; every ``trace_every``-th is traced.

    Raises ``KafkaError`` if one is not taken: then publish again, older versions do no harm.
    """
    sending = _Sending(progress)
    traces: dict[tuple[ResidentChangeKind, str], str] = {}
    async with bus.producer() as producer:
        for change in changes:
            event_id = uuid4()
            traced = trace_every and sending.count % trace_every == 0
            traceparent = _traceparent() if traced else None
            if traceparent:
                place = change.kind, change.resident.record.addressee_number
                traces[place] = traceparent.split("-")[1]
            event = event_of(change, event_id, key, reported_on)
            await sending.add(
                await producer.send(
                    INBOUND_RESIDENTS.name,
                    event.model_dump_json().encode(),
                    key=event.record_key.encode(),
                    headers=headers_of(event_id, event.TYPE, traceparent),
                )
            )
        await sending.settle()
    return Published(sending.count, sending.seconds, traces)


async def publish_feeds(
    records: Iterable[FeedRecord | SupportMeasureRecorded],
    bus: Bus,
    *,
    progress: Callable[[int], None] = lambda _count: None,
) -> Published:
    """Send records of the integrated database and support measures, each as the system it is of.

    Raises ``KafkaError`` if one is not taken: then publish again, the same version is dropped.
    """
    sending = _Sending(progress)
    async with bus.producers() as producer_of:
        for record in records:
            producer = await producer_of(record.source)
            await sending.add(
                await producer.send(
                    record.TOPIC.name,
                    record.model_dump_json().encode(),
                    key=record.record_key.encode(),
                    headers=headers_of(uuid4(), record.TYPE, source=record.source),
                )
            )
        await sending.settle()
    return Published(sending.count, sending.seconds, {})


class _Sending:
    """What is on its way to the broker: counted, and waited for by the thousand."""

    def __init__(self, progress: Callable[[int], None]) -> None:
        self.count = 0
        self._progress = progress
        self._pending: list[Awaitable[object]] = []
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return time.monotonic() - self._began

    async def add(self, sent: Awaitable[object]) -> None:
        """One more; raises ``KafkaError`` where one before was not taken."""
        self.count += 1
        self._pending.append(sent)
        if len(self._pending) == 1_000:
            await self.settle()

    async def settle(self) -> None:
        """The broker's word on all of them."""
        await asyncio.gather(*self._pending)
        self._pending.clear()
        self._progress(self.count)


def headers_of(
    event_id: UUID, type_: str, traceparent: str | None = None, *, source: str = UPSTREAM_REGISTER
) -> list[tuple[str, bytes]]:
    """The headers of an upstream system's event."""
    headers = [
        ("content-type", b"application/json"),
        ("ce_specversion", b"1.0"),
        ("ce_id", str(event_id).encode()),
        ("ce_type", type_.encode()),
        ("ce_source", source.encode()),
        ("ce_time", datetime.now(UTC).isoformat().encode()),
    ]
    if traceparent:
        headers.append(("traceparent", traceparent.encode()))
    return headers


def _traceparent() -> str:
    """A sampled trace that begins here; the register itself records no span."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"
