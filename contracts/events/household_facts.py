"""Facts about everybody of one application, asked and answered at once.

What `FactsRequested` asks of one person, a yearly renewal asks of hundreds of thousands: here the
applicant, the spouse and the householder of an application travel together, and with them who the
spouse and the householder are by the resident register (住民票). Each person is still decided on
by the purpose table, and each hand-over recorded, by themselves (C11).
"""

from typing import Annotated, ClassVar, Final, Literal, Self
from uuid import UUID

from pydantic import Field, StrictBool, model_validator

from contracts.codes import Code
from contracts.days import Day
from contracts.events.base import Data, Event
from contracts.events.facts import (
    INCOME_ITEMS,
    ApplicationPurpose,
    DisabilityCertificatesFact,
    FactItem,
    IncomeFact,
    PublicAssistanceFact,
    Whose,
)
from contracts.events.feeds import Span
from contracts.events.income import Year
from contracts.topics import LINKAGE_REPLIES_EXEMPTIONS, LINKAGE_REQUESTS, Topic


class AskedAbout(Data):
    """One person of the application."""

    request_id: UUID
    """Of this person's question: what its answer comes back under."""
    whose: Whose
    person_id: UUID


MANY: Final = 200
"""Applications that travel together, at most: an answer about them stays below half a megabyte."""


def _check_people(applicant_id: UUID, people: tuple[AskedAbout, ...]) -> None:
    if len({one.whose for one in people}) != len(people):
        raise ValueError("each is asked about once")
    for one in people:
        if (one.whose is Whose.APPLICANT) != (one.person_id == applicant_id):
            raise ValueError("the applicant is asked about as the applicant, and nobody else")


def _check_items(items: tuple[FactItem, ...]) -> None:
    if not INCOME_ITEMS.intersection(items) or INCOME_ITEMS.issuperset(items):
        raise ValueError("asked for are items of the income and others")


class HouseholdFactsRequested(Event):
    """A request for facts about the people of one application. The asker is the event's source."""

    TYPE: ClassVar[str] = "nenkin.household_facts.requested.v1"
    TOPIC: ClassVar[Topic] = LINKAGE_REQUESTS

    reference: UUID
    """The application: kept in the record of each hand-over."""
    applicant_id: UUID
    people: Annotated[tuple[AskedAbout, ...], Field(min_length=1, max_length=3)]
    purpose: ApplicationPurpose
    items: Annotated[tuple[FactItem, ...], Field(min_length=1)]
    levy_years: Annotated[tuple[Year, ...], Field(min_length=1, max_length=10)]
    """賦課年度."""
    span: Span
    """The days that matter, for items that are not of a levy year."""
    registered_on: Day | None = None
    """The day whose household is asked for (基準日); None: the register is not asked."""

    @model_validator(mode="after")
    def _asks_what_it_says(self) -> Self:
        _check_people(self.applicant_id, self.people)
        _check_items(self.items)
        return self

    @property
    def record_key(self) -> str:
        return str(self.applicant_id)


class AskedHousehold(Data):
    """The people of one application among many."""

    reference: UUID
    """The application: kept in the record of each hand-over."""
    applicant_id: UUID
    people: Annotated[tuple[AskedAbout, ...], Field(min_length=1, max_length=3)]

    @model_validator(mode="after")
    def _asks_about_its_people(self) -> Self:
        _check_people(self.applicant_id, self.people)
        return self


class ManyHouseholdFactsRequested(Event):
    """The same of many applications, for one purpose and of the same years: what a renewal asks."""

    TYPE: ClassVar[str] = "nenkin.household_facts.many_requested.v1"
    TOPIC: ClassVar[Topic] = LINKAGE_REQUESTS

    households: Annotated[tuple[AskedHousehold, ...], Field(min_length=1, max_length=MANY)]
    purpose: ApplicationPurpose
    items: Annotated[tuple[FactItem, ...], Field(min_length=1)]
    levy_years: Annotated[tuple[Year, ...], Field(min_length=1, max_length=2)]
    """賦課年度."""
    span: Span
    registered_on: Day | None = None
    """The day whose households are asked for (基準日); None: the register is not asked."""

    @model_validator(mode="after")
    def _asks_what_it_says(self) -> Self:
        if len({one.reference for one in self.households}) != len(self.households):
            raise ValueError("each application is asked about once")
        _check_items(self.items)
        return self

    @property
    def record_key(self) -> str:
        return str(self.households[0].applicant_id)


