"""What was found about numbers and persons, as work: raised by the house or by staff, a decision
proposed by one and settled by another."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from contracts.events import AuditOperation, AuditOutcome, FourAttributes
from contracts.functions import Function
from services.chassis import audit, problems
from services.chassis.http import current_service, requires
from services.chassis.problems import Problem
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.identity import finding_pages, settling
from services.identity.domain.comparison import Bearer, Comparison, compare
from services.identity.domain.findings import (
    DECISIONS,
    OF_TWO,
    WAITING,
    Decision,
    FindingKind,
    FindingState,
)
from services.identity.domain.merging import Choice, choose
from services.identity.editing import first_not_editable
from services.identity.finding_pages import (
    FindingList,
    FindingPage,
    ProposedDecision,
    Raised,
    SettledDecision,
    listed,
)
from services.identity.problems import (
    already_one,
    decision_not_for_kind,
    finding_not_proposed,
    finding_over,
    finding_same_staff,
    no_such_person,
    not_one,
    raised_already,
    two_persons,
    which_person,
)
from services.identity.stores import findings, merging
from services.identity.stores.findings import LIMIT, Finding, Record

router = APIRouter()
CurrentService = Annotated[Service, Depends(current_service)]
Proposer = Annotated[StaffContext, Depends(requires(Function.LINK_PROPOSE))]
Settler = Annotated[StaffContext, Depends(requires(Function.LINK_SETTLE))]


@router.get("/findings")
async def list_findings(
    staff: Proposer,
    service: CurrentService,
    kind: FindingKind | None = None,
    state: FindingState | None = None,
    after: Annotated[UUID | None, Query()] = None,
) -> FindingList:
    """Findings of a state, oldest first; without one, those that staff have to work on."""
    states = sorted(WAITING) if state is None else [state]
    async with service.unit_of_work() as uow:
        found, more, total = await findings.listing(
            uow.connection, staff.functions, states, kind, after
        )
        audit.record(
            uow,
            AuditOperation.SEARCH,
            staff=staff,
            function=Function.LINK_PROPOSE,
            count=len(found),
            details={"of": "findings", "kind": kind.value if kind else ""},
        )
    return FindingList(
        findings=[listed(finding) for finding in found], total=total, more=more, limit=LIMIT
    )


@router.get("/findings/{finding_id}")
async def show_finding(finding_id: UUID, staff: Proposer, service: CurrentService) -> FindingPage:
    """One finding: whom it is about, how they compare, what can be decided, what was done."""
    async with service.unit_of_work() as uow:
        finding = await findings.find(uow.connection, staff.functions, finding_id)
        if finding is None:
            raise problems.not_found()
        page = await _page(uow, staff, service, finding)
        _record(uow, staff, AuditOperation.INQUIRY, Function.LINK_PROPOSE, finding)
    return page


@router.post("/findings")
async def raise_finding(said: Raised, staff: Proposer, service: CurrentService) -> FindingPage:
    """Put on the list that two may be one, that one may be two, or that a number is wrong."""
    _check_raised(said)
    async with service.unit_of_work() as uow:
        ids = [said.person_id] + ([said.other_person_id] if said.other_person_id else [])
        records = await findings.records(uow.connection, staff.functions, ids)
        if len(records) < len(ids):
            raise no_such_person()
        one = len({record.surviving_id for record in records.values()}) == 1
        if said.kind is FindingKind.SAME_PERSON and one:
            raise already_one()
        if said.kind is FindingKind.MERGE_DOUBTED and not one:
            raise not_one()
        # Whichever of two is named first: it is the same question.
        ids = sorted(ids)
        finding_id = await findings.open_one(
            uow.connection, said.kind, ids[0], ids[1] if ids[1:] else None, staff.staff_id, uow.now
        )
        if finding_id is None:
            raise raised_already()
        finding = await _found(uow, staff, finding_id)
        _record(uow, staff, AuditOperation.ENTRY_PROVISIONAL, Function.LINK_PROPOSE, finding)
        return await _page(uow, staff, service, finding)


@router.post("/findings/{finding_id}/proposal")
async def propose_decision(
    finding_id: UUID, said: ProposedDecision, staff: Proposer, service: CurrentService
) -> FindingPage:
    """Propose what is to be done (仮登録)."""
    async with service.unit_of_work() as uow:
        finding = await _found(uow, staff, finding_id, lock=True)
        if not findings.undecided(finding):
            raise finding_over()
        person_id = _whose(finding, said)
        await settling.check(uow, replace(finding, decision_person_id=person_id), said.decision)
        await findings.propose(
            uow.connection, finding, said.decision, person_id, staff.staff_id, uow.now
        )
        _record(uow, staff, AuditOperation.ENTRY_PROVISIONAL, Function.LINK_PROPOSE, finding,
                said.decision)  # fmt: skip
        return await _page(uow, staff, service, await _found(uow, staff, finding_id))


@router.post("/findings/{finding_id}/settlement")
async def settle_decision(
    finding_id: UUID, said: SettledDecision, staff: Settler, service: CurrentService
) -> FindingPage:
    """Settle what another proposed (本登録): merge, separate, withhold; or send it back."""
    async with service.unit_of_work() as uow:
        finding = await _found(uow, staff, finding_id, lock=True)
        decision = finding.decision
        refusal = _refusal(finding, staff)
        if refusal is None and said.agree:
            refusal = await first_not_editable(uow, staff, finding.persons)
        if refusal is None and decision is not None and said.agree:
            await settling.carry_out(uow, finding, decision, service.state.folding)
            await findings.settle(uow.connection, finding, decision, staff.staff_id, uow.now)
        elif refusal is None:
            await findings.reject(uow.connection, finding, staff.staff_id, uow.now)
        _record(uow, staff, AuditOperation.ENTRY_SETTLED, Function.LINK_SETTLE, finding, decision,
                agree=said.agree, refused=refusal.code if refusal else None)  # fmt: skip
        page = await _page(uow, staff, service, await _found(uow, staff, finding_id))
    if refusal is not None:
        raise refusal
    return page


def _check_raised(said: Raised) -> None:
    """Raises `Problem` ID-0312."""
    if (said.kind in OF_TWO) != (said.other_person_id is not None):
        raise two_persons("other_person_id")
    if said.other_person_id == said.person_id:
        raise two_persons("other_person_id")


def _whose(finding: Finding, said: ProposedDecision) -> UUID | None:
    """Whom the decision is about. Raises `Problem` ID-0304, ID-0310."""
    allowed = DECISIONS[finding.kind]
    if said.decision not in allowed:
        raise decision_not_for_kind("、".join(decision.label for decision in allowed))
    if not said.decision.names_person:
        if said.person_id is not None:
            raise which_person()
        return None
    if said.person_id is None and len(finding.persons) == 1:
        return finding.person_id
    if said.person_id not in finding.persons:
        raise which_person()
    return said.person_id


def _refusal(finding: Finding, staff: StaffContext) -> Problem | None:
    if not findings.undecided(finding):
        return finding_over()
    if finding.state is not FindingState.PROPOSED:
        return finding_not_proposed()
    return finding_same_staff() if finding.proposed_by == staff.staff_id else None


async def _found(
    uow: UnitOfWork, staff: StaffContext, finding_id: UUID, *, lock: bool = False
) -> Finding:
    finding = await findings.find(uow.connection, staff.functions, finding_id, lock=lock)
    if finding is None:
        raise problems.not_found()
    return finding


async def _page(
    uow: UnitOfWork, staff: StaffContext, service: Service, finding: Finding
) -> FindingPage:
    records = await findings.records(uow.connection, staff.functions, finding.persons)
    steps = await findings.steps(uow.connection, staff.functions, finding.finding_id)
    comparison = _compare(service, [records[p] for p in finding.persons if p in records])
    choice = None
    if Decision.MERGE in DECISIONS[finding.kind] and findings.undecided(finding):
        choice = await _choice(uow, finding)
    return finding_pages.page(finding, records, comparison, choice, steps)


def _compare(service: Service, records: list[Record]) -> Comparison | None:
    if len(records) < 2:
        return None
    one, other = records[0].record, records[1].record
    told = FourAttributes(
        name=one.name, address=one.address, birth_date=one.birth_date, sex=one.sex
    )
    return compare(told, Bearer(records[1].own_id, other), service.state.folding)


async def _choice(uow: UnitOfWork, finding: Finding) -> Choice | None:
    into = await merging.trees(uow.connection, finding.persons)
    roots = tuple(dict.fromkeys(into.root(person_id) for person_id in finding.persons))
    standing = await merging.standings(uow.connection, into, roots)
    return choose(*standing.values()) if len(standing) == 2 else None


def _record(
    uow: UnitOfWork,
    staff: StaffContext,
    operation: AuditOperation,
    function: Function,
    finding: Finding,
    decision: Decision | None = None,
    *,
    agree: bool | None = None,
    refused: str | None = None,
) -> None:
    details: dict[str, str | int | bool] = {"of": "finding", "kind": finding.kind.value}
    if decision is not None:
        details["decision"] = decision.value
    if agree is not None:
        details["agree"] = agree
    if refused is not None:
        details["refused"] = refused
    # A record each: what was looked at or decided concerns both.
    for person_id in finding.persons:
        audit.record(
            uow,
            operation,
            staff=staff,
            function=function,
            person_id=person_id,
            outcome=AuditOutcome.REFUSED if refused else AuditOutcome.DONE,
            reference=finding.finding_id,
            details=details,
        )
