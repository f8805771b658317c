"""Insurance by choice abroad (附則5条1項3号) and after 65 (特例任意加入)."""

import pytest

from contracts.events import InsuredCategory
from services.qualification.domain.told import OldAgeBenefit, OverseasReason, VoluntaryEvent
from tests.qualification.choosers import gone, here
from tests.qualification.people import Life, d, rows

FAR = "2099-12-31"
THREE = InsuredCategory.CATEGORY_3
APPLIED = "voluntary-application"

CASES = [
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
