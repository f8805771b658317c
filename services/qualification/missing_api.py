"""届出のない者の一覧: who has a notice to give that has not come, and what was done about it."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict

from contracts.days import Day
from contracts.events import AuditOperation
from contracts.forms import FreeText, holds_individual_number
from contracts.functions import Function
from services.chassis import audit, problems
from services.chassis.http import current_service, requires
from services.chassis.paging import page
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.qualification import problems as refusals
from services.qualification.domain.missing_rules import MissingKind
from services.qualification.domain.missing_work import FOLLOWS, Step, next_step
from services.qualification.domain.parameters import NoValue
from services.qualification.shown import View
from services.qualification.state import State, state_of
from services.qualification.stores import missing
from services.qualification.stores.missing import Entry, Taken

router = APIRouter()

CurrentService = Annotated[Service, Depends(current_service)]
Working = Annotated[StaffContext, Depends(requires(Function.NOTICE_ACCEPT))]


class MissingNotice(View):
    """One entry of the work list."""

    entry_id: UUID
    person_id: UUID
    kind: MissingKind
    kind_label: str
    occurred_on: date
    """事実のあった日"""
    notice: str
    notice_title: str
    """The notice that is due."""
    due_on: date | None
    """届出期限; None: the law sets none. Whether a holiday moves it is not known: it does not."""
    overdue: bool
    reason: dict[str, Any]
    """Rule, article, sentence, figures and certainty, as when it was listed."""
    step: Step
    step_label: str
    step_on: date
    next_step: Step | None
    next_step_label: str | None
    next_on: date | None
    """From when on that is to be done: on a day on which the offices are open."""
    next_on_is_open: bool | None
    """None: the calendar (開庁日) does not cover that day."""


class StepView(View):
    """One step of an entry's history."""

    step: Step
    label: str
    taken_on: date
    taken_by: str | None
    """None: it followed by itself."""
    note: str | None
    notice_id: UUID | None
    recorded_at: datetime


class MissingNoticeDetail(View):
    """One entry with its history."""

    entry: MissingNotice
    steps: tuple[StepView, ...]


class MissingNotices(View):
    """A page of the work list."""

    entries: tuple[MissingNotice, ...]
    total: int
    following: int | None
    """What to give as ``after`` to go on; None: this was the end."""


class StepRequest(BaseModel):
    """A reminder that was sent, or that the city goes on ex officio."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    step: Step
    taken_on: Day
    note: FreeText | None = None
    """How: by letter, by telephone, who answered."""


@router.get("/missing-notices")
async def listed(
    staff: Working,
    service: CurrentService,
    kind: Annotated[MissingKind | None, Query()] = None,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> MissingNotices:
    """The open entries, in the order in which they came on the list."""
    state = state_of(service)
    async with service.unit_of_work() as uow:
        found = await missing.opened(uow.connection, kind, after, limit + 1)
        shown, last = page(found, limit)
        total = await missing.count(uow.connection, kind)
        audit.record(
            uow,
            AuditOperation.SEARCH,
            staff=staff,
            function=Function.NOTICE_ACCEPT,
            count=len(shown),
            details={"what": "missing_notices", "kind": kind.value if kind else "every"},
        )
        entries = tuple(_entry(entry, state, uow.today) for entry in shown)
    following = None if last is None else last.sequence
    return MissingNotices(entries=entries, total=total, following=following)


@router.get("/missing-notices/{entry_id}")
async def show(entry_id: UUID, staff: Working, service: CurrentService) -> MissingNoticeDetail:
    """One entry, open or ended, with everything that happened to it."""
    async with service.unit_of_work() as uow:
        entry = await _found(uow, entry_id)
        _record(uow, AuditOperation.INQUIRY, staff, entry)
        return await _detail(uow, entry, state_of(service))


@router.post("/missing-notices/{entry_id}/steps", status_code=201)
async def take(
    entry_id: UUID, request: StepRequest, staff: Working, service: CurrentService
) -> MissingNoticeDetail:
    """Record a reminder, a second one, or that the city goes on ex officio (職権).

    The last is no entry in the records: that is a notice on the channel of that name, settled by
    another, which ends this entry by itself.
    """
    if request.note is not None and holds_individual_number(request.note):
        raise refusals.number_in_text("note")
    async with service.unit_of_work() as uow:
        entry = await _found(uow, entry_id, lock=True)
        if request.step not in FOLLOWS[entry.step]:
            raise refusals.not_the_next_step(entry.step)
        if request.taken_on > uow.today:
            raise refusals.step_day_wrong("日付が本日より後です。")
        if request.taken_on < entry.occurred_on or (
            entry.step is not Step.LISTED and request.taken_on < entry.step_on
        ):
            raise refusals.step_day_wrong("日付が事実のあった日、又は前の経過の日より前です。")
        await missing.take(
            uow.connection, entry, request.step, request.taken_on, staff.staff_id, request.note,
            uow.now,
        )  # fmt: skip
        entry = await _found(uow, entry_id)
        _record(uow, AuditOperation.ENTRY_PROVISIONAL, staff, entry)
        return await _detail(uow, entry, state_of(service))


async def _detail(uow: UnitOfWork, entry: Entry, state: State) -> MissingNoticeDetail:
    taken = await missing.steps(uow.connection, entry.entry_id)
    return MissingNoticeDetail(
        entry=_entry(entry, state, uow.today), steps=tuple(_step(each) for each in taken)
    )


async def _found(uow: UnitOfWork, entry_id: UUID, *, lock: bool = False) -> Entry:
    entry = await missing.find(uow.connection, entry_id, lock=lock)
    if entry is None:
        raise problems.not_found()
    return entry


def _entry(entry: Entry, state: State, today: date) -> MissingNotice:
    try:
        following = next_step(entry.step, entry.step_on, entry.due_on, state.parameters)
    except NoValue:
        raise refusals.no_value() from None
    return MissingNotice(
        entry_id=entry.entry_id,
        person_id=entry.person_id,
        kind=entry.kind,
        kind_label=entry.kind.label,
        occurred_on=entry.occurred_on,
        notice=entry.notice,
        notice_title=state.title(entry.notice),
        due_on=entry.due_on,
        overdue=entry.open and entry.due_on is not None and entry.due_on < today,
        reason=dict(entry.reason),
        step=entry.step,
        step_label=entry.step.label,
        step_on=entry.step_on,
        next_step=following.step if following else None,
        next_step_label=following.step.label if following else None,
        next_on=following.on if following else None,
        next_on_is_open=following.day_is_open if following else None,
    )


def _step(taken: Taken) -> StepView:
    return StepView(
        step=taken.step,
        label=taken.step.label,
        taken_on=taken.taken_on,
        taken_by=taken.taken_by,
        note=taken.note,
        notice_id=taken.notice_id,
        recorded_at=taken.recorded_at,
    )


def _record(uow: UnitOfWork, operation: AuditOperation, staff: StaffContext, entry: Entry) -> None:
    audit.record(
        uow,
        operation,
        staff=staff,
        function=Function.NOTICE_ACCEPT,
        person_id=entry.person_id,
        reference=entry.entry_id,
        details={"what": "missing_notice", "kind": entry.kind.value, "step": entry.step.value},
    )
