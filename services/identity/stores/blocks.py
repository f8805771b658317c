"""Blocks (抑止) and their steps, and what stands in the way of a person. Steps are added, never
altered. What staff are shown goes through the filter of sealed persons."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg

from contracts.events import BlockKind
from services.identity.domain.blocks import (
    BlockLevel,
    BlockReason,
    BlockStep,
    BlockStepKind,
    Standing,
    standing,
)

LIMIT: Final = 50

_ADD: Final = """
insert into identity.blocks
    (block_id, person_id, household_id, kind, level, reason, first_day, last_day, entered_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
_ADD_STEP: Final = """
insert into identity.block_steps (block_id, number, step, staff_id, at, until)
values ($1, $2, $3, $4, $5, $6)
"""
_NOTE: Final = """
update identity.blocks set is_set = $2, over = $3, proposed = $4, lifted_until = $5
where block_id = $1
"""
_LOCK: Final = "select from identity.blocks where block_id = $1 for update"
# A household in which nobody lives any more has nobody to be hidden.
_VISIBLE: Final = """
select b.block_id, b.person_id, b.household_id, b.kind, b.level, b.reason, b.first_day, b.last_day,
       b.entered_at
from identity.blocks b
where (b.block_id in (select block_id from identity.blocked_persons($1))
       or (b.household_id is not null and not exists (
               select from identity.residents r
               where r.household_id = b.household_id and r.resident_status = '1')))
  and """
_ONE: Final = "b.block_id = $2"
_OF_PERSON: Final = """
b.block_id in (select block_id from identity.blocked_persons($1) where person_id = $2)
order by b.entered_at, b.block_id
"""
_OPEN: Final = """
not b.over and (not $2::boolean or b.proposed or b.last_day < $3)
and ($4::timestamptz is null or (b.entered_at, b.block_id) > ($4, $5))
order by b.entered_at, b.block_id limit $6
"""
_ENTERED_AT: Final = "select entered_at from identity.blocks where block_id = $1"
_STEPS: Final = """
select block_id, step, staff_id, at, until from identity.block_steps
where block_id = any($1::uuid[]) order by block_id, number
"""
_HOUSEHOLD: Final = """
select true from identity.visible_residents($1)
where household_id = $2 and resident_status = '1' limit 1
"""
# Nobody's sight is filtered: what a block stops, it stops whoever asks and whoever is hidden.
# Joined, so that of hundreds of thousands, few of whom are blocked, the blocks are looked at and
# not each person.
_IN_THE_WAY: Final = """
with ids as (
    select distinct a.id as asked, coalesce(f.person_id, a.id) as person_id
    from unnest($1::uuid[]) as a (id)
    left join identity.residents f on f.former_id = a.id
), standing as (
    select b.block_id, b.person_id, b.household_id, b.kind, b.level, b.reason, b.entered_at
    from identity.blocks b
    where b.is_set and not b.over and ($2::text is null or b.kind = $2) and b.first_day <= $3
      and (b.lifted_until is null or b.lifted_until <= $4)
)
select i.asked as person_id, b.block_id, b.kind, b.level, b.reason, b.entered_at
from ids i
join standing b on b.person_id = i.person_id
union
select i.asked, b.block_id, b.kind, b.level, b.reason, b.entered_at
from ids i
join identity.residents r on r.person_id = i.person_id and r.former_id is not null
join standing b on b.person_id = r.former_id
union
select i.asked, b.block_id, b.kind, b.level, b.reason, b.entered_at
from ids i
join identity.residents r on r.person_id = i.person_id and r.resident_status = '1'
join standing b on b.household_id = r.household_id
order by person_id, level, entered_at, block_id
"""


@dataclass(frozen=True, slots=True)
class Block:
    """One block with its steps, oldest first: of a person or of a household."""

    block_id: UUID
    person_id: UUID | None
    household_id: UUID | None
    kind: BlockKind
    level: BlockLevel
    reason: BlockReason
    first: date
    last: date | None
    steps: tuple[BlockStep, ...]

    @property
    def standing(self) -> Standing:
        """What its steps come to."""
        return standing(self.steps)


@dataclass(frozen=True, slots=True)
class InTheWay:
    """A block that is in force now."""

    kind: BlockKind
    level: BlockLevel
    reason: BlockReason


async def add(connection: asyncpg.Connection, block: Block) -> None:
    """Keep a new block with the step that proposed it."""
    (proposed,) = block.steps
    await connection.execute(
        _ADD, block.block_id, block.person_id, block.household_id, block.kind.value,
        block.level.value, block.reason.value, block.first, block.last, proposed.at,
    )  # fmt: skip
    await _add_step(connection, block.block_id, 1, proposed)


async def add_step(connection: asyncpg.Connection, block: Block, step: BlockStep) -> Block:
    """Add a step to a block that `find` has locked; returns the block with it."""
    after = Block(block.block_id, block.person_id, block.household_id, block.kind, block.level,
                  block.reason, block.first, block.last, (*block.steps, step))  # fmt: skip
    await _add_step(connection, block.block_id, len(after.steps), step)
    now = after.standing
    await connection.execute(
        _NOTE, block.block_id, now.is_set, now.over, now.pending is not None, now.lifted_until
    )
    return after


async def _add_step(
    connection: asyncpg.Connection, block_id: UUID, number: int, step: BlockStep
) -> None:
    await connection.execute(
        _ADD_STEP, block_id, number, step.kind.value, step.staff_id, step.at, step.until
    )


async def find(
    connection: asyncpg.Connection, block_id: UUID, *, sees_sealed: bool, lock: bool = False
) -> Block | None:
    """One block, or None: there is none, or none for this caller."""
    if lock:
        await connection.execute(_LOCK, block_id)
    found = await _read(connection, _ONE, sees_sealed, block_id)
    return found[0] if found else None


async def of_person(
    connection: asyncpg.Connection, person_id: UUID, *, sees_sealed: bool
) -> list[Block]:
    """A person's blocks and those of the household they live in, the oldest first."""
    return await _read(connection, _OF_PERSON, sees_sealed, person_id)


async def not_over(
    connection: asyncpg.Connection,
    *,
    sees_sealed: bool,
    due: bool,
    today: date,
    after: UUID | None,
) -> tuple[list[Block], bool]:
    """Blocks that are not over, and whether there are more. ``due``: those that somebody has to
    see to, since a proposal waits or their last day has passed."""
    since: datetime | None = None
    if after is not None:
        since = await connection.fetchval(_ENTERED_AT, after)
    found = await _read(connection, _OPEN, sees_sealed, due, today, since, after, LIMIT + 1)
    return found[:LIMIT], len(found) > LIMIT


async def lives_somebody(
    connection: asyncpg.Connection, household_id: UUID, *, sees_sealed: bool
) -> bool:
    """Whether somebody whom the caller may see lives in the household."""
    return bool(await connection.fetchval(_HOUSEHOLD, sees_sealed, household_id))


async def in_the_way(
    connection: asyncpg.Connection,
    persons: Collection[UUID],
    kind: BlockKind | None,
    today: date,
    now: datetime,
) -> dict[UUID, list[InTheWay]]:
    """Of these persons, those with blocks (of one kind, or any) that are in force now; stopping
    ones first."""
    found: dict[UUID, list[InTheWay]] = {}
    for row in await connection.fetch(_IN_THE_WAY, list(persons), kind, today, now):
        found.setdefault(row["person_id"], []).append(
            InTheWay(BlockKind(row["kind"]), BlockLevel(row["level"]), BlockReason(row["reason"]))
        )
    return found


async def _read(connection: asyncpg.Connection, which: str, *values: object) -> list[Block]:
    rows = await connection.fetch(_VISIBLE + which, *values)
    steps: dict[UUID, list[BlockStep]] = {}
    for row in await connection.fetch(_STEPS, [row["block_id"] for row in rows]):
        steps.setdefault(row["block_id"], []).append(_step(row))
    return [_block(row, steps[row["block_id"]]) for row in rows]


def _block(row: asyncpg.Record, steps: Sequence[BlockStep]) -> Block:
    return Block(
        row["block_id"],
        row["person_id"],
        row["household_id"],
        BlockKind(row["kind"]),
        BlockLevel(row["level"]),
        BlockReason(row["reason"]),
        row["first_day"],
        row["last_day"],
        tuple(steps),
    )


def _step(row: asyncpg.Record) -> BlockStep:
    return BlockStep(BlockStepKind(row["step"]), row["staff_id"], row["at"], row["until"])
