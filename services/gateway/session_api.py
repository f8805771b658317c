"""``/api/session``: signing in, seeing who one is, unlocking, changing the password, leaving."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.chassis.http import current_service
from services.chassis.service import Service
from services.gateway import problems, sign_in
from services.gateway.answers import FunctionView, SessionView, StaffView
from services.gateway.bodies import strict
from services.gateway.domain.passwords import MAXIMUM_LENGTH
from services.gateway.domain.sessions import Standing
from services.gateway.guard import COOKIE, session_of, terminal_of, token_of
from services.gateway.sign_in import SignedIn
from services.gateway.state import gateway_of
from services.gateway.stores.sessions import OpenSession

CurrentService = Annotated[Service, Depends(current_service)]
Password = Annotated[str, Field(min_length=1, max_length=2 * MAXIMUM_LENGTH)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class SignIn(_Body):
    """利用者IDとパスワード."""

    user_id: Annotated[str, Field(min_length=1, max_length=100)]
    password: Password


class Unlock(_Body):
    """パスワードによる再認証."""

    password: Password


class NewPassword(_Body):
    """現在のパスワードと新しいパスワード."""

    password: Password
    new_password: Password


async def create_session(
    request: Request,
    response: Response,
    body: Annotated[SignIn, strict(SignIn)],
    service: CurrentService,
) -> SessionView:
    signed_in = await sign_in.sign_in(
        service, body.user_id, body.password, terminal_of(request), token_of(request)
    )
    return _welcome(service, response, signed_in)


async def show_session(request: Request, service: CurrentService) -> SessionView:
    return _view(service, session_of(request))


async def unlock_session(
    request: Request,
    response: Response,
    body: Annotated[Unlock, strict(Unlock)],
    service: CurrentService,
) -> SessionView:
    signed_in = await sign_in.unlock(
        service, session_of(request), body.password, terminal_of(request)
    )
    return _welcome(service, response, signed_in)


async def change_password(
    request: Request,
    response: Response,
    body: Annotated[NewPassword, strict(NewPassword)],
    service: CurrentService,
) -> SessionView:
    current = session_of(request)
    if body.password == body.new_password:
        raise problems.password_unchanged()
    signed_in = await sign_in.change_password(
        service, current, body.password, body.new_password, terminal_of(request)
    )
    return _welcome(service, response, signed_in)


async def delete_session(request: Request, response: Response, service: CurrentService) -> None:
    await sign_in.sign_out(service, session_of(request), terminal_of(request))
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="strict")


ENDPOINTS: dict[str, Callable[..., Any]] = {
    "createSession": create_session,
    "showSession": show_session,
    "unlockSession": unlock_session,
    "changePassword": change_password,
    "deleteSession": delete_session,
}
"""By the operation ids of the routes' table."""


def _welcome(service: Service, response: Response, signed_in: SignedIn) -> SessionView:
    # No Max-Age: the cookie goes with the browser, and the server's own limits are shorter anyway.
    response.set_cookie(
        COOKIE, signed_in.token, path="/", secure=True, httponly=True, samesite="strict"
    )
    return _view(service, signed_in.open)


def _view(service: Service, opened: OpenSession) -> SessionView:
    settings = gateway_of(service).settings
    rules = settings.session_rules
    standing = opened.session.standing(service.clock.now(), rules)
    held = sorted(opened.functions) if standing is Standing.LIVE else []
    return SessionView(
        session_id=opened.session_id,
        standing=standing,
        second_factor=settings.second_factor,
        staff=StaffView(
            staff_id=opened.staff.staff_id,
            name=opened.staff.name,
            department=opened.staff.department,
        ),
        functions=[FunctionView(code=function, label=function.label) for function in held],
        signed_in_at=opened.session.signed_in_at,
        locks_at=min(opened.session.locks_at(rules), opened.session.ends_at(rules)),
        ends_at=opened.session.ends_at(rules),
    )
