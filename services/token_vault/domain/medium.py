"""The rows of a medium for JPS: numbers filled in, every character encoded or refused.

The asker sends rows with tokens where numbers go; only here do digits stand beside other fields.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.token_vault.domain.numbers import TOKEN_PATTERN, IndividualNumber

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_CHUNK_ROWS: Final = 500
MOST_DEFECTS: Final = 100


class NumberField(BaseModel):
    """The place of a number in a row: twelve digits go here."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token: Annotated[str, Field(pattern=TOKEN_PATTERN)]
    format: Literal["digits"]


Row = Sequence[str | NumberField]


class Quoting(StrEnum):
    """When a field stands in quotation marks."""

    NEVER = "never"
    WHEN_NEEDED = "when_needed"
    ALWAYS = "always"


class LineEnding(StrEnum):
    """How a row ends."""

    CRLF = "crlf"
    LF = "lf"

    @property
    def text(self) -> str:
        return "\r\n" if self is LineEnding.CRLF else "\n"


class Layout(BaseModel):
    """How rows become bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    encoding: Literal["cp932"] = "cp932"
    line_ending: LineEnding = LineEnding.CRLF
    separator: Literal[",", "\t"] = ","
    quoting: Quoting = Quoting.WHEN_NEEDED


class DefectKind(StrEnum):
    """What is wrong with a field."""

    UNKNOWN_TOKEN = "unknown_token"
    NOT_ENCODABLE = "not_encodable"
    CONTROL_CHARACTER = "control_character"
    NEEDS_QUOTING = "needs_quoting"


@dataclass(frozen=True, slots=True)
class Defect:
    """A field that cannot go on the medium: where it is, never what it says."""

    kind: DefectKind
    row: int
    """Counted from 0, as in the request."""
    field: int
    position: int | None = None
    """Of the first such character in the field, from 0."""


class CannotFill(Exception):
    """The rows cannot be written as they are; ``defects`` names up to `MOST_DEFECTS` fields."""

    def __init__(self, defects: Sequence[Defect]) -> None:
        super().__init__(f"{len(defects)} fields cannot be written")
        self.defects = tuple(defects)


def tokens_in(rows: Sequence[Row]) -> set[str]:
    """The tokens of all number fields."""
    return {field.token for row in rows for field in row if isinstance(field, NumberField)}


def unknown_tokens(rows: Sequence[Row], known: Mapping[str, object]) -> list[Defect]:
    """The number fields whose token is not among ``known``, up to `MOST_DEFECTS`."""
    defects: list[Defect] = []
    for r, row in enumerate(rows):
        for f, field in enumerate(row):
            if isinstance(field, NumberField) and field.token not in known:
                defects.append(Defect(DefectKind.UNKNOWN_TOKEN, r, f))
                if len(defects) == MOST_DEFECTS:
                    return defects
    return defects


def text_defects(rows: Sequence[Row], layout: Layout) -> list[Defect]:
    """The text fields that cannot be written in the layout, up to `MOST_DEFECTS`.

    Encoding is strict: a character that the encoding lacks (𠮷, a variation selector) is a defect,
    never replaced here. Substitution is the asker's to decide and record.
    """
    special = f'"{layout.separator}' if layout.quoting is Quoting.NEVER else ""
    defects: list[Defect] = []
    for r, row in enumerate(rows):
        joined = "".join(field for field in row if isinstance(field, str))
        if _fine(joined, layout.encoding, special):
            continue
        for f, field in enumerate(row):
            if isinstance(field, str) and (found := _defect(field, layout.encoding, special)):
                defects.append(Defect(found[0], r, f, found[1]))
                if len(defects) == MOST_DEFECTS:
                    return defects
    return defects


def _fine(text: str, encoding: str, special: str) -> bool:
    return _defect(text, encoding, special) is None


def _defect(text: str, encoding: str, special: str) -> tuple[DefectKind, int] | None:
    if control := _CONTROL.search(text):
        return DefectKind.CONTROL_CHARACTER, control.start()
    for character in special:
        if character in text:
            return DefectKind.NEEDS_QUOTING, text.index(character)
    try:
        text.encode(encoding)
    except UnicodeEncodeError as error:
        return DefectKind.NOT_ENCODABLE, error.start
    return None


def encoded(
    rows: Sequence[Row], layout: Layout, number: Callable[[str], IndividualNumber]
) -> Iterator[bytes]:
    """The rows as bytes, some hundreds at a time, so that digits do not pile up in memory.

    ``number`` gives the number of a token. Call `unknown_tokens` and `text_defects` first: of what
    they would have named, this raises or writes something that does not read back.
    """
    for start in range(0, len(rows), _CHUNK_ROWS):
        lines = (
            layout.separator.join(
                _written(field if isinstance(field, str) else number(field.token).digits, layout)
                for field in row
            )
            + layout.line_ending.text
            for row in rows[start : start + _CHUNK_ROWS]
        )
        yield "".join(lines).encode(layout.encoding)


def _written(text: str, layout: Layout) -> str:
    if layout.quoting is Quoting.ALWAYS or (
        layout.quoting is Quoting.WHEN_NEEDED and (layout.separator in text or '"' in text)
    ):
        return '"' + text.replace('"', '""') + '"'
    return text
