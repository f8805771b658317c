"""被保険者記録等: what JPS's records say of persons, read from rows that stand together.

All rows of one person and reference day make one record. A record that cannot be anybody's, or
that may be more than one person's, is listed with its reason: never taken, never lost.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby
from typing import Annotated, Any, Final, Self
from uuid import UUID, uuid5

from pydantic import Field, ValidationError, model_validator

from contracts.delimited import Fault
from contracts.events import (
    ArrearsEvent,
    ArrearsTold,
    InsuredCategory,
    NumberStanding,
    NumberTold,
    OldAgeRight,
    PersonTold,
    RightTold,
    StayTold,
)
from contracts.numbers import BasicPensionNumber
from services.jps_reporting.domain.told_cells import Cells

_RECORDS: Final = UUID("0a0fd9c9-1d5b-5d55-8a5e-0e1e5f2f6a37")
_CONTRADICTS: Final = "同じ人の同じ基準日の行どうしが矛盾しています。"


class Says(StrEnum):
    """What a row of a record speaks of."""

    STAY = "stay"
    NO_STAY = "no_stay"
    RIGHT = "right"
    NO_RIGHT = "no_right"
    ARREARS = "arrears"
    MONTHS = "months"
    NUMBER = "number"


_NEEDS: Final[dict[Says, tuple[str, ...]]] = {
    Says.STAY: ("category", "began"),
    Says.NO_STAY: (),
    Says.RIGHT: ("right", "began"),
    Says.NO_RIGHT: (),
    Says.ARREARS: ("arrears", "began"),
    Says.MONTHS: ("months",),
    Says.NUMBER: ("number", "standing"),
}
_MAY: Final[dict[Says, tuple[str, ...]]] = {
    Says.STAY: ("ended", "complete_since"),
    Says.NO_STAY: ("complete_since",),
    Says.RIGHT: ("ended",),
}
_OF_ALL: Final = frozenset({"as_of", "says", "basic_pension_number", "medium_serial", "position"})


class RecordRow(Cells):
    """One row. Whose it is, a medium's record tells, or the basic pension number."""

    as_of: date
    says: Says
    basic_pension_number: BasicPensionNumber | None = None
    medium_serial: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    position: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    category: InsuredCategory | None = None
    began: date | None = None
    ended: date | None = None
    complete_since: date | None = None
    right: OldAgeRight | None = None
    arrears: ArrearsEvent | None = None
    months: Annotated[int, Field(ge=0, le=1000)] | None = None
    number: BasicPensionNumber | None = None
    standing: NumberStanding | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.medium_serial is None) != (self.position is None):
            raise ValueError("媒体通番と記録番号は両方とも必要です。")
        if self.medium_serial is None and self.basic_pension_number is None:
            raise ValueError("基礎年金番号、または媒体通番と記録番号が必要です。")
        given = {name for name in self.model_fields_set if getattr(self, name) is not None}
        needed = set(_NEEDS[self.says])
        if not needed <= given or given - needed - set(_MAY.get(self.says, ())) - _OF_ALL:
            raise ValueError("記録区分に必要な項目がないか、関係のない項目があります。")
        if self.category is InsuredCategory.CATEGORY_1:
            raise ValueError("第１号被保険者の期間は、この様式では取り込めません。")
        if self.began is not None and self.ended is not None and self.began >= self.ended:
            raise ValueError("開始日が終了日以後です。")
        return self

    @property
    def whose(self) -> tuple[date, str | None, int | None, int | None]:
        """What the rows of one record have in common."""
        return self.as_of, self.basic_pension_number, self.medium_serial, self.position


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """All rows of one person and reference day, from ``line`` to ``last_line``."""

    line: int
    last_line: int
    rows: tuple[RecordRow, ...]

    @property
    def first(self) -> RecordRow:
        """What all of them say alike."""
        return self.rows[0]


def together(rows: Iterable[tuple[int, Any]]) -> Iterator[tuple[int, PersonRecord | Fault]]:
    """(last line, record or fault) from (line, row or fault), rows of one record standing together.

    With a bad row among them the whole record is bad: half of one says something else.
    """
    for _, group in groupby(rows, key=_same):
        members = list(group)
        last = members[-1][0]
        faults = [row for _, row in members if isinstance(row, Fault)]
        if faults:
            yield last, faults[0]
        else:
            yield last, PersonRecord(members[0][0], last, tuple(row for _, row in members))


def _same(member: tuple[int, Any]) -> Any:
    line, row = member
    return row.whose if isinstance(row, RecordRow) else line


def told(record: PersonRecord, person_id: UUID) -> PersonTold | Fault:
    """The record as it is told; a `Fault` where its rows contradict each other."""
    rows = record.rows
    of = {says: [row for row in rows if row.says is says] for says in Says}
    complete = {row.complete_since for row in rows if row.complete_since is not None}
    months = {row.months for row in of[Says.MONTHS]}
    standings: dict[str | None, set[NumberStanding | None]] = {}
    for row in of[Says.NUMBER]:
        standings.setdefault(row.number, set()).add(row.standing)
    if (
        len(complete) > 1
        or len(months) > 1
        or (of[Says.STAY] and of[Says.NO_STAY])
        or (of[Says.NO_RIGHT] and any(row.ended is None for row in of[Says.RIGHT]))
        or any(len(each) > 1 for each in standings.values())
    ):
        return Fault(record.line, _CONTRADICTS)
    speaks_of_stays = bool(of[Says.STAY] or of[Says.NO_STAY])
    try:
        content: dict[str, Any] = {
            "person_id": person_id,
            "as_of": record.first.as_of,
            "stays": _stays(of[Says.STAY]) if speaks_of_stays else None,
            "complete_since": next(iter(complete), None),
            "rights": tuple(
                RightTold.model_validate(
                    {"right": row.right, "entitled_on": row.began, "ended_on": row.ended}
                )
                for row in of[Says.RIGHT]
            ),
            "no_right": bool(of[Says.NO_RIGHT]),
            "arrears": tuple(
                ArrearsTold.model_validate({"event": row.arrears, "on": row.began})
                for row in of[Says.ARREARS]
            ),
            "credited_months": next(iter(months), None),
            "numbers": tuple(
                NumberTold.model_validate(
                    {"basic_pension_number": row.number, "standing": row.standing}
                )
                for row in of[Says.NUMBER]
            ),
        }
        event = PersonTold(told_id=person_id, **content)
    except ValidationError:
        return Fault(record.line, _CONTRADICTS)
    said = event.model_dump_json(exclude={"told_id"})
    return event.model_copy(update={"told_id": uuid5(_RECORDS, said)})


def _stays(rows: Sequence[RecordRow]) -> tuple[StayTold, ...]:
    stays = (
        StayTold.model_validate({"category": r.category, "began": r.began, "ended": r.ended})
        for r in rows
    )
    return tuple(sorted(stays, key=lambda stay: (stay.began, stay.category)))
