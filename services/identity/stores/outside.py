"""People who are not on the register (住登外者): proposals about their records, and whom the
register tells of who may be one of them. Persons are read through the filter of sealed persons."""

from collections.abc import Collection, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from contracts.dates import UncertainDate
from contracts.events.feeds import FourAttributes
from contracts.events.residents import ResidentRecord
from contracts.forms import NumberVerification, PersonVerification
from services.identity.domain.comparison import Bearer
from services.identity.domain.outside import (
    SYSTEM,
    Entered,
    NumberEntry,
    OutsideStep,
    number_of,
)
from services.identity.domain.sight import sees_sealed

LIMIT: Final = 50

_ADD: Final = """
insert into identity.outside_entries
    (entry_id, step, state, person_id, addressee_number, entered, died_on, feed_system,
     feed_number, proposed_by, proposed_at, individual_number_token, number_verification,
     person_verification)
values ($1, $2, 'proposed', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
on conflict do nothing
returning true
"""
# A proposal about somebody sealed is not there.
_ITEMS: Final = """
select e.entry_id, e.step, e.state, e.person_id, e.addressee_number, e.entered, e.died_on,
       e.feed_system, e.feed_number, e.proposed_by, e.proposed_at, e.decided_by, e.decided_at,
       e.individual_number_token, e.number_verification, e.person_verification
from identity.outside_entries e
where (e.person_id is null
       or identity.surviving(e.person_id) in
           (select person_id from identity.visible_residents($1)
            where person_id = identity.surviving(e.person_id)))
  and """
_ONE: Final = "e.entry_id = $2"
_WAITING: Final = """
e.state = 'proposed' and ($2::timestamptz is null or (e.proposed_at, e.entry_id) > ($2, $3))
order by e.proposed_at, e.entry_id limit $4
"""
_OF_PERSON: Final = "e.person_id = any($2::uuid[]) order by e.proposed_at, e.entry_id"
_PROPOSED_AT: Final = "select proposed_at from identity.outside_entries where entry_id = $1"
_LOCK: Final = "select from identity.outside_entries where entry_id = $1 for update"
_DECIDE: Final = """
update identity.outside_entries
set state = $2, decided_by = $3, decided_at = $4, person_id = coalesce($5, person_id),
    addressee_number = coalesce($6, addressee_number), record_version = $7
where entry_id = $1
"""
_RECORD: Final = """
select coalesce(r.former_id, r.person_id) as own_id, r.addressee_number, r.record_version, v.record,
       v.individual_number_token as token
from identity.visible_residents($1) r
join identity.record_versions v using (addressee_number, system, record_version)
where r.person_id = identity.surviving($2) and r.system = $3
order by r.linked_at limit 1
"""
_BEARERS: Final = """
select distinct identity.surviving(p.person_id) as person_id from identity.persons p
where p.individual_number_token = $1 and p.number_state in ('assigned', 'conflict')
  and ($2::uuid is null or identity.surviving(p.person_id) <> identity.surviving($2))
"""
# One that was ever compared with someone sealed is not there, as on the work list.
_NOBODYS_ITEMS: Final = """
select l.system, l.addressee_number, l.state, l.told, l.subject, l.judged_at
from identity.feed_links l
where l.state in ('nobody', 'dismissed')
  and ($1 or not exists (
      select from identity.comparisons c join identity.persons p using (person_id)
      where c.system = l.system and c.addressee_number = l.addressee_number and p.sealed))
  and """
