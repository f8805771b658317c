"""Rights to benefits by reason of old age: whom they keep out of which insurance.

The city does not pay these benefits: it is told of the rights, by JPS or in a notice.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from contracts.events import TransitionOrigin
from services.qualification.domain.facts import Fact
from services.qualification.domain.reasons import Effect, Rule, because
from services.qualification.domain.spans import ALWAYS, Boundary, Span
from services.qualification.domain.told import OldAgeBenefit, OldAgeStatement

BECAME_RECIPIENT: Final = Rule(
    code="old-age-benefit",
    article="国民年金法9条4号・7条1項1号、施行令3条",
    sentence="{day}に厚生年金保険法に基づく老齢給付等を受けることができる者となったため、その日に資格を喪失。",
    effect=Effect.LOSES,
    rank=95,
    origin=TransitionOrigin.NOTICE,
)
NO_LONGER_RECIPIENT: Final = Rule(
    code="no-longer-old-age-benefit",
    article="国民年金法8条3号・施行令3条",
    sentence="{day}に厚生年金保険法に基づく老齢給付等を受けることができる者でなくなったため、その日に資格を取得。",
    effect=Effect.ACQUIRES,
    rank=83,
    origin=TransitionOrigin.NOTICE,
)


@dataclass(frozen=True, slots=True)
class Right:
    """A right to a benefit: the days from ``first`` up to, but not including, ``past``."""

    benefit: OldAgeBenefit
    first: Boundary
    past: Boundary | None

    def held(self, day: date) -> bool:
        """Whether it is held on ``day``."""
        return self.first.day <= day and (self.past is None or day < self.past.day)


@dataclass(frozen=True, slots=True)
class OldAge:
    """All rights that were told, and the latest day for which it was told that there is none."""

    rights: tuple[Right, ...] = ()
    none_on: date | None = None

    @classmethod
    def of(cls, facts: Iterable[Fact]) -> "OldAge":
        """What is told of them. Of one right the statement of the latest day counts; on the same
        day that of JPS."""
        told = sorted(
            (
                (
                    fact.content.told_on,
                    fact.content.notice_id is None,
                    fact.recorded_at,
                    fact.content,
                )
                for fact in facts
                if isinstance(fact.content, OldAgeStatement)
            ),
            key=lambda found: found[:3],
        )
        rights: dict[tuple[OldAgeBenefit, date], Right] = {}
        none_on: date | None = None
        for *_, said in told:
            if said.entitled_on is None:
                none_on = said.told_on
            else:
                rights[said.benefit, said.entitled_on] = _right(said, said.entitled_on)
        ordered = sorted(rights.values(), key=lambda right: (right.first.day, right.benefit))
        return cls(tuple(ordered), none_on)

    def recipient(self, day: date) -> bool:
        """Whether somebody can draw the benefits that end category 1 (令3条) on ``day``."""
        return any(r.held(day) for r in self.rights if r.benefit is OldAgeBenefit.EMPLOYEES)

    def early(self, day: date) -> bool:
        """Whether an old-age pension is drawn early (繰上げ) on ``day``."""
        return any(r.held(day) for r in self.rights if r.benefit is OldAgeBenefit.EARLY)

    def right_on(self, day: date) -> bool:
        """Whether any right to an old-age pension is held on ``day``."""
        return any(right.held(day) for right in self.rights)

    def known_without(self, day: date) -> bool:
        """Whether it was told that on ``day`` there is no right to any."""
        return self.none_on is not None and self.none_on >= day and not self.right_on(day)

    def next_right(self, day: date) -> Boundary | None:
        """The acquisition of the first right to an old-age pension after ``day``."""
        return min(
            (right.first for right in self.rights if right.first.day > day),
            key=lambda first: first.day,
            default=None,
        )

    def recipient_until(self, day: date) -> Boundary | None:
        """When somebody who can draw such a benefit on ``day`` no longer can."""
        firsts = (span.first for span in self.without_benefit())
        return next((first for first in firsts if first is not None and first.day > day), None)

    def without_benefit(self) -> list[Span]:
        """The days on which somebody cannot draw the benefits that end category 1."""
        spans: list[Span] = []
        first: Boundary | None = None
        for right in self.rights:
            if right.benefit is not OldAgeBenefit.EMPLOYEES:
                continue
            if first is None or first.day < right.first.day:
                spans.append(Span(first, right.first))
            if right.past is None:
                return spans
            first = right.past if first is None or first.day < right.past.day else first
        return [*spans, Span(first, None)] if spans else [ALWAYS]


def _right(said: OldAgeStatement, entitled_on: date) -> Right:
    first = Boundary(
        entitled_on,
        because(BECAME_RECIPIENT, day=entitled_on),
        said.told_on,
        said.notice_id,
        from_jps=said.notice_id is None,
    )
    if said.ended_on is None:
        return Right(said.benefit, first, None)
    reason = because(NO_LONGER_RECIPIENT, day=said.ended_on)
    return Right(said.benefit, first, replace(first, day=said.ended_on, reason=reason))
