"""jps_reporting with a database of its own, and a vault that works."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.local.testing import TestStack
from services.chassis.clock import FixedClock
from services.chassis.service import Service
from services.jps_reporting.app import build
from services.jps_reporting.settings import Settings
from services.token_vault import key_management
from services.token_vault.app import build as build_vault
from services.token_vault.settings import Settings as VaultSettings
from tests.jps_reporting.house import House
from tests.token_vault import vaults

PASSWORD = "designated-by-JPS-2026-10"
NOW = datetime(2026, 10, 9, 3, 0, tzinfo=UTC)
"""Noon of 令和8年10月9日 in Japan."""


@pytest.fixture
def settings(stack: TestStack, fresh_database: Callable[[str], str]) -> Settings:
    return stack.settings(
        Settings,
        "jps_reporting",
        DATABASE_NAME=fresh_database("jps_reporting"),
        HTTP_PORT="0",
        LOG_LEVEL="WARNING",
    )


def made(settings: Settings) -> Service:
    """The service with a clock that stands still."""
    service = build(settings)
    service.clock = FixedClock(NOW)
    service.intake._clock = service.clock
    return service


async def with_password(vault: vaults.House) -> None:
    """Give the vault the password that JPS designated."""
    async with vault.service.unit_of_work() as uow:
        keyring = vaults.vault_of(vault.service).keyring
        await key_management.set_password(uow, keyring, PASSWORD)


@pytest.fixture
async def house(settings: Settings, stack: TestStack) -> AsyncIterator[House]:
    """The service with its database open; no bus, no vault."""
    async with made(settings).opened() as service:
        yield House(service, stack)


@pytest.fixture
async def vault(
    stack: TestStack, fresh_database: Callable[[str], str], tmp_path: Path
) -> AsyncIterator[vaults.House]:
    """A running vault with keys and no password for media yet."""
    service = build_vault(
        stack.settings(
            VaultSettings,
            "token_vault",
            DATABASE_NAME=fresh_database("token_vault"),
            HTTP_PORT="0",
            VAULT_KEY_FILE=str(tmp_path / "keys" / "key-encryption.key"),
            VAULT_PASSPHRASE_FILE=str(tmp_path / "secrets" / "passphrase"),
            LOG_LEVEL="WARNING",
        )
    )
    async with service.opened():
        await vaults.initialise(service)
    async with service.running():
        yield vaults.House(service, stack)


@pytest.fixture
async def sealing_house(
    settings: Settings, stack: TestStack, vault: vaults.House
) -> AsyncIterator[House]:
    """The same with a vault that has a password for media."""
    await with_password(vault)
    peers = {**settings.peers, "token_vault": vault.url}
    async with made(settings.model_copy(update={"peers": peers})).opened() as service:
        yield House(service, stack, vault)
