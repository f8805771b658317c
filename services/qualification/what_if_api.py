"""What-if for the counter (窓口試算): facts keyed in, conclusions out, nothing kept but that it was
asked."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends

from contracts.events import AuditOperation, InsuredCategory, TransitionKind, VoluntaryInsurance
from contracts.functions import Function
from contracts.months import Month
from contracts.what_if import WhatIf
from services.chassis import audit
from services.chassis.http import current_service, requires
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.qualification.conclusions import CANNOT_CONCLUDE
from services.qualification.domain.facts import Fact
from services.qualification.domain.months import insured_months
from services.qualification.domain.notices import deadline, notice_of
from services.qualification.domain.parameters import NoValue, Parameters
from services.qualification.domain.timeline import AsOf, Timeline, plan
from services.qualification.domain.transitions import Transition
from services.qualification.domain.what_if import facts_of, wrong
from services.qualification.problems import cannot_conclude, question_wrong
from services.qualification.shown import (
    TRANSITION_LABELS,
    ReasonView,
    ReviewView,
    View,
    category_of,
    voluntary_of,
)
from services.qualification.state import State, state_of
from services.qualification.views import (
    PeriodView,
    UnknownView,
    category_label,
    period_view,
    unknown_view,
)

router = APIRouter()


class DueView(View):
    """The notice that a transition calls for, and by when."""

    form: str
    title: str
    due_on: date | None
    late: bool
    reason: ReasonView


class WhatIfTransition(View):
    """An acquisition, loss or change, and the notice due for it (None: none is)."""

    kind: TransitionKind
    label: str
    occurred_on: date
    category_before: InsuredCategory | None
    category_after: InsuredCategory | None
    voluntary_before: VoluntaryInsurance | None
    voluntary_after: VoluntaryInsurance | None
    reason: ReasonView
    notice: DueView | None


class MonthsView(View):
    """被保険者期間の月数 (法11条・11条の2), up to the month of ``as_of``."""

    category_1: int
    category_2: int
    category_3: int
    voluntary: int


class WhatIfView(View):
    """What would follow by a day."""

    as_of: date
    category: InsuredCategory | None
    voluntary: VoluntaryInsurance | None
    category_label: str
    periods: tuple[PeriodView, ...]
    unknown: tuple[UnknownView, ...]
    transitions: tuple[WhatIfTransition, ...]
    months: MonthsView
    reviews: tuple[ReviewView, ...]
    notes: tuple[ReasonView, ...]
    next_change_on: date | None


@router.post("/what-if")
async def what_if(
    question: WhatIf,
    staff: Annotated[StaffContext, Depends(requires(Function.NOTICE_ACCEPT))],
    service: Annotated[Service, Depends(current_service)],
) -> WhatIfView:
    """What would follow from these facts, with reasons, months and the notices due."""
    state = state_of(service)
    if errors := wrong(question):
        raise question_wrong(errors)
    async with service.unit_of_work() as uow:
        try:
            view = _view(question, uow.today, state, facts=facts_of(question, uow.today, uow.now))
        except CANNOT_CONCLUDE:
            raise cannot_conclude() from None
        audit.record(
            uow,
            AuditOperation.INQUIRY,
            staff=staff,
            function=Function.NOTICE_ACCEPT,
            details={"what": "what-if"},
        )
    return view


def _view(question: WhatIf, today: date, state: State, facts: list[Fact]) -> WhatIfView:
    day = question.as_of or today
    whole = plan(facts, state.parameters)
    line = whole.until(AsOf(day))
    return WhatIfView(
        as_of=day,
        category=category_of(line.category),
        voluntary=voluntary_of(line.category),
        category_label=category_label(line),
        periods=tuple(period_view(segment) for segment in line.periods),
        unknown=tuple(unknown_view(s) for s in line.segments if s.category is None),
        transitions=tuple(_transition(t, today, state) for t in line.transitions),
        months=_months(line, day),
        reviews=tuple(ReviewView.of(review) for review in line.reviews),
        notes=tuple(ReasonView.of(note) for note in line.notes),
        next_change_on=whole.next_after(day),
    )


def _transition(found: Transition, today: date, state: State) -> WhatIfTransition:
    return WhatIfTransition(
        kind=found.kind,
        label=TRANSITION_LABELS[found.kind],
        occurred_on=found.occurred_on,
        category_before=category_of(found.before),
        category_after=category_of(found.after),
        voluntary_before=voluntary_of(found.before),
        voluntary_after=voluntary_of(found.after),
        reason=ReasonView.of(found.at.reason),
        notice=_due(found, today, state, state.parameters),
    )


def _due(found: Transition, today: date, state: State, rules: Parameters) -> DueView | None:
    kind = notice_of(found)
    if kind is None:
        return None
    try:
        due = deadline(kind, found.occurred_on, today, rules)
    except NoValue:
        return None
    return DueView(
        form=kind,
        title=state.title(kind),
        due_on=due.due_on,
        late=due.late,
        reason=ReasonView.of(due.reason),
    )


def _months(line: Timeline, day: date) -> MonthsView:
    held = list(insured_months(line.segments, Month.of(day)).values())
    return MonthsView(
        category_1=held.count(InsuredCategory.CATEGORY_1),
        category_2=held.count(InsuredCategory.CATEGORY_2),
        category_3=held.count(InsuredCategory.CATEGORY_3),
        voluntary=sum(isinstance(kind, VoluntaryInsurance) for kind in held),
    )
