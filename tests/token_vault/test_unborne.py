"""A number that staff entered and nobody bears is erased (C28); one that anybody bears never is."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from contracts.events import AuditRecorded, NumbersQuestioned, NumbersUnborne
from contracts.numbers import synthetic_individual_number as digits
from contracts.topics import NUMBERS_QUESTIONS
from services.chassis.clock import FixedClock
from services.chassis.packing import unpack
from services.chassis.received import Received
from services.chassis.service import Service
from services.token_vault import unborne
from services.token_vault.domain.numbers import IndividualNumber, Token, token_bytes
from tests.token_vault.vaults import public_key, sealed_change, take, vault_of

pytestmark = pytest.mark.stack
DAY = timedelta(hours=24)


async def entered(service: Service, n: int) -> Token:
    """The token of a number that staff enter."""
    async with service.unit_of_work() as uow:
        vault = vault_of(service)
        keys = await vault.keys(uow.connection)
        found = await vault.tokenise(
            uow.connection, keys, [IndividualNumber(digits(n))], uow.now, entered=True
        )
    return found.tokens[0]


async def told(service: Service, n: int) -> Token:
    """The token of a number that the register tells of."""
    (token,) = await take(service, [sealed_change(digits(n), await public_key(service), n)])
    assert token is not None
    return Token(token)


async def asked(service: Service) -> list[NumbersQuestioned]:
    """What the vault asks now, whatever it asked before."""
    async with service.database.read() as connection:
        before = await connection.fetchval("select coalesce(max(seq), 0) from bus.outbox")
    await unborne.ask(service, DAY)
    async with service.database.read() as connection:
        rows = await connection.fetch("select packed from bus.outbox where seq > $1", before)
    return [
        NumbersQuestioned.model_validate_json(message.body)
        for row in rows
        for message in unpack(row["packed"])
        if message.topic == NUMBERS_QUESTIONS.name
    ]


async def answer(service: Service, question: NumbersQuestioned) -> list[AuditRecorded]:
    """Identity says that nobody bears any of them; what is recorded of it."""
    async with service.unit_of_work() as uow:
        await unborne.on_answers([answered(question)], uow)
        return [event for event, *_ in uow._events if isinstance(event, AuditRecorded)]


def answered(question: NumbersQuestioned) -> Received[NumbersUnborne]:
    event = NumbersUnborne(
        question_id=question.question_id,
        entered_before=question.entered_before,
        tokens=question.tokens,
    )
    return Received(
        event=event, key=event.record_key, event_id=uuid4(), type=event.TYPE, source="identity",
        time=question.entered_before, topic=event.TOPIC.name, shard=0, trace=None,
    )  # fmt: skip


async def kept(service: Service, token: Token) -> bool:
    async with service.database.read() as connection:
        found: bool = await connection.fetchval(
            "select exists (select from token_vault.numbers where token = $1)", token_bytes(token)
        )
    return found


def a_day_later(clock: FixedClock) -> None:
    clock.move(DAY + timedelta(minutes=1))


async def test_what_nobody_bears_is_asked_about_after_a_day_and_erased(
    opened: Service, clock: FixedClock
) -> None:
    token = await entered(opened, 1)
    assert await asked(opened) == [], "an entry may be under way"
    a_day_later(clock)
    (question,) = await asked(opened)
    assert question.tokens == (token,)
    (record,) = await answer(opened, question)
    assert not await kept(opened, token)
    assert (record.count, record.number_accessed) == (1, True)
    assert (record.reference, record.details["job"]) == (question.question_id, "erase_unborne")
    assert await asked(opened) == []
    # Whoever enters it again gets a token that says nothing of the former one.
    assert await entered(opened, 1) != token


async def test_what_the_register_tells_of_is_never_asked_about_nor_erased(
    opened: Service, clock: FixedClock
) -> None:
    before, after = await told(opened, 1), await entered(opened, 2)
    assert await entered(opened, 1) == before
    a_day_later(clock)
    (question,) = await asked(opened)
    assert question.tokens == (after,)
    # Told of while the answer is under way.
    assert await told(opened, 2) == after
    (record,) = await answer(opened, question)
    assert (record.count, record.details["stayed"]) == (0, 1)
    assert await kept(opened, after)
    assert await asked(opened) == []


async def test_what_is_entered_again_while_the_answer_is_under_way_stays(
    opened: Service, clock: FixedClock
) -> None:
    token = await entered(opened, 1)
    a_day_later(clock)
    (question,) = await asked(opened)
    assert await entered(opened, 1) == token
    await answer(opened, question)
    assert await kept(opened, token)
    a_day_later(clock)
    (question,) = await asked(opened)
    await answer(opened, question)
    assert not await kept(opened, token)


async def test_broken_off_it_is_done_again_and_twice_is_once(
    opened: Service, clock: FixedClock
) -> None:
    token = await entered(opened, 1)
    a_day_later(clock)
    (question,) = await asked(opened)
    with pytest.raises(RuntimeError, match="killed"):  # noqa: PT012  the unit of work breaks off
        async with opened.unit_of_work() as uow:
            await unborne.on_answers([answered(question)], uow)
            raise RuntimeError("killed")
    assert await kept(opened, token)
    # Neither the answer nor the question has to come again: the next night asks anew.
    (again,) = await asked(opened)
    assert again.tokens == question.tokens
    assert [r.count for r in await answer(opened, question)] == [1]
    assert [r.count for r in await answer(opened, again)] == [0]
    assert [r.count for r in await answer(opened, question)] == [0]


@pytest.mark.parametrize("by", [told, entered])
@pytest.mark.parametrize("first", ["erasing", "using"])
async def test_used_and_erased_at_once_no_token_leaves_that_is_not_kept(
    opened: Service,
    clock: FixedClock,
    by: Callable[[Service, int], Awaitable[Token]],
    first: str,
) -> None:
    token = await entered(opened, 1)
    a_day_later(clock)
    (question,) = await asked(opened)
    if first == "erasing":
        async with opened.unit_of_work() as uow:
            await unborne.on_answers([answered(question)], uow)
            other = asyncio.ensure_future(by(opened, 1))
            await until_it_waits(opened)
        used = await other
        assert used != token
    else:
        async with opened.unit_of_work() as uow:
            vault = vault_of(opened)
            keys = await vault.keys(uow.connection)
            found = await vault.tokenise(
                uow.connection, keys, [IndividualNumber(digits(1))], uow.now, entered=by is entered
            )
            erasing = asyncio.ensure_future(answer(opened, question))
            await until_it_waits(opened)
        assert [record.count for record in await erasing] == [0]
        used = found.tokens[0]
        assert used == token
    assert await kept(opened, used)


async def until_it_waits(service: Service) -> None:
    for _ in range(1000):
        async with service.database.read() as connection:
            if await connection.fetchval("select exists (select from pg_locks where not granted)"):
                return
        await asyncio.sleep(0.01)
    raise AssertionError("nobody waits")


async def test_the_database_lets_nothing_else_be_erased(opened: Service, clock: FixedClock) -> None:
    token = await told(opened, 1)
    async with opened.unit_of_work() as uow:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with uow.connection.transaction():
                await uow.connection.execute("delete from token_vault.numbers")
        with pytest.raises(asyncpg.RaiseError, match="does not become"):
            async with uow.connection.transaction():
                await uow.connection.execute("update token_vault.numbers set entered_at = now()")
    clock.move(DAY)
    question = NumbersQuestioned(question_id=uuid4(), entered_before=clock.now(), tokens=(token,))
    assert [record.count for record in await answer(opened, question)] == [0]
    assert await kept(opened, token)
