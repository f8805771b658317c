"""Entries as they are kept: handed in, settled, withdrawn, sent; and documents that came later.

The tables that entries lie in differ in a few columns of their own (`Table`); all else is one.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

import asyncpg

from contracts.forms import (
    AttachmentRecord,
    EntryState,
    Submission,
    book_of,
    receipt_text,
)
from contracts.months import Month
from contracts.numbers import ascii_digits
from contracts.values import value
from services.chassis.corrections import Correction
from services.exemptions.domain.decisions import Decision, counting
from services.exemptions.stores import corrections, decisions, documents

_COMMON: Final = """
e.sequence, e.kind, e.person_id, e.fiscal_year, e.receipt_number, e.apart, e.state,
e.submission::text as submission, e.received_on, e.accepted_by, e.accepted_at, e.settled_by,
e.settled_at, e.acknowledged, e.withdrawn_by, e.withdrawn_at, e.withdrawn_reason, e.forwarded_on,
e.item_id, e.mends, e.on_medium
"""
_NEXT_NUMBER: Final = """
insert into exemptions.receipt_numbers as r (office, fiscal_year, last_number) values ($1, $2, 1)
on conflict (office, fiscal_year) do update set last_number = r.last_number + 1
returning last_number
"""
_SAME: Final = """
select asked, same from unnest($1::uuid[]) as asked, bus.same_person(asked) as same
"""


@value
class Entry:
    """An entry as it is kept, the documents that came in later included."""

    entry_id: UUID
    sequence: int
    kind: str
    person_id: UUID
    fiscal_year: int
    receipt_number: int | None
    """None where nothing was handed in: the law continues an application (継続審査)."""
    apart: bool
    """Numbered in the book of those who are hidden (支援措置別冊)."""
    state: EntryState
    submission: Submission
    received_on: date
    notified_on: date
    """届出日, 申出日, 申請日."""
    accepted_by: str
    accepted_at: datetime
    settled_by: str | None
    settled_at: datetime | None
    acknowledged: tuple[str, ...]
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    withdrawn_reason: str | None
    forwarded_on: date | None
    item_id: UUID | None
    """Of the report to JPS that was made last."""
    mends: UUID | None
    """The returned entry that this one takes the place of."""
    on_medium: int | None
    """Serial of the medium that its report is on, also after it was handed over (媒体通番)."""
    mended: bool
    """Another one, which is settled, took its place."""
    decision: Decision | None
    """What JPS decided on the report that was made last: theirs (C40)."""
    corrections: tuple[Correction, ...]
    """What JPS was told since about whatever was reported of it, the earliest first."""

    @property
    def counts(self) -> bool:
        """Whether it takes effect: it was settled, and nothing took its place. What JPS returned
        stands until it is mended: that a report is not in order says nothing about the fact."""
        return self.state not in (EntryState.RECEIVED, EntryState.WITHDRAWN) and not self.mended

    @property
    def receipt(self) -> str:
        """受付番号, as it is written; 継続 where nothing was handed in."""
        if self.receipt_number is None:
            return f"継続-{self.fiscal_year}"
        return receipt_text(self.fiscal_year, self.receipt_number, apart=self.apart)


@value
class Notice(Entry):
    """An entry that has no table of its own."""

    subject: str
    from_month: Month | None
    """First month that it brings about; of an end the first that is without."""
    to_month: Month | None

    @property
    def notice_id(self) -> UUID:
        """Its id, as the notices of the law are called."""
        return self.entry_id


E = TypeVar("E", bound=Entry)


@value
class Table(Generic[E]):
    """A table of entries. Every name in it is a constant of the code."""

    name: str
    documents: str
    key: str
    day: str
    """The column of ``notified_on``."""
    own: str
    """Columns of its own, as they are selected."""
    kept_as: type[E]


NOTICES: Final = Table(
    name="exemptions.entries",
    documents="exemptions.entry_documents",
    key="entry_id",
    day="notified_on",
    own="e.subject, e.from_month, e.to_month",
    kept_as=Notice,
)


@value
class New:
    """An entry that is accepted."""

    entry_id: UUID
    kind: str
    person_id: UUID
    submission: Submission
    notified_on: date
    office: str
    """That took it in: it numbers what it takes in by itself (受付処理簿)."""
    fiscal_year: int
    apart: bool
    """About somebody hidden: numbered in a book apart."""
    own: Mapping[str, Any]
    """Values of the table's own columns."""
    mends: UUID | None = None


