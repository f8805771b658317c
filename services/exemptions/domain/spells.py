"""Runs of months that one rule exempts, with the reasons for which they begin and end."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from contracts.months import Month
from services.exemptions.domain.kinds import ExemptionKind
from services.exemptions.domain.reasons import Reason, Review


@dataclass(frozen=True, slots=True)
class Spell:
    """The months from ``first`` to ``last``, both included."""

    kind: ExemptionKind
    first: Month
    last: Month | None
    """None: it goes on."""
    began: Reason
    ended: Reason | None = None
    notes: tuple[Reason, ...] = ()
    """What is worth saying of it, and why it is not otherwise."""

    def covers(self, month: Month) -> bool:
        """Whether ``month`` is one of them."""
        return self.first <= month and (self.last is None or month <= self.last)

    def months(self, through: Month) -> Iterator[Month]:
        """Its months up to ``through``."""
        last = through if self.last is None else min(self.last, through)
        for offset in range(last - self.first + 1):
            yield self.first + offset


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule concludes: months, and what somebody has to look at before they are relied on."""

    spells: tuple[Spell, ...] = ()
    reviews: tuple[Review, ...] = ()
    without: tuple[Reason, ...] = ()
    """Why something that was told gives no month."""

    def __add__(self, other: "Found") -> "Found":
        return Found(
            self.spells + other.spells,
            self.reviews + other.reviews,
            self.without + other.without,
        )

    def months(self, through: Month) -> frozenset[Month]:
        """Every month of its spells up to ``through``."""
        return frozenset(month for spell in self.spells for month in spell.months(through))


def together(found: Iterable[Found]) -> Found:
    """Several conclusions as one."""
    return sum(found, Found())
