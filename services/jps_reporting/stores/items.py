"""SQL of report items and their history."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from contracts.events import ReportItemKind
from services.jps_reporting.domain.deadlines import Due
from services.jps_reporting.domain.items import HELD_BY_OWNER, ItemState, ReportItem
from services.jps_reporting.domain.reportability import Classification
from services.jps_reporting.stores.item_rows import SELECT, StoredItem, stored

Connection = Any


@dataclass(frozen=True, slots=True)
class NewItem:
    """An item as it comes in, classified."""

    item: ReportItem
    classification: Classification
    due: Due | None
    state: ItemState
    blocked_code: str | None
    content_digest: bytes
    trace: str | None


_ADD = """
with new as (
    select * from unnest(
        $1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::date[],
        $8::date[], $9::text[], $10::smallint[], $11::smallint[], $12::text[], $13::text[],
        $14::text[], $15::text[], $16::bytea[], $17::text[], $18::text[], $19::text[],
        $20::boolean[], $21::date[], $22::text[], $23::boolean[], $24::text[], $25::text[],
        $26::text[], $27::text[]
    ) as t (item_id, person_id, kind, source, origin, document_id, occurred_on, accepted_on,
            reason, category_before, category_after, basic_pension_number, from_month,
            pension_code, claimant_relationship, content_digest, rule, article, rule_reason,
            may_precede, due_on, due_article, due_statutory, due_note, state, blocked_code, trace)
), added as (
    insert into jps_reporting.items (
        item_id, person_id, kind, source, origin, document_id, occurred_on, accepted_on, reason,
        category_before, category_after, basic_pension_number, from_month, pension_code,
        claimant_relationship, content_digest, rule, article, rule_reason, may_precede, due_on,
        due_article, due_statutory, due_note, state, blocked_code, trace, received_at, state_since)
    select new.*, $28, $28 from new
    on conflict (item_id) do nothing
    returning item_id, state, blocked_code
)
insert into jps_reporting.item_history (item_id, at, state, code)
select item_id, $28, state, blocked_code from added
"""

_DIGESTS = """
select item_id, content_digest from jps_reporting.items where item_id = any($1)
"""


async def digests(connection: Connection, item_ids: Sequence[UUID]) -> dict[UUID, bytes]:
    """What is known already of these ids: the digest of what was received."""
    rows = await connection.fetch(_DIGESTS, item_ids)
    return {row["item_id"]: row["content_digest"] for row in rows}


async def add(connection: Connection, items: Sequence[NewItem], now: datetime) -> None:
    """Keep new items with their first entry of history; an item that is there already stays."""
    if not items:
        return
    columns: list[list[Any]] = [list(column) for column in zip(*map(_row, items), strict=True)]
    await connection.execute(_ADD, *columns, now)


def _row(new: NewItem) -> tuple[Any, ...]:
    item, said, due = new.item, new.classification, new.due
    return (
        item.item_id,
        item.person_id,
        item.kind.value,
        item.source.value,
        item.origin.value,
        item.document_id,
        item.occurred_on,
        item.accepted_on,
        item.reason,
        item.category_before,
        item.category_after,
        item.basic_pension_number,
        str(item.from_month) if item.from_month else None,
        item.pension_code,
        item.claimant_relationship.value if item.claimant_relationship else None,
        new.content_digest,
        said.rule,
        said.article,
        said.reason,
        said.may_precede,
        due.on if due else None,
        due.article if due else None,
        due.statutory if due else None,
        due.note if due else None,
        new.state.value,
        new.blocked_code,
        new.trace,
    )


_CHOOSE = """
with chosen as (
    select item_id from jps_reporting.items
    where state = 'waiting' and occurred_on <= $2
      and $8 = exists (
            select from bus.hidden h where h.hidden and h.person_id = items.person_id)
      and ($3::text[] is null or kind = any($3))
      and ($4::date is null or due_on <= $4)
    order by due_on, item_id
    limit $5
    for update skip locked
), moved as (
    update jps_reporting.items as item
    set state = 'in_batch', batch_id = $1, state_since = $6
    from chosen where item.item_id = chosen.item_id
    returning item.item_id, item.person_id, item.kind, item.trace
), noted as (
    insert into jps_reporting.item_history (item_id, at, state, batch_id, staff_id)
    select item_id, $6, 'in_batch', $1, $7 from moved
)
select item_id, person_id, kind, trace from moved order by person_id, item_id
"""


@dataclass(frozen=True, slots=True)
class Chosen:
    """An item taken into a batch."""

    item_id: UUID
    person_id: UUID
    kind: ReportItemKind
    trace: str | None


async def choose(
    connection: Connection,
    batch_id: UUID,
    *,
    today: date,
    kinds: Sequence[ReportItemKind] | None,
    due_before: date | None,
    limit: int,
    now: datetime,
    staff_id: str,
    apart: bool,
) -> list[Chosen]:
    """Take waiting items into a batch, the most urgent first; never one that another takes.
    ``apart``: those about hidden persons, else those about others."""
    rows = await connection.fetch(
        _CHOOSE,
        batch_id,
        today,
        [kind.value for kind in kinds] if kinds else None,
        due_before,
        limit,
        now,
        staff_id,
        apart,
    )
    return [
        Chosen(row["item_id"], row["person_id"], ReportItemKind(row["kind"]), row["trace"])
        for row in rows
    ]


_LEAVE = """
with moved as (
    update jps_reporting.items as item
    set state = case when t.stale then 'withdrawn'
                     when t.code is null and not t.held then 'waiting' else 'blocked' end,
        batch_id = null, state_since = $4,
        blocked_code = case when not t.stale
                            then coalesce(t.code, case when t.held then $6 end) end
    from (select w.item_id, w.code, i.held_on is not null as held,
                 jps_reporting.is_stale(i.corrects, i.processing, i.fell_away_on) as stale
          from unnest($2::uuid[], $3::text[]) as w (item_id, code)
          join jps_reporting.items as i using (item_id)) as t
    where item.item_id = t.item_id and item.batch_id = $1 and item.state = 'in_batch'
    returning item.item_id, item.person_id, item.state, item.blocked_code
), noted as (
    insert into jps_reporting.item_history (item_id, at, state, batch_id, code, staff_id)
    select item_id, $4, state, $1, blocked_code, $5 from moved
)
select person_id from moved
"""


async def leave(
    connection: Connection,
    batch_id: UUID,
    items: Iterable[tuple[UUID, str | None]],
    *,
    now: datetime,
    staff_id: str | None,
) -> list[UUID]:
    """Take items out of their batch: back to waiting, or held back with a code; the persons.
    What no longer stands is withdrawn, what its owner holds back is not for the next batch.
    ``staff_id`` None: the house itself, as somebody was hidden or is no more."""
    pairs = list(items)
    rows = await connection.fetch(
        _LEAVE,
        batch_id,
        [i for i, _ in pairs],
        [code for _, code in pairs],
        now,
        staff_id,
        HELD_BY_OWNER,
    )
    return [row["person_id"] for row in rows]


async def batches_of(connection: Connection, persons: Sequence[UUID]) -> set[UUID]:
    """The batches with items of these persons whose medium is not made yet."""
    rows = await connection.fetch(
        "select distinct batch_id from jps_reporting.items"
        " where person_id = any($1) and state = 'in_batch'",
        persons,
    )
    return {row["batch_id"] for row in rows}


async def in_batch_of(
    connection: Connection, batch_id: UUID, persons: Sequence[UUID]
) -> list[UUID]:
    """The items of these persons that can still leave the batch."""
    rows = await connection.fetch(
        "select item_id from jps_reporting.items"
        " where batch_id = $1 and person_id = any($2) and state = 'in_batch' order by item_id",
        batch_id,
        persons,
    )
    return [row["item_id"] for row in rows]


_MOVE_ALL = """
with moved as (
    update jps_reporting.items set state = $3, state_since = $4
    where batch_id = $1 and state = $2
    returning item_id
), noted as (
    insert into jps_reporting.item_history (item_id, at, state, batch_id, staff_id)
    select item_id, $4, $3, $1, $5 from moved
)
select count(*) from moved
"""


async def move_all(
    connection: Connection,
    batch_id: UUID,
    before: ItemState,
    after: ItemState,
    *,
    now: datetime,
    staff_id: str,
) -> int:
    """Move all of a batch's items in ``before`` to ``after``; how many."""
    count: int = await connection.fetchval(
        _MOVE_ALL, batch_id, before.value, after.value, now, staff_id
    )
    return count


