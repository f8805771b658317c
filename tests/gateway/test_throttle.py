"""Growing delays and lock-out after repeated failure (排他)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.throttle import Throttle, ThrottleRules

NOW = datetime(2026, 10, 1, 8, 30, tzinfo=UTC)
RULES = ThrottleRules(
    free=3,
    first_delay=timedelta(seconds=2),
    longest_delay=timedelta(minutes=5),
    lock_after=10,
    lock_for=timedelta(minutes=30),
    forget_after=timedelta(hours=24),
)


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (1, 0), (3, 0), (4, 2), (5, 4), (6, 8), (9, 64), (10, 1800), (11, 1800), (500, 1800)],
)
def test_wait_grows_and_ends_in_lock_out(failures: int, seconds: int) -> None:
    assert RULES.wait_after(failures) == timedelta(seconds=seconds)


def test_delay_is_bounded_before_the_lock_out() -> None:
    patient = ThrottleRules(
        3, timedelta(seconds=2), timedelta(minutes=5), 10_000, timedelta(1), timedelta(1)
    )
    assert patient.wait_after(9_999) == timedelta(minutes=5)


def failed(times: int) -> Throttle:
    throttle = Throttle()
    for _ in range(times):
        throttle = throttle.counted(NOW, RULES)
    return throttle


def test_attempts_at_the_same_moment_are_all_counted() -> None:
    assert failed(10).failures == 10
    assert failed(10).is_lock_out(RULES)
    assert failed(10).wait(NOW) == timedelta(minutes=30)


def test_after_a_lock_out_one_more_failure_locks_again() -> None:
    later = NOW + timedelta(minutes=30)
    throttle = failed(10)
    assert throttle.wait(later) == timedelta(0)
    assert throttle.counted(later, RULES).wait(later) == timedelta(minutes=30)


def test_a_day_without_attempts_is_a_new_start() -> None:
    tomorrow = NOW + timedelta(hours=24)
    assert failed(9).counted(tomorrow, RULES).failures == 1


def test_refused_attempts_are_told_with_the_next_counted_one() -> None:
    throttle = failed(4).turned_away().turned_away()
    assert (throttle.failures, throttle.refused) == (4, 2)
    assert throttle.counted(NOW + timedelta(seconds=2), RULES).refused == 0


@given(st.integers(0, 200), st.integers(0, 200))
def test_more_failures_never_shorten_the_wait(one: int, more: int) -> None:
    assert RULES.wait_after(one + more) >= RULES.wait_after(one)


@given(st.integers(1, 40))
def test_a_right_attempt_leaves_the_count_as_it_was(failures: int) -> None:
    before = failed(failures - 1)
    after = before.counted(NOW, RULES).given_back(NOW)
    assert after.failures == before.failures
    assert after.wait(NOW) == timedelta(0)
