"""What goes wrong, and when: drawn from a seed, so that a run can be had again.

The same seed brings the same disturbances in the same order, spread in the same way over the same
load. To the millisecond no run is like another: what is under way when a process dies differs.
"""

import asyncio
import contextlib
import random
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import asyncpg

from contracts.topics import TOPICS
from services.chassis import database
from tests.chaos.house import SESSION_S, ChaosStack, Instance
from tests.chaos.load import Load
from tests.chaos.proxy import Proxy

CONSUMERS = frozenset(name for topic in TOPICS.values() for name in topic.consumers)
_RELAY_S = 62.0
"""A relay that says nothing for so long (see services/chassis/relay.py) has lost its lock."""
_AT_WORK_S = 3.0
"""So long at most is waited for a service to be at work."""
Say = Callable[[str], None]


@dataclass(frozen=True)
class Act:
    """One disturbance. ``what``: a method of `Disturber`; ``whom``: a service, or a server."""

    what: str
    whom: str = ""


@dataclass(frozen=True)
class Measure:
    """How much of each: so many for each service, for each server, of each kind in all."""

    kills: int = 1
    server_kills: int = 1
    network: int = 1
    pauses: int = 1
    long_pauses: int = 0
    companions: Sequence[str] = ()
    """Services whose second instance comes and goes."""
    full_disks: int = 1


def plan(rng: random.Random, services: Sequence[str], measure: Measure) -> list[Act]:
    """All acts, in the order drawn."""
    acts = [Act("kill", service) for service in services for _ in range(measure.kills)]
    acts += [Act("kill_server", server) for server in ("kafka", "postgres")] * measure.server_kills
    for what in ("cut", "reset", "slow", "stall"):
        acts += [Act(what, server) for server in ("kafka", "postgres")] * measure.network
    acts += [Act("pause", rng.choice(services)) for _ in range(measure.pauses)]
    relaying = [service for service in services if service in CONSUMERS]
    acts += [Act("pause_long", rng.choice(relaying)) for _ in range(measure.long_pauses)]
    acts += [Act("fill_disk")] * measure.full_disks
    rng.shuffle(acts)
    for service in measure.companions:
        come = rng.randrange(len(acts))
        acts.insert(come, Act("come", service))
        acts.insert(rng.randint(come + 1, len(acts)), Act("go", service))
    return acts


class AtWork:
    """How far a service has come, so that it is hit while it works."""

    def __init__(self, stack: ChaosStack) -> None:
        self._server = stack.database_server
        self._runner = asyncio.Runner()
        self._exits = AsyncExitStack()
        self._connections: dict[str, asyncpg.Connection] = {}

    def __enter__(self) -> "AtWork":
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(*database.TRANSIENT):
            self._runner.run(self._exits.aclose())
        self._runner.close()

    def progress(self, whom: str) -> int:
        """A figure that changes as the service (of a server: identity) takes events in."""
        service = whom if whom in CONSUMERS else "identity"
        try:
            return self._runner.run(self._progress(service))
        except (TimeoutError, *database.TRANSIENT):
            self._connections.pop(service, None)
            return -1

    async def _progress(self, service: str) -> int:
        async with asyncio.timeout(2):
            if service not in self._connections:
                opened = self._server.superuser(service)
                self._connections[service] = await self._exits.enter_async_context(opened)
            connection = self._connections[service]
            return int(await connection.fetchval("select coalesce(sum(number), 0) from bus.marks"))


