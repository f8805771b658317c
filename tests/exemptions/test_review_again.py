"""Settled applications that wait to be sent: asked about again, and what comes out otherwise."""

from argparse import Namespace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.events import (
    AuditOperation,
    AuditRecorded,
    ExemptionApplicationSettled,
    FactsRequested,
    ReportItemKind,
)
from contracts.functions import Function
from contracts.months import Month
from services.chassis.clock import FixedClock
from services.chassis.service import Service
from services.exemptions import commands
from services.exemptions.domain.application.review import Result
from services.exemptions.domain.decisions import ReviewOfMonth
from services.exemptions.domain.kinds import ExemptionKind
from services.exemptions.domain.reviewed_again import changed
from tests.audit.calling import Caller
from tests.exemptions.applying import (
    CHIEF,
    CLERK,
    PATH,
    accepted,
    an_application,
    asked,
    kept_answers,
    told,
)
from tests.exemptions.counter import NOW, forwarded, sent, somebody, take

LIST = "/exemption-reviews-again"
JULY, AUGUST, SEPTEMBER = (Month(2026, n) for n in (7, 8, 9))
FULL = ReviewOfMonth(Result.PASSES, ExemptionKind.FULL)
HALF = ReviewOfMonth(Result.PASSES, ExemptionKind.HALF)
ASKS = ReviewOfMonth(Result.ASKS, None)
OUTSIDE = ReviewOfMonth(Result.EXCLUDED, None)


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({JULY: FULL}, {JULY: FULL}, []),
        ({JULY: FULL, AUGUST: FULL}, {JULY: HALF, AUGUST: FULL}, [(JULY, FULL, HALF)]),
        ({JULY: ASKS}, {JULY: FULL}, [(JULY, ASKS, FULL)]),
        ({JULY: FULL}, {JULY: OUTSIDE}, []),
        ({JULY: OUTSIDE}, {JULY: FULL}, [(JULY, OUTSIDE, FULL)]),
        ({}, {SEPTEMBER: FULL, JULY: HALF}, [(JULY, None, HALF), (SEPTEMBER, None, FULL)]),
        ({JULY: FULL}, {}, []),
    ],
    ids=["same", "one month", "declared since", "taken by another", "in again", "new", "gone"],
)
def test_what_is_reviewed_otherwise(before: Any, after: Any, found: list[Any]) -> None:
    assert [(one.month, one.before, one.after) for one in changed(before, after)] == found


async def settled(call: Caller, exemptions: Service, person: UUID, **income: Any) -> str:
    """An application that was settled and waits to be sent; by its income full exemption passes."""
    (shown,) = await accepted(call, an_application(person))
    application_id: str = shown["application"]["application_id"]
    requests = await asked(exemptions)
    await take(exemptions, told(requests[-1], **income))
    path = f"{PATH}/{application_id}/settle"
    answer = await call(*CHIEF, post=path, json={})
    if answer.status_code == 409:
        looked = {"acknowledged": [error["code"] for error in answer.json()["errors"]]}
        answer = await call(*CHIEF, post=path, json=looked)
    assert answer.status_code == 200, answer.text
    return application_id


async def night(exemptions: Service, days: int = 1) -> list[FactsRequested]:
    """Who is asked about so many days later."""
    exemptions.clock = exemptions.intake._clock = FixedClock(NOW + timedelta(days=days))
    before = len(await asked(exemptions))
    assert await commands.review_again(exemptions, Namespace(limit=100)) == 0
    return (await asked(exemptions))[before:]


async def corrected(exemptions: Service, days: int = 1, **income: Any) -> None:
    """So many days later identity tells this income."""
    (request,) = await night(exemptions, days)
    await take(exemptions, told(request, **income))


async def listed(call: Caller, state: str = "open") -> list[dict[str, Any]]:
    answer = await call(*CLERK, get=LIST, params={"state": state})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["reviews"]
    return found


async def shown(call: Caller, application_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await call(*CLERK, get=f"{PATH}/{application_id}")).json()
    return found


def again(application_id: str, what: str) -> str:
    return f"{PATH}/{application_id}/review-again/{what}"


