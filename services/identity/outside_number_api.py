"""An individual number for somebody who is not on the register (住登外者), by two of staff.

What arrives here is the vault's token; the number itself is the vault's alone.
"""

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends

from contracts.events import AuditOperation
from contracts.functions import Function
from services.chassis import problems
from services.chassis.http import current_service, requires
from services.chassis.problems import Problem
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.identity import outside_work
from services.identity.domain.outside import (
    NumberEntry,
    OutsideRefusal,
    OutsideRefused,
    OutsideStep,
)
from services.identity.editing import not_editable
from services.identity.outside_api import record_entry
from services.identity.outside_problems import outside_refused
from services.identity.outside_views import OutsideNumber, OutsidePage, candidates, shown_entry
from services.identity.stores import outside, reading
from services.identity.stores.outside import Entry

router = APIRouter()


@router.post("/persons/{person_id}/outside-number", status_code=201)
async def propose_number(
    person_id: UUID,
    said: OutsideNumber,
    staff: Annotated[StaffContext, Depends(requires(Function.OUTSIDE_PROPOSE))],
    service: Annotated[Service, Depends(current_service)],
) -> OutsidePage:
    """Propose that the number is this person's (仮登録); shown is who on record bears it already,
    and in what they agree."""
    number = said.entry
    async with service.unit_of_work() as uow:
        if await reading.person(uow.connection, staff.functions, person_id) is None:
            raise problems.not_found()
        entry = Entry(uuid4(), OutsideStep.NUMBER, "proposed", person_id, None, None, None, None,
                      staff.staff_id, uow.now, number=number)  # fmt: skip
        refusal = await not_editable(uow, staff, person_id)
        if refusal is None:
            refusal = await _keep(uow, staff, person_id, entry, number)
        bearers = await outside_work.bearers_of(uow, staff, entry, service.state.folding)
        record_entry(uow, staff, AuditOperation.ENTRY_PROVISIONAL, Function.OUTSIDE_PROPOSE, entry,
                     refused=refusal)  # fmt: skip
    if refusal is not None:
        raise refusal
    return OutsidePage(entry=shown_entry(entry), candidates=candidates(bearers))


async def _keep(
    uow: UnitOfWork, staff: StaffContext, person_id: UUID, entry: Entry, number: NumberEntry
) -> Problem | None:
    try:
        kept = await outside_work.standing(uow, staff, person_id)
    except OutsideRefused as refused:
        return outside_refused(refused.refusal)
    if kept.token == number.token:
        return outside_refused(OutsideRefusal.NUMBER_THEIRS)
    added = await outside.add(uow.connection, entry)
    return None if added else outside_refused(OutsideRefusal.ANOTHER_WAITS)
