"""How long a session lasts and what it is good for (C03, C19).

A session is never edited into a better one: what it is good for is computed, on every request, from
the moments that were recorded and the moment of asking. So a server that slept, or a clean-up that
did not run, lengthens nobody's session.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class SessionState(StrEnum):
    """How far the person behind a session has proved who they are."""

    PASSWORD_VERIFIED = "password_verified"
    """The password was right; the second factor, where the policy asks one, is outstanding."""
    AUTHENTICATED = "authenticated"


class EndReason(StrEnum):
    """Why a session ended; kept with it."""

    SIGNED_OUT = "signed_out"
    REPLACED = "replaced"
    """A new sign-in or an unlock came with this session's cookie: its id is not used again."""
    STAFF_DISABLED = "staff_disabled"
    PASSWORD_CHANGED = "password_changed"


class Standing(StrEnum):
    """What a session is good for at a moment."""

    LIVE = "live"
    SECOND_FACTOR_DUE = "second_factor_due"
    LOCKED = "locked"
    """Nothing was done for too long: the password opens it again (画面ロック)."""
    OVER = "over"
    """Signed out, ended, or past its absolute end: only a new sign-in helps (自動ログオフ)."""


@dataclass(frozen=True, slots=True)
class SessionRules:
    """The city's session limits."""

    idle_lock: timedelta
    absolute_end: timedelta


@dataclass(frozen=True, slots=True)
class Session:
    """The recorded moments of one session. ``last_active_at`` moves only with a person's doing."""

    state: SessionState
    signed_in_at: datetime
    last_active_at: datetime
    ended_at: datetime | None = None

    def ends_at(self, rules: SessionRules) -> datetime:
        """The moment of the automatic log-off, whatever is done until then."""
        return self.signed_in_at + rules.absolute_end

    def locks_at(self, rules: SessionRules) -> datetime:
        """The moment of the screen lock, if nothing more is done."""
        return self.last_active_at + rules.idle_lock

    def standing(self, now: datetime, rules: SessionRules) -> Standing:
        """What the session is good for at ``now``. At the very moment of a limit it is reached."""
        if self.ended_at is not None or now >= self.ends_at(rules):
            return Standing.OVER
        if now >= self.locks_at(rules):
            return Standing.LOCKED
        if self.state is not SessionState.AUTHENTICATED:
            return Standing.SECOND_FACTOR_DUE
        return Standing.LIVE
