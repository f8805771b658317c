"""A person's qualification as staff are shown it: timelines with their reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

from contracts.events import InsuredCategory, TransitionKind, VoluntaryInsurance
from contracts.months import Month
from services.chassis.corrections import Correction, CorrectionView
from services.qualification.domain.categories import Segment
from services.qualification.domain.decisions import counting, known_by
from services.qualification.domain.facts import Fact, known_at, standing
from services.qualification.domain.months import insured_months
from services.qualification.domain.numbers import pension_numbers
from services.qualification.domain.parameters import Parameters
from services.qualification.domain.reasons import Effect
from services.qualification.domain.stays import jps_record
from services.qualification.domain.timeline import AsOf, Timeline, plan
from services.qualification.domain.transitions import happening
from services.qualification.jps_views import DifferenceView, JpsRecordView, NumberView
from services.qualification.notice_views import NoticeSummary
from services.qualification.shown import (
    TRANSITION_LABELS,
    DecisionView,
    ReasonView,
    ReviewView,
    TransitionView,
    View,
    category_of,
    transition_view,
    voluntary_of,
)
from services.qualification.stores.differences import Kept
from services.qualification.stores.reports import Reported


class PeriodView(View):
    """資格情報: one period of one category.

    ``lost_on``: 喪失日, or the day of the change to another category. ``left_city_on``: 転出日,
    where the qualification goes on in another municipality. Both None with an ``ended``: it ended
    on a day that nobody told. ``presumed``: it follows from the register alone.
    """

    category: InsuredCategory | None
    """None: insured by choice."""
    voluntary: VoluntaryInsurance | None
    category_label: str
    acquired_on: date
    acquired: ReasonView
    lost_on: date | None
    left_city_on: date | None
    ended: ReasonView | None
    presumed: bool


class UnknownView(View):
    """Days on which the person may be insured, and of which the records do not tell."""

    since: date
    until: date | None
    """The first day on which it is no longer so."""
    reason: ReasonView
    ended: ReasonView | None


class SupersededView(View):
    """A transition that was reported and no longer follows from the facts."""

    item_id: UUID
    kind: TransitionKind
    label: str
    occurred_on: date
    code: str
    reported_at: datetime
    forwarded_on: date | None
    decision: DecisionView | None
    corrections: tuple[CorrectionView, ...]


class QualificationView(View):
    """A person's qualification as of a day, as far as was known at a moment (None: now)."""

    person_id: UUID
    as_of: date
    known_at: datetime | None
    category: InsuredCategory | None
    voluntary: VoluntaryInsurance | None
    category_label: str
    basic_pension_number: str | None
    """None: not assigned or not told, which is lawful."""
    pension_numbers: tuple[NumberView, ...]
    """Every number told, with what it is. Two that are assigned: suspected to be a duplicate."""
    periods: tuple[PeriodView, ...]
    unknown: tuple[UnknownView, ...]
    transitions: tuple[TransitionView, ...]
    superseded: tuple[SupersededView, ...]
    category_1_months: int
    """Months of category 1 that the records tell (法11条・11条の2)."""
    voluntary_months: int
    """Months of insurance by choice (附則5条9項)."""
    reviews: tuple[ReviewView, ...]
    notes: tuple[ReasonView, ...]
    next_change_on: date | None
    """The next day on which something happens by itself."""
    notices: tuple[NoticeSummary, ...]
    jps_record: JpsRecordView | None
    """What JPS's record tells (theirs); None: none was told."""
    differences: tuple[DifferenceView, ...]
    """Where it and ours do not agree, and nobody has said yet what was done. Of now only."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked about a person: until which day, known at which moment, by whom."""

    person_id: UUID
    day: date
    moment: datetime | None
    staff_id: str


