"""Maternity (産前産後期間の免除), NPA art. 88-2: which months, and why.

* One child: from the month before that of the birth to the second after it; more than one: from the
  third before. The month is that of the expected day, or of the birth itself where the notice came
  after it (規則73条の6).
* A birth is an end of pregnancy after 85 days, live or not (年管管発1206第1号) [V-page].
* Months from 2019-04 on; no income is tested; it counts as paid (法5条1項) and goes before every
  other kind; what was paid is returned, as this article excepts nothing paid (unlike 89条).
* The birth in another month than expected, told after the notice, changes nothing; that there are
  more children than notified widens it [2nd].
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from contracts.dates import UncertainDate
from contracts.law import Certainty, Parameter
from contracts.months import Month
from services.exemptions.domain.elapsed import before
from services.exemptions.domain.kinds import ExemptionKind
from services.exemptions.domain.parameters import Maternity
from services.exemptions.domain.reasons import Reason, Review, Rule, because
from services.exemptions.domain.spells import Found, Spell

_ARTICLE: Final = "国民年金法88条の2"
_CIRCULAR: Final = "平成30年12月6日年管管発1206第1号"


@dataclass(frozen=True, slots=True)
class MaternityNotice:
    """産前産後免除該当届, and what was told of the birth since."""

    notified_on: date
    due_on: UncertainDate | None = None
    """出産の予定日, of a notice before the birth."""
    born_on: UncertainDate | None = None
    """出産の日, of a notice after it."""
    multiple: bool = False
    """多胎妊娠."""
    pregnancy_days: int | None = None
    """Days of pregnancy, where it ended without a live birth."""
    later_born_on: UncertainDate | None = None
    """出産の日, told after a notice that was made before the birth."""
    later_multiple: bool = False
    """多胎 that turned out after the notice."""

    @property
    def base(self) -> UncertainDate | None:
        """出産予定日 as the Act has it: the birth, where the notice tells it (規則73条の6)."""
        return self.born_on or self.due_on


ONE_CHILD: Final = Rule(
    code="maternity",
    article=_ARTICLE,
    sentence="出産予定日（届出前の出産は出産日）が{day}のため、{first}分から{last}分まで産前産後免除。",
)
MULTIPLE: Final = Rule(
    code="maternity-multiple",
    article=_ARTICLE,
    sentence="多胎妊娠で、出産予定日（届出前の出産は出産日）が{day}のため、"
    "{first}分から{last}分まで産前産後免除。",
)
FOUND_MULTIPLE: Final = Rule(
    code="maternity-found-multiple",
    article=_ARTICLE,
    sentence="届出後に多胎と判明したため、{first}分からに広げて産前産後免除。変更の手続を年金事務所に確認してください。",
    certainty=Certainty.SECONDARY,
)
OTHER_MONTH: Final = Rule(
    code="maternity-born-in-other-month",
    article=_ARTICLE,
    sentence="実際の出産（{day}）は予定の月と異なるが、届出後のずれでは免除の月を変更しない。"
    "出産日によれば{first}分から{last}分まで。年金事務所に確認してください。",
    certainty=Certainty.SECONDARY,
)
CLIPPED: Final = Rule(
    code="maternity-before-the-law",
    article=f"{_ARTICLE}、{_CIRCULAR}",
    sentence="産前産後免除は{month}分からの制度のため、それより前の月は対象とならない。",
    certainty=Certainty.OFFICIAL_PAGE,
)
TOO_SHORT: Final = Rule(
    code="maternity-pregnancy-too-short",
    article=f"{_ARTICLE}、{_CIRCULAR}",
    sentence="妊娠{days}日での終了は、{least}日以上の分娩に当たらないため、対象とならない。",
    certainty=Certainty.OFFICIAL_PAGE,
)
DAY_UNKNOWN: Final = Rule(
    code="maternity-day-unknown",
    article=f"{_ARTICLE}、同法施行規則73条の7第1項2号",
    sentence="出産の予定日又は出産の日が確定していません。母子健康手帳等で確認してください。",
)
TOO_EARLY: Final = Rule(
    code="maternity-notified-too-early",
    article="国民年金法施行規則73条の7第3項",
    sentence="届出は出産予定日の6月前（{day}）からできます。届出の日又は出産予定日を確認してください。",
)
BORN_LATER: Final = Rule(
    code="maternity-born-after-notice",
    article="国民年金法施行規則73条の6・73条の7第1項2号",
    sentence="出産の日（{day}）が届出の日より後です。出産前の届出は出産予定日によります。確認してください。",
)


def notifiable_from(due_on: date, figures: Maternity) -> date:
    """The first day on which it can be notified before the birth (規則73条の7第3項)."""
    return before(due_on, figures.notice_months.on(due_on).value)


def maternity_exemption(notice: MaternityNotice, figures: Maternity) -> Found:
    """The months that one birth exempts."""
    if notice.base is None or not notice.base.is_exact:
        return Found(reviews=(Review(because(DAY_UNKNOWN)),))
    base = notice.base.require()
    if _last(base, figures) < figures.since.month:
        return Found(without=(_clipped(figures),))
    stands_in_the_way = _not_to_be_relied_on(notice, base, figures)
    if stands_in_the_way is not None:
        return Found(reviews=(Review(stands_in_the_way),))
    least = figures.pregnancy_days.on(base).value
    if notice.pregnancy_days is not None and notice.pregnancy_days < least:
        short = because(TOO_SHORT, days=notice.pregnancy_days, least=least)
        return Found(without=(short,))
    return _of_birth(notice, base, figures)


def _of_birth(notice: MaternityNotice, base: date, figures: Maternity) -> Found:
    notes: list[Reason] = []
    multiple = notice.multiple or notice.later_multiple
    first, last = _first(base, multiple, figures), _last(base, figures)
    if notice.later_multiple and not notice.multiple:
        notes.append(because(FOUND_MULTIPLE, first=first))
    if first < figures.since.month:
        notes.append(_clipped(figures))
        first = figures.since.month
    rule = MULTIPLE if multiple else ONE_CHILD
    began = because(rule, day=base, first=first, last=last)
    notes += _born_in_other_month(notice, base, multiple, figures)
    return Found((Spell(ExemptionKind.MATERNITY, first, last, began, began, tuple(notes)),))


def _born_in_other_month(
    notice: MaternityNotice, base: date, multiple: bool, figures: Maternity
) -> list[Reason]:
    born_on = notice.later_born_on.value if notice.later_born_on else None
    if born_on is None or Month.of(born_on) == Month.of(base):
        return []
    first, last = _first(born_on, multiple, figures), _last(born_on, figures)
    return [because(OTHER_MONTH, day=born_on, first=first, last=last)]


def _not_to_be_relied_on(notice: MaternityNotice, base: date, figures: Maternity) -> Reason | None:
    if notice.born_on is not None:
        return because(BORN_LATER, day=base) if base > notice.notified_on else None
    from_day = notifiable_from(base, figures)
    return because(TOO_EARLY, day=from_day) if notice.notified_on < from_day else None


def _first(base: date, multiple: bool, figures: Maternity) -> Month:
    lead = figures.lead_months_multiple if multiple else figures.lead_months
    return Month.of(base) - _months(lead, base)


def _last(base: date, figures: Maternity) -> Month:
    return Month.of(base) + _months(figures.following_months, base)


def _months(figure: Parameter[int], base: date) -> int:
    """The figure for a birth; one before the article is told apart by its months alone."""
    return figure.on(max(base, figure.values[0].valid_from)).value


def _clipped(figures: Maternity) -> Reason:
    return because(CLIPPED, month=figures.since.month)
