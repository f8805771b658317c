"""People who are not on the register (住登外者) and their numbers: the vault makes tokens
of the numbers, and identity gets these alone."""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request, Response

from services.chassis.http import current_service
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.gateway import forwarding
from services.gateway.bodies import strict
from services.gateway.domain.routing import JSON, Call
from services.gateway.forwarding import Asked
from services.gateway.forwards import as_json
from services.gateway.guard import context_of
from services.gateway.outside_requests import NewNumberedPerson, OutsideNumber, PersonAndNumber
from services.gateway.persons import token_in, token_or_random
from services.gateway.requests import NumberSearch
from services.gateway.routes import BY_OPERATION

CurrentService = Annotated[Service, Depends(current_service)]
_SEALED = {"event_id", "sealed_number"}


async def compare(
    request: Request,
    body: Annotated[PersonAndNumber, strict(PersonAndNumber)],
    service: CurrentService,
) -> Response:
    """Who bears the number comes among the candidates. One that is not known yet is looked for like
    any other, and not kept."""
    look_up, compared = BY_OPERATION["compareOutsidePersonAndNumber"].calls
    context = context_of(request)
    told = body.model_dump(mode="json", exclude={"number"})
    told["token"] = await token_or_random(service, look_up, context, body.number)
    asked = Asked(json_body=json.dumps(told).encode())
    shown = await forwarding.fetch(service, compared, context, asked)
    return Response(shown.content, media_type=JSON)


async def propose(
    request: Request,
    body: Annotated[NewNumberedPerson, strict(NewNumberedPerson)],
    service: CurrentService,
) -> Response:
    """The number first: what identity refuses then, or never hears of, is borne by nobody, and the
    vault erases it."""
    enter, proposed = BY_OPERATION["proposeNumberedOutsidePerson"].calls
    context = context_of(request)
    told = body.model_dump(mode="json", exclude={"number"})
    told["number"] = await _entered(service, enter, context, body.number)
    asked = Asked(json_body=json.dumps(told).encode())
    shown = await forwarding.fetch(service, proposed, context, asked)
    return Response(shown.content, status_code=HTTPStatus.CREATED, media_type=JSON)


async def propose_number(
    request: Request,
    person_id: UUID,
    body: Annotated[OutsideNumber, strict(OutsideNumber)],
    service: CurrentService,
) -> Response:
    """Of somebody who is there already."""
    enter, proposed = BY_OPERATION["proposeOutsideNumber"].calls
    context = context_of(request)
    told = await _entered(service, enter, context, body)
    asked = Asked({"person_id": str(person_id)}, json_body=json.dumps(told).encode())
    shown = await forwarding.fetch(service, proposed, context, asked)
    return Response(shown.content, status_code=HTTPStatus.CREATED, media_type=JSON)


async def _entered(
    service: Service, enter: Call, context: StaffContext, number: OutsideNumber
) -> dict[str, Any]:
    """A number as identity gets it: its token, and how it was verified."""
    sealed = NumberSearch(event_id=number.event_id, sealed_number=number.sealed_number)
    answer = await forwarding.fetch(service, enter, context, Asked(json_body=as_json(sealed)))
    told = number.model_dump(mode="json", exclude=_SEALED)
    return told | {"token": token_in(enter, answer)}


ENDPOINTS: dict[str, Callable[..., Any]] = {
    "compareOutsidePersonAndNumber": compare,
    "proposeNumberedOutsidePerson": propose,
    "proposeOutsideNumber": propose_number,
}
"""By the operation ids of the routes' table."""
