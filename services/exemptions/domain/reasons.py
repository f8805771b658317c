"""Why a month is exempt, is not, or cannot be told: the rule, its article, its figures.

Every conclusion of these rules carries a `Reason`; what cannot be concluded carries one too, as a
`Review`: it asks a person for something and is never a refusal or a guess.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from contracts.eras import wareki
from contracts.law import Certainty
from contracts.months import Month

Figure = date | Month | int | str


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, as the README lists it. ``sentence`` is what staff read, ``{figures}`` in it."""

    code: str
    article: str
    sentence: str
    certainty: Certainty = Certainty.VERIFIED


@dataclass(frozen=True, slots=True)
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
        """The reason in Japanese: days and months in their era."""
        return self.rule.sentence.format_map({name: show(figure) for name, figure in self.figures})

    def figure(self, name: str) -> Figure:
        """One of its figures. Raises ``KeyError`` where the rule was applied without it."""
        return dict(self.figures)[name]


def because(rule: Rule, *, doubt: Certainty | None = None, **figures: Figure) -> Reason:
    """A rule applied to these figures."""
    return Reason(rule, tuple(figures.items()), doubt)


def show(figure: Figure) -> str:
    """A figure as staff read it."""
    if isinstance(figure, Month):
        return wareki(figure.first_day).removesuffix("1日")
    return wareki(figure) if isinstance(figure, date) else str(figure)


@dataclass(frozen=True, slots=True)
class Review:
    """Something a person has to look at before the months from ``since`` on are relied on."""

    reason: Reason
    since: Month | None = None
    """None: before any month of it is."""

    @property
    def code(self) -> str:
        return self.reason.code


def checks(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Those of the reasons that staff are told to check, because their source is not certain."""
    return tuple(dict.fromkeys(reason for reason in reasons if reason.certainty.needs_check))