_NOBODYS: Final = "l.system = $2 and l.addressee_number = $3"
_NOBODY_LIST: Final = """
($2::text is null or l.system = $2)
and ($3::timestamptz is null or (l.judged_at, l.system, l.addressee_number) > ($3, $4, $5))
order by l.judged_at, l.system, l.addressee_number limit $6
"""
_JUDGED_AT: Final = """
select judged_at from identity.feed_links where system = $1 and addressee_number = $2
"""
# By the day of birth: those kept outside are few, and of one day fewer.
_MAY_BE: Final = """
select a.person_id as told_id, o.person_id, v.record
from unnest($1::uuid[], $2::date[]) as a (person_id, birth)
join identity.residents o on o.birth_sort = a.birth and o.system = 'outside_register'
join identity.record_versions v
  on v.addressee_number = o.addressee_number and v.system = o.system
 and v.record_version = o.record_version
where o.person_id <> a.person_id
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One proposal and what became of it."""

    entry_id: UUID
    step: OutsideStep
    state: str
    person_id: UUID | None
    addressee_number: str | None
    entered: Entered | None
    died_on: UncertainDate | None
    feed: tuple[str, str] | None
    """(system, number) of the record that it was taken over from."""
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    number: NumberEntry | None = None
    """Of `OutsideStep.NUMBER`, and of `OutsideStep.NEW` where it was at hand: what was entered."""


@dataclass(frozen=True, slots=True)
class OutsideRecord:
    """Such a person's record as it stands."""

    person_id: UUID
    addressee_number: str
    record_version: int
    record: ResidentRecord
    token: str | None = field(default=None, repr=False)
    """Of the individual number that it bears; each version keeps it."""


@dataclass(frozen=True, slots=True)
class NobodysNumber:
    """A number of another system that is nobody's, and what that system told last."""

    system: str
    addressee_number: str
    dismissed: bool
    told: FourAttributes
    subject: str
    judged_at: datetime


async def fresh_number(connection: asyncpg.Connection) -> str:
    """A 宛名番号 that no record has borne."""
    return number_of(await connection.fetchval("select nextval('identity.outside_serial')"))


async def add(connection: asyncpg.Connection, entry: Entry) -> bool:
    """Keep a proposal; False: another about this person waits already."""
    entered = entry.entered
    feed = entry.feed or (None, None)
    return bool(
        await connection.fetchval(
            _ADD, entry.entry_id, entry.step.value, entry.person_id, entry.addressee_number,
            None if entered is None else entered.model_dump_json(exclude_defaults=True),
            None if entry.died_on is None else entry.died_on.model_dump_json(exclude_defaults=True),
            *feed, entry.proposed_by, entry.proposed_at, *_number_columns(entry.number),
        )
    )  # fmt: skip


async def find(
    connection: asyncpg.Connection, functions: Set[str], entry_id: UUID, *, lock: bool = False
) -> Entry | None:
    """One proposal; None: there is none, or none for this caller."""
    if lock:
        await connection.execute(_LOCK, entry_id)
    rows = await connection.fetch(_ITEMS + _ONE, sees_sealed(functions), entry_id)
    return _entry(rows[0]) if rows else None


async def waiting(
    connection: asyncpg.Connection, functions: Set[str], after: UUID | None
) -> tuple[list[Entry], bool]:
    """Proposals that wait for another, the oldest first, and whether there are more."""
    since = None if after is None else await connection.fetchval(_PROPOSED_AT, after)
    rows = await connection.fetch(
        _ITEMS + _WAITING, sees_sealed(functions), since, after, LIMIT + 1
    )
    return [_entry(row) for row in rows[:LIMIT]], len(rows) > LIMIT


async def of_person(
    connection: asyncpg.Connection, functions: Set[str], ids: Collection[UUID]
) -> list[Entry]:
    """What was ever proposed about a person, the oldest first."""
    rows = await connection.fetch(_ITEMS + _OF_PERSON, sees_sealed(functions), list(ids))
    return [_entry(row) for row in rows]


async def decide(
    connection: asyncpg.Connection,
    entry: Entry,
    staff_id: str,
    now: datetime,
    kept: OutsideRecord | None,
) -> None:
    """Settle a proposal that `find` has locked (``kept``: what came of it), or send it back."""
    await connection.execute(
        _DECIDE,
        entry.entry_id,
        "rejected" if kept is None else "settled",
        staff_id,
        now,
        None if kept is None else kept.person_id,
        None if kept is None else kept.addressee_number,
        None if kept is None else kept.record_version,
    )


