"""What JPS was told about reports of entries that do not stand, and what it decided on that."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg

from contracts.events import ReportOwner
from services.chassis.corrections import Corrections, Told
from services.exemptions.stores import decisions

KEPT: Final = Corrections("exemptions", ReportOwner.EXEMPTIONS, about="entry_id")
_PEOPLE: Final = """
select entry_id, person_id from exemptions.entries where entry_id = any($1::uuid[])
union all
select application_id, person_id from exemptions.applications
where application_id = any($1::uuid[])
"""


async def sent(connection: asyncpg.Connection, told: Sequence[Told]) -> dict[UUID, UUID]:
    """Which of the items that these correct were sent of that person, each with its entry."""
    owners = await decisions.owners(connection, [event.item_id for event in told])
    rows = await connection.fetch(_PEOPLE, list(owners.values()))
    people = {row["entry_id"]: row["person_id"] for row in rows}
    return {
        event.item_id: owners[event.item_id]
        for event in told
        if event.item_id in owners and people[owners[event.item_id]] == event.person_id
    }
