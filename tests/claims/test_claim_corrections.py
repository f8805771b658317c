"""What JPS was told since about a claim's report (訂正の報告) is shown wherever the claim is."""

from uuid import UUID

import pytest

from contracts.events import (
    ItemOutcome,
    ReportItemKind,
    ReportOwner,
    UnpaidBenefitClaimReceived,
)
from services.chassis.received import Rejected
from services.chassis.service import Service
from tests.audit.calling import Caller
from tests.chassis.test_printing import texts
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
from tests.corrections import correction_decided, correction_sent, undecided
from tests.exemptions.counter import forwarded, sent, take

__all__ = ["call", "child", "claims", "database", "deceased"]
pytestmark = pytest.mark.stack
OURS = ReportOwner.CLAIMS


async def test_a_correction_is_on_page_lists_and_register(
    call: Caller, claims: Service, deceased: UUID, child: UUID
) -> None:
    shown = await settled(call, await accepted(call, deceased, child))
    where = f"{CLAIMS}/{shown['claim']['claim_id']}"
    assert (shown["corrections"], shown["claim"]["correction"]) == ([], None)
    (event,) = await sent(claims, UnpaidBenefitClaimReceived)
    away = correction_sent(event, OURS)
    with pytest.raises(Rejected) as refused:  # it was not sent yet
        await take(claims, away)
    assert [one.code for one in refused.value.rejections] == ["CL-1002"]
    kind = ReportItemKind.UNPAID_BENEFIT_CLAIM
    await take(claims, forwarded(event.item_id, deceased, kind, "2026-10-20"))
    decision = correction_decided(away, outcome=ItemOutcome.RETURNED)
    await take(claims, away, decision)
    (said,) = (await call(*CLERK, get=where)).json()["corrections"]
    assert (said["label"], said["forwarded_on"]) == ("取消", "2026-11-16")
    assert (said["outcome_label"], said["return_code"]) == ("機構返戻", "04")
    assert said["return_reason"] == "記録と整合しない"
    page = (await call(*CLERK, get=f"/persons/{deceased}/claims")).json()
    listed = (await call(*CLERK, get=CLAIMS, params={"state": "forwarded"})).json()
    register = (await call(*CHIEF, get="/receipts")).json()["receipts"]
    for line in (page["on_death"][0], listed["claims"][0], register[0]):
        assert line["correction"] == said
    (printed,) = texts((await call(*CHIEF, get="/receipts/print")).content)
    place = printed.index("本登録")
    assert printed[place : place + 3] == ["本登録", "取消送付", "機構返戻（04）"]
    await take(claims, undecided(decision))
    (said,) = (await call(*CLERK, get=where)).json()["corrections"]
    assert said["outcome"] is None


async def test_what_nobody_told_is_a_dead_letter(
    claims: Service, call: Caller, deceased: UUID, child: UUID
) -> None:
    await settled(call, await accepted(call, deceased, child))
    (event,) = await sent(claims, UnpaidBenefitClaimReceived)
    kind = ReportItemKind.UNPAID_BENEFIT_CLAIM
    await take(claims, forwarded(event.item_id, deceased, kind, "2026-10-20"))
    decision = correction_decided(correction_sent(event, OURS))
    for told, code in ((decision, "CL-1002"), (undecided(decision), "CL-1003")):
        with pytest.raises(Rejected) as refused:
            await take(claims, told)
        assert [one.code for one in refused.value.rejections] == [code]
    # Another owner's is read past.
    await take(claims, correction_sent(event, ReportOwner.EXEMPTIONS))
