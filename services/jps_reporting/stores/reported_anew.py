"""SQL of facts that were taken back and are reported anew: what must go to JPS before what."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from services.jps_reporting.stores.item_rows import SELECT, StoredItem, stored

Connection = Any

# Driven by what fell away, which is little, and not by the batch.
_SAME_FACT: Final = """
from jps_reporting.items r
join jps_reporting.items here
  on here.batch_id = $1 and here.kind = r.kind and here.occurred_on = r.occurred_on
 and here.processing = 'report' and coalesce(here.corrects, here.item_id) <> r.item_id
"""
_SAME_PERSON: Final = """
r.fell_away_on is not null and r.corrects is null
and bus.surviving(here.person_id) = bus.surviving(r.person_id)
"""
_BEFORE: Final = f"""
select here.item_id, bool_or(coalesce(c.state <> 'blocked', false)) as agreed {_SAME_FACT}
left join jps_reporting.items c on c.corrects = r.item_id and c.processing = 'cancellation'
     and c.state in ('waiting', 'blocked', 'in_batch', 'sealed')
where {_SAME_PERSON}
  and ($2::uuid[] is null or bus.surviving(here.person_id) in (
        select bus.surviving(id) from unnest($2::uuid[]) as a (id)))
  and case when c.item_id is null
           then jps_reporting.correction_wanted(r.item_id, r.state, r.fell_away_on) = 'cancellation'
           else c.batch_id is distinct from $1 end
group by here.item_id
"""  # noqa: S608  constants
_HOLD: Final = f"""
select r.item_id {_SAME_FACT} where {_SAME_PERSON} order by r.item_id for update of r
"""
_FOLLOWED: Final = """
select here.item_id from jps_reporting.items here
join jps_reporting.items anew on anew.item_id = jps_reporting.to_be_told_anew(here.corrects)
where here.batch_id = $1 and here.processing = 'cancellation'
  and anew.batch_id is distinct from here.batch_id
"""
_ANEW: Final = """
select w.item_id, coalesce(jps_reporting.told_anew(w.item_id),
                           jps_reporting.to_be_told_anew(w.item_id)) as anew
from unnest($1::uuid[]) as w (item_id)
"""


async def to_cancel_before(
    connection: Connection, batch_id: UUID, persons: Sequence[UUID] | None = None
) -> dict[UUID, bool]:
    """Items of the batch (of these persons) whose fact JPS was told before by what fell away since,
    of which the cancellation is yet to go and is not in the batch; true: it was agreed to."""
    rows = await connection.fetch(_BEFORE, batch_id, persons)
    return {row["item_id"]: row["agreed"] for row in rows}


async def told_before(connection: Connection, batch_id: UUID) -> list[UUID]:
    """What fell away and the batch's items tell anew; held: no correction of it is settled now."""
    return [row["item_id"] for row in await connection.fetch(_HOLD, batch_id)]


async def followed(connection: Connection, batch_id: UUID) -> set[UUID]:
    """Cancellations of the batch whose fact is to be told anew, by an item that is not in it."""
    return {row["item_id"] for row in await connection.fetch(_FOLLOWED, batch_id)}


async def of(connection: Connection, item_ids: Sequence[UUID]) -> dict[UUID, StoredItem]:
    """The items that tell the facts of these anew, or told them, by the item that fell away."""
    pairs = await connection.fetch(_ANEW, item_ids)
    wanted = {row["item_id"]: row["anew"] for row in pairs if row["anew"] is not None}
    rows = await connection.fetch(
        SELECT + " where item_id = any($1::uuid[])", list(set(wanted.values()))
    )
    found = {one.item.item_id: one for one in map(stored, rows)}
    return {item: found[anew] for item, anew in wanted.items() if anew in found}
