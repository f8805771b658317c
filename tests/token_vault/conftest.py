"""A vault on the real servers, with keys and a database of its own."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from deploy.local.testing import TestStack
from services.chassis.clock import FixedClock, SystemClock
from services.chassis.service import Service
from services.token_vault.app import build
from services.token_vault.settings import Settings
from tests.token_vault.vaults import House, initialise


@pytest.fixture
def clock() -> FixedClock:
    """Begins now and stands still until moved."""
    return FixedClock(SystemClock().now())


@pytest.fixture
def database(fresh_database: Callable[[str], str]) -> str:
    return fresh_database("token_vault")


def make_settings(stack: TestStack, database: str, folder: Path) -> Settings:
    return stack.settings(
        Settings,
        "token_vault",
        DATABASE_NAME=database,
        HTTP_PORT="0",
        VAULT_KEY_FILE=str(folder / "keys" / "key-encryption.key"),
        VAULT_PASSPHRASE_FILE=str(folder / "secrets" / "passphrase"),
    )


@pytest.fixture
def settings(stack: TestStack, database: str, tmp_path: Path) -> Settings:
    return make_settings(stack, database, tmp_path)


@pytest.fixture
def service(settings: Settings, clock: FixedClock) -> Service:
    """Built, not opened; with a clock to move."""
    built = build(settings)
    built.clock = clock
    built.intake._clock = clock
    return built


@pytest.fixture
async def opened(service: Service) -> AsyncIterator[Service]:
    """With its database open and its keys made; nothing runs."""
    async with service.opened():
        await initialise(service)
        yield service


@pytest.fixture
async def running(opened: Service, stack: TestStack, settings: Settings) -> AsyncIterator[House]:
    """All of it running: bus, HTTPS, relay. Nothing that others published is on the bus."""
    stack.clean("token_vault")
    second = build(settings)
    async with second.running():
        yield House(second, stack)


@pytest.fixture(scope="module")
def shared_settings(
    stack: TestStack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    database = stack.fresh_database("token_vault")
    yield make_settings(stack, database, tmp_path_factory.mktemp("vault"))
    stack.drop_databases([database])
