"""Person events: what eligibility needs to know of a person, and no more.

Names and addresses are not here: a service that needs them for a report asks for them (linkage).
"""

from typing import ClassVar
from uuid import UUID

from pydantic import StrictBool

from contracts.codes import BecameResidentReason, RemovalReason, ResidentChangeKind, ResidentKind
from contracts.dates import UncertainDate
from contracts.days import Day
from contracts.events.base import Data, Event
from contracts.numbers import SmallVersion
from contracts.topics import PERSONS_EVENTS, Topic


class ResidencePeriod(Data):
    """One stay in the city: from the day the person became a resident to the day they left."""

    began: UncertainDate
    began_reason: BecameResidentReason | None
    ended: UncertainDate | None = None
    """The day of the move or death (異動日), not the day after; None while it lasts."""
    ended_reason: RemovalReason | None = None
    pension_note: StrictBool | None = None
    """Whether the notice of coming bore the note on the National Pension (国民年金法12条3項)."""


class PersonChanged(Event):
    """The whole of what eligibility needs about a person, after a change.

    State-carrying: a later version replaces an earlier one, so a consumer needs no event that it
    missed. ``person_version`` counts up by one with every event of this person.
    """

    TYPE: ClassVar[str] = "nenkin.person.changed.v1"
    TOPIC: ClassVar[Topic] = PERSONS_EVENTS

    person_id: UUID
    person_version: SmallVersion
    change: ResidentChangeKind
    changed_on: UncertainDate
    reported_on: Day
    birth_date: UncertainDate
    resident_kind: ResidentKind
    residence_status_code: str | None = None
    """在留資格: some exclude from category 1 (規則1条の2)."""
    residence_status_until: Day | None = None
    """在留期間の満了日 of a foreign resident, where the register tells it."""
    residence: tuple[ResidencePeriod, ...]
    """Stays in the city, oldest first. Domestic moves out of the city end a stay without loss."""
    died_on: UncertainDate | None = None
    household_id: UUID | None
    """Opaque; the 世帯番号 stays in identity."""
    is_householder: StrictBool

    @property
    def record_key(self) -> str:
        return str(self.person_id)
