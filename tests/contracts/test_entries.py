"""What an entry made with a form may become, and what its free text may not hold."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.forms import (
    EntryState,
    Finding,
    FindingKind,
    InvalidTransition,
    SamePerson,
    entry_choices,
    holds_individual_number,
    refusals,
    require_another_person,
    require_transition,
    unacknowledged,
)
from contracts.numbers import synthetic_individual_number


@pytest.mark.parametrize("state", list(EntryState))
@pytest.mark.parametrize("to", list(EntryState))
def test_an_entry_goes_from_receipt_through_settling_to_forwarding(
    state: EntryState, to: EntryState
) -> None:
    decided = ("accepted", "returned", "corrected")
    lawful = {
        ("received", "settled"),
        ("received", "withdrawn"),
        ("settled", "forwarded"),
        *(("forwarded", outcome) for outcome in decided),
        *permutations(decided, 2),
        ("returned", "settled"),
        # Two people take a settled one back, wherever it is by then.
        *((before, "taken_back") for before in ("settled", "forwarded", *decided)),
    }
    if (state, to) in lawful:
        require_transition(state, to)
    else:
        with pytest.raises(InvalidTransition):
            require_transition(state, to)


def test_the_same_person_does_not_accept_and_settle() -> None:
    require_another_person("s001", "s002")
    with pytest.raises(SamePerson):
        require_another_person("s001", "s001")


def test_what_nobody_looked_at_is_told() -> None:
    found = [
        Finding(kind=FindingKind.REFUSAL, code="too-late", message="期限後"),
        Finding(kind=FindingKind.REVIEW, code="unknown-day", message="日不詳"),
        Finding(kind=FindingKind.NOTE, code="also-due", message="参考"),
    ]
    assert [item.code for item in refusals(found)] == ["too-late"]
    assert [item.code for item in unacknowledged(found, [])] == ["unknown-day"]
    assert unacknowledged(found, ["unknown-day"]) == ()


def test_the_choices_beside_a_form_have_labels() -> None:
    choices = entry_choices()
    assert [option.code for option in choices.channels] == [
        "counter", "post", "electronic", "resident_register", "ex_officio",
    ]  # fmt: skip
    assert {option.label for option in choices.attachment_states} == {"確認済", "未提出", "省略"}


@given(
    index=st.integers(0, 9_999_999),
    before=st.text("甲乙 ab、。(:", max_size=8),
    after=st.text("甲乙 ab、。):", max_size=8),
    separator=st.sampled_from(["", " ", "-", "　", "ー"]),
)
def test_a_number_is_found_wherever_it_stands(
    index: int, before: str, after: str, separator: str
) -> None:
    number = synthetic_individual_number(index)
    written = separator.join((number[:4], number[4:8], number[8:]))
    assert holds_individual_number(f"{before}{written}{after}")


@pytest.mark.parametrize("text", ["", "043-245-1234", "1234567890", "2026-10-01から2026-10-31まで"])
def test_other_numbers_are_left_alone(text: str) -> None:
    assert not holds_individual_number(text)
