"""Notices, their receipt numbers, and the documents that came in later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from contracts.events.exemptions import AdditionalPremiumChange
from contracts.forms import AttachmentRecord, AttachmentState, EntryState, Submission
from contracts.months import Month
from contracts.numbers import ascii_digits
from services.exemptions.domain.facts import Insured, Notified
from services.exemptions.domain.notices import CHANGES

_COLUMNS: Final = """
n.notice_id, n.sequence, n.kind, n.person_id, n.fiscal_year, n.receipt_number, n.apart,
n.state, n.submission::text as submission, n.received_on, n.notified_on, n.insured_as, n.stop_from,
n.accepted_by, n.accepted_at, n.settled_by, n.settled_at, n.acknowledged, n.from_month,
n.withdrawn_by, n.withdrawn_at, n.withdrawn_reason, n.forwarded_on
"""
_NEXT_NUMBER: Final = """
insert into exemptions.receipt_numbers as r (fiscal_year, apart, last_number) values ($1, $2, 1)
on conflict (fiscal_year, apart) do update set last_number = r.last_number + 1
returning last_number
"""
_ADD: Final = """
insert into exemptions.notices (notice_id, kind, person_id, fiscal_year, receipt_number, state,
    submission, received_on, notified_on, insured_as, stop_from, accepted_by, accepted_at, apart)
values ($1, $2, $3, $4, $5, 'received', $6::text::jsonb, $7, $8, $9, $10, $11, $12, $13)
"""
_SETTLE: Final = """
update exemptions.notices
set state = 'settled', settled_by = $2, settled_at = $3, acknowledged = $4, item_id = $5,
    from_month = $6
where notice_id = $1
"""
_WITHDRAW: Final = """
update exemptions.notices
set state = 'withdrawn', withdrawn_by = $2, withdrawn_at = $3, withdrawn_reason = $4
where notice_id = $1
"""
_FORWARD: Final = """
update exemptions.notices n set state = 'forwarded', forwarded_on = t.forwarded_on
from unnest($1::uuid[], $2::date[]) as t (item_id, forwarded_on)
where n.item_id = t.item_id and n.state = 'settled'
"""
_ADD_DOCUMENTS: Final = """
insert into exemptions.notice_documents (notice_id, code, state, waiver, recorded_by, recorded_at)
select $1, a.code, a.state, a.waiver, $5, $6
from unnest($2::text[], $3::text[], $4::text[]) as a (code, state, waiver)
"""
_DOCUMENTS: Final = """
select distinct on (notice_id, code) notice_id, code, state, waiver
from exemptions.notice_documents where notice_id = any($1::uuid[])
order by notice_id, code, recorded_at desc
"""


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice as it is kept, the documents that came in later included."""

    notice_id: UUID
    sequence: int
    kind: str
    person_id: UUID
    fiscal_year: int
    receipt_number: int
    apart: bool
    """Numbered in the book of those who are hidden (支援措置別冊)."""
    state: EntryState
    submission: Submission
    received_on: date
    notified_on: date
    insured_as: Insured
    stop_from: Month | None
    accepted_by: str
    accepted_at: datetime
    settled_by: str | None
    settled_at: datetime | None
    acknowledged: tuple[str, ...]
    from_month: Month | None
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    withdrawn_reason: str | None
    forwarded_on: date | None

    @property
    def change(self) -> AdditionalPremiumChange:
        """Whether it starts or ends the premium."""
        return CHANGES[self.kind]

    @property
    def notified(self) -> Notified:
        """What it says, for the rules."""
        return Notified(
            notice_id=self.notice_id,
            change=self.change,
            notified_on=self.notified_on,
            insured=self.insured_as,
            stop_from=self.stop_from,
        )

    @property
    def basic_pension_number(self) -> str | None:
        """The basic pension number that it was handed in with, if it was."""
        entered = self.submission.values.get("basic_pension_number")
        return ascii_digits(entered) or None if isinstance(entered, str) else None

    @property
    def counts(self) -> bool:
        """Whether it takes effect: it was settled."""
        return self.state in (EntryState.SETTLED, EntryState.FORWARDED)


async def next_receipt_number(
    connection: asyncpg.Connection, fiscal_year: int, *, apart: bool
) -> int:
    """The next receipt number (受付番号) of a fiscal year, of notices and applications together;
    ``apart``: of the book of those who are hidden.

    Its row stays locked until the transaction ends: numbers have no gaps.
    """
    number: int = await connection.fetchval(_NEXT_NUMBER, fiscal_year, apart)
    return number


