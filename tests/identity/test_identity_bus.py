"""identity on the bus: from the vault to the neighbours, through crashes, and linkage."""

import asyncio
import os
import signal
import ssl
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from contracts.events import (
    Event,
    LinkageAnswered,
    LinkageItem,
    LinkageOutcome,
    LinkagePurpose,
    LinkageRequested,
    PensionColumns,
    PensionColumnsChanged,
    PersonChanged,
    ResidentPensionChanged,
    ResidentTokenised,
)
from contracts.events.residents import PersonName
from contracts.topics import (
    LINKAGE_REPLIES_JPS_REPORTING,
    OUTBOUND_RESIDENT_REGISTER,
    PERSONS_EVENTS,
    SHARDS,
    Topic,
)
from deploy.local.testing import TestStack
from tests.audit.publishing import Sender
from tests.identity.house import House
from tests.identity.people import Kind, became, key_of, token, told

pytestmark = pytest.mark.stack

PEOPLE = 600
SINCE_2020 = became("2020-04-01")


def lives() -> list[tuple[str, ResidentTokenised]]:
    """Everybody moves in, half change their name, all move out: two events each for neighbours."""
    events = []
    for version in (1, 2, 3):
        for n in range(PEOPLE):
            number, one = f"{n:015d}", token(n + 1)
            if version == 1:
                event = told(Kind.MOVE_IN, "2020-04-01", number=number, number_token=one)
            elif version == 3:
                event = told(Kind.MOVE_OUT, "2026-03-31", version=3, became=SINCE_2020,
                             number=number, number_token=one)  # fmt: skip
            elif n % 2:
                event = told(Kind.NAME_CHANGE, version=2, became=SINCE_2020, number=number,
                             number_token=one, name=PersonName(kanji="佐藤"))  # fmt: skip
            else:
                continue
            events.append((key_of(event), event))
    return events


