"""What the welfare system tells of public assistance (生活保護), and what that calls for.

Nothing changes by itself: a fact becomes a proposal on the work list, and a notice that one accepts
and another settles makes it count. NPA art. 89(1)(ii) rests on 生活扶助 alone; the other kinds of
assistance are a ground for an application (法90条1項2号, 規則76条の2). Assistance to a foreign
resident is given by analogy and not under the Act: its recipient applies [V-page].
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from contracts.codes import Code, ResidentKind
from contracts.events.facts import FactOutcome
from contracts.events.welfare import AssistanceKind, AssistancePeriod
from contracts.law import Certainty
from contracts.months import Month
from services.exemptions.domain.parameters import Statutory
from services.exemptions.domain.reasons import Reason, Rule, because
from services.exemptions.domain.statutory import Ground, Holding, begins_with, notice_due

_ITEM: Final = "国民年金法89条1項2号、同法施行規則74条1号"
_DAY: Final = timedelta(days=1)


class ProposalKind(Code):
    """What staff are asked to do."""

    BEGIN = "begin", "法定免除該当届の案内"
    END = "end", "法定免除非該当届の案内"
    CORRECT = "correct", "法定免除の日の確認"
    RECOVERED = "recovered", "法定免除の終了（障害の状態に該当しなくなって３年）の案内"
    APPLY = "apply", "申請免除の案内"
    LOOK = "look", "確認"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One line of the work list."""

    kind: ProposalKind
    reason: Reason
    on: date | None = None
    """The day of the fact: when assistance begins, or the first day without it."""
    month: Month | None = None
    """The first month that is exempt, or the first to be paid again."""
    due: date | None = None
    """The last day in time for the notice (規則75条, 76条)."""


@dataclass(frozen=True, slots=True)
class Told:
    """The answer of the welfare system about one person."""

    outcome: FactOutcome
    periods: tuple[AssistancePeriod, ...] = ()


_ASK: Final = {
    FactOutcome.NO_RECORD: Rule(
        "assistance-no-record",
        _ITEM,
        "生活保護の記録が届いていません。保護の有無は不明です。福祉事務所に確認してください。",
    ),
    FactOutcome.MORE_THAN_ONE: Rule(
        "assistance-more-than-one",
        _ITEM,
        "生活保護の記録が複数あり、内容が一致しません。福祉事務所に確認してください。",
    ),
    FactOutcome.UNSETTLED: Rule(
        "assistance-unsettled", _ITEM, "生活保護の記録が突合中です。宛名の確認を待ってください。"
    ),
    FactOutcome.NOT_DECLARED: Rule(
        "assistance-not-declared", _ITEM, "生活保護の記録の回答が判読できません。確認してください。"
    ),
}
BEGINS: Final = Rule(
    "assistance-begins",
    _ITEM,
    "{day}から生活扶助を受けているため、{month}分から法定免除に該当する見込み。該当届が出ていません。",
)
ENDED: Final = Rule(
    "assistance-ended",
    f"{_ITEM}、規則76条",
    "生活扶助が{last}で終わったため、{month}分まで法定免除。非該当届が出ていません。"
    "申請免除等の案内も行ってください。",
)
ENDED_AT_MONTH_END: Final = Rule(
    "assistance-ended-at-month-end",
    f"{_ITEM}、規則76条",
    "生活扶助が月末の{last}で終わったため、翌日の属する{month}分まで法定免除と見込む。非該当届が出ていません。"
    "廃止の年月日を福祉事務所に確認してください。",
    # Whether a system's last day is the day before 廃止日 or that day itself decides one month.
    certainty=Certainty.UNVERIFIED,
)
BEGAN_ON_ANOTHER_DAY: Final = Rule(
    "assistance-other-start",
    _ITEM,
    "生活扶助の開始日が、福祉の記録では{told}、法定免除の記録では{held}です。確認してください。",
)
ENDED_ON_ANOTHER_DAY: Final = Rule(
    "assistance-other-end",
    _ITEM,
    "生活扶助を受けなくなった日が、福祉の記録では{told}、法定免除の記録では{held}です。確認してください。",
)
GOES_ON: Final = Rule(
    "assistance-goes-on",
    _ITEM,
    "法定免除は{held}に非該当となっていますが、福祉の記録では生活扶助が続いています。確認してください。",
)
NOT_TOLD: Final = Rule(
    "assistance-not-told",
    _ITEM,
    "{held}から生活扶助による法定免除ですが、福祉の記録に生活扶助がありません。確認してください。",
)
FOREIGN: Final = Rule(
    "assistance-foreign",
    "国民年金法90条1項2号、同法施行規則76条の2",
    "{day}から生活保護（外国籍の住民への準用）を受けているため、申請免除の対象。申請を案内してください。",
    certainty=Certainty.OFFICIAL_PAGE,
)
FOREIGN_HELD: Final = Rule(
    "assistance-foreign-held",
    "国民年金法90条1項2号、同法施行規則76条の2",
    "外国籍の住民に、{held}から生活扶助による法定免除が登録されています。申請免除の対象か確認してください。",
    certainty=Certainty.OFFICIAL_PAGE,
)
NATIONALITY_UNKNOWN: Final = Rule(
    "assistance-nationality-unknown",
    _ITEM,
    "{day}から生活扶助を受けていますが、国籍が不明なため、法定免除か申請免除か判定できません。",
)
OTHER_ASSISTANCE: Final = Rule(
    "assistance-other-kind",
    "国民年金法90条1項2号、同法施行規則76条の2",
    "{day}から生活扶助以外の扶助（{kinds}）のみを受けているため、申請免除の対象。申請を案内してください。",
)


