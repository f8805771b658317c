"""The house for these tests: every service as a process, and its network and disk in our hands.

Services reach Kafka and PostgreSQL through `Proxy`s only. The broker has a listener of its own for
that, which tells its clients to come back to the proxy; publisher and checker use the other one.
"""

import contextlib
import signal
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from contracts.sealing import PublicSealingKey
from deploy.local import kafka, ports, postgres, processes
from deploy.local.errors import StackError
from deploy.local.layout import PROJECT
from deploy.local.processes import Process
from deploy.local.services import Services
from deploy.local.testing import REMEMBERS, TestStack, _finish
from tests.chaos.disk import Disk
from tests.chaos.proxy import Proxy

SESSION_S = 4
"""After so long without a sign of life an instance's partitions move on."""
_RESTART_S = 0.5
_DOORS = ("kafka_door", "kafka_proxy", "postgres_proxy")


@dataclass
class Instance:
    """One instance of a service. ``wanted``: it is to run; if it ends by itself, that is noted,
    and it is started again as a supervisor would."""

    service: str
    number: int
    process: Process | None = None
    wanted: bool = False
    killed: bool = False
    started_at: float = 0

    @property
    def name(self) -> str:
        return f"{self.service}-{self.number}"

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.alive()

    def send(self, number: signal.Signals) -> None:
        """To its process, whichever that is now."""
        if self.process is not None:
            self.process.send(number)

    def leave(self, number: signal.Signals) -> None:
        """Have it end, and stay away."""
        self.wanted = False
        self.send(signal.SIGCONT)
        self.send(number)


