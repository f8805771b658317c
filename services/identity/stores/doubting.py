"""Other systems' numbers of a person, and undoing that one is theirs.

Sealed means absent: a number whose entry on the work list the caller may not see is not there.
"""

from collections.abc import Collection, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg

from contracts.events.feeds import FourAttributes
from services.identity.domain.comparison import Comparison, Outcome
from services.identity.domain.feeds import LinkState, Number
from services.identity.domain.sight import sees_sealed
from services.identity.stores import near_misses

_NUMBERS: Final = """
select l.system, l.addressee_number, l.state, l.told, l.linked_at, shown.entry_id,
       array(select r.subject from identity.feed_records r
             where r.addressee_number = l.addressee_number and r.system = l.system
               and r.attached_version is not null order by 1) as subjects
from identity.feed_links l
left join identity.near_misses m
  on m.addressee_number = l.addressee_number and m.system = l.system
 and m.state in ('open', 'proposed')
left join identity.visible_near_misses($1) shown on shown.entry_id = m.entry_id
where l.person_id = any($2::uuid[]) and (m.entry_id is null or shown.entry_id is not null)
order by l.system, l.addressee_number
"""
_LOCK: Final = """
select from identity.feed_links where system = $1 and addressee_number = $2 for update
"""
_DOUBT: Final = """
insert into identity.near_misses
    (entry_id, system, addressee_number, state, outcome, opened_at, judged_at, subject,
     record_version)
select $3, system, addressee_number, 'open', 'doubted', $4, $4, subject, record_version
from identity.feed_links where system = $1 and addressee_number = $2
"""
_UNDONE: Final = """
insert into identity.feed_links_undone
    (system, addressee_number, person_id, entry_id, undone_at)
values ($1, $2, $3, $4, $5)
on conflict do nothing
"""
_THEIRS_AGAIN: Final = """
delete from identity.feed_links_undone
where system = $1 and addressee_number = $2 and identity.surviving(person_id) = $3
"""


@dataclass(frozen=True, slots=True)
class FeedNumber:
    """A number of another system that is a person's, and which of its records are theirs."""

    system: str
    addressee_number: str
    state: LinkState
    told: FourAttributes
    linked_at: datetime | None
    subjects: tuple[str, ...]
    entry_id: UUID | None
    """The entry of the work list that waits about it."""


async def numbers_of(
    connection: asyncpg.Connection, functions: Set[str], ids: Collection[UUID]
) -> list[FeedNumber]:
    """The numbers of a person whose ids these are."""
    rows = await connection.fetch(_NUMBERS, sees_sealed(functions), list(ids))
    return [_number(row) for row in rows]


async def lock(connection: asyncpg.Connection, number: Number) -> None:
    """Nobody else says whose a number is before the transaction ends."""
    await connection.execute(_LOCK, *number)


async def doubt(
    connection: asyncpg.Connection,
    number: Number,
    person: tuple[UUID, Comparison],
    staff_id: str,
    now: datetime,
) -> UUID:
    """Open an entry of the work list about a number that is somebody's; the entry's id.

    Whose it is stays as it is until two people have settled it.
    """
    entry_id = uuid4()
    await connection.execute(_DOUBT, *number, entry_id, now)
    entry = await near_misses.find_any(connection, entry_id)
    await near_misses.keep(connection, entry, person, Outcome.DOUBTED, now)
    await near_misses.step(connection, entry_id, "opened", staff_id, person[0], now)
    return entry_id


async def settled(
    connection: asyncpg.Connection, entry: near_misses.Entry, person_id: UUID | None, now: datetime
) -> UUID | None:
    """Note what a settled entry undoes. Whose the number was, where it is theirs no more."""
    number = entry.system, entry.addressee_number
    if person_id is not None:
        await connection.execute(_THEIRS_AGAIN, *number, person_id)
    held = entry.held_person_id
    if held is None or held == person_id:
        return None
    await connection.execute(_UNDONE, *number, held, entry.entry_id, now)
    return held


def _number(row: Any) -> FeedNumber:
    return FeedNumber(
        system=row["system"],
        addressee_number=row["addressee_number"],
        state=LinkState(row["state"]),
        told=FourAttributes.model_validate_json(row["told"]),
        linked_at=row["linked_at"],
        subjects=tuple(row["subjects"]),
        entry_id=row["entry_id"],
    )
