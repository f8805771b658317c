"""What the register tells of a support measure (支援措置), as steps of its life here.

The register's own two people have entered and settled it, so here it is followed. A step says what
was told last; a measure that is told of as ended by mistake and then goes on hides again.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from contracts.events.measures import MeasureStanding, SupportMeasureRecorded
from services.identity.domain.measures import Step, StepKind

_TERM_STEPS = (StepKind.CONFIRMED, StepKind.EXTENDED, StepKind.CORRECTED)
_OPENS = (StepKind.ENTERED, StepKind.REOPENED)


def follow(steps: Sequence[Step], told: SupportMeasureRecorded, at: datetime) -> list[Step]:
    """The steps to be added so that the measure stands as it was told of; none where it does."""
    by = told.source
    added: list[Step] = []
    if not steps:
        added.append(Step(StepKind.ENTERED, by, at, told.applied_on))
    over = _over(steps)
    if over and told.standing is not MeasureStanding.ENDED:
        added.append(Step(StepKind.REOPENED, by, at))
    before = _term(steps)
    if told.started_on is not None and told.last_day is not None:
        term = told.started_on, told.last_day
        if before is None:
            added.append(Step(StepKind.CONFIRMED, by, at, told.started_on, last=told.last_day))
        elif before[0] == told.started_on and before[1] < told.last_day:
            first = before[1] + timedelta(days=1)
            added.append(Step(StepKind.EXTENDED, by, at, first, last=told.last_day))
        elif before != term:
            added.append(Step(StepKind.CORRECTED, by, at, told.started_on, last=told.last_day))
    elif before is not None and told.standing is MeasureStanding.PROVISIONAL:
        added.append(Step(StepKind.CORRECTED, by, at))
    if told.standing is MeasureStanding.ENDED and not over:
        added.append(Step(StepKind.ENDED, by, at, told.ended_on, told.end_reason))
    return added


def _over(steps: Sequence[Step]) -> bool:
    over = False
    for step in steps:
        over = step.kind is StepKind.ENDED or (over and step.kind not in _OPENS)
    return over


def _term(steps: Sequence[Step]) -> tuple[date, date] | None:
    """The first day of the first term and the last of the last one, as told so far."""
    term: tuple[date, date] | None = None
    for step in steps:
        if step.kind not in _TERM_STEPS:
            continue
        if step.on is None or step.last is None:
            term = None
        elif step.kind is StepKind.EXTENDED and term is not None:
            term = term[0], step.last
        else:
            term = step.on, step.last
    return term
