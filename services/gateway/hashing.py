"""Argon2id for passwords, off the event loop and a few at a time."""

import asyncio
import secrets

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from services.gateway.domain.passwords import prepared
from services.gateway.settings import Settings


class Passwords:
    """Hashes and checks passwords.

    A check takes the same work whether or not there is a hash to check against, so that an unknown
    user id cannot be told from a wrong password by the time the answer takes.
    """

    def __init__(self, settings: Settings) -> None:
        self._hasher = PasswordHasher(
            time_cost=settings.password_time_cost,
            memory_cost=settings.password_memory_kib,
            parallelism=settings.password_parallelism,
            type=Type.ID,
        )
        self._at_once = asyncio.Semaphore(settings.password_checks_at_once)
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        """The hash to keep, in PHC notation."""
        async with self._at_once:
            return await asyncio.to_thread(self._hasher.hash, prepared(password))

    async def check(self, password: str, password_hash: str | None) -> bool:
        """Whether the password is the one of ``password_hash``; False where there is none."""
        if self._nobody is None:
            # Made before the first check of any kind: making it later would mark the first
            # unknown user id by twice the time.
            self._nobody = await self.hash(secrets.token_urlsafe(32))
        async with self._at_once:
            right = await asyncio.to_thread(
                self._verify, password_hash or self._nobody, prepared(password)
            )
        return right and password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        """Whether the hash was made at another cost than today's."""
        return self._hasher.check_needs_rehash(password_hash)

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False
