"""What staff may ask of identity, through the gateway. Every answer is recorded in the transaction
that reads it: no record, no answer."""

from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.errors import ContractError
from contracts.events import AuditOperation, AuditOutcome
from contracts.functions import Function
from contracts.numbers import ascii_digits
from services.chassis import audit, problems
from services.chassis.http import current_service, requires
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.identity.domain.criteria import LIMIT, Criteria, birth_days
from services.identity.domain.folding import Folding
from services.identity.pages import FoundPerson, PersonPage, found_person, person_page
from services.identity.problems import nothing_to_search_by, unreadable_birth_date
from services.identity.stores import reading

router = APIRouter()


def _text(length: int) -> Any:
    return Field(min_length=1, max_length=length, pattern=r"^[^\x00-\x1f\x7f]*$")


class SearchRequest(BaseModel):
    """Criteria, of which all that are given must hold. In the body: never in a URL."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)

    name: Annotated[str, _text(400)] | None = None
    """The beginning of a name or alias, in kanji or Latin letters."""
    kana: Annotated[str, _text(400)] | None = None
    birth_date: Annotated[str, _text(72)] | None = None
    """A day, a month or a year, in either calendar."""
    addressee_number: Annotated[str, _text(40)] | None = None
    token: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")] | None = None
    """From the vault's look-up of an individual number."""

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set or all(value is None for _, value in self):
            raise ValueError("no criterion")
        return self


class SearchResult(BaseModel):
    """What was found. ``more``: not all are shown, the criteria have to be narrowed down."""

    persons: list[FoundPerson]
    more: bool
    limit: int


@router.post("/persons/search")
async def search(
    request: SearchRequest,
    staff: Annotated[StaffContext, Depends(requires(Function.PERSON_SEARCH))],
    service: Annotated[Service, Depends(current_service)],
) -> SearchResult:
    """Persons by name, kana, birth date, addressee number or token, the nearest first."""
    if request.token is not None and Function.NUMBER_LOOKUP not in staff.functions:
        raise problems.function_not_allowed(Function.NUMBER_LOOKUP.label)
    criteria = _criteria(request, service.state.folding)
    async with service.unit_of_work() as uow:
        hits, more = await reading.search(uow.connection, staff.functions, criteria)
        audit.record(
            uow,
            AuditOperation.SEARCH,
            staff=staff,
            function=Function.PERSON_SEARCH,
            count=len(hits),
            details={"criteria": criteria.kinds, "more": more},
        )
    return SearchResult(persons=[found_person(hit) for hit in hits], more=more, limit=LIMIT)


def _criteria(request: SearchRequest, folding: Folding) -> Criteria:
    """The criteria, folded. Raises `Problem` ID-0101 or ID-0102."""
    name, kana = request.name, request.kana
    try:
        birth = None if request.birth_date is None else birth_days(request.birth_date)
    except ContractError:
        raise unreadable_birth_date() from None
    criteria = Criteria(
        kanji=None if name is None else folding.kanji(name),
        latin=None if name is None else folding.latin(name),
        kana=None if kana is None else folding.kana(kana),
        reading=None if kana is None else folding.reading(kana),
        birth=birth,
        addressee_number=None
        if request.addressee_number is None
        else ascii_digits(request.addressee_number),
        token=request.token,
    )
    empty = [
        field
        for field, value in (
            ("name", criteria.kanji),
            ("kana", criteria.kana),
            ("addressee_number", criteria.addressee_number),
        )
        if value == ""
    ]
    if empty:
        raise nothing_to_search_by(empty)
    return criteria


@router.get("/persons/{person_id}")
async def show(
    person_id: UUID,
    staff: Annotated[StaffContext, Depends(requires(Function.PERSON_VIEW))],
    service: Annotated[Service, Depends(current_service)],
) -> PersonPage:
    """One person: name, household, links and findings."""
    async with service.unit_of_work() as uow:
        page = await _page(uow, staff, person_id)
        audit.record(
            uow,
            AuditOperation.INQUIRY,
            staff=staff,
            function=Function.PERSON_VIEW,
            person_id=person_id,
            outcome=AuditOutcome.DONE if page else AuditOutcome.FAILED,
        )
    if page is None:
        # Whether there is no such person or none for this caller: the answer is the same.
        raise problems.not_found()
    return page


async def _page(uow: UnitOfWork, staff: StaffContext, person_id: UUID) -> PersonPage | None:
    person = await reading.person(uow.connection, staff.functions, person_id)
    if person is None:
        return None
    members = (
        []
        if person.household_id is None
        else await reading.members(uow.connection, staff.functions, person.household_id)
    )
    findings = await reading.findings(uow.connection, staff.functions, person_id)
    return person_page(person, members, findings)
