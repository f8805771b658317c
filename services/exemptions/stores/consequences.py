"""What became of months that settled entries gave: found, shown, noted."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg

from contracts.codes import Code
from contracts.months import Month
from services.exemptions.domain.consequences import Change, Consequence
from services.exemptions.domain.kinds import ExemptionKind
from services.exemptions.stores.entries import Entry


class ConsequenceState(Code):
    """Whether somebody has to do something about it."""

    OPEN = "open", "要対応"
    NOTED = "noted", "対応済"
    SHOWN = "shown", "対応不要"
    GONE = "gone", "解消"


_COLUMNS: Final = """
c.consequence_id, c.sequence, c.person_id, c.entry_id, c.entry_kind, c.what, c.kind, c.from_month,
c.to_month, c.code, c.sentence, c.article, c.needs_check, c.state, c.found_at, c.noted_by,
c.noted_at, c.note
"""
_FIND: Final = f"select {_COLUMNS} from exemptions.consequences c where "  # noqa: S608  constants
_ADD: Final = """
insert into exemptions.consequences (consequence_id, person_id, entry_id, entry_kind, what, kind,
    from_month, to_month, code, sentence, article, needs_check, state, found_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
on conflict do nothing
"""
_GONE: Final = """
update exemptions.consequences set state = 'gone' where consequence_id = any($1::uuid[])
"""
_NOTE: Final = """
update exemptions.consequences set state = 'noted', noted_by = $2, noted_at = $3, note = $4
where consequence_id = $1
"""
_NOTE_ANOTHERS: Final = """
update exemptions.consequences set state = 'noted', noted_by = $3, noted_at = $4, note = $5
where entry_id = $1 and what = 'facts_taken_back' and state = 'open' and found_at <= $2
"""
# Whose settled entries a change of the timeline may concern, under all ids of each.
_CONCERNED: Final = """
select a.id
from (select distinct bus.surviving(asked.id) as id from unnest($1::uuid[]) as asked (id)) a
where exists (select from bus.same_person(a.id) as own join exemptions.qualifications q
              on q.person_id = own)
    and (exists (select from bus.same_person(a.id) as own join exemptions.applications e
                 on e.person_id = own and e.settled_by is not null)
         or exists (select from bus.same_person(a.id) as own join exemptions.entries e
                    on e.person_id = own and e.settled_by is not null)
         or exists (select from bus.same_person(a.id) as own join exemptions.consequences c
                    on c.person_id = own and c.state <> 'gone'))
"""


@dataclass(frozen=True, slots=True)
class Found:
    """A consequence as it is kept."""

    consequence_id: UUID
    sequence: int
    person_id: UUID
    entry_id: UUID
    entry_kind: str
    what: Consequence
    kind: ExemptionKind
    from_month: Month
    to_month: Month | None
    """None: no end of them is known."""
    code: str
    sentence: str
    article: str
    needs_check: bool
    state: ConsequenceState
    found_at: datetime
    noted_by: str | None
    noted_at: datetime | None
    note: str | None

    @property
    def key(self) -> tuple[Any, ...]:
        """What makes it the same one when it is found again."""
        return self.entry_id, self.what, self.kind, self.from_month, self.to_month, self.code


@dataclass(frozen=True, slots=True)
class New:
    """A consequence that is found."""

    entry: Entry
    """Whose months they are: found under the id that it lies under."""
    change: Change

    @property
    def key(self) -> tuple[Any, ...]:
        """See `Found`."""
        change = self.change
        return (
            change.entry_id, change.what, change.kind, change.first, change.last,
            change.reason.code,
        )  # fmt: skip


async def concerned(connection: asyncpg.Connection, persons: Collection[UUID]) -> list[UUID]:
    """Which of these persons have a timeline and settled entries, or something found of entries
    that were settled, by the id that answers for each."""
    rows = await connection.fetch(_CONCERNED, list(persons))
    return [row["id"] for row in rows]


async def standing(
    connection: asyncpg.Connection, persons: Sequence[UUID]
) -> dict[UUID, list[Found]]:
    """What was found of persons and is so still, oldest first, under all ids of each."""
    rows = await connection.fetch(
        f"select a.id as asked, {_COLUMNS} from unnest($1::uuid[]) as a (id)"  # noqa: S608  constants
        " cross join lateral bus.same_person(a.id) as same"
        " join exemptions.consequences c on c.person_id = same"
        " where c.state <> 'gone' order by c.sequence",
        list(persons),
    )
    found: dict[UUID, list[Found]] = {}
    for row in rows:
        values = dict(row)
        found.setdefault(values.pop("asked"), []).append(_found(values))
    return found


async def add(connection: asyncpg.Connection, new: Sequence[New], now: datetime) -> None:
    """Keep what is found anew."""
    await connection.executemany(
        _ADD,
        [
            (
                uuid4(), one.entry.person_id, one.entry.entry_id, one.entry.kind,
                one.change.what.value,
                one.change.kind.value, str(one.change.first), _text(one.change.last),
                one.change.reason.code, one.change.reason.sentence, one.change.reason.article,
                one.change.reason.certainty.needs_check,
                (ConsequenceState.OPEN if one.change.acts else ConsequenceState.SHOWN).value, now,
            )
            for one in new
        ],
    )  # fmt: skip


async def is_gone(connection: asyncpg.Connection, ids: Sequence[UUID]) -> None:
    """Mark those that the timeline does not say any more."""
    await connection.execute(_GONE, list(ids))


async def in_state(
    connection: asyncpg.Connection, state: ConsequenceState, after: int, limit: int
) -> list[Found]:
    """Those in a state, in the order in which they were found."""
    rows = await connection.fetch(
        _FIND + "c.state = $1 and c.sequence > $2 order by c.sequence limit $3",
        state.value, after, limit,
    )  # fmt: skip
    return [_found(dict(row)) for row in rows]


async def find(connection: asyncpg.Connection, consequence_id: UUID) -> Found | None:
    """One of them, locked."""
    row = await connection.fetchrow(_FIND + "c.consequence_id = $1 for update", consequence_id)
    return None if row is None else _found(dict(row))


async def note(
    connection: asyncpg.Connection, consequence_id: UUID, said: str, by: str, now: datetime
) -> None:
    """Note what was done about one."""
    await connection.execute(_NOTE, consequence_id, by, now, said)


async def note_anothers(
    connection: asyncpg.Connection,
    entry_id: UUID,
    found_by: datetime,
    said: str,
    by: str,
    now: datetime,
) -> None:
    """Note that what an entry's review rests on and was another's, found by that moment, was looked
    at with the review that was made again."""
    await connection.execute(_NOTE_ANOTHERS, entry_id, found_by, by, now, said)


def _found(values: dict[str, Any]) -> Found:
    values["what"] = Consequence(values["what"])
    values["kind"] = ExemptionKind(values["kind"])
    values["state"] = ConsequenceState(values["state"])
    for name in ("from_month", "to_month"):
        values[name] = Month.parse(values[name]) if values[name] else None
    return Found(**values)


def _text(month: Month | None) -> str | None:
    return None if month is None else str(month)
