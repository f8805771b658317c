"""identity on a database of its own."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import pytest

from deploy.local.testing import TestStack
from tests.identity.desk import FindingDesk
from tests.identity.house import Counter, House


@pytest.fixture(scope="session")
def identity_database(stack: TestStack) -> Iterator[str]:
    """One for all tests: emptying tables takes a tenth of the time that making a database does."""
    name = stack.fresh_database("identity")
    yield name
    stack.drop_databases([name])


@pytest.fixture
async def house(stack: TestStack, identity_database: str) -> AsyncIterator[House]:
    """identity with its database open and empty and nothing running; a test tells it things."""
    house = House(stack, identity_database)
    await house.empty()
    async with house.service.opened():
        yield house


@pytest.fixture
async def counter(house: House) -> AsyncIterator[Counter]:
    """The same, also listening: staff ask through the gateway."""
    async with AsyncExitStack() as exits:
        await house.service._start_listeners(exits)
        yield Counter(house, house.service)


@pytest.fixture
def desk(counter: Counter) -> FindingDesk:
    """The work list of findings."""
    return FindingDesk(counter)
