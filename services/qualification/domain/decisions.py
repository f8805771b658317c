"""What JPS decided on what was reported (処理結果): theirs, shown as theirs (C40)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from contracts.events import InsuredCategory, ItemDecided, ItemOutcome


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision on one report item, and when it was recorded here (aware)."""

    decision_id: UUID
    item_id: UUID
    outcome: ItemOutcome
    decided_on: date
    return_code: str | None
    return_reason: str | None
    corrected_occurred_on: date | None
    corrected_category: InsuredCategory | None
    recorded_at: datetime
    taken_back_at: datetime | None = None
    """It was about another: from then on it counts no more."""

    @classmethod
    def of(cls, event: ItemDecided, recorded_at: datetime) -> "Decision":
        """The decision that an event tells."""
        corrected = event.corrected
        return cls(
            decision_id=event.decision_id,
            item_id=event.item_id,
            outcome=event.outcome,
            decided_on=event.decided_on,
            return_code=event.return_code,
            return_reason=event.return_reason,
            corrected_occurred_on=corrected.occurred_on if corrected else None,
            corrected_category=corrected.category_after if corrected else None,
            recorded_at=recorded_at,
        )


def known_by(decisions: Iterable[Decision], moment: datetime | None) -> tuple[Decision, ...]:
    """Those that counted at ``moment`` (None: that do now), the earliest day first."""
    known = (
        d
        for d in decisions
        if (d.taken_back_at is None or (moment is not None and d.taken_back_at > moment))
        and (moment is None or d.recorded_at <= moment)
    )
    return tuple(sorted(known, key=lambda d: (d.decided_on, d.recorded_at, d.decision_id)))


def counting(decisions: Iterable[Decision], moment: datetime | None = None) -> Decision | None:
    """The decision that counts: of the latest day, whichever was told first."""
    known = known_by(decisions, moment)
    return known[-1] if known else None
