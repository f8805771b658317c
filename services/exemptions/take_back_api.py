"""Settled entries that somebody proposes to take back (本登録取消): the list of who decides."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, SerializeAsAny

from contracts.codes import Code
from contracts.events import AuditOperation
from contracts.functions import Function
from services.chassis import audit
from services.chassis.http import current_service, requires
from services.chassis.paging import page
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.exemptions import deciding, entry_life
from services.exemptions.entry_views import EntrySummary
from services.exemptions.procedures import (
    ADDITIONAL_PREMIUM,
    APPLICATIONS,
    BY_LAW,
    PROCEDURES,
    STATEMENTS,
    procedure_of,
)
from services.exemptions.state import State, state_of
from services.exemptions.stores import take_backs
from services.exemptions.stores.entries import Entry
from services.exemptions.stores.take_backs import TakeBack, TakeBackState
from services.exemptions.take_back_views import TakeBackView

router = APIRouter()
CurrentService = Annotated[Service, Depends(current_service)]
Settler = Annotated[StaffContext, Depends(requires(Function.NOTICE_SETTLE))]


class TakenBackFrom(Code):
    """Of which procedure the entry is."""

    ADDITIONAL_PREMIUM = ADDITIONAL_PREMIUM.name, "付加保険料の申出"
    BY_LAW = BY_LAW.name, "法定免除・産前産後免除・育児免除の届出"
    APPLICATIONS = APPLICATIONS.name, "免除・納付猶予・学生納付特例の申請"
    STATEMENTS = STATEMENTS.name, "納付の申出など"


class TakeBackWork(BaseModel):
    """A proposal, the entry that it is about, and the months that it concerns."""

    path: str
    """Where the entry is; who decides does it there (``…/{entry_id}/take-back/settle``)."""
    entry_id: UUID
    entry: SerializeAsAny[EntrySummary]
    state: TakeBackState
    state_label: str
    own: bool
    """The reader proposed it: another decides."""
    proposal: TakeBackView


class TakeBackPage(BaseModel):
    """Proposals in a state, the earliest first."""

    take_backs: tuple[TakeBackWork, ...]
    total: int
    following: int | None
    """What to give as ``after`` to go on; None: this was the end."""


@router.get("/exemption-take-backs", response_model=None)
async def list_take_backs(
    staff: Settler,
    service: CurrentService,
    state: TakeBackState = TakeBackState.OPEN,
    procedure: TakenBackFrom | None = None,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> TakeBackPage:
    """Proposals to take a settled entry back; by default those that wait for a second person."""
    kinds = [
        kind
        for one in PROCEDURES
        if procedure is None or one.name == procedure.value
        for kind in one.labels
    ]
    async with service.unit_of_work() as uow:
        found = await take_backs.in_state(uow.connection, state, kinds, after, limit + 1)
        total = await take_backs.count(uow.connection, state, kinds)
        shown, last = page(found, limit)
        of = await deciding.found(uow, [one.entry_id for one in shown])
        work = [await _work(uow, state_of(service), of[one.entry_id], one, staff) for one in shown]
        audit.record(
            uow,
            AuditOperation.SEARCH,
            staff=staff,
            function=Function.NOTICE_SETTLE,
            count=len(shown),
            details={"of": "exemption_take_backs", "state": state.value},
        )
    return TakeBackPage(
        take_backs=tuple(work), total=total, following=None if last is None else last.sequence
    )


async def _work(
    uow: UnitOfWork, state: State, entry: Entry, proposal: TakeBack, staff: StaffContext
) -> TakeBackWork:
    procedure = procedure_of(entry.kind)
    handed = entry_life.handed_in(state, entry)
    (view,) = await procedure.proposed(uow, state, handed, [proposal])
    return TakeBackWork(
        path=procedure.path,
        entry_id=entry.entry_id,
        entry=procedure.summary(entry),
        state=proposal.state,
        state_label=proposal.state.label,
        own=proposal.is_open and proposal.proposed_by == staff.staff_id,
        proposal=view,
    )
