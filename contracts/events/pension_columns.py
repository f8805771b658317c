"""年金資格: the resident register's columns on the National Pension, from qualification back to it.

A resident's record says whether somebody is insured, under which basic pension number, in which
category, since when and until when (住民基本台帳法7条11号 [unverified: not read]). Only identity
knows the register's 宛名番号, so qualification tells it by person id and identity addresses it.
"""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field, StrictBool

from contracts.days import Day
from contracts.events.base import Data, Event
from contracts.events.qualification import InsuredCategory, VoluntaryInsurance
from contracts.keys import resident_key
from contracts.numbers import AddresseeNumber, SmallVersion
from contracts.topics import (
    OUTBOUND_RESIDENT_REGISTER,
    QUALIFICATION_COLUMNS,
    UPSTREAM_REGISTER,
    Topic,
)


class PensionColumns(Data):
    """The five columns (年金資格有無・基礎年金番号・種別・取得年月日・喪失年月日)."""

    insured: StrictBool | None
    """年金資格有無. None: the city cannot tell."""
    basic_pension_number: Annotated[str, Field(pattern=r"^[0-9]{10}$")] | None = None
    """None: not known, or not yet assigned, which is lawful."""
    category: InsuredCategory | None = None
    """年金資格種別 now, or the last known; None where it is insurance by choice, or none was."""
    voluntary: VoluntaryInsurance | None = None
    """Insurance by choice, in the place of a category."""
    acquired_on: Day | None = None
    """年金資格取得年月日: the day from which that category is held."""
    lost_on: Day | None = None
    """年金資格喪失年月日; None while it is held, or where nobody knows."""


class PensionColumnsChanged(Event):
    """A person's columns, whole, after a change. State-carrying: a later version replaces it."""

    TYPE: ClassVar[str] = "nenkin.pension_columns.changed.v1"
    TOPIC: ClassVar[Topic] = QUALIFICATION_COLUMNS

    person_id: UUID
    columns_version: SmallVersion
    columns: PensionColumns

    @property
    def record_key(self) -> str:
        return str(self.person_id)


class ResidentPensionChanged(Event):
    """The same for the register, by its own 宛名番号. A later version replaces an earlier one."""

    TYPE: ClassVar[str] = "nenkin.resident.pension_changed.v1"
    TOPIC: ClassVar[Topic] = OUTBOUND_RESIDENT_REGISTER

    addressee_number: AddresseeNumber
    version: SmallVersion
    """Counts up by one with each message about this 宛名番号."""
    columns: PensionColumns

    @property
    def record_key(self) -> str:
        return resident_key(UPSTREAM_REGISTER, self.addressee_number)