_RELEASE = """
with moved as (
    update jps_reporting.items set state = 'waiting', blocked_code = null, state_since = $2
    where item_id = $1 and state = 'blocked' and due_on is not null and held_on is null
    returning item_id, person_id
), noted as (
    insert into jps_reporting.item_history (item_id, at, state, staff_id)
    select item_id, $2, 'waiting', $3 from moved
)
select person_id from moved
"""


async def release(
    connection: Connection, item_id: UUID, *, now: datetime, staff_id: str
) -> UUID | None:
    """Put an item that is held back among the waiting ones; its person, or None if it is not."""
    person_id: UUID | None = await connection.fetchval(_RELEASE, item_id, now, staff_id)
    return person_id


async def of_batch(
    connection: Connection, batch_id: UUID, persons: Sequence[UUID] | None = None
) -> list[StoredItem]:
    """A batch's items, all or those of some persons, in the order of the medium."""
    rows = await connection.fetch(
        SELECT + " where batch_id = $1 and ($2::uuid[] is null or person_id = any($2))"
        # What JPS is to take back comes before what is reported in its place.
        " order by processing, kind, accepted_on, item_id",
        batch_id,
        persons,
    )
    return [stored(row) for row in rows]


_HOLD_BATCH = """
select from jps_reporting.items where item_id in (
    select item_id from jps_reporting.items where batch_id = $1
    union all
    select corrects from jps_reporting.items where batch_id = $1 and corrects is not null
) order by item_id for no key update
"""


