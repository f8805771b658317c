"""Taking a settled entry back (本登録取消), as staff propose, decide and read it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, TypeAdapter

from contracts.codes import Code
from contracts.forms import EntryState
from contracts.months import Month
from services.exemptions.stores.take_backs import TakeBack

SENT_ALL_THE_SAME = (
    "取消しの前に媒体が作成されていたため送付されました。訂正を要する報告の一覧から、"
    "取消しの報告を提案してください。"
)

TO_DECIDE = (
    "下の対象月と理由を確認し、提案者以外の職員が取消しの可否を決定してください。"
    "決定まで日本年金機構への送付は保留されます。"
)
NO_MONTHS = (
    "現在の資格の記録では、取消しにより変わる月はありません。理由を確認し、提案者以外の職員が取消しの可否を決定してください。"
    "決定まで日本年金機構への送付は保留されます。"
)
TO_CLOSE = (
    "送付済のため取り消せません。「取り消さない」として決定してください。"
    "訂正を要するときは、年金事務所に連絡してください。"
)
WAITS_AGAIN: Final = (
    "受付（仮登録）に戻りました。内容を確認し、本登録をし直すか、取下げを登録してください。"
)


class Concern(Code):
    """What of a month an entry bears on."""

    EXEMPTION = "exemption", "免除等"
    ADDITIONAL_PREMIUM = "additional_premium", "付加保険料"
    REVIEW = "review", "申請の審査（市区町村）"


class ConcernedMonths(BaseModel):
    """Months that are something else once an entry waits again, all in the same way."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    of: Concern
    of_label: str
    from_month: Month
    to_month: Month
    """The last that is looked ahead to, where it goes on."""
    goes_on: bool
    """No end is known: it goes on behind ``to_month`` (以後継続)."""
    before_label: str
    """What they are while the entry stands."""
    after_label: str
    """What they are once it waits again."""


CONCERNED: Final = TypeAdapter(tuple[ConcernedMonths, ...])


class TakeBackView(BaseModel):
    """One proposal to take an entry back, and what became of it."""

    proposed_at: datetime
    proposed_by: str
    reason: str
    decided_at: datetime | None
    decided_by: str | None
    agreed: bool | None
    settled_by: str | None
    """Who had settled it, where it was taken back."""
    settled_at: datetime | None
    acknowledged: tuple[str, ...]
    sent_on: date | None
    """Its medium was made already, and went all the same."""
    months: tuple[ConcernedMonths, ...] | None
    """What becomes of which months: while nobody has decided as it would be now, agreed to as it
    was then. None: it was not agreed to, or before this was kept."""
    action: str | None
    """What to do, while something is to be done."""

    @classmethod
    def of(
        cls, one: TakeBack, state: EntryState, months: Sequence[ConcernedMonths]
    ) -> "TakeBackView":
        """The view of a proposal. ``state`` of its entry, and the ``months`` that it stands for
        now, where nobody has decided yet."""
        action = SENT_ALL_THE_SAME if one.sent_on else None
        if one.agreed and action is None and state is EntryState.RECEIVED:
            action = WAITS_AGAIN
        if one.is_open:
            action = _to_decide(months) if state is EntryState.SETTLED else TO_CLOSE
        kept = None if one.months is None else CONCERNED.validate_json(one.months)
        return cls(
            proposed_at=one.proposed_at,
            proposed_by=one.proposed_by,
            reason=one.reason,
            decided_at=one.decided_at,
            decided_by=one.decided_by,
            agreed=one.agreed,
            settled_by=one.settled_by,
            settled_at=one.settled_at,
            acknowledged=one.acknowledged,
            sent_on=one.sent_on,
            months=tuple(months) if one.is_open else kept,
            action=action,
        )


def _to_decide(months: Sequence[ConcernedMonths]) -> str:
    return TO_DECIDE if months else NO_MONTHS


class TakeBacks(BaseModel):
    """The entry's state, and all proposals about it, the earliest first."""

    entry_id: UUID
    state: EntryState
    state_label: str
    proposals: tuple[TakeBackView, ...]
