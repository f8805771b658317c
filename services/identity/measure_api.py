"""Support measures (支援措置) as staff enter and settle them. What one enters hides at once;
another confirms or lifts it, and later extends or ends it (promise 9)."""

from collections.abc import Callable, Sequence
from typing import Annotated, Literal, Self
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field, StrictBool, model_validator

from contracts.days import Day
from contracts.events import AuditOperation, AuditOutcome
from contracts.events.measures import MeasureEndReason as EndReason
from contracts.events.measures import MeasureGround as Ground
from contracts.functions import Function
from services.chassis import audit, problems
from services.chassis.http import current_service, requires
from services.chassis.problems import Problem
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.identity.domain import measures as rules_of
from services.identity.domain.measures import (
    NoRule,
    Rules,
    Standing,
    Step,
    StepKind,
    StepRefused,
)
from services.identity.domain.sight import sees_sealed
from services.identity.measure_views import MeasureList, MeasureView, measure_view
from services.identity.problems import measure_refused, no_measure_rule, nobody_to_protect
from services.identity.stores import measures
from services.identity.stores.measures import LIMIT, Measure

router = APIRouter()
CurrentService = Annotated[Service, Depends(current_service)]
Proposer = Annotated[StaffContext, Depends(requires(Function.MEASURE_PROPOSE))]
Settler = Annotated[StaffContext, Depends(requires(Function.MEASURE_SETTLE))]
Seer = Annotated[StaffContext, Depends(requires(Function.SEALED_VIEW))]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class NewMeasure(_Body):
    """An application (支援措置の申出), or an emergency before it."""

    ground: Ground
    applied_on: Day
    persons: Annotated[list[UUID], Field(min_length=1, max_length=20)]
    """The applicant first, then those to be protected together with them."""

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len(set(self.persons)) != len(self.persons):
            raise ValueError("a person is named twice")
        return self


class Confirmation(_Body):
    """The necessity was confirmed: the term begins."""

    started_on: Day
    """The day on which the applicant was told."""


class Lifting(_Body):
    """Why a provisional measure is not confirmed."""

    reason: Literal[EndReason.NOT_CONFIRMED, EndReason.REQUESTED, EndReason.ENTERED_IN_ERROR]


class MeasureProposal(_Body):
    """An extension (``applied_on``) or the end (``reason``)."""

    what: Literal["extension", "end"]
    applied_on: Day | None = None
    reason: (
        Literal[
            EndReason.TERM_OVER,
            EndReason.REQUESTED,
            EndReason.NOT_NEEDED,
            EndReason.ENTERED_IN_ERROR,
        ]
        | None
    ) = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.applied_on is None) == (self.what == "extension"):
            raise ValueError("an extension has the day of its application, an end has none")
        if (self.reason is None) == (self.what == "end"):
            raise ValueError("an end has a reason, an extension has none")
        return self


class MeasureSettlement(_Body):
    """Whether what was proposed is agreed to."""

    agree: StrictBool


@router.post("/measures", status_code=201)
async def enter(said: NewMeasure, staff: Proposer, service: CurrentService) -> MeasureView:
    """Enter a measure (仮支援措置): its persons are hidden from now on."""
    async with service.unit_of_work() as uow:
        seen = await measures.seen(
            uow.connection, said.persons, sees_sealed=sees_sealed(staff.functions)
        )
        if len(seen) < len(said.persons):
            raise nobody_to_protect()
        if said.applied_on > uow.today:
            raise measure_refused(rules_of.Refusal.DAY_OUT_OF_RANGE)
        entered = Step(StepKind.ENTERED, staff.staff_id, uow.now, said.applied_on)
        measure = Measure(uuid4(), said.ground, tuple(said.persons), (entered,))
        await measures.add(uow.connection, measure)
        await _hide(uow, measure)
        _record(uow, staff, Function.MEASURE_PROPOSE, measure, entered)
        return measure_view(measure, seen, _rules(service), uow.today)


@router.get("/measures")
async def work_list(
    staff: Seer,
    service: CurrentService,
    due: Annotated[bool, Query()] = True,
    after: Annotated[UUID | None, Query()] = None,
) -> MeasureList:
    """Measures that have not ended. ``due``: only those that somebody has to see to, because they
    are provisional or proposed, or their term ends within the window for an extension."""
    rules = _rules(service)
    async with service.unit_of_work() as uow:
        found, more, total = await measures.not_ended(
            uow.connection, due_on=uow.today if due else None, after=after
        )
        listed = await _views(uow, found, rules)
        audit.record(
            uow,
            AuditOperation.SEARCH,
            staff=staff,
            function=Function.SEALED_VIEW,
            count=len(found),
            details={"of": "measures", "due": due},
        )
    return MeasureList(measures=listed, total=total, more=more, limit=LIMIT)


@router.get("/measures/{measure_id}")
async def show(measure_id: UUID, staff: Seer, service: CurrentService) -> MeasureView:
    """One measure."""
    async with service.unit_of_work() as uow:
        measure = await _found(uow, measure_id)
        _record(uow, staff, Function.SEALED_VIEW, measure, None)
        (view,) = await _views(uow, [measure], _rules(service))
    return view


@router.get("/persons/{person_id}/measures")
async def of_person(person_id: UUID, staff: Seer, service: CurrentService) -> MeasureList:
    """A person's measures, ended ones too."""
    async with service.unit_of_work() as uow:
        found = await measures.of_person(uow.connection, person_id)
        listed = await _views(uow, found, _rules(service))
        audit.record(
            uow,
            AuditOperation.INQUIRY,
            staff=staff,
            function=Function.SEALED_VIEW,
            person_id=person_id,
            count=len(found),
            details={"of": "measures"},
        )
    return MeasureList(measures=listed, total=len(listed), more=False, limit=len(listed))


