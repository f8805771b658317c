"""SQL of batches, findings and substitutions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.jps_reporting.domain.batches import BatchState
from services.jps_reporting.domain.checks import Finding

Connection = Any

_SELECT = """
select batch_id, state, layout_id, digest, version, chosen, built_by, built_at, checked_at,
       closed_at
from jps_reporting.batches
"""


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as it stands."""

    batch_id: UUID
    state: BatchState
    layout_id: str
    digest: str
    version: int
    chosen: dict[str, Any]
    built_by: str
    built_at: datetime
    checked_at: datetime | None
    closed_at: datetime | None


def _batch(row: Any) -> Batch:
    return Batch(**{**dict(row), "state": BatchState(row["state"])})


async def add(
    connection: Connection,
    batch_id: UUID,
    *,
    layout_id: str,
    digest: str,
    chosen: dict[str, Any],
    built_by: str,
    now: datetime,
) -> None:
    """A new batch, collecting."""
    await connection.execute(
        "insert into jps_reporting.batches"
        " (batch_id, state, layout_id, digest, chosen, built_by, built_at)"
        " values ($1, 'collecting', $2, $3, $4, $5, $6)",
        batch_id,
        layout_id,
        digest,
        chosen,
        built_by,
        now,
    )


async def find(connection: Connection, batch_id: UUID) -> Batch | None:
    """A batch, for looking at."""
    row = await connection.fetchrow(_SELECT + " where batch_id = $1", batch_id)
    return _batch(row) if row else None


async def lock(connection: Connection, batch_ids: Sequence[UUID]) -> dict[UUID, Batch]:
    """Batches, held until the transaction ends: what changes one happens one after the other."""
    rows = await connection.fetch(
        _SELECT + " where batch_id = any($1) order by batch_id for update",
        batch_ids,
    )
    return {row["batch_id"]: _batch(row) for row in rows}


_TOGETHER = """
select distinct b.batch_id, i.person_id
from jps_reporting.batches b join jps_reporting.items i using (batch_id)
where b.state in ('collecting', 'checked', 'has_errors', 'sealing')
  and i.person_id = any($1::uuid[])
"""


