"""The what-if of retroactive payment over HTTP: nothing stored, audited, behind its function."""

from typing import Any

import pytest

from contracts.events import AuditOperation, AuditRecorded
from contracts.functions import Function
from services.chassis.service import Service
from tests.audit.calling import Caller
from tests.exemptions.counter import sent
from tests.exemptions.test_exemption_what_if_api import rows

pytestmark = pytest.mark.stack

CLERK = ("s001", Function.NOTICE_ACCEPT)
PATH = "/what-if/retroactive"
FULL = {"kind": "full", "first": "2019-07", "last": "2019-08"}
STUDENT = {"kind": "student", "first": "2020-04", "last": "2020-05"}


async def asked(call: Caller, *spans: dict[str, Any], **more: Any) -> dict[str, Any]:
    question = {"paid_on": "2025-10-15", "recipient": False, "exempt": spans, **more}
    answer = await call(*CLERK, post=PATH, json=question)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def test_each_month_has_its_announced_amount_and_the_deferred_come_first(
    call: Caller,
) -> None:
    shown = await asked(call, FULL, STUDENT)
    assert {m["month"]: m["verdict_label"] for m in shown["months"]} == dict.fromkeys(
        ("2019-07", "2019-08", "2020-04", "2020-05"), "追納できる"
    )
    assert shown["order"] == ["2020-04", "2020-05", "2019-07", "2019-08"]
    assert shown["to_pay"] == sum(m["yen"] for m in shown["months"]) > 0
    assert (shown["allowed"], shown["to_check"]) == (True, 0)
    older = await asked(call, FULL, STUDENT, older_first=True)
    assert older["order"] == ["2019-07", "2019-08", "2020-04", "2020-05"]


@pytest.mark.parametrize(
    ("chosen", "allowed"),
    [
        (["2020-04"], True),
        (["2019-07"], True),  # older than the deferred months: may go before them
        (["2020-05"], False),
        (["2019-08"], False),
        (["2019-07", "2019-08", "2020-04"], True),
    ],
)
async def test_whether_some_months_can_be_paid_and_others_left(
    call: Caller, chosen: list[str], allowed: bool
) -> None:
    assert (await asked(call, FULL, STUDENT, chosen=chosen))["allowed"] is allowed


async def test_what_cannot_be_paid_later_says_why_and_is_not_in_the_sum(call: Caller) -> None:
    shown = await asked(
        call,
        {"kind": "full", "first": "2015-09", "last": "2015-10"},
        {"kind": "half", "first": "2016-07", "last": "2016-07", "rest_paid": False},
        {"kind": "quarter", "first": "2016-08", "last": "2016-08"},
        {"kind": "maternity", "first": "2020-01", "last": "2020-01"},
    )
    assert [(m["month"], m["verdict"], m["reasons"][0]["code"]) for m in shown["months"]] == [
        ("2015-09", "not_payable", "retroactive-too-old"),
        ("2015-10", "payable", "retroactive-payable"),
        ("2016-07", "not_payable", "retroactive-rest-unpaid"),
        ("2016-08", "asks", "retroactive-rest-unknown"),
        ("2020-01", "not_payable", "retroactive-counts-as-paid"),
    ]
    assert shown["order"] == ["2015-10", "2016-08"]
    assert shown["to_check"] == 1
    assert shown["to_pay"] == sum(m["yen"] for m in shown["months"] if m["yen"])


async def test_a_month_without_an_announced_amount_has_none_and_no_sum_is_guessed(
    call: Caller,
) -> None:
    shown = await asked(call, FULL, paid_on="2028-10-15")
    assert {m["yen"] for m in shown["months"]} == {None}
    assert shown["to_pay"] is None


async def test_what_cannot_be_asked_names_its_field(call: Caller) -> None:
    wrong = [
        ({"exempt": [{"kind": "full", "first": "2020-04", "last": "2020-03"}]}, "exempt.0.last"),
        ({"exempt": [FULL, FULL]}, "exempt.1.first"),
        ({"exempt": [FULL], "chosen": ["2020-01"]}, "chosen"),
    ]
    for question, field in wrong:
        answer = await call(*CLERK, post=PATH, json=question)
        assert (answer.status_code, answer.json()["code"]) == (422, "EX-0401")
        assert [error["field"] for error in answer.json()["errors"]] == [field]
    answer = await call("s001", Function.PERSON_VIEW, post=PATH, json={"exempt": [FULL]})
    assert answer.status_code == 403


async def test_nothing_is_kept_but_that_it_was_asked(call: Caller, exemptions: Service) -> None:
    before = await rows(exemptions)
    await asked(call, FULL)
    after = await rows(exemptions)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"bus.lanes", "bus.outbox"}
    (record,) = await sent(exemptions, AuditRecorded)
    assert (record.operation, record.person_id, record.details) == (
        AuditOperation.INQUIRY, None, {"what": "retroactive-what-if"},
    )  # fmt: skip
