"""What staff may see of a person. Every statement here reads residents through
``identity.visible_residents`` (see the migration): sealed means absent (支援措置, promise 8 of the
architecture)."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from contracts.events.residents import ResidentRecord
from services.identity.domain.numbers import FindingKind, FindingState, NumberState
from services.identity.domain.sight import sees_sealed

_PERSON: Final = """
select r.person_id, r.system, r.addressee_number, r.household_id, r.linked_at, r.recorded_at,
       p.number_state, v.record
from identity.visible_residents($1) r
join identity.persons p using (person_id)
join identity.record_versions v using (addressee_number, system, record_version)
where r.person_id = $2
order by r.linked_at, r.system, r.addressee_number
"""
_MEMBERS: Final = """
select r.person_id, v.record
from identity.visible_residents($1) r
join identity.record_versions v using (addressee_number, system, record_version)
where r.household_id = $2 and r.resident_status = '1'
order by r.birth_sort nulls last, r.person_id
"""
_FINDINGS: Final = """
select f.finding_id, f.kind, f.state, f.found_at,
       case when f.person_id = $2 then f.other_person_id else f.person_id end as other_person_id
from identity.findings f
where $2 in (f.person_id, f.other_person_id)
  and f.person_id in (select person_id from identity.visible_residents($1))
  and (f.other_person_id is null
       or f.other_person_id in (select person_id from identity.visible_residents($1)))
order by f.found_at, f.finding_id
"""


@dataclass(frozen=True, slots=True)
class Link:
    """A record of another system that is this person's."""

    system: str
    addressee_number: str
    linked_at: datetime


@dataclass(frozen=True, slots=True)
class Person:
    """A person as the register has them."""

    person_id: UUID
    record: ResidentRecord
    household_id: UUID | None
    number_state: NumberState
    links: tuple[Link, ...]
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Member:
    """One of those who live in a household."""

    person_id: UUID
    record: ResidentRecord


@dataclass(frozen=True, slots=True)
class FoundAbout:
    """A finding about a person, as the person's page shows it."""

    finding_id: UUID
    kind: FindingKind
    state: FindingState
    found_at: datetime
    other_person_id: UUID | None


async def person(
    connection: asyncpg.Connection, functions: Set[str], person_id: UUID
) -> Person | None:
    """The person, or None: there is none, or none for someone with these functions."""
    rows = await connection.fetch(_PERSON, sees_sealed(functions), person_id)
    if not rows:
        return None
    first = rows[0]
    return Person(
        person_id=first["person_id"],
        record=ResidentRecord.model_validate_json(first["record"]),
        household_id=first["household_id"],
        number_state=NumberState(first["number_state"]),
        links=tuple(Link(row["system"], row["addressee_number"], row["linked_at"]) for row in rows),
        recorded_at=first["recorded_at"],
    )


async def members(
    connection: asyncpg.Connection, functions: Set[str], household_id: UUID
) -> list[Member]:
    """Those who live in the household and can be seen, the oldest first."""
    rows = await connection.fetch(_MEMBERS, sees_sealed(functions), household_id)
    return [
        Member(row["person_id"], ResidentRecord.model_validate_json(row["record"])) for row in rows
    ]


async def findings(
    connection: asyncpg.Connection, functions: Set[str], person_id: UUID
) -> list[FoundAbout]:
    """What is found about the person; not what also concerns someone who cannot be seen."""
    rows = await connection.fetch(_FINDINGS, sees_sealed(functions), person_id)
    return [
        FoundAbout(
            row["finding_id"],
            FindingKind(row["kind"]),
            FindingState(row["state"]),
            row["found_at"],
            row["other_person_id"],
        )
        for row in rows
    ]
