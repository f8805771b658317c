"""What the integration tests do to a vault: give it keys, hand it events, call it."""

import ssl
from collections.abc import Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, cast
from uuid import UUID, uuid4

import httpx
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from contracts.codes import ResidentChangeKind, ResidentKind, ResidentStatus, Sex
from contracts.dates import UncertainDate
from contracts.events import AuditRecorded, Event, ResidentChange, ResidentTokenised
from contracts.events.residents import Address, PersonName, ResidentRecord
from contracts.functions import Function
from contracts.keys import resident_key
from contracts.sealing import PublicSealingKey, SealedNumber, seal
from contracts.topics import AUDIT_EVENTS, INBOUND_RESIDENTS, RESIDENTS_TOKENISED, SHARDS
from deploy.local.testing import TestStack
from services.chassis import cloudevents
from services.chassis.packing import unpack
from services.chassis.received import Received
from services.chassis.service import Service
from services.chassis.staff_context import HEADER, Signer, StaffContext
from services.token_vault import key_management
from services.token_vault.keyring import Keys
from services.token_vault.settings import Settings
from services.token_vault.vault import Vault

REGISTER = "resident_register"


def vault_of(service: Service) -> Vault:
    return cast(Vault, service.state)


async def initialise(service: Service) -> list[str]:
    async with service.unit_of_work() as uow:
        return await key_management.initialise(
            uow,
            vault_of(service).keyring,
            cast(Settings, service.settings),
            new_passphrase=True,
        )


async def keys_of(service: Service) -> Keys:
    async with service.database.read() as connection:
        return await vault_of(service).load(connection)


async def public_key(service: Service) -> PublicSealingKey:
    active = (await keys_of(service)).sealing_active
    assert active is not None
    return active.public


def change(addressee: int, sealed: SealedNumber | None, version: int = 1) -> ResidentChange:
    """A resident change about nobody in particular."""
    return ResidentChange(
        record_version=version,
        change=ResidentChangeKind.MOVE_IN,
        changed_on=UncertainDate.exact(date(2026, 10, 1)),
        reported_on=date(2026, 10, 2),
        record=ResidentRecord(
            addressee_number=f"{addressee:010d}",
            household_number="1",
            name=PersonName(kanji="架空　花子", kana="カクウ　ハナコ"),
            birth_date=UncertainDate.exact(date(1990, 4, 1)),
            sex=Sex.FEMALE,
            resident_kind=ResidentKind.JAPANESE,
            resident_status=ResidentStatus.RESIDENT,
            address=Address(text="架空市中央一丁目1番1号"),
        ),
        sealed_number=sealed,
    )


def received(event: ResidentChange, event_id: UUID) -> Received[ResidentChange]:
    key = resident_key(REGISTER, event.record.addressee_number)
    return Received(
        event=event,
        key=key,
        event_id=event_id,
        type=event.TYPE,
        source=REGISTER,
        time=datetime.now(UTC),
        topic=INBOUND_RESIDENTS.name,
        shard=0,
        trace=None,
    )


def sealed_change(
    digits: str | None, public: PublicSealingKey, addressee: int
) -> Received[ResidentChange]:
    event_id = uuid4()
    sealed = seal(digits, public, sender=REGISTER, event_id=event_id) if digits else None
    return received(change(addressee, sealed), event_id)


async def take(service: Service, batch: Sequence[Received[Any]]) -> list[str | None]:
    """Hand a batch to the handler in a unit of work; return the tokens that left, in order."""
    events = await emitted(service, batch)
    return [e.individual_number_token for e in events if isinstance(e, ResidentTokenised)]


async def emitted(service: Service, batch: Sequence[Received[Any]]) -> list[Any]:
    """Hand a batch to the handler; return all that left with it."""
    async with service.unit_of_work() as uow:
        await service.handlers[INBOUND_RESIDENTS](batch, uow)
        return [event for event, *_ in uow._events]


async def outbox(service: Service) -> list[Any]:
    """All events that wait to be sent, parsed."""
    models: dict[str, type[Event]] = {
        RESIDENTS_TOKENISED.name: ResidentTokenised,
        AUDIT_EVENTS.name: AuditRecorded,
    }
    async with service.database.read() as connection:
        rows = await connection.fetch("select packed from bus.outbox order by seq")
    return [
        models[message.topic].model_validate_json(message.body)
        for row in rows
        for message in unpack(row["packed"])
    ]


def tls(stack: TestStack, name: str) -> ssl.SSLContext:
    folder = stack.layout.certs / name
    context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    context.load_cert_chain(folder / f"{name}.crt", folder / f"{name}.key")
    return context


@dataclass
class House:
    """A running vault among its neighbours."""

    service: Service
    stack: TestStack

    @property
    def url(self) -> str:
        assert self.service.listener is not None
        return f"https://localhost:{self.service.listener.port}"

    def client(self, peer: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url=self.url, verify=tls(self.stack, peer), trust_env=False, timeout=30
        )

    def staff_header(
        self, path: str, *functions: Function, staff_id: str = "s001", method: str = "POST"
    ) -> dict[str, str]:
        signer = Signer(self.stack.layout.certs / "gateway" / "staff_context.key")
        context = StaffContext(
            staff_id=staff_id,
            department="国保年金課",
            functions=frozenset(f.value for f in functions),
            session_id="session",
            terminal="terminal-1",
            request_id=str(uuid4()),
        )
        signed = signer.sign(
            context,
            service="token_vault",
            method=method,
            path=path,
            now=self.service.clock.now(),
        )
        return {HEADER: signed}

    @asynccontextmanager
    async def upstream(self) -> Any:
        """A producer with the resident register's certificate."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self.stack.bootstrap,
            security_protocol="SSL",
            ssl_context=tls(self.stack, REGISTER),
            enable_idempotence=True,
        )
        await producer.start()
        try:
            yield producer
        finally:
            await producer.stop()

    @asynccontextmanager
    async def reader(self, consumer: str, topic: str) -> Any:
        """A consumer of a whole topic with a consumer's certificate, from its present end on."""
        reader = AIOKafkaConsumer(
            bootstrap_servers=self.stack.bootstrap,
            security_protocol="SSL",
            ssl_context=tls(self.stack, consumer),
            group_id=None,
            enable_auto_commit=False,
        )
        await reader.start()
        try:
            reader.assign([TopicPartition(topic, shard) for shard in range(SHARDS)])
            await reader.seek_to_end()
            yield reader
        finally:
            await reader.stop()


async def publish(producer: AIOKafkaProducer, item: Received[ResidentChange]) -> None:
    """Send a change as the register does."""
    headers = [
        (name, value)
        for name, value in cloudevents.write(
            item.event_id, item.type, item.source, item.time, (1, 1), item.trace
        )
        if name != "ce_sequence"
    ]
    await producer.send_and_wait(
        INBOUND_RESIDENTS.name,
        item.event.model_dump_json().encode(),
        key=item.key.encode(),
        headers=headers,
    )


async def read(reader: AIOKafkaConsumer, count: int, seconds: float = 20) -> list[Any]:
    """So many raw records, or fewer where no more come in time."""
    records: list[Any] = []
    rounds = int(seconds / 0.5)
    for _ in range(rounds):
        for batch in (await reader.getmany(timeout_ms=500)).values():
            records += batch
        if len(records) >= count:
            break
    return records
