"""What JPS decided: kept as told, never altered; the list of those that need work."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter

from contracts.events import GrantedMonths, ItemOutcome
from contracts.forms import EntryState
from services.exemptions.domain.decisions import Decision

_GRANTED: Final = TypeAdapter(tuple[GrantedMonths, ...])
_ADD: Final = """
insert into exemptions.decisions (decision_id, entry_id, item_id, outcome, decided_on, return_code,
    return_reason, granted, needs_work, recorded_at)
select a, b, c, d, e, f, g, h::jsonb, i, $10 from unnest($1::uuid[], $2::uuid[], $3::uuid[],
    $4::text[], $5::date[], $6::text[], $7::text[], $8::text[], $9::boolean[])
    as t (a, b, c, d, e, f, g, h, i)
on conflict (decision_id) do nothing
"""
_OF_ITEMS: Final = """
select decision_id, entry_id, item_id, outcome, decided_on, return_code, return_reason, granted,
    recorded_at
from exemptions.decisions where item_id = any($1::uuid[]) and taken_back_at is null
"""
# An item that was reported again, or taken back and sent all the same, is its entry's no more, and
# still known.
_ENTRIES: Final = """
select item_id, entry_id, forwarded_on is not null as sent
from exemptions.entries where item_id = any($1::uuid[])
union all
select item_id, application_id, forwarded_on is not null
from exemptions.applications where item_id = any($1::uuid[])
union
select item_id, entry_id, true from exemptions.decisions where item_id = any($1::uuid[])
union
select item_id, entry_id, true from exemptions.take_backs
where item_id = any($1::uuid[]) and sent_on is not null
"""
# The decision that counts of each report, as `domain.decisions.counting` says, where it needs work
# that nobody did yet.
_WORK: Final = """
select d.decision_id, d.entry_id, d.recorded_at from exemptions.decisions d
join (
    select entry_id, item_id from exemptions.entries
    union all
    select application_id, item_id from exemptions.applications
) as o on o.entry_id = d.entry_id and o.item_id = d.item_id
where d.needs_work and d.taken_back_at is null
    and not exists (select from exemptions.decisions_settled s where s.decision_id = d.decision_id)
    and not exists (select from exemptions.decisions l
                    where l.item_id = d.item_id and l.taken_back_at is null
                        and (l.decided_on, l.recorded_at, l.decision_id)
                            > (d.decided_on, d.recorded_at, d.decision_id))
    and not exists (select from exemptions.entries m
                    where m.mends = d.entry_id and m.state <> 'withdrawn')
    and not exists (select from exemptions.applications m
                    where m.mends = d.entry_id and m.state <> 'withdrawn')
    and ($2::uuid is null or d.decision_id = $2)
    and ($1::uuid is null or (d.recorded_at, d.decision_id)
         > (select l.recorded_at, l.decision_id from exemptions.decisions l
            where l.decision_id = $1))
order by d.recorded_at, d.decision_id limit $3
"""


@dataclass(frozen=True, slots=True)
class Work:
    """A decision that somebody has to look at."""

    decision_id: UUID
    entry_id: UUID
    recorded_at: datetime


async def owners(connection: asyncpg.Connection, items: Sequence[UUID]) -> dict[UUID, UUID]:
    """Items that were sent, each with the entry that it reported."""
    rows = await connection.fetch(_ENTRIES, list(items))
    return {row["item_id"]: row["entry_id"] for row in rows if row["sent"]}


async def add(
    connection: asyncpg.Connection, decided: Sequence[tuple[Decision, bool]], now: datetime
) -> None:
    """Keep decisions, each with whether it needs work; one that is known stays as it is."""
    await connection.execute(
        _ADD,
        [d.decision_id for d, _ in decided],
        [d.entry_id for d, _ in decided],
        [d.item_id for d, _ in decided],
        [d.outcome.value for d, _ in decided],
        [d.decided_on for d, _ in decided],
        [d.return_code for d, _ in decided],
        [d.return_reason for d, _ in decided],
        [None if d.granted is None else _GRANTED.dump_json(d.granted).decode() for d, _ in decided],
        [needs for _, needs in decided],
        now,
    )


async def take_back(
    connection: asyncpg.Connection, ids: Sequence[UUID], now: datetime
) -> dict[UUID, UUID]:
    """Let decisions count no more; those that are known, each with the entry that it was on."""
    rows = await connection.fetch(
        "update exemptions.decisions set taken_back_at = coalesce(taken_back_at, $2)"
        " where decision_id = any($1::uuid[]) returning decision_id, entry_id",
        ids,
        now,
    )
    return {row["decision_id"]: row["entry_id"] for row in rows}


async def on_items(
    connection: asyncpg.Connection, items: Iterable[UUID]
) -> dict[UUID, list[Decision]]:
    """What JPS decided on these items, by item."""
    found: dict[UUID, list[Decision]] = {}
    for row in await connection.fetch(_OF_ITEMS, list(items)):
        found.setdefault(row["item_id"], []).append(decision(dict(row)))
    return found


async def move(
    connection: asyncpg.Connection, table: str, key: str, states: Mapping[UUID, EntryState]
) -> None:
    """Bring entries that were sent into the states that JPS's decisions give them."""
    await connection.execute(
        f"update {table} e set state = t.state from unnest($1::uuid[], $2::text[]) as t (id, state)"  # noqa: S608  constants
        f" where e.{key} = t.id and e.forwarded_on is not null and e.state <> t.state",
        list(states),
        [state.value for state in states.values()],
    )


async def continue_by(connection: asyncpg.Connection, kinds: Mapping[UUID, str | None]) -> None:
    """Note by what applications are continued, as JPS decided."""
    await connection.execute(
        "update exemptions.applications a set decided_kind = t.kind"
        " from unnest($1::uuid[], $2::text[]) as t (id, kind) where a.application_id = t.id",
        list(kinds),
        list(kinds.values()),
    )


async def work(connection: asyncpg.Connection, after: UUID | None, limit: int) -> list[Work]:
    """Decisions that need work, the earliest told first."""
    return [Work(**dict(row)) for row in await connection.fetch(_WORK, after, None, limit)]


async def settle(
    connection: asyncpg.Connection, decision_id: UUID, done: str, by: str, now: datetime
) -> Work | None:
    """Note what was done about a decision; None: it is not on the list, or another was first."""
    row = await connection.fetchrow(_WORK, None, decision_id, 1)
    if row is None:
        return None
    noted: str = await connection.execute(
        "insert into exemptions.decisions_settled values ($1, $2, $3, $4) on conflict do nothing",
        decision_id,
        done,
        by,
        now,
    )
    return Work(**dict(row)) if noted == "INSERT 0 1" else None


def decision(values: dict[str, Any]) -> Decision:
    """A decision from its row."""
    granted = values["granted"]
    granted = json.loads(granted) if isinstance(granted, str) else granted
    return Decision(
        **{
            **values,
            "outcome": ItemOutcome(values["outcome"]),
            "granted": None if granted is None else _GRANTED.validate_python(granted),
        }
    )
