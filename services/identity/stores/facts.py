"""Reads of the integrated database for linkage. No one's sight is filtered here: a service asks for
a purpose that the law names, and someone under a support measure is told of like any other."""

import json
from collections.abc import Collection, Sequence
from datetime import date
from typing import Final
from uuid import UUID

import asyncpg

from contracts.codes import ResidentStatus
from contracts.events import FeedChange
from services.identity.domain.facts import Held, Known
from services.identity.domain.household import Member

# A person's numbers are those that were linked to any of the ids that are theirs.
# Joined and not `identity.surviving`: a call for each of thousands costs more than all else here.
_IDS: Final = """
select a.id as asked, every.id
from unnest($1::uuid[]) as a (id)
left join identity.residents f on f.former_id = a.id
cross join lateral (
    select coalesce(f.person_id, a.id)
    union all
    select o.former_id from identity.residents o
    where o.person_id = coalesce(f.person_id, a.id) and o.former_id is not null
) as every (id)
"""
# A record that is there twice says the same twice. One that is not attached (no content) waits.
_HELD: Final = f"""
with ids as ({_IDS})
select ids.asked as person_id, r.subject, v.content, v.change, v.recorded_at,
       r.record_version <> r.attached_version as newer_waits
from ids
join identity.feed_links l on l.person_id = ids.id
join identity.feed_records r using (addressee_number, system)
left join identity.feed_versions v
  on v.addressee_number = r.addressee_number and v.system = r.system
 and v.subject = r.subject and v.record_version = r.attached_version
where r.subject = any($2::text[])
"""  # noqa: S608 - constant text
# Records of nobody yet that they come near on the work list.
_NEAR: Final = f"""
with ids as ({_IDS})
select distinct ids.asked as person_id, r.subject
from ids
join identity.comparisons c on c.person_id = ids.id
join identity.near_misses m
  on m.entry_id = c.entry_id and m.state in ('open', 'proposed')
 and (c.compared_at >= m.judged_at or c.outcome = 'proposed')
join identity.feed_records r
  on r.addressee_number = m.addressee_number and r.system = m.system
where c.entry_id is not null and r.subject = any($2::text[])
"""  # noqa: S608 - constant text
_OWNERS: Final = """
select distinct identity.surviving(l.person_id) as person_id
from unnest($1::text[], $2::text[]) as a (system, addressee_number)
join identity.feed_links l using (addressee_number, system)
join identity.feed_records r using (addressee_number, system)
where r.subject = $3 and r.attached_version = r.record_version and l.person_id is not null
order by 1
"""
_INCOMES: Final = """
select subject from identity.feed_records
where system = $1 and addressee_number = $2 and subject like 'income/%' order by 1
"""
_INCOMES_OF: Final = """
select distinct substr(r.subject, 8)::int as levy_year, l.person_id
from unnest($1::text[], $2::text[]) as a (system, addressee_number)
join identity.feed_links l using (addressee_number, system)
join identity.feed_records r using (addressee_number, system)
where r.subject = any($3::text[]) and r.attached_version = r.record_version
    and l.person_id is not null
"""
_RELATED: Final = """
select a.place
from unnest($1::int[], $2::uuid[], $3::uuid[]) as a (place, applicant, householder)
where exists (
    select from identity.residents mine
    join identity.record_versions m
      on m.addressee_number = mine.addressee_number and m.system = mine.system
    join identity.residents theirs on theirs.person_id = identity.surviving(a.householder)
    join identity.record_versions t
      on t.addressee_number = theirs.addressee_number and t.system = theirs.system
    cross join lateral json_to_record(m.record) as my (household_number text)
    cross join lateral json_to_record(t.record)
        as their (household_number text, relationship json)
    where mine.person_id = identity.surviving(a.applicant) and t.system = m.system
      and their.household_number = my.household_number
      and their.relationship ->> 0 = '02' and their.relationship ->> 1 is null
)
"""
# As the register had it on the day: of each member the last version that took effect by then.
# Whoever is in the household by a later change alone is not there, and whoever has left it by one
# is not found: the household is then told as uncertain, or as changed, and somebody looks.
_MEMBERS: Final = """
with mine as (
    select distinct a.place, a.day, r.system, r.household_id
    from unnest($1::int[], $2::uuid[], $3::date[]) as a (place, applicant, day)
    left join identity.residents f on f.former_id = a.applicant
    join identity.residents r on r.person_id = coalesce(f.person_id, a.applicant)
    where r.household_id is not null
)
select mine.place, mine.household_id, o.person_id,
       said.relationship::text as relationship
from mine
join identity.households h on h.household_id = mine.household_id
join identity.residents o on o.household_id = mine.household_id
cross join lateral (
    select v.record from identity.record_versions v
    where v.addressee_number = o.addressee_number and v.system = o.system
      and coalesce((v.changed_on ->> 'sort_date')::date, v.reported_on) <= mine.day
    order by v.record_version desc limit 1
) v
cross join lateral json_to_record(v.record)
    as said (relationship json, resident_status text, household_number text)
where said.resident_status = $4 and said.household_number = h.household_number
"""


