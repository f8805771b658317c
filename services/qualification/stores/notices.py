"""Notices, their receipt numbers, and the documents that came in later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from contracts.forms import AttachmentRecord, AttachmentState, EntryState, Notifier, Submission
from services.qualification.domain.decisions import Decision
from services.qualification.stores import receipts, reports

_COLUMNS: Final = """
n.notice_id, n.sequence, n.kind, n.person_id, n.office, n.fiscal_year, n.receipt_number, n.state,
n.submission::text as submission, n.received_on, n.occurred_on, n.due_on, n.accepted_by,
n.accepted_at, n.settled_by, n.settled_at, n.withdrawn_by, n.withdrawn_at, n.withdrawn_reason,
n.notifier, n.item_id, n.mends, n.mended_by, n.taken_back_by, n.taken_back_at, n.taken_back_reason,
bus.surviving(n.person_id) as surviving_id,
(select t.on_medium from qualification.transitions t
 where t.item_id = n.item_id and t.forwarded_on is null) as on_medium
"""
_ADD: Final = """
insert into qualification.notices (notice_id, kind, person_id, office, fiscal_year, receipt_number,
    state, submission, received_on, occurred_on, due_on, accepted_by, accepted_at, mends)
values ($1, $2, $3, $4, $5, $6, 'received', $7::text::jsonb, $8, $9, $10, $11, $12, $13)
"""
_SAME_FACT: Final = """
select notice_id from qualification.notices
where person_id in (select bus.same_person($1)) and kind = $2 and occurred_on = $3
  and state not in ('withdrawn', 'taken_back') and mended_by is null
"""
_SETTLE: Final = """
update qualification.notices
set state = 'settled', settled_by = $2, settled_at = $3, item_id = $4
where notice_id = $1
"""
_REPORT_UNDER: Final = """
update qualification.notices set item_id = $2 where notice_id = $1 and item_id is null
"""
_WITHDRAW: Final = """
update qualification.notices
set state = 'withdrawn', withdrawn_by = $2, withdrawn_at = $3, withdrawn_reason = $4
where notice_id = $1
"""
_MEND: Final = """
update qualification.notices set mended_by = $2 where notice_id = $1
"""
_NOT_MENDED: Final = """
update qualification.notices set mended_by = null where mended_by = $1
"""
_AGAIN: Final = """
update qualification.notices
set state = 'settled', item_id = $2, forwarded_on = null, decided_on = null
where notice_id = $1 and state = 'returned'
"""
_TAKE_BACK: Final = """
update qualification.notices set state = 'taken_back', taken_back_by = $2, taken_back_at = $3,
    taken_back_reason = $4
where notice_id = $1
"""
_NOTE: Final = """
insert into qualification.notice_history (notice_id, at, state, staff_id, item_id)
select notice_id, $2, state, $3, item_id from qualification.notices where notice_id = $1
"""
_HISTORY: Final = """
select notice_id, at, state, on_day, staff_id from qualification.notice_history
where notice_id = any($1::uuid[]) order by notice_id, seq
"""
_ADD_DOCUMENTS: Final = """
insert into qualification.notice_documents
    (notice_id, code, state, waiver, recorded_by, recorded_at)
