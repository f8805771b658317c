"""Support measures and their steps, and who is hidden by them. Steps are added, never altered.

These statements read persons without the filter: they are for who may see sealed persons, and
`seen` alone is for who may not.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg

from contracts.events import PersonSightChanged
from contracts.events.measures import MeasureEndReason as EndReason
from contracts.events.measures import MeasureGround as Ground
from contracts.events.residents import ResidentRecord
from services.identity.domain.measures import (
    Rules,
    Standing,
    Step,
    StepKind,
    standing,
)

LIMIT: Final = 50

_ADD: Final = """
insert into identity.measures (measure_id, ground, applied_on, entered_at) values ($1, $2, $3, $4)
"""
_ADD_PERSONS: Final = """
insert into identity.measure_persons (measure_id, person_id, place)
select $1, p.person_id, p.place from unnest($2::uuid[]) with ordinality as p (person_id, place)
"""
_ADD_STEP: Final = """
insert into identity.measure_steps
    (measure_id, number, step, staff_id, at, on_day, reason, last_day)
values ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_NOTE: Final = """
update identity.measures set warn_from = $2, proposed = $3, ended_at = $4 where measure_id = $1
"""
_LOCK: Final = "select from identity.measures where measure_id = $1 for update"
_MEASURES: Final = """
select measure_id, ground, entered_at, (
    select t.system from identity.told_measures t where t.measure_id = m.measure_id
) as told_by
from identity.measures m where """
_OF_PERSON: Final = """
measure_id in (select measure_id from identity.measure_persons where person_id = $1)
order by entered_at, measure_id
"""
_OPEN: Final = """
ended_at is null
and (not $1::boolean or proposed or warn_from is null or warn_from <= $2)
and ($3::timestamptz is null or (entered_at, measure_id) > ($3, $4))
order by entered_at, measure_id limit $5
"""
_COUNT_OPEN: Final = """
select count(*) from identity.measures
where ended_at is null and (not $1::boolean or proposed or warn_from is null or warn_from <= $2)
"""
_PERSONS: Final = """
select measure_id, person_id from identity.measure_persons
where measure_id = any($1::uuid[]) and left_at is null order by measure_id, place
"""
_STEPS: Final = """
select measure_id, step, staff_id, at, on_day, reason, last_day from identity.measure_steps
where measure_id = any($1::uuid[]) order by measure_id, number
"""
_SEEN: Final = """
select distinct on (r.person_id) r.person_id, v.record
from identity.visible_residents($1) r
join identity.record_versions v using (addressee_number, system, record_version)
where r.person_id = any($2::uuid[])
order by r.person_id, r.linked_at, r.system, r.addressee_number
"""
# In the order of their ids, so that two measures never wait for each other.
_LOCK_PERSONS: Final = """
select from identity.persons where person_id = any($1::uuid[]) order by person_id for update
"""
# Of persons who are one all are hidden by a measure of any: all ids are the same person's.
_IDS: Final = """
select distinct coalesce(r.former_id, r.person_id) as person_id
from unnest($1::uuid[]) as t (person_id)
join identity.residents r on r.person_id = identity.surviving(t.person_id)
union
select person_id from unnest($1::uuid[]) as t (person_id)
"""
_HIDE: Final = """
update identity.persons p set sealed = h.hidden, sight_version = p.sight_version + 1
from (
    select t.person_id, exists (
        select from identity.measures m
        join identity.measure_persons mp using (measure_id)
        where m.ended_at is null and mp.left_at is null and (
            mp.person_id = t.person_id
            or mp.person_id in (
                select coalesce(r.former_id, r.person_id) from identity.residents r
                where r.person_id = identity.surviving(t.person_id)
            )
        )
    ) as hidden
    from unnest($1::uuid[]) as t (person_id)
) h
where p.person_id = h.person_id and p.sealed <> h.hidden
returning p.person_id, p.sight_version, p.sealed
"""
_SIGHTS: Final = """
select person_id, sight_version, sealed from identity.persons
where sight_version > 0 and ($1::uuid is null or person_id > $1)
order by person_id limit $2
"""
_RAISE_SIGHTS: Final = """
update identity.persons set sight_version = sight_version + $2 where person_id = any($1::uuid[])
"""


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure with its persons (the applicant first) and steps (oldest first)."""

    measure_id: UUID
    ground: Ground
    persons: tuple[UUID, ...]
    steps: tuple[Step, ...]
    told_by: str | None = None
    """The system that keeps the measure and tells of it; None: it is kept here."""

    def standing(self, rules: Rules, day: date) -> Standing:
        """How it stands on a day."""
        return standing(self.steps, rules, day)


async def seen(
    connection: asyncpg.Connection, persons: Collection[UUID], *, sees_sealed: bool
) -> dict[UUID, ResidentRecord]:
    """Which of these persons are there for the caller, each with a record of theirs."""
    rows = await connection.fetch(_SEEN, sees_sealed, list(persons))
    return {row["person_id"]: ResidentRecord.model_validate_json(row["record"]) for row in rows}


async def add(connection: asyncpg.Connection, measure: Measure) -> None:
    """Keep a new measure with the step that entered it."""
    (entered,) = measure.steps
    await connection.execute(_ADD, measure.measure_id, measure.ground.value, entered.on, entered.at)
    await connection.execute(_ADD_PERSONS, measure.measure_id, list(measure.persons))
    await _add_step(connection, measure.measure_id, 1, entered)


async def add_step(
    connection: asyncpg.Connection, measure: Measure, step: Step, after: Standing
) -> None:
    """Add a step to a measure that `find` has locked; ``after``: how it stands with it."""
    await _add_step(connection, measure.measure_id, len(measure.steps) + 1, step)
    await connection.execute(
        _NOTE,
        measure.measure_id,
        after.warn_from,
        after.pending is not None,
        None if after.ended is None else after.ended.at,
    )


async def _add_step(
    connection: asyncpg.Connection, measure_id: UUID, number: int, step: Step
) -> None:
    await connection.execute(
        _ADD_STEP,
        measure_id,
        number,
        step.kind.value,
        step.staff_id,
        step.at,
        step.on,
        step.reason,
        step.last,
    )


async def hide(connection: asyncpg.Connection, persons: Sequence[UUID]) -> list[PersonSightChanged]:
    """Let persons be hidden by the measures that have not ended, and by nothing else; what the
    neighbours are to be told of it."""
    every = [row["person_id"] for row in await connection.fetch(_IDS, list(persons))]
    await connection.execute(_LOCK_PERSONS, every)
    rows = await connection.fetch(_HIDE, every)
    return [_sight(row) for row in sorted(rows, key=lambda row: row["person_id"])]


async def find(
    connection: asyncpg.Connection, measure_id: UUID, *, lock: bool = False
) -> Measure | None:
    """One measure; with ``lock`` nobody else changes it before the transaction ends."""
    if lock:
        await connection.execute(_LOCK, measure_id)
    found = await _read(connection, "measure_id = $1", measure_id)
    return found[0] if found else None


async def of_person(connection: asyncpg.Connection, person_id: UUID) -> list[Measure]:
    """A person's measures, the oldest first, ended ones too."""
    return await _read(connection, _OF_PERSON, person_id)


