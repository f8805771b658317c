"""Keys and seals for tests that need no database."""

import os
from datetime import UTC, datetime
from uuid import UUID, uuid4

from contracts.numbers import synthetic_individual_number
from contracts.sealing import PrivateSealingKey, SealedNumber, SealingSuite, seal
from services.token_vault.domain.envelope import wrapped_key_aad
from services.token_vault.domain.keys import (
    SealingKey,
    SealingKeyState,
    VersionedKind,
    VersionState,
)
from services.token_vault.domain.numbers import IndividualNumber
from services.token_vault.key_encryption import KeyEncryptionKey, SealedKeyFile
from services.token_vault.keyring import Keyring, Keys, StoredSealingKey, StoredVersion

NOW = datetime(2026, 10, 1, tzinfo=UTC)
KEK = SealedKeyFile("file-test", os.urandom(32))


def number(index: int) -> IndividualNumber:
    return IndividualNumber(synthetic_individual_number(index))


def stored_sealing(
    private: PrivateSealingKey,
    state: SealingKeyState = SealingKeyState.ACTIVE,
    kek: KeyEncryptionKey = KEK,
) -> StoredSealingKey:
    gone = state is SealingKeyState.DESTROYED
    aad = wrapped_key_aad("sealing", private.key_id)
    return StoredSealingKey(
        key=SealingKey(private.key_id, private.suite, state, NOW),
        public=private.public.public,
        wrapped=None if gone else kek.wrap(private.seed, aad=aad),
        wrapped_by=kek.key_id,
    )


def stored_version(
    kind: VersionedKind,
    version: int = 1,
    state: VersionState = VersionState.ACTIVE,
    kek: KeyEncryptionKey = KEK,
) -> StoredVersion:
    gone = state is VersionState.DESTROYED
    aad = wrapped_key_aad(kind, str(version))
    return StoredVersion(
        kind=kind,
        version=version,
        state=state,
        wrapped=None if gone else kek.wrap(os.urandom(32), aad=aad),
        wrapped_by=kek.key_id,
    )


def keyring() -> Keyring:
    return Keyring(lambda: KEK)


def keys(*sealing: StoredSealingKey) -> Keys:
    """Keys with one data and one index version."""
    return keyring().keys(
        sealing, [stored_version(VersionedKind.DATA), stored_version(VersionedKind.INDEX)]
    )


def sealed(
    text: str,
    private: PrivateSealingKey,
    *,
    sender: str = "resident_register",
    event_id: UUID | None = None,
) -> tuple[SealedNumber, UUID]:
    event_id = event_id or uuid4()
    return seal(text, private.public, sender=sender, event_id=event_id), event_id


HYBRID = PrivateSealingKey.generate("inbound-20261001", SealingSuite.HYBRID)
X25519 = PrivateSealingKey.generate("inbound-20261001", SealingSuite.X25519)
