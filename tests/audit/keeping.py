"""Audit on a database of its own, and batches as the bus hands them over."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from contracts.events import AuditRecorded
from deploy.local.testing import TestStack
from services.audit.app import build
from services.audit.settings import Settings
from services.chassis.received import Received
from services.chassis.service import Service
from tests.audit.chains import BEGAN, an_event


def audit_service(stack: TestStack, **more: str) -> Service:
    """Audit as it is built for this stack; ``DATABASE_NAME`` names a database of a test's own."""
    return build(stack.settings(Settings, "audit", HTTP_PORT="0", **more))


def received(number: int, shard: int, *, event_id: UUID | None = None) -> Received[AuditRecorded]:
    """Audit event ``number`` as it comes from a shard of the bus."""
    event = an_event(number)
    return Received(
        event=event,
        key=str(event.person_id or "identity"),
        event_id=event_id or UUID(int=1000 + number),
        type=AuditRecorded.TYPE,
        source="identity",
        time=BEGAN,
        topic=AuditRecorded.TOPIC.name,
        shard=shard,
        trace=None,
        body=event.model_dump_json().encode(),
    )


def batches(numbers: Iterable[int], size: int) -> Iterator[list[int]]:
    """Numbers in batches."""
    batch: list[int] = []
    for number in numbers:
        batch.append(number)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
