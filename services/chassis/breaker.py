"""The breaker: too much refused, so intake stops instead of filling the dead letters.

After a bad release upstream every record is invalid. Parking them all would make the operator's
work of a mistake that one roll-back mends, so from a share of refused records on the topic waits.
The breaker's state is a row in the database: an operator sees it, and may say ``park_anyway``.
"""

from collections import defaultdict, deque
from collections.abc import Sequence
from typing import Any

import asyncpg

from services.chassis.metrics import Metrics
from services.chassis.received import Received
from services.chassis.records import Record, Refusal

_FORCED = "select topic from bus.breakers where park_anyway and topic = any($1::text[])"
_OPEN = """
insert into bus.breakers (topic, code) values ($1, $2)
on conflict (topic) do update set code = excluded.code
"""
_CLOSE = "delete from bus.breakers where topic = $1 returning topic"
_LIST = "select topic, opened_at, code, park_anyway from bus.breakers order by topic"
_FORCE = "update bus.breakers set park_anyway = true where topic = $1 returning topic"

Item = Received[Any] | Refusal


class BreakerOpen(Exception):
    """Too many of a topic's latest records were refused; nothing of this batch was taken."""

    def __init__(self, topic: str, code: str) -> None:
        super().__init__(f"{topic}: {code}")
        self.topic = topic
        self.code = code


class Breakers:
    """Watches the share of refused records, topic by topic, over the latest ``window``."""

    def __init__(self, window: int, percent: int, metrics: Metrics) -> None:
        self._window = window
        self._percent = percent
        self._metrics = metrics
        self._latest: dict[str, deque[bool]] = defaultdict(lambda: deque(maxlen=window))

    async def check(
        self,
        connection: asyncpg.Connection,
        records: Sequence[Record],
        items: Sequence[Item],
        fresh: Sequence[int],
    ) -> None:
        """Raise ``BreakerOpen`` if this batch would bring a topic over the limit."""
        over = self.over(records, items, fresh)
        if not over:
            return
        forced = {row["topic"] for row in await connection.fetch(_FORCED, list(over))}
        for topic, code in over.items():
            if topic not in forced:
                raise BreakerOpen(topic, code)

    def over(
        self, records: Sequence[Record], items: Sequence[Item], fresh: Sequence[int]
    ) -> dict[str, str]:
        """The topics that this batch would bring over the limit, each with a code found there."""
        outcomes: dict[str, list[Refusal | None]] = defaultdict(list)
        for i in fresh:
            item = items[i]
            outcomes[records[i].topic].append(item if isinstance(item, Refusal) else None)
        over = {}
        for topic, found in outcomes.items():
            refusals = [refusal for refusal in found if refusal]
            latest = [*self._latest[topic], *(refusal is not None for refusal in found)]
            latest = latest[-self._window :]
            # A handful of refusals is never a bad release, whatever their share.
            enough = sum(latest) >= max(self._window // 4, 10)
            if refusals and enough and sum(latest) * 100 >= len(latest) * self._percent:
                over[topic] = refusals[0].code
        return over

    def remember(
        self, records: Sequence[Record], items: Sequence[Item], fresh: Sequence[int]
    ) -> None:
        """Count a batch that was committed."""
        for i in fresh:
            self._latest[records[i].topic].append(isinstance(items[i], Refusal))

    async def open(self, connection: asyncpg.Connection, error: BreakerOpen) -> None:
        """Make it seen."""
        self._metrics.breaker.labels(error.topic).set(1)
        await connection.execute(_OPEN, error.topic, error.code)

    def calm(self, topic: str) -> bool:
        """Whether the latest records of a topic would not open its breaker: only then is it
        closed, so that an operator's leave to park holds for all of a bad release."""
        latest = self._latest[topic]
        return sum(latest) * 100 < max(len(latest), 1) * self._percent

    async def close(self, connection: asyncpg.Connection, topic: str) -> bool:
        """Records of the topic are good again; False if its breaker was not open."""
        return await connection.fetchval(_CLOSE, topic) is not None


async def listing(connection: asyncpg.Connection) -> list[dict[str, object]]:
    """The open breakers."""
    return [dict(row) for row in await connection.fetch(_LIST)]


async def park_anyway(connection: asyncpg.Connection, topic: str) -> bool:
    """Let the refused records through to the dead letters; False if no breaker is open there."""
    return await connection.fetchval(_FORCE, topic) is not None
