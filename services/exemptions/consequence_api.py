"""What became of months that settled entries gave: the list of what staff have to do about it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict

from contracts.events import AuditOperation, ExemptionNoticeKind
from contracts.forms import FreeText, holds_individual_number
from contracts.functions import Function
from contracts.months import Month
from services.chassis import audit
from services.chassis.http import current_service, requires
from services.chassis.paging import page
from services.chassis.problems import not_found
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.exemptions import deciding, holding, problems
from services.exemptions.domain.asked import ApplicationKind
from services.exemptions.domain.consequences import Consequence
from services.exemptions.stores import consequences
from services.exemptions.stores.consequences import ConsequenceState, Found

router = APIRouter()
CurrentService = Annotated[Service, Depends(current_service)]
Viewer = Annotated[StaffContext, Depends(requires(Function.PERSON_VIEW))]
Acceptor = Annotated[StaffContext, Depends(requires(Function.NOTICE_ACCEPT))]
AFTER = "対象外"
NOT_SENT = (
    "日本年金機構への送付は保留されています。申請者（亡くなった方については遺族）に確認し、期間の訂正（本登録取消と申請の出し直し）の要否を判断してください。"
    "このまま送付するときは、確認した内容を対応として記録してください。保留が解除されます。"
)
AGAIN_NOT_SENT = "日本年金機構への送付前であれば、対応を記録するまで送付が保留されます。"
UNSURE_NOT_SENT = (
    "日本年金機構への送付は保留されています。資格の記録を確認し、対象の月でないときは本登録取消を提案してください。"
    "対象の月であるときは、確認した内容を対応として記録してください。保留が解除されます。"
)
_ACTIONS = {
    Consequence.FELL_AWAY: NOT_SENT,
    Consequence.ACQUIRED_AGAIN: AGAIN_NOT_SENT,
    Consequence.TIMELINE_UNSURE: UNSURE_NOT_SENT,
}
_LABELS = {
    kind.value: kind.label for kinds in (ApplicationKind, ExemptionNoticeKind) for kind in kinds
}


class ConsequenceView(BaseModel):
    """Months of an entry before and after the qualification changed, and why."""

    consequence_id: UUID
    person_id: UUID
    entry_id: UUID
    entry_kind: str
    entry_kind_label: str
    what: str
    what_label: str
    from_month: Month
    to_month: Month | None
    """None: no end of them is known."""
    before_label: str
    """What the months were by the entry."""
    after_label: str
    """What they are now."""
    sentence: str
    action: str | None
    """What to do, while something is to be done."""
    article: str
    needs_check: bool
    state: ConsequenceState
    state_label: str
    found_at: datetime
    noted_by: str | None
    noted_at: datetime | None
    note: str | None

    @classmethod
    def of(cls, found: Found) -> "ConsequenceView":
        """The view of one."""
        afters = {
            Consequence.FELL_AWAY: AFTER,
            Consequence.ACQUIRED_AGAIN: f"要確認（{found.kind.label}が及ぶか）",
            Consequence.FACTS_TAKEN_BACK: "要確認（審査のやり直し）",
            Consequence.TIMELINE_UNSURE: "要確認（資格の記録）",
        }
        to_do = found.state is ConsequenceState.OPEN
        shown = {
            "what", "what_label", "before_label", "after_label", "state_label",
            "entry_kind_label", "action",
        }  # fmt: skip
        return cls(
            entry_kind_label=_LABELS.get(found.entry_kind, found.entry_kind),
            action=_ACTIONS.get(found.what) if to_do else None,
            what=found.what.value,
            what_label=found.what.label,
            before_label=found.kind.label,
            after_label=afters[found.what],
            state_label=found.state.label,
            **{name: getattr(found, name) for name in cls.model_fields.keys() - shown},
        )


class ConsequencePage(BaseModel):
    """Those in a state, in the order in which they were found."""

    consequences: tuple[ConsequenceView, ...]
    following: int | None
    """What to give as ``after`` to go on; None: this was the end."""


class Noting(BaseModel):
    """What was done about one."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    note: FreeText


@router.get("/exemption-consequences")
async def list_consequences(
    staff: Viewer,
    service: CurrentService,
    state: ConsequenceState = ConsequenceState.OPEN,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ConsequencePage:
    """What staff have to look at because a qualification changed; or what was noted, shown."""
    async with service.unit_of_work() as uow:
        found = await consequences.in_state(uow.connection, state, after, limit + 1)
        shown, last = page(found, limit)
        audit.record(
            uow,
            AuditOperation.SEARCH,
            staff=staff,
            function=Function.PERSON_VIEW,
            count=len(shown),
            details={"of": "exemption_consequences", "state": state.value},
        )
    return ConsequencePage(
        consequences=tuple(map(ConsequenceView.of, shown)),
        following=None if last is None else last.sequence,
    )


@router.post("/exemption-consequences/{consequence_id}/note")
async def note_consequence(
    consequence_id: UUID, said: Noting, staff: Acceptor, service: CurrentService
) -> ConsequenceView:
    """Note what was done about one that was to be looked at."""
    if holds_individual_number(said.note):
        raise problems.number_in_reason()
    async with service.unit_of_work() as uow:
        found = await consequences.find(uow.connection, consequence_id)
        if found is None:
            raise not_found()
        if found.state is not ConsequenceState.OPEN:
            raise problems.nothing_to_do(found.state.label)
        entry = await deciding.found(uow, [found.entry_id])
        held = await holding.held(uow, [found.entry_id])
        await consequences.note(uow.connection, consequence_id, said.note, staff.staff_id, uow.now)
        await holding.tell(uow, entry.values(), held)
        audit.record(
            uow,
            AuditOperation.ENTRY_SETTLED,
            staff=staff,
            function=Function.NOTICE_ACCEPT,
            person_id=found.person_id,
            reference=found.consequence_id,
            details={"of": "exemption_consequences", "what": found.what.value},
        )
        found = await consequences.find(uow.connection, consequence_id) or found
    return ConsequenceView.of(found)
