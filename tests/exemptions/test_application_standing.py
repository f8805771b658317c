"""Which decision stands for a month: later applications, requests to cancel, leaving school."""

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.months import Month
from services.exemptions.domain.application.kinds import LAWS
from services.exemptions.domain.application.standing import (
    Cancellation,
    Granted,
    LeftSchool,
    Standing,
    first_cancelled,
    standing,
)
from services.exemptions.domain.kinds import ExemptionKind as Kind
from tests.exemptions.households import d, m, months


def grant(kind: Kind, applied_on: str, span: str) -> Granted:
    return Granted(kind, d(applied_on), frozenset(months(span).all()))


def shown(found: Standing) -> list[tuple[str, str, str]]:
    """Runs of months of one kind: (first, last, kind)."""
    runs: list[tuple[Month, Month, Kind]] = []
    for month, one in found.months.items():
        if runs and month - runs[-1][1] == 1 and runs[-1][2] is one.kind:
            runs[-1] = (runs[-1][0], month, one.kind)
        else:
            runs.append((month, month, one.kind))
    return [(str(first), str(last), kind.value) for first, last, kind in runs]


def codes(found: Standing) -> set[str]:
    said = {reason.code for reasons in found.aside.values() for reason in reasons}
    return said | {review.code for review in found.reviews}


YEAR = "2026-07..2027-06"
DEFERRED = grant(Kind.DEFERMENT, "2026-07-10", YEAR)


def test_one_decision_stands_as_it_was_given() -> None:
    assert shown(standing([DEFERRED])) == [("2026-07", "2027-06", "deferment")]
    assert standing([DEFERRED]).months[m("2026-07")].applied_on == d("2026-07-10")


@pytest.mark.parametrize(
    ("before", "later"),
    [
        (before, later)
        for before in LAWS
        for later in LAWS
        if before is not later and before is not Kind.STUDENT
        and not (before.is_partial and later.is_partial)
    ],
)  # fmt: skip
def test_applying_for_another_kind_takes_over_from_the_month_before(
    before: Kind, later: Kind
) -> None:
    """規則77条の8第3項, 90条3項: on 20 November, from October on."""
    found = standing([grant(before, "2026-07-10", YEAR), grant(later, "2026-11-20", YEAR)])
    assert shown(found) == [
        ("2026-07", "2026-09", before.value),
        ("2026-10", "2027-06", later.value),
    ]
    assert codes(found) == {"too-late-to-take-over"}
    (why,) = found.months[m("2026-10")].reasons
    assert (why.code, why.certainty.value) == ("took-over", "unverified")
    assert "前月（令和8年10月）分から" in why.sentence


def test_only_what_the_later_decision_covers_is_taken_over() -> None:
    """A late application for the year before leaves this year's decision as it is."""
    past = grant(Kind.HALF, "2026-11-20", "2025-07..2026-06")
    found = standing([DEFERRED, past])
    assert shown(found) == [
        ("2025-07", "2026-06", "half"),
        ("2026-07", "2027-06", "deferment"),
    ]
    assert codes(found) == set()


def test_one_part_exemption_is_not_held_to_cancel_another() -> None:
    found = standing(
        [grant(Kind.QUARTER, "2026-07-10", YEAR), grant(Kind.HALF, "2026-11-20", YEAR)]
    )
    assert shown(found) == [("2026-07", "2027-06", "quarter")]
    assert [(r.code, str(r.since)) for r in found.reviews] == [("another-part", "2026-07")]


def test_another_kind_in_a_students_month_is_for_a_person() -> None:
    """規則77条の9第2項: held to be the notice of having left; of which day it does not say."""
    school = grant(Kind.STUDENT, "2026-04-10", "2026-04..2027-03")
    found = standing([school, grant(Kind.FULL, "2026-11-20", YEAR)])
    assert shown(found) == [
        ("2026-04", "2027-03", "student"),
        ("2027-04", "2027-06", "full"),
    ]
    assert codes(found) == {"left-school-or-not"}
    told = standing([school, grant(Kind.FULL, "2026-11-20", "2026-11..2027-06")],
                    left_school=[LeftSchool(d("2026-10-05"))])  # fmt: skip
    assert ("2026-04", "2026-10", "student") in shown(told)


