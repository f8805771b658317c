"""Layouts of media as data: what ``layouts/*.toml`` may say, and what is refused in one.

The specification of the real disc (国民年金適用関係届書作成仕様書) could not be read. So nothing of
it is a constant here: columns, widths, codes, order, file name, the rows around the records.
"""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.events import LinkageItem, ReportItemKind
from services.jps_reporting.domain.characters import comes_back
from services.jps_reporting.domain.items import Labelled
from services.jps_reporting.domain.provisions import NotProvidable, ProvidedItem, ProvisionTable


class InvalidLayout(ValueError):
    """A layout contradicts itself, or names what may not be given."""

    code: ClassVar[str] = "JR-1104"


class LayoutStatus(Labelled):
    """Whether somebody compared the layout with the original specification."""

    UNCONFIRMED = "unconfirmed", "様式未確認"
    CONFIRMED = "confirmed", "様式確認済"


class Source(StrEnum):
    """Where a column's value comes from."""

    LITERAL = "literal"
    BLANK = "blank"
    KIND = "kind"
    PROCESSING = "processing"
    INDIVIDUAL_NUMBER = "individual_number"
    BASIC_PENSION_NUMBER = "basic_pension_number"
    NAME = "name"
    NAME_KANA = "name_kana"
    SEX = "sex"
    BIRTH_DATE = "birth_date"
    POSTAL_CODE = "postal_code"
    ADDRESS = "address"
    OCCURRED_ON = "occurred_on"
    REASON = "reason"
    CATEGORY_BEFORE = "category_before"
    CATEGORY_AFTER = "category_after"
    ACCEPTED_ON = "accepted_on"
    FROM_MONTH = "from_month"
    PENSION_CODE = "pension_code"
    CLAIMANT_RELATIONSHIP = "claimant_relationship"
    MUNICIPALITY_CODE = "municipality_code"
    MUNICIPALITY_NAME = "municipality_name"
    MEDIUM_SERIAL = "medium_serial"
    CREATED_ON = "created_on"
    RECORD_COUNT = "record_count"


OF_THE_MEDIUM: Final = frozenset(
    {
        Source.LITERAL,
        Source.BLANK,
        Source.MUNICIPALITY_CODE,
        Source.MUNICIPALITY_NAME,
        Source.MEDIUM_SERIAL,
        Source.CREATED_ON,
        Source.RECORD_COUNT,
    }
)
"""Sources that say nothing about a person: the only ones in the rows around the records."""

PROVIDES: Final[dict[Source, ProvidedItem]] = {
    Source.INDIVIDUAL_NUMBER: ProvidedItem.INDIVIDUAL_NUMBER,
    Source.BASIC_PENSION_NUMBER: ProvidedItem.BASIC_PENSION_NUMBER,
    Source.NAME: ProvidedItem.NAME,
    Source.NAME_KANA: ProvidedItem.NAME,
    Source.SEX: ProvidedItem.SEX,
    Source.BIRTH_DATE: ProvidedItem.BIRTH_DATE,
    Source.POSTAL_CODE: ProvidedItem.ADDRESS,
    Source.ADDRESS: ProvidedItem.ADDRESS,
    Source.OCCURRED_ON: ProvidedItem.OCCURRED_ON,
    Source.REASON: ProvidedItem.REASON,
    Source.CATEGORY_BEFORE: ProvidedItem.CATEGORY,
    Source.CATEGORY_AFTER: ProvidedItem.CATEGORY,
    Source.ACCEPTED_ON: ProvidedItem.ACCEPTED_ON,
    Source.FROM_MONTH: ProvidedItem.FROM_MONTH,
    Source.PENSION_CODE: ProvidedItem.PENSION_CODE,
    Source.CLAIMANT_RELATIONSHIP: ProvidedItem.CLAIMANT_RELATIONSHIP,
}
"""The item about the person that a source gives away."""

