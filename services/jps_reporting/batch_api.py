"""Batches over HTTP: build, look, check, take out, seal, send. Staff come through the gateway."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field, StrictBool, model_validator

from contracts.days import Day, Moment
from contracts.events import AuditOperation, ReportItemKind
from contracts.functions import Function
from services.chassis import audit
from services.chassis import problems as chassis_problems
from services.chassis.http import requires
from services.chassis.paging import page
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.jps_reporting import building, sealing, sending, views, voiding
from services.jps_reporting.batch_views import batch_view, found
from services.jps_reporting.cover_views import CoverView, cover_of
from services.jps_reporting.domain.batches import Action, BatchState, allows
from services.jps_reporting.domain.cover import as_text
from services.jps_reporting.problems import wrong_state
from services.jps_reporting.reporting import CurrentReporting, CurrentService
from services.jps_reporting.stores import batches, items, media
from services.jps_reporting.stores.batches import Batch
from services.jps_reporting.stores.media import Medium

router = APIRouter(prefix="/batches")

Builder = Annotated[StaffContext, Depends(requires(Function.BATCH_BUILD))]
Sealer = Annotated[StaffContext, Depends(requires(Function.BATCH_SEAL))]


class Body(BaseModel):
    """A request: no field but these (C02)."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class NewBatch(Body):
    """Which waiting items to take: all, or those of some kinds, or those due until a day."""

    kinds: Annotated[tuple[ReportItemKind, ...], Field(min_length=1)] | None = None
    due_before: Day | None = None
    """That day included."""
    limit: Annotated[int, Field(ge=1)] | None = None
    apart: StrictBool = False
    """The items about hidden persons (支援措置対象者), which never go with others."""


class TakeOut(Body):
    """Items to take out: named ones, or all that have an error."""

    item_ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=1_000)] | None = None
    all_with_errors: Literal[True] | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> "TakeOut":
        if (self.item_ids is None) == (self.all_with_errors is None):
            raise ValueError("either item_ids or all_with_errors")
        return self


@router.post("", status_code=201)
async def build(
    body: NewBatch, staff: Builder, service: CurrentService, reporting: CurrentReporting
) -> views.BatchView:
    """Take waiting items into a new batch and ask identity about their persons."""
    if body.apart and Function.SEALED_VIEW not in staff.functions:
        raise chassis_problems.function_not_allowed(Function.SEALED_VIEW.label)
    most = reporting.settings.batch_max_items
    choice = building.Choice(body.kinds, body.due_before, min(body.limit or most, most), body.apart)
    async with service.unit_of_work() as uow:
        batch_id = await building.build(reporting, uow, staff, choice)
        return await batch_view(uow, await found(uow, batch_id))


