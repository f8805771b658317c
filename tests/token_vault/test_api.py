"""The vault's HTTP operations: for whom, how often, and what is recorded."""

import base64
import hashlib
import io
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
import pyzipper
from fastapi.routing import APIRoute

from contracts.events import AuditOperation, AuditOutcome, AuditRecorded
from contracts.functions import Function
from contracts.numbers import synthetic_individual_number as digits
from contracts.sealing import PrivateSealingKey, PublicSealingKey, seal
from contracts.topics import AUDIT_EVENTS
from deploy.local.testing import TestStack
from services.token_vault import key_management
from services.token_vault.app import build
from services.token_vault.domain.quotas import Operation, Period, Quota
from services.token_vault.settings import Settings
from services.token_vault.stores.numbers import add_quota
from tests.token_vault.vaults import (
    House,
    initialise,
    public_key,
    read,
    sealed_change,
    take,
    vault_of,
)

pytestmark = [pytest.mark.stack, pytest.mark.asyncio(loop_scope="module")]

LOOKUP = "/numbers/lookup"
ENTER = "/numbers/enter"
PASSWORD = "designated-by-JPS-2026-10"
WRONG_CHECK = digits(1)[:11] + str((int(digits(1)[11]) + 1) % 10)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(stack: TestStack, shared_settings: Settings) -> AsyncIterator[House]:
    """One running vault for the tests that leave its quotas and password as they are."""
    service = build(shared_settings)
    async with service.opened():
        await initialise(service)
    service = build(shared_settings)
    async with service.running():
        yield House(service, stack)


@pytest_asyncio.fixture(loop_scope="module")
async def fresh_house(stack: TestStack, settings: Settings) -> AsyncIterator[House]:
    """A running vault of the test's own."""
    service = build(settings)
    async with service.opened():
        await initialise(service)
    service = build(settings)
    async with service.running():
        yield House(service, stack)


def lookup_body(text: str, public: PublicSealingKey, sender: str = "gateway") -> dict[str, Any]:
    event_id = uuid4()
    sealed = seal(text, public, sender=sender, event_id=event_id)
    return {"event_id": str(event_id), "sealed_number": sealed.model_dump(mode="json")}


async def look_up(house: House, body: dict[str, Any], **staff: Any) -> httpx.Response:
    async with house.client("gateway") as client:
        header = house.staff_header(LOOKUP, Function.NUMBER_LOOKUP, **staff)
        return await client.post(LOOKUP, json=body, headers=header)


async def enter(house: House, body: dict[str, Any]) -> httpx.Response:
    async with house.client("gateway") as client:
        header = house.staff_header(ENTER, Function.OUTSIDE_PROPOSE)
        return await client.post(ENTER, json=body, headers=header)


async def tokens_for(house: House, *indexes: int) -> list[str]:
    public = await public_key(house.service)
    tokens = await take(house.service, [sealed_change(digits(i), public, i) for i in indexes])
    return [token for token in tokens if token]


async def set_password(house: House) -> None:
    async with house.service.unit_of_work() as uow:
        await key_management.set_password(uow, vault_of(house.service).keyring, PASSWORD)


def order(rows: list[list[Any]], **more: Any) -> dict[str, Any]:
    return {
        "batch_id": str(uuid4()),
        "staff_id": "s007",
        "file_name": "KPFD0001.CSV",
        "encoding": "cp932",
        "line_ending": "crlf",
        "rows": rows,
        **more,
    }


def field(token: str) -> dict[str, str]:
    return {"token": token, "format": "digits"}


async def seal_medium(house: House, body: dict[str, Any]) -> httpx.Response:
    async with house.client("jps_reporting") as client:
        return await client.post("/media/seal", json=body)


async def records_of(reader: Any, operation: AuditOperation, count: int) -> list[AuditRecorded]:
    found: list[AuditRecorded] = []
    for _ in range(20):
        for record in await read(reader, 1, seconds=0.5):
            event = AuditRecorded.model_validate_json(record.value)
            found += [event] if event.operation is operation else []
        if len(found) >= count:
            break
    return found


async def test_a_number_is_looked_up_and_each_try_recorded(house: House) -> None:
    (token,) = await tokens_for(house, 1)
    public = await public_key(house.service)
    async with house.reader("audit", AUDIT_EVENTS.name) as audited:
        known = await look_up(house, lookup_body(digits(1), public))
        unknown = await look_up(house, lookup_body(digits(2), public))
        wrong = await look_up(house, lookup_body(WRONG_CHECK, public))
        foreign = await look_up(house, lookup_body(digits(1), public, "resident_register"))
        records = await records_of(audited, AuditOperation.NUMBER_LOOKUP, 4)
    assert (known.status_code, known.json()) == (200, {"token": token})
    for answer, status, code in [
        (unknown, 404, "TV-2001"),
        (wrong, 422, "TV-2002"),
        (foreign, 422, "TV-2004"),
    ]:
        assert answer.headers["content-type"] == "application/problem+json"
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.json()["action"]
        assert digits(1) not in answer.text
    assert [(r.outcome, r.details, r.number_accessed) for r in records] == [
        (AuditOutcome.DONE, {"found": True}, True),
        (AuditOutcome.DONE, {"found": False}, True),
        (AuditOutcome.REFUSED, {"code": "TV-1007"}, False),
        (AuditOutcome.REFUSED, {"code": "TV-1005"}, False),
    ]
    assert {(r.staff_id, r.department, r.terminal, r.function) for r in records} == {
        ("s001", "国保年金課", "terminal-1", "number.lookup")
    }


