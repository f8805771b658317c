"""Statutory exemption (法定免除, 法89条): which months, and why."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.dates import UncertainDate
from contracts.months import Month
from services.exemptions.domain.statutory import (
    BEGINS,
    Ground,
    Holding,
    notice_due,
    statutory_exemption,
)
from tests.exemptions.law import VECTORS, codes, d, figures, m, runs, u

STATUTORY = figures().statutory


def holding(since: str, ceased: str | None = None, ground: Ground = Ground.ASSISTANCE) -> Holding:
    return Holding(ground, u(since), u(ceased) if ceased else None)


@pytest.mark.parametrize("name", [name for name in VECTORS if name.startswith("hotei")])
@pytest.mark.parametrize("ground", list(Ground))
def test_the_worked_cases(name: str, ground: Ground) -> None:
    given, expected = VECTORS[name]["input"], VECTORS[name]["expected"]
    found = statutory_exemption(
        [holding(given["qualified"], given.get("ended"), ground)], STATUTORY
    )
    assert runs(found) == [(expected["from_month"], expected.get("to_month"))]
    assert not found.reviews


TABLE = [
    ("on the first of a month", [("2026-05-01", None)], [("2026-04", None)]),
    ("in January: from December", [("2027-01-31", None)], [("2026-12", None)]),
    ("ends on the first of a month: that month is exempt", [("2026-05-10", "2027-02-01")],
     [("2026-04", "2027-02")]),
    ("ends with a month's last day as the first without", [("2026-05-10", "2027-02-28")],
     [("2026-04", "2027-02")]),
    ("begun and ended within a month: two months", [("2026-05-10", "2026-05-20")],
     [("2026-04", "2026-05")]),
    ("again after a break: both", [("2026-05-10", "2026-08-20"), ("2027-02-01", None)],
     [("2026-04", "2026-08"), ("2027-01", None)]),
    ("followed on the day: one", [("2026-05-10", "2026-08-20"), ("2026-08-20", None)],
     [("2026-04", None)]),
    ("one within another", [("2026-05-10", "2027-08-20"), ("2026-09-01", "2026-10-01")],
     [("2026-04", "2027-08")]),
    ("one within another that goes on", [("2026-05-10", None), ("2026-09-01", "2026-10-01")],
     [("2026-04", None)]),
    ("nobody told anything", [], []),
]  # fmt: skip


@pytest.mark.parametrize(("what", "told", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_the_months(
    what: str, told: list[tuple[str, str | None]], expected: list[tuple[str, str | None]]
) -> None:
    found = statutory_exemption([holding(*days) for days in told], STATUTORY)
    assert runs(found) == expected


def test_one_ground_after_another_keeps_both_names() -> None:
    (spell,) = statutory_exemption(
        [
            holding("2026-08-20", "2027-03-03", Ground.DISABILITY),
            holding("2026-05-10", "2026-08-20"),
        ],
        STATUTORY,
    ).spells
    assert spell.began.sentence == (
        "令和8年5月10日に生活扶助（２号）に該当したため、その前月の令和8年4月分から法定免除。"
    )
    assert spell.began.article == "国民年金法89条1項2号、同法施行規則74条1号"
    assert spell.ended is not None
    assert spell.ended.article == "国民年金法89条1項1号、同法施行令6条の5"
    assert [note.code for note in spell.notes] == ["statutory-followed"]


def test_a_first_day_known_in_part_gives_no_month_and_asks() -> None:
    found = statutory_exemption([holding("令和8年5月頃")], STATUTORY)
    assert runs(found) == []
    assert codes(found) == ["statutory-start-unknown"]
    assert found.reviews[0].since is None
    assert "令和8年5月頃" in found.reviews[0].reason.sentence


def test_a_last_day_known_in_part_is_asked_for_and_ends_nothing() -> None:
    found = statutory_exemption([holding("2026-05-10", "令和9年2月頃")], STATUTORY)
    assert runs(found) == [("2026-04", None)]
    assert codes(found) == ["statutory-end-unknown"]
    assert found.reviews[0].since == m("2026-05")


@pytest.mark.parametrize("ceased", ["2026-05-10", "2026-05-09"])
def test_an_end_not_after_its_start_is_asked_about(ceased: str) -> None:
    found = statutory_exemption([holding("2026-05-10", ceased)], STATUTORY)
    assert runs(found) == []
    assert codes(found) == ["statutory-contradictory"]


@pytest.mark.parametrize(
    ("day", "due"), [("2026-05-10", "2026-05-24"), ("2027-02-20", "2027-03-06")]
)
def test_the_notice_is_due_in_14_days_the_first_not_counted(day: str, due: str) -> None:
    assert notice_due(d(day), STATUTORY) == d(due)


def test_every_ground_names_its_item() -> None:
    assert len({rule.article for rule in BEGINS.values()}) == len(Ground)


_DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 31))


@st.composite
def _stretch(draw: st.DrawFn) -> tuple[date, date | None]:
    since = draw(_DAYS)
    length = draw(st.one_of(st.none(), st.integers(1, 400)))
    return since, None if length is None else since + timedelta(days=length)


@given(st.lists(st.tuples(st.sampled_from(Ground), _stretch()), max_size=6))
def test_day_by_day_it_comes_to_the_same(
    told: list[tuple[Ground, tuple[date, date | None]]],
) -> None:
    """Each day on its own: a day with a ground marks its month, the first of a stretch the month
    before, the first without one its own month."""
    through = Month(2029, 12)
    found = statutory_exemption(
        [
            Holding(
                ground,
                UncertainDate.exact(since),
                UncertainDate.exact(ceased) if ceased else None,
            )
            for ground, (since, ceased) in told
        ],
        STATUTORY,
    )
    marked: set[Month] = set()
    before = False
    for offset in range((through.last_day - date(2024, 1, 1)).days + 1):
        day = date(2024, 1, 1) + timedelta(days=offset)
        held = any(since <= day and (end is None or day < end) for _, (since, end) in told)
        if held and not before:
            marked.add(Month.of(day) - 1)
        if held or before:
            marked.add(Month.of(day))
        before = held
    assert found.months(through) == marked


@given(
    st.permutations(
        [("2026-05-10", "2026-08-20"), ("2026-08-20", None), ("2024-02-01", "2024-02-02")]
    )
)
def test_the_order_of_arrival_does_not_matter(told: list[tuple[str, str | None]]) -> None:
    found = statutory_exemption([holding(*days) for days in told], STATUTORY)
    assert runs(found) == [("2024-01", "2024-02"), ("2026-04", None)]
