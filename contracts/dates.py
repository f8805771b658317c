"""Dates of the resident register, which may be known only in part (不詳日).

The register keeps a birth, death or move whose day nobody knows in words (「昭和20年春」). Such a
date is passed on as it is written, and no rule computes on it silently: `UncertainDate.require`.
"""

from datetime import date
from typing import Annotated, ClassVar, Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from contracts.days import Day
from contracts.enums import StrEnum
from contracts.errors import ContractError


class InexactDate(ContractError):
    """A rule asked for the day of a date that is known only in part: a person has to decide."""

    code: ClassVar[str] = "CT-0204"


class InconsistentDate(ContractError):
    """The parts of an `UncertainDate` contradict each other."""

    code: ClassVar[str] = "CT-0205"


class DatePrecision(StrEnum):
    """How much of a date is known, after the notations of the resident register standard."""

    EXACT = "exact"
    TWO_ERA = "two_era"
    """The day is certain and belongs to two eras: 明治45年7月30日, 大正15年12月25日."""
    ABOUT_DAY = "about_day"
    """令和○年○月○日頃"""
    ESTIMATED_DAY = "estimated_day"
    """推定令和○年○月○日"""
    ABOUT_MONTH = "about_month"
    """令和○年○月頃"""
    ESTIMATED_MONTH = "estimated_month"
    """推定令和○年○月"""
    PART_OF_MONTH = "part_of_month"
    """令和○年○月上旬, 令和○年○月中旬頃"""
    SEASON = "season"
    """令和○年春"""
    MONTH = "month"
    """令和○年○月 日不詳"""
    YEAR = "year"
    """令和○年 月日不詳"""
    ABOUT_YEAR = "about_year"
    """令和○年頃"""
    RANGE = "range"
    """令和○年○月○日から○月○日頃までの間, and the like"""
    UNKNOWN = "unknown"
    """年月日不詳"""
    NONEXISTENT = "nonexistent"
    """A day that no calendar has (29 February of a common year), kept as the register wrote it."""


_CERTAIN = frozenset({DatePrecision.EXACT, DatePrecision.TWO_ERA})

# What `UncertainDate` demands of its parts, for readers of the JSON Schema.
_DAY: Final[JsonDict] = {"type": "string"}
_NONE: Final[JsonDict] = {"type": "null"}
_SCHEMA_EXTRA: Final[JsonDict] = {
    "if": {
        "properties": {"precision": {"enum": [str(precision) for precision in sorted(_CERTAIN)]}}
    },
    "then": {
        "required": ["value", "sort_date"],
        "properties": {"value": _DAY, "sort_date": _DAY},
    },
    "else": {
        "properties": {"value": _NONE},
        "if": {"properties": {"precision": {"const": "unknown"}}},
        "then": {"properties": {"sort_date": _NONE}},
        "else": {"required": ["sort_date"], "properties": {"sort_date": _DAY}},
    },
}


class UncertainDate(BaseModel):
    """A date as the register or the counter gave it.

    ``value`` is the day, and is there only when the day is certain. ``notation`` is what was
    entered or received (up to 72 characters, as in the national item definitions). ``sort_date``
    places the date in a list and means nothing else; it is missing only where nothing is known.

    Raises `InconsistentDate` where precision, value and sort date contradict each other.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, json_schema_extra=_SCHEMA_EXTRA
    )

    precision: DatePrecision
    value: Day | None = None
    notation: Annotated[str, Field(min_length=1, max_length=72)]
    sort_date: Day | None = None

    @classmethod
    def exact(cls, day: date) -> Self:
        """A date that is known, written ``YYYY-MM-DD``."""
        return cls(
            precision=DatePrecision.EXACT, value=day, notation=day.isoformat(), sort_date=day
        )

    @property
    def is_exact(self) -> bool:
        """Whether the day is certain, so that a rule may compute on it."""
        return self.value is not None

    def require(self) -> date:
        """The day itself. Raises `InexactDate` where it is not certain."""
        if self.value is None:
            raise InexactDate(f"the day is not certain ({self.precision})")
        return self.value

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.precision in _CERTAIN:
            if self.value is None or self.sort_date != self.value:
                raise InconsistentDate("a certain date has a value, and is sorted by it")
        elif self.value is not None:
            raise InconsistentDate("an uncertain date has no value")
        elif (self.sort_date is None) != (self.precision is DatePrecision.UNKNOWN):
            raise InconsistentDate("a date has a sort date unless nothing of it is known")
        return self
