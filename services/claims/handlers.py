"""The bus side: what persons and qualification tell, and which items JPS was sent."""

from collections.abc import Sequence
from typing import Any

from contracts.events import (
    ClaimsFactsAnswered,
    ItemForwarded,
    PersonChanged,
    QualificationChanged,
    ReportItemKind,
)
from services.chassis.received import Received, Rejected, Rejection
from services.chassis.unit_of_work import UnitOfWork
from services.claims.stores import claims, persons


async def on_persons(batch: Sequence[Received[PersonChanged]], uow: UnitOfWork) -> None:
    """Keep what the examination of claims needs: residence and death."""
    await persons.keep_persons(uow.connection, [received.event for received in batch])


async def on_qualification(batch: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    """Keep timelines. What is reportable of them concerns JPS alone."""
    changed = [r.event for r in batch if isinstance(r.event, QualificationChanged)]
    if changed:
        await persons.keep_qualifications(uow.connection, changed)


async def on_jps(batch: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    """Mark claims as forwarded. Refuses an item of ours that no claim is behind (CL-1001).

    What JPS decided is read past: it is shown with the report items.
    """
    sent = [received for received in batch if isinstance(received.event, ItemForwarded)]
    ours = [
        received for received in sent if received.event.kind is ReportItemKind.UNPAID_BENEFIT_CLAIM
    ]
    if not ours:
        return
    items = [received.event.item_id for received in ours]
    unknown = await claims.unknown_items(uow.connection, items)
    if unknown:
        raise Rejected(
            [
                Rejection(received, "CL-1001", "no settled claim has this item id")
                for received in ours
                if received.event.item_id in unknown
            ]
        )
    first: dict[Any, Any] = {}
    for received in ours:
        first.setdefault(received.event.item_id, received.event.forwarded_on)
    await claims.forward(uow.connection, list(first.items()))


async def on_facts(_batch: Sequence[Received[ClaimsFactsAnswered]], _uow: UnitOfWork) -> None:
    """Answers of the integrated database. Nothing here asks yet, so they are read past."""
