"""Endpoints for the routes that one service answers: made from their declarations."""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

import httpx
from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from starlette.background import BackgroundTask

from services.chassis import uploads
from services.chassis.http import current_service
from services.gateway import forwarding, problems
from services.gateway.bodies import strict
from services.gateway.domain.routing import Route, parameters
from services.gateway.forwarding import Asked
from services.gateway.guard import context_of
from services.gateway.state import gateway_of

Endpoint = Callable[..., Awaitable[Response]]

_PASSED_ON = ("content-disposition", "repr-digest", "content-length")
"""Headers of a file that go on to the browser; everything else is the gateway's to say."""


def endpoint(route: Route) -> Endpoint:
    """What answers a route that is passed on to one service.

    Its signature says what the route takes, so that the framework checks it and describes it.
    """
    (call,) = route.calls

    async def forward(
        request: Request, *, query: BaseModel, body: BaseModel | None = None, **path: UUID
    ) -> Response:
        service = current_service(request)
        settings = gateway_of(service).settings
        asked = Asked(
            {name: str(value) for name, value in path.items()},
            query_string(query),
            b"{}" if body is None and route.body is not None else as_json(body),
            uploads.chunks(request, settings.upload_max_bytes, settings.upload_timeout_s)
            if route.upload
            else None,
        )
        context = context_of(request)
        if route.is_file:
            return await _stream(await forwarding.send(service, call, context, asked), route)
        if route.status == HTTPStatus.NO_CONTENT:
            await forwarding.fetch(service, call, context, asked, says_nothing=True)
            return Response(status_code=route.status)
        answer = await forwarding.fetch(
            service,
            call,
            context,
            asked,
            media_types=route.media_types,
            timeout_s=settings.upload_timeout_s if route.upload else None,
        )
        return Response(
            answer.content, status_code=route.status, media_type=answer.headers.get("content-type")
        )

    kind = inspect.Parameter.KEYWORD_ONLY
    taken = [
        inspect.Parameter("request", kind, annotation=Request),
        *(inspect.Parameter(name, kind, annotation=UUID) for name in parameters(route.path)),
        inspect.Parameter("query", kind, annotation=Annotated[route.query, Query()]),
    ]
    if route.body is not None:
        annotation: Any = Annotated[route.body, strict(route.body)]
        default: Any = inspect.Parameter.empty
        if route.body_optional:
            annotation, default = annotation | None, None
        taken.append(inspect.Parameter("body", kind, annotation=annotation, default=default))
    forward.__signature__ = inspect.Signature(  # type: ignore[attr-defined] # inspect reads it
        taken, return_annotation=Response
    )
    return forward


def query_string(query: BaseModel) -> dict[str, str]:
    """The parameters that were given, for the call behind."""
    given = query.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    return {name: _text(value) for name, value in given.items()}


def as_json(body: BaseModel | None) -> bytes | None:
    """The body as it was understood here, so that the service behind understands the same."""
    if body is None:
        return None
    return body.model_dump_json(exclude_unset=True).encode()


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


async def _stream(response: httpx.Response, route: Route) -> Response:
    media_type = forwarding.media_type_of(response)
    if media_type not in route.media_types:
        await response.aclose()
        raise problems.bad_answer(route.calls[0].service)

    async def chunks() -> AsyncIterator[bytes]:
        async for chunk in response.aiter_raw():
            yield chunk

    headers = {name: response.headers[name] for name in _PASSED_ON if name in response.headers}
    return StreamingResponse(
        chunks(),
        status_code=route.status,
        media_type=media_type,
        headers=headers,
        background=BackgroundTask(response.aclose),
    )
