"""What staff do with notices of exemption by law, through the gateway."""

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query

from contracts.events import AuditOperation, AuditOutcome, ExemptionNoticeKind
from contracts.forms import (
    EntryState,
    UnknownForm,
    holds_individual_number,
    refusals,
    validate,
    values_of,
)
from contracts.functions import Function
from contracts.months import Month
from contracts.topics import shard_of
from services.chassis import audit
from services.chassis.hiding import is_hidden
from services.chassis.http import current_service, requires
from services.chassis.problems import not_found
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.exemptions import exempting, problems, work
from services.exemptions.api import form_list
from services.exemptions.domain.exemption_examination import examine
from services.exemptions.domain.exemption_notices import SUBJECTS, said
from services.exemptions.domain.notices import fiscal_year
from services.exemptions.exempting import Desk
from services.exemptions.exemption_views import (
    ExemptionNoticePage,
    ExemptionNoticeSummary,
    ExemptionNoticeView,
    NewExemptionNotice,
)
from services.exemptions.state import state_of
from services.exemptions.stores import exemption_notices, persons
from services.exemptions.stores.exemption_notices import ExemptionNotice
from services.exemptions.views import FormList, Settling, Withdrawal

router = APIRouter()
CurrentService = Annotated[Service, Depends(current_service)]
Viewer = Annotated[StaffContext, Depends(requires(Function.PERSON_VIEW))]
Acceptor = Annotated[StaffContext, Depends(requires(Function.NOTICE_ACCEPT))]
Settler = Annotated[StaffContext, Depends(requires(Function.NOTICE_SETTLE))]


@router.get("/exemption-notice-forms")
async def show_forms(_staff: Acceptor, service: CurrentService) -> FormList:
    """The forms of notices of exemption that are accepted today."""
    return form_list(service, [kind.value for kind in ExemptionNoticeKind])


@router.post("/exemption-notices", status_code=201)
async def accept(
    new: NewExemptionNotice, staff: Acceptor, service: CurrentService
) -> ExemptionNoticeView:
    """Accept a notice (仮登録): checked against its form, examined against what is known."""
    async with service.unit_for_shards([shard_of(str(new.person_id))]) as uow:
        submission, connection = new.submission, uow.connection
        try:
            form = state_of(service).forms.form(new.kind.value, submission.received_on)
        except UnknownForm:
            raise problems.no_such_form() from None
        errors = validate(form, submission, today=uow.today)
        if errors:
            raise problems.faulty_form(errors)
        if await persons.facts(connection, new.person_id) is None:
            raise problems.person_unknown()
        at, held = await _desk(uow, service, new.person_id)
        subject = SUBJECTS[new.kind]
        waiting = [notice for notice in held if notice.state is EntryState.RECEIVED]
        if any(SUBJECTS[notice.kind] == subject for notice in waiting):
            raise problems.another_open()
        notice = said(uuid4(), new.kind, values_of(form, submission))
        found = examine(
            notice, at.known, at.settled, at.insured, submission.received_on, at.figures
        )
        if refusals(found):
            raise problems.refused(refusals(found))
        await exemption_notices.add(
            connection,
            notice,
            new.person_id,
            fiscal_year(submission.received_on),
            submission,
            staff.staff_id,
            uow.now,
            apart=await is_hidden(connection, new.person_id),
        )
        work.record(uow, staff, AuditOperation.ENTRY_PROVISIONAL, new.person_id, notice.notice_id,
                    work.codes(new.kind.value, submission))  # fmt: skip
        kept = await exemption_notices.find(connection, notice.notice_id)
        assert kept is not None  # it was added above
        return exempting.view(form, kept, at)


