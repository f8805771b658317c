"""The gateway on a database that is empty at the beginning of each test."""

from collections.abc import AsyncIterator, Iterator

import pytest

from deploy.local.testing import TestStack
from tests.gateway.house import House, emptied, house


@pytest.fixture(scope="session")
def kept_database(stack: TestStack) -> Iterator[str]:
    """A database of the gateway's for all tests: making one for each takes most of the time."""
    name = stack.fresh_database("gateway")
    yield name
    stack.drop_databases([name])


@pytest.fixture
async def database(stack: TestStack, kept_database: str) -> str:
    """The same, emptied."""
    await emptied(stack, kept_database)
    return kept_database


@pytest.fixture
async def gateway(stack: TestStack, database: str) -> AsyncIterator[House]:
    """The gateway with nobody behind it."""
    async with house(stack, database) as made:
        yield made
