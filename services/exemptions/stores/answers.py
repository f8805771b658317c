"""What identity was asked for the review of applications, and what it answered.

An answer is kept while the review needs it, and emptied when the application is forwarded or
withdrawn: what is left says that it was asked, of whom, and when (C08, C11).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from contracts.events import AnsweredAbout, ExemptionsFactsAnswered, FactOutcome, Whose
from contracts.values import value
from services.exemptions.domain.case import REVIEWED, ReviewFacts, Told

_ASK: Final = """
insert into exemptions.application_questions
    (request_id, application_id, whose, person_id, asked_at)
select q.request_id, q.application_id, q.whose, q.person_id, $5
from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[])
    as q (request_id, application_id, whose, person_id)
"""
_ASKED: Final = """
select request_id, application_id, whose, person_id, asked_at
from exemptions.application_questions where request_id = any($1::uuid[])
"""
# Of what was emptied, or asked for an application that needs no review any more, nothing is kept.
_ANSWER: Final = """
update exemptions.application_questions q
set answered_at = $4::timestamptz, refusal = t.refusal, answer = t.answer::json
from unnest($1::uuid[], $2::text[], $3::text[]) as t (request_id, refusal, answer),
    exemptions.applications a
where q.request_id = t.request_id and a.application_id = q.application_id
    and q.answered_at is null and q.disposed_at is null and a.state in ('received', 'settled')
returning q.request_id
"""
_LATEST: Final = """
select distinct on (application_id, whose) application_id, whose, request_id, person_id, asked_at,
    answered_at, refusal, answer::text as answer
from exemptions.application_questions where application_id = any($1::uuid[])
order by application_id, whose, asked_at desc, request_id
"""
# What is not answered yet as well: an answer that crosses this finds it closed.
_DISPOSE: Final = """
update exemptions.application_questions set answer = null, disposed_at = $2
where application_id = any($1::uuid[]) and disposed_at is null
"""
# Rare, and by person: no index for it, which every renewal would have to keep up.
_TAKE_BACK: Final = """
with resting as (
    select q.request_id, q.application_id from exemptions.application_questions q
    join exemptions.applications a using (application_id)
    where q.person_id in (
        select s.id from unnest($1::uuid[]) as p (id), bus.same_person(p.id) as s (id))
      and a.state in ('received', 'settled')
), emptied as (
    update exemptions.application_questions q set answer = null, disposed_at = $2
    from resting r where q.request_id = r.request_id and q.answer is not null
)
select a.application_id from exemptions.applications a
where a.application_id in (select application_id from resting)
order by a.application_id for update
"""
# Of whom the last answer said that there is no income, or none that is certain, or that is emptied
# or did not come; and no other application of the cycle rests on, under any id of the person.
_AWAITED: Final = """
with last as (
    select distinct on (q.application_id, q.person_id) q.person_id, a.cycle, q.answer
    from exemptions.application_questions q join exemptions.applications a using (application_id)
    where q.application_id = any($1::uuid[])
    order by q.application_id, q.person_id, q.asked_at desc
), awaited as (
    select distinct person_id, cycle from last where answer is null or exists (
        select from json_array_elements(answer -> 'income') as i
        where i ->> 'outcome' = any($2::text[]))
)
select a.person_id, a.cycle from awaited a where not exists (
    select from bus.same_person(a.person_id) as s (id)
    join exemptions.application_questions q on q.person_id = s.id
    join exemptions.applications o on o.application_id = q.application_id
    where o.cycle = a.cycle and o.state in ('received', 'settled')
      and o.application_id <> all($1::uuid[]))
order by a.cycle, a.person_id
"""
_DISPOSE_FORMER: Final = """
update exemptions.application_questions q set answer = null, disposed_at = $2
where q.application_id = any($1::uuid[]) and q.disposed_at is null and exists (
    select from exemptions.application_questions l
    where l.application_id = q.application_id and l.asked_at > q.asked_at)
