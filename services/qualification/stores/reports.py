"""What became of reported transitions: sent, decided by JPS, reported again after a return."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from contracts.events import (
    AnyItemForwarded,
    DecisionTakenBack,
    InsuredCategory,
    ItemDecided,
    ItemOutcome,
)
from services.chassis.database import columns
from services.qualification.domain.decisions import Decision
from services.qualification.domain.transitions import Transition

_FORWARD: Final = """
update qualification.transitions t
set forwarded_on = a.forwarded_on, batch_id = a.batch_id, medium_serial = a.medium_serial,
    forwarded_at = $6
from unnest($1::uuid[], $2::uuid[], $3::date[], $4::uuid[], $5::int[])
    as a (item_id, person_id, forwarded_on, batch_id, medium_serial)
where t.item_id = a.item_id and t.person_id = a.person_id and t.forwarded_on is null
"""
_OWNED: Final = """
select item_id, person_id, forwarded_on is not null as sent
from qualification.transitions where item_id = any($1::uuid[])
"""
_DECIDE: Final = """
insert into qualification.decisions (decision_id, item_id, person_id, outcome, decided_on,
    return_code, return_reason, corrected_occurred_on, corrected_category, recorded_at)
select *, $10::timestamptz from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::date[],
    $6::text[], $7::text[], $8::date[], $9::smallint[])
on conflict (decision_id) do nothing
"""
_KNOWN: Final = """
select decision_id, item_id, person_id, outcome, decided_on, return_code, return_reason,
       corrected_occurred_on, corrected_category, recorded_at, taken_back_at
from qualification.decisions where decision_id = any($1::uuid[]) for update
"""
_TAKE_BACK: Final = """
update qualification.decisions set taken_back_at = $2 where decision_id = any($1::uuid[])
"""
_DECISIONS: Final = """
select decision_id, item_id, outcome, decided_on, return_code, return_reason,
       corrected_occurred_on, corrected_category, recorded_at, taken_back_at
from qualification.decisions where item_id = any($1::uuid[])
"""
_DECISIONS_ABOUT: Final = """
select h.notice_id, d.decision_id, d.item_id, d.outcome, d.decided_on, d.return_code,
       d.return_reason, d.corrected_occurred_on, d.corrected_category, d.recorded_at,
       d.taken_back_at
from (select distinct notice_id, item_id from qualification.notice_history
      where notice_id = any($1::uuid[])) as h
join qualification.decisions d using (item_id)
"""
_TRANSITIONS: Final = """
select item_id, coalesce(first_item_id, item_id) as first_item_id, kind, occurred_on, reason,
       stands, reported_at, forwarded_on, forwarded_at
from qualification.transitions where person_id = any($1::uuid[]) and kind <> 'notice'
order by occurred_on, reported_at, item_id
"""
_FIRST: Final = """
select item_id from qualification.transitions where item_id = any($1::uuid[])
order by reported_at, item_id limit 1
"""
_CHAIN: Final = """
select item_id, coalesce(first_item_id, item_id) as first_item_id, person_id, notice_id,
       count(*) over () as attempts
from qualification.transitions
where coalesce(first_item_id, item_id)
      = (select coalesce(first_item_id, item_id) from qualification.transitions where item_id = $1)
