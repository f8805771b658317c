"""開庁日: on which days the offices are open. National holidays and closures are dated data."""

from datetime import date, timedelta
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.law import NoValue

_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5
_MONTH_DAY: Final = r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Holiday(_Declared):
    """One national holiday (国民の祝日・休日)."""

    day: date
    name: str


class Closure(_Declared):
    """Days on which the offices are closed every year, e.g. 12-29 to 01-03."""

    name: str
    first: Annotated[str, Field(pattern=_MONTH_DAY)]
    last: Annotated[str, Field(pattern=_MONTH_DAY)]
    article: str
    valid_from: date

    def holds(self, day: date) -> bool:
        """Whether the offices are closed for it on ``day``."""
        written = f"{day.month:02d}-{day.day:02d}"
        if day < self.valid_from:
            return False
        if self.first <= self.last:
            return self.first <= written <= self.last
        return written >= self.first or written <= self.last


class Calendar(_Declared):
    """The days that are known. Of days outside nobody can say whether they are open."""

    covers_from: date
    covers_to: date
    source: Annotated[str, Field(min_length=1)]
    last_checked: date
    days: tuple[Holiday, ...]
    closures: tuple[Closure, ...]

    @model_validator(mode="after")
    def _agree(self) -> Self:
        days = [holiday.day for holiday in self.days]
        if days != sorted(set(days)):
            raise ValueError("holidays are listed once, in order")
        if days and not self.covers_from <= days[0] <= days[-1] <= self.covers_to:
            raise ValueError("a holiday lies outside the days covered")
        return self

    def is_open(self, day: date) -> bool:
        """Whether the offices are open. Raises ``NoValue`` for a day that is not covered."""
        if not self.covers_from <= day <= self.covers_to:
            raise NoValue(f"no holidays are known on {day}")
        return not (
            day.weekday() >= _SATURDAY
            or any(holiday.day == day for holiday in self.days)
            or any(closure.holds(day) for closure in self.closures)
        )

    def next_open(self, day: date) -> date:
        """``day`` if the offices are open on it, else the next day on which they are.

        Raises ``NoValue`` where a day on the way is not covered.
        """
        while not self.is_open(day):
            day += _DAY
        return day
