"""The states of an entry, and the rule that two people make one count (promise 9)."""

from collections.abc import Mapping
from typing import ClassVar

from contracts.codes import Code
from contracts.errors import ContractError


class SamePerson(ContractError):
    """Who accepted an entry may not settle it: two people (promise 9)."""

    code: ClassVar[str] = "CT-0603"


class InvalidTransition(ContractError):
    """An entry in this state cannot become what was asked."""

    code: ClassVar[str] = "CT-0604"


class EntryState(Code):
    """The state of an entry: what the municipality did and what it sent are separate (令1条の2)."""

    RECEIVED = "received", "受付（仮登録）"
    SETTLED = "settled", "本登録"
    FORWARDED = "forwarded", "送付済"
    WITHDRAWN = "withdrawn", "取下げ"
    ACCEPTED = "accepted", "機構受理"
    RETURNED = "returned", "機構返戻"
    CORRECTED = "corrected", "機構訂正"
    TAKEN_BACK = "taken_back", "本登録取消"


DECIDED = frozenset({EntryState.ACCEPTED, EntryState.RETURNED, EntryState.CORRECTED})
"""What JPS decided on it: theirs. A later decision replaces an earlier one."""


_NEXT: Mapping[EntryState, frozenset[EntryState]] = {
    EntryState.RECEIVED: frozenset({EntryState.SETTLED, EntryState.WITHDRAWN}),
    EntryState.SETTLED: frozenset({EntryState.FORWARDED, EntryState.TAKEN_BACK}),
    EntryState.FORWARDED: DECIDED | {EntryState.TAKEN_BACK},
    **{state: (DECIDED - {state}) | {EntryState.TAKEN_BACK} for state in DECIDED},
    # Reported again as it is: it waits to be sent once more.
    EntryState.RETURNED: frozenset(
        {EntryState.ACCEPTED, EntryState.CORRECTED, EntryState.SETTLED, EntryState.TAKEN_BACK}
    ),
    EntryState.WITHDRAWN: frozenset(),
    EntryState.TAKEN_BACK: frozenset(),
}


def require_transition(state: EntryState, to: EntryState) -> None:
    """Raises `InvalidTransition` unless an entry in ``state`` may become ``to``."""
    if to not in _NEXT[state]:
        raise InvalidTransition(f"an entry that is {state} does not become {to}")


def require_another_person(accepted_by: str, settling: str) -> None:
    """Raises `SamePerson` where the staff member who settles an entry also accepted it."""
    if accepted_by == settling:
        raise SamePerson("who accepted an entry does not settle it")
