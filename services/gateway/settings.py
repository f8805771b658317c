"""Settings of the gateway, beside those every service has."""

from datetime import timedelta
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from services.chassis.settings import ServiceSettings
from services.gateway.domain.second_factor import SecondFactorPolicy
from services.gateway.domain.sessions import SessionRules
from services.gateway.domain.throttle import ThrottleRules


class Settings(ServiceSettings):
    """What the gateway is told."""

    service: str = "gateway"

    public_host: str = "127.0.0.1"
    """``NENKIN_PUBLIC_HOST``: where staff frontends reach the gateway (HTTPS, no client
    certificate)."""
    public_port: int = 0
    """``NENKIN_PUBLIC_PORT``: 0 takes a free one."""
    public_certificate: Path | None = None
    """``NENKIN_PUBLIC_CERTIFICATE``: chain shown to staff frontends (PEM); by default gateway.crt
    in certs_dir."""
    public_certificate_key: Path | None = None
    """``NENKIN_PUBLIC_CERTIFICATE_KEY``: its key; by default gateway.key in certs_dir."""
    public_origins: tuple[str, ...] = ()
    """``NENKIN_PUBLIC_ORIGINS``: JSON list of the origins (https://host) whose pages may send
    changes; empty: only the one that the request was addressed to."""
    staff_context_private_key: Path | None = None
    """``NENKIN_STAFF_CONTEXT_PRIVATE_KEY``: Ed25519 key that signs who is acting (PEM); by default
    staff_context.key in certs_dir."""

    second_factor: SecondFactorPolicy = SecondFactorPolicy.NONE
    """``NENKIN_SECOND_FACTOR``: none is the only one that exists yet; C03 is not met by it."""
    idle_lock_s: int = Field(default=600, ge=10, le=3_600)
    """``NENKIN_IDLE_LOCK_S``: a session locks after so long without a request (C19)."""
    session_max_s: int = Field(default=10 * 3_600, ge=60, le=24 * 3_600)
    """``NENKIN_SESSION_MAX_S``: a session ends so long after the sign-in, whatever is done."""
    bind_session_to_address: bool = True
    """``NENKIN_BIND_SESSION_TO_ADDRESS``: a session is good only from the address it began at."""
    keep_sessions_days: int = Field(default=90, ge=1)
    """``NENKIN_KEEP_SESSIONS_DAYS``: sessions are deleted after it; audit keeps the record."""

    user_free_failures: int = Field(default=3, ge=0)
    """``NENKIN_USER_FREE_FAILURES``: failures of one user id before it has to wait."""
    user_lock_after: int = Field(default=10, ge=1)
    """``NENKIN_USER_LOCK_AFTER``: failures of one user id until it is locked out."""
    address_free_failures: int = Field(default=20, ge=0)
    """``NENKIN_ADDRESS_FREE_FAILURES``: failures from one address before it has to wait."""
    address_lock_after: int = Field(default=100, ge=1)
    """``NENKIN_ADDRESS_LOCK_AFTER``: failures from one address until it is locked out."""
    first_delay_s: int = Field(default=2, ge=1)
    """``NENKIN_FIRST_DELAY_S``: the first wait; it doubles with each further failure."""
    longest_delay_s: int = Field(default=300, ge=1)
    """``NENKIN_LONGEST_DELAY_S``: the longest wait before the lock-out."""
    lock_out_s: int = Field(default=1_800, ge=1)
    """``NENKIN_LOCK_OUT_S``: how long a lock-out lasts; an operator can end it (staff unlock)."""
    forget_failures_s: int = Field(default=24 * 3_600, ge=60)
    """``NENKIN_FORGET_FAILURES_S``: failures no longer count so long after the last attempt."""

    password_time_cost: int = Field(default=3, ge=1)
    """``NENKIN_PASSWORD_TIME_COST``: Argon2id passes (RFC 9106, second recommended option)."""
    password_memory_kib: int = Field(default=65_536, ge=8)
    """``NENKIN_PASSWORD_MEMORY_KIB``: Argon2id memory."""
    password_parallelism: int = Field(default=4, ge=1)
    """``NENKIN_PASSWORD_PARALLELISM``: Argon2id lanes."""
    password_checks_at_once: int = Field(default=2, ge=1)
    """``NENKIN_PASSWORD_CHECKS_AT_ONCE``: the others wait: each takes memory and a core."""

    body_max_bytes: int = Field(default=262_144, ge=1_024)
    """``NENKIN_BODY_MAX_BYTES``: the largest request body that is taken."""
    body_timeout_s: float = Field(default=15, gt=0)
    """``NENKIN_BODY_TIMEOUT_S``: until a request's body has come in."""
    upload_max_bytes: int = Field(default=67_108_864, ge=1_024)
    """``NENKIN_UPLOAD_MAX_BYTES``: the largest file that a route for files takes; all others keep
    to ``NENKIN_BODY_MAX_BYTES``."""
    upload_timeout_s: float = Field(default=600, gt=0)
    """``NENKIN_UPLOAD_TIMEOUT_S``: until a file has come in, was taken in and is answered for."""
    request_timeout_s: float = Field(default=75, gt=0)
    """``NENKIN_REQUEST_TIMEOUT_S``: until the answer begins, everything included."""
    forward_timeout_s: float = Field(default=60, gt=0)
    """``NENKIN_FORWARD_TIMEOUT_S``: until a service behind the gateway has answered. Making a
    medium is the longest of what they do."""
    part_timeout_s: float = Field(default=5, gt=0)
    """``NENKIN_PART_TIMEOUT_S``: so long the person page waits for each of its parts."""

    @model_validator(mode="after")
    def _certificate_is_whole(self) -> Self:
        if (self.public_certificate is None) != (self.public_certificate_key is None):
            raise ValueError("a public certificate and its key go together")
        return self

    @property
    def public_certificate_files(self) -> tuple[Path, Path] | None:
        """Chain and key that browsers are shown; None: the service's own."""
        if self.public_certificate is None or self.public_certificate_key is None:
            return None
        return self.public_certificate, self.public_certificate_key

    @property
    def session_rules(self) -> SessionRules:
        """The limits of a session."""
        return SessionRules(
            idle_lock=timedelta(seconds=self.idle_lock_s),
            absolute_end=timedelta(seconds=self.session_max_s),
        )

    @property
    def user_throttle(self) -> ThrottleRules:
        """How attempts on one user id are slowed down."""
        return self._throttle(self.user_free_failures, self.user_lock_after)

    @property
    def address_throttle(self) -> ThrottleRules:
        """How attempts from one address are slowed down."""
        return self._throttle(self.address_free_failures, self.address_lock_after)

    def _throttle(self, free: int, lock_after: int) -> ThrottleRules:
        return ThrottleRules(
            free=free,
            first_delay=timedelta(seconds=self.first_delay_s),
            longest_delay=timedelta(seconds=self.longest_delay_s),
            lock_after=lock_after,
            lock_for=timedelta(seconds=self.lock_out_s),
            forget_after=timedelta(seconds=self.forget_failures_s),
        )
