"""Layouts of what JPS sends back, as data: what ``told_layouts/*.toml`` may say.

The layout of the real 処理結果一覧表 could not be read, nor that of the records that JPS gives out.
So headings and codes are the file's; a constant here is only what a column means.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from contracts import delimited
from contracts.delimited import Fault, NotThisFile
from contracts.eras import parse_date
from contracts.errors import ContractError
from contracts.months import Month
from services.jps_reporting.domain.layout import LayoutStatus
from services.jps_reporting.domain.records import RecordRow
from services.jps_reporting.domain.results import ItemResult
from services.jps_reporting.domain.told_cells import Cells


class Holds(StrEnum):
    """What a file has a row of."""

    RESULTS = "results"
    """処理結果一覧: what was decided on an item."""
    RECORDS = "records"
    """被保険者記録等: what JPS's records say of persons."""


MODELS: Final[dict[Holds, type[Cells]]] = {
    Holds.RESULTS: ItemResult,
    Holds.RECORDS: RecordRow,
}
"""What a row of each kind of file is read as."""


class ToldLayout(BaseModel):
    """One layout.

    ``columns``: heading to field; ``codes``: per field, what is written to what it means;
    ``reasons``: the 返戻事由コード and what each says.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    title: str
    holds: Holds
    status: LayoutStatus
    compared_with: str = ""
    encoding: Literal["cp932", "utf-8-sig"]
    columns: dict[str, str] = Field(min_length=1)
    codes: dict[str, dict[str, str]] = Field(default_factory=dict)
    reasons: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _of_its_rows(self) -> Self:
        fields = list(self.columns.values())
        known = MODELS[self.holds].model_fields
        if len(set(fields)) < len(fields):
            raise ValueError("a field has two columns")
        if unknown := {*fields, *self.codes} - known.keys():
            raise ValueError(f"no row of {self.holds} has {min(unknown)}")
        required = {name for name, field in known.items() if field.is_required()}
        if missing := required - set(fields):
            raise ValueError(f"no column for {min(missing)}")
        return self

    def heading(self, field: str) -> str:
        """The heading of a field."""
        return next((name for name, each in self.columns.items() if each == field), self.title)


def of_headings(layouts: Sequence[ToldLayout], headings: Sequence[str]) -> ToldLayout:
    """The layout whose headings these are. Raises ``NotThisFile``: no layout has them, said for
    the one that comes nearest, or of all where none comes near."""
    nearest = max(layouts, key=lambda layout: len(set(layout.columns) & set(headings)))
    if not set(nearest.columns) & set(headings):
        titles = "、".join(layout.title for layout in layouts)
        raise NotThisFile(f"取り込める一覧の見出しではありません。取り込めるのは{titles}です。")
    delimited.check_headings(nearest.title, nearest.columns, headings)
    return nearest


def read_row(
    layout: ToldLayout, headings: Sequence[str], line: int, values: Sequence[str] | None
) -> Any:
    """A row as the model of its file, or the `Fault` that it has."""
    if values is None:
        return Fault(line, delimited.UNREADABLE)
    if len(values) != len(headings):
        return Fault(line, delimited.WRONG_LENGTH)
    cells: dict[str, Any] = {}
    model = MODELS[layout.holds]
    for heading, value in zip(headings, values, strict=True):
        field, text = layout.columns[heading], value.strip()
        if not text:
            continue
        codes = layout.codes.get(field)
        if codes is not None and text not in codes:
            return Fault(line, f"{heading}: {delimited.REASONS['enum']}")
        text = text if codes is None else codes[text]
        if model.model_fields[field].annotation == Month | None:
            month = _month(text)
            if month is None:
                return Fault(line, f"{heading}: 年月として読み取れません。")
            cells[field] = month
        elif _is_day(model, field):
            day = _day(text)
            if day is None:
                return Fault(line, f"{heading}: 日付として読み取れないか、日が確定していません。")
            cells[field] = day
        else:
            cells[field] = text
    try:
        return model.model_validate(cells)
    except ValidationError as error:
        return _fault(layout, line, error)


def _is_day(model: type[Cells], field: str) -> bool:
    annotation = model.model_fields[field].annotation
    return annotation is date or annotation == date | None


def _day(text: str) -> date | None:
    try:
        return parse_date(text).value
    except ContractError:
        return None


def _month(text: str) -> Month | None:
    """A month is written as the days are, without its day."""
    for rest in ("01", "-01", ".1", "1日"):
        day = _day(text + rest)
        if day is not None and day.day == 1:
            return Month.of(day)
    return None


def _fault(layout: ToldLayout, line: int, error: ValidationError) -> Fault:
    first: Mapping[str, Any] = error.errors(include_url=False, include_input=False)[0]
    said = first.get("ctx", {}).get("error")
    if isinstance(said, ValueError):
        # A contradiction between cells, in the words of the row's own model.
        return Fault(line, str(said))
    place = str(first["loc"][0]) if first["loc"] else ""
    return Fault(line, f"{layout.heading(place)}: {delimited.reason_of(first['type'])}")
