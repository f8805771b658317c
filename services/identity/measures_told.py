"""Support measures as the resident register tells of them: kept, followed, and hiding at once."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from contracts.events import AuditOperation, PersonSightChanged, SupportMeasureRecorded
from contracts.functions import Function
from services.chassis import audit
from services.chassis.received import Received, Rejected, Rejection
from services.chassis.unit_of_work import UnitOfWork
from services.identity.domain.measures import Rules, Step
from services.identity.domain.register import REASONS, Refusal
from services.identity.domain.told_measures import follow
from services.identity.stores import measures, told_measures
from services.identity.stores.measures import Measure

_AROUND: Final = {"record_version", "source", "change", "reported_on"}
"""What of an event is not the measure's own content."""


async def take(
    uow: UnitOfWork,
    rules: Rules,
    told: SupportMeasureRecorded,
    event_id: UUID,
    sent_at: datetime,
) -> Refusal | None:
    """Take one record in, whatever came before or comes late; why not, if it is refused.

    Its persons are hidden, or no longer, in the same transaction.
    """
    await told_measures.alone(uow.connection)
    content = told.model_dump_json(exclude=_AROUND)
    digest = hashlib.blake2b(content.encode(), digest_size=16).digest()
    before = await told_measures.digest_of(uow.connection, told)
    if before is not None:
        return None if before == digest else Refusal.VERSION_REUSED
    known = await told_measures.known(uow.connection, told)
    late = known is not None and told.record_version < known.record_version
    await told_measures.add_version(
        uow.connection, told, (content, digest), (event_id, sent_at), uow.now, late=late
    )
    if late:
        return None
    measure, steps = await _following(uow, rules, told, known.measure_id if known else None)
    moved = await told_measures.names(uow.connection, told, measure.measure_id, uow.now)
    concerned = sorted({*measure.persons, *moved})
    for step in steps:
        _record(uow, measure.measure_id, concerned, step.kind.value, told.source)
    if moved and not steps:
        _record(uow, measure.measure_id, moved, "persons", told.source)
    await hide(uow, concerned)
    return None


async def on_measures(
    batch: Sequence[Received[SupportMeasureRecorded]], uow: UnitOfWork, rules: Rules
) -> None:
    """What the bus brings. Refuses another content under a known version (ID-1001)."""
    rejected = []
    for received in batch:
        why = await take(uow, rules, received.event, received.event_id, received.time)
        if why is not None:
            rejected.append(Rejection(received, why.value, REASONS[why]))
    if rejected:
        raise Rejected(rejected)


async def hide(uow: UnitOfWork, persons: Sequence[UUID]) -> list[PersonSightChanged]:
    """Let persons be hidden by what has not ended, and tell the neighbours."""
    told = await measures.hide(uow.connection, persons) if persons else []
    for event in told:
        uow.emit(event, key=str(event.person_id))
    return told


async def _following(
    uow: UnitOfWork, rules: Rules, told: SupportMeasureRecorded, measure_id: UUID | None
) -> tuple[Measure, list[Step]]:
    """The measure as it stands after the record, and the steps that the record brought."""
    if measure_id is None:
        steps = follow((), told, uow.now)
        entered, *further = steps
        measure = Measure(uuid4(), told.ground, (), (entered,), told.source)
        await measures.add(uow.connection, measure)
    else:
        found = await measures.find(uow.connection, measure_id, lock=True)
        if found is None:
            raise ValueError("what follows a record is a measure")
        measure, steps = found, follow(found.steps, told, uow.now)
        further = steps
    for step in further:
        after = Measure(
            measure.measure_id, measure.ground, measure.persons, (*measure.steps, step), told.source
        )
        standing = after.standing(rules, uow.today)
        await measures.add_step(uow.connection, measure, step, standing)
        measure = after
    return measure, steps


def _record(
    uow: UnitOfWork, measure_id: UUID, persons: Sequence[UUID], step: str, source: str
) -> None:
    """What the register did with a measure, of each person concerned who is known."""
    for person_id in persons or (None,):
        audit.record(
            uow,
            AuditOperation.ENTRY_SETTLED,
            function=Function.MEASURE_SETTLE,
            person_id=person_id,
            reference=measure_id,
            details={"of": "measure", "step": step, "by": source},
        )
