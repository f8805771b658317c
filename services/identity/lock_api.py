"""The editing lock (排他): while one edits a person's entries, others may only look. It expires by
itself; another may take it over, and says so."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, StrictBool

from contracts.events import AuditOperation, AuditOutcome, BlockKind
from contracts.functions import Function
from services.chassis import audit, problems
from services.chassis.http import current_service, requires
from services.chassis.problems import Problem
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.identity.block_problems import locked_by_another, not_locked
from services.identity.editing import stopped
from services.identity.settings import Settings
from services.identity.stores import edit_locks, reading
from services.identity.stores.edit_locks import EditLock

router = APIRouter()
CurrentService = Annotated[Service, Depends(current_service)]
Editor = Annotated[StaffContext, Depends(requires(Function.PERSON_EDIT))]
Viewer = Annotated[StaffContext, Depends(requires(Function.PERSON_VIEW))]


class LockRequest(BaseModel):
    """``take_over``: also where another holds it."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    take_over: StrictBool = False


class ShownLock(BaseModel):
    """Who edits, by their department, since when and until when at the latest."""

    department: str
    since: datetime
    until: datetime
    mine: bool


class LockPage(BaseModel):
    """``lock`` null: nobody edits."""

    lock: ShownLock | None


@router.get("/persons/{person_id}/lock")
async def show(person_id: UUID, staff: Viewer, service: CurrentService) -> LockPage:
    """Whether somebody edits this person's entries."""
    async with service.unit_of_work() as uow:
        await _demand_person(uow, staff, person_id)
        lock = await edit_locks.held(uow.connection, person_id)
        _record(uow, staff, Function.PERSON_VIEW, AuditOperation.INQUIRY, person_id, {})
    return LockPage(lock=None if lock is None else _shown(lock, staff))


@router.post("/persons/{person_id}/lock")
async def take(
    person_id: UUID, said: LockRequest, staff: Editor, service: CurrentService
) -> LockPage:
    """Begin to edit, or go on: for so long others may only look."""
    settings = service.settings
    if not isinstance(settings, Settings):
        raise TypeError("identity runs with its own settings")
    refusal: Problem | None = None
    lock: EditLock | None = None
    async with service.unit_of_work() as uow:
        await _demand_person(uow, staff, person_id)
        before = await edit_locks.held(uow.connection, person_id)
        refusal = await stopped(uow, person_id, BlockKind.CHANGE)
        if refusal is None:
            lock = await edit_locks.take(
                uow.connection,
                person_id,
                staff.staff_id,
                staff.department,
                settings.edit_lock_minutes,
                take_over=said.take_over,
            )
        if refusal is None and lock is None:
            held = await edit_locks.held(uow.connection, person_id)
            refusal = not_locked() if held is None else locked_by_another(held)
        details: dict[str, str | int | bool] = {"step": "taken"}
        if lock is not None and before is not None and before.staff_id != staff.staff_id:
            details = {"step": "taken_over", "of_staff": before.staff_id}
        if refusal is not None:
            details = {"refused": refusal.code}
        _record(uow, staff, Function.PERSON_EDIT, AuditOperation.ENTRY_PROVISIONAL, person_id,
                details)  # fmt: skip
    if refusal is not None or lock is None:
        raise refusal or not_locked()
    return LockPage(lock=_shown(lock, staff))


@router.delete("/persons/{person_id}/lock")
async def give_back(person_id: UUID, staff: Editor, service: CurrentService) -> LockPage:
    """Stop editing."""
    async with service.unit_of_work() as uow:
        await _demand_person(uow, staff, person_id)
        freed = await edit_locks.free(uow.connection, person_id, staff.staff_id)
        details: dict[str, str | int | bool] = {"step": "given_back"}
        if not freed:
            details = {"refused": not_locked().code}
        _record(uow, staff, Function.PERSON_EDIT, AuditOperation.ENTRY_PROVISIONAL, person_id,
                details)  # fmt: skip
    if not freed:
        raise not_locked()
    return LockPage(lock=None)


async def _demand_person(uow: UnitOfWork, staff: StaffContext, person_id: UUID) -> None:
    if await reading.person(uow.connection, staff.functions, person_id) is None:
        raise problems.not_found()


def _shown(lock: EditLock, staff: StaffContext) -> ShownLock:
    return ShownLock(
        department=lock.department,
        since=lock.taken_at,
        until=lock.expires_at,
        mine=lock.staff_id == staff.staff_id,
    )


def _record(
    uow: UnitOfWork,
    staff: StaffContext,
    function: Function,
    operation: AuditOperation,
    person_id: UUID,
    details: dict[str, str | int | bool],
) -> None:
    audit.record(
        uow,
        operation,
        staff=staff,
        function=function,
        person_id=person_id,
        outcome=AuditOutcome.REFUSED if "refused" in details else AuditOutcome.DONE,
        details={"of": "edit_lock", **details},
    )
