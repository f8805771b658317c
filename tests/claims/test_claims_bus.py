"""Claims running on the bus: from its neighbours' events to its own."""

import asyncio
from uuid import uuid4

import pytest

from contracts.functions import Function
from deploy.local.testing import TestStack
from tests.audit.calling import Caller
from tests.audit.publishing import Sender
from tests.claims.deaths import a_claim, claims_service
from tests.claims.test_claims_api import DIED
from tests.exemptions.counter import category_1, person_changed

pytestmark = pytest.mark.stack


async def test_a_death_comes_in_and_a_settled_claim_goes_out(clean_stack: TestStack) -> None:
    deceased, child = uuid4(), uuid4()
    await Sender(clean_stack, "identity").send(
        [
            (str(deceased), person_changed(deceased)),
            (str(child), person_changed(child)),
            (str(deceased), person_changed(deceased, 2, died_on=DIED)),
        ]
    )
    lost = category_1(deceased, lost="2026-10-02")
    await Sender(clean_stack, "qualification").send([(str(deceased), lost)])
    claims = claims_service(clean_stack)
    async with claims.running():
        call = Caller(clean_stack, claims)
        for _ in range(300):
            answer = await call(
                "s001",
                Function.NOTICE_ACCEPT,
                post="/unpaid-benefit-claims",
                json=a_claim(deceased, child),
            )
            known = answer.status_code == 201 and len(answer.json()["findings"]) == 2
            if known:
                break
            if answer.status_code == 201:
                # One of the two topics was slower: withdraw, and ask again.
                where = f"/unpaid-benefit-claims/{answer.json()['claim']['claim_id']}/withdraw"
                await call("s001", Function.NOTICE_ACCEPT, post=where, json={"reason": "再受付"})
            await asyncio.sleep(0.1)
        assert {f["code"] for f in answer.json()["findings"]} == {"other-claims", "decided-by-jps"}
        where = f"/unpaid-benefit-claims/{answer.json()['claim']['claim_id']}/settle"
        assert (await call("s002", Function.NOTICE_SETTLE, post=where)).status_code == 200
        for _ in range(100):
            async with claims.database.read() as connection:
                if await connection.fetchval("select count(*) = 0 from bus.outbox"):
                    return
            await asyncio.sleep(0.1)
        raise TimeoutError("the outbox was not sent")
