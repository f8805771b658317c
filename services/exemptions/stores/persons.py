"""What is known of persons: upserted in batches, read one at a time."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter

from contracts.codes import ResidentKind
from contracts.dates import UncertainDate
from contracts.events import (
    PersonChanged,
    QualificationChanged,
    QualificationPeriod,
    ResidencePeriod,
)
from contracts.one_person import speaking, stays_together
from services.exemptions.domain.facts import PersonFacts

_RESIDENCE: Final = TypeAdapter(tuple[ResidencePeriod, ...])
_PERIODS: Final = TypeAdapter(tuple[QualificationPeriod, ...])

_KEEP_PERSONS: Final = """
insert into exemptions.persons as p
    (person_id, person_version, residence, died_on, birth_date, resident_kind)
select person_id, version, residence::jsonb, died_on::jsonb, birth_date::jsonb, resident_kind
from unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[])
    as t (person_id, version, residence, died_on, birth_date, resident_kind)
on conflict (person_id) do update
    set person_version = excluded.person_version, residence = excluded.residence,
        died_on = excluded.died_on, birth_date = excluded.birth_date,
        resident_kind = excluded.resident_kind
    where p.person_version < excluded.person_version
"""
# Arrays of arrays must have one length each: the codes travel as one text, they hold no blank.
_KEEP_QUALIFICATIONS: Final = """
insert into exemptions.qualifications as q (person_id, timeline_version, periods, review)
select person_id, version, periods::jsonb, string_to_array(review, ' ')
from unnest($1::uuid[], $2::int[], $3::text[], $4::text[])
    as t (person_id, version, periods, review)
on conflict (person_id) do update
    set timeline_version = excluded.timeline_version, periods = excluded.periods,
        review = excluded.review
    where q.timeline_version < excluded.timeline_version
"""
_UNKNOWN: Final = """
select a.id from unnest($1::uuid[]) as a (id) where not exists (
    select from exemptions.persons p where p.person_id in (select bus.same_person(a.id))
)
"""
# All ids of each, as `bus.same_person` has them: for thousands at once, so it is joined.
_FACTS: Final = """
with surviving as (
    select a.id as asked, coalesce(m.surviving_id, a.id) as person_id
    from unnest($1::uuid[]) as a (id) left join bus.merged m on m.person_id = a.id
), ids as (
    select asked, person_id, 1 as place from surviving
    union all
    select s.asked, m.person_id, 2 from surviving s
    join bus.merged m on m.surviving_id = s.person_id
)
select i.asked, p.birth_date::text as birth_date, p.resident_kind,
    p.residence::text as residence, p.died_on::text as died_on, q.periods::text as periods, q.review
from ids i
join exemptions.persons p using (person_id)
left join exemptions.qualifications q using (person_id)
order by i.asked, i.place, i.person_id
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
        [event.birth_date.model_dump_json() for event in latest.values()],
        [event.resident_kind.value for event in latest.values()],
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
        [" ".join(event.review) for event in latest.values()],
    )


async def unknown(connection: asyncpg.Connection, people: Sequence[UUID]) -> list[UUID]:
    """Which of these nobody has told of, or who are not there for the caller."""
    return [row["id"] for row in await connection.fetch(_UNKNOWN, people)]


async def facts(connection: asyncpg.Connection, person_id: UUID) -> PersonFacts | None:
    """What is known of a person; None where no person event has come."""
    return (await facts_of(connection, [person_id])).get(person_id)


async def facts_of(
    connection: asyncpg.Connection, person_ids: Sequence[UUID]
) -> dict[UUID, PersonFacts]:
    """What is known of persons, by all ids of each; those of whom no person event has come are not
    there."""
    rows: dict[UUID, list[asyncpg.Record]] = {}
    for row in await connection.fetch(_FACTS, list(person_ids)):
        rows.setdefault(row["asked"], []).append(row)
    return {asked: _known(of_person) for asked, of_person in rows.items()}


def _known(rows: Sequence[asyncpg.Record]) -> PersonFacts:
    residences = [_RESIDENCE.validate_json(row["residence"]) for row in rows]
    speaks = rows[speaking(residences)]
    told = next((row for row in rows if row["periods"] is not None), speaks)
    died_on = next((row["died_on"] for row in rows if row["died_on"] is not None), None)
    born_on, kind, periods = speaks["birth_date"], speaks["resident_kind"], told["periods"]
    return PersonFacts(
        birth_date=UncertainDate.model_validate_json(born_on) if born_on else None,
        resident_kind=ResidentKind(kind) if kind else None,
        residence=stays_together(residences),
        died_on=UncertainDate.model_validate_json(died_on) if died_on else None,
        periods=_PERIODS.validate_json(periods) if periods else None,
        qualification_review=tuple(told["review"] or ()),
    )
