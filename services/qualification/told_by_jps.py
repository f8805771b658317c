"""What JPS's records tell of persons, and the numbers it assigned: facts like others."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from contracts.events import (
    DecisionTakenBack,
    ItemDecided,
    NumberStanding,
    PersonTakenBack,
    PersonTold,
)
from services.chassis.received import Received, Rejected, Rejection
from services.chassis.unit_of_work import UnitOfWork
from services.qualification.conclusions import draw
from services.qualification.domain.facts import (
    Content,
    Fact,
    PensionNumberStatement,
    encode,
    standing,
)
from services.qualification.domain.parameters import Parameters
from services.qualification.domain.told import (
    JpsStatement,
    JpsStay,
    NotTheirsStatement,
    OldAgeBenefit,
    OldAgeStatement,
    VoluntaryEvent,
    VoluntaryStatement,
)
from services.qualification.stores import differences, persons, runs
from services.qualification.stores.persons import NewFact

_UNKNOWN: Final = "identity has not told of this person"


def contents(event: PersonTold | PersonTakenBack) -> list[Content]:
    """The facts that a record tells. Raises ``ValueError`` where they cannot be."""
    said: list[Content] = []
    if event.stays is not None:
        stays = tuple(JpsStay(s.category, s.began, s.ended) for s in event.stays)
        said.append(JpsStatement(event.as_of, stays, event.complete_since, event.credited_months))
    for right in event.rights:
        benefit = OldAgeBenefit(right.right.value)
        said.append(OldAgeStatement(benefit, right.entitled_on, right.ended_on, event.as_of))
    if event.no_right:
        said.append(OldAgeStatement(OldAgeBenefit.BASIC, None, None, event.as_of))
    for arrears in event.arrears:
        kind = VoluntaryEvent(arrears.event.value)
        said.append(VoluntaryStatement(kind, arrears.on, event.as_of))
    said += [
        PensionNumberStatement(n.basic_pension_number, None, event.as_of, n.standing)
        for n in event.numbers
    ]
    return said


async def take_records(
    parameters: Parameters, told: Sequence[Received[PersonTold]], uow: UnitOfWork
) -> None:
    """Keep what JPS's records say, and conclude anew for everybody they are about.

    Raises ``Rejected``: QU-1001 where no rule covers it, QU-1004 for somebody whom identity has
    not told of.
    """
    known = await persons.lock(uow.connection, [r.event.person_id for r in told])
    if strange := [r for r in told if r.event.person_id not in known]:
        raise Rejected([Rejection(r, "QU-1004", _UNKNOWN) for r in strange])
    new = await differences.take_in(uow.connection, [r.event for r in told], uow.now)
    facts: list[tuple[Received[PersonTold], list[Content]]] = []
    refused: list[Rejection] = []
    for received in told:
        if received.event.told_id not in new:
            continue
        new.discard(received.event.told_id)
        try:
            facts.append((received, contents(received.event)))
        except ValueError:
            refused.append(Rejection(received, "QU-1001", "its dates contradict each other"))
    if refused:
        raise Rejected(refused)
    await _add(parameters, facts, uow)


async def take_numbers(
    parameters: Parameters, decided: Sequence[Received[ItemDecided]], uow: UnitOfWork
) -> None:
    """Keep the numbers that JPS assigned in handling items (付番)."""
    facts: list[tuple[Received[ItemDecided], list[Content]]] = []
    for received in decided:
        event = received.event
        if event.assigned_number is not None:
            said = PensionNumberStatement(
                event.assigned_number, None, event.decided_on, NumberStanding.ASSIGNED
            )
            facts.append((received, [said]))
    await _add(parameters, facts, uow)


async def take_back(
    parameters: Parameters,
    records: Sequence[Received[PersonTakenBack]],
    decided: Sequence[Received[DecisionTakenBack]],
    uow: UnitOfWork,
) -> None:
    """Let what JPS told of others count no more, and conclude anew for whom it was taken for.

    Raises ``Rejected`` (QU-1006) for a record that was never told of that person.
    """
    counted, strange = await differences.take_back(
        uow.connection, [r.event for r in records], uow.now
    )
    if strange:
        reason = "this was never told of this person"
        gone = [r for r in records if r.event.told_id in strange]
        raise Rejected([Rejection(r, "QU-1006", reason) for r in gone])
    facts: list[tuple[Received[Any], list[Content]]] = [
        (received, _not_theirs(contents(received.event), uow.today))
        for received in records
        if received.event.told_id in counted
    ]
    for received in decided:
        number = received.event.assigned_number
        if number is not None:
            said = PensionNumberStatement(
                number, None, received.event.decided_on, NumberStanding.ASSIGNED
            )
            facts.append((received, _not_theirs([said], uow.today)))
    await persons.lock(uow.connection, [received.event.person_id for received, _ in facts])
    await _add(parameters, facts, uow)


def _not_theirs(said: Sequence[Content], on: date) -> list[Content]:
    return [NotTheirsStatement(*encode(content), on) for content in said]


def _after_others(held: Sequence[Fact], content: Content, now: datetime) -> datetime:
    """When to record it: what was another's up to this very moment, and is told anew, counts."""
    said = encode(content)
    others = [
        fact.recorded_at
        for fact in held
        if isinstance(fact.content, NotTheirsStatement)
        and (fact.content.kind, fact.content.body) == said
    ]
    return max([now, *(at + timedelta(microseconds=1) for at in others)])


async def _add(
    parameters: Parameters,
    told: Sequence[tuple[Received[Any], list[Content]]],
    uow: UnitOfWork,
) -> None:
    if not told:
        return
    about = list({received.event.person_id for received, _ in told})
    await persons.lock(uow.connection, about)
    held = await persons.facts_of(uow.connection, about)
    lowest = await differences.lowest(uow.connection, about)
    added: list[NewFact] = []
    for received, said in told:
        person_id = received.event.person_id
        for content in said:
            if any(fact.content == content for fact in standing(held.get(person_id, ()))):
                continue
            place = person_id, encode(content)[0]
            lowest[place] = lowest.get(place, 0) - 1
            at = _after_others(held.get(person_id, ()), content, uow.now)
            new = NewFact(person_id, lowest[place], Fact(at, content))
            added.append(new)
            held.setdefault(person_id, []).append(new.fact)
    await persons.add_facts(uow.connection, added)
    day = await runs.business_day(uow.connection, uow.today)
    causes: dict[UUID, Received[Any]] = {r.event.person_id: r for r, _ in told}
    concerned = {new.person_id for new in added}
    _, failed = await draw(uow, concerned, parameters, day, causes)
    if failed:
        reason = "no rule covers the dates of this person"
        raise Rejected([Rejection(causes[person], "QU-1001", reason) for person in sorted(failed)])