"""


@value
class Asked:
    """One question to identity: under which id, for which application, about whom."""

    request_id: UUID
    application_id: UUID
    whose: Whose
    person_id: UUID


Question = tuple[Asked, datetime]
"""What is asked, and when it was."""


@value
class Answer:
    """The latest question about one person, with its answer as far as it came."""

    asked: Asked
    asked_at: datetime
    answered_at: datetime | None
    refusal: str | None
    facts: Told | None


async def ask(connection: asyncpg.Connection, asked: Sequence[Asked], now: datetime) -> None:
    """Note what is asked; the questions themselves leave as events of the same transaction."""
    await connection.execute(
        _ASK,
        [question.request_id for question in asked],
        [question.application_id for question in asked],
        [question.whose.value for question in asked],
        [question.person_id for question in asked],
        now,
    )


async def asked_of(
    connection: asyncpg.Connection, requests: Iterable[UUID]
) -> dict[UUID, Question]:
    """Each of these requests, and when it was made; those that never were are not there."""
    rows = await connection.fetch(_ASKED, list(requests))
    return {row["request_id"]: (_asked(row), row["asked_at"]) for row in rows}


async def answer(
    connection: asyncpg.Connection,
    answers: Sequence[ExemptionsFactsAnswered | AnsweredAbout],
    questions: Mapping[UUID, Question],
    now: datetime,
) -> dict[UUID, list[Answer]]:
    """Keep answers to these questions (`asked_of`) while their applications need them; the first
    answer to a request counts. Returns what was kept, by application."""
    first: dict[UUID, ExemptionsFactsAnswered | AnsweredAbout] = {}
    for answered in answers:
        if answered.request_id in questions:
            first.setdefault(answered.request_id, answered)
    rows = await connection.fetch(
        _ANSWER,
        list(first),
        [answered.refusal for answered in first.values()],
        [_facts(answered) for answered in first.values()],
        now,
    )
    kept: dict[UUID, list[Answer]] = {}
    for row in rows:
        request = row["request_id"]
        asked, asked_at = questions[request]
        answered = first[request]
        told = Answer(asked, asked_at, now, answered.refusal, answered)
        kept.setdefault(asked.application_id, []).append(told)
    return kept


async def latest(
    connection: asyncpg.Connection, applications: Sequence[UUID]
) -> dict[UUID, list[Answer]]:
    """The latest question about each person, by application."""
    found: dict[UUID, list[Answer]] = {application: [] for application in applications}
    for row in await connection.fetch(_LATEST, list(applications)):
        found[row["application_id"]].append(_answer(row))
    return found


async def awaited_by(
    connection: asyncpg.Connection, applications: Sequence[UUID]
) -> list[tuple[UUID, int]]:
    """Whose income of which levy year these applications alone still wait for."""
    outcomes = [FactOutcome.NO_RECORD.value, FactOutcome.UNSETTLED.value]
    rows = await connection.fetch(_AWAITED, list(applications), outcomes)
    return [(row["person_id"], row["cycle"]) for row in rows]


async def dispose(
    connection: asyncpg.Connection, applications: Sequence[UUID], now: datetime
) -> None:
    """Empty the answers of these applications, and close what is not answered yet: their review is
    over."""
    await connection.execute(_DISPOSE, list(applications), now)


async def take_back(
    connection: asyncpg.Connection, people: Iterable[UUID], now: datetime
) -> list[UUID]:
    """Empty what was told of these persons, under all ids of each, for applications that JPS does
    not have yet; returns which, locked."""
    rows = await connection.fetch(_TAKE_BACK, sorted(people), now)
    return [row["application_id"] for row in rows]


async def dispose_former(
    connection: asyncpg.Connection, applications: Sequence[UUID], now: datetime
) -> None:
    """Empty what was told of these applications before they were asked about last."""
    await connection.execute(_DISPOSE_FORMER, list(applications), now)


def _facts(answered: ExemptionsFactsAnswered | AnsweredAbout) -> str:
    """What of an answer the review needs, as JSON. What is None is left out: it reads the same."""
    written = answered.__pydantic_serializer__.to_json(
        answered, include=REVIEWED, exclude_none=True
    )
    return written.decode()


def _asked(row: asyncpg.Record) -> Asked:
    return Asked(row["request_id"], row["application_id"], Whose(row["whose"]), row["person_id"])


def _answer(row: asyncpg.Record) -> Answer:
    asked = _asked(row)
    facts = ReviewFacts.model_validate_json(row["answer"]) if row["answer"] is not None else None
    return Answer(asked, row["asked_at"], row["answered_at"], row["refusal"], facts)
