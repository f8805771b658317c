"""Nightly runs: for which day each person's conclusions have been drawn."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import asyncpg

_BUSINESS_DAY: Final = "select greatest($1::date, max(run_date)) from qualification.nightly_runs"
_BEGIN: Final = """
insert into qualification.nightly_runs as run (run_date, started_at) values ($1, $2)
on conflict (run_date) do nothing
"""
_NOTE: Final = """
update qualification.nightly_runs
set persons = persons + $2, failed = $3, finished_at = $4 where run_date = $1
"""
_ASKED: Final = """
update qualification.nightly_runs set asked = asked + $2 where run_date = $1 returning asked
"""


@dataclass(frozen=True, slots=True)
class Progress:
    """How a run stands."""

    persons: int
    failed: int
    finished_at: datetime | None


async def business_day(connection: asyncpg.Connection, today: date) -> date:
    """The day up to which conclusions are drawn: today, or that of a run for a later day."""
    day: date = await connection.fetchval(_BUSINESS_DAY, today)
    return day


async def begin(connection: asyncpg.Connection, run_date: date, now: datetime) -> Progress:
    """Begin the run for a day, or take it up again."""
    await connection.execute(_BEGIN, run_date, now)
    row = await connection.fetchrow(
        "select persons, failed, finished_at from qualification.nightly_runs where run_date = $1",
        run_date,
    )
    return Progress(*row.values())


async def asked(connection: asyncpg.Connection, run_date: date, more: int = 0) -> int:
    """Of how many persons identity was asked in this run, ``more`` of them just now."""
    total: int = await connection.fetchval(_ASKED, run_date, more)
    return total


async def note(
    connection: asyncpg.Connection,
    run_date: date,
    *,
    persons: int,
    failed: int,
    finished_at: datetime | None = None,
) -> None:
    """Note progress: so many persons more, so many failed in all."""
    await connection.execute(_NOTE, run_date, persons, failed, finished_at)
