"""Insurance by choice: 附則5条, 平6附則11条, 平16附則23条, 令7附則40条, item by item."""

import pytest

from contracts.codes import ResidentKind
from contracts.events import InsuredCategory
from contracts.months import Month
from services.qualification.domain.months import insured_months
from services.qualification.domain.told import OldAgeBenefit, OverseasReason, VoluntaryEvent
from tests.qualification.people import LAW, Left, Life, d, happened, rows

FAR = "2099-12-31"
THREE = InsuredCategory.CATEGORY_3
APPLIED = "voluntary-application"


def here(birth: str) -> Life:
    """Somebody who came to live here from abroad long ago, so that all of it is known."""
    return Life(birth).moves_in_from_abroad("2005-04-01")


def aged_60(birth: str = "1966-05-11") -> Life:
    """Reaches 60 on 2026-05-10 here, and 65 on 2031-05-10."""
    return here(birth)


def gone(birth: str = "1984-05-11", on: str = "2026-05-20") -> Life:
    """Moved abroad at 42."""
    return here(birth).moves_abroad(on)


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
    (
        "③: a Japanese abroad, from the day of the application",
        gone().applies("2026-06-15", months=240),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2026-05-21 moved-abroad",
            f"abroad: 2026-06-15 {APPLIED} → 2046-06-01 voluntary-480-months-expected",
        ],
    ),
    (
        "③: applies on the day of moving abroad: from the day after, when category 1 is lost",
        gone().applies("2026-05-20", months=240),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2026-05-21 moved-abroad",
            "abroad: 2026-05-21 voluntary-application-on-leaving"
            " → 2046-05-01 voluntary-480-months-expected",
        ],
    ),
    (
        "③: before moving abroad still category 1",
        gone().applies("2026-05-19"),
        ["1: 2005-04-01 moved-in-from-abroad → 2026-05-21 moved-abroad"],
    ),
    (
        "8項1号括弧: comes back at 42: category 1 that day, so lost that day",
        gone().applies("2026-06-15").moves_in_from_abroad("2027-03-31"),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2026-05-21 moved-abroad",
            f"abroad: 2026-06-15 {APPLIED} → 2027-03-31 voluntary-came-to-japan",
            "1: 2027-03-31 moved-in-from-abroad → 2044-05-10 age-60",
        ],
    ),
    (
        "8項1号: comes back at 61: the day after",
        gone("1966-05-11", "2026-05-20").applies("2026-06-15").moves_in_from_abroad("2027-12-01"),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2026-05-10 age-60",
            f"abroad: 2026-06-15 {APPLIED} → 2027-12-02 voluntary-came-to-japan",
        ],
    ),
    (
        "8項1号括弧: comes back at 61 and applies as item 2 on that day: that day",
        gone("1966-05-11", "2026-05-20")
        .applies("2026-06-15")
        .moves_in_from_abroad("2027-12-01")
        .applies("2027-12-01"),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2026-05-10 age-60",
            f"abroad: 2026-06-15 {APPLIED} → 2027-12-01 voluntary-came-to-japan",
            f"aged_60_to_64: 2027-12-01 {APPLIED} → 2031-05-10 voluntary-age-65",
        ],
    ),
    (
        "8項1号: came back to another municipality: the day of the loss is not known",
        gone().applies("2026-06-15").moves_in("2028-04-01"),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2026-05-21 moved-abroad",
            "?: 2026-05-21 moved-in-within-japan → 2026-06-15 voluntary-application",
            f"abroad: 2026-06-15 {APPLIED} → 2028-04-01 voluntary-return-day-unknown",
            "?: 2028-04-01 moved-in-within-japan → 2044-05-10 age-60",
        ],
    ),
    (
        "8項2号: no longer Japanese: the day after",
        gone().applies("2026-06-15").happens(VoluntaryEvent.NATIONALITY_LOST, "2028-07-01"),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2026-05-21 moved-abroad",
            f"abroad: 2026-06-15 {APPLIED} → 2028-07-02 voluntary-nationality-lost",
        ],
    ),
    (
        "8項3号: becomes a dependent spouse abroad: that day, for it is another qualification",
        gone()
        .applies("2026-06-15")
        .lives_abroad_for(OverseasReason.MARRIED_ABROAD, "2027-02-14")
        .was_insured_elsewhere("2027-02-14", None, settled="2027-03-01", category=THREE),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2026-05-21 moved-abroad",
            f"abroad: 2026-06-15 {APPLIED} → 2027-02-14 voluntary-category-3",
            "3: 2027-02-14 stated-category → 2044-05-10 age-60",
        ],
    ),
    (
        "8項4号: two years of arrears without a payment",
        gone().applies("2026-06-15").happens(VoluntaryEvent.UNPAID_SINCE, "2027-06-01"),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2026-05-21 moved-abroad",
            f"abroad: 2026-06-15 {APPLIED} → 2029-06-01 voluntary-unpaid-2-years",
        ],
    ),
    (
        "8項4号: something was paid within the two years",
        gone()
        .applies("2026-06-15", months=240)
        .happens(VoluntaryEvent.UNPAID_SINCE, "2027-06-01")
        .happens(VoluntaryEvent.PAID, "2029-05-31"),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2026-05-21 moved-abroad",
            f"abroad: 2026-06-15 {APPLIED} → 2046-06-01 voluntary-480-months-expected",
        ],
    ),
    (
        "特例 平16附則23条: 65 here without a right, born in Shōwa 35",
        here("1960-05-11").has_no_right("2026-06-01").applies("2026-06-01"),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2020-05-10 age-60",
            "special_in_japan: 2026-06-01 special-voluntary-application"
            " → 2030-05-10 voluntary-age-70",
        ],
    ),
    (
        "特例: with a right it is not open",
        here("1960-05-11")
        .gets_benefit("2025-05-10", benefit=OldAgeBenefit.BASIC)
        .applies("2026-06-01"),
        ["1: 2005-04-01 moved-in-from-abroad → 2020-05-10 age-60"],
    ),
    (
        "特例6項3号: a right is acquired: the day after",
        here("1960-05-11")
        .has_no_right("2026-06-01")
        .applies("2026-06-01")
        .gets_benefit("2027-09-01", benefit=OldAgeBenefit.BASIC),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2020-05-10 age-60",
            "special_in_japan: 2026-06-01 special-voluntary-application"
            " → 2027-09-02 voluntary-gained-right",
        ],
    ),
    (
        "特例3項: insured by choice at 65 without a right: taken to have applied",
        here("1962-05-11").applies("2026-06-01").has_no_right("2027-05-10"),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2022-05-10 age-60",
            f"aged_60_to_64: 2026-06-01 {APPLIED} → 2027-05-10 voluntary-age-65",
            "special_in_japan: 2027-05-10 special-voluntary-deemed → 2032-05-10 voluntary-age-70",
        ],
    ),
    (
        "特例3項: with a right insurance by choice is over at 65",
        here("1962-05-11")
        .applies("2026-06-01")
        .gets_benefit("2027-05-10", benefit=OldAgeBenefit.BASIC),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2022-05-10 age-60",
            f"aged_60_to_64: 2026-06-01 {APPLIED} → 2027-05-10 voluntary-age-65",
        ],
    ),
    (
        "特例 abroad, then back in Japan: the day after",
        here("1960-05-11")
        .moves_abroad("2024-01-10")
        .has_no_right("2026-06-01")
        .applies("2026-06-01")
        .moves_in_from_abroad("2027-04-01"),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2020-05-10 age-60",
            "special_abroad: 2026-06-01 special-voluntary-application"
            " → 2027-04-02 voluntary-came-to-japan",
        ],
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
        "a foreigner abroad",
        "in category 2",
        "whereabouts not known",
    ],
)
def test_staff_are_told_why_not(life: Life, review: str) -> None:
    line = life.on("2027-12-31")
    assert review in [found.code for found in line.reviews]


@pytest.mark.parametrize(
    ("birth", "article"),
    [
        ("1955-04-01", "平成6年改正法附則11条"),
        ("1955-04-02", "平成16年改正法附則23条"),
        ("1965-04-01", "平成16年改正法附則23条"),
        ("1965-04-02", "令和7年改正法附則40条"),
        ("1975-04-01", "令和7年改正法附則40条"),
        ("1975-04-02", None),
    ],
)
def test_which_act_follows_from_the_birth_date(birth: str, article: str | None) -> None:
    day = f"{d(birth).year + 66}-06-01"
    line = here(birth).has_no_right(day).applies(day).on(day)
    found = [s for s in line.segments if s.category == "special_in_japan"]
    if article is None:
        assert not found
    else:
        assert article in found[0].first.reason.sentence


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
