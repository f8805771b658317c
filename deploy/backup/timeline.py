"""Databases at an earlier moment than the bus: what of the bus counts again, and what no longer.

All databases are restored together, to one moment of one write-ahead log. So what a service had
taken in, and what it had yet to send, fits what every other one had. Beyond that moment lies on
the bus what they did afterwards and no longer know of. For each record there:

=============  =====================================================================================
from outside   upstream's changes: taken in again, from the marks on
in flight      sent before the moment, not taken in yet by then: taken in now
undone         sent by a service after the moment: its work is done anew from the same causes, and
               sent with a new epoch; consumers pass over the old records (``bus.undone``)
the record     ``audit.events`` of after the moment: taken in nevertheless. What staff did was done,
               even though the house has forgotten what came of it
=============  =====================================================================================
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter, ValidationError

from contracts.events import (
    AnyItemForwarded,
    AuditOperation,
    AuditOutcome,
    AuditRecorded,
    CorrectionForwarded,
)
from contracts.topics import (
    AUDIT_EVENTS,
    JPS_EVENTS,
    SHARDS,
    TOPICS,
    consumed_by,
)
from deploy.backup.positions import Lane, Place, Position, producers_of
from services.chassis.records import Record, position

KEEPS_ALL = "audit"
"""The one consumer that takes in what was undone, too."""
Places = dict[str, dict[tuple[str, int], int]]
"""By service, topic and shard: the offset from which it reads again."""

_FORWARDED: TypeAdapter[AnyItemForwarded | CorrectionForwarded] = TypeAdapter(
    AnyItemForwarded | CorrectionForwarded
)
_ACTS = frozenset(
    {
        AuditOperation.ENTRY_PROVISIONAL,
        AuditOperation.ENTRY_SETTLED,
        AuditOperation.ENTRY_CANCELLED,
        AuditOperation.BATCH_BUILT,
        AuditOperation.MEDIUM_SEALED,
        AuditOperation.PROVISION,
        AuditOperation.DEAD_LETTER,
        AuditOperation.KEY_MANAGEMENT,
        AuditOperation.RIGHTS_CHANGE,
        AuditOperation.BATCH_JOB,
    }
)
"""What somebody did by hand, and what nothing on the bus can do again."""


@dataclass
class Again:
    """What one service reads again of one topic."""

    known: int = 0
    """Taken in before the backup: dropped by the marks."""
    new: int = 0
    """Taken in now."""
    undone: int = 0
    """Passed over."""


@dataclass(frozen=True)
class Act:
    """Something done by hand after the backup: the record of it is kept, its effect is gone."""

    at: str
    service: str
    operation: str
    staff_id: str | None
    reference: str | None
    details: str
    count: int


@dataclass
class Timeline:
    """What the bus holds beyond the backup. ``see`` every record from ``starts`` on, in order."""

    positions: dict[str, Position]
    """Of the databases as restored."""
    bus_epoch: int
    starts: Places
    first: dict[tuple[str, int], int]
    """By topic and shard: the first offset that the bus still has."""
    another_bus: bool = False
    """Not the bus that the backup knew: what that one had is not there."""
    again: dict[tuple[str, str], Again] = field(default_factory=lambda: defaultdict(Again))
    """By service and topic."""
    undone: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By producer and topic: events whose work is done anew."""
    acts: list[Act] = field(default_factory=list)
    forwarded: Counter[tuple[int, str]] = field(default_factory=Counter)
    """By medium's serial and batch: report items that JPS has and the databases do not know of."""
    last_serial: int = 0
    _epochs: set[int] = field(default_factory=set)
    _in_flight: dict[tuple[str, Lane], set[int]] = field(default_factory=lambda: defaultdict(set))

    @property
    def new_epoch(self) -> int:
        """Beyond every one that a service ever numbered with, as far as anybody knows."""
        return max(self._epochs | {each.epoch for each in self.positions.values()}) + 1

    def first_undone(self, lane: Lane) -> Place:
        """From where on a producer's events are not those that its database sent."""
        producer, topic, shard = lane
        sender = self.positions[producer]
        return sender.epoch, sender.next.get((topic, shard), 1)

    def cuts(self, service: str) -> list[tuple[Lane, Place]]:
        """What a service passes over: each of its lanes, from where on."""
        if service == KEEPS_ALL:
            return []
        return [
            (lane, self.first_undone(lane))
            for topic in consumed_by(service)
            for producer in producers_of(topic.name)
            for shard in range(SHARDS)
            for lane in [(producer, topic.name, shard)]
        ]

    def see(self, raw: Any) -> None:
        """One record of the bus (aiokafka's)."""
        record = Record.from_kafka(raw)
        producer, epoch, number = position(record, self.bus_epoch)
        lane = producer, record.topic, record.shard
        undone = False
        if producer:
            self._epochs.add(epoch)
            undone = (epoch, number) >= self.first_undone(lane)
            if undone:
                self.undone[producer, record.topic] += 1
                self._remember(record)
        for service in TOPICS[record.topic].consumers:
            if record.offset < self.starts[service].get((record.topic, record.shard), 0):
                continue
            tally = self.again[service, record.topic]
            mark = self.positions[service].marks.get(lane)
            if undone and service != KEEPS_ALL:
                tally.undone += 1
            elif mark and (epoch, number) <= mark:
                tally.known += 1
            else:
                tally.new += 1
                self._in_flight[service, lane].add(number)

    def missing(self) -> dict[tuple[str, str, str], int]:
        """By service, producer and topic: events that were under way at the backup, and are neither
        on the bus any more nor in the producer's outbox; and what upstream had sent, nobody had
        taken in, and the bus has dropped since."""
        lost: dict[tuple[str, str, str], int] = {}
        for service, taker in self.positions.items():
            for topic in consumed_by(service):
                if topic.from_upstream and not self.another_bus:
                    dropped = self._dropped(topic.name, taker)
                    if dropped:
                        lost[service, topic.producers[0], topic.name] = dropped
                for producer in producers_of(topic.name):
                    sender = self.positions[producer]
                    for shard in range(SHARDS):
                        epoch, following = self.first_undone((producer, topic.name, shard))
                        lane = producer, topic.name, shard
                        mark = taker.marks.get(lane, (epoch, 0))
                        there = {n for _, n in sender.outbox.get((topic.name, shard), ())}
                        there |= self._in_flight[service, lane]
                        gone = set(range(mark[1] + 1, following)) - there
                        if gone:
                            key = service, producer, topic.name
                            lost[key] = lost.get(key, 0) + len(gone)
        return lost

    def _dropped(self, topic: str, taker: Position) -> int:
        marks = [taker.marks.get(("", topic, shard), (0, -1))[1] for shard in range(SHARDS)]
        firsts = [self.first.get((topic, shard), 0) for shard in range(SHARDS)]
        return sum(max(0, first - mark - 1) for first, mark in zip(firsts, marks, strict=True))

    def _remember(self, record: Record) -> None:
        try:
            if record.topic == AUDIT_EVENTS.name:
                self._note(AuditRecorded.model_validate_json(record.body), record)
            elif record.topic == JPS_EVENTS.name:
                item = _FORWARDED.validate_json(record.body)
                self.forwarded[item.medium_serial, str(item.batch_id)] += 1
                self.last_serial = max(self.last_serial, item.medium_serial)
        except ValidationError:
            pass  # it is counted; what it says is the consumer's to refuse

    def _note(self, event: AuditRecorded, record: Record) -> None:
        if event.operation not in _ACTS or event.outcome is not AuditOutcome.DONE:
            return
        serial = event.details.get("medium_serial")
        if isinstance(serial, int):
            self.last_serial = max(self.last_serial, serial)
        if event.operation is AuditOperation.PROVISION and event.person_id:
            return  # one for each item: the medium's own records say it once
        self.acts.append(
            Act(
                event.at.isoformat(timespec="seconds"),
                record.headers.get("ce_source", ""),
                event.operation.label,
                event.staff_id,
                str(event.reference) if event.reference else None,
                " ".join(f"{name}={value}" for name, value in sorted(event.details.items())),
                event.count or 1,
            )
        )
