"""HTTP: who may call, and how errors look."""

import asyncio
import inspect
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from fastapi import APIRouter, Depends
from joserfc.jwk import OKPKey
from pydantic import BaseModel, ConfigDict

from contracts.functions import Function
from contracts.topics import consumed_by
from services.chassis import http
from services.chassis.clock import FixedClock
from services.chassis.http import peer_only, requires
from services.chassis.peers import PEER, common_name
from services.chassis.problems import Problem
from services.chassis.service import Service
from services.chassis.staff_context import HEADER, Signer, StaffContext
from tests.chassis.settings import SETTINGS

NOW = datetime(2026, 10, 1, 3, 0, tzinfo=UTC)
PERSON = "/persons/0b0e3f5c-54bf-4a5b-8d28-95f2d7c2d4ad"
SECRET = "秘密"


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    count: int


def api() -> APIRouter:
    router = APIRouter()

    @router.get("/persons/{person_id}")
    async def person(
        person_id: UUID, staff: Annotated[StaffContext, Depends(requires(Function.PERSON_VIEW))]
    ) -> dict[str, str]:
        return {"by": staff.staff_id}

    @router.post("/media", dependencies=[Depends(peer_only("jps_reporting"))])
    async def media(body: Body) -> dict[str, int]:
        return {"count": body.count}

    @router.get("/fails", dependencies=[Depends(peer_only("jps_reporting"))])
    async def fails(how: str) -> None:
        if how == "problem":
            raise Problem("ID-0001", 409, "重複しています。", action="確認してください。")
        if how == "nul":
            raise asyncpg.CharacterNotInRepertoireError(SECRET)
        raise RuntimeError(SECRET)

    @router.post("/notes", dependencies=[Depends(peer_only("jps_reporting"))])
    async def note(body: dict[str, Any]) -> dict[str, Any]:
        return body

    @router.get("/notes", dependencies=[Depends(peer_only("jps_reporting"))])
    async def found(text: str) -> str:
        return text

    @router.get("/notes/{text}", dependencies=[Depends(peer_only("jps_reporting"))])
    async def named(text: str) -> str:
        return text

    return router


async def nothing(_batch: Any, _uow: Any) -> None:
    """A handler for tests that receive nothing."""


@pytest.fixture
def private(tmp_path: Path) -> Path:
    path = tmp_path / "private.pem"
    key = OKPKey.generate_key("Ed25519")
    path.write_bytes(key.as_pem(private=True))
    (tmp_path / "public.pem").write_bytes(key.as_pem(private=False))
    return path


@pytest.fixture
def service(private: Path) -> Service:
    settings = SETTINGS.model_copy(update={"staff_context_key": private.with_name("public.pem")})
    return Service(
        settings=settings,
        migrations=Path("none"),
        handlers=dict.fromkeys(consumed_by("identity"), nothing),
        clock=FixedClock(NOW),
    )


async def call(
    service: Service, peer: str | None, method: str, path: str, **options: Any
) -> httpx.Response:
    app = http.create_app(service, [api(), http.probes(service)])

    async def with_peer(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, PEER: peer} if peer else scope, receive, send)

    transport = httpx.ASGITransport(app=with_peer)
    async with httpx.AsyncClient(transport=transport, base_url="https://localhost") as client:
        return await client.request(method, path, **options)


def context(private: Path, *functions: Function) -> dict[str, str]:
    staff = StaffContext("s1", "中央区", frozenset(f.value for f in functions), "x", "t", "r")
    token = Signer(private).sign(staff, service="identity", method="GET", path=PERSON, now=NOW)
    return {HEADER: token}


async def test_staff_with_the_function_come_through_the_gateway(
    service: Service, private: Path
) -> None:
    headers = context(private, Function.PERSON_VIEW)
    answer = await call(service, "gateway", "GET", PERSON, headers=headers)
    assert (answer.status_code, answer.json()) == (200, {"by": "s1"})


@pytest.mark.parametrize(
    ("peer", "functions", "status", "code"),
    [
        (None, [Function.PERSON_VIEW], 403, "CH-0004"),
        ("claims", [Function.PERSON_VIEW], 403, "CH-0004"),
        ("gateway", None, 401, "CH-0005"),
        ("gateway", [Function.PERSON_SEARCH], 403, "CH-0006"),
    ],
)
async def test_others_do_not(
    service: Service,
    private: Path,
    peer: str | None,
    functions: list[Function] | None,
    status: int,
    code: str,
) -> None:
    headers = context(private, *functions) if functions is not None else {}
    answer = await call(service, peer, "GET", PERSON, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code


async def test_a_peer_calls_what_is_its_own(service: Service) -> None:
    assert (await call(service, "jps_reporting", "POST", "/media", json={"count": 1})).is_success
    refused = await call(service, "identity", "POST", "/media", json={"count": 1})
    assert refused.status_code == 403


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"count": 1, "more": 2}', 422, "CH-0001"),
        (b'{"count": false}', 422, "CH-0001"),
        (b"{}", 422, "CH-0001"),
        (b"{", 400, "CH-0002"),
        (b"x" * (http.MAX_BODY + 1), 413, "CH-0007"),
    ],
)
async def test_bad_input_gets_a_numbered_answer(
    service: Service, body: bytes, status: int, code: str
) -> None:
    answer = await call(
        service, "jps_reporting", "POST", "/media",
        content=body, headers={"content-type": "application/json"},
    )  # fmt: skip
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ({"type": "enum", "ctx": {"expected": "'yes' or 'no'"}, "input": SECRET},
         "選択肢にない値です（yes、no のいずれか）。"),
        ({"type": "literal_error", "ctx": {"expected": "'one'"}, "input": SECRET},
         "選択肢にない値です（one のいずれか）。"),
        ({"type": "enum", "ctx": {"expected": ", ".join(f"'{n}'" for n in range(40))}},
         "選択肢にない値です。"),
        ({"type": "bool_type", "input": SECRET},
         "はい（true）か、いいえ（false）で入力してください。"),
        ({"type": "nobody-knows", "input": SECRET}, "値の形式が正しくありません。"),
    ],
    ids=["choices", "one choice", "too many to name", "yes or no", "anything else"],
)  # fmt: skip
def test_what_is_wrong_is_said_and_never_what_was_sent(error: dict[str, Any], said: str) -> None:
    assert http._japanese(error) == said