async def not_ended(
    connection: asyncpg.Connection, *, due_on: date | None, after: UUID | None
) -> tuple[list[Measure], bool, int]:
    """Measures that have not ended, whether there are more, and how many in all.

    With ``due_on`` only those that somebody has to see to on that day: provisional, proposed, or
    with a term that ends within the window for an extension or has ended.
    """
    since: datetime | None = None
    if after is not None:
        since = await connection.fetchval(
            "select entered_at from identity.measures where measure_id = $1", after
        )
    due = due_on is not None
    found = await _read(connection, _OPEN, due, due_on, since, after, LIMIT + 1)
    total = await connection.fetchval(_COUNT_OPEN, due, due_on)
    return found[:LIMIT], len(found) > LIMIT, total


async def sights(
    connection: asyncpg.Connection, after: UUID | None, limit: int
) -> list[PersonSightChanged]:
    """What the neighbours were last told of each person who was ever hidden."""
    return [_sight(row) for row in await connection.fetch(_SIGHTS, after, limit)]


async def raise_sights(
    connection: asyncpg.Connection, told: Sequence[PersonSightChanged], ahead: int
) -> list[PersonSightChanged]:
    """The same under versions that are ``ahead`` higher, which hold from now on."""
    await connection.execute(_RAISE_SIGHTS, [event.person_id for event in told], ahead)
    return [
        event.model_copy(update={"sight_version": event.sight_version + ahead}) for event in told
    ]


async def _read(connection: asyncpg.Connection, where: str, *values: object) -> list[Measure]:
    rows = await connection.fetch(_MEASURES + where, *values)
    ids = [row["measure_id"] for row in rows]
    persons: dict[UUID, list[UUID]] = {}
    for row in await connection.fetch(_PERSONS, ids):
        persons.setdefault(row["measure_id"], []).append(row["person_id"])
    steps: dict[UUID, list[Step]] = {}
    for row in await connection.fetch(_STEPS, ids):
        steps.setdefault(row["measure_id"], []).append(_step(row))
    return [
        Measure(
            row["measure_id"],
            Ground(row["ground"]),
            tuple(persons.get(row["measure_id"], ())),
            tuple(steps[row["measure_id"]]),
            row["told_by"],
        )
        for row in rows
    ]


def _step(row: asyncpg.Record) -> Step:
    reason = row["reason"]
    return Step(
        StepKind(row["step"]),
        row["staff_id"],
        row["at"],
        row["on_day"],
        None if reason is None else EndReason(reason),
        row["last_day"],
    )


def _sight(row: asyncpg.Record) -> PersonSightChanged:
    return PersonSightChanged(
        person_id=row["person_id"], sight_version=row["sight_version"], hidden=row["sealed"]
    )
