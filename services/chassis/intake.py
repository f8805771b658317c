"""Taking records in: one transaction for their effects, their marks, and what was refused.

``take`` is everything between the bus and a handler: drop what was seen before, refuse what breaks
the contract, park what a handler refuses and what comes after it, hand over the rest in order.
It either commits all of that or nothing.
"""

import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

import asyncpg
from opentelemetry.trace import Span

from contracts.topics import TOPICS
from services.chassis import dead_letters, sight, telemetry
from services.chassis.breaker import Breakers
from services.chassis.clock import Clock
from services.chassis.database import Database
from services.chassis.handover import Handover
from services.chassis.metrics import Metrics
from services.chassis.received import Handler, Received, Rejected
from services.chassis.records import Record, Refusal, parse, position
from services.chassis.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

_SHARD_LOCKS = 0x62757300  # "bus": a class of advisory locks of its own
_LOCK = "select pg_advisory_xact_lock($1, s) from unnest($2::int[]) as s order by s"
_MARKS = """
select producer, topic, shard, epoch, number from bus.marks
where (topic, shard) in (select * from unnest($1::text[], $2::smallint[]))
"""
_MOVE = """
insert into bus.marks as mark (producer, topic, shard, epoch, number)
select * from unnest($1::text[], $2::text[], $3::smallint[], $4::int[], $5::bigint[])
on conflict (producer, topic, shard) do update
    set epoch = excluded.epoch, number = excluded.number
"""

_UNDONE = "select producer, topic, shard, epoch, number, before_epoch from bus.undone"

Lane = tuple[str, str, int]
"""(producer, topic, shard)."""
Item = Received[Any] | Refusal


class _Again(Exception):
    """The transaction is rolled back and tried with more refusals known."""


@dataclass
class Tally:
    """What became of a batch."""

    handled: int = 0
    duplicates: int = 0
    undone: int = 0
    """Of a past that a restored backup undid: passed over."""
    refused: int = 0
    waiting: int = 0
    lost: list[tuple[Record, int]] = field(default_factory=list)
    """Where numbers were missing, and how many."""