async def test_problems_are_told_and_faults_hidden(service: Service) -> None:
    problem = await call(service, "jps_reporting", "GET", "/fails?how=problem")
    assert problem.status_code == 409
    assert problem.json()["title"] == "重複しています。"
    fault = await call(service, "jps_reporting", "GET", "/fails?how=fault")
    assert (fault.status_code, fault.json()["code"]) == (500, "CH-0008")
    assert SECRET not in fault.text


async def test_a_text_that_no_database_keeps_is_the_callers_fault(service: Service) -> None:
    answer = await call(service, "jps_reporting", "GET", "/fails?how=nul")
    assert (answer.status_code, answer.json()["code"]) == (422, "CH-0012")


NOTE = "/notes"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (rb'{"text": "\\u0000"}', 200, None),
        (rb'{"text": "\\\u0000"}', 422, "CH-0012"),
        (rb'{"text": "\u0000"}', 422, "CH-0012"),
        (rb'{"\u0000": "a"}', 422, "CH-0012"),
        (rb'{"text": "\ud842\udfb7"}', 200, None),
        (rb'{"text": "\\ud842"}', 200, None),
        (rb'{"text": "\ud842"}', 422, "CH-0012"),
        (rb'{"text": "\uDFB7 and more"}', 422, "CH-0012"),
        (rb'{"text": "\udfb7\ud842"}', 422, "CH-0012"),
        (rb'{"\ud842": "a"}', 422, "CH-0012"),
        (b'{"text": "\x00"}', 400, "CH-0002"),
        (b'{"text": "\xff"}', 400, "CH-0002"),
        ('{"text": "\U00020bb7"}'.encode("utf-16"), 400, "CH-0002"),
        ('{"text": "\U00020bb7"}'.encode("utf-16-le"), 400, "CH-0002"),
        (b'\xef\xbb\xbf{"text": "a"}', 200, None),
        (b'{"text": ' + b"[" * 100_000, 400, "CH-0002"),
        (b'{"text": ' + b"9" * 5_000 + b"}", 400, "CH-0002"),
        (b"\\u0000", 400, "CH-0002"),
    ],
)
async def test_text_that_no_database_keeps_comes_nowhere_near_one(
    service: Service, body: bytes, status: int, code: str | None
) -> None:
    headers = {"content-type": "application/json"}
    answer = await call(service, "jps_reporting", "POST", NOTE, content=body, headers=headers)
    assert (answer.status_code, answer.json().get("code")) == (status, code)


@pytest.mark.parametrize("sent", ["%00", "a%00b", "%ED%A0%80", "%FF"])
async def test_nor_does_it_in_an_address(service: Service, sent: str) -> None:
    for path in (f"{NOTE}?text={sent}", f"{NOTE}/{sent}"):
        answer = await call(service, "jps_reporting", "GET", path)
        assert (answer.status_code, answer.json()["code"]) == (422, "CH-0012")


async def test_a_body_that_does_not_come_is_not_waited_for(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "BODY_S", 0.1)

    async def dripping() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(5)

    answer = await call(
        service, "jps_reporting", "POST", "/media",
        content=dripping(), headers={"content-type": "application/json"},
    )  # fmt: skip
    assert (answer.status_code, answer.json()["code"]) == (408, "CH-0011")


def test_a_context_is_taken_in_the_event_loop_where_nothing_else_runs_meanwhile() -> None:
    assert inspect.iscoroutinefunction(requires(Function.PERSON_VIEW))


async def test_unknown_paths_and_methods(service: Service) -> None:
    assert (await call(service, "gateway", "GET", "/nothing")).json()["code"] == "CH-0003"
    refused = await call(service, "gateway", "PUT", "/media")
    assert (refused.json()["code"], refused.headers["allow"]) == ("CH-0010", "POST")


async def test_probes_are_the_operators(service: Service) -> None:
    assert (await call(service, "operator", "GET", "/health/live")).is_success
    assert (await call(service, "gateway", "GET", "/metrics")).status_code == 403


def test_a_name_is_taken_from_a_certificate_with_one_common_name() -> None:
    def certificate(*names: str) -> dict[str, Any]:
        return {"subject": tuple((("commonName", name),) for name in names)}

    assert common_name(certificate("identity")) == "identity"
    assert common_name(certificate("identity", "gateway")) is None
    assert common_name(certificate()) is None
    assert common_name(None) is None
