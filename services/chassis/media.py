"""On which media the report items of an owner are, as jps_reporting tells (`ItemOnMedium`)."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from contracts.events import ItemOnMedium, ReportOwner
from services.chassis.received import Received


def serials(batch: Iterable[Received[Any]], owner: ReportOwner) -> dict[UUID, int | None]:
    """The serial (媒体通番) for each item of the owner of which the batch tells, by what it tells
    last; None: it is on no medium any more."""
    return {
        event.item_id: event.medium_serial if event.on_medium else None
        for event in (received.event for received in batch)
        if isinstance(event, ItemOnMedium) and event.owner is owner
    }
