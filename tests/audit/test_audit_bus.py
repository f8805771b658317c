"""From the bus into the records: thousands at once, and through a crash."""

import asyncio
import os
import signal
from itertools import chain
from typing import Any
from uuid import UUID

import pytest

from contracts.topics import shard_of
from deploy.local.testing import TestStack
from services.audit import store
from services.audit.commands import Tally, verify_chains
from services.chassis.service import Service
from tests.audit.chains import an_event
from tests.audit.keeping import audit_service
from tests.audit.publishing import Sender

pytestmark = pytest.mark.stack

COUNT = 3000


def events(begin: int, count: int, sender: str = "identity") -> list[tuple[str, Any]]:
    numbered = [an_event(number) for number in range(begin, begin + count)]
    return [(event.record_key or sender, event) for event in numbered]


async def recorded(audit: Service) -> int:
    async with audit.database.read() as connection:
        return sum(head.position for head in await store.heads(connection))


async def until_recorded(audit: Service, count: int) -> None:
    for _ in range(600):
        if await recorded(audit) >= count:
            return
        await asyncio.sleep(0.1)
    raise TimeoutError(f"{await recorded(audit)} of {count}")


async def kill(stack: TestStack) -> None:
    """End the service's process at once, in whatever it is doing."""
    process = stack.running()["audit"]
    os.kill(process.pid, signal.SIGKILL)
    while process.alive():  # noqa: ASYNC110 - another process: there is no event to wait for
        await asyncio.sleep(0.01)


async def kept_ids(audit: Service) -> dict[int, list[UUID]]:
    kept: dict[int, list[UUID]] = {}
    async with audit.database.read() as connection:
        for head in await store.heads(connection):
            async for piece in store.stored(connection, head.shard):
                kept.setdefault(head.shard, []).extend(r.entry.event_id for r in piece)
    return kept


async def test_thousands_of_two_senders_are_kept_in_the_order_of_the_bus(
    clean_stack: TestStack,
) -> None:
    sent: dict[int, list[UUID]] = {}
    for name, begin in (("identity", 1), ("gateway", 10_001)):
        batch = events(begin, COUNT, name)
        ids = await Sender(clean_stack, name).send(batch)
        for (key, _), event_id in zip(batch, ids, strict=True):
            sent.setdefault(shard_of(key), []).append(event_id)
    audit = audit_service(clean_stack)
    async with audit.running():
        await until_recorded(audit, 2 * COUNT)
        assert await kept_ids(audit) == sent
        assert await verify_chains(audit, None, (), Tally()) == []


async def test_killed_in_the_middle_it_goes_on_without_a_gap_or_a_fork(
    clean_stack: TestStack,
) -> None:
    sender = Sender(clean_stack, "identity")
    audit = audit_service(clean_stack)
    ids: list[UUID] = []
    async with audit.opened():
        for round_ in range(2):
            await asyncio.to_thread(clean_stack.run_services, ("audit",))
            before = await recorded(audit)
            ids += await sender.send(events(1 + round_ * COUNT, COUNT))
            await until_recorded(audit, before + 1)
            await kill(clean_stack)
        await asyncio.to_thread(clean_stack.run_services, ("audit",))
        try:
            await until_recorded(audit, len(ids))
            await asyncio.sleep(0.5)
            kept = await kept_ids(audit)
        finally:
            await asyncio.to_thread(clean_stack.stop_services, ("audit",))
        assert sorted(chain.from_iterable(kept.values())) == sorted(ids)
        assert await verify_chains(audit, None, (), Tally()) == []
