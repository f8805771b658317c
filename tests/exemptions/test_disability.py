"""A right to a disability pension as a ground (法89条1項1号, 令6条の5)."""

import pytest

from services.exemptions.domain.disability import (
    DisabilityBenefit,
    DisabilityGrade,
    DisabilityRight,
    GradeFrom,
    disability_grounds,
)
from services.exemptions.domain.spells import Found
from services.exemptions.domain.statutory import statutory_exemption
from tests.exemptions.law import codes, figures, runs, u

STATUTORY = figures().statutory
BASIC, EMPLOYEES = DisabilityBenefit.BASIC, DisabilityBenefit.EMPLOYEES


def exempt(
    benefit: DisabilityBenefit, entitled: str, *grades: str, ended: str | None = None
) -> Found:
    """``grades`` are written "2027-04-01 3"."""
    steps = (step.rsplit(" ", 1) for step in grades)
    right = DisabilityRight(
        benefit,
        u(entitled),
        tuple(GradeFrom(u(since), DisabilityGrade(grade)) for since, grade in steps),
        u(ended) if ended else None,
    )
    grounds = disability_grounds(right, STATUTORY)
    return statutory_exemption(grounds.holdings, STATUTORY) + Found(
        reviews=grounds.reviews, without=grounds.without
    )


TABLE = [
    ("a right, nothing more told", exempt(BASIC, "2020-06-15"), [("2020-05", None)]),
    ("from 2 to 3: goes on", exempt(BASIC, "2020-06-15", "2020-06-15 2", "2023-10-01 3"),
     [("2020-05", None)]),
    ("state ceased: three years on, that month included",
     exempt(BASIC, "2020-06-15", "2020-06-15 2", "2023-10-05 none"), [("2020-05", "2026-10")]),
    ("ceased on the 1st: the three years are over on the 1st",
     exempt(BASIC, "2020-06-15", "2020-06-15 2", "2023-10-01 none"), [("2020-05", "2026-10")]),
    ("ceased on 29 February",
     exempt(BASIC, "2020-06-15", "2020-06-15 2", "2024-02-29 none"), [("2020-05", "2027-03")]),
    ("by way of grade 3: the three years begin with its end",
     exempt(BASIC, "2020-06-15", "2020-06-15 2", "2021-01-01 3", "2023-10-05 none"),
     [("2020-05", "2026-10")]),
    ("back within three years: goes on",
     exempt(BASIC, "2020-06-15", "2020-06-15 2", "2023-10-05 none", "2026-10-04 3"),
     [("2020-05", None)]),
    ("back on the very day: not over",
     exempt(BASIC, "2020-06-15", "2020-06-15 2", "2023-10-05 none", "2026-10-05 3"),
     [("2020-05", None)]),
    ("back after it ended: begins anew, from the month before",
     exempt(BASIC, "2020-06-15", "2020-06-15 2", "2023-10-05 none", "2027-04-10 2"),
     [("2020-05", "2026-10"), ("2027-03", None)]),
    ("a second time without: counted from the last",
     exempt(BASIC, "2020-06-15", "2020-06-15 2", "2021-10-05 none", "2023-01-01 2",
            "2024-05-06 none"),
     [("2020-05", "2027-05")]),
    ("told twice that there is no state: from the first",
     exempt(BASIC, "2020-06-15", "2020-06-15 2", "2023-10-05 none", "2025-01-01 none"),
     [("2020-05", "2026-10")]),
    ("the right is lost before", exempt(BASIC, "2020-06-15", "2020-06-15 2", "2023-10-05 none",
                                        ended="2025-02-03"), [("2020-05", "2025-02")]),
    ("the right is lost after it came back",
     exempt(BASIC, "2020-06-15", "2023-10-05 none", "2027-04-10 2", ended="2030-01-01"),
     [("2020-05", "2026-10"), ("2027-03", "2030-01")]),
    ("employees' grade 3 from the first: never", exempt(EMPLOYEES, "2020-06-15", "2020-06-15 3"),
     []),
    ("employees' grade 3, then 2: from that day",
     exempt(EMPLOYEES, "2020-06-15", "2020-06-15 3", "2024-04-01 2"), [("2024-03", None)]),
    ("employees' grade 2, then 3: goes on (to be checked)",
     exempt(EMPLOYEES, "2020-06-15", "2020-06-15 2", "2024-04-01 3"), [("2020-05", None)]),
    ("a pension that 令6条の5第2項 does not name",
     exempt(DisabilityBenefit.OTHER, "2020-06-15", "2020-06-15 2", "2021-10-05 none"),
     [("2020-05", None)]),
    ("old law", exempt(DisabilityBenefit.OLD_LAW, "1984-06-15", "1990-01-10 none"),
     [("1984-05", "1993-01")]),
    ("older than the Act", exempt(DisabilityBenefit.OTHER, "1950-06-15"), [("1950-05", None)]),
]  # fmt: skip


@pytest.mark.parametrize(("what", "found", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_the_months(what: str, found: Found, expected: list[tuple[str, str | None]]) -> None:
    assert runs(found) == expected


def test_grade_3_is_told_to_go_on() -> None:
    (spell,) = exempt(BASIC, "2020-06-15", "2020-06-15 2", "2023-10-01 3").spells
    assert [note.code for note in spell.notes] == ["disability-grade-3"]
    assert not spell.notes[0].certainty.needs_check


def test_grade_3_of_an_employees_pension_alone_is_to_be_checked() -> None:
    (spell,) = exempt(EMPLOYEES, "2020-06-15", "2020-06-15 2", "2024-04-01 3").spells
    assert [note.code for note in spell.notes] == ["disability-employees-grade-3"]
    assert spell.notes[0].certainty.needs_check


def test_the_three_years_are_told_with_their_figures() -> None:
    (spell,) = exempt(BASIC, "2020-06-15", "2020-06-15 2", "2023-10-05 none").spells
    assert [note.sentence for note in spell.notes] == [
        "令和5年10月5日に障害の状態（３級以上）に該当しなくなり、該当することなく3年を経過した"
        "令和8年10月5日に法定免除の対象でなくなる。"
    ]


def test_grade_3_from_the_first_is_told_as_the_reason_for_no_month() -> None:
    found = exempt(EMPLOYEES, "2020-06-15", "2020-06-15 3")
    assert [reason.code for reason in found.without] == ["disability-never-severe"]
    assert not found.reviews


def test_what_is_not_known_is_asked_for() -> None:
    assert codes(exempt(BASIC, "令和2年6月頃")) == ["statutory-start-unknown"]
    vague = exempt(BASIC, "2020-06-15", "2020-06-15 2", "令和5年10月頃 none")
    assert codes(vague) == ["disability-grades-unknown"]
    assert runs(vague) == [("2020-05", None)]
