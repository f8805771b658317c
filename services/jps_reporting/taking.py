"""Taking in a file of JPS's: looked at whole first, then by batches of one transaction each.

Broken off at any moment, the same file goes on where it stopped; taken in, it brings nothing new.
The command and the upload over HTTP are two ways to the same.
"""

import asyncio
import csv
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from io import TextIOWrapper
from itertools import islice
from typing import Any, BinaryIO, Final

from contracts.delimited import Fault, NotThisFile, numbered
from contracts.events import AuditOperation
from contracts.forms import holds_individual_number
from contracts.functions import Function
from services.chassis import audit, sight
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.jps_reporting.domain.records import PersonRecord, together
from services.jps_reporting.domain.results import ItemResult
from services.jps_reporting.domain.told_layout import Holds, ToldLayout, of_headings, read_row
from services.jps_reporting.reporting import Reporting
from services.jps_reporting.stores import told_files
from services.jps_reporting.stores.told_files import Taking
from services.jps_reporting.taking_records import take_records
from services.jps_reporting.taking_results import take_results

_BATCH: Final = 500
_LONGEST_LINE: Final = 65_536


class NotTaken(Exception):
    """The file as a whole is refused: nothing of it is taken in. ``reason`` is for staff, and
    repeats nothing of the file."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Given:
    """A file as it was handed over. ``opened`` gives it from its beginning, each time."""

    opened: Callable[[], BinaryIO]
    max_bytes: int


@dataclass(frozen=True, slots=True)
class Looked:
    """A file that was looked at: what it is, and what it is known by."""

    layout: ToldLayout
    headings: list[str]
    digest: bytes


@dataclass(frozen=True, slots=True)
class Read:
    """A row, or a record of several, as it was read: what it says, or what is wrong with it."""

    line: int
    """The last of it."""
    row: Any


def look(layouts: tuple[ToldLayout, ...], given: Given) -> Looked:
    """Look at the whole file. Raises `NotTaken`: JR-4101 other headings, JR-4102 the encoding or
    the length of a line, JR-4103 an individual number, JR-4104 its length."""
    with given.opened() as file:
        first = file.readline(_LONGEST_LINE)
        _require_whole(1, first)
        layout, headings = _layout(layouts, first)
        digest, length = hashlib.sha256(first), len(first)
        for number, line in enumerate(iter(lambda: file.readline(_LONGEST_LINE), b""), start=2):
            digest.update(line)
            length += len(line)
            if length > given.max_bytes:
                raise NotTaken("JR-4104", f"ファイルが {given.max_bytes} バイトを超えています。")
            _require_whole(number, line)
            _require_clean(layout, number, line)
    return Looked(layout, headings, digest.digest())


def _layout(layouts: tuple[ToldLayout, ...], first: bytes) -> tuple[ToldLayout, list[str]]:
    found: list[tuple[ToldLayout, list[str]]] = []
    for layout in layouts:
        try:
            text = first.decode(layout.encoding)
        except UnicodeDecodeError:
            continue
        headings = next(csv.reader([text.rstrip("\r\n")]), [])
        if set(headings) == set(layout.columns):
            found.append((layout, headings))
    if found:
        layout, headings = found[0]
        _require_clean(layout, 1, first)
    else:
        headings = next(csv.reader([first.decode("cp932", "replace").rstrip("\r\n")]), [])
    try:
        return of_headings(layouts, headings), headings
    except NotThisFile as not_this:
        raise NotTaken("JR-4101", str(not_this)) from None


def _require_whole(number: int, line: bytes) -> None:
    """In pieces, a number across a border would not be found."""
    if len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
        raise NotTaken("JR-4102", f"{number} 行目が {_LONGEST_LINE} バイトを超えています。")


def _require_clean(layout: ToldLayout, number: int, line: bytes) -> None:
    try:
        text = line.decode(layout.encoding)
    except UnicodeDecodeError:
        raise NotTaken(
            "JR-4102", f"{number} 行目の文字コードが {layout.encoding} ではありません。"
        ) from None
    if "\0" in text:
        raise NotTaken("JR-4102", f"{number} 行目に使えない文字 (U+0000) があります。")
    if holds_individual_number(text):
        raise NotTaken(
            "JR-4103",
            f"{number} 行目に個人番号と思われる数字があります。"
            "個人番号を含む媒体はここでは取り込めません。",
        )


def rows(looked: Looked, file: BinaryIO) -> Iterator[Read]:
    """The rows of a file that was looked at, in its order; of records all that stand together."""
    text = TextIOWrapper(file, encoding=looked.layout.encoding, newline="")
    reader = csv.reader(text, strict=True)
    next(reader, None)
    each = (
        (line, read_row(looked.layout, looked.headings, line, values))
        for line, values in numbered(reader)
    )
    for line, row in together(each) if looked.layout.holds is Holds.RECORDS else each:
        yield Read(line, row)


async def take(
    service: Service,
    reporting: Reporting,
    given: Given,
    staff: StaffContext | None,
    tell: Callable[[Taking, list[Fault]], None],
) -> Taking:
    """Take the file in; ``staff`` None: an operator does. ``tell`` hears of each batch and of its
    bad rows. Raises `NotTaken`: see `look`; JR-4105, it is being taken in at this moment.

    Everybody is seen by it, whoever hands the file over: JPS's word about a hidden person is not
    lost because of who brought it. What its answer may tell, `told_files.by_id` knows.
    """
    looked = await asyncio.to_thread(look, reporting.parameters.told_layouts, given)
    with sight.everybody():
        return await _take(service, looked, given, staff, tell)


async def _take(
    service: Service,
    looked: Looked,
    given: Given,
    staff: StaffContext | None,
    tell: Callable[[Taking, list[Fault]], None],
) -> Taking:
    layout = looked.layout.id, looked.layout.status.value
    async with service.unit_of_work() as uow:
        by = staff.staff_id if staff else None
        taking = await told_files.take_up(uow.connection, looked.digest, layout, by, uow.now)
    with given.opened() as file:
        following = (read for read in rows(looked, file) if read.line > taking.lines)
        while not taking.finished:
            batch = list(islice(following, _BATCH))
            async with service.unit_of_work() as uow:
                taking, faults = await _batch(uow, looked.layout, taking, batch, staff)
            tell(taking, faults)
    return taking


async def _batch(
    uow: UnitOfWork,
    layout: ToldLayout,
    taking: Taking,
    batch: list[Read],
    staff: StaffContext | None,
) -> tuple[Taking, list[Fault]]:
    if await told_files.turn(uow.connection, taking.file_id) != taking:
        raise NotTaken("JR-4105", "同じファイルが現在取り込まれています。")
    faults = [read.row for read in batch if isinstance(read.row, Fault)]
    results = [(read.line, read.row) for read in batch if isinstance(read.row, ItemResult)]
    came = await take_results(uow, taking.file_id, layout, results, staff)
    found = [read.row for read in batch if isinstance(read.row, PersonRecord)]
    if found:
        came, contradictory = await take_records(uow, taking.file_id, found)
        faults += contradictory
    taking = replace(
        taking,
        lines=batch[-1].line if batch else taking.lines,
        taken=taking.taken + came.taken,
        known=taking.known + came.known,
        listed=taking.listed + came.listed,
        faults=taking.faults + len(faults),
        finished=len(batch) < _BATCH,
    )
    await told_files.note(uow.connection, taking, faults, uow.now)
    audit.record(
        uow,
        AuditOperation.BATCH_JOB,
        staff=staff,
        function=Function.RESULT_TAKE if staff else None,
        # What came of them would tell a reviewer of hidden persons.
        count=came.all + len(faults),
        reference=taking.file_id,
        details={
            "job": "take_results",
            "layout": layout.id,
            "bad": len(faults),
            "finished": taking.finished,
        },
    )
    return taking, faults
