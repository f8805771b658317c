"""Taking a settled notice back (本登録取消): proposed by one, decided by another (promise 9)."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, StrictBool

from contracts.events import AuditOperation, AuditOutcome, BlockKind
from contracts.forms import (
    EntryState,
    InvalidTransition,
    holds_individual_number,
    require_transition,
)
from contracts.functions import Function
from services.chassis import audit, blocking, merges, problems
from services.chassis.http import current_service, requires
from services.chassis.problems import Problem
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.qualification import problems as refusals
from services.qualification.conclusions import draw
from services.qualification.domain.facts import Fact
from services.qualification.domain.told import TakenBackStatement
from services.qualification.notice_bodies import WithdrawRequest
from services.qualification.reporting_again import stand_no_more
from services.qualification.shown import View
from services.qualification.state import state_of
from services.qualification.stores import notices, persons, runs, take_backs
from services.qualification.stores.notices import Notice
from services.qualification.stores.persons import NewFact
from services.qualification.stores.take_backs import TakeBack

router = APIRouter()

CurrentService = Annotated[Service, Depends(current_service)]
Settling = Annotated[StaffContext, Depends(requires(Function.NOTICE_SETTLE))]


ON_MEDIUM: Final = (
    "この届書の報告は、送付前の媒体（通番{}）に記録されています。このまま送付されると、訂正を要する報告の一覧から"
    "取消しの報告が必要になります。送付しないときは、先に媒体の取消しを提案してください。"
)

SENT: Final = (
    "この届書の報告は送付済です。取り消すと、機構が返戻したものを除き、訂正を要する報告の一覧に載り、"
    "取消しの報告が必要になります。"
)
TO_CORRECT: Final = (
    "この届書の報告は、本登録取消の前に送付されています。訂正を要する報告の一覧に載っているときは、"
    "報告データ作成の担当者がそこから取消しの報告を提案してください。"
)
_AT_JPS: Final = (EntryState.FORWARDED, EntryState.ACCEPTED, EntryState.CORRECTED)


class DecideRequest(BaseModel):
    """Whether the other staff member agrees."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    agree: StrictBool


class TakeBackView(View):
    """One proposal to take a notice back, and what became of it."""

    proposed_at: datetime
    proposed_by: str
    reason: str
    decided_at: datetime | None
    decided_by: str | None
    agreed: bool | None


class TakeBacks(View):
    """The notice's state, and all proposals about it, the earliest first."""

    notice_id: UUID
    state: EntryState
    state_label: str
    proposals: tuple[TakeBackView, ...]
    action: str | None
    """What to do first, where its report is on a medium that is not handed over; what has to be
    done then, where JPS was sent it."""


@router.post("/notices/{notice_id}/take-back", status_code=201)
async def propose(
    notice_id: UUID, request: WithdrawRequest, staff: Settling, service: CurrentService
) -> TakeBacks:
    """Propose to take a settled notice back; nothing changes before another agrees."""
    if holds_individual_number(request.reason):
        raise refusals.number_in_text()
    async with service.unit_of_work() as uow:
        notice = await _takeable(uow, notice_id)
        if await _open(uow, notice_id) is not None:
            raise refusals.take_back_proposed()
        await blocking.refuse(uow, BlockKind.CHANGE, notice.person_id)
        await take_backs.propose(uow.connection, notice_id, request.reason, staff.staff_id, uow.now)
        _record(uow, staff, notice, {"action": "propose_take_back"})
        return await _view(uow, notice_id)


