"""Notices, their receipt numbers, and the documents that came in later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from contracts.forms import AttachmentRecord, AttachmentState, EntryState, Notifier, Submission
from services.qualification.stores import receipts

_COLUMNS: Final = """
n.notice_id, n.sequence, n.kind, n.person_id, n.office, n.fiscal_year, n.receipt_number, n.state,
n.submission::text as submission, n.received_on, n.occurred_on, n.due_on, n.accepted_by,
n.accepted_at, n.settled_by, n.settled_at, n.withdrawn_by, n.withdrawn_at, n.withdrawn_reason,
n.forwarded_on, n.notifier
"""
_ADD: Final = """
insert into qualification.notices (notice_id, kind, person_id, office, fiscal_year, receipt_number,
    state, submission, received_on, occurred_on, due_on, accepted_by, accepted_at)
values ($1, $2, $3, $4, $5, $6, 'received', $7::text::jsonb, $8, $9, $10, $11, $12)
"""
_SAME_FACT: Final = """
select notice_id from qualification.notices
where person_id = $1 and kind = $2 and occurred_on = $3 and state <> 'withdrawn'
"""
_SETTLE: Final = """
update qualification.notices set state = 'settled', settled_by = $2, settled_at = $3
where notice_id = $1
"""
_WITHDRAW: Final = """
update qualification.notices
set state = 'withdrawn', withdrawn_by = $2, withdrawn_at = $3, withdrawn_reason = $4
where notice_id = $1
"""
_FORWARD: Final = """
update qualification.notices n set state = 'forwarded', forwarded_on = t.forwarded_on
from qualification.transitions t
where t.item_id = any($1::uuid[]) and t.notice_id = n.notice_id and n.state = 'settled'
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
class Notice:
    """A notice as it is kept, the documents that came in later included."""

    notice_id: UUID
    sequence: int
    kind: str
    person_id: UUID
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
    forwarded_on: date | None
    notifier: Notifier | None


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


async def add(connection: asyncpg.Connection, new: NewNotice) -> None:
    """Keep a notice under the next receipt number of its office and fiscal year."""
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
    )


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


async def of_person(connection: asyncpg.Connection, person_id: UUID) -> list[Notice]:
    """A person's notices, in the order of their receipt."""
    return await _read(connection, "n.person_id = $1 order by n.sequence", person_id)


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
) -> None:
    """Settle a notice, with the documents that came in since it was accepted."""
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
    await connection.execute(_SETTLE, notice_id, by, now)


async def withdraw(
    connection: asyncpg.Connection, notice_id: UUID, reason: str, by: str, now: datetime
) -> None:
    """Withdraw a notice."""
    await connection.execute(_WITHDRAW, notice_id, by, now, reason)


async def forward(connection: asyncpg.Connection, items: Sequence[UUID]) -> None:
    """Mark the notices as sent whose transitions these items are."""
    await connection.execute(_FORWARD, items)


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
    return [_notice(row, later.get(row["notice_id"], ())) for row in rows]


def _notice(row: asyncpg.Record, later: Sequence[AttachmentRecord]) -> Notice:
    values = dict(row)
    values["state"] = EntryState(values["state"])
    values["notifier"] = values["notifier"] and Notifier(values["notifier"])
    submission = Submission.model_validate_json(values["submission"])
    values["submission"] = with_documents(submission, later)
    return Notice(**values)
