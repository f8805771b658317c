"""SQL of corrections: what calls for one, who proposed it, and the items that they become."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from contracts.events import ReportProcessing
from services.jps_reporting.domain.corrections import CorrectionRule, correction_id
from services.jps_reporting.domain.deadlines import Due
from services.jps_reporting.stores import give_ups
from services.jps_reporting.stores.item_rows import SELECT, StoredItem, stored

Connection = Any

# What fell away, and what was corrected before: nothing else can call for a correction.
_WANTED: Final = """
where corrects is null
  and (fell_away_on is not null
       or item_id in (select c.corrects from jps_reporting.items as c where c.corrects is not null))
  and jps_reporting.correction_wanted(item_id, state, fell_away_on) is not null
  and ($1::uuid is null or item_id > $1)
order by item_id limit $2
"""
_OF: Final = " where corrects = $1 order by correction_no"
_LATEST: Final = " where corrects = any($1::uuid[]) order by corrects, correction_no"
_CORRECTED: Final = """
select distinct coalesce(corrects, item_id) as item_id from jps_reporting.items
where item_id = any($1::uuid[]) order by 1
"""
_ADD: Final = """
with added as (
    insert into jps_reporting.items (
        item_id, corrects, correction_no, processing, person_id, kind, source, origin, document_id,
        occurred_on, accepted_on, reason, category_before, category_after, basic_pension_number,
        from_month, pension_code, claimant_relationship, content_digest, rule, article,
        rule_reason, may_precede, due_on, due_article, due_statutory, due_note, state, trace,
        received_at, state_since)
    select $2, i.item_id, $3, $4, i.person_id, i.kind, i.source, i.origin, i.document_id,
           i.occurred_on, i.accepted_on, i.reason, i.category_before, i.category_after,
           i.basic_pension_number, i.from_month, i.pension_code, i.claimant_relationship,
           i.content_digest, $5, $6, $7, i.may_precede, $8, $9, $10, $11, 'waiting', i.trace,
           $12, $12
    from jps_reporting.items as i where i.item_id = $1
    returning item_id, state
)
insert into jps_reporting.item_history (item_id, at, state, staff_id)
select item_id, $12, state, $13 from added
"""
_REPORTED: Final = """
select coalesce(corrects, item_id) from jps_reporting.items where item_id = $1
"""
_NUMBER: Final = """
select 1 + coalesce(max(correction_no), 0) from jps_reporting.items where corrects = $1
"""
_PROPOSALS: Final = """
select proposal_id, item_id, processing, proposed_at, proposed_by, reason, decided_at, decided_by,
       agreed, lapsed_at, correction_id
from jps_reporting.correction_proposals where item_id = any($1::uuid[]) order by sequence
"""
_PROPOSE: Final = """
insert into jps_reporting.correction_proposals
    (proposal_id, item_id, processing, proposed_at, proposed_by, reason)
values ($1, $2, $3, $4, $5, $6)
"""
_DECIDE: Final = """
update jps_reporting.correction_proposals
set decided_at = $2, decided_by = $3, agreed = $4, correction_id = $5 where proposal_id = $1
"""
_LAPSE: Final = """
update jps_reporting.correction_proposals as p set lapsed_at = $2
from jps_reporting.items as i
where p.item_id = any($1::uuid[]) and p.decided_at is null and p.lapsed_at is null
  and i.item_id = p.item_id
  and p.processing is distinct from
      jps_reporting.correction_wanted(i.item_id, i.state, i.fell_away_on)
"""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Who would have an item corrected, and what another decided."""

    proposal_id: UUID
    item_id: UUID
    processing: ReportProcessing
    proposed_at: datetime
    proposed_by: str
    reason: str
    decided_at: datetime | None = None
    decided_by: str | None = None
    agreed: bool | None = None
    lapsed_at: datetime | None = None
    """There was no call for it any more."""
    correction_id: UUID | None = None

    @property
    def is_open(self) -> bool:
        """Whether it waits for another to decide."""
        return self.decided_at is None and self.lapsed_at is None


