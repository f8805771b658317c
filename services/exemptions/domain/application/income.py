"""Income as the review counts it, from the items that the tax system tells (令6条の10〜6条の12).

**Full exemption, deferment and item 3** (6条の11): the total before losses are carried over and
before any deduction. That is 合計所得金額 (地方税法292条1項13号), computed [C].

**Part exemption and students** (6条の12): after losses carried over, less casualty, medical, social
insurance and special spouse deductions as they are, and fixed amounts for disability, widows,
single parents and working students.

What the tax system did not tell makes the sum a range: a deduction not told may be anything, and an
income not told too. Not among the items at all, and therefore never taken off unless stated:
小規模企業共済等掛金控除, 特定親族特別控除 (from October 2026), 雑損失の繰越控除, 肉用牛の免除所得.
"""

from collections.abc import Iterator
from typing import Final

from contracts.events import FactItem, FactOutcome
from contracts.events.income import Income, SelfDisability, WidowOrSingleParent
from contracts.months import Month
from contracts.values import value
from services.exemptions.domain.application.parameters import Parameters


@value
class YearIncome:
    """What is known of one person's income of one calendar year.

    ``outcome`` says what there is; only with `FactOutcome.VALUE` there is an ``income``. The two
    that follow are not among the tax system's items: applicants state them (規則77条の3第2項4号).
    """

    outcome: FactOutcome
    income: Income | None = None
    aged_16_to_18: int | None = None
    """How many of ``dependants_general`` are deductible dependants under 19; None: not stated."""
    other_deductions: int | None = None
    """Yen of the deductions that are not among the items; None: not stated."""

    def __post_init__(self) -> None:
        if (self.income is not None) != (self.outcome is FactOutcome.VALUE):
            raise ValueError("there is an income exactly where there is a value")


@value
class Amount:
    """Yen, as far as it is known: not less than ``low``, not more than ``high`` (None: no bound).

    ``missing`` are the items for want of which it is not known better.
    """

    low: int | None
    high: int | None
    missing: tuple[FactItem, ...] = ()

    @property
    def exact(self) -> bool:
        return self.low is not None and self.low == self.high


UNKNOWN: Final = Amount(None, None, (FactItem.TOTAL_INCOME,))


def for_full(income: Income) -> Amount:
    """Income for full exemption, deferment, and the limit of 90条1項3号 (令6条の11)."""
    total = income.total_income
    return UNKNOWN if total is None else Amount(total, total)


def for_part(year: YearIncome, month: Month, figures: Parameters) -> Amount:
    """Income for part exemption and students (令6条の12). ``year`` has an income.

    Raises ``NoValue``.
    """
    income = year.income
    assert income is not None  # said above
    if income.total_income is None:
        return UNKNOWN
    least = most = year.other_deductions or 0
    missing: list[FactItem] = []
    bounded = True
    for item, low, high in _deductions(income, month, figures):
        least += low
        bounded = bounded and high is not None
        most += high or 0
        if low != high:
            missing.append(item)
    total = income.total_income
    return Amount(total - most if bounded else None, total - least, tuple(missing))


Deduction = tuple[FactItem, int, int | None]
"""What is taken off at least and at most; None: there is no most. Equal where it was told."""


def _deductions(income: Income, month: Month, figures: Parameters) -> Iterator[Deduction]:
    # A loss is written with or without its sign: what is carried over is taken off.
    loss = income.net_loss_carried
    yield _told(FactItem.NET_LOSS_CARRIED, None if loss is None else abs(loss))
    yield _told(FactItem.CASUALTY_LOSS_DEDUCTION, income.casualty_loss_deduction)
    yield _told(FactItem.MEDICAL_DEDUCTION, income.medical_deduction)
    yield _told(FactItem.SOCIAL_INSURANCE_DEDUCTION, income.social_insurance_deduction)
    yield _told(FactItem.SPECIAL_SPOUSE_DEDUCTION, income.special_spouse_deduction)
    day = month.first_day
    disabled = figures.deduction_disabled.on(day).value
    severe = figures.deduction_severe.on(day).value
    # Certainty [unverified]: that 障害者扶養数 does not count those of 特別障害者扶養数.
    yield _told(FactItem.DEPENDANTS_DISABLED, _times(income.dependants_disabled, disabled))
    yield _told(
        FactItem.DEPENDANTS_SEVERELY_DISABLED, _times(income.dependants_severely_disabled, severe)
    )
    own = {SelfDisability.NONE: 0, SelfDisability.ORDINARY: disabled, SelfDisability.SEVERE: severe}
    state = income.self_disability
    yield _told(FactItem.SELF_DISABILITY, None if state is None else own[state], severe)
    yield _widow(income, month, figures)
    student = figures.deduction_working_student.on(day).value
    yield _told(
        FactItem.SELF_WORKING_STUDENT, _times(income.self_working_student, student), student
    )


def _told(item: FactItem, amount: int | None, most: int | None = None) -> Deduction:
    return (item, 0, most) if amount is None else (item, amount, amount)


def _widow(income: Income, month: Month, figures: Parameters) -> Deduction:
    item, day = FactItem.SELF_WIDOW_OR_SINGLE_PARENT, month.first_day
    parent = figures.deduction_single_parent.on(day).value
    amounts = {
        None: None,
        WidowOrSingleParent.NONE: 0,
        WidowOrSingleParent.WIDOW: figures.deduction_widow.on(day).value,
        WidowOrSingleParent.WIDOWER: figures.deduction_widow.on(day).value,
        WidowOrSingleParent.SINGLE_PARENT: parent,
        WidowOrSingleParent.SPECIAL_WIDOW: parent,
    }
    return _told(item, amounts[income.self_widow_or_single_parent], parent)


def _times(count: int | bool | None, amount: int) -> int | None:
    return None if count is None else count * amount
