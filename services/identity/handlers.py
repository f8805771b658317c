"""What comes from the bus: resident changes from the vault, linkage requests from services."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from contracts.events import (
    BlockKind,
    FactsRequested,
    HouseholdFactsRequested,
    IncomeNotAwaited,
    LinkageAnswer,
    LinkageAnswered,
    LinkageItem,
    LinkageOutcome,
    LinkageRequested,
    ManyHouseholdFactsRequested,
    ResidentTokenised,
    SupportMeasureRecorded,
)
from contracts.events.feeds import FeedRecord
from contracts.topics import (
    INBOUND_HEALTH_INSURANCE,
    INBOUND_INCOME,
    INBOUND_LONG_TERM_CARE,
    INBOUND_SUPPORT_MEASURES,
    INBOUND_WELFARE,
    LINKAGE_REQUESTS,
    NUMBERS_QUESTIONS,
    QUALIFICATION_COLUMNS,
    RESIDENTS_TOKENISED,
    Topic,
)
from services.chassis.received import Handler, Received, Rejected, Rejection
from services.chassis.unit_of_work import UnitOfWork
from services.identity import household_telling, telling
from services.identity.domain.fact_purposes import FactPurposeTable
from services.identity.domain.folding import Folding
from services.identity.domain.measures import Rules
from services.identity.domain.purposes import Decision, PurposeTable
from services.identity.domain.register import REASONS
from services.identity.editing import stopped_of
from services.identity.measures_told import hide, on_measures
from services.identity.numbers_asked import on_numbers
from services.identity.outside_work import find_again
from services.identity.returning import on_columns
from services.identity.signalling import news, signal, signal_incomes
from services.identity.stores import (
    attaching,
    blocks_told,
    feeding,
    linking,
    registering,
    told_measures,
)
from services.identity.stores.feeding import Arrival
from services.identity.stores.linking import Linkable

ANSWERS: Final[Mapping[str, type[LinkageAnswered]]] = {"jps_reporting": LinkageAnswered}
"""Each asker's own answer, on the asker's own reply topic. Who has none is told nothing."""


class Handlers:
    """The handlers, with the tables they go by."""

    def __init__(
        self,
        folding: Folding,
        purposes: PurposeTable,
        fact_purposes: FactPurposeTable,
        measure_rules: Rules,
    ) -> None:
        self._folding = folding
        self._measure_rules = measure_rules
        self._purposes = purposes
        self._fact_purposes = fact_purposes

    def by_topic(self) -> Mapping[Topic, Handler]:
        """One for each topic that identity consumes."""
        return {
            RESIDENTS_TOKENISED: self.on_residents,
            INBOUND_INCOME: self.on_feed,
            INBOUND_WELFARE: self.on_feed,
            INBOUND_HEALTH_INSURANCE: self.on_feed,
            INBOUND_LONG_TERM_CARE: self.on_feed,
            INBOUND_SUPPORT_MEASURES: self.on_measures,
            LINKAGE_REQUESTS: self.on_requests,
            QUALIFICATION_COLUMNS: on_columns,
            NUMBERS_QUESTIONS: on_numbers,
        }

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
        await hide(uow, await told_measures.join(uow.connection, list(register.touched)))
        for stops in await blocks_told.of_households(
            uow.connection, [known.person_id for known in register.touched.values()]
        ):
            uow.emit(stops, key=str(stops.person_id))
        await attaching.look_again(uow.connection, register, uow.now)
        await find_again(uow, register, self._folding)
        for index, event in register.events:
            uow.emit(event, key=str(event.person_id), cause=batch[index])

    async def on_feed(self, batch: Sequence[Received[FeedRecord]], uow: UnitOfWork) -> None:
        """Keep what another system tells of people, each record a person's only after the four
        attributes were compared (C01)."""
        events = [received.event for received in batch]
        feeds = await feeding.open_feeds(uow.connection, events, self._folding)
        for index, event in enumerate(events):
            feeds.take(index, event)
        if feeds.refused:
            raise Rejected(
                [Rejection(batch[i], why.value, REASONS[why]) for i, why in feeds.refused]
            )
        arrivals = [Arrival(received.event_id, received.time) for received in batch]
        await feeding.write(uow.connection, feeds, arrivals, uow.now)
        await signal(uow, news(feeds), self._fact_purposes)
        await signal_incomes(uow, feeds, self._fact_purposes)

    async def on_measures(
        self, batch: Sequence[Received[SupportMeasureRecorded]], uow: UnitOfWork
    ) -> None:
        """Follow the support measures that the register keeps: what it tells of hides at once."""
        await on_measures(batch, uow, self._measure_rules)

    async def on_requests(self, batch: Sequence[Received[Any]], uow: UnitOfWork) -> None:
        """Answer what the purpose table lists, refuse the rest, and record each of both (C11)."""
        facts = [received for received in batch if isinstance(received.event, FactsRequested)]
        if facts:
            await telling.tell(facts, uow, self._fact_purposes)
        together = [
            received
            for received in batch
            if isinstance(received.event, HouseholdFactsRequested | ManyHouseholdFactsRequested)
        ]
        if together:
            await household_telling.tell(together, uow, self._fact_purposes)
        # After what is asked for in the same batch: an application asks before it ends.
        ended = [received for received in batch if isinstance(received.event, IncomeNotAwaited)]
        if ended:
            await telling.not_awaited(ended, uow)
        others = [received for received in batch if isinstance(received.event, LinkageRequested)]
        if others:
            await self._link(others, uow)

    async def _link(self, batch: Sequence[Received[LinkageRequested]], uow: UnitOfWork) -> None:
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
        # About these no document or report may leave.
        stopped = await stopped_of(uow, asked_of, BlockKind.ISSUE)
        for received, decision in zip(batch, decisions, strict=True):
            person_id = received.event.person_id
            refusal: str | None = decision.refusal
            answer = _answer(received.event, decision, persons.get(person_id))
            if refusal is None and person_id in stopped:
                # The contract's reasons are the purpose table's; ours is told to the record alone.
                refusal = "blocked"
                answer = answer.model_copy(
                    update={"outcome": LinkageOutcome.REFUSED, "answer": None}
                )
            told = {"outcome": answer.outcome.value}
            telling.record(uow, received, decision.article, refusal, told, person_id=person_id)
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
    """The items asked for."""
    asked, record = set(request.items), person.record
    token = person.individual_number_token
    return LinkageAnswer(
        name=record.name if LinkageItem.NAME in asked else None,
        birth_date=record.birth_date if LinkageItem.BIRTH_DATE in asked else None,
        sex=record.sex if LinkageItem.SEX in asked else None,
        address=record.address if LinkageItem.ADDRESS in asked else None,
        individual_number_token=token if LinkageItem.INDIVIDUAL_NUMBER_TOKEN in asked else None,
    )
