"""To exemptions: of whom the welfare system told something new of public assistance (生活保護).

That there is something to ask about, and no more: exemptions asks under its purpose where it has
reason to (C11), so that nobody's assistance leaves because it changed.
"""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from contracts.events import (
    AssistanceChanged,
    AuditOperation,
    FactItem,
    FactPurpose,
)
from services.chassis import audit
from services.chassis.unit_of_work import UnitOfWork
from services.identity.domain.fact_purposes import FactPurposeTable
from services.identity.domain.feeds import Feeds, Number
from services.identity.stores import facts

SUBJECT: Final = "public_assistance"
"""The welfare feed's record of 生活保護 (``PublicAssistanceRecorded.subject``)."""
_SYSTEM: Final = "welfare_system"
_ASKER: Final = "exemptions"
_PURPOSE: Final = FactPurpose.STATUTORY_EXEMPTION_REVIEW


def news(feeds: Feeds) -> set[Number]:
    """Numbers under which a record of public assistance changed, or that became somebody's."""
    changed = {place[:2] for place in feeds.touched if place[2] == SUBJECT}
    return changed | {number for number, link in feeds.links.items() if link.joined}


async def signal(
    uow: UnitOfWork,
    numbers: Collection[Number],
    purposes: FactPurposeTable,
    lost_by: UUID | None = None,
) -> None:
    """Tell exemptions of the persons under these numbers whose record of public assistance counts:
    one that waits for the four attributes tells nothing yet (C01). Each is recorded. ``lost_by``:
    whose the numbers were until now."""
    item = FactItem.PUBLIC_ASSISTANCE
    article = purposes.may_ask(_ASKER, _PURPOSE, item, uow.today)
    if not numbers or article is None:
        return
    people = await facts.owners(uow.connection, numbers, SUBJECT)
    if lost_by is not None and any(system == _SYSTEM for system, _ in numbers):
        people.append(lost_by)
    for person_id in people:
        uow.emit(AssistanceChanged(person_id=person_id), key=str(person_id))
        audit.record(
            uow,
            AuditOperation.LINKAGE,
            person_id=person_id,
            purpose=_PURPOSE.value,
            legal_basis=article,
            details={"told": _ASKER, "items": item.value, "outcome": "changed"},
        )