@router.get("/exemption-notices")
async def list_notices(
    staff: Viewer,
    service: CurrentService,
    state: EntryState = EntryState.RECEIVED,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ExemptionNoticePage:
    """Notices in a state, in the order of their receipt."""
    async with service.unit_of_work() as uow:
        found = await exemption_notices.in_state(uow.connection, state, after, limit + 1)
        total = await exemption_notices.count(uow.connection, state)
        shown = found[:limit]
        audit.record(
            uow,
            AuditOperation.SEARCH,
            staff=staff,
            function=Function.PERSON_VIEW,
            count=len(shown),
            details={"of": "exemption_notices", "state": state.value},
        )
    return ExemptionNoticePage(
        notices=tuple(map(ExemptionNoticeSummary.of, shown)),
        total=total,
        following=shown[-1].sequence if len(found) > limit else None,
    )


@router.get("/exemption-notices/{notice_id}")
async def show_notice(
    notice_id: UUID, staff: Viewer, service: CurrentService
) -> ExemptionNoticeView:
    """A notice as it was handed in, and what its examination finds now."""
    async with service.unit_of_work() as uow:
        notice = await exemption_notices.find(uow.connection, notice_id)
        if notice is None:
            raise not_found()
        work.record(uow, staff, AuditOperation.INQUIRY, notice.person_id, notice_id,
                    {"of": notice.kind.value}, function=Function.PERSON_VIEW)  # fmt: skip
        at, _ = await _desk(uow, service, notice.person_id)
        form = state_of(service).forms.form(notice.kind.value, notice.received_on)
        return exempting.view(form, notice, at)


@router.post("/exemption-notices/{notice_id}/settle")
async def settle(
    notice_id: UUID, staff: Settler, service: CurrentService, what: Settling | None = None
) -> ExemptionNoticeView:
    """Settle a notice (本登録): by another person than who accepted it, documents complete."""
    what = what or Settling()
    async with service.unit_for_shards(await _shard(service, notice_id)) as uow:
        notice = await exemption_notices.find(uow.connection, notice_id, lock=True)
        if notice is None:
            raise not_found()
        form = state_of(service).forms.form(notice.kind.value, notice.received_on)
        at, _ = await _desk(uow, service, notice.person_id)
        refusal = exempting.settling_refusal(notice, what, staff.staff_id, form, at, uow)
        if refusal is None:
            await exempting.settle(uow, notice, what, staff, form, at)
            notice = await exemption_notices.find(uow.connection, notice_id) or notice
            shown = exempting.view(form, notice, at)
        else:
            work.record(uow, staff, AuditOperation.ENTRY_SETTLED, notice.person_id, notice_id,
                        {"of": notice.kind.value, "refused": refusal.code},
                        function=Function.NOTICE_SETTLE,
                        outcome=AuditOutcome.REFUSED)  # fmt: skip
    if refusal is not None:
        raise refusal
    return shown


@router.post("/exemption-notices/{notice_id}/withdraw")
async def withdraw(
    notice_id: UUID, why: Withdrawal, staff: Acceptor, service: CurrentService
) -> ExemptionNoticeSummary:
    """Withdraw a notice that is not settled yet."""
    if holds_individual_number(why.reason):
        raise problems.number_in_reason()
    async with service.unit_of_work() as uow:
        notice = await exemption_notices.find(uow.connection, notice_id, lock=True)
        if notice is None:
            raise not_found()
        if notice.state is not EntryState.RECEIVED:
            raise problems.wrong_state(notice.state)
        await exemption_notices.withdraw(
            uow.connection, notice_id, why.reason, staff.staff_id, uow.now
        )
        work.record(uow, staff, AuditOperation.ENTRY_CANCELLED, notice.person_id, notice_id,
                    {"of": notice.kind.value})  # fmt: skip
        notice = await exemption_notices.find(uow.connection, notice_id) or notice
    return ExemptionNoticeSummary.of(notice)


async def _desk(
    uow: UnitOfWork, service: Service, person_id: UUID
) -> tuple[Desk, list[ExemptionNotice]]:
    """What an examination of this person's notices rests on, and all of them."""
    known = await persons.facts(uow.connection, person_id)
    assert known is not None  # a notice refers to a known person
    held = await exemption_notices.of_person(uow.connection, person_id)
    state = state_of(service)
    return exempting.desk(known, held, state.forms, state.by_law, Month.of(uow.today)), held


async def _shard(service: Service, notice_id: UUID) -> list[int]:
    """The shard whose bus events may not cross with work on this notice."""
    async with service.database.read() as connection:
        notice = await exemption_notices.find(connection, notice_id)
    return [shard_of(str(notice.person_id))] if notice else []
