"""Why something is concluded: the rule, its article, and the figures it was applied to.

Every conclusion of this service carries a `Reason`; what cannot be concluded carries one too.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from contracts.eras import wareki
from contracts.events import TransitionOrigin
from contracts.law import Certainty as Certainty
from contracts.values import value


class Effect(StrEnum):
    """What a rule does to a qualification on its day."""

    ACQUIRES = "acquires"
    LOSES = "loses"
    CHANGES = "changes"
    """The category changes; the qualification goes on (種別変更)."""
    LEAVES = "leaves"
    """The qualification goes on, but another municipality answers for it (令2条)."""
    UNKNOWN = "unknown"
    """From here on the city's records do not tell."""
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, as the README lists it.

    ``sentence`` is what staff read, with ``{figures}`` in it. Where two rules have their effect on
    the same day, the one with the lower ``rank`` gives the reason: the order of the articles.
    """

    code: str
    article: str
    sentence: str
    effect: Effect
    rank: int
    certainty: Certainty = Certainty.VERIFIED
    origin: TransitionOrigin = TransitionOrigin.RESIDENT_REGISTER


Figure = date | int | str


@value
class Reason:
    """A rule applied: with the figures that it was applied to, by name."""

    rule: Rule
    figures: tuple[tuple[str, Figure], ...] = ()
    doubt: Certainty | None = None
    """The certainty of a parameter, where it is less than the rule's own."""

    @property
    def code(self) -> str:
        return self.rule.code

    @property
    def article(self) -> str:
        return self.rule.article

    @property
    def certainty(self) -> Certainty:
        return self.doubt or self.rule.certainty

    @property
    def sentence(self) -> str:
        """The reason in Japanese, dates in their era."""
        shown = {name: show(figure) for name, figure in self.figures}
        return self.rule.sentence.format_map(shown)


def because(rule: Rule, *, doubt: Certainty | None = None, **figures: Figure) -> Reason:
    """A rule applied to these figures."""
    return Reason(rule, tuple(figures.items()), doubt)


def show(figure: Figure) -> str:
    """A figure as staff read it."""
    return wareki(figure) if isinstance(figure, date) else str(figure)


def western(day: date) -> str:
    """A date in Western years: how a foreign resident's birth date is shown."""
    return f"{day.year}年{day.month}月{day.day}日"


@value
class Review:
    """Something a person has to look at before the timeline can be relied on."""

    reason: Reason
    since: date | None = None
    """The day from which it stands in the way; None: altogether."""

    @property
    def code(self) -> str:
        return self.reason.code
