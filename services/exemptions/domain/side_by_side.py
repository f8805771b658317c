"""What each kind of exemption would come to, side by side: months, yen to pay, pension a year.

For every kind it is reckoned what the months asked about would cost and count if that kind
alone were applied for: a month that passes costs what is left of the premium (90条の2第6項)
and counts as the Act counts it (27条); any other month is paid in full. A month that cannot be
told yet is reckoned as paid, and counted apart. A month that JPS granted already is reckoned as
it was granted, unless a better kind can take its place. Nothing here is a promise: JPS decides,
and the pension is that of the fiscal year of the question.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from contracts.eras import fiscal_year_text
from contracts.law import Certainty, NoValue
from contracts.months import Month
from services.exemptions.domain.application.amounts import (
    PAID_EIGHTHS,
    pension_of,
    premium_of,
    remainder,
)
from services.exemptions.domain.application.facts import Application, Case
from services.exemptions.domain.application.granted_already import UNDECIDED, Decided
from services.exemptions.domain.application.kinds import LAWS
from services.exemptions.domain.application.parameters import Parameters, fiscal_year
from services.exemptions.domain.application.review import MonthOutcome, Result, review
from services.exemptions.domain.kinds import ExemptionKind as Kind
from services.exemptions.domain.reasons import Reason, Rule, because

_STATUTORY_EIGHTHS: Final = 4
"""A month of statutory exemption counts half (27条), from April 2009."""

REST_HAS_TO_BE_PAID: Final = Rule(
    "rest-has-to-be-paid",
    "国民年金法5条4項〜6項・102条4項",
    "一部免除は、残りの額を納期限から2年以内に納付しないと、未納と同じ扱いになります。",
)
NOT_IN_THE_AMOUNT: Final = Rule(
    "not-in-the-amount",
    "国民年金法27条・90条の3、平成26年法律第64号附則14条3項",
    "納付猶予・学生納付特例の月は、追納しない限り老齢基礎年金の額に反映しません（受給資格期間には算入）。",
)
CAN_BE_PAID_LATER: Final = Rule(
    "can-be-paid-later",
    "国民年金法94条1項",
    "免除・猶予された月は、10年以内であれば追納できます（法88条の2・88条の3の月は納付済期間のため不要）。",
)
PREMIUM_NOT_SET: Final = Rule(
    "premium-not-set",
    "国民年金法87条3項",
    "{months}の保険料額が当システムに登録されていないため、納付額の合計を計算していません。",
)
PENSION_NOT_SET: Final = Rule(
    "pension-not-set",
    "国民年金法27条",
    "{year}の老齢基礎年金の満額が当システムに登録されていないため、年金額への影響を計算していません。",
)
ESTIMATE: Final = Rule(
    "estimate",
    "国民年金法27条",
    "年金額への影響は{year}の満額による目安です（昭和31年4月2日以後に生まれた方、480月の上限は考慮していません）。",
    Certainty.COMPUTED,
)


@dataclass(frozen=True, slots=True)
class Option:
    """What follows if one kind (or the applicant's whole order) is applied for.

    No kinds: nothing is applied for, and every month is paid that is not granted already.
    """

    kinds: tuple[Kind, ...]
    outcomes: tuple[MonthOutcome, ...]
    passing: int
    asking: int
    to_pay: int | None
    """Yen for all months asked about that are category 1 and not paid; None: see the notes."""
    pension: int | None
    """Yen of old-age basic pension a year that those months come to."""


@dataclass(frozen=True, slots=True)
class SideBySide:
    """The answer: paying, the order as wanted, and each kind alone."""

    paying: Option
    wanted: Option
    each: tuple[Option, ...]
    notes: tuple[Reason, ...]


def side_by_side(
    application: Application,
    case: Case,
    figures: Parameters,
    *,
    decided: Decided = UNDECIDED,
    kinds: Iterable[Kind] = LAWS,
) -> SideBySide:
    """Every kind beside the others. Raises ``NoValue`` where a threshold is not known."""
    year = fiscal_year(Month.of(application.applied_on))
    wanted = _option(application.order, application, case, figures, year, decided)
    each = tuple(_option((kind,), application, case, figures, year, decided) for kind in kinds)
    paying = _reckoned((), (), application, case, figures, year, decided)
    notes = (
        *_notes(paying, each, application, figures, year),
        *decided.notes(application.months.all()),
    )
    return SideBySide(paying, wanted, each, notes)


def _option(
    order: tuple[Kind, ...],
    application: Application,
    case: Case,
    figures: Parameters,
    year: int,
    decided: Decided,
) -> Option:
    found = review(replace(application, order=order), case, figures)
    outcomes = decided.beside(found, application.applied_on)
    return _reckoned(order, outcomes, application, case, figures, year, decided)


def _reckoned(
    order: tuple[Kind, ...],
    outcomes: tuple[MonthOutcome, ...],
    application: Application,
    case: Case,
    figures: Parameters,
    year: int,
    decided: Decided,
) -> Option:
    passing = {
        one.month: one.kind
        for one in outcomes
        if one.result is Result.PASSES and one.kind is not None
    }
    asking = sum(one.result is Result.ASKS for one in outcomes)
    counted = [m for m in application.months.all() if m in case.category_1 and m not in case.paid]
    held: Mapping[Month, Kind] = {**decided.granted, **passing, **case.taken}
    eighths = sum(_eighths(held.get(month)) for month in counted)
    return Option(
        order, outcomes, len(passing), asking,
        _to_pay(counted, held, figures), _pension(eighths, year, figures),
    )  # fmt: skip


def _eighths(kind: Kind | None) -> int:
    if kind is None or kind.counts_as_paid:
        return PAID_EIGHTHS
    return LAWS[kind].counts_eighths if kind.by_application else _STATUTORY_EIGHTHS


def _to_pay(counted: list[Month], held: Mapping[Month, Kind], figures: Parameters) -> int | None:
    total = 0
    for month in counted:
        kind = held.get(month)
        if kind is not None and not kind.is_partial:
            continue
        try:
            premium = premium_of(month, figures)
        except NoValue:
            return None
        total += premium if kind is None else remainder(premium, kind)
    return total


def _pension(eighths: int, year: int, figures: Parameters) -> int | None:
    try:
        return pension_of(eighths, year, figures)
    except NoValue:
        return None


def _notes(
    paying: Option,
    each: tuple[Option, ...],
    application: Application,
    figures: Parameters,
    year: int,
) -> Iterable[Reason]:
    kinds = {kind for option in each for kind in option.kinds if option.passing or option.asking}
    if any(kind.is_partial for kind in kinds):
        yield because(REST_HAS_TO_BE_PAID)
    if any(kind.is_deferred for kind in kinds):
        yield because(NOT_IN_THE_AMOUNT)
    if kinds:
        yield because(CAN_BE_PAID_LATER)
    if paying.to_pay is None:
        unset = [m for m in application.months.all() if _unset(m, figures)]
        span = f"{unset[0]}〜{unset[-1]}" if len(unset) > 1 else str(unset[0])
        yield because(PREMIUM_NOT_SET, months=span)
    if paying.pension is None:
        yield because(PENSION_NOT_SET, year=fiscal_year_text(year))
    else:
        yield because(ESTIMATE, year=fiscal_year_text(year))


def _unset(month: Month, figures: Parameters) -> bool:
    try:
        premium_of(month, figures)
    except NoValue:
        return True
    return False
