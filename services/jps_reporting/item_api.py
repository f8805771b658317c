"""Report items over HTTP: the register of receipts, a person's items, releasing what is held."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from contracts.days import Day
from contracts.events import AuditOperation, ReportItemKind
from contracts.functions import Function
from services.chassis import audit, merges
from services.chassis.http import requires
from services.chassis.paging import page
from services.chassis.staff_context import StaffContext
from services.jps_reporting import giving_up, views
from services.jps_reporting.domain.items import ItemState
from services.jps_reporting.problems import held_by_owner, not_blocked
from services.jps_reporting.reporting import CurrentService
from services.jps_reporting.stores import items, media, results

router = APIRouter()

Builder = Annotated[StaffContext, Depends(requires(Function.BATCH_BUILD))]
Viewer = Annotated[StaffContext, Depends(requires(Function.PERSON_VIEW))]


@router.get("/items")
async def register(
    staff: Builder,
    service: CurrentService,
    state: ItemState | None = None,
    kind: ReportItemKind | None = None,
    due_before: Day | None = None,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
    fell_away: bool = False,
) -> views.Items:
    """The list of report items (報告項目一覧), the soonest due first; what need not be reported is
    in it with its reason. ``fell_away``: only those whose fact no longer stands."""
    wanted = items.Filter(state, kind, due_before, after, limit + 1, fell_away)
    async with service.unit_of_work() as uow:
        shown, last = page(await items.register(uow.connection, wanted), limit)
        decided = await results.decisions_of(uow.connection, [one.item.item_id for one in shown])
        audit.record(
            uow,
            AuditOperation.INQUIRY,
            staff=staff,
            function=Function.BATCH_BUILD,
            count=len(shown),
            details={"what": "items"},
        )
        return views.Items(
            items=tuple(
                views.ItemView.of(one, uow.today, decisions=decided.get(one.item.item_id))
                for one in shown
            ),
            next=None if last is None else last.item.item_id,
        )


@router.post("/items/{item_id}/release")
async def release(item_id: UUID, staff: Builder, service: CurrentService) -> views.ItemView:
    """Put an item that was held back among the waiting ones: its cause is settled, or a person
    decided that it is to be reported."""
    async with service.unit_of_work() as uow:
        await giving_up.refuse_proposed(uow, item_id)
        before = await items.by_id(uow.connection, item_id)
        person_id = await items.release(
            uow.connection, item_id, now=uow.now, staff_id=staff.staff_id
        )
        after = await items.by_id(uow.connection, item_id)
        if before is not None and before.held_on is not None:
            raise held_by_owner()
        if before is None or after is None or person_id is None:
            raise not_blocked()
        audit.record(
            uow,
            AuditOperation.BATCH_BUILT,
            staff=staff,
            function=Function.BATCH_BUILD,
            person_id=person_id,
            reference=item_id,
            details={"action": "release", "code": before.blocked_code or ""},
        )
        return views.ItemView.of(after, uow.today)


@router.get("/persons/{person_id}/items")
async def of_person(person_id: UUID, staff: Viewer, service: CurrentService) -> views.PersonItems:
    """A person's report items, and what was given of them to whom (C23). Nobody known: empty."""
    async with service.unit_of_work() as uow:
        person_id = await merges.surviving(uow.connection, person_id)
        found = await items.of_person(uow.connection, person_id)
        given = await media.provisions_of(uow.connection, person_id)
        decided = await results.decisions_of(uow.connection, [one.item.item_id for one in found])
        audit.record(
            uow,
            AuditOperation.INQUIRY,
            staff=staff,
            function=Function.PERSON_VIEW,
            person_id=person_id,
            count=len(found),
            details={"what": "report_items"},
        )
        return views.PersonItems(
            items=tuple(
                views.ItemView.of(one, uow.today, decisions=decided.get(one.item.item_id))
                for one in found
            ),
            provisions=tuple(views.ProvisionView(**row) for row in given),
        )
