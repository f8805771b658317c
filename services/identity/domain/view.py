"""What eligibility needs to know of a person, and whether it has changed.

`contracts.events.PersonChanged` carries the whole of it. It is sent when the view differs from the
one last sent: a new name or address is none of eligibility's business.
"""

import hashlib
from datetime import date
from typing import Final
from uuid import UUID

from contracts.codes import Relationship, ResidentChangeKind, ResidentKind, ResidentStatus
from contracts.dates import UncertainDate
from contracts.events.persons import PersonChanged, ResidencePeriod
from contracts.events.residents import ResidentRecord
from contracts.values import unchecked, value
from services.identity.domain.residence import Residence

_HOUSEHOLDER: Final = (Relationship.HOUSEHOLDER,)
_event: Final = unchecked(PersonChanged)


@value
class Occasion:
    """The change of the register that a view follows from."""

    change: ResidentChangeKind
    changed_on: UncertainDate
    reported_on: date


@value
class View:
    """`PersonChanged` without the person, the version and the occasion."""

    birth_date: UncertainDate
    resident_kind: ResidentKind
    residence_status_code: str | None
    residence_status_until: date | None
    residence: tuple[ResidencePeriod, ...]
    died_on: UncertainDate | None
    household_id: UUID | None
    is_householder: bool

    @property
    def digest(self) -> bytes:
        """16 bytes that are equal when nothing that eligibility needs has changed."""
        parts = [
            _day(self.birth_date),
            self.resident_kind,
            self.residence_status_code or "",
            _day(self.died_on),
            str(self.household_id),
            str(self.is_householder),
        ]
        for stay in self.residence:
            parts += (
                _day(stay.began),
                stay.began_reason or "",
                _day(stay.ended),
                stay.ended_reason or "",
            )
        # Told of later than the rest: who has neither is not told of again.
        if self.residence_status_until is not None:
            parts.append(f"until {self.residence_status_until}")
        parts += [f"note {s.pension_note}" for s in self.residence if s.pension_note is not None]
        return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=16).digest()

    def event(self, person_id: UUID, person_version: int, occasion: Occasion) -> PersonChanged:
        """The event that tells the neighbours."""
        return _event(
            person_id=person_id,
            person_version=person_version,
            change=occasion.change,
            changed_on=occasion.changed_on,
            reported_on=occasion.reported_on,
            birth_date=self.birth_date,
            resident_kind=self.resident_kind,
            residence_status_code=self.residence_status_code,
            residence_status_until=self.residence_status_until,
            residence=self.residence,
            died_on=self.died_on,
            household_id=self.household_id,
            is_householder=self.is_householder,
        )


def view_of(record: ResidentRecord, residence: Residence, household_id: UUID | None) -> View:
    """The view that follows from the record as it stands and the residence.

    A household is the one that the person lives in: who is no resident any more has none.
    """
    status = record.residence_status
    living_here = record.resident_status is ResidentStatus.RESIDENT
    return View(
        birth_date=record.birth_date,
        resident_kind=record.resident_kind,
        residence_status_code=status.code if status else None,
        residence_status_until=status.valid_to if status else None,
        residence=residence.periods,
        died_on=residence.died_on,
        household_id=household_id if living_here else None,
        is_householder=living_here and is_householder(record),
    )


def is_householder(record: ResidentRecord) -> bool:
    """Whether the record is that of the 世帯主 of its household."""
    return record.relationship == _HOUSEHOLDER


def _day(day: UncertainDate | None) -> str:
    if day is None:
        return ""
    if day.value is not None:
        # The same day written in another way is no change.
        return day.value.isoformat()
    return f"{day.precision}|{day.notation}|{day.sort_date}"
