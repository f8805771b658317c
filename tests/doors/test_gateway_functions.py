"""Every route of the gateway with every staff function alone: open where it is the route's own."""

import pytest

from contracts.functions import Function
from services.gateway.domain.routing import Access
from services.gateway.routes import ROUTES
from tests.gateway.house import house
from tests.gateway.samples import QUERIES, body_of, path_of

pytestmark = pytest.mark.stack

ENDS_THE_SESSION = ("deleteSession", "createSession", "unlockSession", "changePassword")


@pytest.mark.parametrize("held", [*Function, None], ids=str)
async def test_a_function_opens_its_own_routes_and_no_other(stack, fresh_database, held):
    functions = (held,) if held else ()
    async with (
        house(stack, fresh_database("gateway")) as made,
        made.signed_in(*functions) as browser,
    ):
        for route in ROUTES:
            if route.operation_id in ENDS_THE_SESSION:
                continue
            answer = await browser.request(
                route.method,
                path_of(route),
                params=QUERIES.get(route.operation_id),
                **body_of(route),
            )
            code = answer.json().get("code")
            if set(route.functions) <= {*functions}:
                # Nobody is behind the gateway here: it got as far as asking, or answered itself.
                assert code in ("GW-0301", None), route.operation_id
            else:
                assert (answer.status_code, code) == (403, "CH-0006"), route.operation_id


def test_every_route_with_data_asks_for_a_function():
    without = {route.operation_id for route in ROUTES if route.access is not Access.FUNCTION}
    assert without == {*ENDS_THE_SESSION, "showSession", "showSealingKey"}
