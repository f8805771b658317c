"""Exemption events: the additional premium (付加保険料, NPA art. 87-2), and applications."""

from enum import StrEnum
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.days import Day
from contracts.events.base import Event
from contracts.months import Month
from contracts.topics import EXEMPTIONS_EVENTS, Topic


class AdditionalPremiumChange(StrEnum):
    """付加加入 or 付加脱退."""

    START = "start"
    END = "end"


class AdditionalPremiumChanged(Event):
    """A settled notice to start or stop paying the additional premium; to be reported."""

    TYPE: ClassVar[str] = "nenkin.additional_premium.changed.v1"
    TOPIC: ClassVar[Topic] = EXEMPTIONS_EVENTS

    item_id: UUID
    notice_id: UUID
    person_id: UUID
    change: AdditionalPremiumChange
    from_month: Month
    """First month with (start) or without (end) the additional premium."""
    notified_on: Day
    """申出日."""
    accepted_on: Day
    basic_pension_number: Annotated[str, Field(pattern=r"^[0-9]{10}$")] | None = None

    @property
    def record_key(self) -> str:
        return str(self.person_id)


class ExemptionApplicationSettled(Event):
    """An application for exemption, deferment or students' payment of one cycle, reviewed by the
    city and to be forwarded: JPS decides (C40). No income is told: the form goes with the report.
    """

    TYPE: ClassVar[str] = "nenkin.exemption_application.settled.v1"
    TOPIC: ClassVar[Topic] = EXEMPTIONS_EVENTS

    item_id: UUID
    application_id: UUID
    person_id: UUID
    form: Literal["exemption_application", "student_application"]
    cycle: Annotated[int, Field(strict=True, ge=2000, le=2200)]
    """年度: the year in which the cycle begins, in July; a student's in April."""
    from_month: Month
    to_month: Month
    applied_on: Day
    """申請日: the decision is taken to have been made on it (90条2項)."""
    accepted_on: Day
    basic_pension_number: Annotated[str, Field(pattern=r"^[0-9]{10}$")] | None = None

    @property
    def record_key(self) -> str:
        return str(self.person_id)