async def test_a_number_that_is_entered_has_its_token_and_none_tells_whether_it_was_known(
    house: House,
) -> None:
    (token,) = await tokens_for(house, 21)
    public = await public_key(house.service)
    async with house.reader("audit", AUDIT_EVENTS.name) as audited:
        answers = [
            await enter(house, lookup_body(text, public))
            for text in (digits(21), digits(22), digits(22), WRONG_CHECK)
        ]
        # Those that the register's own changes leave are of no staff member.
        tokenised = await records_of(audited, AuditOperation.TOKENISE, 5)
    records = [record for record in tokenised if record.staff_id is not None]
    known, fresh, again, wrong = answers
    assert (known.status_code, known.json()) == (200, {"token": token})
    # One that was not known is kept under a token of its own, for ever.
    assert fresh.json() == again.json()
    assert fresh.json().keys() == known.json().keys()
    assert fresh.json()["token"] != token
    assert (wrong.status_code, wrong.json()["code"]) == (422, "TV-2002")
    assert [(r.outcome, r.details, r.number_accessed) for r in records] == [
        (AuditOutcome.DONE, {"new": 0}, True),
        (AuditOutcome.DONE, {"new": 1}, True),
        (AuditOutcome.DONE, {"new": 0}, True),
        (AuditOutcome.REFUSED, {"code": "TV-1007"}, False),
    ]
    assert {r.function for r in records} == {"outside.propose"}
    found = await look_up(house, lookup_body(digits(22), public))
    assert found.json() == fresh.json()


