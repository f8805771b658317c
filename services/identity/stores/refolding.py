"""Search keys folded anew, after the table of variants or the way of folding was changed."""

from collections.abc import Sequence
from typing import Final

import asyncpg

from contracts.events.residents import PersonName, ResidentRecord
from services.identity.domain.folding import Folding
from services.identity.domain.whereabouts import (
    Place,
    Whereabouts,
    addresses_digest,
    addresses_of,
    whereabouts,
)
from services.identity.stores.addressing import part_ids, parts_of, row_of
from services.identity.stores.bulk import many

_NAMES: Final = """
select n.addressee_number, n.system, n.kind, n.since_version,
       v.record -> n.kind as name
from (
    select addressee_number, system, kind, since_version from identity.names
    where (addressee_number, system, kind, since_version) > ($1, $2, $3, $4)
    order by addressee_number, system, kind, since_version limit $5
) n
join identity.record_versions v
  on (v.addressee_number, v.system, v.record_version)
   = (n.addressee_number, n.system, n.since_version)
order by n.addressee_number, n.system, n.kind, n.since_version
"""
_REFOLD_NAMES: Final = """
update identity.names n
set kanji_key = a.kanji, kana_key = a.kana, reading = a.reading, latin_key = a.latin,
    given_kanji_key = a.given_kanji, given_kana_key = a.given_kana
from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[],
            $8::text[], $9::text[], $10::text[])
    as a (addressee_number, system, kind, since_version, kanji, kana, reading, latin,
          given_kanji, given_kana)
where (n.addressee_number, n.system, n.kind, n.since_version)
    = (a.addressee_number, a.system, a.kind, a.since_version)
  and (n.kanji_key, n.kana_key, n.reading, n.latin_key, n.given_kanji_key, n.given_kana_key)
    is distinct from (a.kanji, a.kana, a.reading, a.latin, a.given_kanji, a.given_kana)
"""
_RECORDS: Final = """
select v.system, v.addressee_number, v.record_version, v.record
from (
    select addressee_number, system from identity.residents
    where (addressee_number, system) > ($1, $2)
    order by addressee_number, system limit $3
    for update
) r
join identity.record_versions v using (addressee_number, system)
where not v.late
order by v.addressee_number, v.system, v.record_version
"""
_REFOLD_ADDRESSES: Final = """
insert into identity.addresses as n (system, addressee_number, kind, since_version, current,
                                     town_id, number_key, building_id, room_key)
select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bool[], $6::int[],
                     $7::text[], $8::int[], $9::text[])
on conflict (addressee_number, system, kind, since_version) do update
set town_id = excluded.town_id, number_key = excluded.number_key,
    building_id = excluded.building_id, room_key = excluded.room_key, current = excluded.current
"""
_DIGESTS: Final = """
update identity.residents r set addresses_digest = a.digest
from unnest($1::text[], $2::text[], $3::bytea[]) as a (system, addressee_number, digest)
where r.addressee_number = a.addressee_number and r.system = a.system
"""

NamePlace = tuple[str, str, str, int]
"""(addressee number, system, kind, since version)."""
FIRST_NAME: Final[NamePlace] = ("", "", "", 0)
RecordPlace = Place
FIRST_RECORD: Final[RecordPlace] = ("", "")


async def names(
    connection: asyncpg.Connection, after: NamePlace, folding: Folding, limit: int
) -> tuple[NamePlace | None, int]:
    """Fold the next ``limit`` names anew: where to go on (None: that was all), and how many."""
    rows = await connection.fetch(_NAMES, *after, limit)
    folded = []
    for row in rows:
        keys = folding.keys(PersonName.model_validate_json(row["name"]))
        place = (row["addressee_number"], row["system"], row["kind"], row["since_version"])
        folded.append(
            (*place, keys.kanji, keys.kana, keys.reading, keys.latin, keys.given_kanji,
             keys.given_kana)
        )  # fmt: skip
    await many(connection, _REFOLD_NAMES, folded)
    return (folded[-1][:4] if folded else None), len(folded)


async def addresses(
    connection: asyncpg.Connection, after: Place, folding: Folding, limit: int
) -> tuple[Place | None, int]:
    """Fold the addresses of the next ``limit`` records anew, those of earlier versions too."""
    versions = await connection.fetch(_RECORDS, after[1], after[0], limit)
    told: dict[Place, list[list[Whereabouts]]] = {}
    digests: dict[Place, bytes] = {}
    for row in versions:
        place = row["system"], row["addressee_number"]
        record = ResidentRecord.model_validate_json(row["record"])
        written = addresses_of(record)
        digest = addresses_digest(written)
        if digests.get(place) != digest:
            digests[place] = digest
            told.setdefault(place, []).append(
                whereabouts(place, written, row["record_version"], folding)
            )
    await _write(connection, told)
    await many(connection, _DIGESTS, [(*place, digest) for place, digest in digests.items()])
    return (next(reversed(told)) if told else None), len(told)


async def _write(
    connection: asyncpg.Connection, told: dict[Place, list[list[Whereabouts]]]
) -> None:
    every: Sequence[tuple[Whereabouts, bool]] = [
        (one, level is levels[-1]) for levels in told.values() for level in levels for one in level
    ]
    ids = await part_ids(connection, {part for one, _ in every for part in parts_of(one)})
    await many(connection, _REFOLD_ADDRESSES, [row_of(one, current, ids) for one, current in every])
