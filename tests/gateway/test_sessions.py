"""How long a session is good, and for what (C19)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.second_factor import SecondFactorPolicy, state_after_password
from services.gateway.domain.sessions import Session, SessionRules, SessionState, Standing

MORNING = datetime(2026, 10, 1, 8, 30, tzinfo=UTC)
RULES = SessionRules(idle_lock=timedelta(minutes=10), absolute_end=timedelta(hours=10))


def session(
    *,
    idle: timedelta = timedelta(0),
    state: SessionState = SessionState.AUTHENTICATED,
    ended: bool = False,
) -> Session:
    return Session(state, MORNING, MORNING + idle, MORNING if ended else None)


@pytest.mark.parametrize(
    ("after", "standing"),
    [
        pytest.param(timedelta(0), Standing.LIVE, id="just signed in"),
        pytest.param(timedelta(minutes=9, seconds=59), Standing.LIVE, id="a second before lock"),
        pytest.param(timedelta(minutes=10), Standing.LOCKED, id="ten minutes idle"),
        pytest.param(timedelta(hours=9, minutes=59), Standing.LOCKED, id="idle all day"),
        pytest.param(timedelta(hours=10), Standing.OVER, id="the working day is over"),
    ],
)
def test_idle_session_locks_and_then_ends(after: timedelta, standing: Standing) -> None:
    assert session().standing(MORNING + after, RULES) is standing


def test_activity_puts_off_the_lock_but_not_the_end() -> None:
    busy = session(idle=timedelta(hours=9, minutes=59))
    assert busy.standing(MORNING + timedelta(hours=9, minutes=59, seconds=59), RULES) is (
        Standing.LIVE
    )
    assert busy.standing(MORNING + timedelta(hours=10), RULES) is Standing.OVER


def test_password_alone_is_not_enough_where_a_second_factor_is_due() -> None:
    half = session(state=SessionState.PASSWORD_VERIFIED)
    assert half.standing(MORNING, RULES) is Standing.SECOND_FACTOR_DUE


def test_only_policy_is_none_and_says_so() -> None:
    assert list(SecondFactorPolicy) == [SecondFactorPolicy.NONE]
    assert state_after_password(SecondFactorPolicy.NONE) is SessionState.AUTHENTICATED


def test_ended_session_is_over_at_once() -> None:
    assert session(ended=True).standing(MORNING, RULES) is Standing.OVER


_ORDER = {Standing.LIVE: 0, Standing.SECOND_FACTOR_DUE: 0, Standing.LOCKED: 1, Standing.OVER: 2}


@given(
    state=st.sampled_from(SessionState),
    idle=st.timedeltas(min_value=timedelta(0), max_value=timedelta(hours=12)),
    first=st.timedeltas(min_value=timedelta(0), max_value=timedelta(hours=24)),
    later=st.timedeltas(min_value=timedelta(0), max_value=timedelta(hours=24)),
)
def test_time_alone_never_makes_a_session_better(
    state: SessionState, idle: timedelta, first: timedelta, later: timedelta
) -> None:
    one = session(idle=idle, state=state)
    before = one.standing(MORNING + first, RULES)
    after = one.standing(MORNING + first + later, RULES)
    assert _ORDER[after] >= _ORDER[before]
