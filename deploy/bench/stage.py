"""The servers that both the house and the floor run on, and how far each has come."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta

import asyncpg
from kafka import TopicPartition
from kafka.admin import OffsetSpec

from contracts.sealing import PrivateSealingKey, PublicSealingKey
from contracts.topics import (
    AUDIT_EVENTS,
    INBOUND_RESIDENTS,
    OUTBOUND_RESIDENT_REGISTER,
    PERSONS_EVENTS,
    QUALIFICATION_COLUMNS,
    QUALIFICATION_EVENTS,
    RESIDENTS_TOKENISED,
    SHARDS,
    Topic,
)
from deploy.bench import floor
from deploy.bench.floor import Target
from deploy.local import bus
from deploy.local.layout import PROJECT
from deploy.local.processes import Process, spawn, stop
from deploy.local.progress import Progress
from deploy.local.stack import Stack

HOPS = ("token_vault", "identity", "qualification")
"""The three hops from a sealed change to a qualification event."""

THREAD = (INBOUND_RESIDENTS, RESIDENTS_TOKENISED, PERSONS_EVENTS, QUALIFICATION_EVENTS)
"""The topics between them, from the first to the last."""

BACK = (QUALIFICATION_COLUMNS, OUTBOUND_RESIDENT_REGISTER, AUDIT_EVENTS)
"""The way back: from the last hop to the second, and what that sends of it."""

_FLOOR = {
    topic: Topic(f"bench.floor.{topic.name}", topic.key, (), (), timedelta(days=1), True, "")
    for topic in THREAD + BACK
}
FLOOR = tuple(_FLOOR.values())
"""The floor's topics: one for each of the house's."""

_HOP: Mapping[str, tuple[tuple[Topic, ...], tuple[tuple[Topic, Topic | None], ...]]] = {
    "token_vault": ((INBOUND_RESIDENTS,), ((RESIDENTS_TOKENISED, None),)),
    "identity": (
        (RESIDENTS_TOKENISED, QUALIFICATION_COLUMNS),
        (
            (PERSONS_EVENTS, None),
            (OUTBOUND_RESIDENT_REGISTER, QUALIFICATION_COLUMNS),
            # One for each that is handed over: the topic has others', too.
            (AUDIT_EVENTS, None),
        ),
    ),
    "qualification": (
        (PERSONS_EVENTS,),
        ((QUALIFICATION_EVENTS, PERSONS_EVENTS), (QUALIFICATION_COLUMNS, PERSONS_EVENTS)),
    ),
}
"""What each hop reads and writes; beside a topic, of which its events are a share (None: all)."""

_READY_S = 60


class Stage:
    """A stack of its own, with the house's services and the floor's processes to be run on it."""

    def __init__(self, name: str, progress: Progress) -> None:
        self.stack = Stack(name, progress=progress, jit="full")
        self.progress = progress
        self.floor_key = PrivateSealingKey.generate("bench")
        self._floor: dict[str, Process] = {}

    def open(self) -> None:
        """Start from nothing: a stack of this name that is there already is removed."""
        self.stack.destroy()
        self.stack.up((), viewer=False)
        self.stack.services.make_vault_key()
        with bus.admin_client(self.stack.bootstrap, self.stack.layout.certs) as client:
            bus.make_topics(client, FLOOR)
        asyncio.run(self._make_floor_databases())

    def close(self) -> None:
        """Stop all of it and remove it."""
        self.stack.destroy()

    async def _make_floor_databases(self) -> None:
        for hop in HOPS:
            async with self.stack.database_server.superuser() as connection:
                await connection.execute(f'create database "floor_{hop}"')
            async with self.stack.database_server.superuser(f"floor_{hop}") as connection:
                await connection.execute(floor.SCHEMA)

    @property
    def vault_key(self) -> PublicSealingKey:
        """What the register seals to."""
        told = subprocess.run(
            [sys.executable, "-m", "services.token_vault", "publish-key"],
            env=self.stack.services.environment("token_vault"),
            cwd=PROJECT, capture_output=True, check=True, text=True,
        )  # fmt: skip
        return PublicSealingKey.model_validate_json(told.stdout)

    def servers(self) -> Mapping[str, Process]:
        """Kafka and PostgreSQL."""
        running = self.stack.running()
        return {name: running[name] for name in ("kafka", "postgres")}

    # The house

    def start_house(self) -> Mapping[str, Process]:
        """The three services, ready."""
        self.stack.run_services(HOPS)
        running = self.stack.running()
        return {name: running[name] for name in HOPS}

    def stop_house(self) -> None:
        self.stack.stop_services(HOPS)

    # The floor

    def start_floor(
        self, counted: Mapping[Topic, tuple[int, int]], batch: int
    ) -> dict[str, Process]:
        """The floor's three processes. ``counted``: events and bytes on the house's topics."""
        self._floor = {hop: self._start_floor_hop(hop, counted, batch) for hop in HOPS}
        return self._floor

    def _start_floor_hop(
        self, hop: str, counted: Mapping[Topic, tuple[int, int]], batch: int
    ) -> Process:
        n, ports = HOPS.index(hop), self.stack.state.ports
        sources, targets = _HOP[hop]
        told = {
            "SOURCES": ",".join(_FLOOR[topic].name for topic in sources),
            "TARGETS": ",".join(str(_target(topic, of, counted)) for topic, of in targets),
            "DATABASE": f"floor_{hop}",
            "PORT": str(ports["postgres"]),
            "BOOTSTRAP": self.stack.bootstrap,
            "CERTS": str(self.stack.layout.certs / "admin"),
            "BATCH": str(batch),
        }
        if n == 0:
            told["SEED"] = f"{self.floor_key.key_id}:{self.floor_key.seed.hex()}"
        environment = self.stack.services.environment(hop)
        kept = {name: v for name, v in environment.items() if not name.startswith("NENKIN_")}
        return spawn(
            [sys.executable, "-m", "deploy.bench.floor", hop],
            stack=self.stack.layout.home,
            log=self.stack.layout.log(f"floor_{hop}"),
            environment={**kept, **{f"FLOOR_{name}": value for name, value in told.items()}},
            folder=PROJECT,
        )

    def stop_floor(self) -> None:
        for process in self._floor.values():
            stop(process, signal.SIGTERM, grace=30)

    # How far each has come

    def events(self, topics: tuple[Topic, ...]) -> dict[Topic, tuple[int, int]]:
        """Of each topic: events on it since it was made, and bytes that they take now."""
        with bus.admin_client(self.stack.bootstrap, self.stack.layout.certs) as client:
            partitions = [TopicPartition(t.name, s) for t in topics for s in range(SHARDS)]
            ends = client.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.LATEST))
        counted = dict.fromkeys((topic.name for topic in topics), 0)
        for partition, end in ends.items():
            counted[partition.topic] += end.offset
        return {t: (counted[t.name], self._bytes(t.name)) for t in topics}

    def sent_back(self, *, house: bool) -> int:
        """Events that the last hop has sent on the way back."""
        topic = QUALIFICATION_COLUMNS if house else _FLOOR[QUALIFICATION_COLUMNS]
        return self.events((topic,))[topic][0]

    def _bytes(self, topic: str) -> int:
        logs = self.stack.layout.kafka / "data"
        total = 0
        for shard in range(SHARDS):
            with suppress(FileNotFoundError):
                total += sum(f.stat().st_size for f in (logs / f"{topic}-{shard}").glob("*.log"))
        return total


def _target(topic: Topic, of: Topic | None, counted: Mapping[Topic, tuple[int, int]]) -> Target:
    count, size = counted[topic]
    share = 1000 if of is None else 1000 * count // max(counted[of][0], 1)
    return Target(_FLOOR[topic].name, size // max(count, 1), share)


class Counter:
    """What the hops have taken in and committed, read from their marks: a small query a hop."""

    def __init__(self, connections: Mapping[str, asyncpg.Connection], *, house: bool) -> None:
        self._connections = connections
        # The house numbers its own events from 1; offsets, which begin at 0, count otherwise.
        self._taken = (
            "select coalesce(sum(number + (producer = '')::int), 0) from bus.marks where topic = $1"
            if house
            else "select coalesce(sum(number + 1), 0) from marks where topic = $1"
        )
        self._names = {topic: topic.name if house else _FLOOR[topic].name for topic in _FLOOR}
        self._unsent = (
            "select exists (select from bus.outbox)"
            if house
            else "select exists (select from outbox)"
        )

    async def taken(self, hop: str) -> int:
        """Events of the thread that a hop has taken in."""
        return await self._of(hop, THREAD[HOPS.index(hop)])

    async def returned(self) -> int:
        """Events of the way back that the second hop has taken in."""
        return await self._of(HOPS[1], QUALIFICATION_COLUMNS)

    async def _of(self, hop: str, topic: Topic) -> int:
        return int(await self._connections[hop].fetchval(self._taken, self._names[topic]))

    async def unsent(self, hop: str) -> bool:
        """Whether a hop has something yet to send."""
        return bool(await self._connections[hop].fetchval(self._unsent))


@asynccontextmanager
async def counting(stage: Stage, *, house: bool) -> AsyncIterator[Counter]:
    """A counter, with its connections open."""
    server = stage.stack.database_server
    async with AsyncExitStack() as stack:
        names = {hop: hop if house else f"floor_{hop}" for hop in HOPS}
        yield Counter(
            {
                hop: await stack.enter_async_context(server.superuser(name))
                for hop, name in names.items()
            },
            house=house,
        )