async def sent_to_jps(exemptions: Service, person: UUID) -> None:
    event = (await sent(exemptions, ExemptionApplicationSettled))[-1]
    kind = ReportItemKind.EXEMPTION_APPLICATION
    await take(exemptions, forwarded(event.item_id, person, kind, "2026-10-20"))


@pytest.mark.stack
async def test_income_that_is_corrected_before_it_is_sent_is_on_the_list(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    application_id = await settled(call, exemptions, person)
    await corrected(exemptions, total=1_000_000)
    (one,) = await listed(call)
    assert one["application"]["application_id"] == application_id
    (months,) = one["found"]["months"]
    assert (months["from_month"], months["to_month"]) == ("2026-07", "2027-06")
    assert (months["before_label"], months["after_label"]) == (
        "承認相当（全額免除）", "承認相当（半額免除）",
    )  # fmt: skip
    assert any("1,000,000円" in reason["sentence"] for reason in months["reasons"])
    assert "送付前" in one["found"]["action"]
    # What is settled stands, and nothing is told.
    page = await shown(call, application_id)
    assert {m["kind_label"] for m in page["settled_review"]} == {"全額免除"}
    assert page["reviewed_again"] == one["found"]
    assert len(await sent(exemptions, ExemptionApplicationSettled)) == 1


@pytest.mark.stack
async def test_each_is_asked_about_once_a_day_until_it_is_sent(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    await settled(call, exemptions, person)
    assert await night(exemptions, 0) == [], "it was asked about today"
    (request,) = await night(exemptions, 1)
    assert await night(exemptions, 1) == []
    await take(exemptions, told(request))
    assert len(await night(exemptions, 2)) == 1
    await sent_to_jps(exemptions, person)
    assert await night(exemptions, 3) == []
    jobs = [r for r in await sent(exemptions, AuditRecorded)
            if r.operation is AuditOperation.BATCH_JOB]  # fmt: skip
    assert [(r.details["job"], r.count) for r in jobs] == [("review_again", 1)] * 2


@pytest.mark.stack
async def test_whose_income_is_as_it_was_is_on_no_list_and_one_answer_is_kept(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    application_id = await settled(call, exemptions, person)
    await corrected(exemptions, total=450_000)
    assert await listed(call) == []
    assert (await shown(call, application_id))["reviewed_again"] is None
    kept = await kept_answers(exemptions, application_id)
    assert sorted(one["answer"] is not None for one in kept) == [False, True]


@pytest.mark.stack
async def test_what_is_corrected_back_is_gone_and_what_is_corrected_again_is_another(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    await settled(call, exemptions, person)
    await corrected(exemptions, 1, total=1_000_000)
    (first,) = await listed(call)
    await corrected(exemptions, 2, total=1_000_001)
    (same,) = await listed(call)
    assert same["found"]["review_id"] == first["found"]["review_id"], "the months are the same"
    await corrected(exemptions, 3, total=5_000_000)
    (other,) = await listed(call)
    assert other["found"]["months"][0]["after_label"] == "非該当"
    await corrected(exemptions, 4, total=450_000)
    assert await listed(call) == []
    assert len(await listed(call, "gone")) == 2


@pytest.mark.stack
async def test_what_is_noted_stays_noted_while_it_is_so(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    application_id = await settled(call, exemptions, person)
    note = again(application_id, "note")
    answer = await call(*CLERK, post=note, json={"note": "相違なし"})
    assert (answer.status_code, answer.json()["code"]) == (409, "EX-0211")
    await corrected(exemptions, 1, total=1_000_000)
    number = await call(*CLERK, post=note, json={"note": "番号 123456789018 を聴取"})
    assert (number.status_code, number.json()["code"]) == (422, "EX-0110")
    answer = await call(*CLERK, post=note, json={"note": "申請者が修正申告を予定している。"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["reviewed_again"]["state_label"] == "対応済"
    await corrected(exemptions, 2, total=1_000_000)
    assert await listed(call) == []
    (noted,) = await listed(call, "noted")
    assert (noted["found"]["noted_by"], noted["found"]["action"]) == ("s001", None)
    twice = await call(*CLERK, post=note, json={"note": "再度"})
    assert (twice.status_code, twice.json()["code"]) == (409, "EX-0701")


@pytest.mark.stack
async def test_it_is_settled_anew_by_another_with_the_answers_of_the_day(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    application_id = await settled(call, exemptions, person)
    path = again(application_id, "settle")
    answer = await call(*CHIEF, post=path, json={})
    assert (answer.status_code, answer.json()["code"]) == (409, "EX-0211")
    await corrected(exemptions, 1, total=1_000_000)
    own = await call("s001", Function.NOTICE_SETTLE, post=path, json={})
    assert (own.status_code, own.json()["code"]) == (403, "EX-0107")
    exemptions.clock = exemptions.intake._clock = FixedClock(NOW + timedelta(days=2))
    late = await call(*CHIEF, post=path, json={})
    assert (late.status_code, late.json()["code"]) == (409, "EX-0208")
    assert (await call(*CHIEF, post=path, json={})).json()["code"] == "EX-0207"
    await take(exemptions, told((await asked(exemptions))[-1], total=1_000_000))
    answer = await call(*CHIEF, post=path, json={})
    assert answer.status_code == 200, answer.text
    page = answer.json()
    assert {m["kind_label"] for m in page["settled_review"]} == {"半額免除"}
    assert page["reviewed_again"]["state_label"] == "再本登録済"
    assert page["reviewed_again"]["months"][0]["before_label"] == "承認相当（全額免除）"
    assert await listed(call) == []
    # What JPS is sent is the same: the review is the city's.
    assert len(await sent(exemptions, ExemptionApplicationSettled)) == 1
    await corrected(exemptions, 3, total=1_000_000)
    assert await listed(call) == []
    await sent_to_jps(exemptions, person)
    assert (await shown(call, application_id))["application"]["state"] == "forwarded"


@pytest.mark.stack
async def test_who_declared_since_is_on_the_list_and_what_is_open_anew_is_looked_at(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    application_id = await settled(call, exemptions, person)
    await corrected(exemptions, 1, declared=False)
    (one,) = await listed(call)
    assert one["found"]["months"][0]["after_label"].startswith("要確認")
    codes = [finding["code"] for finding in one["found"]["findings"]]
    assert codes
    path = again(application_id, "settle")
    answer = await call(*CHIEF, post=path, json={})
    assert (answer.status_code, answer.json()["code"]) == (409, "EX-0109")
    answer = await call(*CHIEF, post=path, json={"acknowledged": codes})
    assert answer.status_code == 200, answer.text
    assert answer.json()["acknowledged"] == codes
    await corrected(exemptions, 2)
    (one,) = await listed(call)
    (months,) = one["found"]["months"]
    assert months["before_label"].startswith("要確認")
    assert months["after_label"] == "承認相当（全額免除）"


@pytest.mark.stack
async def test_once_it_is_sent_what_was_told_is_emptied_and_jps_is_to_be_told(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    application_id = await settled(call, exemptions, person)
    await corrected(exemptions, total=1_000_000)
    await sent_to_jps(exemptions, person)
    (one,) = await listed(call)
    assert one["found"]["action"].startswith("送付済")
    assert "1,000,000" not in str(one)
    assert one["found"]["months"][0]["after_label"] == "承認相当（半額免除）"
    assert all(kept["answer"] is None for kept in await kept_answers(exemptions, application_id))
    async with exemptions.database.read() as connection:
        kept = await connection.fetchval(
            "select string_agg(r::text, '') from exemptions.reviews_again r"
        )
    assert "450,000" not in kept
    assert "1,000,000" not in kept
    answer = await call(*CHIEF, post=again(application_id, "settle"), json={})
    assert (answer.status_code, answer.json()["code"]) == (409, "EX-0106")


@pytest.mark.stack
async def test_the_list_goes_on_page_by_page(call: Caller, exemptions: Service) -> None:
    people = [await somebody(exemptions) for _ in range(3)]
    for person in people:
        await settled(call, exemptions, person)
    for request in await night(exemptions):
        await take(exemptions, told(request, total=1_000_000))
    seen: list[str] = []
    after: int | None = 0
    while after is not None:
        page = (await call(*CLERK, get=LIST, params={"limit": 2, "after": after})).json()
        seen += [one["application"]["person_id"] for one in page["reviews"]]
        after = page["following"]
    assert sorted(seen) == sorted(map(str, people))
