"""Somebody who is several things at once: sealed (支援措置), one person from two records (統合),
under 抑止 by one of the ids, and named as spouse by somebody whom everybody sees."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.events import AuditRecorded
from contracts.functions import Function
from deploy.local.testing import TestStack
from services.chassis.service import Service
from tests.chassis.blocking import blocked, released
from tests.chassis.merging import merged, separated
from tests.exemptions.applying import an_application
from tests.exemptions.counter import a_notice, exemptions_service, sent, take
from tests.exemptions.sealed_questions import ABOUT, APPLICATIONS, NOTICES
from tests.exemptions.test_exemptions_sealed import (
    accept,
    apply,
    asked,
    hide,
    lives,
    with_everything,
)
from tests.sealed.doors import EVERYONE, Caller, Question, nobody

pytestmark = pytest.mark.stack


@dataclass(frozen=True)
class Everything:
    """The service, whom it is about, and who looks."""

    service: Service
    about: dict[str, str]
    """What there is of the sealed person, by the id that answers."""
    former: UUID
    """Their other id: under it lies an application of their own."""
    husband: UUID
    """Whom everybody sees; one of his applications names the former id."""
    naming: str
    blind: Caller
    seer: Caller

    @property
    def surviving(self) -> UUID:
        return UUID(self.about["person_id"])

    def by(self, id_: UUID) -> dict[str, str]:
        return {**self.about, "person_id": str(id_)}


@pytest.fixture
async def all_at_once(
    stack: TestStack, fresh_database: Callable[[str], str]
) -> AsyncIterator[Everything]:
    name = fresh_database("exemptions")
    async with exemptions_service(stack, DATABASE_NAME=name).opened() as service:
        husband, former = await lives(service), await lives(service)
        await accept(stack, service, husband)
        naming = await apply(stack, service, husband, spouse_status="here", spouse=str(former))
        await apply(stack, service, former)
        about = await with_everything(stack, service)
        surviving = UUID(about["person_id"])
        await take(service, merged(former, surviving), blocked(former), blocked(husband))
        # As identity tells it: under each of the ids.
        await hide(service, surviving)
        await hide(service, former)
        yield Everything(
            service, about, former, husband, naming,
            Caller(stack, service, *EVERYONE), Caller(stack, service, *Function),
        )  # fmt: skip


async def test_at_every_door_neither_id_is_anybodys(all_at_once: Everything) -> None:
    one = all_at_once
    of_nobody = await one.blind.ask_all(asked(), nobody(ABOUT))
    for id_ in (one.surviving, one.former):
        of_sealed = await one.blind.ask_all(asked(), one.by(id_))
        for n, question in enumerate(asked()):
            assert of_sealed[n].seen == of_nobody[n].seen, question
            assert of_sealed[n].statements == of_nobody[n].statements, question


async def test_the_block_of_somebody_sealed_says_nothing(all_at_once: Everything) -> None:
    """Whoever names a sealed spouse is told what is told of nobody, block or not."""
    one = all_at_once
    wives = (one.former, one.surviving, uuid4())
    await take(one.service, released(one.husband, 2))
    answers = [
        await one.blind.ask(
            Question(f"POST {APPLICATIONS}",
                     json=an_application(one.husband, cycle="2025", spouse_status="here",
                                         spouse=str(wife))),
            {},
        )
        for wife in wives
    ]  # fmt: skip
    assert {answer.seen for answer in answers} == {answers[-1].seen}
    assert "EX-0210" in answers[-1].text
    assert "CH-0013" not in answers[0].text


async def test_of_the_husband_is_seen_what_names_nobody_sealed(all_at_once: Everything) -> None:
    one = all_at_once
    page = await one.blind.request("GET", f"/persons/{one.husband}/exemptions")
    assert page.json()["applications"] == []
    assert len(page.json()["notices"]) == 1
    assert str(one.former) not in page.text
    assert str(one.surviving) not in page.text
    # His own block is his own.
    refused = await one.blind.request(
        "POST", NOTICES, json=a_notice(one.husband, "additional_premium_end"), staff_id="s001"
    )
    assert refused.json()["code"] == "CH-0013"
    whole = await one.seer.request("GET", f"/persons/{one.husband}/exemptions")
    assert [each["application_id"] for each in whole.json()["applications"]] == [one.naming]


async def test_who_holds_the_right_sees_one_person_and_is_stopped_by_the_block(
    all_at_once: Everything,
) -> None:
    one = all_at_once
    pages = [
        (await one.seer.request("GET", f"/persons/{id_}/exemptions")).json()
        for id_ in (one.surviving, one.former)
    ]
    assert pages[0] == pages[1]
    assert (pages[0]["person_id"], len(pages[0]["applications"])) == (str(one.surviving), 3)
    settle: dict[str, Any] = {"documents": [], "acknowledged": []}
    for body, path in (
        (a_notice(one.surviving), NOTICES),
        (settle, f"{NOTICES}/{one.about['entry_id']}/settle"),
    ):
        stopped = await one.seer.request("POST", path, json=body)
        assert (stopped.status_code, stopped.json()["code"]) == (403, "CH-0013"), path
    audited = [r for r in await sent(one.service, AuditRecorded) if r.person_id == one.surviving]
    assert audited
    # Released under the id that it was set under, the one person is free.
    await take(one.service, released(one.former, 2))
    answer = await one.seer.request("POST", f"{NOTICES}/{one.about['entry_id']}/settle",
                                    json=settle)  # fmt: skip
    assert answer.json().get("code") != "CH-0013"


async def test_two_again_both_stay_sealed_until_it_is_told_of_each(
    all_at_once: Everything,
) -> None:
    one = all_at_once
    await take(one.service, separated(one.former))
    page = Question("GET /persons/{person_id}/exemptions")
    of_nobody = await one.blind.ask(page, nobody(ABOUT))
    for id_ in (one.surviving, one.former):
        assert (await one.blind.ask(page, one.by(id_))).seen == of_nobody.seen
    pages = [
        (await one.seer.request("GET", f"/persons/{id_}/exemptions")).json()
        for id_ in (one.surviving, one.former)
    ]
    assert [len(each["applications"]) for each in pages] == [2, 1]
    assert pages[0]["person_id"] != pages[1]["person_id"]
    # The block is the former id's own again.
    stopped = [
        (await one.seer.request("POST", APPLICATIONS, json=an_application(id_, cycle="2025"),
                                staff_id="s001")).json().get("code")
        for id_ in (one.surviving, one.former)
    ]  # fmt: skip
    assert stopped[1] == "CH-0013"
    assert stopped[0] != "CH-0013"
    await hide(one.service, one.former, 2, hidden=False)
    assert (await one.blind.ask(page, one.by(one.surviving))).seen == of_nobody.seen
    seen = (await one.blind.request("GET", f"/persons/{one.former}/exemptions")).json()
    assert len(seen["applications"]) == 1
    naming = (await one.blind.request("GET", f"/persons/{one.husband}/exemptions")).json()
    assert [each["application_id"] for each in naming["applications"]] == [one.naming]
