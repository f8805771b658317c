"""Notices at the counter, through the gateway."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from contracts.events import (
    AuditOperation,
    AuditOutcome,
    InsuredCategory,
    ItemForwarded,
    ReportItemKind,
    TransitionKind,
    TransitionOrigin,
)
from contracts.functions import Function
from contracts.numbers import synthetic_individual_number
from services.qualification.domain.meanings import KINDS
from tests.qualification.house import AT_45, HANAKO, Counter, House, notice
from tests.qualification.people import Life, d
from tests.qualification.test_what_if import BORN_HERE

pytestmark = pytest.mark.stack

ACCEPTED, OTHER = "s001", "s002"


async def accepted(counter: Counter, person_id: UUID, **changes: Any) -> str:
    answer = await counter.accept(notice(person_id, **changes))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["summary"]["notice_id"])


async def test_a_notice_from_acceptance_to_forwarding(
    house: House, counter: Counter, hanako: UUID
) -> None:
    answer = await counter.accept(
        notice(
            hanako,
            basic_pension_number="1234-567890",
            attachments=[
                {"code": "loss-of-employees-pension", "state": "checked"},
                {"code": "basic-pension-number-document", "state": "checked"},
            ],
        )
    )
    assert answer.status_code == 201
    summary = answer.json()["summary"]
    assert (summary["receipt"], summary["state_label"]) == ("2026-00001", "受付（仮登録）")
    assert (summary["occurred_on"], summary["due_on"], summary["late"]) == (
        "2026-11-01",
        "2026-11-15",
        False,
    )
    expected = answer.json()["expected"]["transition"]
    assert (expected["occurred_on"], expected["label"]) == ("2026-11-01", "種別変更")
    assert await house.changes() == []
    assert await house.reports() == []

    settled = await counter.settle(summary["notice_id"])
    assert settled.status_code == 200, settled.text
    assert settled.json()["summary"]["state"] == "settled"
    assert settled.json()["settled_by"] == OTHER
    (change,) = await house.changes()
    assert change.basic_pension_number_known
    (report,) = await house.reports()
    assert report.transition is TransitionKind.CATEGORY_CHANGE
    assert report.origin is TransitionOrigin.NOTICE
    assert (report.category_before, report.category_after) == (
        InsuredCategory.CATEGORY_2,
        InsuredCategory.CATEGORY_1,
    )
    assert (report.occurred_on, report.accepted_on) == (d("2026-11-01"), d("2026-11-05"))
    assert report.basic_pension_number == "1234567890"
    assert str(report.notice_id) == summary["notice_id"]

    page = await counter.page(hanako)
    assert page["category"] == 1
    assert page["basic_pension_number"] == "1234567890"
    assert [p["presumed"] for p in page["periods"]] == [False]

    house.on("2026-11-12")
    await house.forwarded(
        ItemForwarded(
            item_id=report.item_id,
            person_id=hanako,
            kind=ReportItemKind.CATEGORY_CHANGE,
            batch_id=uuid4(),
            medium_serial=1,
            forwarded_on=d("2026-11-12"),
        )
    )
    page = await counter.page(hanako)
    assert page["notices"][0]["state_label"] == "送付済"
    assert page["transitions"][0]["forwarded_on"] == "2026-11-12"
    earlier = await counter.page(hanako, as_of="2026-11-11")
    assert earlier["notices"][0]["state"] == "settled"
    assert earlier["transitions"][0]["forwarded_on"] is None

    for operation, who in (
        (AuditOperation.ENTRY_PROVISIONAL, ACCEPTED),
        (AuditOperation.ENTRY_SETTLED, OTHER),
    ):
        (record,) = await house.audited(operation)
        assert (record.staff_id, record.person_id, record.outcome) == (
            who,
            hanako,
            AuditOutcome.DONE,
        )


async def test_who_accepted_a_notice_may_not_settle_it(
    house: House, counter: Counter, hanako: UUID
) -> None:
    notice_id = await accepted(counter, hanako)
    answer = await counter.settle(notice_id, by=ACCEPTED)
    assert (answer.status_code, answer.json()["code"]) == (403, "QU-0202")
    assert "別の職員" in answer.json()["action"]
    assert await house.reports() == []
    (record,) = await house.audited(AuditOperation.ENTRY_SETTLED)
    assert (record.staff_id, record.outcome) == (ACCEPTED, AuditOutcome.REFUSED)
    with pytest.raises(asyncpg.CheckViolationError):
        async with house.service.unit_of_work() as uow:
            await uow.connection.execute(
                "update qualification.notices set state = 'settled', settled_by = accepted_by,"
                " settled_at = now()"
            )


async def test_a_notice_is_settled_once(counter: Counter, hanako: UUID) -> None:
    notice_id = await accepted(counter, hanako)
    answers = await asyncio.gather(*(counter.settle(notice_id) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"QU-0201"}


async def test_a_late_notice_is_accepted_and_dated_by_fact(counter: Counter, hanako: UUID) -> None:
    answer = await counter.accept(notice(hanako, left_employment_on="2026-03-31"))
    assert answer.status_code == 201
    assert answer.json()["summary"]["late"] is True
    assert "過ぎています" in answer.json()["deadline"]["sentence"]
    assert (await counter.settle(answer.json()["summary"]["notice_id"])).status_code == 200
    page = await counter.page(hanako)
    assert [p["acquired_on"] for p in page["periods"]] == ["2026-04-01"]


async def test_documents_that_are_missing_come_in_before_settling(
    house: House, counter: Counter, hanako: UUID
) -> None:
    missing = [{"code": "loss-of-employees-pension", "state": "missing"}]
    notice_id = await accepted(counter, hanako, attachments=missing)
    answer = await counter.settle(notice_id)
    assert (answer.status_code, answer.json()["code"]) == (409, "QU-0203")
    assert answer.json()["errors"][0]["field"] == "attachments.loss-of-employees-pension"
    unlisted = await counter.settle(notice_id, attachments=[{"code": "x", "state": "checked"}])
    assert (unlisted.status_code, unlisted.json()["code"]) == (422, "QU-0102")
    waived = [{"code": "loss-of-employees-pension", "state": "waived", "waiver": "held-record"}]
    answer = await counter.settle(notice_id, attachments=waived)
    assert answer.status_code == 200
    assert answer.json()["submission"]["attachments"] == waived
    kept = await house.rows("select state, recorded_by from qualification.notice_documents")
    assert kept == [{"state": "waived", "recorded_by": OTHER}]


async def test_a_notice_without_effect_is_not_settled(house: House, counter: Counter) -> None:
    await house.lives(HANAKO, Life("1961-03-03").loaded("2026-10-01", since="2010-04-01"))
    house.on("2026-11-05")
    answer = await counter.accept(notice(HANAKO))
    assert answer.json()["expected"]["transition"] is None
    refused = await counter.settle(answer.json()["summary"]["notice_id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "QU-0204")
    assert [e["code"] for e in refused.json()["errors"]] == ["notice-without-effect"]


async def test_a_withdrawn_notice_makes_room_for_another(
    house: House, counter: Counter, hanako: UUID
) -> None:
    notice_id = await accepted(counter, hanako)
    again = await counter.accept(notice(hanako))
    assert (again.status_code, again.json()["code"]) == (409, "QU-0103")
    wrong = await counter.withdraw(notice_id, f"番号 {synthetic_individual_number(1)} の誤り")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "QU-0205")
    answer = await counter.withdraw(notice_id, "退職日の誤り", by="s003")
    assert answer.json()["summary"]["state_label"] == "取下げ"
    assert (answer.json()["withdrawn_by"], answer.json()["withdrawn_reason"]) == (
        "s003",
        "退職日の誤り",
    )
    refused = await counter.settle(notice_id)
    assert (refused.status_code, refused.json()["code"]) == (409, "QU-0201")
    await accepted(counter, hanako)
    page = await counter.page(hanako)
    assert [n["receipt"] for n in page["notices"]] == ["2026-00001", "2026-00002"]
    assert len(await house.audited(AuditOperation.ENTRY_CANCELLED)) == 1


@pytest.mark.parametrize(
    ("changes", "status", "code", "field"),
    [
        ({"form": "unheard_of"}, 422, "QU-0101", "form"),
        ({"left_employment_on": None}, 422, "QU-0102", "values.left_employment_on"),
        ({"favourite_colour": "青"}, 422, "QU-0102", "values"),
        ({"identity_check": None}, 422, "QU-0102", "identity_check"),
        ({"received_on": "2026-11-06"}, 422, "QU-0102", "received_on"),
        ({"left_employment_on": "2026-11-05"}, 422, "QU-0102", "values.left_employment_on"),
        ({"category_2_since": "2026-11-01"}, 422, "QU-0102", "values.category_2_since"),
        ({"left_employment_on": "明治45年7月30日"}, 422, "QU-0102", "values"),
        ({"channel": "pigeon"}, 422, "CH-0001", "channel"),
    ],
)
async def test_what_is_not_accepted(
    counter: Counter,
    hanako: UUID,
    changes: dict[str, Any],
    status: int,
    code: str,
    field: str,
) -> None:
    answer = await counter.accept(notice(hanako, **changes))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert field in [error["field"] for error in answer.json()["errors"]]


async def test_receipt_numbers_have_no_gaps_within_a_fiscal_year(
    house: House, counter: Counter
) -> None:
    people = [uuid4() for _ in range(8)]
    for person_id in people:
        await house.lives(person_id, AT_45.copy())
    house.on("2026-11-05")
    wrong = notice(people[0], favourite_colour="青")
    answers = await asyncio.gather(
        *(counter.accept(notice(person_id)) for person_id in people), counter.accept(wrong)
    )
    receipts = [a.json()["summary"]["receipt"] for a in answers if a.status_code == 201]
    assert sorted(receipts) == [f"2026-{n:05d}" for n in range(1, 9)]
    last_year = await counter.accept(
        notice(people[0], received_on="2026-03-31", left_employment_on="2026-03-01")
    )
    assert last_year.json()["summary"]["receipt"] == "2025-00001"


async def test_the_work_list(house: House, counter: Counter) -> None:
    people = [uuid4() for _ in range(3)]
    for person_id in people:
        await house.lives(person_id, AT_45.copy())
    house.on("2026-11-05")
    for person_id, by in zip(people, (ACCEPTED, OTHER, ACCEPTED), strict=True):
        assert (await counter.accept(notice(person_id), by=by)).status_code == 201

    async def listed(**query: Any) -> dict[str, Any]:
        answer = await counter.call(
            "GET", "/notices", Function.NOTICE_SETTLE, by=OTHER, params=query
        )
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    first = await listed(limit=2)
    assert [n["accepted_by_me"] for n in first["notices"]] == [False, True]
    assert first["total"] == 3
    rest = await listed(limit=2, after=first["following"])
    assert [n["person_id"] for n in rest["notices"]] == [str(people[2])]
    assert rest["following"] is None
    assert (await listed(limit=3))["following"] is None
    await counter.settle(first["notices"][0]["notice_id"])
    assert (await listed())["total"] == 2
    assert (await listed(state="settled"))["total"] == 1


async def test_the_forms_are_described(counter: Counter) -> None:
    answer = await counter.call("GET", "/notice-forms", Function.NOTICE_ACCEPT)
    assert answer.status_code == 200
    titles = {form["kind"]: form["title"] for form in answer.json()["forms"]}
    assert titles.keys() == KINDS.keys()
    assert titles["category_change_2_to_1"] == "国民年金被保険者種別変更届（第２号→第１号）"
    assert {"code": "passport", "label": "旅券"} in answer.json()["person_verifications"]


@pytest.mark.parametrize(
    ("method", "path", "function"),
    [
        ("GET", "/persons/{id}/qualification", Function.PERSON_VIEW),
        ("GET", "/notice-forms", Function.NOTICE_ACCEPT),
        ("POST", "/notices", Function.NOTICE_ACCEPT),
        ("GET", "/notices", Function.NOTICE_SETTLE),
        ("GET", "/notices/{id}", Function.PERSON_VIEW),
        ("POST", "/notices/{id}/settle", Function.NOTICE_SETTLE),
        ("POST", "/notices/{id}/withdraw", Function.NOTICE_ACCEPT),
        ("GET", "/receipts", Function.NOTICE_SETTLE),
        ("POST", "/what-if", Function.NOTICE_ACCEPT),
    ],
)
async def test_every_call_needs_its_function_and_the_gateway(
    counter: Counter, hanako: UUID, method: str, path: str, function: Function
) -> None:
    url = path.format(id=hanako)
    bodies = {"/notices": notice(hanako), "/what-if": BORN_HERE}
    more: dict[str, Any] = {"json": bodies[url]} if url in bodies else {}
    if method == "POST" and "withdraw" in url:
        more = {"json": {"reason": "x"}}
    others = [f for f in Function if f is not function]
    lacking = await counter.call(method, url, *others, **more)
    assert (lacking.status_code, lacking.json()["code"]) == (403, "CH-0006")
    stranger = await counter.call(method, url, function, peer="identity", **more)
    assert (stranger.status_code, stranger.json()["code"]) == (403, "CH-0004")
    unsigned = await counter.call(method, url, signed=False, **more)
    assert (unsigned.status_code, unsigned.json()["code"]) == (401, "CH-0005")


async def test_somebody_who_is_not_known_is_not_found(counter: Counter) -> None:
    unknown = uuid4()
    page = await counter.call("GET", f"/persons/{unknown}/qualification", Function.PERSON_VIEW)
    one = await counter.call("GET", f"/notices/{unknown}", Function.PERSON_VIEW)
    new = await counter.accept(notice(unknown, received_on="2026-10-01"))
    assert {answer.status_code for answer in (page, one, new)} == {404}
    assert {answer.json()["title"] for answer in (page, one, new)} == {page.json()["title"]}
