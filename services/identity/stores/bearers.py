"""Persons whom a record's four attributes may mean, for many records at once (C01).

Nobody's sight is filtered here: what is compared is a system's record, and what staff are shown of
it is `services.identity.stores.near_misses`'s to say.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final
from uuid import UUID

import asyncpg

from contracts.events.feeds import FourAttributes
from contracts.events.residents import ResidentRecord
from services.identity.domain.comparison import Bearer, compare
from services.identity.domain.folding import Folding

Told = Mapping[bytes, FourAttributes]
"""Four attributes by their digest."""
Found = dict[bytes, list[Bearer]]

NAMESAKES: Final = 100
"""So many of one name are looked at where the birth date does not agree."""

# From the birth date: of a million some forty share it, and of a common name many hundreds bear it.
_BORN_SO_NAMED: Final = """
select distinct a.place, r.person_id, v.record::text as record, n.current, n.kanji_key
from unnest($1::int[], $2::text[], $3::text[], $4::date[])
    as a (place, kanji_key, latin_key, birth)
join lateral (
    select person_id, addressee_number, system, record_version
    from identity.residents where birth_sort = a.birth offset 0
) r on true
join lateral (
    select n.current, n.kanji_key from identity.names n
    where n.addressee_number = r.addressee_number and n.system = r.system
      and (n.kanji_key = a.kanji_key or n.latin_key = a.latin_key and n.latin_key <> '')
    offset 0
) n on true
join identity.record_versions v
  on v.addressee_number = r.addressee_number and v.system = r.system
 and v.record_version = r.record_version
"""
_BORN_THEN: Final = """
select a.place, r.person_id, v.record, true as current, '' as kanji_key
from unnest($1::int[], $2::date[]) as a (place, birth)
join identity.residents r on r.birth_sort = a.birth
join identity.record_versions v
  on v.addressee_number = r.addressee_number and v.system = r.system
 and v.record_version = r.record_version
"""
_SO_NAMED: Final = """
select a.place, r.person_id, v.record, n.current, n.kanji_key
from unnest($1::int[], $2::text[]) as a (place, kanji_key)
join lateral (
    select addressee_number, system, current, kanji_key from identity.names
    where kanji_key = a.kanji_key order by kanji_key limit $3
) n on true
join identity.residents r
  on r.addressee_number = n.addressee_number and r.system = n.system
join identity.record_versions v
  on v.addressee_number = r.addressee_number and v.system = r.system
 and v.record_version = r.record_version
"""
_THESE: Final = """
select a.id as person_id, v.record,
       array(select n.kanji_key from identity.names n
             where n.addressee_number = r.addressee_number and n.system = r.system
               and not n.current) as former
from unnest($1::uuid[]) as a (id)
join identity.residents r on r.person_id = identity.surviving(a.id)
join identity.record_versions v
  on v.addressee_number = r.addressee_number and v.system = r.system
 and v.record_version = r.record_version
"""


async def these(
    connection: asyncpg.Connection, person_ids: Collection[UUID]
) -> dict[UUID, Sequence[Bearer]]:
    """These persons, each with every record that the registers have of them."""
    found: dict[UUID, list[Bearer]] = {}
    if person_ids:
        for row in await connection.fetch(_THESE, list(person_ids)):
            bearer = Bearer(
                row["person_id"],
                ResidentRecord.model_validate_json(row["record"]),
                frozenset(row["former"]),
            )
            found.setdefault(bearer.person_id, []).append(bearer)
    return dict(found)


async def meant(connection: asyncpg.Connection, told: Told, folding: Folding) -> Found:
    """The persons whom each may mean: those of the name and the birth date; where none of them
    agrees in all four, also those of the name or the birth date alone, who may come near."""
    order = list(told.items())
    found: Found = {digest: [] for digest in told}
    rows = await connection.fetch(
        _BORN_SO_NAMED,
        list(range(len(order))),
        [folding.kanji(attributes.name.kanji) for _, attributes in order],
        [folding.latin(attributes.name.kanji) for _, attributes in order],
        [attributes.birth_date.sort_date for _, attributes in order],
    )
    _gather(rows, order, found)
    alone = [
        (place, attributes)
        for place, (digest, attributes) in enumerate(order)
        if not any(compare(attributes, b, folding).all_agree for b in found[digest])
    ]
    if alone:
        places = [place for place, _ in alone]
        births = [attributes.birth_date.sort_date for _, attributes in alone]
        names = [folding.kanji(attributes.name.kanji) for _, attributes in alone]
        _gather(await connection.fetch(_BORN_THEN, places, births), order, found)
        _gather(await connection.fetch(_SO_NAMED, places, names, NAMESAKES), order, found)
    return found


def _gather(
    rows: Sequence[asyncpg.Record],
    order: Sequence[tuple[bytes, FourAttributes]],
    found: Found,
) -> None:
    """Put rows with those whom they may be; a name borne before marks its bearer as such."""
    records: dict[str, ResidentRecord] = {}
    for row in rows:
        text = row["record"]
        record = records.get(text)
        if record is None:
            record = records[text] = ResidentRecord.model_validate_json(text)
        former = frozenset() if row["current"] else frozenset({row["kanji_key"]})
        found[order[row["place"]][0]].append(Bearer(row["person_id"], record, former))
