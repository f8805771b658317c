"""What becomes of notices that were reported: sent, sent once more, decided by JPS."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg

_FORWARD: Final = """
with moved as (
    update qualification.notices n set state = 'forwarded', forwarded_on = t.forwarded_on
    from qualification.transitions t
    where t.item_id = any($1::uuid[]) and t.item_id = n.item_id and n.state = 'settled'
    returning n.notice_id, n.item_id, n.forwarded_on
)
insert into qualification.notice_history (notice_id, at, state, on_day, item_id)
select notice_id, $2, 'forwarded', forwarded_on, item_id from moved order by notice_id
"""
_ON_MEDIA: Final = """
update qualification.transitions t set on_medium = m.serial
from unnest($1::uuid[], $2::int[]) as m (item_id, serial) where t.item_id = m.item_id
"""
_FORWARD_AGAIN: Final = """
with moved as (
    update qualification.notices n set state = 'forwarded', forwarded_on = a.on_day
    from unnest($1::uuid[], $2::date[]) as a (item_id, on_day)
    where n.item_id = a.item_id and n.state = 'settled'
    returning n.notice_id, n.item_id, n.forwarded_on
)
insert into qualification.notice_history (notice_id, at, state, on_day, item_id)
select notice_id, $3, 'forwarded', forwarded_on, item_id from moved order by notice_id
"""
# JPS holds what it was told last of an item: the report, or what was told about it since.
_HELD: Final = """
select coalesce(last.forwarded_on, t.forwarded_on) as forwarded_on
from qualification.transitions t
left join lateral (
    select processing, forwarded_on from qualification.corrections c
    where c.item_id = t.item_id order by c.medium_serial desc, c.correction_id limit 1
) as last on true
where t.item_id = $1 and t.forwarded_on is not null
  and coalesce(last.processing, 'report') = 'report'
"""
_DECIDE: Final = """
with moved as (
    update qualification.notices n set state = d.outcome, decided_on = d.decided_on
    from (select distinct on (item_id) item_id, outcome, decided_on from qualification.decisions
          where item_id = any($1::uuid[]) and taken_back_at is null
          order by item_id, decided_on desc, recorded_at desc) as d
    where n.item_id = d.item_id
      and n.state in ('forwarded', 'accepted', 'returned', 'corrected')
      and (n.state, n.decided_on) is distinct from (d.outcome, d.decided_on)
    returning n.notice_id, n.item_id, n.state, n.decided_on
)
insert into qualification.notice_history (notice_id, at, state, on_day, item_id)
select notice_id, $2, state, decided_on, item_id from moved order by notice_id
"""
_UNDECIDE: Final = """
with moved as (
    update qualification.notices n set state = 'forwarded', decided_on = null
    where n.item_id = any($1::uuid[]) and n.state in ('accepted', 'returned', 'corrected')
      and not exists (select from qualification.decisions d
                      where d.item_id = n.item_id and d.taken_back_at is null)
    returning n.notice_id, n.item_id, n.state, n.forwarded_on
)
insert into qualification.notice_history (notice_id, at, state, on_day, item_id)
select notice_id, $2, state, forwarded_on, item_id from moved order by notice_id
"""


async def keep_on_media(connection: asyncpg.Connection, serials: Mapping[UUID, int | None]) -> None:
    """Note of these items on which medium each is; None: on none any more."""
    await connection.execute(_ON_MEDIA, list(serials), list(serials.values()))


async def forward(connection: asyncpg.Connection, items: Sequence[UUID], now: datetime) -> None:
    """Mark the notices as sent that were reported under these items."""
    await connection.execute(_FORWARD, items, now)


async def forward_again(
    connection: asyncpg.Connection, told: Sequence[tuple[UUID, date]], now: datetime
) -> None:
    """Mark the notices as sent of whose items JPS was told once more, each on its day."""
    ids, days = [item for item, _ in told], [day for _, day in told]
    await connection.execute(_FORWARD_AGAIN, ids, days, now)


async def held_already(connection: asyncpg.Connection, item_id: UUID, now: datetime) -> None:
    """Bring a notice whose item JPS holds already, by a notice that was taken back, to what that
    item is: sent, and what JPS decided on it. Nothing will be sent anew."""
    row = await connection.fetchrow(_HELD, item_id)
    if row is not None:
        await forward_again(connection, [(item_id, row["forwarded_on"])], now)
        await decide(connection, [item_id], now)


async def decide(connection: asyncpg.Connection, items: Sequence[UUID], now: datetime) -> None:
    """Bring the notices that were reported under these items to what JPS decided last."""
    await connection.execute(_DECIDE, items, now)
    await connection.execute(_UNDECIDE, items, now)
