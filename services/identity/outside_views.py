"""What staff send and are shown of people who are not on the register (住登外者)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool, model_validator

from contracts.codes import ResidentKind, Sex
from contracts.events.feeds import FourAttributes
from contracts.events.residents import Address, PersonName, ResidenceStatus, ResidentRecord
from contracts.forms import NumberVerification, PersonVerification
from services.identity.domain.comparison import Comparison
from services.identity.domain.outside import JAPAN, NumberEntry, OutsideStep
from services.identity.near_miss_api import ShownCandidate, System, TellsOf, shown_comparison
from services.identity.pages import (
    Coded,
    ShownDate,
    ShownResidenceStatus,
    coded,
    person_line,
    shown_date,
    shown_residence_status,
)
from services.identity.stores.outside import Entry

Found = Mapping[UUID, tuple[ResidentRecord, Comparison]]


Token = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
"""The vault's token of an individual number."""


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class EnteredPerson(_Body):
    """4情報 and nationality of somebody who is not on the register; of a foreign national the
    alias (通称) and the status of residence (在留資格), too."""

    name: PersonName
    address: Address
    birth_date: Annotated[str, Field(min_length=1, max_length=72)]
    """In any notation that `contracts.eras.parse_date` reads."""
    sex: Sex
    nationality: Annotated[str, Field(min_length=1, max_length=100)] = JAPAN
    alias: PersonName | None = None
    residence_status: ResidenceStatus | None = None


class OutsideNumber(_Body):
    """The token of the number, and how number and person were verified (C05)."""

    token: Token
    number_verification: Literal[
        NumberVerification.INDIVIDUAL_NUMBER_CARD,
        NumberVerification.NOTIFICATION_CARD,
        NumberVerification.RESIDENT_RECORD,
        NumberVerification.REGISTER_INQUIRY,
    ]
    person_verification: PersonVerification | None = None
    """None: the number was asked of the resident register network, nobody handed it in."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        asked = self.number_verification is NumberVerification.REGISTER_INQUIRY
        if self.person_verification is None and not asked:
            raise ValueError("who hands a number in is verified")
        return self

    @property
    def entry(self) -> NumberEntry:
        """As it is proposed."""
        return NumberEntry(
            self.token, NumberVerification(self.number_verification), self.person_verification
        )


class OutsideComparison(EnteredPerson):
    """Somebody who is to be entered, and their number, where it is at hand."""

    token: Token | None = None


class NobodysRecord(_Body):
    """The number of another system that is nobody's."""

    system: System
    addressee_number: Annotated[str, Field(pattern=r"^[0-9A-Za-z]{1,15}$")]


class NewOutside(_Body):
    """Somebody new, as entered or as another system has them."""

    person: EnteredPerson | None = None
    taken_over: NobodysRecord | None = None
    looked_at: Annotated[list[UUID], Field(max_length=200)] = []
    """Those on record who come near or bear the number, and are somebody else."""
    number: OutsideNumber | None = None
    """Settled with the person; None: it is not at hand, and is entered later."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.person is None) == (self.taken_over is None):
            raise ValueError("a person is entered, or a record taken over")
        return self


class OutsideChange(_Body):
    """One more version: corrected (``person``), dead (``died_on``), or cancelled."""

    step: Literal[OutsideStep.CORRECTION, OutsideStep.DEATH, OutsideStep.CANCELLATION]
    person: EnteredPerson | None = None
    died_on: Annotated[str, Field(min_length=1, max_length=72)] | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.person is None) == (self.step is OutsideStep.CORRECTION):
            raise ValueError("a correction has a person, nothing else has")
        if (self.died_on is None) == (self.step is OutsideStep.DEATH):
            raise ValueError("a death has its day, nothing else has")
        return self


class OutsideSettlement(_Body):
    """Whether what was proposed is agreed to."""

    agree: StrictBool


class ShownEntry(BaseModel):
    """One proposal and what became of it."""

    entry_id: UUID
    step: Coded
    state: str
    person_id: UUID | None
    addressee_number: str | None
    told: TellsOf | None
    nationality: str | None
    alias: PersonName | None
    residence_status: ShownResidenceStatus | None
    died_on: ShownDate | None
    number_missing: bool
    """A new person without an individual number (個人番号なし): it is entered later, by
    ``/persons/{person_id}/outside-number``."""
    number_verified_by: Coded | None
    """How a number that is entered was verified; the number itself is shown to nobody here."""
    person_verified_by: Coded | None
    taken_over_from: NobodysRecord | None
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None


class OutsidePage(BaseModel):
    """A proposal, with those on record who come near, or bear the number that is proposed."""

    entry: ShownEntry
    candidates: list[ShownCandidate]


class OutsideList(BaseModel):
    """Proposals, the oldest first."""

    entries: list[ShownEntry]
    more: bool
    limit: int


class CandidateList(BaseModel):
    """Those on record who come near what is to be entered."""

    candidates: list[ShownCandidate]


class ShownNobodys(BaseModel):
    """A number of another system that is nobody's. ``dismissed``: two of staff have said so."""

    system: str
    addressee_number: str
    dismissed: bool
    subject: str
    told: TellsOf
    judged_at: datetime


class NobodysList(BaseModel):
    """Numbers that are nobody's, the longest known first."""

    numbers: list[ShownNobodys]
    more: bool
    limit: int


def shown_entry(entry: Entry) -> ShownEntry:
    """A proposal as staff see it."""
    feed, entered, number = entry.feed, entry.entered, entry.number
    return ShownEntry(
        entry_id=entry.entry_id,
        step=coded(entry.step),
        state=entry.state,
        person_id=entry.person_id,
        addressee_number=entry.addressee_number,
        told=None if entered is None else tells(entered.attributes, entered.kind),
        nationality=None if entered is None else entered.nationality,
        alias=None if entered is None else entered.alias,
        residence_status=None
        if entered is None
        else shown_residence_status(entered.residence_status),
        died_on=None if entry.died_on is None else shown_date(entry.died_on),
        number_missing=entry.step is OutsideStep.NEW and number is None,
        number_verified_by=None if number is None else coded(number.verified_by),
        person_verified_by=None
        if number is None or number.person_verified_by is None
        else coded(number.person_verified_by),
        taken_over_from=None
        if feed is None
        else NobodysRecord.model_validate({"system": feed[0], "addressee_number": feed[1]}),
        proposed_by=entry.proposed_by,
        proposed_at=entry.proposed_at,
        decided_by=entry.decided_by,
        decided_at=entry.decided_at,
    )


def tells(told: FourAttributes, kind: ResidentKind = ResidentKind.JAPANESE) -> TellsOf:
    """4情報, for people to read."""
    return TellsOf(
        name=told.name,
        address=told.address,
        birth_date=shown_date(told.birth_date, kind),
        sex=coded(told.sex),
    )


def candidates(found: Found) -> list[ShownCandidate]:
    """Those who come near, and in what."""
    return [
        ShownCandidate(
            person=person_line(person_id, record), comparison=shown_comparison(comparison)
        )
        for person_id, (record, comparison) in found.items()
    ]
