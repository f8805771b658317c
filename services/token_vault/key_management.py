"""Making, rotating and destroying the vault's keys, each step recorded in its own transaction."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from contracts.events import AuditOperation, AuditOutcome
from contracts.sealing import PrivateSealingKey, SealingSuite
from contracts.topics import INBOUND_RESIDENTS
from services.chassis import audit
from services.chassis.clock import japan_date
from services.chassis.unit_of_work import UnitOfWork
from services.token_vault.domain.envelope import PASSWORD_AAD, wrapped_key_aad
from services.token_vault.domain.errors import VaultError
from services.token_vault.domain.keys import (
    KeyVersions,
    NotYetDestroyable,
    SealingKeyState,
    VersionedKind,
    VersionState,
    next_key_id,
)
from services.token_vault.domain.numbers import Token
from services.token_vault.key_encryption import (
    KEY_BYTES,
    KeyFileError,
    SealedKeyFile,
    create_passphrase_file,
    read_passphrase,
)
from services.token_vault.keyring import Keyring, Wrapped
from services.token_vault.settings import Settings
from services.token_vault.stores import keys as key_store
from services.token_vault.stores import numbers as store
from services.token_vault.vault import Vault

Unit = Callable[[], AbstractAsyncContextManager[UnitOfWork]]
"""Opens a unit of work: ``service.unit_of_work``."""


class KeyExists(VaultError):
    """What was to be made is there already."""


class NoSuchKey(VaultError):
    """There is no sealing key of that name."""


@dataclass(frozen=True, slots=True)
class Destruction:
    """What became of one retiring sealing key."""

    key_id: str
    destroyed: bool
    reason: str


async def initialise(
    uow: UnitOfWork, keyring: Keyring, settings: Settings, *, new_passphrase: bool
) -> list[str]:
    """Make what is missing of key file, data key, index key and sealing key; name what was made.

    Raises `KeyFileError` where the key file is gone and the database holds keys that it wrapped:
    a new one could not open them.
    """
    await key_store.lock_for_change(uow.connection)
    sealing = await key_store.sealing_keys(uow.connection)
    stored = await key_store.versioned_keys(uow.connection)
    made = []
    if not settings.vault_key_file.exists():
        secrets: list[Wrapped] = [*sealing, *stored]
        wrapped_by = {key.wrapped_by for key in secrets if key.wrapped is not None}
        if wrapped_by:
            raise KeyFileError(
                f"{settings.vault_key_file} is missing, and the database holds keys wrapped by "
                f"{', '.join(sorted(wrapped_by))}: restore that file"
            )
        if new_passphrase and not settings.vault_passphrase_file.exists():
            create_passphrase_file(settings.vault_passphrase_file)
            made.append("passphrase file")
        passphrase = read_passphrase(settings.vault_passphrase_file)
        keyring.use(SealedKeyFile.create(settings.vault_key_file, passphrase))
        made.append("key file")
    for kind in VersionedKind:
        versions = KeyVersions(kind, {s.version: s.state for s in stored if s.kind is kind})
        if VersionState.ACTIVE not in versions.states.values():
            await _add_version(uow, keyring, versions)
            made.append(f"{kind} key {versions.next}")
    if not any(key.key.state is SealingKeyState.ACTIVE for key in sealing):
        key_id = await _add_sealing_key(
            uow, keyring, {key.key.key_id for key in sealing}, SealingSuite.HYBRID
        )
        await key_store.activate_sealing_key(uow.connection, key_id, uow.now)
        made.append(f"sealing key {key_id}")
    if made:
        _record(uow, "init", made=len(made))
    return made


async def rotate_sealing_key(
    uow: UnitOfWork, keyring: Keyring, *, suite: SealingSuite, prepare: bool
) -> str:
    """A new inbound sealing key; return its id.

    With ``prepare`` it is made pending, to be given to upstream ahead of time. Without, the pending
    one becomes active, or a new one at once where none is pending; the former begins to retire.

    Raises `KeyExists` where one is pending already.
    """
    await key_store.lock_for_change(uow.connection)
    keys = [stored.key for stored in await key_store.sealing_keys(uow.connection)]
    pending = next((key.key_id for key in keys if key.state is SealingKeyState.PENDING), None)
    if prepare and pending:
        raise KeyExists(f"{pending} is pending already")
    key_id = pending or await _add_sealing_key(uow, keyring, {key.key_id for key in keys}, suite)
    if not prepare:
        await key_store.activate_sealing_key(uow.connection, key_id, uow.now)
    _record(uow, "prepare_inbound" if prepare else "rotate_inbound", key=key_id)
    return key_id


async def destroy_sealing_keys(
    uow: UnitOfWork, settings: Settings, key_id: str | None
) -> list[Destruction]:
    """Destroy the retiring sealing keys that are due, or only ``key_id``; say of each what became
    of it. What is not due stays, and the refusal is recorded where the key was named.

    Raises `NoSuchKey`.
    """
    await key_store.lock_for_change(uow.connection)
    keys = [stored.key for stored in await key_store.sealing_keys(uow.connection)]
    named = [key for key in keys if key.key_id == key_id]
    if key_id and not named:
        raise NoSuchKey(f"there is no sealing key {key_id}")
    results = []
    for key in named or [key for key in keys if key.state is SealingKeyState.RETIRING]:
        parked = await key_store.parked_under(uow.connection, INBOUND_RESIDENTS.name, key.key_id)
        try:
            key.check_destroyable(
                uow.now, settings.inbound_retention, settings.inbound_key_margin, parked
            )
        except NotYetDestroyable as refusal:
            results.append(Destruction(key.key_id, False, str(refusal)))
            if named:
                _record(uow, "destroy_inbound", AuditOutcome.REFUSED, key=key.key_id)
            continue
        await key_store.destroy_sealing_key(uow.connection, key.key_id, uow.now)
        _record(uow, "destroy_inbound", key=key.key_id)
        results.append(Destruction(key.key_id, True, f"{key.key_id} is destroyed"))
    return results


async def rotate_version(uow: UnitOfWork, keyring: Keyring, kind: VersionedKind) -> int:
    """A new data or index key, active at once; return its version. ``rewrap`` does the rest."""
    await key_store.lock_for_change(uow.connection)
    stored = await key_store.versioned_keys(uow.connection)
    versions = KeyVersions(kind, {s.version: s.state for s in stored if s.kind is kind})
    version = await _add_version(uow, keyring, versions)
    _record(uow, f"rotate_{kind}", version=version)
    return version


async def rewrap(unit: Unit, vault: Vault, *, limit: int) -> AsyncIterator[tuple[int, int]]:
    """Write every number anew under the active keys, then destroy the superseded ones.

    Gives (done, all) after each transaction of ``limit`` numbers. May be stopped at any moment and
    run again: what is done stays done. The service goes on meanwhile.
    """
    async with unit() as uow:
        keys = await vault.keys(uow.connection)
        total = await store.count_to_rewrap(
            uow.connection,
            data_version=keys.data_versions.active,
            index_version=keys.index_versions.active,
        )
    done = 0
    after: Token | None = None
    while True:
        async with unit() as uow:
            keys = await vault.keys(uow.connection)
            tokens = await vault.rewrap(uow.connection, keys, after=after, limit=limit)
            if tokens:
                # The numbers were in memory here, whoever saw them or not.
                _record(uow, "rewrap", count=len(tokens), number_accessed=True)
        if tokens:
            after = tokens[-1]
            done += len(tokens)
            yield done, max(total, done)
            continue
        async with unit() as uow:
            if await _destroy_superseded(uow, vault):
                return
        after = None  # Another run has rotated meanwhile: begin again.


async def _destroy_superseded(uow: UnitOfWork, vault: Vault) -> bool:
    await key_store.lock_for_change(uow.connection)
    keys = await vault.load(uow.connection)
    left = await store.count_to_rewrap(
        uow.connection,
        data_version=keys.data_versions.active,
        index_version=keys.index_versions.active,
    )
    if left:
        return False
    for versions in (keys.data_versions, keys.index_versions):
        if versions.superseded:
            await key_store.destroy_versions(
                uow.connection, versions.kind, versions.superseded, uow.now
            )
            _record(uow, f"destroy_{versions.kind}", versions=len(versions.superseded))
    return True


async def set_password(uow: UnitOfWork, keyring: Keyring, password: str) -> None:
    """Keep the password that JPS designated for media, wrapped (C25)."""
    wrapped = keyring.kek.wrap(password.encode("ascii"), aad=PASSWORD_AAD)
    await store.set_medium_password(
        uow.connection, store.StoredPassword(wrapped, keyring.kek.key_id, uow.now)
    )
    _record(uow, "set_medium_password")


async def _add_version(uow: UnitOfWork, keyring: Keyring, versions: KeyVersions) -> int:
    kek, kind, version = keyring.kek, versions.kind, versions.next
    wrapped = kek.wrap(os.urandom(KEY_BYTES), aad=wrapped_key_aad(kind, str(version)))
    await key_store.add_version(uow.connection, kind, version, wrapped, kek.key_id, uow.now)
    return version


async def _add_sealing_key(
    uow: UnitOfWork, keyring: Keyring, taken: set[str], suite: SealingSuite
) -> str:
    kek = keyring.kek
    private = PrivateSealingKey.generate(next_key_id(japan_date(uow.now), taken), suite)
    wrapped = kek.wrap(private.seed, aad=wrapped_key_aad("sealing", private.key_id))
    await key_store.add_sealing_key(uow.connection, private.public, wrapped, kek.key_id, uow.now)
    return private.key_id


def _record(
    uow: UnitOfWork,
    action: str,
    outcome: AuditOutcome = AuditOutcome.DONE,
    *,
    count: int | None = None,
    number_accessed: bool = False,
    **details: str | int,
) -> None:
    audit.record(
        uow,
        AuditOperation.KEY_MANAGEMENT,
        outcome=outcome,
        count=count,
        number_accessed=number_accessed,
        details={"action": action, **details},
    )
