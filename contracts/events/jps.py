"""What became of report items."""

from typing import ClassVar
from uuid import UUID

from contracts.codes import Code
from contracts.days import Day
from contracts.events.base import Event
from contracts.numbers import MediumSerial
from contracts.topics import JPS_EVENTS, Topic


class ReportItemKind(Code):
    """報告項目: the kinds of report to JPS, one per notice form."""

    ACQUISITION = "acquisition", "資格取得報告"
    LOSS = "loss", "資格喪失報告"
    CATEGORY_CHANGE = "category_change", "種別変更報告"
    DEATH = "death", "死亡報告"
    ADDITIONAL_PREMIUM_START = "additional_premium_start", "付加保険料納付申出"
    ADDITIONAL_PREMIUM_END = "additional_premium_end", "付加保険料納付辞退申出"
    EXEMPTION_APPLICATION = "exemption_application", "免除・納付猶予申請"
    STUDENT_APPLICATION = "student_application", "学生納付特例申請"
    UNPAID_BENEFIT_CLAIM = "unpaid_benefit_claim", "未支給年金請求"


class ItemForwarded(Event):
    """A report item left on a medium (送付日). What JPS decides is told later, as theirs (C40)."""

    TYPE: ClassVar[str] = "nenkin.jps.item_forwarded.v1"
    TOPIC: ClassVar[Topic] = JPS_EVENTS

    item_id: UUID
    person_id: UUID
    kind: ReportItemKind
    batch_id: UUID
    medium_serial: MediumSerial
    forwarded_on: Day

    @property
    def record_key(self) -> str:
        return str(self.person_id)
