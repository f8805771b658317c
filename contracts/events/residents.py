"""Resident changes: what the resident register sends, and what the vault makes of it."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StrictBool

from contracts.codes import (
    BecameResidentReason,
    Relationship,
    RemovalReason,
    ResidentChangeKind,
    ResidentKind,
    ResidentStatus,
    Sex,
)
from contracts.dates import UncertainDate
from contracts.days import Day
from contracts.events.base import Data, Event
from contracts.keys import resident_key
from contracts.numbers import AddresseeNumber, HouseholdNumber, MunicipalityCode, Version
from contracts.sealing import SealedNumber
from contracts.topics import INBOUND_RESIDENTS, RESIDENTS_TOKENISED, Topic

Text100 = Annotated[str, Field(min_length=1, max_length=400)]
"""Up to 100 characters as people count them; the wire allows for variation selectors."""


class PersonName(Data):
    """氏名情報: kept exactly as received, never normalised."""

    kanji: Text100
    kana: Text100 | None = None
    latin: Text100 | None = None


class Address(Data):
    """住所情報. A foreign address has neither municipality nor town code."""

    text: Annotated[str, Field(min_length=1, max_length=1200)]
    building: Annotated[str, Field(max_length=1200)] | None = None
    municipality_code: MunicipalityCode | None = None
    town_code: Annotated[str, Field(pattern=r"^[0-9]{7}$")] | None = None
    postal_code: Annotated[str, Field(max_length=14)] | None = None
    abroad: StrictBool = False


class Householder(Data):
    """世帯主情報."""

    name: Text100
    addressee_number: AddresseeNumber | None = None


class BecameResident(Data):
    """住民となった事由 and its date."""

    reason: BecameResidentReason
    on: UncertainDate
    pension_note: StrictBool | None = None
    """Whether the notice of it bore the note on the National Pension (国民年金の付記,
    住民基本台帳法29条): then it is a notice under 国民年金法12条3項, too. None: not told."""


class Removal(Data):
    """消除情報: why and when the record was removed."""

    reason: RemovalReason
    on: UncertainDate


class ResidenceStatus(Data):
    """在留資格情報 of a foreign resident."""

    code: Annotated[str, Field(min_length=1, max_length=20)]
    label: Annotated[str, Field(max_length=100)]
    valid_from: Day | None = None
    valid_to: Day | None = None


class ResidentRecord(Data):
    """The resident's record after the change: every 別添2 <宛名> item but the individual number."""

    addressee_number: AddresseeNumber
    household_number: HouseholdNumber | None
    name: PersonName
    alias: PersonName | None = None
    birth_date: UncertainDate
    sex: Sex
    relationship: Annotated[tuple[Relationship, ...], Field(max_length=4)] = ()
    resident_kind: ResidentKind
    resident_status: ResidentStatus
    householder: Householder | None = None
    became_resident: BecameResident | None = None
    address: Address
    move_in_address: Address | None = None
    move_out_address: Address | None = None
    previous_address: Address | None = None
    family_register_head: Text100 | None = None
    processing_hold: StrictBool = False
    removal: Removal | None = None
    nationality: Annotated[str, Field(min_length=1, max_length=100)] = "日本"
    residence_status: ResidenceStatus | None = None


class _Change(Event):
    source: Literal["resident_register"] = "resident_register"
    record_version: Version
    """The source's own version of this record: an older one arriving late changes nothing."""
    change: ResidentChangeKind
    changed_on: UncertainDate
    """異動年月日."""
    reported_on: Day
    """異動届出年月日, or the day of the ex officio entry."""
    record: ResidentRecord

    @property
    def record_key(self) -> str:
        return resident_key(self.source, self.record.addressee_number)


class ResidentChange(_Change):
    """A change to one resident's record, the individual number sealed to the vault."""

    TYPE: ClassVar[str] = "nenkin.resident.changed.v1"
    TOPIC: ClassVar[Topic] = INBOUND_RESIDENTS

    sealed_number: SealedNumber | None
    """None only where the register holds no number for this person."""


class ResidentTokenised(_Change):
    """The same change with the vault's token in place of the sealed number."""

    TYPE: ClassVar[str] = "nenkin.resident.tokenised.v1"
    TOPIC: ClassVar[Topic] = RESIDENTS_TOKENISED

    individual_number_token: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")] | None
