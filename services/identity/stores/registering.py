"""What the register tells, into the tables: a batch is a handful of statements."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from contracts.dates import UncertainDate
from contracts.events import ResidentTokenised
from services.chassis.database import columns
from services.chassis.ids import fresh_id
from services.chassis.received import Received
from services.identity.domain.folding import Folding
from services.identity.domain.numbers import NumberState, integrated_number
from services.identity.domain.register import Known, Name, Place, Register
from services.identity.domain.residence import Residence
from services.identity.stores import addressing
from services.identity.stores.bulk import add, many
from services.identity.stores.findings import resolve_renumbered

_KNOWN: Final = """
select r.system, r.addressee_number, p.person_id, r.record_version, r.content_digest,
       case when r.former_id is not null then r.person_id end as answered_by,
       r.names_digest, r.addresses_digest, r.household_id, r.residence, p.integrated_number,
       p.individual_number_token, p.number_state, p.person_version, p.view_digest
from unnest($1::text[], $2::text[]) as a (system, addressee_number)
join identity.residents r using (addressee_number, system)
join identity.persons p on p.person_id = coalesce(r.former_id, r.person_id)
for update of r, p
"""
# Of persons that are one with others: all of them, by who answers for them.
_MERGED: Final = """
select m.person_id as surviving_id, o.person_id, case when o.number_state <> 'wrong'
       then o.individual_number_token end as token
from (
    select distinct person_id from identity.residents
    where former_id is not null
      and (person_id = any($1::uuid[]) or former_id = any($1::uuid[]))
) m
join identity.residents r on r.person_id = m.person_id
join identity.persons o on o.person_id = coalesce(r.former_id, r.person_id)
"""
_BEARERS: Final = """
select individual_number_token, person_id from identity.persons
where individual_number_token = any($1::text[]) and number_state = 'assigned'
union all
select individual_number_token, person_id from identity.persons
where individual_number_token = any($1::text[]) and number_state = 'conflict'
"""
_DIGESTS: Final = """
select system, addressee_number, record_version, content_digest
from unnest($1::text[], $2::text[], $3::bigint[]) as a (system, addressee_number, record_version)
join identity.record_versions using (addressee_number, system, record_version)
"""
_HOUSEHOLDS: Final = """
select system, household_number, household_id
from unnest($1::text[], $2::text[]) as a (system, household_number)
join identity.households using (household_number, system)
"""
_ADD_HOUSEHOLDS: Final = """
insert into identity.households (household_id, system, household_number)
select * from unnest($1::uuid[], $2::text[], $3::text[])
on conflict (household_number, system) do nothing
"""
_SERIALS: Final = """
select nextval('identity.integrated_number_serial') from generate_series(1, $1::int)
"""
# A number may pass from one person to another within the batch: let go first, then take.
_LET_GO: Final = """
update identity.persons set individual_number_token = null, number_state = 'unnumbered'
where person_id = any($1::uuid[])
"""
_RENUMBER: Final = """
update identity.persons p
set individual_number_token = a.token, number_state = a.state
from unnest($1::uuid[], $2::text[], $3::text[]) as a (person_id, token, state)
where p.person_id = a.person_id
"""
_TOLD: Final = """
update identity.persons p
set person_version = a.version, view_digest = a.digest, change = a.change,
    changed_on = a.changed_on, reported_on = a.reported_on, emitted_at = $7
from unnest($1::uuid[], $2::int[], $3::bytea[], $4::text[], $5::json[], $6::date[])
    as a (person_id, version, digest, change, changed_on, reported_on)
where p.person_id = a.person_id
"""
_UPDATE_RESIDENTS: Final = """
update identity.residents r
set record_version = a.record_version, content_digest = a.content_digest,
    names_digest = a.names_digest, household_id = a.household_id,
    resident_status = a.resident_status, birth_sort = a.birth_sort,
    residence = a.residence, addresses_digest = a.addresses_digest, sex = a.sex, recorded_at = $13
from unnest($1::text[], $2::text[], $3::uuid[], $4::bigint[], $5::bytea[], $6::bytea[],
            $7::uuid[], $8::text[], $9::date[], $10::json[], $11::bytea[], $12::text[])
    as a (system, addressee_number, person_id, record_version, content_digest, names_digest,
          household_id, resident_status, birth_sort, residence, addresses_digest, sex)
