"""Which settled entries wait for something that staff have to decide on before they are sent."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

import asyncpg

_HELD: Final = """
select entry_id from exemptions.take_backs
where entry_id = any($1::uuid[]) and decided_at is null
union
select application_id from exemptions.reviews_again
where application_id = any($1::uuid[]) and state = 'open'
"""


async def held(connection: asyncpg.Connection, ids: Collection[UUID]) -> set[UUID]:
    """Which of these entries: a difference of a review made again is open, or somebody proposed to
    take them back."""
    return {row["entry_id"] for row in await connection.fetch(_HELD, list(ids))}
