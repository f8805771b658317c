"""Retroactive payment (追納, 法94条, 令10条)."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.months import Month
from services.exemptions.domain.kinds import ExemptionKind
from services.exemptions.domain.retroactive import (
    ExemptMonth,
    Verdict,
    choice_is_allowed,
    in_order,
    later_payments,
    next_months,
    out_of_order,
)
from tests.exemptions.law import VECTORS, d, figures, m

RETROACTIVE = figures().retroactive
Kind = ExemptionKind
ERAS = {"H": 1988, "R": 2018}
KINDS = {
    "全額": Kind.FULL,
    "3/4免除": Kind.THREE_QUARTERS,
    "半額": Kind.HALF,
    "1/4免除": Kind.QUARTER,
}


@pytest.mark.parametrize("name", [name for name in VECTORS if name.startswith("tsuino")])
@pytest.mark.parametrize("month", [4, 12, 3])
def test_the_worked_cases(name: str, month: int) -> None:
    given, expected = VECTORS[name]["input"], VECTORS[name]["expected"]
    year = ERAS[given["exempt_year"][0]] + int(given["exempt_year"][1:])
    exempt = Month(year, month) if month > 3 else Month(year + 1, month)
    paid = min(Month(int(given["pay_year"]), 6), exempt + 120).last_day
    for column, yen in expected.items():
        found = later_payments(
            {exempt: ExemptMonth(KINDS[column], rest_paid=True)}, paid, False, RETROACTIVE
        )[exempt]
        assert (found.verdict, found.yen) == (Verdict.PAYABLE, yen), column


@pytest.mark.parametrize("kind", [Kind.FULL, Kind.STATUTORY, Kind.DEFERMENT, Kind.STUDENT])
def test_all_that_was_exempt_in_whole_costs_the_same(kind: ExemptionKind) -> None:
    (found,) = later_payments(
        {m("2023-05"): ExemptMonth(kind)}, d("2026-11-29"), False, RETROACTIVE
    ).values()
    assert found.yen == 16770


@pytest.mark.parametrize(
    ("month", "paid", "yen"),
    [
        ("2024-03", "2026-04-30", 16520),
        ("2024-03", "2026-05-01", 16770),
        ("2024-02", "2026-04-30", 16770),
        ("2023-03", "2025-04-01", 16590),
        ("2023-03", "2025-05-01", 16740),
    ],
)
def test_march_is_paid_in_april_without_addition(month: str, paid: str, yen: int) -> None:
    (found,) = later_payments(
        {m(month): ExemptMonth(Kind.FULL)}, d(paid), False, RETROACTIVE
    ).values()
    assert found.yen == yen


def test_the_published_figure_stands_where_it_differs_from_the_computed() -> None:
    exempt = {m("2024-05"): ExemptMonth(Kind.THREE_QUARTERS, rest_paid=True)}
    (found,) = later_payments(exempt, d("2025-11-29"), False, RETROACTIVE).values()
    assert found.yen == 12740
    assert found.amount is not None
    assert found.amount.note is not None
    assert "計算（12,730円）と10円異なります" in found.amount.note
    (next_year,) = later_payments(exempt, d("2026-11-29"), False, RETROACTIVE).values()
    assert next_year.amount is not None
    assert (next_year.yen, next_year.amount.certainty.needs_check) == (12740, True)


def test_what_is_not_announced_is_not_computed() -> None:
    (found,) = later_payments(
        {m("2024-05"): ExemptMonth(Kind.FULL)}, d("2027-05-01"), False, RETROACTIVE
    ).values()
    assert (found.verdict, found.yen) == (Verdict.PAYABLE, None)
    assert found.amount is not None
    assert found.amount.code == "retroactive-no-amount"


TABLE = [
    ("ten years before the month of the approval", "2016-11", ExemptMonth(Kind.FULL), False,
     "payable retroactive-payable"),
    ("a month older", "2016-10", ExemptMonth(Kind.FULL), False, "not_payable retroactive-too-old"),
    ("the month before", "2026-10", ExemptMonth(Kind.FULL), False, "payable retroactive-payable"),
    ("the month of the approval", "2026-11", ExemptMonth(Kind.FULL), False,
     "not_payable retroactive-not-past"),
    ("a recipient", "2024-05", ExemptMonth(Kind.FULL), True, "not_payable retroactive-recipient"),
    ("nobody knows whether", "2024-05", ExemptMonth(Kind.FULL), None,
     "asks retroactive-recipient-unknown"),
    ("maternity", "2024-05", ExemptMonth(Kind.MATERNITY), False,
     "not_payable retroactive-counts-as-paid"),
    ("child-care", "2026-10", ExemptMonth(Kind.CHILD_CARE), False,
     "not_payable retroactive-counts-as-paid"),
    ("half, the rest paid", "2024-05", ExemptMonth(Kind.HALF, rest_paid=True), False,
     "payable retroactive-payable"),
    ("half, the rest not", "2024-05", ExemptMonth(Kind.HALF, rest_paid=False), False,
     "not_payable retroactive-rest-unpaid"),
    ("half, the rest not known", "2024-05", ExemptMonth(Kind.HALF), False,
     "asks retroactive-rest-unknown"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "month", "exempt", "recipient", "expected"), TABLE, ids=[row[0] for row in TABLE]
)
def test_which_months(
    what: str, month: str, exempt: ExemptMonth, recipient: bool | None, expected: str
) -> None:
    (found,) = later_payments({m(month): exempt}, d("2026-11-29"), recipient, RETROACTIVE).values()
    assert f"{found.verdict.value} {found.reason.code}" == expected


F, S, N = Kind.FULL, Kind.STUDENT, Kind.DEFERMENT
ORDERS = [
    ("deferred first, each from the oldest on",
     {"2018-05": S, "2018-06": N, "2020-01": F, "2020-02": F}, False, "5 6 1 2"),
    ("older ones may go first", {"2018-01": F, "2018-02": F, "2019-05": S, "2020-03": F}, True,
     "1 2 5 3"),
    ("or not", {"2018-01": F, "2018-02": F, "2019-05": S, "2020-03": F}, False, "5 1 2 3"),
    ("between two deferred ones", {"2018-01": S, "2018-02": F, "2018-03": S}, True, "1 2 3"),
    ("whatever the kind by law", {"2018-02": Kind.HALF, "2018-01": Kind.STATUTORY}, False, "1 2"),
    ("none", {}, True, ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "months", "older_first", "expected"), ORDERS, ids=[row[0] for row in ORDERS]
)
def test_the_order(
    what: str, months: dict[str, ExemptionKind], older_first: bool, expected: str
) -> None:
    open_months = {m(month): kind for month, kind in months.items()}
    ordered = in_order(open_months, older_first=older_first)
    assert " ".join(str(month.month) for month in ordered) == expected
    assert out_of_order(open_months, ordered) is None


def test_a_later_one_of_the_others_has_to_wait() -> None:
    open_months = {m("2018-01"): F, m("2019-05"): S, m("2020-03"): F}
    assert out_of_order(open_months, [m("2018-01"), m("2020-03")]) == m("2020-03")
    assert out_of_order(open_months, [m("2019-05"), m("2020-03")]) == m("2020-03")
    assert out_of_order(open_months, [m("2018-01"), m("2019-05"), m("2020-03")]) is None
    with pytest.raises(KeyError):
        out_of_order(open_months, [m("2021-01")])


_OPEN = st.dictionaries(
    st.integers(0, 11).map(lambda n: m("2018-01") + n), st.sampled_from([F, S]), max_size=6
)


@given(_OPEN, st.data())
def test_a_choice_is_allowed_if_one_of_its_orders_is(
    open_months: dict[Month, ExemptionKind], data: st.DataObject
) -> None:
    chosen = data.draw(st.sets(st.sampled_from(sorted(open_months)))) if open_months else set()
    by_trying = any(out_of_order(open_months, order) is None for order in permutations(chosen))
    assert choice_is_allowed(open_months, chosen) is by_trying


@given(_OPEN)
def test_every_month_is_paid_once_in_both_orders(open_months: dict[Month, ExemptionKind]) -> None:
    for older_first in (False, True):
        assert sorted(in_order(open_months, older_first=older_first)) == sorted(open_months)
    assert set(next_months(open_months)) <= set(open_months)


def test_no_year_is_listed_twice() -> None:
    rows = RETROACTIVE.model_dump()
    rows["amounts"] = (*rows["amounts"], rows["amounts"][0])
    with pytest.raises(ValueError, match="twice"):
        type(RETROACTIVE).model_validate(rows)
