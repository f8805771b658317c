"""When a month's premium is due, and until when it can be paid (NPA arts. 91, 102(4)).

A due date on a holiday is not moved here: whether that opens one month more is [unverified].
"""

from datetime import date

from contracts.months import Month


def due_on(month: Month) -> date:
    """納期限: the last day of the following month (法91条)."""
    return (month + 1).last_day


def first_not_due(day: date) -> Month:
    """The first month whose due date lies behind that day (規則75条の2第2項)."""
    month = Month.of(day) - 1
    return month if due_on(month) > day else month + 1


def payable_until(month: Month, limitation_years: int) -> date:
    """The last day before the claim to the premium lapses (法102条4項).

    The claim can be exercised from the day after the due date on, which is the first of a month:
    the years run out with the day before the same first (民法140条但書, 143条2項).
    """
    return due_on(month + 12 * limitation_years)


def is_payable(month: Month, on: date, limitation_years: int) -> bool:
    """Whether the premium of ``month`` can still be paid on that day."""
    return on <= payable_until(month, limitation_years)
