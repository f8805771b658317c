"""What staff do with the renewal of a cycle: see how it stands, look at cases, settle the rest."""

from dataclasses import asdict
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from contracts.events import AuditOperation, BlockKind
from contracts.functions import Function
from services.chassis import audit, blocking
from services.chassis.http import current_service, requires
from services.chassis.paging import page
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.exemptions import entry_life, renewing, reviewing
from services.exemptions.application_views import ApplicationSummary
from services.exemptions.domain.examined import findings
from services.exemptions.domain.renewals import RenewalState
from services.exemptions.domain.renewals import state_of as come_to
from services.exemptions.entry_views import Settling
from services.exemptions.procedures import APPLICATIONS
from services.exemptions.reviewing import Reviewed
from services.exemptions.state import state_of
from services.exemptions.stores import applications, renewals

router = APIRouter()
CurrentService = Annotated[Service, Depends(current_service)]
Viewer = Annotated[StaffContext, Depends(requires(Function.PERSON_VIEW))]
Settler = Annotated[StaffContext, Depends(requires(Function.NOTICE_SETTLE))]


class RenewalPage(BaseModel):
    """How the renewal of a cycle stands, and its applications in one state of review."""

    cycle: int
    due: int
    """Continuing applications of the cycle before that nothing continues yet."""
    asked: int
    clear: int
    to_look_at: int
    settled: int
    withdrawn: int
    renewal: RenewalState
    renewal_label: str
    applications: tuple[ApplicationSummary, ...]
    following: int | None
    """What to give as ``after`` to go on; None: this was the end."""


class SettlingRenewals(BaseModel):
    """Whose renewals are to be settled: of which cycle, how many at the most."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    cycle: Annotated[int, Field(ge=2000, le=2200)]
    limit: Annotated[int, Field(ge=1, le=500)] = 500


class SettledRenewals(BaseModel):
    """What a settling of clear renewals came to."""

    settled: int
    asked_again: int
    """Those whose answers were of an earlier day: asked for again, and reviewed when they come."""
    awaited: int
    """All renewals of the cycle that wait for answers."""
    to_look_at: int
    """Those whose review leaves something to look at after all; they are on that list now."""
    left: int


@router.get("/exemption-renewals")
async def show_renewal(
    cycle: Annotated[int, Query(ge=2000, le=2200)],
    staff: Viewer,
    service: CurrentService,
    renewal: RenewalState = RenewalState.TO_LOOK_AT,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> RenewalPage:
    """How the renewal of a cycle stands; and the cases that need a person, or the others."""
    async with service.unit_of_work() as uow:
        due = await renewals.count_due(uow.connection, cycle)
        stand = await renewals.counts(uow.connection, cycle)
        found = await applications.of_renewal(uow.connection, cycle, renewal, after, limit + 1)
        shown, last = page(found, limit)
        audit.record(
            uow,
            AuditOperation.SEARCH,
            staff=staff,
            function=Function.PERSON_VIEW,
            count=len(shown),
            details={"of": "exemption_renewals", "cycle": cycle, "state": renewal.value},
        )
    return RenewalPage(
        cycle=cycle,
        due=due,
        **asdict(stand),
        renewal=renewal,
        renewal_label=renewal.label,
        applications=tuple(map(ApplicationSummary.of_kept, shown)),
        following=None if last is None else last.sequence,
    )


@router.post("/exemption-renewals/settle")
async def settle_clear(
    said: SettlingRenewals, staff: Settler, service: CurrentService
) -> SettledRenewals:
    """Settle renewals whose review leaves nothing to look at, each by the facts of today.

    What was told on an earlier day is asked for again first, as of a single application (EX-0208):
    called again when the answers have come, it reviews and settles those. One that leaves something
    to look at after all goes to the list of those, and is not settled; so does one of somebody
    under 異動抑止.
    """
    state = state_of(service)
    settled, doubtful = 0, []
    async with service.unit_of_work() as uow:
        await renewing.review(uow, state, said.cycle, said.limit)
        ids = await renewals.clear(uow.connection, said.cycle, said.limit)
        stale = await renewing.ask_again(uow, state, ids)
        if stale:
            audit.record(
                uow,
                AuditOperation.BATCH_JOB,
                staff=staff,
                function=Function.NOTICE_SETTLE,
                count=len(stale),
                details={"job": "renewal_asked_again", "cycle": said.cycle},
            )
        fresh = [one for one in ids if one not in stale]
        reviewed = await renewing.reviewed(uow, state, fresh)
        stopped = await blocking.stopped(
            uow, BlockKind.CHANGE, [kept.person_id for kept, _ in reviewed]
        )
        for kept, renewed in reviewed:
            if kept.person_id in stopped:
                doubtful.append((kept.application_id, RenewalState.TO_LOOK_AT))
                continue
            if renewed is None or come_to(renewed) is not RenewalState.CLEAR:
                doubtful.append((kept.application_id, RenewalState.TO_LOOK_AT))
                continue
            found = Reviewed(renewed.outcomes, findings(renewed.outcomes, ()), renewed.goes_on)
            handed = entry_life.handed_in(state, kept)
            effect = reviewing.effect(handed, found, uuid4())
            await entry_life.take_effect(uow, APPLICATIONS, kept, effect, Settling(), staff)
            settled += 1
        await renewals.note(uow.connection, doubtful)
        stand = await renewals.counts(uow.connection, said.cycle)
    return SettledRenewals(
        settled=settled,
        asked_again=len(stale),
        awaited=stand.asked,
        to_look_at=len(doubtful),
        left=stand.clear,
    )