where r.addressee_number = a.addressee_number and r.system = a.system
"""
_RETIRE_NAMES: Final = """
update identity.names n set current = false
from unnest($1::text[], $2::text[]) as a (system, addressee_number)
where n.addressee_number = a.addressee_number and n.system = a.system and n.current
"""
_PERSON: Final = (
    "person_id integrated_number individual_number_token number_state person_version "
    "view_digest change changed_on reported_on emitted_at"
).split()
_RESIDENT: Final = (
    "system addressee_number person_id record_version content_digest names_digest "
    "household_id resident_status birth_sort residence addresses_digest sex recorded_at linked_at"
).split()
_VERSION: Final = (
    "system addressee_number record_version person_id late change changed_on reported_on "
    "individual_number_token content_digest record event_id sent_at recorded_at"
).split()
_NAME: Final = (
    "system addressee_number kind since_version current kanji_key kana_key reading latin_key "
    "given_kanji_key given_kana_key"
).split()
_FINDING: Final = (
    "finding_id kind state person_id other_person_id system addressee_number "
    "record_version found_at"
).split()

Days = Mapping[int, str]
"""The days of a batch's events as they are kept, by the ``id`` of each: what an event tells of a
person and the version of the record both have the event's own."""


async def open_register(
    connection: asyncpg.Connection, events: Sequence[ResidentTokenised], folding: Folding
) -> Register:
    """The working set for these events: what is known of their records, locked."""
    places = sorted({_place(event) for event in events})
    known = await _known(connection, places)
    fresh, again = [], set()
    for event in events:
        before = known.get(_place(event))
        if before is None or event.record_version > before.record_version:
            fresh.append(event)
        else:
            again.add((_place(event), event.record_version))
    tokens = {event.individual_number_token for event in fresh} - {None}
    households = {(event.source, event.record.household_number) for event in fresh}
    return Register(
        known=known,
        bearers=await _bearers(connection, list(tokens)),
        households=await _households(connection, [place for place in households if place[1]]),
        digests=await _digests(connection, again),
        folding=folding,
        ids=iter(fresh_id, None),
        numbers=iter(await _fresh_numbers(connection, len(places) - len(known))),
        merged=await _merged(connection, [k.person_id for k in known.values()]),
    )


def _place(event: ResidentTokenised) -> Place:
    return event.source, event.record.addressee_number


async def _known(connection: asyncpg.Connection, places: Sequence[Place]) -> dict[Place, Known]:
    rows = await connection.fetch(_KNOWN, *columns(places, 2))
    return {
        (row["system"], row["addressee_number"]): Known(
            place=(row["system"], row["addressee_number"]),
            person_id=row["person_id"],
            integrated_number=row["integrated_number"],
            record_version=row["record_version"],
            content_digest=row["content_digest"],
            individual_number_token=row["individual_number_token"],
            number_state=NumberState(row["number_state"]),
            household_id=row["household_id"],
            names_digest=row["names_digest"],
            addresses_digest=row["addresses_digest"],
            residence=Residence.read(row["residence"]),
            person_version=row["person_version"],
            view_digest=row["view_digest"],
            answered_by=row["answered_by"],
        )
        for row in rows
    }


async def _merged(
    connection: asyncpg.Connection, persons: Sequence[UUID]
) -> dict[UUID, dict[UUID, str | None]]:
    same: dict[UUID, dict[UUID, str | None]] = {}
    for row in await connection.fetch(_MERGED, persons):
        same.setdefault(row["surviving_id"], {})[row["person_id"]] = row["token"]
    return {person_id: group for group in same.values() for person_id in group}


async def _bearers(
    connection: asyncpg.Connection, tokens: Sequence[str | None]
) -> dict[str, set[UUID]]:
    bearers: dict[str, set[UUID]] = {}
    for row in await connection.fetch(_BEARERS, tokens):
        bearers.setdefault(row["individual_number_token"], set()).add(row["person_id"])
    return bearers


async def _digests(
    connection: asyncpg.Connection, versions: Collection[tuple[Place, int]]
) -> dict[tuple[Place, int], bytes]:
    if not versions:
        return {}
    rows = await connection.fetch(
        _DIGESTS,
        [system for (system, _), _ in versions],
        [number for (_, number), _ in versions],
        [version for _, version in versions],
    )
    return {
        ((row["system"], row["addressee_number"]), row["record_version"]): row["content_digest"]
        for row in rows
    }


async def _households(
    connection: asyncpg.Connection, places: Sequence[tuple[str, str | None]]
) -> dict[tuple[str, str], UUID]:
    """The households' ids; those not known yet are given one."""
    found = await _find_households(connection, places)
    missing = [(system, n) for system, n in places if n is not None and (system, n) not in found]
    if missing:
        ids = [fresh_id() for _ in missing]
        done = await connection.execute(_ADD_HOUSEHOLDS, ids, *columns(missing, 2))
        if done == f"INSERT 0 {len(missing)}":
            found.update(zip(missing, ids, strict=True))
        else:  # another instance was first with some
            found |= await _find_households(connection, missing)
    return found


async def _find_households(
    connection: asyncpg.Connection, places: Sequence[tuple[str, str | None]]
) -> dict[tuple[str, str], UUID]:
    rows = await connection.fetch(_HOUSEHOLDS, *columns(places, 2))
    return {(row["system"], row["household_number"]): row["household_id"] for row in rows}


