"""Building a batch: choosing items, asking identity, taking items out, giving up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from contracts.events import (
    AuditOperation,
    LinkageItem,
    LinkagePurpose,
    LinkageRequested,
    ReportItemKind,
)
from contracts.functions import Function
from services.chassis import audit
from services.chassis import problems as chassis_problems
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.jps_reporting import checking, problems
from services.jps_reporting.domain.batches import Action, BatchState, allows
from services.jps_reporting.domain.layout import Layout
from services.jps_reporting.reporting import Reporting
from services.jps_reporting.stores import batches, items, linkage
from services.jps_reporting.stores.batches import Batch
from services.jps_reporting.stores.items import Chosen

TAKEN_OUT = "JR-1203"
"""Held back: staff took it out of a batch."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which waiting items a batch takes."""

    kinds: tuple[ReportItemKind, ...] | None
    due_before: date | None
    limit: int
    apart: bool = False
    """The items about hidden persons (支援措置), and no others."""


async def build(reporting: Reporting, uow: UnitOfWork, staff: StaffContext, choice: Choice) -> UUID:
    """A new batch of waiting items; identity is asked for what its records need.

    Raises ``Problem`` JR-3001 where nothing waits.
    """
    batch_id = uuid4()
    layout = reporting.layout
    await batches.add(
        uow.connection,
        batch_id,
        layout_id=layout.id,
        digest=reporting.parameters.digest,
        chosen={
            "kinds": [kind.value for kind in choice.kinds] if choice.kinds else None,
            "due_before": choice.due_before.isoformat() if choice.due_before else None,
            "limit": choice.limit,
            **({"apart": True} if choice.apart else {}),
        },
        built_by=staff.staff_id,
        now=uow.now,
    )
    chosen = await items.choose(
        uow.connection,
        batch_id,
        today=uow.today,
        kinds=choice.kinds,
        due_before=choice.due_before,
        limit=choice.limit,
        now=uow.now,
        staff_id=staff.staff_id,
        apart=choice.apart,
    )
    if not chosen:
        raise problems.nothing_to_report()
    await _ask(uow, batch_id, layout, chosen)
    audit.record(
        uow,
        AuditOperation.BATCH_BUILT,
        staff=staff,
        function=Function.BATCH_BUILD,
        count=len(chosen),
        purpose=LinkagePurpose.REPORT_TO_JPS.value,
        reference=batch_id,
        details={"layout": layout.id},
    )
    return batch_id


async def _ask(uow: UnitOfWork, batch_id: UUID, layout: Layout, chosen: Sequence[Chosen]) -> None:
    """One request for each person, for what the records of their items need and no more."""
    wanted: dict[UUID, set[LinkageItem]] = {}
    traces: dict[UUID, str | None] = {}
    for one in chosen:
        record = layout.record_for(one.kind)
        wanted.setdefault(one.person_id, set()).update(record.asks if record else ())
        if traces.get(one.person_id) is None:
            traces[one.person_id] = one.trace
    # A kind that the layout lacks needs nothing, but the contract has no request for nothing.
    asked = [
        linkage.Asked(
            uuid4(), person_id, tuple(i for i in LinkageItem if i in needs) or (LinkageItem.NAME,)
        )
        for person_id, needs in wanted.items()
    ]
    await linkage.ask(uow.connection, batch_id, asked, uow.now)
    for request in asked:
        uow.emit(
            LinkageRequested(
                request_id=request.request_id,
                person_id=request.person_id,
                purpose=LinkagePurpose.REPORT_TO_JPS,
                items=request.items,
                reference=batch_id,
            ),
            key=str(request.person_id),
            trace=traces[request.person_id],
        )


async def locked(uow: UnitOfWork, batch_id: UUID, action: Action) -> Batch:
    """The batch, held for ``action``. Raises ``Problem``: unknown, or not in a fitting state."""
    batch = (await batches.lock(uow.connection, [batch_id])).get(batch_id)
    if batch is None:
        raise chassis_problems.not_found()
    if not allows(batch.state, action):
        raise problems.wrong_state(batch.state)
    return batch


async def check_again(
    reporting: Reporting, uow: UnitOfWork, staff: StaffContext, batch_id: UUID
) -> None:
    """Check all items with today's date, layout and substitution table."""
    batch = await locked(uow, batch_id, Action.CHECK)
    await checking.check_all(reporting, uow, batch)
    await checking.settle(reporting, uow, batch)
    _record(uow, staff, batch_id, "check")


async def take_out(
    reporting: Reporting,
    uow: UnitOfWork,
    staff: StaffContext,
    batch_id: UUID,
    item_ids: Sequence[UUID] | None,
) -> int:
    """Take items out of the batch and hold them back until somebody releases them.

    ``item_ids`` None takes out all that have an error. A batch that is empty then is cancelled.
    Raises ``Problem`` JR-3010 for items that are not in the batch.
    """
    batch = await locked(uow, batch_id, Action.TAKE_OUT)
    errors = await batches.items_with_errors(uow.connection, batch_id)
    if item_ids is None:
        item_ids = list(errors)
    wanted = {item_id: errors.get(item_id, TAKEN_OUT) for item_id in item_ids}
    persons = await items.leave(
        uow.connection, batch_id, wanted.items(), now=uow.now, staff_id=staff.staff_id
    )
    if len(persons) != len(wanted):
        there = {one.item.item_id for one in await items.of_batch(uow.connection, batch_id)}
        raise problems.not_in_batch(sorted(str(i) for i in wanted.keys() - there))
    await batches.forget_results(uow.connection, batch_id, list(wanted))
    await linkage.erase_persons_gone(uow.connection, batch_id, uow.now)
    _record(uow, staff, batch_id, "take_out", len(wanted))
    left = (await batches.tally(uow.connection, batch_id)).items
    if not left:
        await batches.set_state(uow.connection, batch_id, BatchState.CANCELLED, uow.now)
        return len(wanted)
    # What was a duplicate of an item that is gone is none any more.
    await checking.check_persons(reporting, uow, batch, sorted(set(persons)))
    await checking.settle(reporting, uow, batch)
    return len(wanted)


async def cancel(uow: UnitOfWork, staff: StaffContext, batch_id: UUID) -> None:
    """Give the batch up: its items wait again, its answers are erased. A serial that was ordered
    for it is not used again."""
    await locked(uow, batch_id, Action.CANCEL)
    inside = [one.item.item_id for one in await items.of_batch(uow.connection, batch_id)]
    await items.leave(
        uow.connection,
        batch_id,
        [(item_id, None) for item_id in inside],
        now=uow.now,
        staff_id=staff.staff_id,
    )
    await batches.forget_results(uow.connection, batch_id, inside)
    await linkage.erase(uow.connection, batch_id, uow.now)
    await batches.set_state(uow.connection, batch_id, BatchState.CANCELLED, uow.now)
    _record(uow, staff, batch_id, "cancel", len(inside))


def _record(
    uow: UnitOfWork, staff: StaffContext, batch_id: UUID, what: str, count: int | None = None
) -> None:
    audit.record(
        uow,
        AuditOperation.BATCH_BUILT,
        staff=staff,
        function=Function.BATCH_BUILD,
        count=count,
        reference=batch_id,
        details={"action": what},
    )
