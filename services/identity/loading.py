"""``load-feed``: a file of another system into the integrated database, as if it had published.

Lines are validated, each bad one told with its number and why; records go in by batches, each with
how far the file has come, in one transaction. Broken off, the same command goes on there.
"""

import argparse
import csv
import hashlib
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Final
from uuid import UUID, uuid5

import asyncpg

from contracts.delimited import Fault, NotThisFile, numbered
from contracts.events import AuditOperation, SupportMeasureRecorded
from contracts.events.feeds import FeedRecord
from services.chassis import audit
from services.chassis.database import TRANSIENT
from services.chassis.service import Command, Service
from services.chassis.unit_of_work import UnitOfWork
from services.identity import measures_told
from services.identity.domain.feed_rows import (
    Layout,
    Read,
    Row,
    check_headings,
    read,
    rows,
)
from services.identity.domain.register import Refusal
from services.identity.signalling import news, signal, signal_incomes
from services.identity.stores import feeding, loads
from services.identity.stores.feeding import Arrival
from services.identity.tables import FEEDS, read_layout

_BATCH: Final = 500
_ATTEMPTS: Final = 10
_GOES_ON: Final = "同じコマンドをもう一度実行すると、続きから取り込みます。"
_REFUSED: Final = {
    Refusal.VERSION_REUSED: "この履歴番号は別の内容で取込済みです (ID-1001)。",
}


async def load_feed(service: Service, arguments: argparse.Namespace) -> int:
    """Load a file. 0: all of it is in; 1: some lines are bad, the others are in; 2: the file is not
    one of the feed, or cannot be read; 3: the database was not there, what was loaded stays."""
    layout: Layout = read_layout(arguments.feed)
    path: Path = arguments.file
    try:
        return await _load(service, layout, path, check=arguments.check)
    except NotThisFile as not_this:
        _say(f"{path.name}: {not_this}")
        return 2
    except TRANSIENT as error:
        _say(f"データベースとの接続に失敗しました（{type(error).__name__}）。{_GOES_ON}")
        return 3


async def _load(service: Service, layout: Layout, path: Path, *, check: bool) -> int:
    with _readable():
        digest = _digest(path)
    with _opened(layout, path) as given:
        if check:
            return _check(path, layout, given)
        async with service.unit_of_work() as uow:
            load = await loads.take_up(uow.connection, layout.feed, digest, uow.now)
        if load.finished:
            _say(f"already loaded: {load.records} records, {load.faults} bad lines")
            return 1 if load.faults else 0
        if load.lines:
            _say(f"going on after line {load.lines}")
        began, before = time.monotonic(), load.records
        records = read(layout, (row for row in given if row.line > load.lines))
        while batch := list(islice(records, _BATCH)):
            load, faults = await _take(service, layout, load, batch)
            for fault in faults:
                _tell(path, fault)
            rate = (load.records - before) / max(time.monotonic() - began, 0.001)
            _say(f"{load.lines} lines, {load.records} records, {load.faults} bad ({rate:.0f}/s)")
        async with service.unit_of_work() as uow:
            await loads.finish(uow.connection, load, uow.now)
    return 1 if load.faults else 0


def _check(path: Path, layout: Layout, given: Iterator[Row]) -> int:
    records = bad = 0
    for one in read(layout, given):
        records += one.event is not None
        bad += len(one.faults)
        for fault in one.faults:
            _tell(path, fault)
    _say(f"{records} records to load, {bad} faults; nothing was loaded")
    return 1 if bad else 0


async def _take(
    service: Service, layout: Layout, load: loads.Load, batch: Sequence[Read]
) -> tuple[loads.Load, list[Fault]]:
    """One batch, again where the bus has told of the same people in the same moment."""
    for attempt in range(_ATTEMPTS):
        try:
            return await _take_once(service, layout, load, batch)
        except (asyncpg.SerializationError, asyncpg.DeadlockDetectedError):
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("the loop returns or raises")


