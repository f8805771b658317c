"""What staff are shown of a support measure (支援措置)."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel

from contracts.events.residents import ResidentRecord
from services.identity import labels
from services.identity.domain.measures import Rules, Standing
from services.identity.pages import Coded, FoundPerson, coded, person_line
from services.identity.stores.measures import Measure


class TermView(BaseModel):
    """支援措置の期間, both days inclusive."""

    first: date
    last: date
    extendable_from: date
    article: str
    certainty: str
    """``2nd`` or ``unverified``: staff check the length of the term against the source."""


class StepView(BaseModel):
    """One step of a measure's life."""

    step: Coded
    staff_id: str
    at: datetime
    on: date | None
    reason: Coded | None


class MeasureView(BaseModel):
    """One measure: how it stands today, whom it hides, and how it came to be so."""

    measure_id: UUID
    state: Coded
    hides: bool
    ground: Coded
    kept_by: str | None
    """The system that keeps the measure and tells of it; null: it is kept here."""
    kept_by_label: str | None
    last_day: date | None
    """支援終了予定日 of the last term; null while it is provisional."""
    days_left: int | None
    """Days from today to the last day; 0 on the last day, below 0 once the term has passed."""
    applied_on: date | None
    persons: list[FoundPerson]
    terms: list[TermView]
    proposed: Coded | None
    """What waits for another to settle it."""
    steps: list[StepView]


class MeasureList(BaseModel):
    """Measures, the oldest first."""

    measures: list[MeasureView]
    total: int
    more: bool
    limit: int


def measure_view(
    measure: Measure, seen: Mapping[UUID, ResidentRecord], rules: Rules, today: date
) -> MeasureView:
    """A measure as it stands today; ``seen``: its persons' records."""
    now = measure.standing(rules, today)
    return MeasureView(
        measure_id=measure.measure_id,
        state=coded(now.state),
        hides=now.hides,
        ground=coded(measure.ground),
        kept_by=measure.told_by,
        kept_by_label=labels.SYSTEMS[measure.told_by] if measure.told_by else None,
        last_day=now.terms[-1].last if now.terms else None,
        days_left=(now.terms[-1].last - today).days if now.terms and now.hides else None,
        applied_on=now.entered.on,
        persons=[person_line(one, seen[one]) for one in measure.persons if one in seen],
        terms=list(_terms(now, rules)),
        proposed=None if now.pending is None else coded(now.pending.kind),
        steps=[
            StepView(
                step=coded(step.kind),
                staff_id=step.staff_id,
                at=step.at,
                on=step.on,
                reason=None if step.reason is None else coded(step.reason),
            )
            for step in measure.steps
        ],
    )


def _terms(now: Standing, rules: Rules) -> Iterable[TermView]:
    for term in now.terms:
        rule = rules.nearest(term.first)
        yield TermView(
            first=term.first,
            last=term.last,
            extendable_from=term.extendable_from,
            article=rule.article,
            certainty=rule.certainty,
        )
