"""Support measures (支援措置) as the resident register tells of them.

Whom a record is about it says by the register's own 宛名番号, which identity knows: no four
attributes, and no individual number. Where those who are protected live, and from whom they are
protected, is nobody's business here.
"""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from contracts.codes import Code
from contracts.days import Day
from contracts.events.base import Event
from contracts.events.feeds import FeedChange
from contracts.keys import resident_key
from contracts.numbers import AddresseeNumber, Version
from contracts.topics import INBOUND_SUPPORT_MEASURES, Topic


class MeasureGround(Code):
    """What the person is protected from (支援措置の事由) [unverified]."""

    DOMESTIC_VIOLENCE = "domestic_violence", "配偶者からの暴力"
    STALKING = "stalking", "ストーカー行為等"
    CHILD_ABUSE = "child_abuse", "児童虐待"
    SIMILAR = "similar", "その他これらに準ずるもの"


class MeasureEndReason(Code):
    """Why a measure ends, or why a provisional one was not confirmed."""

    TERM_OVER = "term_over", "期間満了"
    REQUESTED = "requested", "申出者からの終了の申出"
    NOT_NEEDED = "not_needed", "支援の必要性がなくなった"
    NOT_CONFIRMED = "not_confirmed", "支援の必要性を確認できない"
    ENTERED_IN_ERROR = "entered_in_error", "登録の誤り"


class MeasureStanding(Code):
    """How a measure stands in the register."""

    PROVISIONAL = "provisional", "仮支援措置"
    IN_FORCE = "in_force", "支援措置中"
    ENDED = "ended", "終了"


class SupportMeasureRecorded(Event):
    """One measure, whole, as it stands after the change.

    A term whose last day has passed ends nothing: the register says that it has ended. Whom an
    earlier version named and this one does not is protected by this measure no more.
    """

    TYPE: ClassVar[str] = "nenkin.support_measure.recorded.v1"
    TOPIC: ClassVar[Topic] = INBOUND_SUPPORT_MEASURES

    record_version: Version
    """The source's own version of this record: an older one arriving late changes nothing."""
    source: Literal["resident_register"] = "resident_register"
    change: FeedChange
    measure_number: Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{1,20}$")]
    """支援措置の整理番号 of the register."""
    reported_on: Day
    ground: MeasureGround
    standing: MeasureStanding
    applied_on: Day
    """申出日."""
    started_on: Day | None = None
    """支援開始日: from the confirmation on."""
    last_day: Day | None = None
    """支援終了予定日, that of the last extension."""
    ended_on: Day | None = None
    end_reason: MeasureEndReason | None = None
    persons: Annotated[tuple[AddresseeNumber, ...], Field(min_length=1, max_length=20)]
    """The applicant (申出者) first, then those protected together (併せて支援を求める者)."""

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.started_on is None) != (self.last_day is None):
            raise ValueError("a term has a first and a last day")
        if self.started_on and self.last_day and self.last_day < self.started_on:
            raise ValueError("it ends before it begins")
        if self.standing is not MeasureStanding.ENDED and (
            (self.standing is MeasureStanding.IN_FORCE) != (self.started_on is not None)
        ):
            raise ValueError("a measure in force has a term, a provisional one has none")
        over = self.standing is MeasureStanding.ENDED
        if over != (self.ended_on is not None) or over != (self.end_reason is not None):
            raise ValueError("an end has its day and its reason, and nothing else has them")
        if self.ended_on and self.ended_on > self.reported_on:
            raise ValueError("an end is told when it has come: until then they are protected")
        if len(set(self.persons)) != len(self.persons):
            raise ValueError("a person is named twice")
        return self

    @property
    def record_key(self) -> str:
        return resident_key(self.source, f"measure/{self.measure_number}")
