"""Merges: which persons were found to be one, and which of them to be two after all.

State-carrying for each person alone: ``identity_version`` counts up per person, the highest holds,
and it says the whole of how the person stands. So a consumer needs no order between the two
persons of a merge, who may be in different partitions, and none between these and other events.
What was recorded about a person stays theirs; another only answers for it while the merge stands.
"""

from typing import ClassVar
from uuid import UUID

from contracts.days import Day
from contracts.events.base import Event
from contracts.numbers import SmallVersion
from contracts.topics import PERSONS_MERGES, Topic


class PersonMerged(Event):
    """This person is the same as another, who answers for both from now on (統合)."""

    TYPE: ClassVar[str] = "nenkin.person.merged.v1"
    TOPIC: ClassVar[Topic] = PERSONS_MERGES

    person_id: UUID
    """The former id: whatever was recorded under it stays so."""
    identity_version: SmallVersion
    surviving_id: UUID
    """Who answers for this person: never one for whom another answers in turn."""
    decision_id: UUID
    """The finding whose settlement decided it."""
    decided_on: Day

    @property
    def record_key(self) -> str:
        return str(self.person_id)


class PersonSeparated(Event):
    """This person stands for itself again: the merge was undone (分離)."""

    TYPE: ClassVar[str] = "nenkin.person.separated.v1"
    TOPIC: ClassVar[Topic] = PERSONS_MERGES

    person_id: UUID
    identity_version: SmallVersion
    decision_id: UUID
    decided_on: Day

    @property
    def record_key(self) -> str:
        return str(self.person_id)
