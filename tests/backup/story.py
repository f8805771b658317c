"""A house under load that loses its databases, and what is asked of it afterwards."""

import asyncio
import shutil
import signal
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from contracts.sealing import PublicSealingKey
from contracts.topics import SERVICES
from deploy.backup import agreement
from deploy.demo.house import House
from deploy.local import postgres, processes
from deploy.local.testing import TestStack
from deploy.upstream.city import Resident
from deploy.upstream.day import Change, snapshot
from deploy.upstream.publisher import Bus, publish

SLICE = 50


@dataclass
class Register:
    """The resident register: remembers all that it sent, which is all that the house can know."""

    stack: TestStack
    key: PublicSealingKey
    today: date
    sent: list[Change] = field(default_factory=list)

    def send(self, changes: Iterable[Change]) -> None:
        """Send these, and return when the bus has them."""
        wanted = list(changes)
        self.sent += wanted
        bus = Bus(self.stack.bootstrap, self.stack.layout.certs / "resident_register")
        work = publish(iter(wanted), bus, self.key, reported_on=self.today)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(asyncio.run, work).result()

    @contextmanager
    def sending(self, residents: Sequence[Resident]) -> Iterator[None]:
        """While the block runs, residents are sent slice by slice; what is left, after it."""
        first, stop = threading.Event(), threading.Event()

        def send() -> None:
            for at in range(0, len(residents), SLICE):
                self.send(snapshot(iter(residents[at : at + SLICE]), self.today))
                first.set()
                # The next slice when the vault is through with this one, so that load lasts.
                while not stop.is_set():
                    if House(self.stack).handled("token_vault", "inbound.residents") >= len(
                        self.sent
                    ):
                        break
                    stop.wait(0.1)

        with ThreadPoolExecutor(1) as pool:
            work = pool.submit(send)
            try:
                assert first.wait(60)
                yield
            finally:
                stop.set()
            work.result()

    @property
    def versions(self) -> dict[str, int]:
        """By 宛名番号: the version of each record as last sent."""
        return {
            change.resident.record.addressee_number: change.resident.version for change in self.sent
        }

    @property
    def statuses(self) -> dict[str, str]:
        """By 宛名番号: 住民状態 as last sent."""
        return {
            change.resident.record.addressee_number: change.resident.record.resident_status.value
            for change in self.sent
        }


def kill(stack: TestStack, *names: str) -> None:
    """SIGKILL, all at once."""
    running = [process for name in names if (process := stack.state.running(name))]
    for process in running:
        process.send(signal.SIGKILL, group=True)
    for process in running:
        assert processes.stop(process, signal.SIGKILL, grace=10)


def lose_databases(stack: TestStack) -> None:
    """Everything dies at once, and the disk with the databases with it."""
    kill(stack, *SERVICES, "postgres")
    server = postgres.Postgres(stack.layout, stack.progress, postgres.server_user())
    shutil.rmtree(server.data)


def lose_kafka(stack: TestStack) -> None:
    """The bus dies, and its disk with it; services go on running."""
    kill(stack, "kafka")
    shutil.rmtree(stack.layout.kafka)


def rows(stack: TestStack, service: str, statement: str) -> list[Any]:
    """What a database says, as its superuser."""

    async def ask() -> list[Any]:
        async with stack.database_server.superuser(service) as connection:
            return list(await connection.fetch(statement))

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, ask()).result()


def column(stack: TestStack, service: str, statement: str) -> list[Any]:
    """Its only column."""
    return [row[0] for row in rows(stack, service, statement)]


def lines(stack: TestStack) -> list[agreement.Line]:
    """Whether the services agree."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, agreement.look(stack)).result()
