"""Voiding a medium over HTTP (媒体の取消)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import StrictBool

from contracts.events import AuditOperation
from contracts.forms import holds_individual_number
from contracts.functions import Function
from services.chassis import audit
from services.chassis.http import requires
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.jps_reporting import problems, views, voiding
from services.jps_reporting.batch_views import batch_view, found
from services.jps_reporting.bodies import Agreement, Why
from services.jps_reporting.reporting import CurrentService
from services.jps_reporting.stores import media, voids
from services.jps_reporting.stores.voids import VoidProposal

router = APIRouter(prefix="/batches/{batch_id}/void")

Builder = Annotated[StaffContext, Depends(requires(Function.BATCH_BUILD))]
Sealer = Annotated[StaffContext, Depends(requires(Function.BATCH_SEAL))]


class WhyVoid(Why):
    """Why a medium is to be voided."""

    copies_destroyed: StrictBool = False
    """Of what was downloaded nothing is left. To be said where it was."""


class VoidProposalView(views.View):
    """Who proposed it, and what another decided."""

    proposed_at: datetime
    proposed_by: str
    reason: str
    copies_destroyed: bool
    decided_at: datetime | None
    decided_by: str | None
    agreed: bool | None

    @classmethod
    def of(cls, one: VoidProposal) -> "VoidProposalView":
        return cls(**{name: getattr(one, name) for name in cls.model_fields})


class Voiding(views.View):
    """A batch, and all proposals to void its medium, the earliest first."""

    batch: views.BatchView
    proposals: tuple[VoidProposalView, ...]


@router.get("")
async def show(batch_id: UUID, staff: Builder, service: CurrentService) -> Voiding:
    """What was proposed about the batch's medium, and decided."""
    async with service.unit_of_work() as uow:
        view = await _view(uow, batch_id)
        audit.record(
            uow,
            AuditOperation.INQUIRY,
            staff=staff,
            function=Function.BATCH_BUILD,
            count=len(view.proposals),
            reference=batch_id,
            details={"what": "void_medium"},
        )
    return view


@router.post("", status_code=201)
async def propose(
    batch_id: UUID, request: WhyVoid, staff: Builder, service: CurrentService
) -> Voiding:
    """Propose to void a medium that was not handed over; until another decides it stays here."""
    if holds_individual_number(request.reason):
        raise problems.number_in_text("reason")
    async with service.unit_of_work() as uow:
        await voiding.propose(
            uow, staff, batch_id, request.reason, copies_destroyed=request.copies_destroyed
        )
        return await _view(uow, batch_id)


@router.post("/settle")
async def settle(
    batch_id: UUID, request: Agreement, staff: Sealer, service: CurrentService
) -> Voiding:
    """Agree or not, by another than who proposed it. Agreed, the medium is destroyed, its serial is
    not used again, and its items wait for another batch."""
    async with service.unit_of_work() as uow:
        refused = await voiding.settle(uow, staff, batch_id, agree=request.agree)
        view = await _view(uow, batch_id)
    if refused is not None:
        raise refused
    return view


async def _view(uow: UnitOfWork, batch_id: UUID) -> Voiding:
    batch = await found(uow, batch_id)
    medium = await media.of_batch(uow.connection, batch_id)
    proposals = await voids.of_medium(uow.connection, medium.medium_id) if medium else []
    return Voiding(
        batch=await batch_view(uow, batch),
        proposals=tuple(map(VoidProposalView.of, proposals)),
    )