class ChaosStack(TestStack):
    """Servers behind proxies, and instances of services."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._used = False
        self.doors: dict[str, int] = {}
        self.instances: dict[tuple[str, int], Instance] = {}
        self.fallen: list[str] = []
        """Instances that ended by themselves."""
        self.disk: Disk | None = None
        """Where PostgreSQL's data lie, if it can be made full here."""
        self.extra: dict[str, str] = {}
        """Further ``NENKIN_*`` variables of all services."""

    # Its parts, as they are seen through the proxies

    @property
    def services(self) -> Services:
        """The services, told of the proxies in place of the servers."""
        known = self.state.ports
        if self.doors:
            known = {
                **known,
                "kafka": self.doors["kafka_proxy"],
                "postgres": self.doors["postgres_proxy"],
            }
        return Services(self.layout, known, self.state.facts, self.progress)

    @cached_property
    def kafka_proxy(self) -> Proxy:
        return Proxy(self.doors["kafka_proxy"], self.doors["kafka_door"])

    @cached_property
    def postgres_proxy(self) -> Proxy:
        return Proxy(self.doors["postgres_proxy"], self.state.ports["postgres"])

    def _choose_ports(self) -> None:
        super()._choose_ports()
        if not self.doors:
            taken = {str(port): port for port in self.state.ports.values()}
            chosen = ports.choose([*taken, *_DOORS], taken, taken, preferred=False)
            self.doors = {name: chosen[name] for name in _DOORS}

    @cached_property
    def _kafka(self) -> kafka.Kafka:
        client, door = self.state.ports["kafka"], self.doors["kafka_door"]
        controller, proxy = self.state.ports["kafka_controller"], self.doors["kafka_proxy"]
        further = {
            "listeners": f"CLIENT://127.0.0.1:{client},DOOR://127.0.0.1:{door},"
            f"CONTROLLER://127.0.0.1:{controller}",
            "advertised.listeners": f"CLIENT://localhost:{client},DOOR://localhost:{proxy}",
            "listener.security.protocol.map": "CLIENT:SSL,DOOR:SSL,CONTROLLER:SSL",
            **REMEMBERS,
        }
        return kafka.Kafka(self.layout, self.progress, further)

    # Servers

    def open(self) -> None:
        """Servers and proxies, no service yet."""
        self.disk = Disk.on(self._postgres.home)
        self.up((), viewer=False)
        _ = self.kafka_proxy, self.postgres_proxy

    def close(self) -> None:
        """End all of it."""
        self.leave(self.instances.values(), signal.SIGKILL)
        for proxy in ("kafka_proxy", "postgres_proxy"):
            if proxy in vars(self):
                vars(self)[proxy].close()
        self.destroy()
        if self.disk is not None:
            self.disk.remove()
            self.layout.remove()

    def kill_server(self, name: str) -> None:
        """SIGKILL to a server and to all that it has started, and wait until they are gone."""
        process = self.running()[name]
        family = [process.pid, *processes._descendants(process.pid)]
        doomed = [Process(pid, processes.started_at(pid) or 0) for pid in family]
        for one in doomed:
            one.send(signal.SIGKILL)
        _wait(lambda: not any(one.alive() for one in doomed), 10)
        self.state.forget(name)

    def start_kafka(self) -> None:
        """After it was killed."""
        offset = kafka.log_end(self._kafka.log)
        process = self._kafka.start(
            self._find_java(), self._store.files("kafka"),
            port=self.state.ports["kafka"], controller_port=self.state.ports["kafka_controller"],
        )  # fmt: skip
        self._remember("kafka", process)
        try:
            self._kafka.wait(process, offset)
        except StackError:
            # On a machine that is busy with other things it takes its time.
            if not process.alive():
                raise
            self._kafka.wait(process, offset)

    def start_postgres(self) -> None:
        """After it was killed, or has ended by itself."""
        cache = self.layout.cache
        binaries = postgres.find(self._store, cache, self._user, self.progress)
        port = self.state.ports["postgres"]
        process = self._postgres.start(binaries, port=port, durable=False)
        self._remember("postgres", process)
        self._postgres.wait(process)

    # Services

    def begin(self) -> PublicSealingKey:
        """Empty databases and topics; make the vault's keys, and return the one to seal with."""
        if self._used:
            self.clean()
        self._used = True
        self.services.make_vault_key()
        self.services.command("token_vault", "init-keys", what="making the vault's keys")
        return _finish(self._sealing_key())

    async def _sealing_key(self) -> PublicSealingKey:
        async with self.database_server.superuser("token_vault") as connection:
            row = await connection.fetchrow(
                "select key_id, suite, public from token_vault.sealing_keys where state = 'active'"
            )
        return PublicSealingKey(key_id=row["key_id"], suite=row["suite"], public=row["public"])

    def instance(self, service: str, number: int = 0) -> Instance:
        """The instance of that number, running or not."""
        return self.instances.setdefault((service, number), Instance(service, number))

    def enter(self, instances: Iterable[Instance]) -> None:
        """Start instances."""
        for one in instances:
            if not one.alive:
                one.process = processes.spawn(
                    [sys.executable, "-m", f"services.{one.service}", "run"],
                    stack=self.layout.home,
                    log=self.layout.log(one.name),
                    environment=self._environment(one),
                    folder=PROJECT,
                )
                one.started_at = time.monotonic()
                one.killed = False
            one.wanted = True

    def leave(self, instances: Iterable[Instance], number: signal.Signals) -> None:
        """Have instances end, and wait until they have."""
        leaving = list(instances)
        for one in leaving:
            one.leave(number)
        _wait(lambda: not any(one.alive for one in leaving), 60)

    def tend(self) -> None:
        """Start again what was killed or has ended by itself, as a supervisor would."""
        if not self.state.running("postgres"):
            # With its disk full it may have to be tried again.
            with contextlib.suppress(StackError):
                self.start_postgres()
                self.fallen.append("postgres")
        for one in self.instances.values():
            if one.wanted and not one.alive and time.monotonic() > one.started_at + _RESTART_S:
                if not one.killed:
                    self.fallen.append(one.name)
                self.enter([one])

    def _environment(self, one: Instance) -> dict[str, str]:
        own = {
            "HTTP_PORT": "0",
            "PUBLIC_PORT": "0",
            "INSTANCE": str(one.number),
            "SESSION_TIMEOUT_MS": str(SESSION_S * 1000),
            **self.extra,
        }
        told = {f"NENKIN_{name}": value for name, value in own.items()}
        return {**self.services.environment(one.service), **told}


def _wait(done: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.02)
