"""A stack: what is started in which order, and what is stopped again."""

import asyncio
import os
import shutil
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, nullcontext
from functools import cached_property
from pathlib import Path

from contracts.topics import SERVICES, TOPICS
from deploy.local import bus, certificates, databases, java, kafka, ports, postgres, processes
from deploy.local.artifacts import Store
from deploy.local.errors import StackError
from deploy.local.layout import PROJECT, Layout, State, local_folder
from deploy.local.processes import Process
from deploy.local.progress import Progress
from deploy.local.services import GATEWAY_PUBLIC, Services
from deploy.local.zipkin import Zipkin

SERVERS = ("postgres", "kafka", "zipkin")
_PORTS = ("kafka", "kafka_controller", "postgres", "zipkin", *SERVICES, GATEWAY_PUBLIC)
CLIENTS = (
    "admin",
    bus.OPERATOR,
    "prometheus",
    *sorted({name for topic in TOPICS.values() for name in topic.producers} - {*SERVICES}),
)
"""Who only dials out: operators, and upstream systems as the contracts name them."""


class Stack:
    """One stack in one folder. Its processes outlive this object and the command that made it.

    ``jit`` is ``quick`` or ``full`` (see ``java.Jit``). A stack that is not ``durable`` does
    without fsync in PostgreSQL: safe against a killed process, not against a power cut; for tests.
    ``shared_mb``: what PostgreSQL keeps in memory, where it is not to be little.
    """

    def __init__(
        self,
        name: str = "main",
        *,
        local: Path | None = None,
        progress: Progress | None = None,
        jit: java.Jit = "quick",
        durable: bool = True,
        shared_mb: int | None = None,
    ) -> None:
        self.progress = progress or Progress()
        self.layout = Layout(local or local_folder(), name)
        self.state = State(self.layout.home / "state.json")
        self._jit = jit
        self._durable = durable
        self._shared_mb = shared_mb
        self._store = Store(self.layout.cache, self.progress)
        self._java: java.Java | None = None
        self._java_lock = threading.Lock()
        self._started: list[str] = []
        self.broken: dict[str, str] = {}
        """Services whose migrations failed, and how. Of a test stack alone: others do not start."""

    # What others ask of it

    @property
    def services(self) -> Services:
        """The services as they are told to be now."""
        return Services(self.layout, self.state.ports, self.state.facts, self.progress)

    @property
    def bootstrap(self) -> str:
        """Where Kafka listens."""
        return f"localhost:{self.state.ports['kafka']}"

    @property
    def database_server(self) -> databases.Server:
        """Where PostgreSQL listens, and the keys to it."""
        return databases.Server("localhost", self.state.ports["postgres"], self.layout.certs)

    def env(
        self, service: str, *, migrating: bool = False, database: str | None = None
    ) -> dict[str, str]:
        """The ``NENKIN_*`` variables of a service; with ``migrating``, of its migrating role.

        ``CLIENTS`` outside, who speak to the bus alone, are told where it is and who they are.
        """
        if service in CLIENTS:
            return self.services.client_settings(service)
        if service in self.broken:
            raise StackError(self.broken[service])
        return self.services.settings(service, migrating=migrating, database=database)

    def running(self) -> dict[str, Process]:
        """All that runs, by name."""
        self.state.load()
        return {name: p for name, p in self.state.processes.items() if p.alive()}

    # Up and down

    def up(self, services: Iterable[str] | None = None, *, viewer: bool = True) -> None:
        """Start whatever does not run yet. By default every service that is in this tree.

        When a step fails or somebody presses Ctrl-C, what this call started is stopped again.
        Raises ``StackError``.
        """
        wanted = runnable() if services is None else tuple(services)
        with self._changing():
            self._remove_stray()
            self._choose_ports()
            made = certificates.issue_all(self.layout.certs, SERVICES, CLIENTS)
            if made:
                self.progress.say("certificates", f"made {made}")
            self.state.note(traces="zipkin" if viewer else "none")
            with self._viewer_beside() if viewer else nullcontext():
                self._side_by_side([lambda: self._data_up(wanted), self._kafka_up])
                if wanted:
                    self._services_up(wanted)

    def run_services(self, services: Sequence[str]) -> None:
        """Start services on the servers that run already, and wait until they are ready."""
        with self._changing():
            if "token_vault" in services:
                self.services.make_vault_key()
            self._services_up(services)

    def stop_services(self, services: Sequence[str] | None = None) -> None:
        """Stop services gracefully, by default all; the servers go on."""
        with self._changing():
            self._stop([n for n in self.running() if n in (services or SERVICES)])

    def down(self) -> int:
        """Stop all of it; data stays. Returns how many processes had to be killed."""
        with self.layout.lock(self.progress):
            return self._down()

    def destroy(self) -> None:
        """Stop all of it and remove its folder, data and certificates included."""
        with self.layout.lock(self.progress):
            self._down()
            shutil.rmtree(self._postgres.home, ignore_errors=True)
            self.layout.remove()

    # The steps of up

    def _data_up(self, wanted: Sequence[str]) -> None:
        self._postgres_up()
        if "token_vault" in wanted:
            self.services.make_vault_key()

    def _postgres_up(self) -> None:
        if not self.state.running("postgres"):
            binaries = postgres.find(self._store, self.layout.cache, self._user, self.progress)
            server = self._postgres
            process = server.start(
                binaries,
                port=self.state.ports["postgres"],
                durable=self._durable,
                shared_mb=self._shared_mb,
            )
            self._remember("postgres", process)
            server.wait(process)
            where = f"localhost:{self.state.ports['postgres']}"
            self.progress.say("postgres", f"PostgreSQL {binaries.major} serves on {where}")
        asyncio.run(self._databases())

    async def _databases(self) -> None:
        server = self.database_server
        made = await databases.prepare(server, SERVICES, twins=not self._durable)
        if made:
            self.progress.say("postgres", f"made {made} databases")
        present = databases.migratable(SERVICES)
        if self._durable:
            ran = await databases.migrate_all(server, present)
            if ran:
                self.progress.say("postgres", f"ran {ran} migrations")
        else:
            self.broken = await databases.migrate_twins(server, present)

    def _kafka_up(self) -> None:
        if not self.state.running("kafka"):
            jars = self._store.files("kafka")
            broker = self._kafka
            if broker.is_new and "bus_epoch" in self.state.facts:
                # Offsets begin anew: what consumers have seen of the old bus does not count. Who
                # still runs would go on at the old offsets, and with the old epoch.
                self._stop([name for name in self.running() if name in SERVICES])
                self.state.note(bus_epoch=str(int(self.state.facts["bus_epoch"]) + 1))
            elif broker.is_new:
                self.state.note(bus_epoch="1")
            offset = kafka.log_end(broker.log)
            process = broker.start(
                self._find_java(),
                jars,
                port=self.state.ports["kafka"],
                controller_port=self.state.ports["kafka_controller"],
                jit=self._jit,
                heap="256m" if self._jit == "quick" else "1g",
            )
            self._remember("kafka", process)
            broker.wait(process, offset)
            self.progress.say("kafka", f"serves on {self.bootstrap}")
        with bus.admin_client(self.bootstrap, self.layout.certs) as client:
            topics = bus.make_topics(client)
            added, removed = bus.set_grants(client)
        if topics or added or removed:
            self.progress.say(
                "kafka", f"{topics} topics made or changed, {added} rights given, {removed} taken"
            )

    def _zipkin_up(self) -> None:
        viewer, port = self._zipkin, self.state.ports["zipkin"]
        if not self.state.running("zipkin"):
            try:
                [jar] = self._store.files("zipkin")
                process = viewer.start(self._find_java(), jar, port=port)
                self._remember("zipkin", process)
                viewer.wait(process, port=port)
            except StackError as error:
                self.progress.check()
                # Nobody's work depends on it.
                self.progress.say("zipkin", f"no trace viewer: {error}")
                return
            self.progress.say("zipkin", f"traces on http://localhost:{port}")

    def _services_up(self, wanted: Sequence[str]) -> None:
        if self.state.facts.get("restore") == "unfinished":
            raise StackError("a restore was broken off: repeat it before services start")
        services = self.services
        started = {}
        for name in wanted:
            if not self.state.running(name):
                started[name] = services.start(name)
                self._remember(name, started[name])
        if started:
            self.progress.say("services", f"started {', '.join(started)}")
        services.wait(started)

    def _side_by_side(self, steps: Sequence[Callable[[], None]]) -> None:
        """Take steps at the same time; when one fails, the others are broken off."""
        with ThreadPoolExecutor(len(steps)) as pool:
            futures: list[Future[None]] = [pool.submit(step) for step in steps]
            try:
                done, _ = wait(futures, return_when=FIRST_EXCEPTION)
                failed = [error for future in done if (error := future.exception())]
                if failed:
                    raise failed[0]
            except BaseException:
                self.progress.cancel()
                raise

    @contextmanager
    def _viewer_beside(self) -> Iterator[None]:
        """Start the trace viewer while the block runs: nobody waits for it but the end of it."""
        with ThreadPoolExecutor(1) as pool:
            started = pool.submit(self._zipkin_up)
            try:
                yield
                started.result()
            except BaseException:
                self.progress.cancel()
                raise

    # The steps of down

    def _down(self) -> int:
        running = self.running()
        killed = self._stop([name for name in running if name in SERVICES])
        killed += self._stop([name for name in running if name in SERVERS])
        return killed + self._remove_stray()

    def _stop(self, names: Sequence[str]) -> int:
        """Stop these side by side; returns how many had to be killed."""
        if not names:
            return 0
        self.progress.say("stack", f"stopping {', '.join(names)}")
        with ThreadPoolExecutor(len(names)) as pool:
            clean = list(pool.map(self._stop_one, names))
        return clean.count(False)

    def _stop_one(self, name: str) -> bool:
        process = self.state.running(name)
        clean = process is None or self._stopper(name)(process)
        if not clean:
            self.progress.say(name, "did not stop when asked to: killed")
        self.state.forget(name)
        return clean

    def _stopper(self, name: str) -> Callable[[Process], bool]:
        if name == "kafka":
            return self._kafka.stop
        if name == "postgres":
            return self._postgres.stop
        if name == "zipkin":
            return self._zipkin.stop
        return self.services.stop

    def _remove_stray(self) -> int:
        """End what bears this stack's mark and is on no record, after a command that was killed."""
        known = set(self.running().values())
        stray = [p for p in processes.marked(self.layout.home) if p not in known]
        leaders = [p for p in stray if os.getpgid(p.pid) == p.pid]
        for process in leaders:
            processes.stop(process, signal.SIGTERM, grace=10)
        if leaders:
            self.progress.say("stack", f"stopped {len(leaders)} left over from an earlier start")
        for name in [n for n, p in self.state.processes.items() if not p.alive()]:
            self.state.forget(name)
        return len(leaders)

    # Parts

    @cached_property
    def _user(self) -> processes.User | None:
        return postgres.server_user()

    @cached_property
    def _postgres(self) -> postgres.Postgres:
        return postgres.Postgres(self.layout, self.progress, self._user)

    @cached_property
    def _kafka(self) -> kafka.Kafka:
        return kafka.Kafka(self.layout, self.progress)

    @cached_property
    def _zipkin(self) -> Zipkin:
        return Zipkin(self.layout, self.progress)

    def _find_java(self) -> java.Java:
        with self._java_lock:
            if self._java is None:
                self._java = java.find(self._store, self.progress)
            return self._java

    def _remember(self, name: str, process: Process) -> None:
        self._started.append(name)
        self.state.remember(name, process)

    def _choose_ports(self) -> None:
        running = self.running()
        known = self.state.ports
        listening = list(running) + (["kafka_controller"] if "kafka" in running else [])
        if "gateway" in running:
            listening.append(GATEWAY_PUBLIC)
        with self.layout.choosing_ports() as promised:
            chosen = ports.choose(
                _PORTS,
                known,
                listening,
                preferred=self.layout.name == "main",
                promised=promised,
            )
            moved = [name for name in known if name in chosen and chosen[name] != known[name]]
            if moved:
                self.progress.say("ports", f"taken by others, so new ones: {', '.join(moved)}")
                # Whoever was told the old ones has to be told the new ones.
                self._stop([name for name in running if name in SERVICES])
            self.state.set_ports(chosen)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Hold the stack's lock; if the block fails, stop what it started."""
        with self.layout.lock(self.progress):
            self.state.load()
            self._started.clear()
            self.progress.resume()
            try:
                yield
            except BaseException:
                with _undisturbed():
                    self._stop([name for name in self._started if self.state.running(name)])
                    self._remove_stray()
                raise


def runnable() -> tuple[str, ...]:
    """The services that are in this tree."""
    return tuple(s for s in SERVICES if (PROJECT / "services" / s / "app.py").exists())


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Take no notice of Ctrl-C: undoing is not to be left half done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
