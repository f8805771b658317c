"""Drawing conclusions for persons of one transaction: facts in, persons and events written.

The same for an event of the register, a settled notice and the nightly run: whatever brought it
about, a timeline is computed from all facts, and what follows is the difference to what was told.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from contracts.events import QualificationChanged
from services.chassis.received import Received
from services.chassis.unit_of_work import UnitOfWork
from services.qualification.domain.facts import Fact, history, pension_number
from services.qualification.domain.missing import Call, ask_again, asks_since, planned
from services.qualification.domain.parameters import NoValue, Parameters
from services.qualification.domain.publication import changed, reportable
from services.qualification.domain.timeline import AsOf, plan
from services.qualification.domain.transitions import Transition, item_id
from services.qualification.stores import persons
from services.qualification.stores.persons import Known

CANNOT_CONCLUDE = (NoValue, OverflowError, ValueError)
"""What the rules raise on facts of one person that no calendar or parameter covers."""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What follows from one person's facts by a day."""

    person_id: UUID
    known: Known
    """What is to be kept now."""
    changed: QualificationChanged | None
    """To be told, where it differs from what was told last."""
    transitions: tuple[Transition, ...]
    number: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How much came of it."""

    changed: int = 0
    reported: int = 0


def conclude(
    person_id: UUID, known: Known, facts: Sequence[Fact], parameters: Parameters, day: date
) -> Conclusion:
    """What follows from a person's facts by ``day``, and whether others have to be told.

    Of somebody of whom nothing was ever known there is nothing to tell. Raises `CANNOT_CONCLUDE`.
    """
    whole = plan(facts, parameters)
    line = whole.until(AsOf(day))
    number = pension_number(facts)
    calls = planned(facts, whole, parameters)
    ask_on = asks_since(facts, whole, day)
    if ask_on is not None and known.asked_on is not None:
        ask_on = ask_again(known.asked_on, parameters)
    known = replace(
        known,
        next_due=whole.next_after(day),
        list_due=_list_due(facts, calls, known),
        ask_on=ask_on,
    )
    transitions = tuple(t for t in line.transitions if t.is_reportable)
    if known.timeline_version == 0 and not line.periods and number is None:
        return Conclusion(person_id, known, None, transitions, number)
    event = changed(person_id, line, known.timeline_version + 1, number_known=number is not None)
    # Whoever was told of before there was insurance by choice is not told again for having none.
    unsaid = {"timeline_version"} if event.voluntary else {"timeline_version", "voluntary"}
    digest = hashlib.blake2b(
        event.model_dump_json(exclude=unsaid).encode(), digest_size=16
    ).digest()
    if digest == known.timeline_digest:
        return Conclusion(person_id, known, None, transitions, number)
    known = replace(known, timeline_version=event.timeline_version, timeline_digest=digest)
    return Conclusion(person_id, known, event, transitions, number)


def _list_due(facts: Sequence[Fact], calls: Sequence[Call], known: Known) -> date | None:
    """From which day on the work list of missing notices has to be looked at.

    Follows from the facts and from what is listed alone, so that it does not matter in which
    batches the facts came.
    """
    if calls:
        return calls[0].shown_from
    return history(facts)[-1].reported_on if known.listed else None


async def write(
    uow: UnitOfWork,
    concluded: Sequence[Conclusion],
    causes: Mapping[UUID, Received[Any]] | None = None,
) -> Outcome:
    """Keep conclusions and tell the neighbours what is new in them."""
    causes = causes or {}
    await persons.write(uow.connection, {c.person_id: c.known for c in concluded})
    # Who was never told of has no transitions, and can have had none.
    told = [c for c in concluded if c.known.timeline_version > 0]
    new = await persons.add_transitions(
        uow.connection, {c.person_id: c.transitions for c in told}, uow.now
    )
    changes = 0
    for conclusion in told:
        person_id, cause = conclusion.person_id, causes.get(conclusion.person_id)
        if conclusion.changed is not None:
            uow.emit(conclusion.changed, key=str(person_id), cause=cause)
            changes += 1
        for transition in conclusion.transitions if new else ():
            if item_id(person_id, transition) in new:
                event = reportable(person_id, transition, conclusion.number)
                uow.emit(event, key=str(person_id), cause=cause)
    return Outcome(changes, len(new))