@dataclass
class Disturber:
    """Does what was planned while the load goes on. ``pause_s``: at most between two acts."""

    stack: ChaosStack
    rng: random.Random
    acts: Sequence[Act]
    pause_s: float
    say: Say
    done: dict[str, int] = field(default_factory=dict)
    """How often each thing was done, by what and whom."""
    left_out: list[str] = field(default_factory=list)
    _later: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    def __call__(self, load: Load) -> None:
        """All acts; the load is let go on a little before each. Everything is mended afterwards."""
        with AtWork(self.stack) as at_work:
            for n, act in enumerate(self.acts, start=1):
                self._wait(self.rng.uniform(0.05, self.pause_s))
                before = at_work.progress(act.whom)
                load.allowed = len(load.told) * n // (len(self.acts) + 1)
                deadline = time.monotonic() + _AT_WORK_S
                while at_work.progress(act.whom) == before and time.monotonic() < deadline:
                    self._wait(0.05)
                self.say(f"{n:3}/{len(self.acts)} {load.sent:6} sent: {act.what} {act.whom}")
                getattr(self, f"_{act.what}")(act.whom)
                name = f"{act.what} {act.whom}".strip()
                self.done[name] = self.done.get(name, 0) + 1
        while self._later:
            self._wait(0.1)
        load.allowed = len(load.told)

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while True:
            now = time.monotonic()
            for due, act in [pair for pair in self._later if pair[0] <= now]:
                self._later.remove((due, act))
                act()
            self.stack.tend()
            if now >= until:
                return
            time.sleep(0.05)

    def _in(self, seconds: float, act: Callable[[], None]) -> None:
        self._later.append((time.monotonic() + seconds, act))

    # Acts

    def _kill(self, service: str) -> None:
        """Just so, or while it waits: for word that what it sent or committed was taken, or for
        its acknowledgement to be heard."""
        kafka, base = self.stack.kafka_proxy, self.stack.postgres_proxy
        how = self.rng.choice([None, kafka.mute, base.mute, kafka.deafen, kafka.deafen])
        if how is not None:
            how(True)
            self._wait(self.rng.uniform(0.05, 0.3))
        one = self._running(service)
        one.send(signal.SIGKILL)
        one.killed = True
        if how is not None:
            self._in(0.05, lambda: how(False))

    def _mute(self, proxy: Proxy) -> None:
        proxy.mute(True)
        self._wait(self.rng.uniform(0.05, 0.3))
        self._in(0.05, lambda: proxy.mute(False))

    def _kill_server(self, server: str) -> None:
        if server == "postgres" and self.stack.disk is not None:
            self.stack.disk.free()  # on a full one it could not start again
        self.stack.kill_server(server)
        time.sleep(self.rng.uniform(0, 0.5))
        getattr(self.stack, f"start_{server}")()

    def _cut(self, server: str) -> None:
        """Every open connection may be amid a commit or a send: the outcome stays unknown."""
        proxy = self._proxy(server)
        self._mute(proxy)
        proxy.cut(self.rng.uniform(0.3, 1), self.rng, reset=False)

    def _reset(self, server: str) -> None:
        proxy = self._proxy(server)
        self._mute(proxy)
        proxy.refuse(True)
        proxy.cut(self.rng.uniform(0.3, 1), self.rng, reset=True)
        self._in(self.rng.uniform(0.1, 1), lambda: proxy.refuse(False))

    def _slow(self, server: str) -> None:
        proxy = self._proxy(server)
        proxy.slow(self.rng.uniform(0.02, 0.2))
        self._in(self.rng.uniform(1, 3), lambda: proxy.slow(0))

    def _stall(self, server: str) -> None:
        proxy = self._proxy(server)
        proxy.stall(True)
        self._in(self.rng.uniform(1, 3), lambda: proxy.stall(False))

    def _pause(self, service: str, seconds: float = SESSION_S) -> None:
        """Beside a second instance, which takes its partitions over meanwhile."""
        one = self._running(service)
        self.stack.enter([self.stack.instance(service, 1 - one.number)])
        one.send(signal.SIGSTOP)
        self._in(seconds + self.rng.uniform(1, 4), lambda: one.send(signal.SIGCONT))

    def _pause_long(self, service: str) -> None:
        """Until its relay's lock has gone to the second instance as well."""
        self._pause(service, _RELAY_S)

    def _come(self, service: str) -> None:
        self.stack.enter([self.stack.instance(service, 1)])

    def _go(self, service: str) -> None:
        """Either of them, in good order or not."""
        leaving = self.rng.randrange(2)
        self.stack.enter([self.stack.instance(service, 1 - leaving)])
        how = self.rng.choice([signal.SIGTERM, signal.SIGKILL])
        self.stack.instance(service, leaving).leave(how)

    def _fill_disk(self, _: str) -> None:
        disk = self.stack.disk
        if disk is None:
            self.left_out.append("the database's disk full: mounting is not allowed here")
            return
        disk.fill()
        self._in(self.rng.uniform(1, 4), disk.free)

    def _proxy(self, server: str) -> Proxy:
        return self.stack.kafka_proxy if server == "kafka" else self.stack.postgres_proxy

    def _running(self, service: str) -> Instance:
        running = [
            one for one in self.stack.instances.values()
            if one.service == service and one.alive and one.wanted
        ]  # fmt: skip
        if not running:
            self.stack.tend()
            return self._running(service)
        return self.rng.choice(running)
