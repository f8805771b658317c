"""What the rules on categories 2 and 3 and on insurance by choice have to know of a person."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import zip_longest

from contracts.codes import ResidentKind
from services.qualification.domain.acquisition import FROM_ABROAD
from services.qualification.domain.city import View
from services.qualification.domain.facts import Content, Fact
from services.qualification.domain.loss import ABROAD
from services.qualification.domain.old_age import OldAge
from services.qualification.domain.parameters import Parameter, Parameters, age_reached
from services.qualification.domain.spans import Span

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Away:
    """A time abroad, as the register tells it.

    ``left_on``: the day of the move, from which there is no address in Japan. ``returned_on``: the
    day of the return; with ``certain`` false the return was earlier, on a day that our records do
    not tell (the person came back to another municipality).
    """

    left_on: date
    returned_on: date | None
    certain: bool
    told: date | None
    """When the move was told."""

    def holds(self, day: date) -> bool:
        """Whether on ``day`` there was no address in Japan."""
        return self.left_on <= day and (self.returned_on is None or day < self.returned_on)


@dataclass(eq=False)
class Person:
    """A person of whom more is told than the register does. ``birth`` None: not certain.

    ``kinds``: the kinds of the facts, so that a rule about facts that are not there is not asked.
    """

    birth: date | None
    kind: ResidentKind
    alive: Span
    ages: Span
    views: Sequence[View]
    covers: Sequence[Span]
    facts: Sequence[Fact]
    kinds: Set[type[Content]]
    parameters: Parameters

    @cached_property
    def old_age(self) -> OldAge:
        """Rights to benefits by reason of old age."""
        return OldAge.of(self.facts)

    @cached_property
    def away(self) -> tuple[Away, ...]:
        """The times abroad, in order."""
        found = []
        for view, following in zip_longest(self.views, self.views[1:]):
            past = view.span.past
            if past is None or past.reason.rule is not ABROAD:
                continue
            back = following.told if following is not None else None
            certain = back is None or back.reason.rule is FROM_ABROAD
            found.append(
                Away(past.day - _DAY, back.day if back else None, certain, past.accepted_on)
            )
        return tuple(found)

    def abroad(self, day: date) -> Away | None:
        """The time abroad in which ``day`` lies."""
        return next((away for away in self.away if away.holds(day)), None)

    def residence(self, day: date) -> View | None:
        """The stay in Japan in which ``day`` lies; the day of a move abroad is not part of it."""
        if self.abroad(day) is not None:
            return None
        return next((view for view in self.views if view.span.holds(day)), None)

    def covered(self, day: date) -> Span | None:
        """The span in which the Act covers the person on ``day``; None: it does not."""
        return next((span for span in self.covers if span.holds(day)), None)

    def reaches(self, ages: Parameter[int]) -> date | None:
        """The day of reaching an age. Raises ``NoValue``."""
        return None if self.birth is None else age_reached(ages, self.birth)[0]
