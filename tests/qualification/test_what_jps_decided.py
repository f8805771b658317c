"""What JPS decided comes back: notices' states, returns as work, mended and reported again."""

import asyncio
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from contracts.events import AuditOperation, CorrectedValues, InsuredCategory, ItemOutcome
from contracts.functions import Function
from contracts.numbers import synthetic_individual_number
from tests.qualification.decided import decided, sent, told
from tests.qualification.house import Counter, House, notice
from tests.qualification.people import d

pytestmark = pytest.mark.stack

SETTLER = Function.NOTICE_SETTLE


async def accepted(counter: Counter, person_id: UUID, **changes: Any) -> str:
    body = notice(person_id, **changes) | (
        {"mends": changes["mends"]} if "mends" in changes else {}
    )
    body["values"].pop("mends", None)
    answer = await counter.accept(body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["summary"]["notice_id"])


async def settled(counter: Counter, notice_id: str) -> dict[str, Any]:
    answer = await counter.settle(notice_id)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def reported(house: House, counter: Counter, person_id: UUID) -> tuple[str, UUID]:
    """A settled notice that was sent on 12 November: its id, and the item's."""
    notice_id = await accepted(counter, person_id)
    await settled(counter, notice_id)
    (report,) = await house.reports(person_id)
    house.on("2026-11-12")
    await told(house, sent(person_id, report.item_id, "2026-11-12"))
    return notice_id, report.item_id


