"""What staff are shown: timelines with their reasons, notices with their state."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.events import InsuredCategory, TransitionKind, VoluntaryInsurance
from contracts.forms import EntryState, Form, Submission
from contracts.months import Month
from services.chassis.clock import japan_date
from services.qualification.domain.categories import Insurance, Segment
from services.qualification.domain.facts import Fact, known_at, pension_number
from services.qualification.domain.months import insured_months
from services.qualification.domain.notices import Deadline, Expected
from services.qualification.domain.parameters import Parameters
from services.qualification.domain.reasons import Effect, Figure, Reason, Review
from services.qualification.domain.timeline import AsOf, plan
from services.qualification.domain.transitions import Transition, item_id
from services.qualification.stores.notices import Notice
from services.qualification.stores.persons import Reported

TRANSITION_LABELS: Final = {
    TransitionKind.ACQUISITION: "資格取得",
    TransitionKind.LOSS: "資格喪失",
    TransitionKind.CATEGORY_CHANGE: "種別変更",
}


class _View(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ReasonView(_View):
    """Why: the rule's code, its article, a sentence, the figures, and how certain the source is."""

    code: str
    article: str
    sentence: str
    certainty: str
    certainty_label: str
    figures: dict[str, Figure]

    @classmethod
    def of(cls, reason: Reason) -> "ReasonView":
        """A reason as it is shown."""
        return cls(
            code=reason.code,
            article=reason.article,
            sentence=reason.sentence,
            certainty=reason.certainty.value,
            certainty_label=reason.certainty.label,
            figures=dict(reason.figures),
        )


class PeriodView(_View):
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


class UnknownView(_View):
    """Days on which the person may be insured, and of which the records do not tell."""

    since: date
    until: date | None
    """The first day on which it is no longer so."""
    reason: ReasonView
    ended: ReasonView | None


class TransitionView(_View):
    """An acquisition, loss or change, and what became of its report."""

    item_id: UUID
    kind: TransitionKind
    label: str
    occurred_on: date
    category_before: InsuredCategory | None
    category_after: InsuredCategory | None
    voluntary_before: VoluntaryInsurance | None
    voluntary_after: VoluntaryInsurance | None
    reason: ReasonView
    notice_id: UUID | None
    reportable: bool
    """Whether the city tells JPS; jps_reporting decides which of these it reports."""
    reported_at: datetime | None
    forwarded_on: date | None
    """送付日"""


class SupersededView(_View):
    """A transition that was reported and no longer follows from the facts."""

    item_id: UUID
    kind: TransitionKind
    label: str
    occurred_on: date
    code: str
    reported_at: datetime
    forwarded_on: date | None


class ReviewView(_View):
    """Something to look at before the rest can be relied on."""

    since: date | None
    reason: ReasonView

    @classmethod
    def of(cls, review: Review) -> "ReviewView":
        """A review as it is shown."""
        return cls(since=review.since, reason=ReasonView.of(review.reason))


class NoticeSummary(_View):
    """A notice as a list shows it."""

    notice_id: UUID
    kind: str
    title: str
    person_id: UUID
    receipt: str
    """受付番号, e.g. ``2026-000123``: fiscal year and number."""
    state: EntryState
    state_label: str
    received_on: date
    occurred_on: date
    due_on: date
    late: bool
    accepted_by: str
    accepted_by_me: bool
    """Whoever accepts a notice may not settle it."""
    forwarded_on: date | None


class NoticeView(_View):
    """One notice, whole."""

    summary: NoticeSummary
    submission: Submission
    outstanding: tuple[str, ...]
    """Labels of the required documents that are still missing: with any it cannot be settled."""
    deadline: ReasonView
    expected: "ExpectedView | None"
    """What it would bring about, while it is not settled."""
    accepted_at: datetime
    settled_by: str | None
    settled_at: datetime | None
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    withdrawn_reason: str | None


class ExpectedView(_View):
    """What a notice would bring about. ``transition`` None: nothing, and ``reviews`` say why."""

    transition: TransitionView | None
    reviews: tuple[ReviewView, ...]

    @classmethod
    def of(cls, person_id: UUID, expected: Expected) -> "ExpectedView":
        """What is expected, as it is shown."""
        found = expected.transition
        return cls(
            transition=None if found is None else transition_view(person_id, found, None),
            reviews=tuple(ReviewView.of(review) for review in expected.timeline.reviews),
        )


class QualificationView(_View):
    """A person's qualification as of a day, as far as was known at a moment (None: now)."""

    person_id: UUID
    as_of: date
    known_at: datetime | None
    category: InsuredCategory | None
    voluntary: VoluntaryInsurance | None
    category_label: str
    basic_pension_number: str | None
    """None: not assigned or not told, which is lawful."""
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
) -> QualificationView:
    """The whole of it. Raises ``NoValue``."""
    person_id, day = asked.person_id, asked.day
    known = known_at(facts, asked.moment)
    whole = plan(known, parameters)
    line = whole.until(AsOf(day, asked.moment))
    by_id = {item.item_id: _as_known(item, asked.moment) for item in reported}
    transitions = tuple(
        transition_view(person_id, t, by_id.get(item_id(person_id, t))) for t in line.transitions
    )
    shown = {view.item_id for view in transitions}
    unknown = any(s.category is None and s.past is None for s in line.segments)
    months = insured_months(line.segments, Month.of(day)).values()
    return QualificationView(
        person_id=person_id,
        as_of=day,
        known_at=asked.moment,
        category=_category(line.category),
        voluntary=_voluntary(line.category),
        category_label=line.category.label
        if line.category
        else ("不明" if unknown else "被保険者でない"),
        basic_pension_number=pension_number(known),
        periods=tuple(_period(s) for s in line.periods),
        unknown=tuple(_unknown(s) for s in line.segments if s.category is None),
        transitions=transitions,
        superseded=tuple(
            _superseded(item)
            for item in by_id.values()
            # Of an earlier moment the transitions themselves are what was thought then.
            if asked.moment is None and item and not item.stands and item.item_id not in shown
        ),
        category_1_months=sum(held is InsuredCategory.CATEGORY_1 for held in months),
        voluntary_months=sum(isinstance(held, VoluntaryInsurance) for held in months),
        reviews=tuple(ReviewView.of(review) for review in line.reviews),
        notes=tuple(ReasonView.of(note) for note in line.notes),
        next_change_on=whole.next_after(day),
        notices=tuple(notices),
    )