@dataclass(frozen=True, slots=True)
class _Run:
    """Days with assistance, both included."""

    first: date
    last: date | None
    kinds: frozenset[AssistanceKind]

    @property
    def ceased(self) -> date | None:
        """該当しなくなる日."""
        return self.last + _DAY if self.last is not None and self.last < date.max else None


def proposals(
    told: Told,
    held: Sequence[Holding],
    nationality: ResidentKind | None,
    insured: frozenset[Month],
    figures: Statutory,
) -> tuple[Proposal, ...]:
    """What the facts call for, compared with the grounds that settled notices gave.

    ``insured`` are the person's months of category 1, up to the month that staff look ahead to:
    what would change none of them is not proposed. ``nationality`` None: not known.
    """
    if told.outcome is not FactOutcome.VALUE:
        return (Proposal(ProposalKind.LOOK, because(_ASK[told.outcome])),)
    livelihood = _runs(p for p in told.periods if p.kind is AssistanceKind.LIVELIHOOD)
    others = _runs(p for p in told.periods if p.kind is not AssistanceKind.LIVELIHOOD)
    known = [holding for holding in held if holding.ground is Ground.ASSISTANCE]
    found: list[Proposal] = []
    if nationality is ResidentKind.FOREIGN:
        found += _foreign(livelihood, known, insured)
    else:
        found += _japanese(livelihood, known, nationality, insured, figures)
    found += _other_kinds(others, livelihood, insured)
    return tuple(found)


def _runs(periods: Iterable[AssistancePeriod]) -> list[_Run]:
    """Periods put together that touch or overlap, in order."""
    runs: list[_Run] = []
    for period in sorted(periods, key=lambda period: period.first):
        before = runs[-1] if runs else None
        if before is None or (before.ceased is not None and before.ceased < period.first):
            runs.append(_Run(period.first, period.last, frozenset({period.kind})))
            continue
        ends = None
        if before.last is not None and period.last is not None:
            ends = max(before.last, period.last)
        runs[-1] = _Run(before.first, ends, before.kinds | {period.kind})
    return runs


def _japanese(
    livelihood: Sequence[_Run],
    held: Sequence[Holding],
    nationality: ResidentKind | None,
    insured: frozenset[Month],
    figures: Statutory,
) -> Iterator[Proposal]:
    matched: set[int] = set()
    for run in livelihood:
        # A ground that goes on answers for the first stretch that it meets: later ones begin anew.
        of_run = [n for n, h in enumerate(held) if n not in matched and _meet(run, h)]
        matched.update(of_run)
        if of_run:
            for n in of_run:
                yield from _compared(run, held[n], insured, figures)
        elif _touches(_months_of(run, figures), insured):
            if nationality is None:
                unknown = because(NATIONALITY_UNKNOWN, day=run.first)
                yield Proposal(ProposalKind.LOOK, unknown, on=run.first)
            else:
                yield _begin(run, figures)
                if run.last is not None and _paid_after(run, insured):
                    yield _end(run, figures)
    for n, holding in enumerate(held):
        if n not in matched:
            since = holding.since
            reason = because(NOT_TOLD, held=since.value or since.notation)
            yield Proposal(ProposalKind.LOOK, reason, on=since.value)


