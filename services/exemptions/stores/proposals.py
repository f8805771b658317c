"""The work list of what facts call for: entries and their steps, a batch in a handful of
statements."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from contracts.months import Month
from services.chassis.database import columns
from services.exemptions.domain.asked import ApplicationKind
from services.exemptions.domain.assistance import Proposal, ProposalKind
from services.exemptions.domain.proposed import Came, Change, Held, Step

_HELD: Final = """
select person_id, entry_id, kind, step, open, occurred_on from exemptions.proposals
where person_id = any($1::uuid[]) order by entry_id for update
"""
_CAME: Final = """
select person_id, application_id, kind, cycle from exemptions.applications
where person_id = any($1::uuid[]) and state <> 'withdrawn' order by sequence
"""
_LIST: Final = """
insert into exemptions.proposals as p
    (entry_id, person_id, kind, occurred_on, month, due_on, reason, step, step_on)
select a.entry_id, a.person_id, a.kind, a.occurred_on, a.month, a.due_on, a.reason::jsonb,
    'listed', $8
from unnest($1::uuid[], $2::uuid[], $3::text[], $4::date[], $5::text[], $6::date[], $7::text[])
    as a (entry_id, person_id, kind, occurred_on, month, due_on, reason)
on conflict (entry_id) do update
set month = excluded.month, due_on = excluded.due_on, reason = excluded.reason,
    step = 'listed', step_on = excluded.step_on
where not p.open
"""
_STEP: Final = """
update exemptions.proposals p set step = a.step, step_on = $3
from unnest($1::uuid[], $2::text[]) as a (entry_id, step) where p.entry_id = a.entry_id
"""
_ADD_STEPS: Final = """
insert into exemptions.proposal_steps
    (entry_id, ordinal, step, taken_on, taken_by, note, answered_by, recorded_at)
select a.entry_id,
    1 + (select count(*) from exemptions.proposal_steps s where s.entry_id = a.entry_id),
    a.step, $4, $5, $6, a.answered_by, $7
