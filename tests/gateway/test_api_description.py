"""The OpenAPI document: valid, complete, and saying what the table says."""

from typing import Any

import openapi_spec_validator
import pytest

from services.chassis.uploads import MEDIA_TYPES
from services.gateway.domain.routing import Access
from services.gateway.routes import BY_OPERATION, ROUTES
from tests.gateway.house import House

pytestmark = pytest.mark.stack


@pytest.fixture
async def described(gateway: House) -> dict[str, Any]:
    async with gateway.browser() as browser:
        found: dict[str, Any] = (await browser.get("/api/openapi.json")).json()
    return found


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        operation["operationId"]: {**operation, "path": path, "method": method.upper()}
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def test_document_is_valid(described: dict[str, Any]) -> None:
    openapi_spec_validator.validate(described)


def test_document_has_every_route_and_no_other(described: dict[str, Any]) -> None:
    found = operations(described)
    assert found.keys() == BY_OPERATION.keys()
    for route in ROUTES:
        operation = found[route.operation_id]
        assert (operation["path"], operation["method"]) == (f"/api{route.path}", route.method)
        assert not operation["summary"].isascii()
        assert operation["description"]
        assert operation["x-nenkin-functions"] == [
            {"code": function.value, "label": function.label} for function in route.functions
        ]
        assert ("security" in operation) is (route.access is not Access.ANYONE)


def test_every_refusal_is_described_as_a_problem(described: dict[str, Any]) -> None:
    for operation in operations(described).values():
        refusals = {s: r for s, r in operation["responses"].items() if s >= "400"}
        assert {"401", "403", "422", "503"} <= refusals.keys()
        for refusal in refusals.values():
            assert list(refusal["content"]) == ["application/problem+json"]
            schema = refusal["content"]["application/problem+json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/ProblemDocument"}


def test_bodies_and_queries_take_no_unknown_field(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]
    for operation in operations(described).values():
        if "requestBody" not in operation:
            continue
        if BY_OPERATION[operation["operationId"]].upload:
            assert set(operation["requestBody"]["content"]) == set(MEDIA_TYPES)
            continue
        (media_type,) = operation["requestBody"]["content"]
        assert media_type == "application/json"
        schema = operation["requestBody"]["content"][media_type]["schema"]
        reference = schema.get("anyOf", [schema])[0]["$ref"]  # a body may be left out
        assert schemas[reference.rsplit("/", 1)[1]]["additionalProperties"] is False


def test_route_table_has_each_path_once() -> None:
    pairs = [(route.method, route.path) for route in ROUTES]
    assert len(set(pairs)) == len(pairs)
    assert len(BY_OPERATION) == len(ROUTES)
