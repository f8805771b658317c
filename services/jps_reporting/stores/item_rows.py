"""An item as it stands, from its row."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from contracts.events import InsuredCategory, ReportItemKind, ReportProcessing
from contracts.events.claims import ClaimantRelationship
from contracts.months import Month
from services.jps_reporting.domain.checks import CHECKS
from services.jps_reporting.domain.items import (
    BLOCKED_FOR,
    ItemOrigin,
    ItemSource,
    ItemState,
    ReportItem,
)


@dataclass(frozen=True, slots=True)
class StoredItem:
    """An item as it stands."""

    item: ReportItem
    rule: str
    article: str
    rule_reason: str
    may_precede: bool
    due_on: date | None
    due_article: str | None
    due_statutory: bool | None
    due_note: str | None
    state: ItemState
    batch_id: UUID | None
    blocked_code: str | None
    trace: str | None
    received_at: datetime
    state_since: datetime
    fell_away_on: date | None
    """Since when the owner's facts no longer give it."""
    stale: bool
    """Its fact is no longer so; of a cancellation: it stands after all. It may not be sent."""
    held_on: date | None
    """Since when its owner holds it back; it may not be sent."""
    correction_wanted: ReportProcessing | None
    """What JPS has yet to be told about it, beyond what is on its way."""
    surviving_id: UUID
    """Who answers for the item's person now: what it was reported under stays with it."""

    @property
    def blocked_reason(self) -> str | None:
        """Why it is held back, as staff read it."""
        code = self.blocked_code
        if code is None:
            return None
        return BLOCKED_FOR.get(code) or (CHECKS[code].text if code in CHECKS else None)


SELECT = """
select
    item_id, person_id, kind, source, origin, document_id, occurred_on, accepted_on, reason,
    category_before, category_after, basic_pension_number, from_month, pension_code,
    claimant_relationship, rule, article, rule_reason, may_precede, due_on, due_article,
    due_statutory, due_note, state, batch_id, blocked_code, trace, received_at, state_since,
    fell_away_on, held_on, processing, corrects,
    jps_reporting.is_stale(corrects, processing, fell_away_on) as stale,
    case when corrects is null
         then jps_reporting.correction_wanted(item_id, state, fell_away_on)
    end as correction_wanted,
    bus.surviving(person_id) as surviving_id
from jps_reporting.items
"""


def stored(row: Any) -> StoredItem:
    """An item from its row."""
    before, after = row["category_before"], row["category_after"]
    wanted = row["correction_wanted"]
    relationship = row["claimant_relationship"]
    return StoredItem(
        item=ReportItem(
            item_id=row["item_id"],
            person_id=row["person_id"],
            kind=ReportItemKind(row["kind"]),
            source=ItemSource(row["source"]),
            origin=ItemOrigin(row["origin"]),
            document_id=row["document_id"],
            occurred_on=row["occurred_on"],
            accepted_on=row["accepted_on"],
            reason=row["reason"],
            category_before=InsuredCategory(before) if before else None,
            category_after=InsuredCategory(after) if after else None,
            basic_pension_number=row["basic_pension_number"],
            from_month=Month.parse(row["from_month"]) if row["from_month"] else None,
            pension_code=row["pension_code"],
            claimant_relationship=ClaimantRelationship(relationship) if relationship else None,
            processing=ReportProcessing(row["processing"]),
            corrects=row["corrects"],
        ),
        rule=row["rule"],
        article=row["article"],
        rule_reason=row["rule_reason"],
        may_precede=row["may_precede"],
        due_on=row["due_on"],
        due_article=row["due_article"],
        due_statutory=row["due_statutory"],
        due_note=row["due_note"],
        state=ItemState(row["state"]),
        batch_id=row["batch_id"],
        blocked_code=row["blocked_code"],
        trace=row["trace"],
        received_at=row["received_at"],
        state_since=row["state_since"],
        fell_away_on=row["fell_away_on"],
        stale=row["stale"],
        held_on=row["held_on"],
        correction_wanted=ReportProcessing(wanted) if wanted else None,
        surviving_id=row["surviving_id"],
    )
