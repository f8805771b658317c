"""SQL of settled corrections that are given up before they are on a medium (訂正の取下げ)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.jps_reporting.domain.items import GIVING_UP

Connection = Any

_OF: Final = """
select give_up_id, item_id, proposed_at, proposed_by, reason, decided_at, decided_by, agreed,
       lapsed_at
from jps_reporting.correction_give_ups where item_id = any($1::uuid[]) order by sequence
"""
_PROPOSE: Final = """
insert into jps_reporting.correction_give_ups
    (give_up_id, item_id, proposed_at, proposed_by, reason)
values ($1, $2, $3, $4, $5)
"""
_DECIDE: Final = """
update jps_reporting.correction_give_ups set decided_at = $2, decided_by = $3, agreed = $4
where give_up_id = $1
"""
# What is held back for something else stays so.
_MOVE: Final = """
with moved as (
    update jps_reporting.items
    set state = $2, blocked_code = $3, state_since = $4
    where item_id = $1
      and case $2 when 'blocked' then state = 'waiting'
                  when 'waiting' then state = 'blocked' and blocked_code = $6
                  else state in ('waiting', 'blocked') end
    returning item_id
)
insert into jps_reporting.item_history (item_id, at, state, code, staff_id)
select item_id, $4, $2, $3, $5 from moved
"""
_LAPSE: Final = """
update jps_reporting.correction_give_ups as g set lapsed_at = $2
from jps_reporting.items as c
where c.corrects = any($1::uuid[]) and g.item_id = c.item_id
  and g.decided_at is null and g.lapsed_at is null and c.state = 'withdrawn'
"""


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Who would have a correction given up, and what another decided."""

    give_up_id: UUID
    item_id: UUID
    """Of the correction."""
    proposed_at: datetime
    proposed_by: str
    reason: str
    decided_at: datetime | None = None
    decided_by: str | None = None
    agreed: bool | None = None
    lapsed_at: datetime | None = None
    """The correction was called for no more, before anybody decided."""

    @property
    def is_open(self) -> bool:
        """Whether it waits for another to decide."""
        return self.decided_at is None and self.lapsed_at is None


async def of(connection: Connection, corrections: Sequence[UUID]) -> list[GiveUp]:
    """All proposals about these corrections, the earliest first."""
    return [GiveUp(**dict(row)) for row in await connection.fetch(_OF, corrections)]


async def open_one(connection: Connection, correction_id: UUID) -> GiveUp | None:
    """What waits for another to decide about a correction."""
    return next((one for one in await of(connection, [correction_id]) if one.is_open), None)


async def hold_item(connection: Connection, correction_id: UUID) -> None:
    """Nobody puts the correction in a batch until the transaction ends."""
    await connection.execute(
        "select from jps_reporting.items where item_id = $1 for update", correction_id
    )


async def propose(connection: Connection, one: GiveUp) -> None:
    """Keep a proposal; the correction is held back."""
    await connection.execute(
        _PROPOSE, one.give_up_id, one.item_id, one.proposed_at, one.proposed_by, one.reason
    )
    await _move(connection, one.item_id, "blocked", GIVING_UP, one.proposed_at, one.proposed_by)


async def decide(
    connection: Connection, one: GiveUp, *, agreed: bool, staff_id: str, now: datetime
) -> None:
    """Keep what another decided: the correction is withdrawn, or waits again."""
    await connection.execute(_DECIDE, one.give_up_id, now, staff_id, agreed)
    state = "withdrawn" if agreed else "waiting"
    await _move(connection, one.item_id, state, None, now, staff_id)


async def lapse(connection: Connection, item_ids: Sequence[UUID], now: datetime) -> None:
    """End what is proposed about corrections of these items that were withdrawn by themselves."""
    await connection.execute(_LAPSE, item_ids, now)


async def _move(
    connection: Connection,
    correction_id: UUID,
    state: str,
    code: str | None,
    now: datetime,
    staff_id: str,
) -> None:
    await connection.execute(_MOVE, correction_id, state, code, now, staff_id, GIVING_UP)
