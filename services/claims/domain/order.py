"""The order of claimants to unpaid benefits (NPA art. 19(4), 令4条の3の2), by the day of death."""

from collections.abc import Sequence
from datetime import date
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.codes import Code
from contracts.events.claims import ClaimantRelationship


class Certainty(Code):
    """How sure a value is."""

    VERIFIED = "V", "条文で確認"
    SECONDARY = "2nd", "二次資料による"
    UNVERIFIED = "unverified", "未確認"


class DatedOrder(BaseModel):
    """The order for deaths from a day on, and where it comes from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    valid_from: date
    value: tuple[ClaimantRelationship, ...] = Field(min_length=1)
    certainty: Certainty
    source: str
    note: str | None = None

    def rank(self, relationship: ClaimantRelationship) -> int | None:
        """1 for the first; None for whoever may not claim."""
        if relationship not in self.value:
            return None
        return self.value.index(relationship) + 1


class ClaimantOrder(BaseModel):
    """The parameter with all its versions."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    article: str
    last_checked: date
    values: tuple[DatedOrder, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        days = [dated.valid_from for dated in self.values]
        if days != sorted(set(days)):
            raise ValueError("values are listed by the day from which they are valid")
        return self

    def on(self, died_on: date) -> DatedOrder | None:
        """The order for a death on that day; None for a day before the first: not held."""
        return _last([dated for dated in self.values if dated.valid_from <= died_on])


def _last(dated: Sequence[DatedOrder]) -> DatedOrder | None:
    return dated[-1] if dated else None
