"""Sending records that somebody else made, as they are."""

from collections.abc import Sequence

from contracts.tools.records import UpstreamRecord
from contracts.topics import INBOUND_RESIDENTS
from deploy.upstream.publisher import Bus


async def send(
    records: Sequence[UpstreamRecord], bus: Bus, traces: Sequence[str]
) -> list[tuple[int, int]]:
    """Send in order, each in the trace at its place unless it has its own; return where each lies:
    partition and offset. Raises ``KafkaError`` where the broker refuses one."""
    async with bus.producer() as producer:
        sent = [
            await producer.send(
                INBOUND_RESIDENTS.name,
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
    return [(record.partition, record.offset) for record in acknowledged]
