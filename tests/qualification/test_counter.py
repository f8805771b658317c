"""The counter's cases: what happened, and what the timeline has to say."""

import pytest

from contracts.codes import ResidentKind
from tests.qualification.people import FIRST_LOAD, Became, Change, Left, Life, rows

CASES = [
    (
        "born here, reaches 20 the day before the birthday (法8条1号)",
        Life("2006-10-02").born_here(),
        "2026-10-01",
        ["1: 2026-10-01 age-20 →"],
    ),
    (
        "a day before that nothing has happened yet",
        Life("2006-10-02").born_here(),
        "2026-09-30",
        [],
    ),
    (
        "moves in from abroad at 30: acquires on the day of the move (法8条2号)",
        Life("1996-05-05").moves_in_from_abroad("2026-10-10"),
        "2026-10-10",
        ["1: 2026-10-10 moved-in-from-abroad →"],
    ),
    (
        "moves in from abroad at 19, reaches 20 here",
        Life("2007-01-15").moves_in_from_abroad("2026-10-10"),
        "2027-01-14",
        ["1: 2027-01-14 age-20 →"],
    ),
    (
        "moves in from abroad on the very day of reaching 20: the first item gives the reason",
        Life("2006-10-11").moves_in_from_abroad("2026-10-10"),
        "2026-10-10",
        ["1: 2026-10-10 age-20 →"],
    ),
    (
        "moves in from abroad at 61: not insured",
        Life("1965-05-05").moves_in_from_abroad("2026-10-10"),
        "2026-12-01",
        [],
    ),
    (
        "dies: loses the day after (法9条1号)",
        Life("1996-05-05").moves_in_from_abroad("2026-10-10").dies("2026-11-30"),
        "2026-12-01",
        ["1: 2026-10-10 moved-in-from-abroad → 2026-12-01 death"],
    ),
    (
        "on the day of death still insured",
        Life("1996-05-05").moves_in_from_abroad("2026-10-10").dies("2026-11-30"),
        "2026-11-30",
        ["1: 2026-10-10 moved-in-from-abroad →"],
    ),
    (
        "moves abroad: loses the day after (法9条2号)",
        Life("1996-05-05").moves_in_from_abroad("2026-10-10").moves_abroad("2026-11-15"),
        "2026-12-01",
        ["1: 2026-10-10 moved-in-from-abroad → 2026-11-16 moved-abroad"],
    ),
    (
        "moves abroad and enters category 2 the same day: that day (法9条2号括弧)",
        Life("1996-05-05")
        .moves_in_from_abroad("2026-04-10")
        .moves_abroad("2026-05-20")
        .was_insured_elsewhere("2026-05-20", None, settled="2026-06-01"),
        "2026-06-01",
        [
            "1: 2026-04-10 moved-in-from-abroad → 2026-05-20 stated-category",
            "2: 2026-05-20 stated-category →",
        ],
    ),
    (
        "moves abroad and enters category 2 the day after: lost and acquired anew",
        Life("1996-05-05")
        .moves_in_from_abroad("2026-04-10")
        .moves_abroad("2026-05-20")
        .was_insured_elsewhere("2026-05-21", None, settled="2026-06-01"),
        "2026-06-01",
        [
            "1: 2026-04-10 moved-in-from-abroad → 2026-05-21 moved-abroad",
            "2: 2026-05-21 stated-category →",
        ],
    ),
    (
        "moves abroad on the day of reaching 60: that day (法9条2号括弧・3号)",
        Life("1966-10-02").moves_in_from_abroad("2026-04-10").moves_abroad("2026-10-01"),
        "2026-10-02",
        ["1: 2026-04-10 moved-in-from-abroad → 2026-10-01 age-60"],
    ),
    (
        "moves abroad and is back the day after: two qualifications",
        Life("1996-05-05")
        .moves_in_from_abroad("2026-04-10")
        .moves_abroad("2026-05-20")
        .moves_in_from_abroad("2026-05-21"),
        "2026-06-01",
        [
            "1: 2026-04-10 moved-in-from-abroad → 2026-05-21 moved-abroad",
            "1: 2026-05-21 moved-in-from-abroad →",
        ],
    ),
    (
        "reaches 60: loses on that very day (法9条3号)",
        Life("1966-10-01").moves_in_from_abroad("2026-04-10"),
        "2026-09-30",
        ["1: 2026-04-10 moved-in-from-abroad → 2026-09-30 age-60"],
    ),
    (
        "reaches 60 while in category 2: no loss (法9条3号括弧)",
        Life("1966-10-02")
        .moves_in_from_abroad("2026-04-10")
        .was_insured_elsewhere("2026-10-01", None, settled="2026-11-01"),
        "2026-11-01",
        [
            "1: 2026-04-10 moved-in-from-abroad → 2026-10-01 stated-category",
            "2: 2026-10-01 stated-category →",
        ],
    ),
    (
        "leaves work at 45, was in the first load: category 1 from the day after",
        Life("1981-03-03")
        .loaded(FIRST_LOAD, since="2010-04-01")
        .leaves_work("2026-10-31", settled="2026-11-05"),
        "2026-11-05",
        [
            "?: 2001-03-02 not-in-our-records → 2026-11-01 changed-to-category-1",
            "1: 2026-11-01 changed-to-category-1 →",
        ],
    ),
    (
        "leaves work, the certificate shows since when",
        Life("1981-03-03")
        .loaded(FIRST_LOAD, since="2010-04-01")
        .leaves_work("2026-10-31", since="2015-04-01", settled="2026-11-05"),
        "2026-11-05",
        [
            "?: 2001-03-02 not-in-our-records → 2015-04-01 stated-category",
            "2: 2015-04-01 stated-category → 2026-11-01 changed-to-category-1",
            "1: 2026-11-01 changed-to-category-1 →",
        ],
    ),
    (
        "a late notice about a time before the first load is dated by fact",
        Life("1981-03-03")
        .loaded(FIRST_LOAD, since="2010-04-01")
        .leaves_work("2026-03-31", settled="2026-11-05"),
        "2026-11-05",
        [
            "?: 2001-03-02 not-in-our-records → 2026-04-01 changed-to-category-1",
            "1: 2026-04-01 changed-to-category-1 →",
        ],
    ),
    (
        "left work elsewhere in Japan, moved here, notifies here (令2条: 住所地)",
        Life("1981-03-03").moves_in("2026-11-01").leaves_work("2026-09-30", settled="2026-11-05"),
        "2026-11-05",
        [
            "?: 2001-03-02 moved-in-within-japan → 2026-10-01 changed-to-category-1",
            "1: 2026-10-01 changed-to-category-1 →",
        ],
    ),
    (
        "left work while living abroad, moved here: acquires with the move, not with the notice",
        Life("1981-03-03")
        .moves_in_from_abroad("2026-11-01")
        .leaves_work("2026-09-30", settled="2026-11-05"),
        "2026-11-05",
        ["1: 2026-11-01 moved-in-from-abroad →"],
    ),
    (
        "a presumption from 20 falls when a notice tells of category 2 of unknown beginning",
        Life("2006-10-02").born_here().leaves_work("2027-03-31", settled="2027-04-05"),
        "2027-04-05",
        [
            "?: 2026-10-01 category-2-start-unknown → 2027-04-01 changed-to-category-1",
            "1: 2027-04-01 changed-to-category-1 →",
        ],
    ),
    (
        "worked since 18: no acquisition at 20, category 1 only after leaving",
        Life("2006-10-02")
        .born_here()
        .leaves_work("2027-03-31", since="2025-04-01", settled="2027-04-05"),
        "2027-04-05",
        [
            "2: 2025-04-01 stated-category → 2027-04-01 changed-to-category-1",
            "1: 2027-04-01 changed-to-category-1 →",
        ],
    ),
    (
        "what an earlier notice established stands, though its end is not known",
        Life("1981-03-03")
        .loaded(FIRST_LOAD, since="2010-04-01")
        .leaves_work("2026-10-31", settled="2026-11-05", name="first")
        .leaves_work("2027-06-30", settled="2027-07-05", name="second"),
        "2027-07-05",
        [
            "?: 2001-03-02 not-in-our-records → 2026-11-01 changed-to-category-1",
            "1: 2026-11-01 changed-to-category-1 → 2027-07-01 category-2-start-unknown",
            "1: 2027-07-01 changed-to-category-1 →",
        ],
    ),
    (
        "leaves work on the last day of 59: 60 is reached that day, no category 1",
        Life("1966-11-01")
        .loaded(FIRST_LOAD, since="2010-04-01")
        .leaves_work("2026-10-30", settled="2026-11-05"),
        "2026-11-05",
        ["?: 1986-10-31 not-in-our-records → 2026-10-31 age-60"],
    ),
    (
        "in the first load at 30: unknown, and nothing is concluded from it",
        Life("1996-05-05").loaded(FIRST_LOAD, since="2015-04-01"),
        "2026-10-01",
        ["?: 2016-05-04 not-in-our-records →"],
    ),
    (
        "in the first load at 30, dies: if insured the loss would be for JPS's records to tell",
        Life("1996-05-05").loaded(FIRST_LOAD, since="2015-04-01").dies("2026-10-20"),
        "2026-11-01",
        ["?: 2016-05-04 not-in-our-records → 2026-10-21 death"],
    ),
    (
        "in the first load at 19: 20 is reached under our eyes",
        Life("2006-10-02").loaded(FIRST_LOAD, since="2006-10-02", came=Became.BIRTH),
        "2026-10-01",
        ["1: 2026-10-01 age-20 →"],
    ),
    (
        "in the first load one day after reaching 20: not ours to conclude",
        Life("2006-10-01").loaded(FIRST_LOAD, since="2006-10-01", came=Became.BIRTH),
        "2026-10-01",
        ["?: 2026-09-30 not-in-our-records →"],
    ),
    (
        "in the first load at 75: nothing to say",
        Life("1951-05-05").loaded(FIRST_LOAD, since="1990-04-01"),
        "2026-10-01",
        ["?: 1971-05-04 not-in-our-records → 2011-05-04 age-60"],
    ),
    (
        "in the first load at 90: older than our parameters, nothing to say",
        Life("1936-05-05").loaded(FIRST_LOAD, since="1990-04-01"),
        "2026-10-01",
        [],
    ),
    (
        "in the first load at 130 (never removed): no error",
        Life("1896-05-05").loaded(FIRST_LOAD, since="1990-04-01"),
        "2026-10-01",
        [],
    ),
    (
        "moves out within Japan: no loss, the other city answers from that day (令2条)",
        Life("1996-05-05").moves_in_from_abroad("2026-10-10").moves_out("2026-11-15"),
        "2026-12-01",
        ["1: 2026-10-10 moved-in-from-abroad → 2026-11-15 moved-out-of-city"],
    ),
    (
        "reaches 60 after moving out: the other city's",
        Life("1966-12-01").moves_in_from_abroad("2026-10-10").moves_out("2026-11-15"),
        "2026-12-01",
        ["1: 2026-10-10 moved-in-from-abroad → 2026-11-15 moved-out-of-city"],
    ),
    (
        "moves out and back: what happened elsewhere is unknown",
        Life("1996-05-05")
        .moves_in_from_abroad("2026-10-10")
        .moves_out("2026-11-15")
        .moves_in("2027-04-01"),
        "2027-04-01",
        [
            "1: 2026-10-10 moved-in-from-abroad → 2026-11-15 moved-out-of-city",
            "?: 2026-11-15 moved-in-within-japan →",
        ],
    ),
    (
        "moves in within Japan at 19: reaches 20 here",
        Life("2007-01-15").moves_in("2026-10-10"),
        "2027-01-14",
        ["1: 2027-01-14 age-20 →"],
    ),
    (
        "a foreign student: covered like anybody",
        Life("2006-10-02", kind=ResidentKind.FOREIGN, status="留学").moves_in_from_abroad(
            "2026-04-01"
        ),
        "2026-10-01",
        ["1: 2026-10-01 age-20 →"],
    ),
    (
        "a stay for medical treatment: not covered (規則1条の2)",
        Life("1996-05-05", kind=ResidentKind.FOREIGN, status="特定活動25号").moves_in_from_abroad(
            "2026-04-01"
        ),
        "2026-10-01",
        [],
    ),
    (
        "is granted another status: acquires on that day (法8条3号)",
        Life("1996-05-05", kind=ResidentKind.FOREIGN, status="特定活動25号")
        .moves_in_from_abroad("2026-04-01")
        .has_status("永住者", "2026-09-10"),
        "2026-10-01",
        ["1: 2026-09-10 no-longer-excluded →"],
    ),
    (
        "becomes excluded: loses the day after (法9条4号)",
        Life("1996-05-05", kind=ResidentKind.FOREIGN, status="留学")
        .moves_in_from_abroad("2026-04-01")
        .has_status("特定活動40号", "2026-09-10"),
        "2026-10-01",
        ["1: 2026-04-01 moved-in-from-abroad → 2026-09-11 became-excluded"],
    ),
    (
        "the status changed on some day before a move: no day, no conclusion",
        Life("1996-05-05", kind=ResidentKind.FOREIGN, status="特定活動25号")
        .moves_in_from_abroad("2026-04-01")
        .has_status("永住者", "2026-09-10", Change.ADDRESS_CHANGE),
        "2026-10-01",
        ["?: 2026-09-10 residence-status-day-uncertain →"],
    ),
    (
        "naturalised: the record is renewed, the qualification goes on",
        Life("1996-05-05", kind=ResidentKind.FOREIGN, status="永住者")
        .moves_in_from_abroad("2026-04-01")
        .is_removed("2026-09-10", Left.NATURALISATION)
        .enters_ex_officio("2026-09-12", Became.NATURALISATION),
        "2026-10-01",
        ["1: 2026-04-01 moved-in-from-abroad →"],
    ),
    (
        "the birth date is corrected: the age is reached on the right day",
        Life("2006-10-02").born_here().is_corrected("2026-11-01", birth="2006-10-12"),
        "2026-11-01",
        ["1: 2026-10-11 age-20 →"],
    ),
]


@pytest.mark.parametrize(
    ("life", "day", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_what_the_timeline_says(life: Life, day: str, expected: list[str]) -> None:
    assert rows(life.on(day)) == expected
