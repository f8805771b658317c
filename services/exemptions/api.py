"""What staff do with the additional premium, through the gateway."""

from collections.abc import Collection
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query

from contracts.events import AuditOperation, AuditOutcome
from contracts.forms import (
    EntryState,
    Forms,
    UnknownForm,
    entry_choices,
    holds_individual_number,
    validate,
)
from contracts.forms import values_of as read_values
from contracts.functions import Function
from contracts.months import Month
from contracts.topics import shard_of
from services.chassis import audit, merges
from services.chassis.clock import japan_date
from services.chassis.hiding import is_hidden
from services.chassis.http import current_service, requires
from services.chassis.problems import not_found
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.exemptions import exempting, problems, work
from services.exemptions.application_views import ApplicationSummary
from services.exemptions.domain.additional_premium import periods
from services.exemptions.domain.facts import PersonFacts
from services.exemptions.domain.notices import CHANGES, fiscal_year, notified
from services.exemptions.exemption_views import ExemptionNoticeSummary
from services.exemptions.state import state_of
from services.exemptions.stores import applications, exemption_notices, notices, persons
from services.exemptions.views import (
    FormList,
    NewNotice,
    NoticePage,
    NoticeSummary,
    NoticeView,
    PeriodView,
    PersonView,
    Settling,
    Withdrawal,
)

router = APIRouter()
CurrentService = Annotated[Service, Depends(current_service)]
Viewer = Annotated[StaffContext, Depends(requires(Function.PERSON_VIEW))]
Acceptor = Annotated[StaffContext, Depends(requires(Function.NOTICE_ACCEPT))]
Settler = Annotated[StaffContext, Depends(requires(Function.NOTICE_SETTLE))]


@router.get("/persons/{person_id}/exemptions")
async def show_person(person_id: UUID, staff: Viewer, service: CurrentService) -> PersonView:
    """A person's additional premium and exempt months with their reasons, the notices behind
    them, and applications."""
    async with service.unit_of_work() as uow:
        person_id = await merges.surviving(uow.connection, person_id)
        known = await persons.facts(uow.connection, person_id)
        held = await notices.of_person(uow.connection, person_id)
        applied = await applications.of_person(uow.connection, person_id)
        exempting_notices = await exemption_notices.of_person(uow.connection, person_id)
        today = Month.of(uow.today)
        audit.record(
            uow,
            AuditOperation.INQUIRY,
            staff=staff,
            function=Function.PERSON_VIEW,
            person_id=person_id,
            details={"of": "exemptions"},
        )
    settled = [notice.notified for notice in held if notice.counts]
    state = state_of(service)
    at = exempting.desk(known or PersonFacts(), exempting_notices, state.forms, state.by_law, today)
    return PersonView(
        person_id=person_id,
        additional_premium=tuple(map(PeriodView.of, periods(settled, known) if known else ())),
        notices=tuple(map(NoticeSummary.of, held)),
        applications=tuple(map(ApplicationSummary.of, applied)),
        exemption_notices=tuple(map(ExemptionNoticeSummary.of, exempting_notices)),
        exempt=exempting.spans(at),
    )


@router.get("/notice-forms")
async def show_forms(_staff: Acceptor, service: CurrentService) -> FormList:
    """The forms of notices that are accepted today."""
    return form_list(service, CHANGES)


@router.post("/additional-premium-notices", status_code=201)
async def accept(new: NewNotice, staff: Acceptor, service: CurrentService) -> NoticeView:
    """Accept a notice (仮登録): checked against its form, examined against what is known."""
    async with service.unit_for_shards([shard_of(str(new.person_id))]) as uow:
        submission, connection = new.submission, uow.connection
        if new.kind not in CHANGES:
            raise problems.no_such_form()
        try:
            form = _forms(service).form(new.kind, submission.received_on)
        except UnknownForm:
            raise problems.no_such_form() from None
        errors = validate(form, submission, today=uow.today)
        if errors:
            raise problems.faulty_form(errors)
        known = await _known(uow, service, new.person_id)
        if known is None:
            raise problems.person_unknown()
        held = await notices.of_person(connection, new.person_id)
        if any(notice.state is EntryState.RECEIVED for notice in held):
            raise problems.another_open()
        said = notified(new.kind, uuid4(), read_values(form, submission))
        work.refuse(said, known, held, submission.received_on)
        year = fiscal_year(submission.received_on)
        apart = await is_hidden(connection, new.person_id)
        await notices.add(
            connection, new.kind, new.person_id, year, said, submission, staff.staff_id, uow.now,
            apart=apart,
        )  # fmt: skip
        work.record(uow, staff, AuditOperation.ENTRY_PROVISIONAL, new.person_id, said.notice_id,
                    work.codes(new.kind, submission))  # fmt: skip
        kept = await notices.find(connection, said.notice_id)
        assert kept is not None  # it was added above
        return work.view(form, kept, known, held)


