"""The city's view of a person: from when to when its records tell about them, and how it began.

Qualification follows residence in Japan (art. 7(1)(i)); the city sees residence in the city. A move
to another municipality is therefore no loss: the qualification goes on, the other city answers for
it (令2条). In the same way somebody who moves in from elsewhere in Japan brings a history that is
not in our records: of such a person the city says "unknown", never "category 1".
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from contracts.codes import BecameResidentReason, RemovalReason, ResidentChangeKind
from contracts.dates import UncertainDate
from contracts.events import ResidencePeriod
from contracts.values import value
from services.qualification.domain.acquisition import moves_in_from_abroad
from services.qualification.domain.facts import RegisterStatement
from services.qualification.domain.loss import dies, moves_abroad
from services.qualification.domain.reasons import Certainty, Effect, Review, Rule, because
from services.qualification.domain.spans import Boundary, Span

NOT_IN_OUR_RECORDS: Final = Rule(
    code="not-in-our-records",
    article="国民年金法7条1項",
    sentence="本市の記録は{day}から。それより前の加入状況（第２号・第３号を含む）は記録になく不明。",
    effect=Effect.UNKNOWN,
    rank=86,
)
MOVED_IN: Final = Rule(
    code="moved-in-within-japan",
    article="国民年金法7条1項・施行令2条",
    sentence="{day}に国内の他の市区町村から転入。転入前の加入状況は本市の記録になく不明。",
    effect=Effect.UNKNOWN,
    rank=87,
)
ENTERED_OTHERWISE: Final = Rule(
    code="entered-otherwise",
    article="国民年金法7条1項",
    sentence="{day}に職権記載等により住民となった。それまでの加入状況は本市の記録になく不明。",
    effect=Effect.UNKNOWN,
    rank=88,
)
ENTRY_DAY_UNCERTAIN: Final = Rule(
    code="entry-day-uncertain",
    article="国民年金法8条2号",
    sentence="住民となった日（{written}）が確定していないため、資格取得の有無と日を判定していません。",
    effect=Effect.UNKNOWN,
    rank=89,
)
BORN: Final = Rule(
    code="born-resident",
    article="国民年金法7条1項1号",
    sentence="{day}に出生により住民となった。",
    effect=Effect.NOTHING,
    rank=85,
)
MOVED_OUT: Final = Rule(
    code="moved-out-of-city",
    article="国民年金法施行令2条",
    sentence="{day}に国内の他の市区町村へ転出。資格は喪失せず、以後は転出先の市区町村が受け持つ。",
    effect=Effect.LEAVES,
    rank=93,
    # That the day of the move itself belongs to the new municipality is our reading.
    certainty=Certainty.UNVERIFIED,
)
REMOVED_OTHERWISE: Final = Rule(
    code="removed-otherwise",
    article="国民年金法9条2号",
    sentence="{day}に職権消除等により消除された。国外転出かどうかが不明のため、資格喪失を判定していません。",
    effect=Effect.UNKNOWN,
    rank=96,
)
EXIT_DAY_UNCERTAIN: Final = Rule(
    code="exit-day-uncertain",
    article="国民年金法9条2号",
    sentence="住民でなくなった日（{written}）が確定していないため、資格喪失日を判定していません。",
    effect=Effect.UNKNOWN,
    rank=97,
)
DEATH_DAY_UNCERTAIN: Final = Rule(
    code="death-day-uncertain",
    article="国民年金法9条1号",
    sentence="死亡の日（{written}）が確定していないため、資格喪失日を判定していません。",
    effect=Effect.UNKNOWN,
    rank=98,
)
REENTRY_AWAITED: Final = Rule(
    code="re-entry-awaited",
    article="国民年金法7条1項1号",
    sentence="帰化・国籍喪失・改製等により消除され、再度の記載がまだ届いていません。住所が続くものとして扱っています。",
    effect=Effect.NOTHING,
    rank=99,
)
STAYS_OVERLAP: Final = Rule(
    code="residence-overlaps",
    article="国民年金法7条1項1号",
    sentence="住民であった期間が{day}の前後で重なっています。一続きの期間として扱っています。",
    effect=Effect.NOTHING,
    rank=99,
)

_ENTRIES: Final = frozenset(
    {
        ResidentChangeKind.MOVE_IN,
        ResidentChangeKind.MOVE_IN_FROM_ABROAD,
        ResidentChangeKind.BIRTH,
        ResidentChangeKind.OFFICIAL_ENTRY,
    }
)
_CONTINUED: Final = frozenset(
    {
        BecameResidentReason.NATURALISATION,
        BecameResidentReason.LOSS_OF_NATIONALITY,
        BecameResidentReason.REWRITTEN,
        BecameResidentReason.REMADE,
        BecameResidentReason.REMOVAL_CANCELLED,
    }
)
_CONTINUING: Final = frozenset(
    {
        RemovalReason.NATURALISATION,
        RemovalReason.LOSS_OF_NATIONALITY,
        RemovalReason.REWRITTEN,
        RemovalReason.REMADE,
    }
)


@value
class View:
    """One stay as the city sees it.

    ``span``: the days on which, as far as is known, the person lived in Japan. It reaches back
    before the move where the person came from elsewhere in Japan: a notice may tell of that time.
    ``told``: the day from which our records tell, and why they do not before.
    """

    span: Span
    told: Boundary


def records_begin(change: ResidentChangeKind, first_load: date) -> date | None:
    """From when this system answers for a person of whom ``change`` is the first it hears.

    None where the change itself is how the person came to the city; otherwise the person had lived
    here before, and earlier events are in the records that were kept before: ``first_load``.
    """
    return None if change in _ENTRIES else first_load


def city_views(history: Sequence[RegisterStatement]) -> tuple[list[View], list[Review]]:
    """When the city saw the person, from the register's statements, oldest first; and what of it
    is unclear."""
    views: list[View] = []
    reviews: list[Review] = []
    begin = history[0].records_begin
    for stay in _stays(history):
        entry, past = _entry(stay, history), _exit(stay, history)
        before = views[-1].span.past if views else None
        first: Boundary | None = entry
        if entry.effect is Effect.UNKNOWN:
            first = replace(before, reason=entry.reason) if before else None
        if begin is not None and entry.day < begin:
            entry = Boundary(begin, because(NOT_IN_OUR_RECORDS, day=begin))
        elif past is not None and past.day <= entry.day:
            continue
        reviews += [
            Review(end.reason, end.day)
            for end in (entry, past)
            if end and end.reason.rule in _UNCLEAR
        ]
        if past is None and stay.ended_reason in _CONTINUING:
            reviews.append(Review(because(REENTRY_AWAITED)))
        view = View(Span(first, past), entry)
        if views and first is not None and (before is None or first.day < before.day):
            # Away and back on one day is never away (and the register may contradict itself).
            reviews.append(Review(because(STAYS_OVERLAP, day=first.day), first.day))
            span = replace(views[-1].span, past=_last(before, past))
            views[-1] = replace(views[-1], span=span)
        else:
            views.append(view)
    return views, reviews


def life(history: Sequence[RegisterStatement]) -> tuple[Span, tuple[Review, ...]]:
    """The days on which the person is known to live: art. 9(i) ends a qualification after them."""
    said = history[-1]
    died_on = said.died_on or next(
        (
            stay.ended
            for stay in reversed(said.residence)
            if stay.ended_reason is RemovalReason.DEATH
        ),
        None,
    )
    if died_on is None:
        return Span(None, None), ()
    told = first_told(history, lambda earlier: earlier.died_on == said.died_on)
    if died_on.value is not None:
        return Span(None, dies(died_on.value, told)), ()
    reason = because(DEATH_DAY_UNCERTAIN, written=died_on.notation)
    return Span(None, Boundary(told, reason)), (Review(reason, told),)


def first_told(
    history: Sequence[RegisterStatement], holds: Callable[[RegisterStatement], bool]
) -> date:
    """When the register first said what it has said ever since: the day it was reported to it."""
    told = history[-1].reported_on
    for statement in reversed(history):
        if not holds(statement):
            break
        told = statement.reported_on
    return told


_UNCLEAR: Final = (ENTRY_DAY_UNCERTAIN, EXIT_DAY_UNCERTAIN, REMOVED_OTHERWISE)


def _stays(history: Sequence[RegisterStatement]) -> list[ResidencePeriod]:
    """The stays that count: cancelled ones dropped, those that only paper divides put together."""
    stays: list[ResidencePeriod] = []
    said = sorted(history[-1].residence, key=lambda stay: stay.began.sort_date or date.min)
    for stay in said:
        if stay.ended_reason is RemovalReason.ENTRY_CANCELLED:
            continue
        before = stays[-1] if stays else None
        if before is not None and (
            stay.began_reason in _CONTINUED or before.ended_reason in _CONTINUING
        ):
            stays[-1] = _together(before, stay)
        else:
            stays.append(stay)
    if history[0].records_begin is not None or len(stays) < 2:
        return stays
    # The first that was heard is how the person came: what lies before is not ours to conclude.
    came = history[0].residence[-1].began.value if history[0].residence else None
    return [
        stay
        for stay in stays
        if came is None or stay.ended is None or stay.ended.value is None or stay.ended.value > came
    ]


def _together(stay: ResidencePeriod, following: ResidencePeriod) -> ResidencePeriod:
    """One stay from two of which the second carries on the first."""
    return ResidencePeriod(
        began=stay.began,
        began_reason=stay.began_reason,
        ended=following.ended,
        ended_reason=following.ended_reason,
    )


def _entry(stay: ResidencePeriod, history: Sequence[RegisterStatement]) -> Boundary:
    told = first_told(history, lambda said: stay.began in [s.began for s in said.residence])
    day = stay.began.value
    if day is None:
        return _uncertain(ENTRY_DAY_UNCERTAIN, stay.began, told)
    match stay.began_reason:
        case BecameResidentReason.MOVE_IN_FROM_ABROAD:
            return moves_in_from_abroad(day, told)
        case BecameResidentReason.BIRTH:
            return Boundary(day, because(BORN, day=day), told)
        case BecameResidentReason.MOVE_IN:
            return Boundary(day, because(MOVED_IN, day=day), told)
        case _:
            return Boundary(day, because(ENTERED_OTHERWISE, day=day), told)


def _exit(stay: ResidencePeriod, history: Sequence[RegisterStatement]) -> Boundary | None:
    ended = stay.ended
    if ended is None or stay.ended_reason in _CONTINUING:
        return None
    told = first_told(history, lambda said: ended in [s.ended for s in said.residence])
    if stay.ended_reason is RemovalReason.DEATH:
        return None  # art. 9(i), see `life`
    if ended.value is None:
        return _uncertain(EXIT_DAY_UNCERTAIN, ended, told)
    match stay.ended_reason:
        case RemovalReason.MOVE_ABROAD:
            return moves_abroad(ended.value, told)
        case RemovalReason.MOVE_OUT:
            return Boundary(ended.value, because(MOVED_OUT, day=ended.value), told)
        case _:
            return Boundary(ended.value, because(REMOVED_OTHERWISE, day=ended.value), told)


def _uncertain(rule: Rule, written: UncertainDate, told: date) -> Boundary:
    return Boundary(told, because(rule, written=written.notation), told)


def _last(a: Boundary | None, b: Boundary | None) -> Boundary | None:
    return None if a is None or b is None else max(a, b, key=lambda end: end.day)
