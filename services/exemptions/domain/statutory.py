"""Statutory exemption (法定免除), NPA art. 89(1): which months, and why.

* It holds from the month before that of the day on which one of the three grounds begins to hold,
  to the month of the day on which none holds any more, both included.
* Grounds that follow each other without a day between are one: the exemption neither ends nor
  begins anew where one takes the place of another (「次の各号のいずれかに該当」).
* What is paid already stays paid (「既に納付されたものを除き」): which months are, JPS knows.

That maternity, child-care and part exemption go before it, and that a person may ask to pay all
the same, is for `combination` and `paid_all_the_same`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from contracts.codes import Code
from contracts.dates import UncertainDate
from contracts.months import Month
from services.exemptions.domain.kinds import ExemptionKind
from services.exemptions.domain.parameters import Statutory
from services.exemptions.domain.reasons import Reason, Review, Rule, because
from services.exemptions.domain.spells import Found, Spell

_ARTICLE: Final = "国民年金法89条1項"


class Ground(Code):
    """The items of 法89条1項."""

    DISABILITY = "disability", "障害基礎年金等の受給権（１号）"
    ASSISTANCE = "assistance", "生活扶助（２号）"
    HANSEN_SUPPORT = "hansen_support", "ハンセン病問題解決促進法の援護（２号）"
    """規則74条2号."""
    FACILITY = "facility", "国立療養所等への入所（３号）"
    """規則74条の2: 国立ハンセン病療養所等, 国立保養所, 厚生労働大臣の指定する施設."""

    @property
    def article(self) -> str:
        """The item, and where it is filled in."""
        return _GROUND_ARTICLES[self]


_GROUND_ARTICLES: Final = {
    Ground.DISABILITY: f"{_ARTICLE}1号、同法施行令6条の5",
    Ground.ASSISTANCE: f"{_ARTICLE}2号、同法施行規則74条1号",
    Ground.HANSEN_SUPPORT: f"{_ARTICLE}2号、同法施行規則74条2号",
    Ground.FACILITY: f"{_ARTICLE}3号、同法施行規則74条の2",
}

BEGINS: Final = {
    ground: Rule(
        code="statutory-begins",
        article=ground.article,
        sentence="{day}に{ground}に該当したため、その前月の{month}分から法定免除。",
    )
    for ground in Ground
}
ENDS: Final = {
    ground: Rule(
        code="statutory-ends",
        article=ground.article,
        sentence="{day}に{ground}に該当しなくなったため、その月の{month}分まで法定免除。",
    )
    for ground in Ground
}
FOLLOWED: Final = Rule(
    code="statutory-followed",
    article=_ARTICLE,
    sentence="{day}からは{ground}に該当し、いずれかに該当する状態が続くため、法定免除は終わらない。",
)
START_UNKNOWN: Final = Rule(
    code="statutory-start-unknown",
    article=_ARTICLE,
    sentence="{ground}に該当するに至った日（{written}）が確定していません。日を確認してください。",
)
END_UNKNOWN: Final = Rule(
    code="statutory-end-unknown",
    article=_ARTICLE,
    sentence="{ground}に該当しなくなった日（{written}）が確定していません。日を確認してください。",
)
CONTRADICTORY: Final = Rule(
    code="statutory-contradictory",
    article=_ARTICLE,
    sentence="{ground}に該当しなくなった日が、該当するに至った日と同じ又はそれより前です。確認してください。",
)


@dataclass(frozen=True, slots=True)
class Holding:
    """The days on which one ground holds, as a notice or another system tells them."""

    ground: Ground
    since: UncertainDate
    """該当するに至つた日."""
    ceased: UncertainDate | None = None
    """該当しなくなる日: the first day on which it holds no more. None: it goes on."""
    notes: tuple[Reason, ...] = ()
    """Why the days are these, where that has to be told."""


@dataclass(frozen=True, slots=True)
class _Days:
    """Days known for certain: from ``since`` up to, not including, ``ceased``."""

    since: date
    ceased: date | None
    began: Ground
    last: Ground
    notes: tuple[Reason, ...]


def statutory_exemption(holdings: Iterable[Holding], figures: Statutory) -> Found:
    """The months that the grounds of a person exempt, oldest first.

    A ground whose first day is not certain gives no month, one whose last day is not is taken to go
    on; both come back as a review.
    """
    known: list[_Days] = []
    reviews: list[Review] = []
    for holding in holdings:
        days = _certain(holding, reviews)
        if days is not None:
            known.append(days)
    return Found(tuple(_spell(days, figures) for days in _without_gap(known)), tuple(reviews))


def begins_with(since: date, figures: Statutory) -> Month:
    """The first month of a ground that begins to hold on that day."""
    return Month.of(since) - figures.lead(since).value


def notice_due(day: date, figures: Statutory) -> date:
    """The last day in time for 該当届 or 非該当届 (規則75条, 76条); a late one is accepted too."""
    return day + timedelta(days=figures.notice_days.on(day).value)


def _certain(holding: Holding, reviews: list[Review]) -> _Days | None:
    ground = holding.ground.label
    if not holding.since.is_exact:
        written = because(START_UNKNOWN, ground=ground, written=holding.since.notation)
        reviews.append(Review(written))
        return None
    since, ceased = holding.since.require(), None
    if holding.ceased is not None:
        if holding.ceased.is_exact:
            ceased = holding.ceased.require()
        else:
            written = because(END_UNKNOWN, ground=ground, written=holding.ceased.notation)
            reviews.append(Review(written, since=Month.of(since)))
    if ceased is not None and ceased <= since:
        reviews.append(Review(because(CONTRADICTORY, ground=ground)))
        return None
    return _Days(since, ceased, holding.ground, holding.ground, holding.notes)


def _without_gap(known: Iterable[_Days]) -> list[_Days]:
    """Days in order, those put together between which no day lies without a ground."""
    runs: list[_Days] = []
    for days in sorted(known, key=lambda days: (days.since, days.began)):
        before = runs[-1] if runs else None
        if before is None or (before.ceased is not None and before.ceased < days.since):
            runs.append(days)
        else:
            runs[-1] = _put_together(before, days)
    return runs


def _put_together(before: _Days, days: _Days) -> _Days:
    notes = before.notes + days.notes
    if before.ceased is None:
        return _Days(before.since, None, before.began, before.last, notes)
    if days.ceased is not None and days.ceased <= before.ceased:
        return _Days(before.since, before.ceased, before.began, before.last, notes)
    followed = because(FOLLOWED, day=days.since, ground=days.last.label)
    return _Days(before.since, days.ceased, before.began, days.last, (*notes, followed))


def _spell(days: _Days, figures: Statutory) -> Spell:
    lead = figures.lead(days.since)
    first = Month.of(days.since) - lead.value
    began = because(
        BEGINS[days.began],
        doubt=lead.doubt,
        note=lead.note,
        day=days.since,
        ground=days.began.label,
        month=first,
    )
    if days.ceased is None:
        return Spell(ExemptionKind.STATUTORY, first, None, began, notes=days.notes)
    last = Month.of(days.ceased)
    ended = because(ENDS[days.last], day=days.ceased, ground=days.last.label, month=last)
    return Spell(ExemptionKind.STATUTORY, first, last, began, ended, days.notes)
