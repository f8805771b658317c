"""Everything that lies on the bus, read from its beginning: were numbers given out in order, and
each of them sent?"""

import hashlib
import ssl
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import ConsumerRecord, TopicPartition

from contracts.topics import SHARDS, TOPICS
from tests.chaos.observed import Lane

_VERSIONS = {
    "residents.tokenised": b'"record_version":',
    "persons.events": b'"person_version":',
    "qualification.events": b'"timeline_version":',
}
"""Topics whose events carry a version of what they are about, and where it stands in them."""


@dataclass
class BusLog:
    """What was found."""

    ends: dict[tuple[str, int], int] = field(default_factory=dict)
    """The offset after the last record, by topic and shard, where there are any."""
    records: dict[str, int] = field(default_factory=dict)
    types: Counter[str] = field(default_factory=Counter)
    """Different events, by their type."""
    highest: dict[Lane, int] = field(default_factory=dict)
    repeats: int = 0
    """Records that were sent again: allowed, consumers drop them."""
    faults: list[str] = field(default_factory=list)


async def ends(bootstrap: str, certs: Path) -> dict[tuple[str, int], int]:
    """The ends alone."""
    async with _consumer(bootstrap, certs) as consumer:
        return await _ends(consumer)


async def read(bootstrap: str, certs: Path) -> BusLog:
    """Read all topics. Raises ``TimeoutError`` if the broker does not give out what it has."""
    log = BusLog()
    async with _consumer(bootstrap, certs) as consumer:
        log.ends = await _ends(consumer)
        waiting = {TopicPartition(*place): end for place, end in log.ends.items()}
        consumer.assign(list(waiting))
        begins = await consumer.beginning_offsets(list(waiting))
        waiting = {tp: end for tp, end in waiting.items() if begins[tp] < end}
        for tp in waiting:
            consumer.seek(tp, begins[tp])
        seen: dict[tuple[Lane, int], bytes] = {}
        newest: dict[tuple[str, bytes], int] = {}
        while waiting:
            found = await consumer.getmany(timeout_ms=60_000, max_records=5_000)
            if not found:
                raise TimeoutError(f"nothing more came of {sorted(waiting)}")
            for tp, records in found.items():
                for record in records:
                    _note(log, seen, newest, record)
                if await consumer.position(tp) >= waiting.get(tp, 0):
                    waiting.pop(tp, None)
    return log


def _note(
    log: BusLog,
    seen: dict[tuple[Lane, int], bytes],
    newest: dict[tuple[str, bytes], int],
    record: ConsumerRecord,
) -> None:
    """One record, held against all before it."""
    topic, shard = record.topic, record.partition
    headers: Mapping[str, bytes] = dict(record.headers)
    key, value = record.key or b"", record.value or b""
    log.records[topic] = log.records.get(topic, 0) + 1
    sequence = headers.get("ce_sequence")
    if sequence is None:
        return
    number = int(sequence.rpartition(b".")[2])
    lane: Lane = headers["ce_source"].decode(), topic, shard
    digest = hashlib.sha256(headers["ce_id"] + key + value).digest()
    known = log.highest.get(lane, 0)
    if number <= known:
        log.repeats += 1
        if seen.get((lane, number)) != digest:
            log.faults.append(f"{lane}: number {number} stands for two events")
        return
    if number != known + 1:
        log.faults.append(f"{lane}: {number} follows {known} in the log")
    seen[lane, number] = digest
    log.highest[lane] = number
    log.types[headers["ce_type"].decode()] += 1
    if (mark := _VERSIONS.get(topic)) and (at := value.find(mark)) >= 0:
        version = int(value[at + len(mark) :].split(b",")[0].split(b"}")[0])
        if version <= newest.get((topic, key), 0):
            log.faults.append(f"{lane}: number {number} tells an older version than one before it")
        newest[topic, key] = version


async def _ends(consumer: AIOKafkaConsumer) -> dict[tuple[str, int], int]:
    everywhere = [TopicPartition(topic, shard) for topic in TOPICS for shard in range(SHARDS)]
    found = await consumer.end_offsets(everywhere)
    return {(tp.topic, tp.partition): end for tp, end in found.items() if end}


def _consumer(bootstrap: str, certs: Path) -> AIOKafkaConsumer:
    folder = certs / "admin"
    tls = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    tls.load_cert_chain(folder / "admin.crt", folder / "admin.key")
    return AIOKafkaConsumer(
        bootstrap_servers=bootstrap, security_protocol="SSL", ssl_context=tls,
        enable_auto_commit=False, max_partition_fetch_bytes=4 * 1024 * 1024,
    )  # fmt: skip
