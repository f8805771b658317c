"""Drawing conclusions for persons of one transaction: facts in, persons and events written.

The same for an event of the register, a settled notice and the nightly run: whatever brought it
about, a timeline is computed from all facts, and what follows is the difference to what was told.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from contracts.events import (
    PensionColumns,
    PensionColumnsChanged,
    QualificationChanged,
    QualificationReportStands,
)
from contracts.values import unchecked, value
from services.chassis import merges
from services.chassis.received import Received
from services.chassis.unit_of_work import UnitOfWork
from services.qualification.domain.differences import Difference, differences, told_by_jps
from services.qualification.domain.facts import (
    Fact,
    PensionNumberStatement,
    RegisterStatement,
    standing,
)
from services.qualification.domain.missing import Call, ask_again, asks_since, planned
from services.qualification.domain.numbers import PensionNumbers, pension_numbers
from services.qualification.domain.one_person import facts_together
from services.qualification.domain.parameters import NoValue, Parameters
from services.qualification.domain.pension_columns import NOTHING, pension_columns
from services.qualification.domain.publication import changed, reportable
from services.qualification.domain.timeline import AsOf, Plan, Timeline, plan
from services.qualification.domain.transitions import (
    Happening,
    Transition,
    happening,
    item_id,
)
from services.qualification.stores import differences as found
from services.qualification.stores import persons
from services.qualification.stores.persons import Item, Known

_columns_changed: Final = unchecked(PensionColumnsChanged)

_NO_VOLUNTARY: Final = b',"voluntary":[]}'

CANNOT_CONCLUDE = (NoValue, OverflowError, ValueError)
"""What the rules raise on facts of one person that no calendar or parameter covers."""


@value
class Conclusion:
    """What follows from one person's facts by a day."""

    person_id: UUID
    known: Known
    """What is to be kept now."""
    changed: QualificationChanged | None
    """To be told, where it differs from what was told last."""
    changed_body: bytes | None
    """The same as it is written."""
    transitions: tuple[Transition, ...]
    number: str | None
    former: Mapping[UUID, Known] = field(default_factory=dict)
    """Ids that this person answers for, with what is to be kept of each."""
    owners: Mapping[Happening, UUID] = field(default_factory=dict)
    """Whose record a transition follows from, where it is a former id's."""
    numbers: PensionNumbers | None = None
    """All that is told of numbers; None: nothing ever was."""
    differences: tuple[Difference, ...] | None = None
    """Where JPS's record and ours do not agree; None: JPS told nothing."""
    columns: PensionColumnsChanged | None = None
    """年金資格 for the resident register, where it differs from what it was told last."""

    @property
    def ids(self) -> tuple[UUID, ...]:
        """All ids of the person."""
        return (self.person_id, *self.former)

    def owner(self, transition: Transition) -> UUID:
        """The id under which a transition is reported."""
        return self.owners.get(happening(transition), self.person_id)

    def items(self) -> list[Item]:
        """The transitions, each with the ids that it is reported under."""
        owned = ((self.owner(transition), transition) for transition in self.transitions)
        return [Item(item_id(owner, t), owner, t) for owner, t in owned]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How much came of it."""

    changed: int = 0
    reported: int = 0


def conclude(
    person_id: UUID,
    known: Known,
    facts: Sequence[Fact],
    parameters: Parameters,
    day: date,
    formers: Sequence[UUID] = (),
) -> Conclusion:
    """What follows from a person's facts by ``day``, and whether others have to be told.

    Of somebody of whom nothing was ever known there is nothing to tell. ``formers``: for whom the
    person answers, too. Raises `CANNOT_CONCLUDE`.
    """
    every, facts = facts, standing(facts)
    whole = plan(facts, parameters)
    line = whole.until(AsOf(day))
    # Of most nothing is told beside the register: they pay for no look at what else there could be.
    more = any(type(fact.content) is not RegisterStatement for fact in every)
    numbers = _numbers(every) if more else None
    number = numbers.current if numbers else None
    calls = planned(facts, whole, parameters)
    ask_on = asks_since(whole, day)
    if ask_on is not None and known.asked_on is not None:
        ask_on = ask_again(known.asked_on, parameters)
    columns, columns_digest = _columns(person_id, pension_columns(line, number), known, formers)
    event, body, timeline_digest = _changed(person_id, line, known, number)
    return Conclusion(
        person_id,
        Known(
            person_version=known.person_version,
            timeline_version=event.timeline_version if event else known.timeline_version,
            timeline_digest=timeline_digest,
            next_due=whole.next_after(day),
            list_due=_list_due(whole, calls, known),
            listed=known.listed,
            ask_on=ask_on,
            asked_on=known.asked_on,
            columns_version=columns.columns_version if columns else known.columns_version,
            columns_digest=columns_digest,
        ),
        event,
        body,
        tuple(t for t in line.transitions if t.is_reportable),
        number,
        numbers=numbers,
        differences=_differences(every, parameters, day) if more else None,
        columns=columns,
    )


def _changed(
    person_id: UUID, line: Timeline, known: Known, number: str | None
) -> tuple[QualificationChanged | None, bytes | None, bytes | None]:
    """What the neighbours are to be told, how it is written, and the digest to keep; None: nothing
    new."""
    if known.timeline_version == 0 and not line.periods and number is None:
        return None, None, known.timeline_digest
    event = changed(person_id, line, known.timeline_version + 1, number_known=number is not None)
    body = event.__pydantic_serializer__.to_json(event)
    digest = hashlib.blake2b(said_of(event, body), digest_size=16).digest()
    return (None, None, digest) if digest == known.timeline_digest else (event, body, digest)


def said_of(event: QualificationChanged, body: bytes) -> bytes:
    """What an event says, whichever version it is: its body but for that. Whoever was told of
    before there was insurance by choice is not told again for having none."""
    said = body.replace(b'"timeline_version":%d,' % event.timeline_version, b"", 1)
    return said if event.voluntary else said.removesuffix(_NO_VOLUNTARY) + b"}"


def _numbers(facts: Sequence[Fact]) -> PensionNumbers | None:
    told = any(isinstance(fact.content, PensionNumberStatement) for fact in facts)
    return pension_numbers(facts) if told else None


def _differences(
    facts: Sequence[Fact], parameters: Parameters, day: date
) -> tuple[Difference, ...] | None:
    told = any(
        told_by_jps(fact.content) or isinstance(fact.content, PensionNumberStatement)
        for fact in facts
    )
    return differences(facts, parameters, day) if told else None


def _columns(
    person_id: UUID, columns: PensionColumns, known: Known, formers: Sequence[UUID]
) -> tuple[PensionColumnsChanged | None, bytes | None]:
    """What the register is to be told, and the digest to keep; None: nothing new, or nothing at
    all so far.

    Whoever begins or ends to answer for another is told of anew: the register's records that are
    theirs have changed.
    """
    if known.columns_version == 0 and columns == NOTHING and not formers:
        return None, known.columns_digest
    digest = _digest(columns.model_dump_json() + "".join(f"/{former}" for former in formers))
    if digest == known.columns_digest:
        return None, digest
    version = known.columns_version + 1
    event = _columns_changed(person_id=person_id, columns_version=version, columns=columns)
    return event, digest


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def _list_due(whole: Plan, calls: Sequence[Call], known: Known) -> date | None:
    """From which day on the work list of missing notices has to be looked at.

    Follows from the facts and from what is listed alone, so that it does not matter in which
    batches the facts came.
    """
    if calls:
        return calls[0].shown_from
    return whole.said[-1].reported_on if known.listed else None


def conclude_one(
    ids: Sequence[UUID],
    known: Mapping[UUID, Known],
    facts: Mapping[UUID, Sequence[Fact]],
    parameters: Parameters,
    day: date,
) -> Conclusion:
    """The same of a person with several ids, the surviving one first: one timeline from all facts.

    Nothing happens by itself under a former id. Of a transition that follows from one of the
    former ids' own facts, and not from the surviving one's, it is that id's to be reported: so it
    remains when the merge is undone. Raises `CANNOT_CONCLUDE`.
    """
    surviving, *formers = ids
    own = known.get(surviving, Known(0))
    if not formers:
        return conclude(surviving, own, facts.get(surviving, ()), parameters, day)
    whole = conclude(surviving, own, facts_together(facts, ids), parameters, day, formers)
    owners: dict[Happening, UUID] = {}
    for person_id in ids:
        alone = plan(facts.get(person_id, ()), parameters).until(AsOf(day))
        for transition in alone.transitions:
            # What is nobody's to report alone, would stand for nobody when they are separated.
            if transition.is_reportable:
                owners.setdefault(happening(transition), person_id)
    former = {p: _answered_for(known[p]) for p in formers if p in known}
    return replace(whole, former=former, owners=owners)


def _answered_for(former: Known) -> Known:
    """What to keep of an id while another answers for it. What the register is told of its records
    is the other's: where it is its own again, its own is told."""
    return replace(
        former,
        next_due=None,
        list_due=None,
        ask_on=None,
        columns_version=max(1, former.columns_version),
        columns_digest=_digest("answered for by another"),
    )


