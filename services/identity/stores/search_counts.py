"""How much each staff member has searched of late: counts alone, and no longer than they count."""

from datetime import datetime, timedelta
from typing import Final

import asyncpg

from services.identity.domain.mass_search import Seen

_COUNT: Final = """
insert into identity.search_counts as c (staff_id, minute, searches, persons)
values ($1, date_trunc('minute', $2::timestamptz), $3, $4)
on conflict (staff_id, minute) do update
set searches = c.searches + excluded.searches, persons = c.persons + excluded.persons
"""
_FORGET: Final = "delete from identity.search_counts where staff_id = $1 and minute <= $2"
_SEEN: Final = """
select coalesce(sum(searches), 0) as searches, coalesce(sum(persons), 0) as persons
from identity.search_counts where staff_id = $1
"""
_REPORTED: Final = "delete from identity.search_counts where staff_id = $1"


async def count(
    connection: asyncpg.Connection,
    staff_id: str,
    seen: Seen,
    now: datetime,
    minutes: int,
) -> Seen:
    """Count these too; returns what this staff member did in the last ``minutes`` minutes, since
    the last report."""
    await connection.execute(_COUNT, staff_id, now, seen.searches, seen.persons)
    await connection.execute(_FORGET, staff_id, now - timedelta(minutes=minutes))
    row = await connection.fetchrow(_SEEN, staff_id)
    return Seen(row["searches"], row["persons"])


async def reported(connection: asyncpg.Connection, staff_id: str) -> None:
    """Begin to count anew: this much was reported."""
    await connection.execute(_REPORTED, staff_id)
