"""Audit records, written in the transaction of what they record: no record, no access."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from contracts.events import (
    AuditManyRecorded,
    AuditOperation,
    AuditOutcome,
    AuditRecorded,
    AuditRecordOfMany,
)
from contracts.functions import Function
from services.chassis.ids import fresh_id
from services.chassis.received import Received
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork

_TOGETHER: Final = 500
"""Records of one event: some 300 KB."""
_FEW: Final = 20
"""So many travel by themselves, each on its person's shard."""


def record(
    uow: UnitOfWork,
    operation: AuditOperation,
    *,
    staff: StaffContext | None = None,
    function: Function | None = None,
    person_id: UUID | None = None,
    outcome: AuditOutcome = AuditOutcome.DONE,
    count: int | None = None,
    purpose: str | None = None,
    legal_basis: str | None = None,
    number_accessed: bool = False,
    reference: UUID | None = None,
    details: dict[str, str | int | bool] | None = None,
    cause: Received[Any] | None = None,
    trace: str | None = None,
) -> UUID:
    """Record one access, decision or provision (C18, C23); return the record's event id.

    ``staff`` None says that the service itself acted. ``details`` are codes and counts only.
    """
    event = written(
        uow, operation, staff=staff, function=function, person_id=person_id, outcome=outcome,
        count=count, purpose=purpose, legal_basis=legal_basis, number_accessed=number_accessed,
        reference=reference, details=details,
    )  # fmt: skip
    key = str(person_id) if person_id else uow.service
    return uow.emit(event, key=key, cause=cause, trace=trace)


def record_many(uow: UnitOfWork, records: Sequence[AuditRecorded]) -> None:
    """Record many accesses of one transaction, packed into few events: audit keeps each by itself,
    found by its person. Use `written` to write them."""
    if len(records) <= _FEW:
        for one in records:
            uow.emit(one, key=one.record_key or uow.service)
        return
    for begin in range(0, len(records), _TOGETHER):
        together = tuple(
            AuditRecordOfMany(record_id=fresh_id(), record=one)
            for one in records[begin : begin + _TOGETHER]
        )
        event = AuditManyRecorded.model_construct(records=together)
        uow.emit(event, key=event.record_key or uow.service)


def written(
    uow: UnitOfWork,
    operation: AuditOperation,
    *,
    staff: StaffContext | None = None,
    function: Function | None = None,
    person_id: UUID | None = None,
    outcome: AuditOutcome = AuditOutcome.DONE,
    count: int | None = None,
    purpose: str | None = None,
    legal_basis: str | None = None,
    number_accessed: bool = False,
    reference: UUID | None = None,
    details: dict[str, str | int | bool] | None = None,
) -> AuditRecorded:
    """A record as `record` keeps it, for `record_many`."""
    return AuditRecorded(
        at=uow.now,
        operation=operation,
        outcome=outcome,
        staff_id=staff.staff_id if staff else None,
        department=staff.department if staff else None,
        function=function.value if function else None,
        terminal=staff.terminal if staff else None,
        session_id=staff.session_id if staff else None,
        person_id=person_id,
        count=count,
        purpose=purpose,
        legal_basis=legal_basis,
        number_accessed=number_accessed,
        reference=reference,
        details=details or {},
        sees_sealed=_sees_sealed(staff, function),
    )


_OF_MEASURES: Final = frozenset(
    {Function.SEALED_VIEW, Function.MEASURE_PROPOSE, Function.MEASURE_SETTLE}
)


def _sees_sealed(staff: StaffContext | None, function: Function | None) -> bool:
    """Whether what was done tells of sealed persons: who did it sees them, or keeps measures."""
    sees = staff is not None and Function.SEALED_VIEW.value in staff.functions
    return sees or function in _OF_MEASURES
