"""Counting months: NPA arts. 11 and 11-2."""

import pytest

from contracts.months import Month
from services.qualification.domain.months import insured_months
from tests.qualification.people import Life

ABROAD_TILL = "2026-04-10"

CASES = [
    (
        "from the month of acquisition to the one before the loss (11条1項)",
        Life("1996-05-05").moves_in_from_abroad("2026-04-10").moves_abroad("2026-07-09"),
        {"2026-04": 1, "2026-05": 1, "2026-06": 1},
    ),
    (
        "moves abroad on the last day of a month: lost on the 1st, that month counts",
        Life("1996-05-05").moves_in_from_abroad("2026-04-10").moves_abroad("2026-06-30"),
        {"2026-04": 1, "2026-05": 1, "2026-06": 1},
    ),
    (
        "acquired and lost in one month: one month (11条2項)",
        Life("1996-05-05").moves_in_from_abroad("2026-04-10").moves_abroad("2026-04-20"),
        {"2026-04": 1},
    ),
    (
        "lost and acquired again in that month: still one month (11条2項但書)",
        Life("1996-05-05")
        .moves_in_from_abroad("2026-04-10")
        .moves_abroad("2026-04-15")
        .moves_in_from_abroad("2026-04-25")
        .moves_abroad("2026-05-20"),
        {"2026-04": 1},
    ),
    (
        "two stays are added up (11条3項)",
        Life("1996-05-05")
        .moves_in_from_abroad("2026-01-10")
        .moves_abroad("2026-02-15")
        .moves_in_from_abroad("2026-06-25")
        .moves_abroad("2026-08-20"),
        {"2026-01": 1, "2026-06": 1, "2026-07": 1},
    ),
    (
        "a month of change counts as the new category (11条の2)",
        Life("1996-05-05")
        .moves_in_from_abroad("2026-04-10")
        .was_insured_elsewhere("2026-05-20", "2026-07-01", settled="2026-07-10")
        .moves_abroad("2026-08-15"),
        {"2026-04": 1, "2026-05": 2, "2026-06": 2, "2026-07": 1},
    ),
    (
        "changed in the month of the loss: the month of the loss does not count",
        Life("1996-05-05")
        .moves_in_from_abroad("2026-04-10")
        .was_insured_elsewhere("2026-05-10", "2026-05-25", settled="2026-06-10")
        .moves_abroad("2026-05-28"),
        {"2026-04": 1},
    ),
    (
        "came from category 2 and lost within the month: acquired long before, so none",
        Life("1981-03-03")
        .loaded("2026-04-01", since="2010-04-01")
        .leaves_work("2026-04-30", settled="2026-05-05")
        .moves_abroad("2026-05-20"),
        {},
    ),
    (
        "a qualification that ended on a day nobody told counts for nothing",
        Life("1981-03-03")
        .loaded("2026-04-01", since="2010-04-01")
        .leaves_work("2026-04-30", settled="2026-05-05", name="first")
        .leaves_work("2026-09-30", settled="2026-10-05", name="second")
        .moves_abroad("2026-11-20"),
        {"2026-10": 1},
    ),
    (
        "born on the 1st: the month before counts",
        Life("2000-11-01").born_here().moves_abroad("2020-11-20"),
        {"2020-10": 1},
    ),
]


@pytest.mark.parametrize(
    ("life", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_months(life: Life, expected: dict[str, int]) -> None:
    months = insured_months(life.on("2030-01-01").segments, Month(2029, 12))
    assert {str(month): int(category) for month, category in months.items()} == expected


def test_months_stop_where_asked() -> None:
    life = Life("1996-05-05").moves_in_from_abroad("2026-04-10")
    months = insured_months(life.on("2026-06-15").segments, Month(2026, 6))
    assert [str(month) for month in months] == ["2026-04", "2026-05", "2026-06"]
