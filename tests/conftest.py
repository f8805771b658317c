"""What tests share: the real servers, and services on them.

``stack`` starts a Kafka and a PostgreSQL of this run's own (a few seconds, once for each worker),
with certificates, topics, access rules and migrated databases, and no service. A developer who runs
tests again and again keeps one running: ``NENKIN_TEST_STACK=dev pytest …`` starts the stack ``dev``
where it does not run yet and leaves it; ``python -m deploy.local --name dev clean`` ends it.
"""

import os
from collections.abc import Callable, Iterator

import pytest

from deploy.local.testing import TestStack, remove_abandoned


@pytest.fixture(scope="session")
def stack() -> Iterator[TestStack]:
    """The servers, shared by all tests of this worker: see ``TestStack`` for what it offers."""
    kept = os.environ.get("NENKIN_TEST_STACK")
    if not kept:
        remove_abandoned()
    stack = TestStack(kept or f"test-{os.getpid()}")
    try:
        stack.up((), viewer=False)
        yield stack
    finally:
        if not kept:
            stack.destroy()


@pytest.fixture
def clean_stack(stack: TestStack) -> TestStack:
    """The same with empty topics and databases: for tests of services on the bus."""
    stack.clean()
    return stack


@pytest.fixture
def fresh_database(stack: TestStack) -> Iterator[Callable[[str], str]]:
    """Call it with a service's name: makes a migrated, empty database, and returns its name."""
    made: list[str] = []

    def make(service: str) -> str:
        made.append(stack.fresh_database(service))
        return made[-1]

    yield make
    stack.drop_databases(made)
