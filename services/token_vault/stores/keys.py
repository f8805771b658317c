"""All SQL of keys."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from contracts.sealing import PublicSealingKey, SealingSuite
from services.token_vault.domain.keys import (
    SealingKey,
    SealingKeyState,
    VersionedKind,
    VersionState,
)
from services.token_vault.keyring import StoredSealingKey, StoredVersion

_KEY_LOCK = 0x76617574  # "vaut"


async def lock_for_use(connection: Any) -> None:
    """Hold the keys as they are until this transaction ends; many may do so at once.

    Whoever writes numbers takes it before reading which version is active: a version cannot be
    retired, rewritten and destroyed while somebody is still about to write under it.
    """
    await connection.execute("select pg_advisory_xact_lock_shared($1)", _KEY_LOCK)


async def lock_for_change(connection: Any) -> None:
    """Wait until nobody uses the keys, and keep others from it until this transaction ends."""
    await connection.execute("select pg_advisory_xact_lock($1)", _KEY_LOCK)


async def sealing_keys(connection: Any) -> list[StoredSealingKey]:
    """Every inbound sealing key, oldest first."""
    rows = await connection.fetch(
        """
        select key_id, suite, public, wrapped_seed, wrapped_by, state, created_at, activated_at,
            retired_at, last_opened_at, destroyed_at
        from token_vault.sealing_keys order by created_at, key_id
        """
    )
    return [
        StoredSealingKey(
            key=SealingKey(
                key_id=row["key_id"],
                suite=SealingSuite(row["suite"]),
                state=SealingKeyState(row["state"]),
                created_at=row["created_at"],
                activated_at=row["activated_at"],
                retired_at=row["retired_at"],
                last_opened_at=row["last_opened_at"],
                destroyed_at=row["destroyed_at"],
            ),
            public=row["public"],
            wrapped=row["wrapped_seed"],
            wrapped_by=row["wrapped_by"],
        )
        for row in rows
    ]


async def versioned_keys(connection: Any) -> list[StoredVersion]:
    """Every data and blind-index key version."""
    rows = await connection.fetch(
        """
        select kind, version, wrapped, wrapped_by, state from token_vault.versioned_keys
        order by kind, version
        """
    )
    return [
        StoredVersion(
            kind=VersionedKind(row["kind"]),
            version=row["version"],
            state=VersionState(row["state"]),
            wrapped=row["wrapped"],
            wrapped_by=row["wrapped_by"],
        )
        for row in rows
    ]


async def add_sealing_key(
    connection: Any, public: PublicSealingKey, wrapped: bytes, wrapped_by: str, now: datetime
) -> None:
    """A new inbound sealing key, pending."""
    await connection.execute(
        """
        insert into token_vault.sealing_keys
            (key_id, suite, public, wrapped_seed, wrapped_by, state, created_at)
        values ($1, $2, $3, $4, $5, 'pending', $6)
        """,
        public.key_id,
        public.suite,
        public.public,
        wrapped,
        wrapped_by,
        now,
    )


async def activate_sealing_key(connection: Any, key_id: str, now: datetime) -> None:
    """Make a pending key the active one; the one that was active begins to retire."""
    await connection.execute(
        """
        update token_vault.sealing_keys set state = 'retiring', retired_at = $1
        where state = 'active'
        """,
        now,
    )
    await connection.execute(
        """
        update token_vault.sealing_keys set state = 'active', activated_at = $2
        where key_id = $1 and state = 'pending'
        """,
        key_id,
        now,
    )


async def note_opened(connection: Any, key_ids: Iterable[str], now: datetime) -> None:
    """Remember that seals were opened with these keys."""
    await connection.execute(
        """
        update token_vault.sealing_keys set last_opened_at = greatest(last_opened_at, $2)
        where key_id = any($1::text[])
        """,
        sorted(key_ids),
        now,
    )


async def destroy_sealing_key(connection: Any, key_id: str, now: datetime) -> None:
    """Erase the private half of a retiring key."""
    await connection.execute(
        """
        update token_vault.sealing_keys
        set state = 'destroyed', wrapped_seed = null, destroyed_at = $2
        where key_id = $1 and state = 'retiring'
        """,
        key_id,
        now,
    )


async def parked_under(connection: Any, topic: str, key_id: str) -> int:
    """How many events of a topic wait in the dead letters with a seal to this key."""
    count: int = await connection.fetchval(
        """
        select count(*) from bus.dead_letters
        where topic = $1 and state in ('parked', 'waiting')
            and position(convert_to($2, 'UTF8') in coalesce(mended, body)) > 0
        """,
        topic,
        f'"{key_id}"',
    )
    return count


async def add_version(
    connection: Any,
    kind: VersionedKind,
    version: int,
    wrapped: bytes,
    wrapped_by: str,
    now: datetime,
) -> None:
    """A new version, active at once; the former one serves what was written under it."""
    await connection.execute(
        """
        update token_vault.versioned_keys set state = 'retiring', retired_at = $2
        where kind = $1 and state = 'active'
        """,
        kind,
        now,
    )
    await connection.execute(
        """
        insert into token_vault.versioned_keys
            (kind, version, wrapped, wrapped_by, state, created_at)
        values ($1, $2, $3, $4, 'active', $5)
        """,
        kind,
        version,
        wrapped,
        wrapped_by,
        now,
    )


async def destroy_versions(
    connection: Any, kind: VersionedKind, versions: Iterable[int], now: datetime
) -> None:
    """Erase retiring versions. The caller has made sure that nothing is kept under them."""
    await connection.execute(
        """
        update token_vault.versioned_keys
        set state = 'destroyed', wrapped = null, destroyed_at = $3
        where kind = $1 and version = any($2::smallint[]) and state = 'retiring'
        """,
        kind,
        list(versions),
        now,
    )
