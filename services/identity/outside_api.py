"""People who are not on the register (住登外者) as staff keep them: compared with those on record,
proposed by one and settled by another; and the numbers of other systems that are nobody's."""

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query

from contracts.dates import UncertainDate
from contracts.eras import parse_date
from contracts.errors import ContractError
from contracts.events import AuditOperation, AuditOutcome
from contracts.events.feeds import FourAttributes
from contracts.functions import Function
from services.chassis import audit, problems
from services.chassis.http import current_service, requires
from services.chassis.problems import Problem
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.identity import outside_work
from services.identity.domain.outside import (
    Entered,
    OutsideRefusal,
    OutsideRefused,
    OutsideStep,
    is_later,
)
from services.identity.editing import not_editable
from services.identity.near_miss_api import (
    System,
)
from services.identity.outside_problems import day_ahead, of_foreigners_alone, outside_refused
from services.identity.outside_views import (
    CandidateList,
    EnteredPerson,
    Found,
    NewOutside,
    NobodysList,
    OutsideChange,
    OutsideComparison,
    OutsideList,
    OutsidePage,
    OutsideSettlement,
    ShownNobodys,
    candidates,
    shown_entry,
    tells,
)
from services.identity.problems import unreadable_birth_date
from services.identity.stores import outside, reading
from services.identity.stores.outside import LIMIT, Entry

router = APIRouter()
CurrentService = Annotated[Service, Depends(current_service)]
Proposer = Annotated[StaffContext, Depends(requires(Function.OUTSIDE_PROPOSE))]
Settler = Annotated[StaffContext, Depends(requires(Function.OUTSIDE_SETTLE))]


@router.get("/nobodys-numbers")
async def list_nobodys(
    staff: Proposer,
    service: CurrentService,
    system: System | None = None,
    after_system: System | None = None,
    after_number: Annotated[str | None, Query(pattern=r"^[0-9A-Za-z]{1,15}$")] = None,
) -> NobodysList:
    """Records of other systems whom nobody of the register comes near."""
    after = None
    if after_system is not None and after_number is not None:
        after = (str(after_system), after_number)
    async with service.unit_of_work() as uow:
        found, more = await outside.nobodys_numbers(uow.connection, staff.functions, system, after)
        audit.record(
            uow,
            AuditOperation.SEARCH,
            staff=staff,
            function=Function.OUTSIDE_PROPOSE,
            count=len(found),
            details={"of": "nobodys_numbers", "system": system or ""},
        )
    numbers = [
        ShownNobodys(
            system=one.system,
            addressee_number=one.addressee_number,
            dismissed=one.dismissed,
            subject=one.subject,
            told=tells(one.told),
            judged_at=one.judged_at,
        )
        for one in found
    ]
    return NobodysList(numbers=numbers, more=more, limit=LIMIT)


@router.post("/outside-persons/comparison")
async def compare(
    said: OutsideComparison, staff: Proposer, service: CurrentService
) -> CandidateList:
    """Who on record comes near somebody before they are entered, or bears their number."""
    told = _read(said)
    async with service.unit_of_work() as uow:
        found = await outside_work.candidates(uow, staff, told, service.state.folding)
        if said.token is not None:
            found |= await outside_work.bearing(
                uow, staff, said.token, told.attributes, service.state.folding
            )
        audit.record(
            uow,
            AuditOperation.SEARCH,
            staff=staff,
            function=Function.OUTSIDE_PROPOSE,
            count=len(found),
            details={"of": "outside_candidates"},
        )
    return CandidateList(candidates=candidates(found))


@router.get("/outside-persons")
async def work_list(
    staff: Proposer, service: CurrentService, after: Annotated[UUID | None, Query()] = None
) -> OutsideList:
    """Proposals that wait for another, the oldest first."""
    async with service.unit_of_work() as uow:
        found, more = await outside.waiting(uow.connection, staff.functions, after)
        audit.record(
            uow,
            AuditOperation.SEARCH,
            staff=staff,
            function=Function.OUTSIDE_PROPOSE,
            count=len(found),
            details={"of": "outside_entries"},
        )
    return OutsideList(entries=[shown_entry(entry) for entry in found], more=more, limit=LIMIT)


