"""Whole columns at a time: what every store of a batch does with its rows."""

from collections.abc import Sequence
from typing import Any, Final

import asyncpg

SPEAKS_FIRST: Final = (
    "(r.resident_status = '1') desc, r.former_id nulls first, r.linked_at, r.system,"
    " r.addressee_number"
)
"""The order of a person's records (``r``): the one that speaks for the person comes first. That of
who lives here now; of several or of none, that of the surviving person, then the oldest."""


async def add(
    connection: asyncpg.Connection,
    table: str,
    columns: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
) -> None:
    """Add rows by COPY: half the cost of arrays."""
    if rows:
        await connection.copy_records_to_table(
            table, schema_name="identity", columns=columns, records=rows
        )


async def many(
    connection: asyncpg.Connection, sql: str, rows: Sequence[tuple[Any, ...]], *more: Any
) -> None:
    """One statement for all rows, each of its columns an array; none where there are no rows."""
    if rows:
        await connection.execute(sql, *map(list, zip(*rows, strict=True)), *more)
