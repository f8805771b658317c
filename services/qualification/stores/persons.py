"""Persons, their facts, and what was concluded from them: a batch is a handful of statements."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, TypeVar
from uuid import UUID

import asyncpg

from contracts.values import value
from services.qualification.domain.facts import Content, Fact, decode, encode
from services.qualification.domain.one_person import facts_together
from services.qualification.domain.transitions import (
    Happening,
    Transition,
    happening,
)

K = TypeVar("K")

# Locked in the order of their ids, so that two batches never wait for each other.
_LOCK: Final = """
select person_id, person_version, next_due, timeline_version, timeline_digest, list_due, listed,
    ask_on, asked_on, columns_version, columns_digest
from qualification.persons where person_id = any($1::uuid[])
order by person_id for update
"""
_FACTS: Final = """
select person_id, kind, recorded_at, body
from qualification.facts where person_id = any($1::uuid[])
"""
_ADD_FACTS: Final = """
insert into qualification.facts (person_id, kind, ordinal, concerns, recorded_at, body)
select * from unnest($1::qualification.new_fact[])
"""
_ADD_PERSONS: Final = """
insert into qualification.persons as p
    (person_id, person_version, next_due, timeline_version, timeline_digest, list_due, ask_on,
     columns_version, columns_digest)
select * from unnest($1::qualification.new_person[])
"""
_WRITE: Final = f"""{_ADD_PERSONS}
on conflict (person_id) do update
set person_version = excluded.person_version, next_due = excluded.next_due,
    timeline_version = excluded.timeline_version, timeline_digest = excluded.timeline_digest,
    list_due = excluded.list_due, ask_on = excluded.ask_on,
    columns_version = excluded.columns_version, columns_digest = excluded.columns_digest
where (p.person_version, p.next_due, p.timeline_version, p.timeline_digest, p.list_due, p.ask_on,
       p.columns_version)
    is distinct from
    (excluded.person_version, excluded.next_due, excluded.timeline_version,
     excluded.timeline_digest, excluded.list_due, excluded.ask_on,
     excluded.columns_version)
"""
_ADD_TRANSITIONS: Final = """
insert into qualification.transitions (item_id, person_id, kind, occurred_on, reason, origin,
    category_before, category_after, notice_id, accepted_on, reported_at)
select *, $2 from unnest($1::qualification.new_transition[])
"""
_ADD_NEW_TRANSITIONS: Final = f"""{_ADD_TRANSITIONS}
on conflict (item_id) do nothing
returning item_id
"""
_HAPPENED: Final = """
select person_id, coalesce(first_item_id, item_id) as item_id, kind, occurred_on, reason
from qualification.transitions
where person_id = any($1::uuid[]) and kind <> 'notice' order by reported_at, item_id
"""
_STAND: Final = """
update qualification.transitions
set stands = (coalesce(first_item_id, item_id) = any($2::uuid[]))
where person_id = any($1::uuid[]) and kind <> 'notice'
  and stands <> (coalesce(first_item_id, item_id) = any($2::uuid[]))
returning item_id, person_id, stands
"""
_SAME: Final = "select id from bus.same_person($1) as s (id)"
_ANYTHING: Final = """
select exists (select from qualification.persons where person_id = any($1::uuid[]))
   and (bus.sees_all() or not exists (
       select from bus.hidden where hidden and person_id = any($1::uuid[])
   ))
"""
_DUE: Final = """
select person_id from qualification.persons
where next_due <= $1 and person_id <> all($3::uuid[])
order by next_due, person_id limit $2
"""
_AFTER: Final = """
select person_id from qualification.persons
where $1::uuid is null or person_id > $1 order by person_id limit $2
"""


@value
class Known:
    """What is kept of a person beside the facts."""

    person_version: int
    timeline_version: int = 0
    timeline_digest: bytes | None = None
    next_due: date | None = None
    list_due: date | None = None
    """From when on the work list of missing notices has to be looked at."""
    listed: bool = False
    """Whether something is on it."""
    ask_on: date | None = None
    """From when on identity is to be asked about 国民健康保険."""
    asked_on: date | None = None
    columns_version: int = 0
    """Of what the resident register was told last (年金資格); 0: nothing."""
    columns_digest: bytes | None = None


@dataclass(frozen=True, slots=True)
class Stands:
    """A report whose transition ceased to follow from the facts, or follows again."""

    item_id: UUID
    person_id: UUID
    stands: bool


@value
class Item:
    """A transition as it is reported: under which id, and of whom."""

    item_id: UUID
    owner: UUID
    transition: Transition


@value
class NewFact:
    """A fact to be added, with its place among the person's facts of its kind."""

    person_id: UUID
    ordinal: int
    fact: Fact


async def lock(connection: asyncpg.Connection, persons: Iterable[UUID]) -> dict[UUID, Known]:
    """What is known of these persons; nobody else changes it until the transaction ends."""
    rows = await connection.fetch(_LOCK, list(persons))
    return {
        row["person_id"]: Known(
            row["person_version"],
            row["timeline_version"],
            row["timeline_digest"],
            row["next_due"],
            row["list_due"],
            row["listed"],
            row["ask_on"],
            row["asked_on"],
            row["columns_version"],
            row["columns_digest"],
        )
        for row in rows
    }