async def unsealed_with(connection: Connection, persons: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """Batches that no medium is made of yet and that have items of these persons: which persons."""
    found: dict[UUID, list[UUID]] = {}
    for row in await connection.fetch(_TOGETHER, persons):
        found.setdefault(row["batch_id"], []).append(row["person_id"])
    return found


async def latest(
    connection: Connection, state: BatchState | None, before: datetime | None, limit: int
) -> list[Batch]:
    """Batches, the latest first."""
    rows = await connection.fetch(
        _SELECT
        + " where ($1::text is null or state = $1) and ($2::timestamptz is null or built_at < $2)"
        " order by built_at desc, batch_id limit $3",
        state.value if state else None,
        before,
        limit,
    )
    return [_batch(row) for row in rows]


async def set_checked(
    connection: Connection, batch: Batch, state: BatchState, digest: str, now: datetime
) -> None:
    """The batch was checked with what ``digest`` stands for: its content counts as changed."""
    await connection.execute(
        "update jps_reporting.batches set state = $2, digest = $3, version = version + 1,"
        " checked_at = $4 where batch_id = $1",
        batch.batch_id,
        state.value,
        digest,
        now,
    )


async def set_state(
    connection: Connection, batch_id: UUID, state: BatchState, closed_at: datetime | None = None
) -> None:
    """Move a batch on."""
    await connection.execute(
        "update jps_reporting.batches set state = $2, closed_at = coalesce($3, closed_at)"
        " where batch_id = $1",
        batch_id,
        state.value,
        closed_at,
    )


_REPEATS = """
with here as (
    select item_id, person_id, kind, occurred_on, processing, coalesce(corrects, item_id) as first,
           row_number() over (partition by bus.surviving(person_id), kind, occurred_on, processing
                              order by received_at, item_id) > 1 as duplicate
    from jps_reporting.items
    where batch_id = $1 and ($2::uuid[] is null or bus.surviving(person_id) in (
        select bus.surviving(id) from unnest($2::uuid[]) as a (id)
    ))
)
select item_id, duplicate, exists (
    select from jps_reporting.items as i
    where i.person_id in (select bus.same_person(here.person_id)) and i.kind = here.kind
      and i.occurred_on = here.occurred_on and i.processing = here.processing
      and coalesce(i.corrects, i.item_id) <> here.first
      and i.state in ('sealed', 'sent', 'accepted', 'corrected')
      -- What was cancelled, or is on the same medium, is not told twice.
      and (here.processing = 'cancellation' or 'report' = coalesce((
            select c.processing from jps_reporting.items c
            where c.corrects = coalesce(i.corrects, i.item_id)
              and (c.batch_id = $1 or c.state in ('sealed', 'sent', 'accepted', 'corrected'))
            order by c.correction_no desc limit 1), 'report'))
) as already_sent
from here
"""


@dataclass(frozen=True, slots=True)
class Repeat:
    """Whether an item says what another one says."""

    duplicate: bool
    already_sent: bool


async def repeats(
    connection: Connection, batch_id: UUID, persons: Sequence[UUID] | None
) -> dict[UUID, Repeat]:
    """For each item of the batch (of these persons): is it a repeat within, or of what was sent."""
    rows = await connection.fetch(_REPEATS, batch_id, persons)
    return {row["item_id"]: Repeat(row["duplicate"], row["already_sent"]) for row in rows}


@dataclass(frozen=True, slots=True)
class ItemFinding:
    """A finding about an item."""

    item_id: UUID
    finding: Finding


@dataclass(frozen=True, slots=True)
class ItemSubstitution:
    """A character of an item's field that is written as another."""

    item_id: UUID
    field: str
    character: str
    replacement: str
    times: int


async def replace_results(
    connection: Connection,
    batch_id: UUID,
    item_ids: Sequence[UUID],
    findings: Sequence[ItemFinding],
    substitutions: Sequence[ItemSubstitution],
) -> None:
    """Put the results of checking these items in place of earlier ones."""
    await forget_results(connection, batch_id, item_ids)
    if findings:
        await connection.execute(
            "insert into jps_reporting.findings"
            " (batch_id, item_id, code, severity, field, character)"
            " select $1, * from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[])",
            batch_id,
            [one.item_id for one in findings],
            [one.finding.code for one in findings],
            [one.finding.severity.value for one in findings],
            [one.finding.field for one in findings],
            [one.finding.character for one in findings],
        )
    if substitutions:
        await connection.execute(
            "insert into jps_reporting.substitutions"
            " (batch_id, item_id, field, character, replacement, times)"
            " select $1, *"
            " from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::smallint[])",
            batch_id,
            [one.item_id for one in substitutions],
            [one.field for one in substitutions],
            [one.character for one in substitutions],
            [one.replacement for one in substitutions],
            [one.times for one in substitutions],
        )


async def forget_results(connection: Connection, batch_id: UUID, item_ids: Sequence[UUID]) -> None:
    """Remove the results of items, before new ones or when they leave the batch."""
    await connection.execute(
        "delete from jps_reporting.findings where batch_id = $1 and item_id = any($2)",
        batch_id,
        item_ids,
    )
    await connection.execute(
        "delete from jps_reporting.substitutions where batch_id = $1 and item_id = any($2)",
        batch_id,
        item_ids,
    )


async def items_with_errors(connection: Connection, batch_id: UUID) -> dict[UUID, str]:
    """The batch's items that an error keeps off the medium, each with its first code."""
    rows = await connection.fetch(
        "select item_id, min(code) as code from jps_reporting.findings"
        " where batch_id = $1 and severity = 'error' group by item_id",
        batch_id,
    )
    return {row["item_id"]: row["code"] for row in rows}


async def findings(
    connection: Connection, batch_id: UUID, item_ids: Sequence[UUID]
) -> dict[UUID, list[Finding]]:
    """What was found about these items."""
    rows = await connection.fetch(
        "select item_id, code, field, character from jps_reporting.findings"
        " where batch_id = $1 and item_id = any($2) order by item_id, code, field, character",
        batch_id,
        item_ids,
    )
    found: dict[UUID, list[Finding]] = {}
    for row in rows:
        found.setdefault(row["item_id"], []).append(
            Finding(row["code"], row["field"], row["character"])
        )
    return found


async def substitutions(
    connection: Connection, batch_id: UUID, item_ids: Sequence[UUID]
) -> dict[UUID, list[ItemSubstitution]]:
    """The characters of these items that are written as others."""
    rows = await connection.fetch(
        "select item_id, field, character, replacement, times from jps_reporting.substitutions"
        " where batch_id = $1 and item_id = any($2) order by item_id, field, character",
        batch_id,
        item_ids,
    )
    found: dict[UUID, list[ItemSubstitution]] = {}
    for row in rows:
        found.setdefault(row["item_id"], []).append(ItemSubstitution(**dict(row)))
    return found


@dataclass(frozen=True, slots=True)
class Tally:
    """A batch in figures."""

    items: int
    kinds: dict[str, int]
    cancellations: dict[str, int]
    """Of these, how many take a report back."""
    with_errors: int
    with_warnings: int
    with_substitutions: int
    unanswered: int
    held_back: int
    """Items that wait for their owners, and are in no batch."""


_TALLY = """
select
    (select coalesce(jsonb_object_agg(kind, n), '{}') from (
        select kind, count(*) as n from jps_reporting.items where batch_id = $1 group by kind
     ) as k) as kinds,
    (select coalesce(jsonb_object_agg(kind, n), '{}') from (
        select kind, count(*) as n from jps_reporting.items
        where batch_id = $1 and processing = 'cancellation' group by kind
     ) as k) as cancellations,
    (select count(distinct item_id) from jps_reporting.findings
     where batch_id = $1 and severity = 'error') as with_errors,
    (select count(distinct item_id) from jps_reporting.findings
     where batch_id = $1 and severity = 'warning') as with_warnings,
    (select count(distinct item_id) from jps_reporting.substitutions
     where batch_id = $1) as with_substitutions,
    (select count(*) from jps_reporting.linkage as l
     where l.batch_id = $1 and l.answered_at is null and exists (
        select from jps_reporting.items as i
        where i.batch_id = $1 and i.person_id = l.person_id)) as unanswered,
    (select count(*) from jps_reporting.items
     where held_on is not null and state = 'blocked') as held_back
"""


async def tally(connection: Connection, batch_id: UUID) -> Tally:
    """The batch in figures."""
    row = await connection.fetchrow(_TALLY, batch_id)
    return Tally(
        sum(row["kinds"].values()),
        row["kinds"],
        row["cancellations"],
        row["with_errors"],
        row["with_warnings"],
        row["with_substitutions"],
        row["unanswered"],
        row["held_back"],
    )
