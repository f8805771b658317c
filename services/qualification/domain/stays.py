"""Stays in categories 2 and 3, as notices and JPS tell them, and which of the two counts.

JPS decides (C40), and its record is all that it holds **as of its reference day** (基準日). So:

1. Of several records the one of the latest reference day counts.
2. What a notice accepted **on or before** that day told is superseded. Where the record says
   otherwise, a review shows it: a difference to be worked on.
3. What a notice accepted **after** that day told is newer than the record and counts beside it: it
   may end a stay that the record has open, or tell of one that it does not know. The next record
   supersedes it in turn.

Neither rule looks at when a fact arrived, so the order of arrival cannot matter.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from contracts.events import InsuredCategory, TransitionOrigin
from services.qualification.domain.facts import CategoryStatement, Fact
from services.qualification.domain.reasons import Effect, Review, Rule, because
from services.qualification.domain.spans import Boundary
from services.qualification.domain.told import JpsStatement, JpsStay

CHANGED_TO_1: Final = Rule(
    code="changed-to-category-1",
    article="国民年金法7条1項1号・12条1項・施行規則6条の2",
    sentence="届出により、{before}でなくなった日（厚生年金の資格喪失日等）{day}に第１号被保険者へ種別変更。",
    effect=Effect.CHANGES,
    rank=80,
    origin=TransitionOrigin.NOTICE,
)
STATED_BEGIN: Final = Rule(
    code="stated-category",
    article="国民年金法7条1項2号・3号、8条4号・5号",
    sentence="届出により、{day}に{category}となった。",
    effect=Effect.CHANGES,
    rank=90,
    origin=TransitionOrigin.NOTICE,
)
STATED_END: Final = Rule(
    code="stated-category-ended",
    article="国民年金法9条5号・6号",
    sentence="届出により、{day}に{category}の資格を喪失。",
    effect=Effect.LOSES,
    rank=90,
    origin=TransitionOrigin.NOTICE,
)
JPS_BEGIN: Final = Rule(
    code="jps-category",
    article="国民年金法7条1項2号・3号、8条4号・5号",
    sentence="日本年金機構の記録（{as_of}現在）により、{day}に{category}となった。",
    effect=Effect.CHANGES,
    rank=90,
)
JPS_END: Final = Rule(
    code="jps-category-ended",
    article="国民年金法9条5号・6号",
    sentence="日本年金機構の記録（{as_of}現在）により、{day}に{category}の資格を喪失。",
    effect=Effect.LOSES,
    rank=90,
)
JPS_CHANGED_TO_1: Final = Rule(
    code="jps-changed-to-category-1",
    article="国民年金法7条1項1号・9条5号・6号",
    sentence="日本年金機構の記録では{before}でなくなった日は{day}。その日に第１号被保険者へ種別変更。",
    effect=Effect.CHANGES,
    rank=80,
)
JPS_DIFFERS: Final = Rule(
    code="jps-record-differs",
    article="国民年金法7条1項",
    sentence="{category}（{day}）の届出と日本年金機構の記録（{as_of}現在）が一致しません。機構の記録によっています。",
    effect=Effect.NOTHING,
    rank=99,
)
STATEMENTS_CONFLICT: Final = Rule(
    code="statements-conflict",
    article="国民年金法7条1項",
    sentence="{day}の前後で、届出による第２号・第３号被保険者の期間が重なっています。",
    effect=Effect.NOTHING,
    rank=99,
)


@dataclass(frozen=True, slots=True)
class Stay:
    """Days in category 2 or 3."""

    category: InsuredCategory
    first: Boundary
    past: Boundary | None


@dataclass(frozen=True, slots=True)
class Ending:
    """A stay of which only the end was told."""

    category: InsuredCategory
    change: Boundary


def jps_record(facts: Iterable[Fact]) -> JpsStatement | None:
    """The record of JPS that counts: that of the latest reference day."""
    told = [
        (fact.content.as_of, fact.recorded_at, fact.content)
        for fact in facts
        if isinstance(fact.content, JpsStatement)
    ]
    return max(told, key=lambda found: found[:2])[2] if told else None


def stays_told(
    facts: Iterable[Fact], record: JpsStatement | None, reviews: list[Review]
) -> tuple[list[Stay], list[Ending]]:
    """The stays in order and without overlap, and the ends that belong to none of them."""
    told = sorted(
        (
            (fact.recorded_at, fact.content)
            for fact in facts
            if isinstance(fact.content, CategoryStatement)
        ),
        key=lambda pair: (pair[0], str(pair[1].notice_id)),
    )
    stays: dict[tuple[InsuredCategory, date], Stay] = {}
    ended: dict[tuple[InsuredCategory, date], CategoryStatement] = {}
    for _, said in told:
        if record is not None and said.accepted_on <= record.as_of:
            _compare(said, record, reviews)
        elif said.began is not None:
            stays[said.category, said.began] = _stay(said, said.began)
        elif said.ended is not None:
            ended.setdefault((said.category, said.ended), said)
    if record is not None:
        for stay in record.stays:
            stays.setdefault((stay.category, stay.began), _of_record(stay, record))
    open_stays = {key: stay for key, stay in stays.items() if stay.past is None}
    endings = []
    for (category, day), said in sorted(ended.items(), key=lambda item: item[0][1]):
        closing = [key for key in open_stays if key[0] is category and key[1] < day]
        same = [k for k, s in stays.items() if k[0] is category and s.past and s.past.day == day]
        if same:
            # A notice of what is known already; where JPS knew it first, the notice still came.
            found = stays[same[-1]]
            if found.past is not None and found.past.from_jps:
                stays[same[-1]] = replace(found, past=_end(said, day))
        elif closing:
            # The end of a stay whose beginning was told before.
            key = max(closing, key=lambda found: found[1])
            stays[key] = replace(open_stays.pop(key), past=_end(said, day))
        else:
            endings.append(Ending(category, _changes(category, day, said)))
    return _in_line(list(stays.values()), reviews), endings


def changed_to_1(category: InsuredCategory, past: Boundary) -> Boundary:
    """The end of a stay as a change to category 1, where that follows."""
    rule = JPS_CHANGED_TO_1 if past.from_jps else CHANGED_TO_1
    return replace(past, reason=because(rule, before=category.label, day=past.day))


def _stay(said: CategoryStatement, began: date) -> Stay:
    reason = because(STATED_BEGIN, day=began, category=said.category.label)
    first = Boundary(began, reason, said.accepted_on, said.notice_id)
    return Stay(said.category, first, _end(said, said.ended) if said.ended else None)


def _end(said: CategoryStatement, day: date) -> Boundary:
    reason = because(STATED_END, day=day, category=said.category.label)
    return Boundary(day, reason, said.accepted_on, said.notice_id)


def _changes(category: InsuredCategory, day: date, said: CategoryStatement) -> Boundary:
    reason = because(CHANGED_TO_1, before=category.label, day=day)
    return Boundary(day, reason, said.accepted_on, said.notice_id)


def _of_record(stay: JpsStay, record: JpsStatement) -> Stay:
    label, as_of = stay.category.label, record.as_of
    began = because(JPS_BEGIN, as_of=as_of, day=stay.began, category=label)
    first = Boundary(stay.began, began, from_jps=True)
    if stay.ended is None:
        return Stay(stay.category, first, None)
    ended = because(JPS_END, as_of=as_of, day=stay.ended, category=label)
    return Stay(stay.category, first, Boundary(stay.ended, ended, from_jps=True))


def _compare(said: CategoryStatement, record: JpsStatement, reviews: list[Review]) -> None:
    """Put up for work what a superseded notice told and the record does not have."""
    same = any(
        stay.category is said.category
        and (said.began is None or stay.began == said.began)
        and (said.ended is None or stay.ended == said.ended)
        for stay in record.stays
    )
    day = said.ended or said.began
    if not same and day is not None:
        label = said.category.label
        reason = because(JPS_DIFFERS, category=label, day=day, as_of=record.as_of)
        reviews.append(Review(reason, day))


def _in_line(stays: Sequence[Stay], reviews: list[Review]) -> list[Stay]:
    """Stays in order; where two overlap the later one cuts the earlier, and staff are told."""
    line: list[Stay] = []
    for stay in sorted(stays, key=lambda stay: (stay.first.day, stay.category)):
        before = line[-1] if line else None
        if before is not None and (before.past is None or before.past.day > stay.first.day):
            day = stay.first.day
            if before.past is not None or before.category is stay.category:
                reviews.append(Review(because(STATEMENTS_CONFLICT, day=day), day))
            if before.first.day == day:
                continue
            line[-1] = replace(before, past=stay.first)
        line.append(stay)
    return line
