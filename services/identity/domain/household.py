"""Who the householder and the spouse of somebody are by the resident register (住民票).

The register says of each member of a household what they are to the householder (続柄), a step at a
time: 子の妻 is the wife of a child of the householder. A spouse follows from that only where the
steps leave one person; two children and one wife of a child leave it open whose wife she is, and
parents of the householder are not said to be spouses of each other. What is left open is told as
uncertain, never guessed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from contracts.codes import Relationship
from contracts.events import RegisteredAs, RegisteredHousehold, RegisterOutcome

_HEAD: Final = (Relationship.HOUSEHOLDER.value,)
_SPOUSES: Final = frozenset(
    {
        Relationship.HUSBAND.value,
        Relationship.WIFE.value,
        Relationship.HUSBAND_UNREGISTERED.value,
        Relationship.WIFE_UNREGISTERED.value,
    }
)
_PARENTS: Final = {
    Relationship.FATHER.value: Relationship.MOTHER.value,
    Relationship.MOTHER.value: Relationship.FATHER.value,
}
_SAY_NOTHING: Final = frozenset({Relationship.RELATIVE.value, Relationship.LODGER.value})
NOBODY: Final = RegisteredAs(outcome=RegisterOutcome.NOBODY)
UNCERTAIN: Final = RegisteredAs(outcome=RegisterOutcome.UNCERTAIN)
UNKNOWN: Final = RegisteredHousehold(householder=UNCERTAIN, spouse=UNCERTAIN)
"""Of whom the register knows no household on that day."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of a household on a day."""

    person_id: UUID
    relationship: tuple[str, ...]
    """続柄 to the householder, a code a step."""


def heads(person_id: UUID, members: Iterable[Member], *, of: UUID) -> bool:
    """Whether somebody is the householder of a household that ``of`` is a member of."""
    household = {(member.person_id, member.relationship) for member in members}
    return (person_id, _HEAD) in household and any(one == of for one, _ in household)


def registered(applicant_id: UUID, members: Iterable[Member]) -> RegisteredHousehold:
    """Householder and spouse of one of the members."""
    household = list(members)
    own = {member.relationship for member in household if member.person_id == applicant_id}
    if len(own) != 1:  # not there, or there twice with two relationships
        return UNKNOWN
    (steps,) = own
    others = [member for member in household if member.person_id != applicant_id]
    heads = {member.person_id for member in household if member.relationship == _HEAD}
    return RegisteredHousehold(
        householder=_one(heads) if heads else UNCERTAIN, spouse=_spouse(steps, others)
    )


def _spouse(steps: tuple[str, ...], others: Sequence[Member]) -> RegisteredAs:
    if not steps:
        return UNCERTAIN
    mates = [
        member for member in others if member.relationship in {(*_base(steps), s) for s in _SPOUSES}
    ]
    if steps == _HEAD:
        return _one({member.person_id for member in mates}) if mates else NOBODY
    if steps[-1] in _SPOUSES:
        return _married_to(steps, others)
    rivals = [member for member in others if member.relationship == steps]
    if mates:
        return UNCERTAIN if rivals else _one({member.person_id for member in mates})
    return UNCERTAIN if _may_be_married(steps, others) else NOBODY


def _base(steps: tuple[str, ...]) -> tuple[str, ...]:
    """What a spouse's steps begin with: the householder's own step is not written."""
    return () if steps == _HEAD else steps


def _married_to(steps: tuple[str, ...], others: Sequence[Member]) -> RegisteredAs:
    """Of the wife of a child: the child, if it is the only one; of the wife: the householder."""
    wanted = steps[:-1] or _HEAD
    found = {member.person_id for member in others if member.relationship == wanted}
    rivals = [
        member
        for member in others
        if member.relationship[:-1] == steps[:-1] and member.relationship[-1:] and
        member.relationship[-1] in _SPOUSES
    ]  # fmt: skip
    return UNCERTAIN if rivals or not found else _one(found)


def _may_be_married(steps: tuple[str, ...], others: Sequence[Member]) -> bool:
    """Whether somebody's steps leave it open: the other parent, relatives, lodgers."""
    other_parent = _PARENTS.get(steps[-1])
    if other_parent is not None:
        return any(member.relationship == (*steps[:-1], other_parent) for member in others)
    silent = [member for member in others if not _SAY_NOTHING.isdisjoint(member.relationship)]
    return steps[-1] in _SAY_NOTHING and bool(silent)


def _one(found: set[UUID]) -> RegisteredAs:
    if len(found) != 1:
        return UNCERTAIN
    return RegisteredAs(outcome=RegisterOutcome.PERSON, person_id=found.pop())
