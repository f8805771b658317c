"""To exemptions: of whom the welfare system told something new of public assistance (生活保護), of
whom the tax system corrected the income of a year (更正), and of whom it told income that
exemptions had asked for in vain.

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
    IncomeTold,
)
from services.chassis import audit
from services.chassis.unit_of_work import UnitOfWork
from services.identity.domain.fact_purposes import FactPurposeTable
from services.identity.domain.feeds import Feeds, Number
from services.identity.stores import awaiting, facts
from services.identity.stores.awaiting import Awaited

SUBJECT: Final = "public_assistance"
"""The welfare feed's record of 生活保護 (``PublicAssistanceRecorded.subject``)."""
_SYSTEM: Final = "welfare_system"
_ASKER: Final = "exemptions"
_PURPOSE: Final = FactPurpose.STATUTORY_EXEMPTION_REVIEW
_TAX: Final = "tax_system"
_OUTCOMES: Final = {IncomeCorrected: "changed", IncomeTold: "come"}
_INCOME: Final = "income/"
"""What the tax feed's records begin with; the levy year follows (``IncomeRecorded.subject``)."""


def corrections(feeds: Feeds) -> dict[str, set[Number]]:
    """Numbers under which income is told otherwise than before, by the record's subject. What is
    told for the first time is no correction."""
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


async def signal_incomes(uow: UnitOfWork, feeds: Feeds, purposes: FactPurposeTable) -> None:
    """Tell exemptions of the persons whose income of a year this batch told otherwise than before,
    and of those whose income it had asked for in vain; once of each. Of all others, as where a
    whole city's income comes for the first time, nothing is told. Each is recorded."""
    corrected = await _owners(uow, corrections(feeds))
    await _signal(uow, corrected, IncomeCorrected, purposes)
    come = await _awaited(uow, feeds)
    await _signal(uow, come - corrected, IncomeTold, purposes)


async def signal_settled(
    uow: UnitOfWork, number: Number, purposes: FactPurposeTable, lost_by: UUID | None
) -> None:
    """Tell both of a number of which staff settled whose it is, and until now was ``lost_by``'s."""
    await signal(uow, [number], purposes, lost_by)
    incomes = await facts.incomes_under(uow.connection, *number)
    told = await _owners(uow, {subject: {number} for subject in incomes})
    await _signal(uow, told, IncomeCorrected, purposes)
    if told:
        await awaiting.no_more(uow.connection, told)


async def _owners(uow: UnitOfWork, told: Mapping[str, Collection[Number]]) -> set[Awaited]:
    return {
        (int(subject.removeprefix(_INCOME)), person_id)
        for subject, numbers in sorted(told.items())
        for person_id in await facts.owners(uow.connection, numbers, subject)
    }


async def _awaited(uow: UnitOfWork, feeds: Feeds) -> set[Awaited]:
    """Whose income this batch told, or made theirs, that was awaited."""
    told = _told(feeds)
    joined = [n for n, link in feeds.links.items() if link.joined and n[0] == _TAX]
    if not told and not joined:
        return set()
    years = await awaiting.years(uow.connection)
    told = {(year, person_id) for year, person_id in told if year in years}
    if years and joined:  # what waited under the number before is theirs, too
        told |= await facts.incomes_of(uow.connection, joined, years)
    return await awaiting.no_more(uow.connection, told) if told else set()


def _told(feeds: Feeds) -> set[Awaited]:
    """Whose income of which year stands by this batch, whether it is new or not."""
    return {
        (int(place[2].removeprefix(_INCOME)), person_id)
        for place, known in feeds.touched.items()
        if place[2].startswith(_INCOME) and known.attached_version == known.record_version
        if (person_id := feeds.links[place[:2]].person_id) is not None
    }


async def _signal(
    uow: UnitOfWork,
    told: Collection[Awaited],
    kind: type[IncomeCorrected | IncomeTold],
    purposes: FactPurposeTable,
) -> None:
    """Tell exemptions to ask again, while it may ask. Each is recorded."""
    purpose, item = FactPurpose.EXEMPTION_REVIEW, FactItem.TOTAL_INCOME
    article = purposes.may_ask(_ASKER, purpose, item, uow.today)
    if article is None:
        return
    for levy_year, person_id in sorted(told):
        uow.emit(kind(person_id=person_id, levy_year=levy_year), key=str(person_id))
        audit.record(
            uow,
            AuditOperation.LINKAGE,
            person_id=person_id,
            purpose=purpose.value,
            legal_basis=article,
            details={"told": _ASKER, "items": item.value, "outcome": _OUTCOMES[kind]},
        )
