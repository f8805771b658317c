"""What JPS was told about reports of claims that do not stand, and what it decided on that."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg

from contracts.events import ReportOwner
from services.chassis.corrections import Corrections, Told

KEPT: Final = Corrections("claims", ReportOwner.CLAIMS, about="claim_id")
_SENT: Final = """
select item_id, claim_id, deceased_id from claims.unpaid_benefit_claims
where item_id = any($1::uuid[]) and forwarded_on is not null
"""


async def sent(connection: asyncpg.Connection, told: Sequence[Told]) -> dict[UUID, UUID]:
    """Which of the items that these correct were sent of that deceased, each with its claim."""
    rows = await connection.fetch(_SENT, [event.item_id for event in told])
    ours = {(row["item_id"], row["deceased_id"]): row["claim_id"] for row in rows}
    return {
        event.item_id: ours[event.item_id, event.person_id]
        for event in told
        if (event.item_id, event.person_id) in ours
    }
