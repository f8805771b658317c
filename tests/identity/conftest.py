"""identity on a database of its own."""

from collections.abc import AsyncIterator, Callable

import pytest

from deploy.local.testing import TestStack
from tests.identity.house import House


@pytest.fixture
async def house(stack: TestStack, fresh_database: Callable[[str], str]) -> AsyncIterator[House]:
    """identity with its database open and nothing running; a test tells it things."""
    house = House(stack, fresh_database("identity"))
    async with house.service.opened():
        yield house
