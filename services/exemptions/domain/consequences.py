"""What a change of the qualification does to months that settled entries gave.

Exemption, deferment and students' payment are for months of category 1 (7条1項1号, 89条〜90条の3).
A month that belongs to category 2 or 3, or in which the qualification was lost, falls away by
itself, and the report of the change tells JPS. Where staff have to do something it says so.

Whether an application reaches over a break (lost within the period, and acquired again) the statute
does not say; certainty [unverified]: the months after it are for a person (`ACQUIRED_AGAIN`), as
the additional premium does not come to life again either.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from contracts.codes import Code
from contracts.events import InsuredCategory, QualificationPeriod
from contracts.law import Certainty
from contracts.months import Month
from services.exemptions.domain.facts import PersonFacts
from services.exemptions.domain.kinds import ExemptionKind
from services.exemptions.domain.months import months_in_category_1
from services.exemptions.domain.reasons import Reason, Rule, Says, because


class Consequence(Code):
    """What became of months that an entry gave."""

    FELL_AWAY = "fell_away", "対象月でなくなった"
    ACQUIRED_AGAIN = "acquired_again", "資格を再取得した後の月"
    FACTS_TAKEN_BACK = "facts_taken_back", "審査に用いた他業務情報が別人のもの"
    TIMELINE_UNSURE = "timeline_unsure", "資格の記録が要確認となった月"


_ARTICLE: Final = "国民年金法7条1項・11条・11条の2"
OTHER_CATEGORY: Final = Rule(
    "month-of-other-category",
    _ARTICLE,
    "{day}に{category}となったため、{kind}の対象月でなくなりました。",
)
DEATH: Final = Rule(
    "month-after-death",
    "国民年金法9条1号・11条",
    "{day}に亡くなったため、{kind}の対象月でなくなりました。",
)
LOST: Final = Rule(
    "month-after-loss",
    "国民年金法9条・11条",
    "{day}に第１号被保険者の資格を喪失したため、{kind}の対象月でなくなりました。",
)
NEVER: Final = Rule(
    "month-not-insured",
    _ARTICLE,
    "資格の記録が訂正され、第１号被保険者の月でなくなったため、{kind}の対象になりません。",
)
AGAIN: Final = Rule(
    "month-after-break",
    "国民年金法7条1項・90条",
    "資格の喪失（種別変更）の後、{day}に第１号被保険者となった後の月です。{kind}が及ばないとして改めて申請を"
    "求めるか、年金事務所に確認してください。",
    Certainty.UNVERIFIED,
    says=Says.ASKS,
)
ANOTHERS: Final = Rule(
    "facts-of-another",
    "国民年金法90条〜90条の3",
    "審査に用いた所得又は福祉の記録が、申請者・配偶者・世帯主とは別人のものであったことが分かりました。送付前であれば申請を"
    "取り下げて受け付け直し、審査をやり直してください。",
    says=Says.ASKS,
)
UNSURE: Final = Rule(
    "month-unsure",
    "国民年金法7条1項1号",
    "資格の記録が確認を要するものとなり、{kind}の月が第１号被保険者の月であることを確認できなくなりました。"
    "資格の記録を確認してください。",
    says=Says.ASKS,
)


@dataclass(frozen=True, slots=True)
class Given:
    """A settled entry, and the months that it gave."""

    entry_id: UUID
    months: Mapping[Month, ExemptionKind]
    by_application: bool
    sent: bool
    """Whether it was sent to JPS."""
    goes_on: bool = False
    """Whether no end is known: then ``months`` are the first of them, as far as anybody looks."""


@dataclass(frozen=True, slots=True)
class Change:
    """Months of one entry of which the same became, for the same reason."""

    entry_id: UUID
    what: Consequence
    kind: ExemptionKind
    first: Month
    last: Month | None
    """None: no end of them is known."""
    reason: Reason
    acts: bool
    """Whether staff have to do something: before an application is sent, or anything whose months
    are not sure any more; or about months after a break."""


def changes(given: Iterable[Given], facts: PersonFacts) -> tuple[Change, ...] | None:
    """What became of the months of settled entries, by the timeline as it is known now.

    None: no timeline has come; nothing can be said then. Of one under review only what it does not
    tell to be of category 1 any more is said, and not why. It depends on the last timeline alone:
    in which order, or how often, it was told does not matter.
    """
    if facts.periods is None:
        return None
    if facts.qualification_review:
        return tuple(change for one in given for change in _unsure(one, facts.periods))
    return tuple(change for one in given for change in _of(one, facts, facts.periods))


def rested_on_anothers(
    entry_id: UUID, first: Month, last: Month, kind: ExemptionKind | None
) -> Change:
    """A settled review rests on facts that are another's: no timeline says so, and none ends it.
    ``kind``: what it came to, None where nothing passed."""
    came_to = kind or ExemptionKind.FULL
    what = Consequence.FACTS_TAKEN_BACK
    return Change(entry_id, what, came_to, first, last, because(ANOTHERS), acts=True)


def _of(
    given: Given, facts: PersonFacts, periods: Sequence[QualificationPeriod]
) -> Iterator[Change]:
    if not given.months:
        return
    first, last = min(given.months), max(given.months)
    insured = months_in_category_1(periods, last, since=first)
    kept = sorted(month for month in given.months if month in insured)
    run: list[tuple[Month, Consequence, ExemptionKind, Reason]] = []
    for month in sorted(given.months):
        found = _became(month, given, facts, periods, insured, kept)
        if run and (found is None or not _goes_on(run[-1], (month, *found))):
            yield _change(given, run)
            run = []
        if found is not None:
            run.append((month, *found))
    if run:
        yield _change(given, run)


def _unsure(given: Given, periods: Sequence[QualificationPeriod]) -> Iterator[Change]:
    """Months of which nobody can say any more that they are of category 1. Of an application that
    JPS has, it is JPS that decides whether they are."""
    if not given.months or (given.by_application and given.sent):
        return
    insured = months_in_category_1(periods, max(given.months), since=min(given.months))
    run: list[_Found] = []
    for month in sorted(given.months.keys() - insured):
        kind = given.months[month]
        one = (month, Consequence.TIMELINE_UNSURE, kind, because(UNSURE, kind=kind.label))
        if run and not _goes_on(run[-1], one):
            yield _change(given, run)
            run = []
        run.append(one)
    if run:
        yield _change(given, run)


def _became(
    month: Month,
    given: Given,
    facts: PersonFacts,
    periods: Sequence[QualificationPeriod],
    insured: frozenset[Month],
    kept: Sequence[Month],
) -> tuple[Consequence, ExemptionKind, Reason] | None:
    kind = given.months[month]
    if month not in insured:
        return Consequence.FELL_AWAY, kind, _why(month, kind, facts, periods)
    if not given.by_application or not kept:
        return None
    between = (kept[0] + n for n in range(month - kept[0]))
    if all(one in insured for one in between):
        return None
    since = max(p.acquired_on for p in periods if _is_one(p) and p.acquired_on <= month.last_day)
    return Consequence.ACQUIRED_AGAIN, kind, because(AGAIN, day=since, kind=kind.label)


def _why(
    month: Month,
    kind: ExemptionKind,
    facts: PersonFacts,
    periods: Sequence[QualificationPeriod],
) -> Reason:
    begun = [period for period in periods if period.acquired_on <= month.last_day]
    if not begun:
        return because(NEVER, kind=kind.label)
    last = max(begun, key=lambda period: period.acquired_on)
    if last.lost_on is None or last.lost_on > month.last_day:
        return because(
            OTHER_CATEGORY, day=last.acquired_on, category=last.category.label, kind=kind.label
        )
    died_on = facts.died_on.value if facts.died_on is not None else None
    if died_on is not None and died_on < last.lost_on <= month.last_day:
        return because(DEATH, day=died_on, kind=kind.label)
    return because(LOST if _is_one(last) else NEVER, day=last.lost_on, kind=kind.label)


def _is_one(period: QualificationPeriod) -> bool:
    return period.category is InsuredCategory.CATEGORY_1


_Found = tuple[Month, Consequence, ExemptionKind, Reason]


def _goes_on(before: _Found, now: _Found) -> bool:
    return now[0] - before[0] == 1 and before[1:] == now[1:]


def _change(given: Given, run: Sequence[_Found]) -> Change:
    first, what, kind, reason = run[0]
    asks = what is Consequence.ACQUIRED_AGAIN or (
        (given.by_application or what is Consequence.TIMELINE_UNSURE) and not given.sent
    )
    last = None if given.goes_on and run[-1][0] == max(given.months) else run[-1][0]
    return Change(given.entry_id, what, kind, first, last, reason, asks)
