"""Rights to disability pensions as a ground of statutory exemption (NPA art. 89(1)(i), 令6条の5).

* 障害基礎年金: from the day of the right on, whatever the grade.
* 障害厚生年金 and the like: only of grade 1 or 2 (「第四条の六に定める障害の状態に該当する者」).
* It does **not** end with the change to grade 3, nor with the stop of payment: it ends three years
  after the day on which the state of disability (grade 3 or more) ceased, if it has not come back
  and is not there (令6条の5第2項). Some municipal pages end it with grade 3: the statute does not.
* If the state comes back after that, the person comes under the item again on that day.
* Pensions that 令6条の5第2項 does not name (恩給, 遺族援護法 …) end with the right alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from contracts.ages import same_day
from contracts.codes import Code
from contracts.dates import UncertainDate
from contracts.law import Certainty
from services.exemptions.domain.parameters import Statutory
from services.exemptions.domain.reasons import Reason, Review, Rule, because
from services.exemptions.domain.statutory import Ground, Holding

_ITEM: Final = "国民年金法89条1項1号"
_EXCLUDED: Final = f"{_ITEM}、同法施行令6条の5第2項"


class DisabilityBenefit(Code):
    """障害を支給事由とする給付 (法89条1項1号, 令6条の5第1項)."""

    BASIC = "basic", "障害基礎年金"
    EMPLOYEES = "employees", "障害厚生年金・障害共済年金"
    """令6条の5第1項1号・2号: of grade 1 or 2."""
    OLD_LAW = "old_law", "旧法の障害年金"
    """旧国民年金法・旧厚生年金保険法・旧船員保険法・共済組合の障害年金 (3号から6号まで)."""
    OTHER = "other", "恩給その他の障害給付"
    """7号以下: 恩給, 条例, 旧執行官法, 旧令共済, 公務傷病年金, 遺族援護法."""

    @property
    def ends_after_recovery(self) -> bool:
        """Whether 令6条の5第2項 names it."""
        return self is not DisabilityBenefit.OTHER


class DisabilityGrade(Code):
    """障害等級. Of pensions under old law, whether the state is that of their own table."""

    FIRST = "1", "１級"
    SECOND = "2", "２級"
    THIRD = "3", "３級"
    NONE = "none", "３級にも該当しない"

    @property
    def is_severe(self) -> bool:
        """Grade 1 or 2 (令4条の6)."""
        return self in (DisabilityGrade.FIRST, DisabilityGrade.SECOND)


@dataclass(frozen=True, slots=True)
class GradeFrom:
    """The grade from a day on, until the next one."""

    since: UncertainDate
    grade: DisabilityGrade


@dataclass(frozen=True, slots=True)
class DisabilityRight:
    """A right to one pension and how the disability changed."""

    benefit: DisabilityBenefit
    entitled_on: UncertainDate
    """受給権を取得した日."""
    grades: tuple[GradeFrom, ...] = ()
    """In the order of their days. None told: grade 1 or 2 all along."""
    ended_on: UncertainDate | None = None
    """失権した日: the first day without the right."""


GRADE_3_GOES_ON: Final = Rule(
    code="disability-grade-3",
    article=_EXCLUDED,
    sentence="{day}に３級となったが、障害の状態（３級以上）に該当する間は法定免除は終わらない。",
)
GRADE_3_OF_EMPLOYEES: Final = Rule(
    code="disability-employees-grade-3",
    article="国民年金法施行令6条の5第1項1号・第2項1号ロ",
    sentence="障害厚生年金等が{day}に３級となった。３年経過の規定（令6条の5第2項1号ロ）により法定免除は"
    "続くものと扱う。年金事務所に確認してください。",
    # 第1項 asks for grade 1 or 2, 第2項 lets three years pass after grade 3: no source was found.
    certainty=Certainty.UNVERIFIED,
)
RECOVERED: Final = Rule(
    code="disability-recovered",
    article=_EXCLUDED,
    sentence="{ceased}に障害の状態（３級以上）に該当しなくなり、該当することなく{years}年を経過した{day}に"
    "法定免除の対象でなくなる。",
)
CAME_BACK: Final = Rule(
    code="disability-came-back",
    article=_EXCLUDED,
    sentence="{day}に再び障害の状態（３級以上）に該当し、法定免除の対象となった。",
)
NEVER_SEVERE: Final = Rule(
    code="disability-never-severe",
    article="国民年金法施行令6条の5第1項1号",
    sentence="障害厚生年金等が１級又は２級となったことがないため、法定免除に該当しない。",
)
GRADES_UNKNOWN: Final = Rule(
    code="disability-grades-unknown",
    article=_EXCLUDED,
    sentence="障害の程度の変わった日（{written}）が確定していません。３年の経過を判定できません。",
)


@dataclass(frozen=True, slots=True)
class Grounds:
    """The days on which a right is a ground, and what has to be looked at or said."""

    holdings: tuple[Holding, ...] = ()
    reviews: tuple[Review, ...] = ()
    without: tuple[Reason, ...] = ()


def disability_grounds(right: DisabilityRight, figures: Statutory) -> Grounds:
    """The days on which a right to a pension is a ground, and what has to be looked at."""
    inexact = next((step for step in right.grades if not step.since.is_exact), None)
    if inexact is not None:
        review = Review(because(GRADES_UNKNOWN, written=inexact.since.notation))
        return Grounds((Holding(Ground.DISABILITY, right.entitled_on, right.ended_on),), (review,))
    if not right.entitled_on.is_exact:
        # When it began is asked for first: nothing else can be told before.
        return Grounds((Holding(Ground.DISABILITY, right.entitled_on, right.ended_on),))
    begins = _begins(right)
    if begins is None:
        return Grounds(without=(because(NEVER_SEVERE),))
    return Grounds(tuple(_holdings(right, begins, figures)))


def _begins(right: DisabilityRight) -> date | None:
    """The first day; None where it never was of a grade that counts."""
    entitled_on = right.entitled_on.require()
    if right.benefit is not DisabilityBenefit.EMPLOYEES or not right.grades:
        return entitled_on
    severe = (step.since.require() for step in right.grades if step.grade.is_severe)
    first = next(severe, None)
    return None if first is None else max(first, entitled_on)


def _holdings(right: DisabilityRight, begins: date, figures: Statutory) -> Iterator[Holding]:
    ended = right.ended_on
    notes = _notes(right, begins)
    since = begins
    for ceased, again in _without_state(right.grades) if right.benefit.ends_after_recovery else ():
        years = figures.recovery(ceased)
        over = same_day(ceased, years.value)
        if (again is not None and again <= over) or _is_over(ended, over):
            continue
        if since < over:
            recovered = because(
                RECOVERED, doubt=years.doubt, ceased=ceased, years=years.value, day=over
            )
            yield Holding(
                Ground.DISABILITY,
                UncertainDate.exact(since),
                UncertainDate.exact(over),
                (*notes, recovered),
            )
        if again is None or _is_over(ended, again):
            return
        since, notes = again, (because(CAME_BACK, day=again),)
    yield Holding(Ground.DISABILITY, UncertainDate.exact(since), ended, notes)


def _is_over(ended: UncertainDate | None, day: date) -> bool:
    """Whether the right itself is certain to be over by ``day``."""
    return ended is not None and ended.value is not None and ended.value <= day


def _without_state(grades: Sequence[GradeFrom]) -> Iterator[tuple[date, date | None]]:
    """Times without a state of disability: from which day, and when it came back."""
    since: date | None = None
    for step in grades:
        if step.grade is DisabilityGrade.NONE:
            since = step.since.require() if since is None else since
        elif since is not None:
            yield since, step.since.require()
            since = None
    if since is not None:
        yield since, None


def _notes(right: DisabilityRight, begins: date) -> tuple[Reason, ...]:
    rule = GRADE_3_OF_EMPLOYEES if right.benefit is DisabilityBenefit.EMPLOYEES else GRADE_3_GOES_ON
    lowered = (
        after.since.require()
        for before, after in pairwise(right.grades)
        if before.grade.is_severe and after.grade is DisabilityGrade.THIRD
    )
    if not right.benefit.ends_after_recovery:
        return ()
    return tuple(because(rule, day=day) for day in lowered if day > begins)
