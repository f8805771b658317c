"""受付処理簿: receipts as they were numbered, by office and fiscal year."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from contracts.forms import Channel, EntryState, Notifier

_NEXT_NUMBER: Final = """
insert into qualification.receipt_numbers as r (office, fiscal_year, last_number) values ($1, $2, 1)
on conflict (office, fiscal_year) do update set last_number = r.last_number + 1
returning last_number
"""
_LISTED: Final = """
select notice_id, receipt_number, kind, bus.surviving(person_id) as person_id, state, received_on,
    settled_at, withdrawn_at, taken_back_at, forwarded_on, decided_on, channel, notifier
from qualification.notices
where office = $1 and fiscal_year = $2 and receipt_number > $3
order by receipt_number limit $4
"""
_COUNT: Final = """
select count(*) from qualification.notices where office = $1 and fiscal_year = $2
"""


@dataclass(frozen=True, slots=True)
class Receipt:
    """One line of the register."""

    notice_id: UUID
    receipt_number: int
    kind: str
    person_id: UUID
    state: EntryState
    received_on: date
    settled_at: datetime | None
    withdrawn_at: datetime | None
    taken_back_at: datetime | None
    forwarded_on: date | None
    decided_on: date | None
    channel: Channel
    notifier: Notifier | None


async def next_number(connection: asyncpg.Connection, office: str, fiscal_year: int) -> int:
    """The next number of an office in a fiscal year (受付番号).

    The number's row stays locked until the transaction ends: numbers have no gaps.
    """
    number: int = await connection.fetchval(_NEXT_NUMBER, office, fiscal_year)
    return number


async def listed(
    connection: asyncpg.Connection, office: str, fiscal_year: int, after: int, limit: int
) -> list[Receipt]:
    """An office's receipts of a fiscal year that follow a number, in the order of numbers."""
    rows = await connection.fetch(_LISTED, office, fiscal_year, after, limit)
    return [_receipt(dict(row)) for row in rows]


async def count(connection: asyncpg.Connection, office: str, fiscal_year: int) -> int:
    """How many receipts an office has in a fiscal year."""
    found: int = await connection.fetchval(_COUNT, office, fiscal_year)
    return found


def _receipt(row: dict[str, Any]) -> Receipt:
    row["state"], row["channel"] = EntryState(row["state"]), Channel(row["channel"])
    row["notifier"] = row["notifier"] and Notifier(row["notifier"])
    return Receipt(**row)
