"""What tests share: the real servers, and services on them.

``stack`` starts a Kafka and a PostgreSQL of this run's own (a few seconds, once for each worker),
with certificates, topics, access rules and migrated databases, and no service. A developer who runs
tests again and again keeps one running: ``NENKIN_TEST_STACK=dev pytest …`` starts the stack ``dev``
where it does not run yet and leaves it; ``python -m deploy.local --name dev clean`` ends it.
"""

import tests.freezing  # noqa: F401  first: what is imported after it has frozen values

# isort: split
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from deploy.demo.console import Desk
from deploy.demo.day import Day
from deploy.demo.house import House
from deploy.demo.people import prepare
from deploy.local.testing import TestStack, remove_abandoned
from services.chassis.clock import SystemClock, japan_date

# No test fails because the machine is slow.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Tests of one file stay on one worker, in their order: what a module's fixture starts is
    started once. Files that share more than that name a group of their own."""
    if item.get_closest_marker("xdist_group") is None:
        item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What plants numbers all over the played day comes after all that looks at it."""
    items.sort(key=lambda item: "planted" in getattr(item, "fixturenames", ()))


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


@pytest.fixture(scope="session")
def played_day() -> Iterator[Day]:
    """A working day of a city of 400, played once on a stack of its own with every service running.

    What the gateway answered is kept in the stack's folder, in ``answers``. Tests that ask for it
    stay on one worker: ``pytest.mark.xdist_group("day")``.
    """
    remove_abandoned()
    stack = TestStack(f"test-{os.getpid()}-day")
    with pytest.MonkeyPatch.context() as patched:
        _keep_answers(patched, stack.layout.home / "answers")
        try:
            stack.up()
            today = japan_date(SystemClock().now())
            day = Day(House(stack), prepare(stack), 400, today, lambda _text: None)
            day.play()
            yield day
            assert stack.down() == 0, "who has served a day stops when told, and is not killed"
        finally:
            stack.destroy()


def _keep_answers(patched: pytest.MonkeyPatch, folder: Path) -> None:
    take = Desk._answer

    def keep(answer):
        folder.mkdir(parents=True, exist_ok=True)
        kind = "zip" if answer.headers.get("Content-Type") == "application/zip" else "json"
        (folder / f"{len([*folder.iterdir()]):05d}.{kind}").write_bytes(answer.content)
        return take(answer)

    patched.setattr(Desk, "_answer", staticmethod(keep))
