"""What comes from the bus: persons as identity knows them, and what became of report items."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from prometheus_client import Counter

from contracts.events import (
    AnyItemForwarded,
    DecisionTakenBack,
    Event,
    FactsTakenBack,
    ItemDecided,
    ItemForwarded,
    ItemOutcome,
    OwnedItemForwarded,
    PersonChanged,
    PersonTakenBack,
    PersonTold,
    QualificationFactsAnswered,
    ReportItemKind,
    ReportOwner,
    ReportProcessing,
)
from contracts.topics import (
    JPS_EVENTS,
    LINKAGE_REPLIES_QUALIFICATION,
    PERSONS_BLOCKS,
    PERSONS_EVENTS,
    PERSONS_FACTS,
    PERSONS_MERGES,
    PERSONS_SIGHT,
    UPSTREAM_HEALTH_INSURANCE,
    Topic,
)
from services.chassis import media, merges
from services.chassis.blocking import on_blocks
from services.chassis.hiding import on_sight
from services.chassis.ids import same_id
from services.chassis.received import Handler, Received, Rejected, Rejection
from services.chassis.unit_of_work import UnitOfWork
from services.qualification import missing_run
from services.qualification.conclusions import (
    CANNOT_CONCLUDE,
    Conclusion,
    conclude_one,
    draw,
    write,
)
from services.qualification.domain.city import records_begin
from services.qualification.domain.decisions import Decision
from services.qualification.domain.differences import Difference, corrected
from services.qualification.domain.facts import (
    Fact,
    RegisterStatement,
    health_insurance_told,
)
from services.qualification.domain.health_insurance import statement
from services.qualification.domain.parameters import Parameters
from services.qualification.shown import reported_label
from services.qualification.stores import (
    corrections,
    differences,
    missing,
    notice_outcomes,
    persons,
    reports,
    runs,
)
from services.qualification.stores.persons import Known, NewFact
from services.qualification.told_by_jps import take_back, take_numbers, take_records

OURS: Final = frozenset(
    {
        ReportItemKind.ACQUISITION,
        ReportItemKind.LOSS,
        ReportItemKind.CATEGORY_CHANGE,
        ReportItemKind.DEATH,
    }
)
"""The kinds of report items that come from here, of those that are told without their owner."""

Batch = Sequence[Received[PersonChanged]]


class Handlers:
    """The handlers, with the parameters they go by and the counter of what they leave aside."""

    def __init__(self, parameters: Parameters, first_load: date | None, outdated: Counter) -> None:
        """``first_load``: see ``Settings.records_begin``."""
        self._parameters = parameters
        self._first_load = first_load
        self._outdated = outdated

    def by_topic(self) -> Mapping[Topic, Handler]:
        """One for each topic that qualification consumes."""
        return {
            PERSONS_EVENTS: self.on_persons,
            PERSONS_BLOCKS: on_blocks,
            PERSONS_FACTS: on_facts_taken_back,
            PERSONS_SIGHT: on_sight,
            PERSONS_MERGES: self.on_merges,
            JPS_EVENTS: self.on_jps,
            LINKAGE_REPLIES_QUALIFICATION: self.on_health_insurance,
        }

    async def on_persons(self, batch: Batch, uow: UnitOfWork) -> None:
        """Keep what is told as facts, and conclude anew for everybody it is about.

        State-carrying events: an older version than the one known changes nothing.
        """
        by_person: dict[UUID, list[Received[PersonChanged]]] = {}
        for received in batch:
            by_person.setdefault(same_id(received.event.person_id), []).append(received)
        await merges.undisturbed(uow.connection)
        same = await merges.same_person(uow.connection, by_person)
        known = await persons.lock(uow.connection, {*by_person}.union(*same.values()))
        added = self._new_facts(by_person, known, uow)
        self._outdated.inc(len(batch) - sum(map(len, added.values())))
        groups = {same.get(person_id, (person_id,)): person_id for person_id in added}
        unheard = added.keys() - known.keys()
        facts = await persons.facts_of(
            uow.connection, [p for ids in groups for p in ids if p not in unheard]
        )
        for person_id, new in added.items():
            version, before = new[-1].ordinal, known.get(person_id)
            known[person_id] = replace(before, person_version=version) if before else Known(version)
            facts[person_id] = [*facts.get(person_id, ()), *(n.fact for n in new)]
        day = await runs.business_day(uow.connection, uow.today)
        concluded: list[Conclusion] = []
        refused: list[Rejection] = []
        for ids, told_of in groups.items():
            try:
                concluded.append(conclude_one(ids, known, facts, self._parameters, day))
            except CANNOT_CONCLUDE as error:
                reason = f"no rule covers the dates of this person ({type(error).__name__})"
                refused.append(Rejection(by_person[told_of][0], "QU-1001", reason))
        if refused:
            raise Rejected(refused)
        await persons.add_facts(uow.connection, [new for group in added.values() for new in group])
        causes = {ids[0]: by_person[told_of][-1] for ids, told_of in groups.items()}
        await write(uow, concluded, causes, unheard)

    async def on_merges(self, batch: Sequence[Received[Any]], uow: UnitOfWork) -> None:
        """Follow who answers for whom: one timeline from the facts of all, or each its own again.

        What no rule covers together is left as it was told last: staff have to look at the merge.
        """
        concerned = await merges.follow(batch, uow)
        if concerned:
            day = await runs.business_day(uow.connection, uow.today)
            await draw(uow, concerned, self._parameters, day)
            await missing_run.work_out(uow, sorted(concerned), self._parameters, day)

    def _new_facts(
        self,
        by_person: Mapping[UUID, Batch],
        known: Mapping[UUID, Known],
        uow: UnitOfWork,
    ) -> dict[UUID, list[NewFact]]:
        """The events that say something new, as facts; persons without any are left out."""
        added: dict[UUID, list[NewFact]] = {}
        for person_id, told in by_person.items():
            before = known.get(person_id)
            version = before.person_version if before else 0
            new: list[NewFact] = []
            for received in told:
                event = received.event
                if event.person_version <= version:
                    continue
                begin = None
                if version == 0:
                    begin = records_begin(event.change, self._first_load or uow.today)
                version = event.person_version
                statement = RegisterStatement.of(event, begin)
                new.append(NewFact(person_id, version, Fact(uow.now, statement)))
            if new:
                added[person_id] = new
        return added

    async def on_health_insurance(
        self, batch: Sequence[Received[QualificationFactsAnswered]], uow: UnitOfWork
    ) -> None:
        """Keep when somebody joined 国民健康保険 as identity answered, where it says something new.

        What follows from it is seen in the nightly run (`missing_run`).
        """
        told = {
            received.event.person_id: said
            for received in batch
            if (said := statement(received.event, uow.today)) is not None
        }
        await merges.undisturbed(uow.connection)
        known = await persons.lock(uow.connection, told)
        facts = await persons.facts_of(uow.connection, list(known))
        day = await runs.business_day(uow.connection, uow.today)
        added = []
        for person_id in known:
            answered = health_insurance_told(facts.get(person_id, ()))
            if answered and told[person_id].says_the_same(answered[-1]):
                continue
            new = Fact(uow.now, told[person_id])
            added.append(NewFact(person_id, 1 + len(answered), new))
        await persons.add_facts(uow.connection, added)
        await draw(uow, [new.person_id for new in added], self._parameters, day)

    async def on_jps(self, batch: Sequence[Received[Any]], uow: UnitOfWork) -> None:
        """Note which of our items were sent, and when, what JPS decided on them, and what its
        records tell of persons.

        In this order: what lies in one batch about an item was told in it.
        """
        sent = [r for r in batch if _is_ours(r.event)]
        decided = [
            r
            for r in batch
            if isinstance(r.event, ItemDecided) and r.event.owner is ReportOwner.QUALIFICATION
        ]
        await merges.undisturbed(uow.connection)
        if serials := media.serials(batch, ReportOwner.QUALIFICATION):
            await notice_outcomes.keep_on_media(uow.connection, serials)
        if sent:
            await _forwarded(sent, uow)
        if decided:
            await _decided(decided, uow)
            await take_numbers(self._parameters, decided, uow)
        await _corrected(batch, uow)
        told = [r for r in batch if isinstance(r.event, PersonTold)]
        if told:
            await take_records(self._parameters, told, uow)
        await self._taken_back(batch, uow)

    async def _taken_back(self, batch: Sequence[Received[Any]], uow: UnitOfWork) -> None:
        """What was another's counts no more. Last: what lies in one batch was told before it."""
        records = [r for r in batch if isinstance(r.event, PersonTakenBack)]
        decided = [
            r
            for r in batch
            if isinstance(r.event, DecisionTakenBack) and r.event.owner is ReportOwner.QUALIFICATION
        ]
        if decided:
            await _undecided(decided, uow)
        if records or decided:
            await take_back(self._parameters, records, decided, uow)


