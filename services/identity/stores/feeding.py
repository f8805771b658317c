"""The integrated database's records, into the tables: a batch is a handful of statements."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg

from contracts.events.feeds import FeedRecord, FourAttributes
from services.chassis.database import columns
from services.identity.domain.comparison import Judgement
from services.identity.domain.feeds import (
    Feeds,
    KnownRecord,
    Link,
    LinkState,
    Number,
    Place,
    attributes_digest,
    place_of,
)
from services.identity.domain.folding import Folding
from services.identity.stores import bearers
from services.identity.stores.bulk import add, many

LOOK_AGAIN_AFTER: Final = timedelta(seconds=60)
"""A number that is nobody's is compared once more so much later: what the register told in the
same moment was not to be seen yet."""

_RECORDS: Final = """
select system, addressee_number, subject, record_version, content_digest, attached_version
from unnest($1::text[], $2::text[], $3::text[]) as a (system, addressee_number, subject)
join identity.feed_records r using (addressee_number, system, subject)
for update of r
"""
_DIGESTS: Final = """
select system, addressee_number, subject, record_version, content_digest
from unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
    as a (system, addressee_number, subject, record_version)
join identity.feed_versions using (addressee_number, system, subject, record_version)
"""
_LINKS: Final = """
select l.system, l.addressee_number, l.state, l.person_id, l.attributes_digest, m.entry_id,
       array(select identity.surviving(u.person_id) from identity.feed_links_undone u
             where u.addressee_number = l.addressee_number and u.system = l.system) as undone
from unnest($1::text[], $2::text[]) as a (system, addressee_number)
join identity.feed_links l using (addressee_number, system)
left join identity.near_misses m
  on m.addressee_number = l.addressee_number and m.system = l.system
 and m.state in ('open', 'proposed')
for update of l
"""
_SET_LINKS: Final = """
insert into identity.feed_links as l
    (system, addressee_number, state, person_id, told, attributes_digest, subject, record_version,
     kanji_key, judged_at, due_at, linked_at)
select * from unnest($1::text[], $2::text[], $3::text[], $4::uuid[], $5::json[], $6::bytea[],
                     $7::text[], $8::bigint[], $9::text[], $10::timestamptz[],
                     $11::timestamptz[], $12::timestamptz[])
on conflict (addressee_number, system) do update
set state = excluded.state, person_id = excluded.person_id, told = excluded.told,
    attributes_digest = excluded.attributes_digest, subject = excluded.subject,
    record_version = excluded.record_version, kanji_key = excluded.kanji_key,
    judged_at = excluded.judged_at, due_at = excluded.due_at,
    linked_at = coalesce(excluded.linked_at, l.linked_at)
"""
_SET_RECORDS: Final = """
insert into identity.feed_records
    (system, addressee_number, subject, record_version, content_digest, attached_version)
select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bytea[], $6::bigint[])
on conflict (addressee_number, system, subject) do update
set record_version = excluded.record_version, content_digest = excluded.content_digest,
    attached_version = excluded.attached_version
"""
ATTACH_ALL: Final = """
update identity.feed_records r set attached_version = r.record_version
from unnest($1::text[], $2::text[]) as a (system, addressee_number)
where r.addressee_number = a.addressee_number and r.system = a.system
  and r.attached_version is distinct from r.record_version
"""
_OPEN: Final = """
insert into identity.near_misses
    (entry_id, system, addressee_number, state, outcome, opened_at, judged_at, subject,
     record_version)
select entry_id, system, addressee_number, 'open', outcome, $7, $7, subject, record_version
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])
    as a (entry_id, system, addressee_number, outcome, subject, record_version)
on conflict (entry_id) do update
set outcome = case when near_misses.outcome = 'doubted' then 'doubted' else excluded.outcome end,
    judged_at = excluded.judged_at, subject = excluded.subject,
    record_version = excluded.record_version
