"""Notices of exemption by law: how they were handed in, and what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from contracts.events import ExemptionNoticeKind
from contracts.forms import AttachmentRecord, AttachmentState, EntryState, Submission
from contracts.months import Month
from contracts.numbers import ascii_digits
from services.exemptions.domain.exemption_notices import SUBJECTS, Effect, Said
from services.exemptions.stores.notices import next_receipt_number

_COLUMNS: Final = """
n.notice_id, n.sequence, n.kind, n.person_id, n.fiscal_year, n.receipt_number, n.apart, n.state,
n.submission::text as submission, n.received_on, n.notified_on, n.accepted_by, n.accepted_at,
n.settled_by, n.settled_at, n.acknowledged, n.from_month, n.to_month, n.withdrawn_by,
n.withdrawn_at, n.withdrawn_reason, n.forwarded_on
"""
_ADD: Final = """
insert into exemptions.exemption_notices (notice_id, kind, subject, person_id, fiscal_year,
    receipt_number, apart, state, submission, received_on, notified_on, accepted_by, accepted_at)
values ($1, $2, $3, $4, $5, $6, $7, 'received', $8::text::jsonb, $9, $10, $11, $12)
"""
_SETTLE: Final = """
update exemptions.exemption_notices
set state = 'settled', settled_by = $2, settled_at = $3, acknowledged = $4, item_id = $5,
    from_month = $6, to_month = $7
where notice_id = $1
"""
_WITHDRAW: Final = """
update exemptions.exemption_notices
set state = 'withdrawn', withdrawn_by = $2, withdrawn_at = $3, withdrawn_reason = $4
where notice_id = $1
"""
_FORWARD: Final = """
update exemptions.exemption_notices n set state = 'forwarded', forwarded_on = t.forwarded_on
from unnest($1::uuid[], $2::date[]) as t (item_id, forwarded_on)
where n.item_id = t.item_id and n.state = 'settled'
"""
_ADD_DOCUMENTS: Final = """
insert into exemptions.exemption_notice_documents
    (notice_id, code, state, waiver, recorded_by, recorded_at)
select $1, a.code, a.state, a.waiver, $5, $6
from unnest($2::text[], $3::text[], $4::text[]) as a (code, state, waiver)
"""
_DOCUMENTS: Final = """
select distinct on (notice_id, code) notice_id, code, state, waiver
from exemptions.exemption_notice_documents where notice_id = any($1::uuid[])
order by notice_id, code, recorded_at desc
"""


_SAME: Final = """
select asked, same from unnest($1::uuid[]) as asked, bus.same_person(asked) as same
"""


@dataclass(frozen=True, slots=True)
class ExemptionNotice:
    """A notice as it is kept, the documents that came in later included."""

    notice_id: UUID
    sequence: int
    kind: ExemptionNoticeKind
    person_id: UUID
    fiscal_year: int
    receipt_number: int
    apart: bool
    """Numbered in the book of those who are hidden (支援措置別冊)."""
    state: EntryState
    submission: Submission
    received_on: date
    notified_on: date
    accepted_by: str
    accepted_at: datetime
    settled_by: str | None
    settled_at: datetime | None
    acknowledged: tuple[str, ...]
    from_month: Month | None
    to_month: Month | None
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    withdrawn_reason: str | None
    forwarded_on: date | None

    @property
    def basic_pension_number(self) -> str | None:
        """The basic pension number that it was handed in with, if it was."""
        entered = self.submission.values.get("basic_pension_number")
        return ascii_digits(entered) or None if isinstance(entered, str) else None

    @property
    def counts(self) -> bool:
        """Whether it takes effect: it was settled."""
        return self.state in (EntryState.SETTLED, EntryState.FORWARDED)


async def add(
    connection: asyncpg.Connection,
    notice: Said,
    person_id: UUID,
    fiscal_year: int,
    submission: Submission,
    by: str,
    now: datetime,
    *,
    apart: bool,
) -> None:
    """Keep a notice under the next receipt number of its fiscal year (受付番号)."""
    number = await next_receipt_number(connection, fiscal_year, apart=apart)
    await connection.execute(
        _ADD,
        notice.notice_id,
        notice.kind.value,
        SUBJECTS[notice.kind],
        person_id,
        fiscal_year,
        number,
        apart,
        submission.model_dump_json(),
        submission.received_on,
        notice.notified_on,
        by,
        now,
    )


async def find(
    connection: asyncpg.Connection, notice_id: UUID, *, lock: bool = False
) -> ExemptionNotice | None:
    """One notice. With ``lock`` nobody else changes it until the transaction ends."""
    where = "n.notice_id = $1" + (" for update of n" if lock else "")
    found = await _read(connection, where, notice_id)
    return found[0] if found else None


async def of_person(connection: asyncpg.Connection, person_id: UUID) -> list[ExemptionNotice]:
    """A person's notices, in the order of their receipt."""
    where = "n.person_id in (select bus.same_person($1)) order by n.sequence"
    return await _read(connection, where, person_id)


