"""Proposals to take a settled entry back, what became of them, and what it was settled with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg

from contracts.codes import Code
from services.exemptions.stores.entries import Table

_COLUMNS: Final = """
t.entry_id, t.sequence, t.proposed_at, t.proposed_by, t.reason, t.decided_at, t.decided_by,
t.agreed, t.item_id, t.settled_by, t.settled_at, t.acknowledged, t.brought::text, t.sent_on,
t.months::text
"""
_OF: Final = f"""
select {_COLUMNS} from exemptions.take_backs t where t.entry_id = $1 order by t.sequence
"""  # noqa: S608  constants
_IN_STATE: Final = """
from exemptions.take_backs t
cross join lateral (
    select e.kind from exemptions.entries e where e.entry_id = t.entry_id
    union all
    select a.kind from exemptions.applications a where a.application_id = t.entry_id
) as of
where t.agreed is not distinct from $1 and of.kind = any($2::text[])
"""
_LIST: Final = f"""
select {_COLUMNS} {_IN_STATE} and t.sequence > $3 order by t.sequence limit $4
"""
_COUNT: Final = f"select count(*) {_IN_STATE}"
_PROPOSE: Final = """
insert into exemptions.take_backs (take_back_id, entry_id, proposed_at, proposed_by, reason)
values ($1, $2, $3, $4, $5)
"""
_DECLINE: Final = """
update exemptions.take_backs set decided_at = $2, decided_by = $3, agreed = false
where entry_id = $1 and decided_at is null
"""
_AGREE: Final = """
update exemptions.take_backs t set decided_at = $2, decided_by = $3, agreed = true,
    item_id = e.item_id, settled_by = e.settled_by, settled_at = e.settled_at,
    acknowledged = e.acknowledged, brought = jsonb_build_object({brought}), months = $4::text::jsonb
from {table} e
where t.entry_id = $1 and t.decided_at is null and e.{key} = t.entry_id
"""
_WAIT_AGAIN: Final = """
update {table} set state = 'received', settled_by = null, settled_at = null, acknowledged = null,
    item_id = null, on_medium = null, {columns}
where {key} = $1
"""
_SENT: Final = """
update exemptions.take_backs t set sent_on = coalesce(t.sent_on, s.sent_on)
from unnest($1::uuid[], $2::date[]) as s (item_id, sent_on) where t.item_id = s.item_id
returning t.item_id
"""


class TakeBackState(Code):
    """What became of a proposal."""

    OPEN = "open", "決定待ち"
    AGREED = "agreed", "取消し"
    DECLINED = "declined", "取り消さない"

    @property
    def agreed(self) -> bool | None:
        """The same as it is kept."""
        return None if self is TakeBackState.OPEN else self is TakeBackState.AGREED


@dataclass(frozen=True, slots=True)
class TakeBack:
    """One proposal. ``agreed`` None: nobody has decided yet."""

    entry_id: UUID
    sequence: int
    proposed_at: datetime
    proposed_by: str
    reason: str
    decided_at: datetime | None
    decided_by: str | None
    agreed: bool | None
    item_id: UUID | None
    """Of the report that fell away."""
    settled_by: str | None
    settled_at: datetime | None
    acknowledged: tuple[str, ...]
    brought: str | None
    """What it was settled with, as JSON: the values of its table's own columns."""
    sent_on: date | None
    """Its medium was made already, and went all the same."""
    months: str | None
    """What became of which months, as JSON; only where it was agreed to."""

    @property
    def state(self) -> TakeBackState:
        """What became of it."""
        return next(state for state in TakeBackState if state.agreed is self.agreed)

    @property
    def is_open(self) -> bool:
        """Whether nobody has decided yet."""
        return self.state is TakeBackState.OPEN


async def of_entry(connection: asyncpg.Connection, entry_id: UUID) -> list[TakeBack]:
    """All proposals about an entry, the earliest first."""
    return list(map(_take_back, await connection.fetch(_OF, entry_id)))


async def in_state(
    connection: asyncpg.Connection,
    state: TakeBackState,
    kinds: Sequence[str],
    after: int,
    limit: int,
) -> list[TakeBack]:
    """Proposals about entries of these kinds, the earliest first, that follow a sequence number."""
    rows = await connection.fetch(_LIST, state.agreed, list(kinds), after, limit)
    return list(map(_take_back, rows))


async def count(connection: asyncpg.Connection, state: TakeBackState, kinds: Sequence[str]) -> int:
    """How many proposals about entries of these kinds are in a state."""
    found: int = await connection.fetchval(_COUNT, state.agreed, list(kinds))
    return found


async def propose(
    connection: asyncpg.Connection, entry_id: UUID, reason: str, by: str, now: datetime
) -> None:
    """Keep a proposal; there is none open about this entry."""
    await connection.execute(_PROPOSE, uuid4(), entry_id, now, by, reason)


async def decline(connection: asyncpg.Connection, entry_id: UUID, by: str, now: datetime) -> None:
    """Keep that another staff member does not agree to the open one."""
    await connection.execute(_DECLINE, entry_id, now, by)


async def agree(
    connection: asyncpg.Connection,
    table: Table[Any],
    settled: Sequence[str],
    entry_id: UUID,
    by: str,
    now: datetime,
    months: str,
) -> None:
    """Keep that another staff member agrees, and what the entry was settled with (``settled`` are
    the columns of it); the entry waits to be settled again. ``months``: what becomes of which, as
    JSON."""
    brought = ", ".join(f"'{column}', e.{column}" for column in settled)
    columns = ", ".join(f"{column} = null" for column in settled)
    names = {"table": table.name, "key": table.key}
    await connection.execute(_AGREE.format(brought=brought, **names), entry_id, now, by, months)
    await connection.execute(_WAIT_AGAIN.format(columns=columns, **names), entry_id)


async def sent(connection: asyncpg.Connection, forwarded: Mapping[UUID, date]) -> set[UUID]:
    """Note of reports that fell away that they went all the same; which of these items are."""
    rows = await connection.fetch(_SENT, list(forwarded), list(forwarded.values()))
    return {row["item_id"] for row in rows}


def _take_back(row: asyncpg.Record) -> TakeBack:
    return TakeBack(**{**dict(row), "acknowledged": tuple(row["acknowledged"] or ())})
