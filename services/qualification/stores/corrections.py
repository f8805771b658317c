"""What JPS was told about reports that do not stand, and what it decided on that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg

from contracts.events import (
    CorrectionDecided,
    CorrectionForwarded,
    DecisionTakenBack,
    ItemOutcome,
    ReportProcessing,
)
from services.chassis.database import columns

_OWNED: Final = """
select item_id, person_id from qualification.transitions
where item_id = any($1::uuid[]) and forwarded_on is not null
"""
_FORWARD: Final = """
insert into qualification.corrections
    (correction_id, item_id, processing, forwarded_on, medium_serial, recorded_at)
select *, $6::timestamptz
from unnest($1::uuid[], $2::uuid[], $3::text[], $4::date[], $5::int[])
on conflict (correction_id) do nothing
"""
_KNOWN: Final = """
select correction_id, item_id from qualification.corrections where correction_id = any($1::uuid[])
"""
_DECIDE: Final = """
insert into qualification.correction_decisions
    (decision_id, correction_id, outcome, decided_on, return_code, return_reason, recorded_at)
select *, $7::timestamptz
from unnest($1::uuid[], $2::uuid[], $3::text[], $4::date[], $5::text[], $6::text[])
on conflict (decision_id) do nothing
"""
_TAKE_BACK: Final = """
update qualification.correction_decisions set taken_back_at = coalesce(taken_back_at, $2)
where decision_id = any($1::uuid[]) returning decision_id
"""
_OF: Final = """
select c.item_id, c.correction_id, c.processing, c.forwarded_on, c.medium_serial, c.recorded_at,
       d.outcome, d.decided_on, d.return_reason
from qualification.corrections c
left join lateral (
    select outcome, decided_on, return_reason from qualification.correction_decisions d
    where d.correction_id = c.correction_id
      and ($2::timestamptz is null or d.recorded_at <= $2)
      and (d.taken_back_at is null or d.taken_back_at > $2)
    order by decided_on desc, recorded_at desc, decision_id limit 1
) as d on true
where c.item_id = any($1::uuid[]) and ($2::timestamptz is null or c.recorded_at <= $2)
order by c.medium_serial, c.correction_id
"""
_ABOUT: Final = """
select distinct notice_id, item_id from qualification.notice_history
where notice_id = any($1::uuid[]) and item_id is not null
"""


@dataclass(frozen=True, slots=True)
class Correction:
    """One that was sent; ``outcome`` None: JPS has not decided on it."""

    item_id: UUID
    correction_id: UUID
    processing: ReportProcessing
    forwarded_on: date
    medium_serial: int
    """Media are in the order of their serials: two may be told of in one batch."""
    recorded_at: datetime
    outcome: ItemOutcome | None
    decided_on: date | None
    return_reason: str | None


async def forward(
    connection: asyncpg.Connection, told: Sequence[CorrectionForwarded], now: datetime
) -> set[UUID]:
    """Keep which corrections were sent; return those of items that we never had sent of that
    person. With any of them nothing is kept."""
    owned = await connection.fetch(_OWNED, [event.item_id for event in told])
    ours = {(row["item_id"], row["person_id"]) for row in owned}
    strange = {e.correction_id for e in told if (e.item_id, e.person_id) not in ours}
    if not strange:
        rows = [
            (e.correction_id, e.item_id, e.processing.value, e.forwarded_on, e.medium_serial)
            for e in told
        ]
        await connection.execute(_FORWARD, *columns(rows, 5), now)
    return strange


async def decide(
    connection: asyncpg.Connection, told: Sequence[CorrectionDecided], now: datetime
) -> set[UUID]:
    """Keep what JPS decided on them; return those never sent. With any nothing is kept."""
    known = await connection.fetch(_KNOWN, [event.correction_id for event in told])
    ours = {(row["correction_id"], row["item_id"]) for row in known}
    strange = {e.correction_id for e in told if (e.correction_id, e.item_id) not in ours}
    if not strange:
        rows = [
            (e.decision_id, e.correction_id, e.outcome.value, e.decided_on, e.return_code,
             e.return_reason)
            for e in told
        ]  # fmt: skip
        await connection.execute(_DECIDE, *columns(rows, 6), now)
    return strange


async def take_back(
    connection: asyncpg.Connection, told: Sequence[DecisionTakenBack], now: datetime
) -> set[UUID]:
    """Let decisions on cancellations count no more; return those that were never told."""
    ids = [event.decision_id for event in told]
    known = await connection.fetch(_TAKE_BACK, ids, now)
    return set(ids) - {row["decision_id"] for row in known}


async def about(
    connection: asyncpg.Connection, notices: Sequence[UUID], moment: datetime | None = None
) -> dict[UUID, list[Correction]]:
    """The corrections of whatever these notices were reported under, by notice, the earliest first;
    as known at a moment (None: now)."""
    under = await connection.fetch(_ABOUT, notices)
    by_item = await of(connection, [row["item_id"] for row in under], moment)
    found: dict[UUID, list[Correction]] = {}
    for row in under:
        if one := by_item.get(row["item_id"]):
            found.setdefault(row["notice_id"], []).extend(one)
    for each in found.values():
        each.sort(key=lambda one: (one.medium_serial, one.correction_id))
    return found


async def of(
    connection: asyncpg.Connection, items: Sequence[UUID], moment: datetime | None
) -> dict[UUID, list[Correction]]:
    """The corrections of these items, by item; as known at a moment (None: now)."""
    found: dict[UUID, list[Correction]] = {}
    for row in await connection.fetch(_OF, items, moment):
        outcome = row["outcome"]
        one = Correction(
            **{
                **dict(row),
                "processing": ReportProcessing(row["processing"]),
                "outcome": ItemOutcome(outcome) if outcome else None,
            }
        )
        found.setdefault(one.item_id, []).append(one)
    return found
