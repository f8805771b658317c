"""A claim of, or about, somebody under 異動抑止 is neither accepted nor settled."""

from uuid import UUID

import pytest

from contracts.events import AuditOutcome, AuditRecorded, UnpaidBenefitClaimReceived
from services.chassis.service import Service
from tests.audit.calling import Caller
from tests.chassis.blocking import blocked, lifted, released
from tests.claims.deaths import a_claim
from tests.claims.test_claims_api import (
    CHIEF,
    CLAIMS,
    CLERK,
    accepted,
    call,
    child,
    claims,
    database,
    deceased,
    settled,
)
from tests.exemptions.counter import sent, take

__all__ = ["call", "child", "claims", "database", "deceased"]
pytestmark = pytest.mark.stack


@pytest.mark.parametrize("whose", ["deceased", "child"])
async def test_it_is_refused_until_the_block_is_lifted(
    call: Caller, claims: Service, deceased: UUID, child: UUID, whose: str
) -> None:
    somebody = {"deceased": deceased, "child": child}[whose]
    await take(claims, blocked(somebody))
    refused = await call(*CLERK, post=CLAIMS, json=a_claim(deceased, child))
    assert (refused.status_code, refused.json()["code"]) == (403, "CH-0013")
    assert refused.json()["title"] == "対象者に異動抑止が設定されているため、処理できません。"
    await take(claims, lifted(somebody, 2))
    shown = await accepted(call, deceased, child)
    await take(claims, blocked(somebody, 3), lifted(somebody, 2))
    where = f"{CLAIMS}/{shown['claim']['claim_id']}/settle"
    refused = await call(*CHIEF, post=where, json={})
    assert refused.json()["code"] == "CH-0013"
    assert await sent(claims, UnpaidBenefitClaimReceived) == []
    last = (await sent(claims, AuditRecorded))[-1]
    assert (last.outcome, last.details["refused"]) == (AuditOutcome.REFUSED, "CH-0013")
    await take(claims, released(somebody, 4))
    await settled(call, shown)
