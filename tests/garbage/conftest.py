"""One house for all of it."""

from collections.abc import Iterator

import pytest

from deploy.local.testing import TestStack
from tests.garbage.door import Doors, opened
from tests.garbage.house import House


@pytest.fixture(scope="package")
def house(stack: TestStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Every service that consumes, running on empty topics and databases of its own."""
    stack.clean()
    with House(stack, tmp_path_factory.mktemp("house"), BREAKER_WINDOW="100") as house:
        yield house


@pytest.fixture(scope="package")
def doors(house: House, stack: TestStack) -> Iterator[Doors]:
    """The gateway and the services behind it, by HTTP."""
    with opened(house, stack) as doors:
        doors.sign_in()
        yield doors
