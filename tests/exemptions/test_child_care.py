"""Child-care (育児, 法88条の3, from October 2026): which months, and why."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.dates import UncertainDate
from contracts.months import Month
from services.exemptions.domain.child_care import (
    Carer,
    Child,
    End,
    EndCause,
    child_care_of_mother,
    child_care_of_others,
)
from services.exemptions.domain.elapsed import passed
from services.exemptions.domain.spells import Found
from tests.exemptions.law import VECTORS, codes, figures, m, runs, u

CARE = figures().child_care
APART, DEATH = EndCause.APART, EndCause.DEATH


def child(born: str, since: str | None = None, cause: EndCause = APART, ended: str = "") -> Child:
    return Child(u(born), u(since or born), End(cause, u(ended)) if ended else None)


def mother(due: str, *children: Child) -> Found:
    return child_care_of_mother(u(due), children or (child(due),), CARE)


def other(one: Child, carer: Carer = Carer.PARENT) -> Found:
    return child_care_of_others(one, carer, CARE)


@pytest.mark.parametrize("name", [n for n in VECTORS if n.startswith("ikuji") and "edge" not in n])
def test_the_worked_cases(name: str) -> None:
    given, expected = VECTORS[name]["input"], VECTORS[name]["expected"]["period"]
    day = given["due_or_birth"]
    found = mother(day) if given["who"].startswith("実母") else other(child(day))
    assert runs(found) == ([(expected["from"], expected["to"])] if expected else [])
    assert not found.reviews
    assert bool(found.without) is (expected is None)


def test_the_worked_case_that_needs_a_human_eye() -> None:
    given, expected = VECTORS["ikuji-edge-01"]["input"], VECTORS["ikuji-edge-01"]["expected"]
    found = mother(given["due"])
    (review,) = found.reviews
    assert expected["needs_review"]
    assert review.reason.certainty.needs_check
    assert review.reason.figure("literal") == m(expected["literal_from"])
    assert review.reason.figure("simple") == m(expected["simple_M3"])
    assert review.since == m(expected["simple_M3"])
    assert runs(found) == [(expected["literal_from"], "2027-10")]


MOTHERS = [
    ("nine months", mother("2026-11-10"), ("2027-02", "2027-10"), []),
    ("expected on the 1st", mother("2026-11-01"), ("2027-02", "2027-10"), []),
    ("31 January", mother("2027-01-31"), ("2027-05", "2027-12"), ["child-care-edge-start"]),
    ("31 March", mother("2027-03-31"), ("2027-07", "2028-02"), ["child-care-edge-start"]),
    ("31 August", mother("2027-08-31"), ("2027-12", "2028-07"), ["child-care-edge-start"]),
    ("29 November before a common year", mother("2026-11-29"), ("2027-03", "2027-10"),
     ["child-care-edge-start"]),
    ("29 November before a leap year", mother("2027-11-29"), ("2028-02", "2028-10"), []),
    ("30 November", mother("2027-11-30"), ("2028-03", "2028-10"), ["child-care-edge-start"]),
    ("29 February", mother("2028-02-29"), ("2028-05", "2029-02"), ["child-care-edge-end"]),
    ("31 May has 31 August", mother("2027-05-31"), ("2027-08", "2028-04"), []),
    ("the transition: what is left", mother("2026-06-15"), ("2026-10", "2027-05"), []),
    ("the transition: an edge that lies before it", mother("2026-03-31"), ("2026-10", "2027-02"),
     []),
    ("dead on the last of a month: that month still",
     mother("2026-11-10", child("2026-11-10", cause=DEATH, ended="2027-05-31")),
     ("2027-02", "2027-05"), []),
    ("dead the day before: the month before",
     mother("2026-11-10", child("2026-11-10", cause=DEATH, ended="2027-05-30")),
     ("2027-02", "2027-04"), []),
    ("apart after it was over: nothing",
     mother("2026-11-10", child("2026-11-10", ended="2027-11-10")), ("2027-02", "2027-10"), []),
    ("apart on the day before the last: not early",
     mother("2026-11-10", child("2026-11-10", ended="2027-11-09")), ("2027-02", "2027-10"), []),
    ("one twin is left", mother("2026-11-10", child("2026-11-10"),
                                child("2026-11-10", cause=DEATH, ended="2026-12-01")),
     ("2027-02", "2027-10"), []),
    ("the last of twins decides",
     mother("2026-11-10", child("2026-11-10", ended="2027-06-15"),
            child("2026-11-10", cause=DEATH, ended="2027-03-01")),
     ("2027-02", "2027-05"), []),
    ("an early end before the doubtful month",
     mother("2028-02-29", child("2028-02-29", ended="2028-11-15")), ("2028-05", "2028-10"), []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "found", "expected", "asked"), MOTHERS, ids=[row[0] for row in MOTHERS]
)
def test_the_mothers_months(
    what: str, found: Found, expected: tuple[str, str], asked: list[str]
) -> None:
    assert runs(found) == [expected]
    assert codes(found) == asked


OTHERS = [
    ("the father: from the birth", other(child("2026-11-10")), ("2026-11", "2027-10"), []),
    ("born on the 1st: the birthday's month is not", other(child("2026-11-01")),
     ("2026-11", "2027-10"), []),
    ("born on the last of a month", other(child("2026-11-30")), ("2026-11", "2027-10"), []),
    ("adopted later", other(child("2026-11-10", "2027-03-31"), Carer.ADOPTIVE),
     ("2027-03", "2027-10"), []),
    ("in custody for a special adoption",
     other(child("2026-11-10", "2027-04-01"), Carer.SPECIAL_ADOPTION), ("2027-04", "2027-10"), []),
    ("entrusted to an adoption foster parent",
     other(child("2026-11-10", "2027-10-31"), Carer.ADOPTION_FOSTER), ("2027-10", "2027-10"), []),
    ("entrusted to a foster parent", other(child("2026-11-10", "2027-01-05"), Carer.FOSTER),
     ("2027-01", "2027-10"), []),
    ("the transition", other(child("2025-12-15")), ("2026-10", "2026-11"), []),
    ("born on 29 February", other(child("2028-02-29")), ("2028-02", "2029-02"),
     ["child-care-edge-end"]),
    ("born on 29 February, over early", other(child("2028-02-29", ended="2028-12-31")),
     ("2028-02", "2028-12"), []),
    ("apart on the last of a month: that month still",
     other(child("2026-11-10", ended="2027-03-31")), ("2026-11", "2027-03"), []),
    ("apart the day before: the month before",
     other(child("2026-11-10", ended="2027-03-30")), ("2026-11", "2027-02"), []),
    ("adoption dissolved", other(child("2026-11-10", "2027-01-05", EndCause.DISSOLVED,
                                       "2027-06-15"), Carer.ADOPTIVE), ("2027-01", "2027-05"), []),
    ("the case closed", other(child("2026-11-10", "2027-01-05", EndCause.CASE_CLOSED,
                                    "2027-06-15"), Carer.SPECIAL_ADOPTION),
     ("2027-01", "2027-05"), []),
    ("dead on the day on which it is one", other(child("2026-11-10", cause=DEATH,
                                                       ended="2027-11-09")),
     ("2026-11", "2027-10"), []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "found", "expected", "asked"), OTHERS, ids=[row[0] for row in OTHERS]
)
def test_everybody_elses_months(
    what: str, found: Found, expected: tuple[str, str], asked: list[str]
) -> None:
    assert runs(found) == [expected]
    assert codes(found) == asked


NONE = [
    ("over before October 2026", other(child("2025-10-20")), "child-care-before-the-law"),
    ("begun after the first birthday", other(child("2026-11-10", "2027-11-10"), Carer.ADOPTIVE),
     "child-care-too-old"),
    ("begun and ended within a month", other(child("2026-11-10", "2027-01-05", DEATH, "2027-01-30"),
                                             Carer.ADOPTIVE), "child-care-no-month"),
    ("dead while the maternity months ran",
     mother("2026-11-10", child("2026-11-10", cause=DEATH, ended="2026-12-20")),
     "child-care-no-month"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "found", "why"), NONE, ids=[row[0] for row in NONE])
def test_no_month_has_its_reason(what: str, found: Found, why: str) -> None:
    assert (runs(found), codes(found)) == ([], [])
    assert [reason.code for reason in found.without] == [why]


ASKED = [
    ("expected day", child_care_of_mother(u("令和8年11月頃"), [child("2026-11-10")], CARE),
     "child-care-day-unknown"),
    ("birth", other(child("令和8年11月頃", "2026-11-10")), "child-care-day-unknown"),
    ("begin", other(child("2026-11-10", "令和8年11月頃")), "child-care-day-unknown"),
    ("end", other(child("2026-11-10", ended="令和9年春")), "child-care-day-unknown"),
    ("end of the mother's", mother("2026-11-10", child("2026-11-10", ended="令和9年春")),
     "child-care-day-unknown"),
    ("raised before it was born", other(child("2026-11-10", "2026-11-09")),
     "child-care-contradictory"),
    ("ended before it began", other(child("2026-11-10", "2027-01-05", APART, "2027-01-04")),
     "child-care-contradictory"),
    ("dissolved, of one's own child", other(child("2026-11-10", cause=EndCause.DISSOLVED,
                                                  ended="2027-06-15")), "child-care-other-cause"),
    ("case closed, of a mother", mother("2026-11-10", child("2026-11-10",
                                                            cause=EndCause.CASE_CLOSED,
                                                            ended="2027-06-15")),
     "child-care-other-cause"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "found", "asked"), ASKED, ids=[row[0] for row in ASKED])
def test_what_is_not_known_or_cannot_be_is_asked_for(what: str, found: Found, asked: str) -> None:
    assert runs(found) == []
    assert codes(found) == [asked]


def test_a_mother_who_raises_nobody_has_none() -> None:
    assert child_care_of_mother(u("2026-11-10"), (), CARE) == Found()


def test_the_mother_is_not_for_para_2() -> None:
    with pytest.raises(ValueError, match=r"para\. 1"):
        other(child("2026-11-10"), Carer.MOTHER)


def test_a_twin_that_is_left_is_noted_as_our_reading() -> None:
    found = mother(
        "2026-11-10",
        child("2026-11-10"),
        child("2026-11-10", cause=DEATH, ended="2026-12-01"),
    )
    (note,) = found.spells[0].notes
    assert note.code == "child-care-one-of-several"
    assert note.certainty.needs_check


def test_the_reasons_name_the_days() -> None:
    (spell,) = mother("2026-11-10", child("2026-11-10", cause=DEATH, ended="2027-05-31")).spells
    assert spell.began.sentence == (
        "出産予定日（届出前の出産は出産日。令和8年11月10日）から起算して3月を経過した日が令和9年2月10日、12月を経過した日が"
        "令和9年11月10日のため、令和9年2月分から令和9年10月分まで育児免除。"
    )
    assert spell.ended is not None
    assert spell.ended.sentence == (
        "令和9年5月31日に子の死亡のため、翌日（令和9年6月1日）の属する月の前月の令和9年5月分まで育児免除。"
    )


def _run_out(day: date, months: int) -> date:
    """民法143条 by walking: the day after the period, day by day to its last month."""
    target = Month.of(day) + months
    walked = day
    while Month.of(walked) != target or walked.day != day.day:
        walked += timedelta(days=1)
        if Month.of(walked) > target:
            return walked
    return walked


_BIRTHS = st.dates(date(2025, 8, 1), date(2032, 12, 31))


@given(_BIRTHS, st.integers(1, 12))
def test_periods_run_out_as_the_civil_code_counts(day: date, months: int) -> None:
    assert passed(day, months) == _run_out(day, months)


@given(_BIRTHS, st.one_of(st.none(), st.integers(0, 400)))
def test_the_mothers_months_asked_of_each_months_last_day(due: date, ended: int | None) -> None:
    """A month is exempt if on its last day three months have passed, twelve have not, and the child
    was raised to the end of the day."""
    end = None if ended is None else due + timedelta(days=ended)
    day = UncertainDate.exact(due)
    one = Child(day, day, None if end is None else End(APART, UncertainDate.exact(end)))
    found = child_care_of_mother(day, [one], CARE).months(Month(2035, 1))
    for offset in range(16):
        last = (Month.of(due) + offset).last_day
        exempt = (
            _run_out(due, 3) <= last < _run_out(due, 12)
            and (end is None or end >= last)
            and last >= date(2026, 10, 1)
        )
        assert (Month.of(last) in found) is exempt, last


@given(_BIRTHS, st.integers(0, 500), st.one_of(st.none(), st.integers(0, 400)))
def test_everybody_elses_months_asked_of_each_months_last_day(
    born: date, waited: int, ended: int | None
) -> None:
    since = born + timedelta(days=waited)
    end = None if ended is None else since + timedelta(days=ended)
    one = Child(
        UncertainDate.exact(born),
        UncertainDate.exact(since),
        None if end is None else End(APART, UncertainDate.exact(end)),
    )
    found = other(one, Carer.ADOPTIVE).months(Month(2035, 1))
    one_year = (born.month, born.day) if (born.month, born.day) != (2, 29) else (3, 1)
    birthday = date(born.year + 1, *one_year)
    for offset in range(32):
        last = (Month.of(born) + offset).last_day
        exempt = since <= last < birthday and (end is None or end >= last)
        exempt = exempt and last >= date(2026, 10, 1)
        assert (Month.of(last) in found) is exempt, last
    assert len(found) <= 13