@router.post("/measures/{measure_id}/confirmation")
async def confirm(
    measure_id: UUID, said: Confirmation, staff: Settler, service: CurrentService
) -> MeasureView:
    """Confirm a provisional measure that another entered: its term begins."""
    rules = _rules(service)

    def step(now: Standing, uow: UnitOfWork) -> Step:
        return rules_of.confirm(now, staff.staff_id, uow.now, said.started_on, uow.today, rules)

    return await _take(service, staff, Function.MEASURE_SETTLE, measure_id, step)


@router.post("/measures/{measure_id}/lifting")
async def lift(
    measure_id: UUID, said: Lifting, staff: Settler, service: CurrentService
) -> MeasureView:
    """Lift a provisional measure that another entered."""

    def step(now: Standing, uow: UnitOfWork) -> Step:
        return rules_of.lift(now, staff.staff_id, uow.now, said.reason)

    return await _take(service, staff, Function.MEASURE_SETTLE, measure_id, step)


@router.post("/measures/{measure_id}/proposal")
async def propose(
    measure_id: UUID, said: MeasureProposal, staff: Proposer, service: CurrentService
) -> MeasureView:
    """Propose an extension or the end; another settles it, and until then nothing changes."""

    def step(now: Standing, uow: UnitOfWork) -> Step:
        if said.applied_on is not None:
            return rules_of.propose_extension(
                now, staff.staff_id, uow.now, said.applied_on, uow.today
            )
        reason = said.reason or EndReason.REQUESTED
        return rules_of.propose_end(now, staff.staff_id, uow.now, reason, uow.today)

    return await _take(service, staff, Function.MEASURE_PROPOSE, measure_id, step)


@router.post("/measures/{measure_id}/settlement")
async def settle(
    measure_id: UUID, said: MeasureSettlement, staff: Settler, service: CurrentService
) -> MeasureView:
    """Settle what another proposed, or send it back."""

    def step(now: Standing, uow: UnitOfWork) -> Step:
        return rules_of.settle(now, staff.staff_id, uow.now, agree=said.agree)

    return await _take(service, staff, Function.MEASURE_SETTLE, measure_id, step)


async def _take(
    service: Service,
    staff: StaffContext,
    function: Function,
    measure_id: UUID,
    taken: Callable[[Standing, UnitOfWork], Step],
) -> MeasureView:
    """Take one step, and let be hidden who is to be hidden after it. A refusal is recorded too."""
    if not sees_sealed(staff.functions):
        raise problems.function_not_allowed(Function.SEALED_VIEW.label)
    rules = _rules(service)
    refusal: Problem | None = None
    async with service.unit_of_work() as uow:
        measure = await _found(uow, measure_id, lock=True)
        try:
            if measure.told_by is not None:
                raise StepRefused(rules_of.Refusal.KEPT_BY_REGISTER)
            step = taken(measure.standing(rules, uow.today), uow)
        except StepRefused as refused:
            refusal = measure_refused(refused.refusal)
            _record(uow, staff, function, measure, None, refused=refusal.code)
        except NoRule:
            raise no_measure_rule() from None
        else:
            after = Measure(measure.measure_id, measure.ground, measure.persons,
                            (*measure.steps, step))  # fmt: skip
            await measures.add_step(uow.connection, measure, step, after.standing(rules, uow.today))
            await _hide(uow, after)
            _record(uow, staff, function, after, step)
            (view,) = await _views(uow, [after], rules)
    if refusal is not None:
        raise refusal
    return view


async def _hide(uow: UnitOfWork, measure: Measure) -> None:
    for event in await measures.hide(uow.connection, measure.persons):
        uow.emit(event, key=str(event.person_id))


async def _found(uow: UnitOfWork, measure_id: UUID, *, lock: bool = False) -> Measure:
    measure = await measures.find(uow.connection, measure_id, lock=lock)
    if measure is None:
        raise problems.not_found()
    return measure


def _rules(service: Service) -> Rules:
    rules: Rules = service.state.measure_rules
    return rules


async def _views(uow: UnitOfWork, found: Sequence[Measure], rules: Rules) -> list[MeasureView]:
    """For who may see sealed persons."""
    persons = {person_id for measure in found for person_id in measure.persons}
    seen = await measures.seen(uow.connection, persons, sees_sealed=True)
    return [measure_view(measure, seen, rules, uow.today) for measure in found]


def _record(
    uow: UnitOfWork,
    staff: StaffContext,
    function: Function,
    measure: Measure,
    step: Step | None,
    *,
    refused: str | None = None,
) -> None:
    """A record of each person's: whoever asks what was done about one of them finds it."""
    details: dict[str, str | int | bool] = {"of": "measure"}
    if step is not None:
        details["step"] = step.kind.value
    if refused is not None:
        details["refused"] = refused
    operation = AuditOperation.INQUIRY
    if function is Function.MEASURE_PROPOSE:
        operation = AuditOperation.ENTRY_PROVISIONAL
    elif function is Function.MEASURE_SETTLE:
        operation = AuditOperation.ENTRY_SETTLED
    for person_id in measure.persons:
        audit.record(
            uow,
            operation,
            staff=staff,
            function=function,
            person_id=person_id,
            outcome=AuditOutcome.REFUSED if refused else AuditOutcome.DONE,
            reference=measure.measure_id,
            details=details,
        )
