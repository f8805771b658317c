"""What a review is made of: who belonged together when, and what is known of each of them.

Who lives with whom is keyed by words that mean nothing outside one review. Nothing here is a
guess: a day known in part stays so, and what nobody told is None or an outcome that says so.
"""

from collections.abc import Mapping
from dataclasses import field
from datetime import date, timedelta
from typing import Final

from contracts.codes import Code
from contracts.dates import UncertainDate
from contracts.events import FactOutcome, Whose
from contracts.events.welfare import AssistancePeriod, DisabilityCertificate
from contracts.months import Month
from contracts.values import value
from services.exemptions.domain.application.cycles import Months
from services.exemptions.domain.application.income import YearIncome
from services.exemptions.domain.kinds import ExemptionKind as Kind

APPLICANT: Final = "applicant"
"""The key of the applicant among the people of a review."""


@value
class JobLoss:
    """失業、事業の廃止又は休止 (規則77条の7第2号) of one person."""

    left_on: UncertainDate
    """離職日, the last day at work or of the business."""
    shown: bool = False
    """Whether 離職票 or the like has been seen, now or with an earlier application."""


@value
class Someone:
    """What is known of one person who may be tested. A year that is not there was not asked for."""

    incomes: Mapping[int, YearIncome] = field(default_factory=dict)
    """By calendar year (相当年度)."""
    certificates: tuple[DisabilityCertificate, ...] = ()
    certificates_outcome: FactOutcome = FactOutcome.NO_RECORD
    job_losses: tuple[JobLoss, ...] = ()


@value
class Spell:
    """From when to when somebody is the applicant's spouse, or head of the household.

    ``first`` None: as far back as is asked; ``last`` None: it goes on. Both days are included.
    """

    who: str
    first: UncertainDate | None = None
    last: UncertainDate | None = None


def day_before(day: UncertainDate | None) -> UncertainDate | None:
    """The last day of what is over on ``day``; a day that is not certain stays as it is."""
    if day is None or day.value is None:
        return day
    return UncertainDate.exact(day.value - timedelta(days=1))


@value
class Assistance:
    """生活保護 in the applicant's household (90条1項2号 looks at all its members)."""

    outcome: FactOutcome = FactOutcome.NO_RECORD
    periods: tuple[AssistancePeriod, ...] = ()
    stated: bool = False
    """Whether the applicant states that there is some."""
    foreign: bool = False
    """Of a foreign national: 生活扶助 is then no ground of 法定免除, and counts here [V-page]."""


@value
class Disaster:
    """震災、風水害、火災等 (規則77条の7第1号) to property of anybody the item names."""

    on: UncertainDate
    half_lost: bool | None = None
    """Whether what no insurance made good is about half of the value or more; None: not seen."""


@value
class Violence:
    """配偶者からの暴力 (規則77条の7第3号)."""

    spouse: str
    """The key of the spouse who did it."""
    since: UncertainDate
    until: Month | None = None
    """The last month that it counts for; None: it goes on."""
    applicant_in_difficulty: bool | None = None
    householder_in_difficulty: bool | None = None


class Schooling(Code):
    """Whether a school makes a student (令6条の6, 規則77条の6)."""

    RECOGNISED = "recognised", "対象校"
    NOT_RECOGNISED = "not_recognised", "対象外"
    UNKNOWN = "unknown", "未確認"


@value
class Enrolment:
    """在学: from the first day to the last (None: it goes on)."""

    first: date
    last: date | None = None
    school: Schooling = Schooling.RECOGNISED


@value
class Case:
    """Everything that a review looks at, as of the day of the application."""

    birth_date: UncertainDate
    people: Mapping[str, Someone]
    householders: tuple[Spell, ...]
    spouses: tuple[Spell, ...] | None
    """None: nobody has said whether there is a spouse (規則77条2項2号)."""
    category_1: frozenset[Month]
    """Months that count as category 1 (11条, 11条の2)."""
    undecided: frozenset[Month] = frozenset()
    """Months whose category the records do not tell."""
    paid: frozenset[Month] = frozenset()
    taken: Mapping[Month, Kind] = field(default_factory=dict)
    """Months exempt by law or notice: 法定免除, 産前産後, 育児."""
    enrolments: tuple[Enrolment, ...] = ()
    assistance: Assistance = Assistance()
    disasters: tuple[Disaster, ...] = ()
    violence: tuple[Violence, ...] = ()
    special_disability_benefit: tuple[Months, ...] = ()
    """Months as a recipient of 特別障害給付金."""
    other_hardship: tuple[Months, ...] = ()
    """Months for which something similar is stated (規則77条の7第4号): a person has to judge it."""

    @property
    def has_events(self) -> bool:
        """Whether anything but income, status and household may tell one month from the next."""
        return bool(
            self.enrolments
            or self.assistance.periods
            or self.disasters
            or self.violence
            or self.special_disability_benefit
            or self.other_hardship
            or any(someone.job_losses for someone in self.people.values())
        )

    def person(self, key: str) -> Someone:
        """Who is known by that key; somebody of whom nothing is known where nobody was asked."""
        return self.people.get(key, _NOBODY)


_NOBODY: Final = Someone()


@value
class Application:
    """What somebody applies for, of one cycle or of several in one sitting.

    ``order``: the kinds that they want looked at, the best first. Raises ``ValueError`` where it is
    empty, names one twice, or mixes students' payment with others: it is an application of its own.
    """

    applied_on: date
    months: Months
    order: tuple[Kind, ...]

    def __post_init__(self) -> None:
        if not self.order or len(set(self.order)) != len(self.order):
            raise ValueError("an application names each kind once, and one at least")
        if Kind.STUDENT in self.order and len(self.order) > 1:
            raise ValueError("students' special payment is applied for by itself")


@value
class Tested:
    """Somebody whose means are looked at, and as what."""

    key: str
    roles: tuple[Whose, ...]

    @property
    def role(self) -> Whose:
        """The role by which reasons speak of them."""
        return self.roles[0]
