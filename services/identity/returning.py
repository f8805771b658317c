"""年金資格 back to the resident register: addressed with the 宛名番号 that identity alone knows."""

from collections.abc import Sequence
from typing import Final

from contracts.events import AuditOperation, PensionColumnsChanged, ResidentPensionChanged
from contracts.topics import UPSTREAM_REGISTER
from contracts.values import unchecked
from services.chassis import audit
from services.chassis.received import Received
from services.chassis.unit_of_work import UnitOfWork
from services.identity.stores import returning

_event: Final = unchecked(ResidentPensionChanged)

PURPOSE: Final = "resident_record"
ARTICLE: Final = "住民基本台帳法7条11号"
"""[unverified: not read] A resident's record holds the qualification of who is insured."""


async def on_columns(batch: Sequence[Received[PensionColumnsChanged]], uow: UnitOfWork) -> None:
    """Tell the register what is new about each of a person's records, each hand-over recorded.

    Of several versions in one batch the last is told. Of whom another answers for since a merge
    nothing is: the surviving person's columns are those of all records. A person under a support
    measure is told of like any other: the register keeps the measure, too.
    """
    latest = {received.event.person_id: received for received in batch}
    told = await returning.address(uow.connection, [r.event for r in latest.values()])
    for addressed in told:
        cause = latest[addressed.person_id]
        event = _event(
            addressee_number=addressed.addressee_number,
            version=addressed.version,
            columns=cause.event.columns,
        )
        uow.emit(event, key=event.record_key, cause=cause)
        audit.record(
            uow,
            AuditOperation.LINKAGE,
            person_id=addressed.person_id,
            purpose=PURPOSE,
            legal_basis=ARTICLE,
            details={"asker": UPSTREAM_REGISTER, "items": "pension_columns"},
            cause=cause,
        )
