"""What JPS decided on claims' reports (処理結果): of several that of the latest day counts."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from contracts.events import DecisionTakenBack, ItemDecided, ItemOutcome
from services.chassis.database import columns
from services.claims.domain.decisions import Decision

_CLAIMS: Final = """
select item_id, claim_id, deceased_id from claims.unpaid_benefit_claims
where item_id = any($1::uuid[]) and forwarded_on is not null
"""
_ADD: Final = """
insert into claims.decisions
    (decision_id, claim_id, outcome, decided_on, return_code, return_reason, died_on, recorded_at)
select *, $8::timestamptz
from unnest($1::uuid[], $2::uuid[], $3::text[], $4::date[], $5::text[], $6::text[], $7::date[])
on conflict (decision_id) do nothing
"""
_TAKE_BACK: Final = """
update claims.decisions set taken_back_at = coalesce(taken_back_at, $2)
where decision_id = any($1::uuid[]) returning decision_id, claim_id
"""
_OF: Final = """
select claim_id, outcome, decided_on, return_code, return_reason, died_on
from claims.decisions where claim_id = any($1::uuid[]) and taken_back_at is null
order by claim_id, decided_on, recorded_at, decision_id
"""
# A claim on which nothing counts any more was sent, and nothing else.
_MOVE: Final = """
update claims.unpaid_benefit_claims c set state = t.state
from unnest($1::uuid[], $2::text[]) as t (claim_id, state)
where c.claim_id = t.claim_id and c.forwarded_on is not null and c.state <> t.state
"""


async def take(
    connection: asyncpg.Connection, told: Sequence[ItemDecided], now: datetime
) -> set[UUID]:
    """Keep what JPS decided, and bring the claims into the states that it gives them. The items
    that were never sent of that deceased; then nothing is kept."""
    rows = await connection.fetch(_CLAIMS, [event.item_id for event in told])
    ours = {(row["item_id"], row["deceased_id"]): row["claim_id"] for row in rows}
    strange = {e.item_id for e in told if (e.item_id, e.person_id) not in ours}
    if not strange:
        kept = [
            (e.decision_id, ours[e.item_id, e.person_id], e.outcome.value, e.decided_on,
             e.return_code, e.return_reason, e.corrected.occurred_on if e.corrected else None)
            for e in told
        ]  # fmt: skip
        await connection.execute(_ADD, *columns(kept, 7), now)
        await _move(connection, set(ours.values()))
    return strange


async def take_back(
    connection: asyncpg.Connection, told: Sequence[DecisionTakenBack], now: datetime
) -> set[UUID]:
    """Let decisions that were another's count no more; those that were never told."""
    ids = {event.decision_id for event in told}
    rows = await connection.fetch(_TAKE_BACK, sorted(ids), now)
    await _move(connection, {row["claim_id"] for row in rows})
    return ids - {row["decision_id"] for row in rows}


async def of(connection: asyncpg.Connection, claims: Iterable[UUID]) -> dict[UUID, list[Decision]]:
    """What JPS decided on each of these claims that it decided on: the last counts."""
    found: dict[UUID, list[Decision]] = {}
    for row in await connection.fetch(_OF, sorted(set(claims))):
        one = Decision(
            ItemOutcome(row["outcome"]), row["decided_on"], row["return_code"],
            row["return_reason"], row["died_on"],
        )  # fmt: skip
        found.setdefault(row["claim_id"], []).append(one)
    return found


async def _move(connection: asyncpg.Connection, claims: set[UUID]) -> None:
    found = await of(connection, claims)
    states = [found[c][-1].outcome.value if c in found else "forwarded" for c in sorted(claims)]
    await connection.execute(_MOVE, sorted(claims), states)
