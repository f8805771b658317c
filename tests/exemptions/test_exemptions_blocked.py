"""A notice of somebody under 異動抑止 is neither accepted nor settled, by whichever id."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from contracts.events import AdditionalPremiumChanged, BlockKind
from services.chassis.service import Service
from tests.audit.calling import Caller
from tests.chassis.blocking import blocked, lifted, released
from tests.chassis.merging import merged, separated
from tests.exemptions.counter import a_notice, person_changed, sent, take
from tests.exemptions.test_exemptions_api import CHIEF, CLERK, NOTICES, accepted, settled

pytestmark = pytest.mark.stack


async def test_it_is_refused_until_the_block_is_lifted(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    await take(exemptions, blocked(person))
    refused = await call(*CLERK, post=NOTICES, json=a_notice(person))
    assert (refused.status_code, refused.json()["code"]) == (403, "CH-0013")
    await take(exemptions, lifted(person, 2))
    shown = await accepted(call, person)
    await take(exemptions, blocked(person, 3))
    where = f"{NOTICES}/{shown['notice']['notice_id']}/settle"
    assert (await call(*CHIEF, post=where)).json()["code"] == "CH-0013"
    assert await sent(exemptions, AdditionalPremiumChanged) == []
    await take(exemptions, released(person, 4))
    await settled(call, shown)


async def test_another_kind_or_one_to_come_stops_nothing_here(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    await take(exemptions, blocked(person, 1, BlockKind.ISSUE))
    await accepted(call, person)
    await take(exemptions, blocked(person, 2, since=date(2199, 4, 1)))
    assert (await call(*CLERK, post=NOTICES, json=a_notice(person))).json()["code"] != "CH-0013"


async def test_a_block_under_a_former_id_stops_the_one_person(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    former = uuid4()
    await take(exemptions, person_changed(former), merged(former, person), blocked(former))
    refused = await call(*CLERK, post=NOTICES, json=a_notice(person))
    assert refused.json()["code"] == "CH-0013"
    await take(exemptions, separated(former))
    await accepted(call, person)
