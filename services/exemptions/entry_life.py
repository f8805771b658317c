"""The life of an entry, whatever its procedure: accepted, listed, shown, settled, withdrawn."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

from pydantic import BaseModel

from contracts.events import AuditOperation, AuditOutcome, BlockKind
from contracts.forms import (
    AttachmentRecord,
    EntryState,
    Form,
    InvalidTransition,
    SamePerson,
    Submission,
    UnknownForm,
    holds_individual_number,
    refusals,
    require_another_person,
    require_transition,
    unacknowledged,
)
from contracts.functions import Function
from contracts.topics import shard_of
from services.chassis import audit, blocking, merges
from services.chassis.corrections import CorrectionView
from services.chassis.hiding import is_hidden
from services.chassis.paging import page
from services.chassis.problems import Problem, not_found
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.exemptions import following, holding, problems, proposing
from services.exemptions.domain.notices import fiscal_year
from services.exemptions.entry_views import EntrySummary, NewEntry, Settling
from services.exemptions.procedure import Effect, Handed, Procedure
from services.exemptions.state import State, state_of
from services.exemptions.stores import entries, take_backs
from services.exemptions.stores.entries import Entry, New

Any_ = Procedure[Any, Any]


async def accept(
    service: Service, procedure: Any_, new: NewEntry, staff: StaffContext
) -> BaseModel:
    """Accept what is handed in (仮登録): checked against its form, examined against what is known.

    Raises the problem where it cannot be accepted.
    """
    state = state_of(service)
    async with service.unit_for_shards([shard_of(str(new.person_id))]) as uow:
        views = [
            await _accept(uow, state, procedure, new, submission, staff)
            for submission in procedure.submissions(new)
        ]
        await proposing.noted(uow, new.person_id, state)
    return procedure.accepted(views)


async def listed(
    service: Service,
    procedure: Any_,
    state: EntryState,
    after: int,
    limit: int,
    staff: StaffContext,
) -> BaseModel:
    """Entries in a state, in the order of their receipt."""
    kinds = list(procedure.labels)
    async with service.unit_of_work() as uow:
        found = await entries.in_state(
            uow.connection, procedure.table, kinds, state, after, limit + 1
        )
        total = await entries.count(uow.connection, procedure.table, kinds, state)
        shown, last = page(found, limit)
        audit.record(
            uow,
            AuditOperation.SEARCH,
            staff=staff,
            function=Function.PERSON_VIEW,
            count=len(shown),
            details={"of": procedure.name, "state": state.value},
        )
    return procedure.page(shown, total, None if last is None else last.sequence)


async def shown(
    service: Service, procedure: Any_, entry_id: UUID, staff: StaffContext
) -> BaseModel:
    """An entry as it was handed in, and what its examination finds now."""
    async with service.unit_of_work() as uow:
        entry = await entry_of(uow, procedure, entry_id)
        record(uow, procedure, AuditOperation.INQUIRY, entry, staff, Function.PERSON_VIEW)
        return await _view(uow, state_of(service), procedure, entry)


async def settle(
    service: Service, procedure: Any_, entry_id: UUID, said: Settling, staff: StaffContext
) -> BaseModel:
    """Settle an entry (本登録): by another person than who accepted it, documents complete.

    Raises the problem where it cannot be settled; that it was tried is recorded.
    """
    state = state_of(service)
    async with alone(service, procedure, entry_id) as uow:
        entry = await entry_of(uow, procedure, entry_id, lock=True)
        handed = handed_in(state, entry, said.documents)
        desk = await procedure.desk(uow, state, handed)
        refusal = await _refusal(uow, procedure, handed, desk, said, staff)
        if refusal is None:
            effect = procedure.effect(handed, desk, uuid4())
            await take_effect(uow, procedure, entry, effect, said, staff)
            await following.after_settling(uow, entry, state.forms)
            await proposing.noted(uow, entry.person_id, state)
            entry = await entry_of(uow, procedure, entry_id)
            view = await _view(uow, state, procedure, entry)
        else:
            record(uow, procedure, AuditOperation.ENTRY_SETTLED, entry, staff,
                   Function.NOTICE_SETTLE, outcome=AuditOutcome.REFUSED,
                   refused=refusal.code)  # fmt: skip
    if refusal is not None:
        raise refusal
    return view


async def withdraw(
    service: Service, procedure: Any_, entry_id: UUID, reason: str, staff: StaffContext
) -> EntrySummary:
    """Withdraw an entry that is not settled yet. Raises the problem where that cannot be."""
    if holds_individual_number(reason):
        raise problems.number_in_reason()
    async with service.unit_of_work() as uow:
        entry = await entry_of(uow, procedure, entry_id, lock=True)
        if entry.state is not EntryState.RECEIVED:
            raise problems.wrong_state(entry.state)
        await entries.withdraw(
            uow.connection, procedure.table, entry_id, reason, staff.staff_id, uow.now
        )
        await procedure.after_withdrawal(uow, entry)
        await proposing.noted(uow, entry.person_id, state_of(service))
        record(uow, procedure, AuditOperation.ENTRY_CANCELLED, entry, staff, Function.NOTICE_ACCEPT)
        entry = await entry_of(uow, procedure, entry_id)
    return procedure.summary(entry)


async def report_again(
    service: Service, procedure: Any_, entry_id: UUID, staff: StaffContext
) -> BaseModel:
    """Report what JPS returned once more as it is, under another item; by another person than who
    accepted it. Raises the problem where that cannot be."""
    state = state_of(service)
    async with alone(service, procedure, entry_id) as uow:
        entry = await entry_of(uow, procedure, entry_id, lock=True)
        await blocking.refuse(uow, BlockKind.CHANGE, entry.person_id)
        if entry.state is not EntryState.RETURNED or await entries.is_mended(
            uow.connection, procedure.table, entry_id
        ):
            raise problems.wrong_state(entry.state)
        try:
            require_another_person(entry.accepted_by, staff.staff_id)
        except SamePerson:
            raise problems.same_person() from None
        handed, item_id = handed_in(state, entry), uuid4()
        desk = await procedure.desk(uow, state, handed)
        event = procedure.effect(handed, desk, item_id).event
        assert event is not None  # JPS returned it
        await entries.report_again(uow.connection, procedure.table, entry_id, item_id)
        uow.emit(event, key=str(entry.person_id))
        record(uow, procedure, AuditOperation.ENTRY_SETTLED, entry, staff, Function.NOTICE_SETTLE,
               again=True)  # fmt: skip
        entry = await entry_of(uow, procedure, entry_id)
        await holding.tell(uow, [entry], before=())
        return await _view(uow, state, procedure, entry)


async def take_effect(
    uow: UnitOfWork,
    procedure: Any_,
    entry: Entry,
    effect: Effect,
    said: Settling,
    staff: StaffContext,
) -> None:
    """Keep an entry as settled, tell whoever has to be told, and record who settled it."""
    await entries.settle(
        uow.connection,
        procedure.table,
        entry.entry_id,
        item_id=effect.item_id,
        brings=effect.columns,
        came_since=list({document.code: document for document in said.documents}.values()),
        acknowledged=said.acknowledged,
        by=staff.staff_id,
        now=uow.now,
    )
    if effect.event is not None:
        uow.emit(effect.event, key=str(entry.person_id))
    record(uow, procedure, AuditOperation.ENTRY_SETTLED, entry, staff, Function.NOTICE_SETTLE,
           acknowledged=" ".join(said.acknowledged))  # fmt: skip


def handed_in(
    state: State, entry: Entry, documents: Sequence[AttachmentRecord] = ()
) -> Handed[Any]:
    """A kept entry by the form of the day on which it came in; with what came in since."""
    return Handed(
        entry_id=entry.entry_id,
        kind=entry.kind,
        person_id=entry.person_id,
        form=state.forms.form(entry.kind, entry.received_on),
        submission=entry.submission.with_documents(documents),
        kept=entry,
        mends=entry.mends,
    )


def record(
    uow: UnitOfWork,
    procedure: Any_,
    operation: AuditOperation,
    entry: Entry,
    staff: StaffContext,
    function: Function,
    *,
    outcome: AuditOutcome = AuditOutcome.DONE,
    **details: str | int | bool,
) -> None:
    """Record what was done with an entry."""
    audit.record(
        uow,
        operation,
        staff=staff,
        function=function,
        person_id=entry.person_id,
        reference=entry.entry_id,
        outcome=outcome,
        details=procedure.details(entry) | details,
    )


async def _accept(
    uow: UnitOfWork,
    state: State,
    procedure: Any_,
    new: NewEntry,
    submission: Submission,
    staff: StaffContext,
) -> BaseModel:
    form = _form(state, procedure, new.kind, submission)
    handed: Handed[Any] = Handed(
        uuid4(), new.kind, new.person_id, form, submission, mends=new.mends
    )
    errors = procedure.faults(handed, uow.today)
    if errors:
        raise problems.faulty_form(errors)
    await merges.one_at_a_time(uow.connection, new.person_id)
    await blocking.refuse(uow, BlockKind.CHANGE, new.person_id)
    desk = await procedure.desk(uow, state, handed)
    hindrance = await procedure.hindrance(uow, handed, desk)
    if hindrance is not None:
        raise hindrance
    found = refusals(procedure.examine(handed, desk))
    if found:
        raise problems.refused(found)
    if new.mends is not None:
        await _require_mendable(uow, procedure, new)
    accepted = New(
        entry_id=handed.entry_id,
        kind=new.kind,
        person_id=new.person_id,
        submission=submission,
        notified_on=procedure.notified_on(handed),
        office=staff.department,
        fiscal_year=fiscal_year(submission.received_on),
        apart=await is_hidden(uow.connection, *procedure.people(handed)),
        own=procedure.own_columns(handed),
        mends=new.mends,
    )
    await entries.add(uow.connection, procedure.table, accepted, staff.staff_id, uow.now)
    await procedure.after_acceptance(uow, handed)
    entry = await entry_of(uow, procedure, handed.entry_id)
    record(uow, procedure, AuditOperation.ENTRY_PROVISIONAL, entry, staff, Function.NOTICE_ACCEPT,
           **_verified(submission))  # fmt: skip
    return await _view(uow, state, procedure, entry)


async def _require_mendable(uow: UnitOfWork, procedure: Any_, new: NewEntry) -> None:
    """Raises the problem unless it mends a returned entry of this person and kind."""
    assert new.mends is not None  # the caller asks of those that mend something
    entry = await entries.find(uow.connection, procedure.table, new.mends, lock=True)
    same = await merges.same_person(uow.connection, [new.person_id])
    people = same.get(new.person_id, (new.person_id,))
    if (
        entry is None
        or entry.kind != new.kind
        or entry.person_id not in people
        or entry.state is not EntryState.RETURNED
        or await entries.is_mended(uow.connection, procedure.table, new.mends)
    ):
        raise problems.not_mendable()


async def _refusal(
    uow: UnitOfWork,
    procedure: Any_,
    handed: Handed[Any],
    desk: Any,
    said: Settling,
    staff: StaffContext,
) -> Problem | None:
    """Why an entry cannot be settled now; None where it can."""
    entry: Entry | None = handed.kept
    assert entry is not None  # it was accepted
    try:
        require_transition(entry.state, EntryState.SETTLED)
        require_another_person(entry.accepted_by, staff.staff_id)
    except InvalidTransition:
        return problems.wrong_state(entry.state)
    except SamePerson:
        return problems.same_person()
    stopped = await blocking.refusal(uow, BlockKind.CHANGE, entry.person_id)
    if stopped is not None:
        return stopped
    errors = procedure.faults(handed, uow.today)
    if errors:
        return problems.faulty_form(errors)
    missing = procedure.missing(handed)
    if missing:
        return problems.documents_missing(missing)
    findings = procedure.examine(handed, desk)
    if refusals(findings):
        return problems.refused(refusals(findings))
    unseen = unacknowledged(findings, said.acknowledged)
    if unseen:
        return problems.not_looked_at(unseen)
    return await procedure.hold_back(uow, handed, desk)


async def _view(uow: UnitOfWork, state: State, procedure: Any_, entry: Entry) -> BaseModel:
    handed = handed_in(state, entry)
    view = procedure.view(entry, handed, await procedure.desk(uow, state, handed))
    proposals = await take_backs.of_entry(uow.connection, entry.entry_id)
    shown = await procedure.proposed(uow, state, handed, proposals)
    since = CorrectionView.all_of(entry.corrections)
    return view.model_copy(update={"corrections": since, "take_backs": shown})


async def entry_of(
    uow: UnitOfWork, procedure: Any_, entry_id: UUID, *, lock: bool = False
) -> Entry:
    """An entry of a procedure; with ``lock`` nobody else changes it. Raises the problem."""
    entry: Any = await entries.find(uow.connection, procedure.table, entry_id, lock=lock)
    if entry is None or entry.kind not in procedure.labels:
        raise not_found()
    kept: Entry = entry
    return kept


@asynccontextmanager
async def alone(
    service: Service, procedure: Any_, entry_id: UUID
) -> AsyncGenerator[UnitOfWork, None]:
    """A unit of work that crosses neither with bus events of the entry's person, nor with other
    work on their entries, under whichever id."""
    async with service.database.read() as connection:
        entry = await entries.find(connection, procedure.table, entry_id)
    person_id = entry.person_id if entry else None
    shards = [] if person_id is None else [shard_of(str(person_id))]
    async with service.unit_for_shards(shards) as uow:
        await merges.one_at_a_time(uow.connection, person_id)
        yield uow


def _form(state: State, procedure: Any_, kind: str, submission: Submission) -> Form:
    if kind not in procedure.labels:
        raise problems.no_such_form()
    try:
        return state.forms.form(kind, submission.received_on)
    except UnknownForm:
        raise problems.no_such_form() from None


def _verified(submission: Submission) -> dict[str, Any]:
    """What the audit record says of an acceptance: its way, how number and person were verified."""
    check = submission.identity_check
    told: dict[str, Any] = {"channel": submission.channel.value}
    if check is not None:  # C05
        told |= {"number_verified_by": check.number.value, "proxy": check.proxy is not None}
        told["person_verified_by"] = check.person.value
    return told
