"""Applications reviewed by what identity tells, settled by another, and forwarded."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.events import (
    ExemptionApplicationSettled,
    ExemptionsFactsAnswered,
    ReportItemKind,
    Whose,
)
from contracts.functions import Function
from services.chassis.clock import FixedClock
from services.chassis.service import Service
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
from tests.exemptions.exempting import expecting, notify

pytestmark = pytest.mark.stack


async def review(call: Caller, application_id: str) -> dict[str, Any]:
    shown: dict[str, Any] = (await call(*CLERK, get=f"{PATH}/{application_id}")).json()
    return shown


def spans(shown: dict[str, Any]) -> list[str]:
    return [
        f"{s['from_month']}–{s['to_month']} {s['result_label']} {s['kind_label'] or ''}".strip()
        for s in shown["review"]
    ]


async def test_before_the_answers_there_is_no_review_and_nothing_to_settle(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    (shown,) = await accepted(call, an_application(person))
    assert shown["review"] is None
    path = f"{PATH}/{shown['application']['application_id']}"
    answer = await call(*CHIEF, post=f"{path}/settle")
    assert (answer.status_code, answer.json()["code"]) == (409, "EX-0207")


@pytest.mark.parametrize(
    ("income", "expected"),
    [
        ({"total": 670_000}, ["2026-07–2027-06 承認相当 全額免除"]),
        ({"total": 670_001}, ["2026-07–2027-06 承認相当 ４分の３免除"]),
        (
            {"total": 1_300_000, "social_insurance_deduction": 20_000},
            ["2026-07–2027-06 承認相当 半額免除"],
        ),
        ({"total": 1_680_001}, ["2026-07–2027-06 非該当"]),
        ({"declared": False}, ["2026-07–2027-06 要確認 全額免除"]),
        ({"total": None}, ["2026-07–2027-06 要確認 全額免除"]),
    ],
    ids=["67万", "67万1円", "128万 after deductions", "168万1円", "not declared", "not told"],
)
async def test_the_review_of_somebody_single(
    call: Caller,
    exemptions: Service,
    person: UUID,
    income: dict[str, Any],
    expected: list[str],
) -> None:
    (shown,) = await accepted(call, an_application(person, deferment=False))
    (request,) = await asked(exemptions)
    await take(exemptions, told(request, **income))
    found = await review(call, shown["application"]["application_id"])
    assert spans(found) == expected
    assert found["note"] == "市区町村の審査です。承認・却下は日本年金機構が決定します。"
    assert all(reason["article"] and reason["sentence"] for s in found["review"]
               for reason in s["reasons"])  # fmt: skip


async def test_months_exempt_by_a_settled_notice_are_not_applied_for(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    """88条の2 goes before: a birth in November 2026 exempts October to January."""
    await notify(call, expecting(person))
    (shown,) = await accepted(call, an_application(person, deferment=False))
    (request,) = await asked(exemptions)
    await take(exemptions, told(request, total=300_000))
    found = await review(call, shown["application"]["application_id"])
    assert spans(found) == [
        "2026-07–2026-09 承認相当 全額免除",
        "2026-10–2027-01 対象外",
        "2027-02–2027-06 承認相当 全額免除",
    ]


async def test_deductions_that_are_no_items_are_stated_with_a_certificate(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    """84万円 of 210万円 (令6条の12第2項1号): 126万円 are within half's 128万円."""
    (shown,) = await accepted(
        call, an_application(person, deferment=False, applicant_other_deductions="840000")
    )
    (request,) = await asked(exemptions)
    await take(exemptions, told(request, total=2_100_000))
    found = await review(call, shown["application"]["application_id"])
    assert spans(found) == ["2026-07–2027-06 承認相当 半額免除"]
    assert "applicant-deductions" in found["missing_documents"]


