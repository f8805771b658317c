"""What identity takes back: facts that were told of a person and were another's."""

from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID

from contracts.events import FactsTakenBack
from contracts.forms import EntryState
from contracts.topics import UPSTREAM_TAX, UPSTREAM_WELFARE
from services.chassis import merges
from services.chassis.received import Handler, Received
from services.chassis.unit_of_work import UnitOfWork
from services.exemptions import (
    applying,
    entry_life,
    holding,
    proposing,
    reviewing,
    reviewing_again,
)
from services.exemptions.domain.application.review import Result
from services.exemptions.domain.consequences import rested_on_anothers
from services.exemptions.domain.renewals import RenewalState
from services.exemptions.review_views import settled_months
from services.exemptions.state import State
from services.exemptions.stores import (
    answers,
    applications,
    assistance,
    consequences,
    entries,
    renewals,
    reviews_again,
)
from services.exemptions.stores.applications import APPLICATIONS, Kept
from services.exemptions.stores.consequences import New

_REVIEWED: Final = frozenset({UPSTREAM_TAX, UPSTREAM_WELFARE})
"""The systems whose facts a review rests on."""


def on_facts(state: State) -> Handler:
    """The handler of facts taken back.

    What was told is emptied at once, and asked again: reviews of applications that are not settled
    wait for the new answer, proposals from public assistance end until it comes. A settled one that
    is not sent goes to the work list, and is held back until somebody noted what was done, or
    settled it anew by the new answers; of what JPS has, it decides itself (C40).
    """

    async def handle(batch: Sequence[Received[FactsTakenBack]], uow: UnitOfWork) -> None:
        of_reviews = {r.event.person_id for r in batch if r.event.system in _REVIEWED}
        assisted = {r.event.person_id for r in batch if r.event.system == UPSTREAM_WELFARE}
        if of_reviews:
            await _reviews(uow, of_reviews, state)
        if assisted:
            await _proposals(uow, assisted, state)

    return handle


async def _reviews(uow: UnitOfWork, people: Collection[UUID], state: State) -> None:
    resting = await answers.take_back(uow.connection, people, uow.now)
    kept = await entries.some(uow.connection, APPLICATIONS, resting)
    waiting = [one for one in kept if one.state is EntryState.RECEIVED]
    renewed = [one for one in waiting if one.renewal is not None]
    for one in waiting:
        if one.renewal is None:
            said = reviewing.said_by(entry_life.handed_in(state, one))
            await applying.ask(uow, one.application_id, one.person_id, said)
    await applying.ask_households(
        uow,
        [
            (one.application_id, one.person_id, reviewing.said_by(entry_life.handed_in(state, one)))
            for one in renewed
        ],
    )
    found = [(one.application_id, RenewalState.ASKED) for one in renewed]
    await renewals.note(uow.connection, found)
    settled = [one for one in kept if one.state is EntryState.SETTLED]
    held = await holding.held(uow, [one.entry_id for one in settled])
    new = [one for one in map(_consequence, settled) if one is not None]
    await consequences.add(uow.connection, new, uow.now)
    await holding.tell(uow, settled, held)
    # Its sentences repeat the figures.
    ids = [one.application_id for one in settled]
    await applications.forget(uow.connection, ids)
    await reviews_again.forget(uow.connection, ids)
    await reviewing_again.ask_about(uow, state, ids)


def _consequence(one: Kept) -> New | None:
    months = settled_months(one)
    if not months:
        return None
    passed: list[Any] = [m.kind for m in months if m.result is Result.PASSES and m.kind]
    days = [month.month for month in months]
    change = rested_on_anothers(one.entry_id, min(days), max(days), next(iter(passed), None))
    return New(one, change)


async def _proposals(uow: UnitOfWork, people: Collection[UUID], state: State) -> None:
    same = await merges.same_person(uow.connection, people)
    every = sorted({*people}.union(*same.values()))
    await assistance.take_back(uow.connection, every, uow.now)
    await assistance.look_again(uow.connection, every, uow.today)
    await proposing.work_out(uow, sorted(people), state)
