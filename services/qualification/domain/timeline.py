"""The timeline: everything concluded about a person's qualification, as of a day.

`timeline` is a pure function of the facts. It first works out the whole plan, the future included
(somebody of 25 will reach 60), and then keeps what has happened by the day asked about. So a
timeline of an earlier day is always the beginning of that of a later one, and the next day on which
something will happen by itself is known.
"""

from collections.abc import Iterable, Sequence, Set
from dataclasses import field, replace
from datetime import date, datetime
from typing import Final

from contracts.ages import reaches
from contracts.codes import ResidentKind
from contracts.eras import possible_days
from contracts.values import value
from services.qualification.domain.acquisition import reaches_acquisition_age
from services.qualification.domain.categories import Insurance, Segment, alone, compose
from services.qualification.domain.city import life
from services.qualification.domain.exclusion import covered
from services.qualification.domain.facts import (
    Content,
    Fact,
    PensionNumberStatement,
    RegisterStatement,
    known_at,
    standing,
)
from services.qualification.domain.health_insurance import HealthInsuranceStatement
from services.qualification.domain.loss import reaches_loss_age
from services.qualification.domain.one_person import History, histories, together, views_of
from services.qualification.domain.parameters import NoValue, Parameters
from services.qualification.domain.person import Person
from services.qualification.domain.reasons import Effect, Reason, Review, Rule, because
from services.qualification.domain.spans import ALWAYS, Boundary, Span, intersect
from services.qualification.domain.told import (
    NotTheirsStatement,
    OldAgeStatement,
    TakenBackStatement,
    VoluntaryStatement,
)
from services.qualification.domain.transitions import Transition, transitions
from services.qualification.domain.uncertain_birth import BIRTH_DATE_IN_PART, agreed
from services.qualification.domain.voluntary import insure

BIRTH_DATE_UNCERTAIN: Final = Rule(
    code="birth-date-uncertain",
    article="国民年金法8条1号・9条3号・年齢計算ニ関スル法律",
    sentence="生年月日（{written}）が確定していないため、年齢による資格の得喪を判定していません。",
    effect=Effect.UNKNOWN,
    rank=99,
)
BIRTH_DATE_LATER: Final = Rule(
    code="birth-date-in-future",
    article="国民年金法8条1号・9条3号",
    sentence="生年月日（{birth}）が届出の日より後です。住民記録を確認してください。",
    effect=Effect.UNKNOWN,
    rank=99,
)
PRESUMED: Final = Rule(
    code="presumed-category-1",
    article="国民年金法7条1項1号",
    sentence="第２号・第３号被保険者である旨の記録がないため、第１号被保険者として扱っています。",
    effect=Effect.NOTHING,
    rank=99,
)
TO_BE_CHECKED: Final = Rule(
    code="to-be-checked",
    article="（根拠の確度）",
    sentence="「{article}」の根拠は{certainty}です。確認のうえ取り扱ってください。",
    effect=Effect.NOTHING,
    rank=99,
)

_BIRTHS: Final = 65_536
"""Days of birth of which the ages are remembered at most: those of 120 years, and more."""


@value
class AsOf:
    """What has happened by ``day``, as far as was known at ``known_at`` (None: by now)."""

    day: date
    known_at: datetime | None = None


