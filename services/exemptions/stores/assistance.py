"""Of whom identity is asked about public assistance, what was asked, and what it answered.

An answer is kept while a proposal rests on it, and emptied then: what is left says that it was
asked, of whom, and when (C08, C11).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg

from contracts.events import AnsweredAbout, ExemptionsFactsAnswered
from contracts.events.facts import PublicAssistanceFact
from services.exemptions.domain.assistance import Told

_WATCH: Final = """
insert into exemptions.assistance_watch as w (person_id, ask_on)
select a.person_id, a.ask_on from unnest($1::uuid[], $2::date[]) as a (person_id, ask_on)
on conflict (person_id) do update set ask_on = least(w.ask_on, excluded.ask_on)
"""
_LOOK_AGAIN: Final = """
update exemptions.assistance_watch set ask_on = least(ask_on, $2)
where person_id = any($1::uuid[])
"""
_FOLLOW: Final = """
insert into exemptions.assistance_watch as w (person_id, ask_on)
select distinct bus.surviving(f.person_id), $2::date
from exemptions.assistance_watch f where f.person_id = any($1::uuid[])
on conflict (person_id) do update set ask_on = least(w.ask_on, excluded.ask_on)
"""
# Who holds a ground by assistance is watched whether or not the welfare system told anything.
_WATCH_HOLDERS: Final = """
insert into exemptions.assistance_watch (person_id, ask_on)
select distinct n.person_id, $1::date from exemptions.entries n
where n.kind = 'statutory_start' and n.settled_by is not null
  and n.submission #>> '{values,ground}' = 'assistance'
on conflict (person_id) do nothing
"""
_DUE: Final = """
select person_id, bus.surviving(person_id) as surviving from exemptions.assistance_watch
where ask_on <= $1 order by ask_on, person_id limit $2 for update skip locked
"""
_SET: Final = """
update exemptions.assistance_watch w set ask_on = a.ask_on
from unnest($1::uuid[], $2::date[]) as a (person_id, ask_on) where w.person_id = a.person_id
"""
_ASK: Final = """
insert into exemptions.assistance_questions (request_id, person_id, asked_at)
select q.request_id, q.person_id, $3 from unnest($1::uuid[], $2::uuid[])
    as q (request_id, person_id)
"""
_ASKED: Final = """
select request_id, person_id from exemptions.assistance_questions
where request_id = any($1::uuid[])
"""
_ANSWER: Final = """
update exemptions.assistance_questions q
set answered_at = $4, refusal = t.refusal, answer = t.answer::jsonb
from unnest($1::uuid[], $2::text[], $3::text[]) as t (request_id, refusal, answer)
where q.request_id = t.request_id and q.answered_at is null
"""
_LATEST: Final = """
select distinct on (a.id) a.id as person_id, q.answer::text as answer
from unnest($1::uuid[]) as a (id)
cross join lateral bus.same_person(a.id) as s (id)
join exemptions.assistance_questions q on q.person_id = s.id
where q.answered_at is not null and q.refusal is null
order by a.id, q.sequence desc
"""
_DISPOSE: Final = """
update exemptions.assistance_questions q set answer = null, disposed_at = $2
from unnest($1::uuid[]) as a (id), bus.same_person(a.id) as s (id)
where q.person_id = s.id and q.answer is not null and not exists (
    select from exemptions.proposals p
    where p.open and p.kind <> 'recovered' and p.person_id in (select bus.same_person(a.id))
)
"""
# An answer that is still on its way may be the old one: its question is closed without.
_TAKE_BACK: Final = """
update exemptions.assistance_questions
set answered_at = coalesce(answered_at, $2), answer = null, disposed_at = $2
where person_id = any($1::uuid[]) and (answer is not null or answered_at is null)
"""
_LOCK: Final = """
select from exemptions.persons where person_id = any($1::uuid[]) order by person_id
for no key update
"""


async def lock(connection: asyncpg.Connection, people: Sequence[UUID]) -> None:
    """Nobody else works out what these call for until the transaction ends."""
    await connection.execute(_LOCK, list(people))


async def watch(connection: asyncpg.Connection, ask_on: Mapping[UUID, date]) -> None:
    """There is reason to ask about these, each from a day on."""
    people = sorted(ask_on)
    await connection.execute(_WATCH, people, [ask_on[person] for person in people])


async def look_again(connection: asyncpg.Connection, people: Collection[UUID], day: date) -> None:
    """Ask anew of those among these who are watched: what is known of them changed."""
    await connection.execute(_LOOK_AGAIN, list(people), day)


async def follow(connection: asyncpg.Connection, people: Collection[UUID], day: date) -> None:
    """Of those among these who are watched, watch who answers for them now."""
    await connection.execute(_FOLLOW, list(people), day)


async def watch_holders(connection: asyncpg.Connection, day: date) -> None:
    """Watch everybody whose settled notices rest on assistance."""
    await connection.execute(_WATCH_HOLDERS, day)


async def due(connection: asyncpg.Connection, day: date, limit: int) -> dict[UUID, UUID]:
    """Of whom to ask by a day, each with who answers for them; locked until the transaction
    ends."""
    rows = await connection.fetch(_DUE, day, limit)
    return {row["person_id"]: row["surviving"] for row in rows}


async def ask_next(connection: asyncpg.Connection, on: Mapping[UUID, date | None]) -> None:
    """From when on to ask of each again; None: not before something changes."""
    people = sorted(on)
    await connection.execute(_SET, people, [on[person] for person in people])


async def ask(connection: asyncpg.Connection, asked: Mapping[UUID, UUID], now: datetime) -> None:
    """Note of whom is asked, each with the request; the questions leave as events of the same
    transaction."""
    await connection.execute(_ASK, list(asked.values()), list(asked), now)


async def asked_of(connection: asyncpg.Connection, requests: Collection[UUID]) -> dict[UUID, UUID]:
    """About whom each of these was asked; those that never were are not there."""
    rows = await connection.fetch(_ASKED, list(requests))
    return {row["request_id"]: row["person_id"] for row in rows}


async def answer(
    connection: asyncpg.Connection,
    answers: Sequence[ExemptionsFactsAnswered | AnsweredAbout],
    now: datetime,
) -> None:
    """Keep answers; the first to a request counts."""
    first: dict[UUID, ExemptionsFactsAnswered | AnsweredAbout] = {}
    for answered in answers:
        first.setdefault(answered.request_id, answered)
    facts = [answered.public_assistance for answered in first.values()]
    await connection.execute(
        _ANSWER,
        list(first),
        [answered.refusal for answered in first.values()],
        [fact.model_dump_json() if fact is not None else None for fact in facts],
        now,
    )


async def told(connection: asyncpg.Connection, people: Sequence[UUID]) -> dict[UUID, Told]:
    """The latest answer about each person, as far as it is kept."""
    found: dict[UUID, Told] = {}
    for row in await connection.fetch(_LATEST, list(people)):
        if row["answer"] is not None:
            fact = PublicAssistanceFact.model_validate_json(row["answer"])
            found[row["person_id"]] = Told(fact.outcome, fact.periods)
    return found


async def dispose(connection: asyncpg.Connection, people: Sequence[UUID], now: datetime) -> None:
    """Empty what was told of those of these persons of whom no entry is open."""
    await connection.execute(_DISPOSE, list(people), now)


async def take_back(connection: asyncpg.Connection, people: Sequence[UUID], now: datetime) -> None:
    """What was told of these persons, or is about to be, was another's: keep nothing of it."""
    await connection.execute(_TAKE_BACK, list(people), now)
