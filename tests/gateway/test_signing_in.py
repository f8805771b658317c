"""Signing in, locking, unlocking, leaving; on the real database."""

from datetime import timedelta

import pytest

from contracts.events import AuditOperation, AuditOutcome
from contracts.functions import Function
from services.gateway.guard import COOKIE
from tests.gateway.house import House, problem, sign_in

pytestmark = pytest.mark.stack


async def test_sign_in_tells_who_one_is_and_what_the_menu_shows(gateway: House) -> None:
    await gateway.hire("sato", Function.PERSON_SEARCH, Function.PERSON_VIEW)
    async with gateway.browser() as browser:
        response = await sign_in(browser)
        assert response.status_code == 200
        view = response.json()
        assert view["standing"] == "live"
        assert view["second_factor"] == "none"
        assert view["staff"]["department"] == "保険年金課"
        assert view["functions"] == [
            {"code": "person.search", "label": "宛名検索"},
            {"code": "person.view", "label": "個人照会"},
        ]
        again = (await browser.get("/api/session")).json()
        assert again == view
