"""Who is hidden from staff without the right (支援措置, promise 8 of the architecture)."""

from typing import ClassVar
from uuid import UUID

from pydantic import StrictBool

from contracts.events.base import Event
from contracts.numbers import SmallVersion
from contracts.topics import PERSONS_SIGHT, Topic


class PersonSightChanged(Event):
    """Whether a person is hidden from now on. Why, since when and until when stays in identity.

    State-carrying: a later ``sight_version`` of the person replaces an earlier one. It may come
    before the first `PersonChanged` of the person, or long after.
    """

    TYPE: ClassVar[str] = "nenkin.person.sight_changed.v1"
    TOPIC: ClassVar[Topic] = PERSONS_SIGHT

    person_id: UUID
    sight_version: SmallVersion
    hidden: StrictBool

    @property
    def record_key(self) -> str:
        return str(self.person_id)
