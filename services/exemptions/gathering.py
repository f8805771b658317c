"""What the review of many applications goes by, read at once."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from contracts.values import value
from services.chassis.unit_of_work import UnitOfWork
from services.exemptions import entry_life, exempting, households, reviewing
from services.exemptions.domain.asked import Said
from services.exemptions.domain.facts import PersonFacts
from services.exemptions.households import Registers
from services.exemptions.procedure import Handed
from services.exemptions.reviewing import Taken
from services.exemptions.state import State
from services.exemptions.stores import answers, entries, persons
from services.exemptions.stores.answers import Answer
from services.exemptions.stores.applications import APPLICATIONS, Kept
from services.exemptions.stores.entries import NOTICES


@value
class Gathered:
    """An accepted application, and what is known of its people now."""

    kept: Kept
    handed: Handed[Kept]
    said: Said
    known: PersonFacts
    told: Sequence[Answer]
    """The latest questions about its people, answered or not."""
    taken: Taken
    """The months that the person's settled notices exempt by law."""
    registers: Registers


async def gathered(
    uow: UnitOfWork,
    state: State,
    ids: Sequence[UUID],
    told: Mapping[UUID, Sequence[Answer]] | None = None,
) -> list[Gathered]:
    """These applications, each with what its review goes by. ``told``: the latest questions of
    those of which they are at hand."""
    kept = await entries.some(uow.connection, APPLICATIONS, ids)
    people = [one.person_id for one in kept]
    known = await persons.facts_of(uow.connection, people)
    held = await entries.of_persons(uow.connection, NOTICES, people)
    at_hand = told or {}
    read = await answers.latest(uow.connection, [one for one in ids if one not in at_hand])
    registers = await households.of(uow.connection, kept)
    found = []
    for one in kept:
        handed, person = entry_life.handed_in(state, one), known[one.person_id]
        said = reviewing.said_by(handed)
        notices = held.get(one.person_id, ())
        taken = exempting.taken(person, notices, state.forms, state.by_law, said.last)
        questions = at_hand.get(one.entry_id) or read[one.entry_id]
        found.append(Gathered(one, handed, said, person, questions, taken, registers))
    return found
