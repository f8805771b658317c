"""SQL of what identity was asked for a batch and what it answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.events import LinkageAnswer, LinkageItem, LinkageOutcome

Connection = Any


@dataclass(frozen=True, slots=True)
class Asked:
    """One request about one person."""

    request_id: UUID
    person_id: UUID
    items: tuple[LinkageItem, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What identity said of a person."""

    outcome: LinkageOutcome | None
    answer: LinkageAnswer | None


async def ask(
    connection: Connection, batch_id: UUID, asked: Sequence[Asked], now: datetime
) -> None:
    """Keep what is asked."""
    await connection.execute(
        """
        insert into jps_reporting.linkage (request_id, batch_id, person_id, items, requested_at)
        select request_id, $1, person_id, string_to_array(items, ','), $5
        from unnest($2::uuid[], $3::uuid[], $4::text[]) as t (request_id, person_id, items)
        """,
        batch_id,
        [one.request_id for one in asked],
        [one.person_id for one in asked],
        [",".join(item.value for item in one.items) for one in asked],
        now,
    )


async def known(
    connection: Connection, request_ids: Sequence[UUID]
) -> dict[UUID, tuple[UUID, UUID]]:
    """Batch and person of the requests that were really made."""
    rows = await connection.fetch(
        "select request_id, batch_id, person_id from jps_reporting.linkage"
        " where request_id = any($1)",
        request_ids,
    )
    return {row["request_id"]: (row["batch_id"], row["person_id"]) for row in rows}


_ANSWER = """
update jps_reporting.linkage as l
set outcome = t.outcome, refusal = t.refusal, answer = t.answer::jsonb, answered_at = $5
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[])
     as t (request_id, outcome, refusal, answer)
where l.request_id = t.request_id and l.answered_at is null
"""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it came."""

    request_id: UUID
    outcome: LinkageOutcome
    refusal: str | None
    answer: LinkageAnswer | None


async def answer(connection: Connection, replies: Sequence[Reply], now: datetime) -> None:
    """Keep answers; a later one to the same request changes nothing."""
    await connection.execute(
        _ANSWER,
        [reply.request_id for reply in replies],
        [reply.outcome.value for reply in replies],
        [reply.refusal for reply in replies],
        [reply.answer.model_dump_json() if reply.answer else None for reply in replies],
        now,
    )


async def answers(
    connection: Connection, batch_id: UUID, persons: Sequence[UUID]
) -> dict[UUID, Answer]:
    """What was answered for these persons of a batch."""
    rows = await connection.fetch(
        "select person_id, outcome, answer::text as answer from jps_reporting.linkage"
        " where batch_id = $1 and person_id = any($2)",
        batch_id,
        persons,
    )
    return {
        row["person_id"]: Answer(
            LinkageOutcome(row["outcome"]) if row["outcome"] else None,
            LinkageAnswer.model_validate_json(row["answer"]) if row["answer"] else None,
        )
        for row in rows
    }


async def is_complete(connection: Connection, batch_id: UUID) -> bool:
    """Whether identity has answered for every person still in the batch."""
    complete: bool = await connection.fetchval(
        """
        select not exists (
            select from jps_reporting.linkage as l
            join jps_reporting.items as i on i.batch_id = $1 and i.person_id = l.person_id
            where l.batch_id = $1 and l.answered_at is null)
        """,
        batch_id,
    )
    return complete


async def erase(connection: Connection, batch_id: UUID, now: datetime) -> None:
    """Erase a batch's answers: they have served (C41)."""
    await connection.execute(
        "update jps_reporting.linkage set answer = null, erased_at = $2"
        " where batch_id = $1 and erased_at is null",
        batch_id,
        now,
    )


async def erase_persons_gone(connection: Connection, batch_id: UUID, now: datetime) -> None:
    """Erase the answers about persons of whom no item is left in the batch."""
    await connection.execute(
        """
        update jps_reporting.linkage as l set answer = null, erased_at = $2
        where l.batch_id = $1 and l.erased_at is null and not exists (
            select from jps_reporting.items as i
            where i.batch_id = $1 and i.person_id = l.person_id)
        """,
        batch_id,
        now,
    )
