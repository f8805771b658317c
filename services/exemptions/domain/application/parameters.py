"""Figures of the law by date: thresholds, amounts, cycles.

Two forms: a figure that holds from a day on (`contracts.law.Parameter`), and one of each fiscal
year (`YearTable`), which has no value for a year that is not listed.
"""

from bisect import bisect_right
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.law import Certainty, NoValue, Parameter
from contracts.months import Month
from services.exemptions.domain.kinds import ExemptionKind as Kind

_APRIL = 4


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class YearValue(_Declared):
    """The value of one fiscal year (年度, April to March)."""

    fiscal_year: int
    value: int
    certainty: Certainty
    source: Annotated[str, Field(min_length=1)]
    note: str | None = None

    @property
    def doubt(self) -> Certainty | None:
        """The certainty where it is one that has to be checked."""
        return self.certainty if self.certainty.needs_check else None


class YearTable(_Declared):
    """One figure of the law, fiscal year by fiscal year."""

    title: str
    article: str
    unit: str
    last_checked: date
    values: Annotated[tuple[YearValue, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if any(a.fiscal_year >= b.fiscal_year for a, b in pairwise(self.values)):
            raise ValueError("values are listed in the order of their years")
        return self

    def of_year(self, fiscal_year: int) -> YearValue:
        """The value of a fiscal year. Raises `NoValue`."""
        for value in self.values:
            if value.fiscal_year == fiscal_year:
                return value
        raise NoValue(f"{self.title}: no value for {fiscal_year}")

    def on(self, month: Month) -> YearValue:
        """The value of the fiscal year that ``month`` lies in. Raises `NoValue`."""
        return self.of_year(fiscal_year(month))


def fiscal_year(month: Month) -> int:
    """The fiscal year (年度, April to March) of a month."""
    return month.year if month.month >= _APRIL else month.year - 1


class LastMonth(_Declared):
    """The last month for which a rule holds."""

    title: str
    article: str
    month: Month
    certainty: Certainty
    source: Annotated[str, Field(min_length=1)]


class Parameters(_Declared):
    """Everything that the rules read from files."""

    full_base: Parameter[int]
    full_per_head: Parameter[int]
    status_limit: Parameter[int]
    three_quarters_base: Parameter[int]
    half_base: Parameter[int]
    quarter_base: Parameter[int]
    addition_general: Parameter[int]
    addition_elderly: Parameter[int]
    addition_specified: Parameter[int]
    deduction_disabled: Parameter[int]
    deduction_severe: Parameter[int]
    deduction_widow: Parameter[int]
    deduction_single_parent: Parameter[int]
    deduction_working_student: Parameter[int]
    premium: YearTable
    full_pension: YearTable
    additional_premium: Parameter[int]
    additional_pension: Parameter[int]
    cycle_begins: Parameter[int]
    student_cycle_begins: Parameter[int]
    early_until: Parameter[int]
    student_early_until: Parameter[int]
    limitation_years: Parameter[int]
    deferment_age: Parameter[int]
    young_age: Parameter[int]
    """Under it deferment rests on 平16法104附則19条2項, from it on 平26法64附則14条1項."""
    deferment_until: LastMonth
    unemployment_lead: Parameter[int]
    review_order: Parameter[tuple[Kind, ...]]
    """Which kind is looked at first, where the applicant does not say."""

    @cached_property
    def changes(self) -> tuple[date, ...]:
        """The days on which any figure that holds from a day on changes."""
        dated = (getattr(self, name) for name in type(self).model_fields)
        days = {v.valid_from for f in dated if isinstance(f, Parameter) for v in f.values}
        return tuple(sorted(days))

    @cached_property
    def shared(self) -> dict[tuple[Month, bool], tuple[int, int]]:
        """What `cycles.shared` has found by these figures so far."""
        return {}

    def version(self, day: date) -> int:
        """A number that is the same for days on which every such figure is the same."""
        return bisect_right(self.changes, day)
