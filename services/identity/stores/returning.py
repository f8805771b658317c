"""What the resident register was told of the pension, by its own 宛名番号."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg

from contracts.events import PensionColumnsChanged
from contracts.topics import UPSTREAM_REGISTER
from contracts.values import value

# A version that is known, of the same person, changes nothing; nor does one that says the same.
_ADDRESS: Final = """
insert into identity.pension_told as known
    (system, addressee_number, person_id, columns_version, version, columns)
select r.system, r.addressee_number, a.person_id, a.columns_version, 1, a.columns::jsonb
from unnest($1::uuid[], $2::int[], $3::text[]) as a (person_id, columns_version, columns)
join identity.residents r on r.person_id = a.person_id and r.system = $4
order by r.addressee_number
on conflict (addressee_number, system) do update
set person_id = excluded.person_id, columns_version = excluded.columns_version,
    version = known.version + 1, columns = excluded.columns
where known.columns is distinct from excluded.columns
    and (known.person_id <> excluded.person_id or known.columns_version < excluded.columns_version)
returning addressee_number, person_id, version
"""


@value
class Addressed:
    """One record of the register to be told of, and the version of what it is told."""

    addressee_number: str
    person_id: UUID
    version: int


async def address(
    connection: asyncpg.Connection, events: Sequence[PensionColumnsChanged]
) -> list[Addressed]:
    """The register's records about these persons that are told something new."""
    rows = await connection.fetch(
        _ADDRESS,
        [event.person_id for event in events],
        [event.columns_version for event in events],
        [event.columns.model_dump_json() for event in events],
        UPSTREAM_REGISTER,
    )
    return [Addressed(*row.values()) for row in rows]
