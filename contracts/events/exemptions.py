"""Exemption events: the additional premium (付加保険料), applications, exemption by notice."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, StrictBool

from contracts.codes import Code
from contracts.days import Day
from contracts.enums import StrEnum
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


class ExemptionNoticeKind(Code):
    """Notices by which a premium need not be paid without anybody's decision."""

    STATUTORY_START = "statutory_start", "法定免除該当届"
    STATUTORY_END = "statutory_end", "法定免除非該当届"
    MATERNITY = "maternity", "産前産後免除該当届"
    CHILD_CARE = "child_care", "育児免除該当届"
    CHILD_CARE_END = "child_care_end", "育児免除終了届"


class PremiumStatementKind(Code):
    """What is stated of premiums beside exemption, and goes to JPS."""

    PAY_REQUEST = "pay_request", "納付申出（法定免除期間）"
    PAY_REQUEST_CHANGE = "pay_request_change", "納付申出期間の変更の申出"
    FARMERS_PENSION_START = "farmers_pension_start", "付加保険料該当届（農業者年金）"
    FARMERS_PENSION_END = "farmers_pension_end", "付加保険料非該当届（農業者年金）"


class PremiumStatementSettled(Event):
    """A settled statement: that premiums are paid although exempt (法89条2項, 規則75条の2), or that
    the farmers' pension begins or ends (規則78条の5・6); to be reported."""

    TYPE: ClassVar[str] = "nenkin.premium_statement.settled.v1"
    TOPIC: ClassVar[Topic] = EXEMPTIONS_EVENTS

    item_id: UUID
    statement_id: UUID
    person_id: UUID
    kind: PremiumStatementKind
    occurred_on: Day
    """申出日, or the day of acquiring or losing the farmers' pension."""
    from_month: Month
    """First month that is paid, of a change that can change; of the farmers' pension the first with
    or without the additional premium by law."""
    to_month: Month | None = None
    """Last month that is paid; None: it goes on, or none was asked for."""
    notified_on: Day
    accepted_on: Day
    basic_pension_number: Annotated[str, Field(pattern=r"^[0-9]{10}$")] | None = None

    @property
    def record_key(self) -> str:
        return str(self.person_id)


class ExemptionNotified(Event):
    """A settled notice of exemption by law, or of its end; to be reported."""

    TYPE: ClassVar[str] = "nenkin.exemption.notified.v1"
    TOPIC: ClassVar[Topic] = EXEMPTIONS_EVENTS

    item_id: UUID
    notice_id: UUID
    person_id: UUID
    kind: ExemptionNoticeKind
    reason: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
    """Why, as a code: the ground, the relation to the child, the cause of the end."""
    occurred_on: Day
    """The day of the fact: 該当・非該当の日, 出産の予定日 or 出産の日, 養育することとなった日; of
    the end of child-care the day after the cause (規則73条の9第3項)."""
    from_month: Month
    """First month that is exempt (of an end: that is exempt no more)."""
    to_month: Month | None = None
    """Last month that is exempt; None: it goes on, or the notice is of an end."""
    notified_on: Day
    """届出年月日."""
    accepted_on: Day
    basic_pension_number: Annotated[str, Field(pattern=r"^[0-9]{10}$")] | None = None

    @property
    def record_key(self) -> str:
        return str(self.person_id)


class ExemptionReportStands(Event):
    """Whether what was reported under an item of a settled entry still stands.

    False: its settling was taken back (本登録取消). What was not sent is withdrawn; for what was
    sent all the same a correction is called for. The entry is reported under another item once it
    is settled again.
    """

    TYPE: ClassVar[str] = "nenkin.exemption.report_stands.v1"
    TOPIC: ClassVar[Topic] = EXEMPTIONS_EVENTS

    item_id: UUID
    person_id: UUID
    stands: StrictBool
    since: Day
    """The day on which that was settled."""

    @property
    def record_key(self) -> str:
        return str(self.person_id)


class ExemptionReportHeld(Event):
    """Whether an item waits for what its owner has to settle first (再審査, 本登録取消の提案 …).

    True: it goes on no medium; what is on one already stays. False: it goes its way again.
    """

    TYPE: ClassVar[str] = "nenkin.exemption.report_held.v1"
    TOPIC: ClassVar[Topic] = EXEMPTIONS_EVENTS

    item_id: UUID
    person_id: UUID
    held: StrictBool
    since: Day
    """The day on which that was found, or settled."""

    @property
    def record_key(self) -> str:
        return str(self.person_id)
