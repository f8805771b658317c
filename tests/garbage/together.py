"""Good events of many people at once: here each is about one person, as the other samples are."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from contracts.events import (
    AnsweredAbout,
    AnsweredHousehold,
    AskedAbout,
    AskedHousehold,
    AuditAlike,
    AuditAlikeRecorded,
    AuditManyRecorded,
    AuditOfPerson,
    AuditOperation,
    AuditRecorded,
    AuditRecordOfMany,
    Event,
    ExemptionsManyHouseholdFactsAnswered,
    FactItem,
    FactPurpose,
    ManyHouseholdFactsRequested,
    RegisteredHousehold,
    Whose,
)
from contracts.events.feeds import Span

Sample = Callable[[Any, int, int, UUID], Event]


def samples(
    person: Callable[[int], UUID],
    question_asked: Callable[[Any, int], tuple[UUID, UUID]],
    reference: UUID,
    day: date,
) -> dict[type[Event], Sample]:
    """One sample for each type; ``question_asked``: (request, application) of a new question."""

    def asked(_house: Any, n: int, _version: int, _event_id: UUID) -> Event:
        about = AskedAbout(request_id=uuid4(), whose=Whose.APPLICANT, person_id=person(n))
        household = AskedHousehold(reference=reference, applicant_id=person(n), people=(about,))
        return ManyHouseholdFactsRequested(
            households=(household,), purpose=FactPurpose.EXEMPTION_REVIEW,
            items=(FactItem.TOTAL_INCOME, FactItem.PUBLIC_ASSISTANCE), levy_years=(2026,),
            span=Span(first=day, last=day), registered_on=day,
        )  # fmt: skip

    def told(house: Any, n: int, _version: int, _event_id: UUID) -> Event:
        request_id, application_id = question_asked(house, n)
        about = AnsweredAbout(request_id=request_id, person_id=person(n), refusal="purpose")
        household = AnsweredHousehold(
            reference=application_id, applicant_id=person(n), people=(about,),
            registered=RegisteredHousehold(refusal="purpose"),
        )  # fmt: skip
        return ExemptionsManyHouseholdFactsAnswered(registered_on=day, households=(household,))

    def recorded(_house: Any, n: int, _version: int, _event_id: UUID) -> Event:
        record = AuditRecorded(
            at=datetime.now(UTC), operation=AuditOperation.LINKAGE, person_id=person(n)
        )
        return AuditManyRecorded(records=(AuditRecordOfMany(record_id=uuid4(), record=record),))

    def alike(_house: Any, n: int, _version: int, _event_id: UUID) -> Event:
        record = AuditRecorded(at=datetime.now(UTC), operation=AuditOperation.LINKAGE)
        of = AuditOfPerson(record_id=uuid4(), person_id=person(n))
        return AuditAlikeRecorded(alike=(AuditAlike(record=record, of=(of,)),))

    return {
        ManyHouseholdFactsRequested: asked,
        ExemptionsManyHouseholdFactsAnswered: told,
        AuditManyRecorded: recorded,
        AuditAlikeRecorded: alike,
    }
