"""What staff do with claims, through the gateway."""

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query

from contracts.events import AuditOperation, AuditOutcome, BlockKind
from contracts.forms import (
    EntryState,
    UnknownForm,
    entry_choices,
    holds_individual_number,
    refusals,
    validate,
)
from contracts.forms import values_of as read_values
from contracts.functions import Function
from contracts.topics import shard_of
from services.chassis import audit, blocking, merges
from services.chassis.clock import japan_date
from services.chassis.hiding import is_hidden
from services.chassis.http import current_service, requires
from services.chassis.paging import page
from services.chassis.problems import not_found
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.claims import problems, work
from services.claims.domain.facts import claim_of
from services.claims.state import state_of
from services.claims.stores import claims
from services.claims.stores.claims import KeptClaim
from services.claims.views import (
    ClaimPage,
    ClaimSummary,
    ClaimView,
    FormList,
    NewClaim,
    PersonView,
    Settling,
    Withdrawal,
)

router = APIRouter()
CurrentService = Annotated[Service, Depends(current_service)]
Viewer = Annotated[StaffContext, Depends(requires(Function.PERSON_VIEW))]
Acceptor = Annotated[StaffContext, Depends(requires(Function.NOTICE_ACCEPT))]
Settler = Annotated[StaffContext, Depends(requires(Function.NOTICE_SETTLE))]


@router.get("/persons/{person_id}/claims")
async def show_person(person_id: UUID, staff: Viewer, service: CurrentService) -> PersonView:
    """The claims on a person's death, and those that the person made."""
    state = state_of(service)
    async with service.unit_of_work() as uow:
        person_id = await merges.surviving(uow.connection, person_id)
        found = await claims.of_person(uow.connection, person_id)
        audit.record(
            uow,
            AuditOperation.INQUIRY,
            staff=staff,
            function=Function.PERSON_VIEW,
            person_id=person_id,
            details={"of": "claims"},
        )
    return PersonView(
        person_id=person_id,
        on_death=work.summaries(
            state, [kept for kept in found if kept.surviving_deceased_id == person_id]
        ),
        as_claimant=work.summaries(
            state, [kept for kept in found if kept.surviving_claimant_id == person_id]
        ),
    )


@router.get("/claim-forms")
async def show_forms(_staff: Acceptor, service: CurrentService) -> FormList:
    """The forms that are accepted today."""
    today = japan_date(service.clock.now())
    return FormList(forms=state_of(service).forms.on(today), **dict(entry_choices()))


@router.post("/unpaid-benefit-claims", status_code=201)
async def accept(new: NewClaim, staff: Acceptor, service: CurrentService) -> ClaimView:
    """Accept a claim (仮登録): checked against its form, examined against what is known."""
    state, submission = state_of(service), new.submission
    try:
        form = state.forms.form(new.kind, submission.received_on)
    except UnknownForm:
        raise problems.no_such_form() from None
    errors = validate(form, submission, today=japan_date(service.clock.now()))
    if errors:
        raise problems.faulty_form(errors)
    claim = claim_of(uuid4(), new.person_id, read_values(form, submission))
    async with service.unit_for_shards(_shards(new.person_id, claim.claimant_id)) as uow:
        connection = uow.connection
        await merges.one_at_a_time(connection, new.person_id, claim.claimant_id)
        await blocking.refuse(uow, BlockKind.CHANGE, new.person_id, claim.claimant_id)
        case = await work.case_of(connection, state, claim, submission.received_on)
        refused = refusals(case.findings(state))
        if refused:
            raise problems.refused(refused)
        claimant = claim.claimant_id and await merges.surviving(connection, claim.claimant_id)
        for kept in await claims.on_death(connection, new.person_id):
            same = claimant is not None and kept.surviving_claimant_id == claimant
            if same and kept.state is EntryState.RECEIVED:
                raise problems.another_open()
        apart = await is_hidden(connection, new.person_id, claim.claimant_id)
        await claims.add(connection, new.kind, claim, submission, staff, uow.now, apart=apart)
        work.record(uow, staff, AuditOperation.ENTRY_PROVISIONAL, new.person_id, claim.claim_id,
                    work.codes(new.kind, submission))  # fmt: skip
        added = await claims.find(connection, claim.claim_id)
        assert added is not None  # it was added above
        return work.view(state, added, case)


