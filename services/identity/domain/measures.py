"""Support measures (支援措置): the life of one, from the application to its end.

Source: 住民基本台帳事務処理要領 第5の10 [2nd], 住民記録システム標準仕様書 (支援措置). A measure is
the steps that were taken; how it stands on a day follows from them. It hides its persons from the
step that one staff member enters until the end that another settles: neither a term that has passed
nor a proposal lifts it (fail closed).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from contracts.codes import Code
from contracts.events.measures import MeasureEndReason as EndReason
from contracts.months import Month


class MeasureState(Code):
    """How a measure stands on a day."""

    PROVISIONAL = "provisional", "仮支援措置"
    IN_FORCE = "in_force", "支援措置中"
    EXTENDED = "extended", "支援措置中（延長）"
    EXPIRING = "expiring", "期間満了間近"
    EXPIRED = "expired", "期間満了（終了の確定待ち）"
    ENDED = "ended", "終了"


class StepKind(Code):
    """What one staff member did with a measure."""

    ENTERED = "entered", "仮登録"
    CONFIRMED = "confirmed", "支援の必要性の確認（開始）"
    LIFTED = "lifted", "仮支援措置の解除"
    EXTENSION_PROPOSED = "extension_proposed", "延長の提案"
    EXTENDED = "extended", "延長の確定"
    END_PROPOSED = "end_proposed", "終了の提案"
    ENDED = "ended", "終了の確定"
    REJECTED = "rejected", "提案の差戻し"
    CORRECTED = "corrected", "期間の訂正（住民記録）"
    REOPENED = "reopened", "終了の取消（住民記録）"


class Refusal(StrEnum):
    """Why a step cannot be taken; the value is the code of the README's table."""

    SAME_PERSON = "ID-0502"
    NOT_PROVISIONAL = "ID-0503"
    OVER = "ID-0504"
    PROPOSED_ALREADY = "ID-0505"
    NOTHING_PROPOSED = "ID-0506"
    DAY_OUT_OF_RANGE = "ID-0507"
    NOT_YET_EXTENDABLE = "ID-0508"
    TERM_HAS_PASSED = "ID-0509"
    TERM_NOT_OVER = "ID-0510"
    NOT_CONFIRMED = "ID-0511"
    KEPT_BY_REGISTER = "ID-0513"


class StepRefused(Exception):
    """A step that the measure's state or the rule of two people does not allow."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


class NoRule(Exception):
    """No rule was in force on the day on which a term would begin."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How long a term is, and how long before its end an extension can be applied for."""

    valid_from: date
    months: int
    extension_window_months: int
    article: str
    certainty: str


class Rules:
    """The dated rules. Raises ``ValueError`` where two begin on one day or there is none."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = sorted(rules, key=lambda rule: rule.valid_from, reverse=True)
        days = [rule.valid_from for rule in self._rules]
        if not days or len(set(days)) != len(days):
            raise ValueError("rules for support measures: one for each day from which they hold")

    def on(self, day: date) -> Rule:
        """The rule in force on a day. Raises `NoRule` before the first."""
        for rule in self._rules:
            if rule.valid_from <= day:
                return rule
        raise NoRule(day.isoformat())

    def nearest(self, day: date) -> Rule:
        """The rule in force on a day, or the first one: for terms that another has reckoned."""
        return next((rule for rule in self._rules if rule.valid_from <= day), self._rules[-1])

    def told(self, first: date, last: date) -> "Term":
        """A term as the register tells it; its window is that of the rule, or of the first rule."""
        window = self.nearest(first).extension_window_months
        return Term(first, last, _corresponding(last + timedelta(days=1), -window))

    def term(self, first: date) -> "Term":
        """The term that begins on a day. Raises `NoRule`."""
        rule = self.on(first)
        last = _corresponding(first, rule.months)
        # 民法143条2項: the day before the corresponding one; where there is none, the month's last.
        if last.day == first.day:
            last -= timedelta(days=1)
        return Term(first, last, _corresponding(last + timedelta(1), -rule.extension_window_months))


def _corresponding(day: date, months: int) -> date:
    """The same day of another month, or that month's last where it has no such day."""
    month = Month.of(day) + months
    return min(month.last_day, month.first_day + timedelta(days=day.day - 1))


@dataclass(frozen=True, slots=True)
class Term:
    """支援措置の期間: both days inclusive."""

    first: date
    last: date
    extendable_from: date
    """From this day an extension can be applied for, and staff are warned of the end."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: who did what at which moment. Steps are added and never altered."""

    kind: StepKind
    staff_id: str
    at: datetime
    on: date | None = None
    """Entered and extension: the day of the application (申出日). Confirmed: the first day."""
    reason: EndReason | None = None
    last: date | None = None
    """The last day of a term that the register tells."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a measure stands on a day."""

    state: MeasureState
    terms: tuple[Term, ...]
    entered: Step
    pending: Step | None
    """What one has proposed and nobody has settled."""
    ended: Step | None

    @property
    def hides(self) -> bool:
        """Whether its persons are hidden."""
        return self.ended is None

    @property
    def warn_from(self) -> date | None:
        """From this day staff are warned that the last term ends; None while it is provisional."""
        return self.terms[-1].extendable_from if self.terms else None


