"""Test vectors of the sealing format: seals that every language must open, or must refuse.

Sealing is randomised, so writing the vectors anew gives other bytes; the committed ones stay.
"""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.numbers import synthetic_individual_number
from contracts.sealing import (
    INFO_VERSION,
    CannotOpen,
    OpeningFailure,
    PrivateSealingKey,
    SealedNumber,
    SealingSuite,
    open_sealed,
    seal,
    seal_info,
)

PATH = Path(__file__).parent.parent / "vectors" / "sealing.json"

_SENDER = "resident_register"
_EVENT = UUID("0b6f7a52-6f0e-4c39-9d0c-4f7a5d2b9e11")
_OTHER_EVENT = UUID("5d0e8c1e-2a63-4c1b-8a43-9f6d0c7e2b22")


class VectorKey(BaseModel):
    """A key pair. The seed is public and must never seal anything real."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key_id: str
    suite: SealingSuite
    seed: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    public: str
    """Base64, as upstream receives it."""


class VectorSeal(BaseModel):
    """A seal as received, with the context it is opened in and what comes of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    sender: str
    event_id: UUID
    info: Annotated[str, Field(pattern="^[0-9a-f]+$")]
    sealed: SealedNumber
    number: str | None
    failure: OpeningFailure | None


class Vectors(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: str
    keys: tuple[VectorKey, ...]
    seals: tuple[VectorSeal, ...]

    @classmethod
    def load(cls) -> "Vectors":
        """The committed vectors."""
        return cls.model_validate_json(PATH.read_bytes())


def private_key(key: VectorKey) -> PrivateSealingKey:
    """The private key of a vector."""
    return PrivateSealingKey(key.key_id, key.suite, bytes.fromhex(key.seed))


def make() -> Vectors:
    """New vectors for both suites: a seal that opens, and what must not become of it."""
    keys = [PrivateSealingKey(f"vector-{suite}", suite, bytes(range(32))) for suite in SealingSuite]
    return Vectors(
        format=INFO_VERSION,
        keys=tuple(
            VectorKey(
                key_id=key.key_id,
                suite=key.suite,
                seed=key.seed.hex(),
                public=base64.b64encode(key.public.public).decode(),
            )
            for key in keys
        ),
        seals=tuple(vector for key in keys for vector in _seals(key)),
    )


def _seals(key: PrivateSealingKey) -> Iterator[VectorSeal]:
    number = synthetic_individual_number(1)
    good = seal(number, key.public, sender=_SENDER, event_id=_EVENT)
    raw = base64.b64decode(good.ciphertext)
    altered = base64.b64encode(raw[:-1] + bytes([raw[-1] ^ 1])).decode()
    # Three bytes less keep the Base64 well-formed: the length alone is wrong.
    shorter = base64.b64encode(raw[:-3]).decode()

    def vector(
        name: str,
        failure: OpeningFailure | None,
        *,
        sealed: SealedNumber = good,
        sender: str = _SENDER,
        event_id: UUID = _EVENT,
    ) -> VectorSeal:
        return VectorSeal(
            name=f"{key.suite}: {name}",
            sender=sender,
            event_id=event_id,
            info=seal_info(sender, event_id).hex(),
            sealed=sealed,
            number=None if failure else number,
            failure=failure,
        )

    authentic = OpeningFailure.NOT_AUTHENTIC
    yield vector("a number", None)
    yield vector("read as another sender's", authentic, sender="gateway")
    yield vector("moved to another event", authentic, event_id=_OTHER_EVENT)
    yield vector("a bit altered", authentic, sealed=_with(good, altered))
    if key.suite is SealingSuite.HYBRID:
        yield vector("shortened", OpeningFailure.MALFORMED, sealed=_with(good, shorter))


def _with(sealed: SealedNumber, ciphertext: str) -> SealedNumber:
    return SealedNumber(key_id=sealed.key_id, suite=sealed.suite, ciphertext=ciphertext)


def problems() -> Iterator[str]:
    """What this implementation makes of the committed vectors otherwise than they say."""
    vectors = Vectors.load()
    keys = {key.key_id: private_key(key) for key in vectors.keys}
    for key in vectors.keys:
        if base64.b64encode(keys[key.key_id].public.public).decode() != key.public:
            yield f"{key.key_id}: another public key comes of the seed"
    for vector in vectors.seals:
        if seal_info(vector.sender, vector.event_id).hex() != vector.info:
            yield f"{vector.name}: another info comes of sender and event"
        number, failure = _open(vector, keys[vector.sealed.key_id])
        if (number, failure) != (vector.number, vector.failure):
            yield f"{vector.name}: expected {vector.failure or 'to open'}, got {failure or 'open'}"


def _open(vector: VectorSeal, key: PrivateSealingKey) -> tuple[str | None, OpeningFailure | None]:
    try:
        number = open_sealed(vector.sealed, key, sender=vector.sender, event_id=vector.event_id)
    except CannotOpen as error:
        return None, error.reason
    return number, None


def write() -> None:
    """Replace the committed vectors."""
    document = json.dumps(make().model_dump(mode="json"), ensure_ascii=False, indent=1)
    PATH.write_text(document + "\n")
