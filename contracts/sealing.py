"""Sealing an individual number (個人番号) so that only the vault can read it.

HPKE (RFC 9180), base mode, one message per seal, with HKDF-SHA256 and AES-256-GCM. The suites:

``hybrid``
    ML-KEM-768 + X25519 (KEM 0x647A, "X-Wing"): what is recorded today cannot be opened by a quantum
    computer later. The default.
``x25519``
    DHKEM(X25519, HKDF-SHA256) (KEM 0x0020): for senders whose library has no hybrid.

The context goes into HPKE's ``info`` and the associated data stays empty, because that is the
part that every library offers. It binds the seal to its purpose, its sender and the id of its
event: a seal cut out of one event opens in no other. HPKE says nothing about who sealed: the
topic's ACL and the client certificate do. ``contracts/README.md`` has the format byte for byte.
"""

import base64
import binascii
import hashlib
import os
import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, ClassVar, Final, Self
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from contracts.errors import ContractError

INFO_VERSION: Final = "nenkin-seal/1"
PURPOSE: Final = "individual-number"

SEED_BYTES: Final = 32
_NUMBER = re.compile(r"[0-9]{12}")
_NAME: Final = r"[a-z0-9][a-z0-9._-]{0,63}"
_TAG_BYTES: Final = 16


class SealingSuite(StrEnum):
    """The KEM of a seal; HKDF-SHA256 and AES-256-GCM go with both."""

    HYBRID = "hybrid"
    X25519 = "x25519"

    @property
    def public_bytes(self) -> int:
        """Length of a public key: ML-KEM-768 (1184) before X25519 (32), or X25519 alone."""
        return 1216 if self is SealingSuite.HYBRID else 32

    @property
    def sealed_bytes(self) -> int:
        """Length of a sealed number: encapsulated key, twelve digits, authentication tag."""
        return (1120 if self is SealingSuite.HYBRID else 32) + 12 + _TAG_BYTES


_HPKE: Final = {
    SealingSuite.HYBRID: Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM),
    SealingSuite.X25519: Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM),
}

KeyId = Annotated[str, StringConstraints(pattern=f"^{_NAME}$")]
"""Name of a sealing key, e.g. ``inbound-2026-10``: says nothing about the key itself."""


class InvalidSealingKey(ContractError):
    """A sealing key has the wrong length, encoding or id."""

    code: ClassVar[str] = "CT-0301"


class CannotSeal(ContractError):
    """What was to be sealed is not twelve digits, or the sender's name is not one."""

    code: ClassVar[str] = "CT-0302"


class OpeningFailure(StrEnum):
    """Why a seal did not open. Tells nothing about what is inside it."""

    WRONG_KEY = "wrong_key"
    """Sealed to another key id or suite than the key at hand: perhaps to one destroyed since."""
    MALFORMED = "malformed"
    """Not Base64, or not as long as its suite makes a sealed number."""
    NOT_AUTHENTIC = "not_authentic"
    """Altered, or sealed for another key, sender or event."""
    NOT_A_NUMBER = "not_a_number"
    """Opened, and is not twelve digits."""


class CannotOpen(ContractError):
    """A seal did not open; ``reason`` is safe to record."""

    code: ClassVar[str] = "CT-0303"

    def __init__(self, reason: OpeningFailure) -> None:
        super().__init__(f"the seal does not open ({reason})")
        self.reason = reason


