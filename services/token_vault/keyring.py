"""The vault's keys, unwrapped and ready: what a batch or a request works with.

The database is asked for the state of every key at the start of each transaction; the objects that
encrypt and open are kept between them, one per version, and dropped when their key is destroyed.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contracts.numbers import is_individual_number
from contracts.sealing import CannotOpen, PrivateSealingKey, SealedNumber, open_sealed
from services.token_vault.domain.envelope import (
    NONCE_BYTES,
    blind_index,
    number_aad,
    wrapped_key_aad,
)
from services.token_vault.domain.errors import VaultError
from services.token_vault.domain.keys import (
    KeyVersions,
    SealingKey,
    SealingKeyState,
    VersionedKind,
    VersionState,
)
from services.token_vault.domain.numbers import IndividualNumber, Token
from services.token_vault.domain.refusals import OF_OPENING, Refusal
from services.token_vault.key_encryption import CannotUnwrap, KeyEncryptionKey


class NumberDamaged(VaultError):
    """A number at rest does not open: its row was altered, or moved to another token."""

    def __init__(self) -> None:
        super().__init__("a stored number does not open under its own token and key version")


class Wrapped(Protocol):
    """A key as stored."""

    @property
    def wrapped(self) -> bytes | None: ...
    @property
    def wrapped_by(self) -> str: ...


@dataclass(frozen=True, slots=True)
class StoredSealingKey:
    """An inbound sealing key as stored; ``wrapped`` None once destroyed."""

    key: SealingKey
    public: bytes
    wrapped: bytes | None = field(repr=False)
    wrapped_by: str


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """One version of a data or blind-index key as stored."""

    kind: VersionedKind
    version: int
    state: VersionState
    wrapped: bytes | None = field(repr=False)
    wrapped_by: str


class NumberCipher:
    """Encrypts numbers at rest under one data key version."""

    __slots__ = ("_aead", "version")

    def __init__(self, version: int, key: bytes) -> None:
        self.version = version
        self._aead = AESGCM(key)

    def encrypt(self, number: IndividualNumber, token: Token) -> bytes:
        """Nonce, ciphertext and tag: 40 bytes, bound to ``token`` and the version."""
        nonce = os.urandom(NONCE_BYTES)
        aad = number_aad(token, self.version)
        return nonce + self._aead.encrypt(nonce, number.digits.encode("ascii"), aad)

    def decrypt(self, ciphertext: bytes, token: Token) -> IndividualNumber:
        """Raises `NumberDamaged`."""
        try:
            plain = self._aead.decrypt(
                ciphertext[:NONCE_BYTES], ciphertext[NONCE_BYTES:], number_aad(token, self.version)
            )
            return IndividualNumber(plain.decode("ascii"))
        except (InvalidTag, ValueError):
            raise NumberDamaged from None


class BlindIndex:
    """Makes blind indexes under one version of the key."""

    __slots__ = ("_key", "version")

    def __init__(self, version: int, key: bytes) -> None:
        self.version = version
        self._key = key

    def of(self, number: IndividualNumber) -> bytes:
        """32 bytes, the same for the same number."""
        return blind_index(self._key, number)


@dataclass(frozen=True, slots=True)
class Keys:
    """All keys as of the start of a transaction that holds the key lock."""

    sealing: Mapping[str, SealingKey]
    private: Mapping[str, PrivateSealingKey] = field(repr=False)
    sealing_active: PrivateSealingKey | None = field(repr=False)
    data_versions: KeyVersions
    data: Mapping[int, NumberCipher] = field(repr=False)
    index_versions: KeyVersions
    index: Mapping[int, BlindIndex] = field(repr=False)

    @property
    def cipher(self) -> NumberCipher:
        """What new numbers are encrypted with. Raises `NoActiveKey`."""
        return self.data[self.data_versions.active]

    @property
    def indexes(self) -> Sequence[BlindIndex]:
        """Every index under which a number may be found; the active one first."""
        active = self.index_versions.active
        others = [v for v in self.index_versions.accepted if v != active]
        return [self.index[version] for version in (active, *others)]

    def decrypt(self, ciphertext: bytes, version: int, token: Token) -> IndividualNumber:
        """A stored number. Raises `VersionNotAccepted` or `NumberDamaged`."""
        self.data_versions.check(version)
        return self.data[version].decrypt(ciphertext, token)

    def unseal(
        self, sealed: SealedNumber, *, sender: str, event_id: UUID
    ) -> IndividualNumber | Refusal:
        """The number that ``sender`` sealed for the event, or why there is none."""
        known = self.sealing.get(sealed.key_id)
        if known is None:
            return Refusal.UNKNOWN_KEY
        if not known.opens:
            return Refusal.DESTROYED_KEY
        try:
            text = open_sealed(
                sealed, self.private[sealed.key_id], sender=sender, event_id=event_id
            )
        except CannotOpen as error:
            return OF_OPENING[error.reason]
        if not is_individual_number(text):
            return Refusal.WRONG_CHECK_DIGIT
        return IndividualNumber(text)


class Keyring:
    """Unwraps keys once and keeps them for as long as the database has them."""

    def __init__(self, source: Callable[[], KeyEncryptionKey]) -> None:
        self._source = source
        self._kek: KeyEncryptionKey | None = None
        self._secrets: dict[tuple[str, str], PrivateSealingKey | NumberCipher | BlindIndex] = {}

    @property
    def kek(self) -> KeyEncryptionKey:
        """The key-encryption key, opened at first use. What the source raises passes through."""
        if self._kek is None:
            self._kek = self._source()
        return self._kek

    def use(self, kek: KeyEncryptionKey) -> None:
        """Take a key-encryption key that was made just now."""
        self._kek = kek

    def unwrap(self, stored: Wrapped, aad: bytes) -> bytes:
        """A wrapped secret. Raises `CannotUnwrap`, also where another key wrapped it."""
        if stored.wrapped_by != self.kek.key_id:
            raise CannotUnwrap(
                f"wrapped by key-encryption key {stored.wrapped_by}; {self.kek.key_id} is in use"
            )
        if stored.wrapped is None:
            raise CannotUnwrap("destroyed")
        return self.kek.unwrap(stored.wrapped, aad=aad)

    def keys(self, sealing: Sequence[StoredSealingKey], versions: Sequence[StoredVersion]) -> Keys:
        """The keys as the database has them now. Raises `CannotUnwrap`, `NoActiveKey`."""
        secrets: dict[tuple[str, str], PrivateSealingKey | NumberCipher | BlindIndex] = {}
        private: dict[str, PrivateSealingKey] = {}
        data: dict[int, NumberCipher] = {}
        index: dict[int, BlindIndex] = {}
        active: PrivateSealingKey | None = None
        for stored in sealing:
            if stored.wrapped is None:
                continue
            opened = self._private(stored)
            private[stored.key.key_id] = opened
            secrets["sealing", stored.key.key_id] = opened
            if stored.key.state is SealingKeyState.ACTIVE:
                active = opened
        for version in versions:
            if version.wrapped is None:
                continue
            key = self._version(version)
            secrets[version.kind, str(version.version)] = key
            if isinstance(key, NumberCipher):
                data[version.version] = key
            else:
                index[version.version] = key
        self._secrets = secrets
        return Keys(
            sealing={stored.key.key_id: stored.key for stored in sealing},
            private=private,
            sealing_active=active,
            data_versions=_versions(VersionedKind.DATA, versions),
            data=data,
            index_versions=_versions(VersionedKind.INDEX, versions),
            index=index,
        )

    def _private(self, stored: StoredSealingKey) -> PrivateSealingKey:
        key = stored.key
        cached = self._secrets.get(("sealing", key.key_id))
        if isinstance(cached, PrivateSealingKey):
            return cached
        seed = self.unwrap(stored, wrapped_key_aad("sealing", key.key_id))
        opened = PrivateSealingKey(key.key_id, key.suite, seed)
        if opened.public.public != stored.public:
            raise CannotUnwrap(f"the public half of {key.key_id} is not its own")
        return opened

    def _version(self, stored: StoredVersion) -> NumberCipher | BlindIndex:
        cached = self._secrets.get((stored.kind, str(stored.version)))
        if isinstance(cached, NumberCipher | BlindIndex):
            return cached
        key = self.unwrap(stored, wrapped_key_aad(stored.kind, str(stored.version)))
        if stored.kind is VersionedKind.DATA:
            return NumberCipher(stored.version, key)
        return BlindIndex(stored.version, key)


def _versions(kind: VersionedKind, stored: Sequence[StoredVersion]) -> KeyVersions:
    return KeyVersions(kind, {s.version: s.state for s in stored if s.kind is kind})