async def _take_once(
    service: Service, layout: Layout, load: loads.Load, batch: Sequence[Read]
) -> tuple[loads.Load, list[Fault]]:
    faults = [fault for one in batch for fault in one.faults]
    taken = [(one.last_line, one.event) for one in batch if one.event is not None]
    async with service.unit_of_work() as uow:
        refused = await _taken(service, uow, load, taken)
        faults += [Fault(line, _REFUSED[why]) for line, why in refused]
        done = len(taken) - len(refused)
        load = await loads.note(uow.connection, load, batch[-1].last_line, done, faults)
        audit.record(
            uow,
            AuditOperation.BATCH_JOB,
            count=done,
            reference=load.load_id,
            details={"job": "load_feed", "feed": layout.feed, "bad": len(faults)},
        )
    return load, faults


async def _taken(
    service: Service,
    uow: UnitOfWork,
    load: loads.Load,
    taken: Sequence[tuple[int, FeedRecord | SupportMeasureRecorded]],
) -> list[tuple[int, Refusal]]:
    """Take records in as the bus would bring them; the lines of those that are refused."""
    refused: list[tuple[int, Refusal]] = []
    for line, event in taken:
        if isinstance(event, SupportMeasureRecorded):
            arrived = _event_id(load.load_id, line), uow.now
            why = await measures_told.take(uow, service.state.measure_rules, event, *arrived)
            refused += [] if why is None else [(line, why)]
    records = [(line, event) for line, event in taken if isinstance(event, FeedRecord)]
    if records:
        events = [event for _, event in records]
        feeds = await feeding.open_feeds(uow.connection, events, service.state.folding)
        for index, event in enumerate(events):
            feeds.take(index, event)
        refused += [(records[i][0], why) for i, why in feeds.refused]
        arrivals = [Arrival(_event_id(load.load_id, line), uow.now) for line, _ in records]
        await feeding.write(uow.connection, feeds, arrivals, uow.now)
        await signal(uow, news(feeds), service.state.fact_purposes)
        await signal_incomes(uow, feeds, service.state.fact_purposes)
    return refused


def _event_id(load_id: UUID, line: int) -> UUID:
    """The same line of the same file is the same event."""
    return uuid5(load_id, str(line))


def _digest(path: Path) -> bytes:
    """What the file is known by. Raises `NotThisFile` with the first line that is no UTF-8: before
    anything of it is loaded."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode()
            except UnicodeDecodeError:
                raise NotThisFile(f"{number} 行目が UTF-8 ではありません。") from None
            digest.update(line)
    return digest.digest()


@contextmanager
def _opened(layout: Layout, path: Path) -> Iterator[Iterator[Row]]:
    """The file's rows, read as they are asked for. Raises `NotThisFile`."""
    with _readable():
        file = path.open(encoding="utf-8-sig", newline="")
    with file:
        lines = csv.reader(_lines(file), strict=True)
        headings = next(lines, [])
        check_headings(layout, headings)
        yield rows(layout, headings, numbered(lines))


def _lines(file: Iterable[str]) -> Iterator[str]:
    """The file's lines as they are asked for; what fails between two of them is not the file's."""
    lines = iter(file)
    while True:
        with _readable():
            line = next(lines, None)
        if line is None:
            return
        yield line


@contextmanager
def _readable() -> Iterator[None]:
    """Around what touches the file and nothing else. Raises `NotThisFile` where it is not there or
    cannot be read; what the database says is another matter."""
    try:
        yield
    except OSError as error:
        raise NotThisFile(f"ファイルを読めません（{type(error).__name__}）。") from error


def _tell(path: Path, fault: Fault) -> None:
    print(f"{path.name}:{fault.line}: {fault.reason}", flush=True)  # noqa: T201 - a command's output


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - a command's progress


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("feed", choices=FEEDS, help="what the file holds")
    parser.add_argument("file", type=Path, metavar="FILE.csv")
    parser.add_argument("--check", action="store_true", help="tell the bad lines and load nothing")


COMMAND: Final = Command(
    name="load-feed",
    help="load a file of another system (UTF-8 CSV): income, welfare, insurance, 支援措置",
    run=load_feed,
    arguments=_arguments,
)