ASKED: Final[dict[Source, LinkageItem]] = {
    Source.INDIVIDUAL_NUMBER: LinkageItem.INDIVIDUAL_NUMBER_TOKEN,
    Source.NAME: LinkageItem.NAME,
    Source.NAME_KANA: LinkageItem.NAME,
    Source.SEX: LinkageItem.SEX,
    Source.BIRTH_DATE: LinkageItem.BIRTH_DATE,
    Source.POSTAL_CODE: LinkageItem.ADDRESS,
    Source.ADDRESS: LinkageItem.ADDRESS,
}
"""What has to be asked of identity for a source."""

_DATES: Final = frozenset(
    {Source.BIRTH_DATE, Source.OCCURRED_ON, Source.ACCEPTED_ON, Source.CREATED_ON}
)


class Format(StrEnum):
    """How a value is written."""

    TEXT = "text"
    """As it is, in CP932; ``full_width`` decides about the width."""
    KANA = "kana"
    """Half-width kana."""
    DIGITS = "digits"
    CODE = "code"
    """Looked up in the column's ``codes``."""
    ERA = "era"
    """The era's digit of a date or month."""
    ERA_DATE = "era_date"
    """YYMMDD, the year that of the era."""
    ERA_MONTH = "era_month"
    """YYMM, the year that of the era."""
    DATE = "date"
    """YYYYMMDD."""
    NUMBER = "number"
    """The place where the vault writes the individual number."""


class Fill(StrEnum):
    """How a value gets to its width."""

    EXACT = "exact"
    """It has to have exactly the width."""
    ZEROS = "zeros"
    """Zeros before it."""
    SPACES = "spaces"
    """Spaces after it, half-width, or full-width in a full-width column."""
    NONE = "none"
    """It may be shorter than the width."""


_EXACT_WIDTH: Final = {
    Format.ERA: 1,
    Format.ERA_DATE: 6,
    Format.ERA_MONTH: 4,
    Format.DATE: 8,
    Format.NUMBER: 12,
}


class Column(BaseModel):
    """One column. ``width`` counts bytes in CP932: a kanji is two, a half-width kana one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1)]
    """What staff call it; it names the field in errors and substitutions."""
    source: Source
    format: Format
    width: Annotated[int, Field(ge=0, le=600)]
    fill: Fill = Fill.NONE
    required: bool = False
    full_width: bool = False
    text: str = ""
    """Of a literal."""
    part: tuple[int, int] | None = None
    """Only the characters from .. to (exclusive): 基礎年金番号 stands in two columns."""
    codes: dict[str, str] = {}
    """The medium's code for each value."""

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        problem = self._contradiction()
        if problem:
            raise InvalidLayout(f"{self.name}: {problem}")
        return self

    def _contradiction(self) -> str | None:
        exact = _EXACT_WIDTH.get(self.format)
        checks = (
            (exact is not None and self.width != exact, f"{self.format} is {exact} bytes wide"),
            (exact is not None and self.fill is not Fill.EXACT, f"{self.format} fills exactly"),
            (
                (self.format is Format.NUMBER) != (self.source is Source.INDIVIDUAL_NUMBER),
                "the individual number is only ever the vault's to write",
            ),
            ((self.format is Format.CODE) != bool(self.codes), "codes belong to the format code"),
            ((self.source is Source.LITERAL) != bool(self.text), "text belongs to a literal"),
            (
                self.format in (Format.ERA_DATE, Format.DATE) and self.source not in _DATES,
                "not a date",
            ),
            (
                self.format is Format.ERA and self.source not in _DATES | {Source.FROM_MONTH},
                "no era of what is not a date",
            ),
            (
                self.format is Format.ERA_MONTH and self.source is not Source.FROM_MONTH,
                "not a month",
            ),
            (
                self.source in _DATES | {Source.FROM_MONTH} and exact is None,
                "a date has a date's format",
            ),
            (self.full_width and self.width % 2 == 1, "a full-width column has an even width"),
            (self.full_width and self.format is not Format.TEXT, "only text has a width to choose"),
            (self.full_width and self.fill is Fill.ZEROS, "zeros do not fill text"),
            (self.required and self.source is Source.BLANK, "a blank is never required"),
            (
                any(
                    not re.fullmatch(r"[0-9A-Z]+", c) or len(c) > self.width
                    for c in self.codes.values()
                ),
                "a code does not fit",
            ),
            (
                not all(map(comes_back, self.text)) or len(self.text.encode("cp932")) > self.width,
                "the literal does not fit",
            ),
            (self.part is not None and not 0 <= self.part[0] < self.part[1], "no such part"),
        )
        return next((text for wrong, text in checks if wrong), None)


