"""A chain in memory, as the table holds it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from contracts.events import AuditOperation, AuditRecorded
from services.audit.domain.chain import Entry, Head, link, start
from services.audit.domain.verification import Fault, Stored, Walk, index_of

BEGAN = datetime(2026, 10, 1, 0, 0, 0, 1, tzinfo=UTC)


def an_event(number: int) -> AuditRecorded:
    """An audit event that differs from every other one."""
    return AuditRecorded(
        at=BEGAN + timedelta(seconds=number),
        operation=list(AuditOperation)[number % len(AuditOperation)],
        staff_id=f"staff{number % 7}" if number % 3 else None,
        department="1234",
        person_id=UUID(int=number) if number % 2 else None,
        number_accessed=number % 5 == 0,
        details={"n": number},
    )


def an_entry(number: int) -> tuple[Entry, AuditRecorded]:
    """What is recorded of event ``number``."""
    event = an_event(number)
    entry = Entry(
        event_id=UUID(int=1000 + number),
        type=AuditRecorded.TYPE,
        source="identity",
        sent_at=event.at,
        recorded_at=event.at + timedelta(milliseconds=40),
        body=event.model_dump_json().encode(),
    )
    return entry, event


def a_chain(shard: int, length: int) -> tuple[list[Stored], Head]:
    """The stored records of a chain and its head."""
    head, records = start(shard), []
    for number in range(1, length + 1):
        entry, event = an_entry(number)
        head = link(head, entry)
        records.append(Stored(head.position, entry, head.chain_hash, index_of(event)))
    return records, head


def verified(
    shard: int,
    records: list[Stored],
    head: Head | None,
    *,
    marks: tuple[Head, ...] = (),
    piece: int = 1000,
) -> Fault | None:
    """Walk stored records as the verify command does."""
    walk = Walk(shard, marks)
    for begin in range(0, len(records), piece):
        fault = walk.feed(records[begin : begin + piece])
        if fault is not None:
            return fault
    return walk.finish(head)
