"""What JPS decided on applications and notices: theirs, beside the city's review (C40)."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.events import (
    AuditOperation,
    AuditRecorded,
    DecisionTakenBack,
    ExemptionApplicationSettled,
    ExemptionNotified,
    ItemDecided,
    ReportItemKind,
    ReportOwner,
)
from services.chassis.received import Rejected
from services.chassis.service import Service
from services.exemptions.stores import decisions, renewals
from tests.audit.calling import Caller
from tests.exemptions.applying import CHIEF, CLERK, PATH, accepted, an_application
from tests.exemptions.counter import category_1, forwarded, sent, take
from tests.exemptions.exempting import NOTICES, a_notice, expecting, notify
from tests.exemptions.jps import WORK, Granted, decided, returned, shown, with_jps, work
from tests.exemptions.people import period
from tests.exemptions.waiting import until_it_waits

REPORTED = {
    "maternity": "maternity_exemption",
    "statutory_start": "statutory_exemption_start",
}
FULL = ("full", "2026-07", "2027-06")
HALF = ("half", "2026-07", "2027-06")


@pytest.mark.parametrize(
    ("granted", "result", "label", "differ"),
    [
        ((FULL,), "granted", "承認", 0),
        ((("full", "2026-07", "2026-12"),), "partly", "一部承認", 6),
        ((HALF,), "other_kind", "他の段階での承認", 12),
        (
            (("full", "2026-07", "2026-12"), ("half", "2027-01", "2027-06")),
            "other_kind", "他の段階での承認", 6,
        ),
        ((), "refused", "却下", 12),
    ],
    ids=["granted", "partly", "another kind", "two kinds", "refused"],
)  # fmt: skip
async def test_a_decision_is_shown_as_theirs_beside_the_review(
    exemptions: Service, call: Caller, person: UUID, granted: tuple[Granted, ...], result: str,
    label: str, differ: int,
) -> None:  # fmt: skip
    application_id, item_id = await with_jps(exemptions, call, person)
    await take(exemptions, decided(item_id, person, *granted))
    page = await shown(call, application_id)
    application = page["application"]
    assert (application["state"], application["state_label"]) == ("accepted", "機構受理")
    decision = application["decision"]
    assert (decision["result"], decision["result_label"]) == (result, label)
    assert decision["decided_on"] == "2026-11-10"
    assert [(s["kind"], s["from_month"], s["to_month"]) for s in decision["granted"]] == [*granted]
    assert len(page["settled_review"]) == 12  # the review stays as the city's
    assert len(page["differences"]) == differ
    listed = await work(call)
    assert [one["decision_id"] for one in listed] == [decision["decision_id"]] * bool(differ)
    if differ:
        assert listed[0]["entry"]["application_id"] == application_id
        assert listed[0]["differences"] == page["differences"]


async def test_the_decision_of_the_latest_day_counts_whichever_came_first(
    exemptions: Service, call: Caller, person: UUID
) -> None:
    application_id, item_id = await with_jps(exemptions, call, person)
    later = decided(item_id, person, FULL, on="2026-12-01")
    await take(exemptions, later, decided(item_id, person, on="2026-11-10"))
    await take(exemptions, returned(item_id, person, on="2026-11-20"), later)
    application = (await shown(call, application_id))["application"]
    assert (application["state"], application["decision"]["result"]) == ("accepted", "granted")
    assert await work(call) == []


async def test_a_decision_that_says_no_months_is_told_as_that(
    exemptions: Service, call: Caller, person: UUID
) -> None:
    application_id, item_id = await with_jps(exemptions, call, person)
    await take(exemptions, decided(item_id, person, told=False))
    page = await shown(call, application_id)
    assert page["application"]["decision"]["result"] == "not_told"
    assert (page["differences"], await work(call)) == ([], [])
    person_page = (await call(*CHIEF, get=f"/persons/{person}/exemptions")).json()
    assert (person_page["granted"], person_page["exempt"]) == ([], [])


async def test_a_decision_that_was_about_another_counts_no_more(
    exemptions: Service, call: Caller, person: UUID
) -> None:
    application_id, item_id = await with_jps(exemptions, call, person)
    granted = decided(item_id, person, FULL, on="2026-11-01")
    wrong = returned(item_id, person, on="2026-11-10")
    await take(exemptions, granted, wrong)
    assert (await shown(call, application_id))["application"]["state"] == "returned"

    def another_s(event: ItemDecided) -> DecisionTakenBack:
        return DecisionTakenBack(
            decision_id=event.decision_id, item_id=item_id, person_id=person,
            owner=ReportOwner.EXEMPTIONS, kind=event.kind, decided_on=event.decided_on,
        )  # fmt: skip

    await take(exemptions, another_s(wrong))
    application = (await shown(call, application_id))["application"]
    assert (application["state"], application["decision"]["result"]) == ("accepted", "granted")
    assert await work(call) == []
    await take(exemptions, another_s(granted), another_s(granted))
    application = (await shown(call, application_id))["application"]
    assert (application["state"], application["decision"]) == ("forwarded", None)
    person_page = (await call(*CHIEF, get=f"/persons/{person}/exemptions")).json()
    assert person_page["granted"] == []
    with pytest.raises(Rejected, match="EX-1005"):
        await take(exemptions, another_s(decided(item_id, person, FULL)))


async def test_what_was_never_sent_is_refused_and_nothing_is_kept(
    exemptions: Service, call: Caller, person: UUID
) -> None:
    application_id, item_id = await with_jps(exemptions, call, person)
    strange = decided(uuid4(), person, FULL)
    with pytest.raises(Rejected) as refused:
        await take(exemptions, decided(item_id, person, FULL), strange)
    [rejection] = refused.value.rejections
    assert (rejection.code, rejection.received.event) == ("EX-1004", strange)
    assert (await shown(call, application_id))["application"]["decision"] is None
    # Another service's item is none of ours.
    await take(exemptions, decided(uuid4(), person, owner=ReportOwner.QUALIFICATION, kind="loss"))


async def test_the_person_page_shows_what_stands_month_by_month(
    exemptions: Service, call: Caller, person: UUID
) -> None:
    _, first = await with_jps(exemptions, call, person)
    half = ("half", "2026-07", "2027-06")
    await take(exemptions, decided(first, person, half))
    page = (await call(*CHIEF, get=f"/persons/{person}/exemptions")).json()
    [granted] = page["granted"]
    assert (granted["kind"], granted["from_month"], granted["to_month"]) == half
    assert granted["reasons"][0]["code"] == "granted-by-jps"
    [exempt] = page["exempt"]
    assert (exempt["kind"], exempt["from_month"], exempt["to_month"]) == half
    assert page["applications"][0]["decision"]["result"] == "other_kind"
    # A later application for another kind takes over from the month before it on.
    _, second = await with_jps(exemptions, call, person)
    await take(exemptions, decided(second, person, FULL, on="2026-12-01"))
    page = (await call(*CHIEF, get=f"/persons/{person}/exemptions")).json()
    assert [(s["kind"], s["from_month"], s["to_month"]) for s in page["granted"]] == [
        ("half", "2026-07", "2026-08"), ("full", "2026-09", "2027-06"),
    ]  # fmt: skip
    # Maternity goes before both: notified, it stands in its months.
    birth = await call(*CLERK, post=NOTICES, json=expecting(person))
    where = f"{NOTICES}/{birth.json()['notice']['notice_id']}/settle"
    answer = await call(*CHIEF, post=where)
    assert answer.status_code == 200, answer.text
    page = (await call(*CHIEF, get=f"/persons/{person}/exemptions")).json()
    assert [s["kind"] for s in page["exempt"]] == ["half", "full", "maternity", "full"]


async def test_a_request_to_cancel_ends_what_was_granted_and_an_appeal_is_noted(
    exemptions: Service, call: Caller, person: UUID
) -> None:
    (waits,) = await accepted(call, an_application(person))
    early = f"{PATH}/{waits['application']['application_id']}/requests"
    request = {"kind": "cancellation", "made_on": "2026-10-15"}
    assert (await call(*CLERK, post=early, json=request)).json()["code"] == "EX-0302"
    await call(*CLERK, post=early.replace("requests", "withdraw"), json={"reason": "取下げ"})
    entered: dict[str, Any] = {"applied_on": "R8.10.1"}
    application_id, item_id = await with_jps(exemptions, call, person, **entered)
    await take(exemptions, decided(item_id, person, FULL))
    where = f"{PATH}/{application_id}/requests"
    for day in ("2026-09-30", "2026-10-16"):
        answer = await call(*CLERK, post=where, json=request | {"made_on": day})
        assert answer.json()["code"] == "EX-0303"
    for kind in ("cancellation", "appeal"):
        answer = await call(*CLERK, post=where, json=request | {"kind": kind})
        assert answer.status_code == 201, answer.text
    assert {(r["kind_label"], r["noted_by"]) for r in answer.json()["requests"]} == {
        ("取消申請", "s001"), ("審査請求", "s001"),
    }  # fmt: skip
    assert (await call(*CLERK, post=where, json=request)).json()["code"] == "EX-0304"
    page = (await call(*CHIEF, get=f"/persons/{person}/exemptions")).json()
    assert [(s["from_month"], s["to_month"]) for s in page["granted"]] == [("2026-07", "2026-08")]
    assert [(s["from_month"], s["to_month"]) for s in page["exempt"]] == [("2026-07", "2026-08")]


async def test_work_is_settled_by_saying_what_was_done(
    exemptions: Service, call: Caller, person: UUID
) -> None:
    _, item_id = await with_jps(exemptions, call, person)
    await take(exemptions, decided(item_id, person))
    [one] = await work(call)
    where = f"{WORK}/{one['decision_id']}/settle"
    answer = await call(*CLERK, post=where, json={"done": "説明した"})
    assert answer.status_code == 403
    answer = await call(*CHIEF, post=where, json={"done": ""})
    assert answer.status_code == 422
    answer = await call(*CHIEF, post=where, json={"done": "年金事務所に確認し、本人に説明した"})
    assert answer.status_code == 204, answer.text
    assert await work(call) == []
    answer = await call(*CHIEF, post=where, json={"done": "もう一度"})
    assert answer.json()["code"] == "EX-0301"
    last = (await sent(exemptions, AuditRecorded))[-2]
    assert (last.operation, last.details) == (
        AuditOperation.ENTRY_SETTLED, {"of": "exemption_decision"},
    )  # fmt: skip
    assert last.person_id == person
    # A later decision is work again.
    await take(exemptions, decided(item_id, person, HALF, on="2026-12-01"))
    assert len(await work(call)) == 1


async def test_what_was_returned_is_reported_again(
    exemptions: Service, call: Caller, person: UUID
) -> None:
    application_id, item_id = await with_jps(exemptions, call, person)
    await take(exemptions, returned(item_id, person))
    application = (await shown(call, application_id))["application"]
    assert (application["state_label"], application["decision"]["result_label"]) == (
        "機構返戻", "返戻",
    )  # fmt: skip
    assert application["decision"]["return_code"] == "06"
    assert len(await work(call)) == 1
    where = f"{PATH}/{application_id}/report-again"
    who = ("s001", *CHIEF[1:])
    assert (await call(*who, post=where)).json()["code"] == "EX-0107"
    answer = await call(*CHIEF, post=where)
    assert answer.status_code == 200, answer.text
    assert answer.json()["application"]["state"] == "settled"
    first, again = await sent(exemptions, ExemptionApplicationSettled)
    assert first.model_copy(update={"item_id": again.item_id}) == again
    assert again.item_id != item_id
    assert await work(call) == []
    assert (await call(*CHIEF, post=where)).json()["code"] == "EX-0106"
    # What is told of the first item again changes nothing any more.
    kind = ReportItemKind.EXEMPTION_APPLICATION
    await take(exemptions, forwarded(item_id, person, kind, "2026-10-20"))
    await take(exemptions, decided(item_id, person, on="2026-12-24"))
    assert (await shown(call, application_id))["application"]["state"] == "settled"
    await take(exemptions, forwarded(again.item_id, person, kind, "2026-11-20"))
    await take(exemptions, decided(again.item_id, person, FULL, on="2026-12-01"))
    application = (await shown(call, application_id))["application"]
    assert (application["state"], application["decision"]["result"]) == ("accepted", "granted")


async def test_what_was_returned_is_mended_by_a_new_entry(
    exemptions: Service, call: Caller, person: UUID
) -> None:
    born = expecting(person)
    first = (await call(*CLERK, post=NOTICES, json=born)).json()["notice"]["notice_id"]
    mending = born | {"mends": first}
    assert (await call(*CHIEF, post=f"{NOTICES}/{first}/settle")).status_code == 200
    assert (await call(*CLERK, post=NOTICES, json=mending)).json()["code"] == "EX-0111"
    [event] = await sent(exemptions, ExemptionNotified)
    kind = ReportItemKind.MATERNITY_EXEMPTION
    await take(exemptions, forwarded(event.item_id, person, kind, "2026-10-20"))
    await take(exemptions, returned(event.item_id, person, kind=kind.value))
    page = (await call(*CHIEF, get=f"/persons/{person}/exemptions")).json()
    assert [s["kind"] for s in page["exempt"]] == ["maternity"]  # it stands until it is mended
    answer = await call(*CLERK, post=NOTICES, json=mending)
    assert answer.status_code == 201, answer.text
    second = answer.json()["notice"]
    assert (second["mends"], await work(call)) == (first, [])
    assert (await call(*CLERK, post=NOTICES, json=mending)).json()["code"] in (
        "EX-0104", "EX-0111",
    )  # fmt: skip
    answer = await call(*CHIEF, post=f"{NOTICES}/{second['notice_id']}/settle")
    assert answer.status_code == 200, answer.text
    mended = (await call(*CHIEF, get=f"{NOTICES}/{first}")).json()["notice"]
    assert (mended["state"], mended["mended"]) == ("returned", True)
    answer = await call(*CHIEF, post=f"{NOTICES}/{first}/report-again")
    assert answer.json()["code"] == "EX-0106"
    page = (await call(*CHIEF, get=f"/persons/{person}/exemptions")).json()
    assert [s["kind"] for s in page["exempt"]] == ["maternity"]


@pytest.mark.parametrize(
    ("granted", "due"),
    [
        ((FULL,), ["full"]),
        ((("deferment", "2026-07", "2027-06"),), ["deferment"]),
        ((HALF,), []),
        ((("full", "2026-07", "2026-12"),), []),
        ((), []),
    ],
    ids=["granted", "deferment instead", "a part instead", "not to the end", "refused"],
)
async def test_the_renewal_goes_by_what_jps_granted(
    exemptions: Service, call: Caller, person: UUID, granted: tuple[Granted, ...], due: list[str]
) -> None:
    _, item_id = await with_jps(exemptions, call, person, continuing=True)
    async with exemptions.database.read() as connection:
        before = await connection.fetchval("select continues_kind from exemptions.applications")
    assert before == "full"
    await take(exemptions, decided(item_id, person, *granted))
    async with exemptions.unit_of_work() as uow:
        found = await renewals.due(uow.connection, 2027, 10)
    assert [one.kind for one in found] == due


async def test_what_was_returned_is_reported_again_with_the_months_that_it_was_settled_with(
    exemptions: Service, call: Caller, person: UUID
) -> None:
    notices = [
        expecting(person),
        a_notice(person, "statutory_start", {"ground": "facility", "since": "R8.9.10"}),
    ]
    for notice in notices:
        await notify(call, notice)
    before = {event.notice_id: event for event in await sent(exemptions, ExemptionNotified)}
    for event in before.values():
        kind = ReportItemKind(REPORTED[event.kind.value])
        await take(exemptions, forwarded(event.item_id, person, kind, "2026-10-20"))
        await take(exemptions, returned(event.item_id, person, kind=kind.value))
    employed = category_1(person, 2).model_copy(update={"periods": (period(2, "2010-03-31"),)})
    await take(exemptions, employed)
    for notice_id in before:
        answer = await call(*CHIEF, post=f"{NOTICES}/{notice_id}/report-again")
        assert answer.status_code == 200, answer.text
    again = (await sent(exemptions, ExemptionNotified))[len(before) :]
    assert {event.notice_id: event for event in again} == {
        event.notice_id: before[event.notice_id].model_copy(update={"item_id": event.item_id})
        for event in again
    }
    assert {event.item_id for event in again}.isdisjoint(e.item_id for e in before.values())


async def test_of_two_decisions_of_one_day_the_same_counts_in_the_work_list(
    exemptions: Service, call: Caller, person: UUID
) -> None:
    first, second = UUID(int=1), UUID(int=2)
    application_id, item_id = await with_jps(exemptions, call, person)
    await take(exemptions, decided(item_id, person, HALF, decision_id=first))
    assert [one["decision_id"] for one in await work(call)] == [str(first)]
    await take(exemptions, decided(item_id, person, FULL, decision_id=second))
    assert (await shown(call, application_id))["application"]["decision"]["decision_id"] == str(
        second
    )
    assert await work(call) == []


async def test_who_settles_work_that_another_just_settled_is_told_so(exemptions: Service,
    call: Caller, person: UUID
) -> None:  # fmt: skip
    _, item_id = await with_jps(exemptions, call, person)
    await take(exemptions, decided(item_id, person))
    [one] = await work(call)
    where = f"{WORK}/{one['decision_id']}/settle"
    async with exemptions.unit_of_work() as uow:
        mine = await decisions.settle(
            uow.connection, UUID(one["decision_id"]), "説明した", "s003", uow.now
        )
        assert mine is not None
        theirs = asyncio.create_task(call(*CHIEF, post=where, json={"done": "訪問した"}))
        await until_it_waits(exemptions, theirs)
    assert (await theirs).json()["code"] == "EX-0301"
