"""A row that fitted no item, matched by hand to what it is about: by two people."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from pydantic import ValidationError

from contracts.delimited import Fault
from contracts.events import (
    DecisionTakenBack,
    PersonTakenBack,
    PersonTold,
    ReportOwner,
    ReportProcessing,
)
from services.chassis import hiding, merges, problems
from services.chassis.problems import Problem
from services.chassis.unit_of_work import UnitOfWork
from services.jps_reporting import correcting
from services.jps_reporting import problems as refusals
from services.jps_reporting.domain.records import PersonRecord, RecordRow, told
from services.jps_reporting.domain.results import (
    Decision,
    ItemResult,
    SentItem,
    Unmatched,
    judge_by_hand,
    state_after,
)
from services.jps_reporting.parameter_files import Parameters
from services.jps_reporting.stores import records, results, unmatched
from services.jps_reporting.stores.results import Told
from services.jps_reporting.stores.unmatched import Proposal, UnmatchedRow
from services.jps_reporting.taking_results import tell


async def whose(
    uow: UnitOfWork,
    parameters: Parameters,
    row: UnmatchedRow,
    item_id: UUID | None,
    person_id: UUID | None,
) -> UUID:
    """The person whom a proposal is about. Raises JR-3016 where the row can be about neither, with
    the reason; CH-0003 where there is no such item or person."""
    if row.is_record:
        if person_id is None or item_id is not None:
            raise refusals.cannot_match("被保険者記録等の行は、個人を指定して突合してください。")
        known = await unmatched.known_person(uow.connection, person_id)
        if known is None:
            raise problems.not_found()
        return known
    if item_id is None or person_id is not None:
        raise refusals.cannot_match("処理結果の行は、報告項目を指定して突合してください。")
    item, _, said = await _judged(uow, parameters, row, item_id)
    if said is None:
        raise refusals.cannot_match("同じ処理結果が既に取り込まれています。")
    return item.person_id


async def match(
    uow: UnitOfWork, parameters: Parameters, row: UnmatchedRow, agreed: Proposal, staff_id: str
) -> UUID:
    """Take the row in as what the proposal says, and settle it; the id that the row has then.

    Before whoever may not see the person, the row stays what it was.
    """
    await merges.undisturbed(uow.connection)
    person_id = agreed.person_id
    if agreed.item_id is not None:
        await _take_result(uow, parameters, row, agreed.item_id, staff_id)
    else:
        # Who is one person may have changed since it was proposed.
        person_id = await merges.surviving(uow.connection, person_id)
        await _take_record(uow, row, person_id)
    row_id = row.unmatched_id
    concerned = [one for one in (row.person_id, person_id) if one is not None]
    hidden = await hiding.hidden_of(uow.connection, concerned)
    if person_id in hidden and row.person_id not in hidden:
        row_id = uuid4()
        await unmatched.leave_veil(uow.connection, row.unmatched_id, row_id, person_id)
    await unmatched.settle(
        uow.connection,
        row_id,
        done=agreed.reason,
        staff_id=staff_id,
        now=uow.now,
        item_id=agreed.item_id,
        person_id=person_id,
    )
    return row_id


async def _take_result(
    uow: UnitOfWork, parameters: Parameters, row: UnmatchedRow, item_id: UUID, staff_id: str
) -> None:
    item, serial, said = await _judged(uow, parameters, row, item_id)
    if said is None:
        return  # another file told it since
    await results.add(uow.connection, row.file_id, [Told(row.line, said)], uow.now)
    states = {item.item_id: state_after((*item.decisions, said))}
    await results.move(uow.connection, states, now=uow.now, staff_id=staff_id)
    await correcting.follow_results(uow, states)
    tell(uow, serial, item, said)


async def _judged(
    uow: UnitOfWork, parameters: Parameters, row: UnmatchedRow, item_id: UUID
) -> tuple[SentItem, int, Decision | None]:
    place = await results.place_of(uow.connection, item_id)
    if place is None:
        raise problems.not_found()
    item = (await results.items_at(uow.connection, [place]))[place]
    reasons = {code: text for one in parameters.told_layouts for code, text in one.reasons.items()}
    said = judge_by_hand(ItemResult.model_validate(row.said), item, reasons, uow.today)
    if isinstance(said, Unmatched):
        raise refusals.cannot_match(said.label)
    return item, place[0], said


async def _take_record(uow: UnitOfWork, row: UnmatchedRow, person_id: UUID) -> None:
    event = _told(row, person_id)
    (event,) = await records.anew(uow.connection, [event])
    if await records.add(uow.connection, row.file_id, [(row.line, event)], uow.now):
        uow.emit(event, key=str(person_id))


def _told(row: UnmatchedRow, person_id: UUID) -> PersonTold:
    event = told(record_of(row), person_id)
    if isinstance(event, Fault):
        raise refusals.cannot_match(event.reason)
    return event


async def undo(uow: UnitOfWork, row: UnmatchedRow, staff_id: str) -> None:
    """Take back what a matched row decided or told; it is unmatched again.

    What another file told as well stands: only this row is nobody's again.
    """
    if row.matched_person is None:
        raise refusals.not_matched()
    await merges.undisturbed(uow.connection)
    if row.matched_item is not None:
        await _take_result_back(uow, row, row.matched_item, staff_id)
    else:
        await _take_record_back(uow, row, row.matched_person)
    await unmatched.reopen(uow.connection, row.unmatched_id, row.matched_person)


async def _take_result_back(
    uow: UnitOfWork, row: UnmatchedRow, item_id: UUID, staff_id: str
) -> None:
    place = await results.place_of(uow.connection, item_id)
    if place is None:
        raise problems.not_found()
    await results.items_at(uow.connection, [place])  # held from here on
    gone = await results.take_back(uow.connection, item_id, row.file_id, row.line, uow.now)
    if gone is None:
        return
    item = (await results.items_at(uow.connection, [place]))[place]
    states = {item_id: state_after(item.decisions)}
    await results.move(uow.connection, states, now=uow.now, staff_id=staff_id)
    await correcting.follow_results(uow, states)
    cancels = item.processing is ReportProcessing.CANCELLATION
    uow.emit(
        DecisionTakenBack(
            decision_id=gone.decision_id,
            item_id=item.corrects or item.item_id,
            person_id=item.person_id,
            owner=ReportOwner(item.owner),
            kind=item.kind.value,
            correction_id=item.item_id if cancels else None,
            decided_on=gone.decided_on,
            assigned_number=gone.assigned_number,
        ),
        key=str(item.person_id),
        trace=item.trace,
    )


async def _take_record_back(uow: UnitOfWork, row: UnmatchedRow, person_id: UUID) -> None:
    (event,) = await records.anew(uow.connection, [_told(row, person_id)])
    if await records.take_back(uow.connection, event, row.file_id, row.line, uow.now):
        uow.emit(PersonTakenBack.model_validate(event.model_dump()), key=str(person_id))


def record_of(row: UnmatchedRow) -> PersonRecord:
    """The record as it was read. Raises JR-3016 where this release reads it otherwise."""
    try:
        rows: Sequence[RecordRow] = [RecordRow.model_validate(one) for one in row.said["rows"]]
    except ValidationError:
        raise _unreadable() from None
    return PersonRecord(row.line, row.line, tuple(rows))


def _unreadable() -> Problem:
    return refusals.cannot_match("記録の内容を読み取れません。ファイルを取り込み直してください。")
