"""People who are not on the register (住登外者): records that staff keep beside the register's.

Such a person has a record of their own with its versions, under a number space of its own, and is
told to the neighbours as a person without a stay. Nothing is altered: a correction, a death or a
cancellation is one more version. Whoever moves in later is a second person at first, and one
finding says that the two may be one (`services.identity.domain.findings`).
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from contracts.codes import (
    Code,
    RemovalReason,
    ResidentChangeKind,
    ResidentKind,
    ResidentStatus,
)
from contracts.dates import DatePrecision, UncertainDate
from contracts.events.base import Data
from contracts.events.feeds import FourAttributes
from contracts.events.residents import PersonName, Removal, ResidenceStatus, ResidentRecord
from contracts.forms import NumberVerification, PersonVerification
from services.identity.domain.comparison import Agreement, Comparison

SYSTEM: Final = "outside_register"
"""The system under which such records are kept."""
JAPAN: Final = "日本"
_UNKNOWN: Final = UncertainDate(precision=DatePrecision.UNKNOWN, notation="年月日不詳")


class OutsideStep(Code):
    """What is proposed about such a person."""

    NEW = "new", "新規登録"
    CORRECTION = "correction", "訂正"
    DEATH = "death", "死亡"
    CANCELLATION = "cancellation", "登録の取消し"
    NUMBER = "number", "個人番号の登録"


class OutsideRefusal(StrEnum):
    """Why it cannot be done; the value is the code of the README's table."""

    KNOWN_ALREADY = "ID-0801"
    NOT_LOOKED_AT = "ID-0802"
    SAME_PERSON = "ID-0803"
    OVER = "ID-0804"
    ANOTHER_WAITS = "ID-0805"
    NOT_OUTSIDE = "ID-0806"
    CANCELLED = "ID-0807"
    NO_SUCH_RECORD = "ID-0808"
    NUMBER_THEIRS = "ID-0811"


class OutsideRefused(Exception):
    """What was asked cannot be done."""

    def __init__(self, refusal: OutsideRefusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


CHANGES: Final = {
    OutsideStep.NEW: ResidentChangeKind.OFFICIAL_ENTRY,
    OutsideStep.CORRECTION: ResidentChangeKind.CORRECTION,
    OutsideStep.DEATH: ResidentChangeKind.DEATH,
    OutsideStep.CANCELLATION: ResidentChangeKind.CANCELLATION,
    # Announced, so that another number than before is noted and not put up for work.
    OutsideStep.NUMBER: ResidentChangeKind.CORRECTION,
}
"""As which change of a record each is kept and told."""


@dataclass(frozen=True, slots=True)
class NumberEntry:
    """An individual number that staff entered, as the vault's token (`token`, 32 hex digits)."""

    token: str = field(repr=False)
    verified_by: NumberVerification
    """How the number was verified (本人確認の措置, C05)."""
    person_verified_by: PersonVerification | None
    """How whoever handed it in was; None: nobody did, the register network was asked."""


class Entered(Data):
    """What staff know of the person, as it is kept."""

    attributes: FourAttributes
    nationality: str = JAPAN
    """As the register writes it."""
    alias: PersonName | None = None
    """通称, and below 在留資格: of foreign nationals alone (住民基本台帳法30条の45)."""
    residence_status: ResidenceStatus | None = None

    @property
    def kind(self) -> ResidentKind:
        """By the nationality."""
        return ResidentKind.JAPANESE if self.nationality == JAPAN else ResidentKind.FOREIGN

    @property
    def not_theirs(self) -> tuple[str, ...]:
        """The items told of somebody Japanese, who has none of them."""
        told = {"alias": self.alias, "residence_status": self.residence_status}
        if self.kind is ResidentKind.FOREIGN:
            return ()
        return tuple(item for item, said in told.items() if said is not None)

    @property
    def names(self) -> tuple[FourAttributes, ...]:
        """The four attributes under each name that the person goes by."""
        if self.alias is None:
            return (self.attributes,)
        return (self.attributes, self.attributes.model_copy(update={"name": self.alias}))


def attributes_of(record: ResidentRecord) -> FourAttributes:
    """4情報 of a record."""
    return FourAttributes(
        name=record.name, address=record.address, birth_date=record.birth_date, sex=record.sex
    )


def new_record(addressee_number: str, entered: Entered) -> ResidentRecord:
    """The first version of such a record: nobody of a household, without a stay."""
    told = entered.attributes
    return ResidentRecord(
        addressee_number=addressee_number,
        household_number=None,
        name=told.name,
        birth_date=told.birth_date,
        sex=told.sex,
        resident_kind=entered.kind,
        resident_status=ResidentStatus.OTHERWISE_REMOVED,
        address=told.address,
        nationality=entered.nationality,
        alias=entered.alias,
        residence_status=entered.residence_status,
    )


def corrected(record: ResidentRecord, entered: Entered) -> ResidentRecord:
    """The record with what staff know now; another address makes the known one the former."""
    told = entered.attributes
    moved = told.address != record.address
    return record.model_copy(
        update={
            "name": told.name,
            "birth_date": told.birth_date,
            "sex": told.sex,
            "address": told.address,
            "previous_address": record.address if moved else record.previous_address,
            "nationality": entered.nationality,
            "resident_kind": entered.kind,
            "alias": entered.alias,
            "residence_status": entered.residence_status,
        }
    )


def died(record: ResidentRecord, on: UncertainDate) -> ResidentRecord:
    """The record of somebody who has died."""
    return record.model_copy(
        update={
            "resident_status": ResidentStatus.DECEASED,
            "removal": Removal(reason=RemovalReason.DEATH, on=on),
        }
    )


def cancelled(record: ResidentRecord) -> ResidentRecord:
    """The record of somebody who should never have been entered: kept, on hold (処理停止)."""
    return record.model_copy(update={"processing_hold": True})


def died_on(record: ResidentRecord) -> UncertainDate | None:
    """The day of death that such a record tells, the only thing of a residence that it has."""
    if record.resident_status is not ResidentStatus.DECEASED:
        return None
    return _UNKNOWN if record.removal is None else record.removal.on


def may_be_one(found: Comparison) -> bool:
    """Whether somebody whom the register tells of may be the person kept outside it: moved in,
    they have another address."""
    return found.name.agrees and found.birth_date.agrees and found.sex is not Agreement.DIFFERS


def number_of(serial: int) -> str:
    """宛名番号 of such a record: 15 characters, told apart from the register's by its letter."""
    return f"X{serial:014d}"


def is_later(day: UncertainDate, today: date) -> bool:
    """Whether a day is certain and lies ahead."""
    return day.value is not None and day.value > today