async def shown(counter: Counter, notice_id: str) -> dict[str, Any]:
    answer = await counter.call("GET", f"/notices/{notice_id}", Function.PERSON_VIEW)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def returns(counter: Counter, **query: Any) -> list[dict[str, Any]]:
    answer = await counter.call("GET", "/returned-reports", SETTLER, params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["returned"]
    return found


@pytest.mark.parametrize(
    ("outcome", "label"),
    [
        (ItemOutcome.ACCEPTED, "機構受理"),
        (ItemOutcome.RETURNED, "機構返戻"),
        (ItemOutcome.CORRECTED, "機構訂正"),
    ],
)
async def test_a_notice_comes_into_the_state_that_jps_decided(
    house: House, counter: Counter, hanako: UUID, outcome: ItemOutcome, label: str
) -> None:
    notice_id, item = await reported(house, counter, hanako)
    house.on("2026-12-01")
    corrected = (
        CorrectedValues(occurred_on=d("2026-10-31"), category_after=InsuredCategory.CATEGORY_1)
        if outcome is ItemOutcome.CORRECTED
        else None
    )
    await told(house, decided(hanako, item, "2026-11-27", outcome, corrected=corrected))
    view = await shown(counter, notice_id)
    assert (view["summary"]["state"], view["summary"]["state_label"]) == (outcome.value, label)
    assert view["summary"]["forwarded_on"] == "2026-11-12"
    (decision,) = view["decisions"]
    assert (decision["label"], decision["decided_on"]) == (label, "2026-11-27")
    page = await counter.page(hanako)
    assert page["transitions"][0]["decision"] == decision
    # JPS's own values are shown as theirs; the city's timeline rests on its facts.
    assert page["transitions"][0]["occurred_on"] == "2026-11-01"
    if corrected:
        assert decision["corrected_occurred_on"] == "2026-10-31"
    # What was known the day before does not know of it.
    earlier = await counter.page(hanako, as_of="2026-11-30")
    assert earlier["notices"][0]["state"] == "forwarded"
    assert earlier["transitions"][0]["decision"] is None
    assert [r["item_id"] for r in await returns(counter)] == (
        [str(item)] if outcome is ItemOutcome.RETURNED else []
    )


@pytest.mark.parametrize("order", list(permutations([0, 1, 2])))
async def test_the_decision_of_the_latest_day_counts_in_whatever_order_they_come(
    house: House, counter: Counter, hanako: UUID, order: tuple[int, ...]
) -> None:
    notice_id, item = await reported(house, counter, hanako)
    house.on("2026-12-10")
    decisions = [
        decided(hanako, item, "2026-11-20", ItemOutcome.ACCEPTED),
        decided(hanako, item, "2026-11-25", ItemOutcome.RETURNED),
        decided(hanako, item, "2026-12-01", ItemOutcome.ACCEPTED),
    ]
    for index in order:
        await told(house, decisions[index])
    await told(house, *decisions)
    view = await shown(counter, notice_id)
    assert view["summary"]["state"] == "accepted"
    assert [d["decided_on"] for d in view["decisions"]] == [
        "2026-11-20",
        "2026-11-25",
        "2026-12-01",
    ]
    assert await returns(counter) == []


async def test_a_decision_on_what_was_not_sent_is_a_dead_letter(
    house: House, counter: Counter, hanako: UUID
) -> None:
    await settled(counter, await accepted(counter, hanako))
    (report,) = await house.reports(hanako)
    await told(house, decided(hanako, report.item_id, "2026-11-20", ItemOutcome.ACCEPTED))
    letters = await house.rows("select code from bus.dead_letters")
    assert [letter["code"] for letter in letters] == ["QU-1003"]
    assert not await house.rows("select * from qualification.decisions")


async def test_a_returned_notice_is_mended_and_reported_as_a_new_item(
    house: House, counter: Counter, hanako: UUID
) -> None:
    first, item = await reported(house, counter, hanako)
    await told(house, decided(hanako, item, "2026-11-20", ItemOutcome.RETURNED))
    house.on("2026-11-24")
    (work,) = await returns(counter)
    assert (work["notice_id"], work["return_reason"]) == (first, "記録と整合しない")

    # The day was wrong: what the returned notice told no longer counts once the new one is settled.
    second = await accepted(
        counter, hanako, left_employment_on="2026-10-30", received_on="2026-11-24", mends=first
    )
    assert await returns(counter) == []
    assert (await shown(counter, first))["mended_by"] == second
    assert (await counter.page(hanako))["transitions"][-1]["occurred_on"] == "2026-11-01"
    await settled(counter, second)
    page = await counter.page(hanako)
    assert [t["occurred_on"] for t in page["transitions"] if t["reported_at"]] == ["2026-10-31"]
    assert [t["item_id"] for t in page["superseded"]] == [str(item)]
    assert page["superseded"][0]["decision"]["label"] == "機構返戻"
    reports = await house.reports(hanako)
    assert [r.occurred_on for r in reports] == [d("2026-11-01"), d("2026-10-31")]
    assert str(reports[1].notice_id) == second

    await told(house, sent(hanako, reports[1].item_id, "2026-11-25"))
    house.on("2026-12-05")
    await told(house, decided(hanako, reports[1].item_id, "2026-12-04", ItemOutcome.ACCEPTED))
    states = {n["notice_id"]: n["state"] for n in (await counter.page(hanako))["notices"]}
    assert states == {first: "returned", second: "accepted"}
    # As it was before the mending: the returned notice counted.
    before = await counter.page(hanako, as_of="2026-11-23")
    assert [t["occurred_on"] for t in before["transitions"] if t["reported_at"]] == ["2026-11-01"]


async def test_a_mended_notice_that_says_the_same_is_reported_under_a_new_item(
    house: House, counter: Counter, hanako: UUID
) -> None:
    first, item = await reported(house, counter, hanako)
    await told(house, decided(hanako, item, "2026-11-20", ItemOutcome.RETURNED))
    house.on("2026-11-24")
    second = await accepted(counter, hanako, received_on="2026-11-24", mends=first)
    await settled(counter, second)
    one, again = await house.reports(hanako)
    assert (one.item_id, one.occurred_on) == (item, again.occurred_on)
    assert again.item_id != item
    assert str(again.notice_id) == second
    await told(house, sent(hanako, again.item_id, "2026-11-25"))
    page = await counter.page(hanako)
    (transition,) = [t for t in page["transitions"] if t["reported_at"]]
    assert (transition["item_id"], transition["forwarded_on"]) == (str(again.item_id), "2026-11-25")
    assert transition["decision"] is None
    assert page["superseded"] == []
    # Returned once more: a third item, of its own.
    await told(house, decided(hanako, again.item_id, "2026-11-24", ItemOutcome.RETURNED))
    third = await counter.call(
        "POST", f"/returned-reports/{again.item_id}/report-again", SETTLER, by="s002"
    )
    assert third.status_code == 201, third.text
    assert len({r.item_id for r in await house.reports(hanako)}) == 3


async def test_only_a_returned_notice_of_the_person_and_kind_can_be_mended_and_once(
    house: House, counter: Counter, hanako: UUID
) -> None:
    first, item = await reported(house, counter, hanako)
    body = notice(hanako, received_on="2026-11-12")

    async def refused(mends: str, **changes: Any) -> str:
        answer = await counter.accept(notice(hanako, received_on="2026-11-12", **changes)
                                      | {"mends": mends})  # fmt: skip
        return str(answer.json()["code"])

    assert await refused(first) == "QU-0601"
    assert await refused(str(uuid4())) == "QU-0601"
    await told(house, decided(hanako, item, "2026-11-20", ItemOutcome.RETURNED))
    second = (await counter.accept(body | {"mends": first})).json()["summary"]["notice_id"]
    assert await refused(first) == "QU-0601"
    # Withdrawn, it leaves the returned one as it was: work again.
    assert (await counter.withdraw(second, "入力誤り")).status_code == 200
    assert len(await returns(counter)) == 1
    assert (await counter.accept(body)).json()["code"] == "QU-0103"
    assert (await counter.accept(body | {"mends": first})).status_code == 201


async def test_what_was_returned_is_reported_again_as_it_is_or_settled_by_saying_why(
    house: House, counter: Counter, hanako: UUID
) -> None:
    notice_id, item = await reported(house, counter, hanako)
    await told(house, decided(hanako, item, "2026-11-20", ItemOutcome.RETURNED))
    path = f"/returned-reports/{item}"
    number = synthetic_individual_number(1)
    answer = await counter.call("POST", f"{path}/settle", SETTLER, json={"done": f"番号{number}"})
    assert (answer.status_code, answer.json()["code"]) == (422, "QU-0205")
    again = await counter.call("POST", f"{path}/report-again", SETTLER, by="s002")
    assert again.status_code == 201
    new = UUID(again.json()["item_id"])
    assert [r.item_id for r in await house.reports(hanako)] == [item, new]
    assert str((await house.reports(hanako))[1].notice_id) == notice_id
    view = await shown(counter, notice_id)
    assert (view["summary"]["state"], view["summary"]["forwarded_on"]) == ("settled", None)
    assert len(view["decisions"]) == 1
    # Twice is once: it waits for nobody now.
    twice = await counter.call("POST", f"{path}/report-again", SETTLER, by="s002")
    assert (twice.status_code, twice.json()["code"]) == (409, "QU-0602")

    await told(house, sent(hanako, new, "2026-11-26"))
    house.on("2026-12-01")
    await told(house, decided(hanako, new, "2026-11-30", ItemOutcome.RETURNED))
    path = f"/returned-reports/{new}"
    done = {"done": "機構の記録が正しいことを確認した"}
    assert (await counter.call("POST", f"{path}/settle", SETTLER, json=done)).status_code == 204
    assert await returns(counter) == []
    view = await shown(counter, notice_id)
    assert [came["state"] for came in view["history"]] == [
        "received", "settled", "forwarded", "returned", "settled", "forwarded", "returned",
    ]  # fmt: skip
    assert view["summary"]["forwarded_on"] == "2026-11-26"
    assert len(view["decisions"]) == 2
    earlier = await counter.page(hanako, as_of="2026-11-30")
    assert earlier["notices"][0]["state"] == "forwarded"
    (kept,) = await house.rows(
        "select item_id, done, settled_by from qualification.returns_settled"
    )
    assert kept == {"item_id": new, "done": done["done"], "settled_by": "s001"}
    records = [
        r for r in await house.audited(AuditOperation.ENTRY_SETTLED)
        if r.details.get("what") == "returned_report"
    ]  # fmt: skip
    assert [r.details["action"] for r in records] == ["report_again", "settle_return"]
    assert {r.person_id for r in records} == {hanako}


async def test_two_who_report_again_at_once_make_one_report(
    house: House, counter: Counter, hanako: UUID
) -> None:
    _, item = await reported(house, counter, hanako)
    await told(house, decided(hanako, item, "2026-11-20", ItemOutcome.RETURNED))
    path = f"/returned-reports/{item}/report-again"
    answers = await asyncio.gather(
        *(counter.call("POST", path, SETTLER, by=f"s00{n}") for n in range(1, 5))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert len(await house.reports(hanako)) == 2


async def test_the_list_goes_on_page_by_page_and_is_for_those_who_settle(
    house: House, counter: Counter, hanako: UUID
) -> None:
    _, item = await reported(house, counter, hanako)
    await told(house, decided(hanako, item, "2026-11-20", ItemOutcome.RETURNED))
    answer = await counter.call("GET", "/returned-reports", SETTLER, params={"limit": 1})
    assert ([r["item_id"] for r in answer.json()["returned"]], answer.json()["following"]) == (
        [str(item)],
        None,
    )
    assert await returns(counter, after=str(item)) == []
    for function in (Function.NOTICE_ACCEPT, Function.PERSON_VIEW):
        answer = await counter.call("GET", "/returned-reports", function)
        assert answer.status_code == 403
    unknown = f"/returned-reports/{uuid4()}/report-again"
    assert (await counter.call("POST", unknown, SETTLER)).status_code == 404


async def test_nobody_alters_what_jps_decided(house: House) -> None:
    for statement in (
        "update qualification.decisions set outcome = 'accepted'",
        "delete from qualification.decisions",
        "delete from qualification.returns_settled",
        "update qualification.returns_settled set item_id = item_id",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with house.service.unit_of_work() as uow:
                await uow.connection.execute(statement)