@router.get("/outside-persons/{entry_id}")
async def show(entry_id: UUID, staff: Proposer, service: CurrentService) -> OutsidePage:
    """One proposal, with those who come near."""
    async with service.unit_of_work() as uow:
        entry = await _found(uow, staff, entry_id)
        near: Found = {}
        if entry.state == "proposed":
            near = await _others(uow, staff, service, entry)
        record_entry(uow, staff, AuditOperation.INQUIRY, Function.OUTSIDE_PROPOSE, entry)
    return OutsidePage(entry=shown_entry(entry), candidates=candidates(near))


@router.post("/outside-persons", status_code=201)
async def propose(said: NewOutside, staff: Proposer, service: CurrentService) -> OutsidePage:
    """Propose somebody new (仮登録), with their number where it is at hand; compared with those on
    record first, and with who bears the number."""
    refusal: Problem | None = None
    async with service.unit_of_work() as uow:
        told = None if said.person is None else _read(said.person)
        feed = None
        if said.taken_over is not None:
            feed = (str(said.taken_over.system), said.taken_over.addressee_number)
            taken = await outside.nobodys(uow.connection, staff.functions, *feed)
            told = None if taken is None else Entered(attributes=taken)
        if told is None:
            raise outside_refused(OutsideRefusal.NO_SUCH_RECORD)
        number = None if said.number is None else said.number.entry
        entry = Entry(uuid4(), OutsideStep.NEW, "proposed", None, None, told, None, feed,
                      staff.staff_id, uow.now, number=number)  # fmt: skip
        near = await _others(uow, staff, service, entry)
        try:
            outside_work.check_candidates(near, said.looked_at)
        except OutsideRefused as refused:
            refusal = outside_refused(refused.refusal)
        else:
            await outside.add(uow.connection, entry)
        record_entry(uow, staff, AuditOperation.ENTRY_PROVISIONAL, Function.OUTSIDE_PROPOSE, entry,
                refused=refusal)  # fmt: skip
    if refusal is not None:
        raise refusal
    return OutsidePage(entry=shown_entry(entry), candidates=candidates(near))


@router.get("/persons/{person_id}/outside-record")
async def history(person_id: UUID, staff: Proposer, service: CurrentService) -> OutsideList:
    """What was ever proposed about somebody who is not on the register."""
    async with service.unit_of_work() as uow:
        person = await reading.person(uow.connection, staff.functions, person_id)
        found = []
        if person is not None:
            found = await outside.of_person(uow.connection, staff.functions, person.ids)
        audit.record(
            uow,
            AuditOperation.INQUIRY,
            staff=staff,
            function=Function.OUTSIDE_PROPOSE,
            person_id=person_id,
            outcome=AuditOutcome.DONE if person else AuditOutcome.FAILED,
            count=len(found),
            details={"of": "outside_entries"},
        )
    if person is None:
        raise problems.not_found()
    return OutsideList(
        entries=[shown_entry(entry) for entry in found], more=False, limit=len(found)
    )


@router.post("/persons/{person_id}/outside-record", status_code=201)
async def propose_change(
    person_id: UUID, said: OutsideChange, staff: Proposer, service: CurrentService
) -> OutsidePage:
    """Propose a correction, a death or a cancellation (仮登録)."""
    told = None if said.person is None else _read(said.person)
    refusal: Problem | None = None
    async with service.unit_of_work() as uow:
        died_on = _day(said.died_on, uow)
        if await reading.person(uow.connection, staff.functions, person_id) is None:
            raise problems.not_found()
        entry = Entry(uuid4(), said.step, "proposed", person_id, None, told, died_on, None,
                      staff.staff_id, uow.now)  # fmt: skip
        refusal = await not_editable(uow, staff, person_id)
        if refusal is None:
            refusal = await _keep_change(uow, staff, entry)
        record_entry(uow, staff, AuditOperation.ENTRY_PROVISIONAL, Function.OUTSIDE_PROPOSE, entry,
                refused=refusal)  # fmt: skip
    if refusal is not None:
        raise refusal
    return OutsidePage(entry=shown_entry(entry), candidates=[])


