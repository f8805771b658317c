"""What every record of the integrated database has in common (所得, 生活保護, 保険の得喪).

Upstream systems publish these without an individual number: whose record it is, identity finds by
the four attributes (4情報, control C01). Each system has addressee numbers of its own.
"""

from typing import Annotated, Self

from pydantic import Field, model_validator

from contracts.codes import Code, Sex
from contracts.dates import UncertainDate
from contracts.days import Day
from contracts.events.base import Data, Event
from contracts.events.residents import Address, PersonName
from contracts.keys import resident_key
from contracts.numbers import AddresseeNumber, Version


class FeedChange(Code):
    """Why a record is sent. What holds now is in the record itself."""

    RECORDED = "recorded", "登録"
    CORRECTED = "corrected", "更正・訂正"
    SNAPSHOT = "snapshot", "全件連携"


class FourAttributes(Data):
    """4情報: the person as the sending system knows them, never normalised."""

    name: PersonName
    address: Address
    birth_date: UncertainDate
    sex: Sex


class FeedRecord(Event):
    """A record of an upstream system, whole, as it stands after the change.

    What it is about (`subject`) and the addressee number make a record; `record_version` counts
    that record's changes up.
    """

    record_version: Version
    """The source's own version of this record: an older one arriving late changes nothing."""
    source: str
    change: FeedChange
    addressee_number: AddresseeNumber
    """The source system's own number for the person."""
    person: FourAttributes
    reported_on: Day
    """The day of the decision or entry that this follows from."""

    @property
    def record_key(self) -> str:
        return resident_key(self.source, self.addressee_number)

    @property
    def subject(self) -> str:
        """Which of the person's records in that system it is."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it is about")


class Span(Data):
    """From a first day to a last, both included; without a last day it goes on."""

    first: Day
    last: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last is not None and self.last < self.first:
            raise ValueError("it ends before it begins")
        return self

    def overlaps(self, other: "Span") -> bool:
        """Whether they have a day in common."""
        return (self.last is None or other.first <= self.last) and (
            other.last is None or self.first <= other.last
        )


Note = Annotated[str, Field(min_length=1, max_length=100)]
"""A code or wording of the sending system's own."""
