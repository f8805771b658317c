"""Continuing applications, a whole cycle at a time: begun, reviewed, counted."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg
from pydantic_core import from_json

from contracts.forms.declaration import EnteredValue
from contracts.values import value
from services.exemptions.domain.asked import ApplicationKind
from services.exemptions.domain.renewals import RenewalState

# A city is walked along the index of cycle and person. To sort it the planner would read all that
# is left for each batch: it takes far fewer for due than are.
_IN_ORDER: Final = "set local enable_sort = {}"
# The last application of the cycle decides, and none is continued where a form was handed in
# for the next cycle, or where one that continues it was withdrawn.
_IS_DUE: Final = """
a.cycle = $1 and a.continues_kind is not null
    and a.kind = 'exemption_application'
    and (a.state in ('settled', 'forwarded', 'accepted', 'corrected')) is true
    and coalesce(a.decided_kind, '') <> 'none'
    and not exists (
        select from exemptions.applications n where n.continued_from = a.application_id {each})
    and not exists (
        select from exemptions.applications n
        where n.person_id = a.person_id and n.kind = a.kind
            and (n.cycle = a.cycle + 1 and n.state <> 'withdrawn'
                or n.cycle = a.cycle and n.settled_by is not null and n.sequence > a.sequence)
            {each})
"""
_EACH: Final = "offset 0"
"""Looked up for each row of a batch: to the planner a batch is a city."""
_DUE: Final = f"""
select a.application_id, a.person_id, (a.submission -> 'values')::text as entered,
    coalesce(a.decided_kind, a.continues_kind) as continues_kind,
    a.continues_ground
from exemptions.applications a
where {_IS_DUE.format(each=_EACH)} and a.person_id > $3
order by a.person_id
limit $2
for update of a skip locked
"""  # noqa: S608  a constant of this module
# What a form says goes on within the database: a city's forms do not come and go for it.
_BEGIN: Final = """
with otherwise as materialized (
    select o.number, o.says::jsonb as otherwise
    from unnest($11::text[]) with ordinality as o (says, number)
)
insert into exemptions.applications (application_id, kind, person_id, cycle, fiscal_year, state,
    submission, received_on, applied_on, continued_from, continued_kind, continued_ground, renewal,
    accepted_by, accepted_at)
select r.application_id, $8, b.person_id, $9::int, $9::int, 'received',
    b.submission || jsonb_build_object('values', (b.submission -> 'values') || o.otherwise),
    $10, $10, b.application_id, r.kind, r.ground, 'asked', $7, $6
from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::int[])
    as r (application_id, continued_from, kind, ground, otherwise)
join exemptions.applications b on b.application_id = r.continued_from
join otherwise o on o.number = r.otherwise
order by b.person_id
on conflict do nothing
returning application_id
"""
# Reviewed once all of the latest questions about its people are answered.
_ASKED: Final = f"""
select a.application_id, a.sequence, not exists (
    select from exemptions.application_questions q
    where q.application_id = a.application_id and q.answered_at is null {_EACH}) as answered
from exemptions.applications a
where a.cycle = $1 and a.continued_kind is not null and a.renewal = 'asked'
    and a.state = 'received' and a.sequence > $3
order by a.sequence limit $2
"""  # noqa: S608  the same
# By their ids alone: in the middle of a renewal the planner takes those that wait for few.
_HOLD: Final = """
select a.application_id, q.asked from exemptions.applications a
cross join lateral (
    select count(*) as asked, count(q.answered_at) as answered
    from exemptions.application_questions q where q.application_id = a.application_id) q
where a.application_id = any($1::uuid[])
    and (a.renewal = 'asked') is true and (a.state = 'received') is true
    and q.asked = q.answered
order by a.sequence for update of a skip locked
"""
_NOTE: Final = """
update exemptions.applications a set renewal = t.renewal
from unnest($1::uuid[], $2::text[]) as t (application_id, renewal)
where a.application_id = t.application_id
"""
_CLEAR: Final = """
select application_id from exemptions.applications
where cycle = $1 and continued_kind is not null and renewal = 'clear' and state = 'received'
order by sequence limit $2 for update
"""
_COUNT: Final = """
select renewal, state, count(*) from exemptions.applications
where cycle = $1 and continued_kind is not null group by renewal, state
"""
_COUNT_DUE: Final = (
    f"select count(*) from exemptions.applications a where {_IS_DUE.format(each='')}"  # noqa: S608  the same
)
_AWAITED: Final = """
select count(*) from exemptions.applications
where cycle = $1 and continued_kind is not null and renewal = 'asked' and state = 'received'
"""
# Reviewed they are in about the order in which they were begun: what is passed is not read again.
_FIRST_AWAITED: Final = """
select sequence from exemptions.applications
where cycle = $1 and continued_kind is not null and renewal = 'asked' and state = 'received'
    and sequence >= $2
