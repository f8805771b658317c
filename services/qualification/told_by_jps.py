"""What JPS's records tell of persons, and the numbers it assigned: facts like others."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from contracts.events import ItemDecided, NumberStanding, PersonTold
from services.chassis.received import Received, Rejected, Rejection
from services.chassis.unit_of_work import UnitOfWork
from services.qualification.conclusions import draw
from services.qualification.domain.facts import Content, Fact, PensionNumberStatement, encode
from services.qualification.domain.parameters import Parameters
from services.qualification.domain.told import (
    JpsStatement,
    JpsStay,
    OldAgeBenefit,
    OldAgeStatement,
    VoluntaryEvent,
    VoluntaryStatement,
)
from services.qualification.stores import differences, persons, runs
from services.qualification.stores.persons import NewFact

_UNKNOWN: Final = "identity has not told of this person"


def contents(event: PersonTold) -> list[Content]:
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


async def _add(
    parameters: Parameters,
    told: Sequence[tuple[Received[PersonTold] | Received[ItemDecided], list[Content]]],
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
            if any(fact.content == content for fact in held.get(person_id, ())):
                continue
            place = person_id, encode(content)[0]
            lowest[place] = lowest.get(place, 0) - 1
            new = NewFact(person_id, lowest[place], Fact(uow.now, content))
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