def _compared(
    run: _Run, holding: Holding, insured: frozenset[Month], figures: Statutory
) -> Iterator[Proposal]:
    """A stretch of assistance against the ground that is held for it."""
    since, ceased = holding.since.value, holding.ceased.value if holding.ceased else None
    if since is not None and since != run.first:
        reason = because(BEGAN_ON_ANOTHER_DAY, told=run.first, held=since)
        first = begins_with(run.first, figures)
        yield Proposal(ProposalKind.CORRECT, reason, on=run.first, month=first)
    if ceased is not None:
        if run.ceased is None:
            yield Proposal(ProposalKind.CORRECT, because(GOES_ON, held=ceased), on=ceased)
        elif run.ceased != ceased:
            reason = because(ENDED_ON_ANOTHER_DAY, told=run.ceased, held=ceased)
            yield Proposal(ProposalKind.CORRECT, reason, on=run.ceased)
    elif run.ceased is not None and holding.ceased is None and _paid_after(run, insured):
        yield _end(run, figures)


def _begin(run: _Run, figures: Statutory) -> Proposal:
    month = begins_with(run.first, figures)
    return Proposal(
        ProposalKind.BEGIN,
        because(BEGINS, day=run.first, month=month),
        on=run.first,
        month=month,
        due=notice_due(run.first, figures),
    )


def _end(run: _Run, figures: Statutory) -> Proposal:
    assert run.last is not None  # asked only where it ended
    assert run.ceased is not None
    at_month_end = run.ceased.day == 1
    rule = ENDED_AT_MONTH_END if at_month_end else ENDED
    return Proposal(
        ProposalKind.END,
        because(rule, last=run.last, month=Month.of(run.ceased)),
        on=run.ceased,
        month=Month.of(run.ceased) + 1,
        due=notice_due(run.ceased, figures),
    )


def _foreign(
    livelihood: Sequence[_Run], held: Sequence[Holding], insured: frozenset[Month]
) -> Iterator[Proposal]:
    for run in livelihood:
        if _touches((Month.of(run.first), _last_month(run)), insured):
            yield Proposal(ProposalKind.APPLY, because(FOREIGN, day=run.first), on=run.first)
    for holding in held:
        since = holding.since
        reason = because(FOREIGN_HELD, held=since.value or since.notation)
        yield Proposal(ProposalKind.LOOK, reason, on=since.value)


def _other_kinds(
    others: Sequence[_Run], livelihood: Sequence[_Run], insured: frozenset[Month]
) -> Iterator[Proposal]:
    """Assistance of other kinds alone: an application, where no 生活扶助 is received beside it."""
    for run in others:
        beside = any(_overlap(run, with_livelihood) for with_livelihood in livelihood)
        if not beside and _touches((Month.of(run.first), _last_month(run)), insured):
            kinds = "・".join(kind.label for kind in AssistanceKind if kind in run.kinds)
            reason = because(OTHER_ASSISTANCE, day=run.first, kinds=kinds)
            yield Proposal(ProposalKind.APPLY, reason, on=run.first)


def _meet(run: _Run, holding: Holding) -> bool:
    """Whether a ground that is held is about these days; one without a day may be."""
    since = holding.since.value
    if since is None:
        return True
    ceased = holding.ceased.value if holding.ceased else None
    ends = None if ceased is None else ceased - _DAY
    return _overlap(run, _Run(since, ends, run.kinds))


def _overlap(a: _Run, b: _Run) -> bool:
    return (a.last is None or b.first <= a.last) and (b.last is None or a.first <= b.last)


def _months_of(run: _Run, figures: Statutory) -> tuple[Month, Month | None]:
    return begins_with(run.first, figures), Month.of(run.ceased) if run.ceased else None


def _last_month(run: _Run) -> Month | None:
    return Month.of(run.last) if run.last else None


def _touches(months: tuple[Month, Month | None], insured: frozenset[Month]) -> bool:
    first, last = months
    return any(first <= month and (last is None or month <= last) for month in insured)


def _paid_after(run: _Run, insured: frozenset[Month]) -> bool:
    """Whether the end gives a month to pay for; otherwise no notice changes anything."""
    return run.ceased is not None and any(month > Month.of(run.ceased) for month in insured)
