"""Answers about everybody of one application at once, and about its household in the register
(C11): each person decided on and recorded by themselves, as where they are asked one by one."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from contracts.events import (
    AnsweredAbout,
    AskedAbout,
    BlockKind,
    ExemptionsHouseholdFactsAnswered,
    HouseholdFactsRequested,
    RegisteredHousehold,
    Whose,
)
from services.chassis.received import Received
from services.chassis.unit_of_work import UnitOfWork
from services.identity import telling
from services.identity.domain import facts
from services.identity.domain.fact_purposes import FactDecision, FactPurposeTable
from services.identity.domain.household import UNKNOWN, registered
from services.identity.editing import stopped_of
from services.identity.stores import facts as store

ANSWERS: Final[Mapping[str, type[ExemptionsHouseholdFactsAnswered]]] = {
    "exemptions": ExemptionsHouseholdFactsAnswered
}
"""Each asker's own answer, on the asker's own reply topic. Who has none is told nothing."""
_RELATION: Final = FactDecision(refusal="relation")

Asked = Received[HouseholdFactsRequested]
Decided = tuple[dict[Whose, FactDecision], FactDecision]


async def tell(batch: Sequence[Asked], uow: UnitOfWork, purposes: FactPurposeTable) -> None:
    """Answer a batch of requests."""
    decided = await _decide(batch, uow, purposes)
    known = await store.known(
        uow.connection,
        {
            one.person_id
            for received, (each, _) in zip(batch, decided, strict=True)
            for one in received.event.people
            if each[one.whose].refusal is None
        },
        {subject for received in batch for subject in facts.subjects(received.event)},
    )
    everybody = {one.person_id for received in batch for one in received.event.people}
    blocked = await stopped_of(uow, everybody, BlockKind.INQUIRY)
    households = await _households(batch, decided, blocked, uow)
    for received, (each, household), there in zip(batch, decided, households, strict=True):
        people = []
        for one in received.event.people:
            decision = each[one.whose]
            of_one = known.get(one.person_id, facts.NOTHING)
            told = _about(received.event, one, decision, of_one, one.person_id in blocked)
            people.append(told)
            _record(uow, received, one, decision, told)
        if there is not None:
            _record_household(uow, received, household, there)
        if received.source in ANSWERS:
            answer = ANSWERS[received.source].model_construct(
                reference=received.event.reference,
                applicant_id=received.event.applicant_id,
                people=tuple(people),
                registered_on=received.event.registered_on,
                registered=there,
            )
            uow.emit(answer, key=str(received.event.applicant_id), cause=received)


async def _decide(
    batch: Sequence[Asked], uow: UnitOfWork, purposes: FactPurposeTable
) -> list[Decided]:
    """By the table; and the householder has to be the applicant's, which the register tells."""
    decided = [purposes.decide_each(r.source, r.event, uow.today) for r in batch]
    pairs: dict[tuple[UUID, UUID], None] = {}
    for received, (each, _) in zip(batch, decided, strict=True):
        for pair in _to_relate(received.event, each):
            pairs[pair] = None
    related = await store.householders(uow.connection, list(pairs))
    for received, (each, _) in zip(batch, decided, strict=True):
        for pair in _to_relate(received.event, each):
            if pair not in related:
                each[Whose.HOUSEHOLDER] = _RELATION
    return decided


def _to_relate(
    request: HouseholdFactsRequested, each: Mapping[Whose, FactDecision]
) -> list[tuple[UUID, UUID]]:
    return [
        (request.applicant_id, one.person_id)
        for one in request.people
        if one.whose is Whose.HOUSEHOLDER and each[one.whose].refusal is None
    ]


async def _households(
    batch: Sequence[Asked],
    decided: Sequence[Decided],
    blocked: Collection[UUID],
    uow: UnitOfWork,
) -> list[RegisteredHousehold | None]:
    """What the register says, of whom it was asked for; None of the others. Of an applicant whom
    照会抑止 protects it is told as not certain."""
    wanted = [
        (received.event.applicant_id, received.event.registered_on)
        for received, (_, household) in zip(batch, decided, strict=True)
        if received.event.registered_on is not None and household.refusal is None
    ]
    members = iter(await store.members(uow.connection, wanted))
    found: list[RegisteredHousehold | None] = []
    for received, (_, household) in zip(batch, decided, strict=True):
        if received.event.registered_on is None:
            found.append(None)
        elif household.refusal is not None:
            found.append(RegisteredHousehold.model_validate({"refusal": household.refusal}))
        else:
            there, applicant = next(members), received.event.applicant_id
            found.append(UNKNOWN if applicant in blocked else registered(applicant, there))
    return found


def _about(
    request: HouseholdFactsRequested,
    one: AskedAbout,
    decision: FactDecision,
    known: facts.Known,
    blocked: bool,
) -> AnsweredAbout:
    if decision.refusal is not None:
        told: dict[str, Any] = {"refusal": decision.refusal}
    elif blocked:
        told = {**facts.items(request, facts.unsettled(request)), "blocked": True}
    else:
        told = facts.items(request, known)
    return AnsweredAbout(request_id=one.request_id, person_id=one.person_id, **told)


def _record(
    uow: UnitOfWork, received: Asked, one: AskedAbout, decision: FactDecision, told: AnsweredAbout
) -> None:
    details = {"whose": one.whose.value, **facts.outcomes(told)}
    refusal = "blocked" if told.blocked else decision.refusal
    telling.record(uow, received, decision.article, refusal, details, person_id=one.person_id)


def _record_household(
    uow: UnitOfWork, received: Asked, decision: FactDecision, told: RegisteredHousehold
) -> None:
    """One record for the applicant, and none of whom the register names: of them nothing is told
    but who they are to the applicant."""
    details = {
        "register": "household",
        **{
            whose: found.outcome.value
            for whose, found in (("householder", told.householder), ("spouse", told.spouse))
            if found is not None
        },
    }
    telling.record(
        uow, received, decision.article, decision.refusal, details,
        person_id=received.event.applicant_id,
    )  # fmt: skip
