"""What JPS decided on a claim's report (処理結果) is shown wherever the claim is."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.events import (
    CorrectedValues,
    DecisionTakenBack,
    ItemDecided,
    ItemOutcome,
    ReportItemKind,
    ReportOwner,
    UnpaidBenefitClaimReceived,
)
from services.chassis.received import Rejected
from services.chassis.service import Service
from services.claims.domain.decisions import Decision, difference
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
from tests.exemptions.counter import forwarded, sent, take

__all__ = ["call", "child", "claims", "database", "deceased"]
KIND = ReportItemKind.UNPAID_BENEFIT_CLAIM


def decided(
    item_id: UUID, person_id: UUID, outcome: ItemOutcome, on: str, **more: Any
) -> ItemDecided:
    if outcome is ItemOutcome.RETURNED:
        more = {"return_code": "06", "return_reason": "添付書類が不足している", **more}
    return ItemDecided(
        decision_id=uuid4(), item_id=item_id, person_id=person_id, owner=ReportOwner.CLAIMS,
        kind=KIND.value, outcome=outcome, decided_on=date.fromisoformat(on), medium_serial=1,
        **more,
    )  # fmt: skip


def anothers(decision: ItemDecided) -> DecisionTakenBack:
    return DecisionTakenBack(
        decision_id=decision.decision_id, item_id=decision.item_id, person_id=decision.person_id,
        owner=decision.owner, kind=decision.kind, decided_on=decision.decided_on,
    )  # fmt: skip


async def at_jps(call: Caller, claims: Service, deceased: UUID, child: UUID) -> tuple[str, UUID]:
    """A claim that was sent: where it is shown, and its item."""
    shown = await settled(call, await accepted(call, deceased, child))
    (event,) = await sent(claims, UnpaidBenefitClaimReceived)
    await take(claims, forwarded(event.item_id, deceased, KIND, "2026-10-20"))
    return f"{CLAIMS}/{shown['claim']['claim_id']}", event.item_id


@pytest.mark.stack
async def test_a_return_is_on_page_lists_and_register_with_what_to_do(
    call: Caller, claims: Service, deceased: UUID, child: UUID
) -> None:
    shown = await settled(call, await accepted(call, deceased, child))
    where = f"{CLAIMS}/{shown['claim']['claim_id']}"
    assert shown["claim"]["decision"] is None
    (event,) = await sent(claims, UnpaidBenefitClaimReceived)
    returned = decided(event.item_id, deceased, ItemOutcome.RETURNED, "2026-11-10")
    with pytest.raises(Rejected) as refused:  # it was not sent yet
        await take(claims, returned)
    assert [one.code for one in refused.value.rejections] == ["CL-1004"]
    await take(claims, forwarded(event.item_id, deceased, KIND, "2026-10-20"))
    await take(claims, returned, returned)
    claim = (await call(*CLERK, get=where)).json()["claim"]
    assert (claim["state"], claim["state_label"]) == ("returned", "機構返戻")
    said = claim["decision"]
    assert (said["outcome_label"], said["decided_on"]) == ("機構返戻", "2026-11-10")
    assert (said["return_code"], said["return_reason"]) == ("06", "添付書類が不足している")
    assert "新たに受け付け" in said["action"]
    listed = (await call(*CLERK, get=CLAIMS, params={"state": "returned"})).json()
    page = (await call(*CLERK, get=f"/persons/{deceased}/claims")).json()
    assert [line["decision"] for line in (listed["claims"][0], page["on_death"][0])] == [said] * 2
    (line,) = (await call(*CHIEF, get="/receipts")).json()["receipts"]
    assert (line["state_label"], line["decided_on"]) == ("機構返戻", "2026-11-10")
    (printed,) = texts((await call(*CHIEF, get="/receipts/print")).content)
    place = printed.index("本登録")
    assert printed[place : place + 2] == ["本登録", "機構返戻"]
    assert "令和8年11月10日" in printed
    # A later decision replaces it, an earlier one that comes late does not.
    accepted_since = decided(event.item_id, deceased, ItemOutcome.ACCEPTED, "2026-11-24")
    late = decided(event.item_id, deceased, ItemOutcome.RETURNED, "2026-11-02")
    await take(claims, accepted_since, late)
    claim = (await call(*CLERK, get=where)).json()["claim"]
    assert (claim["state"], claim["decision"]["action"]) == ("accepted", None)


@pytest.mark.stack
async def test_what_was_anothers_counts_no_more(
    call: Caller, claims: Service, deceased: UUID, child: UUID
) -> None:
    where, item_id = await at_jps(call, claims, deceased, child)
    decision = decided(item_id, deceased, ItemOutcome.ACCEPTED, "2026-11-10")
    with pytest.raises(Rejected) as refused:
        await take(claims, anothers(decision))
    assert [one.code for one in refused.value.rejections] == ["CL-1003"]
    await take(claims, decision)
    await take(claims, anothers(decision))
    claim = (await call(*CLERK, get=where)).json()["claim"]
    assert (claim["state"], claim["decision"], claim["forwarded_on"]) == (
        "forwarded", None, "2026-10-20",
    )  # fmt: skip


@pytest.mark.stack
async def test_of_another_person_it_is_a_dead_letter(
    call: Caller, claims: Service, deceased: UUID, child: UUID
) -> None:
    _, item_id = await at_jps(call, claims, deceased, child)
    with pytest.raises(Rejected) as refused:
        await take(claims, decided(item_id, child, ItemOutcome.ACCEPTED, "2026-11-10"))
    assert [one.code for one in refused.value.rejections] == ["CL-1004"]


@pytest.mark.stack
async def test_another_day_of_death_is_shown_beside_the_claims_and_changes_nothing(
    call: Caller, claims: Service, deceased: UUID, child: UUID
) -> None:
    where, item_id = await at_jps(call, claims, deceased, child)
    earlier = decided(item_id, deceased, ItemOutcome.RETURNED, "2026-11-10")
    values = CorrectedValues(occurred_on=date(2026, 9, 30))
    later = decided(item_id, deceased, ItemOutcome.CORRECTED, "2026-11-20", corrected=values)
    await take(claims, later, earlier)
    page = (await call(*CLERK, get=where)).json()
    assert [one["outcome"] for one in page["decisions"]] == ["returned", "corrected"]
    said = page["claim"]["decision"]
    assert said == page["decisions"][-1]
    assert (said["difference_label"], said["died_on"]) == ("死亡日の相違", "2026-09-30")
    assert said["sentence"] == (
        "日本年金機構が令和8年11月20日に、死亡日を令和8年9月30日として処理した"
        "（請求書の死亡日は令和8年10月1日）。"
    )
    assert "年金事務所に照会" in said["action"]
    assert page["claim"]["died_on"] == "2026-10-01"
    # That one was another's: the one before counts.
    await take(claims, anothers(later))
    page = (await call(*CLERK, get=where)).json()
    assert [one["outcome"] for one in page["decisions"]] == ["returned"]
    assert page["claim"]["decision"]["difference"] == "returned"


DIED_ON = date(2026, 10, 1)


@pytest.mark.parametrize(
    ("outcome", "told", "kind"),
    [
        (ItemOutcome.ACCEPTED, None, None),
        (ItemOutcome.CORRECTED, DIED_ON, None),
        (ItemOutcome.CORRECTED, date(2026, 9, 30), "day_of_death"),
        (ItemOutcome.CORRECTED, None, "untold"),
        (ItemOutcome.RETURNED, None, "returned"),
    ],
)
def test_in_what_it_is_otherwise(outcome: ItemOutcome, told: date | None, kind: str | None) -> None:
    found = difference(Decision(outcome, date(2026, 11, 10), None, None, told), DIED_ON)
    assert (found and found.kind.value) == kind
    if outcome is ItemOutcome.RETURNED:
        assert found is not None
        assert "返戻事由：未通知" in found.sentence
