"""Notices on the additional premium, as staff handle them."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.dates import UncertainDate
from contracts.events import (
    AdditionalPremiumChanged,
    AuditOperation,
    AuditOutcome,
    AuditRecorded,
    ReportItemKind,
)
from contracts.functions import Function
from contracts.numbers import synthetic_individual_number
from services.chassis.service import Service
from tests.audit.calling import Caller
from tests.exemptions.counter import (
    a_notice,
    category_1,
    forwarded,
    person_changed,
    sent,
    take,
)

pytestmark = pytest.mark.stack

CLERK = ("s001", Function.NOTICE_ACCEPT, Function.PERSON_VIEW)
CHIEF = ("s002", Function.NOTICE_SETTLE, Function.PERSON_VIEW)
BOTH = ("s001", Function.NOTICE_ACCEPT, Function.NOTICE_SETTLE, Function.PERSON_VIEW)
NOTICES = "/additional-premium-notices"


async def accepted(call: Caller, person: UUID, *args: Any, **kwargs: Any) -> dict[str, Any]:
    answer = await call(*CLERK, post=NOTICES, json=a_notice(person, *args, **kwargs))
    assert answer.status_code == 201, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def settled(call: Caller, shown: dict[str, Any], **said: Any) -> dict[str, Any]:
    where = f"{NOTICES}/{shown['notice']['notice_id']}/settle"
    answer = await call(*CHIEF, post=where, json=said)
    assert answer.status_code == 200, answer.text
    after: dict[str, Any] = answer.json()
    return after


async def page(call: Caller, person: UUID) -> dict[str, Any]:
    answer = await call(*CLERK, get=f"/persons/{person}/exemptions")
    shown: dict[str, Any] = answer.json()
    return shown


async def test_from_the_counter_to_jps(call: Caller, exemptions: Service, person: UUID) -> None:
    shown = await accepted(call, person)
    assert shown["notice"]["state"] == "received"
    assert shown["notice"]["receipt"] == "2026-00001"
    assert [finding["code"] for finding in shown["findings"]] == ["exemptions-not-held"]
    assert (await page(call, person))["additional_premium"] == []
    assert await sent(exemptions, AdditionalPremiumChanged) == []

    waiting = (await call(*CHIEF, get=NOTICES)).json()
    assert [notice["notice_id"] for notice in waiting["notices"]] == [shown["notice"]["notice_id"]]

    shown = await settled(call, shown)
    assert (shown["notice"]["state"], shown["notice"]["settled_by"]) == ("settled", "s002")
    assert shown["notice"]["from_month"] == "2026-10"
    [event] = await sent(exemptions, AdditionalPremiumChanged)
    assert event.model_dump(mode="json") == {
        "item_id": str(event.item_id),
        "notice_id": shown["notice"]["notice_id"],
        "person_id": str(person),
        "change": "start",
        "from_month": "2026-10",
        "notified_on": "2026-10-15",
        "accepted_on": "2026-10-15",
        "basic_pension_number": None,
    }
    [period] = (await page(call, person))["additional_premium"]
    assert (period["from_month"], period["to_month"], period["ended"]) == ("2026-10", None, None)
    assert period["began"]["article"] == "国民年金法87条の2第1項"

    kind = ReportItemKind.ADDITIONAL_PREMIUM_START
    await take(exemptions, forwarded(event.item_id, person, kind, "2026-10-28"))
    [notice] = (await page(call, person))["notices"]
    assert (notice["state"], notice["forwarded_on"]) == ("forwarded", "2026-10-28")
    await take(exemptions, forwarded(event.item_id, person, kind, "2026-11-28"))
    [notice] = (await page(call, person))["notices"]
    assert notice["forwarded_on"] == "2026-10-28"


async def test_who_accepted_does_not_settle_and_the_attempt_is_recorded(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    shown = await accepted(call, person)
    where = f"{NOTICES}/{shown['notice']['notice_id']}/settle"
    answer = await call(*BOTH, post=where)
    assert (answer.status_code, answer.json()["code"]) == (403, "EX-0107")
    assert await sent(exemptions, AdditionalPremiumChanged) == []
    records = await sent(exemptions, AuditRecorded)
    assert [(r.operation, r.outcome, r.staff_id) for r in records] == [
        (AuditOperation.ENTRY_PROVISIONAL, AuditOutcome.DONE, "s001"),
        (AuditOperation.ENTRY_SETTLED, AuditOutcome.REFUSED, "s001"),
    ]
    assert records[1].details["refused"] == "EX-0107"
    await settled(call, shown)


async def test_the_record_of_acceptance_says_how_number_and_person_were_verified(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    identity = {
        "number": "register_inquiry",
        "person": "driving_licence",
        "proxy": {"name": "甲野花子", "relationship": "母", "authority": "power_of_attorney"},
    }
    shown = await accepted(call, person, identity=identity)
    [record] = await sent(exemptions, AuditRecorded)
    assert record.details == {
        "of": "additional_premium_start",
        "channel": "counter",
        "number_verified_by": "register_inquiry",
        "person_verified_by": "driving_licence",
        "proxy": True,
    }
    assert (record.person_id, record.function) == (person, "notice.accept")
    assert str(record.reference) == shown["notice"]["notice_id"]
    assert "甲野" not in record.model_dump_json()


async def test_an_end_takes_effect_from_the_month_before_and_is_told(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    await settled(call, await accepted(call, person))
    shown = await accepted(call, person, "additional_premium_end")
    await settled(call, shown)
    start, end = await sent(exemptions, AdditionalPremiumChanged)
    # Both in one month: no month is left, and the end is not before its start.
    assert (str(start.from_month), str(end.from_month)) == ("2026-10", "2026-10")
    [period] = (await page(call, person))["additional_premium"]
    assert period["no_month"] is True
    assert period["ended"]["cause"] == "notice_to_stop"


async def test_losing_category_1_ends_it_without_a_notice(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    await settled(call, await accepted(call, person))
    await take(exemptions, category_1(person, 2, lost="2026-12-21"))
    [period] = (await page(call, person))["additional_premium"]
    assert (period["to_month"], period["ended"]["cause"]) == ("2026-11", "loss_of_category_1")
    await take(exemptions, category_1(person, 1))
    assert (await page(call, person))["additional_premium"] == [period]
    died = UncertainDate.exact(date(2026, 11, 10))
    await take(exemptions, person_changed(person, 2, died_on=died))
    [period] = (await page(call, person))["additional_premium"]
    assert (period["to_month"], period["ended"]["cause"]) == ("2026-10", "death")
    assert len(await sent(exemptions, AdditionalPremiumChanged)) == 1


async def test_documents_come_in_before_settling(call: Caller, person: UUID) -> None:
    document = "basic-pension-number-document"
    shown = await accepted(
        call,
        person,
        values={"basic_pension_number": "1234-567890"},
        documents=[{"code": document, "state": "missing"}],
        identity={"number": "not_given", "person": "passport"},
    )
    assert shown["missing_documents"] == [document]
    where = f"{NOTICES}/{shown['notice']['notice_id']}/settle"
    answer = await call(*CHIEF, post=where, json={})
    assert (answer.status_code, answer.json()["code"]) == (409, "EX-0108")
    assert answer.json()["errors"][0]["field"] == f"attachments.{document}"
    no_reason = {"documents": [{"code": document, "state": "waived"}]}
    answer = await call(*CHIEF, post=where, json=no_reason)
    assert (answer.status_code, answer.json()["code"]) == (422, "EX-0103")
    shown = await settled(call, shown, documents=[{"code": document, "state": "checked"}] * 2)
    assert shown["submission"]["attachments"] == [
        {"code": document, "state": "checked", "waiver": None}
    ]


async def test_the_basic_pension_number_goes_on_with_the_event(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    shown = await accepted(
        call,
        person,
        values={"basic_pension_number": "１２３４－567890"},
        documents=[{"code": "basic-pension-number-document", "state": "checked"}],
    )
    await settled(call, shown)
    [event] = await sent(exemptions, AdditionalPremiumChanged)
    assert event.basic_pension_number == "1234567890"


async def test_what_is_not_certain_is_looked_at_by_whoever_settles(
    call: Caller, exemptions: Service
) -> None:
    unknown = uuid4()
    await take(exemptions, person_changed(unknown))
    shown = await accepted(call, unknown)
    assert (shown["findings"][0]["kind"], shown["findings"][0]["code"]) == (
        "review",
        "qualification-unknown",
    )
    where = f"{NOTICES}/{shown['notice']['notice_id']}/settle"
    answer = await call(*CHIEF, post=where, json={})
    assert (answer.status_code, answer.json()["code"]) == (409, "EX-0109")
    shown = await settled(call, shown, acknowledged=["qualification-unknown"])
    assert shown["acknowledged"] == ["qualification-unknown"]


async def test_what_was_learned_since_acceptance_prevents_settling(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    shown = await accepted(call, person)
    await take(exemptions, person_changed(person, 2, moved=True))
    where = f"{NOTICES}/{shown['notice']['notice_id']}/settle"
    answer = await call(*CHIEF, post=where, json={})
    assert (answer.status_code, answer.json()["code"]) == (409, "EX-0105")
    [error] = answer.json()["errors"]
    assert (error["code"], error["article"]) == ("not-resident", "国民年金法施行規則81条")


async def test_a_notice_is_withdrawn_with_a_reason_and_only_before_settling(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    shown = await accepted(call, person)
    where = f"{NOTICES}/{shown['notice']['notice_id']}"
    number = synthetic_individual_number(7)
    answer = await call(*CLERK, post=f"{where}/withdraw", json={"reason": f"誤り {number}"})
    assert (answer.status_code, answer.json()["code"]) == (422, "EX-0110")
    answer = await call(*CLERK, post=f"{where}/withdraw", json={"reason": "本人の申出による"})
    assert answer.json()["state"] == "withdrawn"
    assert (await call(*CLERK, get=where)).json()["withdrawn_reason"] == "本人の申出による"
    answer = await call(*CHIEF, post=f"{where}/settle", json={})
    assert (answer.status_code, answer.json()["code"]) == (409, "EX-0106")
    records = [r.operation for r in await sent(exemptions, AuditRecorded)]
    assert AuditOperation.ENTRY_CANCELLED in records

    shown = await settled(call, await accepted(call, person))
    assert shown["notice"]["receipt"] == "2026-00002"
    where = f"{NOTICES}/{shown['notice']['notice_id']}"
    answer = await call(*CLERK, post=f"{where}/withdraw", json={"reason": "本人の申出による"})
    assert (answer.status_code, answer.json()["code"]) == (409, "EX-0106")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"kind": "additional_premium_pause"}, 404, "EX-0102"),
        ({"received_on": "2014-03-31"}, 404, "EX-0102"),
        ({"values": {"notified_on": "R8.10.16"}}, 422, "EX-0103"),
        ({"values": {"not_exempt": False}}, 422, "EX-0103"),
        ({"values": {"favourite_colour": "red"}}, 422, "EX-0103"),
        ({"values": {"remarks": synthetic_individual_number(3)}}, 422, "EX-0103"),
        ({"identity": {"number": "not_given", "person": "passport"}}, 422, "EX-0103"),
        ({"values": {"insured_as": "special_voluntary"}}, 409, "EX-0105"),
        ({"notified_on": "2010-03-30"}, 409, "EX-0105"),
    ],
)
async def test_what_is_refused_is_numbered_and_leaves_nothing(
    call: Caller,
    exemptions: Service,
    person: UUID,
    change: dict[str, Any],
    status: int,
    code: str,
) -> None:
    notice = a_notice(person, **change)
    answer = await call(*CLERK, post=NOTICES, json=notice)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert synthetic_individual_number(3) not in answer.text
    assert (await call(*CHIEF, get=NOTICES)).json()["notices"] == []


async def test_an_unknown_person_and_a_second_open_notice_are_refused(
    call: Caller, person: UUID
) -> None:
    answer = await call(*CLERK, post=NOTICES, json=a_notice(uuid4()))
    assert (answer.status_code, answer.json()["code"]) == (409, "EX-0101")
    await accepted(call, person)
    answer = await call(*CLERK, post=NOTICES, json=a_notice(person))
    assert (answer.status_code, answer.json()["code"]) == (409, "EX-0104")


async def test_unknown_members_are_refused(call: Caller, person: UUID) -> None:
    notice = {**a_notice(person), "urgent": True}
    answer = await call(*CLERK, post=NOTICES, json=notice)
    assert (answer.status_code, answer.json()["code"]) == (422, "CH-0001")


NOBODY = "00000000-0000-4000-8000-000000000000"  # the same in every worker


@pytest.mark.parametrize(
    ("method", "path", "function"),
    [
        ("get", f"/persons/{NOBODY}/exemptions", Function.PERSON_VIEW),
        ("get", "/notice-forms", Function.NOTICE_ACCEPT),
        ("post", NOTICES, Function.NOTICE_ACCEPT),
        ("get", NOTICES, Function.PERSON_VIEW),
        ("get", f"{NOTICES}/{NOBODY}", Function.PERSON_VIEW),
        ("post", f"{NOTICES}/{NOBODY}/settle", Function.NOTICE_SETTLE),
        ("post", f"{NOTICES}/{NOBODY}/withdraw", Function.NOTICE_ACCEPT),
    ],
)
async def test_each_door_asks_for_its_own_function(
    call: Caller, method: str, path: str, function: Function
) -> None:
    body: dict[str, Any] = {}
    if method == "post":
        body = {"json": a_notice(uuid4()) if path == NOTICES else {"reason": "x"}}
        if path.endswith("/settle"):
            body = {"json": {}}
    others = [other for other in Function if other is not function]
    answer = await call("s009", *others, **{method: path}, **body)
    assert (answer.status_code, answer.json()["code"]) == (403, "CH-0006")
    answer = await call("s009", function, **{method: path}, **body)
    assert answer.status_code in (200, 404, 409)


async def test_the_forms_are_shown_as_they_are_declared(call: Caller) -> None:
    shown = (await call(*CLERK, get="/notice-forms")).json()
    forms = shown["forms"]
    assert {"code": "post", "label": "郵送"} in shown["channels"]
    assert [form["kind"] for form in forms] == [
        "additional_premium_end",
        "additional_premium_start",
    ]
    assert forms[1]["fields"][0]["label"] == "申出年月日"


async def test_a_list_is_paged_in_the_order_of_receipt(call: Caller, exemptions: Service) -> None:
    people = [uuid4() for _ in range(5)]
    for person_id in people:
        await take(exemptions, person_changed(person_id), category_1(person_id))
        await accepted(call, person_id)
    seen: list[str] = []
    params: dict[str, Any] = {"limit": 2}
    while True:
        shown = (await call(*CHIEF, get=NOTICES, params=params)).json()
        seen += [notice["person_id"] for notice in shown["notices"]]
        assert shown["total"] == 5
        if shown["following"] is None:
            break
        params["after"] = shown["following"]
    assert seen == [str(person_id) for person_id in people]
