"""Exemptions running on the bus: from its neighbours' events to its own."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest

from contracts.functions import Function
from deploy.local.testing import TestStack
from services.chassis.service import Service
from services.exemptions.stores import persons
from tests.audit.calling import Caller
from tests.audit.publishing import Sender
from tests.exemptions.counter import a_notice, category_1, exemptions_service, person_changed

pytestmark = pytest.mark.stack

CLERK = ("s001", Function.NOTICE_ACCEPT)
CHIEF = ("s002", Function.NOTICE_SETTLE)


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(300):
        if await true():
            return
        await asyncio.sleep(0.1)
    raise TimeoutError


async def test_events_come_in_and_a_settled_notice_goes_out(clean_stack: TestStack) -> None:
    people = [uuid4() for _ in range(500)]
    person = people[-1]
    told = [(str(p), person_changed(p)) for p in people]
    await Sender(clean_stack, "identity").send(told)
    await Sender(clean_stack, "qualification").send([(str(p), category_1(p)) for p in people])
    exemptions = exemptions_service(clean_stack)

    async def known() -> bool:
        async with exemptions.database.read() as connection:
            counted = await connection.fetchrow(
                "select (select count(*) from exemptions.persons),"
                " (select count(*) from exemptions.qualifications)"
            )
            facts = await persons.facts(connection, person)
        return tuple(counted) == (500, 500) and facts is not None and facts.periods is not None

    async with exemptions.running():
        await until(known)
        call = Caller(clean_stack, exemptions)
        answer = await call(*CLERK, post="/additional-premium-notices", json=a_notice(person))
        notice_id = answer.json()["notice"]["notice_id"]
        answer = await call(*CHIEF, post=f"/additional-premium-notices/{notice_id}/settle")
        assert answer.status_code == 200
        await until(lambda: outbox_is_empty(exemptions))


async def outbox_is_empty(service: Service) -> bool:
    async with service.database.read() as connection:
        return bool(await connection.fetchval("select count(*) = 0 from bus.outbox"))
