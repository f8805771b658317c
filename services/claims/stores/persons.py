"""What is known of persons: upserted in batches, read one at a time."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter

from contracts.dates import UncertainDate
from contracts.events import (
    PersonChanged,
    QualificationChanged,
    QualificationPeriod,
    ResidencePeriod,
)
from contracts.one_person import stays_together
from services.claims.domain.facts import PersonFacts

_RESIDENCE: Final = TypeAdapter(tuple[ResidencePeriod, ...])
_PERIODS: Final = TypeAdapter(tuple[QualificationPeriod, ...])

_KEEP_PERSONS: Final = """
insert into claims.persons as p (person_id, person_version, residence, died_on)
select person_id, version, residence::jsonb, died_on::jsonb
from unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[])
    as t (person_id, version, residence, died_on)
on conflict (person_id) do update
    set person_version = excluded.person_version, residence = excluded.residence,
        died_on = excluded.died_on
    where p.person_version < excluded.person_version
"""
_KEEP_QUALIFICATIONS: Final = """
insert into claims.qualifications as q (person_id, timeline_version, periods)
select person_id, version, periods::jsonb
from unnest($1::uuid[], $2::int[], $3::text[]) as t (person_id, version, periods)
on conflict (person_id) do update
    set timeline_version = excluded.timeline_version, periods = excluded.periods
    where q.timeline_version < excluded.timeline_version
"""
_FACTS: Final = """
select p.residence::text as residence, p.died_on::text as died_on, q.periods::text as periods
from bus.same_person($1) with ordinality as s (person_id, place)
join claims.persons p using (person_id)
left join claims.qualifications q using (person_id)
order by s.place
"""


async def keep_persons(connection: asyncpg.Connection, events: Sequence[PersonChanged]) -> None:
    """Keep the latest of what person events tell; an older version changes nothing."""
    latest: dict[UUID, PersonChanged] = {}
    for event in events:
        known = latest.get(event.person_id)
        if known is None or known.person_version < event.person_version:
            latest[event.person_id] = event
    await connection.execute(
        _KEEP_PERSONS,
        list(latest),
        [event.person_version for event in latest.values()],
        [_RESIDENCE.dump_json(event.residence).decode() for event in latest.values()],
        [event.died_on.model_dump_json() if event.died_on else None for event in latest.values()],
    )


async def keep_qualifications(
    connection: asyncpg.Connection, events: Sequence[QualificationChanged]
) -> None:
    """Keep the latest timelines; an older version changes nothing."""
    latest: dict[UUID, QualificationChanged] = {}
    for event in events:
        known = latest.get(event.person_id)
        if known is None or known.timeline_version < event.timeline_version:
            latest[event.person_id] = event
    await connection.execute(
        _KEEP_QUALIFICATIONS,
        list(latest),
        [event.timeline_version for event in latest.values()],
        [_PERIODS.dump_json(event.periods).decode() for event in latest.values()],
    )


async def facts(connection: asyncpg.Connection, person_id: UUID) -> PersonFacts | None:
    """What is known of a person, by all records of theirs; None where no person event has come."""
    rows = await connection.fetch(_FACTS, person_id)
    if not rows:
        return None
    died_on, periods = (
        next((row[name] for row in rows if row[name] is not None), None)
        for name in ("died_on", "periods")
    )
    return PersonFacts(
        residence=stays_together(_RESIDENCE.validate_json(row["residence"]) for row in rows),
        died_on=UncertainDate.model_validate_json(died_on) if died_on else None,
        periods=_PERIODS.validate_json(periods) if periods else None,
    )
