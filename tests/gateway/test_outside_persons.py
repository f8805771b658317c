"""People who are not on the register and their numbers: what the vault gets, and what identity."""

from collections.abc import AsyncIterator

import pytest

from contracts.functions import Function
from deploy.local.testing import TestStack
from tests.gateway.house import House, house, problem
from tests.gateway.samples import BODIES, ID

pytestmark = pytest.mark.stack
TOKEN = "0123456789abcdef" * 2
SHOWN = {"entry": {"entry_id": ID}, "candidates": []}
SEALED = ("event_id", "sealed_number")


@pytest.fixture
async def wired(stack: TestStack, database: str) -> AsyncIterator[House]:
    async with house(stack, database, behind=("identity", "token_vault")) as made:
        yield made


async def test_a_number_of_somebody_outside_the_register_is_entered_at_the_vault(
    wired: House,
) -> None:
    token = "0123456789abcdef" * 2
    shown = {"entry": {"entry_id": ID}, "candidates": []}
    body = BODIES["proposeOutsideNumber"]
    path = f"/api/persons/{ID}/outside-number"
    wired.owners["token_vault"].answer("POST", "*", {"token": token})
    wired.owners["identity"].answer("POST", "*", shown, 201)
    async with wired.signed_in(Function.OUTSIDE_PROPOSE, Function.NUMBER_LOOKUP) as browser:
        response = await browser.post(path, json=body)
        assert (response.status_code, response.json()) == (201, shown)
        # In the open it goes nowhere, and without a check it is not taken.
        for wrong in ({"number": "999900000019"}, {**body, "number_verification": "guessed"}):
            refused = await browser.post(path, json=wrong)
            assert problem(refused)["code"] == "CH-0001"
    (vault,) = wired.owners["token_vault"].asked
    sealed = {name: body[name] for name in ("event_id", "sealed_number")}
    assert (vault.path, vault.body) == ("/numbers/enter", sealed)
    (identity,) = wired.owners["identity"].asked
    assert (identity.path, identity.body) == (
        f"/persons/{ID}/outside-number",
        {
            "token": token,
            "number_verification": "individual_number_card",
            "person_verification": "individual_number_card",
        },
    )


async def test_somebody_new_and_their_number_are_one_request_and_one_proposal(
    wired: House,
) -> None:
    body = BODIES["proposeNumberedOutsidePerson"]
    wired.owners["token_vault"].answer("POST", "*", {"token": TOKEN})
    wired.owners["identity"].answer("POST", "*", SHOWN, 201)
    path = "/api/outside-persons/with-number"
    async with wired.signed_in(Function.OUTSIDE_PROPOSE, Function.NUMBER_LOOKUP) as browser:
        response = await browser.post(path, json=body)
        assert (response.status_code, response.json()) == (201, SHOWN)
        for wrong in (
            {**body, "number": "999900000019"},
            {name: said for name, said in body.items() if name != "number"},
        ):
            assert problem(await browser.post(path, json=wrong))["code"] == "CH-0001"
    (vault,) = wired.owners["token_vault"].asked
    sealed = {name: body["number"][name] for name in SEALED}
    assert (vault.path, vault.body) == ("/numbers/enter", sealed)
    (identity,) = wired.owners["identity"].asked
    assert identity.path == "/outside-persons"
    assert identity.body["number"] == {
        "token": TOKEN,
        "number_verification": "individual_number_card",
        "person_verification": "individual_number_card",
    }
    assert identity.body["looked_at"] == [ID]
    assert identity.body["person"]["name"]["kanji"] == body["person"]["name"]["kanji"]


async def test_who_bears_the_number_is_looked_for_without_keeping_it(wired: House) -> None:
    body = BODIES["compareOutsidePersonAndNumber"]
    wired.owners["identity"].answer("POST", "*", {"candidates": []})
    path = "/api/outside-persons/comparison-with-number"
    async with wired.signed_in(Function.OUTSIDE_PROPOSE, Function.NUMBER_LOOKUP) as browser:
        wired.owners["token_vault"].answer("POST", "*", {"token": TOKEN})
        assert (await browser.post(path, json=body)).json() == {"candidates": []}
        # One that the vault does not know looks the same.
        unknown = {"type": "urn:nenkin:problem:TV-2001", "title": "x", "status": 404}
        wired.owners["token_vault"].answer("POST", "*", {**unknown, "code": "TV-2001"}, 404)
        assert (await browser.post(path, json=body)).json() == {"candidates": []}
    asked = wired.owners["token_vault"].asked
    assert {one.path for one in asked} == {"/numbers/lookup"}
    known, random = (one.body["token"] for one in wired.owners["identity"].asked)
    assert known == TOKEN != random
    assert len(random) == 32


async def test_without_the_right_to_numbers_nobody_enters_one(wired: House) -> None:
    async with wired.signed_in(Function.OUTSIDE_PROPOSE) as browser:
        for operation, path in (
            ("proposeNumberedOutsidePerson", "/api/outside-persons/with-number"),
            ("compareOutsidePersonAndNumber", "/api/outside-persons/comparison-with-number"),
        ):
            refused = await browser.post(path, json=BODIES[operation])
            assert problem(refused)["code"] == "CH-0006"
    assert wired.owners["token_vault"].asked == []
