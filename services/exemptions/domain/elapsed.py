"""Periods of months counted from a day (民法140条, 143条, by 国民年金法103条)."""

from datetime import date, timedelta

from contracts.months import Month

_DAY = timedelta(days=1)


def passed(day: date, months: int) -> date:
    """「起算して…月を経過した日」: the day after the months from ``day``, itself counted, ran out.

    That is the corresponding day; where the month has none, the period runs out with the month and
    the day is the first of the next (民法143条2項但書).
    """
    month = Month.of(day) + months
    if day.day > month.last_day.day:
        return month.last_day + _DAY
    return month.first_day.replace(day=day.day)


def before(day: date, months: int) -> date:
    """「その日の…月前」: the corresponding day, or the month's last where it has none [C]."""
    month = Month.of(day) - months
    return month.first_day.replace(day=min(day.day, month.last_day.day))
