"""Reads of the integrated database for linkage. No one's sight is filtered here: a service asks for
a purpose that the law names, and someone under a support measure is told of like any other."""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

import asyncpg

from contracts.events import FeedChange
from services.identity.domain.facts import Held, Known

# A person's numbers are those that were linked to any of the ids that are theirs.
_IDS: Final = """
select a.id as asked, coalesce(o.former_id, o.person_id) as id
from unnest($1::uuid[]) as a (id)
join identity.residents o on o.person_id = identity.surviving(a.id)
"""
_HELD: Final = f"""
with ids as ({_IDS})
select distinct on (ids.asked, l.system, l.addressee_number, r.subject)
       ids.asked as person_id, r.subject, v.content, v.change, v.recorded_at,
       r.record_version <> r.attached_version as newer_waits
from ids
join identity.feed_links l on l.person_id = ids.id
join identity.feed_records r using (addressee_number, system)
join identity.feed_versions v
  on v.addressee_number = r.addressee_number and v.system = r.system
 and v.subject = r.subject and v.record_version = r.attached_version
where r.subject = any($2::text[])
"""  # noqa: S608 - constant text
# Records that wait under a number that is theirs, or that they come near on the work list.
_WAITING: Final = f"""
with ids as ({_IDS})
select ids.asked as person_id, r.subject
from ids
join identity.feed_links l on l.person_id = ids.id
join identity.feed_records r using (addressee_number, system)
where r.subject = any($2::text[]) and r.attached_version is null
union
select ids.asked, r.subject
from ids
join identity.comparisons c on c.person_id = ids.id
join identity.near_misses m
  on m.entry_id = c.entry_id and m.state in ('open', 'proposed')
 and (c.compared_at >= m.judged_at or c.outcome = 'proposed')
join identity.feed_records r
  on r.addressee_number = m.addressee_number and r.system = m.system
where c.entry_id is not null and r.subject = any($2::text[])
"""  # noqa: S608 - constant text
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
    where mine.person_id = identity.surviving(a.applicant) and t.system = m.system
      and t.record ->> 'household_number' = m.record ->> 'household_number'
      and t.record -> 'relationship' ->> 0 = '02' and t.record -> 'relationship' ->> 1 is null
)
"""


async def known(
    connection: asyncpg.Connection, person_ids: Collection[UUID], subjects: Collection[str]
) -> dict[UUID, Known]:
    """What is known of these persons about these subjects; who is not in it, of whom nothing is."""
    held: dict[UUID, dict[str, list[Held]]] = {}
    waiting: dict[UUID, set[str]] = {}
    asked = list(person_ids), list(subjects)
    for row in await connection.fetch(_HELD, *asked):
        held.setdefault(row["person_id"], {}).setdefault(row["subject"], []).append(
            Held(
                row["content"],
                FeedChange(row["change"]),
                row["recorded_at"],
                row["newer_waits"],
            )
        )
    for row in await connection.fetch(_WAITING, *asked):
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
