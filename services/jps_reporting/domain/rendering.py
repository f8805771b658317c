"""From an item and identity's answer to the fields of a record, or to what keeps it off the medium.

The checks and the medium share this code, so what passed the checks renders.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from contracts.dates import UncertainDate
from contracts.eras import FIRST_DAY, era_code, era_year
from contracts.events import LinkageAnswer
from contracts.events.residents import Address, PersonName
from contracts.months import Month
from services.jps_reporting.domain.characters import (
    ENCODING,
    SubstitutionTable,
    Trouble,
    Used,
    write_kana,
    write_text,
)
from services.jps_reporting.domain.items import ReportItem
from services.jps_reporting.domain.layout import Column, Fill, Format, Layout, Record, Row, Source


@dataclass(frozen=True, slots=True)
class NumberPlace:
    """Where the vault writes the number of this token. Nothing outside the vault knows it."""

    token: str


Field = str | NumberPlace


class Flaw(StrEnum):
    """Why a field cannot be written."""

    MISSING = "missing"
    INEXACT_DATE = "inexact_date"
    NO_ERA = "no_era"
    NO_CODE = "no_code"
    TOO_LONG = "too_long"
    WRONG_LENGTH = "wrong_length"
    NOT_DIGITS = "not_digits"
    SEPARATOR = "separator"
    NOT_FULL_WIDTH = "not_full_width"
    CHARACTER = "character"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one column of one record."""

    flaw: Flaw
    column: Column
    trouble: Trouble | None = None
    character: str | None = None


@dataclass(frozen=True, slots=True)
class Substituted:
    """A use of the substitution table, by column."""

    column: str
    used: Used


@dataclass(slots=True)
class Rendered:
    """A record. It may go on a medium only if ``faults`` is empty."""

    fields: list[Field] = field(default_factory=list)
    substitutions: list[Substituted] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class MediumFacts:
    """What the rows around the records tell of the medium."""

    municipality_code: str
    municipality_name: str
    serial: int
    created_on: date
    record_count: int


class Renderer:
    """Writes records and rows of one layout with one substitution table."""

    def __init__(self, layout: Layout, table: SubstitutionTable, municipality_code: str) -> None:
        self._layout = layout
        self._table = table
        self._municipality_code = municipality_code

    def record(self, record: Record, item: ReportItem, answer: LinkageAnswer | None) -> Rendered:
        """The record of ``item`` in the columns of ``record``."""
        values = _values(item, answer or LinkageAnswer()) | {
            Source.MUNICIPALITY_CODE: self._municipality_code
        }
        rendered = Rendered()
        for column in record.column:
            self._write(column, values, rendered)
        return rendered

    def rows(self, rows: tuple[Row, ...], facts: MediumFacts) -> list[Rendered]:
        """The rows before or after the records."""
        values: dict[Source, Any] = {
            Source.MUNICIPALITY_CODE: facts.municipality_code,
            Source.MUNICIPALITY_NAME: facts.municipality_name,
            Source.MEDIUM_SERIAL: str(facts.serial),
            Source.CREATED_ON: facts.created_on,
            Source.RECORD_COUNT: str(facts.record_count),
        }
        written = []
        for row in rows:
            rendered = Rendered()
            for column in row.column:
                self._write(column, values, rendered)
            written.append(rendered)
        return written

    def _write(self, column: Column, values: Mapping[Source, Any], into: Rendered) -> None:
        value = column.text if column.source is Source.LITERAL else values.get(column.source)
        if column.format is Format.NUMBER:
            into.fields.append(NumberPlace(value) if value else "")
            if column.required and not value:
                into.faults.append(Fault(Flaw.MISSING, column))
            return
        if value is None or value == "":
            into.fields.append(_fill("", column) if column.fill is Fill.SPACES else "")
            if column.required:
                into.faults.append(Fault(Flaw.MISSING, column))
            return
        before = len(into.faults)
        text = self._text(column, value, into)
        if len(into.faults) > before:
            into.fields.append("")
            return
        text = _fill(text, column)
        flaw = self._misfit(column, text)
        if flaw:
            into.faults.append(Fault(flaw, column))
            text = ""
        into.fields.append(text)

    def _text(self, column: Column, value: Any, into: Rendered) -> str:
        match column.format:
            case Format.TEXT | Format.KANA:
                written = (
                    write_kana(value, self._table)
                    if column.format is Format.KANA
                    else write_text(value, self._table, full=column.full_width)
                )
                into.substitutions += [Substituted(column.name, used) for used in written.used]
                into.faults += [
                    Fault(Flaw.CHARACTER, column, trouble, character)
                    for trouble, character in written.troubles
                ]
                return written.text
            case Format.DIGITS:
                part = str(value)[slice(*column.part)] if column.part else str(value)
                if not (part.isascii() and part.isdigit()):
                    into.faults.append(Fault(Flaw.NOT_DIGITS, column))
                return part
            case Format.CODE:
                code = column.codes.get(str(value))
                if code is None:
                    into.faults.append(Fault(Flaw.NO_CODE, column))
                return code or ""
            case _:
                return self._date(column, value, into)

    def _date(self, column: Column, value: Any, into: Rendered) -> str:
        if isinstance(value, UncertainDate):
            if not value.is_exact:
                into.faults.append(Fault(Flaw.INEXACT_DATE, column))
                return ""
            value = value.require()
        day: date = value.first_day if isinstance(value, Month) else value
        if column.format is Format.DATE:
            return f"{day:%Y%m%d}"
        if day < FIRST_DAY:
            into.faults.append(Fault(Flaw.NO_ERA, column))
            return ""
        match column.format:
            case Format.ERA:
                return era_code(day)
            case Format.ERA_MONTH:
                return f"{era_year(day):02d}{day.month:02d}"
            case _:
                return f"{era_year(day):02d}{day.month:02d}{day.day:02d}"

    def _misfit(self, column: Column, text: str) -> Flaw | None:
        if self._layout.quoting == "never" and (self._layout.separator in text or '"' in text):
            return Flaw.SEPARATOR
        size = len(text.encode(ENCODING))
        if size > column.width:
            return Flaw.TOO_LONG
        if column.fill is not Fill.NONE and size != column.width:
            return Flaw.WRONG_LENGTH
        return None


