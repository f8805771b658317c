"""The counter's cases: what happened, and what the timeline has to say."""

import pytest

from contracts.codes import ResidentKind
from contracts.events import InsuredCategory
from tests.qualification.people import Became, Change, Left, Life, d, happened, rows

FIRST_LOAD = "2026-10-01"

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


REVIEWS = [
    (
        "the birth date is known by the month only",
        Life("平成18年10月 日不詳").moves_in_from_abroad("2026-10-10"),
        ["birth-date-uncertain"],
        [],
    ),
    (
        "a birth on a day that no calendar has",
        Life("平成17年2月29日").moves_in_from_abroad("2026-10-10"),
        ["birth-date-uncertain"],
        [],
    ),
    (
        "a birth on a day of two eras is a certain day",
        Life("1926-12-25").moves_in_from_abroad("2026-10-10"),
        [],
        [],
    ),
    (
        "born after the move",
        Life("2027-10-02").moves_in_from_abroad("2026-10-10"),
        ["birth-date-in-future"],
        [],
    ),
    (
        "the day of death is not certain",
        Life("1996-05-05")
        .moves_in_from_abroad("2026-04-10")
        .dies("令和8年10月上旬", told="2026-10-20"),
        ["death-day-uncertain"],
        ["1: 2026-04-10 moved-in-from-abroad → 2026-10-20 death-day-uncertain"],
    ),
    (
        "the day of moving abroad is not certain",
        Life("1996-05-05")
        .moves_in_from_abroad("2026-04-10")
        .moves_abroad("令和8年10月 日不詳", told="2026-10-20"),
        ["exit-day-uncertain"],
        ["1: 2026-04-10 moved-in-from-abroad → 2026-10-20 exit-day-uncertain"],
    ),
    (
        "the day of moving in from abroad is not certain",
        Life("1996-05-05").moves_in_from_abroad("令和8年10月頃", told="2026-10-20"),
        ["entry-day-uncertain"],
        ["?: 2016-05-04 entry-day-uncertain →"],
    ),
    (
        "removed ex officio: abroad or not, nobody knows",
        Life("1996-05-05").moves_in_from_abroad("2026-04-10").is_removed("2026-10-20"),
        ["removed-otherwise"],
        ["1: 2026-04-10 moved-in-from-abroad → 2026-10-20 removed-otherwise"],
    ),
    (
        "naturalised, the new record has not come yet",
        Life("1996-05-05", kind=ResidentKind.FOREIGN, status="永住者")
        .moves_in_from_abroad("2026-04-10")
        .is_removed("2026-10-20", Left.NATURALISATION),
        ["re-entry-awaited"],
        ["1: 2026-04-10 moved-in-from-abroad →"],
    ),
    (
        "a foreign resident whose status the register does not tell",
        Life("1996-05-05", kind=ResidentKind.FOREIGN).moves_in_from_abroad("2026-04-10"),
        ["residence-status-unknown"],
        [],
    ),
    (
        "designated activities without saying which",
        Life("1996-05-05", kind=ResidentKind.FOREIGN, status="特定活動").moves_in_from_abroad(
            "2026-04-10"
        ),
        ["residence-status-unknown"],
        [],
    ),
    (
        "an excluded status is shown as what it is",
        Life("1996-05-05", kind=ResidentKind.FOREIGN, status="特定活動40号").moves_in_from_abroad(
            "2026-04-10"
        ),
        ["not-covered"],
        [],
    ),
    (
        "unknown from the first load is said, not guessed",
        Life("1996-05-05").loaded(FIRST_LOAD, since="2015-04-01"),
        ["not-in-our-records"],
        ["?: 2016-05-04 not-in-our-records →"],
    ),
    (
        "a notice of somebody who was never eligible",
        Life("1961-05-05")
        .loaded(FIRST_LOAD, since="2015-04-01")
        .leaves_work("2026-10-31", settled="2026-11-05"),
        ["notice-without-effect"],
        ["?: 1981-05-04 not-in-our-records → 2021-05-04 age-60"],
    ),
    (
        "away and back on one day",
        Life("1996-05-05")
        .moves_in_from_abroad("2026-04-10")
        .moves_abroad("2026-05-20")
        .moves_in_from_abroad("2026-05-20"),
        ["residence-overlaps"],
        ["1: 2026-04-10 moved-in-from-abroad →"],
    ),
    (
        "an uncertain death of somebody of 75 stands in nobody's way",
        Life("1951-05-05").moves_in("2026-04-10").dies("令和8年10月上旬", told="2026-10-20"),
        [],
        ["?: 1971-05-04 moved-in-within-japan → 2011-05-04 age-60"],
    ),
]


