"""Calling the service that owns the data, on behalf of whoever is signed in.

Each call carries a context signed for this one service, method and path. A problem that the service
tells is told on; whatever else goes wrong becomes a problem of the gateway's own, so that nobody
sees a stack trace, an address or half an answer.
"""

import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import quote

import httpx
from opentelemetry.trace import SpanKind
from pydantic import ValidationError

from services.chassis import telemetry
from services.chassis.problems import MEDIA_TYPE, Problem
from services.chassis.service import Service
from services.chassis.staff_context import HEADER, StaffContext
from services.gateway import problems
from services.gateway.answers import ProblemDocument
from services.gateway.domain.routing import JSON, Call
from services.gateway.state import gateway_of

log = logging.getLogger(__name__)

CONNECT_S = 2.0
_LARGEST_PROBLEM = 65_536
_CONTEXT_CODES = frozenset({"CH-0004", "CH-0005"})
"""What a service says when it does not believe the gateway, rather than the staff member."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a call is made with: path parameters, query, and a JSON body or a file."""

    parameters: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    json_body: bytes | None = None
    file: AsyncIterator[bytes] | None = None


NOTHING = Asked()


def fill(path: str, parameters: Mapping[str, str]) -> str:
    """A path template with its parameters in place, each as one segment."""
    return path.format(**{name: quote(value, safe="") for name, value in parameters.items()})


async def send(
    service: Service,
    call: Call,
    context: StaffContext,
    asked: Asked = NOTHING,
    *,
    timeout_s: float | None = None,
) -> httpx.Response:
    """The service's answer, its head read and its body not yet; the caller closes it.

    Raises the service's own problem, or GW-0301 to GW-0304.
    """
    gateway = gateway_of(service)
    path = fill(call.path, asked.parameters)
    headers = {
        HEADER: gateway.signer.sign(
            context,
            service=call.service,
            method=call.method.value,
            path=path,
            now=service.clock.now(),
        ),
        "accept": "application/json, */*",
    }
    if asked.json_body is not None:
        headers["content-type"] = "application/json"
    if asked.file is not None:
        headers["content-type"] = "application/octet-stream"
    with service.tracing.span(
        f"gateway calls {call.service}",
        kind=SpanKind.CLIENT,
        attributes={"peer": call.service, "http.method": call.method.value},
    ) as span:
        if trace := telemetry.current_trace():
            headers["traceparent"] = trace
        response = await _sent(
            service,
            call,
            path,
            headers,
            asked,
            timeout_s or gateway.settings.forward_timeout_s,
        )
        span.set_attribute("http.status", response.status_code)
        if response.is_success:
            return response
        try:
            raise await _problem(call.service, response)
        finally:
            await response.aclose()


async def fetch(
    service: Service,
    call: Call,
    context: StaffContext,
    asked: Asked = NOTHING,
    *,
    media_types: Sequence[str] = (JSON,),
    timeout_s: float | None = None,
    says_nothing: bool = False,
) -> httpx.Response:
    """The service's answer, read whole. Raises as `send` does, and GW-0303 for another type.

    ``says_nothing``: the service answers that it is done, with no content (204).
    """
    response = await send(service, call, context, asked, timeout_s=timeout_s)
    try:
        await response.aread()
    except httpx.HTTPError as error:
        raise _failed(call.service, error) from None
    finally:
        await response.aclose()
    if says_nothing:
        as_agreed = response.status_code == HTTPStatus.NO_CONTENT
    else:
        as_agreed = media_type_of(response) in media_types
    if not as_agreed:
        raise problems.bad_answer(call.service)
    return response


async def _sent(
    service: Service,
    call: Call,
    path: str,
    headers: Mapping[str, str],
    asked: Asked,
    timeout_s: float,
) -> httpx.Response:
    try:
        client = service.client(call.service)
    except KeyError:
        log.error("no address for a peer", extra={"data": {"name": call.service}})
        raise problems.unreachable(call.service) from None
    request = client.build_request(
        call.method.value,
        path,
        headers=dict(headers),
        params=dict(asked.query) or None,
        content=asked.json_body if asked.file is None else asked.file,
        timeout=httpx.Timeout(timeout_s, connect=CONNECT_S),
    )
    try:
        return await client.send(request, stream=True)
    except httpx.HTTPError as error:
        raise _failed(call.service, error) from None


def _failed(service: str, error: httpx.HTTPError) -> Problem:
    log.warning("call failed", extra={"data": {"name": service, "reason": type(error).__name__}})
    # A connection that was never made asked for nothing; afterwards it may have been done.
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return problems.unreachable(service)
    if isinstance(error, httpx.TimeoutException | httpx.NetworkError):
        return problems.too_slow(service)
    return problems.bad_answer(service)


async def _problem(service: str, response: httpx.Response) -> Problem:
    if media_type_of(response) != MEDIA_TYPE:
        log.warning("answer is no problem document", extra={"data": {"name": service}})
        return problems.bad_answer(service)
    body = bytearray()
    try:
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > _LARGEST_PROBLEM:
                return problems.bad_answer(service)
        document = ProblemDocument.model_validate_json(body)
    except httpx.HTTPError as error:
        return _failed(service, error)
    except ValidationError:
        return problems.bad_answer(service)
    if document.code in _CONTEXT_CODES:
        log.error(
            "a service did not accept the staff context",
            extra={"data": {"name": service, "code": document.code}},
        )
        return problems.context_refused(service)
    retry = response.headers.get("retry-after")
    return document.problem({"Retry-After": retry} if retry else None)


def media_type_of(response: httpx.Response) -> str:
    """The type of an answer, without its parameters."""
    declared: str = response.headers.get("content-type", "")
    return declared.partition(";")[0].strip().lower()
