"""Whose records of other systems are (C01): the work list of those that the four attributes do not
tell for certain, proposed by one and settled by another; and the comparison of what staff enter."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from contracts.codes import Sex
from contracts.eras import parse_date
from contracts.errors import ContractError
from contracts.events import AuditOperation, AuditOutcome, FactsTakenBack, FourAttributes
from contracts.events.residents import Address, PersonName
from contracts.functions import Function
from services.chassis import audit, problems
from services.chassis.http import current_service, requires
from services.chassis.problems import Problem
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.identity import labels
from services.identity.domain.comparison import Comparison, compare_all
from services.identity.editing import not_editable
from services.identity.pages import Coded, FoundPerson, ShownDate, coded, person_line, shown_date
from services.identity.problems import (
    no_such_person,
    not_proposed,
    over,
    same_person,
    unreadable_birth_date,
)
from services.identity.signalling import signal_settled
from services.identity.stores import doubting, entering, near_misses
from services.identity.stores.near_misses import LIMIT, Entry

router = APIRouter()
CurrentService = Annotated[Service, Depends(current_service)]
Proposer = Annotated[StaffContext, Depends(requires(Function.LINK_PROPOSE))]
Settler = Annotated[StaffContext, Depends(requires(Function.LINK_SETTLE))]
Viewer = Annotated[StaffContext, Depends(requires(Function.PERSON_VIEW))]
System = Literal["tax_system", "welfare_system", "health_insurance_system", "long_term_care_system"]


class ShownComparison(BaseModel):
    """Which of the four attributes agree, and after which folding."""

    name: Coded
    address: Coded
    birth_date: Coded
    sex: Coded
    all_agree: bool


class TellsOf(BaseModel):
    """4情報 as the other system has them."""

    name: PersonName
    address: Address
    birth_date: ShownDate
    sex: Coded


class NearMiss(BaseModel):
    """One entry of the work list."""

    entry_id: UUID
    system: str
    system_label: str
    addressee_number: str
    state: str
    state_label: str
    outcome: Coded
    opened_at: datetime
    told: TellsOf
    proposed: bool
    proposed_by: str | None
    proposed_at: datetime | None
    proposed_person_id: UUID | None
    """None where nobody of the register is proposed."""
    held_person_id: UUID | None
    """Whose the number has been so far, where it is somebody's."""


class NearMissList(BaseModel):
    """Entries that wait, oldest first."""

    entries: list[NearMiss]
    total: int
    more: bool
    limit: int


class ShownCandidate(BaseModel):
    """A person who comes near, and in what."""

    person: FoundPerson
    comparison: ShownComparison


class ShownStep(BaseModel):
    """One step of the entry's history; without staff: by itself."""

    step: str
    step_label: str
    staff_id: str | None
    person_id: UUID | None
    at: datetime


class NearMissPage(BaseModel):
    """An entry with those who come near and its history."""

    entry: NearMiss
    candidates: list[ShownCandidate]
    steps: list[ShownStep]


class Proposal(BaseModel):
    """Whose it is. ``person_id`` null: nobody's who is on the register."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    person_id: UUID | None


class Settlement(BaseModel):
    """Whether the second person agrees with what was proposed."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    agree: StrictBool


