"""The bus side: what persons and qualification tell, and which items JPS was sent."""

from collections.abc import Sequence
from typing import Any

from contracts.events import (
    ClaimsFactsAnswered,
    DecisionTakenBack,
    ItemDecided,
    ItemForwarded,
    PersonChanged,
    QualificationChanged,
    ReportItemKind,
    ReportOwner,
)
from services.chassis.received import Received, Rejected, Rejection
from services.chassis.unit_of_work import UnitOfWork
from services.claims.stores import claims, corrections, decisions, persons


async def on_persons(batch: Sequence[Received[PersonChanged]], uow: UnitOfWork) -> None:
    """Keep what the examination of claims needs: residence and death."""
    await persons.keep_persons(uow.connection, [received.event for received in batch])


async def on_qualification(batch: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    """Keep timelines. What is reportable of them concerns JPS alone."""
    changed = [r.event for r in batch if isinstance(r.event, QualificationChanged)]
    if changed:
        await persons.keep_qualifications(uow.connection, changed)


async def on_jps(batch: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    """Mark claims as forwarded, and keep what JPS decided on them and was told about them since.

    Refuses an item of ours that no claim is behind (CL-1001), a correction of one that was not sent
    (CL-1002), a decision on one (CL-1004), and a decision that was never told and is said to be
    another's (CL-1003).
    """
    await _forwarded(batch, uow)
    await _decided(batch, uow)
    await corrections.KEPT.take(batch, uow, corrections.sent, "CL-1002")
    gone = [
        r
        for r in batch
        if isinstance(r.event, DecisionTakenBack) and r.event.owner is ReportOwner.CLAIMS
    ]
    on_corrections = [r.event for r in gone if r.event.correction_id is not None]
    on_claims = [r.event for r in gone if r.event.correction_id is None]
    strange = await corrections.KEPT.take_back(uow.connection, on_corrections, uow.now)
    strange |= await decisions.take_back(uow.connection, on_claims, uow.now)
    if strange:
        reason = "this decision was never told"
        refused = [r for r in gone if r.event.decision_id in strange]
        raise Rejected([Rejection(r, "CL-1003", reason) for r in refused])


async def _decided(batch: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    decided = [
        received
        for received in batch
        if isinstance(received.event, ItemDecided) and received.event.owner is ReportOwner.CLAIMS
    ]
    if not decided:
        return
    strange = await decisions.take(uow.connection, [r.event for r in decided], uow.now)
    if strange:
        reason = "no claim was sent to JPS as this item"
        refused = [r for r in decided if r.event.item_id in strange]
        raise Rejected([Rejection(received, "CL-1004", reason) for received in refused])


async def _forwarded(batch: Sequence[Received[Any]], uow: UnitOfWork) -> None:
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