@router.get("/unpaid-benefit-claims")
async def list_claims(
    staff: Viewer,
    service: CurrentService,
    state: EntryState = EntryState.RECEIVED,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ClaimPage:
    """Claims in a state, in the order of their receipt."""
    async with service.unit_of_work() as uow:
        found = await claims.in_state(uow.connection, state, after, limit + 1)
        total = await claims.count(uow.connection, state)
        shown, last = page(found, limit)
        audit.record(
            uow,
            AuditOperation.SEARCH,
            staff=staff,
            function=Function.PERSON_VIEW,
            count=len(shown),
            details={"of": "unpaid_benefit_claims", "state": state.value},
        )
    return ClaimPage(
        claims=work.summaries(state_of(service), shown),
        total=total,
        following=None if last is None else last.sequence,
    )


@router.get("/unpaid-benefit-claims/{claim_id}")
async def show_claim(claim_id: UUID, staff: Viewer, service: CurrentService) -> ClaimView:
    """A claim as it was handed in, and what its examination finds now."""
    state = state_of(service)
    async with service.unit_of_work() as uow:
        kept = await claims.find(uow.connection, claim_id)
        if kept is None:
            raise not_found()
        claim = work.read(state, kept)
        case = await work.case_of(uow.connection, state, claim, kept.received_on)
        work.record(uow, staff, AuditOperation.INQUIRY, kept.deceased_id, claim_id,
                    {"of": kept.kind}, function=Function.PERSON_VIEW)  # fmt: skip
    return work.view(state, kept, case)


@router.post("/unpaid-benefit-claims/{claim_id}/settle")
async def settle(
    claim_id: UUID, staff: Settler, service: CurrentService, said: Settling | None = None
) -> ClaimView:
    """Settle a claim (本登録): by another person than who accepted it, documents complete."""
    said, state = said or Settling(), state_of(service)
    kept = await _kept(service, claim_id)
    async with service.unit_for_shards(_shards(kept.deceased_id, kept.claimant_id)) as uow:
        kept = await claims.find(uow.connection, claim_id, lock=True) or kept
        claim = work.read(state, kept)
        case = await work.case_of(uow.connection, state, claim, kept.received_on)
        refusal = work.settling_refusal(
            state, kept, said, staff.staff_id, case, uow.today
        ) or await blocking.refusal(uow, BlockKind.CHANGE, kept.deceased_id, kept.claimant_id)
        if refusal is None:
            await work.settle(uow, kept, claim, said, staff)
            kept = await claims.find(uow.connection, claim_id) or kept
        else:
            work.record(uow, staff, AuditOperation.ENTRY_SETTLED, kept.deceased_id, claim_id,
                        {"of": kept.kind, "refused": refusal.code},
                        function=Function.NOTICE_SETTLE,
                        outcome=AuditOutcome.REFUSED)  # fmt: skip
    if refusal is not None:
        raise refusal
    return work.view(state, kept, case)


@router.post("/unpaid-benefit-claims/{claim_id}/withdraw")
async def withdraw(
    claim_id: UUID, said: Withdrawal, staff: Acceptor, service: CurrentService
) -> ClaimSummary:
    """Withdraw a claim that is not settled yet."""
    if holds_individual_number(said.reason):
        raise problems.number_in_reason()
    async with service.unit_of_work() as uow:
        kept = await claims.find(uow.connection, claim_id, lock=True)
        if kept is None:
            raise not_found()
        if kept.state is not EntryState.RECEIVED:
            raise problems.wrong_state(kept.state)
        await claims.withdraw(uow.connection, claim_id, said.reason, staff.staff_id, uow.now)
        work.record(uow, staff, AuditOperation.ENTRY_CANCELLED, kept.deceased_id, claim_id,
                    {"of": kept.kind})  # fmt: skip
        kept = await claims.find(uow.connection, claim_id) or kept
    return ClaimSummary.of(kept, work.read(state_of(service), kept))


async def _kept(service: Service, claim_id: UUID) -> KeptClaim:
    """The claim as it lies, to know whose shards work on it has to hold."""
    async with service.database.read() as connection:
        kept = await claims.find(connection, claim_id)
    if kept is None:
        raise not_found()
    return kept


def _shards(*people: UUID | None) -> list[int]:
    return [shard_of(str(person)) for person in people if person is not None]
