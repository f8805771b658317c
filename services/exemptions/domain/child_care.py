"""Child-care (育児期間の免除), NPA art. 88-3, in force from October 2026: which months, and why.

* Para. 1, the mother who had the maternity exemption: from the month of the day on which three
  months from the expected day of birth have passed, to the month before that of the day on which
  twelve have. Usually the third to the eleventh month after the birth's: nine months.
* Para. 2, everybody else who raises a child of theirs (father, mother without maternity exemption,
  adoptive parent, custody for special adoption, adoption foster parent, and the foster parent of
  規則73条の10): from the month in which they begin to raise it, to the last before its birthday's.
* It ends early with the month before that of the day after the child's death, or after the day from
  which they raise it no more (規則73条の8, 73条の11). Each parent has it for themselves.
* Months from 2026-10 on (令和6年法律第47号附則10条): of a child born before, what is left.
* Where the month has no corresponding day, the letter of the Act leaves out a month or adds one.
  What JPS does is not known [unverified]: the letter is applied and a person has to look.

Months of maternity for another child go before (para. 1 and 2, in brackets): see `combination`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from contracts.ages import reaches
from contracts.codes import Code
from contracts.dates import UncertainDate
from contracts.law import Certainty, Parameter
from contracts.months import Month
from services.exemptions.domain.elapsed import passed
from services.exemptions.domain.kinds import ExemptionKind
from services.exemptions.domain.parameters import ChildCare
from services.exemptions.domain.reasons import Reason, Review, Rule, because
from services.exemptions.domain.spells import Found, Spell

_PARA_1: Final = "国民年金法88条の3第1項"
_PARA_2: Final = "国民年金法88条の3第2項"
_DAY: Final = timedelta(days=1)


class Carer(Code):
    """Who raises the child (子との関係, 規則73条の9第1項5号)."""

    MOTHER = "mother", "実母（産前産後免除の適用を受けた者）"
    """法88条の3第1項."""
    PARENT = "parent", "実父・実母（産前産後免除の適用を受けていない者）"
    ADOPTIVE = "adoptive", "養親"
    SPECIAL_ADOPTION = "special_adoption", "特別養子縁組の請求をして監護する者"
    """民法817条の2第1項."""
    ADOPTION_FOSTER = "adoption_foster", "養子縁組里親"
    """児童福祉法6条の4第2号."""
    FOSTER = "foster", "養育里親（規則73条の10）"
    """Entrusted as 養育里親, as the parents' will stands against an adoption foster parent."""


class EndCause(Code):
    """Why they raise the child no more (終了事由)."""

    DEATH = "death", "子の死亡"
    APART = "apart", "子と同居しなくなった"
    NOT_RAISING = "not_raising", "その他子を養育しなくなった"
    DISSOLVED = "dissolved", "離縁・養子縁組の取消し"
    """規則73条の11第1号."""
    CASE_CLOSED = "case_closed", "特別養子縁組の審判の終了・措置の解除"
    """規則73条の11第2号."""

    def can_end(self, carer: Carer) -> bool:
        """Whether the article names it for them (規則73条の8, 73条の11)."""
        return carer in _CARERS.get(self, frozenset(Carer))


_CARERS: Final = {
    EndCause.DISSOLVED: frozenset({Carer.ADOPTIVE}),
    EndCause.CASE_CLOSED: frozenset({Carer.SPECIAL_ADOPTION, Carer.ADOPTION_FOSTER, Carer.FOSTER}),
}


@dataclass(frozen=True, slots=True)
class End:
    """The day on which the cause came about (事由が生じた日)."""

    cause: EndCause
    on: UncertainDate


@dataclass(frozen=True, slots=True)
class Child:
    """A child that somebody raises."""

    born_on: UncertainDate
    since: UncertainDate
    """養育することとなつた日; of one's own child the day of birth."""
    end: End | None = None


