"""The person page, through the gateway. Every answer is recorded in the transaction that reads it:
no record, no answer."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from contracts.events import AuditOperation, AuditOutcome, BlockKind
from contracts.functions import Function
from services.chassis import audit, problems
from services.chassis.http import current_service, requires
from services.chassis.problems import Problem
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.identity.editing import stopped
from services.identity.mass_searches import count_seen
from services.identity.pages import PersonPage, person_page
from services.identity.stores import blocks, findings, reading

router = APIRouter()


@router.get("/persons/{person_id}")
async def show(
    person_id: UUID,
    staff: Annotated[StaffContext, Depends(requires(Function.PERSON_VIEW))],
    service: Annotated[Service, Depends(current_service)],
) -> PersonPage:
    """One person: name, household, links and findings. A former id answers with the survivor."""
    refusal: Problem | None = None
    async with service.unit_of_work() as uow:
        page = await _page(uow, staff, person_id)
        outcome = AuditOutcome.DONE if page else AuditOutcome.FAILED
        if page is not None:
            refusal = await stopped(uow, person_id, BlockKind.INQUIRY)
        if refusal is not None:
            outcome = AuditOutcome.REFUSED
        audit.record(
            uow,
            AuditOperation.INQUIRY,
            staff=staff,
            function=Function.PERSON_VIEW,
            person_id=page.person_id if page else person_id,
            outcome=outcome,
            details={"refused": refusal.code} if refusal else {},
        )
        await count_seen(
            uow, service, staff, Function.PERSON_VIEW, persons=int(outcome is AuditOutcome.DONE)
        )
    if refusal is not None:
        raise refusal
    if page is None:
        # Whether there is no such person or none for this caller: the answer is the same.
        raise problems.not_found()
    return page


async def _page(uow: UnitOfWork, staff: StaffContext, person_id: UUID) -> PersonPage | None:
    person = await reading.person(uow.connection, staff.functions, person_id)
    if person is None:
        return None
    members = (
        []
        if person.household_id is None
        else await reading.members(uow.connection, staff.functions, person.household_id)
    )
    found = await findings.of_person(uow.connection, staff.functions, person.ids)
    there = await blocks.in_the_way(uow.connection, [person.person_id], None, uow.today, uow.now)
    return person_page(person, members, found, there.get(person.person_id, ()))
