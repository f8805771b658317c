"""Search (宛名検索), through the gateway. Every answer is recorded in the transaction that reads
it, with the kinds of criteria and never their values: no record, no answer."""

from typing import Annotated, Any, Final, Self

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.codes import Sex
from contracts.errors import ContractError
from contracts.events import AuditOperation
from contracts.functions import Function
from contracts.numbers import ascii_digits
from services.chassis import audit, problems
from services.chassis.http import current_service, requires
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.identity.domain.addresses import asked_address
from services.identity.domain.criteria import LIMIT, Criteria, Match, birth_days
from services.identity.domain.folding import Folding
from services.identity.mass_searches import count_seen
from services.identity.pages import FoundPerson, found_person
from services.identity.problems import (
    address_too_short,
    kana_too_short,
    nothing_to_search_by,
    unreadable_birth_date,
)
from services.identity.stores import searching

router = APIRouter()
_NARROWING: Final = frozenset({"match", "sex"})
"""What says how to search, or narrows down what is found, and is no search by itself."""


def _text(length: int) -> Any:
    return Field(min_length=1, max_length=length, pattern=r"^[^\x00-\x1f\x7f]*$")


class SearchRequest(BaseModel):
    """Criteria, of which all that are given must hold. In the body: never in a URL."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)

    name: Annotated[str, _text(400)] | None = None
    """A name or alias, borne now or before, in kanji or Latin letters."""
    kana: Annotated[str, _text(400)] | None = None
    match: Match = Match.PREFIX
    """How name and kana are compared."""
    birth_date: Annotated[str, _text(72)] | None = None
    """A day, a month or a year in either calendar, with or without the era; a day of any year."""
    sex: Sex | None = None
    address: Annotated[str, _text(400)] | None = None
    """Part of a town or of a building, with the numbers that follow it, now or before."""
    addressee_number: Annotated[str, _text(40)] | None = None
    """The register's, or another system's whose record is somebody's."""
    household_number: Annotated[str, _text(40)] | None = None
    token: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")] | None = None
    """From the vault's look-up of an individual number."""

    @model_validator(mode="after")
    def _something(self) -> Self:
        if all(value is None for name, value in self if name not in _NARROWING):
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
    """Persons by name, kana, birth date, sex, address, numbers or token, the nearest first."""
    if request.token is not None and Function.NUMBER_LOOKUP not in staff.functions:
        raise problems.function_not_allowed(Function.NUMBER_LOOKUP.label)
    criteria = _criteria(request, service.state.folding)
    async with service.unit_of_work() as uow:
        hits, more = await searching.search(uow.connection, staff.functions, criteria)
        audit.record(
            uow,
            AuditOperation.SEARCH,
            staff=staff,
            function=Function.PERSON_SEARCH,
            count=len(hits),
            details={"criteria": criteria.kinds, "match": criteria.match.value, "more": more},
        )
        await count_seen(uow, service, staff, Function.PERSON_SEARCH, searches=1, persons=len(hits))
    return SearchResult(persons=[found_person(hit) for hit in hits], more=more, limit=LIMIT)


def _criteria(request: SearchRequest, folding: Folding) -> Criteria:
    """The criteria, folded. Raises `Problem` ID-0101, ID-0102 or ID-0103."""
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
        match=request.match,
        birth=birth,
        sex=request.sex,
        address=None if request.address is None else asked_address(request.address, folding),
        addressee_number=_number(request.addressee_number),
        household_number=_number(request.household_number),
        token=request.token,
    )
    _demand(criteria)
    return criteria


def _number(text: str | None) -> str | None:
    return None if text is None else ascii_digits(text)


def _demand(criteria: Criteria) -> None:
    """Raises `Problem` where nothing, or too little, is left to search by."""
    empty = [
        field
        for field, value in (
            ("name", criteria.kanji),
            ("kana", criteria.kana),
            ("addressee_number", criteria.addressee_number),
            ("household_number", criteria.household_number),
        )
        if value == ""
    ]
    if empty:
        raise nothing_to_search_by(empty)
    if criteria.match is Match.PART and criteria.kana is not None and len(criteria.kana) < 2:
        raise kana_too_short()
    address = criteria.address
    if address is not None and not address.town and not address.alone:
        raise address_too_short()
