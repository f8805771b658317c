"""Whose facts call for a notice that has not come: the field's cases, and what always holds."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.codes import ResidentKind
from contracts.events import FactOutcome
from contracts.law import NoValue
from services.qualification.domain.missing import (
    NEAR,
    Came,
    asks_since,
    entry_id,
    next_shown,
    planned,
    shown,
)
from services.qualification.domain.missing_work import Change, Held, Step, changes, next_step
from services.qualification.domain.timeline import plan
from tests.qualification.house import HANAKO
from tests.qualification.people import LAW, Life, d, notice_id

SHAKAI = "社保離脱"


def calls(life: Life, day: str) -> list[str]:
    """What is on the list on a day: kind, day of the fact, the notice that is due."""
    found = shown(planned(life.facts, plan(life.facts, LAW), LAW), d(day))
    return [f"{call.kind} {call.day} {call.notices[0]}" for call in found]


def at_45() -> Life:
    return Life("1981-03-03").loaded("2026-10-01", since="2010-04-01")


def newcomer(*, note: bool | None = None) -> Life:
    return Life("1996-05-05").moves_in_from_abroad("2026-10-10", note=note)


def foreigner() -> Life:
    life = Life("1996-05-05", kind=ResidentKind.FOREIGN, status="A01")
    return life.moves_in_from_abroad("2026-04-10", note=True)


CASES: list[tuple[str, Life, str, list[str]]] = [
    (
        "moves in from abroad, and the register does not tell of a note: to be looked at",
        newcomer(),
        "2026-10-10",
        ["came_from_abroad 2026-10-10 acquisition"],
    ),
    (
        "moves in from abroad without the note",
        newcomer(note=False),
        "2026-10-10",
        ["came_from_abroad 2026-10-10 acquisition"],
    ),
    (
        "moves in with the note: that is the notice (法12条3項)",
        newcomer(note=True),
        "2026-12-01",
        [],
    ),
    ("not before the day of the move", newcomer(note=False), "2026-10-09", []),
    (
        "moves in at 61: not insured, nothing to notify",
        Life("1965-05-05").moves_in_from_abroad("2026-10-10", note=False),
        "2026-12-01",
        [],
    ),
    (
        "moves in from abroad and on to another city: the notice goes there (令2条)",
        newcomer(note=False).moves_out("2026-11-01"),
        "2026-12-01",
        [],
    ),
    (
        "moves in from abroad and dies",
        newcomer(note=False).dies("2026-11-01"),
        "2026-12-01",
        [],
    ),
    (
        "turned 20 and JPS has told nothing in 90 days",
        Life("2006-10-02").born_here(),
        "2026-12-30",
        ["turned_20 2026-10-01 acquisition"],
    ),
    ("turned 20 a day less ago", Life("2006-10-02").born_here(), "2026-12-29", []),
    (
        "turned 20, and a basic pension number is known: JPS has seen it",
        Life("2006-10-02").born_here().has_number("1234567890", settled="2026-11-20"),
        "2027-12-30",
        [],
    ),
    (
        "turned 20, and JPS tells of category 2 since then",
        Life("2006-10-02").born_here().jps_tells("2026-11-30", (2, "2026-10-01", None)),
        "2027-12-30",
        [],
    ),
    (
        "joined 国民健康保険 since employees' insurance ended, of a category not known",
        at_45().joined_health_insurance(("2026-11-01", SHAKAI), told="2026-11-20"),
        "2026-11-20",
        ["left_employment 2026-11-01 category_change_2_to_1"],
    ),
    (
        "joined for another reason",
        at_45().joined_health_insurance(("2026-11-01", "転入"), told="2026-11-20"),
        "2026-11-20",
        [],
    ),
    (
        "joined, without a reason told",
        at_45().joined_health_insurance(("2026-11-01", None), told="2026-11-20"),
        "2026-11-20",
        [],
    ),
    (
        "joined before our records: the system before looked after it",
        at_45().joined_health_insurance(("2026-09-30", SHAKAI), told="2026-11-20"),
        "2026-11-20",
        [],
    ),
    (
        "not known whose record it is",
        at_45().joined_health_insurance(told="2026-11-20", outcome=FactOutcome.UNSETTLED),
        "2026-11-20",
        [],
    ),
    (
        "a later answer takes it back",
        at_45()
        .joined_health_insurance(("2026-11-01", SHAKAI), told="2026-11-20")
        .joined_health_insurance(told="2026-12-20"),
        "2026-12-20",
        [],
    ),
    (
        "the notice was settled: established from that day",
        at_45()
        .joined_health_insurance(("2026-11-01", SHAKAI), told="2026-11-20")
        .leaves_work("2026-10-31", settled="2026-11-25"),
        "2026-12-01",
        [],
    ),
    (
        "somebody of whom nothing but 20 is known joins it: they were not of category 1",
        Life("2003-10-02")
        .born_here()
        .has_number("1234567890", settled="2023-11-20")
        .joined_health_insurance(("2026-11-01", SHAKAI), told="2026-11-20"),
        "2026-11-20",
        ["left_employment 2026-11-01 category_change_2_to_1"],
    ),
    (
        "joined at 62: no notice is due",
        Life("1964-03-03")
        .loaded("2026-10-01", since="2010-04-01")
        .joined_health_insurance(("2026-11-01", SHAKAI), told="2026-11-20"),
        "2026-11-20",
        [],
    ),
    (
        "JPS has them of category 2 on that day: 任意継続 or a mistake, JPS decides",
        at_45()
        .jps_tells("2026-11-15", (2, "2020-04-01", None))
        .joined_health_insurance(("2026-11-01", SHAKAI), told="2026-11-20"),
        "2026-11-20",
        [],
    ),
    (
        "JPS tells that category 3 ended: the change to category 1 is to be notified",
        at_45().jps_tells("2026-11-30", (3, "2015-04-01", "2026-11-10")),
        "2026-11-30",
        ["lost_category_3 2026-11-10 category_change_3_to_1"],
    ),
    (
        "JPS tells that category 2 ended",
        at_45().jps_tells("2026-11-30", (2, "2015-04-01", "2026-11-10")),
        "2026-11-30",
        ["left_employment 2026-11-10 category_change_2_to_1"],
    ),
    (
        "and its notice was settled on the day before",
        at_45()
        .leaves_work("2026-11-09", settled="2026-11-29", since="2015-04-01")
        .jps_tells("2026-11-28", (2, "2015-04-01", None)),
        "2026-11-30",
        [],
    ),
    (
        "JPS tells of an old-age benefit under 60 (法9条4号)",
        newcomer(note=True).gets_benefit("2026-11-05"),
        "2026-11-05",
        ["old_age_benefit 2026-11-05 loss"],
    ),
    (
        "a notice told of it",
        newcomer(note=True).gets_benefit("2026-11-05", notice=True),
        "2026-11-05",
        [],
    ),
    (
        "the period of stay ended 63 days ago, and nothing of a renewal",
        foreigner().has_status_until("2026-09-30", "2026-05-01"),
        "2026-12-02",
        ["residence_period 2026-09-30 loss"],
    ),
    (
        "a day less: a renewal may still be under way",
        foreigner().has_status_until("2026-09-30", "2026-05-01"),
        "2026-12-01",
        [],
    ),
    (
        "renewed",
        foreigner()
        .has_status_until("2026-09-30", "2026-05-01")
        .has_status_until("2029-09-30", "2026-11-15"),
        "2026-12-31",
        [],
    ),
]


@pytest.mark.parametrize(
    ("life", "day", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_who_is_on_the_list(life: Life, day: str, expected: list[str]) -> None:
    assert calls(life, day) == expected


ASKED = [
    ("of a category not known, since 20", at_45(), "2026-11-01", "2001-03-02"),
    ("presumed to be of category 1", newcomer(), "2026-11-01", "2026-10-10"),
    (
        "established in category 1 by a notice",
        at_45().leaves_work("2026-10-31", settled="2026-11-05"),
        "2026-11-05",
        None,
    ),
    ("at 61", Life("1965-05-05").loaded("2026-10-01", since="2010-04-01"), "2026-11-01", None),
    ("at 19", Life("2007-05-05").born_here(), "2025-11-01", None),
    ("moved away", at_45().moves_out("2026-10-20"), "2026-11-01", None),
    (
        "of category 2 per JPS: they may leave",
        at_45().jps_tells("2026-10-15", (2, "2020-04-01", None)),
        "2026-11-01",
        "2020-04-01",
    ),
]


@pytest.mark.parametrize(
    ("life", "day", "since"), [c[1:] for c in ASKED], ids=[c[0] for c in ASKED]
)
def test_of_whom_identity_is_asked(life: Life, day: str, since: str | None) -> None:
    found = asks_since(plan(life.facts, LAW), d(day))
    assert found == (d(since) if since else None)


def notice_came(day: str, kind: str = "category_change_2_to_1") -> Came:
    return Came(notice_id("came"), kind, d(day))


LEFT = at_45().joined_health_insurance(("2026-11-01", SHAKAI), told="2026-11-20")


def left() -> tuple[Any, ...]:
    return shown(planned(LEFT.facts, plan(LEFT.facts, LAW), LAW), d("2026-11-20"))


WORK = [
    ("nothing came", [], [], [Step.LISTED]),
    ("the notice was there first", [notice_came("2026-11-01")], [], []),
    ("a notice of another kind", [notice_came("2026-11-01", "name_change")], [], [Step.LISTED]),
    ("a notice of another fact", [notice_came("2026-09-01")], [], [Step.LISTED]),
    ("listed before", [], [True], []),
    ("it comes", [notice_came("2026-11-01")], [True], [Step.ENDED_BY_NOTICE]),
    ("it ended and the notice was withdrawn", [], [False], [Step.LISTED]),
    ("it ended by the notice and stays so", [notice_came("2026-11-01")], [False], []),
]


@pytest.mark.parametrize(
    ("came", "held", "expected"), [c[1:] for c in WORK], ids=[c[0] for c in WORK]
)
def test_what_follows_by_itself(came: list[Came], held: list[bool], expected: list[Step]) -> None:
    (call,) = left()
    entries = [Held(entry_id(HANAKO, call), is_open) for is_open in held]
    found = changes(HANAKO, [call], entries, came)
    assert [change.step for change in found] == expected
    assert all(change.entry_id == entry_id(HANAKO, call) for change in found)


def test_an_entry_whose_fact_is_gone_ends() -> None:
    (call,) = left()
    held = [Held(entry_id(HANAKO, call), True)]
    assert changes(HANAKO, [], held, []) == [Change(held[0].entry_id, Step.ENDED_BY_FACT)]
    assert changes(HANAKO, [], [Held(held[0].entry_id, False)], []) == []


NEXT = [
    # 2026-11-15 is due; the day after is a Monday.
    ("listed", "listed", "2026-11-01", "2026-11-15", ("reminded", "2026-11-16", True)),
    # The 14 days end on a Friday: reminded on Monday.
    ("on a weekend", "listed", "2026-11-01", "2026-11-20", ("reminded", "2026-11-24", True)),
    ("over the New Year", "listed", "2026-12-14", "2026-12-28", ("reminded", "2027-01-04", True)),
    ("without a day that is due", "listed", "2026-11-05", None, ("reminded", "2026-11-05", True)),
    ("a second time", "reminded", "2026-10-01", None, ("reminded_again", "2026-11-02", True)),
    ("then ex officio", "reminded_again", "2026-10-01", None, ("ex_officio", "2026-11-02", True)),
    ("beyond the calendar", "listed", "2028-01-01", "2028-01-15", ("reminded", "2028-01-16", None)),
]


@pytest.mark.parametrize(
    ("step", "on", "due", "expected"), [c[1:] for c in NEXT], ids=[c[0] for c in NEXT]
)
def test_what_is_to_be_done_next(
    step: str, on: str, due: str | None, expected: tuple[str, str, bool | None]
) -> None:
    found = next_step(Step(step), d(on), d(due) if due else None, LAW)
    assert found is not None
    assert (found.step.value, found.on.isoformat(), found.day_is_open) == expected


@pytest.mark.parametrize("step", ["ex_officio", "ended_by_notice", "ended_by_fact"])
def test_after_that_only_the_notice_is_waited_for(step: str) -> None:
    assert next_step(Step(step), d("2026-11-01"), None, LAW) is None


OPEN = [
    ("a working day", "2026-11-04", True),
    ("a holiday: 文化の日", "2026-11-03", False),
    ("a Saturday", "2026-11-07", False),
    ("a Sunday", "2026-11-08", False),
    ("the day between two holidays", "2026-09-22", False),
    ("in place of a Sunday", "2027-03-22", False),
    ("the last working day of the year", "2026-12-28", True),
    ("closed at the turn of the year", "2026-12-29", False),
    ("closed on 3 January", "2028-01-03", None),
    ("still in the year covered", "2027-12-31", False),
]


@pytest.mark.parametrize(("day", "is_open"), [c[1:] for c in OPEN], ids=[c[0] for c in OPEN])
def test_on_which_days_the_offices_are_open(day: str, is_open: bool | None) -> None:
    if is_open is None:
        with pytest.raises(NoValue):
            LAW.calendar.is_open(d(day))
    else:
        assert LAW.calendar.is_open(d(day)) is is_open


@given(st.dates(date(2025, 1, 1), date(2027, 12, 20)))
def test_the_next_open_day_is_open_and_nothing_between_is(day: date) -> None:
    found = LAW.calendar.next_open(day)
    assert LAW.calendar.is_open(found)
    between = (day + timedelta(days=i) for i in range((found - day).days))
    assert not any(LAW.calendar.is_open(each) for each in between)


@given(
    order=st.permutations(range(len(LEFT.facts))),
    day=st.dates(date(2026, 9, 1), date(2027, 12, 31)),
)
def test_the_list_does_not_depend_on_the_order_of_facts_and_only_grows_by_days(
    order: list[int], day: date
) -> None:
    facts = [LEFT.facts[i] for i in order]
    every = planned(facts, plan(facts, LAW), LAW)
    assert every == planned(LEFT.facts, plan(LEFT.facts, LAW), LAW)
    later = next_shown(every, day)
    assert set(shown(every, day)) <= set(every)
    if later is not None:
        assert len(shown(every, later)) > len(shown(every, day))
        assert shown(every, later - timedelta(days=1)) == shown(every, day)


def test_a_notice_is_about_a_fact_within_a_month() -> None:
    (call,) = left()
    near, far = call.day + NEAR, call.day + NEAR + timedelta(days=1)
    came = [Came(notice_id("near"), call.notices[0], near)]
    assert changes(HANAKO, [call], [], came) == []
    came = [Came(notice_id("far"), call.notices[0], far)]
    assert [change.step for change in changes(HANAKO, [call], [], came)] == [Step.LISTED]


def test_each_kind_says_which_article_and_how_certain() -> None:
    for _, life, day, expected in CASES:
        if expected:
            for call in shown(planned(life.facts, plan(life.facts, LAW), LAW), d(day)):
                assert "国民年金法" in call.reason.article
                assert call.reason.sentence
