"""The table of routes for people: ``python -m services.gateway.routes.table`` prints Markdown."""

from services.gateway.domain.routing import Access, Route
from services.gateway.routes import ROUTES

_WHO = {
    Access.ANYONE: "nobody has to be signed in",
    Access.SESSION: "any session, locked too",
    Access.SIGNED_IN: "any live session",
}


def markdown() -> str:
    """One line a route: what, who may, and which service answers."""
    lines = ["| route | operation | function (権限機能) | answered by |", "|---|---|---|---|"]
    lines += [_line(route) for route in ROUTES]
    return "\n".join(lines) + "\n"


def _line(route: Route) -> str:
    functions = ", ".join(f"`{function.value}` {function.label}" for function in route.functions)
    services = ", ".join(call.service for call in route.calls) or "gateway"
    return (
        f"| `{route.method.value} /api{route.path}` | `{route.operation_id}` {route.summary} "
        f"| {functions or _WHO[route.access]} | {services} |"
    )


if __name__ == "__main__":
    print(markdown(), end="")  # noqa: T201 - a command line prints
