"""SQL of items whose fact no longer stands."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.jps_reporting.domain.items import HELD_BY_OWNER, HELD_IN_BATCH
from services.jps_reporting.stores.item_rows import SELECT, StoredItem, stored

Connection = Any

_FALL = """
with told as (
    select * from unnest($1::uuid[], $2::date[]) as t (item_id, fell_away_on)
), moved as (
    update jps_reporting.items as i
    set fell_away_on = coalesce(i.fell_away_on, t.fell_away_on),
        state = case when i.state in ('waiting', 'blocked') then 'withdrawn' else i.state end,
        blocked_code = null,
        state_since = case when i.state in ('waiting', 'blocked') then $3 else i.state_since end
    from told as t where t.item_id = i.item_id
    returning i.item_id, i.state, i.state_since
)
insert into jps_reporting.item_history (item_id, at, state)
select item_id, $3, state from moved where state = 'withdrawn' and state_since = $3
order by item_id
"""
_HOLD = """
with before as (
    select i.item_id, i.state, i.blocked_code as code, t.held_on from jps_reporting.items as i
    join unnest($1::uuid[], $2::date[]) as t (item_id, held_on) using (item_id)
    order by i.item_id for no key update of i
), next as (
    select item_id, held_on, state as was, held_on is not null and state = 'waiting' as stops,
        held_on is null and code in ($4, $5) as goes, code
    from before
), moved as (
    update jps_reporting.items as i
    set held_on = case when n.held_on is not null then least(i.held_on, n.held_on) end,
        state = case when n.stops then 'blocked' when n.goes then 'waiting' else n.was end,
        blocked_code = case when n.stops then $4 when not coalesce(n.goes, false) then n.code end,
        state_since = case when n.stops or n.goes then $3 else i.state_since end
    from next as n where n.item_id = i.item_id
    returning i.item_id, i.state, i.blocked_code, n.was
)
insert into jps_reporting.item_history (item_id, at, state, code)
select item_id, $3, state, blocked_code from moved where state <> was order by item_id
"""
_CORRECTIONS = """
 where corrects = any($1::uuid[]) and state in ('waiting', 'blocked', 'in_batch')
"""
_WITHDRAW = """
with moved as (
    update jps_reporting.items as i
    set state = 'withdrawn', blocked_code = null, state_since = $2
    where i.corrects = any($1::uuid[]) and i.state in ('waiting', 'blocked')
      and jps_reporting.is_stale(i.corrects, i.processing, i.fell_away_on)
    returning i.item_id
)
insert into jps_reporting.item_history (item_id, at, state)
select item_id, $2, 'withdrawn' from moved order by item_id
"""
_AGAIN = """
with moved as (
    update jps_reporting.items as i
    set fell_away_on = null,
        state = case when i.state = 'withdrawn' then 'blocked' else i.state end,
        blocked_code = case when i.state = 'withdrawn' then $2 else i.blocked_code end,
        state_since = case when i.state = 'withdrawn' then $3 else i.state_since end
    where i.item_id = any($1::uuid[]) and i.fell_away_on is not null
    returning i.item_id, i.state, i.blocked_code, i.state_since
)
insert into jps_reporting.item_history (item_id, at, state, code)
select item_id, $3, state, blocked_code from moved
where state = 'blocked' and blocked_code = $2 and state_since = $3 order by item_id
"""


async def find(connection: Connection, item_ids: Sequence[UUID]) -> list[StoredItem]:
    """These items, as far as they are there."""
    rows = await connection.fetch(SELECT + " where item_id = any($1::uuid[])", item_ids)
    return [stored(row) for row in rows]


async def fall_away(connection: Connection, since: Mapping[UUID, date], now: datetime) -> None:
    """Note since when their facts no longer stand; what was not sent is withdrawn."""
    ordered = sorted(since.items())
    await connection.execute(_FALL, [i for i, _ in ordered], [day for _, day in ordered], now)


async def hold(connection: Connection, since: Mapping[UUID, date | None], now: datetime) -> None:
    """Hold items back since a day, or let them go (None). What was held back for something else
    stays so; what is held back already is so since the earlier day."""
    ordered = sorted(since.items())
    days = [day for _, day in ordered]
    ids = [item_id for item_id, _ in ordered]
    await connection.execute(_HOLD, ids, days, now, HELD_BY_OWNER, HELD_IN_BATCH)


async def stand_again(
    connection: Connection, item_ids: Sequence[UUID], code: str, now: datetime
) -> None:
    """Their facts stand again: what was withdrawn is held back for a person to look at."""
    await connection.execute(_AGAIN, item_ids, code, now)


async def corrections_of(connection: Connection, item_ids: Sequence[UUID]) -> list[StoredItem]:
    """The corrections of these items that were not sent, nor are on a medium."""
    rows = await connection.fetch(SELECT + _CORRECTIONS, item_ids)
    return [stored(row) for row in rows]


async def withdraw_corrections(
    connection: Connection, item_ids: Sequence[UUID], now: datetime
) -> None:
    """Withdraw what would correct these items, waits, and is called for no more."""
    await connection.execute(_WITHDRAW, item_ids, now)
