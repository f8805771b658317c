"""What staff may ask of qualification, and do, through the gateway. Every answer is recorded in the
transaction that reads it: no record, no answer."""

from datetime import date, datetime, time
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from contracts.days import Day, Moment
from contracts.events import AuditOperation
from contracts.functions import Function
from services.chassis import audit, problems
from services.chassis.clock import JAPAN
from services.chassis.http import current_service, requires
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.qualification import (
    differences_api,
    missing_api,
    notice_api,
    receipt_api,
    receipt_print_api,
    returns_api,
    taking_back_api,
    what_if_api,
)
from services.qualification.domain.parameters import NoValue
from services.qualification.notice_views import notice_summary
from services.qualification.problems import in_the_future, no_value
from services.qualification.state import state_of
from services.qualification.stores import (
    corrections,
    differences,
    notices,
    persons,
    reports,
    runs,
)
from services.qualification.views import (
    Asked,
    QualificationView,
    qualification_view,
)

router = APIRouter()
router.include_router(notice_api.router)
router.include_router(receipt_api.router)
router.include_router(differences_api.router)
router.include_router(receipt_print_api.router)
router.include_router(missing_api.router)
router.include_router(returns_api.router)
router.include_router(taking_back_api.router)
router.include_router(what_if_api.router)


@router.get("/persons/{person_id}/qualification")
async def show(
    person_id: UUID,
    staff: Annotated[StaffContext, Depends(requires(Function.PERSON_VIEW))],
    service: Annotated[Service, Depends(current_service)],
    as_of: Annotated[Day | None, Query()] = None,
    known_at: Annotated[Moment | None, Query()] = None,
) -> QualificationView:
    """A person's timeline with its reasons.

    ``as_of``: as it stood on that day, by what was known at its end. ``known_at``: by what was
    known at another moment instead. Without both: as it stands now. A former id answers with the
    person that answers for it, and with the facts of both.
    """
    state = state_of(service)
    async with service.unit_of_work() as uow:
        connection = uow.connection
        today = await runs.business_day(connection, uow.today)
        if as_of is not None and as_of > today:
            raise in_the_future()
        ids = await persons.ids_of(connection, person_id)
        if not ids:
            raise problems.not_found()
        moment = known_at or (_end_of(as_of) if as_of is not None and as_of < today else None)
        asked = Asked(ids[0], as_of or today, moment, staff.staff_id)
        facts = await persons.facts_of_one(connection, ids)
        reported = await reports.reported(connection, ids)
        corrected = await corrections.KEPT.of(connection, [r.item_id for r in reported], moment)
        handed_in = [
            notice
            for notice in await notices.of_person(connection, ids)
            if moment is None or notice.accepted_at <= moment
        ]
        since = await corrections.about(connection, [n.notice_id for n in handed_in], moment)
        summaries = [
            notice_summary(
                notice, state.title(notice.kind), staff.staff_id, moment,
                corrections=since.get(notice.notice_id, ()),
            )
            for notice in handed_in
        ]  # fmt: skip
        differing = (
            await differences.listed(connection, person_id, None, 100) if moment is None else []
        )
        try:
            view = qualification_view(
                asked, facts, state.parameters, reported, summaries, differing, corrected
            )
        except NoValue:
            raise no_value() from None
        audit.record(
            uow,
            AuditOperation.INQUIRY,
            staff=staff,
            function=Function.PERSON_VIEW,
            person_id=ids[0],
            details={"what": "qualification", "as_of": asked.day.isoformat()},
        )
    return view


def _end_of(day: date) -> datetime:
    """The last moment of a day in Japan."""
    return datetime.combine(day, time.max, JAPAN)
