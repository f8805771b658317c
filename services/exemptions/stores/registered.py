"""Who householder and spouse of continuing applicants are by the register, as identity told."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg

from contracts.events import RegisteredAs, RegisteredHousehold, RegisterOutcome
from contracts.values import value

_KEEP: Final = """
insert into exemptions.registered_households as known (application_id, registered_on, refusal,
    householder_outcome, householder_id, spouse_outcome, spouse_id, told_at)
select t.*, $8 from unnest($1::uuid[], $2::date[], $3::text[], $4::text[], $5::uuid[], $6::text[],
    $7::uuid[]) as t
on conflict (application_id) do update
set registered_on = excluded.registered_on, refusal = excluded.refusal,
    householder_outcome = excluded.householder_outcome, householder_id = excluded.householder_id,
    spouse_outcome = excluded.spouse_outcome, spouse_id = excluded.spouse_id,
    told_at = excluded.told_at
where known.registered_on <= excluded.registered_on
"""
# The ids as they are one person's today, as `bus.surviving` has them: a merge is no change of the
# household.
_OF: Final = """
select t.asked, h.householder_outcome,
    coalesce(mh.surviving_id, h.householder_id) as householder_id,
    h.spouse_outcome, coalesce(ms.surviving_id, h.spouse_id) as spouse_id
from unnest($1::uuid[]) as t (asked)
join exemptions.registered_households h on h.application_id = t.asked
left join bus.merged mh on mh.person_id = h.householder_id
left join bus.merged ms on ms.person_id = h.spouse_id
where h.refusal is null
"""
_SURVIVING: Final = """
select t.id, m.surviving_id from unnest($1::uuid[]) as t (id)
join bus.merged m on m.person_id = t.id and m.surviving_id is not null
"""


@value
class Told:
    """What the register told for one application."""

    application_id: UUID
    registered_on: date
    household: RegisteredHousehold


async def keep(connection: asyncpg.Connection, told: Sequence[Told], now: datetime) -> None:
    """Keep what the register told last for these applications."""
    latest = {one.application_id: one for one in told}
    await connection.execute(
        _KEEP,
        list(latest),
        [one.registered_on for one in latest.values()],
        [one.household.refusal for one in latest.values()],
        *_columns([one.household.householder for one in latest.values()]),
        *_columns([one.household.spouse for one in latest.values()]),
        now,
    )


def _columns(
    found: Sequence[RegisteredAs | None],
) -> tuple[list[str | None], list[UUID | None]]:
    outcomes = [one.outcome.value if one is not None else None for one in found]
    return outcomes, [one.person_id if one is not None else None for one in found]


async def of(
    connection: asyncpg.Connection, applications: Sequence[UUID]
) -> dict[UUID, RegisteredHousehold]:
    """What the register told for these applications; those of which it told nothing, or nothing
    that the caller may see, are not there."""
    rows = await connection.fetch(_OF, applications)
    return {
        row["asked"]: RegisteredHousehold(
            householder=_as(row["householder_outcome"], row["householder_id"]),
            spouse=_as(row["spouse_outcome"], row["spouse_id"]),
        )
        for row in rows
    }


def _as(outcome: str, person_id: UUID | None) -> RegisteredAs:
    return RegisteredAs(outcome=RegisterOutcome(outcome), person_id=person_id)


async def surviving(connection: asyncpg.Connection, people: Sequence[UUID]) -> dict[UUID, UUID]:
    """Who answers for these ids, of those that are somebody else's today."""
    rows = await connection.fetch(_SURVIVING, people)
    return {row["id"]: row["surviving_id"] for row in rows}
