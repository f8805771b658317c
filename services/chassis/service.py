"""A service: what ``build(settings)`` returns, and its life from start to graceful stop."""

import argparse
import asyncio
import contextlib
import gc
import logging
import signal
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
from fastapi import APIRouter, FastAPI

from contracts.topics import Topic, consumed_by
from services.chassis import breaker, database, dead_letters, http, logs, memory, sight
from services.chassis.breaker import Breakers
from services.chassis.clock import Clock, SystemClock
from services.chassis.consumer import Consumer
from services.chassis.database import Database
from services.chassis.handover import Handover
from services.chassis.intake import Intake
from services.chassis.metrics import Metrics
from services.chassis.received import Handler
from services.chassis.relay import Relay
from services.chassis.server import Listener
from services.chassis.settings import ServiceSettings
from services.chassis.staff_context import Verifier
from services.chassis.telemetry import Tracing
from services.chassis.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Command:
    """A command of the service's own: ``python -m services.NAME COMMAND``."""

    name: str
    help: str
    run: Callable[["Service", argparse.Namespace], Awaitable[int]]
    arguments: Callable[[argparse.ArgumentParser], None] = lambda _parser: None


@dataclass(frozen=True)
class Background:
    """A task that runs beside the service; its failure is logged and it begins again."""

    name: str
    run: Callable[["Service"], Awaitable[None]]


@dataclass(frozen=True)
class PublicListener:
    """A listener for browsers: TLS without client certificates. The gateway has one."""

    app: Callable[["Service"], FastAPI]
    host: str
    port: int
    certificate: tuple[Path, Path] | None = None
    """Chain and key that browsers are shown; None: the service's own."""


