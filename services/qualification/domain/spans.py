"""Stretches of days and their ends, each end with its reason."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from contracts.values import value
from services.qualification.domain.reasons import Effect, Reason


@value
class Boundary:
    """A day on which something begins or is over, and why."""

    day: date
    reason: Reason
    accepted_on: date | None = None
    """受理日: the day on which the notice that told it was accepted. None: nobody gave notice."""
    notice_id: UUID | None = None
    from_jps: bool = False
    """JPS told it: it is not reported to JPS again."""

    @property
    def effect(self) -> Effect:
        return self.reason.rule.effect


@value
class Span:
    """The days from ``first.day`` up to, but not including, ``past.day``. None: without an end."""

    first: Boundary | None
    past: Boundary | None

    def holds(self, day: date) -> bool:
        """Whether ``day`` is one of them."""
        return (self.first is None or self.first.day <= day) and (
            self.past is None or day < self.past.day
        )

    @property
    def is_empty(self) -> bool:
        return self.first is not None and self.past is not None and self.first.day >= self.past.day


ALWAYS = Span(None, None)


def later(a: Boundary | None, b: Boundary | None) -> Boundary | None:
    """Which of two beginnings decides: the later one, on the same day the lower rank."""
    if a is None or b is None:
        return a or b
    return max(a, b, key=lambda end: (end.day, -end.reason.rule.rank))


def earlier(a: Boundary | None, b: Boundary | None) -> Boundary | None:
    """Which of two ends decides: the earlier one, on the same day the lower rank."""
    if a is None or b is None:
        return a or b
    return min(a, b, key=lambda end: (end.day, end.reason.rule.rank))


def intersect(a: Sequence[Span], b: Iterable[Span]) -> list[Span]:
    """The days in both, in order; each end keeps the reason that decided it.

    Both must be in order and free of overlap.
    """
    common = []
    for right in b:
        for left in a:
            span = Span(later(left.first, right.first), earlier(left.past, right.past))
            if not span.is_empty:
                common.append(span)
    return common
