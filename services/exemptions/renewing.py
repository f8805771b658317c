"""The renewal of a whole cycle: begun, asked about, reviewed as the answers come, each batch in one
transaction."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from contracts.law import NoValue
from services.chassis.ids import ordered_id
from services.chassis.unit_of_work import UnitOfWork
from services.exemptions import applying, entry_life, reviewing
from services.exemptions.domain.application.continuing import Renewed
from services.exemptions.domain.asked import ApplicationKind
from services.exemptions.domain.renewals import (
    RenewalState,
    by_what,
    continued,
    otherwise,
    state_of,
)
from services.exemptions.gathering import gathered
from services.exemptions.state import State
from services.exemptions.stores import answers, entries, renewals
from services.exemptions.stores.answers import Answer
from services.exemptions.stores.applications import APPLICATIONS, Kept
from services.exemptions.stores.renewals import Renewal

_BREATH: Final = 25
"""Reviews between which others of the process get on: some milliseconds."""


@dataclass(frozen=True, slots=True)
class Place:
    """How far a pass over a cycle came. What it has passed is not read again: to begin anew with
    each batch would cost the square of a city."""

    person_id: UUID | None = None
    sequence: int = 0


START: Final = Place()


async def begin(
    uow: UnitOfWork, state: State, cycle: int, limit: int, after: Place = START
) -> tuple[int, Place]:
    """Begin so many renewals and ask about their people; return how many were due, and how far it
    came."""
    due = await renewals.due(uow.connection, cycle, limit, after.person_id)
    changes = {
        by: otherwise(by_what(*by), cycle, uow.today.isoformat())
        for by in {(one.kind, one.ground) for one in due}
    }
    begun = [Renewal(ordered_id(), one, changes[one.kind, one.ground]) for one in due]
    if begun:
        begun = await renewals.begin(uow.connection, cycle, begun, uow.today, uow.now)
        form = state.forms.form(ApplicationKind.EXEMPTION.value, uow.today)
        told = []
        for one in begun:
            said = reviewing.said_in(form, continued(one.due.entered, one.otherwise))
            told.append((one.application_id, one.due.person_id, said))
        await applying.ask_households(uow, told)
    return len(due), Place(person_id=due[-1].person_id) if due else after


async def answered(
    uow: UnitOfWork, state: State, told: Mapping[UUID, Sequence[Answer]]
) -> Counter[int]:
    """Review the renewals among these applications all of whose questions are answered now; return
    how many were reviewed, by cycle. ``told``: the questions of each that were just answered."""
    held = await renewals.hold(uow.connection, told)
    at_hand = {one: told[one] for one, asked in held.items() if _are_all(told[one], asked)}
    return await _review(uow, state, list(held), at_hand)


def _are_all(told: Sequence[Answer], asked: int) -> bool:
    """Whether these are all questions there ever were, one about each person."""
    return len(told) == asked == len({answer.asked.whose for answer in told})


async def review(
    uow: UnitOfWork, state: State, cycle: int, limit: int, after: Place = START
) -> tuple[int, Place]:
    """Review so many renewals whose answers are there, and were not reviewed as they came: somebody
    else held them then. Returns how many were reviewed, and how far it came."""
    place, ids = after, list[UUID]()
    while not ids:
        asked = await renewals.asked(uow.connection, cycle, limit, place.sequence)
        if not asked:
            return 0, place
        place = Place(sequence=asked[-1].sequence)
        complete = [one.application_id for one in asked if one.answered]
        ids = list(await renewals.hold(uow.connection, complete)) if complete else []
    return (await _review(uow, state, ids)).total(), place


async def _review(
    uow: UnitOfWork,
    state: State,
    ids: Sequence[UUID],
    told: Mapping[UUID, Sequence[Answer]] | None = None,
) -> Counter[int]:
    found, cycles = [], Counter[int]()
    for kept, renewed in await reviewed(uow, state, ids, told):
        # Where no figure of the law is known somebody has to look: nothing is guessed.
        come_to = RenewalState.TO_LOOK_AT if renewed is None else state_of(renewed)
        found.append((kept.application_id, come_to))
        cycles[kept.cycle] += 1
    if found:
        await renewals.note(uow.connection, found)
    return cycles


async def ask_again(uow: UnitOfWork, state: State, ids: Sequence[UUID]) -> set[UUID]:
    """Ask again about the people of those renewals of which something was told on an earlier day:
    income may be corrected any day (更正). Returns which; they wait for answers from now on."""
    told = await answers.latest(uow.connection, ids)
    stale = [one for one in ids if not reviewing.is_of_today(told[one], uow.now)]
    kept = await entries.some(uow.connection, APPLICATIONS, stale)
    about = [
        (one.application_id, one.person_id, reviewing.said_by(entry_life.handed_in(state, one)))
        for one in kept
    ]
    await applying.ask_households(uow, about)
    await renewals.note(uow.connection, [(one, RenewalState.ASKED) for one in stale])
    return set(stale)


async def reviewed(
    uow: UnitOfWork,
    state: State,
    ids: Sequence[UUID],
    told: Mapping[UUID, Sequence[Answer]] | None = None,
) -> list[tuple[Kept, Renewed | None]]:
    """These renewals with what their review comes to by what is known now; ``told`` as `gathered`
    takes it."""
    found: list[tuple[Kept, Renewed | None]] = []
    if not ids:
        return found
    for one in await gathered(uow, state, ids, told):
        if len(found) % _BREATH == 0:
            await asyncio.sleep(0)
        try:
            renewed = reviewing.renewed(
                one.handed, one.said, one.known, one.told, state.figures, one.taken, one.registers
            )
        except NoValue:
            renewed = None
        found.append((one.kept, renewed))
    return found


def first_day(cycle: int) -> date:
    """The day on which a cycle begins, and before which it is not renewed (規則77条1項)."""
    return date(cycle, 7, 1)