def qualification_view(
    asked: Asked,
    facts: Sequence[Fact],
    parameters: Parameters,
    reported: Sequence[Reported],
    notices: Sequence[NoticeSummary],
    differing: Sequence[Kept] = (),
    corrections: Mapping[UUID, Sequence[Correction]] = MappingProxyType({}),
) -> QualificationView:
    """The whole of it. Raises ``NoValue``."""
    person_id, day = asked.person_id, asked.day
    known = known_at(facts, asked.moment)
    whole = plan(known, parameters)
    numbers, record = pension_numbers(known), jps_record(standing(known))
    line = whole.until(AsOf(day, asked.moment))
    by_id = _latest(reported, asked.moment)
    # Of two that were reported under two ids before they were one person's, the first.
    happened = {(i.kind, i.occurred_on, i.reason): i for i in reversed([*by_id.values()])}
    transitions = tuple(
        transition_view(person_id, t, item, corrections.get(item.item_id, ()) if item else ())
        for t in line.transitions
        for item in (happened.get(happening(t)),)
    )
    found = (happened.get(happening(t)) for t in line.transitions)
    shown = {item.first_item_id for item in found if item is not None}
    months = insured_months(line.segments, Month.of(day)).values()
    return QualificationView(
        person_id=person_id,
        as_of=day,
        known_at=asked.moment,
        category=category_of(line.category),
        voluntary=voluntary_of(line.category),
        category_label=category_label(line) if known else NOTHING_KNOWN,
        basic_pension_number=numbers.current,
        pension_numbers=tuple(map(NumberView.of, numbers.all)),
        periods=tuple(period_view(s) for s in line.periods),
        unknown=tuple(unknown_view(s) for s in line.segments if s.category is None),
        transitions=transitions,
        superseded=tuple(
            _superseded(item, corrections.get(item.item_id, ()))
            for first, item in by_id.items()
            # Of an earlier moment the transitions themselves are what was thought then.
            if asked.moment is None and not item.stands and first not in shown
        ),
        category_1_months=sum(held is InsuredCategory.CATEGORY_1 for held in months),
        voluntary_months=sum(isinstance(held, VoluntaryInsurance) for held in months),
        reviews=tuple(ReviewView.of(review) for review in line.reviews),
        notes=tuple(ReasonView.of(note) for note in line.notes),
        next_change_on=whole.next_after(day),
        notices=tuple(notices),
        jps_record=JpsRecordView.of(record) if record else None,
        differences=tuple(map(DifferenceView.of, differing)),
    )


def _latest(reported: Sequence[Reported], moment: datetime | None) -> dict[UUID, Reported]:
    """The latest report of each transition, by the id under which it was reported first."""
    found: dict[UUID, Reported] = {}
    for item in sorted(reported, key=lambda item: item.reported_at):
        if (known := _as_known(item, moment)) is not None:
            found[item.first_item_id] = known
    return found


def _as_known(item: Reported, moment: datetime | None) -> Reported | None:
    if moment is None:
        return item
    if item.reported_at > moment:
        return None
    known = replace(item, decisions=known_by(item.decisions, moment))
    if item.forwarded_at is not None and item.forwarded_at > moment:
        return replace(known, forwarded_on=None, forwarded_at=None)
    return known


NOTHING_KNOWN: Final = "不明（この時点で本市に記録なし）"
"""Of an earlier moment: that nothing was known is not that somebody was not insured."""


def category_label(line: Timeline) -> str:
    """As what somebody is insured on the day of the timeline, in words."""
    if line.category is not None:
        return line.category.label
    unknown = any(s.category is None and s.past is None for s in line.segments)
    return "不明" if unknown else "被保険者でない"


def period_view(segment: Segment) -> PeriodView:
    """A period as it is shown. Raises ``ValueError`` for days of unknown category."""
    if segment.category is None:
        raise ValueError("days of unknown category are no period")
    past = segment.past
    effect = past.effect if past is not None else None
    return PeriodView(
        category=category_of(segment.category),
        voluntary=voluntary_of(segment.category),
        category_label=segment.category.label,
        acquired_on=segment.first.day,
        acquired=ReasonView.of(segment.first.reason),
        lost_on=past.day if past and effect in (Effect.LOSES, Effect.CHANGES) else None,
        left_city_on=past.day if past and effect is Effect.LEAVES else None,
        ended=ReasonView.of(past.reason) if past else None,
        presumed=segment.presumed,
    )


def unknown_view(segment: Segment) -> UnknownView:
    """Days of unknown category as they are shown."""
    past = segment.past
    return UnknownView(
        since=segment.first.day,
        until=past.day if past else None,
        reason=ReasonView.of(segment.first.reason),
        ended=ReasonView.of(past.reason) if past else None,
    )


def _superseded(item: Reported, corrections: Sequence[Correction]) -> SupersededView:
    kind, decided = TransitionKind(item.kind), counting(item.decisions)
    return SupersededView(
        item_id=item.item_id,
        kind=kind,
        label=TRANSITION_LABELS[kind],
        occurred_on=item.occurred_on,
        code=item.reason,
        reported_at=item.reported_at,
        forwarded_on=item.forwarded_on,
        decision=DecisionView.of(decided) if decided else None,
        corrections=CorrectionView.all_of(corrections),
    )
