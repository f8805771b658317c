"""What is stopped for a person (抑止), as identity tells: kept once for every service.

A service puts `on_blocks` on the topic and asks `refusal` (or `refuse`) where staff would enter or
settle something about somebody. Whoever may release a block does so in identity; then it goes on.
"""

import json
from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from contracts.events import BlockKind, PersonBlocksChanged
from services.chassis.problems import Problem
from services.chassis.received import Received
from services.chassis.unit_of_work import UnitOfWork

_KEEP: Final = """
insert into bus.blocked as b (person_id, blocks_version, stops)
select distinct on (person_id) person_id, blocks_version, stops::jsonb
from unnest($1::uuid[], $2::int[], $3::text[]) as t (person_id, blocks_version, stops)
order by person_id, blocks_version desc
on conflict (person_id) do update
    set blocks_version = excluded.blocks_version, stops = excluded.stops
    where b.blocks_version < excluded.blocks_version
"""
_STOPPED: Final = """
select a.id from unnest($1::uuid[]) as a (id) where bus.stopped(a.id, $2, $3, $4)
"""


async def on_blocks(batch: Sequence[Received[PersonBlocksChanged]], uow: UnitOfWork) -> None:
    """Keep what is stopped for each person; an older version than the known changes nothing."""
    events = [received.event for received in batch]
    await uow.connection.execute(
        _KEEP,
        [event.person_id for event in events],
        [event.blocks_version for event in events],
        [json.dumps([stop.model_dump(mode="json") for stop in event.stops]) for event in events],
    )


async def stopped(uow: UnitOfWork, kind: BlockKind, persons: Collection[UUID]) -> frozenset[UUID]:
    """Those of these persons for whom this is stopped now, by any of their ids."""
    if not persons:
        return frozenset()
    rows = await uow.connection.fetch(_STOPPED, list(persons), kind.value, uow.today, uow.now)
    return frozenset(row["id"] for row in rows)


async def refusal(uow: UnitOfWork, kind: BlockKind, *persons: UUID | None) -> Problem | None:
    """The problem that says that this is stopped for one of these persons; None: go on."""
    found = await stopped(uow, kind, [person for person in persons if person is not None])
    return blocked(kind) if found else None


async def refuse(uow: UnitOfWork, kind: BlockKind, *persons: UUID | None) -> None:
    """The same, raised. Raises `Problem` CH-0013."""
    problem = await refusal(uow, kind, *persons)
    if problem is not None:
        raise problem


def blocked(kind: BlockKind) -> Problem:
    """A block stops what was asked for. Why it was set is shown on the person page."""
    return Problem(
        "CH-0013",
        403,
        f"対象者に{kind.label}が設定されているため、処理できません。",
        action="抑止の一時解除または解除の権限を持つ職員に依頼し、"
        "解除された後にもう一度処理してください。",
    )
