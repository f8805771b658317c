"""What is in the databases and on the bus: read as it is, with the operator's keys.

Rows are made comparable between two runs: what is drawn at random (ids, tokens) is named after the
resident it belongs to, and moments are left out. What is left out is listed here; a table or column
that nobody thought of is compared.
"""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import asyncpg

from contracts.topics import SERVICES
from deploy.local.databases import Server, migratable

Lane = tuple[str, str, int]
"""(producer, topic, shard)."""

_LEFT_OUT: Mapping[str, frozenset[str]] = {
    # Of each table the columns that another run may fill in another way.
    "identity.persons": frozenset({"integrated_number"}),
    # How many facts come together in a batch decides how many conclusions are drawn.
    "qualification.persons": frozenset({"timeline_version", "columns_version"}),
    "identity.pension_told": frozenset({"columns_version", "version"}),
    # Numbered in the order in which they were read first; see `_PARTS`.
    "identity.address_parts": frozenset({"part_id"}),
    "exemptions.qualifications": frozenset({"timeline_version"}),
    "claims.qualifications": frozenset({"timeline_version"}),
}
_NOT_COMPARED = frozenset(
    {
        # One record a batch, in the order in which services got to it: see `check.audit`.
        "audit.records",
        "audit.chains",
        # Keys, made anew for each run.
        "token_vault.sealing_keys",
        "token_vault.versioned_keys",
        # Reported and taken back, or never reported, as the batches fell: see `check.items`.
        "qualification.transitions",
        "jps_reporting.items",
        "jps_reporting.item_history",
    }
)
_PARTS: Mapping[str, frozenset[str]] = {
    "identity.addresses": frozenset({"town_id", "building_id"}),
}
"""Columns that name a part of an address by its number: compared by what is written there."""
_COLUMNS = """
select table_schema || '.' || table_name as "table", column_name as "column"
from information_schema.columns c
join information_schema.tables t using (table_schema, table_name)
where table_schema = $1 and t.table_type = 'BASE TABLE'
  and c.data_type not in ('timestamp with time zone', 'bytea')
order by 1, ordinal_position
"""
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{32}\b")


@dataclass
class Observed:
    """The house at a moment."""

    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    sent: dict[Lane, int] = field(default_factory=dict)
    """The highest number given on each lane."""
    marks: dict[tuple[str, *Lane], int] = field(default_factory=dict)
    """(consumer, lane) to the highest number taken in."""
    outbox: dict[str, int] = field(default_factory=dict)
    letters: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    audited: list[dict[str, Any]] = field(default_factory=list)
    """What audit keeps, event by event."""
    names: dict[str, str] = field(default_factory=dict)
    """Ids and tokens that were drawn at random, by what they belong to."""

    @cached_property
    def _parts(self) -> dict[int, str]:
        """Parts of addresses by their numbers."""
        rows = self.tables.get("identity.address_parts", [])
        return {row["part_id"]: f"{row['kind']} {row['part_key']}" for row in rows}

    def rows(self, table: str) -> list[dict[str, Any]]:
        return self.tables[table]

    def comparable(self) -> dict[str, Counter[str]]:
        """Each table's rows as another run would have them too."""
        return {
            table: Counter(self._comparable(table, row) for row in rows if _says_something(row))
            for table, rows in self.tables.items()
            if table not in _NOT_COMPARED
        }

    def named(self, text: str) -> str:
        """With ids and tokens replaced by what they belong to."""
        return _ID.sub(lambda found: self.names.get(found[0], "?"), text)

    def _comparable(self, table: str, row: Mapping[str, Any]) -> str:
        left_out, parts = (of.get(table, frozenset()) for of in (_LEFT_OUT, _PARTS))
        kept = {
            name: self._parts.get(value) if name in parts else value
            for name, value in row.items()
            if name not in left_out
        }
        return self.named(json.dumps(kept, ensure_ascii=False, sort_keys=True, default=str))


def _says_something(row: Mapping[str, Any]) -> bool:
    """Not a timeline without a period: where one was told of and taken back, it is told that there
    is none; where both came in one batch, nothing is told. The same of the register's columns."""
    columns = row.get("columns", {"": True})
    told = any(value is not None for value in columns.values())
    return bool(row.get("periods", True)) and told


async def bus_state(server: Server) -> Observed:
    """Lanes, marks, outboxes and letters alone: quick."""
    seen = Observed()
    await asyncio.gather(*(_bus_state(server, name, seen) for name in migratable(SERVICES)))
    return seen


async def everything(server: Server) -> Observed:
    """All of it."""
    seen = await bus_state(server)
    for service in migratable(SERVICES):
        async with server.superuser(service) as connection:
            await _tables(connection, service, seen)
    async with server.superuser("audit") as connection:
        bodies = await connection.fetch("select body from audit.records")
        seen.audited = [json.loads(row["body"]) for row in bodies]
    for row in seen.rows("identity.residents"):
        seen.names[row["person_id"]] = f"person of {row['addressee_number']}"
    for row in seen.rows("identity.households"):
        seen.names[row["household_id"]] = f"household {row['household_number']}"
    for row in seen.rows("identity.record_versions"):
        if row["individual_number_token"]:
            seen.names[row["individual_number_token"]] = f"number of {row['addressee_number']}"
    return seen


async def _tables(connection: asyncpg.Connection, service: str, seen: Observed) -> None:
    columns: dict[str, list[str]] = {}
    for row in await connection.fetch(_COLUMNS, service):
        columns.setdefault(row["table"], []).append(row["column"])
    for table, names in columns.items():
        listed = ", ".join(f'"{name}"' for name in names)
        query = f"select to_jsonb(t) as row from (select {listed} from {table}) t"
        seen.tables[table] = [json.loads(row["row"]) for row in await connection.fetch(query)]


async def _bus_state(server: Server, service: str, seen: Observed) -> None:
    async with server.superuser(service) as connection:
        for row in await connection.fetch("select * from bus.lanes"):
            seen.sent[service, row["topic"], row["shard"]] = row["next_number"] - 1
        for row in await connection.fetch("select * from bus.marks"):
            lane = row["producer"], row["topic"], row["shard"]
            seen.marks[service, *lane] = row["number"]
        seen.outbox[service] = await connection.fetchval("select count(*) from bus.outbox")
        seen.letters[service] = [
            dict(row)
            for row in await connection.fetch(
                "select key, state, code, body from bus.dead_letters order by id"
            )
        ]