def transition_view(
    person_id: UUID, transition: Transition, reported: Reported | None
) -> TransitionView:
    """One transition, and its report where there is one."""
    return TransitionView(
        item_id=item_id(person_id, transition),
        kind=transition.kind,
        label=TRANSITION_LABELS[transition.kind],
        occurred_on=transition.occurred_on,
        category_before=_category(transition.before),
        category_after=_category(transition.after),
        voluntary_before=_voluntary(transition.before),
        voluntary_after=_voluntary(transition.after),
        reason=ReasonView.of(transition.at.reason),
        notice_id=transition.at.notice_id,
        reportable=transition.is_reportable,
        reported_at=reported.reported_at if reported else None,
        forwarded_on=reported.forwarded_on if reported else None,
    )


def notice_summary(
    notice: Notice, title: str, staff_id: str, moment: datetime | None = None
) -> NoticeSummary:
    """A notice in a list, in the state that it was in at ``moment``."""
    state = state_at(notice, moment)
    return NoticeSummary(
        notice_id=notice.notice_id,
        kind=notice.kind,
        title=title,
        person_id=notice.person_id,
        receipt=f"{notice.fiscal_year}-{notice.receipt_number:06d}",
        state=state,
        state_label=state.label,
        received_on=notice.received_on,
        occurred_on=notice.occurred_on,
        due_on=notice.due_on,
        late=notice.received_on > notice.due_on,
        accepted_by=notice.accepted_by,
        accepted_by_me=notice.accepted_by == staff_id,
        forwarded_on=notice.forwarded_on if state is EntryState.FORWARDED else None,
    )


def notice_view(
    notice: Notice,
    form: Form,
    staff_id: str,
    missing: Sequence[str],
    due: Deadline,
    expected: Expected | None,
) -> NoticeView:
    """One notice, whole."""
    return NoticeView(
        summary=notice_summary(notice, form.title, staff_id),
        submission=notice.submission,
        outstanding=tuple(missing),
        deadline=ReasonView.of(due.reason),
        expected=None if expected is None else ExpectedView.of(notice.person_id, expected),
        accepted_at=notice.accepted_at,
        settled_by=notice.settled_by,
        settled_at=notice.settled_at,
        withdrawn_by=notice.withdrawn_by,
        withdrawn_at=notice.withdrawn_at,
        withdrawn_reason=notice.withdrawn_reason,
    )


def state_at(notice: Notice, moment: datetime | None) -> EntryState:
    """The state that a notice was in at a moment after its acceptance; None: now.

    When it was sent is known by the day only, so until then it counts as settled.
    """
    if moment is None:
        return notice.state
    if notice.withdrawn_at is not None and notice.withdrawn_at <= moment:
        return EntryState.WITHDRAWN
    if notice.forwarded_on is not None and notice.forwarded_on <= japan_date(moment):
        return EntryState.FORWARDED
    if notice.settled_at is not None and notice.settled_at <= moment:
        return EntryState.SETTLED
    return EntryState.RECEIVED


def _category(insurance: Insurance | None) -> InsuredCategory | None:
    return insurance if isinstance(insurance, InsuredCategory) else None


def _voluntary(insurance: Insurance | None) -> VoluntaryInsurance | None:
    return insurance if isinstance(insurance, VoluntaryInsurance) else None


def _as_known(item: Reported, moment: datetime | None) -> Reported | None:
    if moment is None:
        return item
    if item.reported_at > moment:
        return None
    if item.forwarded_at is not None and item.forwarded_at > moment:
        return Reported(
            item.item_id, item.kind, item.occurred_on, item.reason, item.stands,
            item.reported_at, None, None,
        )  # fmt: skip
    return item


def _period(segment: Segment) -> PeriodView:
    if segment.category is None:
        raise ValueError("days of unknown category are no period")
    past = segment.past
    effect = past.effect if past is not None else None
    return PeriodView(
        category=_category(segment.category),
        voluntary=_voluntary(segment.category),
        category_label=segment.category.label,
        acquired_on=segment.first.day,
        acquired=ReasonView.of(segment.first.reason),
        lost_on=past.day if past and effect in (Effect.LOSES, Effect.CHANGES) else None,
        left_city_on=past.day if past and effect is Effect.LEAVES else None,
        ended=ReasonView.of(past.reason) if past else None,
        presumed=segment.presumed,
    )


def _unknown(segment: Segment) -> UnknownView:
    past = segment.past
    return UnknownView(
        since=segment.first.day,
        until=past.day if past else None,
        reason=ReasonView.of(segment.first.reason),
        ended=ReasonView.of(past.reason) if past else None,
    )


def _superseded(item: Reported) -> SupersededView:
    kind = TransitionKind(item.kind)
    return SupersededView(
        item_id=item.item_id,
        kind=kind,
        label=TRANSITION_LABELS[kind],
        occurred_on=item.occurred_on,
        code=item.reason,
        reported_at=item.reported_at,
        forwarded_on=item.forwarded_on,
    )
