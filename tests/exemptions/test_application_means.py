"""Thresholds, income and cycles: what the tax system tells, and what it does not."""

from datetime import date
from typing import Any

import pytest

from contracts.events import FactItem, FactOutcome, Whose
from contracts.events.income import DeductibleSpouse, SelfDisability, WidowOrSingleParent
from contracts.law import NoValue
from contracts.months import Month
from services.exemptions.domain.application.amounts import (
    exempted,
    pension_of,
    premium_of,
    remainder,
)
from services.exemptions.domain.application.cycles import (
    cycle_of,
    edge_month,
    income_year,
    open_months,
)
from services.exemptions.domain.application.income import for_full, for_part
from services.exemptions.domain.application.kinds import EXEMPTIONS, LAWS, Question
from services.exemptions.domain.application.means import by_income
from services.exemptions.domain.application.thresholds import threshold
from services.exemptions.domain.kinds import ExemptionKind as Kind
from services.exemptions.domain.reasons import Answer
from tests.exemptions.households import FIGURES, d, income, m, months, someone, untold

OCTOBER = Month(2026, 10)


@pytest.mark.parametrize(
    ("dependants", "full", "three_quarters", "half", "quarter"),
    [
        ({}, 67, 88, 128, 168),
        ({"deductible_spouse": DeductibleSpouse.GENERAL}, 102, 126, 166, 206),
        (
            {"deductible_spouse": DeductibleSpouse.GENERAL, "dependants_under_16": 2},
            172, 202, 242, 282,
        ),
        ({"dependants_specified": 1}, 102, 151, 191, 231),
        ({"dependants_elderly": 2}, 137, 184, 224, 264),
        ({"dependants_general": 2, "aged_16_to_18": 1}, 137, 189, 229, 269),
    ],
)  # fmt: skip
def test_the_published_table(
    dependants: dict[str, Any], full: int, three_quarters: int, half: int, quarter: int
) -> None:
    """目安表 (郡上市 faq00583), and the additions of 令6条の8の2, in units of 10,000 yen."""
    expected = {
        Kind.FULL: full,
        Kind.DEFERMENT: full,
        Kind.THREE_QUARTERS: three_quarters,
        Kind.HALF: half,
        Kind.STUDENT: half,
        Kind.QUARTER: quarter,
    }
    for kind, amount in expected.items():
        limit = threshold(kind, income(**dependants), OCTOBER, FIGURES).amount
        assert limit.exact
        assert limit.low == amount * 10_000


def test_thresholds_were_lower_until_june_2021() -> None:
    before = {kind: threshold(kind, income(), m("2021-06"), FIGURES).amount.low for kind in LAWS}
    assert before == {
        Kind.FULL: 570_000,
        Kind.DEFERMENT: 570_000,
        Kind.THREE_QUARTERS: 780_000,
        Kind.HALF: 1_180_000,
        Kind.STUDENT: 1_180_000,
        Kind.QUARTER: 1_580_000,
    }
    with pytest.raises(NoValue):
        threshold(Kind.FULL, income(), m("2016-06"), FIGURES)


@pytest.mark.parametrize(
    ("items", "taken"),
    [
        ({}, 0),
        ({"net_loss_carried": 100_000}, 100_000),
        ({"net_loss_carried": -100_000}, 100_000),
        ({"casualty_loss_deduction": 1, "medical_deduction": 20}, 21),
        ({"social_insurance_deduction": 300, "special_spouse_deduction": 4000}, 4300),
        ({"dependants_disabled": 2, "dependants_severely_disabled": 1}, 940_000),
        ({"self_disability": SelfDisability.ORDINARY}, 270_000),
        ({"self_disability": SelfDisability.SEVERE}, 400_000),
        ({"self_widow_or_single_parent": WidowOrSingleParent.WIDOW}, 270_000),
        ({"self_widow_or_single_parent": WidowOrSingleParent.SINGLE_PARENT}, 350_000),
        ({"self_working_student": True}, 270_000),
        ({"other_deductions": 84_000}, 84_000),
    ],
)
def test_what_is_taken_off_for_part_exemption_alone(items: dict[str, Any], taken: int) -> None:
    """令6条の12 takes it off, 令6条の11 does not."""
    year = income(2_000_000, **items)
    assert for_part(year, OCTOBER, FIGURES).high == 2_000_000 - taken
    assert for_part(year, OCTOBER, FIGURES).exact
    assert year.income is not None
    assert for_full(year.income).high == 2_000_000


