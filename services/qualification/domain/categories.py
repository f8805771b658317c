"""Which category on which days: NPA art. 7(1), and what is told of categories 2 and 3.

Category 1 is the rest: who lives here aged 20 to 59 and is not of category 2 or 3. The city is not
told of 2 and 3 unless a notice says so, so a category 1 that follows from the register alone is
*presumed*, and one that a notice tells is *established*. A notice that tells of a stay in category
2 of unknown beginning takes the ground from a presumption before it, and is no proof against what
an earlier notice established.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Final

from contracts.events import InsuredCategory, TransitionOrigin
from services.qualification.domain.facts import CategoryStatement, Fact
from services.qualification.domain.loss import AGE_60
from services.qualification.domain.reasons import Effect, Review, Rule, because
from services.qualification.domain.spans import Boundary, Span, earlier

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
CATEGORY_2_START_UNKNOWN: Final = Rule(
    code="category-2-start-unknown",
    article="国民年金法7条1項2号・3号",
    sentence="{day}まで{category}であったと届出があり、いつからかは不明。それまでの種別は確定できません。",
    effect=Effect.UNKNOWN,
    rank=89,
)
NO_EFFECT: Final = Rule(
    code="notice-without-effect",
    article="国民年金法7条1項1号",
    sentence="届出の種別変更日{day}に第１号被保険者の要件（国内住所・20歳以上60歳未満・適用除外でない）を満たすと確認できません。",
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
class Segment:
    """Days of one category, or of one that the records do not tell (``category`` None)."""

    first: Boundary
    past: Boundary | None
    category: InsuredCategory | None
    presumed: bool = False
    came_from: InsuredCategory | None = None
    """The category told to have been held up to ``first``, where its own days are not known."""


@dataclass(frozen=True, slots=True)
class _Stay:
    category: InsuredCategory
    first: Boundary
    past: Boundary | None


@dataclass(frozen=True, slots=True)
class _Ending:
    """A stay of which only the end was told."""

    category: InsuredCategory
    change: Boundary


def compose(
    eligible: Sequence[Span], ages: Span, alive: Span, facts: Iterable[Fact]
) -> tuple[list[Segment], list[Review]]:
    """Everything on one line: the days eligible for category 1, and the stays told in 2 and 3.

    ``eligible``: days on which every other condition of art. 7(1)(i) holds. Returns segments in
    order, without overlap, and what is unclear.
    """
    reviews: list[Review] = []
    stays, endings = _told(facts, reviews)
    stays = [cut for stay in stays if (cut := _cut(stay, ages, alive)) is not None]
    pieces: list[Segment] = []
    for span in eligible:
        pieces += _around(span, stays)
    for ending in endings:
        pieces = _apply(ending, pieces, reviews)
    segments = pieces + [Segment(stay.first, stay.past, stay.category) for stay in stays]
    return _linked(sorted(segments, key=lambda segment: segment.first.day)), reviews


def _told(facts: Iterable[Fact], reviews: list[Review]) -> tuple[list[_Stay], list[_Ending]]:
    told = sorted(
        (
            (fact.recorded_at, fact.content)
            for fact in facts
            if isinstance(fact.content, CategoryStatement)
        ),
        key=lambda pair: (pair[0], str(pair[1].notice_id)),
    )
    stays: dict[tuple[InsuredCategory, date], CategoryStatement] = {}
    ended: dict[tuple[InsuredCategory, date], CategoryStatement] = {}
    for _, said in told:
        if said.began is not None:
            stays[said.category, said.began] = said
        elif said.ended is not None:
            ended.setdefault((said.category, said.ended), said)
    open_stays = {key: said for key, said in stays.items() if said.ended is None}
    endings = []
    for (category, day), said in sorted(ended.items(), key=lambda item: item[0][1]):
        closing = [key for key in open_stays if key[0] is category and key[1] < day]
        if any(s.category is category and s.ended == day for s in stays.values()):
            continue
        if closing:
            # The end of a stay whose beginning was told before.
            key = max(closing, key=lambda found: found[1])
            stays[key] = replace(open_stays.pop(key), ended=day, notice_id=said.notice_id)
        else:
            endings.append(_Ending(category, _changes(category, day, said)))
    return _in_line([_stay(said) for said in stays.values()], reviews), endings


def _stay(said: CategoryStatement) -> _Stay:
    if said.began is None:
        raise ValueError("a stay has a beginning")
    label = said.category.label
    begin = Boundary(
        said.began,
        because(STATED_BEGIN, day=said.began, category=label),
        said.accepted_on,
        said.notice_id,
    )
    if said.ended is None:
        return _Stay(said.category, begin, None)
    reason = because(STATED_END, day=said.ended, category=label)
    end = Boundary(said.ended, reason, said.accepted_on, said.notice_id)
    return _Stay(said.category, begin, end)


def _in_line(stays: list[_Stay], reviews: list[Review]) -> list[_Stay]:
    """Stays in order; where two overlap the later one cuts the earlier, and staff are told."""
    line: list[_Stay] = []
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


def _cut(stay: _Stay, ages: Span, alive: Span) -> _Stay | None:
    """A stay within what the law lets it have: death ends both, category 3 is for 20 to 59."""
    limits = alive if stay.category is InsuredCategory.CATEGORY_2 else _within(alive, ages)
    first = stay.first
    if limits.first is not None and limits.first.day > first.day:
        first = limits.first
    past = earlier(stay.past, limits.past)
    if past is not None and past.day <= first.day:
        return None
    return replace(stay, first=first, past=past)


def _within(alive: Span, ages: Span) -> Span:
    return Span(ages.first, earlier(alive.past, ages.past))


def _around(span: Span, stays: Sequence[_Stay]) -> list[Segment]:
    """Category 1 (or unknown) in an eligible span, around the stays in other categories."""
    if span.first is None:
        raise ValueError("an eligible span has a beginning")
    pieces: list[Segment] = []
    cursor, came_from = span.first, None
    for stay in stays:
        if span.past is not None and stay.first.day >= span.past.day:
            break
        if stay.past is not None and stay.past.day < cursor.day:
            continue
        if cursor.day < stay.first.day:
            pieces.append(_piece(cursor, stay.first, came_from))
        if stay.past is None or (span.past is not None and stay.past.day >= span.past.day):
            return pieces
        cursor = _changed(stay.category, stay.past)
        came_from = stay.category
    pieces.append(_piece(cursor, span.past, came_from))
    return pieces


def _piece(first: Boundary, past: Boundary | None, came_from: InsuredCategory | None) -> Segment:
    if first.effect is Effect.UNKNOWN:
        return Segment(first, past, None)
    presumed = first.effect is not Effect.CHANGES
    return Segment(first, past, InsuredCategory.CATEGORY_1, presumed, came_from)


def _apply(ending: _Ending, pieces: list[Segment], reviews: list[Review]) -> list[Segment]:
    """Split the piece in which the told end lies: what was before it, and category 1 from it on."""
    day = ending.change.day
    for index, piece in enumerate(pieces):
        if not (piece.first.day <= day and (piece.past is None or day < piece.past.day)):
            continue
        changed = Segment(
            ending.change, piece.past, InsuredCategory.CATEGORY_1, came_from=ending.category
        )
        if piece.first.day == day:
            return [*pieces[:index], changed, *pieces[index + 1 :]]
        reason = because(CATEGORY_2_START_UNKNOWN, day=day, category=ending.category.label)
        if piece.category is None:
            before = replace(piece, past=ending.change)
        elif piece.presumed:
            before = Segment(replace(piece.first, reason=reason), ending.change, None)
        else:
            before = replace(piece, past=replace(ending.change, reason=reason))
        return [*pieces[:index], before, changed, *pieces[index + 1 :]]
    reviews.append(Review(because(NO_EFFECT, day=day), day))
    return pieces


def _changes(category: InsuredCategory, day: date, said: CategoryStatement) -> Boundary:
    reason = because(CHANGED_TO_1, before=category.label, day=day)
    return Boundary(day, reason, said.accepted_on, said.notice_id)


def _changed(category: InsuredCategory, past: Boundary) -> Boundary:
    return replace(past, reason=because(CHANGED_TO_1, before=category.label, day=past.day))


def _linked(segments: list[Segment]) -> list[Segment]:
    """Ends that are no loss because another category follows on that day: arts. 9(iii), (v), (vi).

    Moving abroad and the like end the qualification only on the next day; a category that begins
    on that next day is acquired anew, so those ends stay what they are.
    """
    line = list(segments)
    for index, (segment, following) in enumerate(pairwise(segments)):
        past = segment.past
        if (
            past is not None
            and past.day == following.first.day
            and following.first.effect is Effect.CHANGES
            and (segment.category is not InsuredCategory.CATEGORY_1 or past.reason.rule is AGE_60)
            and segment.category is not None
        ):
            line[index] = replace(segment, past=following.first)
    return line
