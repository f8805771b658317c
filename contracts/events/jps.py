"""What became of report items: sent, and decided by JPS."""

from datetime import date
from itertools import pairwise
from typing import Annotated, ClassVar, Final, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StrictBool, WithJsonSchema, model_validator

from contracts.codes import Code
from contracts.days import Day
from contracts.events.base import Data, Event
from contracts.events.qualification import InsuredCategory
from contracts.months import Month
from contracts.numbers import BasicPensionNumber, MediumSerial
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
    STATUTORY_EXEMPTION_START = "statutory_exemption_start", "法定免除該当届"
    STATUTORY_EXEMPTION_END = "statutory_exemption_end", "法定免除非該当届"
    MATERNITY_EXEMPTION = "maternity_exemption", "産前産後免除該当届"
    CHILD_CARE_EXEMPTION = "child_care_exemption", "育児免除該当届"
    CHILD_CARE_EXEMPTION_END = "child_care_exemption_end", "育児免除終了届"
    VOLUNTARY_APPLICATION = "voluntary_application", "任意加入被保険者資格取得申出"
    SPECIAL_VOLUNTARY_APPLICATION = (
        "special_voluntary_application",
        "特例任意加入被保険者資格取得申出",
    )
    VOLUNTARY_WITHDRAWAL = "voluntary_withdrawal", "任意加入被保険者資格喪失申出"
    NAME_CHANGE = "name_change", "氏名変更報告"
    ADDRESS_CHANGE = "address_change", "住所変更報告"
    CATEGORY_3_NOTICE = "category_3_notice", "第３号被保険者関係届（送付）"
    PENSION_NUMBER_NOTICE_REISSUE = (
        "pension_number_notice_reissue",
        "基礎年金番号通知書再交付申請",
    )
    PAY_REQUEST = "pay_request", "納付申出（法定免除期間）"
    PAY_REQUEST_CHANGE = "pay_request_change", "納付申出期間の変更の申出"
    FARMERS_PENSION_START = "farmers_pension_start", "付加保険料該当届（農業者年金）"
    FARMERS_PENSION_END = "farmers_pension_end", "付加保険料非該当届（農業者年金）"


_FIRST: Final = (
    ReportItemKind.ACQUISITION,
    ReportItemKind.LOSS,
    ReportItemKind.CATEGORY_CHANGE,
    ReportItemKind.DEATH,
    ReportItemKind.ADDITIONAL_PREMIUM_START,
    ReportItemKind.ADDITIONAL_PREMIUM_END,
    ReportItemKind.UNPAID_BENEFIT_CLAIM,
)
"""The kinds that there were first: a table of codes does not grow within a version of an event."""


_SECOND: Final = (
    *_FIRST[:6],
    ReportItemKind.EXEMPTION_APPLICATION,
    ReportItemKind.STUDENT_APPLICATION,
    ReportItemKind.UNPAID_BENEFIT_CLAIM,
    ReportItemKind.STATUTORY_EXEMPTION_START,
    ReportItemKind.STATUTORY_EXEMPTION_END,
    ReportItemKind.MATERNITY_EXEMPTION,
    ReportItemKind.CHILD_CARE_EXEMPTION,
    ReportItemKind.CHILD_CARE_EXEMPTION_END,
)
"""Those that the second version tells."""


def _one_of(kinds: tuple[ReportItemKind, ...]) -> tuple[AfterValidator, WithJsonSchema]:
    def check(kind: ReportItemKind) -> ReportItemKind:
        if kind not in kinds:
            raise ValueError("a kind that a later version of the event tells")
        return kind

    described = {
        "description": ", ".join(f"{kind.value} {kind.label}" for kind in kinds),
        "enum": [kind.value for kind in kinds],
        "title": "ReportItemKind",
        "type": "string",
    }
    return AfterValidator(check), WithJsonSchema(described)


_FirstKind = Annotated[ReportItemKind, *_one_of(_FIRST)]
_SecondKind = Annotated[ReportItemKind, *_one_of(_SECOND)]


class ItemForwarded(Event):
    """A report item left on a medium (送付日). What JPS decides is told later, as theirs (C40).

    Of the kinds that there were first; others are told by `ReportItemForwarded`, and by
    `OwnedItemForwarded`.
    """

    TYPE: ClassVar[str] = "nenkin.jps.item_forwarded.v1"
    TOPIC: ClassVar[Topic] = JPS_EVENTS

    item_id: UUID
    person_id: UUID
    kind: _FirstKind
    batch_id: UUID
    medium_serial: MediumSerial
    forwarded_on: Day

    @property
    def record_key(self) -> str:
        return str(self.person_id)


class ReportItemForwarded(Event):
    """The same of the kinds that came second."""

    TYPE: ClassVar[str] = "nenkin.jps.item_forwarded.v2"
    TOPIC: ClassVar[Topic] = JPS_EVENTS

    item_id: UUID
    person_id: UUID
    kind: _SecondKind
    batch_id: UUID
    medium_serial: MediumSerial
    forwarded_on: Day

    @property
    def record_key(self) -> str:
        return str(self.person_id)


class ReportOwner(Code):
    """The service whose fact a report item is about."""

    QUALIFICATION = "qualification", "資格"
    EXEMPTIONS = "exemptions", "付加・免除"
    CLAIMS = "claims", "裁定受付"


class OwnedItemForwarded(Event):
    """The same of every other kind. Its owner is named, so that nobody goes by the kind."""

    TYPE: ClassVar[str] = "nenkin.jps.item_forwarded.v3"
    TOPIC: ClassVar[Topic] = JPS_EVENTS

    item_id: UUID
    person_id: UUID
    owner: ReportOwner
    kind: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,60}$")]
    """A `ReportItemKind`; kinds may be added, so the set is not closed here."""
    batch_id: UUID
    medium_serial: MediumSerial
    forwarded_on: Day

    @property
    def record_key(self) -> str:
        return str(self.person_id)


