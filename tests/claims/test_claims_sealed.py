"""Sealed means absent, at every door of claims (支援措置, promise 8): deceased or claimant."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest

from contracts.dates import UncertainDate
from contracts.events import (
    ItemOutcome,
    PersonSightChanged,
    ReportItemKind,
    ReportOwner,
    UnpaidBenefitClaimReceived,
)
from contracts.functions import Function
from deploy.local.testing import TestStack
from services.chassis.service import Service
from tests.claims.deaths import a_claim, claims_service
from tests.claims.test_claim_decisions import decided
from tests.corrections import given_up, taken_away
from tests.exemptions.counter import category_1, forwarded, person_changed, sent, take
from tests.sealed.doors import EVERYONE, Caller, Question, doors_of, nobody
from tests.sealed.tables import filtered, owner_of, unfiltered

pytestmark = pytest.mark.stack

CLAIMS = "/unpaid-benefit-claims"
DIED = UncertainDate.exact(date(2026, 10, 1))
REASON = {"reason": "本人の申出による"}
SENT = {"claim_id": "forwarded_id"}
ABOUT = {"person_id": "", "claim_id": "", "forwarded_id": "", "other_id": ""}
"""``other_id``: of the two on a claim the one who is not sealed."""
A_CLAIM = a_claim(UUID(int=0), None, values={"claimant_person": "{other_id}"})
QUESTIONS = [
    Question("GET /persons/{person_id}/claims"),
    Question("GET /claim-forms"),
    Question(f"POST {CLAIMS}", json=A_CLAIM),
    Question(f"POST {CLAIMS}", json={**A_CLAIM, "kind": "no_such_form"}),
    Question(f"GET {CLAIMS}"),
    Question(f"GET {CLAIMS}", {"limit": "1"}),
    *(Question(f"GET {CLAIMS}", {"state": s}) for s in ("settled", "forwarded", "withdrawn")),
    Question("GET /receipts"),
    Question("GET /receipts", {"limit": "1"}),
    Question("GET /receipts/print"),
    Question(f"GET {CLAIMS}/{{claim_id}}"),
    Question(f"GET {CLAIMS}/{{claim_id}}", of=SENT),
    Question(f"POST {CLAIMS}/{{claim_id}}/settle", json={"acknowledged": []}),
    Question(f"POST {CLAIMS}/{{claim_id}}/settle", staff_id="s001"),
    Question(f"POST {CLAIMS}/{{claim_id}}/withdraw", json=REASON),
    Question(f"POST {CLAIMS}/{{claim_id}}/withdraw", json=REASON, of=SENT),
]
OF_NOBODY = {"GET /claim-forms"}


def asked() -> list[Question]:
    """The questions, bodies naming whom they are about."""
    return [
        replace(q, json={**q.json, "person_id": "{person_id}"})
        if q.json and "person_id" in q.json
        else q
        for q in QUESTIONS
    ]


@pytest.fixture
async def claims(stack: TestStack, fresh_database: Callable[[str], str]) -> AsyncIterator[Service]:
    """Claims with a death and a claim on it that everybody sees."""
    async with claims_service(stack, DATABASE_NAME=fresh_database("claims")).opened() as service:
        await accept(stack, service, await died(service), await lives(service))
        yield service


async def died(service: Service) -> UUID:
    person_id = uuid4()
    await take(
        service, person_changed(person_id, died_on=DIED), category_1(person_id, lost="2026-10-02")
    )
    return person_id


async def lives(service: Service) -> UUID:
    person_id = uuid4()
    await take(service, person_changed(person_id))
    return person_id


async def accept(stack: TestStack, service: Service, deceased: UUID, claimant: UUID | None) -> str:
    """The id of a claim that was just accepted."""
    answer = await Caller(stack, service, *Function).request(
        "POST", CLAIMS, json=a_claim(deceased, claimant), staff_id="s001"
    )
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["claim"]["claim_id"]
    return found


async def hide(service: Service, person_id: UUID, version: int = 1, *, hidden: bool = True) -> None:
    event = PersonSightChanged(person_id=person_id, sight_version=version, hidden=hidden)
    await take(service, event)


async def with_everything(
    stack: TestStack, service: Service, *, as_claimant: bool
) -> dict[str, str]:
    """Somebody with rows in every table, as the deceased or as the claimant."""
    deceased, claimant = await died(service), await lives(service)
    first = await accept(stack, service, deceased, claimant)
    answer = await Caller(stack, service, *Function).request(
        "POST", f"{CLAIMS}/{first}/settle", json={"acknowledged": []}, staff_id="s002"
    )
    assert answer.status_code == 200, answer.text
    [event] = await sent(service, UnpaidBenefitClaimReceived)
    kind = ReportItemKind.UNPAID_BENEFIT_CLAIM
    await take(service, forwarded(event.item_id, deceased, kind, "2026-10-28"))
    second = await accept(stack, service, deceased, claimant)
    async with owner_of(stack, service) as connection:
        await connection.execute(
            "insert into claims.claim_documents values ($1, 'x', 'checked', null, 's', now())",
            UUID(second),
        )
    [away, decision] = taken_away(event, ReportOwner.CLAIMS)
    await take(service, away, decision, given_up(event, ReportOwner.CLAIMS))
    await take(service, decided(event.item_id, deceased, ItemOutcome.RETURNED, "2026-11-10"))
    person, other = (claimant, deceased) if as_claimant else (deceased, claimant)
    return {
        "person_id": str(person),
        "claim_id": second,
        "forwarded_id": first,
        "other_id": str(other),
    }


def test_every_door_is_asked(claims: Service) -> None:
    assert {question.door for question in QUESTIONS} == doors_of(claims)


async def test_every_table_about_a_person_is_filtered(stack: TestStack, claims: Service) -> None:
    persons = ("person_id", "deceased_id", "claimant_id")
    async with owner_of(stack, claims) as connection:
        assert await unfiltered(connection, "claims", persons) == set()
        assert await filtered(connection, "claims") >= {
            "persons", "qualifications", "unpaid_benefit_claims", "claim_documents",
            "corrections", "correction_decisions", "corrections_given_up", "decisions",
        }  # fmt: skip


@pytest.mark.parametrize("as_claimant", [False, True], ids=["deceased", "claimant"])
async def test_a_sealed_person_is_nobody_at_every_door(
    stack: TestStack, claims: Service, as_claimant: bool
) -> None:
    blind = Caller(stack, claims, *EVERYONE)
    of_nobody = await blind.ask_all(asked(), nobody(ABOUT))
    about = await with_everything(stack, claims, as_claimant=as_claimant)
    async with owner_of(stack, claims) as connection:
        for table in await filtered(connection, "claims"):
            assert await connection.fetchval(f"select count(*) > 0 from claims.{table}"), table
    await hide(claims, UUID(about["person_id"]))
    of_sealed = await blind.ask_all(asked(), about)
    for n, question in enumerate(asked()):
        assert of_sealed[n].seen == of_nobody[n].seen, question
        assert of_sealed[n].statements == of_nobody[n].statements, question


async def test_the_one_who_is_seen_has_no_claim_of_the_sealed_one(
    stack: TestStack, claims: Service
) -> None:
    about = await with_everything(stack, claims, as_claimant=True)
    blind = Caller(stack, claims, *EVERYONE)
    path = f"/persons/{about['other_id']}/claims"
    assert len((await blind.request("GET", path)).json()["on_death"]) == 2
    await hide(claims, UUID(about["person_id"]))
    answer = await blind.request("GET", path)
    assert (answer.json()["on_death"], answer.json()["as_claimant"]) == ([], [])


async def test_naming_a_sealed_claimant_is_like_naming_one_who_does_not_exist(
    stack: TestStack, claims: Service
) -> None:
    """On a death that everybody sees, whose sealed claimant has claimed already."""
    deceased, claimant = await died(claims), await lives(claims)
    await accept(stack, claims, deceased, claimant)
    await hide(claims, claimant)
    blind = Caller(stack, claims, *EVERYONE)
    answers = [
        await blind.ask(
            Question(f"POST {CLAIMS}", json=a_claim(deceased, named), staff_id="s001"), {}
        )
        for named in (claimant, uuid4())
    ]
    assert answers[0].seen == answers[1].seen
    assert answers[0].statements == answers[1].statements
    assert "claimant-unknown" in answers[0].text


async def test_who_holds_the_right_sees_them_at_every_door(
    stack: TestStack, claims: Service
) -> None:
    seer = Caller(stack, claims, *Function)
    of_nobody = await seer.ask_all(asked(), nobody(ABOUT))
    about = await with_everything(stack, claims, as_claimant=False)
    await hide(claims, UUID(about["person_id"]))
    of_sealed = await seer.ask_all(asked(), about)
    told_apart = {q.door for n, q in enumerate(asked()) if of_sealed[n].seen != of_nobody[n].seen}
    assert told_apart == doors_of(claims) - OF_NOBODY


async def test_what_is_taken_in_of_who_is_sealed_is_numbered_in_a_book_apart(
    stack: TestStack, claims: Service
) -> None:
    sealed = await lives(claims)
    await hide(claims, sealed)
    await accept(stack, claims, await died(claims), sealed)
    await accept(stack, claims, await died(claims), await lives(claims))
    numbers = []
    for functions in (EVERYONE, tuple(Function)):
        answer = await Caller(stack, claims, *functions).request("GET", CLAIMS)
        numbers.append([claim["receipt"] for claim in answer.json()["claims"]])
    assert numbers == [
        ["2026-00001", "2026-00002"],
        ["2026-00001", "2026-別00001", "2026-00002"],
    ]
