"""Do the services agree: has each taken in all that the others have sent it?"""

from dataclasses import dataclass

from kafka import TopicPartition
from kafka.admin import KafkaAdminClient, OffsetSpec

from contracts.topics import SERVICES, SHARDS, TOPICS, consumed_by
from deploy.backup import positions
from deploy.backup.positions import Position, producers_of
from deploy.local import bus
from deploy.local.stack import Stack


@dataclass
class Line:
    """One service, one producer, one topic, all shards together."""

    service: str
    producer: str
    topic: str
    sent: int = 0
    """Events the producer has numbered, the unsent ones included."""
    taken: int = 0
    unsent: int = 0
    """In the producer's outbox, and not taken in."""
    under_way: int = 0
    """On the bus."""
    missing: int = 0
    """Nowhere."""


async def look(stack: Stack) -> list[Line]:
    """Every pair of services that speak to each other. It may run beside a working house: what is
    called missing has been looked for in the outbox first, then on the bus, then with the taker."""
    senders = await positions.look(stack.database_server)
    with bus.admin_client(stack.bootstrap, stack.layout.certs) as client:
        behind = _behind(client)
    takers = await positions.look(stack.database_server)
    return [
        _line(Line(service, producer, topic.name), senders[producer], takers[service], behind)
        for service in SERVICES
        for topic in consumed_by(service)
        for producer in producers_of(topic.name)
        if service in takers and producer in senders
    ]


def table(lines: list[Line]) -> str:
    """For a terminal; lanes on which nothing was ever sent are left out."""
    head = ("service", "takes of", "topic", "sent", "taken in", "unsent", "under way", "missing")
    rows = [head] + [
        (line.service, line.producer, line.topic, f"{line.sent:,}", f"{line.taken:,}",
         f"{line.unsent:,}", f"{line.under_way:,}", f"{line.missing:,}")
        for line in lines if line.sent
    ]  # fmt: skip
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i < 3 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _behind(client: KafkaAdminClient) -> set[tuple[str, str, int]]:
    """By service, topic and shard: where the bus has records that the service has yet to take."""
    partitions = [TopicPartition(topic, shard) for topic in TOPICS for shard in range(SHARDS)]
    ends = client.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.LATEST))
    committed = positions.offsets(client)
    return {
        (service, topic, shard)
        for service, topics in committed.items()
        for topic, offsets in topics.items()
        for shard, offset in enumerate(offsets)
        if (offset or 0) < ends[TopicPartition(topic, shard)].offset
    }


def _line(line: Line, sender: Position, taker: Position, behind: set[tuple[str, str, int]]) -> Line:
    for shard in range(SHARDS):
        numbered = sender.next.get((line.topic, shard), 1) - 1
        mark = taker.marks.get((line.producer, line.topic, shard), (0, 0))[1]
        taken = min(mark, numbered)
        outbox = sum(1 for _, n in sender.outbox.get((line.topic, shard), ()) if n > mark)
        between = max(0, numbered - taken - outbox)
        line.sent += numbered
        line.taken += taken
        line.unsent += outbox
        if (line.service, line.topic, shard) in behind:
            line.under_way += between
        else:
            line.missing += between
    return line