async def wanted(connection: Connection, after: UUID | None, limit: int) -> list[StoredItem]:
    """Items that call for a correction that is not on its way, by their id."""
    return [stored(row) for row in await connection.fetch(SELECT + _WANTED, after, limit)]


async def find(connection: Connection, item_id: UUID, *, held: bool) -> StoredItem | None:
    """An item as its owner reported it; ``held``: nobody corrects it or takes its fact back.

    Asked by the id of a correction, as the list of report items shows it, it is what that corrects.
    """
    item_id = await connection.fetchval(_REPORTED, item_id) or item_id
    if held:
        # By itself, so that what is read of it then is what the one before left.
        await connection.execute(
            "select from jps_reporting.items where item_id = $1 for update", item_id
        )
    row = await connection.fetchrow(SELECT + " where item_id = $1 and corrects is null", item_id)
    return stored(row) if row else None


async def of(connection: Connection, item_id: UUID) -> list[StoredItem]:
    """An item's corrections, the first first."""
    return [stored(row) for row in await connection.fetch(SELECT + _OF, item_id)]


async def latest(connection: Connection, item_ids: Sequence[UUID]) -> dict[UUID, StoredItem]:
    """The last correction of each of these items that has one."""
    rows = await connection.fetch(SELECT + _LATEST, item_ids)
    found = {}
    for one in map(stored, rows):
        if one.item.corrects is not None:
            found[one.item.corrects] = one
    return found


async def corrected_of(connection: Connection, item_ids: Sequence[UUID]) -> list[UUID]:
    """These items, and those that they correct, as their owners reported them."""
    rows = await connection.fetch(_CORRECTED, item_ids)
    return [row["item_id"] for row in rows]


async def add(
    connection: Connection,
    item_id: UUID,
    rule: CorrectionRule,
    due: Due,
    *,
    staff_id: str,
    now: datetime,
) -> UUID:
    """Make the correction an item that waits to be reported; its id. The item is held (`find`)."""
    number = await connection.fetchval(_NUMBER, item_id)
    correction = correction_id(item_id, number)
    await connection.execute(
        _ADD, item_id, correction, number, rule.processing.value, rule.id, rule.article,
        rule.reason, due.on, due.article, due.statutory, due.note, now, staff_id,
    )  # fmt: skip
    return correction


async def proposals(connection: Connection, item_ids: Sequence[UUID]) -> dict[UUID, list[Proposal]]:
    """All proposals about these items, the earliest first, by item."""
    found: dict[UUID, list[Proposal]] = {}
    for row in await connection.fetch(_PROPOSALS, item_ids):
        said = Proposal(**{**dict(row), "processing": ReportProcessing(row["processing"])})
        found.setdefault(said.item_id, []).append(said)
    return found


async def propose(connection: Connection, proposal: Proposal) -> None:
    """Keep a proposal."""
    await connection.execute(
        _PROPOSE, proposal.proposal_id, proposal.item_id, proposal.processing.value,
        proposal.proposed_at, proposal.proposed_by, proposal.reason,
    )  # fmt: skip


async def decide(
    connection: Connection,
    proposal: Proposal,
    correction: UUID | None,
    *,
    staff_id: str,
    now: datetime,
) -> None:
    """Keep what another decided; with the correction that it became, where they agreed."""
    await connection.execute(
        _DECIDE, proposal.proposal_id, now, staff_id, correction is not None, correction
    )


async def lapse(connection: Connection, item_ids: Sequence[UUID], now: datetime) -> None:
    """End what is proposed about these items and no longer called for, and what is proposed about
    giving up what is withdrawn by itself."""
    await connection.execute(_LAPSE, item_ids, now)
    await give_ups.lapse(connection, item_ids, now)
