"""The door itself: what has to hold before a request's body is even read.

In order: the request is not of another site; there is a session; it is live; it is used where it
began; it holds the function that the route declares. A refusal for want of a function is recorded
before it is told.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive

from contracts.events import AuditOperation, AuditOutcome
from contracts.functions import Function
from services.chassis import problems as common
from services.chassis import uploads
from services.chassis.clock import japan_date
from services.chassis.http import current_service
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.gateway import problems, trail
from services.gateway.domain.cross_site import REQUEST_HEADER, is_cross_site
from services.gateway.domain.routing import Access, Route
from services.gateway.domain.sessions import Standing
from services.gateway.routes import BY_OPERATION
from services.gateway.settings import Settings
from services.gateway.state import gateway_of
from services.gateway.stores import sessions
from services.gateway.stores.sessions import OpenSession

COOKIE = "__Host-nenkin_session"
_LONGEST_TOKEN = 64
_A_WHILE = timedelta(seconds=30)

Handler = Callable[[Request], Awaitable[Response]]


class GuardedRoute(APIRoute):
    """A route that lets nobody in whom its declaration does not. There is no undeclared route."""

    def get_route_handler(self) -> Callable[[Request], Any]:
        inner = super().get_route_handler()
        route = BY_OPERATION[self.operation_id or ""]

        async def handle(request: Request) -> Response:
            settings = gateway_of(current_service(request)).settings
            seconds = settings.upload_timeout_s if route.upload else settings.request_timeout_s
            try:
                async with asyncio.timeout(seconds) as limit:
                    await _admit(request, route, settings)
                    if route.upload:
                        _require_file(request, settings)
                    else:
                        request = _read_already(request, await _body(request, settings))
                    response: Response = await inner(request)
                    return response
            except TimeoutError:
                if limit.expired():
                    raise problems.request_too_slow() from None
                raise

        return handle


def terminal_of(request: Request) -> str:
    """Where the request comes from (端末)."""
    return request.client.host if request.client else "?"


def token_of(request: Request) -> str | None:
    """The cookie, if there is one that could be ours."""
    token = request.cookies.get(COOKIE)
    return token if token and len(token) <= _LONGEST_TOKEN else None


def session_of(request: Request) -> OpenSession:
    """The session that `_admit` let in."""
    return cast(OpenSession, request.state.session)


def context_of(request: Request) -> StaffContext:
    """What the gateway vouches for towards the services behind it."""
    opened = session_of(request)
    return StaffContext(
        staff_id=opened.staff.staff_id,
        department=opened.staff.department,
        functions=frozenset(function.value for function in opened.functions),
        session_id=str(opened.session_id),
        terminal=terminal_of(request),
        request_id=str(uuid4()),
    )


async def _admit(request: Request, route: Route, settings: Settings) -> None:
    if is_cross_site(
        request.method,
        origin=request.headers.get("origin"),
        fetch_site=request.headers.get("sec-fetch-site"),
        request_header=request.headers.get(REQUEST_HEADER),
        own_origins=settings.public_origins or (f"https://{request.headers.get('host')}",),
    ):
        raise problems.cross_site()
    if route.access is Access.ANYONE:
        return
    service = current_service(request)
    now = service.clock.now()
    opened = await _session(service, request, settings, now)
    request.state.session = opened
    if route.access is Access.SESSION:
        return
    match opened.session.standing(now, settings.session_rules):
        case Standing.LOCKED:
            raise problems.locked()
        case Standing.SECOND_FACTOR_DUE:
            raise problems.second_factor_due()
        case Standing.OVER | Standing.LIVE:
            pass  # over was turned away before
    for function in route.functions:
        if function not in opened.functions:
            await _record_refusal(service, request, route, function)
            raise common.function_not_allowed(function.label)
    await _mark_active(service, opened, settings, now)


async def _session(
    service: Service, request: Request, settings: Settings, now: datetime
) -> OpenSession:
    token = token_of(request)
    if token is None:
        raise problems.no_session()
    day = japan_date(now)
    async with service.database.read() as connection:
        opened = await sessions.find_session(connection, token, day)
    if (
        opened is None
        or opened.session.standing(now, settings.session_rules) is Standing.OVER
        or not opened.staff.may_sign_in(day)
    ):
        raise problems.no_session()
    if settings.bind_session_to_address and opened.terminal != terminal_of(request):
        async with service.unit_of_work() as uow:
            trail.record(
                uow,
                AuditOperation.SIGN_IN,
                AuditOutcome.REFUSED,
                staff_id=opened.staff.staff_id,
                department=opened.staff.department,
                terminal=terminal_of(request),
                session_id=opened.session_id,
                details={"step": "session", "reason": "other_terminal"},
            )
        raise problems.no_session()
    return opened


async def _mark_active(
    service: Service, opened: OpenSession, settings: Settings, now: datetime
) -> None:
    # A write for every request would cost more than the seconds it keeps exact.
    precision = min(settings.session_rules.idle_lock / 20, _A_WHILE)
    if now - opened.session.last_active_at >= precision:
        async with service.database.transaction() as connection:
            await sessions.mark_active(connection, opened.session_id, now)


async def _record_refusal(
    service: Service, request: Request, route: Route, function: Function
) -> None:
    opened = session_of(request)
    async with service.unit_of_work() as uow:
        trail.record(
            uow,
            route.does,
            AuditOutcome.REFUSED,
            staff_id=opened.staff.staff_id,
            department=opened.staff.department,
            terminal=terminal_of(request),
            session_id=opened.session_id,
            function=function,
            person_id=_person_in(request),
            details={"route": route.operation_id, "reason": "function_missing"},
        )


def _person_in(request: Request) -> UUID | None:
    try:
        return UUID(request.path_params["person_id"])
    except (KeyError, ValueError):
        return None


def _require_length(request: Request, limit: int) -> None:
    declared = request.headers.get("content-length", "0")
    if not declared.isdecimal() or int(declared) > limit:
        raise common.too_large(limit)


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _require_file(request: Request, settings: Settings) -> None:
    """A body that says it is a file, of a length that is taken; it is read on its way through."""
    _require_length(request, settings.upload_max_bytes)
    if _media_type(request) not in uploads.MEDIA_TYPES:
        raise problems.no_file()


async def _body(request: Request, settings: Settings) -> bytes:
    """The body, within its limit and of the one type that is taken."""
    limit = settings.body_max_bytes
    _require_length(request, limit)
    body = bytearray()
    try:
        async with asyncio.timeout(settings.body_timeout_s):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limit:
                    raise common.too_large(limit)
    except TimeoutError:
        raise problems.request_too_slow() from None
    except ClientDisconnect:
        raise common.unreadable_body() from None  # nobody is left to read it
    if body and _media_type(request) != "application/json":
        raise problems.not_json()
    return bytes(body)


def _read_already(request: Request, body: bytes) -> Request:
    """The same request, for the framework to read the body that was read under our limit."""
    rest: Receive = request.receive
    told = False

    async def receive() -> Message:
        nonlocal told
        if told:
            return await rest()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return Request(request.scope, receive)
