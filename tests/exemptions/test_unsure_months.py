"""Months whose ground in the timeline went: the record of the qualification is under review, or a
merge brought another timeline."""

from uuid import UUID, uuid4

import pytest

from contracts.events import ExemptionNotified, ExemptionReportHeld, QualificationChanged
from services.chassis.service import Service
from tests.audit.calling import Caller
from tests.chassis.merging import merged, separated
from tests.exemptions.applying import CHIEF, CLERK
from tests.exemptions.counter import category_1, person_changed, sent, take
from tests.exemptions.exempting import NOTICES as BY_LAW
from tests.exemptions.exempting import a_notice, notify
from tests.exemptions.people import period
from tests.exemptions.test_consequences import LIST, applied, consequences_of, listed, timeline
from tests.exemptions.test_exemptions_api import accepted
from tests.exemptions.test_exemptions_api import settled as premium_settled
from tests.exemptions.test_taking_back import decide, propose

pytestmark = pytest.mark.stack
FACILITY = {"ground": "facility", "since": "R8.9.10"}
LOST = period(1, "2010-03-31", "2026-11-05")


def unknown(who: UUID, version: int) -> QualificationChanged:
    """Nothing is known any more: the notice that told of category 1 was taken back."""
    return timeline(who, version).model_copy(update={"review": ("not-in-our-records",)})


async def holds(exemptions: Service) -> list[bool]:
    return [event.held for event in await sent(exemptions, ExemptionReportHeld)]


async def test_what_is_not_sent_waits_until_somebody_looked(
    exemptions: Service, call: Caller, person: UUID
) -> None:
    application_id = await applied(exemptions, call, person)
    await notify(call, a_notice(person, "statutory_start", FACILITY))
    await take(exemptions, unknown(person, 2))
    found = await listed(call)
    assert {one["what"] for one in found} == {"timeline_unsure"}
    assert {one["entry_kind_label"] for one in found} == {
        "免除・納付猶予の申請", "法定免除該当届",
    }  # fmt: skip
    of_application = next(one for one in found if one["entry_id"] == application_id)
    assert (of_application["from_month"], of_application["to_month"]) == ("2026-07", "2027-06")
    assert of_application["after_label"] == "要確認（資格の記録）"
    assert "本登録取消を提案" in of_application["action"]
    assert len(await consequences_of(call, person)) == 2
    assert await holds(exemptions) == [True, True]
    # Noted, it goes its way; told again it is not there once more.
    path = f"{LIST}/{of_application['consequence_id']}/note"
    noted = await call(*CLERK, post=path, json={"note": "年金事務所に種別を確認した。"})
    assert noted.json()["action"] is None
    assert await holds(exemptions) == [True, True, False]
    await take(exemptions, unknown(person, 3))
    assert len(await listed(call)) == 1
    assert await holds(exemptions) == [True, True, False]


@pytest.mark.parametrize("sure", [False, True])
async def test_it_is_let_go_where_the_timeline_tells_of_category_1_again(
    exemptions: Service, call: Caller, person: UUID, *, sure: bool
) -> None:
    """What was not sure, and what a sure timeline took away."""
    await applied(exemptions, call, person)
    await take(exemptions, timeline(person, 2, LOST) if sure else unknown(person, 2))
    await take(exemptions, category_1(person, 3))
    assert await listed(call) == []
    assert [one["state_label"] for one in await listed(call, "gone")] == ["解消"]
    assert await holds(exemptions) == [True, False]


async def test_what_a_sure_timeline_told_stays_while_it_is_under_review(
    exemptions: Service, call: Caller, person: UUID
) -> None:
    await applied(exemptions, call, person)
    await take(exemptions, timeline(person, 2, LOST))
    (before,) = await listed(call)
    await take(exemptions, unknown(person, 3))
    assert await listed(call) == [before]
    assert before["what"] == "fell_away"


@pytest.mark.parametrize("sure", [True, False])
async def test_taken_back_nothing_has_to_be_done_about_it_any_more(
    exemptions: Service, call: Caller, person: UUID, *, sure: bool
) -> None:
    """Where it was the only settled entry of the person, too."""
    await notify(call, a_notice(person, "statutory_start", FACILITY))
    (event,) = await sent(exemptions, ExemptionNotified)
    await take(exemptions, timeline(person, 2, LOST) if sure else unknown(person, 2))
    assert len(await consequences_of(call, person)) == 1
    proposed = (await propose(call, str(event.notice_id), BY_LAW)).json()["proposals"][0]
    assert (proposed["months"] == []) is not sure
    assert ("変わる月はありません" in proposed["action"]) is not sure
    await decide(call, str(event.notice_id), BY_LAW)
    assert await consequences_of(call, person) == []
    assert await listed(call) == []


async def test_the_additional_premium_says_that_it_cannot_be_told(
    exemptions: Service, call: Caller, person: UUID
) -> None:
    await premium_settled(call, await accepted(call, person))
    await take(exemptions, unknown(person, 2))
    page = (await call(*CHIEF, get=f"/persons/{person}/exemptions")).json()
    (premium,) = page["additional_premium"]
    assert (premium["no_month"], premium["ended"]["cause"]) == (True, "category_1_unsure")
    assert "要確認" in premium["ended"]["label"]


@pytest.mark.parametrize("merge_last", [False, True])
async def test_a_merge_is_followed_whichever_comes_first(
    exemptions: Service, call: Caller, person: UUID, *, merge_last: bool
) -> None:
    await applied(exemptions, call, person)
    other = uuid4()
    await take(exemptions, person_changed(other))
    lost, merge = timeline(other, 1, LOST), merged(person, other)
    for event in (lost, merge) if merge_last else (merge, lost):
        await take(exemptions, event)
    (found,) = await listed(call)
    assert (found["from_month"], found["to_month"]) == ("2026-11", "2027-06")
    await take(exemptions, separated(person))
    assert await listed(call) == []
    assert [one["what"] for one in await listed(call, "gone")] == ["fell_away"]