order by reported_at desc, item_id
"""
_AGAIN: Final = """
insert into qualification.transitions (item_id, first_item_id, person_id, kind, occurred_on, reason,
    origin, category_before, category_after, notice_id, accepted_on, reported_at, asked_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
"""
_RETURNED: Final = """
with latest as (
    select distinct on (item_id) item_id, outcome, decided_on, return_code, return_reason,
           recorded_at
    from qualification.decisions
    where taken_back_at is null
      and item_id in (select item_id from qualification.decisions where outcome = 'returned')
    order by item_id, decided_on desc
)
select t.item_id, bus.surviving(t.person_id) as person_id, coalesce(t.notice_kind, t.kind) as kind,
       t.occurred_on, t.reason,
       t.stands, t.forwarded_on, d.decided_on, d.return_code, d.return_reason, d.recorded_at,
       (select n.notice_id from qualification.notices n where n.item_id = t.item_id
        order by n.sequence desc limit 1) as notice_id
from latest d join qualification.transitions t using (item_id)
where d.outcome = 'returned'
  and not exists (select from qualification.returns_settled s where s.item_id = t.item_id
                    and s.settled_at >= d.recorded_at)
  and not exists (select from qualification.transitions later
                  where coalesce(later.first_item_id, later.item_id)
                        = coalesce(t.first_item_id, t.item_id)
                    and later.reported_at > t.reported_at)
  and not exists (select from qualification.notices n
                  where n.item_id = t.item_id and n.mended_by is not null)
  and ($1::uuid is null or (d.recorded_at, t.item_id)
       > (select l.recorded_at, l.item_id from latest l where l.item_id = $1))
  and ($3::uuid is null or t.item_id = $3)
order by d.recorded_at, t.item_id limit $2
"""


@dataclass(frozen=True, slots=True)
class Reported:
    """A transition as it was reported once, and what became of that report."""

    item_id: UUID
    first_item_id: UUID
    """Under which it was reported first: the same for every report of one transition."""
    kind: str
    occurred_on: date
    reason: str
    stands: bool
    reported_at: datetime
    forwarded_on: date | None
    forwarded_at: datetime | None
    decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True)
class Chain:
    """All reports of one transition, from one of them."""

    first_item_id: UUID
    person_id: UUID
    last_item_id: UUID
    attempts: int
    notice_id: UUID | None


@dataclass(frozen=True, slots=True)
class Returned:
    """A report that JPS returned, and about which nothing was done yet."""

    item_id: UUID
    person_id: UUID
    kind: str
    """Of the transition, or of the notice that was itself reported."""
    occurred_on: date
    reason: str
    stands: bool
    forwarded_on: date | None
    decided_on: date
    return_code: str | None
    return_reason: str | None
    recorded_at: datetime
    notice_id: UUID | None


async def forward(
    connection: asyncpg.Connection, forwarded: Sequence[AnyItemForwarded], now: datetime
) -> set[UUID]:
    """Note the day on which these items were sent (送付日); return the items that are not ours."""
    rows = [
        (f.item_id, f.person_id, f.forwarded_on, f.batch_id, f.medium_serial) for f in forwarded
    ]
    await connection.execute(_FORWARD, *columns(rows, 5), now)
    return await _strange(connection, forwarded, sent=False)


async def decide(
    connection: asyncpg.Connection, decided: Sequence[ItemDecided], now: datetime
) -> set[UUID]:
    """Keep what JPS decided on these items; return those that we never had sent of that person.

    With any of them nothing is kept.
    """
    if strange := await _strange(connection, decided, sent=True):
        return strange
    kept = [(event.person_id, Decision.of(event, now)) for event in decided]
    rows = [
        (
            d.decision_id, d.item_id, person_id, d.outcome.value, d.decided_on, d.return_code,
            d.return_reason, d.corrected_occurred_on, d.corrected_category,
        )
        for person_id, d in kept
    ]  # fmt: skip
    await connection.execute(_DECIDE, *columns(rows, 9), now)
    return set()


async def take_back(
    connection: asyncpg.Connection, told: Sequence[DecisionTakenBack], now: datetime
) -> tuple[dict[UUID, tuple[UUID, Decision]], set[UUID]]:
    """Let decisions count no more; those that did, each with its person, by their ids, and the ids
    that are none of such a person's decisions. With any of these nothing is changed."""
    rows = await connection.fetch(_KNOWN, [event.decision_id for event in told])
    ours = {(row["decision_id"], row["item_id"], row["person_id"]) for row in rows}
    strange = {e.decision_id for e in told if (e.decision_id, e.item_id, e.person_id) not in ours}
    if strange:
        return {}, strange
    ids = [row["decision_id"] for row in rows if row["taken_back_at"] is None]
    await connection.execute(_TAKE_BACK, ids, now)
    return {
        row["decision_id"]: (
            row["person_id"],
            _decision({name: value for name, value in row.items() if name != "person_id"}),
        )
        for row in rows
        if row["decision_id"] in ids
    }, set()


async def reported(connection: asyncpg.Connection, ids: Sequence[UUID]) -> list[Reported]:
    """What was reported of a person with these ids, oldest first, each with what JPS decided."""
    rows = await connection.fetch(_TRANSITIONS, list(ids))
    decided = await decisions_on(connection, [row["item_id"] for row in rows])
    return [Reported(**dict(row), decisions=tuple(decided.get(row["item_id"], ()))) for row in rows]


async def first_of(connection: asyncpg.Connection, items: Sequence[UUID]) -> UUID | None:
    """Of ids that one transition can have been reported under, the one that it was, first."""
    found: UUID | None = await connection.fetchval(_FIRST, list(items))
    return found


async def decisions_on(
    connection: asyncpg.Connection, items: Sequence[UUID]
) -> dict[UUID, list[Decision]]:
    """What JPS decided on these items, by item."""
    found: dict[UUID, list[Decision]] = {}
    for row in await connection.fetch(_DECISIONS, items):
        found.setdefault(row["item_id"], []).append(_decision(row))
    return found


async def occurred(
    connection: asyncpg.Connection, items: Sequence[UUID]
) -> dict[UUID, tuple[str, date]]:
    """What was reported under these items, a transition or a kind of notice, and of which day."""
    rows = await connection.fetch(
        "select item_id, coalesce(notice_kind, kind) as kind, occurred_on"
        " from qualification.transitions where item_id = any($1::uuid[])",
        items,
    )
    return {row["item_id"]: (row["kind"], row["occurred_on"]) for row in rows}


async def decisions_about(
    connection: asyncpg.Connection, notices: Sequence[UUID]
) -> dict[UUID, list[Decision]]:
    """What JPS decided on whatever these notices were reported under, by notice."""
    found: dict[UUID, list[Decision]] = {}
    for row in await connection.fetch(_DECISIONS_ABOUT, notices):
        values = {name: value for name, value in row.items() if name != "notice_id"}
        found.setdefault(row["notice_id"], []).append(_decision(values))
    return found


async def chain(connection: asyncpg.Connection, item_id: UUID) -> Chain | None:
    """The reports of the transition that was reported under ``item_id``, first or again."""
    rows = await connection.fetch(_CHAIN, item_id)
    if not rows:
        return None
    last = rows[0]
    return Chain(
        last["first_item_id"], last["person_id"], last["item_id"], last["attempts"],
        last["notice_id"],
    )  # fmt: skip


async def add_again(
    connection: asyncpg.Connection,
    known: Chain,
    item_id: UUID,
    transition: Transition,
    notice_id: UUID | None,
    staff_id: str,
    now: datetime,
) -> None:
    """Keep a report of a transition that was reported before, under an id of its own."""
    await connection.execute(
        _AGAIN,
        item_id,
        known.first_item_id,
        known.person_id,
        transition.kind.value,
        transition.occurred_on,
        transition.reason,
        transition.origin.value,
        transition.before and transition.before.value,
        transition.after and transition.after.value,
        notice_id,
        transition.accepted_on,
        now,
        staff_id,
    )


async def returned(
    connection: asyncpg.Connection, after: UUID | None, limit: int
) -> list[Returned]:
    """Returned reports about which something is to be done, the earliest told first."""
    rows = await connection.fetch(_RETURNED, after, limit, None)
    return [Returned(**dict(row)) for row in rows]


async def returned_one(connection: asyncpg.Connection, item_id: UUID) -> Returned | None:
    """One of them; None: it is not among them."""
    row = await connection.fetchrow(_RETURNED, None, 1, item_id)
    return Returned(**dict(row)) if row else None


async def settle_return(
    connection: asyncpg.Connection, item_id: UUID, done: str, staff_id: str, now: datetime
) -> None:
    """Note what was done about a returned report."""
    await connection.execute(
        "insert into qualification.returns_settled as s values ($1, $2, $3, $4)"
        " on conflict (item_id) do update set done = excluded.done,"
        " settled_by = excluded.settled_by, settled_at = excluded.settled_at",
        item_id,
        done,
        staff_id,
        now,
    )


async def _strange(
    connection: asyncpg.Connection,
    events: Iterable[AnyItemForwarded | ItemDecided],
    *,
    sent: bool,
) -> set[UUID]:
    told = list(events)
    owned = await connection.fetch(_OWNED, [event.item_id for event in told])
    ours = {(row["item_id"], row["person_id"]) for row in owned if row["sent"] or not sent}
    return {e.item_id for e in told if (e.item_id, e.person_id) not in ours}


def _decision(row: Any) -> Decision:
    category = row["corrected_category"]
    return Decision(
        **{
            **dict(row),
            "outcome": ItemOutcome(row["outcome"]),
            "corrected_category": InsuredCategory(category) if category else None,
        }
    )
