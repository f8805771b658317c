"""The bus side: audit events become records under the chain of their shard."""

from collections.abc import Sequence

from contracts.events import AuditRecorded
from services.audit import store
from services.audit.domain import chain
from services.audit.domain.verification import index_of
from services.chassis.received import Received
from services.chassis.unit_of_work import UnitOfWork


async def on_audit_events(batch: Sequence[Received[AuditRecorded]], uow: UnitOfWork) -> None:
    """Add a batch, of any number of shards, in one transaction.

    The heads are locked before it is asked which events are known: an instance that still works on
    a partition that has moved on makes this one wait, and then this one sees what that one added.
    """
    connection = uow.connection
    shards = sorted({received.shard for received in batch})
    heads = await store.lock_heads(connection, shards)
    seen = await store.known(connection, [received.event_id for received in batch])
    rows = []
    for received in batch:
        if received.event_id in seen:
            continue
        seen.add(received.event_id)
        entry = chain.Entry(
            event_id=received.event_id,
            type=received.type,
            source=received.source,
            sent_at=received.time,
            recorded_at=uow.now,
            body=received.body,
        )
        head = chain.link(heads[received.shard], entry)
        heads[received.shard] = head
        rows.append(store.Row(head, entry, index_of(received.event)))
    if rows:
        await store.add(connection, rows)
