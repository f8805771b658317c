"""案内・確認の対象者: what facts call for that has not come, and what was done about it."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict

from contracts.days import Day
from contracts.events import AuditOperation
from contracts.forms import FreeText, holds_individual_number
from contracts.functions import Function
from contracts.months import Month
from services.chassis import audit
from services.chassis.http import current_service, requires
from services.chassis.paging import page
from services.chassis.problems import not_found
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.exemptions import problems
from services.exemptions.domain.assistance import ProposalKind
from services.exemptions.domain.proposed import Step, following, next_step
from services.exemptions.state import State, state_of
from services.exemptions.stores import assistance, proposals
from services.exemptions.stores.proposals import Entry

router = APIRouter()
CurrentService = Annotated[Service, Depends(current_service)]
Working = Annotated[StaffContext, Depends(requires(Function.NOTICE_ACCEPT))]


class ProposalView(BaseModel):
    """One entry of the work list."""

    entry_id: UUID
    person_id: UUID
    kind: ProposalKind
    kind_label: str
    occurred_on: date | None
    """事実のあった日"""
    month: Month | None
    """The first month that is exempt, or the first to be paid again."""
    due_on: date | None
    """届出期限; None: there is none. Whether a holiday moves it is not known: it does not."""
    overdue: bool
    reason: dict[str, Any]
    """Rule, article, sentence, figures and certainty, as when it was listed."""
    step: Step
    step_label: str
    step_on: date
    may_take: tuple[Step, ...]
    """What staff may record now."""
    next_step: Step | None
    next_step_label: str | None
    next_on: date | None
    """From when on that is to be done."""


class ProposalStepView(BaseModel):
    """One step of an entry's history."""

    step: Step
    label: str
    taken_on: date
    taken_by: str | None
    """None: it followed by itself."""
    note: str | None
    answered_by: UUID | None
    """The notice or application with which it ended."""
    recorded_at: datetime


class ProposalDetail(BaseModel):
    """One entry with its history."""

    entry: ProposalView
    steps: tuple[ProposalStepView, ...]


class ProposalPage(BaseModel):
    """A page of the work list."""

    entries: tuple[ProposalView, ...]
    total: int
    following: int | None
    """What to give as ``after`` to go on; None: this was the end."""


class ProposalStep(BaseModel):
    """What staff did: told the person, found it in order, or found that nothing is needed."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    step: Step
    taken_on: Day
    note: FreeText | None = None
    """How, or why nothing is to be done."""


@router.get("/exemption-proposals")
async def listed(
    staff: Working,
    service: CurrentService,
    kind: Annotated[ProposalKind | None, Query()] = None,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ProposalPage:
    """The open entries, in the order in which they came on the list."""
    async with service.unit_of_work() as uow:
        found = await proposals.opened(uow.connection, kind, after, limit + 1)
        total = await proposals.count(uow.connection, kind)
        shown, last = page(found, limit)
        audit.record(
            uow,
            AuditOperation.SEARCH,
            staff=staff,
            function=Function.NOTICE_ACCEPT,
            count=len(shown),
            details={"of": "proposals", "kind": kind.value if kind else "every"},
        )
        entries = tuple(_entry(entry, state_of(service), uow.today) for entry in shown)
    more = None if last is None else last.sequence
    return ProposalPage(entries=entries, total=total, following=more)


@router.get("/exemption-proposals/{entry_id}")
async def show(entry_id: UUID, staff: Working, service: CurrentService) -> ProposalDetail:
    """One entry, open or ended, with everything that happened to it."""
    async with service.unit_of_work() as uow:
        entry = await _found(uow, entry_id)
        _record(uow, AuditOperation.INQUIRY, staff, entry)
        return await _detail(uow, entry, state_of(service))


@router.post("/exemption-proposals/{entry_id}/steps", status_code=201)
async def take(
    entry_id: UUID, said: ProposalStep, staff: Working, service: CurrentService
) -> ProposalDetail:
    """Record that the person was told, or that nothing is to be done and why.

    No months change by it: only a notice or application does that, which ends the entry by itself.
    """
    if said.note is not None and holds_individual_number(said.note):
        message = "個人番号が含まれています。個人番号は入力できません。"
        raise problems.step_wrong("note", message, "個人番号を除いて入力してください。")
    if said.step.needs_note and said.note is None:
        message = "確認した内容、又は対応を要しない理由を入力してください。"
        raise problems.step_wrong("note", message, "内容を入力して、もう一度送信してください。")
    async with service.unit_of_work() as uow:
        entry = await _found(uow, entry_id, lock=True)
        if said.step not in following(entry.kind, entry.step):
            raise problems.not_the_next_step(entry.step)
        if said.taken_on > uow.today or said.taken_on < _earliest(entry):
            message = "日付が本日より後、又は前の経過の日より前です。"
            raise problems.step_wrong("taken_on", message, "日付を確認してください。")
        await proposals.take(
            uow.connection, entry, said.step, said.taken_on, staff.staff_id, said.note, uow.now
        )
        await assistance.dispose(uow.connection, [entry.person_id], uow.now)
        entry = await _found(uow, entry_id)
        _record(uow, AuditOperation.ENTRY_PROVISIONAL, staff, entry)
        return await _detail(uow, entry, state_of(service))


def _earliest(entry: Entry) -> date:
    """The first day on which a step can lie: that of the one before it, when staff took that."""
    if entry.step is Step.LISTED:
        return entry.occurred_on or date.min
    return entry.step_on


async def _detail(uow: UnitOfWork, entry: Entry, state: State) -> ProposalDetail:
    taken = await proposals.steps(uow.connection, entry.entry_id)
    steps = tuple(
        ProposalStepView(
            step=each.step,
            label=each.step.label,
            taken_on=each.taken_on,
            taken_by=each.taken_by,
            note=each.note,
            answered_by=each.answered_by,
            recorded_at=each.recorded_at,
        )
        for each in taken
    )
    return ProposalDetail(entry=_entry(entry, state, uow.today), steps=steps)


async def _found(uow: UnitOfWork, entry_id: UUID, *, lock: bool = False) -> Entry:
    entry = await proposals.find(uow.connection, entry_id, lock=lock)
    if entry is None:
        raise not_found()
    return entry


def _entry(entry: Entry, state: State, today: date) -> ProposalView:
    follows = next_step(entry.kind, entry.step, entry.step_on, state.by_law)
    may_take = following(entry.kind, entry.step)
    return ProposalView(
        entry_id=entry.entry_id,
        person_id=entry.person_id,
        kind=entry.kind,
        kind_label=entry.kind.label,
        occurred_on=entry.occurred_on,
        month=entry.month,
        due_on=entry.due_on,
        overdue=entry.open and entry.due_on is not None and entry.due_on < today,
        reason=dict(entry.reason),
        step=entry.step,
        step_label=entry.step.label,
        step_on=entry.step_on,
        may_take=tuple(step for step in Step if step in may_take),
        next_step=follows.step if follows else None,
        next_step_label=follows.step.label if follows else None,
        next_on=follows.on if follows else None,
    )


def _record(uow: UnitOfWork, operation: AuditOperation, staff: StaffContext, entry: Entry) -> None:
    audit.record(
        uow,
        operation,
        staff=staff,
        function=Function.NOTICE_ACCEPT,
        person_id=entry.person_id,
        reference=entry.entry_id,
        details={"of": "proposal", "kind": entry.kind.value, "step": entry.step.value},
    )
