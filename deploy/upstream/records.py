"""Sending records that somebody else made, as they are."""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.tools.check import model_of
from contracts.tools.records import UpstreamRecord
from deploy.upstream.publisher import Bus


@dataclass(frozen=True)
class Place:
    """Where a record lies on the bus."""

    topic: str
    partition: int
    offset: int


def sender_of(record: UpstreamRecord) -> str:
    """The system whose certificate may send a record."""
    (sender,) = model_of(record).TOPIC.producers
    return sender


async def send(records: Sequence[UpstreamRecord], bus: Bus, traces: Sequence[str]) -> list[Place]:
    """Send in order, each as the system that it is of, in the trace at its place unless it has its
    own; return where each lies. Raises ``KafkaError`` where the broker refuses one."""
    async with bus.producers() as producer_of:
        sent = [
            await (await producer_of(sender_of(record))).send(
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
