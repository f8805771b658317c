"""The life of the vault's keys: which opens, which encrypts, and when one may be destroyed.

Two kinds. *Inbound sealing keys* go by name: their public half is out in the upstream systems, so
they are announced, used, retired and destroyed one after another. *Versioned keys* (data keys and
blind-index keys) never leave the vault and go by number: one is active, older ones serve what was
written under them until it has been rewritten.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from contracts.sealing import SealingSuite
from services.token_vault.domain.errors import VaultError


class SealingKeyState(StrEnum):
    """Where an inbound sealing key stands. It only ever moves down this list."""

    PENDING = "pending"
    """Made and given to upstream ahead of time; opens, and is not yet handed out as the key."""
    ACTIVE = "active"
    """The one that is handed out."""
    RETIRING = "retiring"
    """No longer handed out; opens what is still on its way."""
    DESTROYED = "destroyed"
    """The private half is gone: what it sealed opens for nobody any more."""


class VersionState(StrEnum):
    """Where one version of a data key or a blind-index key stands."""

    ACTIVE = "active"
    RETIRING = "retiring"
    DESTROYED = "destroyed"


class VersionedKind(StrEnum):
    """The kinds of key that go by number."""

    DATA = "data"
    """AES-256-GCM: encrypts the numbers at rest."""
    INDEX = "index"
    """HMAC-SHA-256: finds the token of a number (blind index)."""


class NoActiveKey(VaultError):
    """The vault has no active key of a kind: ``init-keys`` was never run."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"there is no active {kind} key; run init-keys")


class VersionNotAccepted(VaultError):
    """Something is stored under a key version that is unknown or below the minimum accepted."""

    def __init__(self, kind: VersionedKind, version: int) -> None:
        super().__init__(f"{kind} key version {version} is not accepted")


class NotYetDestroyable(VaultError):
    """A sealing key may not be destroyed; the message says why, and from when on it may."""


@dataclass(frozen=True, slots=True)
class SealingKey:
    """An inbound sealing key without its secret."""

    key_id: str
    suite: SealingSuite
    state: SealingKeyState
    created_at: datetime
    activated_at: datetime | None = None
    retired_at: datetime | None = None
    last_opened_at: datetime | None = None
    """When the vault last opened a seal with it, to the hour. Not before that seal was made."""
    destroyed_at: datetime | None = None

    @property
    def opens(self) -> bool:
        """Whether the vault still opens seals with it."""
        return self.state is not SealingKeyState.DESTROYED

    def use_is_news(self, now: datetime) -> bool:
        """Whether a use at ``now`` has to be written down: once an hour, not once a batch."""
        return self.last_opened_at is None or now >= self.last_opened_at + LAST_OPENED_PRECISION

    def destroyable_from(self, retention: timedelta, margin: timedelta) -> datetime | None:
        """The moment from which the key may be destroyed; None while it is not retiring.

        Upstream may go on using a retired key for a while, so what counts is its last use that the
        vault saw, where that is later than its retirement. Until ``retention`` (of the inbound
        topic) has passed since then, a sealed record may lie on the topic unread; ``margin`` is for
        the broker, which deletes whole segments.
        """
        if self.state is not SealingKeyState.RETIRING or self.retired_at is None:
            return None
        last_use = max(self.retired_at, self.last_opened_at or self.retired_at)
        # last_opened_at is kept to the hour: the rest of that hour counts as used.
        if last_use == self.last_opened_at:
            last_use += LAST_OPENED_PRECISION
        return last_use + retention + margin

    def check_destroyable(
        self, now: datetime, retention: timedelta, margin: timedelta, parked: int
    ) -> None:
        """Raise `NotYetDestroyable` unless the key may be destroyed at ``now``.

        ``parked`` is how many events sealed to it wait in the dead letters.
        """
        moment = self.destroyable_from(retention, margin)
        if moment is None:
            raise NotYetDestroyable(f"{self.key_id} is {self.state}: only a retiring key is due")
        if now < moment:
            raise NotYetDestroyable(f"{self.key_id} may be destroyed from {moment.isoformat()} on")
        if parked:
            raise NotYetDestroyable(
                f"{self.key_id} is still needed: {parked} events sealed to it wait in the dead "
                "letters; replay or discard them first"
            )


LAST_OPENED_PRECISION = timedelta(hours=1)
"""How exactly the last use of a sealing key is kept: a write an hour, not one a batch."""


def next_key_id(today: date, taken: Iterable[str]) -> str:
    """A name for a new sealing key: ``inbound-20261001``, with ``-2`` and so on where taken."""
    names = set(taken)
    base = f"inbound-{today:%Y%m%d}"
    if base not in names:
        return base
    number = 2
    while f"{base}-{number}" in names:
        number += 1
    return f"{base}-{number}"


@dataclass(frozen=True, slots=True)
class KeyVersions:
    """The versions of one kind of key and their states."""

    kind: VersionedKind
    states: Mapping[int, VersionState]

    @property
    def active(self) -> int:
        """The version that new rows are written under. Raises `NoActiveKey`."""
        for version, state in self.states.items():
            if state is VersionState.ACTIVE:
                return version
        raise NoActiveKey(self.kind)

    @property
    def accepted(self) -> tuple[int, ...]:
        """The versions that may be read, newest first."""
        return tuple(
            sorted((v for v, s in self.states.items() if s is not VersionState.DESTROYED))
        )[::-1]

    @property
    def minimum(self) -> int:
        """The lowest version that is accepted: a row below it is refused, not read."""
        return min(self.accepted, default=1)

    @property
    def next(self) -> int:
        """The number of the next version. Numbers are never used again."""
        return max(self.states, default=0) + 1

    @property
    def superseded(self) -> tuple[int, ...]:
        """The versions whose rows have to be rewritten, oldest first."""
        return tuple(v for v in reversed(self.accepted) if v < self.active)

    def check(self, version: int) -> None:
        """Raise `VersionNotAccepted` unless ``version`` may be read."""
        if version not in self.accepted:
            raise VersionNotAccepted(self.kind, version)