_PROPOSALS: Final = {
    StepKind.EXTENSION_PROPOSED: StepKind.EXTENDED,
    StepKind.END_PROPOSED: StepKind.ENDED,
}
_LAST: Final = frozenset({StepKind.LIFTED, StepKind.ENDED})


def standing(steps: Sequence[Step], rules: Rules, day: date) -> Standing:
    """How a measure stands on ``day`` by its steps, the first of which entered it.

    Raises `NoRule` where a term begins before the first rule.
    """
    terms: tuple[Term, ...] = ()
    pending: Step | None = None
    ended: Step | None = None
    for step in steps:
        match step.kind:
            case StepKind.CONFIRMED | StepKind.CORRECTED if step.on is not None:
                terms = (_term(step, step.on, rules),)
            case StepKind.CORRECTED:
                terms = ()
            case StepKind.REOPENED:
                ended = None
            case StepKind.EXTENDED if step.on is not None and step.last is not None:
                terms = (*terms, rules.told(step.on, step.last))
            case StepKind.EXTENDED:
                terms = (*terms, rules.term(terms[-1].last + timedelta(days=1)))
            case _ if step.kind in _LAST:
                ended = step
        pending = step if step.kind in _PROPOSALS else None
    return Standing(_state(terms, ended, day), terms, steps[0], pending, ended)


def _term(step: Step, first: date, rules: Rules) -> Term:
    return rules.term(first) if step.last is None else rules.told(first, step.last)


def _state(terms: Sequence[Term], ended: Step | None, day: date) -> MeasureState:
    if ended is not None:
        return MeasureState.ENDED
    if not terms:
        return MeasureState.PROVISIONAL
    if day > terms[-1].last:
        return MeasureState.EXPIRED
    if day >= terms[-1].extendable_from:
        return MeasureState.EXPIRING
    return MeasureState.IN_FORCE if len(terms) == 1 else MeasureState.EXTENDED


def confirm(now: Standing, by: str, at: datetime, first: date, today: date, rules: Rules) -> Step:
    """Confirm a provisional measure: its term begins on ``first``, the day on which the applicant
    was told. Raises `StepRefused`, `NoRule`."""
    _settles_entry(now, by)
    applied_on = now.entered.on or first
    if not applied_on <= first <= today:
        raise StepRefused(Refusal.DAY_OUT_OF_RANGE)
    rules.term(first)
    return Step(StepKind.CONFIRMED, by, at, first)


def lift(now: Standing, by: str, at: datetime, reason: EndReason) -> Step:
    """Lift a provisional measure that is not confirmed. Raises `StepRefused`."""
    _settles_entry(now, by)
    return Step(StepKind.LIFTED, by, at, None, reason)


def propose_extension(now: Standing, by: str, at: datetime, applied_on: date, today: date) -> Step:
    """Propose one more term, applied for within the window before the end; the entry may follow
    after it. Raises `StepRefused`."""
    term = _running(now)
    if applied_on > today:
        raise StepRefused(Refusal.DAY_OUT_OF_RANGE)
    if applied_on < term.extendable_from:
        raise StepRefused(Refusal.NOT_YET_EXTENDABLE)
    if applied_on > term.last:
        # What is applied for after the end is a new measure [unverified].
        raise StepRefused(Refusal.TERM_HAS_PASSED)
    return Step(StepKind.EXTENSION_PROPOSED, by, at, applied_on)


def propose_end(now: Standing, by: str, at: datetime, reason: EndReason, today: date) -> Step:
    """Propose the end of a confirmed measure. Raises `StepRefused`."""
    term = _running(now)
    if reason is EndReason.TERM_OVER and today <= term.last:
        raise StepRefused(Refusal.TERM_NOT_OVER)
    return Step(StepKind.END_PROPOSED, by, at, None, reason)


def settle(now: Standing, by: str, at: datetime, *, agree: bool) -> Step:
    """Settle what another has proposed, or send it back. Raises `StepRefused`."""
    if now.ended is not None:
        raise StepRefused(Refusal.OVER)
    if now.pending is None:
        raise StepRefused(Refusal.NOTHING_PROPOSED)
    _another(now.pending, by)
    kind = _PROPOSALS[now.pending.kind] if agree else StepKind.REJECTED
    return Step(kind, by, at, now.pending.on if agree else None, now.pending.reason)


def _settles_entry(now: Standing, by: str) -> None:
    if now.ended is not None:
        raise StepRefused(Refusal.OVER)
    if now.terms:
        raise StepRefused(Refusal.NOT_PROVISIONAL)
    _another(now.entered, by)


def _another(step: Step, by: str) -> None:
    """Promise 9: proposed by one, settled by another."""
    if step.staff_id == by:
        raise StepRefused(Refusal.SAME_PERSON)


def _running(now: Standing) -> Term:
    if now.ended is not None:
        raise StepRefused(Refusal.OVER)
    if not now.terms:
        raise StepRefused(Refusal.NOT_CONFIRMED)
    if now.pending is not None:
        raise StepRefused(Refusal.PROPOSED_ALREADY)
    return now.terms[-1]