@pytest.mark.parametrize("kind", [kind for kind in LAWS if kind is not Kind.STUDENT])
def test_a_request_to_cancel_reaches_back_one_month(kind: Kind) -> None:
    found = standing([grant(kind, "2026-07-10", YEAR)], [Cancellation(d("2026-12-01"))])
    assert shown(found) == [("2026-07", "2026-10", kind.value)]
    assert codes(found) == {"cancelled-on-request"}


def test_a_request_to_cancel_students_payment_is_for_a_person() -> None:
    """90条の3第2項 takes over 90条2項 alone."""
    school = grant(Kind.STUDENT, "2026-04-10", "2026-04..2027-03")
    found = standing([school], [Cancellation(d("2026-12-01"))])
    assert shown(found) == [("2026-04", "2027-03", "student")]
    assert [review.code for review in found.reviews] == ["cancelled-as-student"]


def test_a_request_cancels_nothing_that_was_applied_for_after_it() -> None:
    again = grant(Kind.FULL, "2027-01-15", "2026-07..2027-06")
    found = standing([DEFERRED, again], [Cancellation(d("2026-12-01"))])
    assert shown(found) == [("2026-07", "2026-10", "deferment"), ("2026-11", "2027-06", "full")]
    # Cancelled and applied for anew on one day: the new decision stands.
    same_day = standing(
        [DEFERRED, grant(Kind.DEFERMENT, "2026-12-01", YEAR)], [Cancellation(d("2026-12-01"))]
    )
    assert shown(same_day) == [("2026-07", "2027-06", "deferment")]


def test_leaving_school_ends_it_with_the_month() -> None:
    school = grant(Kind.STUDENT, "2026-04-10", "2026-04..2027-03")
    found = standing([school], left_school=[LeftSchool(d("2026-09-30"))])
    assert shown(found) == [("2026-04", "2026-09", "student")]
    assert codes(found) == {"left-school"}
    # Of a school left before it was applied for, nothing follows.
    old = standing([school], left_school=[LeftSchool(d("2026-03-31"))])
    assert shown(old) == [("2026-04", "2027-03", "student")]


def test_the_first_month_of_a_request() -> None:
    assert first_cancelled(d("2027-01-01")) == m("2026-12")
    assert first_cancelled(d("2027-01-31")) == m("2026-12")


SEEDS = st.integers(min_value=0, max_value=2**32)


def drawn(seed: int) -> tuple[list[Granted], list[Cancellation], list[LeftSchool]]:
    random = Random(seed)

    def day() -> str:
        return str(d("2026-01-01") + timedelta(days=random.randrange(500)))

    def span() -> str:
        first = m("2025-07") + random.randrange(18)
        return f"{first}..{first + random.randrange(12)}"

    grants = [
        grant(random.choice(list(LAWS)), day(), span()) for _ in range(random.randrange(1, 6))
    ]
    requests = [Cancellation(d(day())) for _ in range(random.randrange(3))]
    return grants, requests, [LeftSchool(d(day())) for _ in range(random.randrange(2))]


@given(SEEDS)
def test_the_order_of_arrival_does_not_matter(seed: int) -> None:
    grants, requests, schools = drawn(seed)
    found = standing(grants, requests, schools)
    Random(seed + 1).shuffle(grants)
    turned = standing(grants, requests[::-1], schools[::-1])
    assert (shown(found), codes(found)) == (shown(turned), codes(turned))


@given(SEEDS)
def test_months_are_never_more_than_were_given_and_each_has_one_kind(seed: int) -> None:
    grants, requests, schools = drawn(seed)
    found = standing(grants, requests, schools)
    for month, one in found.months.items():
        assert any(g.kind is one.kind and month in g.months for g in grants)
    given_months = {month for g in grants for month in g.months}
    assert set(found.months) <= given_months
    if not requests and not schools:
        assert set(found.months) == given_months


@given(SEEDS)
def test_nothing_but_a_month_s_own_decisions_bears_on_it(seed: int) -> None:
    grants, requests, schools = drawn(seed)
    found = standing(grants, requests, schools)
    for month in {month for g in grants for month in g.months}:
        alone = [
            Granted(g.kind, g.applied_on, frozenset({month}), g.reasons)
            for g in grants
            if month in g.months
        ]
        assert standing(alone, requests, schools).months.get(month) == found.months.get(month)