async def _fresh_numbers(connection: asyncpg.Connection, count: int) -> list[str]:
    numbers: list[str] = []
    while len(numbers) < count:
        # One serial number in eleven has no check digit.
        wanted = (count - len(numbers)) * 9 // 8 + 1
        serials = await connection.fetch(_SERIALS, wanted)
        numbers += [n for row in serials if (n := integrated_number(row[0])) is not None]
    return numbers


async def write(
    connection: asyncpg.Connection,
    register: Register,
    batch: Sequence[Received[ResidentTokenised]],
    now: datetime,
) -> None:
    """Write what the register has gathered.

    Raises ``asyncpg.SerializationError`` where another instance took a number in the same moment:
    tried again, the batch sees it.
    """
    days = {
        id(version.event.changed_on): _day(version.event.changed_on)
        for version in register.versions
    }
    created = [register.touched[place] for place in sorted(register.created)]
    changed = [
        register.touched[place] for place in sorted(register.touched.keys() - register.created)
    ]
    try:
        await _write_persons(connection, register, created, changed, days, now)
    except asyncpg.UniqueViolationError as error:
        if error.constraint_name != "persons_number":
            raise
        raise asyncpg.SerializationError("a number was taken by another instance") from None
    await add(connection, "residents", _RESIDENT, [(*_resident(k), now, now) for k in created])
    await many(connection, _UPDATE_RESIDENTS, [_resident(known) for known in changed], now)
    await add(connection, "record_versions", _VERSION, _versions(register, batch, days, now))
    await many(connection, _RETIRE_NAMES, sorted(register.names.keys() - register.created))
    names = [_name(name, current=True) for borne in register.names.values() for name in borne]
    names += [_name(name, current=False) for name in register.former_names]
    await add(connection, "names", _NAME, names)
    await addressing.write(connection, register)
    findings = [
        (f.finding_id, f.kind, f.state, f.person_id, f.other_person_id, *f.place,
         f.record_version, now)
        for f in register.findings
    ]  # fmt: skip
    await add(connection, "findings", _FINDING, findings)
    if register.renumbered:
        fresh = [f.finding_id for f in register.findings]
        await resolve_renumbered(connection, list(register.renumbered), fresh, now)


async def _write_persons(
    connection: asyncpg.Connection,
    register: Register,
    created: Sequence[Known],
    changed: Sequence[Known],
    days: Days,
    now: datetime,
) -> None:
    renumbered = register.renumbered.values()
    if renumbered:
        await connection.execute(_LET_GO, [known.person_id for known in renumbered])
    await many(
        connection,
        _RENUMBER,
        [
            (known.person_id, known.individual_number_token, known.number_state)
            for known in renumbered
        ],
    )
    persons = [
        (known.person_id, known.integrated_number, known.individual_number_token,
         known.number_state, *_told(known, days), now)
        for known in created
    ]  # fmt: skip
    await add(connection, "persons", _PERSON, persons)
    told = [known for known in changed if known.occasion is not None]
    await many(connection, _TOLD, [(known.person_id, *_told(known, days)) for known in told], now)


def _day(day: UncertainDate) -> str:
    return day.__pydantic_serializer__.to_json(day, exclude_defaults=True).decode()


def _told(known: Known, days: Days) -> tuple[Any, ...]:
    if known.occasion is None:
        raise ValueError("nothing was told of this person")
    return (
        known.person_version,
        known.view_digest,
        known.occasion.change,
        days[id(known.occasion.changed_on)],
        known.occasion.reported_on,
    )


def _resident(known: Known) -> tuple[Any, ...]:
    if known.record is None:
        raise ValueError("no version of this record was accepted")
    return (
        *known.place,
        known.person_id,
        known.record_version,
        known.content_digest,
        known.names_digest,
        known.household_id,
        known.record.resident_status,
        known.record.birth_date.sort_date,
        known.residence.written(),
        known.addresses_digest,
        known.record.sex,
    )


def _versions(
    register: Register,
    batch: Sequence[Received[ResidentTokenised]],
    days: Days,
    now: datetime,
) -> list[tuple[Any, ...]]:
    return [
        (
            *version.place,
            version.event.record_version,
            version.person_id,
            version.late,
            version.event.change,
            days[id(version.event.changed_on)],
            version.event.reported_on,
            version.event.individual_number_token,
            version.content_digest,
            version.content,
            batch[version.index].event_id,
            batch[version.index].time,
            now,
        )
        for version in register.versions
    ]


def _name(name: Name, *, current: bool) -> tuple[Any, ...]:
    keys = name.keys
    return (
        *name.place,
        name.kind,
        name.since_version,
        current,
        keys.kanji,
        keys.kana,
        keys.reading,
        keys.latin,
        keys.given_kanji,
        keys.given_kana,
    )