@router.get("/additional-premium-notices")
async def list_notices(
    staff: Viewer,
    service: CurrentService,
    state: EntryState = EntryState.RECEIVED,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> NoticePage:
    """Notices in a state, in the order of their receipt."""
    async with service.unit_of_work() as uow:
        found = await notices.in_state(uow.connection, state, after, limit + 1)
        total = await notices.count(uow.connection, state)
        shown = found[:limit]
        audit.record(
            uow,
            AuditOperation.SEARCH,
            staff=staff,
            function=Function.PERSON_VIEW,
            count=len(shown),
            details={"of": "additional_premium_notices", "state": state.value},
        )
    return NoticePage(
        notices=tuple(map(NoticeSummary.of, shown)),
        total=total,
        following=shown[-1].sequence if len(found) > limit else None,
    )


@router.get("/additional-premium-notices/{notice_id}")
async def show_notice(notice_id: UUID, staff: Viewer, service: CurrentService) -> NoticeView:
    """A notice as it was handed in, and what its examination finds now."""
    async with service.unit_of_work() as uow:
        notice = await notices.find(uow.connection, notice_id)
        if notice is None:
            raise not_found()
        known = await _known(uow, service, notice.person_id)
        held = await notices.of_person(uow.connection, notice.person_id)
        work.record(uow, staff, AuditOperation.INQUIRY, notice.person_id, notice_id,
                    {"of": notice.kind}, function=Function.PERSON_VIEW)  # fmt: skip
    assert known is not None  # a notice refers to a known person
    form = _forms(service).form(notice.kind, notice.received_on)
    return work.view(form, notice, known, held)


@router.post("/additional-premium-notices/{notice_id}/settle")
async def settle(
    notice_id: UUID, staff: Settler, service: CurrentService, said: Settling | None = None
) -> NoticeView:
    """Settle a notice (本登録): by another person than who accepted it, documents complete."""
    said = said or Settling()
    async with service.unit_for_shards(await _shard(service, notice_id)) as uow:
        connection = uow.connection
        notice = await notices.find(connection, notice_id, lock=True)
        if notice is None:
            raise not_found()
        form = _forms(service).form(notice.kind, notice.received_on)
        known = await _known(uow, service, notice.person_id)
        assert known is not None  # a notice refers to a known person
        held = await notices.of_person(connection, notice.person_id)
        refusal = work.settling_refusal(notice, said, staff.staff_id, form, known, held, uow.today)
        if refusal is None:
            await work.settle(uow, notice, said, staff, known, held)
            notice = await notices.find(connection, notice_id) or notice
            shown = work.view(form, notice, known, held)
        else:
            work.record(uow, staff, AuditOperation.ENTRY_SETTLED, notice.person_id, notice_id,
                        {"of": notice.kind, "refused": refusal.code},
                        function=Function.NOTICE_SETTLE,
                        outcome=AuditOutcome.REFUSED)  # fmt: skip
    if refusal is not None:
        raise refusal
    return shown


@router.post("/additional-premium-notices/{notice_id}/withdraw")
async def withdraw(
    notice_id: UUID, said: Withdrawal, staff: Acceptor, service: CurrentService
) -> NoticeSummary:
    """Withdraw a notice that is not settled yet."""
    if holds_individual_number(said.reason):
        raise problems.number_in_reason()
    async with service.unit_of_work() as uow:
        notice = await notices.find(uow.connection, notice_id, lock=True)
        if notice is None:
            raise not_found()
        if notice.state is not EntryState.RECEIVED:
            raise problems.wrong_state(notice.state)
        await notices.withdraw(uow.connection, notice_id, said.reason, staff.staff_id, uow.now)
        work.record(uow, staff, AuditOperation.ENTRY_CANCELLED, notice.person_id, notice_id,
                    {"of": notice.kind})  # fmt: skip
        notice = await notices.find(uow.connection, notice_id) or notice
    return NoticeSummary.of(notice)


def form_list(service: Service, kinds: Collection[str]) -> FormList:
    """The forms of these kinds that are accepted today."""
    today = japan_date(service.clock.now())
    forms = tuple(form for form in _forms(service).on(today) if form.kind in kinds)
    return FormList(forms=forms, **dict(entry_choices()))


async def _known(uow: UnitOfWork, service: Service, person_id: UUID) -> PersonFacts | None:
    """What is known of a person, with the months that settled notices exempt."""
    known = await persons.facts(uow.connection, person_id)
    if known is None:
        return None
    held = await exemption_notices.of_person(uow.connection, person_id)
    state = state_of(service)
    at = exempting.desk(known, held, state.forms, state.by_law, Month.of(uow.today))
    return known.model_copy(update={"exempt": exempting.kinds(at)})


async def _shard(service: Service, notice_id: UUID) -> list[int]:
    """The shard whose bus events may not cross with work on this notice."""
    async with service.database.read() as connection:
        notice = await notices.find(connection, notice_id)
    return [shard_of(str(notice.person_id))] if notice else []


def _forms(service: Service) -> Forms:
    return state_of(service).forms
