"""Two toy services on the real bus: one passes resident changes on, the other notes them down."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaProducer

from contracts.events import ResidentChange, ResidentTokenised
from contracts.keys import resident_key
from contracts.topics import INBOUND_RESIDENTS, RESIDENTS_TOKENISED, Topic, consumed_by
from deploy.local.testing import TestStack
from deploy.upstream.city import residents
from deploy.upstream.publisher import Bus
from services.chassis.received import Received, Rejected, Rejection
from services.chassis.service import Service
from services.chassis.settings import ServiceSettings
from services.chassis.unit_of_work import UnitOfWork

BAD = 999
"""A record version that the first toy refuses."""
POISON = 666
"""A record version at which it fails, as code with an error does."""

_DAY = date(2026, 10, 1)
RECORD = next(residents(1, today=_DAY)).record


class Toys:
    """What the toys saw and how they are told to behave."""

    def __init__(self, stack: TestStack) -> None:
        self.stack = stack
        self.seen: list[tuple[str, int]] = []
        self.takes_s = 0.0
        self.poisoned = True

    def passing(self, instance: str = "0", **settings: str) -> Service:
        """Stands where the vault stands: inbound to tokenised, refusing ``BAD``."""
        handlers: dict[Topic, Any] = dict.fromkeys(consumed_by("token_vault"), self._nothing)
        handlers[INBOUND_RESIDENTS] = self._pass
        return self._service("token_vault", instance, handlers, settings)

    def noting(self, instance: str = "0", **settings: str) -> Service:
        """Stands where identity stands: notes (name, version)."""
        handlers: dict[Topic, Any] = dict.fromkeys(consumed_by("identity"), self._nothing)
        handlers[RESIDENTS_TOKENISED] = self._note
        return self._service("identity", instance, handlers, settings)

    def _service(
        self, name: str, instance: str, handlers: dict[Any, Any], more: dict[str, str]
    ) -> Service:
        settings = self.stack.settings(
            ServiceSettings,
            name,
            HTTP_PORT="0",
            INSTANCE=instance,
            TRACE_EXPORTER="none",
            # A static member that has gone keeps its partitions so long.
            SESSION_TIMEOUT_MS="3000",
            **more,
        )
        return Service(settings=settings, migrations=Path("none"), handlers=handlers)

    async def _pass(self, batch: Sequence[Received[ResidentChange]], uow: UnitOfWork) -> None:
        await asyncio.sleep(self.takes_s)
        bad = [r for r in batch if r.event.record_version == BAD]
        if bad:
            raise Rejected([Rejection(r, "XX-1001", "a bad version") for r in bad])
        if self.poisoned and any(r.event.record_version == POISON for r in batch):
            raise ZeroDivisionError
        for received in batch:
            items = received.event.model_dump(exclude={"sealed_number"})
            event = ResidentTokenised.model_validate({**items, "individual_number_token": None})
            uow.emit(event, key=received.key, cause=received)

    async def _note(self, batch: Sequence[Received[ResidentTokenised]], _uow: UnitOfWork) -> None:
        self.seen += [(r.event.record.addressee_number, r.event.record_version) for r in batch]

    async def _nothing(self, _batch: Sequence[Received[Any]], _uow: UnitOfWork) -> None:
        """Takes what comes."""

    async def publish(self, changes: Sequence[tuple[str, int]]) -> None:
        """Send (name, version) changes as the resident register; names are addressee numbers."""
        bus = Bus(self.stack.bootstrap, self.stack.layout.certs / "resident_register")
        producer = AIOKafkaProducer(
            bootstrap_servers=bus.bootstrap, security_protocol="SSL", ssl_context=bus.tls(),
            acks="all", enable_idempotence=True,
        )  # fmt: skip
        async with producer:
            sent = [
                await producer.send(
                    INBOUND_RESIDENTS.name,
                    body(version, name),
                    key=key_of(name).encode(),
                    headers=headers(),
                )
                for name, version in changes
            ]
            await asyncio.gather(*sent)


def key_of(name: str) -> str:
    """The record key of the resident who has this name here."""
    return resident_key("resident_register", name)


def body(version: int, name: str = "k") -> bytes:
    """A resident change of this version, on the wire."""
    event = ResidentChange.model_validate(
        {
            "record_version": version,
            "change": "snapshot",
            "changed_on": RECORD.birth_date,
            "reported_on": _DAY,
            "record": RECORD.model_copy(update={"addressee_number": name}),
            "sealed_number": None,
        }
    )
    return event.model_dump_json().encode()


def tokenised(version: int) -> bytes:
    """The same as the vault passes it on."""
    event = ResidentTokenised.model_validate(
        {
            "record_version": version,
            "change": "snapshot",
            "changed_on": RECORD.birth_date,
            "reported_on": _DAY,
            "record": RECORD,
            "individual_number_token": None,
        }
    )
    return event.model_dump_json().encode()


def headers() -> list[tuple[str, bytes]]:
    """The headers of one upstream event."""
    return [
        ("ce_specversion", b"1.0"),
        ("ce_id", str(uuid4()).encode()),
        ("ce_type", ResidentChange.TYPE.encode()),
        ("ce_source", b"resident_register"),
        ("ce_time", datetime.now(UTC).isoformat().encode()),
    ]


async def running(stack: AsyncExitStack, *services: Service) -> None:
    """Start services side by side; the exit stack stops them."""
    for service in services:
        await stack.enter_async_context(service.running())


async def until(true: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for something to become so."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110  what is waited for tells nobody
            await asyncio.sleep(0.05)
