"""Insurance by choice: 附則5条, 平6附則11条, 平16附則23条, 令7附則40条, item by item."""

import pytest

from contracts.codes import ResidentKind
from contracts.events import InsuredCategory
from contracts.months import Month
from services.qualification.domain.months import insured_months
from services.qualification.domain.told import OldAgeBenefit, VoluntaryEvent
from tests.qualification.choosers import aged_60, gone, here
from tests.qualification.people import LAW, Left, Life, d, happened, rows

FAR = "2099-12-31"
THREE = InsuredCategory.CATEGORY_3
APPLIED = "voluntary-application"


CASES = [
    (
        "①: 45, able to draw a retirement pension, applies: insured from that day",
        here("1981-03-03").gets_benefit("2026-04-01", notice=True).applies("2026-06-10"),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2026-04-01 old-age-benefit",
            f"recipient: 2026-06-10 {APPLIED} → 2041-03-02 voluntary-age-60",
            "aged_60_to_64: 2041-03-02 voluntary-age-60 → 2046-03-02 voluntary-age-65",
        ],
    ),
    (
        "①: who cannot draw such a pension is of category 1, and may not choose",
        here("1981-03-03").applies("2026-06-10"),
        ["1: 2005-04-01 moved-in-from-abroad → 2041-03-02 age-60"],
    ),
    (
        "①6項2号: the pension ends: lost that day, and category 1 acquired on it (8条3号)",
        here("1981-03-03").gets_benefit("2026-04-01", "2027-05-15").applies("2026-06-10"),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2026-04-01 old-age-benefit",
            f"recipient: 2026-06-10 {APPLIED} → 2027-05-15 voluntary-benefit-ended",
            "1: 2027-05-15 no-longer-old-age-benefit → 2041-03-02 age-60",
        ],
    ),
    (
        "①6項1号: moves abroad: lost the day after",
        here("1981-03-03")
        .gets_benefit("2026-04-01")
        .applies("2026-06-10")
        .moves_abroad("2026-09-30"),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2026-04-01 old-age-benefit",
            f"recipient: 2026-06-10 {APPLIED} → 2026-10-01 voluntary-left-japan",
        ],
    ),
    (
        "①6項1号括弧: moves abroad and applies again as item 3 on that day: that day",
        here("1981-03-03")
        .gets_benefit("2026-04-01")
        .applies("2026-06-10")
        .moves_abroad("2026-09-30")
        .applies("2026-09-30"),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2026-04-01 old-age-benefit",
            f"recipient: 2026-06-10 {APPLIED} → 2026-09-30 voluntary-left-japan",
            f"abroad: 2026-09-30 {APPLIED} → 2046-03-02 voluntary-age-65",
        ],
    ),
    (
        "①6項3号: becomes a dependent spouse: that day",
        here("1981-03-03")
        .gets_benefit("2026-04-01")
        .applies("2026-06-10")
        .jps_tells("2026-12-01", (3, "2026-11-20", None)),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2026-04-01 old-age-benefit",
            f"recipient: 2026-06-10 {APPLIED} → 2026-11-20 voluntary-category-3",
            "3: 2026-11-20 jps-category → 2041-03-02 age-60",
        ],
    ),
    (
        "①6項4号: the day set in the demand passes unpaid: the day after",
        here("1981-03-03")
        .gets_benefit("2026-04-01")
        .applies("2026-06-10")
        .happens(VoluntaryEvent.DEMAND_EXPIRED, "2027-01-31"),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2026-04-01 old-age-benefit",
            f"recipient: 2026-06-10 {APPLIED} → 2027-02-01 voluntary-demand-expired",
        ],
    ),
    (
        "②: 60 to 64 here, applies on the day of reaching 60: insured on without a gap",
        aged_60().applies("2026-05-10"),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2026-05-10 age-60",
            f"aged_60_to_64: 2026-05-10 {APPLIED} → 2031-05-10 voluntary-age-65",
        ],
    ),
    (
        "②: never before the application (3項)",
        aged_60().applies("2026-08-03"),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2026-05-10 age-60",
            f"aged_60_to_64: 2026-08-03 {APPLIED} → 2031-05-10 voluntary-age-65",
        ],
    ),
    (
        "②: not before 60",
        aged_60().applies("2026-05-09"),
        ["1: 2005-04-01 moved-in-from-abroad → 2026-05-10 age-60"],
    ),
    (
        "②: on the day of reaching 65 it is too late (and 特例 knows of no right)",
        aged_60("1976-05-11").applies("2041-05-10"),
        ["1: 2005-04-01 moved-in-from-abroad → 2036-05-10 age-60"],
    ),
    (
        "5項1号・9条1号: dies: the day after",
        aged_60().applies("2026-05-10").dies("2027-02-28"),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2026-05-10 age-60",
            f"aged_60_to_64: 2026-05-10 {APPLIED} → 2027-03-01 voluntary-death",
        ],
    ),
    (
        "5項2号: enters employees' pension: that day",
        aged_60()
        .applies("2026-05-10")
        .was_insured_elsewhere("2027-04-01", None, settled="2027-04-10"),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2026-05-10 age-60",
            f"aged_60_to_64: 2026-05-10 {APPLIED} → 2027-04-01 voluntary-category-2",
            "2: 2027-04-01 stated-category → 2031-05-10 category-2-at-65-unknown",
        ],
    ),
    (
        "5項3号: withdraws: the day on which that is accepted",
        aged_60().applies("2026-05-10").applies("2026-12-24", event=VoluntaryEvent.WITHDRAWN),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2026-05-10 age-60",
            f"aged_60_to_64: 2026-05-10 {APPLIED} → 2026-12-24 voluntary-withdrawn",
        ],
    ),
    (
        "withdraws and applies anew on one day: two qualifications",
        aged_60()
        .applies("2026-05-10")
        .applies("2026-12-24", event=VoluntaryEvent.WITHDRAWN)
        .applies("2026-12-24", name="again"),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2026-05-10 age-60",
            f"aged_60_to_64: 2026-05-10 {APPLIED} → 2026-12-24 voluntary-withdrawn",
            f"aged_60_to_64: 2026-12-24 {APPLIED} → 2031-05-10 voluntary-age-65",
        ],
    ),
    (
        "5項4号: the months reach 480: counted from the application, the 1st after the 480th",
        aged_60().applies("2026-05-10", months=470),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2026-05-10 age-60",
            f"aged_60_to_64: 2026-05-10 {APPLIED} → 2027-03-01 voluntary-480-months-expected",
        ],
    ),
    (
        "5項4号: as JPS tells it",
        aged_60()
        .applies("2026-05-10", months=470)
        .happens(VoluntaryEvent.MONTHS_REACHED, "2027-02-28"),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2026-05-10 age-60",
            f"aged_60_to_64: 2026-05-10 {APPLIED} → 2027-02-28 voluntary-480-months",
        ],
    ),
    (
        "5項4号: with 480 months nobody is insured by choice",
        aged_60().applies("2026-05-10", months=480),
        ["1: 2005-04-01 moved-in-from-abroad → 2026-05-10 age-60"],
    ),
    (
        "7項: moves abroad: the day after",
        aged_60().applies("2026-05-10").moves_abroad("2026-12-30"),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2026-05-10 age-60",
            f"aged_60_to_64: 2026-05-10 {APPLIED} → 2026-12-31 voluntary-left-japan",
        ],
    ),
    (
        "7項: becoming a pensioner under 65 is no loss for item 2",
        aged_60().applies("2026-05-10").gets_benefit("2029-05-10"),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2026-05-10 age-60",
            f"aged_60_to_64: 2026-05-10 {APPLIED} → 2031-05-10 voluntary-age-65",
        ],
    ),
    (
        "6項5号: no longer covered by the Act (規則1条の2): the day after",
        Life("1964-05-11", ResidentKind.FOREIGN, "永住者")
        .moves_in_from_abroad("2005-04-01")
        .applies("2026-05-10")
        .has_status("特定活動25号", "2026-09-30"),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2024-05-10 age-60",
            f"aged_60_to_64: 2026-05-10 {APPLIED} → 2026-10-01 voluntary-excluded",
        ],
    ),
    (
        "a move to another municipality is no loss",
        aged_60().applies("2026-05-10").moves_out("2027-01-15"),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2026-05-10 age-60",
            f"aged_60_to_64: 2026-05-10 {APPLIED} → 2027-01-15 moved-out-of-city",
        ],
    ),
    (
        "附則9条の2の3: who draws the old-age pension early may not",
        aged_60().gets_benefit("2026-05-11", benefit=OldAgeBenefit.EARLY).applies("2026-08-03"),
        ["1: 2005-04-01 moved-in-from-abroad → 2026-05-10 age-60"],
    ),
]


