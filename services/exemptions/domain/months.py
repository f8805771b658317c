"""Which months count as months of category 1 (NPA art. 11 and 11-2).

A month belongs to the category that applies last in it. The month of a loss does not count, unless
the same month is that of the acquisition and nothing was acquired again in it.
"""

from collections.abc import Sequence
from datetime import date

from contracts.events import InsuredCategory, QualificationPeriod, VoluntaryPeriod
from contracts.months import Month


def in_category_1(periods: Sequence[QualificationPeriod], day: date) -> bool:
    """Whether the person is insured of category 1 on ``day``; on the day of a loss not any more."""
    return any(
        period.category is InsuredCategory.CATEGORY_1
        and period.acquired_on <= day
        and (period.lost_on is None or day < period.lost_on)
        for period in periods
    )


def stay_in_category_1(
    periods: Sequence[QualificationPeriod], day: date
) -> tuple[date, date | None] | None:
    """The unbroken time in category 1 around ``day``: (acquired on, lost on or None).

    Two periods that meet on a day are one stay. None where ``day`` is not in category 1.
    """
    stays: list[tuple[date, date | None]] = []
    ones = (period for period in periods if period.category is InsuredCategory.CATEGORY_1)
    for period in sorted(ones, key=lambda period: period.acquired_on):
        if stays and stays[-1][1] == period.acquired_on:
            stays[-1] = (stays[-1][0], period.lost_on)
        else:
            stays.append((period.acquired_on, period.lost_on))
    for acquired_on, lost_on in stays:
        if acquired_on <= day and (lost_on is None or day < lost_on):
            return acquired_on, lost_on
    return None


def first_month_without(
    periods: Sequence[QualificationPeriod], acquired_on: date, lost_on: date
) -> Month:
    """The first month that a stay in category 1 no longer gives.

    That of the loss; the one after it where acquisition and loss lie in the same month and nothing
    was acquired again in that month (art. 11(2)).
    """
    month = Month.of(lost_on)
    if Month.of(acquired_on) != month:
        return month
    again = any(
        period.acquired_on >= lost_on and Month.of(period.acquired_on) == month
        for period in periods
    )
    return month if again else month + 1


def months_in_category_1(
    periods: Sequence[QualificationPeriod],
    through: Month,
    voluntary: Sequence[VoluntaryPeriod] = (),
    *,
    since: Month | None = None,
) -> frozenset[Month]:
    """Every month of category 1 up to ``through``; ``since`` leaves out those before it.

    Insurance by choice (附則5条) is none of the categories: a month that ends in it, or whose
    qualification was acquired again by it, is not one of category 1.
    """
    insured: list[_Insured] = [*periods, *voluntary]
    spans = sorted(insured, key=lambda span: span.acquired_on)
    ones = [period for period in periods if period.category is InsuredCategory.CATEGORY_1]
    months: set[Month] = set()
    for period in ones:
        touched = _touched(period, since, through)
        if period is spans[-1] and period.lost_on is None:  # nothing ends it, or follows it
            months.update(touched)
        else:
            months.update(month for month in touched if _last_of(month, spans) in ones)
    return frozenset(months)


_Insured = QualificationPeriod | VoluntaryPeriod


def _touched(period: QualificationPeriod, since: Month | None, through: Month) -> list[Month]:
    first = Month.of(period.acquired_on)
    if since is not None:
        first = max(first, since)
    last = through if period.lost_on is None else min(Month.of(period.lost_on), through)
    return [first + offset for offset in range(last - first + 1)]


def _last_of(month: Month, spans: Sequence[_Insured]) -> _Insured | None:
    """The period that a month belongs to; None where it counts as none."""
    begun = [span for span in spans if span.acquired_on <= month.last_day]
    if not begun:
        return None
    last = begun[-1]
    if last.lost_on is None or last.lost_on > month.last_day:
        return last
    if Month.of(last.lost_on) != month:
        return None
    # Lost in this month: it counts if the qualification was acquired in it too (art. 11(2)).
    # A change of category is no acquisition.
    acquired_on = last.acquired_on
    for before in reversed(begun[:-1]):
        if before.lost_on != acquired_on:
            break
        acquired_on = before.acquired_on
    return last if Month.of(acquired_on) == month else None
