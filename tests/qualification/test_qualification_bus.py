"""qualification between its neighbours on the real bus: facts in, one trace and one report out."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from contracts.events import QualificationChanged, QualificationReportable
from contracts.topics import PERSONS_EVENTS, QUALIFICATION_EVENTS
from deploy.local.testing import TestStack
from services.chassis.clock import SystemClock, japan_date
from services.chassis.records import Record
from tests.qualification.house import House
from tests.qualification.people import Life

pytestmark = pytest.mark.stack

TODAY = japan_date(SystemClock().now())
TRACE = f"00-{uuid4().hex}-{uuid4().hex[:16]}-01"


def newcomer() -> Life:
    birth = TODAY.replace(year=TODAY.year - 30, day=1) - timedelta(days=1)
    return Life(str(birth)).moves_in_from_abroad(str(TODAY))


def tls(stack: TestStack, name: str) -> ssl.SSLContext:
    folder = stack.layout.certs / name
    context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    context.load_cert_chain(folder / f"{name}.crt", folder / f"{name}.key")
    return context


async def send(stack: TestStack, records: list[Record]) -> None:
    """As identity does, all of one trace."""
    producer = AIOKafkaProducer(
        bootstrap_servers=stack.bootstrap,
        security_protocol="SSL",
        ssl_context=tls(stack, "identity"),
        enable_idempotence=True,
    )
    async with producer:
        for record in records:
            headers = [(name, value.encode()) for name, value in record.headers.items()]
            await producer.send_and_wait(
                PERSONS_EVENTS.name,
                record.body,
                key=(record.key or "").encode(),
                partition=record.shard,
                headers=[*headers, ("traceparent", TRACE.encode())],
            )


@asynccontextmanager
async def reader(stack: TestStack) -> AsyncIterator[AIOKafkaConsumer]:
    """As jps_reporting reads, from the beginning."""
    consumer = AIOKafkaConsumer(
        QUALIFICATION_EVENTS.name,
        bootstrap_servers=stack.bootstrap,
        security_protocol="SSL",
        ssl_context=tls(stack, "jps_reporting"),
        group_id=None,
        auto_offset_reset="earliest",
    )
    async with consumer:
        yield consumer


async def read(consumer: AIOKafkaConsumer, count: int) -> list[Any]:
    found: list[Any] = []
    async with asyncio.timeout(30):
        while len(found) < count:
            batches = await consumer.getmany(timeout_ms=200)
            found += [record for batch in batches.values() for record in batch]
    return found


async def test_newcomers_are_told_and_reported_once_each_though_all_is_sent_twice(
    clean_stack: TestStack,
) -> None:
    house = House(clean_stack, "qualification", str(TODAY))
    people = [uuid4() for _ in range(200)]
    records = house.records("identity", [(p, e) for p in people for e in newcomer().events(p)])
    async with house.service.running(), reader(clean_stack) as consumer:
        await send(clean_stack, records)
        await send(clean_stack, records)
        found = await read(consumer, 400)
        found += [r for batch in (await consumer.getmany(timeout_ms=1500)).values() for r in batch]
    types = [dict(record.headers)["ce_type"].decode() for record in found]
    assert types.count(QualificationChanged.TYPE) == 200
    assert types.count(QualificationReportable.TYPE) == 200
    assert {UUID(record.key.decode()) for record in found} == set(people)
    traces = {dict(record.headers)["traceparent"].decode().split("-")[1] for record in found}
    assert traces == {TRACE.split("-")[1]}


async def test_one_person_is_told_in_order(clean_stack: TestStack) -> None:
    house = House(clean_stack, "qualification", str(TODAY))
    person_id, life = uuid4(), Life("1996-05-05")
    for days in range(60, 10, -10):
        life.moves_in_from_abroad(str(TODAY - timedelta(days=days)))
        life.moves_abroad(str(TODAY - timedelta(days=days - 5)))
    records = house.records("identity", [(person_id, e) for e in life.events(person_id)])
    told: list[QualificationChanged] = []
    async with house.service.running(), reader(clean_stack) as consumer:
        await send(clean_stack, records)
        while not told or len(told[-1].periods) < 5 or told[-1].periods[-1].lost_on is None:
            told += [
                QualificationChanged.model_validate_json(record.value)
                for record in await read(consumer, 1)
                if dict(record.headers)["ce_type"].decode() == QualificationChanged.TYPE
            ]
    assert [event.timeline_version for event in told] == list(range(1, len(told) + 1))
    assert sorted(told, key=lambda event: len(event.periods)) == told
