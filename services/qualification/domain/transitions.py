"""Acquisitions, losses and changes of category: what a timeline's segments say happened."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID, uuid5

from contracts.events import InsuredCategory, TransitionKind, TransitionOrigin
from contracts.values import value
from services.qualification.domain.categories import Insurance, Segment
from services.qualification.domain.reasons import Effect
from services.qualification.domain.spans import Boundary

_ITEMS: Final = UUID("6d0c1f0e-7a0f-5b7e-9a53-2f6f3f7e9c11")


@value
class Transition:
    """One thing that happened to a qualification on a day."""

    kind: TransitionKind
    at: Boundary
    before: Insurance | None
    after: Insurance | None

    @property
    def occurred_on(self) -> date:
        return self.at.day

    @property
    def reason(self) -> str:
        """The code of the rule."""
        return self.at.reason.code

    @property
    def origin(self) -> TransitionOrigin:
        return self.at.reason.rule.origin

    @property
    def accepted_on(self) -> date:
        """受理日: of the notice that told it, or the day itself where no notice is due."""
        return self.at.accepted_on or self.at.day

    @property
    def is_reportable(self) -> bool:
        """Whether the city tells JPS of it: category 1 begins or is lost (法12条4項).

        Becoming category 2 is for the employer to tell, not for the city (規則6条の2第1項), and
        what JPS told is known there. Insurance by choice is applied for (規則2条), not reported.
        """
        if self.at.from_jps:
            return False
        if self.kind is TransitionKind.LOSS:
            return self.before is InsuredCategory.CATEGORY_1
        return self.after is InsuredCategory.CATEGORY_1


Happening = tuple[str, date, str]
"""What happened, when and by which rule: by this a transition is known again."""


def happening(transition: Transition) -> Happening:
    """What a transition is known by, whoever's it is."""
    return transition.kind.value, transition.occurred_on, transition.reason


def item_id(person_id: UUID, transition: Transition) -> UUID:
    """The id under which a transition is reported: the same whenever it is concluded again."""
    kind, day, reason = happening(transition)
    return uuid5(_ITEMS, f"{person_id}/{kind}/{day.isoformat()}/{reason}")


def again_id(first: UUID, attempt: int) -> UUID:
    """The id under which a transition is reported again, the ``attempt``-th time (from 2 on)."""
    return uuid5(_ITEMS, f"{first}/again/{attempt}")


def transitions(segments: Sequence[Segment]) -> tuple[Transition, ...]:
    """What the segments, in order and free of overlap, say happened."""
    happened: list[Transition] = []
    before: Segment | None = None
    for segment in segments:
        if segment.category is not None:
            came_from = _came_from(before, segment)
            kind = TransitionKind.CATEGORY_CHANGE if came_from else TransitionKind.ACQUISITION
            if segment.first.effect is not Effect.UNKNOWN:
                happened.append(Transition(kind, segment.first, came_from, segment.category))
            if segment.past is not None and segment.past.effect is Effect.LOSES:
                loss = TransitionKind.LOSS
                happened.append(Transition(loss, segment.past, segment.category, None))
        before = segment
    return tuple(happened)


def continues(before: Segment, segment: Segment) -> bool:
    """Whether the qualification went on from one segment to the next in another category."""
    return (
        before.category is not None
        and before.past is not None
        and before.past.effect is Effect.CHANGES
        and before.past.day == segment.first.day
    )


def _came_from(before: Segment | None, segment: Segment) -> Insurance | None:
    if before is not None and continues(before, segment):
        return before.category
    return segment.came_from
