"""The work list of numbers whose person is not certain, as staff may see it.

Sealed means absent: entries are read through ``identity.visible_near_misses``, where one that was
ever compared with someone sealed is not, and persons through ``identity.visible_residents``.
"""

from collections.abc import Collection, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg

from contracts.events.feeds import FourAttributes
from contracts.events.residents import ResidentRecord
from services.identity.domain.comparison import Agreement, Bearer, Comparison, Outcome
from services.identity.domain.feeds import LinkState
from services.identity.domain.sight import sees_sealed
from services.identity.stores.feeding import ATTACH_ALL

LIMIT: Final = 50

_LIST: Final = """
select m.*, l.told, identity.surviving(l.person_id) as person_id
from identity.visible_near_misses($1) m
join identity.feed_links l using (addressee_number, system)
where m.state in ('open', 'proposed') and ($2::text is null or m.system = $2)
  and ($3::timestamptz is null or (m.opened_at, m.entry_id) > ($3, $4))
order by m.opened_at, m.entry_id limit $5
"""
_COUNT: Final = """
select count(*) from identity.visible_near_misses($1)
where state in ('open', 'proposed') and ($2::text is null or system = $2)
"""
_ONE: Final = """
select m.*, l.told, identity.surviving(l.person_id) as person_id
from identity.visible_near_misses($1) m
join identity.feed_links l using (addressee_number, system)
where m.entry_id = $2
"""
_CANDIDATES: Final = """
select distinct on (c.person_id) c.person_id, c.name, c.address, c.birth_date, c.sex, v.record
from identity.comparisons c
join identity.visible_residents($1) r on r.person_id = c.person_id
join identity.record_versions v
  on v.addressee_number = r.addressee_number and v.system = r.system
 and v.record_version = r.record_version
where c.entry_id = $2 and (c.compared_at >= $3 or c.outcome = 'proposed')
order by c.person_id, c.compared_at desc
"""
_STEPS: Final = """
select s.step, s.staff_id, s.person_id, s.at
from identity.near_miss_steps s
join identity.visible_near_misses($1) m using (entry_id)
where entry_id = $2 order by s.at
"""
_VISIBLE: Final = """
select r.person_id, v.record
from identity.visible_residents($1) r
join identity.record_versions v
  on v.addressee_number = r.addressee_number and v.system = r.system
 and v.record_version = r.record_version
where r.person_id = any($2::uuid[])
"""
_LOCK: Final = """
select from identity.feed_links l
join identity.near_misses m using (addressee_number, system)
where m.entry_id = $1
for update of l
"""
_PROPOSE: Final = """
update identity.near_misses
set state = 'proposed', proposed_person_id = $2, proposed_by = $3, proposed_at = $4
where entry_id = $1
"""
_CLOSE: Final = """
update identity.near_misses set state = $2, proposed_person_id = null, proposed_by = null,
    proposed_at = null
where entry_id = $1
"""
_LINK: Final = """
update identity.feed_links set state = $3, person_id = $4, due_at = null,
    linked_at = case when $4::uuid is null then linked_at else $5 end
where system = $1 and addressee_number = $2
"""
_DETACH: Final = """
update identity.feed_records set attached_version = null
where system = $1 and addressee_number = $2
"""
_STEP: Final = """
insert into identity.near_miss_steps (entry_id, step, staff_id, person_id, at)
values ($1, $2, $3, $4, $5)
"""
_KEEP: Final = """
insert into identity.comparisons
    (comparison_id, system, addressee_number, subject, record_version, person_id, name, address,
     birth_date, sex, outcome, entry_id, compared_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the work list: a number of a system, and what that system tells of it."""

    entry_id: UUID
    system: str
    addressee_number: str
    state: str
    outcome: Outcome
    opened_at: datetime
    judged_at: datetime
    subject: str
    record_version: int
    proposed_person_id: UUID | None
    proposed_by: str | None
    proposed_at: datetime | None
    told: FourAttributes
    held_person_id: UUID | None
    """Whose it has been so far, where it is somebody's."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person who comes near, and in what."""

    person_id: UUID
    record: ResidentRecord
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an entry's history."""

    step: str
    staff_id: str | None
    person_id: UUID | None
    at: datetime


async def listing(
    connection: asyncpg.Connection, functions: Set[str], system: str | None, after: UUID | None
) -> tuple[list[Entry], bool, int]:
    """The next entries, oldest first, whether there are more, and how many there are in all."""
    sees = sees_sealed(functions)
    since: datetime | None = None
    if after is not None:
        last = await connection.fetchrow(_ONE, sees, after)
        since = last["opened_at"] if last else None
    rows = await connection.fetch(_LIST, sees, system, since, after, LIMIT + 1)
    total = await connection.fetchval(_COUNT, sees, system)
    return [_entry(row) for row in rows[:LIMIT]], len(rows) > LIMIT, total


async def find(
    connection: asyncpg.Connection, functions: Set[str], entry_id: UUID, *, lock: bool = False
) -> Entry | None:
    """One entry; with ``lock`` nobody else changes it before the transaction ends."""
    if lock:
        await connection.fetch(_LOCK, entry_id)
    row = await connection.fetchrow(_ONE, sees_sealed(functions), entry_id)
    return None if row is None else _entry(row)