AnyItemForwarded = ItemForwarded | ReportItemForwarded | OwnedItemForwarded
"""One of the three that tell of an item that was sent."""


def item_forwarded(
    kind: ReportItemKind,
    owner: ReportOwner,
    *,
    item_id: UUID,
    person_id: UUID,
    batch_id: UUID,
    medium_serial: int,
    forwarded_on: date,
) -> AnyItemForwarded:
    """The event that tells of an item of that kind."""
    told = {
        "item_id": item_id,
        "person_id": person_id,
        "batch_id": batch_id,
        "medium_serial": medium_serial,
        "forwarded_on": forwarded_on,
    }
    if kind in _SECOND:
        event = ItemForwarded if kind in _FIRST else ReportItemForwarded
        return event.model_validate({"kind": kind, **told})
    return OwnedItemForwarded.model_validate({"kind": kind.value, "owner": owner, **told})


class ItemOnMedium(Event):
    """Whether a report item is on a medium that was made and is not handed over yet.

    True: it cannot be taken out of it, and goes unless two people void the medium as a whole.
    False: the medium was voided. That it was handed over is told by the events of that.
    """

    TYPE: ClassVar[str] = "nenkin.jps.item_on_medium.v1"
    TOPIC: ClassVar[Topic] = JPS_EVENTS

    item_id: UUID
    person_id: UUID
    owner: ReportOwner
    kind: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,60}$")]
    batch_id: UUID
    medium_serial: MediumSerial
    on_medium: StrictBool
    since: Day

    @property
    def record_key(self) -> str:
        return str(self.person_id)


class ItemOutcome(Code):
    """処理結果: what JPS did with a report item. Theirs, never the municipality's own (C40)."""

    ACCEPTED = "accepted", "機構受理"
    RETURNED = "returned", "機構返戻"
    CORRECTED = "corrected", "機構訂正"
    """Taken on, with JPS's own values in the place of those reported."""


class CorrectedValues(Data):
    """What JPS put in the place of what was reported; None: as reported."""

    occurred_on: Day | None = None
    category_after: InsuredCategory | None = None


class GrantedKind(Code):
    """承認区分: what JPS grants on an application (法90条〜90条の3, 平26法64附則14条)."""

    FULL = "full", "全額免除"
    THREE_QUARTERS = "three_quarters", "４分の３免除"
    HALF = "half", "半額免除"
    QUARTER = "quarter", "４分の１免除"
    DEFERMENT = "deferment", "納付猶予"
    STUDENT = "student", "学生納付特例"


class GrantedMonths(Data):
    """承認期間: one kind for the months from the first to the last, both of them included."""

    kind: GrantedKind
    from_month: Month
    to_month: Month

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.to_month < self.from_month:
            raise ValueError("the last month is before the first")
        return self


class ExemptionDecision(Data):
    """承認・却下 of an application (法90条1項): what is granted; nothing: it is refused (却下).

    Months that were applied for and are not among them were refused.
    """

    granted: Annotated[tuple[GrantedMonths, ...], Field(max_length=12)]

    @model_validator(mode="after")
    def _each_month_once(self) -> Self:
        spans = sorted(self.granted, key=lambda span: span.from_month)
        if any(after.from_month <= before.to_month for before, after in pairwise(spans)):
            raise ValueError("a month is granted twice")
        return self


class ItemDecided(Event):
    """What JPS decided on a report item (処理結果), by the day on which it did (処理年月日).

    Of two for one item that of the later day counts, whichever came first.
    """

    TYPE: ClassVar[str] = "nenkin.jps.item_decided.v1"
    TOPIC: ClassVar[Topic] = JPS_EVENTS

    decision_id: UUID
    """The same decision read from another file has the same id."""
    item_id: UUID
    person_id: UUID
    owner: ReportOwner
    kind: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,60}$")]
    """A `ReportItemKind`; kinds may be added, so the set is not closed here."""
    outcome: ItemOutcome
    decided_on: Day
    medium_serial: MediumSerial
    return_code: Annotated[str, Field(pattern=r"^[0-9A-Z]{1,8}$")] | None = None
    """返戻事由コード, where it was returned."""
    return_reason: Annotated[str, Field(max_length=200)] | None = None
    """What that code says, from the layout's table: no text of the file."""
    corrected: CorrectedValues | None = None
    assigned_number: BasicPensionNumber | None = None
    """基礎年金番号 that JPS assigned in handling the item (付番)."""
    exemption: ExemptionDecision | None = None
    """Of an application: what it came to. None: it was not told, or the item is another one."""

    @property
    def record_key(self) -> str:
        return str(self.person_id)


class DecisionTakenBack(Event):
    """What JPS was taken to have decided on an item is about another: it counts no more.

    The rest of what was decided on the item counts as it did; a decision may be told anew.
    """

    TYPE: ClassVar[str] = "nenkin.jps.decision_taken_back.v1"
    TOPIC: ClassVar[Topic] = JPS_EVENTS

    decision_id: UUID
    """Of the `ItemDecided`, or the `CorrectionDecided`."""
    item_id: UUID
    person_id: UUID
    owner: ReportOwner
    kind: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,60}$")]
    correction_id: UUID | None = None
    """Of a decision on a cancellation."""
    decided_on: Day
    assigned_number: BasicPensionNumber | None = None
    """The number that it told, which is another's too."""

    @property
    def record_key(self) -> str:
        return str(self.person_id)