@router.post("/notices/{notice_id}/take-back/settle")
async def settle(
    notice_id: UUID, request: DecideRequest, staff: Settling, service: CurrentService
) -> TakeBacks:
    """Agree or not, by another than who proposed it. What the notice told no longer counts then:
    what was reported of it is withdrawn, or called to be corrected where it was sent."""
    refused: Problem | None = None
    async with service.unit_of_work() as uow:
        await merges.undisturbed(uow.connection)
        notice = await _takeable(uow, notice_id)
        proposed = await _open(uow, notice_id)
        if proposed is None:
            raise refusals.no_take_back_proposed()
        if proposed.proposed_by == staff.staff_id:
            refused = refusals.same_person_takes_back()
        elif request.agree:
            refused = await blocking.refusal(uow, BlockKind.CHANGE, notice.person_id)
        if refused is not None:
            _record(uow, staff, notice, {"code": refused.code}, AuditOutcome.REFUSED)
        else:
            await take_backs.decide(
                uow.connection, notice_id, staff.staff_id, uow.now, agreed=request.agree
            )
            if request.agree:
                await _take_back(uow, service, notice, proposed, staff)
            _record(uow, staff, notice, {"action": "take_back", "agreed": request.agree})
            view = await _view(uow, notice_id)
    if refused is not None:
        raise refused
    return view


async def _take_back(
    uow: UnitOfWork, service: Service, notice: Notice, proposed: TakeBack, staff: StaffContext
) -> None:
    await persons.lock(uow.connection, [notice.person_id])
    gone = TakenBackStatement(notice.notice_id, uow.today)
    fact = NewFact(notice.person_id, notice.sequence, Fact(uow.now, gone))
    await persons.add_facts(uow.connection, [fact])
    await notices.take_back(
        uow.connection, notice.notice_id, proposed.reason, staff.staff_id, uow.now
    )
    await stand_no_more(uow, notice.notice_id)
    day = await runs.business_day(uow.connection, uow.today)
    _, failed = await draw(uow, [notice.person_id], state_of(service).parameters, day)
    if failed:
        raise refusals.no_value()


async def _takeable(uow: UnitOfWork, notice_id: UUID) -> Notice:
    notice = await notices.find(uow.connection, notice_id, lock=True)
    if notice is None:
        raise problems.not_found()
    try:
        require_transition(notice.state, EntryState.TAKEN_BACK)
    except InvalidTransition:
        raise refusals.wrong_state(notice.state) from None
    return notice


async def _open(uow: UnitOfWork, notice_id: UUID) -> TakeBack | None:
    proposals = await take_backs.of_notice(uow.connection, notice_id)
    return next((p for p in proposals if p.decided_at is None), None)


async def _view(uow: UnitOfWork, notice_id: UUID) -> TakeBacks:
    notice = await notices.find(uow.connection, notice_id)
    if notice is None:
        raise problems.not_found()
    proposals = await take_backs.of_notice(uow.connection, notice_id)
    return TakeBacks(
        notice_id=notice_id,
        state=notice.state,
        state_label=notice.state.label,
        proposals=tuple(
            TakeBackView(
                proposed_at=p.proposed_at,
                proposed_by=p.proposed_by,
                reason=p.reason,
                decided_at=p.decided_at,
                decided_by=p.decided_by,
                agreed=p.agreed,
            )
            for p in proposals
        ),
        action=_action(notice, waits=any(p.decided_at is None for p in proposals)),
    )


def _action(notice: Notice, *, waits: bool) -> str | None:
    if notice.on_medium is not None:
        return ON_MEDIUM.format(notice.on_medium)
    if notice.state is EntryState.TAKEN_BACK:
        was_sent = any(came.state is EntryState.FORWARDED for came in notice.history)
        return TO_CORRECT if was_sent else None
    return SENT if waits and notice.state in _AT_JPS else None


def _record(
    uow: UnitOfWork,
    staff: StaffContext,
    notice: Notice,
    details: dict[str, str | int | bool],
    outcome: AuditOutcome = AuditOutcome.DONE,
) -> None:
    audit.record(
        uow,
        AuditOperation.ENTRY_CANCELLED,
        staff=staff,
        function=Function.NOTICE_SETTLE,
        person_id=notice.person_id,
        outcome=outcome,
        reference=notice.notice_id,
        details={"kind": notice.kind, **details},
    )
