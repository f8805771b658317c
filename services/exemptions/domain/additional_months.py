"""For which months the additional premium can be paid, and what it comes to (法87条の2, 44条).

Month by month: it is paid with the ordinary premium, or alone for a month of maternity or
child-care, which counts as paid. A month exempt otherwise, in whole or in part, takes none; nor
does one whose ordinary premium was paid later (追納). The claim lapses two years after the due
date (法102条4項).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from contracts.codes import Code
from contracts.law import Certainty
from contracts.months import Month
from services.exemptions.domain.additional_premium import Period
from services.exemptions.domain.due import payable_until
from services.exemptions.domain.kinds import ExemptionKind
from services.exemptions.domain.reasons import Reason, Rule, because

_PARA_2: Final = "国民年金法87条の2第2項"


class Base(Code):
    """What became of a month's ordinary premium (定額保険料)."""

    PAID = "paid", "納付済"
    PAID_LATER = "paid_later", "追納"
    UNPAID = "unpaid", "未納"
    UNKNOWN = "unknown", "不明"


class Verdict(Code):
    """Whether the additional premium can be paid for a month."""

    PAYABLE = "payable", "納付できる"
    NOT_PAYABLE = "not_payable", "納付できない"
    WITH_BASE = "with_base", "定額保険料を納付すれば納付できる"
    ASKS = "asks", "要確認"


@dataclass(frozen=True, slots=True)
class AdditionalMonth:
    """The verdict on one month, and why."""

    verdict: Verdict
    reason: Reason


WITH_PREMIUM: Final = Rule(
    "additional-with-premium",
    _PARA_2,
    "{month}分は定額保険料が納付済のため、付加保険料を納付できる。",
)
ALONE: Final = Rule(
    "additional-alone",
    _PARA_2,
    "{month}分は{kind}の月のため、付加保険料のみを納付できる。",
)
EXEMPT: Final = Rule(
    "additional-exempt",
    "国民年金法87条の2第1項・第2項",
    "{month}分は{kind}の月のため、付加保険料を納付できない。",
)
PAID_LATER: Final = Rule(
    "additional-paid-later",
    _PARA_2,
    "{month}分は追納により納付されたものとみなされた月のため、付加保険料を納付できない。",
)
NOT_YET_PAID: Final = Rule(
    "additional-not-yet-paid",
    _PARA_2,
    "{month}分は定額保険料を納付すれば、付加保険料を納付できる（納期限から2年の{until}まで）。",
)
LAPSED: Final = Rule(
    "additional-lapsed",
    "国民年金法102条4項",
    "{month}分は{until}で納付できる期間が過ぎたため、付加保険料を納付できない。",
)
BASE_UNKNOWN: Final = Rule(
    "additional-base-unknown",
    _PARA_2,
    "{month}分の定額保険料の納付の有無は日本年金機構が確認する。",
)
GOES_ON_AFTER: Final = Rule(
    "additional-after-exemption",
    "国民年金法87条の2第1項・第3項",
    "免除の期間の後は、申出の効力が続くものと扱う。改めて申出が必要か年金事務所に確認してください。",
    # Para. 3 and 4 alone end it; whether JPS asks for a new notice was not found.
    certainty=Certainty.UNVERIFIED,
)


def additional_months(
    periods: Sequence[Period],
    exempt: Mapping[Month, ExemptionKind],
    base: Mapping[Month, Base],
    on: date,
    limitation_years: int,
) -> dict[Month, AdditionalMonth]:
    """Each month with the additional premium up to that of ``on``.

    ``exempt`` says what each month is exempt by, ``base`` what became of its ordinary premium; a
    month that it does not name is not known.
    """
    verdicts: dict[Month, AdditionalMonth] = {}
    for period in periods:
        for month in _months(period, Month.of(on)):
            paid = base.get(month, Base.UNKNOWN)
            verdicts[month] = _verdict(month, exempt.get(month), paid, on, limitation_years)
    return verdicts


def after_exemption(
    periods: Sequence[Period], exempt: Mapping[Month, ExemptionKind]
) -> Reason | None:
    """What to check where a period goes on behind months that took no additional premium."""
    for period in periods:
        behind = (
            month
            for month, kind in exempt.items()
            if period.covers(month)
            and period.covers(month + 1)
            and not kind.counts_as_paid
            and month + 1 not in exempt
        )
        if next(behind, None) is not None:
            return because(GOES_ON_AFTER)
    return None


def additional_pension(months: int, yen_a_month: int) -> int:
    """The yearly amount in yen that so many months of paid additional premium come to (法44条)."""
    return yen_a_month * months


def may_notify(kind: ExemptionKind | None) -> bool:
    """Whether somebody exempt by ``kind`` can notify to pay it (法87条の2第1項括弧書)."""
    return kind is None or kind.counts_as_paid


def _months(period: Period, through: Month) -> list[Month]:
    end = through + 1 if period.until is None else min(period.until, through + 1)
    return [period.from_month + n for n in range(end - period.from_month)]


def _verdict(
    month: Month, kind: ExemptionKind | None, base: Base, on: date, years: int
) -> AdditionalMonth:
    until = payable_until(month, years)
    if kind is not None and not kind.counts_as_paid:
        reason = because(EXEMPT, month=month, kind=kind.label)
        return AdditionalMonth(Verdict.NOT_PAYABLE, reason)
    if base is Base.PAID_LATER:
        return AdditionalMonth(Verdict.NOT_PAYABLE, because(PAID_LATER, month=month))
    if on > until:
        return AdditionalMonth(Verdict.NOT_PAYABLE, because(LAPSED, month=month, until=until))
    if kind is not None:
        alone = because(ALONE, month=month, kind=kind.label)
        return AdditionalMonth(Verdict.PAYABLE, alone)
    if base is Base.UNKNOWN:
        return AdditionalMonth(Verdict.ASKS, because(BASE_UNKNOWN, month=month))
    if base is Base.PAID:
        return AdditionalMonth(Verdict.PAYABLE, because(WITH_PREMIUM, month=month))
    reason = because(NOT_YET_PAID, month=month, until=until)
    return AdditionalMonth(Verdict.WITH_BASE, reason)
