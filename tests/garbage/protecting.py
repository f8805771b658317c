"""Good events about who is protected, and of what was told in error."""

from uuid import UUID

from contracts.events import (
    BlockKind,
    Event,
    FactsTakenBack,
    FeedChange,
    PersonBlocksChanged,
    SupportMeasureRecorded,
)
from contracts.events.blocks import Stop
from contracts.events.measures import MeasureGround, MeasureStanding
from tests.garbage.basics import DAY, person
from tests.garbage.house import House


def measure(_house: House, n: int, version: int, _event_id: UUID) -> Event:
    """A measure that the register keeps."""
    return SupportMeasureRecorded(
        record_version=version, change=FeedChange.RECORDED, measure_number=f"S{n}",
        reported_on=DAY, ground=MeasureGround.STALKING, standing=MeasureStanding.PROVISIONAL,
        applied_on=DAY, persons=(f"{n:015d}",),
    )  # fmt: skip


def taken_back(_house: House, n: int, _version: int, _event_id: UUID) -> Event:
    """Facts that were another's."""
    return FactsTakenBack(person_id=person(n), system="health_insurance_system")


def blocks(_house: House, n: int, version: int, _event_id: UUID) -> Event:
    """Something is stopped for the person."""
    stop = Stop(kind=BlockKind.CHANGE, since=DAY)
    return PersonBlocksChanged(person_id=person(n), blocks_version=version, stops=(stop,))
