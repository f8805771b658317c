"""得喪: when a person was insured by 国民健康保険 and by 介護保険."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from contracts.codes import Code
from contracts.days import Day
from contracts.events.base import Data
from contracts.events.feeds import FeedRecord, Note, Span
from contracts.topics import INBOUND_HEALTH_INSURANCE, INBOUND_LONG_TERM_CARE, Topic


class HealthInsurancePeriod(Data):
    """From 資格取得日 to 資格喪失日; without the latter it goes on."""

    acquired_on: Day
    acquisition_reason: Note | None = None
    """取得事由, in the sending system's words (社保離脱, 転入 …)."""
    lost_on: Day | None = None
    """資格喪失日. On the day of acquisition itself: 同日得喪."""
    loss_reason: Note | None = None
    """喪失事由 (社保加入, 転出 …)."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.lost_on is not None and self.lost_on < self.acquired_on:
            raise ValueError("it is lost before it is acquired")
        return self

    @property
    def span(self) -> Span:
        """The days it is about, the day of the loss included: the loss is told with them."""
        return Span(first=self.acquired_on, last=self.lost_on)


class CareInsuredKind(Code):
    """介護保険の被保険者の区分 (介護保険法9条)."""

    FIRST = "1", "第1号被保険者"
    SECOND = "2", "第2号被保険者"


class LongTermCarePeriod(HealthInsurancePeriod):
    """The same for 介護保険."""

    kind: CareInsuredKind


class HealthInsuranceRecorded(FeedRecord):
    """Every period for which a person was insured by the city's 国民健康保険."""

    TYPE: ClassVar[str] = "nenkin.health_insurance.recorded.v1"
    TOPIC: ClassVar[Topic] = INBOUND_HEALTH_INSURANCE

    source: Literal["health_insurance_system"] = "health_insurance_system"
    periods: Annotated[tuple[HealthInsurancePeriod, ...], Field(max_length=1000)]

    @property
    def subject(self) -> str:
        return "health_insurance"


class LongTermCareRecorded(FeedRecord):
    """Every period for which a person was insured by the city's 介護保険."""

    TYPE: ClassVar[str] = "nenkin.long_term_care.recorded.v1"
    TOPIC: ClassVar[Topic] = INBOUND_LONG_TERM_CARE

    source: Literal["long_term_care_system"] = "long_term_care_system"
    periods: Annotated[tuple[LongTermCarePeriod, ...], Field(max_length=1000)]

    @property
    def subject(self) -> str:
        return "long_term_care"
