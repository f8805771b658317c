"""Qualification events: the timeline after a change, and what has to be reported."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field, StrictBool

from contracts.codes import Code
from contracts.days import Day
from contracts.enums import IntEnum, StrEnum
from contracts.events.base import Data, Event
from contracts.numbers import SmallVersion
from contracts.topics import QUALIFICATION_EVENTS, Topic


class InsuredCategory(IntEnum):
    """被保険者種別 (NPA art. 7(1))."""

    CATEGORY_1 = 1
    CATEGORY_2 = 2
    CATEGORY_3 = 3

    @property
    def label(self) -> str:
        return f"第{self.value}号被保険者".translate(str.maketrans("123", "１２３"))


class VoluntaryInsurance(Code):
    """任意加入 (附則5条1項各号) and 特例任意加入 (平6附則11条, 平16附則23条, 令7附則40条).

    They are none of the three categories: no exemption, no deferment (附則5条10項).
    """

    RECIPIENT = "recipient", "任意加入被保険者（国内・60歳未満の老齢給付等の受給権者）"
    AGED_60_TO_64 = "aged_60_to_64", "任意加入被保険者（国内・60歳以上65歳未満）"
    ABROAD = "abroad", "任意加入被保険者（国外・20歳以上65歳未満）"
    SPECIAL_IN_JAPAN = "special_in_japan", "特例任意加入被保険者（国内・65歳以上70歳未満）"
    SPECIAL_ABROAD = "special_abroad", "特例任意加入被保険者（国外・65歳以上70歳未満）"


class TransitionKind(StrEnum):
    """What happens to a qualification on a day."""

    ACQUISITION = "acquisition"
    LOSS = "loss"
    CATEGORY_CHANGE = "category_change"


class TransitionOrigin(StrEnum):
    """Where the conclusion comes from."""

    NOTICE = "notice"
    RESIDENT_REGISTER = "resident_register"
    AGE = "age"


class QualificationPeriod(Data):
    """資格情報: one period of one category, with its reasons as codes and articles."""

    category: InsuredCategory
    acquired_on: Day
    acquisition_reason: str
    """A reason code of the qualification rules, e.g. ``age-20``."""
    lost_on: Day | None = None
    loss_reason: str | None = None


class VoluntaryPeriod(Data):
    """資格情報: one period of voluntary insurance, by the item under which it is held."""

    kind: VoluntaryInsurance
    acquired_on: Day
    acquisition_reason: str
    lost_on: Day | None = None
    loss_reason: str | None = None


class QualificationChanged(Event):
    """A person's qualification timeline after it changed, whole."""

    TYPE: ClassVar[str] = "nenkin.qualification.changed.v1"
    TOPIC: ClassVar[Topic] = QUALIFICATION_EVENTS

    person_id: UUID
    timeline_version: SmallVersion
    basic_pension_number_known: StrictBool
    periods: tuple[QualificationPeriod, ...]
    review: tuple[str, ...] = ()
    """Reason codes for which a person has to look before the timeline can be relied on."""
    voluntary: tuple[VoluntaryPeriod, ...] = ()
    """Periods of voluntary insurance; ``periods`` holds those of the three categories only."""

    @property
    def record_key(self) -> str:
        return str(self.person_id)


class QualificationReportable(Event):
    """A settled notice or a register-driven transition that jps_reporting has to look at.

    One per transition or notice, settled: nothing provisional leaves qualification.
    """

    TYPE: ClassVar[str] = "nenkin.qualification.reportable.v1"
    TOPIC: ClassVar[Topic] = QUALIFICATION_EVENTS

    item_id: UUID
    person_id: UUID
    transition: TransitionKind
    origin: TransitionOrigin
    notice_id: UUID | None = None
    occurred_on: Day
    """資格得喪・種別変更の年月日."""
    reason: str
    category_before: InsuredCategory | None = None
    category_after: InsuredCategory | None = None
    basic_pension_number: Annotated[str, Field(pattern=r"^[0-9]{10}$")] | None = None
    """None: not yet assigned, a lawful state."""
    accepted_on: Day
    """受理日: the day from which the 14 days of 規則9条 run."""

    @property
    def record_key(self) -> str:
        return str(self.person_id)


class NoticeReportable(Event):
    """A settled notice that is itself what JPS is to be told: no change of a category follows.

    Applications for insurance by choice and its end, changes of name and address, notices on
    category 3 and applications for a new notice of the number, which are passed on.
    """

    TYPE: ClassVar[str] = "nenkin.qualification.notice_reportable.v1"
    TOPIC: ClassVar[Topic] = QUALIFICATION_EVENTS

    item_id: UUID
    person_id: UUID
    kind: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,60}$")]
    """A `ReportItemKind`; kinds may be added, so the set is not closed here."""
    notice_id: UUID
    occurred_on: Day
    """The day of the fact: 変更の年月日, of insurance by choice 資格得喪の年月日."""
    reason: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,60}$")]
    """What of the form's choices it is: 該当する号, 届出の種類, 申請の事由."""
    basic_pension_number: Annotated[str, Field(pattern=r"^[0-9]{10}$")] | None = None
    accepted_on: Day
    """受理日."""

    @property
    def record_key(self) -> str:
        return str(self.person_id)


class QualificationReportStands(Event):
    """Whether what was reported under an item still follows from the facts.

    False: it does not, since a notice was taken back or the register corrected. What was not sent
    is withdrawn; for what was sent a correction is called for. True: it follows again.
    """

    TYPE: ClassVar[str] = "nenkin.qualification.report_stands.v1"
    TOPIC: ClassVar[Topic] = QUALIFICATION_EVENTS

    item_id: UUID
    person_id: UUID
    stands: StrictBool
    since: Day
    """The day on which that was found."""

    @property
    def record_key(self) -> str:
        return str(self.person_id)