@pytest.mark.parametrize(
    ("life", "codes", "expected"), [case[1:] for case in REVIEWS], ids=[c[0] for c in REVIEWS]
)
def test_what_a_person_has_to_look_at(life: Life, codes: list[str], expected: list[str]) -> None:
    line = life.on("2026-12-01")
    assert [review.code for review in line.reviews] == codes
    assert rows(line) == expected


def test_transitions_in_their_order() -> None:
    life = (
        Life("1996-05-05")
        .moves_in_from_abroad("2026-04-10", told="2026-04-15")
        .was_insured_elsewhere("2026-06-01", "2026-09-01", settled="2026-09-10")
        .moves_abroad("2026-11-15", told="2026-11-10")
    )
    assert happened(life.on("2026-12-01")) == [
        "2026-04-10 acquisition 0→1 moved-in-from-abroad",
        "2026-06-01 category_change 1→2 stated-category",
        "2026-09-01 category_change 2→1 changed-to-category-1",
        "2026-11-16 loss 1→0 moved-abroad",
    ]
    reported = [t for t in life.on("2026-12-01").transitions if t.is_reportable]
    assert [t.accepted_on for t in reported] == [d("2026-04-15"), d("2026-09-10"), d("2026-11-10")]


def test_a_loss_of_category_2_is_not_the_citys_to_report() -> None:
    life = (
        Life("1966-05-05")
        .moves_in_from_abroad("2026-04-10")
        .was_insured_elsewhere("2026-05-04", "2026-09-01", settled="2026-09-10")
    )
    line = life.on("2026-12-01")
    assert happened(line)[-1] == "2026-09-01 loss 2→0 stated-category-ended"
    assert not line.transitions[-1].is_reportable


def test_category_2_beats_category_3_told_for_the_same_days() -> None:
    three = InsuredCategory.CATEGORY_3
    life = (
        Life("1996-05-05")
        .moves_in_from_abroad("2026-04-10")
        .was_insured_elsewhere("2026-05-01", None, settled="2026-05-10", category=three, name="3")
        .was_insured_elsewhere("2026-08-01", None, settled="2026-08-10", name="2")
    )
    assert rows(life.on("2026-12-01")) == [
        "1: 2026-04-10 moved-in-from-abroad → 2026-05-01 stated-category",
        "3: 2026-05-01 stated-category → 2026-08-01 stated-category",
        "2: 2026-08-01 stated-category →",
    ]


def test_category_3_ends_at_60_without_a_notice() -> None:
    life = (
        Life("1966-10-02")
        .moves_in_from_abroad("2026-04-10")
        .was_insured_elsewhere(
            "2026-05-01", None, settled="2026-05-10", category=InsuredCategory.CATEGORY_3
        )
    )
    assert rows(life.on("2026-12-01"))[-1] == "3: 2026-05-01 stated-category → 2026-10-01 age-60"


def test_reasons_are_sentences_with_their_figures() -> None:
    (reason,) = [s.first.reason for s in Life("2006-10-02").born_here().on("2026-10-01").segments]
    assert reason.article == "国民年金法8条1号・年齢計算ニ関スル法律"
    assert reason.sentence == (
        "平成18年10月2日生まれ。20歳に達した日（誕生日の前日）令和8年10月1日に資格を取得。"
    )
    assert dict(reason.figures) == {"birth": d("2006-10-02"), "age": 20, "day": d("2026-10-01")}


def test_a_foreign_residents_birth_date_is_shown_in_western_years() -> None:
    life = Life("2006-10-02", kind=ResidentKind.FOREIGN, status="留学").moves_in_from_abroad(
        "2026-04-01"
    )
    (segment,) = life.on("2026-10-01").segments
    assert segment.first.reason.sentence.startswith("2006年10月2日生まれ。")


def test_what_is_presumed_or_uncertain_is_noted() -> None:
    line = Life("2006-10-02").born_here().on("2026-10-01")
    assert [note.code for note in line.notes] == ["presumed-category-1"]
    old = Life("1964-09-02").moves_in_from_abroad("2024-01-10").on("2024-09-01")
    assert [note.code for note in old.notes] == ["presumed-category-1"]
    excluded = (
        Life("1996-05-05", kind=ResidentKind.FOREIGN, status="留学")
        .moves_in_from_abroad("2026-04-01")
        .has_status("特定活動40号", "2026-09-10")
        .on("2026-10-01")
    )
    assert [note.code for note in excluded.notes] == ["presumed-category-1", "to-be-checked"]
    assert "未確認" in excluded.notes[-1].sentence
