"""How often a caller may do a thing: dated limits, counted in fixed periods."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum

from services.token_vault.domain.errors import VaultError

_JAPAN = timezone(timedelta(hours=9))


class Period(StrEnum):
    """What a limit is counted in: clock hours, or days in Japan."""

    HOUR = "hour"
    DAY = "day"

    def start(self, moment: datetime) -> datetime:
        """When the period began that an aware moment lies in."""
        local = moment.astimezone(_JAPAN).replace(minute=0, second=0, microsecond=0)
        return local.replace(hour=0) if self is Period.DAY else local

    def remaining(self, moment: datetime) -> timedelta:
        """How long it goes on from an aware moment."""
        length = timedelta(days=1) if self is Period.DAY else timedelta(hours=1)
        return self.start(moment) + length - moment


class Operation(StrEnum):
    """What is limited. The caller is the staff member, or for media the asking service."""

    NUMBER_LOOKUP = "number_lookup"
    MEDIUM_SEAL = "medium_seal"
    NUMBER_ENTRY = "number_entry"


class NoQuota(VaultError):
    """No limit is in force for an operation on a date: nothing is allowed without one."""


@dataclass(frozen=True, slots=True)
class Quota:
    """So many per period, from a date on until a later entry."""

    operation: Operation
    valid_from: date
    period: Period
    allowed: int


def in_force(quotas: Iterable[Quota], operation: Operation, on: date) -> Quota:
    """The latest entry for ``operation`` that is valid on the date. Raises `NoQuota`."""
    valid = [q for q in quotas if q.operation is operation and q.valid_from <= on]
    if not valid:
        raise NoQuota(f"no limit is in force for {operation} on {on}")
    return max(valid, key=lambda quota: quota.valid_from)
