"""What JPS was told about reports that do not stand, and what it decided on that."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from contracts.events import ReportOwner
from services.chassis.corrections import Correction, Corrections, Told, in_order

KEPT: Final = Corrections("qualification", ReportOwner.QUALIFICATION)
_OWNED: Final = """
select item_id, person_id from qualification.transitions
where item_id = any($1::uuid[]) and forwarded_on is not null
"""
_ABOUT: Final = """
select distinct notice_id, item_id from qualification.notice_history
where notice_id = any($1::uuid[]) and item_id is not null
"""


async def sent(connection: asyncpg.Connection, told: Sequence[Told]) -> dict[UUID, UUID]:
    """Which of the items that these correct were sent of that person."""
    owned = await connection.fetch(_OWNED, [event.item_id for event in told])
    ours = {(row["item_id"], row["person_id"]) for row in owned}
    return {e.item_id: e.item_id for e in told if (e.item_id, e.person_id) in ours}


async def about(
    connection: asyncpg.Connection, notices: Sequence[UUID], moment: datetime | None = None
) -> dict[UUID, list[Correction]]:
    """The corrections of whatever these notices were reported under, by notice, the earliest first;
    as known at a moment (None: now)."""
    under = await connection.fetch(_ABOUT, notices)
    by_item = await KEPT.of(connection, [row["item_id"] for row in under], moment)
    found: dict[UUID, list[Correction]] = {}
    for row in under:
        if one := by_item.get(row["item_id"]):
            found.setdefault(row["notice_id"], []).extend(one)
    return {notice: in_order(each) for notice, each in found.items()}