select $1, a.code, a.state, a.waiver, $5, $6
from unnest($2::text[], $3::text[], $4::text[]) as a (code, state, waiver)
"""
_DOCUMENTS: Final = """
select distinct on (notice_id, code) notice_id, code, state, waiver
from qualification.notice_documents where notice_id = any($1::uuid[])
order by notice_id, code, recorded_at desc
"""


@dataclass(frozen=True, slots=True)
class Came:
    """A state that a notice came into, and when that was recorded (aware)."""

    at: datetime
    state: EntryState
    on_day: date | None
    """送付日 or 処理年月日."""
    staff_id: str | None


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice as it is kept, the documents that came in later included."""

    notice_id: UUID
    sequence: int
    kind: str
    person_id: UUID
    """Under which id it was taken in."""
    office: str
    fiscal_year: int
    receipt_number: int
    state: EntryState
    submission: Submission
    received_on: date
    occurred_on: date
    due_on: date | None
    accepted_by: str
    accepted_at: datetime
    settled_by: str | None
    settled_at: datetime | None
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    withdrawn_reason: str | None
    notifier: Notifier | None
    surviving_id: UUID
    """Who answers for the person it was taken in for."""
    item_id: UUID | None
    """The item under which it was reported; None: it was not, or not yet."""
    on_medium: int | None
    """Serial of the medium that its report is on while that is not handed over (媒体通番)."""
    mends: UUID | None
    mended_by: UUID | None
    taken_back_by: str | None
    taken_back_at: datetime | None
    taken_back_reason: str | None
    decisions: tuple[Decision, ...] = ()
    """What JPS decided on what it was reported under."""
    history: tuple[Came, ...] = ()
    """Every state that it came into, in order."""


@dataclass(frozen=True, slots=True)
class NewNotice:
    """A notice to be kept."""

    notice_id: UUID
    kind: str
    person_id: UUID
    office: str
    """The department of the staff member who accepts it."""
    fiscal_year: int
    submission: Submission
    occurred_on: date
    due_on: date | None
    accepted_by: str
    accepted_at: datetime
    mends: UUID | None = None
    """The returned notice that it puts right."""


async def add(connection: asyncpg.Connection, new: NewNotice) -> None:
    """Keep a notice under the next receipt number of its office and fiscal year."""
    if new.mends is not None:
        # First: of one fact there is one notice, and that one leaves the place to this one.
        await connection.execute(_MEND, new.mends, new.notice_id)
    number = await receipts.next_number(connection, new.office, new.fiscal_year)
    await connection.execute(
        _ADD,
        new.notice_id,
        new.kind,
        new.person_id,
        new.office,
        new.fiscal_year,
        number,
        new.submission.model_dump_json(),
        new.submission.received_on,
        new.occurred_on,
        new.due_on,
        new.accepted_by,
        new.accepted_at,
        new.mends,
    )
    await connection.execute(_NOTE, new.notice_id, new.accepted_at, new.accepted_by)


async def same_fact(
    connection: asyncpg.Connection, person_id: UUID, kind: str, occurred_on: date
) -> UUID | None:
    """A notice of the same fact that was not withdrawn."""
    found: UUID | None = await connection.fetchval(_SAME_FACT, person_id, kind, occurred_on)
    return found


async def find(
    connection: asyncpg.Connection, notice_id: UUID, *, lock: bool = False
) -> Notice | None:
    """One notice. With ``lock`` nobody else changes it until the transaction ends."""
    found = await _read(
        connection, "n.notice_id = $1" + (" for update of n" if lock else ""), notice_id
    )
    return found[0] if found else None


async def of_person(connection: asyncpg.Connection, ids: Sequence[UUID]) -> list[Notice]:
    """A person's notices, in the order of their receipt."""
    return await _read(connection, "n.person_id = any($1::uuid[]) order by n.sequence", list(ids))


async def in_state(
    connection: asyncpg.Connection, state: EntryState, after: int, limit: int
) -> list[Notice]:
    """Notices in a state, in the order of their receipt, that follow a sequence number."""
    return await _read(
        connection,
        "n.state = $1 and n.sequence > $2 order by n.sequence limit $3",
        state.value,
        after,
        limit,
    )


async def unreported(
    connection: asyncpg.Connection, kinds: Sequence[str], after: int, limit: int
) -> list[Notice]:
    """Settled notices of these kinds that JPS is not told of, in the order of their receipt;
    locked. Those that were mended are left."""
    return await _read(
        connection,
        "n.state = 'settled' and n.item_id is null and n.mended_by is null"
        " and n.kind = any($1::text[]) and n.sequence > $2"
        " order by n.sequence limit $3 for update of n",
        list(kinds), after, limit,
    )  # fmt: skip


async def report_under(connection: asyncpg.Connection, notice_id: UUID, item_id: UUID) -> None:
    """Note under which item a settled notice is reported."""
    await connection.execute(_REPORT_UNDER, notice_id, item_id)


