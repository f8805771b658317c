"""Corrections: how, because of what and by when JPS is told that what it was told is not so."""

from datetime import date
from itertools import pairwise
from typing import Annotated, Self
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.events import ReportProcessing
from services.jps_reporting.domain.deadlines import Due, NoDeadlineKnown, last_day_of


class CorrectionRule(BaseModel):
    """One row of ``parameters/corrections.toml``. Nothing of it is statutory: see there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    processing: ReportProcessing
    days: Annotated[int, Field(ge=1)]
    article: str
    reason: str
    note: str
    valid_from: date
    valid_to: date | None = None
    """Last day of validity."""

    def due(self, settled_on: date) -> Due:
        """By when a correction that was settled on a day is to be with JPS."""
        return Due(last_day_of(self.days, settled_on), self.article, False, self.note)


class CorrectionTable(BaseModel):
    """The rules for all times. Two that hold for a processing on one day are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    correction: tuple[CorrectionRule, ...]

    @model_validator(mode="after")
    def _unambiguous(self) -> Self:
        for processing in ReportProcessing:
            rules = sorted(
                (rule for rule in self.correction if rule.processing is processing),
                key=lambda rule: rule.valid_from,
            )
            for rule, following in pairwise(rules):
                if rule.valid_to is None or rule.valid_to >= following.valid_from:
                    raise ValueError(f"{rule.id} and {following.id} overlap")
        return self

    def rule(self, processing: ReportProcessing, on: date) -> CorrectionRule:
        """The rule that holds on a day. Raises `NoDeadlineKnown` where none does."""
        for rule in self.correction:
            if (
                rule.processing is processing
                and rule.valid_from <= on
                and (rule.valid_to is None or on <= rule.valid_to)
            ):
                return rule
        raise NoDeadlineKnown(f"{processing} on a day that no rule covers")


def correction_id(item_id: UUID, number: int) -> UUID:
    """The id of an item's correction of that number, from 1."""
    return uuid5(item_id, f"correction/{number}")
