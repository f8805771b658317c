"""User ids, rights by day, and two people for every change (C13, C14)."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.functions import Function
from services.gateway.domain.staff import (
    Grant,
    InvalidStaffId,
    OnePersonOnly,
    Period,
    PeriodRefused,
    Staff,
    TwoPeople,
    functions_on,
    grant_period,
    staff_id,
)

APRIL = date(2026, 4, 1)
MARCH = date(2027, 3, 31)
REGULAR = Staff("sato", "佐藤 花子", "保険年金課", Period(APRIL))
FIXED_TERM = Staff("ito", "伊藤 葵", "保険年金課", Period(APRIL, MARCH))
DAYS = st.dates(date(2026, 1, 1), date(2028, 12, 31))


def grant(
    staff: Staff,
    function: Function = Function.PERSON_VIEW,
    period: Period | None = None,
    revoked_from: date | None = None,
) -> Grant:
    return Grant(uuid4(), staff.staff_id, function, period or Period(APRIL), revoked_from)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("sato", "sato"), (" Sato ", "sato"), ("ＳＡＴＯ０１", "sato01"), ("a.b-c_1", "a.b-c_1")],
)
def test_user_id_is_kept_half_width_and_small(typed: str, kept: str) -> None:
    assert staff_id(typed) == kept


@pytest.mark.parametrize("typed", ["", "ab", "-sato", "sato hanako", "佐藤", "s" * 33, "sa\nto"])
def test_other_user_ids_are_refused(typed: str) -> None:
    with pytest.raises(InvalidStaffId, match="GW-0601"):
        staff_id(typed)


@pytest.mark.parametrize(
    ("applicant", "approver"),
    [
        ("佐藤 花子", "佐藤 花子"),
        ("佐藤 花子", "佐藤　花子"),
        ("Sato", "ｓａｔｏ"),
        ("佐藤", ""),
        (" ", "鈴木"),
    ],
)
def test_nobody_approves_their_own_application(applicant: str, approver: str) -> None:
    with pytest.raises(OnePersonOnly, match="GW-0602"):
        TwoPeople(applicant, approver)


def test_two_people_are_two_people() -> None:
    assert TwoPeople("佐藤 花子", "鈴木 一郎").approver == "鈴木 一郎"


@pytest.mark.parametrize(
    ("day", "held"),
    [
        (APRIL - timedelta(1), False),
        (APRIL, True),
        (date(2026, 9, 30), True),
        (date(2026, 10, 1), False),
    ],
)
def test_revoked_right_ends_on_its_day(day: date, held: bool) -> None:
    revoked = grant(REGULAR, revoked_from=date(2026, 10, 1))
    assert (Function.PERSON_VIEW in functions_on(day, REGULAR, [revoked])) is held


def test_rights_of_non_regular_staff_end_with_the_contract() -> None:
    period = grant_period(FIXED_TERM, Period(APRIL))
    assert period == Period(APRIL, MARCH)
    grants = [grant(FIXED_TERM)]
    assert functions_on(MARCH, FIXED_TERM, grants) == {Function.PERSON_VIEW}
    assert functions_on(MARCH + timedelta(1), FIXED_TERM, grants) == frozenset()


@pytest.mark.parametrize(
    "wished", [Period(APRIL, date(2027, 4, 1)), Period(date(2026, 3, 31), MARCH)]
)
def test_rights_cannot_reach_beyond_the_employment(wished: Period) -> None:
    with pytest.raises(PeriodRefused, match="GW-0603"):
        grant_period(FIXED_TERM, wished)


def test_period_does_not_end_before_it_begins() -> None:
    with pytest.raises(PeriodRefused):
        Period(MARCH, APRIL)


def test_disabled_staff_hold_nothing() -> None:
    disabled = Staff("sato", "佐藤 花子", "保険年金課", Period(APRIL), disabled=True)
    assert functions_on(APRIL, disabled, [grant(REGULAR)]) == frozenset()


def test_rights_of_others_do_not_count() -> None:
    assert functions_on(APRIL, REGULAR, [grant(FIXED_TERM)]) == frozenset()


@st.composite
def periods(draw: st.DrawFn) -> Period:
    start = draw(DAYS)
    length = draw(st.none() | st.integers(0, 800))
    return Period(start, None if length is None else start + timedelta(length))


@st.composite
def grants_of(draw: st.DrawFn) -> Grant:
    return Grant(
        UUID(int=draw(st.integers(0, 2**64))),
        "ito",
        draw(st.sampled_from(list(Function))),
        draw(periods()),
        draw(st.none() | DAYS),
    )


@given(st.lists(grants_of(), max_size=12), periods(), DAYS)
def test_every_function_held_has_a_grant_in_force_within_the_employment(
    grants: list[Grant], employment: Period, day: date
) -> None:
    staff = Staff("ito", "伊藤 葵", "保険年金課", employment)
    held = functions_on(day, staff, grants)
    assert not held or employment.covers(day)
    for function in held:
        assert any(g.function is function and g.in_force(day) for g in grants)


@given(st.lists(grants_of(), max_size=12), DAYS)
def test_a_revocation_never_adds_a_right(grants: list[Grant], day: date) -> None:
    before = functions_on(day, REGULAR, [_of(REGULAR, g) for g in grants])
    revoked = [
        Grant(g.grant_id, REGULAR.staff_id, g.function, g.period, min(g.revoked_from or day, day))
        for g in grants
    ]
    assert functions_on(day, REGULAR, revoked) <= before
    assert functions_on(day, REGULAR, revoked) == frozenset()


def _of(staff: Staff, one: Grant) -> Grant:
    return Grant(one.grant_id, staff.staff_id, one.function, one.period, one.revoked_from)


@given(periods(), periods(), DAYS)
def test_a_period_contains_what_lies_in_it(outer: Period, inner: Period, day: date) -> None:
    if outer.contains(inner) and inner.covers(day):
        assert outer.covers(day)
