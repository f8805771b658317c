"""Giving up a settled correction over HTTP (訂正の取下げ)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from contracts.events import AuditOperation, AuditOutcome
from contracts.forms import SamePerson, holds_individual_number
from contracts.functions import Function
from services.chassis.http import requires
from services.chassis.staff_context import StaffContext
from services.jps_reporting import correcting, correction_problems, giving_up, problems
from services.jps_reporting.bodies import Agreement, Why
from services.jps_reporting.correction_api import CorrectionDetail, detail, record
from services.jps_reporting.reporting import CurrentReporting, CurrentService

router = APIRouter(prefix="/items/{item_id}/correction/give-up")

Builder = Annotated[StaffContext, Depends(requires(Function.BATCH_BUILD))]


@router.post("", status_code=201)
async def propose(
    item_id: UUID,
    request: Why,
    staff: Builder,
    service: CurrentService,
    reporting: CurrentReporting,
) -> CorrectionDetail:
    """Propose to give up the correction of an item that is settled and on no medium yet; until
    another decides it is held back."""
    if holds_individual_number(request.reason):
        raise problems.number_in_text("reason")
    async with service.unit_of_work() as uow:
        item = await giving_up.propose(reporting, uow, item_id, request.reason, staff.staff_id)
        record(uow, AuditOperation.ENTRY_PROVISIONAL, staff, item, {"action": "propose_give_up"})
        return await detail(uow, await correcting.found(uow, item_id))


@router.post("/settle")
async def settle(
    item_id: UUID, request: Agreement, staff: Builder, service: CurrentService
) -> CorrectionDetail:
    """Agree or not, by another than who proposed it. Given up, JPS is not told; as long as it has
    what is not so, the item is on the list again."""
    async with service.unit_of_work() as uow:
        refused = None
        try:
            item = await giving_up.settle(
                uow, item_id, agree=request.agree, staff_id=staff.staff_id
            )
            details: dict[str, str | int | bool] = {"action": "give_up", "agreed": request.agree}
            record(uow, AuditOperation.ENTRY_CANCELLED, staff, item, details)
        except SamePerson:
            item, refused = (
                await correcting.found(uow, item_id),
                correction_problems.same_person_gives_up(),
            )
            record(
                uow, AuditOperation.ENTRY_CANCELLED, staff, item, {"code": refused.code},
                AuditOutcome.REFUSED,
            )  # fmt: skip
        view = await detail(uow, await correcting.found(uow, item_id))
    if refused is not None:
        raise refused
    return view
