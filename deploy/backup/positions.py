"""Where each service stands on the bus: its numbers, its marks, what it has yet to send."""

from dataclasses import dataclass, field
from typing import Any, Self

import asyncpg
from kafka import TopicPartition
from kafka.admin import KafkaAdminClient

from contracts.topics import SERVICES, SHARDS, TOPICS, consumed_by
from deploy.local import bus
from deploy.local.databases import Server, migratable
from services.chassis.cloudevents import read_sequence
from services.chassis.packing import unpack

Lane = tuple[str, str, int]
"""(producer, topic, shard)."""
Place = tuple[int, int]
"""(epoch, number)."""


@dataclass
class Position:
    """One service's database as far as the bus is concerned."""

    epoch: int
    next: dict[tuple[str, int], int]
    """By topic and shard: the number that its next event gets."""
    marks: dict[Lane, Place]
    outbox: dict[tuple[str, int], list[Place]] = field(default_factory=dict)
    """By topic and shard: the events that are not known to be sent."""
    letters: int = 0
    """Open dead letters."""

    def document(self) -> dict[str, Any]:
        """For the manifest: the outbox as counts."""
        return {
            "epoch": self.epoch,
            "next": [[*lane, number] for lane, number in sorted(self.next.items())],
            "marks": [[*lane, *place] for lane, place in sorted(self.marks.items())],
            "outbox": [[*lane, len(sent)] for lane, sent in sorted(self.outbox.items())],
            "letters": self.letters,
        }

    @classmethod
    def of(cls, document: dict[str, Any]) -> Self:
        """From the manifest, without the outbox's numbers."""
        return cls(
            document["epoch"],
            {(topic, shard): number for topic, shard, number in document["next"]},
            {(p, t, s): (epoch, number) for p, t, s, epoch, number in document["marks"]},
            {(topic, shard): [(0, 0)] * count for topic, shard, count in document["outbox"]},
            document["letters"],
        )


async def look(server: Server) -> dict[str, Position]:
    """Every service's position."""
    found = {}
    for service in migratable(SERVICES):
        async with server.superuser(service) as connection:
            found[service] = await position_of(connection)
    return found


async def position_of(connection: asyncpg.Connection) -> Position:
    """The position of the service whose database this is, in one consistent look."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        epoch = await connection.fetchval("select epoch from bus.epoch")
        lanes = await connection.fetch("select topic, shard, next_number from bus.lanes")
        marks = await connection.fetch(
            "select producer, topic, shard, epoch, number from bus.marks"
        )
        letters = await connection.fetchval(
            "select count(*) from bus.dead_letters where state in ('parked', 'waiting')"
        )
        position = Position(
            epoch,
            {(row["topic"], row["shard"]): row["next_number"] for row in lanes},
            {
                (row["producer"], row["topic"], row["shard"]): (row["epoch"], row["number"])
                for row in marks
            },
            letters=letters,
        )
        async for row in connection.cursor("select packed from bus.outbox order by seq"):
            for message in unpack(row["packed"]):
                sequence = read_sequence(dict(message.headers)["ce_sequence"].decode())
                if sequence is not None:
                    lane = message.topic, message.shard
                    position.outbox.setdefault(lane, []).append(sequence)
    return position


def offsets(client: KafkaAdminClient) -> dict[str, dict[str, list[int | None]]]:
    """What every service's group has acknowledged, by topic and shard."""
    groups = [service for service in SERVICES if consumed_by(service)]
    committed = bus.group_offsets(client, groups)
    return {
        group: {
            topic.name: [
                known.offset if (known := committed.get(group, {}).get(place)) else None
                for place in (TopicPartition(topic.name, shard) for shard in range(SHARDS))
            ]
            for topic in consumed_by(group)
        }
        for group in groups
    }


def producers_of(topic: str) -> list[str]:
    """The house's services that write a topic."""
    return [name for name in TOPICS[topic].producers if name in SERVICES]
