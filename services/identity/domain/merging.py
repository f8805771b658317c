"""One person from two records, and back: who survives, what forbids it, and who stands under whom.

A merge moves nothing. It is an edge from one person to the one that answers for it; the persons
under one survivor are a tree. To undo a merge is to take its edge away: what hung under the former
person goes with it, and each has its own again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from contracts.codes import Code
from contracts.events import PersonMerged, PersonSeparated
from services.identity.domain.numbers import NumberState


@dataclass(frozen=True, slots=True)
class Number:
    """The individual number that one of a person's records bears, by its token."""

    state: NumberState = NumberState.UNNUMBERED
    token: str | None = None


def number_of(borne: Iterable[Number]) -> Number:
    """The number of a person, from those that the records of the person bear.

    A number that staff found wrong does not count. Two that differ contradict each other: then
    none is handed out. The same one on two records of one person is no conflict; one that somebody
    else bears is.
    """
    numbers = list(borne)
    standing = [n for n in numbers if n.token is not None and n.state is not NumberState.WRONG]
    tokens = {n.token for n in standing}
    if not tokens:
        wrong = any(n.state is NumberState.WRONG for n in numbers)
        return Number(NumberState.WRONG if wrong else NumberState.UNNUMBERED)
    if len(tokens) > 1 or all(n.state is NumberState.CONFLICT for n in standing):
        return Number(NumberState.CONFLICT)
    return Number(NumberState.ASSIGNED, standing[0].token)


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a person decides which of two survives. ``since``: the integrated number, which
    was counted up as persons became known."""

    person_id: UUID
    numbers: tuple[Number, ...]
    lives_here: bool
    since: str


class Why(Code):
    """Why one of two persons survives."""

    NUMBERED = "numbered", "個人番号が確認されている宛名を残す"
    LIVES_HERE = "lives_here", "現に住民である宛名を残す"
    KNOWN_LONGER = "known_longer", "先に登録された宛名を残す"


@dataclass(frozen=True, slots=True)
class Choice:
    """Who survives, and why."""

    surviving: Standing
    former: Standing
    why: Why


def choose(one: Standing, other: Standing) -> Choice:
    """Which of two persons survives: the one whose number is certain; of two such, or of none,
    the one who lives here; else the one known longer. It does not matter who is named first."""
    for why, holds in (
        (Why.NUMBERED, lambda s: number_of(s.numbers).state is NumberState.ASSIGNED),
        (Why.LIVES_HERE, lambda s: s.lives_here),
    ):
        if holds(one) != holds(other):
            return Choice(one, other, why) if holds(one) else Choice(other, one, why)
    first, second = sorted((one, other), key=lambda standing: standing.since)
    return Choice(first, second, Why.KNOWN_LONGER)


def numbers_differ(one: Standing, other: Standing) -> bool:
    """Whether two persons bear two numbers, neither of them known to be wrong: then they are not
    one person as far as is known, and which number is wrong has to be settled first."""
    tokens = {
        n.token
        for n in (*one.numbers, *other.numbers)
        if n.token is not None and n.state is not NumberState.WRONG
    }
    return len(tokens) > 1


@dataclass(slots=True)
class Trees:
    """The merges that stand: each former person and the one that it was merged into."""

    into: dict[UUID, UUID] = field(default_factory=dict)

    def root(self, person_id: UUID) -> UUID:
        """Who answers for a person."""
        while person_id in self.into:
            person_id = self.into[person_id]
        return person_id

    def under(self, person_id: UUID) -> tuple[UUID, ...]:
        """A person and whoever was merged into it, directly or not, in the order of their ids."""
        found, fresh = {person_id}, {person_id}
        while fresh:
            fresh = {f for f, s in self.into.items() if s in fresh} - found
            found |= fresh
        return tuple(sorted(found))

    def merge(self, former: UUID, surviving: UUID) -> None:
        """Put one root under another."""
        if former in self.into or self.root(surviving) != surviving or former == surviving:
            raise ValueError("only two persons that stand for themselves can be merged")
        self.into[former] = surviving

    def separate(self, former: UUID) -> None:
        """Take a merge back."""
        if former not in self.into:
            raise ValueError("this person was not merged")
        del self.into[former]

    def between(self, one: UUID, other: UUID) -> UUID:
        """Whose merge to take back so that two are apart: of two of whom one hangs under the other
        the lower, else the first."""
        if one == other or self.root(one) != self.root(other):
            raise ValueError("these are not one person")
        return other if other in self.under(one) else one

    def standing(self, persons: Sequence[UUID]) -> Mapping[UUID, UUID]:
        """Each of these and who answers for it."""
        return {person_id: self.root(person_id) for person_id in persons}


Told = PersonMerged | PersonSeparated
"""How a person stands now, for the neighbours."""


def told(
    surviving_id: UUID, person_id: UUID, version: int, decision_id: UUID, decided_on: date
) -> Told:
    """The event, under the person's own key."""
    if surviving_id == person_id:
        return PersonSeparated(
            person_id=person_id,
            identity_version=version,
            decision_id=decision_id,
            decided_on=decided_on,
        )
    return PersonMerged(
        person_id=person_id,
        identity_version=version,
        surviving_id=surviving_id,
        decision_id=decision_id,
        decided_on=decided_on,
    )


RULE: Final = "・".join(why.label for why in Why)
"""The rule in words, in its order."""