@asynccontextmanager
async def reading(stack: TestStack, reader: str, topic: Topic) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer of a whole topic, with the certificate of one of its readers."""
    folder = stack.layout.certs / reader
    tls = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    tls.load_cert_chain(folder / f"{reader}.crt", folder / f"{reader}.key")
    consumer = AIOKafkaConsumer(
        bootstrap_servers=stack.bootstrap,
        security_protocol="SSL",
        ssl_context=tls,
        group_id=None,
        enable_auto_commit=False,
    )
    async with consumer:
        partitions = [TopicPartition(topic.name, shard) for shard in range(SHARDS)]
        consumer.assign(partitions)
        await consumer.seek_to_end(*partitions)
        yield consumer


async def read(
    consumer: AIOKafkaConsumer, kind: type[Event], enough: Callable[[int], bool]
) -> list[Event]:
    """Events of one type without the repeats that a crash of the sender brings."""
    seen: dict[str, Event] = {}
    async with asyncio.timeout(60):
        while not enough(len(seen)):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                for record in records:
                    headers = dict(record.headers)
                    place = f"{record.partition} {headers['ce_sequence'].decode()}"
                    if headers["ce_type"].decode() != kind.TYPE:
                        continue
                    event = kind.model_validate_json(record.value)
                    assert seen.setdefault(place, event) == event
    return list(seen.values())


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await true():  # noqa: ASYNC110 - a database: nothing tells
            await asyncio.sleep(0.02)


async def test_killed_in_the_middle_nothing_is_lost_and_nothing_is_twice(
    clean_stack: TestStack,
) -> None:
    stack, sender = clean_stack, Sender(clean_stack, "token_vault")
    house = House(stack, "identity")
    events = lives()
    third = len(events) // 3
    async with (
        house.service.opened(),
        reading(stack, "qualification", PERSONS_EVENTS) as neighbour,
    ):

        async def kept() -> int:
            (row,) = await house.rows("select count(*) as n from identity.record_versions")
            return int(row["n"])

        for part in (events[:third], events[third : 2 * third]):
            await asyncio.to_thread(stack.run_services, ("identity",))
            before = await kept()
            await sender.send(part)

            async def some(before: int = before) -> bool:
                return await kept() > before

            await until(some)
            process = stack.running()["identity"]
            os.kill(process.pid, signal.SIGKILL)
            while process.alive():  # noqa: ASYNC110 - another process: nothing tells
                await asyncio.sleep(0.01)
        await sender.send(events[2 * third :])
        await asyncio.to_thread(stack.run_services, ("identity",))
        try:
            views = await read(neighbour, PersonChanged, lambda n: n >= 2 * PEOPLE)
        finally:
            await asyncio.to_thread(stack.stop_services, ("identity",))
        assert await kept() == len(events)
        (left,) = await house.rows(
            "select count(*) as n from identity.residents where resident_status = '2'"
        )
        assert left == {"n": PEOPLE}
    versions: dict[UUID, list[int]] = defaultdict(list)
    for view in views:
        assert isinstance(view, PersonChanged)
        versions[view.person_id].append(view.person_version)
    assert len(versions) == PEOPLE
    assert all(told_of == [1, 2] for told_of in versions.values())


async def test_a_question_is_answered_to_the_asker(clean_stack: TestStack) -> None:
    stack = clean_stack
    house = House(stack, "identity")
    async with (
        reading(stack, "jps_reporting", LINKAGE_REPLIES_JPS_REPORTING) as replies,
        house.service.running(),
    ):
        event = told(Kind.MOVE_IN)
        await Sender(stack, "token_vault").send([(key_of(event), event)])

        async def known() -> bool:
            return bool(await house.rows("select 1 from identity.residents"))

        await until(known)
        person_id = await house.person_id()
        request = LinkageRequested(
            request_id=uuid4(),
            person_id=person_id,
            purpose=LinkagePurpose.REPORT_TO_JPS,
            items=(LinkageItem.NAME,),
            reference=uuid4(),
        )
        await Sender(stack, "claims").send([(str(person_id), request)])
        await Sender(stack, "jps_reporting").send([(str(person_id), request)])
        (answer,) = await read(replies, LinkageAnswered, lambda n: n >= 1)
    assert isinstance(answer, LinkageAnswered)
    assert answer.outcome is LinkageOutcome.ANSWERED
    assert answer.answer is not None
    assert answer.answer.name == event.record.name
    assert answer.answer.address is None


async def test_the_register_reads_what_became_of_its_residents_pension(
    clean_stack: TestStack,
) -> None:
    """Over the real bus: qualification tells by person id, the register reads by its own number,
    with its own certificate."""
    stack = clean_stack
    house = House(stack, "identity")
    async with (
        reading(stack, "resident_register", OUTBOUND_RESIDENT_REGISTER) as register,
        house.service.running(),
    ):
        event = told(Kind.MOVE_IN)
        await Sender(stack, "token_vault").send([(key_of(event), event)])

        async def known() -> bool:
            return bool(await house.rows("select 1 from identity.residents"))

        await until(known)
        person_id = await house.person_id()
        insured = PensionColumns(insured=True, basic_pension_number="1234567890")
        changed = [
            PensionColumnsChanged(person_id=person_id, columns_version=n, columns=columns)
            for n, columns in enumerate((insured, insured, PensionColumns(insured=False)), 1)
        ]
        await Sender(stack, "qualification").send([(str(person_id), e) for e in changed])
        messages: list[ResidentPensionChanged] = []
        while not messages or messages[-1].columns != changed[-1].columns:
            for message in await read(register, ResidentPensionChanged, lambda n: n >= 1):
                assert isinstance(message, ResidentPensionChanged)
                messages.append(message)
    assert {message.addressee_number for message in messages} == {event.record.addressee_number}
    assert [message.version for message in messages] == list(range(1, len(messages) + 1))
    # In one batch only the last is told; in two, both. The same twice never is.
    assert len(messages) in (1, 2)
