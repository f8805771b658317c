"""処理結果: what JPS decided on an item, matched to the item that it was about (C39).

A row names medium and record; kind and basic pension number must be those of the item there. What
does not agree is listed with its reason for a person to look at: never taken, never lost.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Final, Literal, Self
from uuid import UUID, uuid5

from pydantic import Field, ValidationError, model_validator

from contracts.events import (
    ExemptionDecision,
    GrantedKind,
    GrantedMonths,
    InsuredCategory,
    ItemOutcome,
    ReportItemKind,
    ReportProcessing,
)
from contracts.months import Month
from contracts.numbers import BasicPensionNumber
from services.jps_reporting.domain.items import ItemState, Labelled
from services.jps_reporting.domain.told_cells import Cells

_DECISIONS: Final = UUID("b51b30d0-6f40-5b0c-8f0b-3f6f9c0a8a4e")

_APPLICATIONS: Final = (ReportItemKind.EXEMPTION_APPLICATION, ReportItemKind.STUDENT_APPLICATION)


class ItemResult(Cells):
    """One row of a 処理結果一覧."""

    medium_serial: Annotated[int, Field(ge=1, le=2**31 - 1)]
    position: Annotated[int, Field(ge=1, le=2**31 - 1)]
    """Of the record on the medium, from 1."""
    kind: ReportItemKind
    basic_pension_number: BasicPensionNumber | None = None
    outcome: ItemOutcome
    decided_on: date
    return_code: Annotated[str, Field(pattern=r"^[0-9A-Z]{1,8}$")] | None = None
    corrected_occurred_on: date | None = None
    corrected_category: InsuredCategory | None = None
    assigned_number: BasicPensionNumber | None = None
    granted: Literal["granted", "refused"] | None = None
    """承認・却下 of an application."""
    granted_kind: GrantedKind | None = None
    granted_from: Month | None = None
    granted_to: Month | None = None
    granted_kind_2: GrantedKind | None = None
    """Where a change of the household parts the period."""
    granted_from_2: Month | None = None
    granted_to_2: Month | None = None

    @property
    def exemption(self) -> ExemptionDecision | None:
        """What an application came to; None: not told. Raises ``ValueError`` where it cannot be."""
        cells = (
            (self.granted_kind, self.granted_from, self.granted_to),
            (self.granted_kind_2, self.granted_from_2, self.granted_to_2),
        )
        spans = [
            GrantedMonths(kind=kind, from_month=since, to_month=until)
            for kind, since, until in cells
            if kind and since and until
        ]
        if sum(any(span) for span in cells) != len(spans):
            raise ValueError("承認区分には、承認期間の始めと終わりが必要です。")
        if (self.granted == "granted") != bool(spans):
            raise ValueError("承認区分と承認期間は、承認の行に必要で、他の行には記載できません。")
        return ExemptionDecision(granted=tuple(spans)) if self.granted else None

    @property
    def tells_values(self) -> bool:
        """Whether it says more than whether the report was taken: of a cancellation nothing can."""
        return (
            self.outcome is ItemOutcome.CORRECTED
            or self.granted is not None
            or self.assigned_number is not None
        )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.outcome is ItemOutcome.RETURNED) != (self.return_code is not None):
            raise ValueError("返戻の行には返戻事由が必要で、返戻以外の行には記載できません。")
        corrected = self.corrected_occurred_on is not None or self.corrected_category is not None
        if (self.outcome is ItemOutcome.CORRECTED) != corrected:
            raise ValueError("訂正の行には訂正後の値が必要で、訂正以外の行には記載できません。")
        if self.granted and self.kind not in _APPLICATIONS:
            raise ValueError("承認・却下は、申請の行にだけ記載できます。")
        if self.granted and self.outcome is ItemOutcome.RETURNED:
            raise ValueError("返戻の行には、承認・却下を記載できません。")
        try:
            _ = self.exemption
        except ValidationError:
            raise ValueError("承認期間が前後しているか、重なっています。") from None
        return self


class Unmatched(Labelled):
    """Why a row is on the list of what could not be taken (不一致)."""

    NO_RECORD = "JR-4001", "その媒体通番・記録番号の報告がありません。"
    OTHER_KIND = "JR-4002", "届書種別が、報告した内容と一致しません。"
    OTHER_NUMBER = (
        "JR-4003",
        "基礎年金番号が、報告した内容と一致しません（別人の結果の可能性）。",
    )
    NOT_SENT = "JR-4004", "まだ送付していない報告です。"
    ANOTHER_RESULT = "JR-4005", "同じ処理年月日に、別の結果が既に記録されています。"
    BEFORE_SENDING = "JR-4006", "処理年月日が、媒体の送付日より前です。"
    IN_THE_FUTURE = "JR-4007", "処理年月日または基準日が、本日より後です。"
    NOBODY = "JR-4008", "その基礎年金番号の人が見つかりません。"
    SEVERAL = "JR-4009", "その基礎年金番号の人が複数います。"
    OF_CANCELLATION = (
        "JR-4010",
        "取消しの報告の結果に、訂正後の値、承認の内容または付番が記載されています。",
    )


@dataclass(frozen=True, slots=True)
class Decision:
    """What JPS decided on an item on a day."""

    item_id: UUID
    outcome: ItemOutcome
    decided_on: date
    return_code: str | None
    return_reason: str | None
    corrected_occurred_on: date | None
    corrected_category: InsuredCategory | None
    assigned_number: str | None
    exemption: ExemptionDecision | None = None
    attempt: int = 0
    """How many of that day were taken back before it: they were about others."""

    @property
    def decision_id(self) -> UUID:
        """The same for the same item and day, from whatever file: an item is decided once a day."""
        of_day = f"{self.item_id}/{self.decided_on.isoformat()}"
        return uuid5(_DECISIONS, f"{of_day}/{self.attempt}" if self.attempt else of_day)


@dataclass(frozen=True, slots=True)
class SentItem:
    """The item behind a record of a medium, as far as a result is compared with it."""

    item_id: UUID
    person_id: UUID
    kind: ReportItemKind
    owner: str
    basic_pension_number: str | None
    sent_on: date | None
    """送付日; None: the medium was not handed over."""
    decisions: tuple[Decision, ...] = ()
    trace: str | None = None
    processing: ReportProcessing = ReportProcessing.REPORT
    corrects: UUID | None = None
    """Of a correction: the item as its owner reported it."""
    taken_back: Mapping[date, int] = field(default_factory=dict)
    """How many decisions of a day were taken back."""


def judge(
    row: ItemResult, item: SentItem | None, reasons: dict[str, str], today: date
) -> Decision | Unmatched | None:
    """What a row says of the item that it names; None: what is known already."""
    if item is None:
        return Unmatched.NO_RECORD
    if item.kind is not row.kind:
        return Unmatched.OTHER_KIND
    numbers = item.basic_pension_number, row.basic_pension_number
    if None not in numbers and numbers[0] != numbers[1]:
        return Unmatched.OTHER_NUMBER
    if item.sent_on is None:
        return Unmatched.NOT_SENT
    if row.decided_on < item.sent_on:
        return Unmatched.BEFORE_SENDING
    if row.decided_on > today:
        return Unmatched.IN_THE_FUTURE
    if item.processing is ReportProcessing.CANCELLATION and row.tells_values:
        return Unmatched.OF_CANCELLATION
    decision = Decision(
        item_id=item.item_id,
        outcome=row.outcome,
        decided_on=row.decided_on,
        return_code=row.return_code,
        return_reason=reasons.get(row.return_code) if row.return_code else None,
        corrected_occurred_on=row.corrected_occurred_on,
        corrected_category=row.corrected_category,
        assigned_number=row.assigned_number,
        exemption=row.exemption,
        attempt=item.taken_back.get(row.decided_on, 0),
    )
    same_day = [known for known in item.decisions if known.decided_on == decision.decided_on]
    if not same_day:
        return decision
    return None if same_day[0] == decision else Unmatched.ANOTHER_RESULT


def judge_by_hand(
    row: ItemResult, item: SentItem, reasons: dict[str, str], today: date
) -> Decision | Unmatched | None:
    """The same where people have found which item the row is about: kind and number may be others.

    What cannot be of any item (not sent yet, decided before it was, another result of that day)
    cannot be by hand either.
    """
    alike = {"kind": item.kind, "basic_pension_number": None}
    return judge(row.model_copy(update=alike), item, reasons, today)


def state_after(decisions: tuple[Decision, ...]) -> ItemState:
    """The state of an item that was sent: by the decision of the latest day, where there is one."""
    if not decisions:
        return ItemState.SENT
    latest = max(decisions, key=lambda decision: decision.decided_on)
    return ItemState(latest.outcome.value)
