"""The life of a block (抑止): what its steps come to, and which step may follow."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.domain.blocks import (
    BlockRefusal,
    BlockState,
    BlockStep,
    BlockStepKind,
    BlockStepRefused,
    Standing,
    lift,
    propose_release,
    restore,
    settle,
    standing,
    state,
)

NOON = datetime(2026, 10, 1, 3, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
FIRST, LAST = date(2026, 10, 1), date(2026, 12, 31)
K = BlockStepKind


def steps(*kinds: BlockStepKind, until: datetime = LATER) -> tuple[BlockStep, ...]:
    """Each step by another, all at noon."""
    return tuple(
        BlockStep(kind, f"s{n:03d}", NOON, until if kind is K.LIFTED else None)
        for n, kind in enumerate(kinds)
    )


STANDS: list[tuple[tuple[BlockStepKind, ...], date, datetime, BlockState]] = [
    ((K.PROPOSED,), FIRST, NOON, BlockState.PROPOSED),
    ((K.PROPOSED, K.REJECTED), FIRST, NOON, BlockState.REJECTED),
    ((K.PROPOSED, K.SET), date(2026, 9, 30), NOON, BlockState.TO_COME),
    ((K.PROPOSED, K.SET), FIRST, NOON, BlockState.IN_FORCE),
    ((K.PROPOSED, K.SET), LAST, NOON, BlockState.IN_FORCE),
    ((K.PROPOSED, K.SET), date(2027, 1, 1), NOON, BlockState.OVERDUE),
    ((K.PROPOSED, K.SET), date(2099, 1, 1), NOON, BlockState.OVERDUE),
    ((K.PROPOSED, K.SET, K.LIFTED), FIRST, NOON, BlockState.LIFTED),
    ((K.PROPOSED, K.SET, K.LIFTED), FIRST, LATER, BlockState.IN_FORCE),
    ((K.PROPOSED, K.SET, K.LIFTED, K.RESTORED), FIRST, NOON, BlockState.IN_FORCE),
    ((K.PROPOSED, K.SET, K.RELEASE_PROPOSED), FIRST, NOON, BlockState.IN_FORCE),
    ((K.PROPOSED, K.SET, K.RELEASE_PROPOSED, K.REJECTED), FIRST, NOON, BlockState.IN_FORCE),
    ((K.PROPOSED, K.SET, K.RELEASE_PROPOSED, K.RELEASED), FIRST, NOON, BlockState.RELEASED),
    ((K.PROPOSED, K.SET, K.RELEASE_PROPOSED, K.LIFTED), FIRST, NOON, BlockState.LIFTED),
]


@pytest.mark.parametrize(
    ("taken", "today", "at", "expected"),
    STANDS,
    ids=[f"{'-'.join(case[0])}-{case[1]}-{case[3]}" for case in STANDS],
)
def test_how_it_stands(
    taken: Sequence[BlockStepKind], today: date, at: datetime, expected: BlockState
) -> None:
    assert state(standing(steps(*taken)), FIRST, LAST, today, at) is expected


Try = Callable[[Standing], BlockStep]
REFUSED: list[tuple[str, tuple[BlockStepKind, ...], Try, BlockRefusal]] = [
    ("the proposer settles", (K.PROPOSED,), lambda now: settle(now, "s000", NOON, agree=True),
     BlockRefusal.SAME_PERSON),
    ("the proposer sends back", (K.PROPOSED,), lambda now: settle(now, "s000", NOON, agree=False),
     BlockRefusal.SAME_PERSON),
    ("nothing waits", (K.PROPOSED, K.SET), lambda now: settle(now, "s009", NOON, agree=True),
     BlockRefusal.NOTHING_PROPOSED),
    ("not set yet", (K.PROPOSED,), lambda now: propose_release(now, "s009", NOON),
     BlockRefusal.NOT_SET),
    ("lifted before it is set", (K.PROPOSED,), lambda now: lift(now, "s009", NOON, LATER),
     BlockRefusal.NOT_SET),
    ("proposed twice", (K.PROPOSED, K.SET, K.RELEASE_PROPOSED),
     lambda now: propose_release(now, "s009", NOON), BlockRefusal.PROPOSED_ALREADY),
    ("the same one releases", (K.PROPOSED, K.SET, K.RELEASE_PROPOSED),
     lambda now: settle(now, "s002", NOON, agree=True), BlockRefusal.SAME_PERSON),
    ("over", (K.PROPOSED, K.REJECTED), lambda now: settle(now, "s009", NOON, agree=True),
     BlockRefusal.OVER),
    ("released", (K.PROPOSED, K.SET, K.RELEASE_PROPOSED, K.RELEASED),
     lambda now: lift(now, "s009", NOON, LATER), BlockRefusal.OVER),
    ("not lifted", (K.PROPOSED, K.SET), lambda now: restore(now, "s009", NOON),
     BlockRefusal.NOT_LIFTED),
    ("back already", (K.PROPOSED, K.SET, K.LIFTED), lambda now: restore(now, "s009", LATER),
     BlockRefusal.NOT_LIFTED),
]  # fmt: skip


@pytest.mark.parametrize(
    ("taken", "attempt", "why"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_what_may_not_follow(
    taken: Sequence[BlockStepKind], attempt: Try, why: BlockRefusal
) -> None:
    with pytest.raises(BlockStepRefused) as refused:
        attempt(standing(steps(*taken)))
    assert refused.value.refusal is why


@given(st.lists(st.tuples(st.sampled_from(["settle", "reject", "release", "lift", "restore"]),
                          st.sampled_from(["s001", "s002", "s003"])), max_size=12))  # fmt: skip
def test_nobody_sets_or_releases_alone(attempts: list[tuple[str, str]]) -> None:
    """Whatever is tried in whatever order: what is set or released was proposed by another."""
    taken = [BlockStep(K.PROPOSED, "s001", NOON)]
    for what, who in attempts:
        now = standing(taken)
        try:
            match what:
                case "settle" | "reject":
                    step = settle(now, who, NOON, agree=what == "settle")
                case "release":
                    step = propose_release(now, who, NOON)
                case "lift":
                    step = lift(now, who, NOON, LATER)
                case _:
                    step = restore(now, who, NOON)
        except BlockStepRefused:
            continue
        taken.append(step)
    proposer = None
    for step in taken:
        if step.kind in (K.PROPOSED, K.RELEASE_PROPOSED):
            proposer = step.staff_id
        if step.kind in (K.SET, K.RELEASED):
            assert proposer is not None
            assert step.staff_id != proposer
    kinds = [step.kind for step in taken]
    assert kinds.count(K.SET) <= 1
    assert kinds.count(K.RELEASED) <= 1
    if K.RELEASED in kinds:
        assert kinds[-1] is K.RELEASED
