"""What comes from the bus: resident changes from the vault, linkage requests from services."""

from collections.abc import Mapping, Sequence
from typing import Final

from contracts.events import (
    AuditOperation,
    AuditOutcome,
    LinkageAnswer,
    LinkageAnswered,
    LinkageItem,
    LinkageOutcome,
    LinkageRequested,
    ResidentTokenised,
)
from contracts.topics import LINKAGE_REQUESTS, RESIDENTS_TOKENISED, Topic
from services.chassis import audit
from services.chassis.received import Handler, Received, Rejected, Rejection
from services.chassis.unit_of_work import UnitOfWork
from services.identity.domain.folding import Folding
from services.identity.domain.numbers import NumberState
from services.identity.domain.purposes import Decision, PurposeTable
from services.identity.domain.register import REASONS
from services.identity.stores import linking, registering
from services.identity.stores.linking import Linkable

ANSWERS: Final[Mapping[str, type[LinkageAnswered]]] = {"jps_reporting": LinkageAnswered}
"""Each asker's own answer, on the asker's own reply topic. Who has none is told nothing."""


class Handlers:
    """The handlers, with the tables they go by."""

    def __init__(self, folding: Folding, purposes: PurposeTable) -> None:
        self._folding = folding
        self._purposes = purposes

    def by_topic(self) -> Mapping[Topic, Handler]:
        """One for each topic that identity consumes."""
        return {RESIDENTS_TOKENISED: self.on_residents, LINKAGE_REQUESTS: self.on_requests}

    async def on_residents(
        self, batch: Sequence[Received[ResidentTokenised]], uow: UnitOfWork
    ) -> None:
        """Keep what the register tells and tell the neighbours what they need of it."""
        register = await registering.open_register(
            uow.connection, [received.event for received in batch], self._folding
        )
        for index, received in enumerate(batch):
            register.take(index, received.key, received.event)
        if register.refused:
            raise Rejected(
                [Rejection(batch[i], why.value, REASONS[why]) for i, why in register.refused]
            )
        await registering.write(uow.connection, register, batch, uow.now)
        for index, event in register.events:
            uow.emit(event, key=str(event.person_id), cause=batch[index])

    async def on_requests(
        self, batch: Sequence[Received[LinkageRequested]], uow: UnitOfWork
    ) -> None:
        """Answer what the purpose table lists, refuse the rest, and record each of both (C11)."""
        decisions = [
            self._purposes.decide(
                received.source, received.event.purpose, received.event.items, uow.today
            )
            for received in batch
        ]
        asked_of = {
            received.event.person_id
            for received, decision in zip(batch, decisions, strict=True)
            if decision.refusal is None
        }
        persons = await linking.linkable(uow.connection, asked_of)
        for received, decision in zip(batch, decisions, strict=True):
            answer = _answer(received.event, decision, persons.get(received.event.person_id))
            _record(uow, received, decision, answer.outcome)
            if received.source in ANSWERS:
                uow.emit(answer, key=str(answer.person_id), cause=received)


def _answer(
    request: LinkageRequested, decision: Decision, person: Linkable | None
) -> LinkageAnswered:
    outcome, answer = LinkageOutcome.NO_RECORD, None
    if decision.refusal is not None:
        outcome = LinkageOutcome.REFUSED
    elif person is not None:
        outcome, answer = LinkageOutcome.ANSWERED, _items(request, person)
    return LinkageAnswered(
        request_id=request.request_id,
        person_id=request.person_id,
        reference=request.reference,
        outcome=outcome,
        refusal=decision.refusal,
        answer=answer,
    )


def _items(request: LinkageRequested, person: Linkable) -> LinkageAnswer:
    """The items asked for. A number that another person bore first is not handed out (C06)."""
    asked, record = set(request.items), person.record
    token = person.individual_number_token
    if person.number_state is NumberState.CONFLICT:
        token = None
    return LinkageAnswer(
        name=record.name if LinkageItem.NAME in asked else None,
        birth_date=record.birth_date if LinkageItem.BIRTH_DATE in asked else None,
        sex=record.sex if LinkageItem.SEX in asked else None,
        address=record.address if LinkageItem.ADDRESS in asked else None,
        individual_number_token=token if LinkageItem.INDIVIDUAL_NUMBER_TOKEN in asked else None,
    )


def _record(
    uow: UnitOfWork,
    received: Received[LinkageRequested],
    decision: Decision,
    outcome: LinkageOutcome,
) -> None:
    request = received.event
    details: dict[str, str | int | bool] = {
        "asker": received.source,
        "items": ",".join(sorted(request.items)),
        "outcome": outcome.value,
    }
    if decision.refusal is not None:
        details["refusal"] = decision.refusal
    audit.record(
        uow,
        AuditOperation.LINKAGE,
        person_id=request.person_id,
        outcome=AuditOutcome.REFUSED if decision.refusal else AuditOutcome.DONE,
        purpose=request.purpose.value,
        legal_basis=decision.article,
        reference=request.reference,
        details=details,
        cause=received,
    )