class Row(BaseModel):
    """A row before or after the records: management record, marks, trailer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    column: Annotated[tuple[Column, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _about_nobody(self) -> Self:
        if any(column.source not in OF_THE_MEDIUM for column in self.column):
            raise InvalidLayout(f"{self.name}: a row around the records holds nothing of a person")
        return self


class Record(BaseModel):
    """The columns of the records of some kinds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kinds: Annotated[tuple[ReportItemKind, ...], Field(min_length=1)]
    column: Annotated[tuple[Column, ...], Field(min_length=1)]

    @property
    def provides(self) -> frozenset[ProvidedItem]:
        """The items about a person that such a record holds."""
        return frozenset(PROVIDES[c.source] for c in self.column if c.source in PROVIDES)

    @property
    def asks(self) -> frozenset[LinkageItem]:
        """What identity has to be asked for it, and no more (C02, C11)."""
        return frozenset(ASKED[c.source] for c in self.column if c.source in ASKED)

    def has(self, source: Source) -> bool:
        """Whether a column shows ``source``."""
        return any(column.source is source for column in self.column)


class Layout(BaseModel):
    """One layout file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]{3,40}$")]
    title: str
    status: LayoutStatus
    compared_with: str = ""
    """The document that a confirmed layout was compared with."""
    valid_from: date
    encoding: Literal["cp932"]
    line_ending: Literal["crlf", "lf"]
    separator: Literal[",", "\t"]
    quoting: Literal["never", "when_needed", "always"]
    file_name: Annotated[str, Field(pattern=r"^[A-Z0-9_]*\{serial\}\.[A-Z]{3}$")]
    """Names inside an encrypted ZIP are readable: neutral, with the place of the serial."""
    serial_digits: Annotated[int, Field(ge=1, le=9)]
    before: tuple[Row, ...] = ()
    record: Annotated[tuple[Record, ...], Field(min_length=1)]
    after: tuple[Row, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        kinds = [kind for record in self.record for kind in record.kinds]
        if len(kinds) != len(set(kinds)):
            raise InvalidLayout("a kind has two records")
        if (self.status is LayoutStatus.CONFIRMED) != bool(self.compared_with):
            raise InvalidLayout("a confirmed layout names what it was compared with")
        if any(
            c.source in OF_THE_MEDIUM and c.source not in _IN_RECORDS
            for r in self.record
            for c in r.column
        ):
            raise InvalidLayout("what describes the medium stands before or after the records")
        return self

    def record_for(self, kind: ReportItemKind) -> Record | None:
        """The record for ``kind``, if the medium can carry that kind at all."""
        return next((record for record in self.record if kind in record.kinds), None)

    def file_for(self, serial: int) -> str:
        """The file's name. Raises `InvalidLayout` where the serial has outgrown its digits."""
        if len(str(serial)) > self.serial_digits:
            raise InvalidLayout("the medium serial has outgrown the layout's digits")
        return self.file_name.format(serial=f"{serial:0{self.serial_digits}d}")


_IN_RECORDS: Final = frozenset({Source.LITERAL, Source.BLANK, Source.MUNICIPALITY_CODE})


def require_providable(layout: Layout, table: ProvisionTable) -> None:
    """Raises `InvalidLayout` where a record would give away what the table does not list (C24)."""
    for record in layout.record:
        for kind in record.kinds:
            try:
                table.require(kind, record.provides)
            except NotProvidable as error:
                raise InvalidLayout(str(error)) from error
