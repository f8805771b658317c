"""What is certain of somebody whose birth date is known in part (不詳日).

Ages depend on the birth date alone, and the later somebody was born, the later they reach each. So
what follows from the first day that the writing allows, and from the last, holds for every day
between; where the two differ, the day is one of which the records do not tell.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import zip_longest
from typing import Final

from services.qualification.domain.categories import Segment
from services.qualification.domain.reasons import Effect, Reason, Review, Rule
from services.qualification.domain.spans import Boundary

BIRTH_DATE_IN_PART: Final = Rule(
    code="birth-date-in-part",
    article="国民年金法8条1号・9条3号・年齢計算ニ関スル法律",
    sentence="生年月日（{written}）は{first}から{last}までのいずれかの日。年齢による資格の得喪の日を判定していません。",
    effect=Effect.UNKNOWN,
    rank=99,
)


def agreed(
    early: Sequence[Segment], late: Sequence[Segment], why: Reason
) -> tuple[list[Segment], list[Review]]:
    """The segments on which both lines agree, with days not known (``why``) where they do not.

    ``early`` and ``late``: the segments, each line in order and without overlap, for the earliest
    and for the latest birth date. Each stretch that is not known is a review from its first day.
    """
    line: list[Segment] = []
    for piece in _pieces(early, late, why):
        if line and _goes_on(line[-1], piece):
            line[-1] = replace(line[-1], past=piece.past)
        else:
            line.append(piece)
    unknown = [s.first.day for s in line if s.category is None and s.first.reason == why]
    return line, [Review(why, day) for day in unknown]


def _pieces(early: Sequence[Segment], late: Sequence[Segment], why: Reason) -> Iterator[Segment]:
    for day, until in _stretches((*early, *late)):
        one, other = _on(day, early), _on(day, late)
        if one is None and other is None:
            continue
        past = None if until is None else Boundary(until, why)
        if one is None or other is None or one.category is not other.category:
            yield Segment(Boundary(day, why), past, None)
            continue
        first = one.first if one.first.day == other.first.day == day else Boundary(day, why)
        if one.past is not None and other.past is not None:
            past = one.past if one.past.day == other.past.day == until else past
        yield replace(one, first=first, past=past)


def _stretches(segments: Iterable[Segment]) -> Iterator[tuple[date, date | None]]:
    """The days between one end and the next, of whatever line; the last without an end."""
    ends = (end for segment in segments for end in (segment.first, segment.past))
    days = sorted({end.day for end in ends if end is not None})
    return zip_longest(days, days[1:])


def _on(day: date, line: Sequence[Segment]) -> Segment | None:
    for segment in line:
        if segment.first.day <= day and (segment.past is None or day < segment.past.day):
            return segment
    return None


def _goes_on(before: Segment, piece: Segment) -> bool:
    """Whether a piece only carries on the one before: neither line has an end of its own there."""
    return (
        before.past is not None
        and before.past.day == piece.first.day
        and before.past.reason == piece.first.reason
        and before.category is piece.category
    )