async def conclusion_of(
    uow: UnitOfWork, person_id: UUID, parameters: Parameters, day: date
) -> Conclusion:
    """What follows for the person with this id, whoever answers for it, from what is kept.

    `merges.undisturbed` has to hold. Raises `CANNOT_CONCLUDE`.
    """
    same = await merges.same_person(uow.connection, [person_id])
    ids = same.get(person_id, (person_id,))
    known = await persons.lock(uow.connection, ids)
    facts = await persons.facts_of(uow.connection, ids)
    return conclude_one(ids, known, facts, parameters, day)


async def draw(
    uow: UnitOfWork,
    concerned: Iterable[UUID],
    parameters: Parameters,
    day: date,
    causes: Mapping[UUID, Received[Any]] | None = None,
) -> tuple[Outcome, set[UUID]]:
    """Conclude anew for the persons of these ids, whoever answers for them, from what is kept;
    and the ids of those whose facts no rule covers: they are left as they are.

    `merges.undisturbed` (or `merges.follow`) has to hold.
    """
    ids = set(concerned)
    same = await merges.same_person(uow.connection, ids)
    every = ids.union(*same.values())
    known = await persons.lock(uow.connection, every)
    facts = await persons.facts_of(uow.connection, sorted(known))
    concluded: list[Conclusion] = []
    failed: set[UUID] = set()
    for group in dict.fromkeys(same.get(person_id, (person_id,)) for person_id in sorted(ids)):
        if known.keys().isdisjoint(group):
            continue  # nothing was heard of them yet
        try:
            concluded.append(conclude_one(group, known, facts, parameters, day))
        except CANNOT_CONCLUDE:
            failed |= ids.intersection(group)
    return await write(uow, concluded, causes), failed


