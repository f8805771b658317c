"""JPS's records of persons in a batch: matched to whose they are, kept, and told."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from contracts.delimited import Fault
from contracts.events import PersonTold
from services.chassis import hiding
from services.chassis.unit_of_work import UnitOfWork
from services.jps_reporting.domain.records import PersonRecord, told
from services.jps_reporting.domain.results import Unmatched
from services.jps_reporting.stores import records, results
from services.jps_reporting.stores.records import Whose
from services.jps_reporting.stores.results import Listed
from services.jps_reporting.taking_results import Came

_ANYBODY: Final = UUID(int=0)


async def take_records(
    uow: UnitOfWork, file_id: UUID, found: Sequence[PersonRecord]
) -> tuple[Came, list[Fault]]:
    """Tell what the records say of persons; what is nobody's, or of several, goes on the list."""
    # Of what contradicts itself nothing is asked: a bad row is bad whoever it is about.
    faults = [bad for record in found if isinstance(bad := told(record, _ANYBODY), Fault)]
    bad_lines = {fault.line for fault in faults}
    good = [record for record in found if record.line not in bad_lines]
    if not good:
        return Came(), faults
    whose = await records.persons_of(uow.connection, [record.first for record in good])
    hidden = await hiding.hidden_of(uow.connection, (person for of in whose for person in of.all))
    listed: list[Listed] = []
    veils: list[Listed] = []
    events: list[tuple[int, PersonTold]] = []
    for record, of in zip(good, whose, strict=True):
        rows = {"rows": [row.model_dump(mode="json", exclude_none=True) for row in record.rows]}
        concealed = next((person for person in of.all if person in hidden), None)
        if concealed is not None:
            seen = _why_not(record, of.without(hidden), uow.today)
            if seen is not None:
                veils.append(Listed(record.line, seen, rows, None, concealed))
        why = _why_not(record, of, uow.today)
        if why is not None:
            listed.append(Listed(record.line, why, rows, concealed or of.by_medium))
            continue
        event = told(record, of.by_medium or of.by_number[0])
        if isinstance(event, PersonTold):
            events.append((record.line, event))
    lines, told_now = [line for line, _ in events], [event for _, event in events]
    events = list(zip(lines, await records.anew(uow.connection, told_now), strict=True))
    new = await records.add(uow.connection, file_id, events, uow.now)
    for event in {event.told_id: event for _, event in events}.values():
        if event.told_id in new:
            uow.emit(event, key=str(event.person_id))
    await results.list_unmatched(uow.connection, file_id, [*listed, *veils], uow.now)
    return Came(len(new), len(events) - len(new), len(listed)), faults


def _why_not(record: PersonRecord, of: Whose, today: date) -> Unmatched | None:
    row = record.first
    if row.as_of > today:
        return Unmatched.IN_THE_FUTURE
    if row.medium_serial is not None:
        if of.by_medium is None:
            return Unmatched.NO_RECORD
        another = of.number is not None and row.basic_pension_number not in (None, of.number)
        return Unmatched.OTHER_NUMBER if another else None
    if not of.by_number:
        return Unmatched.NOBODY
    return Unmatched.SEVERAL if len(of.by_number) > 1 else None
