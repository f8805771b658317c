"""What auditors and reviewers may ask. Looking at the records is a record itself."""

import base64
import binascii
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from contracts.days import Moment
from contracts.events import AuditOperation, AuditOutcome, AuditRecorded
from contracts.functions import Function
from services.audit import store
from services.chassis import audit
from services.chassis.http import current_service, requires
from services.chassis.paging import page
from services.chassis.problems import Problem
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext

router = APIRouter()
_FUNCTIONS: Final = {function.value: function.label for function in Function}
_FROM_BODY = frozenset(AuditRecorded.model_fields) - {"sees_sealed", "details"}


class RecordView(BaseModel):
    """One record as reviewers see it. ``details`` are codes and counts, never personal data."""

    shard: int | None
    position: int | None
    """Where the record lies in its chain. None for who does not see sealed persons (支援措置): a
    position that is missing would tell of a record that is not there for them."""
    at: datetime
    recorded_at: datetime
    source: str
    operation: AuditOperation
    operation_label: str
    outcome: AuditOutcome
    outcome_label: str
    staff_id: str | None
    department: str | None
    function: str | None
    function_label: str | None
    """What the console calls that function; None: none was used, or another release's."""
    terminal: str | None
    session_id: str | None
    person_id: UUID | None
    count: int | None
    purpose: str | None
    legal_basis: str | None
    number_accessed: bool
    reference: UUID | None
    details: dict[str, str | int | bool]


class RecordPage(BaseModel):
    """Records, newest first. ``next`` asks for those before them; None: there are no more."""

    records: list[RecordView]
    next: str | None


@router.get("/records")
async def records(
    staff: Annotated[StaffContext, Depends(requires(Function.AUDIT_REVIEW))],
    service: Annotated[Service, Depends(current_service)],
    person_id: UUID | None = None,
    staff_id: Annotated[str | None, Query(max_length=100)] = None,
    operation: AuditOperation | None = None,
    number_accessed: bool | None = None,
    since: Moment | None = None,
    until: Moment | None = None,
    after: Annotated[str | None, Query(max_length=100)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> RecordPage:
    """Records that pass every filter given: ``since`` inclusive, ``until`` exclusive.

    ``after`` is the ``next`` of the page before.
    """
    wanted = store.Filter(
        person_id=person_id,
        staff_id=staff_id,
        operation=operation.value if operation else None,
        number_accessed=number_accessed,
        since=since,
        until=until,
    )
    before = _place(after) if after else None
    async with service.unit_of_work() as uow:
        rows = await store.page(uow.connection, wanted, before=before, limit=limit + 1)
        shown, last = page(rows, limit)
        audit.record(
            uow,
            AuditOperation.INQUIRY,
            staff=staff,
            function=Function.AUDIT_REVIEW,
            person_id=person_id,
            count=len(shown),
            purpose="audit_review",
            details=_asked(wanted, further=before is not None),
        )
    following = None if last is None else _token(last)
    placed = Function.SEALED_VIEW in staff.functions
    return RecordPage(records=[_view(row, placed=placed) for row in shown], next=following)


def _asked(wanted: store.Filter, *, further: bool) -> dict[str, str | int | bool]:
    """What was asked for, as kept in the record of the review (the person is a field of it)."""
    asked: dict[str, str | int | bool] = {"of": "audit_records", "further_page": further}
    if wanted.staff_id is not None:
        asked["of_staff"] = wanted.staff_id
    if wanted.operation is not None:
        asked["operation"] = wanted.operation
    if wanted.number_accessed is not None:
        asked["number_accessed"] = wanted.number_accessed
    for name, moment in (("since", wanted.since), ("until", wanted.until)):
        if moment is not None:
            asked[name] = moment.isoformat()
    return asked


def _view(row: dict[str, Any], *, placed: bool) -> RecordView:
    event = AuditRecorded.model_validate_json(row["body"])
    details = dict(event.details)
    if not placed and event.operation is AuditOperation.NUMBER_LOOKUP:
        # The vault knows the number of a sealed person too, and no persons.
        details.pop("found", None)
    return RecordView(
        shard=row["shard"] if placed else None,
        position=row["position"] if placed else None,
        recorded_at=row["recorded_at"],
        source=row["source"],
        operation_label=event.operation.label,
        outcome_label=event.outcome.label,
        function_label=_FUNCTIONS.get(event.function or ""),
        details=details,
        **{name: getattr(event, name) for name in _FROM_BODY},
    )


def _token(row: dict[str, Any]) -> str:
    place = f"{row['at'].isoformat()}/{row['event_id']}"
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _place(token: str) -> store.Place:
    try:
        place = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
        at, event_id = place.split("/")
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise ValueError("no offset")
        return store.Place(moment, UUID(event_id))
    except (binascii.Error, ValueError):
        raise Problem(
            "AU-0101",
            422,
            "続きの位置を読み取れません。",
            action="最初のページから検索し直してください。",
        ) from None
