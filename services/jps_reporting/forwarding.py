"""What the owner of an item is told when its medium is made, voided, or handed over."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from contracts.events import (
    AnyItemForwarded,
    CorrectionForwarded,
    ItemOnMedium,
    ReportOwner,
    item_forwarded,
)
from services.chassis import telemetry
from services.chassis.service import Service
from services.chassis.unit_of_work import UnitOfWork
from services.jps_reporting.domain.items import ReportItem
from services.jps_reporting.stores.item_rows import StoredItem


def tell_on_medium(
    uow: UnitOfWork,
    found: Iterable[StoredItem],
    batch_id: UUID,
    serial: int,
    *,
    on_medium: bool,
) -> None:
    """Tell the owners of these items that they are on the medium of that serial, or, as it was
    voided, are not. Of corrections the owner knows nothing before they are sent."""
    for one in found:
        if one.item.corrects is None:
            event = ItemOnMedium(
                item_id=one.item.item_id,
                person_id=one.item.person_id,
                owner=ReportOwner(one.item.source.value),
                kind=one.item.kind.value,
                batch_id=batch_id,
                medium_serial=serial,
                on_medium=on_medium,
                since=uow.today,
            )
            uow.emit(event, key=str(one.item.person_id), trace=one.trace)


def forwarded(
    item: ReportItem, batch_id: UUID, serial: int, today: date
) -> AnyItemForwarded | CorrectionForwarded:
    """That the item, or the correction of one, left on the medium of that serial."""
    owner = ReportOwner(item.source.value)
    if item.corrects is None:
        return item_forwarded(
            item.kind,
            owner,
            item_id=item.item_id,
            person_id=item.person_id,
            batch_id=batch_id,
            medium_serial=serial,
            forwarded_on=today,
        )
    return CorrectionForwarded(
        correction_id=item.item_id,
        item_id=item.corrects,
        person_id=item.person_id,
        owner=owner,
        kind=item.kind.value,
        processing=item.processing,
        batch_id=batch_id,
        medium_serial=serial,
        forwarded_on=today,
    )


def hop(service: Service, name: str, one: StoredItem) -> str | None:
    """A span for a sampled item, so that one trace goes from upstream to the medium."""
    if not telemetry.is_sampled(one.trace):
        return one.trace
    span = service.tracing.start(
        name, parent=one.trace, attributes={"item.kind": one.item.kind.value}
    )
    span.end()
    return telemetry.traceparent_of(span)