async def add(
    connection: asyncpg.Connection,
    kind: str,
    person_id: UUID,
    fiscal_year: int,
    notified: Notified,
    submission: Submission,
    by: str,
    now: datetime,
    *,
    apart: bool,
) -> None:
    """Keep a notice under the next receipt number of its fiscal year."""
    number = await next_receipt_number(connection, fiscal_year, apart=apart)
    await connection.execute(
        _ADD,
        notified.notice_id,
        kind,
        person_id,
        fiscal_year,
        number,
        submission.model_dump_json(),
        submission.received_on,
        notified.notified_on,
        notified.insured.value,
        str(notified.stop_from) if notified.stop_from else None,
        by,
        now,
        apart,
    )


async def find(
    connection: asyncpg.Connection, notice_id: UUID, *, lock: bool = False
) -> Notice | None:
    """One notice. With ``lock`` nobody else changes it until the transaction ends."""
    where = "n.notice_id = $1" + (" for update of n" if lock else "")
    found = await _read(connection, where, notice_id)
    return found[0] if found else None


async def of_person(connection: asyncpg.Connection, person_id: UUID) -> list[Notice]:
    """A person's notices, in the order of their receipt."""
    where = "n.person_id in (select bus.same_person($1)) order by n.sequence"
    return await _read(connection, where, person_id)


async def in_state(
    connection: asyncpg.Connection, state: EntryState, after: int, limit: int
) -> list[Notice]:
    """Notices in a state, in the order of their receipt, that follow a sequence number."""
    where = "n.state = $1 and n.sequence > $2 order by n.sequence limit $3"
    return await _read(connection, where, state.value, after, limit)


async def count(connection: asyncpg.Connection, state: EntryState) -> int:
    """How many notices are in a state."""
    found: int = await connection.fetchval(
        "select count(*) from exemptions.notices where state = $1", state.value
    )
    return found


async def settle(
    connection: asyncpg.Connection,
    notice_id: UUID,
    *,
    item_id: UUID,
    from_month: Month,
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
        _SETTLE, notice_id, by, now, list(acknowledged), item_id, str(from_month)
    )


async def withdraw(
    connection: asyncpg.Connection, notice_id: UUID, reason: str, by: str, now: datetime
) -> None:
    """Withdraw a notice."""
    await connection.execute(_WITHDRAW, notice_id, by, now, reason)


async def unknown_items(connection: asyncpg.Connection, items: Sequence[UUID]) -> set[UUID]:
    """Which of these report items belong to no notice here."""
    rows = await connection.fetch(
        "select item_id from exemptions.notices where item_id = any($1::uuid[])", items
    )
    return set(items) - {row["item_id"] for row in rows}


async def forward(connection: asyncpg.Connection, forwarded: Sequence[tuple[UUID, date]]) -> None:
    """Mark the notices of these items as sent; one that was sent before keeps its first day."""
    await connection.execute(_FORWARD, *map(list, zip(*forwarded, strict=True)))


async def _read(connection: asyncpg.Connection, where: str, *arguments: Any) -> list[Notice]:
    query = f"select {_COLUMNS} from exemptions.notices n where {where}"  # noqa: S608  a constant of this module
    rows = await connection.fetch(query, *arguments)
    later: dict[UUID, list[AttachmentRecord]] = {}
    for row in await connection.fetch(_DOCUMENTS, [row["notice_id"] for row in rows]):
        state = AttachmentState(row["state"])
        record = AttachmentRecord(code=row["code"], state=state, waiver=row["waiver"])
        later.setdefault(row["notice_id"], []).append(record)
    return [_notice(row, later.get(row["notice_id"], ())) for row in rows]


def _notice(row: asyncpg.Record, later: Sequence[AttachmentRecord]) -> Notice:
    values = dict(row)
    submission = Submission.model_validate_json(values["submission"])
    values["submission"] = submission.with_documents(later)
    values["state"] = EntryState(values["state"])
    values["insured_as"] = Insured(values["insured_as"])
    values["acknowledged"] = tuple(values["acknowledged"] or ())
    for name in ("stop_from", "from_month"):
        values[name] = Month.parse(values[name]) if values[name] else None
    return Notice(**values)
