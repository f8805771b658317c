"""How long one change takes, at a rate that leaves the house room: from its sending to the moment
its qualification event is on the bus."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, TopicPartition

from contracts.events import QualificationChanged
from contracts.keys import resident_key
from contracts.topics import INBOUND_RESIDENTS, QUALIFICATION_EVENTS, SHARDS, UPSTREAM_REGISTER
from deploy.bench.filling import TODAY, arrivals
from deploy.bench.stage import Stage
from deploy.upstream.publisher import Bus, event_of, headers_of

_SETTLE_S = 60
_WARM_S = 10
"""At the same rate, before those that count: services that have just started fill their caches."""


@dataclass(frozen=True)
class Latency:
    """Milliseconds from sending to the event's arrival at the broker, and at which rate."""

    per_s: float
    sent: int
    """The warming-up included."""
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float


async def measure(stage: Stage, first: int, per_s: float, seconds: float) -> Latency:
    """Send arrivals evenly at ``per_s`` to the running house; those of the first seconds do not
    count. Raises ``TimeoutError`` where one does not come through."""
    warm = int(per_s * _WARM_S)
    changes = list(arrivals(first, warm + max(int(per_s * seconds), 10)))
    key = stage.vault_key
    sealed = []
    for change in changes:  # beforehand: sealing is the register's work
        event_id = uuid4()
        event = event_of(change, event_id, key, TODAY)
        sealed.append((
            event.record.addressee_number,
            event.model_dump_json().encode(),
            headers_of(event_id, event.TYPE),
        ))  # fmt: skip
    bus = Bus(stage.stack.bootstrap, stage.stack.layout.certs / "admin")
    ends = await _ends(bus)
    sent: dict[str, float] = {}
    async with bus.producer("admin") as producer:
        began = time.monotonic()
        under_way = []
        for n, (number, body, headers) in enumerate(sealed):
            if (early := began + n / per_s - time.monotonic()) > 0:
                await asyncio.sleep(early)
            sent[number] = time.time()
            under_way.append(
                await producer.send(
                    INBOUND_RESIDENTS.name,
                    body,
                    key=resident_key(UPSTREAM_REGISTER, number).encode(),
                    headers=headers,
                )
            )
        await asyncio.gather(*under_way)
        rate = len(sealed) / (time.monotonic() - began)
    arrived = await _arrivals(bus, ends, len(sealed))
    async with stage.stack.database_server.superuser("identity") as connection:
        rows = await connection.fetch(
            "select addressee_number, person_id::text from identity.residents"
            " where addressee_number = any($1::text[])", list(sent),
        )  # fmt: skip
    counting = {number for number, _, _ in sealed[warm:]}
    took = sorted(
        1_000 * (arrived[person] - sent[number]) for number, person in rows if number in counting
    )
    return Latency(
        round(rate, 1), len(sealed), _percentile(took, 50), _percentile(took, 95),
        _percentile(took, 99), round(took[-1], 1),
    )  # fmt: skip


async def _ends(bus: Bus) -> dict[TopicPartition, int]:
    async with _reader(bus) as consumer:
        return dict(await consumer.end_offsets(_partitions()))


async def _arrivals(bus: Bus, ends: dict[TopicPartition, int], count: int) -> dict[str, float]:
    """When the first qualification event of each person came to the broker, by its clock."""
    arrived: dict[str, float] = {}
    async with asyncio.timeout(_SETTLE_S), _reader(bus) as consumer:
        consumer.assign(list(ends))
        for partition, offset in ends.items():
            consumer.seek(partition, offset)
        wanted = QualificationChanged.TYPE.encode()
        while len(arrived) < count:
            for records in (await consumer.getmany(timeout_ms=200)).values():
                for record in records:
                    if dict(record.headers).get("ce_type") == wanted:
                        arrived.setdefault(record.key.decode(), record.timestamp / 1_000)
    return arrived


def _reader(bus: Bus) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        bootstrap_servers=bus.bootstrap, security_protocol="SSL", ssl_context=bus.tls("admin"),
        group_id=None, enable_auto_commit=False,
    )  # fmt: skip


def _partitions() -> list[TopicPartition]:
    return [TopicPartition(QUALIFICATION_EVENTS.name, shard) for shard in range(SHARDS)]


def _percentile(values: Sequence[float], percent: int) -> float:
    return round(values[min(len(values) * percent // 100, len(values) - 1)], 1)