async def known(
    connection: asyncpg.Connection, person_ids: Collection[UUID], subjects: Collection[str]
) -> dict[UUID, Known]:
    """What is known of these persons about these subjects; who is not in it, of whom nothing is."""
    held: dict[UUID, dict[str, list[Held]]] = {}
    waiting: dict[UUID, set[str]] = {}
    asked = list(person_ids), list(subjects)
    for row in await connection.fetch(_HELD, *asked):
        if row["content"] is None:
            waiting.setdefault(row["person_id"], set()).add(row["subject"])
            continue
        held.setdefault(row["person_id"], {}).setdefault(row["subject"], []).append(
            Held(
                row["content"],
                FeedChange(row["change"]),
                row["recorded_at"],
                row["newer_waits"],
            )
        )
    for row in await connection.fetch(_NEAR, *asked):
        waiting.setdefault(row["person_id"], set()).add(row["subject"])
    return {
        person_id: Known(held.get(person_id, {}), frozenset(waiting.get(person_id, ())))
        for person_id in held.keys() | waiting.keys()
    }


async def householders(
    connection: asyncpg.Connection, pairs: Sequence[tuple[UUID, UUID]]
) -> frozenset[tuple[UUID, UUID]]:
    """Of these (applicant, other), those where the other is or was the 世帯主 of a household that
    the applicant lives or lived in."""
    if not pairs:
        return frozenset()
    rows = await connection.fetch(
        _RELATED, list(range(len(pairs))), [a for a, _ in pairs], [b for _, b in pairs]
    )
    return frozenset(pairs[row["place"]] for row in rows)


async def members(
    connection: asyncpg.Connection, asked: Sequence[tuple[UUID, date]]
) -> list[tuple[Member, ...]]:
    """For each (applicant, day): who lives in the applicant's household on that day, the applicant
    included. Empty where there is no household, or more than one."""
    found: list[list[Member]] = [[] for _ in asked]
    households: list[set[UUID]] = [set() for _ in asked]
    rows = await connection.fetch(
        _MEMBERS,
        list(range(len(asked))),
        [applicant for applicant, _ in asked],
        [day for _, day in asked],
        ResidentStatus.RESIDENT.value,
    )
    for row in rows:
        steps = tuple(json.loads(row["relationship"] or "[]"))
        found[row["place"]].append(Member(row["person_id"], steps))
        households[row["place"]].add(row["household_id"])
    return [
        tuple(of_one) if len(lived) == 1 else ()
        for of_one, lived in zip(found, households, strict=True)
    ]


async def incomes_under(connection: asyncpg.Connection, system: str, number: str) -> list[str]:
    """The subjects of the records of income that stand under a number: one for each levy year."""
    rows = await connection.fetch(_INCOMES, system, number)
    return [row["subject"] for row in rows]


async def incomes_of(
    connection: asyncpg.Connection, numbers: Collection[tuple[str, str]], years: Collection[int]
) -> set[tuple[int, UUID]]:
    """Of these levy years, those of which a record of income stands under these numbers, each with
    whose it is."""
    systems, theirs = zip(*sorted(numbers), strict=True)
    subjects = [f"income/{year}" for year in years]
    rows = await connection.fetch(_INCOMES_OF, systems, theirs, subjects)
    return {(row["levy_year"], row["person_id"]) for row in rows}


async def owners(
    connection: asyncpg.Connection, numbers: Collection[tuple[str, str]], subject: str
) -> list[UUID]:
    """Whose records of a subject stand under these numbers of other systems."""
    systems, theirs = zip(*sorted(numbers), strict=True)
    rows = await connection.fetch(_OWNERS, systems, theirs, subject)
    return [row["person_id"] for row in rows]
