"""The bus side: what persons and qualification tell, and which items JPS was sent."""

from collections.abc import Sequence
from typing import Any

from contracts.events import (
    ExemptionsFactsAnswered,
    ItemForwarded,
    PersonChanged,
    QualificationChanged,
    ReportItemKind,
)
from services.chassis.received import Received, Rejected, Rejection
from services.chassis.unit_of_work import UnitOfWork
from services.exemptions.stores import notices, persons

_OURS = (ReportItemKind.ADDITIONAL_PREMIUM_START, ReportItemKind.ADDITIONAL_PREMIUM_END)


async def on_persons(batch: Sequence[Received[PersonChanged]], uow: UnitOfWork) -> None:
    """Keep what the examination of notices needs: residence and death."""
    await persons.keep_persons(uow.connection, [received.event for received in batch])


async def on_qualification(batch: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    """Keep timelines. What is reportable of them concerns JPS alone."""
    changed = [r.event for r in batch if isinstance(r.event, QualificationChanged)]
    if changed:
        await persons.keep_qualifications(uow.connection, changed)


async def on_jps(batch: Sequence[Received[ItemForwarded]], uow: UnitOfWork) -> None:
    """Mark notices as forwarded. Refuses an item of ours that no notice is behind (EX-1001)."""
    ours = [received for received in batch if received.event.kind in _OURS]
    if not ours:
        return
    items = [received.event.item_id for received in ours]
    unknown = await notices.unknown_items(uow.connection, items)
    if unknown:
        raise Rejected(
            [
                Rejection(received, "EX-1001", "no settled notice has this item id")
                for received in ours
                if received.event.item_id in unknown
            ]
        )
    first: dict[Any, Any] = {}
    for received in ours:
        first.setdefault(received.event.item_id, received.event.forwarded_on)
    await notices.forward(uow.connection, list(first.items()))


async def on_facts(_batch: Sequence[Received[ExemptionsFactsAnswered]], _uow: UnitOfWork) -> None:
    """Answers of the integrated database. Nothing here asks yet, so they are read past."""
