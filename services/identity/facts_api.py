"""Facts of the integrated database shown to staff: for a purpose that the purpose table lists, what
the service of that purpose may be told, and each answer and refusal recorded (C11)."""

from typing import Annotated, Any, Self
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.events import (
    AuditOperation,
    AuditOutcome,
    BlockKind,
    FactItem,
    FactPurpose,
    FactsAnswered,
    FactsRequested,
    Whose,
)
from contracts.events.facts import INCOME_ITEMS
from contracts.events.feeds import Span
from contracts.events.income import Year
from contracts.functions import Function
from services.chassis import audit, problems
from services.chassis.http import current_service, requires
from services.chassis.problems import Problem
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.identity.domain import facts
from services.identity.domain.fact_purposes import FactPurposeTable
from services.identity.editing import stopped
from services.identity.mass_searches import count_seen
from services.identity.pages import Coded, coded
from services.identity.problems import facts_refused
from services.identity.stores import facts as store
from services.identity.stores import reading

router = APIRouter()


class FactsAsked(BaseModel):
    """What is to be shown, for what. ``reference``: the application or claim it is for."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    purpose: FactPurpose
    reference: UUID | None = None
    items: Annotated[list[FactItem], Field(min_length=1, max_length=len(FactItem))]
    levy_years: Annotated[list[Year], Field(max_length=10)] = []
    """賦課年度, for items of the income."""
    span: Span | None = None
    """The days that matter, for the other items."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        of_a_year = INCOME_ITEMS.intersection(self.items)
        if bool(of_a_year) != bool(self.levy_years):
            raise ValueError("levy years go with items of the income")
        if (len(of_a_year) < len(set(self.items))) != (self.span is not None):
            raise ValueError("a span of days goes with the items that are not of a levy year")
        if self.purpose is FactPurpose.MISSING_NOTICES:
            raise ValueError("nobody applies for that")
        return self


class ShownItem(BaseModel):
    """An item of the income; ``value`` null: the tax system has not told it."""

    item: Coded
    value: Any


class ShownIncome(BaseModel):
    """Income of one levy year: the items asked for, or why there are none."""

    levy_year: int
    outcome: Coded
    income_year: int | None
    corrected: bool
    items: list[ShownItem]


class ShownFact(BaseModel):
    """What another system tells for days: within those asked for."""

    item: Coded
    outcome: Coded
    content: list[dict[str, Any]]


class FactsPage(BaseModel):
    """What is known, and the article by which it is shown."""

    person_id: UUID
    purpose: Coded
    article: str
    income: list[ShownIncome]
    facts: list[ShownFact]


@router.post("/persons/{person_id}/facts")
async def show(
    person_id: UUID,
    said: FactsAsked,
    staff: Annotated[StaffContext, Depends(requires(Function.FACTS_VIEW))],
    service: Annotated[Service, Depends(current_service)],
) -> FactsPage:
    """Facts about one person for one purpose: all of what is asked, or nothing."""
    table: FactPurposeTable = service.state.fact_purposes
    refusal: Problem | None = None
    page: FactsPage | None = None
    async with service.unit_of_work() as uow:
        person = await reading.person(uow.connection, staff.functions, person_id)
        if person is None:
            _record(uow, staff, person_id, said, None, {}, AuditOutcome.FAILED)
        else:
            request = _request(person.person_id, said)
            decision = table.decide_for_staff(request, uow.today)
            refusal = await stopped(uow, person.person_id, BlockKind.INQUIRY)
            if decision.refusal is not None:
                refusal = facts_refused(said.purpose.label)
            if refusal is None:
                told = await _told(uow, request)
                page = _page(said, told, decision.article or "")
            details = {"refused": refusal.code} if refusal else facts.outcomes(told)
            _record(uow, staff, person.person_id, said, decision.article, details,
                    AuditOutcome.REFUSED if refusal else AuditOutcome.DONE)  # fmt: skip
        await count_seen(uow, service, staff, Function.FACTS_VIEW, persons=int(page is not None))
    if refusal is not None:
        raise refusal
    if page is None:
        raise problems.not_found()
    return page


def _request(person_id: UUID, said: FactsAsked) -> FactsRequested:
    return FactsRequested(
        request_id=uuid4(),
        reference=said.reference or person_id,
        applicant_id=person_id,
        person_id=person_id,
        whose=Whose.APPLICANT,
        purpose=said.purpose,
        items=tuple(dict.fromkeys(said.items)),
        levy_years=tuple(dict.fromkeys(said.levy_years)),
        span=said.span,
    )


async def _told(uow: UnitOfWork, request: FactsRequested) -> FactsAnswered:
    known = await store.known(uow.connection, {request.person_id}, facts.subjects(request))
    return facts.answer(FactsAnswered, request, known.get(request.person_id, facts.NOTHING))


def _page(said: FactsAsked, told: FactsAnswered, article: str) -> FactsPage:
    asked = [item for item in dict.fromkeys(said.items) if item in INCOME_ITEMS]
    shown = []
    for item in dict.fromkeys(said.items):
        fact = None if item in INCOME_ITEMS else getattr(told, item.value)
        if fact is not None:
            (content,) = (
                value for name, value in fact.model_dump(mode="json").items()
                if name in ("periods", "certificates")
            )  # fmt: skip
            shown.append(ShownFact(item=coded(item), outcome=coded(fact.outcome), content=content))
    return FactsPage(
        person_id=told.person_id,
        purpose=coded(said.purpose),
        article=article,
        income=[
            ShownIncome(
                levy_year=one.levy_year,
                outcome=coded(one.outcome),
                income_year=one.income_year,
                corrected=one.corrected,
                items=[]
                if one.income is None
                else [
                    ShownItem(item=coded(item), value=getattr(one.income, item.value))
                    for item in asked
                ],
            )
            for one in told.income
        ],
        facts=shown,
    )


def _record(
    uow: UnitOfWork,
    staff: StaffContext,
    person_id: UUID,
    said: FactsAsked,
    article: str | None,
    details: dict[str, str],
    outcome: AuditOutcome,
) -> None:
    audit.record(
        uow,
        AuditOperation.INQUIRY,
        staff=staff,
        function=Function.FACTS_VIEW,
        person_id=person_id,
        outcome=outcome,
        purpose=said.purpose.value,
        legal_basis=article,
        reference=said.reference,
        details={"of": "facts", "items": ",".join(sorted(set(said.items))), **details},
    )
