"""Reading the bus as the operator of a restore: every topic, from given offsets to the end."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition

from contracts.topics import SHARDS, TOPICS
from deploy.backup.errors import BackupError

_STANDSTILL_S = 60


async def scan(
    bootstrap: str,
    certs: Path,
    starts: Mapping[tuple[str, int], int],
    see: Callable[[Any], None],
) -> int:
    """Show every record from these offsets (by topic and shard; none: from the first one) on, up to
    the present end; returns how many. Commits nothing. Raises ``BackupError`` at a standstill."""
    context = ssl.create_default_context(cafile=str(certs / "ca.pem"))
    context.load_cert_chain(certs / "admin.crt", certs / "admin.key")
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        security_protocol="SSL",
        ssl_context=context,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    partitions = [TopicPartition(topic, shard) for topic in TOPICS for shard in range(SHARDS)]
    async with consumer:
        consumer.assign(partitions)
        first = await consumer.beginning_offsets(partitions)
        ends = await consumer.end_offsets(partitions)
        left = set()
        for partition in partitions:
            start = starts.get((partition.topic, partition.partition), 0)
            at = min(max(first[partition], start), ends[partition])
            if at < ends[partition]:
                left.add(partition)
                consumer.seek(partition, at)
            else:
                consumer.pause(partition)
        return await _read(consumer, left, ends, see)


async def _read(
    consumer: AIOKafkaConsumer,
    left: set[TopicPartition],
    ends: Mapping[TopicPartition, int],
    see: Callable[[Any], None],
) -> int:
    seen = 0
    while left:
        try:
            async with asyncio.timeout(_STANDSTILL_S):
                polled: dict[TopicPartition, list[Any]] = {}
                while not polled:
                    polled = await consumer.getmany(*left, timeout_ms=500)
        except TimeoutError:
            raise BackupError("the bus does not hand out its records") from None
        for partition, records in polled.items():
            for record in records:
                if record.offset < ends[partition]:
                    see(record)
                    seen += 1
            if records and records[-1].offset + 1 >= ends[partition]:
                left.discard(partition)
                consumer.pause(partition)
    return seen
