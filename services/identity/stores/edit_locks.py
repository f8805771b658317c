"""The editing lock (排他): who edits a person's entries. The moments are the database's own."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

# Another's lock that lasts stays as it is, unless it is taken over; then no row comes back.
_TAKE: Final = """
insert into identity.edit_locks as l (person_id, staff_id, department, taken_at, expires_at)
values (identity.surviving($1), $2, $3, clock_timestamp(),
        clock_timestamp() + make_interval(mins => $4))
on conflict (person_id) do update
set staff_id = excluded.staff_id, department = excluded.department,
    taken_at = case when l.staff_id = excluded.staff_id and l.expires_at > clock_timestamp()
                    then l.taken_at else excluded.taken_at end,
    expires_at = excluded.expires_at
where l.staff_id = excluded.staff_id or l.expires_at <= clock_timestamp() or $5
returning staff_id, department, taken_at, expires_at
"""
_HELD: Final = """
select staff_id, department, taken_at, expires_at from identity.edit_locks
where person_id = identity.surviving($1) and expires_at > clock_timestamp()
"""
_FREE: Final = """
delete from identity.edit_locks
where person_id = identity.surviving($1) and staff_id = $2 and expires_at > clock_timestamp()
returning true
"""


@dataclass(frozen=True, slots=True)
class EditLock:
    """Who holds it, since when and until when."""

    staff_id: str
    department: str
    taken_at: datetime
    expires_at: datetime


async def take(
    connection: asyncpg.Connection,
    person_id: UUID,
    staff_id: str,
    department: str,
    minutes: int,
    *,
    take_over: bool,
) -> EditLock | None:
    """Take or prolong it; None: another holds it, and it is not to be taken over."""
    row = await connection.fetchrow(_TAKE, person_id, staff_id, department, minutes, take_over)
    return None if row is None else EditLock(*row)


async def held(connection: asyncpg.Connection, person_id: UUID) -> EditLock | None:
    """The lock that is held now."""
    row = await connection.fetchrow(_HELD, person_id)
    return None if row is None else EditLock(*row)


async def free(connection: asyncpg.Connection, person_id: UUID, staff_id: str) -> bool:
    """Give one's own lock back; whether there was one."""
    return bool(await connection.fetchval(_FREE, person_id, staff_id))
