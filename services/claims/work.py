"""What is done with a claim: read, examined, settled, shown, recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

import asyncpg

from contracts.events import AuditOperation, AuditOutcome, UnpaidBenefitClaimReceived
from contracts.forms import (
    EntryState,
    Finding,
    Form,
    InvalidTransition,
    SamePerson,
    Submission,
    outstanding,
    refusals,
    require_another_person,
    require_transition,
    unacknowledged,
    validate,
)
from contracts.forms import values_of as read_values
from contracts.functions import Function
from services.chassis import audit
from services.chassis.corrections import CorrectionView
from services.chassis.problems import Problem
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.claims import problems
from services.claims.domain.examination import examine
from services.claims.domain.facts import PersonFacts, UnpaidBenefitClaim, claim_of
from services.claims.state import State
from services.claims.stores import claims, persons
from services.claims.stores.claims import KeptClaim
from services.claims.views import ClaimSummary, ClaimView, DecisionView, Settling

Details = dict[str, str | int | bool]


@dataclass(frozen=True, slots=True)
class Case:
    """A claim with what is known that bears on it."""

    claim: UnpaidBenefitClaim
    received_on: date
    deceased: PersonFacts
    claimant: PersonFacts | None
    others: tuple[UnpaidBenefitClaim, ...]
    """The other claims on this death that were not withdrawn."""

    def findings(self, state: State) -> tuple[Finding, ...]:
        """What the examination finds."""
        return examine(
            self.claim, self.deceased, self.claimant, self.others, self.received_on, state.order
        )


def read(state: State, kept: KeptClaim) -> UnpaidBenefitClaim:
    """A kept claim as its form says."""
    form = form_of(state, kept)
    return claim_of(kept.claim_id, kept.deceased_id, read_values(form, kept.submission))


def form_of(state: State, kept: KeptClaim) -> Form:
    """The version of the form that a claim was received on."""
    return state.forms.form(kept.kind, kept.received_on)


async def case_of(
    connection: asyncpg.Connection, state: State, claim: UnpaidBenefitClaim, received_on: date
) -> Case:
    """Gather what bears on a claim. Raises the problem where the deceased is not known."""
    deceased = await persons.facts(connection, claim.deceased_id)
    if deceased is None:
        raise problems.person_unknown()
    claimant = await persons.facts(connection, claim.claimant_id) if claim.claimant_id else None
    on_death = await claims.on_death(connection, claim.deceased_id)
    others = tuple(
        read(state, kept)
        for kept in on_death
        if kept.claim_id != claim.claim_id and kept.state is not EntryState.WITHDRAWN
    )
    return Case(claim, received_on, deceased, claimant, others)


def settling_refusal(
    state: State, kept: KeptClaim, said: Settling, staff_id: str, case: Case, today: date
) -> Problem | None:
    """Why a claim cannot be settled now; None where it can."""
    try:
        require_transition(kept.state, EntryState.SETTLED)
        require_another_person(kept.accepted_by, staff_id)
    except InvalidTransition:
        return problems.wrong_state(kept.state)
    except SamePerson:
        return problems.same_person()
    form, submission = form_of(state, kept), kept.submission.with_documents(said.documents)
    errors = validate(form, submission, today=today)
    if errors:
        return problems.faulty_form(errors)
    missing = outstanding(form, submission)
    if missing:
        return problems.documents_missing(missing)
    found = case.findings(state)
    if refusals(found):
        return problems.refused(refusals(found))
    unseen = unacknowledged(found, said.acknowledged)
    return problems.not_looked_at(unseen) if unseen else None


async def settle(
    uow: UnitOfWork,
    kept: KeptClaim,
    claim: UnpaidBenefitClaim,
    said: Settling,
    staff: StaffContext,
) -> None:
    """Settle a claim, and tell whoever sends it on to JPS."""
    item_id = uuid4()
    documents = {document.code: document for document in said.documents}
    await claims.settle(
        uow.connection,
        kept.claim_id,
        item_id=item_id,
        documents=list(documents.values()),
        acknowledged=said.acknowledged,
        by=staff.staff_id,
        now=uow.now,
    )
    uow.emit(
        UnpaidBenefitClaimReceived(
            item_id=item_id,
            claim_id=kept.claim_id,
            person_id=kept.deceased_id,
            died_on=claim.died_on,
            claimant_person_id=claim.claimant_id,
            claimant_relationship=claim.relationship,
            pension_code=claim.pension_code,
            basic_pension_number=claim.basic_pension_number,
            accepted_on=kept.received_on,
        ),
        key=str(kept.deceased_id),
    )
    details: Details = {"of": kept.kind, "acknowledged": " ".join(said.acknowledged)}
    record(uow, staff, AuditOperation.ENTRY_SETTLED, kept.deceased_id, kept.claim_id, details,
           function=Function.NOTICE_SETTLE)  # fmt: skip


def view(state: State, kept: KeptClaim, case: Case) -> ClaimView:
    """A claim as staff see it; findings only while it waits to be settled."""
    waits = kept.state is EntryState.RECEIVED
    missing = outstanding(form_of(state, kept), kept.submission) if waits else ()
    return ClaimView(
        claim=ClaimSummary.of(kept, case.claim),
        submission=kept.submission,
        withdrawn_reason=kept.withdrawn_reason,
        corrections=CorrectionView.all_of(kept.corrections),
        decisions=DecisionView.all_of(kept),
        acknowledged=kept.acknowledged,
        findings=case.findings(state) if waits else (),
        missing_documents=tuple(attachment.code for attachment in missing),
    )


def summaries(state: State, kept: Sequence[KeptClaim]) -> tuple[ClaimSummary, ...]:
    """Claims in a list."""
    return tuple(ClaimSummary.of(each, read(state, each)) for each in kept)


def codes(kind: str, submission: Submission) -> Details:
    """What the audit record says of an acceptance: how number and person were verified (C05)."""
    check = submission.identity_check
    told: Details = {"of": kind, "channel": submission.channel.value}
    if check is not None:
        told |= {
            "number_verified_by": check.number.value,
            "person_verified_by": check.person.value,
            "proxy": check.proxy is not None,
        }
    return told


def record(
    uow: UnitOfWork,
    staff: StaffContext,
    operation: AuditOperation,
    person_id: UUID,
    claim_id: UUID,
    details: Details,
    *,
    function: Function = Function.NOTICE_ACCEPT,
    outcome: AuditOutcome = AuditOutcome.DONE,
) -> None:
    """Record what was done with a claim."""
    audit.record(
        uow,
        operation,
        staff=staff,
        function=function,
        person_id=person_id,
        reference=claim_id,
        outcome=outcome,
        details=details,
    )
