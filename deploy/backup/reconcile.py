"""Bringing restored databases and the bus together, before any service runs again."""

from typing import Any

import asyncpg
from kafka import OffsetAndMetadata, TopicPartition
from kafka.admin import KafkaAdminClient, OffsetSpec

from contracts.topics import SERVICES, SHARDS, TOPICS, consumed_by
from deploy.backup import positions, scan
from deploy.backup.errors import BackupError
from deploy.backup.timeline import Places, Timeline
from deploy.local import bus
from deploy.local.databases import migratable
from deploy.local.stack import Stack

_UNDONE = """
insert into bus.undone (producer, topic, shard, epoch, number, before_epoch)
select *, $6 from unnest($1::text[], $2::text[], $3::smallint[], $4::int[], $5::bigint[])
"""
_END_SESSIONS = """
update gateway.sessions set ended_at = now(), end_reason = 'restored' where ended_at is null
"""
_PAST_SERIAL = "update jps_reporting.serials set last = greatest(last, $1)"


async def reconcile(stack: Stack, manifest: dict[str, Any]) -> Timeline:
    """Look at what the bus has beyond the backup, have the databases pass over what was undone, and
    set the groups back to where the databases are. The servers run, services do not."""
    certs = stack.layout.certs
    known = await positions.look(stack.database_server)
    _hold_against(manifest, known)
    with bus.admin_client(stack.bootstrap, certs) as client:
        same = client.describe_cluster()["cluster_id"] == manifest["bus"]["cluster"]
        _count_bus_epoch_up(stack, manifest, same=same)
        first = _offsets(client, OffsetSpec.EARLIEST)
        ends = _offsets(client, OffsetSpec.LATEST)
        starts = _starts(manifest["bus"]["offsets"] if same else {}, first, ends)
        timeline = Timeline(
            known,
            int(stack.state.facts.get("bus_epoch", "1")),
            starts,
            first,
            another_bus=not same,
        )
        await scan.scan(stack.bootstrap, certs / "admin", _earliest(starts), timeline.see)
        for service in migratable(SERVICES):
            async with (
                stack.database_server.superuser(service) as connection,
                connection.transaction(),
            ):
                await _begin_anew(connection, service, timeline)
        _set_back(client, starts)
    return timeline


def _hold_against(manifest: dict[str, Any], known: dict[str, positions.Position]) -> None:
    """The restored databases are at least as far as they were when the backup looked at them."""
    for service, document in manifest["services"].items():
        then, now = positions.Position.of(document), known[service]
        behind = [lane for lane, place in then.marks.items() if now.marks.get(lane, (0, 0)) < place]
        if behind or any(now.next.get(lane, 1) < number for lane, number in then.next.items()):
            raise BackupError(f"{service} came back at an earlier moment than the backup's own")


def _count_bus_epoch_up(stack: Stack, manifest: dict[str, Any], *, same: bool) -> None:
    """Another bus than the backup knew: its offsets must not be taken for that one's."""
    now = int(stack.state.facts.get("bus_epoch", "1"))
    if not same and now <= manifest["bus"]["epoch"]:
        stack.state.note(bus_epoch=str(manifest["bus"]["epoch"] + 1))


def _offsets(client: KafkaAdminClient, which: OffsetSpec) -> dict[tuple[str, int], int]:
    partitions = [TopicPartition(topic, shard) for topic in TOPICS for shard in range(SHARDS)]
    found = client.list_partition_offsets(dict.fromkeys(partitions, which))
    return {(place.topic, place.partition): at.offset for place, at in found.items()}


def _starts(
    committed: dict[str, dict[str, list[int | None]]],
    first: dict[tuple[str, int], int],
    ends: dict[tuple[str, int], int],
) -> Places:
    """Where each group begins again: where it was just before the backup, as far as the bus still
    has that; what it has taken in since then and before the moment, its marks know."""
    starts: Places = {}
    for service in SERVICES:
        of_service = committed.get(service, {})
        starts[service] = {}
        for topic in consumed_by(service):
            then = of_service.get(topic.name, [None] * SHARDS)
            for shard in range(SHARDS):
                place = topic.name, shard
                starts[service][place] = min(max(then[shard] or 0, first[place]), ends[place])
    return starts


def _earliest(starts: Places) -> dict[tuple[str, int], int]:
    earliest: dict[tuple[str, int], int] = {}
    for of_service in starts.values():
        for place, offset in of_service.items():
            earliest[place] = min(offset, earliest.get(place, offset))
    return earliest


async def _begin_anew(connection: asyncpg.Connection, service: str, timeline: Timeline) -> None:
    await connection.execute("update bus.epoch set epoch = $1", timeline.new_epoch)
    cuts = timeline.cuts(service)
    await connection.execute(
        _UNDONE,
        [producer for (producer, _, _), _ in cuts],
        [topic for (_, topic, _), _ in cuts],
        [shard for (_, _, shard), _ in cuts],
        [epoch for _, (epoch, _) in cuts],
        [number for _, (_, number) in cuts],
        timeline.new_epoch,
    )
    if service == "gateway":
        # Who was signed out or disabled after the backup must not be signed in again by it.
        await connection.execute(_END_SESSIONS)
    if service == "jps_reporting":
        # A medium that was handed over after the backup has its number for good.
        await connection.execute(_PAST_SERIAL, timeline.last_serial)


def _set_back(client: KafkaAdminClient, starts: Places) -> None:
    bus.dismiss_members(client)
    for service, places in starts.items():
        if places:
            _set_one_back(client, service, places)


def _set_one_back(
    client: KafkaAdminClient, service: str, places: dict[tuple[str, int], int]
) -> None:
    wanted = {
        TopicPartition(topic, shard): OffsetAndMetadata(offset, "", -1)
        for (topic, shard), offset in places.items()
    }
    outcome = bus.once_coordinated(lambda: client.alter_group_offsets(service, wanted))
    failed = {error.__name__ for error in outcome.values() if error.__name__ != "NoError"}
    if failed:
        raise BackupError(f"the bus does not set {service} back: {', '.join(sorted(failed))}")
