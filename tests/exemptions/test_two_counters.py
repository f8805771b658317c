"""Two counters at once, for two ids of one person: one works on them at a time."""

import asyncio
from uuid import UUID, uuid4

import pytest

from contracts.events import ExemptionNotified, ReportItemKind
from contracts.topics import SHARDS, shard_of
from services.chassis import merges
from services.chassis.service import Service
from tests.audit.calling import Caller
from tests.chassis.merging import merged
from tests.exemptions.applying import CHIEF
from tests.exemptions.counter import a_notice, category_1, forwarded, person_changed, sent, take
from tests.exemptions.exempting import NOTICES as BY_LAW
from tests.exemptions.exempting import expecting
from tests.exemptions.jps import returned
from tests.exemptions.test_exemptions_api import CLERK, NOTICES
from tests.exemptions.waiting import until_it_waits

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


@pytest.mark.parametrize("doing", ["settle", "report-again"])
async def test_who_settles_or_reports_again_waits_for_whoever_is_at_work_on_the_person(
    call: Caller, exemptions: Service, person: UUID, doing: str
) -> None:
    former = of_another_shard(person)
    await take(exemptions, person_changed(former), category_1(former), merged(former, person))
    answer = await call(*CLERK, post=BY_LAW, json=expecting(former))
    where = f"{BY_LAW}/{answer.json()['notice']['notice_id']}"
    if doing == "report-again":
        assert (await call(*CHIEF, post=f"{where}/settle")).status_code == 200
        [event] = await sent(exemptions, ExemptionNotified)
        kind = ReportItemKind.MATERNITY_EXEMPTION
        await take(exemptions, forwarded(event.item_id, former, kind, "2026-10-20"))
        await take(exemptions, returned(event.item_id, former, kind=kind.value))
    async with exemptions.unit_of_work() as uow:
        await merges.one_at_a_time(uow.connection, person)
        other = asyncio.create_task(call(*CHIEF, post=f"{where}/{doing}"))
        await until_it_waits(exemptions, other)
    assert (await other).status_code == 200
