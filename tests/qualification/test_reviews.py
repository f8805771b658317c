"""What the timeline leaves to a person, what happened in what order, and how reasons read."""

import pytest

from contracts.codes import ResidentKind
from contracts.events import InsuredCategory
from tests.qualification.people import FIRST_LOAD, Left, Life, d, happened, rows

REVIEWS = [
    (
        "the birth date is known by the month only, and that is the month in question",
        Life("平成18年10月 日不詳").moves_in_from_abroad("2026-10-10"),
        ["birth-date-in-part"],
        [
            "?: 2026-10-10 birth-date-in-part → 2026-10-30 birth-date-in-part",
            "1: 2026-10-30 birth-date-in-part →",
        ],
    ),
    (
        "the birth date is not bounded",
        Life("平成18年10月頃").moves_in_from_abroad("2026-10-10"),
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
