"""Asking to pay although exempt by law (法89条2項, 規則75条の2)."""

import pytest

from services.exemptions.domain.due import due_on, is_payable, payable_until
from services.exemptions.domain.paid_all_the_same import Months, PayRequest, asked_to_pay
from tests.exemptions.law import d, figures, m

STATUTORY = figures().statutory


def request(on: str, *months: str, changes: bool = False) -> PayRequest:
    """``months`` are written "2026-05..2026-08" or "2026-05..".."""
    ranges = (text.split("..") for text in months)
    return PayRequest(d(on), tuple(Months(m(a), m(b) if b else None) for a, b in ranges), changes)


def asked(*requests: PayRequest) -> str:
    """The months of 2026 that are paid all the same, as digits."""
    told, _ = asked_to_pay(requests, STATUTORY)
    year = [m("2026-01") + n for n in range(12)]
    return " ".join(str(month.month) for month in told.among(year))


TABLE = [
    ("none", [], ""),
    ("some months", [request("2026-06-10", "2026-05..2026-08")], "5 6 7 8"),
    ("past months too", [request("2026-06-10", "2025-01..2026-02")], "1 2"),
    ("without an end", [request("2026-06-10", "2026-10..")], "10 11 12"),
    ("two requests add up",
     [request("2026-06-10", "2026-05.."), request("2026-08-01", "2026-01..2026-02")],
     "1 2 5 6 7 8 9 10 11 12"),
    ("changed: months whose due date has come stay",
     [request("2026-06-10", "2026-05.."), request("2026-09-10", changes=True)], "5 6 7"),
    ("changed on the due date itself: it has come",
     [request("2026-06-10", "2026-05.."), request("2026-09-30", changes=True)], "5 6 7 8"),
    ("changed the day before", [request("2026-06-10", "2026-05.."),
                                request("2026-09-29", changes=True)], "5 6 7"),
    ("changed to others", [request("2026-06-10", "2026-05.."),
                           request("2026-09-10", "2026-11..2026-11", changes=True)], "5 6 7 11"),
    ("whatever the order of arrival", [request("2026-09-10", changes=True),
                                       request("2026-06-10", "2026-05..")], "5 6 7"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "requests", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_the_months(what: str, requests: list[PayRequest], expected: str) -> None:
    assert asked(*requests) == expected


def test_the_reason_names_the_request() -> None:
    told, _ = asked_to_pay([request("2026-06-10", "2026-05..")], STATUTORY)
    reason = told.reason(m("2026-05"))
    assert reason is not None
    assert (
        reason.sentence == "令和8年6月10日の納付の申出により、令和8年5月分は法定免除を適用しない。"
    )


def test_months_before_the_law_are_not_asked_for() -> None:
    told, reviews = asked_to_pay([request("2014-05-10", "2014-02..2014-05")], STATUTORY)
    assert list(told.among([m("2014-02") + n for n in range(5)])) == [m("2014-04"), m("2014-05")]
    assert [review.code for review in reviews] == ["pay-request-too-early"]
    assert reviews[0].reason.certainty.needs_check


@pytest.mark.parametrize(
    ("month", "due", "last"),
    [
        ("2023-03", "2023-04-30", "2025-04-30"),  # vectors: window-2025-04-15
        ("2023-02", "2023-03-31", "2025-03-31"),
        ("2024-01", "2024-02-29", "2026-02-28"),
        ("2022-01", "2022-02-28", "2024-02-29"),
    ],
)
def test_due_and_payable(month: str, due: str, last: str) -> None:
    assert due_on(m(month)) == d(due)
    assert payable_until(m(month), 2) == d(last)
    assert is_payable(m(month), d(last), 2)
    assert not is_payable(m(month) - 1, d(last), 2)
