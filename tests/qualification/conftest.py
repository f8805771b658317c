"""qualification on a database of its own."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from uuid import UUID

import pytest

from deploy.local.testing import TestStack
from tests.qualification.house import AT_45, HANAKO, Counter, House

TODAY = "2026-10-01"


@pytest.fixture
async def house(stack: TestStack, fresh_database: Callable[[str], str]) -> AsyncIterator[House]:
    """qualification with its database open and nothing running, on 2026-10-01."""
    house = House(stack, fresh_database("qualification"), TODAY)
    async with house.service.opened():
        yield house


@pytest.fixture
async def counter(house: House) -> AsyncIterator[Counter]:
    """The same with staff at its open door, and no bus: what it emits stays to be seen."""
    async with AsyncExitStack() as stack:
        await house.service._start_listeners(stack)
        yield Counter(house, house.service)


@pytest.fixture
async def hanako(house: House) -> UUID:
    """HANAKO is 45 and of the first load; it is 5 November."""
    await house.lives(HANAKO, AT_45.copy())
    house.on("2026-11-05")
    return HANAKO
