"""Files of other systems (UTF-8 CSV as municipalities exchange them) made into the events that the
systems would publish themselves: the same contract, whichever way a record comes.

A bad row has a line and a reason in Japanese, which never repeats what stands there.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from typing import Annotated, Any, Final, get_args, get_origin

from pydantic import BaseModel, ValidationError

from contracts import delimited
from contracts.delimited import Fault
from contracts.eras import parse_date
from contracts.errors import ContractError
from contracts.events.feeds import FeedRecord
from contracts.events.measures import SupportMeasureRecorded
from contracts.numbers import is_individual_number

_TWELVE_DIGITS: Final = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")
_WHOLE: Final = re.compile(r"-?[0-9]{1,18}")
_NUMBER: Final = "addressee_number"
_VERSION: Final = "record_version"
_MEASURE: Final = "measure_number"
_NUMBERS: Final = frozenset({_NUMBER, "persons"})
"""Where another system's numbers stand, which may look like any number."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a feed's files look: headings to fields, and codes."""

    feed: str
    label: str
    model: type[FeedRecord | SupportMeasureRecorded]
    columns: Mapping[str, str]
    """Heading to the field's path, e.g. ``person.name.kanji``."""
    codes: Mapping[str, Mapping[str, str]]
    repeated: str | None = None
    """The field that has an element for each line of a record."""

    @property
    def record(self) -> tuple[str, str]:
        """The fields that say which lines are one record."""
        number = _NUMBER if _NUMBER in self.model.model_fields else _MEASURE
        return number, _VERSION

    def heading(self, path: str) -> str:
        """The heading of a field, or the first of its parts."""
        for name, each in self.columns.items():
            if each == path or each.startswith(f"{path}."):
                return name
        return path


@dataclass(frozen=True, slots=True)
class Row:
    """One line, its cells by the paths of their fields. Empty cells are not there."""

    line: int
    cells: Mapping[str, str]
    fault: str | None = None
    """Why it cannot be read at all."""


@dataclass(frozen=True, slots=True)
class Read:
    """What became of the lines of one record."""

    last_line: int
    event: FeedRecord | SupportMeasureRecorded | None = None
    faults: tuple[Fault, ...] = field(default=())


def check_headings(layout: Layout, headings: Sequence[str]) -> None:
    """Raises ``NotThisFile`` unless every column is there, once, and no other (C02)."""
    delimited.check_headings(layout.label, layout.columns, headings)


def rows(
    layout: Layout, headings: Sequence[str], lines: Iterable[tuple[int, Sequence[str] | None]]
) -> Iterator[Row]:
    """Each line with its cells under their fields, codes put into the contract's words."""
    paths = [layout.columns[name] for name in headings]
    for line, values in lines:
        if values is None:
            yield Row(line, {}, delimited.UNREADABLE)
            continue
        if len(values) != len(paths):
            yield Row(line, {}, delimited.WRONG_LENGTH)
            continue
        yield _row(layout, line, paths, values)


def _row(layout: Layout, line: int, paths: Sequence[str], values: Sequence[str]) -> Row:
    cells: dict[str, str] = {}
    for path, value in zip(paths, values, strict=True):
        if value == "":
            continue
        if "\0" in value:
            return Row(line, {}, f"{layout.heading(path)}: 使えない文字 (U+0000) があります。")
        if path not in _NUMBERS and any(map(is_individual_number, _TWELVE_DIGITS.findall(value))):
            return Row(line, {}, f"{layout.heading(path)}: 個人番号と思われる数字があります。")
        codes = layout.codes.get(path)
        if codes is not None and value not in codes:
            return Row(line, {}, f"{layout.heading(path)}: 定められた区分ではありません。")
        cells[path] = value if codes is None else codes[value]
    return Row(line, cells)