class Intake:
    """Takes records in for one service."""

    def __init__(
        self,
        service: str,
        bus_epoch: int,
        database: Database,
        handlers: Mapping[str, Handler],
        clock: Clock,
        tracing: telemetry.Tracing,
        metrics: Metrics,
        breakers: Breakers,
        handover: Handover,
    ) -> None:
        self._service = service
        self._bus_epoch = bus_epoch
        self._database = database
        self._handlers = handlers
        self._clock = clock
        self._tracing = tracing
        self._metrics = metrics
        self._breakers = breakers
        self._handover = handover
        self._epoch: int | None = None
        self._undone: dict[Lane, list[tuple[tuple[int, int], int]]] = {}

    @asynccontextmanager
    async def unit(self, shards: Sequence[int] = ()) -> AsyncIterator[UnitOfWork]:
        """A unit of work holding these shards' locks: what the bus brings for a shard, and what
        an operator replays for it, happen one after the other, on whatever instance."""
        async with self._database.transaction() as connection:
            if shards:
                await connection.execute(_LOCK, _SHARD_LOCKS, sorted(set(shards)))
            if self._epoch is None:
                # Both change while no service runs, and never otherwise.
                self._undone = await _read_undone(connection)
                self._epoch = await connection.fetchval("select epoch from bus.epoch")
            uow = UnitOfWork(connection, self._service, self._epoch, self._clock.now())
            yield uow
            await uow.flush()
        if uow.stored is not None:
            self._handover.keep(*uow.stored)

    async def take(self, records: Sequence[Record]) -> Tally:
        """Take a batch from the bus in. Raises what the handler raises, ``BreakerOpen``, or a
        database error; then nothing has happened."""
        items: list[Item] = [parse(record) for record in records]
        with sight.everybody():
            while True:
                try:
                    return await self._attempt(records, items)
                except _Again:
                    continue

    async def _attempt(self, records: Sequence[Record], items: list[Item]) -> Tally:
        tally = Tally()
        async with self.unit([record.shard for record in records]) as uow:
            marks = await self._marks(uow.connection, records)
            fresh = self._fresh(records, marks, tally)
            keys = {key for i in fresh if (key := records[i].key)}
            blocked = await dead_letters.blocked(uow.connection, keys)
            deliver, letters = sort_out(records, items, fresh, blocked)
            if any(isinstance(items[i], Refusal) for i in fresh):
                await self._breakers.check(uow.connection, records, items, fresh)
            await self._deliver(uow, [(i, items[i]) for i in deliver], items)
            await dead_letters.add(uow.connection, letters)
            await self._move(uow.connection, marks)
        self._count(records, items, fresh, tally, len(deliver), letters)
        return tally

    async def _deliver(
        self, uow: UnitOfWork, deliveries: Sequence[tuple[int, Item]], items: list[Item]
    ) -> None:
        """Hand events to their topics' handlers. A refusal is noted in ``items`` and all is tried
        again, so that what comes after a refused event of the same key waits behind it."""
        received = [(i, item) for i, item in deliveries if isinstance(item, Received)]
        spans: list[Span] = []
        try:
            for topic, run in groupby(received, key=_topic):
                # Of most no trace is kept.
                batch = [
                    (i, item if item.trace is None else self._hop(item, spans)) for i, item in run
                ]
                try:
                    await self._handlers[topic]([item for _, item in batch], uow)
                except Rejected as rejected:
                    self._note(rejected, batch, items)
                    raise _Again from None
        finally:
            for span in spans:
                span.end()

    def _hop(self, received: Received[Any], spans: list[Span]) -> Received[Any]:
        if not telemetry.is_sampled(received.trace):
            return received
        span = self._tracing.hop(
            f"{self._service} {received.topic}",
            received.trace,
            {
                "topic": received.topic,
                "shard": received.shard,
                "event.type": received.type,
            },
        )
        if span is None:
            return received
        spans.append(span)
        return replace(received, trace=telemetry.traceparent_of(span))

    @staticmethod
    def _note(
        rejected: Rejected,
        batch: Sequence[tuple[int, Received[Any]]],
        items: list[Item],
    ) -> None:
        if not rejected.rejections:
            raise RuntimeError("a handler refused, and named nothing")
        index = {id(item): i for i, item in batch}
        for rejection in rejected.rejections:
            i = index.get(id(rejection.received))
            if i is None:
                raise RuntimeError("a handler refused an event that it was not given")
            items[i] = Refusal(rejection.code, rejection.reason)

    async def replay(
        self, uow: UnitOfWork, letters: Sequence[dead_letters.Letter], by: str
    ) -> Tally:
        """Take one key's letters in again, oldest first, inside ``uow`` (which holds the shard's
        lock). Letters that are refused again stay, and what is behind them waits."""
        records = [letter.record for letter in letters]
        items: list[Item] = [parse(record) for record in records]
        while True:
            deliver, kept = sort_out(records, items, range(len(records)), set())
            try:
                async with uow.connection.transaction():
                    mark = uow.emitted
                    await self._deliver(uow, [(i, items[i]) for i in deliver], items)
                break
            except _Again:
                uow.forget(mark)
        done = [letters[i].id for i in deliver]
        await dead_letters.settle(uow.connection, done, "replayed", uow.now, by)
        for record, refusal in kept:
            if refusal and record.letter is not None:
                await dead_letters.park_again(uow.connection, record.letter, refusal)
        behind = [r.letter for r, refusal in kept if refusal is None and r.letter is not None]
        await dead_letters.keep_waiting(uow.connection, behind)
        return Tally(handled=len(done), refused=len(kept) - len(behind), waiting=len(behind))

    async def _marks(
        self, connection: asyncpg.Connection, records: Sequence[Record]
    ) -> dict[Lane, tuple[int, int]]:
        places = sorted({(record.topic, record.shard) for record in records})
        rows = await connection.fetch(
            _MARKS, [topic for topic, _ in places], [shard for _, shard in places]
        )
        return {
            (row["producer"], row["topic"], row["shard"]): (row["epoch"], row["number"])
            for row in rows
        }

    def _fresh(
        self,
        records: Sequence[Record],
        marks: dict[Lane, tuple[int, int]],
        tally: Tally,
    ) -> list[int]:
        """The records not seen before; moves ``marks`` past them."""
        fresh = []
        for i, record in enumerate(records):
            producer, epoch, number = position(record, self._bus_epoch)
            lane = producer, record.topic, record.shard
            if self._undone and self._is_undone(lane, epoch, number):
                tally.undone += 1
                continue
            known = marks.get(lane)
            if known and (epoch, number) <= known:
                tally.duplicates += 1
                continue
            if known and _follows(lane, epoch, known) and number > known[1] + 1:
                tally.lost.append((record, number - known[1] - 1))
            marks[lane] = epoch, number
            fresh.append(i)
        return fresh

    def _is_undone(self, lane: Lane, epoch: int, number: int) -> bool:
        return any(
            first <= (epoch, number) and epoch < before
            for first, before in self._undone.get(lane, ())
        )

    def _report_loss(self, record: Record, lost: int) -> None:
        self._metrics.lost.labels(record.topic).inc(lost)
        log.error(
            "events are missing on the bus: ask the producer for a resync",
            extra={"data": {"topic": record.topic, "shard": record.shard, "lost": lost}},
        )

    @staticmethod
    async def _move(connection: asyncpg.Connection, marks: Mapping[Lane, tuple[int, int]]) -> None:
        if not marks:
            return
        lanes = sorted(marks)
        await connection.execute(
            _MOVE,
            [lane[0] for lane in lanes],
            [lane[1] for lane in lanes],
            [lane[2] for lane in lanes],
            [marks[lane][0] for lane in lanes],
            [marks[lane][1] for lane in lanes],
        )

    def _count(
        self,
        records: Sequence[Record],
        items: Sequence[Item],
        fresh: Sequence[int],
        tally: Tally,
        handled: int,
        letters: Sequence[tuple[Record, Refusal | None]],
    ) -> None:
        tally.handled = handled
        for record, lost in tally.lost:
            self._report_loss(record, lost)
        for record, refusal in letters:
            if refusal:
                tally.refused += 1
                self._metrics.refused.labels(record.topic, refusal.code).inc()
                log.warning(
                    "event parked",
                    extra={"data": {"topic": record.topic, "shard": record.shard,
                                    "offset": record.offset, "code": refusal.code}},
                )  # fmt: skip
            else:
                tally.waiting += 1
        self._breakers.remember(records, items, fresh)
        now = self._clock.now()
        newest = {item.topic: item.time for i in fresh if isinstance(item := items[i], Received)}
        for topic, time in newest.items():
            self._metrics.took_in(topic, time, now)
        by_topic: dict[str, int] = {}
        for i in fresh:
            by_topic[records[i].topic] = by_topic.get(records[i].topic, 0) + 1
        for topic, n in by_topic.items():
            self._metrics.handled.labels(topic).inc(n)
        if tally.undone:
            log.info("events that a restored backup undid are passed over",
                     extra={"data": {"count": tally.undone}})  # fmt: skip
        if tally.duplicates:
            self._metrics.duplicates.labels(records[0].topic).inc(tally.duplicates)


