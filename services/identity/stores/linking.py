"""Reads for linkage. No one's sight is filtered here: a service asks for a purpose that the law
names, and a person under a support measure is reported like any other."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import asyncpg

from contracts.events.residents import ResidentRecord
from services.identity.domain.numbers import NumberState

_ITEMS: Final = """
select p.person_id, p.individual_number_token, p.number_state, v.record
from identity.persons p
join identity.residents r using (person_id)
join identity.record_versions v using (addressee_number, system, record_version)
where p.person_id = any($1::uuid[])
"""


@dataclass(frozen=True, slots=True)
class Linkable:
    """What there is of a person to be handed over."""

    record: ResidentRecord
    individual_number_token: str | None
    number_state: NumberState


async def linkable(
    connection: asyncpg.Connection, person_ids: Collection[UUID]
) -> dict[UUID, Linkable]:
    """The persons among these that there are."""
    rows = await connection.fetch(_ITEMS, list(person_ids))
    return {
        row["person_id"]: Linkable(
            ResidentRecord.model_validate_json(row["record"]),
            row["individual_number_token"],
            NumberState(row["number_state"]),
        )
        for row in rows
    }
