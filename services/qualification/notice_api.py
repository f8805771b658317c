"""Notices at the counter: accepted provisionally by one, settled by another (promise 9)."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from contracts.events import AuditOperation, AuditOutcome, BlockKind
from contracts.forms import (
    AttachmentRecord,
    EntryChoices,
    EntryState,
    Form,
    InvalidTransition,
    SamePerson,
    Submission,
    UnknownForm,
    book_of,
    by_whom,
    entry_choices,
    holds_individual_number,
    outstanding,
    require_another_person,
    require_transition,
    validate,
    values_of,
)
from contracts.functions import Function
from services.chassis import audit, blocking, merges, problems
from services.chassis.clock import japan_date
from services.chassis.hiding import is_hidden
from services.chassis.http import current_service, requires
from services.chassis.paging import page
from services.chassis.problems import Problem
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.qualification import missing_run
from services.qualification import problems as refusals
from services.qualification.conclusions import conclusion_of, write
from services.qualification.domain.facts import Fact
from services.qualification.domain.meanings import KINDS
from services.qualification.domain.notice_kind import Told
from services.qualification.domain.notices import (
    Expected,
    deadline,
    expected,
    fiscal_year,
    tells,
)
from services.qualification.domain.parameters import NoValue
from services.qualification.domain.told import TakenBackStatement
from services.qualification.notice_bodies import NoticeRequest, SettleRequest, WithdrawRequest
from services.qualification.notice_views import (
    NoticeSummary,
    NoticeView,
    notice_summary,
    notice_view,
)
from services.qualification.reporting_again import reported_under, require_mendable
from services.qualification.state import State, state_of
from services.qualification.stores import corrections, notice_outcomes, notices, persons, runs
from services.qualification.stores.notices import NewNotice, Notice, with_documents
from services.qualification.stores.persons import NewFact

router = APIRouter()

CurrentService = Annotated[Service, Depends(current_service)]
Accepting = Annotated[StaffContext, Depends(requires(Function.NOTICE_ACCEPT))]
Settling = Annotated[StaffContext, Depends(requires(Function.NOTICE_SETTLE))]
Viewing = Annotated[StaffContext, Depends(requires(Function.PERSON_VIEW))]


class NoticeForms(EntryChoices):
    """The forms accepted today, and the choices that go with each."""

    forms: tuple[Form, ...]


class NoticeList(BaseModel):
    """Notices in a state, in the order of their receipt."""

    notices: tuple[NoticeSummary, ...]
    total: int
    following: int | None
    """What to give as ``after`` to go on; None: this was the end."""


@router.get("/notice-forms")
async def forms(_staff: Accepting, service: CurrentService) -> NoticeForms:
    """The forms that are accepted today."""
    today = japan_date(service.clock.now())
    return NoticeForms(forms=state_of(service).forms.on(today), **dict(entry_choices()))


@router.post("/notices", status_code=201)
async def accept(request: NoticeRequest, staff: Accepting, service: CurrentService) -> NoticeView:
    """Accept a notice (受付): provisional until another staff member settles it.

    A late one is accepted like any other and dated by its fact.
    """
    state = state_of(service)
    submission = _submission(request)
    form = _form(state, request.form, submission)
    async with service.unit_of_work() as uow:
        ids = await persons.ids_of(uow.connection, request.person_id)
        if not ids:
            raise problems.not_found()
        person_id = ids[0]
        await blocking.refuse(uow, BlockKind.CHANGE, person_id)
        errors = validate(form, submission, today=uow.today)
        if not errors:
            values = values_of(form, submission)
            errors = KINDS[form.kind].contradictions(values, submission.received_on)
        if errors:
            raise refusals.not_acceptable(errors)
        submission = by_whom(form, submission)
        notice_id = uuid4()
        told = tells(form.kind, values, notice_id, submission.received_on)
        # Two counters with the same notice at once: one waits here for the other.
        await persons.lock(uow.connection, ids)
        if request.mends is not None:
            await require_mendable(uow, request.mends, person_id, form.kind)
        same = await notices.same_fact(uow.connection, person_id, form.kind, told.occurred_on)
        if same not in (None, request.mends):
            raise refusals.same_fact()
        try:
            due = deadline(form.kind, told.occurred_on, submission.received_on, state.parameters)
        except NoValue:
            raise refusals.too_early() from None
        hidden = await is_hidden(uow.connection, person_id)
        new = NewNotice(
            notice_id=notice_id,
            kind=form.kind,
            person_id=person_id,
            office=book_of(staff.department, hidden=hidden),
            fiscal_year=fiscal_year(submission.received_on),
            submission=submission,
            occurred_on=told.occurred_on,
            due_on=due.due_on,
            accepted_by=staff.staff_id,
            accepted_at=uow.now,
            mends=request.mends,
        )
        await notices.add(uow.connection, new)
        notice = await _found(uow, notice_id)
        await _seen(uow, state, person_id)
        _record(
            uow, AuditOperation.ENTRY_PROVISIONAL, staff, Function.NOTICE_ACCEPT, notice,
            {
                "late": due.late,
                "number_verified_by": _verified_by(submission),
                "channel": submission.channel.value,
            },
        )  # fmt: skip
        return await _view(uow, state, notice, staff)


@router.get("/notices")
async def work_list(
    staff: Settling,
    service: CurrentService,
    state: Annotated[EntryState, Query()] = EntryState.RECEIVED,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> NoticeList:
    """Notices in a state, oldest first: those ``received`` wait to be settled."""
    known = state_of(service)
    async with service.unit_of_work() as uow:
        found = await notices.in_state(uow.connection, state, after, limit + 1)
        shown, last = page(found, limit)
        total = await notices.count(uow.connection, state)
        since = await corrections.about(uow.connection, [n.notice_id for n in shown])
        audit.record(
            uow,
            AuditOperation.SEARCH,
            staff=staff,
            function=Function.NOTICE_SETTLE,
            count=len(shown),
            details={"what": "notices", "state": state.value},
        )
    return NoticeList(
        notices=tuple(
            notice_summary(
                n, known.title(n.kind), staff.staff_id, corrections=since.get(n.notice_id, ())
            )
            for n in shown
        ),
        total=total,
        following=None if last is None else last.sequence,
    )


@router.get("/notices/{notice_id}")
async def show(notice_id: UUID, staff: Viewing, service: CurrentService) -> NoticeView:
    """One notice, and what it would bring about while it is not settled."""
    async with service.unit_of_work() as uow:
        notice = await _found(uow, notice_id)
        _record(uow, AuditOperation.INQUIRY, staff, Function.PERSON_VIEW, notice)
        return await _view(uow, state_of(service), notice, staff)


@router.post("/notices/{notice_id}/settle")
async def settle(
    notice_id: UUID,
    staff: Settling,
    service: CurrentService,
    request: SettleRequest | None = None,
) -> NoticeView:
    """Settle a notice (本登録): what it tells becomes a fact, and the timeline follows.

    By another staff member than the one who accepted it; a refusal for that is recorded too.
    """
    later = request.attachments if request else ()
    async with service.unit_of_work() as uow:
        notice = await _found(uow, notice_id, lock=True)
        refused = _two_people(notice, staff)
        refused = refused or await blocking.refusal(uow, BlockKind.CHANGE, notice.person_id)
        if refused is None:
            view = await _settle(uow, state_of(service), notice, later, staff)
        else:
            _record(
                uow, AuditOperation.ENTRY_SETTLED, staff, Function.NOTICE_SETTLE, notice,
                {"code": refused.code}, AuditOutcome.REFUSED,
            )  # fmt: skip
    if refused is not None:
        raise refused
    return view


@router.post("/notices/{notice_id}/withdraw")
async def withdraw(
    notice_id: UUID, request: WithdrawRequest, staff: Accepting, service: CurrentService
) -> NoticeView:
    """Withdraw a notice that is not settled (取下げ)."""
    if holds_individual_number(request.reason):
        raise refusals.number_in_text()
    async with service.unit_of_work() as uow:
        notice = await _found(uow, notice_id, lock=True)
        _require(notice, EntryState.WITHDRAWN)
        await notices.withdraw(uow.connection, notice_id, request.reason, staff.staff_id, uow.now)
        notice = await _found(uow, notice_id)
        await _seen(uow, state_of(service), notice.person_id)
        _record(uow, AuditOperation.ENTRY_CANCELLED, staff, Function.NOTICE_ACCEPT, notice)
        return await _view(uow, state_of(service), notice, staff)


async def _settle(
    uow: UnitOfWork,
    state: State,
    notice: Notice,
    later: tuple[AttachmentRecord, ...],
    staff: StaffContext,
) -> NoticeView:
    submission = with_documents(notice.submission, later)
    form = _form(state, notice.kind, submission)
    if errors := validate(form, submission, today=uow.today):
        raise refusals.not_acceptable(errors)
    if missing := outstanding(form, submission):
        raise refusals.documents_missing(missing)
    await merges.undisturbed(uow.connection)
    await persons.lock(uow.connection, await persons.ids_of(uow.connection, notice.person_id))
    told, result = await _expected(uow, state, notice, submission)
    if KINDS[notice.kind].changes_timeline and not result.takes_effect:
        raise refusals.without_effect(result.timeline.reviews)
    added = [
        NewFact(notice.person_id, notice.sequence, Fact(uow.now, content))
        for content in told.contents
    ]
    await persons.add_facts(uow.connection, added)
    day = await runs.business_day(uow.connection, uow.today)
    conclusion = await conclusion_of(uow, notice.person_id, state.parameters, day)
    await write(uow, [conclusion])
    values = values_of(form, submission)
    under = await reported_under(uow, notice, conclusion, result.transition, values, staff.staff_id)
    await notices.settle(uow.connection, notice.notice_id, later, staff.staff_id, uow.now, under)
    if under is not None:
        await notice_outcomes.held_already(uow.connection, under, uow.now)
    await _seen(uow, state, notice.person_id)
    settled = await _found(uow, notice.notice_id)
    _record(uow, AuditOperation.ENTRY_SETTLED, staff, Function.NOTICE_SETTLE, settled)
    return await _view(uow, state, settled, staff)


async def _view(uow: UnitOfWork, state: State, notice: Notice, staff: StaffContext) -> NoticeView:
    form = _form(state, notice.kind, notice.submission)
    result = None
    try:
        if notice.state is EntryState.RECEIVED and KINDS[notice.kind].changes_timeline:
            _, result = await _expected(uow, state, notice, notice.submission)
        due = deadline(notice.kind, notice.occurred_on, notice.received_on, state.parameters)
    except NoValue:
        raise refusals.no_value() from None
    missing = [attachment.label for attachment in outstanding(form, notice.submission)]
    since = await corrections.about(uow.connection, [notice.notice_id])
    return notice_view(
        notice, form, staff.staff_id, missing, due, result, since.get(notice.notice_id, ())
    )


async def _expected(
    uow: UnitOfWork, state: State, notice: Notice, submission: Submission
) -> tuple[Told, Expected]:
    form = _form(state, notice.kind, submission)
    values = values_of(form, submission)
    told = tells(notice.kind, values, notice.notice_id, notice.received_on)
    if notice.mends is not None:
        # What the returned notice told no longer counts from the moment that this one is settled.
        gone = TakenBackStatement(notice.mends, notice.received_on, notice.notice_id)
        told = replace(told, contents=(*told.contents, gone))
    ids = await persons.ids_of(uow.connection, notice.person_id)
    facts = await persons.facts_of_one(uow.connection, ids)
    day = await runs.business_day(uow.connection, uow.today)
    result = expected(notice.kind, facts, told, notice.notice_id, uow.now, day, state.parameters)
    return told, result


async def _seen(uow: UnitOfWork, state: State, person_id: UUID) -> None:
    """What is missing of a person whose notice has just come, or gone."""
    day = await runs.business_day(uow.connection, uow.today)
    await missing_run.work_out(uow, [person_id], state.parameters, day)


async def _found(uow: UnitOfWork, notice_id: UUID, *, lock: bool = False) -> Notice:
    notice = await notices.find(uow.connection, notice_id, lock=lock)
    if notice is None:
        raise problems.not_found()
    return notice


def _two_people(notice: Notice, staff: StaffContext) -> Problem | None:
    _require(notice, EntryState.SETTLED)
    try:
        require_another_person(notice.accepted_by, staff.staff_id)
    except SamePerson:
        return refusals.same_person()
    return None


def _require(notice: Notice, to: EntryState) -> None:
    try:
        require_transition(notice.state, to)
    except InvalidTransition:
        raise refusals.wrong_state(notice.state) from None


def _form(state: State, kind: str, submission: Submission) -> Form:
    """The version of the form that was valid on the day of receipt."""
    try:
        return state.forms.form(kind, submission.received_on)
    except UnknownForm:
        raise refusals.unknown_form() from None


def _submission(request: NoticeRequest) -> Submission:
    return Submission.model_validate(request.model_dump(include=set(Submission.model_fields)))


def _verified_by(submission: Submission) -> str:
    check = submission.identity_check
    return check.number.value if check is not None else "none"


def _record(
    uow: UnitOfWork,
    operation: AuditOperation,
    staff: StaffContext,
    function: Function,
    notice: Notice,
    details: dict[str, str | int | bool] | None = None,
    outcome: AuditOutcome = AuditOutcome.DONE,
) -> None:
    audit.record(
        uow,
        operation,
        staff=staff,
        function=function,
        person_id=notice.surviving_id,
        outcome=outcome,
        reference=notice.notice_id,
        details={"kind": notice.kind, **(details or {})},
    )
