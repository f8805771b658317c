"""Taking a settled entry back (本登録取消), as staff propose, decide and read it."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel

from contracts.forms import EntryState
from services.exemptions.stores.take_backs import TakeBack

SENT_ALL_THE_SAME = (
    "取消しの前に媒体が作成されていたため送付されました。訂正を要する報告の一覧から、"
    "取消しの報告を提案してください。"
)


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
    action: str | None
    """What to do then."""

    @classmethod
    def of(cls, one: TakeBack) -> "TakeBackView":
        """The view of a proposal."""
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
            action=SENT_ALL_THE_SAME if one.sent_on else None,
        )


class TakeBacks(BaseModel):
    """The entry's state, and all proposals about it, the earliest first."""

    entry_id: UUID
    state: EntryState
    state_label: str
    proposals: tuple[TakeBackView, ...]
