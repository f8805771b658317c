"""What jps_reporting tells of items: sent, and decided by JPS."""

from typing import Any
from uuid import UUID, uuid4, uuid5

from contracts.events import (
    AnyItemForwarded,
    ItemDecided,
    ItemForwarded,
    ItemOutcome,
    PersonTold,
    ReportItemKind,
    ReportOwner,
)
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


async def told(house: House, *events: AnyItemForwarded | ItemDecided | PersonTold) -> Any:
    """jps_reporting told these, in one batch."""
    records = house.records("jps_reporting", [(event.person_id, event) for event in events])
    return await house.service.intake.take(records)