class EnteredAttributes(BaseModel):
    """4情報 as they are written on what was handed in."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    name: PersonName
    address: Address
    birth_date: Annotated[str, Field(min_length=1, max_length=72)]
    """In any notation that `contracts.eras.parse_date` reads."""
    sex: Sex


class ComparisonPage(BaseModel):
    """What came of comparing what was entered. ``comparison_id`` goes with the notice."""

    comparison_id: UUID
    comparison: ShownComparison


@router.get("/near-misses")
async def list_near_misses(
    staff: Proposer,
    service: CurrentService,
    system: System | None = None,
    after: Annotated[UUID | None, Query()] = None,
) -> NearMissList:
    """Records of other systems whose person is not certain, oldest first."""
    async with service.unit_of_work() as uow:
        found, more, total = await near_misses.listing(
            uow.connection, staff.functions, system, after
        )
        audit.record(
            uow,
            AuditOperation.SEARCH,
            staff=staff,
            function=Function.LINK_PROPOSE,
            count=len(found),
            details={"of": "near_misses", "system": system or ""},
        )
    return NearMissList(entries=[_shown(entry) for entry in found], total=total, more=more,
                        limit=LIMIT)  # fmt: skip


@router.get("/near-misses/{entry_id}")
async def show_near_miss(entry_id: UUID, staff: Proposer, service: CurrentService) -> NearMissPage:
    """One entry: what the system tells, who comes near and in what, and what was done."""
    async with service.unit_of_work() as uow:
        entry = await near_misses.find(uow.connection, staff.functions, entry_id)
        if entry is None:
            raise problems.not_found()
        page = await page_of(uow, staff, entry)
        _record(uow, staff, AuditOperation.INQUIRY, Function.LINK_PROPOSE, entry)
    return page


@router.post("/near-misses/{entry_id}/proposal")
async def propose(
    entry_id: UUID, said: Proposal, staff: Proposer, service: CurrentService
) -> NearMissPage:
    """Propose whose it is (仮登録): a person, compared now, or nobody of the register."""
    refusal: Problem | None = None
    async with service.unit_of_work() as uow:
        entry = await _waiting(uow, staff, entry_id)
        person = None
        if said.person_id is not None:
            found = await compared(uow, staff, service, said.person_id, entry.told)
            if found is None:
                raise no_such_person()
            refusal = await not_editable(uow, staff, said.person_id)
            person = said.person_id, found
        if refusal is None:
            await near_misses.propose(uow.connection, entry, person, staff.staff_id, uow.now)
        _record(uow, staff, AuditOperation.ENTRY_PROVISIONAL, Function.LINK_PROPOSE, entry,
                person_id=said.person_id, refused=refusal.code if refusal else None)  # fmt: skip
        entry = await near_misses.find(uow.connection, staff.functions, entry_id) or entry
        page = await page_of(uow, staff, entry)
    if refusal is not None:
        raise refusal
    return page


@router.post("/near-misses/{entry_id}/settlement")
async def settle(
    entry_id: UUID, said: Settlement, staff: Settler, service: CurrentService
) -> NearMissPage:
    """Settle what another proposed (本登録), or send it back to the work list."""
    refusal: Problem | None = None
    async with service.unit_of_work() as uow:
        entry = await _waiting(uow, staff, entry_id)
        person_id = entry.proposed_person_id
        refusal = _settling_refusal(entry, staff)
        if refusal is None and person_id is not None and said.agree:
            refusal = await not_editable(uow, staff, person_id)
        if refusal is None and said.agree:
            person = None
            if person_id is not None:
                found = await compared(uow, staff, service, person_id, entry.told)
                if found is None:
                    raise no_such_person()
                person = person_id, found
            await near_misses.settle(uow.connection, entry, person, staff.staff_id, uow.now)
            was = await _tell_of_undone(uow, entry, person_id)
            number = (entry.system, entry.addressee_number)
            await signal_settled(uow, number, service.state.fact_purposes, lost_by=was)
        elif refusal is None:
            await near_misses.reject(uow.connection, entry, staff.staff_id, uow.now)
        _record(
            uow, staff, AuditOperation.ENTRY_SETTLED, Function.LINK_SETTLE, entry,
            person_id=person_id, agree=said.agree, refused=refusal.code if refusal else None,
        )  # fmt: skip
        entry = await near_misses.find(uow.connection, staff.functions, entry_id) or entry
        page = await page_of(uow, staff, entry)
    if refusal is not None:
        raise refusal
    return page


@router.post("/persons/{person_id}/comparison")
async def compare_entered(
    person_id: UUID, said: EnteredAttributes, staff: Viewer, service: CurrentService
) -> ComparisonPage:
    """Compare what is written on a notice with the person it is to be attached to; kept."""
    told = _entered(said)
    async with service.unit_of_work() as uow:
        found = await compared(uow, staff, service, person_id, told)
        comparison_id = uuid4()
        if found is not None:
            await entering.keep(uow.connection, comparison_id, person_id, told, found,
                                staff.staff_id, uow.now)  # fmt: skip
        audit.record(
            uow,
            AuditOperation.INQUIRY,
            staff=staff,
            function=Function.PERSON_VIEW,
            person_id=person_id,
            outcome=AuditOutcome.DONE if found else AuditOutcome.FAILED,
            reference=comparison_id,
            details={"of": "comparison", "agrees": bool(found and found.all_agree)},
        )
    if found is None:
        raise problems.not_found()
    return ComparisonPage(comparison_id=comparison_id, comparison=shown_comparison(found))


def _entered(said: EnteredAttributes) -> FourAttributes:
    """What was entered, its date read. Raises `Problem` ID-0101."""
    try:
        birth_date = parse_date(said.birth_date)
    except ContractError:
        raise unreadable_birth_date() from None
    return FourAttributes(name=said.name, address=said.address, birth_date=birth_date, sex=said.sex)


async def _waiting(uow: UnitOfWork, staff: StaffContext, entry_id: UUID) -> Entry:
    entry = await near_misses.find(uow.connection, staff.functions, entry_id, lock=True)
    if entry is None:
        raise problems.not_found()
    if entry.state not in ("open", "proposed"):
        raise over()
    return entry


async def _tell_of_undone(uow: UnitOfWork, entry: Entry, person_id: UUID | None) -> UUID | None:
    """Where facts were somebody else's until now: who asked for them has to ask again. Whose."""
    was = await doubting.settled(uow.connection, entry, person_id, uow.now)
    if was is not None:
        uow.emit(FactsTakenBack(person_id=was, system=entry.system), key=str(was))
    return was


