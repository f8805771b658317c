"""What every request meets first: cross-site check, limits, headers, and errors in one shape."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from starlette.types import Message, Receive

from contracts.functions import Function
from deploy.local.testing import TestStack
from services.gateway.guard import GuardedRoute
from services.gateway.stores import sessions
from tests.gateway.house import ORIGIN, PASSWORD, House, house, problem, sign_in

pytestmark = pytest.mark.stack

SIGN_IN = {"user_id": "sato", "password": PASSWORD}


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Origin": "https://evil.example"}, id="another site"),
        pytest.param({"Origin": "null"}, id="a sandboxed frame"),
        pytest.param({"Sec-Fetch-Site": "cross-site"}, id="the browser says so"),
        pytest.param({"X-Nenkin-Request": ""}, id="no sign of a frontend"),
    ],
)
async def test_changes_from_another_site_are_refused(
    gateway: House, headers: dict[str, str]
) -> None:
    async with gateway.signed_in() as browser:
        for method, path in [
            ("POST", "/api/session"),
            ("POST", "/api/session/unlock"),
            ("PUT", "/api/session/password"),
            ("DELETE", "/api/session"),
            ("POST", "/api/persons/search"),
        ]:
            response = await browser.request(method, path, json=SIGN_IN, headers=headers)
            assert problem(response)["code"] == "GW-0201", (method, path)
        assert (await browser.get("/api/session")).status_code == 200


async def test_our_own_pages_need_no_extra_header(gateway: House) -> None:
    await gateway.hire("sato")
    async with gateway.browser() as browser:
        del browser.headers["X-Nenkin-Request"]
        assert (await sign_in(browser, Origin=ORIGIN)).status_code == 200


async def test_only_configured_origins_count_where_they_are_configured(
    stack: TestStack, database: str
) -> None:
    own = '["https://portal.city.example"]'
    async with house(stack, database, PUBLIC_ORIGINS=own) as gateway:
        await gateway.hire("sato")
        async with gateway.browser() as browser:
            refused = await sign_in(browser, Origin=ORIGIN)
            assert problem(refused)["code"] == "GW-0201"
            accepted = await sign_in(browser, Origin="https://portal.city.example")
            assert accepted.status_code == 200


async def test_nobody_is_told_what_may_be_read_from_elsewhere(gateway: House) -> None:
    async with gateway.browser() as browser:
        response = await browser.options(
            "/api/session",
            headers={
                "Origin": "https://evil.example",
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "x-nenkin-request",
            },
        )
        assert problem(response)["code"] == "CH-0010"
        assert not [name for name in response.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    ("content", "media_type", "code"),
    [
        pytest.param(b"user_id=sato", "application/x-www-form-urlencoded", "GW-0202", id="a form"),
        pytest.param(b'{"user_id": "sato"}', "text/plain", "GW-0202", id="JSON that hides"),
        pytest.param(b'{"user_id": "sato"}', "", "GW-0202", id="no type"),
        pytest.param(b'{"user_id": ', "application/json", "CH-0002", id="cut off"),
        pytest.param(b"\xff\xfe", "application/json", "CH-0002", id="not UTF-8"),
        pytest.param(b"", "application/json", "CH-0001", id="nothing"),
        pytest.param(b"[]", "application/json", "CH-0001", id="a list"),
        pytest.param(b"null", "application/json", "CH-0001", id="null"),
        pytest.param(b"[" * 50_000, "application/json", "CH-0002", id="very deep"),
        pytest.param(
            b'{"user_id": "\\ud800", "password": "x"}', "application/json", "CH-0012", id="no text"
        ),
        pytest.param(b'{"user_id": NaN, "password": "x"}', "application/json", "CH-0001", id="NaN"),
    ],
)
async def test_bodies_that_are_none(
    gateway: House, content: bytes, media_type: str, code: str
) -> None:
    async with gateway.browser() as browser:
        response = await browser.post(
            "/api/session", content=content, headers={"content-type": media_type}
        )
        assert problem(response)["code"] == code


@pytest.mark.parametrize(
    ("body", "field", "kind"),
    [
        pytest.param({**SIGN_IN, "remember": True}, "remember", "extra_forbidden", id="unknown"),
        pytest.param({"user_id": "sato"}, "password", "missing", id="missing"),
        pytest.param({**SIGN_IN, "user_id": 7}, "user_id", "string_type", id="a number as text"),
        pytest.param({**SIGN_IN, "password": ""}, "password", "string_too_short", id="empty"),
        pytest.param(
            {**SIGN_IN, "password": "x" * 300}, "password", "string_too_long", id="endless"
        ),
    ],
)
async def test_bodies_with_a_wrong_field(
    gateway: House, body: dict[str, Any], field: str, kind: str
) -> None:
    async with gateway.browser() as browser:
        response = await browser.post("/api/session", json=body)
        document = problem(response)
        assert document["code"] == "CH-0001"
        (error,) = document["errors"]
        assert (error["field"], error["code"]) == (field, kind)
        assert not error["message"].isascii()
        assert PASSWORD not in response.text


async def test_large_bodies_are_refused_before_anything_else_is_done(gateway: House) -> None:
    async with gateway.browser() as browser:
        response = await browser.post("/api/session", json={"user_id": "x" * 300_000})
        assert problem(response)["code"] == "CH-0007"


async def test_large_bodies_without_a_declared_length_too(gateway: House) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(1_000):
            yield b"x" * 1_000

    async with gateway.browser() as browser:
        response = await browser.post(
            "/api/session", content=endless(), headers={"content-type": "application/json"}
        )
        assert problem(response)["code"] == "CH-0007"


async def test_a_request_that_never_ends_is_given_up(stack: TestStack, database: str) -> None:
    async with house(stack, database, BODY_TIMEOUT_S="0.2") as gateway:
        status = await _never_ending(gateway.app)
    assert status == 504


async def _never_ending(app: FastAPI) -> int:
    found: list[int] = []

    async def receive() -> Message:
        await asyncio.sleep(60)
        raise AssertionError

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            found.append(message["status"])

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "https",
        "path": "/api/session",
        "raw_path": b"/api/session",
        "query_string": b"",
        "root_path": "",
        "headers": [(b"x-nenkin-request", b"1"), (b"content-type", b"application/json")],
        "client": ("10.1.2.3", 1),
        "server": ("nenkin", 443),
    }
    receiver: Receive = receive
    await app(scope, receiver, send)
    return found[0]


async def test_every_answer_bears_the_security_headers(gateway: House) -> None:
    await gateway.hire("sato")
    async with gateway.browser() as browser:
        answers = [
            await browser.get("/api/session"),
            await sign_in(browser),
            await browser.get("/api/session"),
            await browser.get("/api/nothing-here"),
            await browser.get("/"),
            await browser.get("/api/openapi.json"),
            await browser.post("/api/session", content=b"x" * 300_000),
        ]
    for answer in answers:
        headers = answer.headers
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
        assert "server" not in headers


async def test_localhost_is_not_bound_to_tls_for_all_its_ports(gateway: House) -> None:
    async with gateway.browser() as browser:
        response = await browser.get("https://localhost:8443/api/session")
        assert "strict-transport-security" not in response.headers


async def test_api_page_loads_our_own_files_only(gateway: House) -> None:
    async with gateway.browser() as browser:
        page = await browser.get("/api/docs")
        assert page.status_code == 200
        assert "unsafe" not in page.headers["content-security-policy"]
        sources = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        assert len(sources) == 4
        for source in sources:
            assert source.startswith("/api/docs/")
            assert (await browser.get(source)).status_code == 200
        assert "<script>" not in page.text
        assert "style=" not in page.text


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nothing-here", 404, "CH-0003"),
        ("GET", "/health/ready", 404, "CH-0003"),
        ("GET", "/metrics", 404, "CH-0003"),
        ("PATCH", "/api/session", 405, "CH-0010"),
        ("GET", "/api/persons/search/more", 404, "CH-0003"),
        ("GET", "/api/docs/files/../../app.py", 404, "CH-0003"),
    ],
)
async def test_what_is_not_there(
    gateway: House, method: str, path: str, status: int, code: str
) -> None:
    async with gateway.browser() as browser:
        response = await browser.request(method, path)
        assert response.status_code == status
        assert problem(response)["code"] == code


async def test_a_fault_of_ours_tells_nothing_of_the_inside(
    gateway: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_arguments: object) -> None:
        raise ValueError("select * from secrets; 佐藤 花子")

    async with gateway.signed_in() as browser:
        monkeypatch.setattr(sessions, "find_session", broken)
        response = await browser.get("/api/session")
        assert response.status_code == 500
        assert problem(response)["code"] == "CH-0008"
        assert "secrets" not in response.text
        assert "佐藤" not in response.text
        assert "Traceback" not in response.text


async def test_nobody_signs_in_without_the_database(gateway: House) -> None:
    async with gateway.signed_in(Function.AUDIT_REVIEW) as browser:
        await gateway.service.database.close()
        try:
            for response in (
                await browser.get("/api/audit/records"),
                await sign_in(browser),
            ):
                assert response.status_code in (500, 503)
                assert problem(response)["code"] in ("CH-0008", "CH-0009")
        finally:
            await gateway.service.database.open()


async def test_the_door_is_shut_before_the_body_is_looked_at(gateway: House) -> None:
    # Who is not signed in learns nothing of what a form would have to look like.
    async with gateway.browser() as browser:
        response = await browser.post("/api/persons/search", json={"no": "such field"})
        assert problem(response)["code"] == "GW-0103"


def test_an_undeclared_route_cannot_be_made() -> None:
    router = APIRouter(route_class=GuardedRoute)
    with pytest.raises(KeyError):
        router.add_api_route("/open", lambda: None, operation_id="openToAll")
