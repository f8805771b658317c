"""The second factor (C03): its place, and the only policy that exists so far, which asks for none.

The controls promise a password *and* an authenticator. The step between the two states of a
session is here and enforced, so that an authenticator can be added without touching what comes
after it; but none is built yet, and the policy says so by its name wherever it is shown.
"""

from enum import StrEnum

from services.gateway.domain.sessions import SessionState


class SecondFactorPolicy(StrEnum):
    """Which second factor a sign-in asks for. There is one choice now."""

    NONE = "none"
    """No second factor: a right password is a whole sign-in. C03 is not met by it."""


def state_after_password(policy: SecondFactorPolicy) -> SessionState:
    """The state of a session once the password was right."""
    if policy is SecondFactorPolicy.NONE:
        return SessionState.AUTHENTICATED
    return SessionState.PASSWORD_VERIFIED
