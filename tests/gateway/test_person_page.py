"""The person page of several services, and the search by a number that only the vault reads."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from contracts.functions import Function
from deploy.local.testing import TestStack
from services.gateway.domain.routing import JSON
from tests.gateway.house import House, house, problem
from tests.gateway.samples import BODIES, ID

pytestmark = pytest.mark.stack

PAGE = f"/api/persons/{ID}"
OTHERS = ("qualification", "exemptions", "claims", "jps_reporting")
NOT_FOUND = {
    "type": "urn:nenkin:problem:CH-0003",
    "title": "該当するデータがありません。",
    "status": 404,
    "code": "CH-0003",
}
NOBODY: dict[str, Any] = {"persons": [], "more": False, "limit": 50}


@pytest.fixture
async def wired(stack: TestStack, database: str) -> AsyncIterator[House]:
    behind = ("identity", "token_vault", *OTHERS)
    async with house(stack, database, behind=behind, PART_TIMEOUT_S="3") as made:
        made.owners["identity"].answer("GET", "*", {"person_id": ID, "name": {"kanji": "佐藤"}})
        for name in OTHERS:
            made.owners[name].answer("GET", "*", {"of": name})
        yield made


async def test_page_is_composed_of_all_who_know_the_person(wired: House) -> None:
    async with wired.signed_in(Function.PERSON_VIEW) as browser:
        page = (await browser.get(PAGE)).json()
    assert page["person"] == {"person_id": ID, "name": {"kanji": "佐藤"}}
    for part, service in [
        ("qualification", "qualification"),
        ("exemptions", "exemptions"),
        ("claims", "claims"),
        ("reports", "jps_reporting"),
    ]:
        assert page[part] == {"state": "shown", "content": {"of": service}, "problem": None}
    assert page["as_of"] is None


async def test_timeline_of_another_day_is_asked_of_qualification_alone(wired: House) -> None:
    async with wired.signed_in(Function.PERSON_VIEW) as browser:
        page = (await browser.get(PAGE, params={"as_of": "2026-04-01"})).json()
    assert page["as_of"] == "2026-04-01"
    assert wired.owners["qualification"].asked[0].query == {"as_of": "2026-04-01"}
    for name in ("identity", "exemptions", "claims", "jps_reporting"):
        assert wired.owners[name].asked[0].query == {}


async def test_a_part_that_fails_leaves_the_others(wired: House) -> None:
    await wired.stop("claims")
    wired.owners["exemptions"].waits = wired.owners["exemptions"].over.wait
    wired.owners["jps_reporting"].raw("GET", 200, "[]", JSON)
    async with wired.signed_in(Function.PERSON_VIEW) as browser:
        response = await browser.get(PAGE)
    assert response.status_code == 200
    page = response.json()
    assert page["qualification"]["state"] == "shown"
    for part, code in [
        ("claims", "GW-0301"),
        ("exemptions", "GW-0302"),
        ("reports", "GW-0303"),
    ]:
        assert page[part]["state"] == "unavailable"
        assert page[part]["content"] is None
        assert page[part]["problem"]["code"] == code
        assert page[part]["problem"]["title"].endswith("。")


async def test_what_a_service_does_not_know_yet_is_absent(wired: House) -> None:
    wired.owners["qualification"].answer("GET", "*", NOT_FOUND, 404)
    async with wired.signed_in(Function.PERSON_VIEW) as browser:
        page = (await browser.get(PAGE)).json()
    assert page["qualification"]["state"] == "absent"
    assert page["qualification"]["problem"]["code"] == "CH-0003"


async def test_whom_identity_does_not_show_nobody_is_asked_about(wired: House) -> None:
    # Sealed or not there: the same answer, and no record elsewhere of an inquiry that was none.
    wired.owners["identity"].answer("GET", "*", NOT_FOUND, 404)
    async with wired.signed_in(Function.PERSON_VIEW) as browser:
        response = await browser.get(PAGE)
    assert response.status_code == 404
    assert problem(response)["code"] == "CH-0003"
    assert not any(wired.owners[name].asked for name in OTHERS)


async def test_without_identity_there_is_no_page(wired: House) -> None:
    await wired.stop("identity")
    async with wired.signed_in(Function.PERSON_VIEW) as browser:
        response = await browser.get(PAGE)
    assert response.status_code == 503
    assert problem(response)["code"] == "GW-0301"


async def test_parts_are_asked_at_once(wired: House) -> None:
    # None answers before all were asked: one after the other, each would time out.
    all_were_asked = asyncio.Barrier(len(OTHERS))
    for name in OTHERS:
        wired.owners[name].waits = all_were_asked.wait
    async with wired.signed_in(Function.PERSON_VIEW) as browser:
        page = (await browser.get(PAGE)).json()
    parts = ("qualification", "exemptions", "claims", "reports")
    assert {page[part]["state"] for part in parts} == {"shown"}


async def test_number_is_looked_up_at_the_vault_and_the_token_at_identity(wired: House) -> None:
    token = "0123456789abcdef" * 2
    found = {**NOBODY, "persons": [{"person_id": ID}]}
    wired.owners["token_vault"].answer("POST", "*", {"token": token})
    wired.owners["identity"].answer("POST", "*", found)
    async with wired.signed_in(Function.NUMBER_LOOKUP, Function.PERSON_SEARCH) as browser:
        response = await browser.post("/api/persons/by-number", json=BODIES["findPersonByNumber"])
        assert response.json() == found
        assert token not in response.text
    (vault,) = wired.owners["token_vault"].asked
    assert (vault.path, vault.body) == ("/numbers/lookup", BODIES["findPersonByNumber"])
    (identity,) = wired.owners["identity"].asked
    assert (identity.path, identity.body) == ("/persons/search", {"token": token})


async def test_unknown_number_looks_like_a_sealed_person(wired: House) -> None:
    unknown = {**NOT_FOUND, "code": "TV-2001", "type": "urn:nenkin:problem:TV-2001"}
    wired.owners["identity"].answer("POST", "*", NOBODY)
    async with wired.signed_in(Function.NUMBER_LOOKUP, Function.PERSON_SEARCH) as browser:
        wired.owners["token_vault"].answer("POST", "*", unknown, 404)
        nobody = await browser.post("/api/persons/by-number", json=BODIES["findPersonByNumber"])
        wired.owners["token_vault"].answer("POST", "*", {"token": "a" * 32})
        sealed = await browser.post("/api/persons/by-number", json=BODIES["findPersonByNumber"])
    assert nobody.status_code == sealed.status_code == 200
    assert nobody.content == sealed.content
    assert nobody.headers == sealed.headers
    # Identity was asked both times, so that the time tells nothing either.
    first, second = wired.owners["identity"].asked
    assert len(first.body["token"]) == len(second.body["token"]) == 32
    assert first.body["token"] != second.body["token"]


@pytest.mark.parametrize(("code", "status"), [("TV-2002", 422), ("TV-2003", 409), ("TV-2005", 429)])
async def test_other_refusals_of_the_vault_are_told(wired: House, code: str, status: int) -> None:
    told = {"type": f"urn:nenkin:problem:{code}", "title": "番号。", "status": status, "code": code}
    wired.owners["token_vault"].answer("POST", "*", told, status)
    async with wired.signed_in(Function.NUMBER_LOOKUP, Function.PERSON_SEARCH) as browser:
        response = await browser.post("/api/persons/by-number", json=BODIES["findPersonByNumber"])
    assert response.status_code == status
    assert problem(response)["code"] == code
    assert wired.owners["identity"].asked == []


@pytest.mark.parametrize("content", ["{}", '{"token": 7}', "[]", '"x"'])
async def test_vault_that_answers_no_token_is_not_believed(wired: House, content: str) -> None:
    wired.owners["token_vault"].raw("POST", 200, content, JSON)
    async with wired.signed_in(Function.NUMBER_LOOKUP, Function.PERSON_SEARCH) as browser:
        response = await browser.post("/api/persons/by-number", json=BODIES["findPersonByNumber"])
    assert problem(response)["code"] == "GW-0303"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"number": "999900000019"}, id="a number in the open"),
        pytest.param({**BODIES["findPersonByNumber"], "token": "a" * 32}, id="a token beside it"),
        pytest.param({"event_id": ID}, id="no seal"),
        pytest.param({**BODIES["findPersonByNumber"], "event_id": 7}, id="no event"),
    ],
)
async def test_only_a_sealed_number_is_taken(wired: House, body: dict[str, Any]) -> None:
    async with wired.signed_in(Function.NUMBER_LOOKUP, Function.PERSON_SEARCH) as browser:
        response = await browser.post("/api/persons/by-number", json=body)
    assert problem(response)["code"] == "CH-0001"
    assert "999900000019" not in response.text
    assert wired.owners["token_vault"].asked == []


async def test_nobody_searches_by_a_token(wired: House) -> None:
    async with wired.signed_in(*Function) as browser:
        response = await browser.post("/api/persons/search", json={"token": "a" * 32})
    assert problem(response)["code"] == "CH-0001"
    assert wired.owners["identity"].asked == []
