"""One transaction: state, outgoing events and audit records together, or none of them."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import asyncpg

from contracts.events import Event
from contracts.topics import shard_of
from services.chassis import cloudevents, telemetry
from services.chassis.clock import japan_date
from services.chassis.ids import ordered_id
from services.chassis.packing import Message, pack
from services.chassis.received import Received

_NUMBER = """
insert into bus.lanes as lane (topic, shard, next_number)
select topic, shard, count + 1
from unnest($1::text[], $2::smallint[], $3::bigint[]) as t (topic, shard, count)
order by topic, shard
on conflict (topic, shard) do update
    set next_number = lane.next_number + excluded.next_number - 1
returning topic, shard, next_number
"""
MAX_BODY = 900 * 1024
"""Bytes an event may have: below the broker's limit for one record, headers included."""

_STORE = "insert into bus.outbox (events, packed) values ($1, $2) returning seq"


class EventTooLarge(Exception):
    """An event that the broker would refuse; the unit of work is refused instead."""


class UnitOfWork:
    """What a handler or a request works on. The chassis commits it; nobody else does."""

    def __init__(
        self, connection: asyncpg.Connection, service: str, epoch: int, now: datetime
    ) -> None:
        self.connection = connection
        self.service = service
        self.now = now
        self._epoch = epoch
        self._events: list[
            tuple[Event, UUID, bytes, tuple[str, int], str | None, bytes | None]
        ] = []
        self.stored: tuple[int, Sequence[Message]] | None = None
        """The outbox row that ``flush`` wrote, for the relay."""

    @cached_property
    def today(self) -> date:
        """The date in Japan at ``now``."""
        return japan_date(self.now)

    @property
    def emitted(self) -> int:
        """How many events leave with this unit."""
        return len(self._events)

    def emit(
        self,
        event: Event,
        *,
        key: str,
        cause: Received[Any] | None = None,
        trace: str | None = None,
        body: bytes | None = None,
    ) -> UUID:
        """Send ``event`` if and only if this unit commits; return its id.

        The trace is ``trace``, else the cause's, else the one under way. ``body``: the event as it
        is written, where the caller has it at hand. Raises ``PermissionError``
        for a topic that the contract does not let this service write.
        """
        topic = event.TOPIC
        if self.service not in topic.producers:
            raise PermissionError(f"{self.service} does not produce {topic.name}")
        event_id = ordered_id()
        context = trace or (cause.trace if cause else telemetry.current_trace())
        lane = topic.name, shard_of(key)
        self._events.append((event, event_id, key.encode(), lane, context, body))
        return event_id

    def forget(self, mark: int) -> None:
        """Take back what was emitted after ``emitted`` was ``mark`` (a savepoint rolled back)."""
        del self._events[mark:]

    async def flush(self) -> None:
        """Number and store the events. The lanes' row locks hold from here to the commit: so
        rows that share a lane get their ``seq`` in the order of their commits."""
        if not self._events:
            return
        counts = Counter([lane for _, _, _, lane, _, _ in self._events])
        rows = await self.connection.fetch(
            _NUMBER,
            [topic for topic, _ in counts],
            [shard for _, shard in counts],
            list(counts.values()),
        )
        following = {
            (row["topic"], row["shard"]): row["next_number"] - counts[row["topic"], row["shard"]]
            for row in rows
        }
        messages = []
        headers_of = cloudevents.writer(self.service, self.now, self._epoch)
        for event, event_id, key, lane, trace, body in self._events:
            number = following[lane]
            following[lane] = number + 1
            headers, packed = headers_of(event_id, event.TYPE, number, trace)
            if body is None:
                body = event.__pydantic_serializer__.to_json(event)
            if len(body) > MAX_BODY:
                raise EventTooLarge(f"{event.TYPE}: {len(body)} bytes")
            messages.append(Message(*lane, key, headers, body, packed))
        seq = await self.connection.fetchval(_STORE, len(messages), pack(messages))
        self.stored = seq, messages
        self._events.clear()
