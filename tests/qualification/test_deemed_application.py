"""附則6条: who had paid on becoming able to draw an old-age benefit is insured by choice."""

from typing import Any

import pytest

from services.qualification.domain.deemed_application import last_day_to_pay
from services.qualification.domain.meanings import KINDS, LOSS
from services.qualification.domain.told import VoluntaryEvent, VoluntaryStatement
from tests.qualification.choosers import aged_60, here
from tests.qualification.people import Life, d, happened, notice_id, rows, when

PAID = VoluntaryEvent.PREMIUM_PAID_ON
ONE = "1: 2005-04-01 moved-in-from-abroad → 2026-06-10 old-age-benefit"
DEEMED = "recipient: 2026-06-10 voluntary-deemed-by-payment → 2041-03-02 voluntary-age-60"
ON = "aged_60_to_64: 2041-03-02 voluntary-age-60 → 2046-03-02 voluntary-age-65"


def recipient() -> Life:
    """Of category 1, 45 years old, and able to draw a retirement pension from 2026-06-10 on."""
    return here("1981-03-03").gets_benefit("2026-06-10", notice=True)


@pytest.mark.parametrize(
    ("became", "last"),
    [
        ("2026-03-31", "2026-04-30"),
        ("2026-04-01", "2027-04-30"),
        ("2026-04-30", "2027-04-30"),
        ("2026-05-01", "2027-04-30"),
        ("2026-12-31", "2027-04-30"),
        ("2027-01-01", "2027-04-30"),
    ],
)
def test_last_day_to_pay_is_that_of_the_first_april_after_the_month(became: str, last: str) -> None:
    assert last_day_to_pay(d(became)) == d(last)


CASES = [
    ("paid in advance", recipient().happens(PAID, "2026-04-30"), [ONE, DEEMED, ON]),
    ("paid after all, on the last day", recipient().happens(PAID, "2027-04-30"), [ONE, DEEMED, ON]),
    ("paid a day too late", recipient().happens(PAID, "2027-05-01"), [ONE]),
    ("not paid", recipient(), [ONE]),
    (
        "paid, and applied on that very day all the same: the application counts",
        recipient().happens(PAID, "2026-04-30").applies("2026-06-10"),
        [ONE, DEEMED.replace("deemed-by-payment", "application"), ON],
    ),
    (
        "applied later, and then the payment becomes known: insured since the first day",
        recipient().applies("2026-08-03").happens(PAID, "2026-07-31"),
        [ONE, DEEMED, ON],
    ),
    (
        "a second right later, the payment was for the first",
        here("1981-03-03")
        .gets_benefit("2026-06-10", "2028-01-15")
        .gets_benefit("2030-02-01")
        .happens(PAID, "2026-04-30"),
        [
            ONE,
            DEEMED.replace("2041-03-02 voluntary-age-60", "2028-01-15 voluntary-benefit-ended"),
            "1: 2028-01-15 no-longer-old-age-benefit → 2030-02-01 old-age-benefit",
        ],
    ),
    (
        "no right began: nothing is deemed",
        here("1981-03-03").happens(PAID, "2026-04-30"),
        ["1: 2005-04-01 moved-in-from-abroad → 2041-03-02 age-60"],
    ),
    (
        "not of category 1 when it began: 60 already",
        aged_60().gets_benefit("2026-08-01").happens(PAID, "2026-04-30"),
        ["1: 2005-04-01 moved-in-from-abroad → 2026-05-10 age-60"],
    ),
    (
        "not of category 1 when it began: insured elsewhere",
        here("1981-03-03")
        .jps_tells("2026-12-01", (2, "2020-04-01", None))
        .gets_benefit("2026-06-10")
        .happens(PAID, "2026-04-30"),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2020-04-01 jps-category",
            "2: 2020-04-01 jps-category → 2046-03-02 category-2-at-65",
        ],
    ),
]


@pytest.mark.parametrize(("life", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_deemed_to_have_applied(life: Life, expected: list[str]) -> None:
    assert rows(life.on("2099-12-31")) == expected


def test_category_1_is_lost_and_the_other_acquired_on_one_day() -> None:
    line = recipient().happens(PAID, "2026-04-30").on("2027-06-30")
    assert happened(line)[1:] == [
        "2026-06-10 loss 1→0 old-age-benefit",
        "2026-06-10 acquisition 0→recipient voluntary-deemed-by-payment",
    ]


def test_what_is_not_known_of_the_months_is_told() -> None:
    line = recipient().happens(PAID, "2026-04-30").on("2027-06-30")
    assert "voluntary-months-unknown" in [review.code for review in line.reviews]


ON_THE_FORM: dict[str, Any] = {
    "occurred_on": when("2026-06-10"),
    "loss_reason": "old_age_benefit",
    "premium_paid_on": when("2026-04-30"),
    "credited_months": "300",
}


def test_the_notice_of_loss_tells_of_the_payment() -> None:
    told = KINDS[LOSS].tells(ON_THE_FORM, notice_id("loss"), d("2026-06-20"))
    (_, paid) = told.contents
    assert isinstance(paid, VoluntaryStatement)
    assert (paid.event, paid.on, paid.credited_months) == (PAID, d("2026-04-30"), 300)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"loss_reason": "moved_abroad"}, "老齢給付等による喪失の場合にだけ"),
        ({"premium_paid_on": when("2026-06-21")}, "受付日より後"),
        (
            {"occurred_on": when("2025-03-10"), "premium_paid_on": when("2025-05-01")},
            "最初の４月末日",
        ),
    ],
)
def test_a_payment_that_cannot_count_is_refused(changed: dict[str, Any], message: str) -> None:
    (error,) = KINDS[LOSS].contradictions({**ON_THE_FORM, **changed}, d("2026-06-20"))
    assert (error.field, error.code) == ("values.premium_paid_on", "QU-0113")
    assert message in error.message


def test_a_payment_in_time_is_not_refused() -> None:
    assert not KINDS[LOSS].contradictions(ON_THE_FORM, d("2026-06-20"))