def _public_bytes(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return binascii.a2b_base64(value, strict_mode=True)
    except ValueError as error:
        raise InvalidSealingKey("a public key is written in Base64") from error


class PublicSealingKey(BaseModel):
    """The public half of a sealing key, as handed to upstream systems and browsers.

    In JSON ``public`` is standard Base64. Raises `InvalidSealingKey` for a key of the wrong length.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key_id: KeyId
    suite: SealingSuite = SealingSuite.HYBRID
    public: Annotated[
        bytes,
        BeforeValidator(_public_bytes),
        PlainSerializer(lambda raw: base64.b64encode(raw).decode(), when_used="json"),
        WithJsonSchema({"type": "string", "contentEncoding": "base64"}),
    ]

    @model_validator(mode="after")
    def _fits_its_suite(self) -> Self:
        if len(self.public) != self.suite.public_bytes:
            raise InvalidSealingKey(f"a {self.suite} key has {self.suite.public_bytes} bytes")
        return self

    @cached_property
    def hpke_key(self) -> X25519PublicKey | MLKEM768X25519PublicKey:
        """The key as the HPKE library takes it. Raises `InvalidSealingKey` if it is no key."""
        try:
            if self.suite is SealingSuite.X25519:
                return X25519PublicKey.from_public_bytes(self.public)
            return MLKEM768X25519PublicKey(
                MLKEM768PublicKey.from_public_bytes(self.public[:1184]),
                X25519PublicKey.from_public_bytes(self.public[1184:]),
            )
        except ValueError as error:
            raise InvalidSealingKey(f"not a {self.suite} key") from error


@dataclass(frozen=True)
class PrivateSealingKey:
    """The private half: a 32-byte seed, which is all that has to be kept. Never printed.

    For ``x25519`` the seed is the scalar. For ``hybrid``, SHAKE256(seed) gives ML-KEM's ``d || z``
    (64 bytes) and the X25519 scalar (32 bytes), as draft-connolly-cfrg-xwing-kem has it: the same
    seed is a private key to the other languages' libraries.

    Raises `InvalidSealingKey` for a seed of another length or an id that is none.
    """

    key_id: str
    suite: SealingSuite
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.seed) != SEED_BYTES:
            raise InvalidSealingKey(f"a seed has {SEED_BYTES} bytes")
        if not re.fullmatch(_NAME, self.key_id):
            raise InvalidSealingKey("a key id is 1 to 64 of a-z, 0-9, dot, hyphen and underscore")

    @classmethod
    def generate(cls, key_id: str, suite: SealingSuite = SealingSuite.HYBRID) -> Self:
        """A new key from the operating system's random source."""
        return cls(key_id, suite, os.urandom(SEED_BYTES))

    @cached_property
    def public(self) -> PublicSealingKey:
        """The half that may be handed out."""
        raw = self._x25519.public_key().public_bytes_raw()
        if self.suite is SealingSuite.HYBRID:
            raw = self._mlkem.public_key().public_bytes_raw() + raw
        return PublicSealingKey(key_id=self.key_id, suite=self.suite, public=raw)

    @cached_property
    def hpke_key(self) -> X25519PrivateKey | MLKEM768X25519PrivateKey:
        """The key as the HPKE library takes it."""
        if self.suite is SealingSuite.X25519:
            return self._x25519
        return MLKEM768X25519PrivateKey(self._mlkem, self._x25519)

    @property
    def _expanded(self) -> bytes:
        return hashlib.shake_256(self.seed).digest(96)

    @property
    def _mlkem(self) -> MLKEM768PrivateKey:
        return MLKEM768PrivateKey.from_seed_bytes(self._expanded[:64])

    @property
    def _x25519(self) -> X25519PrivateKey:
        hybrid = self.suite is SealingSuite.HYBRID
        return X25519PrivateKey.from_private_bytes(self._expanded[64:] if hybrid else self.seed)


class SealedNumber(BaseModel):
    """An individual number sealed to a key of the vault.

    ``ciphertext`` is standard Base64 of HPKE's ``enc || ct``: 60 bytes with ``x25519``, 1148 with
    ``hybrid``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    key_id: KeyId
    suite: SealingSuite
    ciphertext: Annotated[
        str,
        StringConstraints(
            pattern=r"^[0-9A-Za-z+/]+={0,2}$",
            min_length=80,
            max_length=1532,
        ),
    ]


def seal(number: str, public: PublicSealingKey, *, sender: str, event_id: UUID) -> SealedNumber:
    """Seal twelve digits for one event of one sender.

    ``sender`` is the name in the sender's certificate, ``event_id`` the id of the event that will
    carry the seal. The check digit is not looked at: the vault judges what upstream holds.

    Raises `CannotSeal` unless ``number`` is twelve ASCII digits and ``sender`` a name.
    """
    if not _NUMBER.fullmatch(number):
        raise CannotSeal("an individual number has twelve digits")
    sealed = _HPKE[public.suite].encrypt(
        number.encode(), public.hpke_key, info=seal_info(sender, event_id)
    )
    return SealedNumber(
        key_id=public.key_id, suite=public.suite, ciphertext=base64.b64encode(sealed).decode()
    )


def open_sealed(
    sealed: SealedNumber, private: PrivateSealingKey, *, sender: str, event_id: UUID
) -> str:
    """The twelve digits of a seal that ``sender`` made for the event ``event_id``.

    Raises `CannotOpen` with the reason; the check digit is the caller's to judge.
    """
    if (sealed.key_id, sealed.suite) != (private.key_id, private.suite):
        raise CannotOpen(OpeningFailure.WRONG_KEY)
    try:
        raw = binascii.a2b_base64(sealed.ciphertext, strict_mode=True)
    except ValueError as error:
        raise CannotOpen(OpeningFailure.MALFORMED) from error
    if len(raw) != sealed.suite.sealed_bytes:
        raise CannotOpen(OpeningFailure.MALFORMED)
    try:
        plain = _HPKE[sealed.suite].decrypt(raw, private.hpke_key, info=seal_info(sender, event_id))
    except InvalidTag as error:
        raise CannotOpen(OpeningFailure.NOT_AUTHENTIC) from error
    number = plain.decode("ascii", errors="replace")
    if not _NUMBER.fullmatch(number):
        raise CannotOpen(OpeningFailure.NOT_A_NUMBER)
    return number


def seal_info(sender: str, event_id: UUID) -> bytes:
    """HPKE's ``info``: four lines of ASCII, joined by a line feed and without one at the end.

    The version of this format, the purpose, the sender's name, the event's id (lower case, with
    hyphens). No part can hold a line feed, so no two contexts give the same bytes.

    Raises `CannotSeal` if ``sender`` is not a name.
    """
    if not re.fullmatch(_NAME, sender):
        raise CannotSeal("a sender is 1 to 64 of a-z, 0-9, dot, hyphen and underscore")
    return "\n".join((INFO_VERSION, PURPOSE, sender, str(event_id))).encode("ascii")