@pytest.mark.parametrize(
    ("life", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_insured_by_choice(life: Life, expected: list[str]) -> None:
    assert rows(life.on(FAR)) == expected


@pytest.mark.parametrize(
    ("life", "review"),
    [
        (here("1981-03-03").applies("2026-06-10"), "voluntary-not-allowed"),
        (aged_60().applies("2026-05-10").applies("2026-07-01"), "voluntary-already"),
        (aged_60().applies("2026-05-10", months=480), "voluntary-months-full"),
        (aged_60().applies("2026-05-10", months=None), "voluntary-months-unknown"),
        (here("1962-05-11").applies("2026-06-01"), "voluntary-right-unknown"),
        (
            Life("1984-05-11", ResidentKind.FOREIGN, "永住者")
            .moves_in_from_abroad("2005-04-01")
            .moves_abroad("2026-05-20")
            .applies("2026-06-15"),
            "voluntary-person-of-the-order",
        ),
        (
            Life("1961-05-11", ResidentKind.FOREIGN, "永住者")
            .moves_in_from_abroad("1990-04-01")
            .moves_abroad("2026-05-20")
            .applies("2026-06-15"),
            "voluntary-not-allowed",
        ),
        (
            aged_60()
            .was_insured_elsewhere("2026-05-01", None, settled="2026-05-02")
            .applies("2026-06-01"),
            "voluntary-not-allowed",
        ),
        (
            aged_60().is_removed("2026-05-20", Left.OFFICIAL).applies("2026-06-01"),
            "voluntary-not-allowed",
        ),
    ],
    ids=[
        "category 1",
        "insured already",
        "480 months",
        "months not told",
        "right not told",
        "a foreigner abroad: 政令で定める者?",
        "a foreigner abroad, and too old as well",
        "in category 2",
        "whereabouts not known",
    ],
)
def test_staff_are_told_why_not(life: Life, review: str) -> None:
    line = life.on("2027-12-31")
    assert review in [found.code for found in line.reviews]


def test_an_unverified_rule_says_so_to_staff() -> None:
    line = aged_60().applies("2026-05-10", months=470).on("2027-04-01")
    (note,) = [note for note in line.notes if note.code == "to-be-checked"]
    assert "附則5条5項4号" in note.sentence
    assert "未確認" in note.sentence


MONTHS = [
    (
        "from the month of the application to the one before the loss (11条1項)",
        aged_60().applies("2026-06-30").applies("2026-09-01", event=VoluntaryEvent.WITHDRAWN),
        ["2026-06", "2026-07", "2026-08"],
    ),
    (
        "applied and withdrawn within a month: one month (11条2項)",
        aged_60().applies("2026-06-10").applies("2026-06-20", event=VoluntaryEvent.WITHDRAWN),
        ["2026-06"],
    ),
    (
        "lost and acquired as something else in that month: no month of it (11条2項但書)",
        gone("1990-05-11").applies("2026-06-10").moves_in_from_abroad("2026-06-25"),
        [],
    ),
    (
        "480 months are reached by months before the loss",
        aged_60().applies("2026-06-10", months=478),
        ["2026-06", "2026-07"],
    ),
]


@pytest.mark.parametrize(("life", "expected"), [c[1:] for c in MONTHS], ids=[c[0] for c in MONTHS])
def test_months_by_choice(life: Life, expected: list[str]) -> None:
    months = insured_months(life.on(FAR).segments, Month(2090, 12))
    assert [str(m) for m, held in months.items() if isinstance(held, str)] == expected


def test_nothing_of_it_is_reported_as_category_1() -> None:
    line = gone().applies("2026-06-15").moves_in_from_abroad("2027-03-31").on("2027-12-31")
    assert happened(line) == [
        "2005-04-01 acquisition 0→1 moved-in-from-abroad",
        "2026-05-21 loss 1→0 moved-abroad",
        "2026-06-15 acquisition 0→abroad voluntary-application",
        "2027-03-31 loss abroad→0 voluntary-came-to-japan",
        "2027-03-31 acquisition 0→1 moved-in-from-abroad",
    ]
    assert [t.is_reportable for t in line.transitions] == [True, True, False, False, True]


def test_the_limit_of_months_is_a_parameter() -> None:
    assert LAW.voluntary_month_limit.on(d("2026-05-10")).value == 480
