"""What the owner of an item is told when its medium is handed over."""

from datetime import date
from uuid import UUID

from contracts.events import (
    AnyItemForwarded,
    CorrectionForwarded,
    ReportOwner,
    item_forwarded,
)
from services.jps_reporting.domain.items import ReportItem


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
