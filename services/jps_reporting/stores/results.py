"""SQL of results (処理結果): the items that they name, decisions, and rows that fit no item."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from contracts.events import (
    ExemptionDecision,
    InsuredCategory,
    ItemOutcome,
    ReportItemKind,
    ReportProcessing,
)
from services.jps_reporting.domain.items import ItemState
from services.jps_reporting.domain.results import Decision, SentItem, Unmatched

Connection = Any
Place = tuple[int, int]
"""Of a record: the medium's serial, and its position there."""

# Locked in the order of their ids: two files about the same items never wait for each other.
# Of a medium that was voided nothing was given: no record of it is anybody's.
_ITEMS = """
select m.serial, p.position, i.item_id, i.person_id, i.kind, i.source, i.basic_pension_number,
       i.trace, i.processing, i.corrects, s.handed_on
from unnest($1::bigint[], $2::int[]) as w (serial, position)
join jps_reporting.media as m on m.serial = w.serial
join jps_reporting.provisions as p on p.medium_id = m.medium_id and p.position = w.position
     and p.voided_at is null
join jps_reporting.items as i on i.item_id = p.item_id
left join jps_reporting.slips as s on s.medium_id = m.medium_id
order by i.item_id for update of i
"""
_ITEM = """
select m.serial, p.position
from jps_reporting.provisions as p join jps_reporting.media as m using (medium_id)
where p.item_id = $1 and p.voided_at is null
"""
_DECISIONS = """
select item_id, outcome, decided_on, return_code, return_reason, corrected_occurred_on,
       corrected_category, assigned_number, exemption::text as exemption, attempt
from jps_reporting.decisions where item_id = any($1) and taken_back_at is null order by decided_on
"""
_TAKEN_BACK = """
select item_id, decided_on, count(*) as n from jps_reporting.decisions
where item_id = any($1) and taken_back_at is not null group by item_id, decided_on
"""
_TAKE_BACK = """
update jps_reporting.decisions set taken_back_at = $4
where item_id = $1 and file_id = $2 and line = $3 and taken_back_at is null
returning decision_id, decided_on, assigned_number
"""
_ADD = """
insert into jps_reporting.decisions (decision_id, item_id, outcome, decided_on, return_code,
    return_reason, corrected_occurred_on, corrected_category, assigned_number, line, exemption,
    attempt, file_id, recorded_at)
select a, b, c, d, e, f, g, h, i, j, k::jsonb, l, $13::uuid, $14::timestamptz
from unnest($1::uuid[], $2::uuid[], $3::text[], $4::date[], $5::text[], $6::text[], $7::date[],
    $8::smallint[], $9::text[], $10::bigint[], $11::text[], $12::smallint[])
    as t (a, b, c, d, e, f, g, h, i, j, k, l)
"""
_MOVE = """
with moved as (
    update jps_reporting.items as i set state = w.state, state_since = $3
    from unnest($1::uuid[], $2::text[]) as w (item_id, state)
    where i.item_id = w.item_id and i.state <> w.state
    returning i.item_id, i.state, i.batch_id
)
insert into jps_reporting.item_history (item_id, at, state, batch_id, staff_id)
select item_id, $3, state, batch_id, $4 from moved
"""
_LIST = """
insert into jps_reporting.unmatched
    (unmatched_id, file_id, line, code, said, person_id, veils, listed_at)
select w.unmatched_id, $7::uuid, w.line, w.code, w.said::jsonb, w.person_id, w.veils,
       $8::timestamptz
from unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::uuid[], $6::uuid[])
    as w (unmatched_id, line, code, said, person_id, veils)
"""


@dataclass(frozen=True, slots=True)
class Told:
    """A decision with the line of the file that told it."""

    line: int
    decision: Decision


@dataclass(frozen=True, slots=True)
class Listed:
    """A row that fits no item."""

    line: int
    why: Unmatched
    said: dict[str, Any]
    person_id: UUID | None
    """Whose item the named record is."""
    veils: UUID | None = None
    """Stands for a row of this hidden person, before whoever may not see them."""


