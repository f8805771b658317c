"""What staff do with applications for exemption, through the gateway."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from contracts.events import AuditOperation, AuditOutcome
from contracts.forms import (
    Attachment,
    EntryState,
    Form,
    Submission,
    UnknownForm,
    holds_individual_number,
    outstanding,
)
from contracts.functions import Function
from contracts.topics import shard_of
from services.chassis import audit
from services.chassis.http import current_service, requires
from services.chassis.problems import Problem, not_found
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.exemptions import (
    application_problems,
    applying,
    exempting,
    households,
    problems,
    reviewing,
)
from services.exemptions.api import form_list
from services.exemptions.application_views import (
    ApplicationList,
    ApplicationPage,
    ApplicationSummary,
    ApplicationView,
    NewApplication,
    inquiries,
)
from services.exemptions.domain.asked import ApplicationKind
from services.exemptions.review_views import reviewed_spans
from services.exemptions.reviewing import Reviewed
from services.exemptions.state import state_of
from services.exemptions.stores import answers, applications, exemption_notices, persons
from services.exemptions.stores.answers import Answer
from services.exemptions.stores.applications import Kept
from services.exemptions.views import FormList, Settling, Withdrawal

router = APIRouter()
CurrentService = Annotated[Service, Depends(current_service)]
Viewer = Annotated[StaffContext, Depends(requires(Function.PERSON_VIEW))]
Acceptor = Annotated[StaffContext, Depends(requires(Function.NOTICE_ACCEPT))]
Settler = Annotated[StaffContext, Depends(requires(Function.NOTICE_SETTLE))]


@router.get("/application-forms")
async def show_forms(_staff: Acceptor, service: CurrentService) -> FormList:
    """The forms of application that are accepted today."""
    return form_list(service, [kind.value for kind in ApplicationKind])


@router.post("/exemption-applications", status_code=201)
async def accept(new: NewApplication, staff: Acceptor, service: CurrentService) -> ApplicationList:
    """Accept an application (仮登録), for each cycle that it is for; all of them or none."""
    async with service.unit_for_shards([shard_of(str(new.person_id))]) as uow:
        if await persons.facts(uow.connection, new.person_id) is None:
            raise problems.person_unknown()
        held = await applications.of_person(uow.connection, new.person_id)
        accepted = []
        for submission in applying.of_cycles(new.submission, new.also_cycles):
            form = _form(service, new.kind, submission)
            errors = applying.faults(form, new.kind, submission, new.person_id, uow)
            if errors:
                raise problems.faulty_form(errors)
            await applying.refuse_nobody(uow, form, submission)
            applying.refuse_open(held, new.kind, int(str(submission.values["cycle"])))
            added = await applying.accept(uow, form, new.kind, new.person_id, submission, staff)
            kept = await applications.find(uow.connection, added)
            assert kept is not None  # it was added above
            applying.record(uow, staff, AuditOperation.ENTRY_PROVISIONAL, kept,
                            {"channel": submission.channel.value})  # fmt: skip
            held.append(kept)
            accepted.append(await _view(uow, service, kept))
    return ApplicationList(applications=tuple(accepted))


@router.get("/exemption-applications")
async def list_applications(
    staff: Viewer,
    service: CurrentService,
    state: EntryState = EntryState.RECEIVED,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ApplicationPage:
    """Applications in a state, in the order of their receipt."""
    async with service.unit_of_work() as uow:
        found = await applications.in_state(uow.connection, state, after, limit + 1)
        total = await applications.count(uow.connection, state)
        shown = found[:limit]
        audit.record(
            uow,
            AuditOperation.SEARCH,
            staff=staff,
            function=Function.PERSON_VIEW,
            count=len(shown),
            details={"of": "exemption_applications", "state": state.value},
        )
    return ApplicationPage(
        applications=tuple(map(ApplicationSummary.of, shown)),
        total=total,
        following=shown[-1].sequence if len(found) > limit else None,
    )


@router.get("/exemption-applications/{application_id}")
async def show_application(
    application_id: UUID, staff: Viewer, service: CurrentService
) -> ApplicationView:
    """An application as it was handed in, what was asked for it, and what is missing."""
    async with service.unit_of_work() as uow:
        kept = await applications.find(uow.connection, application_id)
        if kept is None:
            raise not_found()
        applying.record(uow, staff, AuditOperation.INQUIRY, kept, {},
                        function=Function.PERSON_VIEW)  # fmt: skip
        return await _view(uow, service, kept)


@router.post("/exemption-applications/{application_id}/settle")
async def settle(
    application_id: UUID, staff: Settler, service: CurrentService, said: Settling | None = None
) -> ApplicationView:
    """Settle an application (本登録): by another person, with the review of today's facts.

    Where what was told was asked for on an earlier day it is asked for again first (EX-0208).
    """
    said = said or Settling()
    async with service.unit_for_shards(await _shard(service, application_id)) as uow:
        kept = await applications.find(uow.connection, application_id, lock=True)
        if kept is None:
            raise not_found()
        refusal = await _settle(uow, service, kept, said, staff)
        if refusal is not None:
            applying.record(uow, staff, AuditOperation.ENTRY_SETTLED, kept,
                            {"refused": refusal.code}, function=Function.NOTICE_SETTLE,
                            outcome=AuditOutcome.REFUSED)  # fmt: skip
        else:
            kept = await applications.find(uow.connection, application_id) or kept
            shown = await _view(uow, service, kept)
    if refusal is not None:
        raise refusal
    return shown


@router.post("/exemption-applications/{application_id}/withdraw")
async def withdraw(
    application_id: UUID, said: Withdrawal, staff: Acceptor, service: CurrentService
) -> ApplicationSummary:
    """Withdraw an application that is not settled yet; what was told for it is emptied."""
    if holds_individual_number(said.reason):
        raise problems.number_in_reason()
    async with service.unit_of_work() as uow:
        kept = await applications.find(uow.connection, application_id, lock=True)
        if kept is None:
            raise not_found()
        if kept.state is not EntryState.RECEIVED:
            raise problems.wrong_state(kept.state)
        await applications.withdraw(
            uow.connection, application_id, said.reason, staff.staff_id, uow.now
        )
        await answers.dispose(uow.connection, [application_id], uow.now)
        applying.record(uow, staff, AuditOperation.ENTRY_CANCELLED, kept, {})
        kept = await applications.find(uow.connection, application_id) or kept
    return ApplicationSummary.of(kept)


async def _settle(
    uow: UnitOfWork, service: Service, kept: Kept, said: Settling, staff: StaffContext
) -> Problem | None:
    form, kept = _form(service, kept.kind, kept.submission), reviewing.with_documents(kept, said)
    told = (await answers.latest(uow.connection, [kept.application_id]))[kept.application_id]
    found = Reviewed(None, ())
    if kept.state is EntryState.RECEIVED:
        found = await _reviewed(uow, service, form, kept, told)
    refusal = reviewing.settling_refusal(form, kept, said, staff.staff_id, uow.now, found)
    if refusal is None and not reviewing.is_of_today(told, uow.now):
        about = (kept.application_id, kept.person_id, reviewing.said_by(form, kept))
        if kept.continued_from is not None:
            await applying.ask_households(uow, [about])
        else:
            await applying.ask(uow, *about)
        return application_problems.asked_again()
    if refusal is None and found.outcomes is not None:
        await reviewing.settle(uow, form, kept, said, staff, found)
    return refusal


async def _view(uow: UnitOfWork, service: Service, kept: Kept) -> ApplicationView:
    form = _form(service, kept.kind, kept.submission)
    told = (await answers.latest(uow.connection, [kept.application_id]))[kept.application_id]
    found = Reviewed(None, ())
    missing: tuple[Attachment, ...] = ()
    if kept.state is EntryState.RECEIVED:
        found = await _reviewed(uow, service, form, kept, told)
        missing = outstanding(form, kept.submission)
    return ApplicationView(
        application=ApplicationSummary.of(kept),
        submission=kept.submission,
        withdrawn_reason=kept.withdrawn_reason,
        acknowledged=kept.acknowledged,
        inquiries=inquiries(told),
        missing_documents=tuple(attachment.code for attachment in missing),
        review=None if found.outcomes is None else reviewed_spans(found.outcomes),
        settled_review=reviewing.settled_months(kept),
        findings=found.findings,
    )


async def _reviewed(
    uow: UnitOfWork, service: Service, form: Form, kept: Kept, told: Sequence[Answer]
) -> Reviewed:
    state, through = state_of(service), reviewing.said_by(form, kept).last
    known = await persons.facts(uow.connection, kept.person_id)
    assert known is not None  # an application refers to a known person
    held = await exemption_notices.of_person(uow.connection, kept.person_id)
    taken = exempting.taken(known, held, state.forms, state.by_law, through)
    registers = await households.of(uow.connection, [kept])
    return reviewing.reviewed(form, kept, known, told, state.figures, taken, registers)


async def _shard(service: Service, application_id: UUID) -> list[int]:
    """The shard whose bus events may not cross with work on this application."""
    async with service.database.read() as connection:
        kept = await applications.find(connection, application_id)
    return [shard_of(str(kept.person_id))] if kept else []


def _form(service: Service, kind: ApplicationKind, submission: Submission) -> Form:
    try:
        return state_of(service).forms.form(kind.value, submission.received_on)
    except UnknownForm:
        raise problems.no_such_form() from None
