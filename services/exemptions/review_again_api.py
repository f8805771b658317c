"""What a review found otherwise than what was settled: listed, noted, settled anew."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from contracts.events import AuditOperation, AuditOutcome, BlockKind
from contracts.forms import (
    EntryState,
    FindingCode,
    FreeText,
    SamePerson,
    holds_individual_number,
    require_another_person,
    unacknowledged,
)
from contracts.functions import Function
from services.chassis import audit, blocking, merges
from services.chassis.http import current_service, requires
from services.chassis.paging import page
from services.chassis.problems import Problem, not_found
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.exemptions import application_problems, entry_life, following, holding, problems
from services.exemptions.application_views import ApplicationSummary, ApplicationView
from services.exemptions.entry_views import Sent
from services.exemptions.procedure import Handed
from services.exemptions.procedures import APPLICATIONS
from services.exemptions.procedures.applications import Review
from services.exemptions.review_again_views import ReviewedAgainView
from services.exemptions.state import state_of
from services.exemptions.stores import (
    applications,
    consequences,
    entries,
    persons,
    reviews_again,
)
from services.exemptions.stores.applications import Kept
from services.exemptions.stores.reviews_again import Found, FoundState

router = APIRouter()
CurrentService = Annotated[Service, Depends(current_service)]
Viewer = Annotated[StaffContext, Depends(requires(Function.PERSON_VIEW))]
Acceptor = Annotated[StaffContext, Depends(requires(Function.NOTICE_ACCEPT))]
Settler = Annotated[StaffContext, Depends(requires(Function.NOTICE_SETTLE))]


class ReviewedAgain(BaseModel):
    """An application of which a review found something otherwise."""

    application: ApplicationSummary
    found: ReviewedAgainView


class ReviewedAgainPage(BaseModel):
    """Those in a state, in the order in which they were found."""

    reviews: tuple[ReviewedAgain, ...]
    following: int | None
    """What to give as ``after`` to go on; None: this was the end."""


class NotingReview(Sent):
    """What was done about one, or why the review stands as it was settled."""

    note: FreeText


class SettlingAnew(Sent):
    """What whoever settles it anew says."""

    acknowledged: Annotated[tuple[FindingCode, ...], Field(max_length=50)] = ()
    """Codes of the findings that they looked at."""


@router.get("/exemption-reviews-again")
async def list_reviews(
    staff: Viewer,
    service: CurrentService,
    state: FoundState = FoundState.OPEN,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ReviewedAgainPage:
    """Applications of which what was told after they were settled says otherwise (再審査)."""
    async with service.unit_of_work() as uow:
        found = await reviews_again.in_state(uow.connection, state, after, limit + 1)
        shown, last = page(found, limit)
        ids = [one.application_id for one in shown]
        kept = await entries.some(uow.connection, APPLICATIONS.table, ids)
        audit.record(
            uow,
            AuditOperation.SEARCH,
            staff=staff,
            function=Function.PERSON_VIEW,
            count=len(shown),
            details={"of": "exemption_reviews_again", "state": state.value},
        )
    of = {one.entry_id: one for one in kept}
    return ReviewedAgainPage(
        reviews=tuple(
            ReviewedAgain(
                application=ApplicationSummary.of_kept(of[one.application_id]),
                found=ReviewedAgainView.of(one, of[one.application_id]),
            )
            for one in shown
        ),
        following=None if last is None else last.sequence,
    )


@router.post("/exemption-applications/{entry_id}/review-again/note", response_model=ApplicationView)
async def note(
    entry_id: UUID, said: NotingReview, staff: Acceptor, service: CurrentService
) -> BaseModel:
    """Note what was done about what a review found otherwise; what was settled stands."""
    if holds_individual_number(said.note):
        raise problems.number_in_reason()
    async with service.unit_of_work() as uow:
        kept = await entries.find(uow.connection, APPLICATIONS.table, entry_id, lock=True)
        if kept is None:
            raise not_found()
        found = await _standing(uow, entry_id)
        if found.state is not FoundState.OPEN:
            raise problems.nothing_to_do(found.state.label)
        before = await holding.held(uow, [entry_id])
        await reviews_again.note(
            uow.connection, found, FoundState.NOTED, staff.staff_id, uow.now, said.note
        )
        # A review that was made before the facts were found to be another's says nothing of them.
        await consequences.note_anothers(
            uow.connection, entry_id, found.found_at, said.note, staff.staff_id, uow.now
        )
        await holding.tell(uow, [kept], before)
        entry_life.record(uow, APPLICATIONS, AuditOperation.ENTRY_SETTLED, kept, staff,
                          Function.NOTICE_ACCEPT, reviewed_again="noted")  # fmt: skip
    return await entry_life.shown(service, APPLICATIONS, entry_id, staff)


@router.post(
    "/exemption-applications/{entry_id}/review-again/settle", response_model=ApplicationView
)
async def settle_anew(
    entry_id: UUID, said: SettlingAnew, staff: Settler, service: CurrentService
) -> BaseModel:
    """Let the review of today stand in the place of the one that it was settled with (再本登録).

    By another person than who accepted it, and before it is sent. What JPS is sent is the same: the
    review is the city's (C40).
    """
    state = state_of(service)
    async with entry_life.alone(service, APPLICATIONS, entry_id) as uow:
        kept = await entry_life.entry_of(uow, APPLICATIONS, entry_id, lock=True)
        assert isinstance(kept, Kept)  # of this procedure
        found = await _standing(uow, entry_id)
        handed = entry_life.handed_in(state, kept)
        known = await persons.facts(uow.connection, kept.person_id)
        if known is None:
            raise problems.person_unknown()
        desk = await APPLICATIONS.now(uow, state, handed, known)
        refusal = await _refusal(uow, handed, desk, said, staff)
        if refusal is None:
            await _settle(uow, handed, desk, found, said, staff)
            person_id = await merges.surviving(uow.connection, kept.person_id)
            await following.follow(uow, [person_id], state.forms)
        outcome = AuditOutcome.DONE if refusal is None else AuditOutcome.REFUSED
        entry_life.record(
            uow, APPLICATIONS, AuditOperation.ENTRY_SETTLED, kept, staff, Function.NOTICE_SETTLE,
            outcome=outcome, anew=True, acknowledged=" ".join(said.acknowledged),
            **({} if refusal is None else {"refused": refusal.code}),
        )  # fmt: skip
    if refusal is not None:
        raise refusal
    return await entry_life.shown(service, APPLICATIONS, entry_id, staff)


async def _standing(uow: UnitOfWork, entry_id: UUID) -> Found:
    found = (await reviews_again.standing(uow.connection, [entry_id])).get(entry_id)
    if found is None:
        raise application_problems.nothing_otherwise()
    return found


async def _refusal(
    uow: UnitOfWork, handed: Handed[Kept], desk: Review, said: SettlingAnew, staff: StaffContext
) -> Problem | None:
    """Why it cannot be settled anew now; None where it can."""
    kept = handed.kept
    assert kept is not None  # it was accepted
    if kept.state is not EntryState.SETTLED:
        return problems.wrong_state(kept.state)
    try:
        require_another_person(kept.accepted_by, staff.staff_id)
    except SamePerson:
        return problems.same_person()
    stopped = await blocking.refusal(uow, BlockKind.CHANGE, kept.person_id)
    if stopped is not None:
        return stopped
    unseen = unacknowledged(desk.found.findings, said.acknowledged)
    if unseen:
        return problems.not_looked_at(unseen)
    return await APPLICATIONS.hold_back(uow, handed, desk)


async def _settle(
    uow: UnitOfWork,
    handed: Handed[Kept],
    desk: Review,
    found: Found,
    said: SettlingAnew,
    staff: StaffContext,
) -> None:
    kept = handed.kept
    assert kept is not None  # it was accepted
    assert kept.item_id is not None  # it was settled
    brings = APPLICATIONS.effect(handed, desk, kept.item_id).columns
    await applications.settle_anew(
        uow.connection, kept.entry_id, brings, said.acknowledged, staff.staff_id, uow.now
    )
    before = await holding.held(uow, [kept.entry_id])
    await reviews_again.note(
        uow.connection, found, FoundState.SETTLED_ANEW, staff.staff_id, uow.now
    )
    await consequences.note_anothers(
        uow.connection, kept.entry_id, uow.now, FoundState.SETTLED_ANEW.label,
        staff.staff_id, uow.now,
    )  # fmt: skip
    await holding.tell(uow, [kept], before)
