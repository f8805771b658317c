"""Corrections over HTTP: what calls for one (訂正を要する報告), proposing and settling it."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from contracts.events import AuditOperation, AuditOutcome, ReportProcessing
from contracts.forms import SamePerson, holds_individual_number
from contracts.functions import Function
from services.chassis import audit
from services.chassis.http import requires
from services.chassis.paging import page
from services.chassis.problems import Problem
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.jps_reporting import correcting, correction_problems, problems, views
from services.jps_reporting.bodies import Agreement, Why
from services.jps_reporting.domain.results import Decision
from services.jps_reporting.reporting import CurrentReporting, CurrentService
from services.jps_reporting.stores import corrections, give_ups, reported_anew, results
from services.jps_reporting.stores.corrections import Proposal
from services.jps_reporting.stores.give_ups import GiveUp
from services.jps_reporting.stores.item_rows import StoredItem

router = APIRouter()

Builder = Annotated[StaffContext, Depends(requires(Function.BATCH_BUILD))]


class ProposalView(views.View):
    """Who proposed what, and what became of it."""

    processing: views.Code
    proposed_at: datetime
    proposed_by: str
    reason: str
    decided_at: datetime | None
    decided_by: str | None
    agreed: bool | None
    lapsed_at: datetime | None
    """There was no call for it any more, before anybody decided."""
    correction_id: UUID | None

    @classmethod
    def of(cls, one: Proposal) -> "ProposalView":
        values = {name: getattr(one, name) for name in cls.model_fields if name != "processing"}
        return cls(processing=views.coded(one.processing), **values)


class GiveUpView(views.View):
    """Who would have a correction given up, and what became of it."""

    correction_id: UUID
    proposed_at: datetime
    proposed_by: str
    reason: str
    decided_at: datetime | None
    decided_by: str | None
    agreed: bool | None
    lapsed_at: datetime | None
    """The correction was called for no more, before anybody decided."""

    @classmethod
    def of(cls, one: GiveUp) -> "GiveUpView":
        own = cls.model_fields.keys() - {"correction_id"}
        return cls(correction_id=one.item_id, **{name: getattr(one, name) for name in own})


_WANTED: Final = {
    ReportProcessing.CANCELLATION: "報告の取消し",
    ReportProcessing.REPORT: "再度の報告",
}


class CorrectionWanted(views.View):
    """An item that was sent, and what JPS has yet to be told about it."""

    item: views.ItemView
    wanted: views.Code | None
    """処理区分 of what is to be reported; null: nothing, or it is on its way."""
    proposal: ProposalView | None
    """What waits for another to decide."""
    last: views.ItemView | None
    """The last correction, with what JPS decided on it: why it returned it."""
    told_anew: views.ItemView | None
    """The item that tells the same fact anew, or told it: a cancellation goes before or with it.
    Where it went first, none is called for."""


class CorrectionsWanted(views.View):
    """A page of them; ``next`` goes into ``after`` for the following one."""

    items: tuple[CorrectionWanted, ...]
    next: UUID | None = None


class CorrectionDetail(CorrectionWanted):
    """The same with all that was done about it."""

    proposals: tuple[ProposalView, ...]
    corrections: tuple[views.ItemView, ...]
    """The items that go, or went, to JPS; the first first. Withdrawn: given up, or called for no
    more."""
    give_ups: tuple[GiveUpView, ...]
    """訂正の取下げ: who would have one of them given up, and what another decided."""


@router.get("/corrections")
async def work_list(
    staff: Builder,
    service: CurrentService,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> CorrectionsWanted:
    """Items that JPS was told and that are not so, or are so after all: it was not told that."""
    async with service.unit_of_work() as uow:
        found = await corrections.wanted(uow.connection, after, limit + 1)
        shown, last = page(found, limit)
        ids = [one.item.item_id for one in shown]
        proposed = await corrections.proposals(uow.connection, ids)
        latest = await corrections.latest(uow.connection, ids)
        decided = await results.decisions_of(
            uow.connection, [*ids, *(one.item.item_id for one in latest.values())]
        )
        anew = await reported_anew.of(uow.connection, ids)
        audit.record(
            uow,
            AuditOperation.INQUIRY,
            staff=staff,
            function=Function.BATCH_BUILD,
            count=len(shown),
            details={"what": "corrections"},
        )
        return CorrectionsWanted(
            items=tuple(
                CorrectionWanted(
                    item=views.ItemView.of(one, uow.today, decisions=decided.get(one.item.item_id)),
                    wanted=_wanted(one),
                    proposal=_open(proposed.get(one.item.item_id, ())),
                    last=_shown(uow, latest.get(one.item.item_id), decided),
                    told_anew=_shown(uow, anew.get(one.item.item_id)),
                )
                for one in shown
            ),
            next=None if last is None else last.item.item_id,
        )


@router.get("/items/{item_id}/correction")
async def show(item_id: UUID, staff: Builder, service: CurrentService) -> CorrectionDetail:
    """An item, what JPS has yet to be told about it, and all that was done about that."""
    async with service.unit_of_work() as uow:
        item = await correcting.found(uow, item_id, held=False)
        record(uow, AuditOperation.INQUIRY, staff, item, {"action": "show"})
        return await detail(uow, item)


@router.post("/items/{item_id}/correction", status_code=201)
async def propose(
    item_id: UUID, request: Why, staff: Builder, service: CurrentService
) -> CorrectionDetail:
    """Propose to tell JPS; nothing goes out before another agrees."""
    if holds_individual_number(request.reason):
        raise problems.number_in_text("reason")
    async with service.unit_of_work() as uow:
        item = await correcting.found(uow, item_id)
        await correcting.propose(uow, item, request.reason, staff.staff_id)
        record(uow, AuditOperation.ENTRY_PROVISIONAL, staff, item, {"action": "propose"})
        return await detail(uow, item)


@router.post("/items/{item_id}/correction/settle")
async def settle(
    item_id: UUID,
    request: Agreement,
    staff: Builder,
    service: CurrentService,
    reporting: CurrentReporting,
) -> CorrectionDetail:
    """Agree or not, by another than who proposed it. Agreed, the correction waits for the next
    batch like any report item."""
    refused: Problem | None = None
    async with service.unit_of_work() as uow:
        item = await correcting.found(uow, item_id)
        try:
            await correcting.settle(
                uow, reporting.parameters, item, agree=request.agree, staff_id=staff.staff_id
            )
        except SamePerson:
            refused = correction_problems.same_person_corrects()
            record(
                uow, AuditOperation.ENTRY_SETTLED, staff, item, {"code": refused.code},
                AuditOutcome.REFUSED,
            )  # fmt: skip
        else:
            record(
                uow, AuditOperation.ENTRY_SETTLED, staff, item,
                {"action": "settle", "agreed": request.agree},
            )  # fmt: skip
            view = await detail(uow, await correcting.found(uow, item_id))
    if refused is not None:
        raise refused
    return view


async def detail(uow: UnitOfWork, item: StoredItem) -> CorrectionDetail:
    """An item with all that was done about its correction."""
    item_id = item.item.item_id
    made = await corrections.of(uow.connection, item_id)
    proposed = (await corrections.proposals(uow.connection, [item_id])).get(item_id, [])
    decided = await results.decisions_of(
        uow.connection, [item_id, *(one.item.item_id for one in made)]
    )

    def shown(one: StoredItem) -> views.ItemView:
        return views.ItemView.of(one, uow.today, decisions=decided.get(one.item.item_id))

    return CorrectionDetail(
        item=shown(item),
        wanted=_wanted(item),
        proposal=_open(proposed),
        last=shown(made[-1]) if made else None,
        told_anew=_shown(uow, (await _anew(uow, item)).get(item_id)),
        proposals=tuple(map(ProposalView.of, proposed)),
        corrections=tuple(map(shown, made)),
        give_ups=tuple(
            map(
                GiveUpView.of,
                await give_ups.of(uow.connection, [one.item.item_id for one in made]),
            )
        ),
    )


async def _anew(uow: UnitOfWork, item: StoredItem) -> dict[UUID, StoredItem]:
    if item.fell_away_on is None:
        return {}
    return await reported_anew.of(uow.connection, [item.item.item_id])


def _shown(
    uow: UnitOfWork,
    one: StoredItem | None,
    decided: Mapping[UUID, list[Decision]] = MappingProxyType({}),
) -> views.ItemView | None:
    if one is None:
        return None
    return views.ItemView.of(one, uow.today, decisions=decided.get(one.item.item_id))


def _wanted(one: StoredItem) -> views.Code | None:
    wanted = one.correction_wanted
    return views.Code(code=wanted.value, label=_WANTED[wanted]) if wanted else None


def _open(proposed: list[Proposal] | tuple[()]) -> ProposalView | None:
    return next((ProposalView.of(one) for one in proposed if one.is_open), None)


def record(
    uow: UnitOfWork,
    operation: AuditOperation,
    staff: StaffContext,
    item: StoredItem,
    details: dict[str, str | int | bool],
    outcome: AuditOutcome = AuditOutcome.DONE,
) -> None:
    """Record what was done about the correction of an item."""
    audit.record(
        uow,
        operation,
        staff=staff,
        function=Function.BATCH_BUILD,
        person_id=item.item.person_id,
        outcome=outcome,
        reference=item.item.item_id,
        details={"what": "correction", **details},
    )