async def facts_of(
    connection: asyncpg.Connection, persons: Sequence[UUID]
) -> dict[UUID, list[Fact]]:
    """All facts of these persons, in one query."""
    facts: dict[UUID, list[Fact]] = defaultdict(list)
    if persons:
        for row in await connection.fetch(_FACTS, persons):
            content: Content = decode(row["kind"], row["body"])
            facts[row["person_id"]].append(Fact(row["recorded_at"], content))
    return facts


async def add_facts(connection: asyncpg.Connection, added: Sequence[NewFact]) -> None:
    """Add facts; they are never altered."""
    if not added:
        return
    rows = []
    for new in added:
        kind, body = encode(new.fact.content)
        fact = new.fact
        rows.append((new.person_id, kind, new.ordinal, fact.concerns, fact.recorded_at, body))
    await connection.execute(_ADD_FACTS, rows)


def _by_id(person: tuple[UUID, Known]) -> int:
    # The same order, and numbers are compared at a tenth of the cost.
    return person[0].int


async def write(
    connection: asyncpg.Connection, persons: Mapping[UUID, Known], unheard: Collection[UUID] = ()
) -> None:
    """Keep what is known of these persons now. ``unheard``: those of whom nothing was known
    before: looking for what is there already is half of what adding one costs."""
    first: list[tuple[Any, ...]] = []
    again: list[tuple[Any, ...]] = []
    for person_id, k in sorted(persons.items(), key=_by_id):
        row = (
            person_id, k.person_version, k.next_due, k.timeline_version, k.timeline_digest,
            k.list_due, k.ask_on, k.columns_version, k.columns_digest,
        )  # fmt: skip
        (first if person_id in unheard else again).append(row)
    for statement, rows in ((_ADD_PERSONS, first), (_WRITE, again)):
        if rows:
            await connection.execute(statement, rows)


async def add_transitions(
    connection: asyncpg.Connection,
    concluded: Mapping[tuple[UUID, ...], Sequence[Item]],
    now: datetime,
    unheard: Collection[UUID] = (),
) -> tuple[set[UUID], list[Stands]]:
    """Keep what was concluded of these persons, each with all ids of theirs; return the item ids
    of what is new.

    What was reported under another id of the same person is not new. What was reported before and
    no longer follows from the facts is marked so, or follows again: returned too. ``unheard``: ids
    of which nothing was known before, so that nothing can have been reported under them.
    """
    if not concluded:
        return set(), []
    before = await _reported_under(connection, [ids for ids in concluded if len(ids) > 1])
    first: list[Item] = []
    rows, stand = [], []
    reported_of: list[UUID] = []
    for ids, items in concluded.items():
        if len(ids) == 1 and ids[0] in unheard:
            first += items
            continue
        reported = before.get(ids, {})
        reported_of += ids
        for item in items:
            known = reported.get(happening(item.transition)) if reported else None
            stand += known or [item.item_id]
            if known is None:
                rows.append(_transition(item))
    new = {item.item_id for item in first}
    if first:
        told = [_transition(item) for item in first]
        await connection.execute(_ADD_TRANSITIONS, told, now)
    if rows:
        added = await connection.fetch(_ADD_NEW_TRANSITIONS, rows, now)
        new |= {row["item_id"] for row in added}
    other = await connection.fetch(_STAND, reported_of, stand) if reported_of else []
    standing = sorted((Stands(**dict(row)) for row in other), key=lambda found: found.item_id)
    return new, standing


def _transition(item: Item) -> tuple[Any, ...]:
    t = item.transition
    return (
        item.item_id, item.owner, t.kind.value, t.occurred_on, t.reason, t.origin.value,
        t.before and t.before.value, t.after and t.after.value, t.at.notice_id, t.accepted_on,
    )  # fmt: skip


async def _reported_under(
    connection: asyncpg.Connection, persons: Sequence[tuple[UUID, ...]]
) -> dict[tuple[UUID, ...], dict[Happening, list[UUID]]]:
    """What was reported of persons with several ids, under any of them."""
    found: dict[tuple[UUID, ...], dict[Happening, list[UUID]]] = {ids: {} for ids in persons}
    whose = {person_id: ids for ids in persons for person_id in ids}
    if whose:
        for row in await connection.fetch(_HAPPENED, list(whose)):
            happened: Happening = row["kind"], row["occurred_on"], row["reason"]
            found[whose[row["person_id"]]].setdefault(happened, []).append(row["item_id"])
    return found


async def ids_of(connection: asyncpg.Connection, person_id: UUID) -> tuple[UUID, ...]:
    """All ids of the person that is asked for by any, the surviving one first; none where nothing
    is known of them (or nothing for the caller)."""
    ids = tuple(row["id"] for row in await connection.fetch(_SAME, person_id))
    return ids if await connection.fetchval(_ANYTHING, list(ids)) else ()


async def facts_of_one(connection: asyncpg.Connection, ids: Sequence[UUID]) -> list[Fact]:
    """All facts of a person with these ids, each with the id that it was recorded under."""
    return facts_together(await facts_of(connection, ids), ids)


async def due(
    connection: asyncpg.Connection, day: date, limit: int, without: Sequence[UUID] = ()
) -> list[UUID]:
    """Persons for whom something happens by itself by ``day``, the earliest first."""
    return [row["person_id"] for row in await connection.fetch(_DUE, day, limit, list(without))]


async def after(connection: asyncpg.Connection, person_id: UUID | None, limit: int) -> list[UUID]:
    """The persons that follow one, in the order of their ids; None: from the first on."""
    return [row["person_id"] for row in await connection.fetch(_AFTER, person_id, limit)]