MOTHER: Final = Rule(
    code="child-care-mother",
    article=_PARA_1,
    sentence="出産予定日（届出前の出産は出産日。{day}）から起算して3月を経過した日が{starts}、12月を経過した日が{ends}のため、"
    "{first}分から{last}分まで育児免除。",
)
OTHERS: Final = Rule(
    code="child-care",
    article=_PARA_2,
    sentence="{since}から子を養育し、子が1歳に達する日の翌日が{ends}のため、"
    "{first}分から{last}分まで育児免除。",
)
ENDED_EARLY: Final = Rule(
    code="child-care-ended-early",
    article=f"{_PARA_1}・第2項、同法施行規則73条の8・73条の11",
    sentence="{day}に{cause}のため、翌日（{after}）の属する月の前月の{last}分まで育児免除。",
)
ENDED_BEFORE: Final = Rule(
    code="child-care-no-month",
    article=f"{_PARA_1}・第2項",
    sentence="養育が{day}までで終わり（{cause}）、対象となる月がない。",
)
TOO_OLD: Final = Rule(
    code="child-care-too-old",
    article=_PARA_2,
    sentence="養育を始めた{day}に子が既に1歳に達しており、対象となる月がない。",
)
CLIPPED: Final = Rule(
    code="child-care-before-the-law",
    article="令和6年法律第47号附則10条",
    sentence="育児免除は{month}分からの制度のため、それより前の月は対象とならない。",
)
EDGE_START: Final = Rule(
    code="child-care-edge-start",
    article=f"{_PARA_1}、同法103条、民法143条2項",
    sentence="出産予定日（{day}）の3月後に応当する日がなく、文理では{literal}分から（3か月後の月は{simple}）。"
    "その間の月の取扱いを年金事務所に確認してください。",
    certainty=Certainty.UNVERIFIED,
)
EDGE_END: Final = Rule(
    code="child-care-edge-end",
    article=f"{_PARA_1}・第2項、同法103条、民法143条2項",
    sentence="{day}の1年後に応当する日がなく、文理では{literal}分まで（11か月後の月は{simple}）。"
    "取扱いを年金事務所に確認してください。",
    certainty=Certainty.UNVERIFIED,
)
ONE_OF_SEVERAL: Final = Rule(
    code="child-care-one-of-several",
    article=_PARA_1,
    sentence="同じ出産の子のうち養育を続ける子がいるため、育児免除は終わらないものと扱う。年金事務所に確認してください。",
    # 「出産に係る子」 of a multiple birth: that it ends with the last of them is our reading.
    certainty=Certainty.UNVERIFIED,
)
DAY_UNKNOWN: Final = Rule(
    code="child-care-day-unknown",
    article=f"{_PARA_1}・第2項、同法施行規則73条の9",
    sentence="{what}（{written}）が確定していません。日を確認してください。",
)
CONTRADICTORY: Final = Rule(
    code="child-care-contradictory",
    article="国民年金法施行規則73条の9",
    sentence="{earlier}が{later}より後の日となっています。確認してください。",
)
OTHER_CAUSE: Final = Rule(
    code="child-care-other-cause",
    article="国民年金法施行規則73条の8・73条の11",
    sentence="終了事由「{cause}」は、子との関係「{carer}」の事由として定められていません。確認してください。",
)


@dataclass(frozen=True, slots=True)
class _Course:
    """Months before anything ends them early."""

    first: Month
    until: date
    """The day whose month is the first without."""
    began: Reason
    reviews: tuple[Review, ...]


def child_care_of_mother(
    base: UncertainDate, children: Sequence[Child], figures: ChildCare
) -> Found:
    """Para. 1: the months of one birth. ``base`` is the day on which its maternity months rest."""
    if not base.is_exact:
        return Found(reviews=(_unknown("出産予定日", base),))
    if not children:  # nobody is raised (死産): nothing was told, and nothing is wrong
        return Found()
    course = _of_mother(base.require(), figures)
    found = [_ends_of(child, Carer.MOTHER) for child in children]
    if reviews := tuple(review for _, of_child in found for review in of_child):
        return Found(reviews=reviews)
    ends = [end for end, _ in found]
    ended = [end for end in ends if end is not None]
    if not ended:
        return _result(course, None, (), figures)
    if len(ended) < len(ends):
        return _result(course, None, (because(ONE_OF_SEVERAL),), figures)
    last = max(ended, key=lambda end: end.on.require())
    several = (because(ONE_OF_SEVERAL),) if len(ended) > 1 else ()
    return _result(course, last, several if _differ(ended) else (), figures)


