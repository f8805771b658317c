"""The gateway's audit records: sign-ins, refusals, searches, rights (C03, C14, C18)."""

from uuid import UUID

from contracts.events import AuditOperation, AuditOutcome, AuditRecorded
from contracts.functions import Function
from services.chassis.unit_of_work import UnitOfWork

Details = dict[str, str | int | bool]


def record(
    uow: UnitOfWork,
    operation: AuditOperation,
    outcome: AuditOutcome = AuditOutcome.DONE,
    *,
    staff_id: str | None = None,
    department: str | None = None,
    terminal: str | None = None,
    session_id: UUID | None = None,
    function: Function | None = None,
    person_id: UUID | None = None,
    count: int | None = None,
    number_accessed: bool = False,
    reference: UUID | None = None,
    details: Details | None = None,
) -> None:
    """Record one thing that somebody did at the door; it stays or falls with ``uow``.

    The chassis' own helper takes a signed staff context; here people are still on their way to one.
    """
    event = AuditRecorded(
        at=uow.now,
        operation=operation,
        outcome=outcome,
        staff_id=staff_id,
        department=department,
        function=function.value if function else None,
        terminal=terminal,
        session_id=str(session_id) if session_id else None,
        person_id=person_id,
        count=count,
        number_accessed=number_accessed,
        reference=reference,
        details=details or {},
    )
    uow.emit(event, key=str(person_id) if person_id else uow.service)