@value
class Timeline:
    """A person's qualification as of a day.

    ``segments``: the days of each category in order, without overlap, and those of which the
    city's records do not tell (``category`` None). ``reviews``: what a person has to look at before
    the rest can be relied on.
    """

    as_of: AsOf
    segments: tuple[Segment, ...] = ()
    reviews: tuple[Review, ...] = ()

    @property
    def notes(self) -> tuple[Reason, ...]:
        """What staff should know when they read it."""
        notes = []
        if any(segment.presumed for segment in self.segments):
            notes.append(because(PRESUMED))
        ends = (end for s in self.segments for end in (s.first, s.past) if end is not None)
        for end in ends:
            if end.reason.certainty.needs_check:
                label = end.reason.certainty.label
                notes.append(because(TO_BE_CHECKED, article=end.reason.article, certainty=label))
        return tuple(dict.fromkeys(notes))

    @property
    def periods(self) -> tuple[Segment, ...]:
        """The segments whose category is known."""
        return tuple(segment for segment in self.segments if segment.category is not None)

    @property
    def transitions(self) -> tuple[Transition, ...]:
        """Acquisitions, losses and changes of category, in order."""
        return transitions(self.segments)

    @property
    def category(self) -> Insurance | None:
        """The category on the day of the timeline; None: not insured, or not known."""
        last = self.segments[-1] if self.segments else None
        return last.category if last is not None and last.past is None else None


_NOTHING_BESIDE: Final = frozenset(
    {
        RegisterStatement,
        PensionNumberStatement,
        HealthInsuranceStatement,
        TakenBackStatement,
        NotTheirsStatement,
    }
)


@value
class Plan:
    """Everything that follows from the facts, whenever it happens."""

    segments: tuple[Segment, ...]
    reviews: tuple[Review, ...]
    said: History = field(default=(), compare=False, repr=False)
    """What the register said, by all records of the person: what it follows from."""

    def until(self, as_of: AsOf) -> Timeline:
        """What of it has happened by the day."""
        day = as_of.day
        segments = tuple(_until(s, day) for s in self.segments if s.first.day <= day)
        reviews = [r for r in self.reviews if r.since is None or r.since <= day]
        last = segments[-1] if segments else None
        if last is not None and last.past is None and last.category is None:
            reviews.insert(0, Review(last.first.reason, last.first.day))
        by_reason = {review.reason: review for review in reviews}
        return Timeline(as_of, segments, tuple(by_reason.values()))

    def next_after(self, day: date) -> date | None:
        """The next day on which something happens by itself; None where nothing will."""
        ends = (end for s in self.segments for end in (s.first, s.past) if end is not None)
        days = [end.day for end in ends if end.day > day]
        days += [r.since for r in self.reviews if r.since is not None and r.since > day]
        return min(days, default=None)


def timeline(facts: Iterable[Fact], parameters: Parameters, as_of: AsOf) -> Timeline:
    """The qualification as of a day, from what was known at a moment.

    Raises ``NoValue`` where a rule asks for a figure of a day that the parameters do not cover.
    """
    return plan(known_at(facts, as_of.known_at), parameters).until(as_of)


def plan(facts: Sequence[Fact], parameters: Parameters) -> Plan:
    """Everything that follows from the facts. Raises ``NoValue``."""
    facts = standing(facts)
    records = histories(facts)
    statements = together(records)
    if not statements:
        return Plan((), ())
    birth = statements[-1].birth_date
    if birth.value is not None:
        return _plan(birth.value, facts, records, statements, parameters)
    possible = possible_days(birth)
    if possible is None:
        unsure = Review(because(BIRTH_DATE_UNCERTAIN, written=birth.notation))
        return _ageless(unsure, facts, statements, parameters)
    # Whoever is told of was born by then.
    first, last = possible[0], max(possible[0], min(possible[1], statements[0].reported_on))
    early, late = (_plan(day, facts, records, statements, parameters) for day in (first, last))
    why = because(BIRTH_DATE_IN_PART, written=birth.notation, first=first, last=last)
    segments, reviews = agreed(early.segments, late.segments, why)
    return Plan(tuple(segments), (*reviews, *early.reviews, *late.reviews), statements)


def _ageless(
    unsure: Review,
    facts: Sequence[Fact],
    statements: Sequence[RegisterStatement],
    parameters: Parameters,
) -> Plan:
    """What is told of categories 2 and 3 of somebody of whose birth nothing is certain."""
    alive, _ = life(statements)
    kind, kinds = statements[-1].resident_kind, _kinds(facts)
    nobody = Person(None, kind, alive, ALWAYS, (), (), facts, kinds, parameters)
    segments, reviews = _all_of(nobody, ())
    return Plan(tuple(segments), (unsure, *reviews), statements)


