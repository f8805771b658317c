"""Insurance by choice (任意加入): who may have it, and from when.

附則5条1項〜3項; after 65 (特例任意加入) 平6附則11条, 平16附則23条, 令7附則40条.

Under which item somebody is insured follows from where they live and how old they are, so no notice
has to say it, and reaching 60 in Japan takes a recipient from item 1 to item 2 without a new
application. Acquired on the day of the application, never earlier (附則5条3項). Who has paid for
the months after becoming a recipient is taken to have applied (`deemed_application`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from contracts.codes import ResidentKind
from contracts.events import InsuredCategory, TransitionOrigin, VoluntaryInsurance
from contracts.months import Month
from services.qualification.domain.categories import Segment
from services.qualification.domain.deemed_application import DEEMED_BY_PAYMENT, with_deemed
from services.qualification.domain.facts import Fact
from services.qualification.domain.parameters import SpecialGroup
from services.qualification.domain.person import Person
from services.qualification.domain.reasons import Certainty, Effect, Reason, Review, Rule, because
from services.qualification.domain.spans import Boundary, earlier
from services.qualification.domain.told import VoluntaryEvent, VoluntaryStatement
from services.qualification.domain.voluntary_loss import AT_65, Held, Other, ends

_DAY: Final = timedelta(days=1)
KINDS: Final = VoluntaryInsurance
_ITEMS: Final = {
    KINDS.RECIPIENT: "国民年金法附則5条1項1号",
    KINDS.AGED_60_TO_64: "国民年金法附則5条1項2号",
    KINDS.ABROAD: "国民年金法附則5条1項3号",
}
_APPLICATIONS: Final = (VoluntaryEvent.APPLIED, VoluntaryEvent.PREMIUM_PAID_ON)
_SPECIAL_ITEMS: Final = {KINDS.SPECIAL_IN_JAPAN: "1項1号", KINDS.SPECIAL_ABROAD: "1項2号"}

APPLIED: Final = Rule(
    code="voluntary-application",
    article="国民年金法附則5条1項・3項",
    sentence="{day}の申出により、その日に任意加入の資格を取得（{item}）。",
    effect=Effect.ACQUIRES,
    rank=100,
    origin=TransitionOrigin.NOTICE,
)
APPLIED_ON_LEAVING: Final = Rule(
    code="voluntary-application-on-leaving",
    article="国民年金法附則5条1項3号・3項、9条2号",
    sentence="国外転出の日（{event}）の申出。第１号被保険者の資格を喪失する翌日（{day}）に任意加入の資格を取得（{item}）。",
    effect=Effect.ACQUIRES,
    rank=100,
    certainty=Certainty.UNVERIFIED,
    origin=TransitionOrigin.NOTICE,
)
APPLIED_SPECIAL: Final = Rule(
    code="special-voluntary-application",
    article="平6附則11条1項・4項、平16附則23条1項・4項、令7附則40条1項・4項",
    sentence="{day}の申出により、その日に特例任意加入の資格を取得（{item}）。",
    effect=Effect.ACQUIRES,
    rank=100,
    origin=TransitionOrigin.NOTICE,
)
DEEMED_SPECIAL: Final = Rule(
    code="special-voluntary-deemed",
    article="平6附則11条3項・4項、平16附則23条3項・4項、令7附則40条3項・4項",
    sentence="任意加入のまま65歳に達し受給権がないため、申出があったものとみなされ、{day}に特例任意加入の資格を取得（{item}）。",
    effect=Effect.ACQUIRES,
    rank=100,
    origin=TransitionOrigin.AGE,
)
NOW_AGED_60: Final = Rule(
    code="voluntary-age-60",
    article="国民年金法附則5条1項1号・2号・6項・7項",
    sentence="{day}に60歳に達し、以後は附則5条1項2号に掲げる者として任意加入が続く。",
    effect=Effect.CHANGES,
    rank=100,
    certainty=Certainty.UNVERIFIED,
    origin=TransitionOrigin.AGE,
)
NOT_ALLOWED: Final = Rule(
    code="voluntary-not-allowed",
    article="国民年金法附則5条1項・9条の2の3、平6附則11条1項、平16附則23条1項、令7附則40条1項",
    sentence="{day}に任意加入・特例任意加入の要件（住所・年齢・国籍・受給権・他の種別でないこと）を満たすと確認できません。",
    effect=Effect.NOTHING,
    rank=100,
)
OF_THE_ORDER: Final = Rule(
    code="voluntary-person-of-the-order",
    article="国民年金法附則5条1項3号",
    sentence="申出（{day}）の時点で国外に住所があり、日本国籍がありません。「その他政令で定める者」に当たる場合に限り任意加入できます。"
    "該当するかどうかを年金事務所に確認してください。",
    effect=Effect.NOTHING,
    # Whom the Act's order names was not found: nobody is taken to be one, and nobody is refused.
    certainty=Certainty.UNVERIFIED,
    rank=100,
)
ALREADY_INSURED: Final = Rule(
    code="voluntary-already",
    article="国民年金法附則5条1項",
    sentence="{day}には既に任意加入の資格があるため、申出による取得はありません。",
    effect=Effect.NOTHING,
    rank=100,
)
MONTHS_UNKNOWN: Final = Rule(
    code="voluntary-months-unknown",
    article="国民年金法附則5条5項4号・27条",
    sentence="申出（{day}）までの納付月数等が記録になく、{limit}月に達する日を判定していません。",
    effect=Effect.NOTHING,
    rank=100,
)
MONTHS_FULL: Final = Rule(
    code="voluntary-months-full",
    article="国民年金法附則5条5項4号・27条",
    sentence="申出（{day}）の時点で納付月数等が{credited}月あり、既に{limit}月に達しています。",
    effect=Effect.NOTHING,
    rank=100,
)
RIGHT_UNKNOWN: Final = Rule(
    code="voluntary-right-unknown",
    article="平6附則11条3項、平16附則23条3項、令7附則40条3項",
    sentence="{day}に65歳に達しました。老齢等の受給権の有無が記録になく、特例任意加入の申出とみなされるかどうか判定していません。",
    effect=Effect.NOTHING,
    rank=100,
)


@dataclass(frozen=True, slots=True)
class Beside:
    """What else is told, and how the insurance by choice before this one ended."""

    events: Sequence[VoluntaryStatement]
    others: Sequence[Other]
    before: Boundary | None

    def ended_before(self, end: Boundary, day: date) -> bool:
        """Whether an end on the very ``day`` of acquisition was that of the insurance before."""
        before = self.before
        return (
            before is not None
            and before.day == end.day == day
            and before.reason.rule is end.reason.rule
        )


def insure(segments: Sequence[Segment], person: Person, reviews: list[Review]) -> list[Segment]:
    """The segments of the three categories with those of insurance by choice put between them.

    Adds to ``reviews`` what applications had no effect and why. Raises ``NoValue``.
    """
    events = with_deemed(_events(person.facts), person.old_age, segments)
    others = [
        Other(segment.category, segment.first)
        for segment in segments
        if isinstance(segment.category, InsuredCategory)
    ]
    line: list[Segment] = []
    for said in events:
        if said.event not in _APPLICATIONS:
            continue
        held_to = line[-1].past if line else None
        if line and (held_to is None or said.on < held_to.day):
            reviews.append(Review(because(ALREADY_INSURED, day=said.on), said.on))
            continue
        start = _begins(said, person, segments)
        if start is None:
            rule = OF_THE_ORDER if _but_for_nationality(said.on, person) else NOT_ALLOWED
            reviews.append(Review(because(rule, day=said.on), said.on))
            continue
        full = _months(said, person) if start[0] in _ITEMS else None
        if full is not None:
            reviews.append(Review(full, said.on))
        if full is None or full.rule is not MONTHS_FULL:
            later = [event for event in events if event.on >= said.on]
            line += _periods(*start, said, person, Beside(later, others, held_to), reviews)
    if not line:
        return list(segments)
    return sorted([*_around(segments, line), *line], key=lambda segment: segment.first.day)


def kind_on(day: date, person: Person) -> tuple[VoluntaryInsurance, SpecialGroup | None] | None:
    """As what somebody may be insured by choice on ``day``; None: not at all. Raises ``NoValue``.

    Whether another category is held on the day is not looked at here.
    """
    if person.kind is not ResidentKind.JAPANESE and person.abroad(day) is not None:
        return None
    return _kind_of_any_nationality(day, person)


def _but_for_nationality(day: date, person: Person) -> bool:
    """Whether somebody abroad is wanting in nothing but Japanese nationality, which the Act's order
    may stand in for (附則5条1項3号; of 65 and over the Acts know no such order)."""
    if kind_on(day, person) is not None:
        return False
    found = _kind_of_any_nationality(day, person)
    return found is not None and found[0] is KINDS.ABROAD


def _kind_of_any_nationality(
    day: date, person: Person
) -> tuple[VoluntaryInsurance, SpecialGroup | None] | None:
    ages, rules = person.ages, person.parameters
    at_65, at_70 = (person.reaches(a) for a in (rules.voluntary_end_age, rules.special_end_age))
    first, past = ages.first, ages.past
    if first is None or past is None or at_65 is None or at_70 is None or day < first.day:
        return None
    if person.alive.past is not None and day >= person.alive.past.day:
        return None
    abroad = person.abroad(day) is not None
    if not abroad and (person.residence(day) is None or person.covered(day) is None):
        return None
    if day >= at_65:
        group = next(
            (g for g in rules.special_groups if person.birth and g.takes(person.birth)), None
        )
        if day >= at_70 or group is None or person.old_age.right_on(day):
            return None
        return (KINDS.SPECIAL_ABROAD if abroad else KINDS.SPECIAL_IN_JAPAN), group
    if person.old_age.early(day):
        return None
    if abroad:
        return KINDS.ABROAD, None
    if day >= past.day:
        return KINDS.AGED_60_TO_64, None
    return (KINDS.RECIPIENT, None) if person.old_age.recipient(day) else None


def _begins(
    said: VoluntaryStatement, person: Person, segments: Sequence[Segment]
) -> tuple[VoluntaryInsurance, Boundary] | None:
    found = kind_on(said.on, person)
    if found is None:
        return None
    kind, group = found
    rule, day = APPLIED if group is None else APPLIED_SPECIAL, said.on
    if said.event is VoluntaryEvent.PREMIUM_PAID_ON:
        rule = DEEMED_BY_PAYMENT
    held = next((s for s in segments if _holds(s, said.on) and s.category is not None), None)
    if held is not None:
        left = kind is KINDS.ABROAD and held.past is not None and held.past.day == said.on + _DAY
        if not left or held.category is not InsuredCategory.CATEGORY_1:
            return None
        rule, day = APPLIED_ON_LEAVING, said.on + _DAY
    doubt, item = (group.doubt if group is not None else None), _item(kind, group)
    reason = because(rule, doubt=doubt, event=said.on, day=day, item=item)
    return kind, Boundary(day, reason, said.accepted_on, said.notice_id, said.notice_id is None)


def _months(said: VoluntaryStatement, person: Person) -> Reason | None:
    """What stands against counting up to the limit of months: full already, or not known."""
    limit, credited = (
        person.parameters.voluntary_month_limit.on(said.on).value,
        said.credited_months,
    )
    if credited is None:
        return because(MONTHS_UNKNOWN, day=said.on, limit=limit)
    if credited >= limit:
        return because(MONTHS_FULL, day=said.on, limit=limit, credited=credited)
    return None


def _periods(
    kind: VoluntaryInsurance,
    first: Boundary,
    said: VoluntaryStatement,
    person: Person,
    beside: Beside,
    reviews: list[Review],
) -> list[Segment]:
    """What follows from one acquisition: up to the first loss, on through 60 and, deemed, 65."""
    periods: list[Segment] = []
    while True:
        held = Held(kind, first.day, said.credited_months, Month.of(said.on))
        past: Boundary | None = None
        for end in ends(held, person, beside.events, beside.others):
            if end.day >= first.day and not beside.ended_before(end, first.day):
                past = earlier(past, end)
        turns_60 = person.ages.past
        if (
            kind is KINDS.RECIPIENT
            and turns_60 is not None
            and (past is None or turns_60.day < past.day)
        ):
            past = Boundary(turns_60.day, because(NOW_AGED_60, day=turns_60.day))
        if past is None or first.day < past.day:
            periods.append(Segment(first, past, kind))
        else:
            # Acquired and lost on one day: nothing was held for a day.
            reviews.append(Review(past.reason, past.day))
        if past is None:
            return periods
        if past.reason.rule is NOW_AGED_60:
            kind, first = KINDS.AGED_60_TO_64, past
            continue
        follows = _deemed(past, person, reviews) if past.reason.rule is AT_65 else None
        if follows is None:
            return periods
        kind, first = follows


def _deemed(
    past: Boundary, person: Person, reviews: list[Review]
) -> tuple[VoluntaryInsurance, Boundary] | None:
    """Special insurance from 65 on without an application, where there is no right at 65."""
    found = kind_on(past.day, person)
    if found is None or person.old_age.right_on(past.day):
        return None
    if not person.old_age.known_without(past.day):
        reviews.append(Review(because(RIGHT_UNKNOWN, day=past.day), past.day))
        return None
    kind, group = found
    doubt = group.doubt if group is not None else None
    reason = because(DEEMED_SPECIAL, doubt=doubt, day=past.day, item=_item(kind, group))
    return kind, Boundary(past.day, reason)


def _around(segments: Sequence[Segment], line: Sequence[Segment]) -> list[Segment]:
    """Segments with the days taken out that are now known to be of insurance by choice."""
    rest = list(segments)
    for held in line:
        kept: list[Segment] = []
        for segment in rest:
            if segment.category is not None or not _overlap(segment, held):
                kept.append(segment)
                continue
            if segment.first.day < held.first.day:
                kept.append(replace(segment, past=held.first))
            if held.past is not None and (segment.past is None or held.past.day < segment.past.day):
                kept.append(replace(segment, first=replace(segment.first, day=held.past.day)))
        rest = kept
    return rest


def _events(facts: Sequence[Fact]) -> list[VoluntaryStatement]:
    """The events told, in order of their days; told twice they count once."""
    told = sorted(
        (
            (said.on, said.event, fact.recorded_at, said)
            for fact in facts
            if isinstance(said := fact.content, VoluntaryStatement)
        ),
        key=lambda found: found[:3],
    )
    once = {(on, event): said for on, event, _, said in reversed(told)}
    return [once[key] for key in sorted(once)]


def _holds(segment: Segment, day: date) -> bool:
    return segment.first.day <= day and (segment.past is None or day < segment.past.day)


def _overlap(a: Segment, b: Segment) -> bool:
    return (a.past is None or b.first.day < a.past.day) and (
        b.past is None or a.first.day < b.past.day
    )


def _item(kind: VoluntaryInsurance, group: SpecialGroup | None) -> str:
    if group is None:
        return _ITEMS[kind]
    return f"{group.article}{_SPECIAL_ITEMS[kind]}"
