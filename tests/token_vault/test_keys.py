"""The life of keys: what may open, what may be destroyed, and when."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.sealing import SealingSuite
from services.token_vault.domain.keys import (
    KeyVersions,
    NoActiveKey,
    NotYetDestroyable,
    SealingKey,
    SealingKeyState,
    VersionedKind,
    VersionNotAccepted,
    VersionState,
    next_key_id,
)

RETENTION = timedelta(days=7)
MARGIN = timedelta(days=1)
MADE = datetime(2026, 9, 1, tzinfo=UTC)
RETIRED = datetime(2026, 10, 1, 9, tzinfo=UTC)


def key(
    state: SealingKeyState = SealingKeyState.RETIRING,
    retired: datetime | None = RETIRED,
    opened: datetime | None = None,
) -> SealingKey:
    return SealingKey(
        key_id="inbound-20260901",
        suite=SealingSuite.HYBRID,
        state=state,
        created_at=MADE,
        retired_at=retired,
        last_opened_at=opened,
    )


@pytest.mark.parametrize(
    ("situation", "opened", "due"),
    [
        ("never used", None, datetime(2026, 10, 9, 9, tzinfo=UTC)),
        ("last used before", RETIRED - timedelta(days=2), datetime(2026, 10, 9, 9, tzinfo=UTC)),
        (
            "upstream used it for two days more, and the hour counts",
            RETIRED + timedelta(days=2),
            datetime(2026, 10, 11, 10, tzinfo=UTC),
        ),
    ],
)
def test_when_a_retiring_key_is_due(situation: str, opened: datetime | None, due: datetime) -> None:
    retiring = key(opened=opened)
    assert retiring.destroyable_from(RETENTION, MARGIN) == due
    with pytest.raises(NotYetDestroyable, match="may be destroyed from"):
        retiring.check_destroyable(due - timedelta(seconds=1), RETENTION, MARGIN, parked=0)
    retiring.check_destroyable(due, RETENTION, MARGIN, parked=0)


@pytest.mark.parametrize("state", sorted(set(SealingKeyState) - {SealingKeyState.RETIRING}))
def test_only_a_retiring_key_is_ever_due(state: SealingKeyState) -> None:
    late = MADE + timedelta(days=10_000)
    other = key(state, retired=None)
    assert other.destroyable_from(RETENTION, MARGIN) is None
    with pytest.raises(NotYetDestroyable, match=f"is {state}"):
        other.check_destroyable(late, RETENTION, MARGIN, parked=0)


def test_a_key_is_kept_for_events_in_the_dead_letters() -> None:
    late = RETIRED + timedelta(days=100)
    with pytest.raises(NotYetDestroyable, match="3 events"):
        key().check_destroyable(late, RETENTION, MARGIN, parked=3)


@given(
    opened=st.none() | st.timedeltas(timedelta(0), timedelta(days=150)).map(MADE.__add__),
    retention=st.timedeltas(timedelta(0), timedelta(days=14)),
    margin=st.timedeltas(timedelta(hours=1), timedelta(days=2)),
)
def test_no_event_that_a_key_sealed_can_outlive_it(
    opened: datetime | None, retention: timedelta, margin: timedelta
) -> None:
    due = key(opened=opened).destroyable_from(retention, margin)
    assert due is not None
    assert due >= RETIRED + retention + margin
    assert opened is None or due >= opened + retention + margin


def test_a_use_is_written_down_once_an_hour() -> None:
    noon = datetime(2026, 10, 1, 12, tzinfo=UTC)
    assert key(opened=None).use_is_news(noon)
    assert not key(opened=noon).use_is_news(noon + timedelta(minutes=59))
    assert key(opened=noon).use_is_news(noon + timedelta(hours=1))


@pytest.mark.parametrize(
    ("state", "opens"),
    [("pending", True), ("active", True), ("retiring", True), ("destroyed", False)],
)
def test_what_opens(state: str, opens: bool) -> None:
    assert key(SealingKeyState(state)).opens is opens


@pytest.mark.parametrize(
    ("taken", "name"),
    [
        ((), "inbound-20261001"),
        (("inbound-20260901",), "inbound-20261001"),
        (("inbound-20261001",), "inbound-20261001-2"),
        (("inbound-20261001", "inbound-20261001-2"), "inbound-20261001-3"),
    ],
)
def test_names_of_keys(taken: tuple[str, ...], name: str) -> None:
    assert next_key_id(date(2026, 10, 1), taken) == name


def versions(**states: str) -> KeyVersions:
    return KeyVersions(
        VersionedKind.DATA, {int(v[1:]): VersionState(state) for v, state in states.items()}
    )


@pytest.mark.parametrize(
    ("having", "active", "accepted", "minimum", "following", "superseded"),
    [
        (versions(v1="active"), 1, (1,), 1, 2, ()),
        (versions(v1="retiring", v2="active"), 2, (2, 1), 1, 3, (1,)),
        (versions(v1="destroyed", v2="active"), 2, (2,), 2, 3, ()),
        (
            versions(v1="destroyed", v2="retiring", v3="retiring", v4="active"),
            4,
            (4, 3, 2),
            2,
            5,
            (2, 3),
        ),
    ],
)
def test_versions(
    having: KeyVersions,
    active: int,
    accepted: tuple[int, ...],
    minimum: int,
    following: int,
    superseded: tuple[int, ...],
) -> None:
    assert having.active == active
    assert having.accepted == accepted
    assert having.minimum == minimum
    assert having.next == following
    assert having.superseded == superseded


def test_what_is_below_the_minimum_or_unknown_is_not_read() -> None:
    having = versions(v1="destroyed", v2="retiring", v3="active")
    having.check(2)
    having.check(3)
    for version in (0, 1, 4):
        with pytest.raises(VersionNotAccepted):
            having.check(version)


def test_without_keys_nothing_is_active() -> None:
    with pytest.raises(NoActiveKey, match="init-keys"):
        _ = versions().active
    assert versions().next == 1