async def write(
    uow: UnitOfWork,
    concluded: Sequence[Conclusion],
    causes: Mapping[UUID, Received[Any]] | None = None,
    unheard: Collection[UUID] = (),
) -> Outcome:
    """Keep conclusions and tell the neighbours what is new in them. ``unheard``: ids of which
    nothing was known before."""
    causes = causes or {}
    await persons.write(
        uow.connection,
        {p: k for c in concluded for p, k in {**c.former, c.person_id: c.known}.items()},
        unheard,
    )
    await found.sync_numbers(
        uow.connection, {c.person_id: c.numbers for c in concluded if c.numbers is not None}
    )
    await found.sync(
        uow.connection,
        {
            person_id: c.differences if person_id == c.person_id else ()
            for c in concluded
            if c.differences is not None
            for person_id in c.ids
        },
        uow.now,
    )
    for conclusion in concluded:
        if conclusion.columns is not None:
            person_id = conclusion.person_id
            cause = causes.get(person_id)
            uow.emit(conclusion.columns, key=str(person_id), cause=cause)
    # Who was never told of has no transitions, and can have had none.
    told = [c for c in concluded if c.known.timeline_version > 0]
    items = {c.ids: c.items() for c in told}
    new, standing_otherwise = await persons.add_transitions(uow.connection, items, uow.now, unheard)
    for report in standing_otherwise:
        uow.emit(
            QualificationReportStands(
                item_id=report.item_id,
                person_id=report.person_id,
                stands=report.stands,
                since=uow.today,
            ),
            key=str(report.person_id),
            cause=causes.get(report.person_id),
        )
    changes = 0
    for conclusion in told:
        person_id, cause = conclusion.person_id, causes.get(conclusion.person_id)
        if conclusion.changed is not None:
            uow.emit(
                conclusion.changed, key=str(person_id), cause=cause, body=conclusion.changed_body
            )
            changes += 1
        for item in items[conclusion.ids] if new else ():
            if item.item_id in new:
                event = reportable(item.item_id, item.owner, item.transition, conclusion.number)
                uow.emit(event, key=str(item.owner), cause=cause)
    return Outcome(changes, len(new))