def _fill(text: str, column: Column) -> str:
    match column.fill:
        case Fill.ZEROS:
            return text.rjust(column.width, "0")
        case Fill.SPACES:
            missing = max(column.width - len(text.encode(ENCODING)), 0)
            return text + ("\u3000" * (missing // 2) if column.full_width else " " * missing)
        case _:
            return text


def _values(item: ReportItem, answer: LinkageAnswer) -> dict[Source, Any]:
    name: PersonName | None = answer.name
    address: Address | None = answer.address
    return {
        Source.KIND: item.kind.value,
        Source.PROCESSING: item.processing.value,
        Source.INDIVIDUAL_NUMBER: answer.individual_number_token,
        Source.BASIC_PENSION_NUMBER: item.basic_pension_number,
        Source.NAME: name.kanji if name else None,
        Source.NAME_KANA: name.kana if name else None,
        Source.SEX: answer.sex.value if answer.sex else None,
        Source.BIRTH_DATE: answer.birth_date,
        Source.POSTAL_CODE: _postal_code(address),
        Source.ADDRESS: _address(address),
        Source.OCCURRED_ON: item.occurred_on,
        Source.REASON: item.reason,
        Source.CATEGORY_BEFORE: _number(item.category_before),
        Source.CATEGORY_AFTER: _number(item.category_after),
        Source.ACCEPTED_ON: item.accepted_on,
        Source.FROM_MONTH: item.from_month,
        Source.PENSION_CODE: item.pension_code,
        Source.CLAIMANT_RELATIONSHIP: (
            item.claimant_relationship.value if item.claimant_relationship else None
        ),
    }


def _number(category: int | None) -> str | None:
    return None if category is None else str(int(category))


def _address(address: Address | None) -> str | None:
    if address is None:
        return None
    # 方書 follows after a full-width space, as on the resident's card.
    return f"{address.text}\u3000{address.building}" if address.building else address.text


def _postal_code(address: Address | None) -> str | None:
    if address is None or address.postal_code is None:
        return None
    return "".join(str(int(c)) for c in address.postal_code if c.isdecimal()) or None
