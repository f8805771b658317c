"""What exemptions knows of a person, through the gateway."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from contracts.events import AuditOperation
from contracts.functions import Function
from contracts.months import Month
from services.chassis import audit, merges
from services.chassis.http import current_service, requires
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.exemptions import deciding, exempting
from services.exemptions.application_views import ApplicationSummary
from services.exemptions.consequence_api import ConsequenceView
from services.exemptions.domain.facts import PersonFacts
from services.exemptions.exemption_views import Why
from services.exemptions.months_concerned import premium_periods
from services.exemptions.procedures import ADDITIONAL_PREMIUM, BY_LAW, STATEMENTS
from services.exemptions.state import state_of
from services.exemptions.stores import consequences, entries, notes, persons
from services.exemptions.stores.applications import APPLICATIONS
from services.exemptions.stores.entries import NOTICES
from services.exemptions.views import GrantedSpan, PeriodView, PersonView

router = APIRouter()
CurrentService = Annotated[Service, Depends(current_service)]
Viewer = Annotated[StaffContext, Depends(requires(Function.PERSON_VIEW))]


@router.get("/persons/{person_id}/exemptions")
async def show_person(person_id: UUID, staff: Viewer, service: CurrentService) -> PersonView:
    """A person's additional premium and exempt months with their reasons, the notices behind
    them, and applications."""
    async with service.unit_of_work() as uow:
        person_id = await merges.surviving(uow.connection, person_id)
        known = await persons.facts(uow.connection, person_id)
        held = await entries.of_person(uow.connection, NOTICES, person_id)
        applied = await entries.of_person(uow.connection, APPLICATIONS, person_id)
        found = await consequences.standing(uow.connection, [person_id])
        noted = await notes.of(uow.connection, [one.entry_id for one in applied])
        stands = deciding.stands(applied, noted)
        today = Month.of(uow.today)
        audit.record(
            uow,
            AuditOperation.INQUIRY,
            staff=staff,
            function=Function.PERSON_VIEW,
            person_id=person_id,
            details={"of": "exemptions"},
        )
    state = state_of(service)
    at = exempting.desk(
        known or PersonFacts(), held, state.forms, state.by_law, today, stands.months
    )
    return PersonView(
        person_id=person_id,
        additional_premium=tuple(map(PeriodView.of, premium_periods(at) if known else ())),
        notices=tuple(map(ADDITIONAL_PREMIUM.summary, ADDITIONAL_PREMIUM.of(held))),
        applications=tuple(map(ApplicationSummary.of_kept, applied)),
        exemption_notices=tuple(map(BY_LAW.summary, BY_LAW.of(held))),
        statements=tuple(map(STATEMENTS.summary, STATEMENTS.of(held))),
        exempt=exempting.spans(at),
        consequences=tuple(map(ConsequenceView.of, found.get(person_id, ()))),
        paid_by_request=exempting.asked_to_pay(at),
        granted=GrantedSpan.of(stands),
        granted_to_look_at=tuple(Why.of(review.reason) for review in stands.reviews),
    )