def found(year: Any, kind: Kind = Kind.HALF) -> tuple[Answer, set[str]]:
    asked = Question(kind, OCTOBER)
    answer, reasons = by_income(someone(year), Whose.APPLICANT, asked, FIGURES)
    return answer, {reason.code for reason in reasons}


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (FactOutcome.NO_RECORD, "income-no-record"),
        (FactOutcome.NOT_DECLARED, "income-not-declared"),
        (FactOutcome.MORE_THAN_ONE, "income-more-than-one"),
        (FactOutcome.UNSETTLED, "income-unsettled"),
    ],
)
def test_no_income_that_is_known_asks(outcome: FactOutcome, code: str) -> None:
    assert found(untold(outcome)) == (Answer.UNKNOWN, {code})
    assert found(None) == (Answer.UNKNOWN, {"income-not-asked"})


def test_nobody_has_an_income_without_a_value() -> None:
    with pytest.raises(ValueError, match="income exactly where"):
        untold(FactOutcome.VALUE)


def test_an_item_not_told_matters_where_it_may_decide() -> None:
    """Half: 128万. A deduction not told may bring 130万 under it, and need not."""
    assert found(income(1_300_000, medical_deduction=None))[0] is Answer.UNKNOWN
    assert found(income(1_280_000, medical_deduction=None))[0] is Answer.MET
    assert found(income(None))[0] is Answer.UNKNOWN
    # What can be so much at most leaves a range with an end: 特別障害者 is 40万円.
    assert found(income(1_680_000, self_disability=None))[0] is Answer.UNKNOWN
    assert found(income(1_680_001, self_disability=None))[0] is Answer.NOT_MET
    assert found(income(1_760_000, deductible_spouse=None))[0] is Answer.UNKNOWN
    assert found(income(1_760_001, deductible_spouse=None))[0] is Answer.NOT_MET
    # Dependants not told make the threshold higher, never lower.
    assert found(income(1_280_000, dependants_under_16=None))[0] is Answer.MET
    assert found(income(9_000_000, dependants_under_16=None))[0] is Answer.UNKNOWN
    assert found(income(600_000, dependants_under_16=None), Kind.FULL)[0] is Answer.MET
    assert found(income(700_000, dependants_under_16=None), Kind.FULL)[0] is Answer.UNKNOWN


def test_who_is_under_19_is_stated_where_it_decides() -> None:
    """One 一般扶養: 166万, or 191万 where they are 16 to 18 (規則77条の3第2項4号ロ)."""
    unstated: dict[str, Any] = {"dependants_general": 1, "aged_16_to_18": None}
    assert found(income(1_660_000, **unstated)) == (Answer.MET, {"income-surely-within"})
    assert found(income(1_660_001, **unstated)) == (
        Answer.UNKNOWN,
        {"under-19-not-stated"},
    )
    assert found(income(1_910_000, **unstated))[0] is Answer.UNKNOWN
    assert found(income(1_910_001, **unstated))[0] is Answer.NOT_MET
    assert found(income(1_910_000, dependants_general=1, aged_16_to_18=1))[0] is Answer.MET
    assert found(income(1_660_001, dependants_general=1, aged_16_to_18=0))[0] is Answer.NOT_MET
    # Full exemption counts heads: it does not matter there.
    assert found(income(1_020_000, **unstated), Kind.FULL) == (Answer.MET, {"income-within"})


def test_staff_are_told_what_the_items_leave_out() -> None:
    assert "other-deductions" in found(income(1_280_001, other_deductions=None))[1]
    assert "other-deductions" not in found(income(1_280_001, other_deductions=0))[1]
    assert "other-deductions" not in found(income(670_001, other_deductions=None), Kind.FULL)[1]


