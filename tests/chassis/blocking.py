"""What identity tells of blocks (抑止), for the tests of whoever follows them."""

from datetime import UTC, date, datetime
from uuid import UUID

from contracts.events import BlockKind, PersonBlocksChanged
from contracts.events.blocks import Stop

LONG_AGO = date(2020, 4, 1)


def blocked(
    person_id: UUID,
    version: int = 1,
    kind: BlockKind = BlockKind.CHANGE,
    *,
    since: date = LONG_AGO,
    lifted_until: datetime | None = None,
) -> PersonBlocksChanged:
    """Something is stopped for a person."""
    stop = Stop(kind=kind, since=since, lifted_until=lifted_until)
    return PersonBlocksChanged(person_id=person_id, blocks_version=version, stops=(stop,))


def lifted(person_id: UUID, version: int) -> PersonBlocksChanged:
    """Released for a while that has not passed."""
    return blocked(person_id, version, lifted_until=datetime(2199, 1, 1, tzinfo=UTC))


def released(person_id: UUID, version: int) -> PersonBlocksChanged:
    """Nothing is stopped any more."""
    return PersonBlocksChanged(person_id=person_id, blocks_version=version)
