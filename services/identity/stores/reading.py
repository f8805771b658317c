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
from services.identity.domain.merging import Number, number_of
from services.identity.domain.numbers import NumberState
from services.identity.domain.sight import sees_sealed
from services.identity.stores.bulk import SPEAKS_FIRST

# A number that somebody sealed bears too is this person's alone to whoever may not see them.
_PERSON: Final = f"""
select r.person_id, r.former_id, r.system, r.addressee_number, r.household_id, r.linked_at,
       r.recorded_at, p.individual_number_token, v.record,
       case when p.number_state = 'conflict' and not $1 and not exists (
                select from identity.persons o
                where o.individual_number_token = p.individual_number_token
                  and o.person_id <> p.person_id and not o.sealed)
            then 'assigned' else p.number_state end as number_state
from identity.visible_residents($1) r
join identity.persons p on p.person_id = coalesce(r.former_id, r.person_id)
join identity.record_versions v using (addressee_number, system, record_version)
where r.person_id = identity.surviving($2)
order by {SPEAKS_FIRST}
"""  # noqa: S608 - constant text
_MEMBERS: Final = """
select r.person_id, v.record
from identity.visible_residents($1) r
join identity.record_versions v using (addressee_number, system, record_version)
where r.household_id = $2 and r.resident_status = '1'
order by r.birth_sort nulls last, r.person_id, r.former_id nulls first
"""


@dataclass(frozen=True, slots=True)
class Link:
    """A record of another system that is this person's."""

    system: str
    addressee_number: str
    linked_at: datetime
    former_id: UUID | None
    """The person that this record made, where the person was merged into this one."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person as the register has them."""

    person_id: UUID
    record: ResidentRecord
    household_id: UUID | None
    number_state: NumberState
    links: tuple[Link, ...]
    recorded_at: datetime

    @property
    def ids(self) -> tuple[UUID, ...]:
        """All ids under which the person is known, the surviving one first."""
        formers = (link.former_id for link in self.links if link.former_id is not None)
        return tuple(dict.fromkeys((self.person_id, *formers)))


@dataclass(frozen=True, slots=True)
class Member:
    """One of those who live in a household."""

    person_id: UUID
    record: ResidentRecord


async def person(
    connection: asyncpg.Connection, functions: Set[str], person_id: UUID
) -> Person | None:
    """The person, also by a former id, or None: there is none, or none for someone with these
    functions."""
    rows = await connection.fetch(_PERSON, sees_sealed(functions), person_id)
    if not rows:
        return None
    first = rows[0]
    return Person(
        person_id=first["person_id"],
        record=ResidentRecord.model_validate_json(first["record"]),
        household_id=first["household_id"],
        number_state=number_of(
            Number(NumberState(row["number_state"]), row["individual_number_token"]) for row in rows
        ).state,
        links=tuple(
            Link(row["system"], row["addressee_number"], row["linked_at"], row["former_id"])
            for row in rows
        ),
        recorded_at=first["recorded_at"],
    )


async def members(
    connection: asyncpg.Connection, functions: Set[str], household_id: UUID
) -> list[Member]:
    """Those who live in the household and can be seen, the oldest first."""
    members: dict[UUID, Member] = {}
    for row in await connection.fetch(_MEMBERS, sees_sealed(functions), household_id):
        # Somebody with two records is one member.
        record = ResidentRecord.model_validate_json(row["record"])
        members.setdefault(row["person_id"], Member(row["person_id"], record))
    return list(members.values())