returning entry_id, opened_at = judged_at as new
"""
_RESOLVE: Final = """
update identity.near_misses set state = 'resolved'
where entry_id = any($1::uuid[]) and state in ('open', 'proposed') and outcome <> 'doubted'
returning entry_id
"""
_VERSION: Final = (
    "system addressee_number subject record_version late change reported_on told content "
    "content_digest event_id sent_at recorded_at"
).split()
_COMPARISON: Final = (
    "comparison_id system addressee_number subject record_version person_id name address "
    "birth_date sex outcome entry_id compared_at"
).split()
_STEP: Final = ("entry_id", "step", "staff_id", "person_id", "at")


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where one record of a batch came from, for its history."""

    event_id: UUID
    sent_at: datetime


async def open_feeds(
    connection: asyncpg.Connection, events: Sequence[FeedRecord], folding: Folding
) -> Feeds:
    """The working set for these events: what is known of their records and numbers, locked."""
    places = sorted({place_of(event) for event in events})
    links = await _links(connection, sorted({place[:2] for place in places}))
    known = await _records(connection, places)
    again, told = set(), {}
    for event in events:
        place = place_of(event)
        before = known.get(place)
        if before is not None and event.record_version <= before.record_version:
            again.add((place, event.record_version))
        link = links.get(place[:2])
        if link is None or link.person_id is None:
            told[attributes_digest(event.person)] = event.person
    return await _working_set(
        connection, known, await _digests(connection, again), links, told, folding
    )


async def open_links(
    connection: asyncpg.Connection,
    numbers: Sequence[Number],
    told: Sequence[FourAttributes],
    folding: Folding,
) -> Feeds:
    """The working set for judging numbers anew by what was told of them last."""
    by_digest = {attributes_digest(attributes): attributes for attributes in told}
    links = await _links(connection, numbers)
    return await _working_set(connection, {}, {}, links, by_digest, folding)


async def _working_set(
    connection: asyncpg.Connection,
    known: dict[Place, KnownRecord],
    digests: dict[tuple[Place, int], bytes],
    links: dict[Number, Link],
    told: dict[bytes, FourAttributes],
    folding: Folding,
) -> Feeds:
    linked = {link.person_id for link in links.values() if link.person_id is not None}
    return Feeds(
        known=known,
        digests=digests,
        links=links,
        bearers=await bearers.these(connection, linked),
        found=await bearers.meant(connection, told, folding) if told else {},
        folding=folding,
        ids=iter(uuid4, None),
    )


async def _links(connection: asyncpg.Connection, numbers: Sequence[Number]) -> dict[Number, Link]:
    rows = await connection.fetch(_LINKS, *columns(numbers, 2))
    return {
        (row["system"], row["addressee_number"]): Link(
            number=(row["system"], row["addressee_number"]),
            state=LinkState(row["state"]),
            person_id=row["person_id"],
            attributes_digest=row["attributes_digest"],
            entry_id=row["entry_id"],
            undone=frozenset(row["undone"]),
        )
        for row in rows
    }


async def _records(
    connection: asyncpg.Connection, places: Sequence[Place]
) -> dict[Place, KnownRecord]:
    found = {}
    for row in await connection.fetch(_RECORDS, *columns(places, 3)):
        place = row["system"], row["addressee_number"], row["subject"]
        found[place] = KnownRecord(
            place, row["record_version"], row["content_digest"], row["attached_version"]
        )
    return found


async def _digests(
    connection: asyncpg.Connection, versions: Collection[tuple[Place, int]]
) -> dict[tuple[Place, int], bytes]:
    if not versions:
        return {}
    rows = await connection.fetch(_DIGESTS, *columns([(*p, v) for p, v in versions], 4))
    return {
        ((row["system"], row["addressee_number"], row["subject"]), row["record_version"]): row[
            "content_digest"
        ]
        for row in rows
    }


