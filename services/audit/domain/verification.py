"""Walking a stored chain and naming the first record that is not what was recorded.

A `Walk` takes the stored records of one shard in order of position, in as many pieces as they come,
and holds nothing but the head of what was found good. Everything up to the named position is as it
was recorded; nothing is said of what follows it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from contracts.events import REGISTRY, AuditRecorded
from services.audit.domain.chain import Entry, Head, link, start


class Damage(StrEnum):
    """What is wrong with a chain at a position."""

    ALTERED = "altered"
    """The record's bytes, or its hash, are not those that were recorded."""
    INDEX_ALTERED = "index_altered"
    """The record is intact, but a column that it is found by says something else."""
    DISPLACED = "displaced"
    """The record that belongs here stands later: records were swapped, or one was inserted."""
    MISSING = "missing"
    """No record stands here, though later ones do."""
    TRUNCATED = "truncated"
    """The chain ends before here, though its head or a checkpoint went further."""
    REWRITTEN = "rewritten"
    """The chain is sound in itself and is not the one that the checkpoint saw."""
    HEAD_ALTERED = "head_altered"
    """The stored head is not the last record, so that new records would fork the chain."""


@dataclass(frozen=True, slots=True)
class Fault:
    """The first damage of a chain."""

    shard: int
    position: int
    damage: Damage
    after: int | None = None
    """For a rewritten chain: the last position that an earlier checkpoint vouches for."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One record as it lies in the table."""

    position: int
    entry: Entry
    chain_hash: bytes
    index: Mapping[str, Any]
    """The columns that records are found by, see `index_of`."""


def index_of(event: AuditRecorded) -> dict[str, Any]:
    """The columns that an event is found by. They repeat its body and are checked against it."""
    return {
        "at": event.at,
        "operation": event.operation.value,
        "outcome": event.outcome.value,
        "staff_id": event.staff_id,
        "department": event.department,
        "person_id": event.person_id,
        "number_accessed": event.number_accessed,
        "sees_sealed": event.sees_sealed,
    }


class Walk:
    """One pass over the chain of a shard."""

    def __init__(self, shard: int, marks: Sequence[Head] = ()) -> None:
        """``marks`` are heads that checkpoints vouch for; those of other shards are ignored."""
        self.head = start(shard)
        self._marks = sorted(
            (mark for mark in marks if mark.shard == shard), key=lambda mark: mark.position
        )
        self._vouched = 0

    def feed(self, records: Sequence[Stored]) -> Fault | None:
        """Take the next records, in order of position. Stops at the first damage."""
        for index, record in enumerate(records):
            fault = self._take(record, records[index + 1 :])
            if fault is not None:
                return fault
        return None

    def finish(self, head: Head | None) -> Fault | None:
        """Close the walk against the stored head (None: the shard has none yet)."""
        shard, position = self.head.shard, self.head.position
        expected = head or start(shard)
        furthest = max([expected.position, *(mark.position for mark in self._marks)])
        if furthest > position:
            return Fault(shard, position + 1, Damage.TRUNCATED)
        if expected != self.head:
            return Fault(shard, position, Damage.HEAD_ALTERED)
        return None

    def _take(self, record: Stored, following: Sequence[Stored]) -> Fault | None:
        shard, position = self.head.shard, self.head.position + 1
        if record.position != position:
            return Fault(shard, position, Damage.MISSING)
        following_head = link(self.head, record.entry)
        if following_head.chain_hash != record.chain_hash:
            displaced = self._belongs_here(record, following)
            return Fault(shard, position, Damage.DISPLACED if displaced else Damage.ALTERED)
        if not _index_agrees(record):
            return Fault(shard, position, Damage.INDEX_ALTERED)
        self.head = following_head
        while self._marks and self._marks[0].position == position:
            if self._marks.pop(0) != self.head:
                return Fault(shard, position, Damage.REWRITTEN, after=self._vouched)
            self._vouched = position
        return None

    def _belongs_here(self, record: Stored, following: Sequence[Stored]) -> bool:
        """Whether one of the following records is the one that was recorded at this position."""
        known = {record.chain_hash} | {other.chain_hash for other in following}
        return any(link(self.head, other.entry).chain_hash in known for other in following)


def _index_agrees(record: Stored) -> bool:
    event_type = REGISTRY.get(record.entry.type)
    if event_type is None or not issubclass(event_type, AuditRecorded):
        return False
    try:
        event = event_type.model_validate_json(record.entry.body)
    except ValidationError:
        return False
    return index_of(event) == record.index
