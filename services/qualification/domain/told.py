"""What is told of a person beside the register: benefits, voluntary insurance, JPS's own records.

Each is a fact like any other. ``notice_id`` is the settled notice that told it; None: JPS did.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from contracts.codes import Code
from contracts.events import InsuredCategory

STRICT = ConfigDict(extra="forbid")


class VoluntaryEvent(Code):
    """What happens to voluntary insurance beside ages, moves and other categories."""

    APPLIED = "applied", "任意加入の申出"
    WITHDRAWN = "withdrawn", "資格喪失の申出の受理"
    DEMAND_EXPIRED = "demand_expired", "督促の指定期限までの未納"
    UNPAID_SINCE = "unpaid_since", "滞納の始期"
    PAID = "paid", "滞納後の納付"
    NATIONALITY_LOST = "nationality_lost", "日本国籍の喪失"
    MONTHS_REACHED = "months_reached", "納付月数等が上限に達した"
    PREMIUM_PAID_ON = "premium_paid_on", "受給権取得月以後の保険料の前納・納付"
    """附則6条: paid in advance, or after all, by who became able to draw an old-age benefit."""


@dataclass(frozen=True, slots=True)
class VoluntaryStatement:
    """One event of voluntary insurance (附則5条, 平6附則11条, 平16附則23条, 令7附則40条).

    ``on``: the day of the application (申出日) or its withdrawal (受理日), the day set
    in the demand (督促の指定期限), the day after the unpaid month's due date, the day of the
    payment of art. 6, and so on.
    ``credited_months``: with an application or that payment, the months of art. 27, fractions
    added up and rounded down, that count up to the month before it; None where nobody told.
    """

    __pydantic_config__ = STRICT

    event: VoluntaryEvent
    on: date
    accepted_on: date
    notice_id: UUID | None = None
    credited_months: Annotated[int, Field(ge=0, le=1000)] | None = None

    @property
    def concerns(self) -> date | None:
        return self.on


class OldAgeBenefit(Code):
    """A benefit by reason of old age, as far as qualification depends on it."""

    EMPLOYEES = "employees", "厚生年金保険法に基づく老齢給付等"
    """令3条: ends category 1 (法7条1項1号). At 65 and over it is a right to old-age pension too."""
    BASIC = "basic", "老齢基礎年金等"
    EARLY = "early", "繰上げ支給の老齢基礎年金・老齢厚生年金"
    """附則9条の2の3: whoever has it is not insured by choice."""


@dataclass(frozen=True, slots=True)
class OldAgeStatement:
    """Since when somebody has the right to a benefit by reason of old age, and until when.

    ``entitled_on`` None: on ``told_on``, the day it was looked up for, there was no such right.
    ``ended_on``: the day on which the right was no longer held.
    """

    __pydantic_config__ = STRICT

    benefit: OldAgeBenefit
    entitled_on: date | None
    ended_on: date | None
    told_on: date
    notice_id: UUID | None = None

    def __post_init__(self) -> None:
        if self.ended_on is not None and (
            self.entitled_on is None or self.entitled_on >= self.ended_on
        ):
            raise ValueError("a right begins before it ends")

    @property
    def concerns(self) -> date | None:
        return self.ended_on or self.entitled_on or self.told_on


class OverseasReason(StrEnum):
    """規則1条の3: why somebody abroad is still taken to have the base of life in Japan."""

    STUDY = "study"
    ACCOMPANYING = "accompanying"
    TEMPORARY = "temporary"
    MARRIED_ABROAD = "married_abroad"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class OverseasStatement:
    """規則1条の3, 8条の3: an exception for category 3 abroad.

    ``ended`` is the day on which it ceased to apply; the qualification is lost the day after.
    """

    __pydantic_config__ = STRICT

    reason: OverseasReason
    began: date
    ended: date | None
    accepted_on: date
    notice_id: UUID | None = None

    def __post_init__(self) -> None:
        if self.ended is not None and self.began > self.ended:
            raise ValueError("an exception begins before it ends")

    @property
    def concerns(self) -> date | None:
        return self.ended or self.began


@dataclass(frozen=True, slots=True)
class JpsStay:
    """A stay in category 2 (employees' pension) or 3 as JPS has it. ``ended``: 資格喪失日."""

    __pydantic_config__ = STRICT

    category: InsuredCategory
    began: date
    ended: date | None

    def __post_init__(self) -> None:
        if self.category is InsuredCategory.CATEGORY_1:
            raise ValueError("category 1 is concluded, not told")
        if self.ended is not None and self.began >= self.ended:
            raise ValueError("a stay begins before it ends")


@dataclass(frozen=True, slots=True)
class JpsStatement:
    """JPS's record of categories 2 and 3 (被保険者記録) as of a reference day: all that it holds.

    ``complete_since``: the day from which nothing is missing in it; None where only the stays
    listed are told. See `stays` for how it stands against what notices tell.
    """

    __pydantic_config__ = STRICT

    as_of: date
    stays: tuple[JpsStay, ...]
    complete_since: date | None = None
    credited_months: Annotated[int, Field(ge=0, le=1000)] | None = None
    """納付月数等 that JPS counts up to the reference day: kept and shown, and no rule reads it."""

    @property
    def concerns(self) -> date | None:
        return self.as_of


@dataclass(frozen=True, slots=True)
class NotTheirsStatement:
    """What JPS was taken to have told of a person, and told of another (突合の取消).

    ``kind`` and ``body`` are that fact as it is kept; told again later, it counts again.
    """

    __pydantic_config__ = STRICT

    kind: str
    body: str
    on: date

    @property
    def concerns(self) -> date | None:
        return self.on


@dataclass(frozen=True, slots=True)
class TakenBackStatement:
    """A settled notice that no longer counts: taken back (本登録取消), or mended by another.

    ``taken_back`` is that notice; ``notice_id`` the one that mends it, None where none does. What
    is taken back stays so, also where the notice that mended it is taken back in its turn.
    """

    __pydantic_config__ = STRICT

    taken_back: UUID
    on: date
    notice_id: UUID | None = None

    @property
    def concerns(self) -> date | None:
        return self.on
