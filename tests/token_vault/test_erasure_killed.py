"""A vault that is killed while it erases what nobody bears: done once, and said once (C28)."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from contracts.events import AuditRecorded, NumbersQuestioned, NumbersUnborne
from contracts.topics import AUDIT_EVENTS, NUMBERS_QUESTIONS, SHARDS
from deploy.local.testing import TestStack
from services.token_vault.app import build
from services.token_vault.domain.numbers import token_bytes
from services.token_vault.settings import Settings
from tests.audit.publishing import Sender
from tests.token_vault.test_unborne import entered, told
from tests.token_vault.vaults import read, tls

pytestmark = pytest.mark.stack

ENTERED = 40
_KEY = 2_028
"""Of the advisory lock that stands for a moment in which the process dies."""
_SENT_AND_NOT_NOTED = f"""
create function waits_to_be_killed() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock({_KEY});
    return old;
end $$;
create trigger killed_here before delete on bus.outbox
    for each row execute function waits_to_be_killed();
"""
Moment = Callable[[asyncpg.Connection], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def erasing(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """Some numbers are erased, and the last one is waited for."""
    async with connection.transaction():
        await connection.execute(
            "select from token_vault.numbers where entered_at is not null"
            " order by token desc limit 1 for update"
        )
        yield


@asynccontextmanager
async def recording(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """All are erased, the record of it is not written."""
    async with connection.transaction():
        await connection.execute("lock table bus.outbox in share mode")
        yield


@asynccontextmanager
async def told_of(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """It is committed, and the record was sent; that it was sent is not noted."""
    await connection.execute(_SENT_AND_NOT_NOTED)
    await connection.execute("select pg_advisory_lock($1)", _KEY)
    try:
        yield
    finally:
        await connection.execute("select pg_advisory_unlock($1)", _KEY)
        await connection.execute("drop trigger killed_here on bus.outbox")


@pytest.mark.parametrize(
    ("moment", "erased"), [(erasing, 0), (recording, 0), (told_of, ENTERED)],
    ids=["erasing", "recording", "told-of"],
)  # fmt: skip
async def test_killed_in_the_middle_of_an_erasure(
    clean_stack: TestStack, moment: Moment, erased: int
) -> None:
    stack = clean_stack
    stack.services.make_vault_key()
    numbers = await numbers_of_staff(stack)
    with stack.serving("token_vault"):
        question = await questioned(stack)
        assert sorted(question.tokens) == sorted(numbers)
        answer = NumbersUnborne(
            question_id=question.question_id,
            entered_before=question.entered_before,
            tokens=question.tokens,
        )
        async with stack.database_server.superuser("token_vault") as connection:
            async with moment(connection):
                await Sender(stack, "identity").send([(answer.record_key, answer)])
                await waiting(stack)
                kill(stack)
            await left_alone(stack)
            assert await kept(stack, numbers) == ENTERED - erased
        stack.run_services(["token_vault"])
        await until(lambda: kept(stack, numbers), 0)
        (record,) = await recorded(stack, question)
        assert (record.count, record.number_accessed) == (ENTERED, True)
        assert record.details["stayed"] == 0
        # Whoever the register told of stays, and the same answer again erases and harms nothing.
        await Sender(stack, "identity", epoch=2).send([(answer.record_key, answer)])
        _, again = await recorded(stack, question, at_least=2)
        assert (again.count, again.details["stayed"]) == (0, ENTERED)
        assert await rows(stack, "select count(*) from token_vault.numbers") == 1
        assert await rows(stack, "select count(*) from bus.dead_letters") == 0
        stack.services.command("token_vault", "ask-unborne", "--after-hours", "1", what="asking")
        assert len(await questions(stack)) == 1, "nothing is left to ask about"


async def numbers_of_staff(stack: TestStack) -> list[str]:
    """The tokens of numbers that staff entered yesterday, beside one that the register told of."""
    settings = stack.settings(Settings, "token_vault", HTTP_PORT="0", LOG_LEVEL="WARNING")
    async with build(settings).opened() as service:
        tokens = [str(await entered(service, n)) for n in range(1, ENTERED + 1)]
        await told(service, ENTERED + 1)
    async with stack.database_server.superuser("token_vault") as connection:
        await connection.execute(
            "update token_vault.numbers set entered_at = entered_at - interval '1 day'"
            " where entered_at is not null"
        )
    return tokens


async def questioned(stack: TestStack) -> NumbersQuestioned:
    """The night's question, which is one."""
    stack.services.command("token_vault", "ask-unborne", "--after-hours", "1", what="asking")
    (question,) = await questions(stack)
    return question


async def questions(stack: TestStack) -> list[NumbersQuestioned]:
    found = await read_all(stack, "identity", NUMBERS_QUESTIONS.name, 1)
    return [NumbersQuestioned.model_validate_json(record.value) for record in found]


async def recorded(
    stack: TestStack, question: NumbersQuestioned, *, at_least: int = 1
) -> list[AuditRecorded]:
    """What audit hears of erasing by that question. The same event twice is one: its id says so."""
    found: dict[bytes, AuditRecorded] = {}
    for _ in range(20):
        for record in await read_all(stack, "audit", AUDIT_EVENTS.name, 1):
            event = AuditRecorded.model_validate_json(record.value)
            if event.details.get("job") == "erase_unborne":
                assert event.reference == question.question_id
                found[dict(record.headers)["ce_id"]] = event
        if len(found) >= at_least:
            break
    return list(found.values())


async def read_all(stack: TestStack, name: str, topic: str, count: int) -> list[Any]:
    """All of a topic from its beginning; waits for so many, and then for what more there is."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=stack.bootstrap,
        security_protocol="SSL",
        ssl_context=tls(stack, name),
        group_id=None,
        enable_auto_commit=False,
    )
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic, shard) for shard in range(SHARDS)])
        await consumer.seek_to_beginning()
        records = await read(consumer, count)
        return records + await read(consumer, 1_000_000, seconds=1.5)
    finally:
        await consumer.stop()


def kill(stack: TestStack) -> None:
    process = stack.running()["token_vault"]
    process.send(signal.SIGKILL)
    while process.alive():
        pass


async def rows(stack: TestStack, query: str, *values: Any) -> Any:
    async with stack.database_server.superuser("token_vault") as connection:
        return await connection.fetchval(query, *values)


async def kept(stack: TestStack, tokens: list[str]) -> int:
    """How many of these numbers are there, as anybody sees it who comes now."""
    found: int = await rows(
        stack,
        "select count(*) from token_vault.numbers where token = any($1::bytea[])",
        [token_bytes(token) for token in tokens],
    )
    return found


async def until(reached: Callable[[], Any], wanted: Any) -> None:
    found = None
    for _ in range(300):
        found = await reached()
        if found == wanted:
            return
        await asyncio.sleep(0.2)
    raise AssertionError(f"{found!r}, not {wanted!r}")


async def waiting(stack: TestStack) -> None:
    """Until the vault waits for what the test holds."""
    query = (
        "select count(*) > 0 from pg_stat_activity"
        " where datname = 'token_vault' and wait_event_type = 'Lock' and usename = 'token_vault'"
    )
    await until(lambda: rows(stack, query), True)


async def left_alone(stack: TestStack) -> None:
    """Until nothing of the process that was killed is left in the database."""
    query = (
        "select count(*) from pg_stat_activity"
        " where datname = 'token_vault' and usename = 'token_vault'"
    )
    await until(lambda: rows(stack, query), 0)
