"""Audit records, written in the transaction of what they record: no record, no access."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from contracts.events import (
    AuditAlike,
    AuditAlikeRecorded,
    AuditOfPerson,
    AuditOperation,
    AuditOutcome,
    AuditRecorded,
)
from contracts.functions import Function
from contracts.values import value
from services.chassis.ids import ordered_id
from services.chassis.received import Received
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork

_TOGETHER: Final = 1000
"""Records of one event: some 160 KB, where many are alike."""
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


@value
class OfPerson:
    """One record of many: what it says, and of whom."""

    says: AuditRecorded
    """By `written`, without person and reference. Those that say the same have the same object."""
    person_id: UUID
    reference: UUID | None = None


def record_many(uow: UnitOfWork, records: Sequence[OfPerson]) -> None:
    """Record many accesses of one transaction, packed into few events, what they have in common
    once: audit keeps each by itself, found by its person."""
    if len(records) <= _FEW:
        for one in records:
            which = {"person_id": one.person_id, "reference": one.reference}
            uow.emit(one.says.model_copy(update=which), key=str(one.person_id))
        return
    for begin in range(0, len(records), _TOGETHER):
        event = _alike(records[begin : begin + _TOGETHER])
        uow.emit(event, key=event.record_key)


def _alike(records: Sequence[OfPerson]) -> AuditAlikeRecorded:
    alike: dict[int, tuple[AuditRecorded, list[AuditOfPerson]]] = {}
    for one in records:
        of = AuditOfPerson(record_id=ordered_id(), person_id=one.person_id, reference=one.reference)
        alike.setdefault(id(one.says), (one.says, []))[1].append(of)
    return AuditAlikeRecorded.model_construct(
        alike=tuple(
            AuditAlike.model_construct(record=says, of=tuple(of)) for says, of in alike.values()
        )
    )


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
