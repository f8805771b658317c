"""The work list of missing notices: entries and their steps, a batch in a handful of statements."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.chassis.database import columns
from services.qualification.domain.missing import Call, Came
from services.qualification.domain.missing_rules import MissingKind
from services.qualification.domain.missing_work import Change, Held, Step

_DUE: Final = """
select person_id from qualification.persons
where list_due <= $1 and person_id <> all($3::uuid[])
order by list_due, person_id limit $2
"""
_TO_ASK: Final = """
select person_id from qualification.persons where ask_on <= $1
order by ask_on, person_id limit $2 for update
"""
_ASKED: Final = """
update qualification.persons set ask_on = $2, asked_on = $3 where person_id = any($1::uuid[])
"""
_ASK_AGAIN: Final = """
update qualification.persons p set ask_on = $2
from unnest($1::uuid[]) as told (id), lateral bus.same_person(told.id) as theirs (id)
where p.person_id = theirs.id and p.asked_on is not null
"""
_HELD: Final = """
select person_id, entry_id, open from qualification.missing_notices
where person_id = any($1::uuid[]) order by entry_id for update
"""
_CAME: Final = """
select person_id, notice_id, kind, occurred_on from qualification.notices
where person_id = any($1::uuid[]) and state not in ('withdrawn', 'taken_back')
order by sequence
"""
_LIST: Final = """
insert into qualification.missing_notices as m
    (entry_id, person_id, kind, occurred_on, notice, due_on, reason, step, step_on)
select a.entry_id, a.person_id, a.kind, a.occurred_on, a.notice, a.due_on, a.reason::jsonb,
    'listed', $8
from unnest($1::uuid[], $2::uuid[], $3::text[], $4::date[], $5::text[], $6::date[], $7::text[])
    as a (entry_id, person_id, kind, occurred_on, notice, due_on, reason)
on conflict (entry_id) do update
set notice = excluded.notice, due_on = excluded.due_on, reason = excluded.reason,
    step = 'listed', step_on = excluded.step_on
where not m.open
"""
_STEP: Final = """
update qualification.missing_notices m set step = a.step, step_on = $3
from unnest($1::uuid[], $2::text[]) as a (entry_id, step) where m.entry_id = a.entry_id
"""
_ADD_STEPS: Final = """
insert into qualification.missing_notice_steps
    (entry_id, ordinal, step, taken_on, taken_by, note, notice_id, recorded_at)
select a.entry_id,
    1 + (select count(*) from qualification.missing_notice_steps s where s.entry_id = a.entry_id),
    a.step, $4, $5, $6, a.notice_id, $7
from unnest($1::uuid[], $2::text[], $3::uuid[]) as a (entry_id, step, notice_id)
"""
_SEEN: Final = """
update qualification.persons p set list_due = a.list_due,
    listed = exists (select from qualification.missing_notices m
                     where m.person_id = a.person_id and m.open)
