"""A notice about somebody under 異動抑止 is neither accepted nor settled; the register goes on."""

from uuid import UUID

import pytest

from contracts.events import AuditOutcome, AuditRecorded, PersonBlocksChanged
from tests.chassis.blocking import blocked, lifted, released
from tests.qualification.house import Counter, House, notice

pytestmark = pytest.mark.stack


async def tell(house: House, event: PersonBlocksChanged) -> None:
    await house.service.intake.take(house.records("identity", [(event.person_id, event)]))


async def test_it_is_refused_until_the_block_is_lifted(
    house: House, counter: Counter, hanako: UUID
) -> None:
    await tell(house, blocked(hanako))
    refused = await counter.accept(notice(hanako))
    assert (refused.status_code, refused.json()["code"]) == (403, "CH-0013")
    assert refused.json()["action"] == (
        "抑止の一時解除または解除の権限を持つ職員に依頼し、解除された後にもう一度処理してください。"
    )
    await tell(house, lifted(hanako, 2))
    answer = await counter.accept(notice(hanako))
    assert answer.status_code == 201, answer.text
    taken = answer.json()["summary"]["notice_id"]
    await tell(house, blocked(hanako, 3))
    assert (await counter.settle(taken)).json()["code"] == "CH-0013"
    last = (await house.outbox(AuditRecorded))[-1]
    assert (last.outcome, last.details["code"]) == (AuditOutcome.REFUSED, "CH-0013")
    await tell(house, released(hanako, 4))
    assert (await counter.settle(taken)).status_code == 200


async def test_what_is_older_changes_nothing(house: House, counter: Counter, hanako: UUID) -> None:
    await tell(house, blocked(hanako, 5))
    await tell(house, released(hanako, 4))
    assert (await counter.accept(notice(hanako))).json()["code"] == "CH-0013"
