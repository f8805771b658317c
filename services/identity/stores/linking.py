"""Reads for linkage. No one's sight is filtered here: a service asks for a purpose that the law
names, and a person under a support measure is reported like any other."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import asyncpg

from contracts.events.residents import ResidentRecord
from services.identity.domain.merging import Number, number_of
from services.identity.domain.numbers import NumberState
from services.identity.stores.bulk import SPEAKS_FIRST

_ITEMS: Final = f"""
select a.id, p.individual_number_token, p.number_state, v.record
from unnest($1::uuid[]) as a (id)
join identity.residents r on r.person_id = identity.surviving(a.id)
join identity.persons p on p.person_id = coalesce(r.former_id, r.person_id)
join identity.record_versions v using (addressee_number, system, record_version)
order by a.id, {SPEAKS_FIRST}
"""  # noqa: S608 - constant text


@dataclass(frozen=True, slots=True)
class Linkable:
    """What there is of a person to be handed over: the record that speaks for them, and the token
    of their number where there is no doubt about it (C06)."""

    record: ResidentRecord
    individual_number_token: str | None


async def linkable(
    connection: asyncpg.Connection, person_ids: Collection[UUID]
) -> dict[UUID, Linkable]:
    """The persons among these that there are, by the id that was asked for."""
    rows: dict[UUID, list[asyncpg.Record]] = {}
    for row in await connection.fetch(_ITEMS, list(person_ids)):
        rows.setdefault(row["id"], []).append(row)
    return {
        asked: Linkable(
            ResidentRecord.model_validate_json(of_person[0]["record"]),
            number_of(
                Number(NumberState(row["number_state"]), row["individual_number_token"])
                for row in of_person
            ).token,
        )
        for asked, of_person in rows.items()
    }