def child_care_of_others(child: Child, carer: Carer, figures: ChildCare) -> Found:
    """Para. 2: the months of one child. Raises ``ValueError`` for `Carer.MOTHER` (para. 1)."""
    if carer is Carer.MOTHER:
        raise ValueError("the mother who had the maternity exemption is for para. 1")
    for what, day in (("子の生年月日", child.born_on), ("養育することとなった日", child.since)):
        if not day.is_exact:
            return Found(reviews=(_unknown(what, day),))
    born_on, since = child.born_on.require(), child.since.require()
    if since < born_on:
        return Found(reviews=(_contradiction("子の生年月日", "養育することとなった日"),))
    end, reviews = _ends_of(child, carer)
    if reviews:
        return Found(reviews=reviews)
    after_reaching = reaches(_figure(figures.until_age, born_on), born_on) + _DAY
    if since >= after_reaching:
        return Found(without=(because(TOO_OLD, day=since),))
    return _result(_of_others(born_on, since, after_reaching), end, (), figures)


def _of_mother(base: date, figures: ChildCare) -> _Course:
    wait, whole = _figure(figures.wait_months, base), _figure(figures.until_months, base)
    starts, ends = passed(base, wait), passed(base, whole)
    first, last = Month.of(starts), Month.of(ends) - 1
    began = because(MOTHER, day=base, starts=starts, ends=ends, first=first, last=last)
    reviews = []
    if first != (simple := Month.of(base) + wait):
        edge = because(EDGE_START, day=base, literal=first, simple=simple)
        reviews.append(Review(edge, since=simple))
    if last != (simple := Month.of(base) + whole - 1):
        edge = because(EDGE_END, day=base, literal=last, simple=simple)
        reviews.append(Review(edge, since=last))
    return _Course(first, ends, began, tuple(reviews))


def _of_others(born_on: date, since: date, after_reaching: date) -> _Course:
    first, last = Month.of(since), Month.of(after_reaching) - 1
    began = because(OTHERS, since=since, ends=after_reaching, first=first, last=last)
    birthday_month = Month.of(born_on) + 12 * (after_reaching.year - born_on.year)
    reviews: tuple[Review, ...] = ()
    if Month.of(after_reaching) != birthday_month:  # born on 29 February
        edge = because(EDGE_END, day=born_on, literal=last, simple=birthday_month - 1)
        reviews = (Review(edge, since=last),)
    return _Course(first, after_reaching, began, reviews)


def _result(
    course: _Course, end: End | None, notes: tuple[Reason, ...], figures: ChildCare
) -> Found:
    """The months of a course that may end early, none before the article was in force."""
    last, ended, reviews = Month.of(course.until) - 1, course.began, course.reviews
    if end is not None and (after := end.on.require() + _DAY) < course.until:
        last = Month.of(after) - 1
        cause = end.cause.label
        ended = because(ENDED_EARLY, day=end.on.require(), cause=cause, after=after, last=last)
        if last < course.first:
            none = because(ENDED_BEFORE, day=end.on.require(), cause=cause)
            return Found(without=(none,))
        reviews = tuple(review for review in reviews if (review.since or last) <= last)
    since = figures.since
    first = max(course.first, since.month)
    clipped = because(CLIPPED, doubt=since.doubt, month=since.month)
    if last < since.month:
        return Found(without=(clipped,))
    if first != course.first:
        notes = (*notes, clipped)
        reviews = tuple(review for review in reviews if (review.since or first) >= first)
    spell = Spell(ExemptionKind.CHILD_CARE, first, last, course.began, ended, notes)
    return Found((spell,), reviews)


def _ends_of(child: Child, carer: Carer) -> tuple[End | None, tuple[Review, ...]]:
    """The early end that a child's notice tells, or what has to be looked at first."""
    end = child.end
    if end is None:
        return None, ()
    if not end.on.is_exact:
        return None, (_unknown("終了事由の生じた日", end.on),)
    if not end.cause.can_end(carer):
        other = because(OTHER_CAUSE, cause=end.cause.label, carer=carer.label)
        return None, (Review(other),)
    if child.since.value is not None and end.on.require() < child.since.value:
        return None, (_contradiction("養育することとなった日", "終了事由の生じた日"),)
    return end, ()


def _differ(ends: Sequence[End]) -> bool:
    return len({end.on.require() for end in ends}) > 1


def _unknown(what: str, day: UncertainDate) -> Review:
    return Review(because(DAY_UNKNOWN, what=what, written=day.notation))


def _contradiction(earlier: str, later: str) -> Review:
    return Review(because(CONTRADICTORY, earlier=earlier, later=later))


def _figure(figure: Parameter[int], day: date) -> int:
    """The figure for a birth; one before the article is told apart by its months alone."""
    return figure.on(max(day, figure.values[0].valid_from)).value
