"""Linkage: one service asks, identity answers if the purpose table allows it (C11)."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.codes import Sex
from contracts.dates import UncertainDate
from contracts.enums import StrEnum
from contracts.events.base import Data, Event
from contracts.events.residents import Address, PersonName
from contracts.topics import LINKAGE_REPLIES_JPS_REPORTING, LINKAGE_REQUESTS, Topic


class LinkagePurpose(StrEnum):
    """What the items are for; identity's purpose table says who may ask what for which."""

    REPORT_TO_JPS = "report_to_jps"
    """報告: NPA art. 12(4), 規則9条; 番号法19条1号."""


class LinkageItem(StrEnum):
    """Items that can be asked for."""

    NAME = "name"
    BIRTH_DATE = "birth_date"
    SEX = "sex"
    ADDRESS = "address"
    INDIVIDUAL_NUMBER_TOKEN = "individual_number_token"


class LinkageOutcome(StrEnum):
    """How a request ended."""

    ANSWERED = "answered"
    NO_RECORD = "no_record"
    REFUSED = "refused"


class LinkageRequested(Event):
    """A request for items about one person. The asker is the event's source, never a field."""

    TYPE: ClassVar[str] = "nenkin.linkage.requested.v1"
    TOPIC: ClassVar[Topic] = LINKAGE_REQUESTS

    request_id: UUID
    person_id: UUID
    purpose: LinkagePurpose
    items: Annotated[tuple[LinkageItem, ...], Field(min_length=1)]
    reference: UUID
    """What the asker asks for (a batch, an application): kept in the record of the hand-over."""

    @property
    def record_key(self) -> str:
        return str(self.person_id)


class LinkageAnswer(Data):
    """The items asked for, and no others: what was not asked is None."""

    name: PersonName | None = None
    birth_date: UncertainDate | None = None
    sex: Sex | None = None
    address: Address | None = None
    individual_number_token: str | None = None


class LinkageAnswered(Event):
    """Identity's answer to jps_reporting."""

    TYPE: ClassVar[str] = "nenkin.linkage.answered.v1"
    TOPIC: ClassVar[Topic] = LINKAGE_REPLIES_JPS_REPORTING

    request_id: UUID
    person_id: UUID
    reference: UUID
    outcome: LinkageOutcome
    refusal: Literal["purpose", "item", "requester"] | None = None
    answer: LinkageAnswer | None = None

    @property
    def record_key(self) -> str:
        return str(self.person_id)