async def count(connection: asyncpg.Connection, state: EntryState) -> int:
    """How many notices are in a state."""
    found: int = await connection.fetchval(
        "select count(*) from qualification.notices where state = $1", state.value
    )
    return found


async def settle(
    connection: asyncpg.Connection,
    notice_id: UUID,
    documents: Sequence[AttachmentRecord],
    by: str,
    now: datetime,
    item_id: UUID | None,
) -> None:
    """Settle a notice, with the documents that came in since it was accepted.

    ``item_id``: under which it is reported; None: it is not.
    """
    if documents:
        await connection.execute(
            _ADD_DOCUMENTS,
            notice_id,
            [document.code for document in documents],
            [document.state.value for document in documents],
            [document.waiver for document in documents],
            by,
            now,
        )
    await connection.execute(_SETTLE, notice_id, by, now, item_id)
    await connection.execute(_NOTE, notice_id, now, by)


async def withdraw(
    connection: asyncpg.Connection, notice_id: UUID, reason: str, by: str, now: datetime
) -> None:
    """Withdraw a notice."""
    await connection.execute(_WITHDRAW, notice_id, by, now, reason)
    await connection.execute(_NOT_MENDED, notice_id)
    await connection.execute(_NOTE, notice_id, now, by)


async def wait_again(
    connection: asyncpg.Connection, notice_id: UUID, item_id: UUID, by: str, now: datetime
) -> None:
    """A returned notice that is reported again as it is: it waits to be sent under a new item."""
    await connection.execute(_AGAIN, notice_id, item_id)
    await connection.execute(_NOTE, notice_id, now, by)


async def take_back(
    connection: asyncpg.Connection, notice_id: UUID, reason: str, by: str, now: datetime
) -> None:
    """Take a settled notice back (本登録取消): what it told is undone by a fact of its own."""
    await connection.execute(_TAKE_BACK, notice_id, by, now, reason)
    await connection.execute(_NOTE, notice_id, now, by)


def with_documents(submission: Submission, later: Sequence[AttachmentRecord]) -> Submission:
    """A submission with documents that came in later in the place of what was there."""
    records = {record.code: record for record in (*submission.attachments, *later)}
    return submission.model_copy(update={"attachments": tuple(records.values())})


async def _read(connection: asyncpg.Connection, where: str, *arguments: Any) -> list[Notice]:
    query = f"select {_COLUMNS} from qualification.notices n where {where}"  # noqa: S608  constants
    rows = await connection.fetch(query, *arguments)
    later: dict[UUID, list[AttachmentRecord]] = {}
    for row in await connection.fetch(_DOCUMENTS, [row["notice_id"] for row in rows]):
        record = AttachmentRecord(
            code=row["code"], state=AttachmentState(row["state"]), waiver=row["waiver"]
        )
        later.setdefault(row["notice_id"], []).append(record)
    ids = [row["notice_id"] for row in rows]
    decided = await reports.decisions_about(connection, ids)
    history: dict[UUID, list[Came]] = {}
    for row in await connection.fetch(_HISTORY, ids):
        came = Came(row["at"], EntryState(row["state"]), row["on_day"], row["staff_id"])
        history.setdefault(row["notice_id"], []).append(came)
    return [
        _notice(
            row,
            later.get(row["notice_id"], ()),
            decided.get(row["notice_id"], ()),
            history.get(row["notice_id"], ()),
        )
        for row in rows
    ]


def _notice(
    row: asyncpg.Record,
    later: Sequence[AttachmentRecord],
    decided: Sequence[Decision],
    history: Sequence[Came],
) -> Notice:
    values = dict(row) | {"decisions": tuple(decided), "history": tuple(history)}
    values["state"] = EntryState(values["state"])
    values["notifier"] = values["notifier"] and Notifier(values["notifier"])
    submission = Submission.model_validate_json(values["submission"])
    values["submission"] = with_documents(submission, later)
    return Notice(**values)
