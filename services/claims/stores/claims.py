"""Claims, their receipt numbers, and the documents that came in later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from contracts.forms import (
    AttachmentRecord,
    AttachmentState,
    EntryState,
    Submission,
    book_of,
)
from services.chassis.corrections import Correction
from services.chassis.staff_context import StaffContext
from services.claims.domain.decisions import Decision
from services.claims.domain.facts import UnpaidBenefitClaim, fiscal_year
from services.claims.stores import corrections, decisions

_COLUMNS: Final = """
c.claim_id, c.sequence, c.kind, c.deceased_id, c.claimant_id, c.fiscal_year, c.receipt_number,
c.apart, c.state, c.submission::text as submission, c.received_on, c.died_on, c.accepted_by,
c.accepted_at, c.settled_by, c.settled_at, c.acknowledged, c.withdrawn_by, c.withdrawn_at,
c.withdrawn_reason, c.forwarded_on, bus.surviving(c.deceased_id) as surviving_deceased_id,
bus.surviving(c.claimant_id) as surviving_claimant_id
"""
_ON_DEATH: Final = "c.deceased_id in (select bus.same_person($1)) order by c.sequence"
_OF_PERSON: Final = """
c.deceased_id in (select bus.same_person($1)) or c.claimant_id in (select bus.same_person($1))
order by c.sequence
"""
_NEXT_NUMBER: Final = """
insert into claims.receipt_numbers as r (office, fiscal_year, last_number) values ($1, $2, 1)
on conflict (office, fiscal_year) do update set last_number = r.last_number + 1
returning last_number
"""
_ADD: Final = """
insert into claims.unpaid_benefit_claims (claim_id, kind, deceased_id, claimant_id, fiscal_year,
    receipt_number, state, submission, received_on, died_on, accepted_by, accepted_at, apart,
    office)
values ($1, $2, $3, $4, $5, $6, 'received', $7::text::jsonb, $8, $9, $10, $11, $12, $13)
"""
_SETTLE: Final = """
update claims.unpaid_benefit_claims
set state = 'settled', settled_by = $2, settled_at = $3, acknowledged = $4, item_id = $5
where claim_id = $1
"""
_WITHDRAW: Final = """
update claims.unpaid_benefit_claims
set state = 'withdrawn', withdrawn_by = $2, withdrawn_at = $3, withdrawn_reason = $4
where claim_id = $1
"""
_FORWARD: Final = """
update claims.unpaid_benefit_claims c set state = 'forwarded', forwarded_on = t.forwarded_on
from unnest($1::uuid[], $2::date[]) as t (item_id, forwarded_on)
where c.item_id = t.item_id and c.state = 'settled'
"""
_ADD_DOCUMENTS: Final = """
insert into claims.claim_documents (claim_id, code, state, waiver, recorded_by, recorded_at)
select $1, a.code, a.state, a.waiver, $5, $6
from unnest($2::text[], $3::text[], $4::text[]) as a (code, state, waiver)
"""
_DOCUMENTS: Final = """
select distinct on (claim_id, code) claim_id, code, state, waiver
from claims.claim_documents where claim_id = any($1::uuid[])
order by claim_id, code, recorded_at desc
"""


@dataclass(frozen=True, slots=True)
class KeptClaim:
    """A claim as it is kept, the documents that came in later included."""

    claim_id: UUID
    sequence: int
    kind: str
    deceased_id: UUID
    claimant_id: UUID | None
    """Both under the ids that the claim was taken in with."""
    fiscal_year: int
    receipt_number: int
    apart: bool
    """Numbered in the book of those who are hidden (支援措置別冊)."""
    state: EntryState
    submission: Submission
    received_on: date
    died_on: date
    accepted_by: str
    accepted_at: datetime
    settled_by: str | None
    settled_at: datetime | None
    acknowledged: tuple[str, ...]
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    withdrawn_reason: str | None
    forwarded_on: date | None
    surviving_deceased_id: UUID
    surviving_claimant_id: UUID | None
    """Who answers for them now."""
    decisions: tuple[Decision, ...]
    """What JPS decided on its report: the last counts."""
    corrections: tuple[Correction, ...]
    """What JPS was told since about its report, the earliest first."""

    @property
    def decision(self) -> Decision | None:
        """The decision that counts; None: JPS has not decided."""
        return self.decisions[-1] if self.decisions else None


async def add(
    connection: asyncpg.Connection,
    kind: str,
    claim: UnpaidBenefitClaim,
    submission: Submission,
    by: StaffContext,
    now: datetime,
    *,
    apart: bool,
) -> None:
    """Keep a claim under the next receipt number of the office of who takes it in, and its fiscal
    year (受付番号); ``apart``: of the office's book of those who are hidden.

    The number's row stays locked until the transaction ends: numbers have no gaps.
    """
    year = fiscal_year(submission.received_on)
    book = book_of(by.department, hidden=apart)
    number = await connection.fetchval(_NEXT_NUMBER, book, year)
    await connection.execute(
        _ADD,
        claim.claim_id,
        kind,
        claim.deceased_id,
        claim.claimant_id,
        year,
        number,
        submission.model_dump_json(),
        submission.received_on,
        claim.died_on,
        by.staff_id,
        now,
        apart,
        book,
    )


async def find(
    connection: asyncpg.Connection, claim_id: UUID, *, lock: bool = False
) -> KeptClaim | None:
    """One claim. With ``lock`` nobody else changes it until the transaction ends."""
    where = "c.claim_id = $1" + (" for update of c" if lock else "")
    found = await _read(connection, where, claim_id)
    return found[0] if found else None


async def on_death(connection: asyncpg.Connection, deceased_id: UUID) -> list[KeptClaim]:
    """The claims on a person's death, in the order of their receipt."""
    return await _read(connection, _ON_DEATH, deceased_id)


