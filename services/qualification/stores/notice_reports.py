"""Notices that were reported themselves, among everything that was reported."""

from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from contracts.events import ReportItemKind
from services.qualification.domain.notice_reports import NoticeReport

_ADD: Final = """
insert into qualification.transitions (item_id, first_item_id, person_id, kind, notice_kind,
    occurred_on, reason, origin, notice_id, accepted_on, reported_at, asked_by)
values ($1, $2, $3, 'notice', $4, $5, $6, 'notice', $7, $8, $9, $10)
"""
_FIND: Final = """
select item_id, first_item_id, person_id, notice_id, notice_kind, occurred_on, reason, accepted_on
from qualification.transitions where item_id = $1 and kind = 'notice' and stands
"""
_GONE: Final = """
update qualification.transitions set stands = false
where notice_id = $1 and kind = 'notice' and stands
returning item_id, person_id
"""


async def add(
    connection: asyncpg.Connection, report: NoticeReport, asked_by: str | None, now: datetime
) -> None:
    """Keep that a notice is reported; ``asked_by``: who had it reported again."""
    await connection.execute(
        _ADD,
        report.item_id,
        report.first_item_id,
        report.person_id,
        report.kind.value,
        report.occurred_on,
        report.reason,
        report.notice_id,
        report.accepted_on,
        now,
        asked_by,
    )


async def find(connection: asyncpg.Connection, item_id: UUID) -> NoticeReport | None:
    """The report of this id; None: under it no notice was reported, or none that stands."""
    row = await connection.fetchrow(_FIND, item_id)
    if row is None:
        return None
    values = {name: value for name, value in row.items() if name != "notice_kind"}
    return NoticeReport(kind=ReportItemKind(row["notice_kind"]), **values)


async def gone(connection: asyncpg.Connection, notice_id: UUID) -> list[tuple[UUID, UUID]]:
    """Mark what was reported of a notice as standing no more; (item, person) of each."""
    rows = await connection.fetch(_GONE, notice_id)
    return [(row["item_id"], row["person_id"]) for row in rows]
