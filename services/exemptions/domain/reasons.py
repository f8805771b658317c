"""Why a month is exempt, is not, or cannot be told: the rule, its article, its figures.

Every conclusion of these rules carries a `Reason`; what cannot be concluded carries one too, as a
`Review`: it asks a person for something and is never a refusal or a guess.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from contracts.codes import Code
from contracts.eras import wareki
from contracts.events import Whose
from contracts.law import Certainty
from contracts.months import Month
from contracts.values import value


class CalendarYear(int):
    """A calendar year as a figure (所得の年): staff read it in its era."""


Figure = date | Month | int | str


class Answer(Code):
    """Whether a condition of the law is met. Unknown is neither yes nor no: something is asked."""

    MET = "met", "該当"
    NOT_MET = "not_met", "非該当"
    UNKNOWN = "unknown", "要確認"


def any_of(answers: Sequence[Answer]) -> Answer:
    """Met where one is; not met where none is nor may be."""
    if Answer.MET in answers:
        return Answer.MET
    return Answer.UNKNOWN if Answer.UNKNOWN in answers else Answer.NOT_MET


def all_of(answers: Sequence[Answer]) -> Answer:
    """Not met where one is not; met where all are."""
    if Answer.NOT_MET in answers:
        return Answer.NOT_MET
    return Answer.UNKNOWN if Answer.UNKNOWN in answers else Answer.MET


class Says(Code):
    """What a rule says where it applies."""

    MET = "met", "該当する"
    NOT_MET = "not_met", "該当しない"
    ASKS = "asks", "確認・提出を求める"
    NOTE = "note", "留意する"


@value
class Rule:
    """One rule, as the README lists it. ``sentence`` is what staff read, ``{figures}`` in it;
    amounts are written ``{income:,}``."""

    code: str
    article: str
    sentence: str
    certainty: Certainty = Certainty.VERIFIED
    says: Says = Says.NOTE


@value
class Reason:
    """A rule applied: with the figures that it was applied to, by name."""

    rule: Rule
    figures: tuple[tuple[str, Figure], ...] = ()
    doubt: Certainty | None = None
    """The certainty of a parameter, where it is less than the rule's own."""
    whose: Whose | None = None
    """To whom it was applied; None: to the household, or to nobody in particular."""
    note: str | None = None
    """What staff are told where a parameter has to be checked."""
    basis: str | None = None
    """The article that the rule was applied for, where it serves several."""

    @property
    def code(self) -> str:
        return self.rule.code

    @property
    def article(self) -> str:
        """The articles: the one it was applied for, and the rule's own."""
        return "、".join(filter(None, (self.basis, self.rule.article)))

    @property
    def asks(self) -> bool:
        """Whether something is missing that somebody has to bring or look at."""
        return self.rule.says is Says.ASKS

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


Found = tuple[Answer, tuple[Reason, ...]]
"""What is found of one condition, and why."""


def because(
    rule: Rule,
    whose: Whose | None = None,
    *,
    doubt: Certainty | None = None,
    note: str | None = None,
    basis: str | None = None,
    **figures: Figure,
) -> Reason:
    """A rule applied to these figures."""
    return Reason(rule, tuple(figures.items()), doubt, whose, note, basis)


def show(figure: Figure) -> str | int:
    """A figure as staff read it: days, months and years in their era, numbers as they are."""
    if isinstance(figure, CalendarYear):
        # The era of its last day: 令和元年 for 2019, as tax papers have it.
        return wareki(date(figure, 12, 31)).removesuffix("12月31日")
    if isinstance(figure, Month):
        return wareki(figure.first_day).removesuffix("1日")
    return wareki(figure) if isinstance(figure, date) else figure


@value
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