from unnest($1::uuid[], $2::text[], $3::uuid[]) as a (entry_id, step, answered_by)
"""
_CHANGED: Final = "e.kind = 'disability_change' and e.settled_by is not null"
_COLUMNS: Final = """
p.entry_id, p.sequence, bus.surviving(p.person_id) as person_id, p.kind, p.occurred_on, p.month,
p.due_on, p.reason::text as reason, p.step, p.step_on, p.open
"""
_STEPS: Final = """
select step, taken_on, taken_by, note, answered_by, recorded_at
from exemptions.proposal_steps where entry_id = $1 order by ordinal
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the list. ``reason``: code, article, sentence, figures and certainty."""

    entry_id: UUID
    sequence: int
    person_id: UUID
    kind: ProposalKind
    occurred_on: date | None
    month: Month | None
    due_on: date | None
    reason: Mapping[str, Any]
    step: Step
    step_on: date
    open: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """One step of an entry. ``taken_by`` None: it followed by itself."""

    step: Step
    taken_on: date
    taken_by: str | None
    note: str | None
    answered_by: UUID | None
    recorded_at: datetime


async def held(connection: asyncpg.Connection, people: Sequence[UUID]) -> dict[UUID, list[Held]]:
    """The entries under these ids, open or ended, locked: nobody takes a step meanwhile."""
    found: dict[UUID, list[Held]] = defaultdict(list)
    for row in await connection.fetch(_HELD, list(people)):
        found[row["person_id"]].append(
            Held(
                row["entry_id"], ProposalKind(row["kind"]), Step(row["step"]), row["open"],
                row["occurred_on"],
            )
        )  # fmt: skip
    return found


async def came(connection: asyncpg.Connection, people: Sequence[UUID]) -> dict[UUID, list[Came]]:
    """The applications under these ids that were not withdrawn."""
    found: dict[UUID, list[Came]] = defaultdict(list)
    for row in await connection.fetch(_CAME, list(people)):
        application = Came(row["application_id"], ApplicationKind(row["kind"]), row["cycle"])
        found[row["person_id"]].append(application)
    return found


async def changed_disability(connection: asyncpg.Connection, people: Sequence[UUID]) -> bool:
    """Whether a change of a disability was stated of one of these ids, and settled."""
    query = (
        "select exists (select from exemptions.entries e"  # noqa: S608  constants
        f" where e.person_id = any($1::uuid[]) and {_CHANGED})"
    )
    found: bool = await connection.fetchval(query, people)
    return found


async def with_changed_disability(
    connection: asyncpg.Connection, after: UUID | None, limit: int
) -> list[UUID]:
    """So many persons of whom one was, in the order of their ids, that follow ``after``."""
    rows = await connection.fetch(
        f"select distinct e.person_id from exemptions.entries e where {_CHANGED}"  # noqa: S608  constants
        " and ($1::uuid is null or e.person_id > $1) order by e.person_id limit $2",
        after,
        limit,
    )
    return [row["person_id"] for row in rows]


async def write(
    connection: asyncpg.Connection,
    changed: Sequence[tuple[UUID, Change]],
    on: date,
    now: datetime,
) -> None:
    """List and end entries of persons."""
    listed = [(c.entry_id, person, c.proposal) for person, c in changed if c.proposal is not None]
    rows = [_row(*each) for each in listed]
    if rows:
        await connection.execute(_LIST, *columns(rows, 7), on)
    ended = [change for _, change in changed if change.proposal is None]
    if ended:
        ids, steps = [c.entry_id for c in ended], [c.step.value for c in ended]
        await connection.execute(_STEP, ids, steps, on)
    if changed:
        await _add_steps(connection, [change for _, change in changed], on, None, None, now)


async def take(
    connection: asyncpg.Connection, entry: Entry, step: Step, on: date, by: str,
    note: str | None, now: datetime,
) -> None:  # fmt: skip
    """A step that a staff member took."""
    await connection.execute(_STEP, [entry.entry_id], [step.value], on)
    await _add_steps(connection, [Change(entry.entry_id, step)], on, by, note, now)


async def find(
    connection: asyncpg.Connection, entry_id: UUID, *, lock: bool = False
) -> Entry | None:
    """One entry. With ``lock`` nobody else changes it until the transaction ends."""
    where = "p.entry_id = $1" + (" for update of p" if lock else "")
    found = await _read(connection, where, entry_id)
    return found[0] if found else None


async def opened(
    connection: asyncpg.Connection, kind: ProposalKind | None, after: int, limit: int
) -> list[Entry]:
    """Open entries, in the order in which they came on the list, that follow a sequence number."""
    where = "p.open and ($1::text is null or p.kind = $1) and p.sequence > $2"
    return await _read(
        connection, f"{where} order by p.sequence limit $3", kind and kind.value, after, limit
    )


async def count(connection: asyncpg.Connection, kind: ProposalKind | None) -> int:
    """How many open entries there are."""
    query = (
        "select count(*) from exemptions.proposals where open and ($1::text is null or kind = $1)"
    )
    found: int = await connection.fetchval(query, kind and kind.value)
    return found


async def steps(connection: asyncpg.Connection, entry_id: UUID) -> list[Taken]:
    """What happened to an entry, oldest first."""
    rows = await connection.fetch(_STEPS, entry_id)
    return [Taken(**{**row, "step": Step(row["step"])}) for row in rows]


async def _add_steps(
    connection: asyncpg.Connection, taken: Sequence[Change], on: date, by: str | None,
    note: str | None, now: datetime,
) -> None:  # fmt: skip
    rows = [(each.entry_id, each.step.value, each.answered_by) for each in taken]
    await connection.execute(_ADD_STEPS, *columns(rows, 3), on, by, note, now)


async def _read(connection: asyncpg.Connection, where: str, *arguments: Any) -> list[Entry]:
    query = f"select {_COLUMNS} from exemptions.proposals p where {where}"  # noqa: S608  constants
    return [
        Entry(
            **{
                **row,
                "kind": ProposalKind(row["kind"]),
                "month": Month.parse(row["month"]) if row["month"] else None,
                "step": Step(row["step"]),
                "reason": json.loads(row["reason"]),
            }
        )
        for row in await connection.fetch(query, *arguments)
    ]


def _row(entry_id: UUID, person_id: UUID, proposal: Proposal) -> tuple[Any, ...]:
    return (
        entry_id,
        person_id,
        proposal.kind.value,
        proposal.on,
        str(proposal.month) if proposal.month else None,
        proposal.due,
        _reason(proposal),
    )


def _reason(proposal: Proposal) -> str:
    reason = proposal.reason
    return json.dumps(
        {
            "code": reason.code,
            "article": reason.article,
            "sentence": reason.sentence,
            "certainty": reason.certainty.value,
            "certainty_label": reason.certainty.label,
            "figures": {name: str(figure) for name, figure in reason.figures},
        },
        ensure_ascii=False,
    )