@router.get("")
async def latest(
    staff: Builder,
    service: CurrentService,
    state: BatchState | None = None,
    before: Moment | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> views.Batches:
    """Batches, the latest first; ``before`` is the ``built_at`` of the last one seen."""
    async with service.unit_of_work() as uow:
        listed = await batches.latest(uow.connection, state, before, limit)
        shown = tuple([await batch_view(uow, batch) for batch in listed])
        _record_inquiry(uow, staff, None, len(shown))
    return views.Batches(batches=shown)


@router.get("/{batch_id}")
async def show(
    batch_id: UUID,
    staff: Builder,
    service: CurrentService,
    only: Literal["all", "findings", "substitutions"] = "all",
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 200,
) -> views.BatchDetail:
    """The batch with a page of its items, what the checks found, and every substitution."""
    async with service.unit_of_work() as uow:
        batch = await found(uow, batch_id)
        listed = await items.page_of_batch(uow.connection, batch_id, only, after, limit + 1)
        shown, last = page(listed, limit)
        ids = [one.item.item_id for one in shown]
        findings = await batches.findings(uow.connection, batch_id, ids)
        replaced = await batches.substitutions(uow.connection, batch_id, ids)
        _record_inquiry(uow, staff, batch_id, len(shown))
        return views.BatchDetail(
            batch=await batch_view(uow, batch),
            items=tuple(
                views.ItemView.of(
                    one,
                    uow.today,
                    findings.get(one.item.item_id),
                    replaced.get(one.item.item_id),
                )
                for one in shown
            ),
            next=None if last is None else last.item.item_id,
        )


@router.post("/{batch_id}/check")
async def check(
    batch_id: UUID, staff: Builder, service: CurrentService, reporting: CurrentReporting
) -> views.BatchView:
    """Check all items again, with today's date, layout and substitution table."""
    async with service.unit_of_work() as uow:
        await building.check_again(reporting, uow, staff, batch_id)
        return await batch_view(uow, await found(uow, batch_id))


@router.post("/{batch_id}/take-out")
async def take_out(
    batch_id: UUID,
    body: TakeOut,
    staff: Builder,
    service: CurrentService,
    reporting: CurrentReporting,
) -> views.BatchView:
    """Take items out; they are held back until they are released."""
    async with service.unit_of_work() as uow:
        await building.take_out(reporting, uow, staff, batch_id, body.item_ids)
        return await batch_view(uow, await found(uow, batch_id))


@router.post("/{batch_id}/cancel")
async def cancel(batch_id: UUID, staff: Builder, service: CurrentService) -> views.BatchView:
    """Give the batch up; its items wait again."""
    async with service.unit_of_work() as uow:
        await building.cancel(uow, staff, batch_id)
        return await batch_view(uow, await found(uow, batch_id))


@router.post("/{batch_id}/seal")
async def seal(
    batch_id: UUID, staff: Sealer, service: CurrentService, reporting: CurrentReporting
) -> views.BatchView:
    """Make the encrypted medium. Not by who built the batch; repeating it changes nothing."""
    await sealing.seal(service, reporting, staff, batch_id)
    async with service.unit_of_work() as uow:
        return await batch_view(uow, await found(uow, batch_id))


@router.post("/{batch_id}/send")
async def send(
    batch_id: UUID, staff: Sealer, service: CurrentService, reporting: CurrentReporting
) -> views.BatchView:
    """Record the hand-over with its slip. Repeating it changes nothing."""
    async with service.unit_of_work() as uow:
        if (await found(uow, batch_id)).state is not BatchState.SENT:
            await sending.send(service, reporting, uow, staff, batch_id)
        return await batch_view(uow, await found(uow, batch_id))


@router.get("/{batch_id}/medium", response_class=Response)
async def download(batch_id: UUID, staff: Sealer, service: CurrentService) -> Response:
    """The encrypted file. Each download enters the medium's life and the audit record."""
    async with service.unit_of_work() as uow:
        medium = await _sealed_medium(uow, await found(uow, batch_id))
        await sending.refuse_stopped(uow, batch_id)
        await voiding.refuse_proposed(uow, medium.medium_id)
        content = await media.content(uow.connection, medium.medium_id)
        if content is None or medium.sha256 is None:
            raise chassis_problems.not_found()
        await media.note_life(
            uow.connection, medium.medium_id, "downloaded", staff.staff_id, uow.now
        )
        audit.record(
            uow,
            AuditOperation.MEDIUM_SEALED,
            staff=staff,
            function=Function.BATCH_SEAL,
            count=medium.record_count,
            reference=batch_id,
            details={"action": "download", "medium_serial": medium.serial},
        )
    name = medium.file_name.rpartition(".")[0] + ".zip"
    return Response(
        content,
        media_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Repr-Digest": f"sha-256=:{views.base64_of(medium.sha256)}:",
            "Cache-Control": "no-store",
        },
    )


@router.get("/{batch_id}/cover-sheet", response_model=CoverView)
async def cover_sheet(
    batch_id: UUID,
    staff: Sealer,
    service: CurrentService,
    reporting: CurrentReporting,
    as_: Annotated[Literal["json", "text"], Query(alias="format")] = "json",
) -> CoverView | Response:
    """The cover sheet (送付書) of a sealed medium, as data or as text."""
    async with service.unit_of_work() as uow:
        batch = await found(uow, batch_id)
        medium = await _sealed_medium(uow, batch)
        slip = await media.slip_of(uow.connection, medium.medium_id)
        tally = await batches.tally(uow.connection, batch_id)
        _record_inquiry(uow, staff, batch_id, tally.items)
    cover = cover_of(reporting, tally, medium, slip)
    if as_ == "text":
        return PlainTextResponse(as_text(cover))
    return CoverView.of(cover)


async def _sealed_medium(uow: UnitOfWork, batch: Batch) -> Medium:
    medium = await media.of_batch(uow.connection, batch.batch_id)
    if medium is None or not allows(batch.state, Action.DOWNLOAD):
        raise wrong_state(batch.state)
    return medium


def _record_inquiry(
    uow: UnitOfWork, staff: StaffContext, batch_id: UUID | None, count: int
) -> None:
    audit.record(
        uow,
        AuditOperation.INQUIRY,
        staff=staff,
        function=Function.BATCH_BUILD,
        count=count,
        reference=batch_id,
        details={"what": "batch" if batch_id else "batches"},
    )