def _plan(
    birth: date,
    facts: Sequence[Fact],
    records: Sequence[History],
    statements: History,
    parameters: Parameters,
) -> Plan:
    """Everything that follows from the facts and a birth date. Raises ``NoValue``."""
    said = statements[-1]
    alive, death_reviews = life(statements)
    # Most people have nothing but the register's statements: they pay for no other rule.
    kinds = _kinds(facts)
    told = not kinds <= _NOTHING_BESIDE
    if birth > said.reported_on:
        return Plan((), (Review(because(BIRTH_DATE_LATER, birth=birth)),), statements)
    ages = _ages(birth, statements, parameters)
    if ages is None:
        return Plan((), (), statements)
    covers, status_reviews = covered(statements, parameters)
    views, residence_reviews = views_of(records)
    eligible = [
        _known(span, view.told)
        for view in views
        for span in intersect(intersect([view.span], [ages]), intersect([alive], covers))
    ]
    last = ages.past
    if told:
        person = Person(
            birth, said.resident_kind, alive, ages, views, covers, facts, kinds, parameters
        )
        segments, category_reviews = _all_of(person, eligible)
        if VoluntaryStatement in kinds and segments:
            last = segments[-1].past
    else:
        segments, category_reviews = alone(eligible), []
    # What is unclear before 20 or after insurance stands in nobody's way.
    concerned = Span(ages.first, last)
    reviews = [
        review
        for review in (*residence_reviews, *death_reviews, *status_reviews)
        if review.since is None or concerned.holds(review.since)
    ]
    return Plan(tuple(segments), (*reviews, *category_reviews), statements)


def _kinds(facts: Sequence[Fact]) -> Set[type[Content]]:
    return {type(fact.content) for fact in facts}


def _all_of(person: Person, eligible: Sequence[Span]) -> tuple[list[Segment], list[Review]]:
    """The three categories, and insurance by choice beside them. Raises ``NoValue``."""
    if OldAgeStatement in person.kinds:
        eligible = intersect(eligible, person.old_age.without_benefit())
    segments, reviews = compose(eligible, person)
    if VoluntaryStatement in person.kinds:
        segments = insure(segments, person, reviews)
    return segments, reviews


def _ages(
    birth: date, statements: Sequence[RegisterStatement], parameters: Parameters
) -> Span | None:
    """The days from 20 to 60. None: of somebody who was past them before we ever heard of them,
    and so old that the parameters do not reach back to their youth. Raises ``NoValue``."""
    kind = statements[-1].resident_kind
    try:
        return _between(birth, kind, parameters)
    except NoValue:
        oldest = max(dated.value for dated in parameters.loss_age.values)
        if reaches(oldest, birth) > statements[0].reported_on:
            raise
        return None


def _between(birth: date, kind: ResidentKind, parameters: Parameters) -> Span:
    # All who were born on one day: remembered, of all days on which those insured were born.
    remembered: dict[tuple[date, ResidentKind], Span] = parameters.remembered
    ages = remembered.get((birth, kind))
    if ages is None:
        if len(remembered) >= _BIRTHS:
            remembered.clear()
        ages = remembered[birth, kind] = Span(
            reaches_acquisition_age(birth, kind, parameters),
            reaches_loss_age(birth, kind, parameters),
        )
    return ages


def _known(span: Span, told: Boundary) -> Span:
    """A span as unknown where it begins before our records tell of it."""
    if span.first is not None and span.first.day >= told.day:
        return span
    day = span.first.day if span.first is not None else told.day
    return replace(span, first=Boundary(day, told.reason, told.accepted_on))


def _until(segment: Segment, day: date) -> Segment:
    if segment.past is not None and segment.past.day > day:
        return Segment(segment.first, None, segment.category, segment.presumed, segment.came_from)
    return segment