@dataclass
class Service:
    """The parts of one service, wired. Making it opens nothing.

    ``state`` holds the service's own objects; the API reaches them by ``current_service``.
    ``startup`` runs with the database open, before anything is taken in.
    """

    settings: ServiceSettings
    migrations: Path
    handlers: Mapping[Topic, Handler] = field(default_factory=dict)
    routers: Sequence[APIRouter] = ()
    commands: Sequence[Command] = ()
    background: Sequence[Background] = ()
    state: Any = None
    clock: Clock = field(default_factory=SystemClock)
    startup: Callable[["Service"], Awaitable[None]] | None = None
    public: PublicListener | None = None
    tracing: Tracing = field(init=False)
    metrics: Metrics = field(init=False)
    database: Database = field(init=False)
    intake: Intake = field(init=False)

    def __post_init__(self) -> None:
        settings = self.settings
        expected = set(consumed_by(settings.service))
        if set(self.handlers) != expected:
            raise ValueError(
                f"{settings.service} handles {sorted(t.name for t in self.handlers)},"
                f" the contract says {sorted(t.name for t in expected)}"
            )
        self.tracing = Tracing(settings)
        self.metrics = Metrics()
        self.database = Database(settings)
        self._handover = Handover()
        self._breakers = Breakers(settings.breaker_window, settings.breaker_percent, self.metrics)
        self.intake = Intake(
            settings.service,
            settings.bus_epoch,
            self.database,
            {topic.name: handler for topic, handler in self.handlers.items()},
            self.clock,
            self.tracing,
            self.metrics,
            self._breakers,
            self._handover,
        )
        self._relay: Relay | None = None
        self._consumer: Consumer | None = None
        self._clients: dict[str, httpx.AsyncClient] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self.listener: Listener | None = None
        self.public_listener: Listener | None = None

    @property
    def name(self) -> str:
        return self.settings.service

    @cached_property
    def verifier(self) -> Verifier:
        """Checks staff contexts that are meant for this service."""
        if self.settings.staff_context_key is None:
            raise RuntimeError("NENKIN_STAFF_CONTEXT_KEY is not set")
        return Verifier(self.settings.staff_context_key, self.name)

    def unit_of_work(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """One transaction for a request or a command; commits unless the block raises."""
        return self._unit(())

    def unit_for_shards(self, shards: Sequence[int]) -> AbstractAsyncContextManager[UnitOfWork]:
        """The same, holding shards' locks: for work that may not cross with the bus."""
        return self._unit(shards)

    @asynccontextmanager
    async def _unit(self, shards: Sequence[int]) -> AsyncIterator[UnitOfWork]:
        async with self.intake.unit(shards) as uow:
            yield uow
        self.wake_relay()

    def wake_relay(self) -> None:
        """There may be something in the outbox."""
        if self._relay is not None:
            self._relay.wake()

    def client(self, peer: str) -> httpx.AsyncClient:
        """A client for a peer's API, with our certificate; ``KeyError`` if it is not configured."""
        if peer not in self._clients:
            self._clients[peer] = httpx.AsyncClient(
                base_url=self.settings.peers[peer],
                verify=self.settings.client_tls(),
                timeout=httpx.Timeout(30, connect=5),
                trust_env=False,
            )
        return self._clients[peer]

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["Service"]:
        """With the database open and nothing else running: what a command needs."""
        async with AsyncExitStack() as stack:
            stack.callback(self.tracing.close)
            stack.push_async_callback(self._close_clients)
            await self.database.open()
            stack.push_async_callback(self.database.close)
            if self.startup is not None:
                await self.startup(self)
            yield self

    async def _close_clients(self) -> None:
        for client in self._clients.values():
            await client.aclose()
        self._clients.clear()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Service"]:
        """All of it running. Leaving stops it gracefully: no new work, the batch under way
        finished, the outbox sent."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.opened())
            self.metrics.begin([topic.name for topic in self.handlers], self.clock.now())
            await self._start_relay(stack)
            await self._start_listeners(stack)
            if self.handlers:
                self._consumer = Consumer(
                    self.settings, list(self.handlers), self.intake, self.database,
                    self._breakers, self.metrics,
                )  # fmt: skip
                self._consumer.on_committed = self.wake_relay
                await self._consumer.start()
                stack.push_async_callback(self._consumer.stop)
            for background in self.background:
                task = asyncio.create_task(self._keep(background), name=background.name)
                stack.push_async_callback(_cancel, task)
            log.info(
                "started",
                extra={"data": {"port": self.listener and self.listener.port}},
            )
            yield self
            log.info("stopping")

    async def _start_relay(self, stack: AsyncExitStack) -> None:
        relay = self._relay = Relay(self.settings, self.metrics, self._handover)
        task = asyncio.create_task(relay.run(), name="relay")
        self._tasks.append(task)

        async def finish() -> None:
            relay.stop()
            try:
                await asyncio.wait_for(asyncio.shield(task), 10)
            except TimeoutError:
                await _cancel(task)

        stack.push_async_callback(finish)

    async def _start_listeners(self, stack: AsyncExitStack) -> None:
        settings = self.settings
        app = http.create_app(self, [*self.routers, http.probes(self)])
        self.listener = Listener(
            app, settings, settings.http_host, settings.http_port, clients=True
        )
        await self.listener.start()
        stack.push_async_callback(self.listener.stop)
        if self.public is not None:
            self.public_listener = Listener(
                self.public.app(self),
                settings,
                self.public.host,
                self.public.port,
                clients=False,
                certificate=self.public.certificate,
            )
            await self.public_listener.start()
            stack.push_async_callback(self.public_listener.stop)

    async def _keep(self, background: Background) -> None:
        while True:
            try:
                with sight.everybody():
                    await background.run(self)
                return
            except Exception:
                log.error("background task failed", exc_info=True,
                          extra={"data": {"task": background.name}})  # fmt: skip
                await asyncio.sleep(5)

    async def readiness(self) -> dict[str, bool]:
        """What has to be so before the service counts as ready."""
        try:
            async with asyncio.timeout(3):
                await self.database.pool.fetchval("select 1")
            base = True
        except (*database.TRANSIENT, TimeoutError):
            base = False
        parts = {
            "database": base,
            "relay": all(not task.done() for task in self._tasks),
        }
        if self._consumer is not None:
            parts["consumer"] = await self._consumer.ready()
        return parts

    async def measure(self) -> None:
        """Bring the gauges that are read from the database up to date."""
        with contextlib.suppress(*database.TRANSIENT):  # the other figures are wanted all the more
            async with asyncio.timeout(3), self.database.read() as connection:
                rows, age = await connection.fetchrow(
                    "select count(*),"
                    " coalesce(extract(epoch from now() - min(created_at)), 0)::float8"
                    " from bus.outbox"
                )
                letters = await dead_letters.count(connection)
                breakers = await breaker.listing(connection)
            self.metrics.outbox_rows.set(rows)
            self.metrics.outbox_age.set(age)
            # A code that nothing is refused for any more is no longer shown.
            self.metrics.dead_letters.clear()
            for labels in {("parked", ""): 0, ("waiting", ""): 0, **letters}:
                self.metrics.dead_letters.labels(*labels).set(letters.get(labels, 0))
            # As the database has it: whichever instance opened it, and before a restart or since.
            waiting = {row["topic"] for row in breakers if not row["park_anyway"]}
            for topic in self.handlers:
                self.metrics.breaker.labels(topic.name).set(topic.name in waiting)
        if self._consumer is not None:
            self.metrics.behind(await self._consumer.lag(), self.clock.now())
        for part, works in (await self.readiness()).items():
            self.metrics.ready.labels(part).set(works)

    async def run(self) -> None:
        """Run until SIGTERM or SIGINT."""
        settings = self.settings
        logs.configure(settings.service, settings.instance, settings.log_level)
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        if not await self._database_answers(stop):
            return
        async with self.running():
            spare_the_collector()
            memory.keep()
            await stop.wait()

    async def _database_answers(self, stop: asyncio.Event) -> bool:
        """Wait for it, as long as it takes; false if told to stop meanwhile. Whoever restarts us
        could do no better, and others would see a service that falls and falls."""
        self.settings.client_tls()  # a certificate that is not there will not come by waiting
        pause = 0.5
        while not stop.is_set():
            try:
                connection = await database.connect(self.settings)
                await connection.close(timeout=2)
                return True
            except ssl.SSLError:
                raise
            except database.TRANSIENT:
                log.warning("the database does not answer: trying again", exc_info=True,
                            extra={"data": {"seconds": pause}})  # fmt: skip
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)
            pause = min(pause * 2, 5.0)
        return False


def spare_the_collector() -> None:
    """What is there now stays, and what a batch makes goes by itself: look for cycles rarely, among
    new objects alone, of which a batch of a city's has some hundred thousand. It costs a tenth of a
    batch's time otherwise, and stops all for moments."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(400_000, 20, 20)


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
