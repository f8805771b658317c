"""Sealing a batch: two people, one serial, nothing twice.

The vault is called between two transactions. The first orders the medium: its id and serial are
fixed there. The second records it together with every provision. A crash in between leaves the
batch in ``sealing`` with its serial; sealing again goes on from there.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from contracts.events import AuditOperation, AuditOutcome
from contracts.functions import Function
from services.chassis import audit
from services.chassis.problems import Problem
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.jps_reporting import problems, vault
from services.jps_reporting.building import locked
from services.jps_reporting.checking import CHUNK, stopped_items
from services.jps_reporting.domain.batches import Action, BatchState
from services.jps_reporting.domain.items import ItemState
from services.jps_reporting.domain.layout import InvalidLayout, Layout
from services.jps_reporting.domain.rendering import Field, MediumFacts, NumberPlace, Rendered
from services.jps_reporting.forwarding import hop, tell_on_medium
from services.jps_reporting.reporting import Reporting
from services.jps_reporting.stores import (
    batches,
    corrections,
    items,
    linkage,
    media,
    reported_anew,
    standing,
)
from services.jps_reporting.stores.batches import Batch
from services.jps_reporting.stores.item_rows import StoredItem
from services.jps_reporting.stores.linkage import Answer
from services.jps_reporting.stores.media import Medium, ProvisionRow


@dataclass(frozen=True, slots=True)
class Order:
    """A medium to be made: all that the vault needs, and all that is recorded afterwards."""

    medium: Medium
    version: int
    """Of the batch's content that the rows were made of."""
    layout: Layout
    items: Sequence[StoredItem]
    rows: list[list[Field]]
    provisions: list[ProvisionRow]
    """One for each item, in the items' order."""


async def seal(service: Service, reporting: Reporting, staff: StaffContext, batch_id: UUID) -> None:
    """Make the medium of a checked batch. Done already: nothing happens.

    Raises ``Problem``: JR-3002 to JR-3009, JR-3012, JR-3025, JR-3031, JR-3034, JR-3035.
    """
    async with (
        service.database.session() as connection,
        media.sealing_turn(connection, batch_id) as ours,
    ):
        if not ours:
            raise problems.being_sealed()
        order = await _ordered(service, reporting, staff, batch_id)
        if order is None:
            return
        content = await vault.seal(
            service.client("token_vault"),
            batch_id=batch_id,
            staff_id=staff.staff_id,
            department=staff.department,
            sees_sealed=Function.SEALED_VIEW in staff.functions,
            file_name=order.medium.file_name,
            layout=order.layout,
            rows=order.rows,
        )
        await record(service, reporting, staff, order, content)


async def _ordered(
    service: Service, reporting: Reporting, staff: StaffContext, batch_id: UUID
) -> Order | None:
    async with service.unit_of_work() as uow:
        outcome = await _order(reporting, uow, staff, batch_id)
        if isinstance(outcome, Problem):
            audit.record(
                uow,
                AuditOperation.MEDIUM_SEALED,
                staff=staff,
                function=Function.BATCH_SEAL,
                outcome=AuditOutcome.REFUSED,
                reference=batch_id,
                details={"code": outcome.code},
            )
    if isinstance(outcome, Problem):
        raise outcome
    return outcome


