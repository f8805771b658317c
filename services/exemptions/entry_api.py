"""What staff do with the entries of a procedure, through the gateway."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from contracts.forms import EntryState, entry_choices
from contracts.functions import Function
from services.chassis.clock import japan_date
from services.chassis.http import current_service, requires
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.exemptions import entry_life, entry_taken_back
from services.exemptions.entry_views import (
    Deciding,
    EntrySummary,
    FormList,
    NewEntry,
    Settling,
    Withdrawal,
)
from services.exemptions.procedure import Procedure
from services.exemptions.state import state_of
from services.exemptions.take_back_views import TakeBacks

CurrentService = Annotated[Service, Depends(current_service)]
Viewer = Annotated[StaffContext, Depends(requires(Function.PERSON_VIEW))]
Acceptor = Annotated[StaffContext, Depends(requires(Function.NOTICE_ACCEPT))]
Settler = Annotated[StaffContext, Depends(requires(Function.NOTICE_SETTLE))]


def routes(procedure: Procedure[Any, Any]) -> APIRouter:
    """The doors of a procedure: forms, acceptance, list, one entry, settling, withdrawal."""
    router = APIRouter()
    path, one = procedure.path, f"{procedure.path}/{{entry_id}}"

    @router.get(procedure.forms_path)
    async def show_forms(_staff: Acceptor, service: CurrentService) -> FormList:
        """The forms that are accepted today."""
        today = japan_date(service.clock.now())
        accepted = state_of(service).forms.on(today)
        forms = tuple(form for form in accepted if form.kind in procedure.labels)
        return FormList(forms=forms, **dict(entry_choices()))

    async def accept(new: NewEntry, staff: Acceptor, service: CurrentService) -> BaseModel:
        """Accept an entry (仮登録): checked against its form, examined against what is known."""
        return await entry_life.accept(service, procedure, new, staff)

    accept.__annotations__["new"] = procedure.new  # what FastAPI reads the body as
    router.post(path, status_code=201, response_model=None)(accept)

    @router.get(path, response_model=None)
    async def list_entries(
        staff: Viewer,
        service: CurrentService,
        state: EntryState = EntryState.RECEIVED,
        after: Annotated[int, Query(ge=0, le=2**53)] = 0,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> BaseModel:
        """Entries in a state, in the order of their receipt."""
        return await entry_life.listed(service, procedure, state, after, limit, staff)

    @router.get(one, response_model=None)
    async def show_entry(entry_id: UUID, staff: Viewer, service: CurrentService) -> BaseModel:
        """An entry as it was handed in, and what its examination finds now."""
        return await entry_life.shown(service, procedure, entry_id, staff)

    @router.post(f"{one}/settle", response_model=None)
    async def settle(
        entry_id: UUID, staff: Settler, service: CurrentService, said: Settling | None = None
    ) -> BaseModel:
        """Settle an entry (本登録): by another person than who accepted it, documents complete."""
        return await entry_life.settle(service, procedure, entry_id, said or Settling(), staff)

    @router.post(f"{one}/report-again", response_model=None)
    async def report_again(entry_id: UUID, staff: Settler, service: CurrentService) -> BaseModel:
        """Report what JPS returned once more as it is, under another item."""
        return await entry_life.report_again(service, procedure, entry_id, staff)

    @router.post(f"{one}/take-back", status_code=201)
    async def propose_take_back(
        entry_id: UUID, said: Withdrawal, staff: Settler, service: CurrentService
    ) -> TakeBacks:
        """Propose to take a settled entry back before it is sent (本登録取消)."""
        return await entry_taken_back.propose(service, procedure, entry_id, said.reason, staff)

    @router.post(f"{one}/take-back/settle")
    async def decide_take_back(
        entry_id: UUID, said: Deciding, staff: Settler, service: CurrentService
    ) -> TakeBacks:
        """Agree to that or not, by another than who proposed it."""
        return await entry_taken_back.decide(service, procedure, entry_id, staff, agree=said.agree)

    @router.post(f"{one}/withdraw", response_model=None)
    async def withdraw(
        entry_id: UUID, said: Withdrawal, staff: Acceptor, service: CurrentService
    ) -> EntrySummary:
        """Withdraw an entry that is not settled yet."""
        return await entry_life.withdraw(service, procedure, entry_id, said.reason, staff)

    return router
