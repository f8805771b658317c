"""Thresholds by dependants (令6条の7, 6条の8の2〜6条の9の2).

Full exemption and deferment count heads; part exemption and students add an amount for each
dependant by kind. Of the items, 一般扶養数 does not tell who is under 19 (63万円, not 38万円):
until that is stated (規則77条の3第2項4号ロ), the threshold is a range. A number that the tax
system did not tell makes it one without an upper end.

一般扶養数 counts deductible dependants alone, so it leaves out whom the articles leave out
(特定年齢扶養親族 outside 控除対象). 控除対象配偶者 stands for 同一生計配偶者: they differ only
above ten million yen of income, where no threshold reaches.
"""

from typing import Final

from contracts.events import FactItem
from contracts.events.income import DeductibleSpouse, Income
from contracts.months import Month
from contracts.values import value
from services.exemptions.domain.application.income import Amount, YearIncome
from services.exemptions.domain.application.parameters import Parameters
from services.exemptions.domain.kinds import ExemptionKind as Kind

_HEADS: Final = {
    FactItem.DEPENDANTS_GENERAL: "dependants_general",
    FactItem.DEPENDANTS_ELDERLY: "dependants_elderly",
    FactItem.DEPENDANTS_SPECIFIED: "dependants_specified",
    FactItem.DEPENDANTS_UNDER_16: "dependants_under_16",
}
AGE_16_TO_18: Final = FactItem.DEPENDANTS_GENERAL
"""The item named as missing where it is not stated who of 一般扶養数 is under 19."""


@value
class Threshold:
    """The amount that income may not exceed, and how many dependants it counts, as far as known."""

    amount: Amount
    dependants: int
    unstated_under_19: bool = False
    """Whether it is a range because nobody stated how many dependants are 16 to 18."""


def threshold(kind: Kind, year: YearIncome, month: Month, figures: Parameters) -> Threshold:
    """The threshold of ``kind`` for a person with these dependants. ``year`` has an income.

    Raises ``NoValue``.
    """
    assert year.income is not None  # said above
    if kind is Kind.STUDENT or kind.is_partial:
        return _by_kind(kind, year, month, figures)
    return _by_heads(year.income, month, figures)


def _by_heads(income: Income, month: Month, figures: Parameters) -> Threshold:
    heads, missing = _heads(income)
    day = month.first_day
    a_head = figures.full_per_head.on(day).value
    low = figures.full_base.on(day).value + a_head * (heads + 1)
    return Threshold(Amount(low, _highest(low, a_head, missing), missing), heads)


def _highest(low: int, spouse: int, missing: tuple[FactItem, ...]) -> int | None:
    """The most that it can be: a spouse is one at most, of dependants there is no most."""
    if not missing:
        return low
    return low + spouse if missing == (FactItem.DEDUCTIBLE_SPOUSE,) else None


def _by_kind(kind: Kind, year: YearIncome, month: Month, figures: Parameters) -> Threshold:
    income, day = year.income, month.first_day
    assert income is not None  # said by the caller
    heads, missing = _heads(income)
    general = figures.addition_general.on(day).value
    elderly = figures.addition_elderly.on(day).value
    specified = figures.addition_specified.on(day).value
    spouse = {DeductibleSpouse.GENERAL: general, DeductibleSpouse.ELDERLY: elderly}
    base = {
        Kind.THREE_QUARTERS: figures.three_quarters_base,
        Kind.HALF: figures.half_base,
        Kind.STUDENT: figures.half_base,
        Kind.QUARTER: figures.quarter_base,
    }[kind]
    low = (
        base.on(day).value
        + general * ((income.dependants_general or 0) + (income.dependants_under_16 or 0))
        + elderly * (income.dependants_elderly or 0)
        + specified * (income.dependants_specified or 0)
        + (spouse.get(income.deductible_spouse, 0) if income.deductible_spouse else 0)
    )
    of_general = income.dependants_general or 0
    stated = year.aged_16_to_18
    unstated = stated is None and of_general > 0
    sure, possible = (0, of_general) if stated is None else (min(stated, of_general),) * 2
    more = specified - general
    high = _highest(low + more * possible, elderly, missing)
    asked = (*missing, AGE_16_TO_18) if unstated and not missing else missing
    return Threshold(Amount(low + more * sure, high, asked), heads, unstated)


def _heads(income: Income) -> tuple[int, tuple[FactItem, ...]]:
    heads, missing = 0, []
    for item, field in _HEADS.items():
        number = getattr(income, field)
        if number is None:
            missing.append(item)
        else:
            heads += number
    if income.deductible_spouse is None:
        missing.append(FactItem.DEDUCTIBLE_SPOUSE)
    elif income.deductible_spouse is not DeductibleSpouse.NONE:
        heads += 1
    return heads, tuple(missing)