async def on_facts_taken_back(batch: Sequence[Received[FactsTakenBack]], uow: UnitOfWork) -> None:
    """Ask again of those whose 国民健康保険 was another's: the next nightly run does."""
    concerned = sorted(
        {r.event.person_id for r in batch if r.event.system == UPSTREAM_HEALTH_INSURANCE}
    )
    if concerned:
        day = await runs.business_day(uow.connection, uow.today)
        await missing.ask_again(uow.connection, concerned, day)


def _is_ours(event: Event) -> bool:
    if isinstance(event, OwnedItemForwarded):
        return event.owner is ReportOwner.QUALIFICATION
    return isinstance(event, ItemForwarded) and event.kind in OURS


async def _forwarded(sent: Sequence[Received[AnyItemForwarded]], uow: UnitOfWork) -> None:
    strange = await reports.forward(uow.connection, [r.event for r in sent], uow.now)
    if strange:
        reason = "no item of this id was reported of this person"
        raise Rejected(
            [Rejection(r, "QU-1002", reason) for r in sent if r.event.item_id in strange]
        )
    await notice_outcomes.forward(uow.connection, [r.event.item_id for r in sent], uow.now)


async def _corrected(batch: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    sent = await corrections.KEPT.take(batch, uow, corrections.sent, "QU-1005")
    again = [
        (event.item_id, event.forwarded_on)
        for event in sent
        if event.processing is ReportProcessing.REPORT
    ]
    if again:
        await notice_outcomes.forward_again(uow.connection, again, uow.now)


async def _decided(decided: Sequence[Received[ItemDecided]], uow: UnitOfWork) -> None:
    strange = await reports.decide(uow.connection, [r.event for r in decided], uow.now)
    if strange:
        reason = "no item of this id was sent of this person"
        raise Rejected(
            [Rejection(r, "QU-1003", reason) for r in decided if r.event.item_id in strange]
        )
    await notice_outcomes.decide(uow.connection, [r.event.item_id for r in decided], uow.now)
    changed = [r.event for r in decided if r.event.outcome is ItemOutcome.CORRECTED]
    occurred = await reports.occurred(uow.connection, [event.item_id for event in changed])
    found: dict[UUID, list[Difference]] = {}
    for event in changed:
        kind, day = occurred[event.item_id]
        difference = corrected(Decision.of(event, uow.now), reported_label(kind), day)
        found.setdefault(event.person_id, []).append(difference)
    await differences.add(uow.connection, found, uow.now)


async def _undecided(gone: Sequence[Received[DecisionTakenBack]], uow: UnitOfWork) -> None:
    of_items = [r.event for r in gone if r.event.correction_id is None]
    of_corrections = [r.event for r in gone if r.event.correction_id is not None]
    found, strange = await reports.take_back(uow.connection, of_items, uow.now)
    if of_corrections and not strange:
        strange = await corrections.KEPT.take_back(uow.connection, of_corrections, uow.now)
    if strange:
        reason = "this was never told of this person"
        refused = [r for r in gone if r.event.decision_id in strange]
        raise Rejected([Rejection(r, "QU-1006", reason) for r in refused])
    await notice_outcomes.decide(uow.connection, [event.item_id for event in of_items], uow.now)
    occurred = await reports.occurred(uow.connection, [event.item_id for event in of_items])
    differed = [
        corrected(decision, reported_label(kind), day).id_of(person_id)
        for person_id, decision in found.values()
        if decision.outcome is ItemOutcome.CORRECTED
        for kind, day in (occurred[decision.item_id],)
    ]
    await differences.no_more(uow.connection, differed, uow.now)
