"""Figures of the law by date: ages, deadlines, excluded residence statuses.

Each value has the day from which it holds, its source, and how certain it is. A day for which there
is no value is an error (QU-0001), never the nearest value: see `NoValue`.
"""

from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from contracts.ages import reaches
from contracts.law import Certainty, DatedValue
from contracts.law import NoValue as NoValue
from contracts.law import Parameter as Parameter
from services.qualification.domain.calendar import Calendar


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SpecialGroup(_Declared):
    """The births for whom one of the Acts allows insurance by choice after 65 (特例任意加入)."""

    article: str
    born_from: date | None = None
    born_until: date
    certainty: Certainty
    source: Annotated[str, Field(min_length=1)]
    note: str | None = None

    @property
    def doubt(self) -> Certainty | None:
        """The certainty where it is one that has to be checked."""
        return self.certainty if self.certainty.needs_check else None

    def takes(self, birth: date) -> bool:
        """Whether somebody born on that day belongs to it."""
        return birth <= self.born_until and (self.born_from is None or self.born_from <= birth)


class MissingParameters(_Declared):
    """When somebody whose notice has not come is on the work list, and when to remind them."""

    turned_20_wait: Parameter[int]
    residence_grace: Parameter[int]
    note_presumed: Parameter[bool]
    """Whether a note of 法12条3項 of which the register tells nothing is taken to be there."""
    left_insurance_reasons: Parameter[frozenset[str]]
    look_back: Parameter[int]
    reminder_after: Parameter[int]
    second_reminder_after: Parameter[int]
    ex_officio_after: Parameter[int]
    ask_every: Parameter[int]


class Parameters(_Declared):
    """Everything that the rules read from files."""

    calendar: Calendar
    missing: MissingParameters

    acquisition_age: Parameter[int]
    loss_age: Parameter[int]
    notice_days: Parameter[int]
    excluded_residence_statuses: Parameter[frozenset[str]]
    """Codes of the register whose holders the Act does not cover (規則1条の2)."""
    doubtful_residence_statuses: Parameter[frozenset[str]]
    """Codes that do not tell whether it covers them."""
    voluntary_end_age: Parameter[int]
    """附則5条5項1号; from this age on category 2 depends on rights to old-age pension (附則3条)."""
    special_end_age: Parameter[int]
    employees_end_age: Parameter[int]
    voluntary_month_limit: Parameter[int]
    """Months of art. 27 at which insurance by choice ends (附則5条5項4号)."""
    unpaid_years: Parameter[int]
    """Years of arrears after which it ends abroad."""
    domestic_spouse_since: date
    """From when on category 3 asks for an address in Japan, or 規則1条の3 (令和元年法律第9号)."""
    special_groups: Annotated[tuple[SpecialGroup, ...], Field(min_length=1)]

    @cached_property
    def remembered(self) -> dict[Any, Any]:
        """What was concluded from these figures and a birth date alone, by whoever concludes it."""
        return {}


def age_reached(ages: Parameter[int], birth: date) -> tuple[date, DatedValue[int]]:
    """The day on which the age of the law in force on that day is reached, and that age.

    Where a change of the law lowers the age, who is between the old age and the new one reaches it
    on the day of the change. Raises `NoValue` where no value was in force yet.
    """
    first = ages.values[0]
    if reaches(first.value, birth) < first.valid_from:
        raise NoValue(f"{ages.title}: no value on {reaches(first.value, birth)}")
    for dated, following in pairwise(ages.values):
        day = max(reaches(dated.value, birth), dated.valid_from)
        if day < following.valid_from:
            return day, dated
    last = ages.values[-1]
    return max(reaches(last.value, birth), last.valid_from), last