async def test_a_marriage_within_the_period_splits_it(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    """Married on 20 August 2026: the spouse's income counts from August on."""
    husband = await somebody(exemptions)
    (shown,) = await accepted(call, an_application(
        person, deferment=False, spouse_status="here", spouse=str(husband), spouse_since="R8.8.20",
    ))  # fmt: skip
    for request in await asked(exemptions):
        rich = request.whose is Whose.SPOUSE
        await take(exemptions, told(request, total=3_000_000 if rich else 300_000))
    found = await review(call, shown["application"]["application_id"])
    assert spans(found) == ["2026-07–2026-07 承認相当 全額免除", "2026-08–2027-06 非該当"]


@pytest.mark.parametrize(
    ("total", "kind", "code"),
    [
        (670_000, "note", "may-continue"),
        (670_001, "review", "continue-not-the-kind"),
    ],
)
async def test_whether_it_can_be_continued_is_told(
    call: Caller, exemptions: Service, person: UUID, total: int, kind: str, code: str
) -> None:
    """規則77条3項: full exemption by income, not part exemption."""
    (shown,) = await accepted(call, an_application(person, deferment=False, continuing=True))
    (request,) = await asked(exemptions)
    await take(exemptions, told(request, total=total))
    found = await review(call, shown["application"]["application_id"])
    said = {finding["code"]: finding["kind"] for finding in found["findings"]}
    assert said[code] == kind


async def test_spouse_and_householder_are_tested_too(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    wife, father = await somebody(exemptions), await somebody(exemptions)
    (shown,) = await accepted(call, an_application(
        person, spouse_status="here", spouse=str(wife), householder_status="here",
        householder=str(father),
    ))  # fmt: skip
    for request in await asked(exemptions):
        rich = request.whose is Whose.HOUSEHOLDER
        await take(exemptions, told(request, total=3_000_000 if rich else 300_000))
    found = await review(call, shown["application"]["application_id"])
    assert spans(found) == ["2026-07–2027-06 承認相当 納付猶予"]
    reasons = found["review"][0]["reasons"]
    assert "世帯主" in {reason["whose_label"] for reason in reasons}


async def test_settled_by_another_it_is_told_and_the_review_stands(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    (shown,) = await accepted(call, an_application(person, basic_pension_number="1234567890") |
                              {"submission": with_pension_number(person)})  # fmt: skip
    application_id = shown["application"]["application_id"]
    (request,) = await asked(exemptions)
    await take(exemptions, told(request))
    path = f"{PATH}/{application_id}/settle"
    own = await call("s001", Function.NOTICE_SETTLE, post=path)
    assert (own.status_code, own.json()["code"]) == (403, "EX-0107")
    answer = await call(*CHIEF, post=path)
    assert answer.status_code == 200, answer.text
    after = answer.json()
    assert after["application"]["state"] == "settled"
    assert {m["kind_label"] for m in after["settled_review"]} == {"全額免除"}
    assert len(after["settled_review"]) == 12
    (event,) = await sent(exemptions, ExemptionApplicationSettled)
    assert (event.form, event.cycle, event.basic_pension_number) == (
        "exemption_application", 2026, "1234567890",
    )  # fmt: skip
    again = await call(*CHIEF, post=path)
    assert (again.status_code, again.json()["code"]) == (409, "EX-0106")


def with_pension_number(person: UUID) -> dict[str, Any]:
    submission: dict[str, Any] = an_application(person, basic_pension_number="1234-567890")[
        "submission"
    ]
    submission["attachments"].append({"code": "basic-pension-number-document", "state": "checked"})
    return submission


async def test_what_was_told_is_emptied_when_it_has_been_forwarded(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    (shown,) = await accepted(call, an_application(person))
    application_id = shown["application"]["application_id"]
    (request,) = await asked(exemptions)
    await take(exemptions, told(request))
    await call(*CHIEF, post=f"{PATH}/{application_id}/settle")
    (event,) = await sent(exemptions, ExemptionApplicationSettled)
    kind = ReportItemKind.EXEMPTION_APPLICATION
    await take(exemptions, forwarded(event.item_id, person, kind, "2026-10-20"))
    (held,) = await kept_answers(exemptions, application_id)
    assert held["answer"] is None
    found = await review(call, application_id)
    assert found["application"]["forwarded_on"] == "2026-10-20"
    assert len(found["settled_review"]) == 12, "the city's review stays, its sources do not"
    reasons = [reason for month in found["settled_review"] for reason in month["reasons"]]
    assert {reason["code"] for reason in reasons} == {"income-within"}
    assert {reason["sentence"] for reason in reasons} == {
        "（審査に用いた所得等の内容は、送付後に消去しました。）"
    }


async def test_a_month_that_cannot_be_told_is_settled_by_who_looked(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    (shown,) = await accepted(call, an_application(person))
    application_id = shown["application"]["application_id"]
    (request,) = await asked(exemptions)
    await take(exemptions, told(request, declared=False))
    found = await review(call, application_id)
    codes = [finding["code"] for finding in found["findings"]]
    assert codes
    answer = await call(*CHIEF, post=f"{PATH}/{application_id}/settle")
    assert (answer.status_code, answer.json()["code"]) == (409, "EX-0109")
    answer = await call(
        *CHIEF, post=f"{PATH}/{application_id}/settle", json={"acknowledged": codes}
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["acknowledged"] == codes


async def test_what_was_told_yesterday_is_asked_for_again(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    (shown,) = await accepted(call, an_application(person))
    application_id = shown["application"]["application_id"]
    (request,) = await asked(exemptions)
    await take(exemptions, told(request))
    exemptions.clock = exemptions.intake._clock = FixedClock(NOW + timedelta(days=1))
    path = f"{PATH}/{application_id}/settle"
    answer = await call(*CHIEF, post=path)
    assert (answer.status_code, answer.json().get("code")) == (409, "EX-0208"), answer.text[:300]
    _, again = await asked(exemptions)
    assert again.request_id != request.request_id
    assert (await call(*CHIEF, post=path)).json()["code"] == "EX-0207"
    await take(exemptions, told(again, total=1_000_000))
    assert spans(await review(call, application_id)) == ["2026-07–2027-06 承認相当 半額免除"]
    assert (await call(*CHIEF, post=path)).status_code == 200


async def test_documents_that_are_missing_come_in_with_the_settling(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    (shown,) = await accepted(call, an_application(person, applicant_out_of_work_on="R8.3.31"))
    application_id = shown["application"]["application_id"]
    assert shown["missing_documents"] == ["applicant-out-of-work"]
    (request,) = await asked(exemptions)
    await take(exemptions, told(request, total=5_000_000))
    answer = await call(*CHIEF, post=f"{PATH}/{application_id}/settle")
    assert (answer.status_code, answer.json()["code"]) == (409, "EX-0108")
    seen = {"documents": [{"code": "applicant-out-of-work", "state": "checked"}]}
    answer = await call(*CHIEF, post=f"{PATH}/{application_id}/settle", json=seen)
    assert answer.status_code == 200, answer.text
    assert {m["kind_label"] for m in answer.json()["settled_review"]} == {"全額免除"}


async def test_a_refused_inquiry_is_something_to_look_at(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    father = await somebody(exemptions)
    (shown,) = await accepted(call, an_application(
        person, householder_status="here", householder=str(father)
    ))  # fmt: skip
    for request in await asked(exemptions):
        answered = told(request)
        if request.whose is Whose.HOUSEHOLDER:
            answered = ExemptionsFactsAnswered(
                request_id=request.request_id, reference=request.reference,
                person_id=request.person_id, refusal="relation",
            )  # fmt: skip
        await take(exemptions, answered)
    found = await review(call, shown["application"]["application_id"])
    assert "not-told-householder" in [finding["code"] for finding in found["findings"]]
    assert [i["refusal"] for i in found["inquiries"]] == [
        None, "申請者と同じ世帯であった記録がありません。",
    ]  # fmt: skip
    assert spans(found)[0].split()[1] == "要確認"


async def test_a_cycle_that_is_barred_is_outside_whatever_the_figures(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    (shown,) = await accepted(call, an_application(person, cycle="2005"))
    (request,) = await asked(exemptions)
    await take(exemptions, told(request))
    path = f"{PATH}/{shown['application']['application_id']}"
    answer = await call(*CLERK, get=path)
    assert {span["result_label"] for span in answer.json()["review"]} == {"対象外"}