async def add(
    connection: asyncpg.Connection, table: Table[Any], new: New, by: str, now: datetime
) -> None:
    """Keep an entry under the next receipt number of its office and fiscal year (受付番号).

    The number's row stays locked until the transaction ends: numbers have no gaps.
    """
    book = book_of(new.office, hidden=new.apart)
    number = await connection.fetchval(_NEXT_NUMBER, book, new.fiscal_year)
    values: dict[str, Any] = {
        table.key: new.entry_id,
        "kind": new.kind,
        "person_id": new.person_id,
        "office": book,
        "fiscal_year": new.fiscal_year,
        "receipt_number": number,
        "apart": new.apart,
        "state": EntryState.RECEIVED.value,
        "submission": new.submission.model_dump(mode="json"),
        "received_on": new.submission.received_on,
        table.day: new.notified_on,
        "accepted_by": by,
        "accepted_at": now,
        "mends": new.mends,
        **new.own,
    }
    places = ", ".join(f"${n}" for n in range(1, len(values) + 1))
    query = f"insert into {table.name} ({', '.join(values)}) values ({places})"  # noqa: S608  constants
    await connection.execute(query, *values.values())


async def settle(
    connection: asyncpg.Connection,
    table: Table[Any],
    entry_id: UUID,
    *,
    item_id: UUID | None,
    brings: Mapping[str, Any],
    came_since: Sequence[AttachmentRecord],
    acknowledged: Sequence[str],
    by: str,
    now: datetime,
) -> None:
    """Settle an entry, with what it brings about (values of the table's own columns) and the
    documents that came in since it was accepted."""
    await documents.add(
        connection, table.documents, table.key, entry_id, came_since, by=by, now=now
    )
    values = {
        "state": EntryState.SETTLED.value,
        "settled_by": by,
        "settled_at": now,
        "acknowledged": list(acknowledged),
        "item_id": item_id,
        **brings,
    }
    await _change(connection, table, entry_id, values)


async def withdraw(
    connection: asyncpg.Connection,
    table: Table[Any],
    entry_id: UUID,
    reason: str,
    by: str,
    now: datetime,
) -> None:
    """Withdraw an entry."""
    values = {
        "state": EntryState.WITHDRAWN.value,
        "withdrawn_by": by,
        "withdrawn_at": now,
        "withdrawn_reason": reason,
    }
    await _change(connection, table, entry_id, values)


async def find(
    connection: asyncpg.Connection, table: Table[E], entry_id: UUID, *, lock: bool = False
) -> E | None:
    """One entry. With ``lock`` nobody else changes it until the transaction ends."""
    where = f"e.{table.key} = $1" + (" for update of e" if lock else "")
    found = await read(connection, table, where, entry_id)
    return found[0] if found else None


async def some(connection: asyncpg.Connection, table: Table[E], ids: Sequence[UUID]) -> list[E]:
    """These entries, in the order in which they came."""
    where = f"e.{table.key} = any($1::uuid[]) order by e.sequence"
    return await read(connection, table, where, ids)


async def of_person(connection: asyncpg.Connection, table: Table[E], person_id: UUID) -> list[E]:
    """A person's entries, in the order of their receipt."""
    where = "e.person_id in (select bus.same_person($1)) order by e.sequence"
    return await read(connection, table, where, person_id)


async def of_persons(
    connection: asyncpg.Connection, table: Table[E], person_ids: Sequence[UUID]
) -> dict[UUID, list[E]]:
    """The same of several persons; those without an entry are not there."""
    same = await connection.fetch(_SAME, list(person_ids))
    where = "e.person_id = any($1::uuid[]) order by e.sequence"
    found = await read(connection, table, where, [row["same"] for row in same])
    asked = {row["same"]: row["asked"] for row in same}
    of: dict[UUID, list[E]] = {}
    for entry in found:
        of.setdefault(asked[entry.person_id], []).append(entry)
    return of


async def in_state(
    connection: asyncpg.Connection,
    table: Table[E],
    kinds: Sequence[str],
    state: EntryState,
    after: int,
    limit: int,
) -> list[E]:
    """Entries of these kinds in a state, as they came, that follow a sequence number."""
    where = (
        "e.kind = any($1::text[]) and e.state = $2 and e.sequence > $3 order by e.sequence limit $4"
    )
    return await read(connection, table, where, list(kinds), state.value, after, limit)


async def count(
    connection: asyncpg.Connection, table: Table[Any], kinds: Sequence[str], state: EntryState
) -> int:
    """How many entries of these kinds are in a state."""
    query = f"select count(*) from {table.name} where kind = any($1::text[]) and state = $2"  # noqa: S608  constants
    found: int = await connection.fetchval(query, list(kinds), state.value)
    return found


