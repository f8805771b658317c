"""SQL of media that were made and are not to be handed over (媒体の取消)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.jps_reporting.domain.items import HELD_BY_OWNER

Connection = Any

_COLUMNS: Final = """
proposal_id, medium_id, proposed_at, proposed_by, reason, copies_destroyed, decided_at, decided_by,
agreed
"""
_OF: Final = f"""
select {_COLUMNS} from jps_reporting.void_proposals where medium_id = $1 order by sequence
"""  # noqa: S608  constants
_PROPOSE: Final = """
insert into jps_reporting.void_proposals
    (proposal_id, medium_id, proposed_at, proposed_by, reason, copies_destroyed)
values ($1, $2, $3, $4, $5, $6)
"""
_DECIDE: Final = """
update jps_reporting.void_proposals set decided_at = $2, decided_by = $3, agreed = $4
where proposal_id = $1
"""
_TAKEN_OUT: Final = """
select exists (select from jps_reporting.medium_life where medium_id = $1 and what = 'downloaded')
"""
# Who was on it and may not leave now is held back, as is what its owner holds back; what does not
# stand any more is withdrawn.
_GO_BACK: Final = """
with moved as (
    update jps_reporting.items as item
    set state = t.state, batch_id = null, state_since = $4,
        blocked_code = case when t.state = 'blocked' then t.code end
    from (select i.item_id,
                 case when jps_reporting.is_stale(i.corrects, i.processing, i.fell_away_on)
                      then 'withdrawn'
                      when w.code is not null or i.held_on is not null then 'blocked'
                      else 'waiting' end as state,
                 coalesce(w.code, $6) as code
          from jps_reporting.items as i
          left join unnest($2::uuid[], $3::text[]) as w (item_id, code) using (item_id)
          where i.batch_id = $1 and i.state = 'sealed'
          order by i.item_id for update of i) as t
    where item.item_id = t.item_id
    returning item.item_id, item.state, item.blocked_code
)
insert into jps_reporting.item_history (item_id, at, state, batch_id, code, staff_id)
select item_id, $4, state, $1, blocked_code, $5 from moved order by item_id
"""
_NOT_GIVEN: Final = """
update jps_reporting.provisions set voided_at = $2 where medium_id = $1 and voided_at is null
"""
_DESTROY: Final = """
update jps_reporting.media set voided_at = $2, content = null where medium_id = $1
"""


@dataclass(frozen=True, slots=True)
class VoidProposal:
    """Who would have a medium voided, and what another decided."""

    proposal_id: UUID
    medium_id: UUID
    proposed_at: datetime
    proposed_by: str
    reason: str
    copies_destroyed: bool
    """Of what was downloaded nothing is left, as who proposed says."""
    decided_at: datetime | None = None
    decided_by: str | None = None
    agreed: bool | None = None


async def of_medium(connection: Connection, medium_id: UUID) -> list[VoidProposal]:
    """All proposals about a medium, the earliest first."""
    rows = await connection.fetch(_OF, medium_id)
    return [VoidProposal(**dict(row)) for row in rows]


async def open_one(connection: Connection, medium_id: UUID) -> VoidProposal | None:
    """What waits for another to decide about a medium."""
    every = await of_medium(connection, medium_id)
    return next((one for one in every if one.decided_at is None), None)


async def propose(connection: Connection, one: VoidProposal) -> None:
    """Keep a proposal."""
    await connection.execute(
        _PROPOSE, one.proposal_id, one.medium_id, one.proposed_at, one.proposed_by, one.reason,
        one.copies_destroyed,
    )  # fmt: skip


async def decide(
    connection: Connection, proposal_id: UUID, staff_id: str, now: datetime, *, agreed: bool
) -> None:
    """Keep what another decided."""
    await connection.execute(_DECIDE, proposal_id, now, staff_id, agreed)


async def was_downloaded(connection: Connection, medium_id: UUID) -> bool:
    """Whether a copy of it left the house's store."""
    found: bool = await connection.fetchval(_TAKEN_OUT, medium_id)
    return found


async def void(
    connection: Connection,
    medium_id: UUID,
    batch_id: UUID,
    held_back: Sequence[tuple[UUID, str]],
    *,
    staff_id: str,
    now: datetime,
) -> None:
    """Let a medium be none: its bytes go, its provisions count no more, its items wait again or,
    with a code, are held back; what no longer stands is withdrawn."""
    ids, codes = [item for item, _ in held_back], [code for _, code in held_back]
    await connection.execute(_GO_BACK, batch_id, ids, codes, now, staff_id, HELD_BY_OWNER)
    await connection.execute(_NOT_GIVEN, medium_id, now)
    await connection.execute(_DESTROY, medium_id, now)
