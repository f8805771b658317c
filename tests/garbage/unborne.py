"""What vault and identity say to each other of numbers that may be nobody's."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from contracts.events import Event, NumbersQuestioned, NumbersUnborne
from tests.garbage.basics import person


def questioned(_house: Any, n: int, _version: int, _event_id: UUID) -> Event:
    return NumbersQuestioned(
        question_id=person(n), entered_before=datetime.now(UTC), tokens=(f"{n:032x}",)
    )


def unborne(_house: Any, n: int, _version: int, _event_id: UUID) -> Event:
    return NumbersUnborne(
        question_id=person(n), entered_before=datetime.now(UTC), tokens=(f"{n:032x}",)
    )


SAMPLES = {NumbersQuestioned: questioned, NumbersUnborne: unborne}