async def write(
    connection: asyncpg.Connection, feeds: Feeds, arrivals: Sequence[Arrival], now: datetime
) -> None:
    """Write what the working set has gathered.

    Raises ``asyncpg.SerializationError`` where a file and the bus told of one record in the same
    moment: tried again, the batch sees it.
    """
    try:
        await add(connection, "feed_versions", _VERSION, _versions(feeds, arrivals, now))
    except asyncpg.UniqueViolationError:
        raise asyncpg.SerializationError("the record was taken by another instance") from None
    # First what waited before this batch, then the batch's own records as they stand after it.
    await write_links(connection, feeds, now, look_again_at=now + LOOK_AGAIN_AFTER)
    records = sorted(feeds.touched.values(), key=lambda known: known.place)
    await many(
        connection,
        _SET_RECORDS,
        [(*r.place, r.record_version, r.content_digest, r.attached_version) for r in records],
    )


async def write_links(
    connection: asyncpg.Connection, feeds: Feeds, now: datetime, *, look_again_at: datetime | None
) -> None:
    """Write whose the numbers are, the comparisons that say so, and the work list."""
    judged = sorted(feeds.judged_links)
    rows = [_link(feeds, number, now, look_again_at) for number in judged]
    await many(connection, _SET_LINKS, rows)
    joined = [number for number in judged if feeds.links[number].joined]
    await many(connection, ATTACH_ALL, joined)
    await _queue(connection, [(feeds.links[n], feeds.judged_links[n]) for n in judged], now)
    await add(connection, "comparisons", _COMPARISON, list(_comparisons(feeds, now)))


async def _queue(connection: asyncpg.Connection, judged: Sequence[Any], now: datetime) -> None:
    waiting = [
        (link.entry_id, *link.number, found.judgement.outcome, found.place[2],
         found.record_version)
        for link, found in judged
        if found.judgement.outcome.queues
    ]  # fmt: skip
    over = [
        link.entry_id
        for link, found in judged
        if link.entry_id is not None and not found.judgement.outcome.queues
    ]
    steps: list[tuple[Any, ...]] = []
    if waiting:
        opened = await connection.fetch(_OPEN, *columns(waiting, 6), now)
        steps += [(row["entry_id"], "opened", None, None, now) for row in opened if row["new"]]
    if over:
        resolved = await connection.fetch(_RESOLVE, over)
        persons = {link.entry_id: link.person_id for link, _ in judged}
        steps += [
            (row["entry_id"], "resolved", None, persons[row["entry_id"]], now) for row in resolved
        ]
    await add(connection, "near_miss_steps", _STEP, steps)


def _link(
    feeds: Feeds, number: Number, now: datetime, look_again_at: datetime | None
) -> tuple[Any, ...]:
    link, found = feeds.links[number], feeds.judged_links[number]
    if link.told is None:
        raise ValueError("this number was not judged")
    certain = link.state in (LinkState.LINKED, LinkState.DISMISSED)
    return (
        *number,
        link.state,
        link.person_id,
        link.told.model_dump_json(exclude_defaults=True),
        link.attributes_digest,
        found.place[2],
        found.record_version,
        feeds.folding.kanji(link.told.name.kanji),
        now,
        None if certain else look_again_at,
        now if link.joined else None,
    )


def _versions(feeds: Feeds, arrivals: Sequence[Arrival], now: datetime) -> list[tuple[Any, ...]]:
    return [
        (
            *version.place,
            version.event.record_version,
            version.late,
            version.event.change,
            version.event.reported_on,
            version.event.person.model_dump_json(exclude_defaults=True),
            version.content,
            version.content_digest,
            arrivals[version.index].event_id,
            arrivals[version.index].sent_at,
            now,
        )
        for version in feeds.versions
    ]


def _comparisons(feeds: Feeds, now: datetime) -> Sequence[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for found in feeds.judged:
        judgement: Judgement = found.judgement
        link = feeds.links[found.place[:2]]
        # An entry that came and went within the batch was never on the list.
        waits = judgement.outcome.queues and link.state in (LinkState.NEAR, LinkState.HELD)
        entry = link.entry_id if waits else None
        about = (*found.place, found.record_version)
        for person_id, c in judgement.compared:
            agreements = (c.name, c.address, c.birth_date, c.sex)
            rows.append((uuid4(), *about, person_id, *agreements, judgement.outcome, entry, now))
        if not judgement.compared:
            nothing = (None,) * 5
            rows.append((uuid4(), *about, *nothing, judgement.outcome, entry, now))
    return rows
