"""One person from two records, and back: the merges that stand, and who answers for whom.

A record keeps the person that it made (``former_id`` where another answers), and so do a number of
another system and every version: nothing has to be restored when a merge is undone.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

import asyncpg

from services.chassis.clock import japan_date
from services.identity.domain.merging import Choice, Number, Standing, Told, Trees, told
from services.identity.domain.numbers import NumberState

_ONE_AT_A_TIME: Final = 0x6D726765  # "mrge": an advisory lock of its own
_ALONE: Final = "select pg_advisory_xact_lock($1)"
_TREES: Final = """
with recursive roots as (
    select distinct identity.surviving(id) as id from unnest($1::uuid[]) as a (id)
), edges as (
    select m.former_id, m.surviving_id from identity.merges m
    join roots on m.surviving_id = roots.id
    where m.separated_at is null
    union
    select m.former_id, m.surviving_id from identity.merges m
    join edges e on m.surviving_id = e.former_id
    where m.separated_at is null
)
select former_id, surviving_id from edges
"""
_LOCK_RECORDS: Final = """
select from identity.residents
where former_id = any($1::uuid[]) or (former_id is null and person_id = any($1::uuid[]))
order by addressee_number, system for update
"""
_MEMBERS: Final = """
select p.person_id, p.individual_number_token, p.number_state, p.integrated_number,
       exists (
           select from identity.residents r
           where (r.former_id = p.person_id or (r.former_id is null and r.person_id = p.person_id))
             and r.resident_status = '1'
       ) as lives_here
from identity.persons p where p.person_id = any($1::uuid[])
order by p.person_id for update of p
"""
_MERGE: Final = """
insert into identity.merges (merge_id, former_id, surviving_id, why, finding_id, merged_at)
values ($1, $2, $3, $4, $5, $6)
"""
_SEPARATE: Final = """
update identity.merges set separated_by = $2, separated_at = $3
where former_id = $1 and separated_at is null
returning merged_at
"""
_ANSWER: Final = "select identity.answer_as_merged($1)"
_COUNT_UP: Final = """
update identity.persons
set identity_version = identity_version + 1, identity_decision = $2, identity_decided_on = $3
where person_id = any($1::uuid[])
returning person_id, identity_version, identity_decision, identity_decided_on
"""
_TOLD: Final = """
update identity.persons set identity_version = identity_version + $3
where person_id in (
    select person_id from identity.persons
    where identity_version > 0 and ($1::uuid is null or person_id > $1)
    order by person_id limit $2
)
returning person_id, identity_version, identity_decision, identity_decided_on
"""
_PROTECT_ALIKE: Final = """
insert into identity.measure_persons (measure_id, person_id, place)
select l.measure_id, a.id, l.last + row_number() over (partition by l.measure_id order by a.id)
from (
    select measure_id, max(place) as last from identity.measure_persons
    join identity.measures using (measure_id)
    where ended_at is null group by measure_id having bool_or(person_id = any($1::uuid[]))
) l, unnest($1::uuid[]) as a (id)
where not exists (
    select from identity.measure_persons p
    where p.measure_id = l.measure_id and p.person_id = a.id
)
"""
_NUMBER_STATE: Final = "update identity.persons set number_state = $2 where person_id = $1"
# A number borne by one alone is that one's, once the other's was found wrong.
_GIVE_BACK: Final = """
update identity.persons p set number_state = 'assigned'
where p.individual_number_token = $1 and p.number_state = 'conflict'
  and not exists (
      select from identity.persons o
      where o.individual_number_token = $1 and o.person_id <> p.person_id
        and o.number_state in ('assigned', 'conflict')
  )
"""
_OTHERS: Final = """
select p.person_id from identity.persons p
where p.individual_number_token = $1 and p.number_state in ('assigned', 'conflict')
  and p.person_id <> $2
