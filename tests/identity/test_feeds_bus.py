"""Other systems on the bus: each on its own topic, kept through a crash, told on request."""

import asyncio
import os
import signal
from uuid import uuid4

import pytest

from contracts.events import (
    ExemptionsFactsAnswered,
    FactItem,
    FactOutcome,
    FactPurpose,
    FactsRequested,
    Whose,
)
from contracts.events.residents import PersonName
from contracts.topics import LINKAGE_REPLIES_EXEMPTIONS
from deploy.local.testing import TestStack
from tests.audit.publishing import Sender
from tests.identity.feeds import EVERY_FEED, attributes, income
from tests.identity.house import House
from tests.identity.people import Kind, key_of, token, told
from tests.identity.test_identity_bus import read, reading, until

pytestmark = pytest.mark.stack

PEOPLE = 300


def name(n: int) -> str:
    return f"山田　{'甲乙丙丁戊'[n % 5]}{n}"


async def test_killed_in_the_middle_every_record_is_kept_once_and_is_its_persons(
    clean_stack: TestStack,
) -> None:
    stack = clean_stack
    house, tax = House(stack, "identity"), Sender(stack, "tax_system")
    residents = [
        told(Kind.MOVE_IN, number=f"{n:015d}", number_token=token(n + 1),
             name=PersonName(kanji=name(n)))
        for n in range(PEOPLE)
    ]  # fmt: skip
    records = [
        income(year, number=f"T{n}", told=attributes(name=name(n)))
        for year in (2025, 2026)
        for n in range(PEOPLE)
    ]
    async with house.service.opened():

        async def kept() -> int:
            (row,) = await house.rows("select count(*) as n from identity.feed_versions")
            return int(row["n"])

        async def some() -> bool:
            return await kept() > 0

        async def certain() -> bool:
            (row,) = await house.rows(
                "select count(*) as n from identity.feed_records"
                " where attached_version = record_version"
            )
            return int(row["n"]) == len(records)

        await asyncio.to_thread(stack.run_services, ("identity",))
        pairs = [(event.record_key, event) for event in records]
        # The tax system is ahead of the register: half is there before anybody is known.
        await tax.send(pairs[:PEOPLE])
        await until(some)
        await Sender(stack, "token_vault").send([(key_of(event), event) for event in residents])
        process = stack.running()["identity"]
        os.kill(process.pid, signal.SIGKILL)
        while process.alive():  # noqa: ASYNC110 - another process: nothing tells
            await asyncio.sleep(0.01)
        await tax.send(pairs[PEOPLE:])
        await asyncio.to_thread(stack.run_services, ("identity",))
        try:
            await until(certain)
        finally:
            await asyncio.to_thread(stack.stop_services, ("identity",))
        assert await kept() == len(records)
        links = await house.rows(
            "select count(distinct person_id) as people, count(*) as numbers"
            " from identity.feed_links where state = 'linked'"
        )
        assert links == [{"people": PEOPLE, "numbers": PEOPLE}]


async def test_every_system_publishes_and_exemptions_is_told(clean_stack: TestStack) -> None:
    stack = clean_stack
    house, resident = House(stack, "identity"), told(Kind.MOVE_IN)
    async with (
        reading(stack, "exemptions", LINKAGE_REPLIES_EXEMPTIONS) as replies,
        house.service.running(),
    ):
        await Sender(stack, "token_vault").send([(key_of(resident), resident)])
        for event in EVERY_FEED:
            await Sender(stack, event.source).send([(event.record_key, event)])

        async def certain() -> bool:
            rows = await house.rows("select from identity.feed_records where attached_version = 1")
            return len(rows) == len(EVERY_FEED)

        await until(certain)
        person_id = await house.person_id()
        request = FactsRequested(
            request_id=uuid4(), reference=uuid4(), applicant_id=person_id, person_id=person_id,
            whose=Whose.APPLICANT, purpose=FactPurpose.EXEMPTION_REVIEW,
            items=(FactItem.TOTAL_INCOME,), levy_years=(2026,),
        )  # fmt: skip
        await Sender(stack, "exemptions").send([(str(person_id), request)])
        (answer,) = await read(replies, ExemptionsFactsAnswered, lambda n: n >= 1)
    assert isinstance(answer, ExemptionsFactsAnswered)
    (fact,) = answer.income
    assert (fact.outcome, fact.income is not None) == (FactOutcome.VALUE, True)
