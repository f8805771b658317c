"""What JPS was told since about a report (訂正の報告) is shown wherever its entry is."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.events import (
    AdditionalPremiumChanged,
    ExemptionApplicationSettled,
    ItemOutcome,
    ReportItemKind,
    ReportOwner,
    ReportProcessing,
)
from services.chassis.received import Rejected
from services.chassis.service import Service
from tests.audit.calling import Caller
from tests.chassis.test_printing import texts
from tests.corrections import correction_decided, correction_sent, given_up, taken_away, undecided
from tests.exemptions.applying import CHIEF, CLERK, PATH
from tests.exemptions.counter import a_notice, forwarded, sent, somebody, take
from tests.exemptions.jps import returned
from tests.exemptions.test_review_again import sent_to_jps, settled, shown
from tests.exemptions.test_taking_back import NOTICES, taken_back

pytestmark = pytest.mark.stack
OURS = ReportOwner.EXEMPTIONS
CANCELLED = {
    "processing": "cancellation", "label": "取消", "forwarded_on": "2026-11-16",
    "given_up_on": None, "outcome": "returned", "outcome_label": "機構返戻",
    "decided_on": "2026-11-24", "return_code": "04", "return_reason": "記録と整合しない",
}  # fmt: skip


async def sent_all_the_same(call: Caller, exemptions: Service, person: UUID) -> tuple[str, Any]:
    """An application that was taken back while its medium was made, and went."""
    application_id = await settled(call, exemptions, person)
    (event,) = await sent(exemptions, ExemptionApplicationSettled)
    await taken_back(call, application_id)
    await sent_to_jps(exemptions, person)
    return application_id, event


async def test_a_correction_and_its_return_are_on_page_lists_and_register(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    application_id, event = await sent_all_the_same(call, exemptions, person)
    away = correction_sent(event, OURS)
    await take(exemptions, away)
    page = await shown(call, application_id)
    (one,) = page["corrections"]
    assert (one["label"], one["forwarded_on"], one["outcome"]) == ("取消", "2026-11-16", None)
    await take(exemptions, correction_decided(away, outcome=ItemOutcome.RETURNED))
    page = await shown(call, application_id)
    assert (page["corrections"], page["application"]["correction"]) == ([CANCELLED], CANCELLED)
    listed = (await call(*CLERK, get=PATH)).json()["applications"]
    assert [each["correction"] for each in listed] == [CANCELLED]
    of_person = (await call(*CLERK, get=f"/persons/{person}/exemptions")).json()
    assert [each["correction"] for each in of_person["applications"]] == [CANCELLED]
    (line,) = (await call(*CHIEF, get="/receipts")).json()["receipts"]
    assert line["correction"] == CANCELLED
    # On paper each stands on a line of its own, with its day.
    (printed,) = texts((await call(*CHIEF, get="/receipts/print")).content)
    place = printed.index("受付（仮登録）")
    assert printed[place : place + 5] == [
        "受付（仮登録）", "取消送付", "機構返戻（04）", "", "",
    ]  # fmt: skip
    assert {"令和8年11月16日", "令和8年11月24日"} <= set(printed)


async def test_a_notice_shows_what_was_told_once_more_and_what_is_anothers_no_more(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    answer = await call(*CLERK, post=NOTICES, json=a_notice(person))
    entry_id = answer.json()["notice"]["notice_id"]
    await call(*CHIEF, post=f"{NOTICES}/{entry_id}/settle", json={})
    (event,) = await sent(exemptions, AdditionalPremiumChanged)
    kind = ReportItemKind.ADDITIONAL_PREMIUM_START
    await take(exemptions, forwarded(event.item_id, person, kind, "2026-10-20"))
    away, decision = taken_away(event, OURS)
    again = correction_sent(
        event, OURS, on="2026-11-26", processing=ReportProcessing.REPORT, serial=3
    )
    await take(exemptions, away, decision, again)
    await take(exemptions, again)  # told twice, it is there once
    page = (await call(*CLERK, get=f"{NOTICES}/{entry_id}")).json()
    assert [(one["label"], one["outcome_label"]) for one in page["corrections"]] == [
        ("取消", "機構受理"), ("報告", None),
    ]  # fmt: skip
    assert page["notice"]["correction"]["forwarded_on"] == "2026-11-26"
    await take(exemptions, undecided(decision))
    page = (await call(*CLERK, get=f"{NOTICES}/{entry_id}")).json()
    assert [one["outcome"] for one in page["corrections"]] == [None, None]
    assert page["notice"]["state"] == "forwarded"


async def test_one_that_was_given_up_is_on_the_page_and_was_not_told(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    application_id, event = await sent_all_the_same(call, exemptions, person)
    first, last = given_up(event, OURS, on="2026-11-14"), given_up(event, OURS, on="2026-11-18")
    await take(exemptions, last, first)
    page = await shown(call, application_id)
    assert page["application"]["correction"] is None
    await take(exemptions, correction_sent(event, OURS))
    page = await shown(call, application_id)
    assert [(one["forwarded_on"], one["given_up_on"]) for one in page["corrections"]] == [
        (None, "2026-11-14"), ("2026-11-16", None), (None, "2026-11-18"),
    ]  # fmt: skip
    assert page["application"]["correction"]["forwarded_on"] == "2026-11-16"
    strange = given_up(event, OURS, person_id=uuid4())
    with pytest.raises(Rejected) as refused:
        await take(exemptions, strange)
    assert [one.code for one in refused.value.rejections] == ["EX-1006"]


async def test_of_what_was_reported_again_the_corrections_of_both_are_shown(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    application_id = await settled(call, exemptions, person)
    await sent_to_jps(exemptions, person)
    (first,) = await sent(exemptions, ExemptionApplicationSettled)
    await take(exemptions, returned(first.item_id, person))
    answer = await call(*CHIEF, post=f"{PATH}/{application_id}/report-again")
    assert answer.status_code == 200, answer.text
    anew = (await sent(exemptions, ExemptionApplicationSettled))[-1]
    kind = ReportItemKind.EXEMPTION_APPLICATION
    await take(exemptions, forwarded(anew.item_id, person, kind, "2026-11-12"))
    await take(
        exemptions,
        correction_sent(anew, OURS, on="2026-11-20", serial=4),
        correction_sent(first, OURS, on="2026-11-18", serial=3),
    )
    page = await shown(call, application_id)
    assert [one["forwarded_on"] for one in page["corrections"]] == ["2026-11-18", "2026-11-20"]


async def test_of_what_was_never_sent_a_correction_is_a_dead_letter(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    await settled(call, exemptions, person)
    (event,) = await sent(exemptions, ExemptionApplicationSettled)
    away, decision = taken_away(event, OURS)
    for told in (away, decision):
        with pytest.raises(Rejected) as refused:
            await take(exemptions, told)
        assert [one.code for one in refused.value.rejections] == ["EX-1006"]
    await sent_to_jps(exemptions, person)
    other = await somebody(exemptions)
    with pytest.raises(Rejected):
        await take(exemptions, correction_sent(event, OURS, person_id=other))
    with pytest.raises(Rejected) as refused:
        await take(exemptions, undecided(decision))
    assert [one.code for one in refused.value.rejections] == ["EX-1005"]
    # What is another service's is read past.
    strange = correction_sent(event, ReportOwner.CLAIMS, item_id=uuid4())
    await take(exemptions, strange, away, decision)
    assert (await shown(call, str(event.application_id)))["corrections"][0]["outcome"] == "accepted"
