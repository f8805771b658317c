"""Answers to services that ask for facts of the integrated database (C11): what the purpose table
lists, to who asked, about whom it lists, and each answer and refusal recorded."""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from contracts.events import (
    AuditOperation,
    AuditOutcome,
    AuditRecorded,
    BlockKind,
    ClaimsFactsAnswered,
    ExemptionsFactsAnswered,
    FactsAnswered,
    FactsRequested,
    IncomeNotAwaited,
    QualificationFactsAnswered,
    Whose,
)
from services.chassis import audit
from services.chassis.received import Received
from services.chassis.unit_of_work import UnitOfWork
from services.identity.domain import facts
from services.identity.domain.fact_purposes import FactDecision, FactPurposeTable
from services.identity.editing import stopped_of
from services.identity.stores import awaiting
from services.identity.stores import facts as store

ANSWERS: Final[Mapping[str, type[FactsAnswered]]] = {
    "exemptions": ExemptionsFactsAnswered,
    "claims": ClaimsFactsAnswered,
    "qualification": QualificationFactsAnswered,
}
"""Each asker's own answer, on the asker's own reply topic. Who has none is told nothing."""
WAITING: Final = frozenset({"exemptions"})
"""Who is told that income which it asked for in vain has come (`signalling`)."""


async def tell(
    batch: Sequence[Received[FactsRequested]], uow: UnitOfWork, purposes: FactPurposeTable
) -> None:
    """Answer a batch of requests, each all or nothing."""
    decisions = await _decide(batch, uow, purposes)
    granted = [
        (received.source, received.event, received.event.person_id)
        for received, decision in zip(batch, decisions, strict=True)
        if decision.refusal is None
    ]
    blocked = await stopped_of(uow, {person_id for _, _, person_id in granted}, BlockKind.INQUIRY)
    known = await known_of(uow, granted, blocked)
    for received, decision in zip(batch, decisions, strict=True):
        request = received.event
        kind = ANSWERS.get(received.source, FactsAnswered)
        if decision.refusal is None and request.person_id in blocked:
            told = facts.withheld(kind, request)
        elif decision.refusal is None:
            told = facts.answer(kind, request, known.get(request.person_id, facts.NOTHING))
        else:
            told = facts.refusal(kind, request, decision.refusal)
        _record(uow, received, decision, told)
        if received.source in ANSWERS:
            uow.emit(told, key=str(request.person_id), cause=received)


async def known_of(
    uow: UnitOfWork,
    asked: Sequence[tuple[str, facts.Asking, UUID]],
    blocked: Collection[UUID],
) -> dict[UUID, facts.Known]:
    """What is known of persons, each with who asks and what is asked; who is not in it, of whom
    nothing is.

    Income that exemptions asks for and that there is none of is awaited from here on: looked for
    once more after that was noted, so that what comes meanwhile is told now or signalled then.
    Nobody is told when that of somebody whom 照会抑止 protects comes.
    """
    subjects = {subject for _, request, _ in asked for subject in facts.subjects(request)}
    known = await store.known(uow.connection, {person_id for _, _, person_id in asked}, subjects)
    awaited = {
        (year, person_id)
        for asker, request, person_id in asked
        if asker in WAITING and request.levy_years and person_id not in blocked
        for year in facts.awaited(request, known.get(person_id, facts.NOTHING))
    }
    if awaited:
        oldest = facts.oldest_awaited(uow.today)
        await awaiting.note(uow.connection, awaited, uow.now, oldest)
        people = {person_id for _, person_id in awaited}
        known |= await store.known(uow.connection, people, subjects)
    return known


async def not_awaited(batch: Sequence[Received[IncomeNotAwaited]], uow: UnitOfWork) -> None:
    """Forget of whom and of which year income is awaited no more; how many is recorded. By whose
    word nothing is awaited, has none to take back."""
    told = {(r.event.levy_year, r.event.person_id) for r in batch if r.source in WAITING}
    if told and (gone := await awaiting.no_more(uow.connection, told)):
        audit.record(
            uow,
            AuditOperation.BATCH_JOB,
            count=len(gone),
            details={"job": "income_not_awaited"},
        )


async def _decide(
    batch: Sequence[Received[FactsRequested]], uow: UnitOfWork, purposes: FactPurposeTable
) -> list[FactDecision]:
    """By the table; and the householder has to be the applicant's, which the register tells.
    Spouses may live apart, or be none on paper (内縁): the application's word stands."""
    decisions = [purposes.decide(r.source, r.event, uow.today) for r in batch]
    pairs: dict[tuple[UUID, UUID], None] = {}
    for received, decision in zip(batch, decisions, strict=True):
        if decision.refusal is None and received.event.whose is Whose.HOUSEHOLDER:
            pairs[received.event.applicant_id, received.event.person_id] = None
    related = await store.householders(uow.connection, list(pairs))
    return [
        FactDecision(refusal="relation")
        if (pair := (received.event.applicant_id, received.event.person_id)) in pairs
        and received.event.whose is Whose.HOUSEHOLDER
        and decision.refusal is None
        and pair not in related
        else decision
        for received, decision in zip(batch, decisions, strict=True)
    ]


def _record(
    uow: UnitOfWork,
    received: Received[FactsRequested],
    decision: FactDecision,
    told: FactsAnswered,
) -> None:
    details = {"whose": received.event.whose.value, **facts.outcomes(told)}
    refusal = "blocked" if told.blocked else decision.refusal
    record(
        uow, received, decision.article, refusal, details,
        person_id=received.event.person_id,
    )  # fmt: skip


def record(
    uow: UnitOfWork,
    received: Received[Any],
    article: str | None,
    refusal: str | None,
    details: Mapping[str, str | int | bool],
    *,
    person_id: UUID,
) -> None:
    """Record one request of any kind, answered or refused: who asked what of whom, for what
    (C11)."""
    says = written(uow, received.source, received.event, article, refusal, details)
    which = {"person_id": person_id, "reference": received.event.reference}
    uow.emit(says.model_copy(update=which), key=str(person_id), cause=received)


def written(
    uow: UnitOfWork,
    asker: str,
    request: Any,
    article: str | None,
    refusal: str | None,
    details: Mapping[str, str | int | bool],
) -> AuditRecorded:
    """What the record of one request says, as `record` keeps it: without its person and
    reference."""
    refused = {} if refusal is None else {"refusal": refusal}
    return audit.written(
        uow,
        AuditOperation.LINKAGE,
        outcome=AuditOutcome.DONE if refusal is None else AuditOutcome.REFUSED,
        purpose=request.purpose.value,
        legal_basis=article,
        details={
            "asker": asker,
            "items": _listed(request.items),
            **details,
            **refused,
        },
    )


@lru_cache(maxsize=256)
def _listed(items: tuple[str, ...]) -> str:
    return ",".join(sorted(items))