async def hold_batch(connection: Connection, batch_id: UUID) -> None:
    """Hold a batch's items, and what its corrections correct, until the transaction ends: what an
    owner says of them is there before, or comes after."""
    await connection.execute(_HOLD_BATCH, batch_id)


_PAGE = """
where batch_id = $1
  and ($3::uuid is null or item_id > $3)
  and ($2 = 'all'
       or $2 = 'findings' and exists (
            select from jps_reporting.findings as f
            where f.batch_id = $1 and f.item_id = items.item_id)
       or $2 = 'substitutions' and exists (
            select from jps_reporting.substitutions as s
            where s.batch_id = $1 and s.item_id = items.item_id))
order by item_id
limit $4
"""


async def page_of_batch(
    connection: Connection, batch_id: UUID, only: str, after: UUID | None, limit: int
) -> list[StoredItem]:
    """A page of a batch's items: ``all``, or those with ``findings`` or ``substitutions``."""
    rows = await connection.fetch(SELECT + _PAGE, batch_id, only, after, limit)
    return [stored(row) for row in rows]


async def of_person(connection: Connection, person_id: UUID) -> list[StoredItem]:
    """A person's items, the latest first."""
    rows = await connection.fetch(
        SELECT + " where person_id in (select bus.same_person($1))"
        " order by accepted_on desc, item_id",
        person_id,
    )
    return [stored(row) for row in rows]


async def by_id(connection: Connection, item_id: UUID) -> StoredItem | None:
    """One item."""
    row = await connection.fetchrow(SELECT + " where item_id = $1", item_id)
    return stored(row) if row else None


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the register of receipts is asked for."""

    state: ItemState | None = None
    kind: ReportItemKind | None = None
    due_before: date | None = None
    after: UUID | None = None
    limit: int = 100
    fell_away: bool = False
    """Only those whose fact no longer stands."""


_REGISTER = """
where ($1::text is null or state = $1) and ($2::text is null or kind = $2)
  and ($3::date is null or due_on <= $3) and ($6 = false or fell_away_on is not null)
  and ($4::uuid is null
       or (coalesce(due_on, 'infinity'), item_id) >
          (select coalesce(due_on, 'infinity'), item_id from jps_reporting.items
           where item_id = $4))
order by coalesce(due_on, 'infinity'), item_id
limit $5
"""


async def register(connection: Connection, wanted: Filter) -> list[StoredItem]:
    """A page of the report items (報告項目一覧), soonest due first; ``after`` is the last id."""
    rows = await connection.fetch(
        SELECT + _REGISTER,
        wanted.state.value if wanted.state else None,
        wanted.kind.value if wanted.kind else None,
        wanted.due_before,
        wanted.after,
        wanted.limit,
        wanted.fell_away,
    )
    return [stored(row) for row in rows]
