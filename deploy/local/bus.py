"""Topics and access rules on a broker: made to be just what ``contracts/topics.py`` says.

Both are brought in line at every start: what is missing is made, a changed retention is set, and a
grant that the contracts no longer name is taken away. Topics are never deleted here.
"""

import ssl
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from kafka import OffsetAndMetadata, TopicPartition
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ConfigResource,
    ConfigResourceType,
    KafkaAdminClient,
    MemberToRemove,
    OffsetSpec,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
)
from kafka.errors import (
    CoordinatorLoadInProgressError,
    CoordinatorNotAvailableError,
    NotCoordinatorError,
    TopicAlreadyExistsError,
)

from contracts.topics import SHARDS, TOPICS, Topic
from deploy.local.errors import StackError

OPERATOR = "operator"
T = TypeVar("T")
_NOT_YET = (CoordinatorNotAvailableError, CoordinatorLoadInProgressError, NotCoordinatorError)
"""What a broker answers about a consumer group while it is making the place for it."""

_ALL_ACLS = ACLFilter(
    None,
    None,
    ACLOperation.ANY,
    ACLPermissionType.ANY,
    ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY),
)


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """One allowed operation on one topic or consumer group, in Kafka's own words."""

    principal: str
    operation: str
    kind: str
    name: str

    def acl(self) -> ACL:
        return ACL(
            f"User:{self.principal}",
            "*",
            ACLOperation[self.operation],
            ACLPermissionType.ALLOW,
            ResourcePattern(ResourceType[self.kind], self.name, ACLResourcePatternType.LITERAL),
        )


def grants(topics: Iterable[Topic] = TOPICS.values()) -> set[Grant]:
    """All that is allowed on the bus. Everything else is denied.

    Writing and reading imply describing. An idempotent producer needs no right on the cluster as
    long as it may write to some topic. A service's consumer group bears its name. The operator may
    see how far each group is, and no record.
    """
    wanted: set[Grant] = set()
    for topic in topics:
        wanted.update(Grant(name, "WRITE", "TOPIC", topic.name) for name in topic.producers)
        wanted.add(Grant(OPERATOR, "DESCRIBE", "TOPIC", topic.name))
        for name in topic.readers:
            wanted.add(Grant(name, "READ", "TOPIC", topic.name))
            wanted.add(Grant(name, "READ", "GROUP", name))
        for name in topic.consumers:
            wanted.add(Grant(name, "READ", "TOPIC", topic.name))
            wanted.add(Grant(name, "READ", "GROUP", name))
            wanted.add(Grant(OPERATOR, "DESCRIBE", "GROUP", name))
    return wanted


def retention(topic: Topic) -> dict[str, str]:
    """The topic's settings, so that no record outlives its retention.

    Kafka drops whole segments once their last record is too old. A segment is closed after a
    fourteenth of the retention, and dropped when the rest has passed since.
    """
    segment = topic.retention / 14
    return {
        "cleanup.policy": "delete",
        "retention.ms": str(_ms(topic.retention - segment)),
        "segment.ms": str(_ms(segment)),
        "message.timestamp.type": "LogAppendTime",
    }


@contextmanager
def admin_client(bootstrap: str, certs: Path, name: str = "admin") -> Iterator[KafkaAdminClient]:
    """A client that presents ``name``'s certificate, from ``certs/<name>/``."""
    context = ssl.create_default_context(cafile=str(certs / name / "ca.pem"))
    context.load_cert_chain(certs / name / f"{name}.crt", certs / name / f"{name}.key")
    client = KafkaAdminClient(
        bootstrap_servers=bootstrap, security_protocol="SSL", ssl_context=context
    )
    try:
        yield client
    finally:
        client.close()


def make_topics(client: KafkaAdminClient, topics: Iterable[Topic] = TOPICS.values()) -> int:
    """Make the topics that are missing, set the settings of those that differ; how many changed."""
    wanted = {topic.name: retention(topic) for topic in topics}
    there = {topic["name"] for topic in client.describe_topics() if topic["name"] in wanted}
    new = {
        name: {"num_partitions": SHARDS, "replication_factor": -1, "configs": configs}
        for name, configs in wanted.items()
        if name not in there
    }
    if new:
        with suppress(TopicAlreadyExistsError):  # another instance of this job was quicker
            client.create_topics(new)
        client.wait_for_topics(list(new))
    return len(new) + _bring_in_line(client, {name: wanted[name] for name in there})


def _bring_in_line(client: KafkaAdminClient, wanted: Mapping[str, Mapping[str, str]]) -> int:
    if not wanted:
        return 0
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in wanted]
    found = client.describe_configs(resources).get("topic", {})
    changed = {}
    for name, configs in wanted.items():
        now = {key: entry["value"] for key, entry in found.get(name, {}).items()}
        differing = {
            key: value
            for key, value in configs.items()
            if now.get(key, _DEFAULTS.get(key)) != value
        }
        if differing:
            changed[name] = differing
    if changed:
        client.alter_configs(
            [
                ConfigResource(ConfigResourceType.TOPIC, name, configs=configs)
                for name, configs in changed.items()
            ]
        )
    return len(changed)


_DEFAULTS = {"cleanup.policy": "delete"}
"""Settings that a broker does not list as changed when they are set to its default."""


