"""SQL of the list of rows that fit no item (不一致): shown, settled, and matched by hand."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

Connection = Any

_COLUMNS: Final = """
u.unmatched_id, u.file_id, u.line, u.code, u.said::text as said, u.person_id, u.veils, u.listed_at,
u.settled_at, u.settled_by, u.done, u.matched_item, u.matched_person
"""
_PAGE = f"""
select {_COLUMNS} from jps_reporting.unmatched as u
where (u.settled_at is not null) = $1
  and ($2::uuid is null
       or (u.listed_at, u.unmatched_id) > (select a.listed_at, a.unmatched_id
                                           from jps_reporting.unmatched as a
                                           where a.unmatched_id = $2))
order by u.listed_at, u.unmatched_id limit $3
"""  # noqa: S608  constants
_ONE = f"select {_COLUMNS} from jps_reporting.unmatched as u where u.unmatched_id = $1"  # noqa: S608  constants
_SETTLE = """
update jps_reporting.unmatched
set settled_at = $2, settled_by = $3, done = $4, matched_item = $5, matched_person = $6
where unmatched_id = $1 and settled_at is null
"""
_PROPOSALS = """
select proposal_id, unmatched_id, proposed_at, proposed_by, item_id, person_id, reason,
       decided_at, decided_by, agreed, undoes
from jps_reporting.unmatched_proposals where unmatched_id = $1 order by sequence
"""
_SENT_OF_NUMBER = """
select i.item_id, i.person_id, i.kind, i.processing, i.occurred_on, i.state, m.serial,
       p.position, s.handed_on
from jps_reporting.items as i
join jps_reporting.provisions as p using (item_id)
join jps_reporting.media as m on m.medium_id = p.medium_id
join jps_reporting.slips as s on s.medium_id = m.medium_id
where i.basic_pension_number = any($1::text[])
   or i.item_id in (select d.item_id from jps_reporting.decisions as d
                    where d.assigned_number = any($1::text[])
                      and d.taken_back_at is null)
   or (m.serial, p.position) = ($2, $3)
order by s.handed_on desc, i.item_id limit 20
"""
_KNOWN_PERSON = """
select bus.surviving($1) where exists (
    select from jps_reporting.items where person_id in (select bus.same_person($1)))
"""


@dataclass(frozen=True, slots=True)
class UnmatchedRow:
    """A row of the list, and what was done about it."""

    unmatched_id: UUID
    file_id: UUID
    line: int
    code: str
    said: dict[str, Any]
    person_id: UUID | None
    """Whose item the named record is."""
    veils: UUID | None
    listed_at: datetime
    settled_at: datetime | None
    settled_by: str | None
    done: str | None
    matched_item: UUID | None
    matched_person: UUID | None

    @property
    def is_record(self) -> bool:
        """Whether it is a record of a person, rather than a result of an item."""
        return "rows" in self.said


@dataclass(frozen=True, slots=True)
class Proposal:
    """What somebody takes the row to be about. ``agreed`` None: nobody has decided yet."""

    proposal_id: UUID
    unmatched_id: UUID
    proposed_at: datetime
    proposed_by: str
    item_id: UUID | None
    person_id: UUID
    reason: str
    decided_at: datetime | None = None
    decided_by: str | None = None
    agreed: bool | None = None
    undoes: bool = False
    """The match is to be undone."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item that was sent, and that the row may be about."""

    item_id: UUID
    person_id: UUID
    kind: str
    processing: str
    occurred_on: date
    state: str
    serial: int
    position: int
    handed_on: date


async def page(
    connection: Connection, *, settled: bool, after: UUID | None, limit: int
) -> list[UnmatchedRow]:
    """A page of the list, the oldest first."""
    return [_row(row) for row in await connection.fetch(_PAGE, settled, after, limit)]


async def find(
    connection: Connection, unmatched_id: UUID, *, lock: bool = False
) -> UnmatchedRow | None:
    """One row; with ``lock`` nobody else changes it until the transaction ends."""
    row = await connection.fetchrow(_ONE + (" for update of u" if lock else ""), unmatched_id)
    return _row(row) if row else None


async def settle(
    connection: Connection,
    unmatched_id: UUID,
    *,
    done: str,
    staff_id: str,
    now: datetime,
    item_id: UUID | None = None,
    person_id: UUID | None = None,
) -> bool:
    """Note what was done about a row; False: it is not there, or settled already."""
    tag: str = await connection.execute(
        _SETTLE, unmatched_id, now, staff_id, done, item_id, person_id
    )
    return tag == "UPDATE 1"


async def reopen(connection: Connection, unmatched_id: UUID, person_id: UUID) -> None:
    """Let a row that was matched be unmatched again, before everybody who sees such a row."""
    await connection.execute(
        "update jps_reporting.unmatched set settled_at = null, settled_by = null, done = null,"
        " matched_item = null, matched_person = null where unmatched_id = $1",
        unmatched_id,
    )
    await connection.execute("select jps_reporting.lift_veil($1, $2)", unmatched_id, person_id)


async def leave_veil(
    connection: Connection, unmatched_id: UUID, copy_id: UUID, person_id: UUID
) -> None:
    """Let the row stand for one of a hidden person, and go on with the copy, which is theirs."""
    await connection.execute(
        "select jps_reporting.leave_veil($1, $2, $3)", unmatched_id, copy_id, person_id
    )


async def proposals(connection: Connection, unmatched_id: UUID) -> list[Proposal]:
    """All proposals about a row, the earliest first."""
    return [Proposal(**dict(row)) for row in await connection.fetch(_PROPOSALS, unmatched_id)]


async def propose(connection: Connection, proposal: Proposal) -> None:
    """Keep a proposal."""
    await connection.execute(
        "insert into jps_reporting.unmatched_proposals"
        " (proposal_id, unmatched_id, proposed_at, proposed_by, item_id, person_id, reason,"
        " undoes) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        proposal.proposal_id,
        proposal.unmatched_id,
        proposal.proposed_at,
        proposal.proposed_by,
        proposal.item_id,
        proposal.person_id,
        proposal.reason,
        proposal.undoes,
    )


async def decide(
    connection: Connection, proposal: Proposal, *, agreed: bool, staff_id: str, now: datetime
) -> None:
    """Keep what another decided on a proposal."""
    await connection.execute(
        "update jps_reporting.unmatched_proposals"
        " set decided_at = $2, decided_by = $3, agreed = $4 where proposal_id = $1",
        proposal.proposal_id,
        now,
        staff_id,
        agreed,
    )


async def candidates(
    connection: Connection, numbers: Sequence[str], place: tuple[int | None, int | None]
) -> list[Candidate]:
    """Items that were sent of persons with these numbers, or as that record; the latest first."""
    rows = await connection.fetch(_SENT_OF_NUMBER, numbers, *place)
    return [Candidate(**dict(row)) for row in rows]


async def known_person(connection: Connection, person_id: UUID) -> UUID | None:
    """Who answers for this id; None: nothing was ever reported of them here."""
    found: UUID | None = await connection.fetchval(_KNOWN_PERSON, person_id)
    return found


def _row(row: Any) -> UnmatchedRow:
    return UnmatchedRow(**{**dict(row), "said": json.loads(row["said"])})