async def items_at(connection: Connection, places: Sequence[Place]) -> dict[Place, SentItem]:
    """The items behind these records, with all that was decided on them; locked."""
    rows = await connection.fetch(_ITEMS, [p[0] for p in places], [p[1] for p in places])
    ids = [row["item_id"] for row in rows]
    decided = await decisions_of(connection, ids)
    gone: dict[UUID, dict[date, int]] = {}
    for row in await connection.fetch(_TAKEN_BACK, ids):
        gone.setdefault(row["item_id"], {})[row["decided_on"]] = row["n"]
    return {
        (row["serial"], row["position"]): SentItem(
            item_id=row["item_id"],
            person_id=row["person_id"],
            kind=ReportItemKind(row["kind"]),
            owner=row["source"],
            basic_pension_number=row["basic_pension_number"],
            sent_on=row["handed_on"],
            decisions=tuple(decided.get(row["item_id"], ())),
            trace=row["trace"],
            processing=ReportProcessing(row["processing"]),
            corrects=row["corrects"],
            taken_back=gone.get(row["item_id"], {}),
        )
        for row in rows
    }


async def place_of(connection: Connection, item_id: UUID) -> Place | None:
    """Where an item stands on a medium; None: on none."""
    row = await connection.fetchrow(_ITEM, item_id)
    return (row["serial"], row["position"]) if row else None


async def decisions_of(
    connection: Connection, item_ids: Sequence[UUID]
) -> dict[UUID, list[Decision]]:
    """What JPS decided on these items, the earliest first."""
    found: dict[UUID, list[Decision]] = {}
    for row in await connection.fetch(_DECISIONS, item_ids):
        category, exemption = row["corrected_category"], row["exemption"]
        decision = Decision(
            **{
                **dict(row),
                "outcome": ItemOutcome(row["outcome"]),
                "corrected_category": InsuredCategory(category) if category else None,
                "exemption": exemption and ExemptionDecision.model_validate_json(exemption),
            }
        )
        found.setdefault(decision.item_id, []).append(decision)
    return found


async def add(connection: Connection, file_id: UUID, told: Sequence[Told], now: datetime) -> None:
    """Keep decisions; they are never altered."""
    rows = [(one.decision, one.line) for one in told]
    await connection.execute(
        _ADD,
        [d.decision_id for d, _ in rows],
        [d.item_id for d, _ in rows],
        [d.outcome.value for d, _ in rows],
        [d.decided_on for d, _ in rows],
        [d.return_code for d, _ in rows],
        [d.return_reason for d, _ in rows],
        [d.corrected_occurred_on for d, _ in rows],
        [d.corrected_category for d, _ in rows],
        [d.assigned_number for d, _ in rows],
        [line for _, line in rows],
        [d.exemption.model_dump_json() if d.exemption else None for d, _ in rows],
        [d.attempt for d, _ in rows],
        file_id,
        now,
    )


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A decision that was about another."""

    decision_id: UUID
    decided_on: date
    assigned_number: str | None


async def take_back(
    connection: Connection, item_id: UUID, file_id: UUID, line: int, now: datetime
) -> TakenBack | None:
    """Let what a row of a file decided on an item count no more; None: it decided nothing."""
    row = await connection.fetchrow(_TAKE_BACK, item_id, file_id, line, now)
    return TakenBack(**dict(row)) if row else None


async def move(
    connection: Connection,
    states: dict[UUID, ItemState],
    *,
    now: datetime,
    staff_id: str | None,
) -> None:
    """Bring items into the states that JPS's decisions give them, with their history."""
    ordered = sorted(states.items())
    await connection.execute(
        _MOVE, [i for i, _ in ordered], [state.value for _, state in ordered], now, staff_id
    )


async def list_unmatched(
    connection: Connection, file_id: UUID, rows: Sequence[Listed], now: datetime
) -> None:
    """Put rows on the list of what fits no item (不一致)."""
    await connection.execute(
        _LIST,
        [uuid4() for _ in rows],
        [row.line for row in rows],
        [row.why.value for row in rows],
        [json.dumps(row.said, ensure_ascii=False) for row in rows],
        [row.person_id for row in rows],
        [row.veils for row in rows],
        file_id,
        now,
    )
