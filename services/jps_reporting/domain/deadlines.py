"""When an item has to be with JPS: days counted after the Civil Code, from dated parameters."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.events import ReportItemKind


class NoDeadlineKnown(LookupError):
    """No parameter says what holds for this kind on that day."""

    code: ClassVar[str] = "JR-1102"


def last_day_of(days: int, counted_from: date) -> date:
    """The last day of a period of ``days`` that an event on ``counted_from`` starts.

    民法140条: the first day does not count. 141条: the period ends with its last day. 142条 moves a
    last day on which offices are closed only where there is a custom of doing no business then;
    whether that holds for reports to JPS is unverified. It is not moved: the earlier day is safe.

    Raises ``ValueError`` for a period of less than a day.
    """
    if days < 1:
        raise ValueError("a period has a day at least")
    return counted_from + timedelta(days=days)


@dataclass(frozen=True, slots=True)
class Due:
    """By when, and because of what."""

    on: date
    article: str
    statutory: bool
    """Whether the law counts the days, or the office set them itself."""
    note: str


class DeadlineRule(BaseModel):
    """One row of ``parameters/deadlines.toml``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    kinds: Annotated[tuple[ReportItemKind, ...], Field(min_length=1)]
    days: Annotated[int, Field(ge=1)]
    article: str
    statutory: bool
    note: str
    valid_from: date
    valid_to: date | None = None
    """Last day of validity."""


class DeadlineTable(BaseModel):
    """The rules for all kinds and times. Two that hold for a kind on one day are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    deadline: tuple[DeadlineRule, ...]

    @model_validator(mode="after")
    def _unambiguous(self) -> Self:
        for kind in ReportItemKind:
            rules = sorted(
                (rule for rule in self.deadline if kind in rule.kinds), key=lambda r: r.valid_from
            )
            for rule, following in pairwise(rules):
                if rule.valid_to is None or rule.valid_to >= following.valid_from:
                    raise ValueError(f"{rule.id} and {following.id} overlap")
        return self

    def due(self, kind: ReportItemKind, accepted_on: date) -> Due:
        """The day on which an item accepted (受理) on ``accepted_on`` is due.

        規則9条1項: within fourteen days from the day of acceptance. Raises `NoDeadlineKnown` where
        no row covers the day (a missing parameter is an error, never the nearest one), and where
        the calendar ends before the period does.
        """
        for rule in self.deadline:
            if (
                kind in rule.kinds
                and rule.valid_from <= accepted_on
                and (rule.valid_to is None or accepted_on <= rule.valid_to)
            ):
                try:
                    last = last_day_of(rule.days, accepted_on)
                except OverflowError:
                    raise NoDeadlineKnown("the period ends beyond the calendar") from None
                return Due(last, rule.article, rule.statutory, rule.note)
        raise NoDeadlineKnown(f"{kind} accepted on a day that no rule covers")
