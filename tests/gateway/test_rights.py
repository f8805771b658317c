"""Every route with and without the right to it; made from the table of routes (C12, C16)."""

from collections.abc import AsyncIterator, Iterator
from http import HTTPStatus
from itertools import product

import httpx
import pytest

from contracts.events import AuditOperation, AuditOutcome
from contracts.functions import Function
from deploy.local.testing import TestStack
from services.gateway.domain.routing import Access, Route
from services.gateway.guard import COOKIE
from services.gateway.routes import ROUTES
from tests.gateway.house import House, Owner, house, problem
from tests.gateway.samples import BODIES, FILES, QUERIES, body_of, path_of

pytestmark = pytest.mark.stack

FORWARDED = [route for route in ROUTES if route.calls]
BY_FUNCTION = [route for route in ROUTES if route.access is Access.FUNCTION]


def name(route: Route) -> str:
    return route.operation_id


async def use(browser: httpx.AsyncClient, route: Route) -> httpx.Response:
    return await browser.request(
        route.method,
        path_of(route),
        params=QUERIES.get(route.operation_id),
        **body_of(route),
    )


def test_every_route_that_takes_a_body_is_tried_with_one() -> None:
    assert {route.operation_id for route in FORWARDED if route.body} <= BODIES.keys()
    assert {route.operation_id for route in FORWARDED if route.upload} == FILES.keys()


@pytest.fixture
async def full_house(stack: TestStack, database: str) -> AsyncIterator[House]:
    behind = sorted({call.service for route in ROUTES for call in route.calls})
    async with house(stack, database, behind=behind) as made:
        yield made


def _teach(owner: Owner, route: Route, method: str) -> None:
    if route.status == HTTPStatus.NO_CONTENT:
        owner.nothing(method)
    elif route.is_file:
        owner.file(method, b"PK\3\4", route.media_types[0])
    else:
        owner.answer(method, "*", {"token": "0" * 32, "answered_by": owner.name})


async def test_with_its_functions_each_route_reaches_its_owner(full_house: House) -> None:
    for number, route in enumerate(FORWARDED):
        for owner in full_house.owners.values():
            owner.asked.clear()
        for call in route.calls:
            _teach(full_house.owners[call.service], route, call.method)
        async with full_house.signed_in(*route.functions, staff_id=f"staff{number}") as browser:
            response = await use(browser, route)
            assert response.status_code == route.status, (name(route), response.text)
        asked = [one for owner in full_house.owners.values() for one in owner.asked]
        assert sorted((one.service, one.method) for one in asked) == sorted(
            (call.service, call.method) for call in route.calls
        ), name(route)
        for one in asked:
            assert one.context.staff_id == f"staff{number}"
            assert one.context.terminal == "10.1.2.3"
            assert one.context.functions == {function.value for function in route.functions}


def without_one() -> Iterator[tuple[Route, Function]]:
    for route in BY_FUNCTION:
        for function in route.functions:
            yield route, function


async def test_without_any_of_its_functions_no_route_opens(gateway: House) -> None:
    for number, (route, missing) in enumerate(without_one()):
        others = [function for function in Function if function is not missing]
        async with gateway.signed_in(*others, staff_id=f"staff{number}") as browser:
            response = await use(browser, route)
            assert problem(response)["code"] == "CH-0006", name(route)
            assert missing.label in response.json()["detail"]
        (record,) = await gateway.trail(outcome=AuditOutcome.REFUSED, staff_id=f"staff{number}")
        assert record.operation is route.does
        assert record.function == missing.value
        assert record.details == {"route": route.operation_id, "reason": "function_missing"}
        assert str(record.person_id) in path_of(route) or record.person_id is None


async def test_refusal_at_a_person_names_the_person(gateway: House) -> None:
    async with gateway.signed_in() as browser:
        await browser.get("/api/persons/0B4F8A53-8F0E-4C1C-9D3F-0D2A0F6A1C01")
    (record,) = await gateway.trail(outcome=AuditOutcome.REFUSED)
    assert record.operation is AuditOperation.INQUIRY
    assert str(record.person_id) == "0b4f8a53-8f0e-4c1c-9d3f-0d2a0f6a1c01"


@pytest.mark.parametrize(
    ("route", "cookie"),
    list(product([r for r in ROUTES if r.access is not Access.ANYONE], [None, "a" * 43])),
    ids=lambda value: name(value) if isinstance(value, Route) else "forged" if value else "none",
)
async def test_without_a_session_no_route_opens(
    shared: House, route: Route, cookie: str | None
) -> None:
    async with shared.browser() as browser:
        if cookie:
            browser.cookies.set(COOKIE, cookie, domain="nenkin.city.example")
        response = await use(browser, route)
        assert response.status_code == 401
        assert problem(response)["code"] == "GW-0103"


@pytest.fixture
async def shared(stack: TestStack) -> AsyncIterator[House]:
    """The gateway on the stack's own database: for tests that leave nothing there."""
    async with house(stack, "gateway") as made:
        yield made


def test_nobody_but_the_sign_in_is_open_to_anyone() -> None:
    assert [name(r) for r in ROUTES if r.access is Access.ANYONE] == ["createSession"]


def test_routes_for_every_live_session_are_these() -> None:
    assert {name(r) for r in ROUTES if r.access is Access.SIGNED_IN} == {
        "changePassword",
        "showSealingKey",
    }