async def of_persons(
    connection: asyncpg.Connection, person_ids: Sequence[UUID]
) -> dict[UUID, list[ExemptionNotice]]:
    """The same of several persons; those without a notice are not there."""
    same = await connection.fetch(_SAME, list(person_ids))
    where = "n.person_id = any($1::uuid[]) order by n.sequence"
    found = await _read(connection, where, [row["same"] for row in same])
    asked = {row["same"]: row["asked"] for row in same}
    of: dict[UUID, list[ExemptionNotice]] = {}
    for notice in found:
        of.setdefault(asked[notice.person_id], []).append(notice)
    return of


async def in_state(
    connection: asyncpg.Connection, state: EntryState, after: int, limit: int
) -> list[ExemptionNotice]:
    """Notices in a state, in the order of their receipt, that follow a sequence number."""
    where = "n.state = $1 and n.sequence > $2 order by n.sequence limit $3"
    return await _read(connection, where, state.value, after, limit)


async def count(connection: asyncpg.Connection, state: EntryState) -> int:
    """How many notices are in a state."""
    query = "select count(*) from exemptions.exemption_notices where state = $1"
    found: int = await connection.fetchval(query, state.value)
    return found


async def settle(
    connection: asyncpg.Connection,
    notice_id: UUID,
    *,
    item_id: UUID,
    effect: Effect,
    documents: Sequence[AttachmentRecord],
    acknowledged: Sequence[str],
    by: str,
    now: datetime,
) -> None:
    """Settle a notice, with the documents that came in since it was accepted."""
    await connection.execute(
        _ADD_DOCUMENTS,
        notice_id,
        [document.code for document in documents],
        [document.state.value for document in documents],
        [document.waiver for document in documents],
        by,
        now,
    )
    await connection.execute(
        _SETTLE,
        notice_id,
        by,
        now,
        list(acknowledged),
        item_id,
        str(effect.from_month),
        str(effect.to_month) if effect.to_month else None,
    )


async def withdraw(
    connection: asyncpg.Connection, notice_id: UUID, reason: str, by: str, now: datetime
) -> None:
    """Withdraw a notice."""
    await connection.execute(_WITHDRAW, notice_id, by, now, reason)


async def known_items(connection: asyncpg.Connection, items: Sequence[UUID]) -> set[UUID]:
    """Which of these report items are of a notice of exemption here."""
    rows = await connection.fetch(
        "select item_id from exemptions.exemption_notices where item_id = any($1::uuid[])", items
    )
    return {row["item_id"] for row in rows}


async def forward(connection: asyncpg.Connection, forwarded: Sequence[tuple[UUID, date]]) -> None:
    """Mark the notices of these items as sent; one that was sent before keeps its first day."""
    await connection.execute(
        _FORWARD, [item_id for item_id, _ in forwarded], [on for _, on in forwarded]
    )


async def _read(
    connection: asyncpg.Connection, where: str, *arguments: Any
) -> list[ExemptionNotice]:
    query = f"select {_COLUMNS} from exemptions.exemption_notices n where {where}"  # noqa: S608  a constant of this module
    rows = await connection.fetch(query, *arguments)
    later: dict[UUID, list[AttachmentRecord]] = {}
    for row in await connection.fetch(_DOCUMENTS, [row["notice_id"] for row in rows]):
        state = AttachmentState(row["state"])
        record = AttachmentRecord(code=row["code"], state=state, waiver=row["waiver"])
        later.setdefault(row["notice_id"], []).append(record)
    return [_notice(row, later.get(row["notice_id"], ())) for row in rows]


def _notice(row: asyncpg.Record, later: Sequence[AttachmentRecord]) -> ExemptionNotice:
    values = dict(row)
    submission = Submission.model_validate_json(values["submission"])
    values["submission"] = submission.with_documents(later)
    values["kind"] = ExemptionNoticeKind(values["kind"])
    values["state"] = EntryState(values["state"])
    values["acknowledged"] = tuple(values["acknowledged"] or ())
    for name in ("from_month", "to_month"):
        values[name] = Month.parse(values[name]) if values[name] else None
    return ExemptionNotice(**values)
