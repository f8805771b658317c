"""Persons in the order of their ids, for republication and for folding names anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

import asyncpg

from contracts.codes import ResidentChangeKind
from contracts.dates import UncertainDate
from contracts.events import PersonChanged
from contracts.events.residents import ResidentRecord
from services.identity.domain.residence import Residence
from services.identity.domain.view import Occasion, view_of

_VIEWS: Final = """
select p.person_id, p.person_version, p.change, p.changed_on, p.reported_on,
       r.household_id, r.residence, v.record
from (
    select * from identity.persons
    where ($1::uuid is null or person_id > $1) and ($2::timestamptz is null or emitted_at >= $2)
    order by person_id limit $3
) p
join lateral (
    select * from identity.residents where person_id = p.person_id and former_id is null
    union all
    select * from identity.residents where former_id = p.person_id
) r on true
join identity.record_versions v using (addressee_number, system, record_version)
order by p.person_id
"""
_UNFINISHED: Final = """
select republication_id, last_person_id, persons from identity.republications
where finished_at is null and since is not distinct from $1 and ahead = $2
order by started_at desc limit 1
"""
_BEGIN: Final = """
insert into identity.republications (republication_id, since, ahead, started_at)
values ($1, $2, $3, $4)
"""
_RAISE: Final = """
update identity.persons set person_version = person_version + $2
where person_id = any($1::uuid[])
"""
_PROGRESS: Final = """
update identity.republications
set last_person_id = coalesce($2, last_person_id), persons = $3, finished_at = $4
where republication_id = $1
"""


@dataclass(frozen=True, slots=True)
class Republication:
    """A run that goes on where it was interrupted."""

    republication_id: UUID
    last_person_id: UUID | None
    persons: int


async def take_up(
    connection: asyncpg.Connection, since: datetime | None, ahead: int, now: datetime
) -> Republication:
    """The unfinished republication of this kind, or a new one."""
    row = await connection.fetchrow(_UNFINISHED, since, ahead)
    if row is not None:
        return Republication(row["republication_id"], row["last_person_id"], row["persons"])
    begun = Republication(uuid4(), None, 0)
    await connection.execute(_BEGIN, begun.republication_id, since, ahead, now)
    return begun


async def note_progress(
    connection: asyncpg.Connection, run: Republication, finished_at: datetime | None
) -> None:
    """How far it has come, and whether that was all."""
    await connection.execute(
        _PROGRESS, run.republication_id, run.last_person_id, run.persons, finished_at
    )


async def views(
    connection: asyncpg.Connection, after: UUID | None, since: datetime | None, limit: int
) -> list[PersonChanged]:
    """The last event of each of the next ``limit`` persons, as it was first sent."""
    rows = await connection.fetch(_VIEWS, after, since, limit)
    return [_view(row) for row in rows]


async def raise_versions(
    connection: asyncpg.Connection, events: Sequence[PersonChanged], ahead: int
) -> list[PersonChanged]:
    """The same events under versions that are ``ahead`` higher, which hold from now on."""
    await connection.execute(_RAISE, [event.person_id for event in events], ahead)
    return [
        event.model_copy(update={"person_version": event.person_version + ahead})
        for event in events
    ]


def _view(row: asyncpg.Record) -> PersonChanged:
    residence = Residence.read(row["residence"])
    record = ResidentRecord.model_validate_json(row["record"])
    occasion = Occasion(
        ResidentChangeKind(row["change"]),
        UncertainDate.model_validate_json(row["changed_on"]),
        row["reported_on"],
    )
    return view_of(record, residence, row["household_id"]).event(
        row["person_id"], row["person_version"], occasion
    )
