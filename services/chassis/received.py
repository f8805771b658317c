"""What a handler gets from the bus, and how it refuses."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from uuid import UUID

from contracts.events import Event
from contracts.values import value

if TYPE_CHECKING:
    from services.chassis.unit_of_work import UnitOfWork

E = TypeVar("E", bound=Event, covariant=True)


@value
class Received(Generic[E]):
    """One event from the bus, parsed against its contract."""

    event: E
    key: str
    event_id: UUID
    type: str
    source: str
    """Who sent it: the producer's name. The topic's ACL vouches for it on one-producer topics."""
    time: datetime
    topic: str
    shard: int
    trace: str | None
    """W3C traceparent, to hand on."""
    body: bytes = b""
    """The event's exact bytes, as sent."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """One event refused for good: it goes to the dead letters with this code and reason."""

    received: Received[Any]
    code: str
    reason: str
    """English, for the operator; no personal data."""


class Rejected(Exception):
    """Raised by a handler that will not take some events of its batch, all named at once."""

    def __init__(self, rejections: Sequence[Rejection]) -> None:
        super().__init__(", ".join(sorted({r.code for r in rejections})))
        self.rejections = tuple(rejections)


Handler = Callable[[Sequence[Received[Any]], "UnitOfWork"], Awaitable[None]]
"""One per topic. It may run again for events whose transaction was rolled back."""
