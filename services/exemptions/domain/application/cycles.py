"""Cycles, income years, and how far back an application reaches.

An application is of one cycle (年度): July to June, students' April to March (規則77条1項, 77条の4
第1項). The premium of a month is due at the end of the next (91条) and barred two years after that
(102条4項), so an application reaches back two years and one month, and forward to the end of the
cycle that it is made in.
"""

from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from contracts.ages import same_day
from contracts.months import Month
from contracts.values import value
from services.exemptions.domain.application.parameters import Parameters
from services.exemptions.domain.kinds import ExemptionKind as Kind

_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5
_MONDAY: Final = 0


@value
class Months:
    """From ``first`` to ``last``, both included."""

    first: Month
    last: Month

    def __contains__(self, month: Month) -> bool:
        return self.first <= month <= self.last

    def all(self) -> tuple[Month, ...]:
        """Each of them, in order; none where ``last`` lies before ``first``."""
        return _each(self.first, self.last)


# A city's applications are of a few cycles.
@lru_cache(maxsize=256)
def _each(first: Month, last: Month) -> tuple[Month, ...]:
    return tuple(first + n for n in range(last - first + 1))


def cycle_of(month: Month, kind: Kind, figures: Parameters) -> Months:
    """The cycle (年度) that ``month`` lies in. Raises ``NoValue``."""
    of_kind = figures.student_cycle_begins if kind is Kind.STUDENT else figures.cycle_begins
    begins = of_kind.on(month.first_day).value
    year = month.year if month.month >= begins else month.year - 1
    first = Month(year, begins)
    return Months(first, first + 11)


def income_year(month: Month, kind: Kind, figures: Parameters) -> int:
    """The calendar year whose income counts for ``month`` (90条1項1号, 規則77条の2).

    The year before; from January to June (students: to March) the year before that. Raises
    ``NoValue``.
    """
    of_kind = figures.student_early_until if kind is Kind.STUDENT else figures.early_until
    early = month.month <= of_kind.on(month.first_day).value
    return month.year - (2 if early else 1)


def shared(month: Month, kind: Kind, figures: Parameters) -> tuple[int, int]:
    """What a month has in common with others of its cycle: the income year, and the version of the
    figures (`Parameters.version`). Found once for a city. Raises ``NoValue``."""
    key = month, kind is Kind.STUDENT
    found = figures.shared.get(key)
    if found is None:
        found = income_year(month, kind, figures), figures.version(month.first_day)
        figures.shared[key] = found
    return found


def open_months(applied_on: date, kind: Kind, figures: Parameters) -> Months:
    """The months that an application of that day can be for: see the module. Raises ``NoValue``."""
    now = Month.of(applied_on)
    back = 12 * figures.limitation_years.on(applied_on).value + 1
    return Months(now - back, cycle_of(now, kind, figures).last)


def edge_month(applied_on: date, figures: Parameters) -> Month | None:
    """The month before the oldest open one, where its premium may not be barred yet.

    Certainty [unverified]: that a due day on which banks are closed moves to the next open day, and
    with it the end of the two years. What the calendar of a year's own holidays adds is not known
    here: weekends, the turn of the year and 30 April after a Sunday are. Raises ``NoValue``.
    """
    years = figures.limitation_years.on(applied_on).value
    month = Month.of(applied_on) - (12 * years + 2)
    due = (month + 1).last_day
    while _may_be_closed(due):
        due += _DAY
    barred_after = same_day(due + _DAY, years) - _DAY
    return month if applied_on <= barred_after else None


def _may_be_closed(day: date) -> bool:
    turn_of_year = (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)
    substitute = (day.month, day.day) == (4, 30) and day.weekday() == _MONDAY
    return day.weekday() >= _SATURDAY or turn_of_year or substitute
