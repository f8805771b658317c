"""The thread from a sealed change to a qualification event: the house's, and the floor's."""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from contracts.topics import INBOUND_RESIDENTS
from deploy.bench.filling import fill
from deploy.bench.stage import BACK, FLOOR, HOPS, THREAD, Counter, Stage, counting
from deploy.bench.watching import Watch
from deploy.local.processes import Process, tail
from deploy.upstream.day import Change

BATCH = 500
"""Records a transaction, as the services have it by default."""
_LOOK_S = 0.1
_STALLED_S = 60


class Stalled(Exception):
    """Nothing moved for so long that something must be broken."""


@dataclass(frozen=True)
class Run:
    """One load through the three hops."""

    who: str
    events: int
    seconds: float
    processor_s: Mapping[str, float]
    memory: Mapping[str, list[tuple[float, int]]]
    """By process: seconds since the first commit, and MB held then."""
    course: tuple[tuple[float, int], ...]
    """Seconds since the first commit, and events through the last hop by then."""

    @property
    def per_s(self) -> float:
        """Changes a second, from the first hop's first commit until the last event was sent, on
        the way back too."""
        return self.events / self.seconds

    @property
    def peak_mb(self) -> dict[str, int]:
        """The most memory that each process held, in MB."""
        return {name: max(mb for _, mb in seen) for name, seen in self.memory.items()}

    @property
    def processor_us(self) -> dict[str, int]:
        """Microseconds of processor time a change, by process."""
        return {name: round(1e6 * s / self.events) for name, s in self.processor_s.items()}


class Thread:
    """Loads the same people through the house and through the floor, in turn."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.published = 0
        self._vault_key = stage.vault_key

    def fill(
        self, size: int, people: Callable[[int, int], Iterator[Change]], *, floor: bool = True
    ) -> None:
        """Put ``size`` new people into the house's first topic, and into the floor's."""
        stage, first = self._stage, self.published
        targets = {INBOUND_RESIDENTS.name: self._vault_key}
        if floor:
            targets[FLOOR[0].name] = stage.floor_key.public
        certs = stage.stack.layout.certs / "admin"

        def progress(count: int) -> None:
            if count % 10_000 == 0:
                stage.progress.say("filling", f"{count:,} of {size:,}")

        changes = people(first, size)
        seconds = asyncio.run(fill(stage.stack.bootstrap, certs, targets, changes, progress))
        self.published += size
        stage.progress.say("filling", f"{size:,} people sealed and sent in {seconds:.1f} s")

    def house(self) -> Run:
        """What waits, through the house."""
        return asyncio.run(self._measure("house", self._stage.start_house))

    def floor(self) -> Run:
        """The same through the floor, with bytes and shares as the house has them so far."""
        counted = self._stage.events(THREAD + BACK)
        return asyncio.run(self._measure("floor", lambda: self._stage.start_floor(counted, BATCH)))

    async def _measure(self, who: str, start: Callable[[], Mapping[str, Process]]) -> Run:
        async with counting(self._stage, house=who == "house") as counter:
            before = await counter.taken(HOPS[-1])
            known = await counter.taken(HOPS[0])
            processes = await asyncio.to_thread(start)
            watch = Watch({**self._stage.servers(), **processes})
            try:
                began, head = await self._first(counter, known)
                watch.begin()
                course, through = await self._through(counter, began, before)
                ended = await self._back(counter, through, house=who == "house")
                watch.end()
            except Stalled as stalled:
                raise Stalled(f"{stalled}\n{self._logs(who)}") from None
            finally:
                stop = self._stage.stop_house if who == "house" else self._stage.stop_floor
                await asyncio.to_thread(stop)
        # What was done before the clock was started is not counted.
        events = self.published - before - (head - known)
        run = Run(who, events, ended - began, watch.seconds, watch.memory, tuple(course))
        self._stage.progress.say(
            who,
            f"{run.events:,} changes in {run.seconds:.1f} s: {run.per_s:,.0f} a second;"
            f" µs of processor a change: {run.processor_us}",
        )
        return run

    async def _first(self, counter: Counter, known: int) -> tuple[float, int]:
        waited = time.monotonic()
        while (taken := await counter.taken(HOPS[0])) == known:
            if time.monotonic() - waited > _STALLED_S:
                raise Stalled("the first hop took nothing in")
            await asyncio.sleep(0.01)
        return time.monotonic(), taken

    async def _through(
        self, counter: Counter, began: float, before: int
    ) -> tuple[list[tuple[float, int]], float]:
        course: list[tuple[float, int]] = [(0.0, 0)]
        moved = shown = began
        while True:
            taken, sent = await counter.taken(HOPS[-1]), not await counter.unsent(HOPS[-1])
            now = time.monotonic()
            if taken - before != course[-1][1]:
                moved = now
                course.append((round(now - began, 2), taken - before))
            if taken == self.published and sent:
                return course, now
            if now - moved > _STALLED_S:
                raise Stalled(f"{taken:,} of {self.published:,} came through")
            if now - shown > 5:
                shown = now
                self._stage.progress.say(
                    "thread", f"{taken - before:,} of {self.published - before:,} through"
                )
            await asyncio.sleep(_LOOK_S)

    async def _back(self, counter: Counter, through: float, *, house: bool) -> float:
        """When the way back was through too."""
        sent = await asyncio.to_thread(lambda: self._stage.sent_back(house=house))
        ended = through
        while await counter.returned() < sent or await counter.unsent(HOPS[1]):
            ended = time.monotonic()
            if ended - through > _STALLED_S:
                raise Stalled(f"{await counter.returned():,} of {sent:,} came back")
            await asyncio.sleep(_LOOK_S)
        return ended

    def _logs(self, who: str) -> str:
        prefix = "" if who == "house" else "floor_"
        logs = [self._stage.stack.layout.log(prefix + hop) for hop in HOPS]
        return "\n".join(f"== {log.stem}\n{tail(log)}" for log in logs if log.exists())