async def _order(
    reporting: Reporting, uow: UnitOfWork, staff: StaffContext, batch_id: UUID
) -> Order | Problem | None:
    """Fix the medium's id and serial, and write its rows. A refusal is recorded, so it returns."""
    found = await batches.find(uow.connection, batch_id)
    if found is not None and found.state in (BatchState.SEALED, BatchState.SENT):
        return None
    batch = await locked(uow, batch_id, Action.SEAL)
    if staff.staff_id == batch.built_by:
        return problems.same_person()
    errors = await batches.items_with_errors(uow.connection, batch_id)
    if errors:
        return problems.unresolved_errors(len(errors))
    if batch.digest != reporting.parameters.digest:
        return problems.checked_otherwise()
    found_items = await items.of_batch(uow.connection, batch_id)
    if refused := _taken_back(found_items):
        # It was as the batch was put together: the check finds it.
        return refused
    if stopped := await stopped_items(uow, found_items):
        return problems.issue_stopped(len(stopped))
    if any((await reported_anew.to_cancel_before(uow.connection, batch_id)).values()):
        return problems.cancellation_first()
    layout = reporting.parameters.layout(batch.layout_id)
    try:
        medium = await _medium(uow, batch, layout, staff)
    except InvalidLayout:
        return problems.serial_exhausted()
    await batches.set_state(uow.connection, batch_id, BatchState.SEALING)
    answers = await linkage.answers(
        uow.connection, batch_id, [one.item.person_id for one in found_items]
    )
    rows, provisions = await _rows(reporting, layout, medium, found_items, answers)
    return Order(medium, batch.version, layout, found_items, rows, provisions)


def _taken_back(found: Sequence[StoredItem]) -> Problem | None:
    """Why a medium may not hold these items as their owners see them now."""
    if any(one.stale for one in found):
        return problems.fell_away_since()
    if any(one.held_on is not None for one in found):
        return problems.held_since()
    return None


async def _medium(uow: UnitOfWork, batch: Batch, layout: Layout, staff: StaffContext) -> Medium:
    """The batch's one medium: a new one, or the one that was ordered before a crash."""
    ordered = await media.of_batch(uow.connection, batch.batch_id)
    serial = ordered.serial if ordered else await media.next_serial(uow.connection)
    medium = Medium(
        medium_id=ordered.medium_id if ordered else uuid4(),
        batch_id=batch.batch_id,
        serial=serial,
        file_name=layout.file_for(serial),
        created_on=uow.today,
        ordered_at=uow.now,
        layout_id=layout.id,
        layout_title=layout.title,
        layout_status=layout.status.value,
        sealed_by=None,
        sealed_at=None,
        record_count=None,
        sha256=None,
        size=None,
    )
    if ordered:
        await media.order_again(uow.connection, medium)
        return replace(medium, ordered_at=ordered.ordered_at)
    await media.add(uow.connection, medium)
    await media.note_life(uow.connection, medium.medium_id, "ordered", staff.staff_id, uow.now)
    return medium


async def _rows(
    reporting: Reporting,
    layout: Layout,
    medium: Medium,
    found: Sequence[StoredItem],
    answers: dict[UUID, Answer],
) -> tuple[list[list[Field]], list[ProvisionRow]]:
    renderer = reporting.renderer(layout)
    facts = MediumFacts(
        municipality_code=reporting.settings.municipality_code,
        municipality_name=reporting.settings.municipality_name,
        serial=medium.serial,
        created_on=medium.created_on,
        record_count=len(found),
    )
    rows = [_sound(row) for row in renderer.rows(layout.before, facts)]
    provisions: list[ProvisionRow] = []
    for start in range(0, len(found), CHUNK):
        chunk = found[start : start + CHUNK]
        # In a thread, so that the consumer's heartbeats go on.
        records = await asyncio.to_thread(_records, reporting, layout, chunk, answers)
        for one, fields in zip(chunk, records, strict=True):
            provisions.append(_provision(reporting, layout, one, len(provisions) + 1, fields))
            rows.append(fields)
    rows += [_sound(row) for row in renderer.rows(layout.after, facts)]
    return rows, provisions


def _records(
    reporting: Reporting, layout: Layout, chunk: Sequence[StoredItem], answers: dict[UUID, Answer]
) -> list[list[Field]]:
    renderer = reporting.renderer(layout)
    written = []
    for one in chunk:
        record = layout.record_for(one.item.kind)
        if record is None:
            raise RuntimeError("an item without a record passed the checks")
        written.append(
            _sound(renderer.record(record, one.item, answers[one.item.person_id].answer))
        )
    return written


def _sound(rendered: Rendered) -> list[Field]:
    if rendered.faults:
        # The checks render by the same code, layout and table: this cannot be, so it may not pass.
        raise RuntimeError(f"a faulty record passed the checks: {rendered.faults[0].flaw}")
    return rendered.fields


