"""The whole HTTP API under schemathesis, by its own descriptions: what fits them and what does not.

No 5xx, no stack trace, no hang; errors are problem documents with a number; answers are as they are
described.
"""

import os
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from services.gateway.domain.routing import Route
from services.gateway.routes import ROUTES
from tests.garbage.door import LONGEST_S, Doors, sound
from tests.garbage.house import CONSUMERS

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("garbage")]

EXAMPLES = int(os.environ.get("NENKIN_FUZZ_EXAMPLES", "40")) // 4
_slowly = settings(
    max_examples=EXAMPLES, deadline=None,
    derandomize="NENKIN_FUZZ_EXAMPLES" not in os.environ, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck), database=None,
)  # fmt: skip
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


def test_every_service_has_a_door_here(doors: Doors) -> None:
    assert set(CONSUMERS) == set(doors.house.services)
    described = {service: doors.described(doors.house.services[service]) for service in CONSUMERS}
    assert all(document["paths"] for document in described.values())


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation_id)
def test_the_gateway_answers_whatever_it_is_asked(doors: Doors, route: Route) -> None:
    document = doors.public.get(f"{doors.url}/api/openapi.json", timeout=20).json()
    schema = schemathesis.openapi.from_dict(document)
    operation = schema[f"/api{route.path}"][route.method.value]
    for mode in MODES:

        @_slowly
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:
            if route.path.startswith("/session") and not doors.signed_in:
                doors.sign_in()
            response = case.call(
                base_url=doors.url, session=doors.public, verify=doors.authority, timeout=LONGEST_S
            )
            sound_case(case, response, status_code_conformance)

        _run(ask, mode)
    if not doors.signed_in:
        doors.sign_in()


@pytest.mark.parametrize("name", CONSUMERS)
def test_each_service_answers_whatever_the_gateway_asks(doors: Doors, name: str) -> None:
    service = doors.house.services[name]
    base_url, session = doors.inside(service)
    schema = schemathesis.openapi.from_dict(doors.described(service))
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()
        for mode in MODES:

            @_slowly
            @given(case=operation.as_strategy(generation_mode=mode))
            def ask(case: Any) -> None:
                response = case.call(
                    base_url=base_url, session=session, verify=doors.authority, timeout=LONGEST_S
                )
                sound_case(case, response)

            _run(ask, mode)


def sound_case(case: Any, response: Any, *more: Any) -> None:
    """What holds of every answer, and that it is as described."""
    sound(response)
    if response.status_code < 400 or more:
        case.validate_response(
            response, checks=[response_schema_conformance, content_type_conformance, *more]
        )


def _run(ask: Any, mode: GenerationMode) -> None:
    try:
        ask()
    except Unsatisfiable:
        # An operation that takes nothing at all cannot be asked wrongly.
        assert mode is GenerationMode.NEGATIVE
