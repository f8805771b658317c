"""Applications: how they were handed in, what became of them, the documents that came in later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from contracts.forms import AttachmentRecord, AttachmentState, EntryState, Submission
from contracts.numbers import ascii_digits
from services.exemptions.domain.application.continuing import Continuation
from services.exemptions.domain.asked import ApplicationKind
from services.exemptions.domain.renewals import RenewalState, by_what
from services.exemptions.stores.notices import next_receipt_number

_COLUMNS: Final = """
a.application_id, a.sequence, a.kind, a.person_id, a.cycle, a.fiscal_year, a.receipt_number,
a.apart, a.state, a.submission::text as submission, a.received_on, a.applied_on, a.continued_from,
a.accepted_by, a.accepted_at, a.settled_by, a.settled_at, a.acknowledged,
a.reviewed::text as reviewed, a.continued_kind, a.continued_ground, a.renewal, a.withdrawn_by,
a.withdrawn_at, a.withdrawn_reason, a.forwarded_on
"""
_ADD: Final = """
insert into exemptions.applications (application_id, kind, person_id, cycle, fiscal_year,
    receipt_number, state, submission, received_on, applied_on, accepted_by, accepted_at, apart)
values ($1, $2, $3, $4, $5, $6, 'received', $7::text::jsonb, $8, $9, $10, $11, $12)
"""
_SETTLE: Final = """
update exemptions.applications
set state = 'settled', settled_by = $2, settled_at = $3, acknowledged = $4, item_id = $5,
    reviewed = $6::text::jsonb, continues_kind = $7, continues_ground = $8
where application_id = $1
"""
_WITHDRAW: Final = """
update exemptions.applications
set state = 'withdrawn', withdrawn_by = $2, withdrawn_at = $3, withdrawn_reason = $4
where application_id = $1
"""
TOLD: Final = "^(income|status|assisted|not-assisted|assistance|other-assistance|under-19)"
"""Codes of reasons that repeat what identity told: they lose their sentence with it."""
_NO_MORE: Final = "（審査に用いた所得等の内容は、送付後に消去しました。）"
_FORWARD: Final = """
update exemptions.applications a set state = 'forwarded', forwarded_on = t.forwarded_on,
    reviewed = (
        select jsonb_agg(
            m.month || jsonb_build_object('reasons', coalesce((
                select jsonb_agg(
                    case when r.reason ->> 'code' ~ $3
                        then r.reason || jsonb_build_object('sentence', $4::text)
                        else r.reason end
                    order by r.n)
                from jsonb_array_elements(m.month -> 'reasons') with ordinality as r (reason, n)
            ), '[]'))
            order by m.n)
        from jsonb_array_elements(a.reviewed) with ordinality as m (month, n)
    )
from unnest($1::uuid[], $2::date[]) as t (item_id, forwarded_on)
where a.item_id = t.item_id and a.state = 'settled'
returning a.application_id
"""
_ADD_DOCUMENTS: Final = """
insert into exemptions.application_documents
    (application_id, code, state, waiver, recorded_by, recorded_at)
select $1, d.code, d.state, d.waiver, $5, $6
from unnest($2::text[], $3::text[], $4::text[]) as d (code, state, waiver)
"""
_DOCUMENTS: Final = """
select distinct on (application_id, code) application_id, code, state, waiver
from exemptions.application_documents where application_id = any($1::uuid[])
order by application_id, code, recorded_at desc
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """An application as it is kept, the documents that came in later included."""

    application_id: UUID
    sequence: int
    kind: ApplicationKind
    person_id: UUID
    cycle: int
    fiscal_year: int
    receipt_number: int | None
    """None of a continuing application: nothing was handed in."""
    apart: bool
    """Numbered in the book of those who are hidden (支援措置別冊)."""
    state: EntryState
    submission: Submission
    received_on: date
    applied_on: date
    continued_from: UUID | None
    accepted_by: str
    accepted_at: datetime
    settled_by: str | None
    settled_at: datetime | None
    acknowledged: tuple[str, ...]
    reviewed: str | None
    """The review as it was settled, as JSON."""
    continued: Continuation | None
    """By what the cycle before passed, of a continuing application."""
    renewal: RenewalState | None
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    withdrawn_reason: str | None
    forwarded_on: date | None

    @property
    def basic_pension_number(self) -> str | None:
        """The basic pension number that it was handed in with, if it was."""
        entered = self.submission.values.get("basic_pension_number")
        return ascii_digits(entered) or None if isinstance(entered, str) else None


@dataclass(frozen=True, slots=True)
class New:
    """An application that is accepted."""

    application_id: UUID
    kind: ApplicationKind
    person_id: UUID
    cycle: int
    fiscal_year: int
    submission: Submission
    applied_on: date
    apart: bool
    """About somebody hidden: numbered in a book apart."""


async def add(connection: asyncpg.Connection, new: New, by: str, now: datetime) -> None:
    """Keep an application under the next receipt number of its fiscal year (受付番号)."""
    number = await next_receipt_number(connection, new.fiscal_year, apart=new.apart)
    await connection.execute(
        _ADD,
        new.application_id,
        new.kind.value,
        new.person_id,
        new.cycle,
        new.fiscal_year,
        number,
        new.submission.model_dump_json(),
        new.submission.received_on,
        new.applied_on,
        by,
        now,
        new.apart,
    )


