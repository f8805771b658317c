"""Persons: search by number, and the person page that four services answer together."""

import asyncio
import json
import secrets
from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

import httpx
from fastapi import Depends, Query, Request, Response

from services.chassis.http import current_service
from services.chassis.problems import Problem
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.gateway import forwarding, problems
from services.gateway.answers import Part, PartState, PersonPage, ProblemDocument
from services.gateway.bodies import strict
from services.gateway.domain.routing import JSON, Call
from services.gateway.forwarding import Asked
from services.gateway.forwards import as_json, query_string
from services.gateway.guard import context_of
from services.gateway.requests import NumberSearch, PersonPageQuery
from services.gateway.routes import BY_OPERATION
from services.gateway.state import gateway_of

CurrentService = Annotated[Service, Depends(current_service)]

NUMBER_UNKNOWN = "TV-2001"
"""The vault's word for a number that it does not know."""


async def find_person_by_number(
    request: Request, body: Annotated[NumberSearch, strict(NumberSearch)], service: CurrentService
) -> Response:
    look_up, search = BY_OPERATION["findPersonByNumber"].calls
    context = context_of(request)
    token = await token_or_random(service, look_up, context, body)
    criteria = json.dumps({"token": token}).encode()
    found = await forwarding.fetch(service, search, context, Asked(json_body=criteria))
    return Response(found.content, media_type=JSON)


async def token_or_random(
    service: Service, call: Call, context: StaffContext, body: NumberSearch
) -> str:
    """The vault's token of a number; a random one for a number that it does not know.

    A sealed person (支援措置) is to look like one who does not exist. So the second question is
    asked in either case, and the answer and its time are those of a search that finds nobody.
    """
    try:
        answer = await forwarding.fetch(service, call, context, Asked(json_body=as_json(body)))
    except Problem as problem:
        if problem.code != NUMBER_UNKNOWN:
            raise
        return secrets.token_hex(16)
    return token_in(call, answer)


def token_in(call: Call, answer: httpx.Response) -> str:
    """The token that the vault answered with. Raises GW-0303 where there is none."""
    token = _members(call, answer).get("token")
    if not isinstance(token, str):
        raise problems.bad_answer(call.service)
    return token


async def show_person(
    request: Request,
    person_id: UUID,
    query: Annotated[PersonPageQuery, Query()],
    service: CurrentService,
) -> PersonPage:
    identity, *others = BY_OPERATION["showPerson"].calls
    context = context_of(request)
    where = {"person_id": str(person_id)}
    # Identity first: for whom it does not show, the others are not asked, and leave no record of
    # an inquiry that did not happen.
    answer = await forwarding.fetch(service, identity, context, Asked(where))
    when = query_string(query)
    parts = await asyncio.gather(
        *(
            _part(service, context, call, where, when if call.service == "qualification" else {})
            for call in others
        )
    )
    by_service = {call.service: part for call, part in zip(others, parts, strict=True)}
    return PersonPage(
        person=_members(identity, answer),
        qualification=by_service["qualification"],
        exemptions=by_service["exemptions"],
        claims=by_service["claims"],
        reports=by_service["jps_reporting"],
        as_of=query.as_of,
        known_at=query.known_at,
    )


async def _part(
    service: Service,
    context: StaffContext,
    call: Call,
    where: dict[str, str],
    query: dict[str, str],
) -> Part:
    limit = gateway_of(service).settings.part_timeout_s
    try:
        async with asyncio.timeout(limit):
            answer = await forwarding.fetch(
                service,
                call,
                context,
                Asked(where, query),
                timeout_s=limit,
            )
        return Part(state=PartState.SHOWN, content=_members(call, answer))
    except TimeoutError:
        problem = problems.too_slow(call.service)
    except Problem as told:
        problem = told
    return Part(
        state=PartState.ABSENT if problem.status == 404 else PartState.UNAVAILABLE,
        problem=ProblemDocument.model_validate(problem.document()),
    )


def _members(call: Call, answer: httpx.Response) -> dict[str, Any]:
    try:
        members = json.loads(answer.content)
    except ValueError:
        members = None
    if not isinstance(members, dict):
        raise problems.bad_answer(call.service)
    return members


ENDPOINTS: dict[str, Callable[..., Any]] = {
    "findPersonByNumber": find_person_by_number,
    "showPerson": show_person,
}
"""By the operation ids of the routes' table."""
