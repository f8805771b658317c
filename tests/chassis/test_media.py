"""On which media the items of an owner are: told in order, and of others nothing."""

from datetime import UTC, date, datetime
from uuid import UUID

from contracts.events import ItemOnMedium, ReportOwner
from services.chassis.media import serials
from services.chassis.received import Received

OURS, THEIRS = ReportOwner.EXEMPTIONS, ReportOwner.QUALIFICATION
ITEM, OTHER, ANOTHERS = (UUID(int=n, version=4) for n in (1, 2, 3))


def told(
    item_id: UUID, serial: int, owner: ReportOwner = OURS, *, on: bool = True
) -> Received[ItemOnMedium]:
    event = ItemOnMedium(
        item_id=item_id, person_id=UUID(int=9, version=4), owner=owner, kind="acquisition",
        batch_id=UUID(int=8, version=4), medium_serial=serial, on_medium=on,
        since=date(2026, 11, 30),
    )  # fmt: skip
    return Received(
        event, str(event.person_id), UUID(int=7, version=4), event.TYPE, "jps_reporting",
        datetime(2026, 11, 30, tzinfo=UTC), event.TOPIC.name, 0, None,
    )  # fmt: skip


def test_what_is_told_last_counts_and_of_others_nothing_is_said() -> None:
    batch = [
        told(ITEM, 3), told(OTHER, 3), told(ANOTHERS, 3, THEIRS),
        told(ITEM, 3, on=False), told(ITEM, 4), told(OTHER, 3, on=False),
    ]  # fmt: skip
    assert serials(batch, OURS) == {ITEM: 4, OTHER: None}
    assert serials([], OURS) == {}