async def find(
    connection: asyncpg.Connection, application_id: UUID, *, lock: bool = False
) -> Kept | None:
    """One application. With ``lock`` nobody else changes it until the transaction ends."""
    where = "a.application_id = $1" + (" for update of a" if lock else "")
    found = await _read(connection, where, application_id)
    return found[0] if found else None


async def of_person(connection: asyncpg.Connection, person_id: UUID) -> list[Kept]:
    """A person's applications, in the order of their receipt."""
    where = "a.person_id in (select bus.same_person($1)) order by a.sequence"
    return await _read(connection, where, person_id)


async def some(connection: asyncpg.Connection, ids: Sequence[UUID]) -> list[Kept]:
    """These applications, in the order in which they came."""
    return await _read(connection, "a.application_id = any($1::uuid[]) order by a.sequence", ids)


async def in_state(
    connection: asyncpg.Connection, state: EntryState, after: int, limit: int
) -> list[Kept]:
    """Applications in a state, in the order of their receipt, after a sequence number."""
    where = "a.state = $1 and a.sequence > $2 order by a.sequence limit $3"
    return await _read(connection, where, state.value, after, limit)


async def of_renewal(
    connection: asyncpg.Connection, cycle: int, renewal: RenewalState, after: int, limit: int
) -> list[Kept]:
    """Continuing applications of a cycle that wait, by what their review came to."""
    where = (
        "a.cycle = $1 and a.renewal = $2 and a.state = 'received' and a.sequence > $3"
        " order by a.sequence limit $4"
    )
    return await _read(connection, where, cycle, renewal.value, after, limit)


async def count(connection: asyncpg.Connection, state: EntryState) -> int:
    """How many there are in a state."""
    query = "select count(*) from exemptions.applications where state = $1"
    found: int = await connection.fetchval(query, state.value)
    return found


async def settle(
    connection: asyncpg.Connection,
    application_id: UUID,
    *,
    item_id: UUID,
    reviewed: str,
    goes_on: Continuation | None,
    documents: Sequence[AttachmentRecord],
    acknowledged: Sequence[str],
    by: str,
    now: datetime,
) -> None:
    """Settle an application, with the review that whoever settles it has seen."""
    await connection.execute(
        _ADD_DOCUMENTS,
        application_id,
        [document.code for document in documents],
        [document.state.value for document in documents],
        [document.waiver for document in documents],
        by,
        now,
    )
    await connection.execute(
        _SETTLE,
        application_id,
        by,
        now,
        list(acknowledged),
        item_id,
        reviewed,
        goes_on.kind.value if goes_on else None,
        goes_on.ground.value if goes_on else None,
    )


async def withdraw(
    connection: asyncpg.Connection, application_id: UUID, reason: str, by: str, now: datetime
) -> None:
    """Withdraw an application."""
    await connection.execute(_WITHDRAW, application_id, by, now, reason)


async def known_items(connection: asyncpg.Connection, items: Sequence[UUID]) -> set[UUID]:
    """Which of these report items are of an application here."""
    rows = await connection.fetch(
        "select item_id from exemptions.applications where item_id = any($1::uuid[])", items
    )
    return {row["item_id"] for row in rows}


async def forward(
    connection: asyncpg.Connection, forwarded: Sequence[tuple[UUID, date]]
) -> list[UUID]:
    """Mark the applications of these items as sent; return those that were not before."""
    rows = await connection.fetch(
        _FORWARD,
        [item_id for item_id, _ in forwarded],
        [on for _, on in forwarded],
        TOLD,
        _NO_MORE,
    )
    return [row["application_id"] for row in rows]


async def _read(connection: asyncpg.Connection, where: str, *arguments: Any) -> list[Kept]:
    query = f"select {_COLUMNS} from exemptions.applications a where {where}"  # noqa: S608  a constant of this module
    rows = await connection.fetch(query, *arguments)
    later: dict[UUID, list[AttachmentRecord]] = {}
    for row in await connection.fetch(_DOCUMENTS, [row["application_id"] for row in rows]):
        state = AttachmentState(row["state"])
        record = AttachmentRecord(code=row["code"], state=state, waiver=row["waiver"])
        later.setdefault(row["application_id"], []).append(record)
    return [_kept(row, later.get(row["application_id"], ())) for row in rows]


def _kept(row: asyncpg.Record, later: Sequence[AttachmentRecord]) -> Kept:
    values = dict(row)
    submission = Submission.model_validate_json(values["submission"])
    values["submission"] = submission.with_documents(later)
    values["kind"] = ApplicationKind(values["kind"])
    values["state"] = EntryState(values["state"])
    values["acknowledged"] = tuple(values["acknowledged"] or ())
    by = values.pop("continued_kind"), values.pop("continued_ground")
    values["continued"] = by_what(*by) if all(by) else None
    values["renewal"] = RenewalState(values["renewal"]) if values["renewal"] else None
    return Kept(**values)
