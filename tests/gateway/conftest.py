"""The gateway on a database of its own, for each test."""

from collections.abc import AsyncIterator, Callable

import pytest

from deploy.local.testing import TestStack
from tests.gateway.house import House, house


@pytest.fixture
async def gateway(stack: TestStack, fresh_database: Callable[[str], str]) -> AsyncIterator[House]:
    """The gateway with nobody behind it."""
    async with house(stack, fresh_database("gateway")) as made:
        yield made
