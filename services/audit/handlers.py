"""The bus side: audit events become records under the chain of their shard."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from contracts.events import AuditAlikeRecorded, AuditManyRecorded, AuditRecorded
from services.audit import store
from services.audit.domain import chain
from services.audit.domain.verification import index_of
from services.chassis.received import Received
from services.chassis.unit_of_work import UnitOfWork


async def on_audit_events(batch: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    """Add a batch, of any number of shards, in one transaction.

    The heads are locked before it is asked which events are known: an instance that still works on
    a partition that has moved on makes this one wait, and then this one sees what that one added.
    """
    connection = uow.connection
    shards = sorted({received.shard for received in batch})
    heads = await store.lock_heads(connection, shards)
    told = [(received, *one) for received in batch for one in _records(received)]
    seen = await store.known(connection, [record_id for _, record_id, _, _ in told])
    rows = []
    for received, record_id, event, body in told:
        if record_id in seen:
            continue
        seen.add(record_id)
        entry = chain.Entry(
            event_id=record_id,
            type=AuditRecorded.TYPE,
            source=received.source,
            sent_at=received.time,
            recorded_at=uow.now,
            body=body,
        )
        head = chain.link(heads[received.shard], entry)
        heads[received.shard] = head
        rows.append(store.Row(head, entry, index_of(event)))
    if rows:
        await store.add(connection, rows)


def _records(received: Received[Any]) -> Iterator[tuple[UUID, AuditRecorded, bytes]]:
    """The records of an event: itself, or the many that it carries."""
    event = received.event
    if isinstance(event, AuditManyRecorded):
        for one in event.records:
            yield one.record_id, one.record, one.record.model_dump_json().encode()
    elif isinstance(event, AuditAlikeRecorded):
        for alike in event.alike:
            for of in alike.of:
                which = {"person_id": of.person_id, "reference": of.reference}
                record = alike.record.model_copy(update=which)
                yield of.record_id, record, record.model_dump_json().encode()
    else:
        yield received.event_id, event, received.body