class AnsweredAbout(Data):
    """What is told of one person: as `FactsAnswered`."""

    request_id: UUID
    person_id: UUID
    refusal: Literal["requester", "purpose", "item", "whose", "relation"] | None = None
    income: tuple[IncomeFact, ...] = ()
    public_assistance: PublicAssistanceFact | None = None
    disability_certificates: DisabilityCertificatesFact | None = None
    blocked: StrictBool = False
    """照会抑止: all is told as `FactOutcome.UNSETTLED`; once it is released, ask again."""


class RegisterOutcome(Code):
    """Whether the register says who somebody is."""

    PERSON = "person", "記載あり"
    NOBODY = "nobody", "該当する者の記載なし"
    """Nobody in the household is registered as that. A spouse may live elsewhere, or be one in fact
    (内縁): it does not say that there is none."""
    UNCERTAIN = "uncertain", "確認できない"
    """No record, more than one who may be, or relationships that do not tell."""


class RegisteredAs(Data):
    """Who is spouse or householder by the register."""

    outcome: RegisterOutcome
    person_id: UUID | None = None

    @model_validator(mode="after")
    def _is_somebody(self) -> Self:
        if (self.person_id is not None) != (self.outcome is RegisterOutcome.PERSON):
            raise ValueError("there is a person exactly where the register says who")
        return self


class RegisteredHousehold(Data):
    """世帯: householder and spouse of the applicant by the register on the day asked about. The
    householder may be the applicant."""

    refusal: Literal["purpose", "item", "requester"] | None = None
    householder: RegisteredAs | None = None
    spouse: RegisteredAs | None = None


class ExemptionsHouseholdFactsAnswered(Event):
    """Identity's answer to exemptions: of each person asked about, and of the register if asked."""

    TYPE: ClassVar[str] = "nenkin.household_facts.answered_to_exemptions.v1"
    TOPIC: ClassVar[Topic] = LINKAGE_REPLIES_EXEMPTIONS

    reference: UUID
    applicant_id: UUID
    people: Annotated[tuple[AnsweredAbout, ...], Field(min_length=1, max_length=3)]
    registered_on: Day | None = None
    """The day asked about; None: the register was not asked."""
    registered: RegisteredHousehold | None = None

    @model_validator(mode="after")
    def _of_a_day(self) -> Self:
        if (self.registered is None) != (self.registered_on is None):
            raise ValueError("a household is one of a day")
        return self

    @property
    def record_key(self) -> str:
        return str(self.applicant_id)


class AnsweredHousehold(Data):
    """What is told of one application among many: as `ExemptionsHouseholdFactsAnswered`."""

    reference: UUID
    applicant_id: UUID
    people: Annotated[tuple[AnsweredAbout, ...], Field(min_length=1, max_length=3)]
    registered: RegisteredHousehold | None = None


class ExemptionsManyHouseholdFactsAnswered(Event):
    """Identity's answer to exemptions about many applications: each refused or told by itself."""

    TYPE: ClassVar[str] = "nenkin.household_facts.many_answered_to_exemptions.v1"
    TOPIC: ClassVar[Topic] = LINKAGE_REPLIES_EXEMPTIONS

    registered_on: Day | None = None
    """The day asked about; None: the register was not asked."""
    households: Annotated[tuple[AnsweredHousehold, ...], Field(min_length=1, max_length=MANY)]

    @model_validator(mode="after")
    def _of_a_day(self) -> Self:
        if any((one.registered is None) != (self.registered_on is None) for one in self.households):
            raise ValueError("a household is one of a day")
        return self

    @property
    def record_key(self) -> str:
        return str(self.households[0].applicant_id)
