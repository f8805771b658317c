"""Other systems' numbers of a person, and the doubt that one of them is theirs.

The doubt is an entry of the work list (`near_miss_api`): one proposes whose it is, another settles.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from contracts.events import AuditOperation, AuditOutcome, BlockKind
from contracts.functions import Function
from services.chassis import audit, problems
from services.chassis.http import current_service, requires
from services.chassis.problems import Problem
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.identity import labels
from services.identity.editing import not_editable, stopped
from services.identity.near_miss_api import NearMissPage, System, compared, page_of
from services.identity.problems import on_the_list
from services.identity.stores import doubting, near_misses, reading

router = APIRouter()
CurrentService = Annotated[Service, Depends(current_service)]
Proposer = Annotated[StaffContext, Depends(requires(Function.LINK_PROPOSE))]


class ShownFeedNumber(BaseModel):
    """A number of another system that is the person's."""

    system: str
    system_label: str
    addressee_number: str
    state: str
    state_label: str
    """``linked``, or ``held``: newer records wait, since the four attributes no longer agree."""
    linked_at: datetime | None
    subject_labels: list[str]
    subjects: list[str]
    """Which records of it are the person's: ``income/2026``, ``public_assistance`` …"""
    entry_id: UUID | None
    """The entry of the work list that waits about it."""


class FeedNumberList(BaseModel):
    """All that hang on the person, whichever id they were linked under."""

    numbers: list[ShownFeedNumber]


class Doubt(BaseModel):
    """Which number it is that may be somebody else's."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    system: System
    addressee_number: Annotated[str, Field(min_length=1, max_length=20)]


@router.get("/persons/{person_id}/feed-numbers")
async def list_numbers(person_id: UUID, staff: Proposer, service: CurrentService) -> FeedNumberList:
    """The numbers of other systems whose records are taken for this person's."""
    refusal: Problem | None = None
    async with service.unit_of_work() as uow:
        person = await reading.person(uow.connection, staff.functions, person_id)
        if person is not None:
            refusal = await stopped(uow, person.person_id, BlockKind.INQUIRY)
        ids = person.ids if person and refusal is None else ()
        found = await doubting.numbers_of(uow.connection, staff.functions, ids)
        details = {"refused": refusal.code} if refusal else {}
        audit.record(
            uow,
            AuditOperation.INQUIRY,
            staff=staff,
            function=Function.LINK_PROPOSE,
            person_id=person_id,
            outcome=AuditOutcome.REFUSED
            if refusal
            else AuditOutcome.DONE
            if person
            else AuditOutcome.FAILED,
            count=len(found),
            details={"of": "feed_numbers", **details},
        )
    if refusal is not None:
        raise refusal
    if person is None:
        raise problems.not_found()
    return FeedNumberList(
        numbers=[
            ShownFeedNumber(
                system=number.system,
                system_label=labels.SYSTEMS[number.system],
                addressee_number=number.addressee_number,
                state=number.state.value,
                state_label=labels.LINK_STATES[number.state.value],
                subject_labels=[labels.subject(name) for name in number.subjects],
                linked_at=number.linked_at,
                subjects=list(number.subjects),
                entry_id=number.entry_id,
            )
            for number in found
        ]
    )


@router.post("/persons/{person_id}/feed-numbers/doubt")
async def doubt(
    person_id: UUID, said: Doubt, staff: Proposer, service: CurrentService
) -> NearMissPage:
    """Put a number on the work list that is this person's and may be somebody else's.

    Raises `Problem` ID-0205 where it is on the list already, ID-0601 and ID-0701 like a proposal.
    """
    refusal: Problem | None = None
    shown: NearMissPage | None = None
    entry_id: UUID | None = None
    async with service.unit_of_work() as uow:
        await doubting.lock(uow.connection, (said.system, said.addressee_number))
        person = await reading.person(uow.connection, staff.functions, person_id)
        ids = person.ids if person else ()
        there = await doubting.numbers_of(uow.connection, staff.functions, ids)
        doubted = said.system, said.addressee_number
        number = next((n for n in there if (n.system, n.addressee_number) == doubted), None)
        if person is None or number is None:
            refusal = problems.not_found()
        elif number.entry_id is not None:
            refusal = on_the_list()
        else:
            refusal = await not_editable(uow, staff, person.person_id)
            found = None
            if refusal is None:
                found = await compared(uow, staff, service, person.person_id, number.told)
                refusal = None if found is not None else problems.not_found()
            if found is not None:
                entry_id = await doubting.doubt(
                    uow.connection, doubted,
                    (person.person_id, found), staff.staff_id, uow.now,
                )  # fmt: skip
                entry = await near_misses.find(uow.connection, staff.functions, entry_id)
                shown = None if entry is None else await page_of(uow, staff, entry)
        details: dict[str, str | int | bool] = {"of": "feed_number_doubted", "system": said.system}
        if refusal is not None:
            details["refused"] = refusal.code
        audit.record(
            uow,
            AuditOperation.ENTRY_PROVISIONAL,
            staff=staff,
            function=Function.LINK_PROPOSE,
            person_id=person_id,
            outcome=AuditOutcome.REFUSED if refusal else AuditOutcome.DONE,
            reference=entry_id,
            details=details,
        )
    if refusal is not None:
        raise refusal
    if shown is None:
        raise problems.not_found()
    return shown
