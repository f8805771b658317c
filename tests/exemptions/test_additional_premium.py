"""The additional premium: from which month to which (法87条の2)."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.events import InsuredCategory, QualificationPeriod
from contracts.months import Month
from services.exemptions.domain.additional_premium import (
    Cause,
    Period,
    earliest_stop,
    periods,
    start_month,
)
from services.exemptions.domain.facts import Insured, Notified, PersonFacts
from services.exemptions.domain.months import in_category_1
from tests.exemptions.people import end, period, person, start

ALWAYS = period(1, "2010-04-01")


def months(found: tuple[Period, ...]) -> list[tuple[str, str | None]]:
    return [(str(p.from_month), str(p.until) if p.until else None) for p in found]


@pytest.mark.parametrize(
    ("notified_on", "from_month"),
    [
        ("2026-05-31", "2026-05"),  # vectors.json fuka-04
        ("2026-06-01", "2026-06"),
        ("2027-01-01", "2027-01"),
        ("2028-02-29", "2028-02"),
    ],
)
def test_it_begins_with_the_month_of_the_notice(notified_on: str, from_month: str) -> None:
    assert str(start_month(date.fromisoformat(notified_on))) == from_month


@pytest.mark.parametrize(
    ("notified_on", "earliest"),
    [("2026-05-31", "2026-04"), ("2026-06-01", "2026-05"), ("2027-01-01", "2026-12")],
)
def test_it_can_end_with_the_month_before_the_notice(notified_on: str, earliest: str) -> None:
    assert str(earliest_stop(date.fromisoformat(notified_on))) == earliest


TABLE = [
    ("nobody notified anything", person(ALWAYS), [], []),
    ("it goes on", person(ALWAYS), [start("2026-05-31")], [("2026-05", None)]),
    (
        "stopped: the month before the notice is the first without",
        person(ALWAYS),
        [start("2026-05-31"), end("2026-10-02")],
        [("2026-05", "2026-09")],
    ),
    (
        "stopped from a later month",
        person(ALWAYS),
        [start("2026-05-31"), end("2026-10-02", "2027-01")],
        [("2026-05", "2027-01")],
    ),
    (
        "a month before the earliest is not reached",
        person(ALWAYS),
        [start("2026-05-31"), end("2026-10-02", "2026-07")],
        [("2026-05", "2026-09")],
    ),
    (
        "begun and stopped in the same month: no month",
        person(ALWAYS),
        [start("2026-10-01"), end("2026-10-20")],
        [("2026-10", "2026-10")],
    ),
    (
        "begun and stopped on the same day",
        person(ALWAYS),
        [start("2026-10-01"), end("2026-10-01")],
        [("2026-10", "2026-10")],
    ),
    (
        "stopped in the month after: no month either",
        person(ALWAYS),
        [start("2026-10-31"), end("2026-11-01")],
        [("2026-10", "2026-10")],
    ),
    (
        "stopped and begun again",
        person(ALWAYS),
        [start("2026-05-31"), end("2026-10-02"), start("2026-10-20")],
        [("2026-05", "2026-09"), ("2026-10", None)],
    ),
    (
        "begun again before the later end that was asked for: it simply goes on to that end",
        person(ALWAYS),
        [start("2026-05-31"), end("2026-10-02", "2026-12"), start("2026-11-20")],
        [("2026-05", "2026-12")],
    ),
    (
        "a second notice to pay changes nothing",
        person(ALWAYS),
        [start("2026-05-31"), start("2026-08-01")],
        [("2026-05", None)],
    ),
    ("a notice to stop what was never begun", person(ALWAYS), [end("2026-08-01")], []),
    (
        "category 1 lost: the month of the loss is the first without",
        person(period(1, "2010-04-01", "2026-10-20")),
        [start("2026-05-31")],
        [("2026-05", "2026-10")],
    ),
    (
        "lost on the first of a month",
        person(period(1, "2010-04-01", "2026-10-01")),
        [start("2026-05-31")],
        [("2026-05", "2026-10")],
    ),
    (
        "employed: category 2 from the day of the loss, and category 1 again later",
        person(
            period(1, "2010-04-01", "2026-10-20"),
            period(2, "2026-10-20", "2027-02-01"),
            period(1, "2027-02-01"),
        ),
        [start("2026-05-31")],
        [("2026-05", "2026-10")],
    ),
    (
        "and a new notice then",
        person(
            period(1, "2010-04-01", "2026-10-20"),
            period(2, "2026-10-20", "2027-02-01"),
            period(1, "2027-02-01"),
        ),
        [start("2026-05-31"), start("2027-02-15")],
        [("2026-05", "2026-10"), ("2027-02", None)],
    ),
    (
        "employed and back within a month, with a new notice in it",
        person(
            period(1, "2010-04-01", "2026-10-05"),
            period(2, "2026-10-05", "2026-10-20"),
            period(1, "2026-10-20"),
        ),
        [start("2026-05-31"), start("2026-10-25")],
        [("2026-05", "2026-10"), ("2026-10", None)],
    ),
    (
        "acquired and lost within a month: that month counts (art. 11(2))",
        person(period(1, "2026-10-05", "2026-10-20")),
        [start("2026-10-10")],
        [("2026-10", "2026-11")],
    ),
    (
        "unless something was acquired in it again",
        person(period(1, "2026-10-05", "2026-10-20"), period(2, "2026-10-20")),
        [start("2026-10-10")],
        [("2026-10", "2026-10")],
    ),
    (
        "two periods of category 1 that meet are one",
        person(period(1, "2010-04-01", "2026-10-20"), period(1, "2026-10-20")),
        [start("2026-05-31")],
        [("2026-05", None)],
    ),
    (
        "died on the last of a month: that month still counts (art. 9(i))",
        person(ALWAYS, died="2026-10-31"),
        [start("2026-05-31")],
        [("2026-05", "2026-11")],
    ),
    (
        "died on another day",
        person(ALWAYS, died="2026-10-30"),
        [start("2026-05-31")],
        [("2026-05", "2026-10")],
    ),
    (
        "the timeline knows of the death too",
        person(period(1, "2010-04-01", "2026-10-31"), died="2026-10-30"),
        [start("2026-05-31")],
        [("2026-05", "2026-10")],
    ),
    (
        "died, nobody knows on which day: not computed, see the examination",
        person(ALWAYS, died="令和8年10月 日不詳"),
        [start("2026-05-31")],
        [("2026-05", None)],
    ),
    (
        "died on the last day of the calendar: no day after it to lose insurance on",
        person(ALWAYS, died="9999-12-31"),
        [start("2026-05-31")],
        [("2026-05", None)],
    ),
    (
        "the timeline was corrected: not category 1 on the day of the notice",
        person(period(1, "2026-07-01")),
        [start("2026-05-31")],
        [("2026-05", "2026-05")],
    ),
    (
        "voluntarily insured: no timeline of theirs is held",
        person(period(1, "2010-04-01", "2020-01-01")),
        [start("2026-05-31", Insured.VOLUNTARY)],
        [("2026-05", None)],
    ),
    (
        "no timeline has come yet",
        PersonFacts(residence=()),
        [start("2026-05-31")],
        [("2026-05", None)],
    ),
]


@pytest.mark.parametrize(
    ("facts", "notices", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_periods(
    facts: PersonFacts, notices: list[Notified], expected: list[tuple[str, str | None]]
) -> None:
    assert months(periods(notices, facts)) == expected


def test_each_end_says_why() -> None:
    [stopped] = periods([start("2026-05-31"), end("2026-10-02")], person(ALWAYS))
    assert stopped.began.cause is Cause.NOTICE_TO_PAY
    assert stopped.began.article == "国民年金法87条の2第1項"
    assert stopped.began.notice_id == start("2026-05-31").notice_id
    assert stopped.ended is not None
    assert (stopped.ended.cause, stopped.ended.on) == (Cause.NOTICE_TO_STOP, date(2026, 10, 2))
    assert stopped.ended.article == "国民年金法87条の2第3項"

    [lost] = periods([start("2026-05-31")], person(period(1, "2010-04-01", "2026-10-20")))
    assert lost.ended is not None
    assert (lost.ended.cause, lost.ended.on) == (Cause.LOSS_OF_CATEGORY_1, date(2026, 10, 20))

    both = person(period(1, "2010-04-01", "2026-10-31"), died="2026-10-30")
    [dead] = periods([start("2026-05-31")], both)
    assert dead.ended is not None
    assert (dead.ended.cause, dead.ended.on) == (Cause.DEATH, date(2026, 10, 31))


def test_what_stops_first_counts() -> None:
    facts = person(period(1, "2010-04-01", "2026-12-20"))
    [earlier] = periods([start("2026-05-31"), end("2026-10-02")], facts)
    assert (str(earlier.until), earlier.ended and earlier.ended.cause) == (
        "2026-09",
        Cause.NOTICE_TO_STOP,
    )
    [later] = periods([start("2026-05-31"), end("2026-10-02", "2027-03")], facts)
    assert (str(later.until), later.ended and later.ended.cause) == (
        "2026-12",
        Cause.LOSS_OF_CATEGORY_1,
    )


days = st.dates(date(2024, 1, 1), date(2028, 12, 31))
notices_made = st.lists(
    st.one_of(
        st.builds(lambda day: start(day.isoformat()), days),
        st.builds(
            lambda day, later: end(day.isoformat(), str(Month.of(day) + later) if later else None),
            days,
            st.none() | st.integers(-3, 15),
        ),
    ),
    max_size=8,
)


@st.composite
def timelines(draw: st.DrawFn) -> tuple[QualificationPeriod, ...]:
    """Periods that follow each other, with or without gaps, the last perhaps open."""
    bounds = sorted(draw(st.lists(days, unique=True, max_size=8)))
    drawn = []
    for began, ended in zip(bounds[::2], [*bounds[1::2], None], strict=False):
        drawn.append(
            QualificationPeriod(
                category=draw(st.sampled_from(InsuredCategory)),
                acquired_on=began,
                acquisition_reason="age-20",
                lost_on=ended,
            )
        )
    return tuple(drawn)


facts_known = st.builds(
    lambda periods, died: person(*periods, died=died.isoformat() if died else None),
    timelines(),
    st.none() | days,
)


@given(notices=notices_made, facts=facts_known)
def test_no_two_periods_share_a_month_and_all_are_in_order(
    notices: list[Notified], facts: PersonFacts
) -> None:
    found = periods(notices, facts)
    for one in found:
        assert one.until is None or one.from_month <= one.until
        assert (one.until is None) == (one.ended is None)
    for one, other in pairwise(found):
        assert one.until is not None
        assert one.until <= other.from_month


@given(notices=notices_made, facts=facts_known)
def test_no_month_has_it_before_its_notice_or_outside_category_1(
    notices: list[Notified], facts: PersonFacts
) -> None:
    assert facts.periods is not None
    notified = {Month.of(notice.notified_on) for notice in notices}
    for found in periods(notices, facts):
        assert found.from_month in notified
        month = found.from_month
        last = found.until - 1 if found.until else Month(2029, 12)
        while month <= last:
            days_in_month = ((month + 1).first_day - month.first_day).days
            insured = [
                month.first_day + timedelta(days=n)
                for n in range(days_in_month)
                if in_category_1(facts.periods, month.first_day + timedelta(days=n))
            ]
            assert insured
            month = month + 1


@given(notices=notices_made, facts=facts_known)
def test_the_order_in_which_notices_arrive_does_not_matter(
    notices: list[Notified], facts: PersonFacts
) -> None:
    in_order = sorted(notices, key=lambda notice: notice.notified_on)
    different_days = len({notice.notified_on for notice in notices}) == len(notices)
    if different_days:
        assert periods(reversed(in_order), facts) == periods(in_order, facts)


@given(notices=notices_made, facts=facts_known)
def test_a_notice_to_stop_never_adds_a_month(notices: list[Notified], facts: PersonFacts) -> None:
    starts = [notice for notice in notices if notice.change == "start"]
    covered = _covered(periods(notices, facts))
    assert len(covered) == len(set(covered))
    if len(starts) <= 1:
        assert set(covered) <= set(_covered(periods(starts, facts)))


def _covered(found: tuple[Period, ...]) -> list[Month]:
    every = [Month(2024, 1) + n for n in range(72)]
    return [month for one in found for month in every if one.covers(month)]