async def record_of(
    connection: asyncpg.Connection, functions: Set[str], person_id: UUID
) -> OutsideRecord | None:
    """The record that staff keep of a person; None: none, or none for this caller."""
    row = await connection.fetchrow(_RECORD, sees_sealed(functions), person_id, SYSTEM)
    if row is None:
        return None
    record = ResidentRecord.model_validate_json(row["record"])
    return OutsideRecord(
        row["own_id"], row["addressee_number"], row["record_version"], record, row["token"]
    )


async def bearers(connection: asyncpg.Connection, token: str, but: UUID | None) -> list[UUID]:
    """Who bears a number, as they are answered for, but for one person."""
    rows = await connection.fetch(_BEARERS, token, but)
    return [row["person_id"] for row in rows]


async def nobodys(
    connection: asyncpg.Connection, functions: Set[str], system: str, addressee_number: str
) -> FourAttributes | None:
    """What another system told of a number that is nobody's; None: it is somebody's, or unknown."""
    row = await connection.fetchrow(
        _NOBODYS_ITEMS + _NOBODYS, sees_sealed(functions), system, addressee_number
    )
    return None if row is None else FourAttributes.model_validate_json(row["told"])


async def nobodys_numbers(
    connection: asyncpg.Connection,
    functions: Set[str],
    system: str | None,
    after: tuple[str, str] | None,
) -> tuple[list[NobodysNumber], bool]:
    """Numbers that are nobody's, the longest known first, and whether there are more."""
    since = None if after is None else await connection.fetchval(_JUDGED_AT, *after)
    place = after or (None, None)
    rows = await connection.fetch(
        _NOBODYS_ITEMS + _NOBODY_LIST, sees_sealed(functions), system, since, *place, LIMIT + 1
    )
    found = [
        NobodysNumber(
            row["system"],
            row["addressee_number"],
            row["state"] == "dismissed",
            FourAttributes.model_validate_json(row["told"]),
            row["subject"],
            row["judged_at"],
        )
        for row in rows[:LIMIT]
    ]
    return found, len(rows) > LIMIT


async def may_be(
    connection: asyncpg.Connection, told: Collection[tuple[UUID, ResidentRecord]]
) -> list[tuple[UUID, Bearer]]:
    """Of these whom the register tells of, each with those kept outside who were born that day."""
    dated = [(person_id, record.birth_date.sort_date) for person_id, record in told]
    rows = await connection.fetch(_MAY_BE, [p for p, _ in dated], [day for _, day in dated])
    return [
        (
            row["told_id"],
            Bearer(
                row["person_id"], ResidentRecord.model_validate_json(row["record"]), frozenset()
            ),
        )
        for row in rows
    ]


def _entry(row: asyncpg.Record) -> Entry:
    entered = None if row["entered"] is None else Entered.model_validate_json(row["entered"])
    died = row["died_on"]
    return Entry(
        entry_id=row["entry_id"],
        step=OutsideStep(row["step"]),
        state=row["state"],
        person_id=row["person_id"],
        addressee_number=row["addressee_number"],
        entered=entered,
        died_on=None if died is None else UncertainDate.model_validate_json(died),
        feed=None if row["feed_system"] is None else (row["feed_system"], row["feed_number"]),
        proposed_by=row["proposed_by"],
        proposed_at=row["proposed_at"],
        decided_by=row["decided_by"],
        decided_at=row["decided_at"],
        number=_number(row),
    )


def _number(row: asyncpg.Record) -> NumberEntry | None:
    if row["individual_number_token"] is None:
        return None
    person = row["person_verification"]
    return NumberEntry(
        row["individual_number_token"],
        NumberVerification(row["number_verification"]),
        None if person is None else PersonVerification(person),
    )


def _number_columns(number: NumberEntry | None) -> tuple[str | None, str | None, str | None]:
    if number is None:
        return None, None, None
    return number.token, number.verified_by, number.person_verified_by
