"""Numbers that staff entered and nobody bears: asked about, and erased (C28).

Their entry was sent back, was refused, or was never made because something failed in between. Who
bears what, identity knows: the vault asks about what was entered some time ago, so that no entry is
under way, and the register has not told of. What is told or entered while the answer is under way
stays.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

from contracts.events import AuditOperation, NumbersQuestioned, NumbersUnborne
from contracts.events.numbers import MOST_TOKENS
from services.chassis import audit
from services.chassis.received import Received
from services.chassis.service import Service
from services.chassis.unit_of_work import UnitOfWork
from services.token_vault.domain.numbers import Token
from services.token_vault.stores import numbers as store


async def ask(service: Service, after: timedelta) -> int:
    """Ask identity about every number that was entered so long ago; return how many. Can be run
    again any time: what is erased already is not asked about, and asking changes nothing."""
    asked = 0
    last: Token | None = None
    while True:
        async with service.unit_of_work() as uow:
            before = uow.now - after
            tokens = await store.entered(uow.connection, before, last, MOST_TOKENS)
            if not tokens:
                return asked
            question = NumbersQuestioned(
                question_id=uuid4(), entered_before=before, tokens=tuple(tokens)
            )
            uow.emit(question, key=question.record_key)
            audit.record(
                uow,
                AuditOperation.BATCH_JOB,
                count=len(tokens),
                reference=question.question_id,
                details={"job": "ask_unborne"},
            )
        asked, last = asked + len(tokens), tokens[-1]


async def on_answers(batch: Sequence[Received[NumbersUnborne]], uow: UnitOfWork) -> None:
    """Erase what nobody bears, unless it was entered again or told of meanwhile. Each answer is
    recorded with how many were erased."""
    for received in batch:
        event = received.event
        erased = await store.erase(uow.connection, event.tokens, event.entered_before)
        audit.record(
            uow,
            AuditOperation.BATCH_JOB,
            count=erased,
            reference=event.question_id,
            number_accessed=erased > 0,
            details={"job": "erase_unborne", "stayed": len(event.tokens) - erased},
        )
