"""HTTP between services: mutual TLS, a signed staff context, errors as RFC 9457.

HTTP is for people's actions (gateway → owning service) and the vault's sealing; all else is on the
bus. Who may call what: ``requires`` for what staff do, ``peer_only`` between services.
"""

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

import asyncpg
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from opentelemetry.trace import SpanKind
from starlette.exceptions import HTTPException

from contracts.functions import Function
from services.chassis import database, problems, sight, telemetry, uploads
from services.chassis.peers import PEER
from services.chassis.problems import Problem
from services.chassis.staff_context import HEADER, BadContext, StaffContext
from services.chassis.texts import unstorable, unstorable_address

if TYPE_CHECKING:
    from services.chassis.service import Service

log = logging.getLogger(__name__)

MAX_BODY = 8 * 1024 * 1024
BODY_S = 60
"""Seconds that a request's body may take."""
Scope = MutableMapping[str, Any]


def current_service(request: Request) -> "Service":
    """The service that answers; its own objects are in ``service.state``."""
    return cast("Service", request.app.state.service)


def peer_of(request: Request) -> str | None:
    """The name in the peer's certificate."""
    return request.scope.get(PEER)


@dataclass(frozen=True, slots=True)
class Door:
    """Who may pass a dependency: these peers, and where ``function`` is named only for staff who
    hold it."""

    peers: tuple[str, ...]
    function: Function | None = None


_DOORS: dict[Callable[..., Any], Door] = {}


def doors_of(dependant: Dependant) -> tuple[Door, ...]:
    """The doors in front of an operation, as declared with it: all must be passed."""
    own = (_DOORS[dependant.call],) if dependant.call in _DOORS else ()
    return own + tuple(door for other in dependant.dependencies for door in doors_of(other))


def peer_only(*names: str) -> Callable[[Request], Awaitable[str]]:
    """A dependency: only these peers may call; gives the peer's name."""

    async def dependency(request: Request) -> str:
        peer = peer_of(request)
        if peer not in names:
            raise problems.peer_not_allowed()
        return peer

    _DOORS[dependency] = Door(names)
    return dependency


def requires(function: Function) -> Callable[[Request], Awaitable[StaffContext]]:
    """A dependency: the gateway calls, for a staff member who holds ``function``."""

    # Not in FastAPI's threads: two that come at once with one context are told apart.
    async def dependency(request: Request) -> StaffContext:
        if peer_of(request) != "gateway":
            raise problems.peer_not_allowed()
        service = current_service(request)
        try:
            context = service.verifier.verify(
                request.headers.get(HEADER, ""),
                method=request.method,
                path=request.url.path,
                now=service.clock.now(),
            )
        except BadContext as bad:
            raise problems.no_staff_context(bad.reason) from None
        if function.value not in context.functions:
            raise problems.function_not_allowed(function.label)
        if Function.SEALED_VIEW.value in context.functions:
            sight.see_everybody()
        return context

    _DOORS[dependency] = Door(("gateway",), function)
    return dependency


