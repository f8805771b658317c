"""Corrections (訂正の報告): what JPS is told of reports that do not stand, and what it decides."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from contracts.codes import Code
from contracts.days import Day
from contracts.events.base import Event
from contracts.events.jps import ItemOutcome, ReportOwner
from contracts.numbers import MediumSerial
from contracts.topics import JPS_EVENTS, Topic


class ReportProcessing(Code):
    """処理区分 of a record: a report, or one that takes a report back."""

    REPORT = "report", "報告"
    CANCELLATION = "cancellation", "取消"
    """What was reported does not stand: JPS is to take it back (取消報告)."""


class CorrectionForwarded(Event):
    """A correction of a report item left on a medium: what was sent is taken back, or, where the
    fact stands after all, is told once more."""

    TYPE: ClassVar[str] = "nenkin.jps.correction_forwarded.v1"
    TOPIC: ClassVar[Topic] = JPS_EVENTS

    correction_id: UUID
    """A report item of its own, of which the owner knows nothing."""
    item_id: UUID
    """The item that it corrects, as its owner reported it."""
    person_id: UUID
    owner: ReportOwner
    kind: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,60}$")]
    processing: ReportProcessing
    batch_id: UUID
    medium_serial: MediumSerial
    forwarded_on: Day

    @property
    def record_key(self) -> str:
        return str(self.person_id)


class CorrectionDecided(Event):
    """What JPS decided on a cancellation (処理結果). What it decides on a report that was made once
    more is an `ItemDecided` of the item itself."""

    TYPE: ClassVar[str] = "nenkin.jps.correction_decided.v1"
    TOPIC: ClassVar[Topic] = JPS_EVENTS

    decision_id: UUID
    correction_id: UUID
    item_id: UUID
    person_id: UUID
    owner: ReportOwner
    kind: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,60}$")]
    outcome: ItemOutcome
    decided_on: Day
    medium_serial: MediumSerial
    return_code: Annotated[str, Field(pattern=r"^[0-9A-Z]{1,8}$")] | None = None
    return_reason: Annotated[str, Field(max_length=200)] | None = None

    @property
    def record_key(self) -> str:
        return str(self.person_id)


class CorrectionGivenUp(Event):
    """A settled correction is not sent after all (訂正の取下げ): two people gave it up before it
    was on a medium. What calls for it may be settled anew, as another correction."""

    TYPE: ClassVar[str] = "nenkin.jps.correction_given_up.v1"
    TOPIC: ClassVar[Topic] = JPS_EVENTS

    correction_id: UUID
    item_id: UUID
    """The item that it would have corrected, as its owner reported it."""
    person_id: UUID
    owner: ReportOwner
    kind: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,60}$")]
    processing: ReportProcessing
    given_up_on: Day

    @property
    def record_key(self) -> str:
        return str(self.person_id)