def _topic(pair: tuple[int, Received[Any]]) -> str:
    return pair[1].topic


async def _read_undone(
    connection: asyncpg.Connection,
) -> dict[Lane, list[tuple[tuple[int, int], int]]]:
    undone: dict[Lane, list[tuple[tuple[int, int], int]]] = {}
    for producer, topic, shard, epoch, number, before in await connection.fetch(_UNDONE):
        undone.setdefault((producer, topic, shard), []).append(((epoch, number), before))
    return undone


def _follows(lane: Lane, epoch: int, known: tuple[int, int]) -> bool:
    """Whether a lane's next number has to be the one after the known one. A sender of the house
    counts on in a new epoch; offsets do not, and stray records on a topic whose senders number
    their own fall back on offsets that others take up too."""
    producer, topic, _ = lane
    return bool(producer) or (epoch == known[0] and TOPICS[topic].from_upstream)


def sort_out(
    records: Sequence[Record],
    items: Sequence[Item],
    fresh: Sequence[int] | range,
    blocked: set[str],
) -> tuple[list[int], list[tuple[Record, Refusal | None]]]:
    """Which records go to the handlers, and which become letters (in order).

    A refused record parks; from then on its key is blocked, and later records of it wait.
    """
    stopped = set(blocked)
    deliver: list[int] = []
    letters: list[tuple[Record, Refusal | None]] = []
    for i in fresh:
        record, item = records[i], items[i]
        if record.key is not None and record.key in stopped:
            letters.append((record, None))
        elif isinstance(item, Refusal):
            letters.append((record, item))
            if record.key:
                stopped.add(record.key)
        else:
            deliver.append(i)
    return deliver, letters