def test_what_is_missing_is_named() -> None:
    limit = threshold(Kind.FULL, income(dependants_elderly=None), OCTOBER, FIGURES)
    assert limit.amount.missing == (FactItem.DEPENDANTS_ELDERLY,)
    assert limit.amount.high is None


@pytest.mark.parametrize(
    ("month", "kind", "cycle", "year"),
    [
        ("2026-07", Kind.FULL, "2026-07..2027-06", 2025),
        ("2026-12", Kind.DEFERMENT, "2026-07..2027-06", 2025),
        ("2027-06", Kind.HALF, "2026-07..2027-06", 2025),
        ("2026-06", Kind.FULL, "2025-07..2026-06", 2024),
        ("2026-04", Kind.STUDENT, "2026-04..2027-03", 2025),
        ("2027-03", Kind.STUDENT, "2026-04..2027-03", 2025),
        ("2026-03", Kind.STUDENT, "2025-04..2026-03", 2024),
    ],
)
def test_a_cycle_has_one_income_year(month: str, kind: Kind, cycle: str, year: int) -> None:
    assert cycle_of(m(month), kind, FIGURES) == months(cycle)
    assert {income_year(each, kind, FIGURES) for each in months(cycle).all()} == {year}


@pytest.mark.parametrize(
    ("applied_on", "kind", "window"),
    [
        ("2025-04-15", Kind.FULL, "2023-03..2025-06"),  # 新庄市 R7.4 → R5.3
        ("2025-07-01", Kind.FULL, "2023-06..2026-06"),  # 新庄市 R7.7 → R5.6
        ("2023-05-20", Kind.STUDENT, "2021-04..2024-03"),  # 守谷市 R5.5 → R3.4, three forms
        ("2026-06-30", Kind.FULL, "2024-05..2026-06"),
        ("2026-03-31", Kind.STUDENT, "2024-02..2026-03"),
        ("2026-04-01", Kind.STUDENT, "2024-03..2027-03"),
    ],
)
def test_how_far_an_application_reaches(applied_on: str, kind: Kind, window: str) -> None:
    assert open_months(d(applied_on), kind, FIGURES) == months(window)


@pytest.mark.parametrize(
    ("applied_on", "edge"),
    [
        # 2024-08-31 was a Saturday: July 2024 was due on Monday 2 September.
        ("2026-09-01", "2024-07"),
        ("2026-09-02", "2024-07"),
        ("2026-09-03", None),
        # 2024-12-31: banks open again on Saturday 4 January, that is on Monday 6.
        ("2027-01-06", "2024-11"),
        ("2027-01-07", None),
        # 2024-02-29 was a Thursday.
        ("2026-03-01", None),
    ],
)
def test_a_due_day_on_a_holiday_may_reach_further(applied_on: str, edge: str | None) -> None:
    assert edge_month(d(applied_on), FIGURES) == (m(edge) if edge else None)


def test_a_day_without_a_figure_is_an_error() -> None:
    with pytest.raises(NoValue):
        open_months(date(2014, 3, 31), Kind.FULL, FIGURES)
    with pytest.raises(NoValue):
        premium_of(m("2028-04"), FIGURES)
    with pytest.raises(NoValue):
        premium_of(m("2015-03"), FIGURES)


def test_what_a_month_costs_and_comes_to() -> None:
    premium = premium_of(m("2026-10"), FIGURES)
    assert premium == 17_920
    assert [remainder(premium, kind) for kind in EXEMPTIONS] == [0, 4480, 8960, 13440]
    assert all(remainder(premium, k) + exempted(premium, k) == premium for k in LAWS)
    assert remainder(premium, Kind.STUDENT) == remainder(premium, Kind.DEFERMENT) == 0
    assert pension_of(480 * 8, 2026, FIGURES) == 847_300
    assert pension_of(480 * 4, 2026, FIGURES) == 423_650
    assert pension_of(0, 2026, FIGURES) == 0
