"""Which category on which days: NPA art. 7(1), and what is told of categories 2 and 3.

Category 1 is the rest: who lives here aged 20 to 59 and is not of category 2 or 3. The city is not
told of 2 and 3 unless a notice says so, so a category 1 that follows from the register alone is
*presumed*, and one that a notice tells is *established*. A notice that tells of a stay in category
2 of unknown beginning takes the ground from a presumption before it, and is no proof against what
an earlier notice established.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from contracts.events import InsuredCategory, TransitionOrigin, VoluntaryInsurance
from contracts.values import value
from services.qualification.domain.facts import AcquisitionStatement, Fact
from services.qualification.domain.limits import within_law
from services.qualification.domain.loss import AGE_60
from services.qualification.domain.person import Person
from services.qualification.domain.reasons import Effect, Review, Rule, because
from services.qualification.domain.spans import Boundary, Span
from services.qualification.domain.stays import (
    Ending,
    Stay,
    changed_to_1,
    jps_record,
    stays_told,
)
from services.qualification.domain.told import JpsStatement

Insurance = InsuredCategory | VoluntaryInsurance
"""What somebody is insured as: one of the three categories, or by choice."""

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
    sentence="届出の日（{day}）に第１号被保険者の要件（国内住所・20歳以上60歳未満・適用除外でない）を満たすと確認できません。",
    effect=Effect.NOTHING,
    rank=99,
)
ACQUIRED_BY_NOTICE: Final = Rule(
    code="acquired-by-notice",
    article="国民年金法8条・12条1項、施行規則1条の4第1項",
    sentence="届出により、{day}に第１号被保険者の資格を取得。",
    effect=Effect.ACQUIRES,
    rank=84,
    origin=TransitionOrigin.NOTICE,
)
ACQUISITION_DIFFERS: Final = Rule(
    code="acquisition-differs",
    article="国民年金法8条",
    sentence="届出の資格取得日は{day}ですが、記録ではその日より前の{held}に資格を取得しています。",
    effect=Effect.NOTHING,
    rank=99,
)
JPS_COMPLETE: Final = Rule(
    code="jps-record-complete",
    article="国民年金法7条1項1号",
    sentence="日本年金機構の記録（{as_of}現在）では{day}以後に他の種別の期間がないため第１号被保険者。取得日はそれ以前の場合がある。",
    effect=Effect.NOTHING,
    rank=85,
)


@value
class Segment:
    """Days of one category, or of one that the records do not tell (``category`` None)."""

    first: Boundary
    past: Boundary | None
    category: Insurance | None
    presumed: bool = False
    came_from: InsuredCategory | None = None
    """The category told to have been held up to ``first``, where its own days are not known."""


def compose(eligible: Sequence[Span], person: Person) -> tuple[list[Segment], list[Review]]:
    """Everything on one line: the days eligible for category 1, and the stays told in 2 and 3.

    ``eligible``: days on which every other condition of art. 7(1)(i) holds. Returns segments in
    order, without overlap, and what is unclear. Raises ``NoValue``.
    """
    reviews: list[Review] = []
    record = jps_record(person.facts) if JpsStatement in person.kinds else None
    told, endings = stays_told(person.facts, record, reviews)
    stays = [cut for stay in told for cut in within_law(stay, person, reviews)]
    if record is not None and record.complete_since is not None:
        eligible = [part for span in eligible for part in _known_from(span, record)]
    pieces: list[Segment] = []
    for span in eligible:
        pieces += _around(span, stays)
    for ending in endings:
        pieces = _apply(ending, pieces, reviews)
    if AcquisitionStatement in person.kinds:
        for said in _acquisitions(person.facts, record):
            pieces = _acquire(said, pieces, reviews)
    segments = pieces + [Segment(stay.first, stay.past, stay.category) for stay in stays]
    return _linked(sorted(segments, key=lambda segment: segment.first.day)), reviews


def alone(eligible: Sequence[Span]) -> list[Segment]:
    """The same where nothing is told beside the register."""
    return [_piece(span.first, span.past, None) for span in eligible if span.first is not None]


def _known_from(span: Span, record: JpsStatement) -> list[Span]:
    """A span of which the city knew nothing, split where the record of JPS is complete."""
    first, since = span.first, record.complete_since
    if first is None or since is None or first.effect is not Effect.UNKNOWN:
        return [span]
    day = max(first.day, since)
    if day > record.as_of or (span.past is not None and span.past.day <= day):
        return [span]
    known = Boundary(day, because(JPS_COMPLETE, as_of=record.as_of, day=day), from_jps=True)
    after = Span(known, span.past)
    return [after] if day == first.day else [Span(first, known), after]


def _around(span: Span, stays: Sequence[Stay]) -> list[Segment]:
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
        cursor = changed_to_1(stay.category, stay.past)
        came_from = stay.category
    pieces.append(_piece(cursor, span.past, came_from))
    return pieces


def _piece(first: Boundary, past: Boundary | None, came_from: InsuredCategory | None) -> Segment:
    if first.effect is Effect.UNKNOWN:
        return Segment(first, past, None)
    presumed = first.effect is not Effect.CHANGES and not first.from_jps
    return Segment(first, past, InsuredCategory.CATEGORY_1, presumed, came_from)


def _apply(ending: Ending, pieces: list[Segment], reviews: list[Review]) -> list[Segment]:
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


def _acquisitions(facts: Sequence[Fact], record: JpsStatement | None) -> list[AcquisitionStatement]:
    """Notices of acquisition by their days, but for those on which a complete record of JPS with
    a later reference day has the word."""
    since = record.complete_since if record is not None else None
    told = [
        (said.on, said.accepted_on, str(said.notice_id), said)
        for fact in facts
        if isinstance(said := fact.content, AcquisitionStatement)
        and not (
            record is not None
            and since is not None
            and since <= said.on
            and said.accepted_on <= record.as_of
        )
    ]
    return [said for *_, said in sorted(told, key=lambda found: found[:3])]


def _acquire(
    said: AcquisitionStatement, pieces: list[Segment], reviews: list[Review]
) -> list[Segment]:
    """Category 1 established from the day that a notice of acquisition tells."""
    day = said.on
    for index, piece in enumerate(pieces):
        if not (piece.first.day <= day and (piece.past is None or day < piece.past.day)):
            continue
        if piece.category is None:
            first = Boundary(
                day, because(ACQUIRED_BY_NOTICE, day=day), said.accepted_on, said.notice_id
            )
            held = Segment(first, piece.past, InsuredCategory.CATEGORY_1)
            before = [] if piece.first.day == day else [replace(piece, past=first)]
            return [*pieces[:index], *before, held, *pieces[index + 1 :]]
        if piece.first.day < day:
            reason = because(ACQUISITION_DIFFERS, day=day, held=piece.first.day)
            reviews.append(Review(reason, day))
            return pieces
        # What the register told already: the notice bears it out.
        first = replace(piece.first, accepted_on=said.accepted_on, notice_id=said.notice_id)
        held = replace(piece, first=first, presumed=False)
        return [*pieces[:index], held, *pieces[index + 1 :]]
    reviews.append(Review(because(NO_EFFECT, day=day), day))
    return pieces


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
