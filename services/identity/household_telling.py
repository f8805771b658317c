"""Answers about everybody of one application at once, and about its household in the register
(C11): each person decided on and recorded by themselves, as where they are asked one by one."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from contracts.events import (
    AnsweredAbout,
    AnsweredHousehold,
    AskedAbout,
    AskedHousehold,
    AuditRecorded,
    BlockKind,
    ExemptionsHouseholdFactsAnswered,
    ExemptionsManyHouseholdFactsAnswered,
    HouseholdFactsRequested,
    ManyHouseholdFactsRequested,
    RegisteredHousehold,
    Whose,
)
from contracts.values import value
from services.chassis import audit
from services.chassis.received import Received
from services.chassis.unit_of_work import UnitOfWork
from services.identity import telling
from services.identity.domain import facts
from services.identity.domain.fact_purposes import (
    FactDecision,
    FactPurposeTable,
    HouseholdAsked,
)
from services.identity.domain.household import UNKNOWN, Member, heads, registered
from services.identity.editing import stopped_of
from services.identity.stores import facts as store

ASKERS: Final = frozenset({"exemptions"})
"""Who has answers of its own, on its own reply topic. Who has none is told nothing."""
_RELATION: Final = FactDecision(refusal="relation")


@value
class _Asked:
    """What is asked about one application, by itself or among many."""

    asker: str
    request: HouseholdAsked


@value
class _Told:
    """What is told of it."""

    people: tuple[AnsweredAbout, ...]
    registered: RegisteredHousehold | None


Decided = tuple[dict[Whose, FactDecision], FactDecision]
_Members = tuple[Member, ...] | None


async def tell(batch: Sequence[Received[Any]], uow: UnitOfWork, purposes: FactPurposeTable) -> None:
    """Answer a batch of requests, about one application or about many."""
    asked = [[_Asked(r.source, request) for request in _requests(r.event)] for r in batch]
    told = iter(await _told([one for of_one in asked for one in of_one], uow, purposes))
    for received, of_one in zip(batch, asked, strict=True):
        answers = [next(told) for _ in of_one]
        if received.source not in ASKERS:
            continue
        if isinstance(received.event, ManyHouseholdFactsRequested):
            _answer_many(received, answers, uow)
        else:
            _answer(received, answers[0], uow)


def _requests(
    event: HouseholdFactsRequested | ManyHouseholdFactsRequested,
) -> list[HouseholdAsked]:
    """What is asked about each application."""
    households: Sequence[AskedHousehold | HouseholdFactsRequested] = (
        (event,) if isinstance(event, HouseholdFactsRequested) else event.households
    )
    shared = event.purpose, event.items, event.levy_years, event.span, event.registered_on
    return [
        HouseholdAsked(one.reference, one.applicant_id, one.people, *shared) for one in households
    ]


def _answer(received: Received[HouseholdFactsRequested], told: _Told, uow: UnitOfWork) -> None:
    answer = ExemptionsHouseholdFactsAnswered.model_construct(
        reference=received.event.reference,
        applicant_id=received.event.applicant_id,
        people=told.people,
        registered_on=received.event.registered_on,
        registered=told.registered,
    )
    uow.emit(answer, key=answer.record_key, cause=received)


def _answer_many(
    received: Received[ManyHouseholdFactsRequested], told: Sequence[_Told], uow: UnitOfWork
) -> None:
    asked = received.event.households
    households = tuple(
        AnsweredHousehold(
            reference=one.reference,
            applicant_id=one.applicant_id,
            people=of_one.people,
            registered=of_one.registered,
        )
        for one, of_one in zip(asked, told, strict=True)
    )
    answer = ExemptionsManyHouseholdFactsAnswered.model_construct(
        registered_on=received.event.registered_on, households=households
    )
    uow.emit(answer, key=answer.record_key, cause=received)


async def _told(
    batch: Sequence[_Asked], uow: UnitOfWork, purposes: FactPurposeTable
) -> list[_Told]:
    """What is told of each application, and the record of each person that it is told of."""
    decided = [purposes.decide_each(one.asker, one.request, uow.today) for one in batch]
    members = await _members(batch, decided, uow)
    await _relate(batch, decided, members, uow)
    everybody = {one.person_id for asked in batch for one in asked.request.people}
    blocked = await stopped_of(uow, everybody, BlockKind.INQUIRY)
    granted = [
        (asked.asker, asked.request, one.person_id)
        for asked, (each, _) in zip(batch, decided, strict=True)
        for one in asked.request.people
        if each[one.whose].refusal is None
    ]
    known = await telling.known_of(uow, granted, blocked)
    households = _households(batch, decided, members, blocked)
    told, records = [], _Records(uow)
    for asked, (each, household), there in zip(batch, decided, households, strict=True):
        people = []
        for one in asked.request.people:
            decision = each[one.whose]
            of_one = known.get(one.person_id, facts.NOTHING)
            answer = _about(asked.request, one, decision, of_one, one.person_id in blocked)
            people.append(answer)
            records.of_person(asked, one, decision, answer)
        if there is not None:
            records.of_household(asked, household, there)
        told.append(_Told(tuple(people), there))
    audit.record_many(uow, records.all)
    return told


async def _relate(
    batch: Sequence[_Asked],
    decided: Sequence[Decided],
    members: Sequence[_Members],
    uow: UnitOfWork,
) -> None:
    """The householder has to be the applicant's, which the register tells: today, as ``members``
    has it, or before."""
    pairs: dict[tuple[UUID, UUID], None] = {}
    for asked, (each, _), there in zip(batch, decided, members, strict=True):
        for applicant, other in _to_relate(asked.request, each):
            if not heads(other, there or (), of=applicant):
                pairs[applicant, other] = None
    related = await store.householders(uow.connection, list(pairs))
    unrelated = pairs.keys() - related
    for asked, (each, _) in zip(batch, decided, strict=True):
        for pair in _to_relate(asked.request, each):
            if pair in unrelated:
                each[Whose.HOUSEHOLDER] = _RELATION


def _to_relate(
    request: HouseholdAsked, each: Mapping[Whose, FactDecision]
) -> list[tuple[UUID, UUID]]:
    return [
        (request.applicant_id, one.person_id)
        for one in request.people
        if one.whose is Whose.HOUSEHOLDER and each[one.whose].refusal is None
    ]


async def _members(
    batch: Sequence[_Asked], decided: Sequence[Decided], uow: UnitOfWork
) -> list[_Members]:
    """Who lives with each applicant by the register, where that may be told; None of the others."""
    wanted = [
        (asked.request.applicant_id, asked.request.registered_on)
        for asked, (_, household) in zip(batch, decided, strict=True)
        if asked.request.registered_on is not None and household.refusal is None
    ]
    found = iter(await store.members(uow.connection, wanted))
    return [
        next(found)
        if asked.request.registered_on is not None and household.refusal is None
        else None
        for asked, (_, household) in zip(batch, decided, strict=True)
    ]


def _households(
    batch: Sequence[_Asked],
    decided: Sequence[Decided],
    members: Sequence[_Members],
    blocked: Collection[UUID],
) -> list[RegisteredHousehold | None]:
    """What the register says, of whom it was asked for; None of the others. Of an applicant whom
    照会抑止 protects it is told as not certain."""
    found: list[RegisteredHousehold | None] = []
    for asked, (_, household), there in zip(batch, decided, members, strict=True):
        applicant = asked.request.applicant_id
        if asked.request.registered_on is None:
            found.append(None)
        elif there is None:
            found.append(RegisteredHousehold.model_validate({"refusal": household.refusal}))
        else:
            found.append(UNKNOWN if applicant in blocked else registered(applicant, there))
    return found


def _about(
    request: HouseholdAsked,
    one: AskedAbout,
    decision: FactDecision,
    known: facts.Known,
    blocked: bool,
) -> AnsweredAbout:
    told: dict[str, Any] = {}
    if decision.refusal is None:
        told = facts.items(request, facts.unsettled(request) if blocked else known)
    return AnsweredAbout(
        request_id=one.request_id,
        person_id=one.person_id,
        refusal=decision.refusal,
        blocked=blocked and decision.refusal is None,
        **told,
    )


class _Records:
    """The records of a batch. Few say anything else than others but of whom they are, so what they
    say is written once."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._said: dict[tuple[object, ...], AuditRecorded] = {}
        self.all: list[audit.OfPerson] = []

    def of_person(
        self, asked: _Asked, one: AskedAbout, decision: FactDecision, told: AnsweredAbout
    ) -> None:
        details = {"whose": one.whose.value, **facts.outcomes(told)}
        refusal = "blocked" if told.blocked else decision.refusal
        self._add(asked, one.person_id, decision.article, refusal, details)

    def of_household(
        self, asked: _Asked, decision: FactDecision, told: RegisteredHousehold
    ) -> None:
        """One record for the applicant, and none of whom the register names: of them nothing is
        told but who they are to the applicant."""
        details = {
            "register": "household",
            **{
                whose: found.outcome.value
                for whose, found in (("householder", told.householder), ("spouse", told.spouse))
                if found is not None
            },
        }
        self._add(asked, asked.request.applicant_id, decision.article, decision.refusal, details)

    def _add(
        self,
        asked: _Asked,
        person_id: UUID,
        article: str | None,
        refusal: str | None,
        details: Mapping[str, str],
    ) -> None:
        request = asked.request
        # Items by their identity: those of one event are one tuple, and there are twenty to hash.
        key = (asked.asker, request.purpose, id(request.items), article, refusal, *details.items())
        says = self._said.get(key)
        if says is None:
            says = telling.written(self._uow, asked.asker, request, article, refusal, details)
            self._said[key] = says
        self.all.append(audit.OfPerson(says, person_id, request.reference))
