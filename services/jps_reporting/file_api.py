"""Files of JPS's over HTTP: handing one over, and what came of each."""

import asyncio
from io import BytesIO
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from contracts.days import Moment
from contracts.delimited import Fault
from contracts.events import AuditOperation, AuditOutcome
from contracts.functions import Function
from services.chassis import audit, problems, uploads
from services.chassis.http import requires
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.jps_reporting import file_views
from services.jps_reporting.problems import not_taken, others_hand_over
from services.jps_reporting.reporting import CurrentReporting, CurrentService, Reporting
from services.jps_reporting.stores import told_files
from services.jps_reporting.taking import Given, Looked, NotTaken, look, rows, take

router = APIRouter()

Taker = Annotated[StaffContext, Depends(requires(Function.RESULT_TAKE))]
Limit = Annotated[int, Query(ge=1, le=1_000)]
Line = Annotated[int, Query(ge=0, le=2**53)]

UPLOAD_S: Final = 300
"""Seconds that a file may take to come in."""


@router.post(
    "/jps-files",
    openapi_extra=uploads.described("処理結果一覧または被保険者記録等のファイル"),
)
async def hand_over(
    request: Request,
    staff: Taker,
    service: CurrentService,
    reporting: CurrentReporting,
    check: bool = False,
    after: Line = 0,
    limit: Limit = 100,
) -> file_views.FileView:
    """Take a file in, and tell what came of its rows; the same file again tells it again.

    ``check`` reads it, tells its bad rows and takes nothing. ``after`` and ``limit`` choose among
    the bad rows. Raises JR-4101 to JR-4105: nothing of it is taken, and that is recorded.
    """
    if reporting.handing_over.locked():
        raise others_hand_over()
    async with reporting.handing_over:
        content = BytesIO()
        async for chunk in uploads.chunks(
            request, reporting.settings.told_file_max_bytes, UPLOAD_S
        ):
            content.write(chunk)
        whole = content.getvalue()
        given = Given(lambda: BytesIO(whole), reporting.settings.told_file_max_bytes)
        try:
            if check:
                return await _checked(service, reporting, given, staff, after, limit)
            taking = await take(service, reporting, given, staff, lambda _taking, _faults: None)
        except NotTaken as why:
            await _record_refusal(service, staff, why)
            raise not_taken(why.code, why.reason) from None
    return await _told(service, reporting, staff, taking.file_id, after, limit)


@router.get("/jps-files")
async def files(
    staff: Taker,
    service: CurrentService,
    reporting: CurrentReporting,
    before: Moment | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> file_views.Files:
    """The files that were taken in, the latest first, without their bad rows."""
    async with service.unit_of_work() as uow:
        found = await told_files.latest(uow.connection, before=before, limit=limit)
        audit.record(
            uow,
            AuditOperation.INQUIRY,
            staff=staff,
            function=Function.RESULT_TAKE,
            count=len(found),
            details={"what": "jps_files"},
        )
    return file_views.Files(
        files=tuple(file_views.FileView.of(one, _title(reporting, one.layout_id)) for one in found)
    )


@router.get("/jps-files/{file_id}")
async def file(
    file_id: UUID,
    staff: Taker,
    service: CurrentService,
    reporting: CurrentReporting,
    after: Line = 0,
    limit: Limit = 100,
) -> file_views.FileView:
    """What came of a file's rows, and its bad rows beyond line ``after``."""
    return await _told(service, reporting, staff, file_id, after, limit)


async def _told(
    service: Service,
    reporting: Reporting,
    staff: StaffContext,
    file_id: UUID,
    after: int,
    limit: int,
) -> file_views.FileView:
    async with service.unit_of_work() as uow:
        audit.record(
            uow,
            AuditOperation.INQUIRY,
            staff=staff,
            function=Function.RESULT_TAKE,
            reference=file_id,
            details={"what": "jps_file"},
        )
        return await _view(uow.connection, reporting, file_id, after, limit)


async def _view(
    connection: Any, reporting: Reporting, file_id: UUID, after: int, limit: int
) -> file_views.FileView:
    found = await told_files.by_id(connection, file_id)
    bad = await told_files.faults_of(connection, file_id, after=after, limit=limit + 1)
    if found is None:
        raise problems.not_found()
    return file_views.FileView.of(found, _title(reporting, found.layout_id), bad, limit)


async def _checked(
    service: Service,
    reporting: Reporting,
    given: Given,
    staff: StaffContext,
    after: int,
    limit: int,
) -> file_views.FileView:
    looked, good, faults = await asyncio.to_thread(_read, reporting, given)
    async with service.unit_of_work() as uow:
        audit.record(
            uow,
            AuditOperation.BATCH_JOB,
            staff=staff,
            function=Function.RESULT_TAKE,
            count=good + len(faults),
            details={"job": "check_results", "layout": looked.layout.id, "bad": len(faults)},
        )
    beyond = [fault for fault in faults if fault.line > after]
    return file_views.FileView.checked(looked.layout, good, len(faults), beyond, limit)


def _read(reporting: Reporting, given: Given) -> tuple[Looked, int, list[Fault]]:
    looked = look(reporting.parameters.told_layouts, given)
    good = 0
    faults: list[Fault] = []
    with given.opened() as opened:
        for read in rows(looked, opened):
            if isinstance(read.row, Fault):
                faults.append(read.row)
            else:
                good += 1
    return looked, good, faults


async def _record_refusal(service: Service, staff: StaffContext, why: NotTaken) -> None:
    details: dict[str, Any] = {"job": "take_results", "code": why.code}
    async with service.unit_of_work() as uow:
        audit.record(
            uow,
            AuditOperation.BATCH_JOB,
            staff=staff,
            function=Function.RESULT_TAKE,
            outcome=AuditOutcome.FAILED,
            details=details,
        )


def _title(reporting: Reporting, layout_id: str) -> str:
    found = (one.title for one in reporting.parameters.told_layouts if one.id == layout_id)
    return next(found, layout_id)
