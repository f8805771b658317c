"""受付処理簿 on paper: what an office took in, from one receipt number to another.

Printed is what the service itself holds: birth date (of a claim, the day of death) and basic
pension number say who it is. Names stay with identity, which hands them over for a report and for
nothing else (C11).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Final

import asyncpg
from fastapi import Query

from contracts.codes import ResidentKind
from contracts.dates import UncertainDate
from contracts.eras import fiscal_year_text, wareki
from contracts.events import ReportProcessing
from contracts.forms import DECIDED, EntryState, is_apart
from services.chassis import sight
from services.chassis.clock import JAPAN
from services.chassis.corrections import CorrectionView
from services.chassis.printing import Column, Sheet, with_geta
from services.chassis.staff_context import StaffContext

Office = Annotated[str | None, Query(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
FiscalYear = Annotated[int | None, Query(ge=1961, le=9999)]
ReceiptNumber = Annotated[int, Query(ge=1, le=2**31 - 1)]
AfterReceipt = Annotated[int, Query(ge=0, le=2**31 - 1)]
"""What a register is asked for by: an office's own and this year by default."""
_TOLD: Final = {ReportProcessing.CANCELLATION: "取消", ReportProcessing.REPORT: "再報告"}
MOST: Final = 2000
"""Receipts in one print: some 130 pages."""
BIRTH_DATE: Final = "生年月日"
COLUMNS: Final = (
    Column("受付番号", 9),
    Column("受付日", 12),
    Column("届書の種類", 19),
    Column("届出人・経路", 13),
    Column(BIRTH_DATE, 12),
    Column("基礎年金番号", 10),
    Column("結果", 11),
    Column("結果の日", 12),
    Column("送付日", 12),
)


async def offices(connection: asyncpg.Connection, schema: str, year: int) -> tuple[str, ...]:
    """The offices whose registers of a fiscal year there are in a service's ``schema``: what may be
    asked for. The books of those who are hidden are named to whoever sees them."""
    rows = await connection.fetch(
        f"select office from {schema}.receipt_numbers where fiscal_year = $1 order by office",  # noqa: S608  a schema of ours
        year,
    )
    found = [row["office"] for row in rows]
    return tuple(one for one in found if sight.sees_all() or not is_apart(one))


@dataclass(frozen=True, slots=True)
class Decided:
    """What JPS decided on a report, in the words of the register; ``on`` None: not known here."""

    label: str
    on: date | None

    @classmethod
    def by(cls, state: EntryState, on: date | None) -> "Decided | None":
        """The decision that a state of an entry tells of; None where JPS decided nothing."""
        return cls(state.label, on) if state in DECIDED else None


@dataclass(frozen=True, slots=True)
class PrintedReceipt:
    """One line."""

    receipt: str
    received_on: date
    title: str
    notifier: str | None
    channel: str
    day: str
    """By which the person is told: the birth date, or what the sheet says in its place."""
    basic_pension_number: str | None
    result: str
    result_on: date | None
    forwarded_on: date | None
    decided: "Decided | None" = None
    """What JPS decided on its report: it stands below."""
    correction: CorrectionView | None = None
    """What JPS was told last since about its report: it stands below, in the last columns."""


def register_sheet(
    title: str,
    office: str,
    fiscal_year: int,
    lines: Iterable[PrintedReceipt],
    staff: StaffContext,
    now: datetime,
    *,
    day: str = BIRTH_DATE,
) -> Sheet:
    """The register of an office and a fiscal year, or a part of it; who printed it stands below.
    ``day``: the heading of the day by which a person is told."""
    at = now.astimezone(JAPAN)
    when = f"{wareki(at.date())}{at.hour}時{at.minute:02d}分"
    by = f"{staff.staff_id}（{staff.department}）"
    return Sheet(
        title=title,
        heading=with_geta(f"{fiscal_year_text(fiscal_year)}　{office}"),
        footing=with_geta(f"印刷日時：{when}　印刷者：{by}　個人番号の記載：なし"),
        columns=tuple(replace(c, heading=day) if c.heading == BIRTH_DATE else c for c in COLUMNS),
        rows=tuple(map(_row, lines)),
    )


def birth_text(written: UncertainDate, kind: ResidentKind | None) -> str:
    """A foreign resident's birth date in Western years, everybody else's in their era."""
    if written.value is None:
        return written.notation
    day = written.value
    if kind is ResidentKind.FOREIGN:
        return f"{day.year}年{day.month}月{day.day}日"
    return wareki(day)


def _row(line: PrintedReceipt) -> tuple[str, ...]:
    number = line.basic_pension_number
    cells = (
        line.receipt,
        wareki(line.received_on),
        line.title,
        f"{line.notifier}　{line.channel}" if line.notifier else line.channel,
        line.day,
        f"{number[:4]}-{number[4:]}" if number else "",
    )
    became = zip(*_what_became(line), strict=True)
    return (*map(with_geta, cells), *("\n".join(map(with_geta, column)) for column in became))


def _what_became(line: PrintedReceipt) -> Iterator[tuple[str, str, str]]:
    """結果, 結果の日 and 送付日: of the report, of JPS's decision on it, of its correction, and of
    JPS's decision on that, each on a line of its own, so that nobody reads one's day as
    another's."""
    yield line.result, _day(line.result_on), _day(line.forwarded_on)
    if line.decided is not None:
        yield line.decided.label, _day(line.decided.on), ""
    since = line.correction
    if since is None:
        return
    yield f"{_TOLD[since.processing]}送付", "", _day(since.forwarded_on)
    if since.outcome_label is not None:
        code = f"（{since.return_code}）" if since.return_code else ""
        yield f"{since.outcome_label}{code}", _day(since.decided_on), ""


def _day(on: date | None) -> str:
    return wareki(on) if on else ""