async def of_person(connection: asyncpg.Connection, person_id: UUID) -> list[KeptClaim]:
    """The claims on a person's death and those that the person made, by receipt."""
    return await _read(connection, _OF_PERSON, person_id)


async def in_state(
    connection: asyncpg.Connection, state: EntryState, after: int, limit: int
) -> list[KeptClaim]:
    """Claims in a state, in the order of their receipt, that follow a sequence number."""
    where = "c.state = $1 and c.sequence > $2 order by c.sequence limit $3"
    return await _read(connection, where, state.value, after, limit)


async def count(connection: asyncpg.Connection, state: EntryState) -> int:
    """How many claims are in a state."""
    found: int = await connection.fetchval(
        "select count(*) from claims.unpaid_benefit_claims where state = $1", state.value
    )
    return found


async def receipts(
    connection: asyncpg.Connection, office: str, year: int, after: int, limit: int
) -> list[KeptClaim]:
    """An office's claims of a fiscal year that follow a receipt number, in the order of numbers."""
    where = (
        "c.office = $1 and c.fiscal_year = $2 and c.receipt_number > $3"
        " order by c.receipt_number limit $4"
    )
    return await _read(connection, where, office, year, after, limit)


async def receipt_count(connection: asyncpg.Connection, office: str, year: int) -> int:
    """How many claims an office took in during a fiscal year."""
    found: int = await connection.fetchval(
        "select count(*) from claims.unpaid_benefit_claims where office = $1 and fiscal_year = $2",
        office,
        year,
    )
    return found


async def settle(
    connection: asyncpg.Connection,
    claim_id: UUID,
    *,
    item_id: UUID,
    documents: Sequence[AttachmentRecord],
    acknowledged: Sequence[str],
    by: str,
    now: datetime,
) -> None:
    """Settle a claim, with the documents that came in since it was accepted."""
    await connection.execute(
        _ADD_DOCUMENTS,
        claim_id,
        [document.code for document in documents],
        [document.state.value for document in documents],
        [document.waiver for document in documents],
        by,
        now,
    )
    await connection.execute(_SETTLE, claim_id, by, now, list(acknowledged), item_id)


async def withdraw(
    connection: asyncpg.Connection, claim_id: UUID, reason: str, by: str, now: datetime
) -> None:
    """Withdraw a claim."""
    await connection.execute(_WITHDRAW, claim_id, by, now, reason)


async def unknown_items(connection: asyncpg.Connection, items: Sequence[UUID]) -> set[UUID]:
    """Which of these report items belong to no claim here."""
    rows = await connection.fetch(
        "select item_id from claims.unpaid_benefit_claims where item_id = any($1::uuid[])", items
    )
    return set(items) - {row["item_id"] for row in rows}


async def forward(connection: asyncpg.Connection, forwarded: Sequence[tuple[UUID, date]]) -> None:
    """Mark the claims of these items as sent; one that was sent before keeps its first day."""
    await connection.execute(_FORWARD, *map(list, zip(*forwarded, strict=True)))


async def _read(connection: asyncpg.Connection, where: str, *arguments: Any) -> list[KeptClaim]:
    query = f"select {_COLUMNS} from claims.unpaid_benefit_claims c where {where}"  # noqa: S608  a constant of this module
    rows = await connection.fetch(query, *arguments)
    ids = [row["claim_id"] for row in rows]
    since = await corrections.KEPT.of(connection, ids)
    decided = await decisions.of(connection, ids)
    later: dict[UUID, list[AttachmentRecord]] = {}
    for row in await connection.fetch(_DOCUMENTS, ids):
        state = AttachmentState(row["state"])
        record = AttachmentRecord(code=row["code"], state=state, waiver=row["waiver"])
        later.setdefault(row["claim_id"], []).append(record)
    return [
        _claim(
            row,
            later.get(row["claim_id"], ()),
            decided.get(row["claim_id"], ()),
            since.get(row["claim_id"], ()),
        )
        for row in rows
    ]


def _claim(
    row: asyncpg.Record,
    later: Sequence[AttachmentRecord],
    decided: Sequence[Decision],
    since: Sequence[Correction],
) -> KeptClaim:
    values = {**row, "decisions": tuple(decided), "corrections": tuple(since)}
    submission = Submission.model_validate_json(values["submission"])
    values["submission"] = submission.with_documents(later)
    values["state"] = EntryState(values["state"])
    values["acknowledged"] = tuple(values["acknowledged"] or ())
    return KeptClaim(**values)
