"""Figures of the exemptions by law and notice, by date: ``parameters/by_law``."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.law import Certainty, DatedValue, Parameter
from contracts.months import Month
from services.exemptions.domain.notices import fiscal_year


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FirstMonth(_Declared):
    """The first month to which a rule of the law applies."""

    title: str
    article: str
    month: Month
    certainty: Certainty
    source: Annotated[str, Field(min_length=1)]
    note: str | None = None
    last_checked: date

    @property
    def doubt(self) -> Certainty | None:
        """The certainty where it is one that has to be checked."""
        return self.certainty if self.certainty.needs_check else None


class Statutory(_Declared):
    """法定免除 (法89条)."""

    lead_months: Parameter[int]
    """Months before that of the event from which it holds."""
    recovery_years: Parameter[int]
    """Years without a state of disability after which a right to a pension gives it no more."""
    notice_days: Parameter[int]
    """Days within which 該当届 and 非該当届 are due."""
    pay_request_since: FirstMonth
    """The months that can be paid all the same (法89条2項)."""

    def lead(self, since: date) -> DatedValue[int]:
        """The lead of a ground of that day. A right older than the Act (恩給) begins with it: no
        month before it is insured."""
        return self.lead_months.on(max(since, self.lead_months.values[0].valid_from))

    def recovery(self, ceased: date) -> DatedValue[int]:
        """The years after a state of disability that ceased on that day."""
        return self.recovery_years.on(max(ceased, self.recovery_years.values[0].valid_from))


class Maternity(_Declared):
    """産前産後期間の免除 (法88条の2)."""

    lead_months: Parameter[int]
    """Months before that of the birth, of one child."""
    lead_months_multiple: Parameter[int]
    """The same of more than one (多胎妊娠)."""
    following_months: Parameter[int]
    """Months after that of the birth."""
    notice_months: Parameter[int]
    """Months before the expected day from which it can be notified (規則73条の7第3項)."""
    pregnancy_days: Parameter[int]
    """Days of pregnancy from which on an end of it is a birth."""
    since: FirstMonth


class ChildCare(_Declared):
    """育児期間の免除 (法88条の3)."""

    wait_months: Parameter[int]
    """Months from the expected day of birth on after which the mother's begins."""
    until_months: Parameter[int]
    """Months from the expected day of birth on with which the mother's ends."""
    until_age: Parameter[int]
    """Age of the child with which the others' ends."""
    since: FirstMonth


Yen = Annotated[int, Field(gt=0, multiple_of=10)]


class _Amounts(_Declared):
    yen: tuple[Yen, Yen, Yen, Yen]
    """A month: all of the premium, three quarters, half, one quarter of it exempt."""
    certainty: Certainty
    source: Annotated[str, Field(min_length=1)]
    note: str | None = None

    @property
    def doubt(self) -> Certainty | None:
        """The certainty where it is one that has to be checked."""
        return self.certainty if self.certainty.needs_check else None


class YearAmounts(_Amounts):
    """What is announced for payment in one fiscal year of months exempt in another."""

    paid_in: int
    exempt_in: int


class MonthAmounts(_Amounts):
    """A month that takes no addition in one month of payment (令10条1項ただし書)."""

    exempt_month: Month
    paid_month: Month


class Retroactive(_Declared):
    """追納 (法94条, 令10条)."""

    years_back: Parameter[int]
    amounts: Annotated[tuple[YearAmounts, ...], Field(min_length=1)]
    without_addition: tuple[MonthAmounts, ...] = ()

    @model_validator(mode="after")
    def _once(self) -> Self:
        _unlike([(row.paid_in, row.exempt_in) for row in self.amounts])
        _unlike([(row.paid_month, row.exempt_month) for row in self.without_addition])
        return self

    def announced(self, month: Month, paid_on: date) -> YearAmounts | MonthAmounts | None:
        """What is announced for ``month``, paid on that day. None: nothing is held of it."""
        for excepted in self.without_addition:
            if excepted.exempt_month == month and excepted.paid_month == Month.of(paid_on):
                return excepted
        years = fiscal_year(paid_on), fiscal_year(month.first_day)
        for row in self.amounts:
            if (row.paid_in, row.exempt_in) == years:
                return row
        return None


def _unlike(keys: Sequence[object]) -> None:
    if len(set(keys)) < len(keys):
        raise ValueError("an amount is listed twice")


class Proposals(_Declared):
    """The work list of what facts call for."""

    look_back_months: Parameter[int]
    """Months before that of the day from which on assistance is asked about."""
    ask_again_days: Parameter[int]
    """Days after which it is asked again about who is exempt by it, news or not."""
    remind_again_days: Parameter[int]
    """Days between telling somebody and telling them again."""


class ByLaw(_Declared):
    """Everything that these rules read from files."""

    statutory: Statutory
    maternity: Maternity
    child_care: ChildCare
    retroactive: Retroactive
    proposals: Proposals
