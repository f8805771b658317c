"""Every route of the gateway, as data: who may use it, what it takes, who answers behind it.

Access control, the API description, the README's table and the tests are all made from this table.
A route that is not in it cannot be served (`services.gateway.guard`).
"""

from services.gateway.domain.routing import Route
from services.gateway.routes import (
    blocks,
    entries,
    findings,
    jps_files,
    measures,
    missing,
    outside,
    persons,
    proposals,
    records,
    reports,
    returns,
    reviewed_again,
    sessions,
)

ROUTES: tuple[Route, ...] = (
    *sessions.ROUTES,
    *persons.ROUTES,
    *measures.ROUTES,
    *findings.ROUTES,
    *blocks.ROUTES,
    *outside.ROUTES,
    *entries.ROUTES,
    *missing.ROUTES,
    *proposals.ROUTES,
    *reviewed_again.ROUTES,
    *returns.ROUTES,
    *reports.ROUTES,
    *jps_files.ROUTES,
    *records.ROUTES,
)

BY_OPERATION: dict[str, Route] = {route.operation_id: route for route in ROUTES}
