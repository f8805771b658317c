"""Who survives a merge, what forbids one, and that undoing it gives each their own again."""

from dataclasses import replace
from itertools import permutations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.domain.findings import DECISIONS, Decision, FindingKind, FindingState
from services.identity.domain.merging import (
    Number,
    Standing,
    Trees,
    Why,
    choose,
    number_of,
    numbers_differ,
)
from services.identity.domain.numbers import NumberState
from tests.identity.people import token

NONE = Number()
OURS = Number(NumberState.ASSIGNED, token(1))
SHARED = Number(NumberState.CONFLICT, token(1))
WRONG = Number(NumberState.WRONG, token(1))
OTHER = Number(NumberState.ASSIGNED, token(2))
A, B, C = (UUID(int=n) for n in (1, 2, 3))


def standing(
    person_id: UUID, *numbers: Number, lives_here: bool = True, since: str = "000000000000010"
) -> Standing:
    return Standing(person_id, numbers or (NONE,), lives_here, since)


@pytest.mark.parametrize(
    ("borne", "state", "handed_out"),
    [
        ((NONE,), NumberState.UNNUMBERED, None),
        ((OURS,), NumberState.ASSIGNED, token(1)),
        ((SHARED,), NumberState.CONFLICT, None),
        ((WRONG,), NumberState.WRONG, None),
        ((OURS, SHARED), NumberState.ASSIGNED, token(1)),
        ((OURS, NONE), NumberState.ASSIGNED, token(1)),
        ((OURS, OTHER), NumberState.CONFLICT, None),
        ((WRONG, OTHER), NumberState.ASSIGNED, token(2)),
        ((WRONG, NONE), NumberState.WRONG, None),
        ((SHARED, NONE), NumberState.CONFLICT, None),
    ],
    ids=[
        "none", "theirs alone", "another bears it", "found wrong", "the same on both records",
        "on one of two records", "two that differ", "the wrong one does not count",
        "wrong and none", "another bears it and none",
    ],
)  # fmt: skip
def test_the_number_of_a_person_with_several_records(
    borne: tuple[Number, ...], state: NumberState, handed_out: str | None
) -> None:
    for order in permutations(borne):
        assert number_of(order) == Number(state, handed_out)


@pytest.mark.parametrize(
    ("other", "survives", "why"),
    [
        (standing(B, SHARED, since="000000000000001"), A, Why.NUMBERED),
        (standing(B, OURS, lives_here=False, since="000000000000001"), A, Why.LIVES_HERE),
        (standing(B, OURS, since="000000000000001"), B, Why.KNOWN_LONGER),
        (standing(B, OURS, since="000000000000099"), A, Why.KNOWN_LONGER),
    ],
    ids=["whose number is certain", "who lives here", "known longer", "known shorter"],
)
def test_who_survives(other: Standing, survives: UUID, why: Why) -> None:
    for choice in (choose(standing(A, OURS), other), choose(other, standing(A, OURS))):
        assert (choice.surviving.person_id, choice.why) == (survives, why)
        assert {choice.surviving.person_id, choice.former.person_id} == {A, B}


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        (OURS, SHARED, False),
        (OURS, NONE, False),
        (NONE, NONE, False),
        (OURS, OTHER, True),
        (WRONG, OTHER, False),
    ],
    ids=["the same", "one has none", "both have none", "two numbers", "one is known to be wrong"],
)
def test_two_numbers_are_two_persons(one: Number, other: Number, *, differ: bool) -> None:
    assert numbers_differ(standing(A, one), standing(B, other)) is differ


def test_what_hangs_under_somebody_goes_along() -> None:
    trees = Trees()
    trees.merge(B, A)
    trees.merge(A, C)
    assert (trees.root(B), trees.under(A), trees.under(C)) == (C, (A, B), (A, B, C))
    assert trees.between(C, B) == B
    assert trees.between(A, B) == B
    assert trees.between(C, A) == A
    trees.separate(A)
    assert (trees.root(B), trees.root(C)) == (A, C)


def test_only_who_stands_alone_is_merged_and_only_who_was_merged_is_separated() -> None:
    trees = Trees({B: A})
    for former, surviving in ((B, C), (C, B), (A, A)):
        with pytest.raises(ValueError, match="stand for themselves"):
            trees.merge(former, surviving)
    with pytest.raises(ValueError, match="not merged"):
        trees.separate(C)
    with pytest.raises(ValueError, match="not one person"):
        trees.between(A, C)


@given(st.data())
def test_merging_and_taking_it_back_restores_whatever_was(data: st.DataObject) -> None:
    persons = [UUID(int=n) for n in range(1, data.draw(st.integers(2, 9)) + 1)]
    trees = Trees()
    for _ in range(data.draw(st.integers(0, 12))):
        if len(trees.into) > 0 and data.draw(st.booleans()):
            trees.separate(data.draw(st.sampled_from(sorted(trees.into))))
            continue
        roots = [p for p in persons if p not in trees.into]
        if len(roots) > 1:
            former, surviving = data.draw(st.permutations(roots))[:2]
            before = dict(trees.into)
            standing_before = trees.standing(persons)
            trees.merge(former, surviving)
            assert {trees.root(former), trees.root(surviving)} == {surviving}
            again = replace(trees, into=dict(trees.into))
            again.separate(again.between(surviving, former))
            assert (again.into, again.standing(persons)) == (before, standing_before)
    for person_id, root in trees.standing(persons).items():
        assert person_id in trees.under(root)
        assert root not in trees.into


def test_every_kind_of_finding_has_something_to_decide() -> None:
    assert set(DECISIONS) == set(FindingKind)
    assert set().union(*DECISIONS.values()) == set(Decision)
    # What is merged can be separated, and what was found wrong right: undone by the same path.
    undoes = {Decision.MERGE: Decision.SEPARATE, Decision.NUMBER_WRONG: Decision.NUMBER_RIGHT}
    for decision, back in undoes.items():
        assert decision.leaves is FindingState.SETTLED
        assert any(back in allowed for allowed in DECISIONS.values())
    assert Decision.REGISTER_CORRECTS.leaves is FindingState.AWAITING_REGISTER
