"""To exemptions: of whom the welfare system told something new of public assistance (生活保護), and
of whom the tax system corrected the income of a year (更正).

That there is something to ask about, and no more: exemptions asks under its purpose where it has
reason to (C11), so that nobody's assistance or income leaves because it changed.
"""

from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

from contracts.events import (
    AssistanceChanged,
    AuditOperation,
    FactItem,
    FactPurpose,
    IncomeCorrected,
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
_INCOME: Final = "income/"
"""What the tax feed's records begin with; the levy year follows (``IncomeRecorded.subject``)."""


def corrections(feeds: Feeds) -> dict[str, set[Number]]:
    """Numbers under which income is told otherwise than before, by the record's subject. What is
    told for the first time is no correction: whoever needs it asks when they do."""
    found: dict[str, set[Number]] = {}
    for system, number, subject in feeds.corrected:
        if subject.startswith(_INCOME):
            found.setdefault(subject, set()).add((system, number))
    return found


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


async def signal_corrections(
    uow: UnitOfWork, corrected: Mapping[str, Collection[Number]], purposes: FactPurposeTable
) -> None:
    """Tell exemptions of the persons under these numbers that their income of that year is told
    otherwise (`corrections`). Each is recorded."""
    purpose, item = FactPurpose.EXEMPTION_REVIEW, FactItem.TOTAL_INCOME
    article = purposes.may_ask(_ASKER, purpose, item, uow.today)
    if article is None:
        return
    for subject, numbers in sorted(corrected.items()):
        levy_year = int(subject.removeprefix(_INCOME))
        for person_id in await facts.owners(uow.connection, numbers, subject):
            event = IncomeCorrected(person_id=person_id, levy_year=levy_year)
            uow.emit(event, key=str(person_id))
            audit.record(
                uow,
                AuditOperation.LINKAGE,
                person_id=person_id,
                purpose=purpose.value,
                legal_basis=article,
                details={"told": _ASKER, "items": item.value, "outcome": "changed"},
            )


async def signal_settled(
    uow: UnitOfWork, number: Number, purposes: FactPurposeTable, lost_by: UUID | None
) -> None:
    """Tell both of a number of which staff settled whose it is, and until now was ``lost_by``'s."""
    await signal(uow, [number], purposes, lost_by)
    incomes = await facts.incomes_under(uow.connection, *number)
    await signal_corrections(uow, {subject: {number} for subject in incomes}, purposes)