async def known_items(
    connection: asyncpg.Connection, table: Table[Any], items: Sequence[UUID]
) -> set[UUID]:
    """Which of these report items are of an entry here."""
    query = f"select item_id from {table.name} where item_id = any($1::uuid[])"  # noqa: S608  constants
    return {row["item_id"] for row in await connection.fetch(query, items)}


async def is_mended(connection: asyncpg.Connection, table: Table[Any], entry_id: UUID) -> bool:
    """Whether an entry that was not withdrawn takes the place of this one."""
    query = f"select exists (select from {table.name} where mends = $1 and state <> 'withdrawn')"  # noqa: S608  constants
    found: bool = await connection.fetchval(query, entry_id)
    return found


async def report_again(
    connection: asyncpg.Connection, table: Table[Any], entry_id: UUID, item_id: UUID
) -> None:
    """A returned entry waits to be sent once more, as another item."""
    values = {
        "state": EntryState.SETTLED.value, "item_id": item_id, "forwarded_on": None,
        "on_medium": None,
    }  # fmt: skip
    await _change(connection, table, entry_id, values)


async def forward(
    connection: asyncpg.Connection, table: Table[Any], forwarded: Mapping[UUID, date]
) -> list[UUID]:
    """Mark the entries of these items as sent, and return those that were not before: one that was
    keeps its first day."""
    query = (
        f"update {table.name} e set state = 'forwarded', forwarded_on = t.forwarded_on"  # noqa: S608  constants
        " from unnest($1::uuid[], $2::date[]) as t (item_id, forwarded_on)"
        f" where e.item_id = t.item_id and e.state = 'settled' returning e.{table.key} as entry_id"
    )
    rows = await connection.fetch(query, list(forwarded), list(forwarded.values()))
    return [row["entry_id"] for row in rows]


async def keep_on_media(
    connection: asyncpg.Connection, table: Table[Any], serials: Mapping[UUID, int | None]
) -> None:
    """Note of these report items on which medium each is; None: on none any more."""
    query = (
        f"update {table.name} e set on_medium = t.serial"  # noqa: S608  constants
        " from unnest($1::uuid[], $2::int[]) as t (item_id, serial) where e.item_id = t.item_id"
    )
    await connection.execute(query, list(serials), list(serials.values()))


async def read(
    connection: asyncpg.Connection, table: Table[E], where: str, *arguments: Any
) -> list[E]:
    """Entries by a condition, which is a constant of the code and calls the table ``e``."""
    columns = (
        f"e.{table.key} as entry_id, {_COMMON}, e.{table.day} as notified_on, {table.own}, exists ("
        f"select from {table.name} m where m.mends = e.{table.key}"
        " and m.state not in ('received', 'withdrawn')) as mended"
    )
    query = f"select {columns} from {table.name} e where {where}"  # noqa: S608  constants
    rows = await connection.fetch(query, *arguments)
    ids = [row["entry_id"] for row in rows]
    later = await documents.later(connection, table.documents, table.key, ids)
    corrected = await corrections.KEPT.of(connection, ids)
    decided = await decisions.on_items(connection, filter(None, (row["item_id"] for row in rows)))
    return [
        _entry(
            table,
            {**dict(row), "corrections": tuple(corrected.get(row["entry_id"], ()))},
            later.get(row["entry_id"], ()),
            decided.get(row["item_id"], ()),
        )
        for row in rows
    ]


def number_in(submission: Submission) -> str | None:
    """The basic pension number that a form was handed in with, if it was."""
    entered = submission.values.get("basic_pension_number")
    return ascii_digits(entered) or None if isinstance(entered, str) else None


async def _change(
    connection: asyncpg.Connection, table: Table[Any], entry_id: UUID, values: Mapping[str, Any]
) -> None:
    changes = ", ".join(f"{column} = ${n}" for n, column in enumerate(values, start=2))
    query = f"update {table.name} set {changes} where {table.key} = $1"  # noqa: S608  constants
    await connection.execute(query, entry_id, *values.values())


def _entry(
    table: Table[E],
    values: dict[str, Any],
    later: Sequence[AttachmentRecord],
    decided: Sequence[Decision],
) -> E:
    values["decision"] = counting(decided)
    submission = Submission.model_validate_json(values["submission"])
    values["submission"] = submission.with_documents(later)
    values["state"] = EntryState(values["state"])
    values["acknowledged"] = tuple(values["acknowledged"] or ())
    for name in ("from_month", "to_month"):
        if name in values:
            values[name] = Month.parse(values[name]) if values[name] else None
    return table.kept_as(**values)