def _provision(
    reporting: Reporting, layout: Layout, one: StoredItem, position: int, fields: list[Field]
) -> ProvisionRow:
    record = layout.record_for(one.item.kind)
    provided = sorted(record.provides) if record else []
    reporting.parameters.provisions.require(one.item.kind, frozenset(provided))
    return ProvisionRow(
        item_id=one.item.item_id,
        person_id=one.item.person_id,
        position=position,
        article=reporting.parameters.provisions.row(one.item.kind).article,
        items=tuple(item.value for item in provided),
        number=any(isinstance(field, NumberPlace) for field in fields),
    )


async def record(
    service: Service, reporting: Reporting, staff: StaffContext, order: Order, content: bytes
) -> None:
    """Keep the medium, every provision (C23) and the items' new state, or none of them.

    Raises ``Problem`` where its content is not what it was ordered with: JR-3002, JR-3007; JR-3034,
    JR-3035 where only its owner's word on an item, at this very moment, tells so.
    """
    batch_id = order.medium.batch_id
    async with service.unit_of_work() as uow:
        batch = await locked(uow, batch_id, Action.SEAL)
        if batch.state is not BatchState.SEALING or batch.version != order.version:
            raise problems.changed_meanwhile()
        # An owner's word that found an item before it was in the batch holds the item alone.
        await items.hold_batch(uow.connection, batch_id)
        if refused := _taken_back(await items.of_batch(uow.connection, batch_id)):
            raise refused
        overtaken = await reported_anew.told_before(uow.connection, batch_id)
        if any((await reported_anew.to_cancel_before(uow.connection, batch_id)).values()):
            # A cancellation was agreed to while the vault was at work.
            raise problems.changed_meanwhile()
        await media.set_sealed(
            uow.connection,
            order.medium.medium_id,
            content=content,
            sha256=hashlib.sha256(content).digest(),
            record_count=len(order.provisions),
            sealed_by=staff.staff_id,
            now=uow.now,
        )
        await media.note_life(
            uow.connection, order.medium.medium_id, "sealed", staff.staff_id, uow.now
        )
        table = reporting.parameters.provisions
        await media.add_provisions(
            uow.connection,
            order.medium.medium_id,
            table.recipient,
            table.clause,
            order.provisions,
            uow.now,
        )
        _record_provisions(service, reporting, uow, staff, order)
        await items.move_all(
            uow.connection,
            batch_id,
            ItemState.IN_BATCH,
            ItemState.SEALED,
            now=uow.now,
            staff_id=staff.staff_id,
        )
        tell_on_medium(uow, order.items, batch_id, order.medium.serial, on_medium=True)
        await standing.withdraw_corrections(uow.connection, overtaken, uow.now)
        await corrections.lapse(uow.connection, overtaken, uow.now)
        await linkage.erase(uow.connection, batch_id, uow.now)
        await batches.set_state(uow.connection, batch_id, BatchState.SEALED)
        audit.record(
            uow,
            AuditOperation.MEDIUM_SEALED,
            staff=staff,
            function=Function.BATCH_SEAL,
            count=len(order.provisions),
            reference=batch_id,
            details={"medium_serial": order.medium.serial, "layout": order.layout.id},
        )


def _record_provisions(
    service: Service, reporting: Reporting, uow: UnitOfWork, staff: StaffContext, order: Order
) -> None:
    """One audit record for each item, on the trace of the event that the item came from."""
    table = reporting.parameters.provisions
    for one, row in zip(order.items, order.provisions, strict=True):
        audit.record(
            uow,
            AuditOperation.PROVISION,
            staff=staff,
            function=Function.BATCH_SEAL,
            person_id=row.person_id,
            purpose="report_to_jps",
            legal_basis=table.clause,
            number_accessed=row.number,
            reference=row.item_id,
            details={
                "recipient": "jps",
                "kind": one.item.kind.value,
                "items": ",".join(row.items),
                "medium_serial": order.medium.serial,
            },
            trace=hop(service, "jps.item.sealed", one),
        )
