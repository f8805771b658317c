"""Maternity (産前産後, 法88条の2): which months, and why."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.dates import UncertainDate
from contracts.months import Month
from services.exemptions.domain.maternity import (
    MaternityNotice,
    maternity_exemption,
    notifiable_from,
)
from tests.exemptions.law import VECTORS, codes, d, figures, m, runs, u

MATERNITY = figures().maternity


def before_birth(due: str, notified: str, **told: Any) -> MaternityNotice:
    return MaternityNotice(d(notified), due_on=u(due), **told)


def after_birth(born: str, notified: str, **told: Any) -> MaternityNotice:
    return MaternityNotice(d(notified), born_on=u(born), **told)


@pytest.mark.parametrize("name", [name for name in VECTORS if name.startswith("sanzen")])
@pytest.mark.parametrize("born", [False, True])
def test_the_worked_cases(name: str, born: bool) -> None:
    given, expected = VECTORS[name]["input"], VECTORS[name]["expected"]
    day = u(given["due_or_birth"])
    notice = MaternityNotice(
        day.require(),
        due_on=None if born else day,
        born_on=day if born else None,
        multiple=given["multiple"],
    )
    found = maternity_exemption(notice, MATERNITY)
    assert runs(found) == [(expected["from"], expected["to"])]


TABLE = [
    ("expected in November", before_birth("2026-11-10", "2026-06-01"), ("2026-10", "2027-01")),
    ("twins in November", before_birth("2026-11-10", "2026-06-01", multiple=True),
     ("2026-08", "2027-01")),
    ("born on the last of a month, expected in the next, notified after",
     after_birth("2026-10-31", "2026-11-05"), ("2026-09", "2026-12")),
    ("both days told after the birth: the birth's",
     MaternityNotice(d("2026-11-20"), due_on=u("2026-12-03"), born_on=u("2026-11-19")),
     ("2026-10", "2027-01")),
    ("expected on 29 February", before_birth("2028-02-29", "2027-10-01"), ("2028-01", "2028-04")),
    ("years later: no time limit", after_birth("2020-05-05", "2026-05-05"), ("2020-04", "2020-07")),
    ("stillborn on the 85th day", after_birth("2026-11-10", "2026-11-20", pregnancy_days=85),
     ("2026-10", "2027-01")),
    ("born in February 2019: April alone", after_birth("2019-02-01", "2019-05-01"),
     ("2019-04", "2019-04")),
    ("twins in April 2019: from April", after_birth("2019-04-30", "2019-05-01", multiple=True),
     ("2019-04", "2019-06")),
    ("more than one turned out after the notice",
     before_birth("2026-11-10", "2026-06-01", later_multiple=True), ("2026-08", "2027-01")),
    ("born in another month after the notice: as notified",
     before_birth("2026-11-10", "2026-06-01", later_born_on=u("2026-10-31")),
     ("2026-10", "2027-01")),
]  # fmt: skip


@pytest.mark.parametrize(("what", "notice", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_the_months(what: str, notice: MaternityNotice, expected: tuple[str, str]) -> None:
    found = maternity_exemption(notice, MATERNITY)
    assert runs(found) == [expected]
    assert not found.reviews
    (spell,) = found.spells
    assert spell.began.article == "国民年金法88条の2"


def test_what_the_second_source_says_is_marked() -> None:
    moved = before_birth("2026-11-10", "2026-06-01", later_born_on=u("2026-12-01"))
    (spell,) = maternity_exemption(moved, MATERNITY).spells
    (note,) = spell.notes
    assert note.code == "maternity-born-in-other-month"
    assert (note.figure("first"), note.figure("last")) == (m("2026-11"), m("2027-02"))
    assert note.certainty.needs_check
    more = before_birth("2026-11-10", "2026-06-01", later_multiple=True)
    (spell,) = maternity_exemption(more, MATERNITY).spells
    assert [note.code for note in spell.notes] == ["maternity-found-multiple"]
    assert spell.notes[0].certainty.needs_check


def test_a_birth_in_the_month_that_was_expected_is_nothing_to_note() -> None:
    notice = before_birth("2026-11-10", "2026-06-01", later_born_on=u("2026-11-29"))
    (spell,) = maternity_exemption(notice, MATERNITY).spells
    assert spell.notes == ()


def test_85_days_make_a_birth() -> None:
    found = maternity_exemption(
        after_birth("2026-11-10", "2026-11-20", pregnancy_days=84), MATERNITY
    )
    assert not found.spells
    (why,) = found.without
    assert why.sentence == "妊娠84日での終了は、85日以上の分娩に当たらないため、対象とならない。"


def test_before_the_article() -> None:
    found = maternity_exemption(after_birth("2019-01-31", "2019-05-01"), MATERNITY)
    assert not found.spells
    assert [why.code for why in found.without] == ["maternity-before-the-law"]
    assert not found.reviews


@pytest.mark.parametrize(
    ("due", "first"),
    [
        ("2026-11-10", "2026-05-10"),
        ("2026-08-31", "2026-02-28"),
        ("2028-08-31", "2028-02-29"),
        ("2026-07-01", "2026-01-01"),
    ],
)
def test_it_can_be_notified_six_months_before(due: str, first: str) -> None:
    assert notifiable_from(d(due), MATERNITY) == d(first)
    early = before_birth(due, (d(first) - date.resolution).isoformat())
    assert codes(maternity_exemption(early, MATERNITY)) == ["maternity-notified-too-early"]
    assert runs(maternity_exemption(early, MATERNITY)) == []
    assert not maternity_exemption(before_birth(due, first), MATERNITY).reviews


def test_what_is_not_known_or_cannot_be_is_asked_for() -> None:
    nothing = MaternityNotice(d("2026-06-01"))
    assert codes(maternity_exemption(nothing, MATERNITY)) == ["maternity-day-unknown"]
    vague = before_birth("令和8年11月頃", "2026-06-01")
    assert codes(maternity_exemption(vague, MATERNITY)) == ["maternity-day-unknown"]
    future = after_birth("2026-11-10", "2026-11-09")
    assert codes(maternity_exemption(future, MATERNITY)) == ["maternity-born-after-notice"]


@given(st.dates(date(2018, 1, 1), date(2030, 12, 31)), st.booleans())
def test_a_month_is_exempt_for_its_distance_from_the_birth(born: date, multiple: bool) -> None:
    """Asked of each month by itself, not of the first and the last."""
    notice = MaternityNotice(born, born_on=UncertainDate.exact(born), multiple=multiple)
    found = maternity_exemption(notice, MATERNITY).months(Month(2031, 12))
    for offset in range(-6, 7):
        month = Month.of(born) + offset
        near = offset in ((-3, -2, -1, 0, 1, 2) if multiple else (-1, 0, 1, 2))
        assert (month in found) is (near and month >= m("2019-04"))
    assert len(found) <= (6 if multiple else 4)