async def test_entries_are_counted_for_themselves(fresh_house: House) -> None:
    public = await public_key(fresh_house.service)
    async with fresh_house.service.unit_of_work() as uow:
        quota = Quota(Operation.NUMBER_ENTRY, uow.today, Period.HOUR, 2)
        assert await add_quota(uow.connection, quota)
    answers = [await enter(fresh_house, lookup_body(digits(9), public)) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert (await look_up(fresh_house, lookup_body(digits(9), public))).status_code == 200


async def test_a_seal_to_a_key_that_is_gone_asks_for_a_reload(house: House) -> None:
    strange = PrivateSealingKey.generate("inbound-20200101").public
    answer = await look_up(house, lookup_body(digits(1), strange))
    assert (answer.status_code, answer.json()["code"]) == (409, "TV-2003")


async def test_look_ups_are_counted_for_each_staff_member_found_or_not(fresh_house: House) -> None:
    public = await public_key(fresh_house.service)
    async with fresh_house.service.unit_of_work() as uow:
        quota = Quota(Operation.NUMBER_LOOKUP, uow.today, Period.HOUR, 3)
        assert await add_quota(uow.connection, quota)
    async with fresh_house.reader("audit", AUDIT_EVENTS.name) as audited:
        answers = [await look_up(fresh_house, lookup_body(digits(9), public)) for _ in range(5)]
        other = await look_up(fresh_house, lookup_body(digits(9), public), staff_id="s002")
        records = await records_of(audited, AuditOperation.NUMBER_LOOKUP, 6)
    assert [a.status_code for a in answers] == [404, 404, 404, 429, 429]
    assert answers[-1].json()["code"] == "TV-2005"
    assert 0 < int(answers[-1].headers["retry-after"]) <= 3601
    assert other.status_code == 404
    refused = [r for r in records if r.outcome is AuditOutcome.REFUSED]
    assert [(r.staff_id, r.details) for r in refused] == [("s001", {"code": "TV-2005"})] * 2


@pytest.mark.parametrize(
    ("peer", "functions", "status", "code"),
    [
        ("identity", (Function.NUMBER_LOOKUP,), 403, "CH-0004"),
        ("jps_reporting", (Function.NUMBER_LOOKUP,), 403, "CH-0004"),
        ("gateway", (), 401, "CH-0005"),
        ("gateway", (Function.PERSON_SEARCH, Function.NUMBER_REVEAL), 403, "CH-0006"),
    ],
)
async def test_who_may_not_look_up(
    house: House, peer: str, functions: tuple[Function, ...], status: int, code: str
) -> None:
    public = await public_key(house.service)
    header = house.staff_header(LOOKUP, *functions) if functions else {}
    async with house.client(peer) as client:
        answer = await client.post(LOOKUP, json=lookup_body(digits(1), public), headers=header)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_the_public_key_is_for_the_gateway(house: House) -> None:
    async with house.client("gateway") as client:
        answer = await client.get("/sealing-key")
    assert PublicSealingKey.model_validate(answer.json()) == await public_key(house.service)
    for peer in ("identity", "jps_reporting", "operator"):
        async with house.client(peer) as client:
            assert (await client.get("/sealing-key")).status_code == 403


async def test_a_medium_has_the_numbers_and_opens_with_the_designated_password(
    house: House,
) -> None:
    one, two = await tokens_for(house, 1, 2)
    await set_password(house)
    rows: list[list[Any]] = [["[data]"], ["1", field(one), "髙橋　花子"], ["2", field(two), "a,b"]]
    rows.append(["3", field(one), ""])
    body = order(rows)
    async with house.reader("audit", AUDIT_EVENTS.name) as audited:
        answer = await seal_medium(house, body)
        (record,) = await records_of(audited, AuditOperation.MEDIUM_SEALED, 1)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    digest = base64.b64encode(hashlib.sha256(answer.content).digest()).decode()
    assert answer.headers["repr-digest"] == f"sha-256=:{digest}:"
    with pyzipper.AESZipFile(io.BytesIO(answer.content)) as archive:
        content = archive.read("KPFD0001.CSV", pwd=PASSWORD.encode()).decode("cp932")
    assert content == (
        f'[data]\r\n1,{digits(1)},髙橋　花子\r\n2,{digits(2)},"a,b"\r\n3,{digits(1)},\r\n'
    )
    with (
        pyzipper.AESZipFile(io.BytesIO(answer.content)) as archive,
        pytest.raises(RuntimeError, match=r"[Bb]ad password"),
    ):
        archive.read("KPFD0001.CSV", pwd=PASSWORD[:-1].encode())
    assert (record.staff_id, record.count, record.number_accessed) == ("s007", 3, True)
    assert record.reference == UUID(body["batch_id"])
    assert record.details == {"rows": 4}


async def test_a_medium_is_refused_whole(fresh_house: House) -> None:
    (one,) = await tokens_for(fresh_house, 1)
    unset = await seal_medium(fresh_house, order([["a", field(one)]]))
    assert (unset.status_code, unset.json()["code"]) == (409, "TV-2105")
    assert "set-medium-password" in unset.json()["action"]
    await set_password(fresh_house)
    unknown = "f" * 32
    async with fresh_house.reader("audit", AUDIT_EVENTS.name) as audited:
        strange = await seal_medium(
            fresh_house, order([["a", field(one)], ["b", "c", field(unknown)]])
        )
        rare = await seal_medium(fresh_house, order([["a", field(one)], ["𠮷野　太郎"]]))
        records = await records_of(audited, AuditOperation.MEDIUM_SEALED, 2)
    for answer, error in [
        (strange, {"field": "rows.1.2", "code": "TV-2101"}),
        (rare, {"field": "rows.1.0", "code": "TV-2102", "position": "0"}),
    ]:
        assert (answer.status_code, answer.json()["code"]) == (422, "TV-2100")
        (told,) = answer.json()["errors"]
        assert {**told, **error} == told
        assert unknown not in answer.text
        assert "𠮷" not in answer.text
    assert [(r.outcome, r.count, r.number_accessed) for r in records] == [
        (AuditOutcome.REFUSED, 0, False)
    ] * 2


@pytest.mark.parametrize(
    "change",
    [
        {"file_name": "山田太郎.csv"},
        {"file_name": "../a.csv"},
        {"encoding": "utf-8"},
        {"line_ending": "cr"},
        {"rows": []},
        {"rows": [["a", {"token": "x", "format": "digits"}]]},
        {"rows": [["a", {"token": "0" * 32, "format": "masked"}]]},
        {"rows": [["a", 1]]},
        {"staff_id": ""},
        {"password": "mine"},
    ],
)
async def test_an_order_of_another_form_is_refused(house: House, change: Any) -> None:
    answer = await seal_medium(house, order([["a"]]) | change)
    assert (answer.status_code, answer.json()["code"]) == (422, "CH-0001")


async def test_media_are_for_jps_reporting_and_counted(fresh_house: House) -> None:
    await set_password(fresh_house)
    for peer in ("gateway", "identity", "operator"):
        async with fresh_house.client(peer) as client:
            answer = await client.post("/media/seal", json=order([["a"]]))
        assert (answer.status_code, answer.json()["code"]) == (403, "CH-0004")
    async with fresh_house.service.unit_of_work() as uow:
        quota = Quota(Operation.MEDIUM_SEAL, uow.today, Period.DAY, 1)
        assert await add_quota(uow.connection, quota)
    assert (await seal_medium(fresh_house, order([["a"]]))).status_code == 200
    spent = await seal_medium(fresh_house, order([["a"]]))
    assert (spent.status_code, spent.json()["code"]) == (429, "TV-2005")


async def test_there_is_no_way_to_list_or_to_reveal(house: House) -> None:
    listener = house.service.routers[0]
    routes = [route for route in listener.routes if isinstance(route, APIRoute)]
    assert len(routes) == len(listener.routes)
    assert {(tuple(route.methods or ()), route.path) for route in routes} == {
        (("GET",), "/sealing-key"),
        (("POST",), "/numbers/lookup"),
        (("POST",), "/numbers/enter"),
        (("POST",), "/media/seal"),
    }
