"""qualification on a database of its own."""

from collections.abc import AsyncIterator, Callable

import pytest

from deploy.local.testing import TestStack
from tests.qualification.house import Counter, House

TODAY = "2026-10-01"


@pytest.fixture
async def house(stack: TestStack, fresh_database: Callable[[str], str]) -> AsyncIterator[House]:
    """qualification with its database open and nothing running, on 2026-10-01."""
    house = House(stack, fresh_database("qualification"), TODAY)
    async with house.service.opened():
        yield house


@pytest.fixture
async def counter(house: House) -> AsyncIterator[Counter]:
    """The same, with a second instance running and staff at it."""
    service = house.another()
    async with service.running():
        yield Counter(house, service)