order by sequence limit 1
"""
_FIRST: Final = UUID(int=0)
BY_RENEWAL: Final = "renewal"
"""Who accepted a continuing application: nobody did, the law continues it."""


@value
class Due:
    """An application of the cycle before that is to be continued."""

    application_id: UUID
    person_id: UUID
    entered: Mapping[str, EnteredValue | None]
    """What its form says; it was checked when it was handed in."""
    kind: str
    ground: str


@value
class Renewal:
    """The application of the next cycle."""

    application_id: UUID
    due: Due
    otherwise: Mapping[str, EnteredValue | None]
    """What its form says otherwise. Those that say the same have the same object."""


@value
class Asked:
    """A renewal whose people were asked about."""

    application_id: UUID
    sequence: int
    answered: bool
    """Whether all of its questions are."""


@value
class Counts:
    """How the renewals of a cycle stand that have begun."""

    asked: int
    clear: int
    to_look_at: int
    settled: int
    withdrawn: int


async def due(
    connection: asyncpg.Connection, cycle: int, limit: int, after: UUID | None = None
) -> list[Due]:
    """Applications of the cycle before ``cycle`` that nothing continues yet, by their persons:
    those after ``after``."""
    await connection.execute(_IN_ORDER.format("off"))
    rows = await connection.fetch(_DUE, cycle - 1, limit, after or _FIRST)
    await connection.execute(_IN_ORDER.format("on"))
    return [
        Due(
            row["application_id"],
            row["person_id"],
            from_json(row["entered"]),
            row["continues_kind"],
            row["continues_ground"],
        )
        for row in rows
    ]


async def begin(
    connection: asyncpg.Connection,
    cycle: int,
    renewals: Sequence[Renewal],
    today: date,
    now: datetime,
) -> list[Renewal]:
    """Keep the applications of the next cycle; return those that are new.

    Another run may have begun one after this one saw that it was due: it is not begun twice.
    """
    different = {id(renewal.otherwise): renewal.otherwise for renewal in renewals}
    numbers = {which: number for number, which in enumerate(different, start=1)}
    rows = await connection.fetch(
        _BEGIN,
        [renewal.application_id for renewal in renewals],
        [renewal.due.application_id for renewal in renewals],
        [renewal.due.kind for renewal in renewals],
        [renewal.due.ground for renewal in renewals],
        [numbers[id(renewal.otherwise)] for renewal in renewals],
        now,
        BY_RENEWAL,
        ApplicationKind.EXEMPTION.value,
        cycle,
        today,
        [json.dumps(says) for says in different.values()],
    )
    added = {row["application_id"] for row in rows}
    return [renewal for renewal in renewals if renewal.application_id in added]


async def asked(
    connection: asyncpg.Connection, cycle: int, limit: int, after: int = 0
) -> list[Asked]:
    """The renewals that nobody has reviewed, oldest first: those after the sequence number
    ``after``."""
    rows = await connection.fetch(_ASKED, cycle, limit, after)
    return [Asked(row["application_id"], row["sequence"], row["answered"]) for row in rows]


async def hold(connection: asyncpg.Connection, ids: Iterable[UUID]) -> dict[UUID, int]:
    """Take these for review, those all of whose questions are answered and that nobody else holds
    or has reviewed meanwhile; of each how many questions there were."""
    rows = await connection.fetch(_HOLD, list(ids))
    return {row["application_id"]: row["asked"] for row in rows}


async def note(connection: asyncpg.Connection, found: Sequence[tuple[UUID, RenewalState]]) -> None:
    """Note what the review of renewals came to."""
    await connection.execute(
        _NOTE, [renewal for renewal, _ in found], [state.value for _, state in found]
    )


async def clear(connection: asyncpg.Connection, cycle: int, limit: int) -> list[UUID]:
    """Renewals that leave nothing to look at, and wait to be settled."""
    return [row["application_id"] for row in await connection.fetch(_CLEAR, cycle, limit)]


async def awaited(connection: asyncpg.Connection, cycle: int) -> int:
    """How many renewals of the cycle wait for answers, or for their review."""
    found: int = await connection.fetchval(_AWAITED, cycle)
    return found


async def first_awaited(connection: asyncpg.Connection, cycle: int, since: int) -> int | None:
    """The sequence number of the first renewal, from ``since`` on, that waits for answers or for
    its review."""
    found: int | None = await connection.fetchval(_FIRST_AWAITED, cycle, since)
    return found


async def count_due(connection: asyncpg.Connection, cycle: int) -> int:
    """How many are due and have not begun: walks the whole cycle before."""
    found: int = await connection.fetchval(_COUNT_DUE, cycle - 1)
    return found


async def counts(connection: asyncpg.Connection, cycle: int) -> Counts:
    """How the renewals of a cycle stand that have begun."""
    found = dict.fromkeys(("asked", "clear", "to_look_at", "settled", "withdrawn"), 0)
    for row in await connection.fetch(_COUNT, cycle):
        state = row["state"]
        waits = state == "received"
        name = row["renewal"] if waits else state if state == "withdrawn" else "settled"
        found[name] += row["count"]
    return Counts(**found)
