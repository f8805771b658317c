"""Whether something has to be reported to JPS at all, with the article that says so."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from contracts.events import ReportItemKind
from services.jps_reporting.domain.items import ItemOrigin, ReportItem


class Verdict(StrEnum):
    """What the table says of an item."""

    TO_REPORT = "to_report"
    NOT_NEEDED = "not_needed"
    UNDECIDED = "undecided"
    """A person has to look: the item is kept and held back, never dropped."""


@dataclass(frozen=True, slots=True)
class Classification:
    """The verdict with its reason, kept with the item and shown to staff."""

    verdict: Verdict
    rule: str
    article: str
    reason: str
    may_precede: bool = False
    """Whether the notice is lawfully handed in before the day of the fact (転出届)."""


class ReportabilityRule(BaseModel):
    """One row of ``parameters/reportability.toml``. What a row does not name matches anything."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    verdict: Verdict
    kinds: Annotated[tuple[ReportItemKind, ...], Field(min_length=1)]
    origins: tuple[ItemOrigin, ...] = ()
    reasons: tuple[str, ...] = ()
    accepted_within_days_of_death: int | None = None
    """Matches only where the acceptance lies at most so many days after the death."""
    may_precede: bool = False
    selected_by: Literal["accepted_on", "occurred_on"]
    """The date that decides whether the row is in force."""
    valid_from: date
    valid_to: date | None = None
    article: str
    reason: str

    def matches(self, item: ReportItem) -> bool:
        """Whether the row speaks about this item."""
        decisive = item.accepted_on if self.selected_by == "accepted_on" else item.occurred_on
        return (
            item.kind in self.kinds
            and (not self.origins or item.origin in self.origins)
            and (not self.reasons or item.reason in self.reasons)
            and self.valid_from <= decisive
            and (self.valid_to is None or decisive <= self.valid_to)
            and self._in_time(item)
        )

    def _in_time(self, item: ReportItem) -> bool:
        if self.accepted_within_days_of_death is None:
            return True
        # NPA art. 9(i): the loss is dated the day after the death. Days between two dates, as a
        # day before the first or after the last of the calendar is none.
        since_death = (item.accepted_on - item.occurred_on).days + 1
        return since_death <= self.accepted_within_days_of_death


class ReportabilityTable(BaseModel):
    """The rows in order; the first that matches decides."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    death_reasons: tuple[str, ...]
    """Reason codes of a loss that is a death: reported as 死亡報告, not 資格喪失報告."""
    rule: tuple[ReportabilityRule, ...]

    def classify(self, item: ReportItem) -> Classification:
        """What has to be done with ``item``; `UNKNOWN` where no row speaks about it."""
        for rule in self.rule:
            if rule.matches(item):
                return Classification(
                    rule.verdict, rule.id, rule.article, rule.reason, rule.may_precede
                )
        return UNKNOWN


UNKNOWN = Classification(
    verdict=Verdict.UNDECIDED,
    rule="RP-00",
    article="",
    reason="報告の要否を定めた規定が登録されていない事由です。内容を確認してください。",
)
"""What the table does not know is held back (fail closed)."""
