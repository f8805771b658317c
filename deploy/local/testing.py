"""A stack for tests: one that is quick to make, easily emptied, and gone afterwards."""

import asyncio
import os
import re
import secrets
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeVar
from unittest.mock import patch

from contracts.topics import SERVICES
from deploy.local import bus, databases, kafka
from deploy.local.java import Jit
from deploy.local.layout import local_folder
from deploy.local.processes import started_at
from deploy.local.progress import Progress
from deploy.local.stack import Stack

T = TypeVar("T")

REMEMBERS: Final = {
    "log.flush.start.offset.checkpoint.interval.ms": "500",
    "log.initial.task.delay.ms": "500",
}
"""A broker that is killed forgets what was deleted since it last noted it (every 60 s, and not
before it has run for 30): records of the tests before would come back."""
_OWN = re.compile(r"test-(\d+)(-\w+)?")


class TestStack(Stack):
    """A stack without fsync, each of whose databases has a clean twin to be copied.

    Its calls may be made from synchronous and from asynchronous tests alike; they block.
    """

    __test__ = False  # pytest: not a class of tests

    def __init__(
        self,
        name: str,
        *,
        local: Path | None = None,
        progress: Progress | None = None,
        jit: Jit = "quick",
        shared_mb: int | None = None,
    ) -> None:
        quiet = progress or Progress(quiet=True)
        super().__init__(
            name, local=local, progress=quiet, jit=jit, durable=False, shared_mb=shared_mb
        )

    @cached_property
    def _kafka(self) -> kafka.Kafka:
        return kafka.Kafka(self.layout, self.progress, REMEMBERS)

    def settings(self, make: Callable[[], T], service: str, **more: str) -> T:
        """A service's settings, made from its variables: ``stack.settings(Settings, "audit")``.

        ``more`` sets further ones: ``HTTP_PORT="0"``.
        """
        own = {f"NENKIN_{name}": value for name, value in more.items()}
        with _only({**self.env(service), **own}):
            return make()

    def clean(self, *services: str) -> None:
        """Empty all topics and consumer groups, and the databases of these services (by default
        of all).

        Nobody may use them meanwhile: connections to those databases are cut.
        """
        wanted = services or databases.migratable(SERVICES)
        _finish(databases.clean(self.database_server, wanted))
        with bus.admin_client(self.bootstrap, self.layout.certs) as client:
            bus.dismiss_members(client)
            bus.forget_records(client)

    def fresh_database(self, service: str) -> str:
        """One more database of a service, migrated and empty; returns its name.

        ``stack.env(service, database=name)`` has a service use it.
        """
        name = f"{service}_{secrets.token_hex(4)}"
        _finish(databases.copy(self.database_server, service, name))
        return name

    def drop_databases(self, names: Sequence[str]) -> None:
        """Remove such databases, and whoever is in them."""
        _finish(databases.drop_all(self.database_server, names))

    @contextmanager
    def serving(self, *services: str) -> Iterator[None]:
        """The block runs with these services as processes, ready; they are stopped after it."""
        self.run_services(services)
        try:
            yield
        finally:
            self.stop_services(services)


def remove_abandoned(local: Path | None = None) -> None:
    """Remove test stacks whose test run was killed."""
    for folder in (local or local_folder()).glob("test-*"):
        found = _OWN.fullmatch(folder.name)
        if found and started_at(int(found[1])) is None:
            TestStack(folder.name, local=folder.parent).destroy()


def _finish(work: Coroutine[Any, Any, T]) -> T:
    """Run it to its end, also for a caller whose own loop is running."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


@contextmanager
def _only(variables: Mapping[str, str]) -> Iterator[None]:
    """The environment with just these ``NENKIN_*`` variables."""
    others = {name: v for name, v in os.environ.items() if not name.startswith("NENKIN_")}
    with patch.dict(os.environ, {**others, **variables}, clear=True):
        yield
