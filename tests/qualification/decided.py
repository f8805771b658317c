"""What jps_reporting tells of items: sent, and decided by JPS."""

from typing import Any
from uuid import UUID, uuid4, uuid5

from contracts.events import (
    AnyItemForwarded,
    CorrectionDecided,
    CorrectionForwarded,
    CorrectionGivenUp,
    DecisionTakenBack,
    ItemDecided,
    ItemForwarded,
    ItemOnMedium,
    ItemOutcome,
    PersonTakenBack,
    PersonTold,
    ReportItemKind,
    ReportOwner,
    ReportProcessing,
)
from tests import corrections
from tests.corrections import Item
from tests.qualification.house import House
from tests.qualification.people import d


def sent(person_id: UUID, item_id: UUID, on: str) -> ItemForwarded:
    """The item left on a medium."""
    return ItemForwarded(
        item_id=item_id, person_id=person_id, kind=ReportItemKind.CATEGORY_CHANGE,
        batch_id=uuid4(), medium_serial=1, forwarded_on=d(on),
    )  # fmt: skip


def decided(
    person_id: UUID, item_id: UUID, on: str, outcome: ItemOutcome, **more: Any
) -> ItemDecided:
    """What JPS decided on it."""
    if outcome is ItemOutcome.RETURNED:
        more = {"return_code": "04", "return_reason": "記録と整合しない", **more}
    return ItemDecided(
        decision_id=uuid5(item_id, on), item_id=item_id, person_id=person_id,
        owner=ReportOwner.QUALIFICATION, kind="category_change", outcome=outcome,
        decided_on=d(on), medium_serial=1, **more,
    )  # fmt: skip


def correction_sent(
    person_id: UUID,
    item_id: UUID,
    on: str,
    processing: ReportProcessing = ReportProcessing.CANCELLATION,
    *,
    serial: int = 2,
) -> CorrectionForwarded:
    """What takes the item back, or tells it once more, left on a medium."""
    return corrections.correction_sent(
        Item(item_id, person_id), ReportOwner.QUALIFICATION, on=on, processing=processing,
        serial=serial, kind="category_change",
    )  # fmt: skip


def on_medium(person_id: UUID, item_id: UUID, *, on: bool = True) -> ItemOnMedium:
    """The medium that the item is on was made, or was voided."""
    return ItemOnMedium(
        item_id=item_id, person_id=person_id, owner=ReportOwner.QUALIFICATION,
        kind="category_change", batch_id=uuid4(), medium_serial=7, on_medium=on,
        since=d("2026-11-11"),
    )  # fmt: skip


def correction_decided(sent: CorrectionForwarded, on: str) -> CorrectionDecided:
    """JPS took it back."""
    return corrections.correction_decided(sent, on=on)


async def told(
    house: House,
    *events: AnyItemForwarded
    | ItemDecided
    | DecisionTakenBack
    | PersonTold
    | PersonTakenBack
    | CorrectionForwarded
    | CorrectionDecided
    | CorrectionGivenUp
    | ItemOnMedium,
) -> Any:
    """jps_reporting told these, in one batch."""
    records = house.records("jps_reporting", [(event.person_id, event) for event in events])
    return await house.service.intake.take(records)
