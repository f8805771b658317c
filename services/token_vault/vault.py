"""What the vault does with numbers: unseal, tokenise, find, take out for a medium.

Each works inside the caller's transaction, which also holds the record of it.
"""

import asyncio
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.sealing import SealedNumber
from services.token_vault.domain.numbers import IndividualNumber, Token, token_of
from services.token_vault.domain.refusals import Refusal
from services.token_vault.keyring import Keyring, Keys
from services.token_vault.stores import keys as key_store
from services.token_vault.stores import numbers as store

_AT_ONCE = 50
"""Seals opened between two looks at the event loop: about 6 ms of work."""


@dataclass(frozen=True, slots=True)
class Tokenised:
    """The tokens of some numbers, in their order, and how many were not known before."""

    tokens: Sequence[Token]
    new: int


class Vault:
    """The operations, over the keys of one process."""

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring

    async def keys(self, connection: Any) -> Keys:
        """The keys, held as they are until the transaction ends."""
        await key_store.lock_for_use(connection)
        return await self.load(connection)

    async def load(self, connection: Any) -> Keys:
        """The keys as they are now, held by nothing: to look at."""
        sealing = await key_store.sealing_keys(connection)
        versions = await key_store.versioned_keys(connection)
        return self.keyring.keys(sealing, versions)

    async def unseal(
        self,
        connection: Any,
        keys: Keys,
        sealed: Sequence[tuple[SealedNumber, UUID]],
        *,
        sender: str,
        now: datetime,
    ) -> list[IndividualNumber | Refusal]:
        """Open seals that ``sender`` made for these events; say of each that does not open why.

        Opening takes about 0.1 ms a seal and holds Python's lock throughout, so threads gain
        nothing: the loop gets its turn between portions instead.
        """
        opened: list[IndividualNumber | Refusal] = []
        for start in range(0, len(sealed), _AT_ONCE):
            opened += [
                keys.unseal(number, sender=sender, event_id=event_id)
                for number, event_id in sealed[start : start + _AT_ONCE]
            ]
            await asyncio.sleep(0)
        used = {
            number.key_id
            for (number, _), outcome in zip(sealed, opened, strict=True)
            if isinstance(outcome, IndividualNumber)
        }
        if news := [key_id for key_id in used if keys.sealing[key_id].use_is_news(now)]:
            await key_store.note_opened(connection, news, now)
        return opened

    async def find(
        self, connection: Any, keys: Keys, numbers: Sequence[IndividualNumber]
    ) -> dict[int, Token]:
        """The tokens of those that are known, by their place in the list."""
        known = await self._known(connection, keys, numbers)
        return {place: one.token for place, one in known.items()}

    async def tokenise(
        self,
        connection: Any,
        keys: Keys,
        numbers: Sequence[IndividualNumber],
        now: datetime,
        *,
        entered: bool = False,
    ) -> Tokenised:
        """The token of each number; one that is not known yet is kept under a new one.

        The same number gets the same token, within the list and for ever. ``entered``: staff enter
        it, and it may turn out to be nobody's; what the register tells of stays.
        """
        entered_at = now if entered else None
        tokens: dict[IndividualNumber, Token] = {}
        unknown = list(dict.fromkeys(numbers))
        new = 0
        while unknown:
            tokens |= await self._standing(connection, keys, unknown, entered_at)
            unknown = [number for number in unknown if number not in tokens]
            if not unknown:
                break
            ours = self._encrypted(keys, unknown)
            kept = await store.insert_numbers(
                connection,
                ours,
                index_version=keys.index_versions.active,
                data_version=keys.data_versions.active,
                now=now,
                entered_at=entered_at,
            )
            new += kept
            if kept == len(unknown):
                tokens |= {number: one.token for number, one in zip(unknown, ours, strict=True)}
                break
            # Another instance has kept one first: then its token holds, if it stays.
        return Tokenised([tokens[number] for number in numbers], new)

    async def _standing(
        self,
        connection: Any,
        keys: Keys,
        numbers: Sequence[IndividualNumber],
        entered_at: datetime | None,
    ) -> dict[IndividualNumber, Token]:
        """The tokens of those that are known and are not being erased just now."""
        known = await self._known(connection, keys, numbers)
        may_go = [one.token for one in known.values() if one.entered]
        stay = await store.enter_again(connection, may_go, entered_at) if may_go else set()
        return {
            numbers[place]: one.token
            for place, one in known.items()
            if not one.entered or one.token in stay
        }

    async def _known(
        self, connection: Any, keys: Keys, numbers: Sequence[IndividualNumber]
    ) -> dict[int, store.Known]:
        indexes = {
            index.version: [index.of(number) for number in numbers] for index in keys.indexes
        }
        return await store.find_tokens(connection, indexes)

    async def numbers(
        self, connection: Any, keys: Keys, tokens: Iterable[str]
    ) -> dict[str, IndividualNumber]:
        """The numbers of these tokens, in memory for as long as the caller holds them.

        Unknown tokens are not among them. Raises ``NumberDamaged``, ``VersionNotAccepted``.
        """
        rows = await store.fetch_numbers(connection, tokens)
        return {
            row.token: keys.decrypt(row.ciphertext, row.data_version, row.token) for row in rows
        }

    async def rewrap(
        self, connection: Any, keys: Keys, *, after: Token | None, limit: int
    ) -> Sequence[Token]:
        """Write up to ``limit`` numbers anew under the active versions; return their tokens.

        Raises ``NumberDamaged``, ``VersionNotAccepted``.
        """
        cipher, index = keys.cipher, keys.indexes[0]
        rows = await store.next_to_rewrap(
            connection,
            data_version=cipher.version,
            index_version=index.version,
            after=after,
            limit=limit,
        )
        renewed = []
        for row in rows:
            number = keys.decrypt(row.ciphertext, row.data_version, row.token)
            renewed.append(
                store.NewNumber(row.token, index.of(number), cipher.encrypt(number, row.token))
            )
        await store.replace_numbers(
            connection, renewed, index_version=index.version, data_version=cipher.version
        )
        return [row.token for row in rows]

    @staticmethod
    def _encrypted(keys: Keys, numbers: Sequence[IndividualNumber]) -> list[store.NewNumber]:
        index, cipher = keys.indexes[0], keys.cipher
        random = secrets.token_bytes(16 * len(numbers))
        tokens = [token_of(random[at : at + 16]) for at in range(0, len(random), 16)]
        return [
            store.NewNumber(token, index.of(number), cipher.encrypt(number, token))
            for number, token in zip(numbers, tokens, strict=True)
        ]
