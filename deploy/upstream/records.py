"""Sending records that somebody else made, as they are."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from aiokafka import AIOKafkaProducer

from contracts.events import FeedRecord, ResidentChange
from contracts.tools.check import UPSTREAM_TYPES
from contracts.tools.records import UpstreamRecord
from deploy.upstream.publisher import Bus


@dataclass(frozen=True)
class Place:
    """Where a record lies on the bus."""

    topic: str
    partition: int
    offset: int


def model_of(record: UpstreamRecord) -> type[ResidentChange] | type[FeedRecord]:
    """The event that a record says it is; what says nothing known is sent as the register's."""
    return UPSTREAM_TYPES.get(record.headers.get("ce_type", ""), ResidentChange)


def sender_of(record: UpstreamRecord) -> str:
    """The system whose certificate may send a record."""
    (sender,) = model_of(record).TOPIC.producers
    return sender


async def send(records: Sequence[UpstreamRecord], bus: Bus, traces: Sequence[str]) -> list[Place]:
    """Send in order, each as the system that it is of, in the trace at its place unless it has its
    own; return where each lies. Raises ``KafkaError`` where the broker refuses one."""
    async with AsyncExitStack() as exits:
        producers: dict[str, AIOKafkaProducer] = {}
        for name in map(sender_of, records):
            if name not in producers:
                producers[name] = await exits.enter_async_context(bus.of(name).producer(name))
        sent = [
            await producers[sender_of(record)].send(
                model_of(record).TOPIC.name,
                record.value,
                key=record.key.encode(),
                headers=[
                    (name, text.encode())
                    for name, text in {"traceparent": trace, **record.headers}.items()
                ],
            )
            for record, trace in zip(records, traces, strict=True)
        ]
        acknowledged = [await future for future in sent]
    return [Place(one.topic, one.partition, one.offset) for one in acknowledged]