async def find_any(connection: asyncpg.Connection, entry_id: UUID) -> Entry:
    """An entry that was just made, whoever may see it."""
    return _entry(await connection.fetchrow(_ONE, True, entry_id))


async def step(
    connection: asyncpg.Connection,
    entry_id: UUID,
    what: str,
    staff_id: str,
    person_id: UUID | None,
    now: datetime,
) -> None:
    """Add a step to an entry's history."""
    await connection.execute(_STEP, entry_id, what, staff_id, person_id, now)


async def candidates(
    connection: asyncpg.Connection, functions: Set[str], entry: Entry
) -> list[Candidate]:
    """Those who came near when it was last compared, and whom staff proposed; the nearest first."""
    rows = await connection.fetch(
        _CANDIDATES, sees_sealed(functions), entry.entry_id, entry.judged_at
    )
    found = [
        Candidate(
            row["person_id"],
            ResidentRecord.model_validate_json(row["record"]),
            Comparison(
                name=Agreement(row["name"]),
                address=Agreement(row["address"]),
                birth_date=Agreement(row["birth_date"]),
                sex=Agreement(row["sex"]),
            ),
        )
        for row in rows
    ]
    return sorted(found, key=lambda each: each.comparison.agreeing, reverse=True)


async def steps(
    connection: asyncpg.Connection, functions: Set[str], entry_id: UUID
) -> Sequence[Step]:
    """An entry's history, oldest first."""
    rows = await connection.fetch(_STEPS, sees_sealed(functions), entry_id)
    return [Step(**dict(row)) for row in rows]


async def visible(
    connection: asyncpg.Connection, functions: Set[str], person_id: UUID
) -> list[Bearer]:
    """A person with every record that the registers have of them; nothing where there is none."""
    return await visible_of(connection, functions, [person_id])


async def visible_of(
    connection: asyncpg.Connection, functions: Set[str], persons: Collection[UUID]
) -> list[Bearer]:
    """The same of several, in one statement: how many are asked for tells of those who are not
    there."""
    rows = await connection.fetch(_VISIBLE, sees_sealed(functions), list(persons))
    return [
        Bearer(row["person_id"], ResidentRecord.model_validate_json(row["record"])) for row in rows
    ]


async def propose(
    connection: asyncpg.Connection,
    entry: Entry,
    person: tuple[UUID, Comparison] | None,
    staff_id: str,
    now: datetime,
) -> None:
    """Note whom one proposes, and the comparison with them; None: it is nobody of the city's."""
    person_id = None if person is None else person[0]
    await connection.execute(_PROPOSE, entry.entry_id, person_id, staff_id, now)
    if person is not None:
        await keep(connection, entry, person, Outcome.PROPOSED, now)
    await step(connection, entry.entry_id, "proposed", staff_id, person_id, now)


async def reject(
    connection: asyncpg.Connection, entry: Entry, staff_id: str, now: datetime
) -> None:
    """Another does not agree: the entry is open again."""
    await connection.execute(_CLOSE, entry.entry_id, "open")
    await step(connection, entry.entry_id, "rejected", staff_id, entry.proposed_person_id, now)


async def settle(
    connection: asyncpg.Connection,
    entry: Entry,
    person: tuple[UUID, Comparison] | None,
    staff_id: str,
    now: datetime,
) -> None:
    """Another agrees: the number and all its records are the person's, or nobody's."""
    person_id = None if person is None else person[0]
    number = entry.system, entry.addressee_number
    state = LinkState.DISMISSED if person is None else LinkState.LINKED
    await connection.execute(_CLOSE, entry.entry_id, "settled")
    await connection.execute(_LINK, *number, state, person_id, now)
    if person is None:
        await connection.execute(_DETACH, *number)
    else:
        await connection.execute(ATTACH_ALL, [number[0]], [number[1]])
        await keep(connection, entry, person, Outcome.SETTLED, now)
    await step(connection, entry.entry_id, "settled", staff_id, person_id, now)


async def keep(
    connection: asyncpg.Connection,
    entry: Entry,
    person: tuple[UUID, Comparison],
    outcome: Outcome,
    now: datetime,
) -> None:
    """Keep a comparison that staff made with an entry."""
    person_id, c = person
    await connection.execute(
        _KEEP, uuid4(), entry.system, entry.addressee_number, entry.subject, entry.record_version,
        person_id, c.name, c.address, c.birth_date, c.sex, outcome, entry.entry_id, now,
    )  # fmt: skip


def _entry(row: Any) -> Entry:
    return Entry(
        entry_id=row["entry_id"],
        system=row["system"],
        addressee_number=row["addressee_number"],
        state=row["state"],
        outcome=Outcome(row["outcome"]),
        opened_at=row["opened_at"],
        judged_at=row["judged_at"],
        subject=row["subject"],
        record_version=row["record_version"],
        proposed_person_id=row["proposed_person_id"],
        proposed_by=row["proposed_by"],
        proposed_at=row["proposed_at"],
        told=FourAttributes.model_validate_json(row["told"]),
        held_person_id=row["person_id"],
    )