def create_app(
    service: "Service", routers: Sequence[APIRouter], *, title: str | None = None
) -> FastAPI:
    """The application for one listener."""
    app = FastAPI(
        title=title or service.settings.service,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    for router in routers:
        app.include_router(router)
    equip(app, service)
    return app


def equip(app: FastAPI, service: "Service") -> None:
    """Problems, limits and spans for an application."""
    app.state.service = service
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_middleware(Guard, service=service)


def probes(service: "Service") -> APIRouter:
    """Liveness, readiness and metrics, for the operator's and Prometheus' certificates."""
    router = APIRouter(dependencies=[Depends(peer_only("operator", "prometheus"))])

    @router.get("/health/live")
    async def live() -> dict[str, str]:
        return {"status": "live", "service": service.settings.service}

    @router.get("/health/ready")
    async def ready() -> JSONResponse:
        parts = await service.readiness()
        healthy = all(parts.values())
        body = {"status": "ready" if healthy else "not ready", "parts": parts}
        return JSONResponse(body, status_code=200 if healthy else 503)

    @router.get("/metrics")
    async def metrics() -> Response:
        await service.measure()
        return Response(service.metrics.text(), media_type="text/plain; version=0.0.4")

    return router


def respond(problem: Problem) -> JSONResponse:
    """A problem as the answer to a request."""
    return JSONResponse(
        problem.document(telemetry.current_trace_id()),
        status_code=problem.status,
        media_type=problems.MEDIA_TYPE,
        headers=problem.headers,
    )


async def _on_problem(_request: Request, error: Exception) -> JSONResponse:
    return respond(cast(Problem, error))


async def _on_invalid(_request: Request, error: Exception) -> JSONResponse:
    found = cast(RequestValidationError, error).errors()
    if any(e["type"] == "json_invalid" for e in found):
        return respond(problems.unreadable_body())
    return respond(
        problems.invalid_request(
            [{"field": ".".join(map(str, e["loc"][1:])) or "body", "code": e["type"],
              "message": _japanese(e)} for e in found]
        )
    )  # fmt: skip


async def _on_http(_request: Request, error: Exception) -> JSONResponse:
    status = cast(HTTPException, error).status_code
    if isinstance(error.__cause__, _BadBody):  # FastAPI wraps what reading a body raises
        return respond(error.__cause__.problem)
    if status == 400:  # what FastAPI says of a body nested too deep to be parsed
        return respond(problems.unreadable_body())
    if status == 404:
        return respond(problems.not_found())
    if status == 405:
        return respond(problems.method_not_allowed(cast(HTTPException, error).headers))
    return respond(Problem(f"CH-1{status}", status, "要求を処理できません。"))


_MESSAGES = {
    "missing": "必須の項目です。",
    "extra_forbidden": "この様式にない項目です。",
    "json_invalid": "JSON の形式が正しくありません。",
    "date_parsing": "日付の形式が正しくありません（例: 2026-10-01）。",
    "datetime_parsing": "日時の形式が正しくありません（例: 2026-10-01T09:00:00+09:00）。",
    "uuid_parsing": "識別子の形式が正しくありません。",
    "bool_type": "はい（true）か、いいえ（false）で入力してください。",
    "bool_parsing": "はい（true）か、いいえ（false）で入力してください。",
    "int_type": "数字で入力してください。",
    "int_parsing": "数字で入力してください。",
    "greater_than_equal": "小さすぎる値です。",
    "less_than_equal": "大きすぎる値です。",
    "string_too_long": "文字数が上限を超えています。",
    "string_too_short": "文字数が足りません。",
    "string_pattern_mismatch": "使用できない文字または桁数です。",
}


_CHOICES: Final = 12
"""So many choices are named where none of them was made."""


def _japanese(error: Mapping[str, Any]) -> str:
    kind = error["type"]
    if kind in ("enum", "literal_error"):
        # Pydantic names what the field declares, never what was sent.
        declared = re.findall(r"'([^']*)'", error.get("ctx", {}).get("expected", ""))
        named = f"（{'、'.join(declared)} のいずれか）" if 0 < len(declared) <= _CHOICES else ""
        return f"選択肢にない値です{named}。"
    return _MESSAGES.get(kind, "値の形式が正しくありません。")


class _BadBody(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


class Guard:
    """Around every request: a span named by route, a size limit, and no error left unanswered."""

    def __init__(self, app: Callable[..., Awaitable[None]], service: "Service") -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        parent = headers.get(b"traceparent", b"").decode("ascii", "replace") or None
        scope[uploads.RECEIVE] = receive
        status = 500
        started = False
        began = time.monotonic()

        async def watched(message: Any) -> None:
            nonlocal status, started
            if message["type"] == "http.response.start":
                status, started = message["status"], True
            await send(message)

        with self._service.tracing.span(
            f"{self._service.settings.service} {scope['method']}",
            parent=parent if PEER in scope else None,
            kind=SpanKind.SERVER,
        ) as span:
            try:
                if any(map(unstorable_address, (scope["raw_path"], scope["query_string"]))):
                    raise problems.unstorable()
                with sight.restricted():
                    await self._app(scope, _limited(receive), watched)
            except Exception as error:
                if started:
                    raise
                await respond(_problem_for(error))(scope, receive, watched)
            route = getattr(scope.get("route"), "path", "unmatched")
            span.update_name(f"{self._service.settings.service} {scope['method']} {route}")
            span.set_attribute("http.route", route)
            span.set_attribute("http.status", status)
        self._service.metrics.requests.labels(route, scope["method"], str(status)).observe(
            time.monotonic() - began
        )


def _problem_for(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, _BadBody):
        return error.problem
    if isinstance(
        error, asyncpg.CharacterNotInRepertoireError | asyncpg.UntranslatableCharacterError
    ):
        return problems.unstorable()
    if isinstance(error, database.TRANSIENT):
        log.warning("request failed for a passing reason", exc_info=True)
        return problems.unavailable()
    log.error("request failed", exc_info=True)
    return problems.internal()


def _limited(receive: Any) -> Callable[[], Awaitable[Any]]:
    """Gives the body whole, once it is there: within its size and time, and fit to be kept."""
    complete = False
    deadline = time.monotonic() + BODY_S

    async def limited() -> Any:
        nonlocal complete
        if complete:  # what comes now is that the client has gone: however late
            return await receive()
        body = bytearray()
        while not complete:
            try:
                async with asyncio.timeout(deadline - time.monotonic()):
                    message = await receive()
            except TimeoutError:
                raise _BadBody(problems.too_slow()) from None
            if message["type"] != "http.request":
                complete = True
                return message
            body += message.get("body", b"")
            if len(body) > MAX_BODY:
                raise _BadBody(problems.too_large(MAX_BODY))
            complete = not message.get("more_body", False)
        whole = bytes(body)
        if b"\0" in whole:  # UTF-16 or UTF-32, which Python's JSON would read
            raise _BadBody(problems.unreadable_body())
        if unstorable(whole):
            raise _BadBody(problems.unstorable())
        return {"type": "http.request", "body": whole, "more_body": False}

    return limited