@router.post("/outside-persons/{entry_id}/settlement")
async def settle(
    entry_id: UUID, said: OutsideSettlement, staff: Settler, service: CurrentService
) -> OutsidePage:
    """Settle what another proposed (本登録), or send it back."""
    refusal: Problem | None = None
    async with service.unit_of_work() as uow:
        entry = await _found(uow, staff, entry_id, lock=True)
        refusal = _settling_refusal(entry, staff)
        if refusal is None and said.agree and entry.person_id is not None:
            refusal = await not_editable(uow, staff, entry.person_id)
        if refusal is None:
            try:
                await _decide(uow, staff, service, entry, agree=said.agree)
            except OutsideRefused as refused:
                refusal = outside_refused(refused.refusal)
        entry = await _found(uow, staff, entry_id)
        record_entry(uow, staff, AuditOperation.ENTRY_SETTLED, Function.OUTSIDE_SETTLE, entry,
                refused=refusal)  # fmt: skip
    if refusal is not None:
        raise refusal
    return OutsidePage(entry=shown_entry(entry), candidates=[])


async def _keep_change(uow: UnitOfWork, staff: StaffContext, entry: Entry) -> Problem | None:
    if entry.person_id is None:
        raise ValueError("a change is about somebody")
    try:
        await outside_work.standing(uow, staff, entry.person_id)
    except OutsideRefused as refused:
        return outside_refused(refused.refusal)
    kept = await outside.add(uow.connection, entry)
    return None if kept else outside_refused(OutsideRefusal.ANOTHER_WAITS)


async def _decide(
    uow: UnitOfWork, staff: StaffContext, service: Service, entry: Entry, *, agree: bool
) -> None:
    """Raises `OutsideRefused` where somebody is on record by now, or the record is none."""
    kept = None
    if agree:
        if entry.step is OutsideStep.NEW and entry.entered is not None:
            near = await _others(uow, staff, service, entry)
            # Those who come near were looked at by the one who proposed.
            outside_work.check_candidates(near, list(near))
        kept = await outside_work.carry_out(uow, staff, entry, service.state.folding)
    await outside.decide(uow.connection, entry, staff.staff_id, uow.now, kept)


async def _others(uow: UnitOfWork, staff: StaffContext, service: Service, entry: Entry) -> Found:
    """Who comes near, or bears the number, but the person whom it is about."""
    found = dict(await outside_work.bearers_of(uow, staff, entry, service.state.folding))
    if entry.entered is not None:
        found |= await outside_work.candidates(uow, staff, entry.entered, service.state.folding)
    return {person_id: one for person_id, one in found.items() if person_id != entry.person_id}


def _settling_refusal(entry: Entry, staff: StaffContext) -> Problem | None:
    if entry.state != "proposed":
        return outside_refused(OutsideRefusal.OVER)
    if entry.proposed_by == staff.staff_id:
        return outside_refused(OutsideRefusal.SAME_PERSON)
    return None


async def _found(
    uow: UnitOfWork, staff: StaffContext, entry_id: UUID, *, lock: bool = False
) -> Entry:
    entry = await outside.find(uow.connection, staff.functions, entry_id, lock=lock)
    if entry is None:
        raise problems.not_found()
    return entry


def _read(said: EnteredPerson) -> Entered:
    """What was entered, its date read. Raises `Problem` ID-0101, ID-0810."""
    try:
        birth_date = parse_date(said.birth_date)
    except ContractError:
        raise unreadable_birth_date() from None
    entered = Entered(
        attributes=FourAttributes(
            name=said.name, address=said.address, birth_date=birth_date, sex=said.sex
        ),
        nationality=said.nationality,
        alias=said.alias,
        residence_status=said.residence_status,
    )
    if entered.not_theirs:
        raise of_foreigners_alone(entered.not_theirs)
    return entered


def _day(written: str | None, uow: UnitOfWork) -> UncertainDate | None:
    """A day that has been. Raises `Problem` ID-0809."""
    if written is None:
        return None
    try:
        day = parse_date(written)
    except ContractError:
        raise day_ahead("died_on") from None
    if is_later(day, uow.today):
        raise day_ahead("died_on")
    return day


def record_entry(
    uow: UnitOfWork,
    staff: StaffContext,
    operation: AuditOperation,
    function: Function,
    entry: Entry,
    *,
    refused: Problem | None = None,
) -> None:
    """Record what was done with a proposal, or asked and refused."""
    details: dict[str, str | int | bool] = {"of": "outside_entry", "step": entry.step.value}
    if refused is not None:
        details["refused"] = refused.code
    audit.record(
        uow,
        operation,
        staff=staff,
        function=function,
        person_id=entry.person_id,
        outcome=AuditOutcome.REFUSED if refused else AuditOutcome.DONE,
        reference=entry.entry_id,
        details=details,
    )
