"""The table of routes against the services themselves: same paths, functions, fields.

The services are built and never opened. A call that reaches a handler fails there for want of a
database, and that is the proof: path, method, staff context, functions and body were all accepted.
"""

import importlib
from typing import Any

import httpx
import pytest

from contracts.functions import Function
from deploy.local.testing import TestStack
from services.chassis.http import create_app
from services.chassis.peers import PEER
from services.chassis.service import Service
from services.chassis.staff_context import HEADER, Signer, StaffContext
from services.gateway.domain.routing import Call, Route, parameters
from services.gateway.forwarding import fill
from services.gateway.routes import ROUTES
from tests.gateway import samples
from tests.gateway.samples import ID, QUERIES

pytestmark = pytest.mark.stack

PAIRS = [(route, call) for route in ROUTES for call in route.calls]
WITH_FUNCTIONS = [(route, call) for route, call in PAIRS if route.functions]
NESTED = {"compareOutsidePersonAndNumber", "proposeNumberedOutsidePerson"}
"""Routes whose body has a part for the vault in it: `test_outside_persons` asks what each gets."""
WITH_BODY = [
    (route, route.calls[0])
    for route in ROUTES
    if route.calls and route.body and route.operation_id not in NESTED
]
NOT_UNDERSTOOD = {"CH-0001", "CH-0002", "CH-0003", "CH-0004", "CH-0005", "CH-0006", "CH-0010"}
NOT_OFFERED = {"token"}
"""What a service takes and the gateway does not let staff send."""
_BUILT: dict[str, Service] = {}


def name(part: Route | Call) -> str:
    return part.operation_id if isinstance(part, Route) else part.service


def owner(stack: TestStack, name: str) -> Service:
    """The service behind a call."""
    if name not in _BUILT:
        settings = importlib.import_module(f"services.{name}.settings").Settings
        build = importlib.import_module(f"services.{name}.app").build
        _BUILT[name] = build(stack.settings(settings, name))
    return _BUILT[name]


async def ask(
    stack: TestStack, route: Route, call: Call, functions: frozenset[Function]
) -> dict[str, Any]:
    """The problem that the service answers with."""
    service = owner(stack, call.service)
    app = create_app(service, service.routers)
    path = fill(call.path, dict.fromkeys(parameters(call.path), ID))
    signer = Signer(stack.layout.certs / "gateway" / "staff_context.key")
    context = StaffContext(
        "sato", "保険年金課", frozenset(f.value for f in functions), ID, "10.1.2.3", ID
    )
    signed = signer.sign(
        context, service=call.service, method=call.method, path=path, now=service.clock.now()
    )

    async def from_gateway(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, PEER: "gateway"}, receive, send)

    transport = httpx.ASGITransport(from_gateway)
    async with httpx.AsyncClient(transport=transport, base_url="https://owner") as client:
        response = await client.request(
            call.method,
            path,
            params=QUERIES.get(route.operation_id) if call is route.calls[0] else None,
            **_with(body_of(route, call), signed),
        )
    document: dict[str, Any] = response.json()
    return document if response.status_code >= 400 else {"code": "answered", **document}


def body_of(route: Route, call: Call) -> dict[str, Any]:
    if route.operation_id == "findPersonByNumber" and call.service == "identity":
        return {"json": {"token": "0" * 32}}
    if route.operation_id in NESTED:
        return {"json": _nested(samples.BODIES[route.operation_id], call)}
    if route.operation_id == "proposeOutsideNumber":
        body = samples.BODIES[route.operation_id]
        sealed = {name: body[name] for name in ("event_id", "sealed_number")}
        told = {name: said for name, said in body.items() if name not in sealed}
        vault = call.service == "token_vault"
        return {"json": sealed if vault else {**told, "token": "0" * 32}}
    return samples.body_of(route)


def _nested(body: dict[str, Any], call: Call) -> dict[str, Any]:
    """What the gateway makes of a body with a number in it for the vault, and for identity."""
    sealed = {name: body["number"][name] for name in ("event_id", "sealed_number")}
    rest = {name: said for name, said in body["number"].items() if name not in sealed}
    if call.service == "token_vault":
        return sealed
    others = {name: said for name, said in body.items() if name != "number"}
    token = {"token": "0" * 32}
    return {**others, "number": {**rest, **token}} if rest else {**others, **token}


def _with(body: dict[str, Any], signed: str) -> dict[str, Any]:
    return {**body, "headers": {HEADER: signed, **body.get("headers", {})}}


@pytest.mark.parametrize(("route", "call"), PAIRS, ids=name)
async def test_with_its_functions_a_call_is_understood(
    stack: TestStack, route: Route, call: Call
) -> None:
    told = await ask(stack, route, call, frozenset(route.functions))
    assert told["code"] not in NOT_UNDERSTOOD, told


@pytest.mark.parametrize(("route", "call"), WITH_FUNCTIONS, ids=name)
async def test_the_service_asks_for_the_functions_of_the_table(
    stack: TestStack, route: Route, call: Call
) -> None:
    others = frozenset(Function) - frozenset(route.functions)
    told = await ask(stack, route, call, others)
    assert told["code"] == "CH-0006"
    assert told["detail"].partition(": ")[2] in [function.label for function in route.functions]


@pytest.mark.parametrize(("route", "call"), WITH_BODY, ids=name)
def test_bodies_have_the_fields_that_the_service_takes(
    stack: TestStack, route: Route, call: Call
) -> None:
    assert route.body is not None
    ours = route.body.model_json_schema()
    parts = [_schema(stack, one) for one in (route.calls if _is_shared_out(route) else (call,))]
    properties = {name for theirs in parts for name in theirs["properties"]}
    required = {name for theirs in parts for name in theirs.get("required", ())}
    told = {"token"} if _is_shared_out(route) else set()  # by one service, to the next
    elsewhere = {"number"} if route.operation_id == "proposeOutsidePerson" else set()
    assert ours["properties"].keys() == properties - NOT_OFFERED - told - elsewhere
    assert set(ours.get("required", ())) == required - told
    assert all(theirs["additionalProperties"] is False for theirs in parts)


def _is_shared_out(route: Route) -> bool:
    """Whether a body goes to several services, to each its part."""
    return route.operation_id == "proposeOutsideNumber"


def _schema(stack: TestStack, call: Call) -> dict[str, Any]:
    service = owner(stack, call.service)
    document = create_app(service, service.routers).openapi()
    operation = next(
        methods[call.method.lower()]
        for path, methods in document["paths"].items()
        if _shape(path) == _shape(call.path) and call.method.lower() in methods
    )
    schema: dict[str, Any] = operation["requestBody"]["content"]["application/json"]["schema"]
    if "anyOf" in schema:  # a body that may be left out
        schema = schema["anyOf"][0]
    found: dict[str, Any] = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return found


def _shape(path: str) -> str:
    return path.format(**dict.fromkeys(parameters(path), "*"))