def read(layout: Layout, given: Iterable[Row]) -> Iterator[Read]:
    """The records of a file: a line each, or lines that stand together where a field repeats."""
    if layout.repeated is None:
        for row in given:
            yield _record(layout, [row])
        return
    for _, together in groupby(given, key=lambda row: _same_record(layout, row)):
        yield _record(layout, list(together))


def _same_record(layout: Layout, row: Row) -> tuple[str | None, ...] | int:
    if row.fault is not None:
        return row.line  # it belongs to no other line
    return tuple(row.cells.get(path) for path in layout.record)


def _record(layout: Layout, together: Sequence[Row]) -> Read:
    last = together[-1].line
    faults = [Fault(row.line, row.fault) for row in together if row.fault is not None]
    if faults:
        return Read(last, faults=tuple(faults))
    common = _without_repeated(layout, together[0])
    for row in together[1:]:
        if _without_repeated(layout, row) != common:
            reason = "同じ記録の前の行と内容が違います。"
            return Read(last, faults=(Fault(row.line, reason),))
    try:
        document = _document(layout, common, together)
    except ContractError:
        heading = layout.heading("person.birth_date")
        return Read(
            last, faults=(Fault(together[0].line, f"{heading}: 日付として読み取れません。"),)
        )
    try:
        return Read(last, layout.model.model_validate(document))
    except ValidationError as error:
        return Read(last, faults=tuple(_faults(layout, error, together)))


def _without_repeated(layout: Layout, row: Row) -> dict[str, str]:
    prefix = f"{layout.repeated}."
    return {
        path: value
        for path, value in row.cells.items()
        if path != layout.repeated and not path.startswith(prefix)
    }


def _document(layout: Layout, common: Mapping[str, str], together: Sequence[Row]) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for path, value in common.items():
        *parts, name = path.split(".")
        place = document
        for part in parts:
            place = place.setdefault(part, {})
        place[name] = (
            parse_date(value) if path == "person.birth_date" else _valued(layout, path, value)
        )
    if layout.repeated is not None and layout.repeated in layout.columns.values():
        cells = [row.cells.get(layout.repeated) for row in together]
        document[layout.repeated] = [] if cells == [None] else cells
    elif layout.repeated is not None:
        prefix = f"{layout.repeated}."
        elements = [
            {p.removeprefix(prefix): v for p, v in row.cells.items() if p.startswith(prefix)}
            for row in together
        ]
        # One line with nothing in it says that there is none; among others it is a mistake.
        document[layout.repeated] = [] if elements == [{}] else elements
    return document


def _valued(layout: Layout, path: str, text: str) -> str | int | bool:
    """A cell as the contract takes it: numbers and yes or no are no texts there."""
    kind = _kind(layout.model, tuple(path.split(".")))
    if kind is int and _WHOLE.fullmatch(text):
        return int(text)
    if kind is bool and text in ("true", "false"):
        return text == "true"
    return text


@cache
def _kind(model: type[BaseModel], path: tuple[str, ...]) -> Any:
    """The type of a field, without what may be missing of it."""
    annotation = model.model_fields[path[0]].annotation
    for each in (annotation, *get_args(annotation)):
        if len(path) > 1 and isinstance(each, type) and issubclass(each, BaseModel):
            return _kind(each, path[1:])
        plain = get_args(each)[0] if get_origin(each) is Annotated else each
        if plain in (int, bool):
            return plain
    return None


def _faults(layout: Layout, error: ValidationError, together: Sequence[Row]) -> Iterator[Fault]:
    for each in error.errors(include_url=False, include_context=False, include_input=False):
        line, names = together[0].line, [str(part) for part in each["loc"]]
        if len(names) > 1 and names[0] == layout.repeated:
            line = together[int(names.pop(1))].line
        whole = not names or names == [layout.repeated]
        heading = layout.label if whole else layout.heading(".".join(names))
        reason = delimited.reason_of(each["type"])
        yield Fault(line, f"{heading}: {reason}")
