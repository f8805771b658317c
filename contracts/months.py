"""A calendar month as a value of its own: insurance periods are counted in months (NPA art. 11)."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date
from functools import lru_cache
from typing import Any, ClassVar, overload

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from contracts.errors import ContractError

_PATTERN = r"^[0-9]{4}-(0[1-9]|1[0-2])$"
_WRITTEN = re.compile(r"([0-9]{4})-([0-9]{2})")


class InvalidMonth(ContractError):
    """Not a month: not written ``YYYY-MM``, or outside the years that a date can have."""

    code: ClassVar[str] = "CT-0101"


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """A month of the Gregorian calendar, written ``YYYY-MM``.

    Ordered and hashable. ``month + n`` and ``month - n`` move by ``n`` months; the difference of
    two months is the signed number of months between them. In events it is a string.

    Raises `InvalidMonth` for a month or year that does not exist.
    """

    year: int
    month: int

    def __post_init__(self) -> None:
        if not (1 <= self.month <= 12 and MINYEAR <= self.year <= MAXYEAR):
            raise InvalidMonth("a month lies between 0001-01 and 9999-12")

    @classmethod
    def of(cls, day: date) -> "Month":
        """The month that ``day`` lies in."""
        return _at(day.year * 12 + day.month - 1)

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Read ``YYYY-MM``. Raises `InvalidMonth` for anything else."""
        return _parse(text)

    @property
    def first_day(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def last_day(self) -> date:
        return _last_day(self.year, self.month)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    def __add__(self, months: int) -> "Month":
        return _at(self.year * 12 + self.month - 1 + months)

    @overload
    def __sub__(self, other: int) -> "Month": ...
    @overload
    def __sub__(self, other: "Month") -> int: ...
    def __sub__(self, other: "int | Month") -> "Month | int":
        if isinstance(other, Month):
            return self._ordinal - other._ordinal
        return self + -other

    @property
    def _ordinal(self) -> int:
        return self.year * 12 + self.month - 1

    @classmethod
    def __get_pydantic_core_schema__(
        cls, _source: Any, _handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        text = core_schema.no_info_after_validator_function(
            _parse, core_schema.str_schema(pattern=_PATTERN)
        )
        return core_schema.json_or_python_schema(
            json_schema=text,
            python_schema=core_schema.union_schema(
                [core_schema.is_instance_schema(cls), text], mode="left_to_right"
            ),
            serialization=core_schema.to_string_ser_schema(),
        )


# A working life has some 500 months, a feed millions of records: nearly every one is a repeat.
@lru_cache(maxsize=4096)
def _at(ordinal: int) -> Month:
    year, month = divmod(ordinal, 12)
    return Month(year, month + 1)


@lru_cache(maxsize=4096)
def _last_day(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


@lru_cache(maxsize=4096)
def _parse(text: str) -> Month:
    written = _WRITTEN.fullmatch(text)
    if written is None:
        raise InvalidMonth("a month is written YYYY-MM")
    return Month(int(written[1]), int(written[2]))
