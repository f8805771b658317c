"""Spouse and householder of a form beside the register: what differs is looked at."""

from typing import Any
from uuid import UUID

import pytest

from contracts.events import (
    RegisteredAs,
    RegisteredHousehold,
    RegisterOutcome,
    Whose,
)
from services.chassis.service import Service
from services.exemptions.domain.registered import differing
from tests.audit.calling import Caller
from tests.exemptions.applying import (
    CHIEF,
    CLERK,
    PATH,
    a_student_application,
    accepted,
    an_application,
    asked,
    households_asked,
    somebody_is,
    told_together,
)
from tests.exemptions.counter import somebody, take
from tests.exemptions.test_asked import ME, said

HER, (HIM, FATHER, OTHER) = ME, (UUID(int=n) for n in range(12, 15))
NOBODY = RegisteredAs(outcome=RegisterOutcome.NOBODY)
UNCERTAIN = RegisteredAs(outcome=RegisterOutcome.UNCERTAIN)
ALONE: dict[str, Any] = {}
MARRIED: dict[str, Any] = {"spouse_status": "here", "spouse": str(HIM)}
AT_HOME: dict[str, Any] = {"householder_status": "here", "householder": str(FATHER)}
ELSEWHERE = {"spouse_status": "elsewhere"}
VIOLENCE = {
    "violence": True, "violence_since": "R8.5.1", "applicant_in_difficulty": True,
}  # fmt: skip


@pytest.mark.parametrize(
    ("stated", "householder", "spouse", "found"),
    [
        (ALONE, somebody_is(HER), NOBODY, []),
        (MARRIED, somebody_is(HER), somebody_is(HIM), []),
        (AT_HOME, somebody_is(FATHER), NOBODY, []),
        (ALONE, somebody_is(FATHER), NOBODY, ["stated-householder-other"]),
        (AT_HOME, somebody_is(OTHER), NOBODY, ["stated-householder-other"]),
        (ALONE, somebody_is(HER), somebody_is(HIM), ["stated-without-spouse"]),
        (MARRIED, somebody_is(HER), somebody_is(OTHER), ["stated-spouse-other"]),
        (MARRIED, somebody_is(HER), NOBODY, ["stated-spouse-not-registered"]),
        (ELSEWHERE, somebody_is(HER), NOBODY, []),
        (ALONE, UNCERTAIN, UNCERTAIN, []),
        (ALONE, somebody_is(HIM), somebody_is(HIM),
         ["stated-householder-other", "stated-without-spouse"]),
    ],
    ids=["alone", "married", "at home", "not the householder", "another householder",
         "spouse not stated", "another spouse", "not in the household", "no record of the spouse",
         "not told", "both"],
)  # fmt: skip
def test_in_what_a_form_differs(
    stated: dict[str, Any], householder: RegisteredAs, spouse: RegisteredAs, found: list[str]
) -> None:
    today = RegisteredHousehold(householder=householder, spouse=spouse)
    reasons = differing(said(**stated), HER, today, {})
    assert [reason.code for reason in reasons] == found
    assert all(reason.asks for reason in reasons)
    assert differing(said(**stated), HER, None, {}) == ()


def test_an_id_that_was_merged_differs_from_nothing() -> None:
    today = RegisteredHousehold(householder=somebody_is(HER), spouse=somebody_is(OTHER))
    assert differing(said(**MARRIED), HER, today, {HIM: OTHER}) == ()


@pytest.mark.stack
async def test_what_differs_is_looked_at_and_no_refusal(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    wife = await somebody(exemptions)
    (shown,) = await accepted(call, an_application(person))
    (request,) = await households_asked(exemptions)
    assert [one.whose for one in request.people] == [Whose.APPLICANT], "nobody else is tested"
    assert request.registered_on is not None
    registered = RegisteredHousehold(householder=somebody_is(person), spouse=somebody_is(wife))
    await take(exemptions, told_together(request, registered))
    path = f"{PATH}/{shown['application']['application_id']}"
    (finding,) = (await call(*CLERK, get=path)).json()["findings"]
    assert (finding["kind"], finding["code"]) == ("review", "stated-without-spouse")
    assert str(wife) not in str(finding)
    answer = await call(*CHIEF, post=f"{path}/settle", json={})
    assert (answer.status_code, answer.json()["code"]) == (409, "EX-0109")
    looked = {"acknowledged": [finding["code"]]}
    answer = await call(*CHIEF, post=f"{path}/settle", json=looked)
    assert answer.status_code == 200, answer.text


@pytest.mark.stack
async def test_the_register_is_not_asked_where_nobody_else_is_tested_or_violence_is_told(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    await accepted(call, a_student_application(person))
    spouse = await somebody(exemptions)
    await accepted(
        call,
        an_application(person, spouse_status="here", spouse=str(spouse), **VIOLENCE),
    )
    assert await households_asked(exemptions) == []
    assert {request.person_id for request in await asked(exemptions)} == {person}
