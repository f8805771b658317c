"""Settled applications that are not sent yet: which to ask about again, and what was found."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg

from contracts.codes import Code
from services.exemptions.stores.applications import NO_MORE, TOLD, forgetting

# Those about whom was asked longest ago first, so that a limit leaves nobody out for good.
_DUE: Final = """
select a.application_id from exemptions.applications a
cross join lateral (
    select max(q.asked_at) as asked_at from exemptions.application_questions q
    where q.application_id = a.application_id
) as last
where a.state = 'settled' and (last.asked_at is null or last.asked_at < $1)
order by last.asked_at nulls first, a.sequence limit $2 for no key update of a skip locked
"""
_SETTLED: Final = """
select application_id from exemptions.applications
where application_id = any($1::uuid[]) and state = 'settled'
order by application_id for no key update
"""
# Few corrections, many waiting applications: those of the year first, then whom they ask about.
_CONCERNED: Final = """
with told as (
    select distinct s.id as person_id, t.levy_year
    from unnest($1::uuid[], $2::int[]) as t (person_id, levy_year),
        bus.same_person(t.person_id) as s (id)
), found as (
    select distinct a.application_id from exemptions.applications a
    join exemptions.application_questions q using (application_id)
    join told t on t.person_id = q.person_id and t.levy_year = a.cycle
    where a.cycle = any($2::int[])
        and (a.state = 'settled' or (a.state = 'received' and a.renewal is null))
)
select application_id from exemptions.applications
where application_id in (select application_id from found)
    and state in ('settled', 'received')
order by application_id for no key update
"""
_COLUMNS: Final = """
r.review_id, r.sequence, r.application_id, r.state, r.before_review::text, r.after_review::text,
r.findings::text, r.found_at, r.noted_by, r.noted_at, r.note
"""
_FIND: Final = f"select {_COLUMNS} from exemptions.reviews_again r"  # noqa: S608  constants
# Once JPS decided, it is the decision that is compared with what was settled.
_LIST: Final = f"""
{_FIND} join exemptions.applications a on a.application_id = r.application_id
where r.state = $1 and ($1 <> 'open' or a.state in ('settled', 'forwarded')) and r.sequence > $2
order by r.sequence limit $3
"""
_ADD: Final = """
insert into exemptions.reviews_again
    (review_id, application_id, state, before_review, after_review, findings, found_at)
select n.review_id, n.application_id, 'open', n.before::jsonb, n.after::jsonb, n.findings::jsonb, $6
from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[])
    as n (review_id, application_id, before, after, findings)
"""
_GONE: Final = """
update exemptions.reviews_again set state = 'gone' where review_id = any($1::uuid[])
"""
_NOTE: Final = """
update exemptions.reviews_again set state = $2, noted_by = $3, noted_at = $4, note = $5
where review_id = $1
"""
_FORGET_FINDINGS: Final = """
update exemptions.reviews_again r set findings = coalesce((
    select jsonb_agg(f.finding || jsonb_build_object('message', $2::text) order by f.n)
    from jsonb_array_elements(r.findings) with ordinality as f (finding, n)), '[]')
where r.application_id = any($1::uuid[])
"""


class FoundState(Code):
    """Whether somebody has to do something about it."""

    OPEN = "open", "要対応"
    NOTED = "noted", "対応済"
    SETTLED_ANEW = "settled_anew", "再本登録済"
    GONE = "gone", "解消"


@dataclass(frozen=True, slots=True)
class New:
    """What a review found otherwise. Reviews and findings as JSON."""

    application_id: UUID
    before_review: str
    after_review: str
    findings: str


@dataclass(frozen=True, slots=True)
class Found(New):
    """The same as it is kept."""

    review_id: UUID
    sequence: int
    state: FoundState
    found_at: datetime
    noted_by: str | None
    noted_at: datetime | None
    note: str | None


async def due(connection: asyncpg.Connection, before: datetime, limit: int) -> list[UUID]:
    """Settled applications that wait to be sent and about which nothing was asked since
    ``before``; locked until the transaction ends."""
    return [row["application_id"] for row in await connection.fetch(_DUE, before, limit)]


async def concerned(
    connection: asyncpg.Connection, corrected: Collection[tuple[UUID, int]]
) -> list[UUID]:
    """Applications that wait to be settled or sent and ask about one of these persons' income of
    that levy year; locked until the transaction ends. Without continuing ones that wait to be
    settled: they are asked about again when they are."""
    people, years = [person for person, _ in corrected], [year for _, year in corrected]
    rows = await connection.fetch(_CONCERNED, people, years)
    return [row["application_id"] for row in rows]


async def settled(connection: asyncpg.Connection, ids: Collection[UUID]) -> list[UUID]:
    """Which of these applications are settled and wait to be sent; they are not sent before the
    transaction ends."""
    return [row["application_id"] for row in await connection.fetch(_SETTLED, list(ids))]


async def standing(connection: asyncpg.Connection, ids: Sequence[UUID]) -> dict[UUID, Found]:
    """What was found of these applications and is so still, noted or not."""
    where = " where r.application_id = any($1::uuid[]) and r.state in ('open', 'noted')"
    rows = await connection.fetch(_FIND + where, ids)
    return {row["application_id"]: _found(dict(row)) for row in rows}


async def last(connection: asyncpg.Connection, application_id: UUID) -> Found | None:
    """What was found of one application last, if it is so still or was settled anew."""
    where = " where r.application_id = $1 and r.state <> 'gone' order by r.sequence desc limit 1"
    row = await connection.fetchrow(_FIND + where, application_id)
    return None if row is None else _found(dict(row))


async def in_state(
    connection: asyncpg.Connection, state: FoundState, after: int, limit: int
) -> list[Found]:
    """Those in a state, in the order in which they were found; of the open ones those about which
    JPS has not decided."""
    rows = await connection.fetch(_LIST, state.value, after, limit)
    return [_found(dict(row)) for row in rows]


async def add(connection: asyncpg.Connection, new: Sequence[New], now: datetime) -> None:
    """Keep what was found anew."""
    await connection.execute(
        _ADD,
        [uuid4() for _ in new],
        [one.application_id for one in new],
        [one.before_review for one in new],
        [one.after_review for one in new],
        [one.findings for one in new],
        now,
    )


async def is_gone(connection: asyncpg.Connection, ids: Sequence[UUID]) -> None:
    """Mark those that are not so any more."""
    await connection.execute(_GONE, list(ids))


async def note(
    connection: asyncpg.Connection, found: Found, state: FoundState, by: str, now: datetime,
    said: str | None = None,
) -> None:  # fmt: skip
    """Note what was done about one."""
    await connection.execute(_NOTE, found.review_id, state.value, by, now, said)


async def forget(connection: asyncpg.Connection, applications: Sequence[UUID]) -> None:
    """Empty the sentences that repeat what identity told: these applications are sent (C08)."""
    for column in ("before_review", "after_review"):
        query = forgetting("exemptions.reviews_again", column)
        await connection.execute(query, list(applications), TOLD, NO_MORE)
    await connection.execute(_FORGET_FINDINGS, list(applications), NO_MORE)


def _found(values: dict[str, Any]) -> Found:
    return Found(**{**values, "state": FoundState(values["state"])})
