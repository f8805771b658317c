"""To the vault: which of the numbers that staff entered nobody bears, by their tokens (C28)."""

from collections.abc import Sequence

from contracts.events import AuditOperation, NumbersQuestioned, NumbersUnborne
from services.chassis import audit
from services.chassis.received import Received
from services.chassis.unit_of_work import UnitOfWork
from services.identity.stores import unborne


async def on_numbers(batch: Sequence[Received[NumbersQuestioned]], uow: UnitOfWork) -> None:
    """Answer each question; where all are borne there is no answer."""
    for received in batch:
        event = received.event
        found = await unborne.among(uow.connection, event.tokens)
        if found:
            answer = NumbersUnborne(
                question_id=event.question_id,
                entered_before=event.entered_before,
                tokens=tuple(found),
            )
            uow.emit(answer, key=answer.record_key, cause=received)
        audit.record(
            uow,
            AuditOperation.BATCH_JOB,
            count=len(found),
            reference=event.question_id,
            details={"job": "numbers_unborne", "asked": len(event.tokens)},
        )
