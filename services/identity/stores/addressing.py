"""Addresses by their parts, for search: towns and buildings once each, records beside them."""

from collections.abc import Collection, Sequence
from typing import Any, Final

import asyncpg

from services.chassis.database import columns
from services.identity.domain.register import Register
from services.identity.domain.whereabouts import Whereabouts
from services.identity.stores.bulk import add, many

Part = tuple[str, str]
"""(kind, key): ``town`` or ``building``."""

_FIND: Final = """
select p.kind, p.part_key, p.part_id
from unnest($1::text[], $2::text[]) as a (kind, part_key)
join identity.address_parts p using (part_key, kind)
"""
_ADD: Final = """
insert into identity.address_parts (kind, part_key)
select * from unnest($1::text[], $2::text[])
on conflict (part_key, kind) do nothing
"""
_RETIRE: Final = """
update identity.addresses n set current = false
from unnest($1::text[], $2::text[]) as a (system, addressee_number)
where n.addressee_number = a.addressee_number and n.system = a.system and n.current
"""
_COLUMNS: Final = (
    "system addressee_number kind since_version current town_id number_key building_id room_key"
).split()


async def write(connection: asyncpg.Connection, register: Register) -> None:
    """Write the addresses that a batch has changed."""
    now = [one for told in register.addresses.values() for one in told]
    rows = [(one, True) for one in now] + [(one, False) for one in register.former_addresses]
    if not rows:
        return
    ids = await part_ids(connection, {part for one, _ in rows for part in parts_of(one)})
    await many(connection, _RETIRE, sorted(register.addresses.keys() - register.created))
    await add(
        connection, "addresses", _COLUMNS, [row_of(one, current, ids) for one, current in rows]
    )


async def part_ids(connection: asyncpg.Connection, parts: Collection[Part]) -> dict[Part, int]:
    """The ids of towns and buildings; those not known yet are given one."""
    found = await _find(connection, sorted(parts))
    missing = sorted(part for part in parts if part not in found)
    if missing:
        await connection.execute(_ADD, *columns(missing, 2))
        # Read back: another instance may have been first.
        found.update(await _find(connection, missing))
    return found


async def _find(connection: asyncpg.Connection, parts: Sequence[Part]) -> dict[Part, int]:
    rows = await connection.fetch(_FIND, *columns(parts, 2))
    return {(row["kind"], row["part_key"]): row["part_id"] for row in rows}


def parts_of(one: Whereabouts) -> list[Part]:
    """The town, and the building where there is one."""
    building = one.parts.building
    return [("town", one.parts.town), *([("building", building)] if building else [])]


def row_of(one: Whereabouts, current: bool, ids: dict[Part, int]) -> tuple[Any, ...]:
    """The row of an address; ``ids`` has those of its parts."""
    building = one.parts.building
    return (
        *one.place,
        one.kind,
        one.since_version,
        current,
        ids["town", one.parts.town],
        one.parts.number,
        ids["building", building] if building else None,
        one.parts.room,
    )
