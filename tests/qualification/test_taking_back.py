"""A settled notice taken back by two people: its facts no longer count, its report falls away."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.events import (
    AuditOutcome,
    AuditRecorded,
    ItemOutcome,
    QualificationReportStands,
    ReportProcessing,
)
from contracts.functions import Function
from contracts.numbers import synthetic_individual_number
from services.qualification.domain.facts import Fact
from services.qualification.domain.told import TakenBackStatement
from tests.qualification.decided import (
    correction_decided,
    correction_sent,
    decided,
    on_medium,
    sent,
    told,
)
from tests.qualification.house import AT_45, Counter, House, notice
from tests.qualification.people import Life, d, notice_id
from tests.qualification.test_jps_tells import life_moment

SETTLER = Function.NOTICE_SETTLE
WHY = {"reason": "別人の届書を誤って登録したため"}


async def settled(counter: Counter, person_id: UUID, **changes: Any) -> str:
    answer = await counter.accept(notice(person_id, **changes))
    taken: str = answer.json()["summary"]["notice_id"]
    assert (await counter.settle(taken)).status_code == 200
    return taken


async def take_back(
    counter: Counter, notice_id: str, *, agree: bool = True, by: str = "s003"
) -> Any:
    path = f"/notices/{notice_id}/take-back"
    proposed = await counter.call("POST", path, SETTLER, json=WHY)
    assert proposed.status_code == 201, proposed.text
    return await counter.call("POST", f"{path}/settle", SETTLER, by=by, json={"agree": agree})


@pytest.mark.stack
async def test_what_it_told_no_longer_counts_and_its_report_falls_away(
    house: House, counter: Counter, hanako: UUID
) -> None:
    before = (await counter.page(hanako))["transitions"]
    taken = await settled(counter, hanako)
    (report,) = await house.reports(hanako)
    house.on("2026-11-10")
    answer = await take_back(counter, taken)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["state_label"], answer.json()["proposals"][0]["agreed"]) == (
        "本登録取消", True,
    )  # fmt: skip
    page = await counter.page(hanako)
    assert page["transitions"] == before
    assert [item["item_id"] for item in page["superseded"]] == [str(report.item_id)]
    assert page["notices"][0]["state"] == "taken_back"
    (fallen,) = await house.outbox(QualificationReportStands)
    assert (fallen.item_id, fallen.person_id, fallen.stands) == (report.item_id, hanako, False)
    # The day before, it counted: and the page of that day says so for ever.
    earlier = await counter.page(hanako, as_of="2026-11-09")
    assert [t["item_id"] for t in earlier["transitions"] if t["reportable"]][-1] == str(
        report.item_id
    )
    assert earlier["notices"][0]["state"] == "settled"
    # The same fact can be notified anew, and then stands again.
    await settled(counter, hanako, received_on="2026-11-10")
    fallen, again = await house.outbox(QualificationReportStands)
    assert (again.item_id, again.stands) == (report.item_id, True)


@pytest.mark.stack
async def test_what_was_sent_and_decided_can_be_taken_back_too(
    house: House, counter: Counter, hanako: UUID
) -> None:
    taken = await settled(counter, hanako)
    (report,) = await house.reports(hanako)
    await told(house, sent(hanako, report.item_id, "2026-11-05"))
    house.on("2026-11-20")
    await told(house, decided(hanako, report.item_id, "2026-11-19", ItemOutcome.ACCEPTED))
    assert (await take_back(counter, taken)).status_code == 200
    (superseded,) = (await counter.page(hanako))["superseded"]
    assert superseded["decision"]["label"] == "機構受理"
    assert len(await house.outbox(QualificationReportStands)) == 1
    # A late word of JPS's about it changes nothing in the notice.
    await told(house, decided(hanako, report.item_id, "2026-11-20", ItemOutcome.CORRECTED))
    assert (await counter.page(hanako))["notices"][0]["state"] == "taken_back"


@pytest.mark.stack
async def test_what_jps_was_told_of_it_since_is_shown(
    house: House, counter: Counter, hanako: UUID
) -> None:
    taken = await settled(counter, hanako)
    (report,) = await house.reports(hanako)
    await told(house, sent(hanako, report.item_id, "2026-11-05"))
    assert (await take_back(counter, taken)).status_code == 200
    house.on("2026-11-20")
    away = correction_sent(hanako, report.item_id, "2026-11-19")
    await told(house, away, away)
    house.on("2026-11-25")
    decision = correction_decided(away, "2026-11-24")
    await told(house, decision, decision)
    (superseded,) = (await counter.page(hanako))["superseded"]
    (shown,) = superseded["corrections"]
    assert (shown["label"], shown["forwarded_on"]) == ("取消", "2026-11-19")
    assert (shown["outcome_label"], shown["decided_on"]) == ("機構受理", "2026-11-24")
    # It stands after all, and is told once more: that is shown with it.
    house.on("2026-11-26")
    await settled(counter, hanako, received_on="2026-11-25")
    again = correction_sent(hanako, report.item_id, "2026-11-26", ReportProcessing.REPORT, serial=3)
    await told(house, again)
    page = await counter.page(hanako)
    (of_it,) = [t for t in page["transitions"] if t["item_id"] == str(report.item_id)]
    assert [one["label"] for one in of_it["corrections"]] == ["取消", "報告"]


async def whole(counter: Counter, notice_id: str) -> dict[str, Any]:
    answer = await counter.call("GET", f"/notices/{notice_id}", Function.PERSON_VIEW)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def lines(counter: Counter) -> list[dict[str, Any]]:
    answer = await counter.call("GET", "/receipts", SETTLER, by="s002")
    found: list[dict[str, Any]] = answer.json()["receipts"]
    return found


@pytest.mark.stack
async def test_a_notice_and_its_receipt_tell_what_jps_was_told_since(
    house: House, counter: Counter, hanako: UUID
) -> None:
    taken = await settled(counter, hanako)
    (report,) = await house.reports(hanako)
    await told(house, sent(hanako, report.item_id, "2026-11-05"))
    house.on("2026-11-10")
    assert (await take_back(counter, taken)).status_code == 200
    (line,) = await lines(counter)
    assert (line["result"], line["result_on"], line["correction"]) == (
        "本登録取消", "2026-11-10", None,
    )  # fmt: skip
    house.on("2026-11-20")
    away = correction_sent(hanako, report.item_id, "2026-11-19")
    await told(house, away)
    house.on("2026-11-25")
    await told(house, correction_decided(away, "2026-11-24"))
    said = {
        "processing": "cancellation", "label": "取消", "forwarded_on": "2026-11-19",
        "given_up_on": None, "outcome": "accepted", "outcome_label": "機構受理",
        "decided_on": "2026-11-24", "return_code": None, "return_reason": None,
    }  # fmt: skip
    view = await whole(counter, taken)
    assert (view["corrections"], view["summary"]["correction"]) == ([said], said)
    assert (await counter.page(hanako))["notices"][0]["correction"] == said
    listed = await counter.call("GET", "/notices", SETTLER, params={"state": "taken_back"})
    assert [one["correction"] for one in listed.json()["notices"]] == [said]
    (line,) = await lines(counter)
    assert (line["state_label"], line["correction"]) == ("本登録取消", said)
    # Of the day before it was decided the page knows that it was sent, and no more.
    earlier = (await counter.page(hanako, as_of="2026-11-24"))["notices"][0]["correction"]
    assert (earlier["label"], earlier["outcome"]) == ("取消", None)
    assert (await counter.page(hanako, as_of="2026-11-18"))["notices"][0]["correction"] is None


@pytest.mark.stack
async def test_a_fact_notified_anew_is_sent_when_jps_holds_it(
    house: House, counter: Counter, hanako: UUID
) -> None:
    taken = await settled(counter, hanako)
    (report,) = await house.reports(hanako)
    await told(house, sent(hanako, report.item_id, "2026-11-05"))
    await told(house, decided(hanako, report.item_id, "2026-11-05", ItemOutcome.ACCEPTED))
    house.on("2026-11-10")
    await take_back(counter, taken)
    # Before a cancellation went out JPS holds what the new notice says: nothing is sent again.
    anew = await settled(counter, hanako, received_on="2026-11-10")
    view = await whole(counter, anew)
    assert [(came["state_label"], came["on_day"]) for came in view["history"]] == [
        ("受付（仮登録）", None), ("本登録", None), ("送付済", "2026-11-05"),
        ("機構受理", "2026-11-05"),
    ]  # fmt: skip
    # After one went out it waits until JPS is told once more.
    await take_back(counter, anew)
    await told(house, correction_sent(hanako, report.item_id, "2026-11-11"))
    third = await settled(counter, hanako, received_on="2026-11-10")
    assert (await whole(counter, third))["summary"]["state"] == "settled"
    house.on("2026-11-13")
    again = correction_sent(hanako, report.item_id, "2026-11-12", ReportProcessing.REPORT, serial=3)
    await told(house, again, again)
    summary = (await whole(counter, third))["summary"]
    assert (summary["state_label"], summary["forwarded_on"]) == ("送付済", "2026-11-12")


@pytest.mark.stack
async def test_on_a_medium_staff_are_told_to_have_it_voided_first(
    house: House, counter: Counter, hanako: UUID
) -> None:
    notice_of_it = await settled(counter, hanako)
    (report,) = await house.reports(hanako)
    await told(house, on_medium(hanako, report.item_id))
    (line,) = (await counter.page(hanako))["notices"]
    assert line["on_medium"] == 7
    proposed = await counter.call("POST", f"/notices/{notice_of_it}/take-back", SETTLER, json=WHY)
    assert proposed.status_code == 201, proposed.text
    assert "通番7" in proposed.json()["action"]
    assert "媒体の取消し" in proposed.json()["action"]
    await told(house, on_medium(hanako, report.item_id, on=False))
    assert (await whole(counter, notice_of_it))["summary"]["on_medium"] is None


@pytest.mark.stack
async def test_of_what_was_sent_both_who_decide_are_told_that_it_has_to_be_corrected(
    house: House, counter: Counter, hanako: UUID
) -> None:
    notice_of_it = await settled(counter, hanako)
    (report,) = await house.reports(hanako)
    path = f"/notices/{notice_of_it}/take-back"
    proposed = await counter.call("POST", path, SETTLER, json=WHY)
    assert proposed.json()["action"] is None
    await told(house, sent(hanako, report.item_id, "2026-11-04"))
    no = await counter.call("POST", f"{path}/settle", SETTLER, by="s003", json={"agree": False})
    assert no.json()["action"] is None
    house.on("2026-11-10")
    proposed = await counter.call("POST", path, SETTLER, json=WHY)
    assert "訂正を要する報告の一覧に載り" in proposed.json()["action"]
    done = await counter.call("POST", f"{path}/settle", SETTLER, by="s003", json={"agree": True})
    assert "取消しの報告を提案" in done.json()["action"]


@pytest.mark.stack
async def test_of_what_was_never_sent_a_correction_is_a_dead_letter(
    house: House, counter: Counter, hanako: UUID
) -> None:
    await settled(counter, hanako)
    (report,) = await house.reports(hanako)
    away = correction_sent(hanako, report.item_id, "2026-11-21")
    await told(house, away)
    letters = await house.rows("select code from bus.dead_letters")
    assert [letter["code"] for letter in letters] == ["QU-1005"]


@pytest.mark.stack
async def test_two_people_and_only_what_is_settled(
    house: House, counter: Counter, hanako: UUID
) -> None:
    answer = await counter.accept(notice(hanako))
    waiting = answer.json()["summary"]["notice_id"]
    path = f"/notices/{waiting}/take-back"
    refused = await counter.call("POST", path, SETTLER, json=WHY)
    assert (refused.status_code, refused.json()["code"]) == (409, "QU-0201")
    await counter.settle(waiting)
    nothing = await counter.call("POST", f"{path}/settle", SETTLER, json={"agree": True})
    assert (nothing.status_code, nothing.json()["code"]) == (409, "QU-0702")
    number = {"reason": f"番号 {synthetic_individual_number(5)}"}
    assert (await counter.call("POST", path, SETTLER, json=number)).json()["code"] == "QU-0205"
    same = await take_back(counter, waiting, by="s001")
    assert (same.status_code, same.json()["code"]) == (403, "QU-0703")
    refusals = [r for r in await house.outbox(AuditRecorded) if r.outcome is AuditOutcome.REFUSED]
    assert [(r.details["code"], r.staff_id) for r in refusals] == [("QU-0703", "s001")]
    twice = await counter.call("POST", path, SETTLER, json=WHY)
    assert (twice.status_code, twice.json()["code"]) == (409, "QU-0701")
    no = await counter.call("POST", f"{path}/settle", SETTLER, by="s002", json={"agree": False})
    assert (no.status_code, no.json()["state"]) == (200, "settled")
    assert await house.outbox(QualificationReportStands) == []
    unknown = f"/notices/{uuid4()}/take-back"
    assert (await counter.call("POST", unknown, SETTLER, json=WHY)).status_code == 404
    for function in (Function.NOTICE_ACCEPT, Function.PERSON_VIEW):
        assert (await counter.call("POST", path, function, json=WHY)).status_code == 403


NOTICE_FACTS = [
    fact
    for fact in AT_45.copy()
    .leaves_work("2026-10-31", settled="2026-11-05", name="left")
    .has_number("2271174711", settled="2026-11-05")
    .applies("2026-11-06", name="applied")
    .facts
    if getattr(fact.content, "notice_id", None) is not None
]
GONE = TakenBackStatement(notice_id("left"), d("2026-11-10"))


@given(st.permutations([*(fact.content for fact in NOTICE_FACTS), GONE]))
def test_the_order_in_which_facts_and_the_taking_back_arrive_does_not_matter(
    order: list[Any],
) -> None:
    without = AT_45.copy()
    arrived = AT_45.copy()
    for place, content in enumerate(order):
        fact = Fact(life_moment(place), content)
        arrived.facts.append(fact)
        if content is not GONE and content.notice_id != notice_id("left"):
            without.facts.append(fact)
    assert arrived.on("2026-12-01").segments == without.on("2026-12-01").segments


def test_a_moment_before_still_knows_it() -> None:
    life = AT_45.copy().leaves_work("2026-10-31", settled="2026-11-01", name="left")
    before = life.on("2026-11-01", known="2026-11-01")
    life.facts.append(Fact(life_moment(0), GONE))
    assert life.on("2026-11-01", known="2026-11-01") == before
    assert life.on("2026-11-10") != before
    assert isinstance(life, Life)


@pytest.mark.stack
async def test_what_was_told_last_is_what_the_later_medium_told(
    house: House, counter: Counter, hanako: UUID
) -> None:
    """Both come in one batch, after the house was away."""
    taken = await settled(counter, hanako)
    (report,) = await house.reports(hanako)
    await told(house, sent(hanako, report.item_id, "2026-11-05"))
    await take_back(counter, taken)
    house.on("2026-11-20")
    away = correction_sent(hanako, report.item_id, "2026-11-11")
    again = correction_sent(hanako, report.item_id, "2026-11-12", ReportProcessing.REPORT, serial=3)
    await told(house, again, away)
    view = await whole(counter, taken)
    assert [one["label"] for one in view["corrections"]] == ["取消", "報告"]
    assert view["summary"]["correction"]["label"] == "報告"
    anew = await settled(counter, hanako, received_on="2026-11-20")
    summary = (await whole(counter, anew))["summary"]
    assert (summary["state_label"], summary["forwarded_on"]) == ("送付済", "2026-11-12")