from unnest($1::uuid[], $2::date[]) as a (person_id, list_due)
where p.person_id = a.person_id
"""
_COLUMNS: Final = """
m.entry_id, m.sequence, bus.surviving(m.person_id) as person_id, m.kind, m.occurred_on, m.notice,
m.due_on, m.reason::text as reason, m.step, m.step_on, m.open
"""
_STEPS: Final = """
select step, taken_on, taken_by, note, notice_id, recorded_at
from qualification.missing_notice_steps where entry_id = $1 order by ordinal
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the list. ``reason``: code, article, sentence, figures and certainty."""

    entry_id: UUID
    sequence: int
    person_id: UUID
    kind: MissingKind
    occurred_on: date
    notice: str
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
    notice_id: UUID | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """What is listed anew: the call, with the notice that is due and by when."""

    person_id: UUID
    change: Change
    call: Call
    due_on: date | None


async def due(
    connection: asyncpg.Connection, day: date, limit: int, without: Sequence[UUID]
) -> list[UUID]:
    """Persons whose entries have to be looked at by ``day``, the earliest first."""
    return [row["person_id"] for row in await connection.fetch(_DUE, day, limit, list(without))]


async def held(connection: asyncpg.Connection, persons: Sequence[UUID]) -> dict[UUID, list[Held]]:
    """The entries of these persons, open or ended."""
    found: dict[UUID, list[Held]] = defaultdict(list)
    for row in await connection.fetch(_HELD, persons):
        found[row["person_id"]].append(Held(row["entry_id"], row["open"]))
    return found


async def came(connection: asyncpg.Connection, persons: Sequence[UUID]) -> dict[UUID, list[Came]]:
    """The notices of these persons that were not withdrawn, in the order of their receipt."""
    found: dict[UUID, list[Came]] = defaultdict(list)
    for row in await connection.fetch(_CAME, persons):
        notice = Came(row["notice_id"], row["kind"], row["occurred_on"])
        found[row["person_id"]].append(notice)
    return found


async def write(
    connection: asyncpg.Connection,
    listed: Sequence[Listed],
    ended: Sequence[Change],
    seen: Mapping[UUID, date | None],
    on: date,
    now: datetime,
) -> None:
    """List and end entries, and note from when each person has to be looked at again."""
    if listed:
        rows = [
            (
                each.change.entry_id, each.person_id, each.call.kind.value, each.call.day,
                each.call.notices[0], each.due_on, _reason(each.call),
            )
            for each in listed
        ]  # fmt: skip
        await connection.execute(_LIST, *columns(rows, 7), on)
    if ended:
        ids, steps = [c.entry_id for c in ended], [c.step.value for c in ended]
        await connection.execute(_STEP, ids, steps, on)
    done = [*(each.change for each in listed), *ended]
    if done:
        await _add_steps(connection, done, on, None, None, now)
    persons = sorted(seen)
    await connection.execute(_SEEN, persons, [seen[person] for person in persons])


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
    where = "m.entry_id = $1" + (" for update of m" if lock else "")
    found = await _read(connection, where, entry_id)
    return found[0] if found else None


async def opened(
    connection: asyncpg.Connection, kind: MissingKind | None, after: int, limit: int
) -> list[Entry]:
    """Open entries, in the order in which they came on the list, that follow a sequence number."""
    where = "m.open and ($1::text is null or m.kind = $1) and m.sequence > $2"
    return await _read(
        connection, f"{where} order by m.sequence limit $3", kind and kind.value, after, limit
    )


async def count(connection: asyncpg.Connection, kind: MissingKind | None) -> int:
    """How many open entries there are."""
    found: int = await connection.fetchval(
        "select count(*) from qualification.missing_notices"
        " where open and ($1::text is null or kind = $1)",
        kind and kind.value,
    )
    return found


async def steps(connection: asyncpg.Connection, entry_id: UUID) -> list[Taken]:
    """What happened to an entry, oldest first."""
    rows = await connection.fetch(_STEPS, entry_id)
    return [Taken(**{**row, "step": Step(row["step"])}) for row in rows]


async def to_ask(connection: asyncpg.Connection, day: date, limit: int) -> list[UUID]:
    """Persons of whom identity is to be asked by ``day``; locked until the transaction ends."""
    return [row["person_id"] for row in await connection.fetch(_TO_ASK, day, limit)]


async def asked(
    connection: asyncpg.Connection, persons: Sequence[UUID], on: date, again_on: date
) -> None:
    """They were asked of on a day, and will be again on another."""
    await connection.execute(_ASKED, persons, again_on, on)


async def ask_again(connection: asyncpg.Connection, persons: Sequence[UUID], on: date) -> None:
    """Of those who were asked of before, what was answered may be another's: ask from ``on``."""
    await connection.execute(_ASK_AGAIN, persons, on)


async def _add_steps(
    connection: asyncpg.Connection, taken: Sequence[Change], on: date, by: str | None,
    note: str | None, now: datetime,
) -> None:  # fmt: skip
    rows = [(each.entry_id, each.step.value, each.notice_id) for each in taken]
    await connection.execute(_ADD_STEPS, *columns(rows, 3), on, by, note, now)


async def _read(connection: asyncpg.Connection, where: str, *arguments: Any) -> list[Entry]:
    query = f"select {_COLUMNS} from qualification.missing_notices m where {where}"  # noqa: S608  constants
    return [
        Entry(
            **{
                **row,
                "kind": MissingKind(row["kind"]),
                "step": Step(row["step"]),
                "reason": json.loads(row["reason"]),
            }
        )
        for row in await connection.fetch(query, *arguments)
    ]


def _reason(call: Call) -> str:
    reason = call.reason
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
