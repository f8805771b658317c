"""Sealed means absent, at every door of exemptions (支援措置, promise 8)."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.events import AdditionalPremiumChanged, PersonSightChanged, ReportItemKind
from contracts.functions import Function
from deploy.local.testing import TestStack
from services.chassis.service import Service
from tests.exemptions.applying import an_application
from tests.exemptions.counter import (
    a_notice,
    category_1,
    exemptions_service,
    forwarded,
    person_changed,
    sent,
    take,
)
from tests.exemptions.exempting import expecting
from tests.exemptions.nights import SINCE_MAY, Night
from tests.exemptions.sealed_questions import (
    ABOUT,
    APPLICATIONS,
    BY_LAW,
    NOTICES,
    OF_NOBODY,
    QUESTIONS,
    STATED,
    STATEMENTS,
)
from tests.exemptions.sealed_rows import (
    AGAIN,
    CONSEQUENCE,
    CONTINUED,
    CORRECTED,
    DECIDED,
    GIVEN_UP,
    NOTED,
    REGISTERED,
    TAKEN_BACK,
)
from tests.sealed.doors import EVERYONE, Caller, Question, doors_of, nobody
from tests.sealed.tables import filtered, owner_of, unfiltered

pytestmark = pytest.mark.stack


def asked() -> list[Question]:
    """The questions, bodies naming whom they are about."""
    return [
        replace(q, json={**q.json, "person_id": "{person_id}"})
        if q.json and "person_id" in q.json
        else q
        for q in QUESTIONS
    ]


@pytest.fixture
async def exemptions(
    stack: TestStack, fresh_database: Callable[[str], str]
) -> AsyncIterator[Service]:
    """Exemptions with somebody whom everybody sees, and a notice of theirs."""
    name = fresh_database("exemptions")
    async with exemptions_service(stack, DATABASE_NAME=name).opened() as service:
        await accept(stack, service, await lives(service))
        yield service


async def lives(service: Service) -> UUID:
    person_id = uuid4()
    await take(service, person_changed(person_id), category_1(person_id))
    return person_id


async def accept(
    stack: TestStack, service: Service, person_id: UUID, kind: str = "additional_premium_start"
) -> str:
    """The id of a notice that was just accepted."""
    body = a_notice(person_id, kind)
    seer = Caller(stack, service, *Function)
    answer = await seer.request("POST", NOTICES, json=body, staff_id="s001")
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["notice"]["notice_id"]
    return found


async def apply(stack: TestStack, service: Service, person_id: UUID, **entered: Any) -> str:
    """The id of an application that was just accepted."""
    answer = await Caller(stack, service, *Function).request(
        "POST", APPLICATIONS, json=an_application(person_id, **entered), staff_id="s001"
    )
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["applications"][0]["application"]["application_id"]
    return found


async def expect(stack: TestStack, service: Service, person_id: UUID) -> str:
    """The id of a notice of a birth that was just accepted."""
    answer = await Caller(stack, service, *Function).request(
        "POST", BY_LAW, json=expecting(person_id), staff_id="s001"
    )
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["notice"]["notice_id"]
    return found


async def state(stack: TestStack, service: Service, person_id: UUID) -> str:
    """The id of a request to pay that was just accepted."""
    answer = await Caller(stack, service, *Function).request(
        "POST", STATEMENTS, json={**STATED, "person_id": str(person_id)}, staff_id="s001"
    )
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["notice"]["notice_id"]
    return found


async def proposed(service: Service, person_id: UUID) -> str:
    """The id of an entry of the work list that was just listed."""
    night = Night(service)
    await night.heard(person_id, SINCE_MAY)
    async with service.database.read() as connection:
        found = await connection.fetchval(
            "select entry_id from exemptions.proposals where person_id = $1", person_id
        )
    return str(found)


async def hide(service: Service, person_id: UUID, version: int = 1, *, hidden: bool = True) -> None:
    event = PersonSightChanged(person_id=person_id, sight_version=version, hidden=hidden)
    await take(service, event)


async def with_everything(stack: TestStack, service: Service) -> dict[str, str]:
    """Somebody with rows in every table: a notice that was sent, and one that waits."""
    person_id = await lives(service)
    first = await accept(stack, service, person_id)
    seer = Caller(stack, service, *Function)
    body: dict[str, list[str]] = {"documents": [], "acknowledged": []}
    answer = await seer.request("POST", f"{NOTICES}/{first}/settle", json=body, staff_id="s002")
    assert answer.status_code == 200, answer.text
    [event] = await sent(service, AdditionalPremiumChanged)
    kind = ReportItemKind.ADDITIONAL_PREMIUM_START
    await take(service, forwarded(event.item_id, person_id, kind, "2026-10-15"))
    second = await accept(stack, service, person_id, "additional_premium_end")
    application = await apply(stack, service, person_id)
    birth = await expect(stack, service, person_id)
    async with owner_of(stack, service) as connection:
        of = (("entry", second), ("application", application), ("entry", birth))
        for table, document_of in of:
            await connection.execute(
                f"insert into exemptions.{table}_documents values ($1, 'x', 'checked', null, 's',"
                " now())",
                UUID(document_of),
            )
        await connection.execute(CONTINUED, UUID(application))
        await connection.execute(REGISTERED, person_id)
        consequence = await connection.fetchval(CONSEQUENCE, person_id, UUID(application))
        decisions = await connection.fetch(DECIDED, UUID(first), UUID(application))
        await connection.execute(
            "insert into exemptions.decisions_settled values ($1, 'x', 's', now())",
            decisions[1]["decision_id"],
        )
        for kept in (first, application):
            await connection.execute(CORRECTED, UUID(kept))
            await connection.execute(GIVEN_UP, UUID(kept))
        await connection.execute(NOTED, UUID(application))
        await connection.execute(AGAIN, UUID(application))
        await connection.execute(TAKEN_BACK, UUID(second))
    return {
        "person_id": str(person_id),
        "entry_id": second,
        "forwarded_id": first,
        "application_id": application,
        "exemption_id": birth,
        "decision_id": str(decisions[0]["decision_id"]),
        "proposal_id": await proposed(service, person_id),
        "consequence_id": str(consequence),
        "statement_id": await state(stack, service, person_id),
    }


def test_every_door_is_asked(exemptions: Service) -> None:
    assert {question.door for question in QUESTIONS} == doors_of(exemptions)


async def test_every_table_about_a_person_is_filtered(
    stack: TestStack, exemptions: Service
) -> None:
    async with owner_of(stack, exemptions) as connection:
        assert await unfiltered(connection, "exemptions") == set()
        assert await filtered(connection, "exemptions") >= {
            "persons", "qualifications", "entries", "entry_documents", "applications",
            "application_questions", "application_documents",
            "assistance_watch", "assistance_questions", "proposals", "proposal_steps",
        }  # fmt: skip


async def test_a_sealed_person_is_nobody_at_every_door(
    stack: TestStack, exemptions: Service
) -> None:
    blind = Caller(stack, exemptions, *EVERYONE)
    of_nobody = await blind.ask_all(asked(), nobody(ABOUT))
    about = await with_everything(stack, exemptions)
    async with owner_of(stack, exemptions) as connection:
        for table in await filtered(connection, "exemptions"):
            assert await connection.fetchval(f"select count(*) > 0 from exemptions.{table}"), table
    await hide(exemptions, UUID(about["person_id"]))
    of_sealed = await blind.ask_all(asked(), about)
    for n, question in enumerate(asked()):
        assert of_sealed[n].seen == of_nobody[n].seen, question
        assert of_sealed[n].statements == of_nobody[n].statements, question


async def test_who_holds_the_right_sees_them_at_every_door(
    stack: TestStack, exemptions: Service
) -> None:
    seer = Caller(stack, exemptions, *Function)
    of_nobody = await seer.ask_all(asked(), nobody(ABOUT))
    about = await with_everything(stack, exemptions)
    await hide(exemptions, UUID(about["person_id"]))
    of_sealed = await seer.ask_all(asked(), about)
    told_apart = {q.door for n, q in enumerate(asked()) if of_sealed[n].seen != of_nobody[n].seen}
    assert told_apart == doors_of(exemptions) - OF_NOBODY


async def test_what_is_taken_in_of_who_is_sealed_is_numbered_in_a_book_apart(
    stack: TestStack, exemptions: Service
) -> None:
    sealed = await lives(exemptions)
    await hide(exemptions, sealed)
    await accept(stack, exemptions, sealed)
    await accept(stack, exemptions, await lives(exemptions))
    numbers = {}
    for functions in (EVERYONE, tuple(Function)):
        answer = await Caller(stack, exemptions, *functions).request("GET", NOTICES)
        numbers[len(functions)] = [n["receipt"] for n in answer.json()["notices"]]
    assert numbers == {
        len(EVERYONE): ["2026-00001", "2026-00002"],
        len(Function): ["2026-00001", "2026-別00001", "2026-00002"],
    }


async def test_sealed_late_and_seen_again(stack: TestStack, exemptions: Service) -> None:
    about = await with_everything(stack, exemptions)
    blind = Caller(stack, exemptions, *EVERYONE)
    path = f"{NOTICES}/{about['entry_id']}"
    statuses = []
    for version, hidden in ((1, True), (3, False), (2, True), (4, True)):
        await hide(exemptions, UUID(about["person_id"]), version, hidden=hidden)
        statuses.append((await blind.request("GET", path)).status_code)
    assert statuses == [404, 200, 200, 404]


class TestRelatives:
    """Spouse and householder of somebody whom everybody sees."""

    def naming(self, who: UUID) -> dict[str, Any]:
        return {"spouse_status": "here", "spouse": str(who)}

    async def test_naming_who_is_sealed_is_like_naming_one_who_does_not_exist(
        self, stack: TestStack, exemptions: Service
    ) -> None:
        husband, wife = await lives(exemptions), await lives(exemptions)
        await hide(exemptions, wife)
        blind = Caller(stack, exemptions, *EVERYONE)
        answers = [
            await blind.ask(
                Question(f"POST {APPLICATIONS}", json=an_application(husband, **self.naming(who))),
                {},
            )
            for who in (wife, uuid4())
        ]
        assert answers[0].seen == answers[1].seen
        assert answers[0].statements == answers[1].statements
        assert "EX-0210" in answers[0].text

    async def test_an_application_that_names_who_is_sealed_is_not_there(
        self, stack: TestStack, exemptions: Service
    ) -> None:
        husband, wife = await lives(exemptions), await lives(exemptions)
        application = await apply(stack, exemptions, husband, **self.naming(wife))
        blind, seer = (Caller(stack, exemptions, *held) for held in (EVERYONE, tuple(Function)))
        path = f"{APPLICATIONS}/{application}"
        assert (await blind.request("GET", path)).status_code == 200
        await hide(exemptions, wife)
        assert (await blind.request("GET", path)).status_code == 404
        assert (await blind.request("GET", APPLICATIONS)).json()["total"] == 0
        shown = (await seer.request("GET", path)).json()
        assert shown["application"]["person_id"] == str(husband)

    async def test_it_is_numbered_in_the_book_apart(
        self, stack: TestStack, exemptions: Service
    ) -> None:
        husband, wife = await lives(exemptions), await lives(exemptions)
        await hide(exemptions, wife)
        await apply(stack, exemptions, husband, **self.naming(wife))
        seer = Caller(stack, exemptions, *Function)
        shown = (await seer.request("GET", APPLICATIONS)).json()["applications"]
        assert [application["receipt"] for application in shown] == ["2026-別00001"]
