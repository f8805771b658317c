"""What JPS's records say of a person (被保険者記録等): theirs, as of their reference day."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field, StrictBool

from contracts.codes import Code
from contracts.days import Day
from contracts.events.base import Data, Event
from contracts.events.qualification import InsuredCategory
from contracts.numbers import BasicPensionNumber
from contracts.topics import JPS_EVENTS, Topic


class OldAgeRight(Code):
    """A right to a benefit by reason of old age."""

    EMPLOYEES = "employees", "厚生年金保険法に基づく老齢給付等"
    BASIC = "basic", "老齢基礎年金等"
    EARLY = "early", "繰上げ支給の老齢基礎年金・老齢厚生年金"


class ArrearsEvent(Code):
    """What JPS tells of somebody insured by choice who does not pay, or has paid enough."""

    DEMAND_EXPIRED = "demand_expired", "督促の指定期限までの未納"
    UNPAID_SINCE = "unpaid_since", "滞納の始期"
    PAID = "paid", "滞納後の納付"
    MONTHS_REACHED = "months_reached", "納付月数等が上限に達した"


class NumberStanding(Code):
    """What a basic pension number is to a person."""

    ASSIGNED = "assigned", "付番"
    FORMER = "former", "旧番号"
    WITHDRAWN = "withdrawn", "取消"


class StayTold(Data):
    """A stay in category 2 (厚生年金) or 3. ``ended``: 資格喪失日; None: it lasts."""

    category: InsuredCategory
    began: Day
    ended: Day | None = None


class RightTold(Data):
    """A right to a benefit, from when, and until when where it has ended."""

    right: OldAgeRight
    entitled_on: Day
    ended_on: Day | None = None


class ArrearsTold(Data):
    """One of the events of insurance by choice, and the day that it is about."""

    event: ArrearsEvent
    on: Day


class NumberTold(Data):
    """A basic pension number, and what it is to the person."""

    basic_pension_number: BasicPensionNumber
    standing: NumberStanding


class _Record(Event):
    """JPS's record of a person as of a reference day (基準日): all that it was asked for."""

    told_id: UUID
    """The same record read from another file has the same id."""
    person_id: UUID
    as_of: Day
    stays: Annotated[tuple[StayTold, ...], Field(max_length=500)] | None = None
    """All stays in categories 2 and 3; None: the record does not speak of them."""
    complete_since: Day | None = None
    """The day from which nothing is missing among the stays; None: only those listed are told."""
    rights: Annotated[tuple[RightTold, ...], Field(max_length=50)] = ()
    no_right: StrictBool = False
    """On the reference day there was no right to any old-age pension."""
    arrears: Annotated[tuple[ArrearsTold, ...], Field(max_length=500)] = ()
    credited_months: Annotated[int, Field(strict=True, ge=0, le=1000)] | None = None
    """納付月数等 that JPS counts up to the reference day."""
    numbers: Annotated[tuple[NumberTold, ...], Field(max_length=20)] = ()

    @property
    def record_key(self) -> str:
        return str(self.person_id)


class PersonTold(_Record):
    """JPS's record of a person as of a reference day (基準日): all that it was asked for.

    Of two records about the same the one of the later reference day counts, whichever came first.
    """

    TYPE: ClassVar[str] = "nenkin.jps.person_told.v1"
    TOPIC: ClassVar[Topic] = JPS_EVENTS


class PersonTakenBack(_Record):
    """A record that was told of a person and is another's: the whole of it, under its own id."""

    TYPE: ClassVar[str] = "nenkin.jps.person_taken_back.v1"
    TOPIC: ClassVar[Topic] = JPS_EVENTS
