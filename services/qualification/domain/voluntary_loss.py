"""Loss of insurance by choice, item by item: 附則5条5項〜8項, and 6項〜8項 of the later Acts.

The Acts of 1994, 2004 and 2025 (平6附則11条, 平16附則23条, 令7附則40条) say the same in the same
order, so one function serves each of their items.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from contracts.ages import same_day
from contracts.events import InsuredCategory, TransitionOrigin, VoluntaryInsurance
from contracts.months import Month
from services.qualification.domain.loss import ABROAD
from services.qualification.domain.person import Person
from services.qualification.domain.reasons import Certainty, Effect, Rule, because
from services.qualification.domain.spans import Boundary
from services.qualification.domain.told import VoluntaryEvent, VoluntaryStatement

_DAY: Final = timedelta(days=1)
KINDS: Final = VoluntaryInsurance
SPECIAL: Final = frozenset({KINDS.SPECIAL_IN_JAPAN, KINDS.SPECIAL_ABROAD})
OVERSEAS: Final = frozenset({KINDS.ABROAD, KINDS.SPECIAL_ABROAD})


def _rule(
    code: str,
    article: str,
    sentence: str,
    rank: int,
    effect: Effect = Effect.LOSES,
    origin: TransitionOrigin = TransitionOrigin.NOTICE,
    certainty: Certainty = Certainty.VERIFIED,
) -> Rule:
    return Rule(code, article, sentence, effect, rank, certainty, origin)


_REGISTER: Final = TransitionOrigin.RESIDENT_REGISTER
_AGE: Final = TransitionOrigin.AGE
DIED: Final = _rule(
    "voluntary-death",
    "国民年金法附則5条5項・9条1号、平6附則11条6項1号、平16附則23条6項1号、令7附則40条6項1号",
    "{event}に死亡したため、翌日（{day}）に任意加入の資格を喪失。",
    101, origin=_REGISTER,
)  # fmt: skip
AT_65: Final = _rule(
    "voluntary-age-65",
    "国民年金法附則5条5項1号",
    "65歳に達した日（誕生日の前日）{day}に任意加入の資格を喪失。",
    102, origin=_AGE,
)  # fmt: skip
AT_70: Final = _rule(
    "voluntary-age-70",
    "平6附則11条6項4号、平16附則23条6項4号、令7附則40条6項4号",
    "70歳に達した日（誕生日の前日）{day}に特例任意加入の資格を喪失。",
    102, origin=_AGE,
)  # fmt: skip
CATEGORY_2: Final = _rule(
    "voluntary-category-2",
    "国民年金法附則5条5項2号、平6附則11条6項2号、平16附則23条6項2号、令7附則40条6項2号",
    "{day}に厚生年金保険の被保険者の資格を取得したため、その日に任意加入の資格を喪失。",
    103,
)
WITHDRAWN: Final = _rule(
    "voluntary-withdrawn",
    "国民年金法附則5条4項・5項3号、平6附則11条6項5号、平16附則23条6項5号、令7附則40条6項5号",
    "資格喪失の申出が{day}に受理されたため、その日に任意加入の資格を喪失。",
    104,
)
MONTHS_REACHED: Final = _rule(
    "voluntary-480-months",
    "国民年金法附則5条5項4号・27条",
    "保険料納付月数等が{limit}月に達した日（{day}）に任意加入の資格を喪失。",
    105, origin=_AGE,
)  # fmt: skip
MONTHS_EXPECTED: Final = _rule(
    "voluntary-480-months-expected",
    "国民年金法附則5条5項4号・27条",
    "申出時の{credited}月に以後の各月を納付したものとして加え、{limit}月目の翌月1日（{day}）に任意加入の資格を喪失。",
    105, origin=_AGE,
    # On which day the sum reaches the limit depends on when each month is paid.
    certainty=Certainty.UNVERIFIED,
)  # fmt: skip
LEFT_JAPAN: Final = _rule(
    "voluntary-left-japan",
    "国民年金法附則5条6項1号・7項、平6附則11条7項1号、平16附則23条7項1号、令7附則40条7項1号",
    "{event}に日本国内に住所を有しなくなったため、{day}に任意加入の資格を喪失（翌日。その日に再取得したときはその日）。",
    106, origin=_REGISTER,
)  # fmt: skip
BENEFIT_ENDED: Final = _rule(
    "voluntary-benefit-ended",
    "国民年金法附則5条6項2号",
    "{day}に老齢給付等を受けることができる者に該当しなくなったため、その日に任意加入の資格を喪失。",
    107,
)
CATEGORY_3: Final = _rule(
    "voluntary-category-3",
    "国民年金法附則5条6項3号・8項3号",
    "{day}に被扶養配偶者となったため、その日に任意加入の資格を喪失。",
    108,
)
DEMAND_EXPIRED: Final = _rule(
    "voluntary-demand-expired",
    "国民年金法附則5条6項4号・7項・96条1項、平6附則11条7項2号、平16附則23条7項2号、令7附則40条7項2号",
    "督促の指定期限（{event}）までに保険料を納付しないため、翌日（{day}）に任意加入の資格を喪失。",
    109,
)
EXCLUDED: Final = _rule(
    "voluntary-excluded",
    "国民年金法附則5条6項5号・7項、平6附則11条7項3号、平16附則23条7項3号、令7附則40条7項3号、施行規則1条の2",
    "適用除外者となったため、翌日（{day}）に任意加入の資格を喪失。",
    110, origin=_REGISTER,
)  # fmt: skip
CAME_TO_JAPAN: Final = _rule(
    "voluntary-came-to-japan",
    "国民年金法附則5条8項1号、平6附則11条8項1号、平16附則23条8項1号、令7附則40条8項1号",
    "{event}に日本国内に住所を有するに至ったため、{day}に任意加入の資格を喪失（翌日。その日に再取得したときはその日）。",
    106, origin=_REGISTER,
)  # fmt: skip
CAME_BACK_SOMEWHERE: Final = _rule(
    "voluntary-return-day-unknown",
    "国民年金法附則5条8項1号",
    "国外から他の市区町村へ帰国後、{day}に転入。国内に住所を有するに至った日が記録になく、資格喪失日は不明。",
    106, Effect.UNKNOWN, _REGISTER,
)  # fmt: skip
NATIONALITY_LOST: Final = _rule(
    "voluntary-nationality-lost",
    "国民年金法附則5条8項2号、平6附則11条8項2号、平16附則23条8項2号、令7附則40条8項2号",
    "{event}に日本国籍を有しなくなったため、翌日（{day}）に任意加入の資格を喪失（附則5条1項3号の政令で定める者に当たる場合を除く）。",
    107,
    # Whom the Act's order names was not found: see `voluntary.OF_THE_ORDER`.
    certainty=Certainty.UNVERIFIED,
)
UNPAID: Final = _rule(
    "voluntary-unpaid-2-years",
    "国民年金法附則5条8項4号、平6附則11条8項3号、平16附則23条8項3号、令7附則40条8項3号",
    "{event}から保険料を滞納し、納付なく{years}年間が経過したため、その翌日（{day}）に任意加入の資格を喪失。",
    109,
    # That the years end with the day before the date of their beginning is our reading.
    certainty=Certainty.UNVERIFIED,
)
GAINED_RIGHT: Final = _rule(
    "voluntary-gained-right",
    "平6附則11条6項3号、平16附則23条6項3号、令7附則40条6項3号",
    "{event}に老齢等の年金の受給権を取得したため、翌日（{day}）に特例任意加入の資格を喪失。",
    107,
)
OTHERWISE_INSURED: Final = _rule(
    "voluntary-otherwise-insured",
    "国民年金法附則5条1項",
    "{day}に第１号被保険者となったため、任意加入の資格を喪失。",
    120,
)


@dataclass(frozen=True, slots=True)
class Other:
    """Days of one of the three categories beside which nobody is insured by choice."""

    category: InsuredCategory
    first: Boundary


@dataclass(frozen=True, slots=True)
class Held:
    """Insurance by choice as it was acquired: as what, when, and with how many months before."""

    kind: VoluntaryInsurance
    day: date
    credited: int | None
    credited_before: Month


def ends(
    held: Held, person: Person, events: Sequence[VoluntaryStatement], others: Sequence[Other]
) -> Iterator[Boundary]:
    """Every day on which this insurance would be over; the earliest decides. Raises ``NoValue``."""
    yield from _common(held, person, events, others)
    yield from (_abroad if held.kind in OVERSEAS else _in_japan)(held, person, events, others)


def _common(
    held: Held, person: Person, events: Sequence[VoluntaryStatement], others: Sequence[Other]
) -> Iterator[Boundary]:
    special, rules = held.kind in SPECIAL, person.parameters
    died = person.alive.past
    if died is not None:
        if died.effect is Effect.LOSES:
            died = replace(died, reason=because(DIED, event=died.day - _DAY, day=died.day))
        yield died
    old = person.reaches(rules.special_end_age if special else rules.voluntary_end_age)
    if old is not None:
        yield Boundary(old, because(AT_70 if special else AT_65, day=old))
    for other in others:
        match other.category:
            case InsuredCategory.CATEGORY_2:
                rule = CATEGORY_2
            case InsuredCategory.CATEGORY_3:
                rule = CATEGORY_3
            case _:
                rule = OTHERWISE_INSURED
        day = other.first.day
        yield replace(other.first, reason=because(rule, day=day))
    for said in _of(events, VoluntaryEvent.WITHDRAWN):
        yield _ended(said, WITHDRAWN, said.on)
    if special:
        right = person.old_age.next_right(held.day)
        if right is not None:
            day = right.day + _DAY
            yield replace(right, day=day, reason=because(GAINED_RIGHT, event=right.day, day=day))
        return
    limit = rules.voluntary_month_limit.on(held.day).value
    told = [said for said in _of(events, VoluntaryEvent.MONTHS_REACHED) if said.on >= held.day]
    for said in told:
        reason = because(MONTHS_REACHED, limit=limit, day=said.on)
        yield Boundary(said.on, reason, said.accepted_on, said.notice_id, said.notice_id is None)
    if held.credited is not None and not told:
        day = (held.credited_before + max(limit - held.credited, 0)).first_day
        reason = because(MONTHS_EXPECTED, credited=held.credited, limit=limit, day=day)
        yield Boundary(day, reason)


def _in_japan(
    held: Held, person: Person, events: Sequence[VoluntaryStatement], others: Sequence[Other]
) -> Iterator[Boundary]:
    view = person.residence(held.day)
    past = view.span.past if view is not None else None
    if past is not None and past.reason.rule is ABROAD:
        event = past.day - _DAY
        day = event if _insured_again(event, events, others) else past.day
        yield replace(past, day=day, reason=because(LEFT_JAPAN, event=event, day=day))
    elif past is not None:
        yield past
    if held.kind is KINDS.RECIPIENT:
        ended = person.old_age.recipient_until(held.day)
        if ended is not None:
            yield replace(ended, reason=because(BENEFIT_ENDED, day=ended.day))
    for said in _of(events, VoluntaryEvent.DEMAND_EXPIRED):
        yield _ended(said, DEMAND_EXPIRED, said.on + _DAY)
    covered = person.covered(held.day)
    past = covered.past if covered is not None else None
    if past is not None:
        if past.effect is Effect.LOSES:
            past = replace(past, reason=because(EXCLUDED, doubt=past.reason.doubt, day=past.day))
        yield past


def _abroad(
    held: Held, person: Person, events: Sequence[VoluntaryStatement], others: Sequence[Other]
) -> Iterator[Boundary]:
    away = person.abroad(held.day)
    back = away.returned_on if away is not None else None
    if away is not None and back is not None:
        if away.certain:
            day = back if _insured_again(back, events, others) else back + _DAY
            yield Boundary(day, because(CAME_TO_JAPAN, event=back, day=day), back)
        else:
            yield Boundary(back, because(CAME_BACK_SOMEWHERE, day=back), back)
    for said in _of(events, VoluntaryEvent.NATIONALITY_LOST):
        yield _ended(said, NATIONALITY_LOST, said.on + _DAY)
    years = person.parameters.unpaid_years.on(held.day).value
    for said in _of(events, VoluntaryEvent.UNPAID_SINCE):
        day = two_years_unpaid(said.on, years)
        if not any(said.on <= p.on < day for p in _of(events, VoluntaryEvent.PAID)):
            reason = because(UNPAID, event=said.on, years=years, day=day)
            yield Boundary(day, reason, said.accepted_on, said.notice_id, said.notice_id is None)


def two_years_unpaid(since: date, years: int) -> date:
    """The day after years of arrears: 附則5条8項4号, 民法140条但書・143条 [unverified].

    The arrears begin with the day after the due date, whose whole day counts; the years are over
    at the end of the day before its date, and the day after that end is the day of the loss.
    """
    return same_day(since, years)


def _insured_again(
    day: date, events: Sequence[VoluntaryStatement], others: Sequence[Other]
) -> bool:
    """その日に更に被保険者の資格を取得したとき: whether another qualification begins on ``day``."""
    return any(other.first.day == day for other in others) or any(
        said.on == day for said in _of(events, VoluntaryEvent.APPLIED)
    )


def _of(
    events: Sequence[VoluntaryStatement], event: VoluntaryEvent
) -> Iterator[VoluntaryStatement]:
    return (said for said in events if said.event is event)


def _ended(said: VoluntaryStatement, rule: Rule, day: date) -> Boundary:
    reason = because(rule, day=day) if day == said.on else because(rule, event=said.on, day=day)
    return Boundary(day, reason, said.accepted_on, said.notice_id, said.notice_id is None)