def _settling_refusal(entry: Entry, staff: StaffContext) -> Problem | None:
    if entry.state != "proposed":
        return not_proposed()
    return same_person() if entry.proposed_by == staff.staff_id else None


async def compared(
    uow: UnitOfWork, staff: StaffContext, service: Service, person_id: UUID, told: FourAttributes
) -> Comparison | None:
    """The comparison with someone whom the caller can see; None where there is nobody."""
    bearers = await near_misses.visible(uow.connection, staff.functions, person_id)
    return compare_all(told, bearers, service.state.folding).get(person_id)


async def page_of(uow: UnitOfWork, staff: StaffContext, entry: Entry) -> NearMissPage:
    """An entry as its page shows it."""
    candidates = await near_misses.candidates(uow.connection, staff.functions, entry)
    steps = await near_misses.steps(uow.connection, staff.functions, entry.entry_id)
    return NearMissPage(
        entry=_shown(entry),
        candidates=[
            ShownCandidate(
                person=person_line(candidate.person_id, candidate.record),
                comparison=shown_comparison(candidate.comparison),
            )
            for candidate in candidates
        ],
        steps=[ShownStep(step_label=labels.STEPS[each.step], **asdict(each)) for each in steps],
    )


def _shown(entry: Entry) -> NearMiss:
    told = entry.told
    return NearMiss(
        entry_id=entry.entry_id,
        system=entry.system,
        system_label=labels.SYSTEMS[entry.system],
        addressee_number=entry.addressee_number,
        state=entry.state,
        state_label=labels.ENTRY_STATES[entry.state],
        outcome=coded(entry.outcome),
        opened_at=entry.opened_at,
        told=TellsOf(
            name=told.name,
            address=told.address,
            birth_date=shown_date(told.birth_date),
            sex=coded(told.sex),
        ),
        proposed=entry.state == "proposed",
        proposed_by=entry.proposed_by,
        proposed_at=entry.proposed_at,
        proposed_person_id=entry.proposed_person_id,
        held_person_id=entry.held_person_id,
    )


def shown_comparison(found: Comparison) -> ShownComparison:
    """Which of the four attributes agree, for people to read."""
    return ShownComparison(
        name=coded(found.name),
        address=coded(found.address),
        birth_date=coded(found.birth_date),
        sex=coded(found.sex),
        all_agree=found.all_agree,
    )


def _record(
    uow: UnitOfWork,
    staff: StaffContext,
    operation: AuditOperation,
    function: Function,
    entry: Entry,
    *,
    person_id: UUID | None = None,
    agree: bool | None = None,
    refused: str | None = None,
) -> None:
    details: dict[str, Any] = {"of": "near_miss", "system": entry.system}
    if agree is not None:
        details["agree"] = agree
    if refused is not None:
        details["refused"] = refused
    audit.record(
        uow,
        operation,
        staff=staff,
        function=function,
        person_id=person_id,
        outcome=AuditOutcome.REFUSED if refused else AuditOutcome.DONE,
        reference=entry.entry_id,
        details=details,
    )
