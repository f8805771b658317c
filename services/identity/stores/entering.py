"""What staff entered and had compared with a person, kept (C01)."""

from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from contracts.events.feeds import FourAttributes
from services.identity.domain.comparison import Comparison

_KEEP: Final = """
insert into identity.entered_comparisons
    (comparison_id, person_id, told, name, address, birth_date, sex, agreed, staff_id, compared_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""


async def keep(
    connection: asyncpg.Connection,
    comparison_id: UUID,
    person_id: UUID,
    told: FourAttributes,
    found: Comparison,
    staff_id: str,
    now: datetime,
) -> None:
    """Keep what was entered, and which of it agreed."""
    await connection.execute(
        _KEEP, comparison_id, person_id, told.model_dump_json(exclude_defaults=True), found.name,
        found.address, found.birth_date, found.sex, found.all_agree, staff_id, now,
    )  # fmt: skip
