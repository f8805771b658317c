"""On the real bus: facts come in, identity is asked and answers, the owners hear what was sent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from contracts.events import ItemForwarded, ItemOnMedium, LinkageAnswered, LinkageRequested
from contracts.topics import JPS_EVENTS, LINKAGE_REQUESTS, SHARDS, Topic
from deploy.local.testing import TestStack
from services.jps_reporting.app import build
from services.jps_reporting.settings import Settings
from tests.audit.publishing import Sender
from tests.jps_reporting.conftest import with_password
from tests.jps_reporting.house import SEALER, House
from tests.jps_reporting.making import reportable
from tests.token_vault import vaults

pytestmark = pytest.mark.stack

PEOPLE = 60


def type_of(record: Any) -> str:
    return str(dict(record.headers)["ce_type"].decode())


@asynccontextmanager
async def reading(stack: TestStack, name: str, topic: Topic) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer of a topic with the certificate of one that may read it, from its end on."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=stack.bootstrap,
        security_protocol="SSL",
        ssl_context=vaults.tls(stack, name),
        group_id=None,
        enable_auto_commit=False,
    )
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic.name, shard) for shard in range(SHARDS)])
        await consumer.seek_to_end()
        for shard in range(SHARDS):
            await consumer.position(TopicPartition(topic.name, shard))
        yield consumer
    finally:
        await consumer.stop()


async def until(house: House, sql: str, wanted: Any, *arguments: Any) -> None:
    """Wait until the one value of ``sql`` is what is wanted."""
    found: Any = None
    for _ in range(150):
        (row,) = await house.fetch(sql, *arguments)
        (found,) = row.values()
        if found == wanted:
            return
        await asyncio.sleep(0.2)
    raise AssertionError(f"{sql}: {found!r}, not {wanted!r}")


async def test_facts_in_requests_out_answers_in_items_forwarded(
    clean_stack: TestStack, vault: vaults.House
) -> None:
    stack = clean_stack
    settings = stack.settings(Settings, "jps_reporting", HTTP_PORT="0", LOG_LEVEL="WARNING")
    peers = {**settings.peers, "token_vault": vault.url}
    await with_password(vault)
    events = [reportable(person_id=uuid4()) for _ in range(PEOPLE)]
    async with (
        build(settings.model_copy(update={"peers": peers})).running() as service,
        reading(stack, "identity", LINKAGE_REQUESTS) as asked,
        reading(stack, "qualification", JPS_EVENTS) as heard,
    ):
        house = House(service, stack, vault)
        for index, event in enumerate(events[:3], 1):
            await house.number(event.person_id, index)
        qualification = Sender(stack, "qualification")
        await qualification.send([(str(event.person_id), event) for event in events])
        await until(house, "select count(*) from jps_reporting.items", PEOPLE)

        for event in events[3:]:
            house.answers[event.person_id] = house.answers[events[0].person_id]
        batch = (await house.build())["batch_id"]
        requests = [
            LinkageRequested.model_validate_json(record.value)
            for record in await vaults.read(asked, PEOPLE)
        ]
        assert {request.person_id for request in requests} == {e.person_id for e in events}
        replies: list[tuple[str, LinkageAnswered]] = [
            (str(request.person_id), house.reply(request)) for request in requests
        ]
        await Sender(stack, "identity").send(replies)
        state = "select state from jps_reporting.batches where batch_id = $1::uuid"
        await until(house, state, "checked", batch)

        assert (await house.seal(batch)).is_success
        assert (await house.call("POST", f"/batches/{batch}/send", SEALER)).is_success
        told = await vaults.read(heard, 2 * PEOPLE)
        made = [record for record in told if type_of(record) == ItemOnMedium.TYPE]
        on = [ItemOnMedium.model_validate_json(record.value) for record in made]
        assert {e.item_id for e in on if e.on_medium} == {event.item_id for event in events}
        records = [record for record in told if type_of(record) == ItemForwarded.TYPE]
        forwarded = [ItemForwarded.model_validate_json(record.value) for record in records]
        assert {e.item_id for e in forwarded} == {event.item_id for event in events}
        assert all(
            record.key.decode() == str(event.person_id)
            for record, event in zip(records, forwarded, strict=True)
        )
        letters = await house.fetch("select code from bus.dead_letters")
        assert not letters
