"""The idle lock, re-authentication and the automatic log-off (C19)."""

from datetime import timedelta

import httpx
import pytest

from contracts.events import AuditOperation
from contracts.functions import Function
from services.gateway.guard import COOKIE
from tests.gateway.house import PASSWORD, House, problem

pytestmark = pytest.mark.stack

TEN_MINUTES = timedelta(minutes=10)


async def code(browser: httpx.AsyncClient, path: str = "/api/audit/records") -> str:
    """The code of the refusal; GW-0301 says that the door was open (nobody is behind it)."""
    found: str = problem(await browser.get(path))["code"]
    return found


async def test_idle_session_locks_and_the_password_opens_it(gateway: House) -> None:
    async with gateway.signed_in(Function.AUDIT_REVIEW) as browser:
        gateway.clock.move(TEN_MINUTES)
        assert await code(browser) == "GW-0104"
        view = (await browser.get("/api/session")).json()
        assert view["standing"] == "locked"
        assert view["functions"] == []

        response = await browser.post("/api/session/unlock", json={"password": PASSWORD})
        assert response.status_code == 200
        assert response.json()["standing"] == "live"
        assert await code(browser) == "GW-0301"


async def test_unlocking_gives_a_new_cookie_and_takes_the_old_one(gateway: House) -> None:
    async with gateway.signed_in() as browser:
        locked = browser.cookies[COOKIE]
        gateway.clock.move(TEN_MINUTES)
        await browser.post("/api/session/unlock", json={"password": PASSWORD})
        assert browser.cookies[COOKIE] != locked
        browser.cookies.clear()
        browser.cookies.set(COOKIE, locked, domain="nenkin.city.example")
        assert await code(browser, "/api/session") == "GW-0103"
    _, unlock = await gateway.trail(operation=AuditOperation.SIGN_IN)
    assert unlock.details["step"] == "unlock"


async def test_wrong_password_does_not_unlock_and_is_counted(gateway: House) -> None:
    async with gateway.signed_in(Function.AUDIT_REVIEW) as browser:
        gateway.clock.move(TEN_MINUTES)
        for _ in range(4):
            response = await browser.post("/api/session/unlock", json={"password": "wrong"})
            assert problem(response)["code"] == "GW-0101"
        assert await code(browser) == "GW-0104"
        response = await browser.post("/api/session/unlock", json={"password": PASSWORD})
        assert problem(response)["code"] == "GW-0102"


async def test_work_puts_the_lock_off(gateway: House) -> None:
    async with gateway.signed_in(Function.AUDIT_REVIEW) as browser:
        for _ in range(5):
            gateway.clock.move(timedelta(minutes=9))
            assert await code(browser) == "GW-0301"


async def test_asking_for_the_session_is_no_work(gateway: House) -> None:
    # A page that polls would otherwise keep the screen of an empty chair open.
    async with gateway.signed_in(Function.AUDIT_REVIEW) as browser:
        for _ in range(2):
            gateway.clock.move(timedelta(minutes=5))
            await browser.get("/api/session")
        assert await code(browser) == "GW-0104"


async def test_refused_requests_are_no_work(gateway: House) -> None:
    async with gateway.signed_in() as browser:
        for _ in range(2):
            gateway.clock.move(timedelta(minutes=5))
            await browser.get("/api/audit/records")
        assert (await browser.get("/api/session")).json()["standing"] == "locked"


async def test_session_ends_after_ten_hours_whatever_is_done(gateway: House) -> None:
    async with gateway.signed_in(Function.AUDIT_REVIEW) as browser:
        for _ in range(66):
            gateway.clock.move(timedelta(minutes=9))
            assert await code(browser) == "GW-0301"
        gateway.clock.move(timedelta(minutes=6))
        assert await code(browser) == "GW-0103"
        response = await browser.post("/api/session/unlock", json={"password": PASSWORD})
        assert problem(response)["code"] == "GW-0103"


async def test_unlocking_does_not_put_the_end_off(gateway: House) -> None:
    async with gateway.signed_in() as browser:
        ends = (await browser.get("/api/session")).json()["ends_at"]
        gateway.clock.move(timedelta(hours=9))
        view = (await browser.post("/api/session/unlock", json={"password": PASSWORD})).json()
        assert view["ends_at"] == ends
        assert view["locks_at"] < ends
        gateway.clock.move(timedelta(minutes=5))
        gateway.clock.move(timedelta(minutes=55))
        assert await code(browser, "/api/session") == "GW-0103"


async def test_a_locked_session_can_be_left(gateway: House) -> None:
    async with gateway.signed_in() as browser:
        gateway.clock.move(TEN_MINUTES)
        assert (await browser.delete("/api/session")).status_code == 204
    assert len(await gateway.trail(operation=AuditOperation.SIGN_OUT)) == 1


async def test_locked_session_changes_no_password(gateway: House) -> None:
    async with gateway.signed_in() as browser:
        gateway.clock.move(TEN_MINUTES)
        response = await browser.put(
            "/api/session/password",
            json={"password": PASSWORD, "new_password": "another good phrase"},
        )
        assert problem(response)["code"] == "GW-0104"