order by p.person_id
"""
_SINCE: Final = """
select system, addressee_number, subject, record_version, told
from identity.feed_links
where person_id = any($1::uuid[]) and linked_at >= $2
order by system, addressee_number for update
"""
_LET_GO: Final = """
with let_go as (
    update identity.feed_links l set state = 'nobody', person_id = null, due_at = $3
    from unnest($1::text[], $2::text[]) as a (system, addressee_number)
    where l.addressee_number = a.addressee_number and l.system = a.system
    returning l.addressee_number, l.system
)
update identity.feed_records r set attached_version = null
from let_go l where r.addressee_number = l.addressee_number and r.system = l.system
"""


async def one_at_a_time(connection: asyncpg.Connection) -> None:
    """Nobody else merges or separates before the transaction ends."""
    await connection.execute(_ALONE, _ONE_AT_A_TIME)


async def trees(connection: asyncpg.Connection, persons: Collection[UUID]) -> Trees:
    """The merges that stand among these persons and all that are one with them."""
    rows = await connection.fetch(_TREES, list(persons))
    return Trees({row["former_id"]: row["surviving_id"] for row in rows})


async def standings(
    connection: asyncpg.Connection, into: Trees, roots: Sequence[UUID]
) -> dict[UUID, Standing]:
    """What decides which of these survives, each with all who were merged into it; locked."""
    members = {root: into.under(root) for root in roots}
    every = sorted({member for group in members.values() for member in group})
    await connection.fetch(_LOCK_RECORDS, every)
    rows = {row["person_id"]: row for row in await connection.fetch(_MEMBERS, every)}
    return {
        root: Standing(
            person_id=root,
            numbers=tuple(
                Number(NumberState(rows[m]["number_state"]), rows[m]["individual_number_token"])
                for m in group
            ),
            lives_here=any(rows[m]["lives_here"] for m in group),
            since=rows[root]["integrated_number"],
        )
        for root, group in members.items()
        if root in rows
    }


async def merge(
    connection: asyncpg.Connection,
    into: Trees,
    choice: Choice,
    decision: tuple[UUID, datetime],
) -> list[Told]:
    """Merge; what has to be told of each person for whom another answers now.

    ``decision``: the finding, and when it was settled.
    """
    former, surviving = choice.former.person_id, choice.surviving.person_id
    into.merge(former, surviving)
    await connection.execute(_MERGE, uuid4(), former, surviving, choice.why, *decision)
    return await _answer(connection, into, into.under(former), decision)


async def separate(
    connection: asyncpg.Connection, into: Trees, former: UUID, decision: tuple[UUID, datetime]
) -> tuple[list[Told], datetime]:
    """Undo the merge of a person; as `merge`, and since when it had stood."""
    into.separate(former)
    merged_at: datetime = await connection.fetchval(_SEPARATE, former, *decision)
    return await _answer(connection, into, into.under(former), decision), merged_at


async def protect_alike(connection: asyncpg.Connection, members: Sequence[UUID]) -> None:
    """Whoever is to be two again is under the same support measures: which of the two needs the
    protection, only who settles the measure knows."""
    await connection.execute(_PROTECT_ALIKE, list(members))


async def _answer(
    connection: asyncpg.Connection,
    into: Trees,
    persons: Sequence[UUID],
    decision: tuple[UUID, datetime],
) -> list[Told]:
    roots = into.standing(persons)
    await connection.execute(_ANSWER, list(roots))
    finding_id, at = decision
    rows = await connection.fetch(_COUNT_UP, list(roots), finding_id, japan_date(at))
    return [told(roots[row["person_id"]], *row.values()) for row in rows]


async def told_again(
    connection: asyncpg.Connection, after: UUID | None, limit: int, ahead: int
) -> list[Told]:
    """What was last told of each person that was ever merged, under versions ``ahead`` higher."""
    rows = await connection.fetch(_TOLD, after, limit, ahead)
    into = await trees(connection, [row["person_id"] for row in rows])
    again = [told(into.root(row["person_id"]), *row.values()) for row in rows]
    return sorted(again, key=lambda event: event.person_id)


async def others_with(
    connection: asyncpg.Connection, token: str, person_id: UUID
) -> Sequence[UUID]:
    """Who else bears this number, as far as it is not known to be wrong of them."""
    return [row["person_id"] for row in await connection.fetch(_OTHERS, token, person_id)]


async def set_number_state(
    connection: asyncpg.Connection, person_id: UUID, state: NumberState
) -> None:
    """The state of the number that the person's own record bears."""
    await connection.execute(_NUMBER_STATE, person_id, state)


async def give_back(connection: asyncpg.Connection, token: str) -> None:
    """A number in conflict is assigned where only one bears it any more."""
    await connection.execute(_GIVE_BACK, token)


async def linked_since(
    connection: asyncpg.Connection, persons: Collection[UUID], since: datetime
) -> list[asyncpg.Record]:
    """The numbers of other systems that became these persons' since a moment, with what was told
    of them last; locked."""
    rows: list[asyncpg.Record] = await connection.fetch(_SINCE, list(persons), since)
    return rows


async def let_go(
    connection: asyncpg.Connection, numbers: Sequence[tuple[str, str]], now: datetime
) -> None:
    """These numbers are nobody's until they are compared again."""
    await connection.execute(_LET_GO, [n[0] for n in numbers], [n[1] for n in numbers], now)
