"""Exemption events. Narrow for now: the additional premium (付加保険料, NPA art. 87-2)."""

from enum import StrEnum
from typing import Annotated, ClassVar
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
