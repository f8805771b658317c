"""Applications, as staff handle them: taken in, asked about, withdrawn."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.events import (
    AuditOperation,
    AuditRecorded,
    Event,
    Whose,
)
from contracts.functions import Function
from services.chassis.received import Rejected
from services.chassis.service import Service
from services.exemptions.stores import answers, entries
from services.exemptions.stores.applications import APPLICATIONS
from tests.audit.calling import Caller
from tests.exemptions.applying import (
    CLERK,
    PATH,
    a_student_application,
    accepted,
    an_application,
    asked,
    kept_answers,
    told,
)
from tests.exemptions.counter import sent, somebody, take
from tests.exemptions.waiting import until_it_waits

pytestmark = pytest.mark.stack


async def test_accepting_asks_for_the_facts_of_everybody_tested(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    wife, father = await somebody(exemptions), await somebody(exemptions)
    (shown,) = await accepted(call, an_application(
        person, spouse_status="here", spouse=str(wife), householder_status="here",
        householder=str(father),
    ))  # fmt: skip
    assert shown["application"]["state"] == "received"
    assert shown["application"]["receipt"] == "2026-00001"
    requests = {r.whose: r for r in await asked(exemptions)}
    assert {whose: r.person_id for whose, r in requests.items()} == {
        Whose.APPLICANT: person, Whose.SPOUSE: wife, Whose.HOUSEHOLDER: father,
    }  # fmt: skip
    assert [i["whose_label"] for i in shown["inquiries"]] == ["本人", "配偶者", "世帯主"]
    assert [i["answered_at"] for i in shown["inquiries"]] == [None, None, None]


async def test_answers_are_kept_for_the_review_and_emptied_when_it_is_withdrawn(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    (shown,) = await accepted(call, an_application(person))
    application_id = shown["application"]["application_id"]
    (request,) = await asked(exemptions)
    await take(exemptions, told(request), told(request, medical_deduction=1))
    (held,) = await kept_answers(exemptions, application_id)
    assert '"total_income":450000' in held["answer"]
    assert '"medical_deduction":0' in held["answer"], "the first answer to a request counts"
    assert str(person) not in held["answer"]
    answer = await call(*CLERK, post=f"{PATH}/{application_id}/withdraw", json={"reason": "取消"})
    assert answer.json()["state"] == "withdrawn"
    (held,) = await kept_answers(exemptions, application_id)
    assert held["answer"] is None
    assert held["answered_at"] is not None
    assert held["disposed_at"] is not None


async def test_an_answer_that_comes_after_the_withdrawal_is_not_kept(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    (shown,) = await accepted(call, an_application(person))
    application_id = shown["application"]["application_id"]
    await call(*CLERK, post=f"{PATH}/{application_id}/withdraw", json={"reason": "取消"})
    (request,) = await asked(exemptions)
    await take(exemptions, told(request))
    (held,) = await kept_answers(exemptions, application_id)
    assert (held["answer"], held["answered_at"]) == (None, None)
    assert held["disposed_at"] is not None


async def test_an_answer_that_crosses_the_withdrawal_is_not_kept(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    (shown,) = await accepted(call, an_application(person))
    application_id = UUID(shown["application"]["application_id"])
    (request,) = await asked(exemptions)
    async with exemptions.unit_of_work() as uow:
        await entries.withdraw(
            uow.connection, APPLICATIONS, application_id, "取消", "s001", uow.now
        )
        await answers.dispose(uow.connection, [application_id], uow.now)
        late = asyncio.create_task(take(exemptions, told(request)))
        await until_it_waits(exemptions, late)
    await late
    (held,) = await kept_answers(exemptions, str(application_id))
    assert (held["answer"], held["answered_at"]) == (None, None)


async def test_past_years_in_one_sitting_are_applications_of_their_own(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    handed_in = an_application(person, from_month="2026-09") | {"also_cycles": [2025, 2024]}
    shown = await accepted(call, handed_in)
    assert [one["application"]["cycle"] for one in shown] == [2026, 2025, 2024]
    assert [one["submission"]["values"]["from_month"] for one in shown] == ["2026-09", None, None]
    assert [one["application"]["receipt"] for one in shown] == [
        "2026-00001", "2026-00002", "2026-00003",
    ]  # fmt: skip
    years = [request.levy_years for request in await asked(exemptions)]
    assert years == [(2026,), (2025,), (2024,)]


async def test_one_fault_in_one_of_the_years_and_none_is_taken(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    await accepted(call, an_application(person, cycle="2025"))
    answer = await call(*CLERK, post=PATH, json=an_application(person) | {"also_cycles": [2025]})
    assert (answer.status_code, answer.json()["code"]) == (409, "EX-0206")
    listed = (await call(*CLERK, get=PATH)).json()
    assert [one["cycle"] for one in listed["applications"]] == [2025]
    assert listed["total"] == 1
    assert len(await asked(exemptions)) == 1


@pytest.mark.parametrize(
    ("entered", "status", "code"),
    [
        ({"cycle": "2031"}, 422, "EX-0103"),
        ({"full": None}, 422, "EX-0103"),
        ({"favourite_colour": "青"}, 422, "EX-0103"),
    ],
    ids=["a cycle to come", "a field not filled in", "a field that the form does not have"],
)
async def test_a_faulty_form_is_refused(
    call: Caller, person: UUID, entered: dict[str, Any], status: int, code: str
) -> None:
    answer = await call(*CLERK, post=PATH, json=an_application(person, **entered))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["errors"]


async def test_nobody_that_is_known_and_no_right(call: Caller, person: UUID) -> None:
    answer = await call(*CLERK, post=PATH, json=an_application(uuid4()))
    assert (answer.status_code, answer.json()["code"]) == (409, "EX-0101")
    answer = await call("s009", Function.PERSON_VIEW, post=PATH, json=an_application(person))
    assert answer.status_code == 403


async def test_a_student_applies_beside_an_exemption_of_another_time(
    call: Caller, person: UUID
) -> None:
    await accepted(call, an_application(person, cycle="2025"))
    (shown,) = await accepted(call, a_student_application(person))
    assert shown["application"]["kind_label"] == "学生納付特例の申請"
    path = f"{PATH}/{shown['application']['application_id']}"
    again = (await call(*CLERK, get=path)).json()
    assert again["submission"]["values"]["school_name"] == "千葉みなと大学"


async def test_each_step_is_recorded_without_what_was_told(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    (shown,) = await accepted(call, an_application(person))
    application_id = shown["application"]["application_id"]
    await call(*CLERK, get=f"{PATH}/{application_id}")
    await call(*CLERK, get=PATH)
    await call(*CLERK, post=f"{PATH}/{application_id}/withdraw", json={"reason": "取消"})
    records = await sent(exemptions, AuditRecorded)
    assert [record.operation for record in records] == [
        AuditOperation.ENTRY_PROVISIONAL, AuditOperation.INQUIRY, AuditOperation.SEARCH,
        AuditOperation.ENTRY_CANCELLED,
    ]  # fmt: skip
    assert records[0].details == {
        "of": "exemption_application",
        "cycle": 2026,
        "channel": "counter",
        "number_verified_by": "individual_number_card",
        "person_verified_by": "individual_number_card",
        "proxy": False,
    }


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"request_id": uuid4()}, "EX-1002"), ({"person_id": uuid4()}, "EX-1003")],
    ids=["nobody asked", "about another person"],
)
async def test_an_answer_that_does_not_fit_is_refused(
    call: Caller, exemptions: Service, person: UUID, changed: dict[str, UUID], code: str
) -> None:
    await accepted(call, an_application(person))
    (request,) = await asked(exemptions)
    wrong: Event = told(request).model_copy(update=changed)
    with pytest.raises(Rejected) as refused:
        await take(exemptions, wrong)
    assert [rejection.code for rejection in refused.value.rejections] == [code]


async def test_the_forms_of_applications_are_no_notices(call: Caller, person: UUID) -> None:
    shown = (await call(*CLERK, get="/application-forms")).json()["forms"]
    assert [form["kind"] for form in shown] == ["exemption_application", "student_application"]
    notices = (await call(*CLERK, get="/notice-forms")).json()["forms"]
    assert all(form["kind"].startswith("additional_premium") for form in notices)
    answer = await call(*CLERK, post="/additional-premium-notices", json=an_application(person))
    assert (answer.status_code, answer.json()["code"]) == (404, "EX-0102")
