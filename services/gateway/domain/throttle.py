"""Exclusion after repeated failure (排他): growing delays, then a lock-out.

A sign-in attempt is counted *before* the password is looked at and given back when it was right. A
hundred attempts sent at once are therefore a hundred counted attempts, not one.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class ThrottleKind(StrEnum):
    """What attempts are counted by."""

    ADDRESS = "address"
    USER = "user"


@dataclass(frozen=True, slots=True)
class ThrottleRules:
    """How attempts on one user id, or from one address, are slowed down."""

    free: int
    """Failures that cost nothing yet: people mistype."""
    first_delay: timedelta
    """The wait after one failure more; it doubles with each further one."""
    longest_delay: timedelta
    lock_after: int
    """Failures after which the subject is locked out."""
    lock_for: timedelta
    forget_after: timedelta
    """So long after the last attempt, earlier failures no longer count."""

    def wait_after(self, failures: int) -> timedelta:
        """How long nothing is accepted after this many failures in a row."""
        if failures >= self.lock_after:
            return self.lock_for
        over = failures - self.free
        if over <= 0:
            return timedelta(0)
        # The exponent is bounded so that a long row of failures cannot overflow the delay.
        doublings = 1 << min(over - 1, 30)
        return min(self.first_delay * doublings, self.longest_delay)


@dataclass(frozen=True, slots=True)
class Throttle:
    """The attempts counted for one subject so far."""

    failures: int = 0
    last_attempt_at: datetime | None = None
    open_at: datetime | None = None
    """Before this moment every attempt is refused unseen."""
    refused: int = 0
    """Attempts refused unseen since the last counted one. Only the first leaves an audit record of
    its own, or refused attempts could flood the record; the next counted one tells how many."""

    def wait(self, now: datetime) -> timedelta:
        """How long to wait from ``now``; zero when an attempt may be made."""
        if self.open_at is None or self.open_at <= now:
            return timedelta(0)
        return self.open_at - now

    def counted(self, now: datetime, rules: ThrottleRules) -> "Throttle":
        """The throttle after one more attempt, taken for a failure until it proves right."""
        stale = self.last_attempt_at is not None and (
            now - self.last_attempt_at >= rules.forget_after
        )
        failures = (0 if stale else self.failures) + 1
        return Throttle(failures, now, now + rules.wait_after(failures))

    def turned_away(self) -> "Throttle":
        """The throttle after one more attempt was refused unseen."""
        return replace(self, refused=self.refused + 1)

    def given_back(self, now: datetime) -> "Throttle":
        """The throttle after the last counted attempt proved right: as if it had not been made."""
        failures = max(self.failures - 1, 0)
        return replace(self, failures=failures, open_at=now)

    def is_lock_out(self, rules: ThrottleRules) -> bool:
        """Whether the failures so far have reached the lock-out."""
        return self.failures >= rules.lock_after
