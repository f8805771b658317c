"""Two counters at once, for two ids of one person: one notice waits at a time."""

import asyncio
from uuid import UUID, uuid4

import pytest

from contracts.topics import SHARDS, shard_of
from services.chassis.service import Service
from tests.audit.calling import Caller
from tests.chassis.merging import merged
from tests.exemptions.counter import a_notice, category_1, person_changed, take
from tests.exemptions.test_exemptions_api import CLERK, NOTICES

pytestmark = pytest.mark.stack


def of_another_shard(person: UUID) -> UUID:
    """An id whose shard's lock is not the other's."""
    assert SHARDS > 1
    while True:
        other = uuid4()
        if shard_of(str(other)) != shard_of(str(person)):
            return other


async def test_one_notice_waits_whichever_ids_the_counters_name(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    former = of_another_shard(person)
    await take(exemptions, person_changed(former), category_1(former), merged(former, person))
    answers = await asyncio.gather(
        *(
            call(*CLERK, post=NOTICES, json=a_notice(somebody))
            for _ in range(4)
            for somebody in (person, former)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"EX-0104"}