def set_grants(
    client: KafkaAdminClient, wanted: set[Grant] | None = None, *, timeout: float = 20
) -> tuple[int, int]:
    """Make the broker's access rules just these; returns how many were added and taken away.

    Returns once the broker says so itself: it acknowledges a rule before it applies it.
    """
    wanted = grants() if wanted is None else wanted
    there = _grants_of(client)
    missing = sorted(wanted - there.keys())
    surplus = [acl for grant, acl in there.items() if grant not in wanted]
    if missing and client.create_acls([grant.acl() for grant in missing])["failed"]:
        raise StackError("the broker refused access rules")
    if surplus:
        client.delete_acls(surplus)
    deadline = time.monotonic() + timeout
    while _grants_of(client).keys() != wanted:
        if time.monotonic() > deadline:
            raise StackError("the broker does not apply the access rules")
        time.sleep(0.05)
    return len(missing), len(surplus)


def _grants_of(client: KafkaAdminClient) -> dict[Grant, ACLFilter]:
    acls, _error = client.describe_acls(_ALL_ACLS)
    found = {}
    for acl in acls:
        pattern = acl.resource_pattern
        grant = Grant(
            acl.principal.removeprefix("User:"),
            acl.operation.name,
            pattern.resource_type.name,
            pattern.resource_name,
        )
        found[grant] = ACLFilter(
            acl.principal,
            acl.host,
            acl.operation,
            acl.permission_type,
            ResourcePatternFilter(
                pattern.resource_type, pattern.resource_name, pattern.pattern_type
            ),
        )
    return found


def lag(client: KafkaAdminClient) -> dict[str, int]:
    """Records that each service has not yet consumed, as committed, over all its topics."""
    partitions = [TopicPartition(name, shard) for name in TOPICS for shard in range(SHARDS)]
    ends = client.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.LATEST))
    starts = client.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.EARLIEST))
    groups = sorted({name for topic in TOPICS.values() for name in topic.consumers})
    committed = group_offsets(client, groups)
    waiting = dict.fromkeys(groups, 0)
    for tp in partitions:
        for group in TOPICS[tp.topic].consumers:
            known = committed.get(group, {}).get(tp)
            # What was deleted before it was read is lost, not waiting.
            reached = max(known.offset if known else 0, starts[tp].offset)
            waiting[group] += max(0, ends[tp].offset - reached)
    return waiting


def forget_records(client: KafkaAdminClient) -> None:
    """Drop every record of every topic. For tests: offsets go on, nothing is left to read."""
    partitions = [TopicPartition(name, shard) for name in TOPICS for shard in range(SHARDS)]
    ends = client.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.LATEST))
    filled = {tp: end.offset for tp, end in ends.items() if end.offset > 0}
    if filled:
        client.delete_records(filled)


def move_group(client: KafkaAdminClient, group: str, topic: str, shard: int, offset: int) -> int:
    """Have a service whose instances are stopped go on at an offset; returns where it stood.

    Raises ``StackError`` where that is not on the log, or somebody is still in the group.
    """
    place = TopicPartition(topic, shard)
    if group not in TOPICS[topic].consumers:
        raise StackError(f"{group} does not read {topic}")
    first = client.list_partition_offsets({place: OffsetSpec.EARLIEST})[place].offset
    end = client.list_partition_offsets({place: OffsetSpec.LATEST})[place].offset
    if not first <= offset <= end:
        raise StackError(f"{topic} has offsets {first} to {end} in shard {shard}")
    known = group_offsets(client, [group]).get(group, {}).get(place)
    dismiss_members(client, {group})
    moved = client.alter_group_offsets(group, {place: OffsetAndMetadata(offset, "", -1)})
    if moved[place].__name__ != "NoError":
        raise StackError(f"the broker does not move {group}: {moved[place].__name__}")
    return known.offset if known else 0


def group_offsets(
    client: KafkaAdminClient, groups: Sequence[str]
) -> dict[str, dict[TopicPartition, OffsetAndMetadata]]:
    """What these groups have acknowledged. Raises ``StackError`` as `once_coordinated` does."""
    found: dict[str, dict[TopicPartition, OffsetAndMetadata]] = once_coordinated(
        lambda: client.list_group_offsets(groups)
    )
    return found


def once_coordinated(call: Callable[[], T], *, timeout: float = 30) -> T:
    """Ask of consumer groups what a new broker answers once it has made the place for them, which
    it begins with the first such question. Raises ``StackError`` when it does not."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            return call()
        except _NOT_YET as error:
            if time.monotonic() > deadline:
                raise StackError("the broker does not coordinate consumer groups") from error
            time.sleep(0.2)


def dismiss_members(client: KafkaAdminClient, only: Collection[str] = ()) -> None:
    """Put everybody out of the services' consumer groups (or of these). For stopped services: a
    static member that has stopped is kept for its session timeout, with its partitions and its way
    of sharing them."""
    # Asking for a group that never was would make the broker look for its place first.
    groups = [group["group_id"] for group in client.list_groups()]
    groups = [group for group in groups if not only or group in only]
    for group, described in client.describe_groups(groups).items() if groups else ():
        members = [
            MemberToRemove(group_instance_id=member["group_instance_id"])
            if member["group_instance_id"]
            else MemberToRemove(member_id=member["member_id"])
            for member in described["members"]
        ]
        if members:
            client.remove_group_members(group, members)


def _ms(span: timedelta) -> int:
    return round(span.total_seconds() * 1000)
