"""受付処理簿: receipts as they were numbered, by office and fiscal year, of every procedure."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg

from contracts.forms import EntryState, Submission
from services.chassis.corrections import Correction
from services.exemptions.stores import corrections

_ALL: Final = """
(select entry_id, office, fiscal_year, receipt_number, apart, kind, person_id, state, submission,
    received_on, settled_at, withdrawn_at, forwarded_on, item_id
 from exemptions.entries
 union all
 select application_id, office, fiscal_year, receipt_number, apart, kind, person_id, state,
    submission, received_on, settled_at, withdrawn_at, forwarded_on, item_id
 from exemptions.applications) as e
where e.office = $1 and e.fiscal_year = $2
"""
_LISTED: Final = f"""
select entry_id, receipt_number, apart, kind, bus.surviving(person_id) as person_id, state,
    submission::text as submission, received_on, settled_at, withdrawn_at, forwarded_on,
    (select max(d.decided_on) from exemptions.decisions d
     where d.item_id = e.item_id and d.taken_back_at is null) as decided_on
from {_ALL} and e.receipt_number > $3 order by e.receipt_number limit $4
"""  # noqa: S608  constants of this module


@dataclass(frozen=True, slots=True)
class Receipt:
    """One line of the register."""

    entry_id: UUID
    receipt_number: int
    apart: bool
    kind: str
    person_id: UUID
    state: EntryState
    submission: Submission
    received_on: date
    settled_at: datetime | None
    withdrawn_at: datetime | None
    forwarded_on: date | None
    decided_on: date | None
    """The latest day on which JPS decided on its report."""
    corrections: tuple[Correction, ...]
    """What JPS was told since about its report, the earliest first."""


async def listed(
    connection: asyncpg.Connection, office: str, fiscal_year: int, after: int, limit: int
) -> list[Receipt]:
    """An office's receipts of a fiscal year that follow a number, in the order of numbers."""
    rows = await connection.fetch(_LISTED, office, fiscal_year, after, limit)
    since = await corrections.KEPT.of(connection, [row["entry_id"] for row in rows])
    return [
        Receipt(
            **{
                **dict(row),
                "state": EntryState(row["state"]),
                "submission": Submission.model_validate_json(row["submission"]),
                "corrections": tuple(since.get(row["entry_id"], ())),
            }
        )
        for row in rows
    ]


async def count(connection: asyncpg.Connection, office: str, fiscal_year: int) -> int:
    """How many receipts an office has in a fiscal year."""
    query = f"select count(*) from {_ALL}"  # noqa: S608  constants of this module
    found: int = await connection.fetchval(query, office, fiscal_year)
    return found
