"""Work on what JPS tells: differences to ours, and numbers that are told of two persons."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from contracts.events import AuditOperation
from contracts.forms import holds_individual_number
from contracts.functions import Function
from services.chassis import audit
from services.chassis.http import current_service, requires
from services.chassis.paging import page
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.qualification import problems as refusals
from services.qualification.jps_views import DifferenceView
from services.qualification.returns_api import DoneRequest
from services.qualification.shown import View
from services.qualification.stores import differences

router = APIRouter()

CurrentService = Annotated[Service, Depends(current_service)]
Settling = Annotated[StaffContext, Depends(requires(Function.NOTICE_SETTLE))]


class Differences(View):
    """A page of the list, the earliest found first."""

    differences: tuple[DifferenceView, ...]
    following: UUID | None
    """What to give as ``after`` to go on; None: this was the end."""


class SharedNumber(View):
    """A basic pension number that is told to be more than one person's (重複付番の疑い)."""

    number: str
    persons: tuple[UUID, ...]


class SharedNumbers(View):
    """A page of the list, in the order of the numbers."""

    numbers: tuple[SharedNumber, ...]
    following: str | None
    """What to give as ``after`` to go on; None: this was the end."""


@router.get("/jps-differences")
async def work_list(
    staff: Settling,
    service: CurrentService,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Differences:
    """Where JPS's record and ours do not agree, and nobody has said yet what was done."""
    async with service.unit_of_work() as uow:
        found = await differences.listed(uow.connection, None, after, limit + 1)
        shown, last = page(found, limit)
        _searched(staff, uow, "jps_differences", len(shown))
    return Differences(
        differences=tuple(map(DifferenceView.of, shown)),
        following=None if last is None else last.difference_id,
    )


@router.post("/jps-differences/{difference_id}/settle", status_code=204)
async def settle(
    difference_id: UUID, request: DoneRequest, staff: Settling, service: CurrentService
) -> None:
    """Say what was done about a difference."""
    if holds_individual_number(request.done):
        raise refusals.number_in_text("done")
    async with service.unit_of_work() as uow:
        person_id = await differences.settle(
            uow.connection, difference_id, request.done, staff.staff_id, uow.now
        )
        if person_id is None:
            raise refusals.no_such_difference()
        audit.record(
            uow,
            AuditOperation.ENTRY_SETTLED,
            staff=staff,
            function=Function.NOTICE_SETTLE,
            person_id=person_id,
            reference=difference_id,
            details={"what": "jps_difference"},
        )


@router.get("/shared-pension-numbers")
async def shared(
    staff: Settling,
    service: CurrentService,
    after: Annotated[str, Query(pattern=r"^([0-9]{10})?$")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> SharedNumbers:
    """Numbers that are told to be more than one person's."""
    async with service.unit_of_work() as uow:
        found = await differences.shared_numbers(uow.connection, after, limit + 1)
        shown, last = page(found, limit)
        _searched(staff, uow, "shared_pension_numbers", len(shown))
    return SharedNumbers(
        numbers=tuple(SharedNumber(number=number, persons=persons) for number, persons in shown),
        following=None if last is None else last[0],
    )


def _searched(staff: StaffContext, uow: UnitOfWork, what: str, count: int) -> None:
    audit.record(
        uow,
        AuditOperation.SEARCH,
        staff=staff,
        function=Function.NOTICE_SETTLE,
        count=count,
        details={"what": what},
    )
