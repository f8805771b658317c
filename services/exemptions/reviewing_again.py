"""Settled applications that wait to be sent: asked about again, and reviewed by what is told then.

What they were settled with stands; what comes out otherwise is for staff (再審査).
"""

from collections.abc import Collection, Sequence
from datetime import datetime, time
from uuid import UUID

from contracts.forms import unacknowledged
from services.chassis.clock import JAPAN
from services.chassis.problems import Problem
from services.chassis.unit_of_work import UnitOfWork
from services.exemptions import applying, entry_life, holding, reviewing
from services.exemptions.deciding import review_of
from services.exemptions.domain.asked import Said
from services.exemptions.domain.reviewed_again import changed
from services.exemptions.gathering import gathered
from services.exemptions.review_views import FINDINGS, MONTHS, review_in, reviewed_months
from services.exemptions.reviewing import Reviewed
from services.exemptions.state import State
from services.exemptions.stores import answers, entries, reviews_again
from services.exemptions.stores.applications import APPLICATIONS, Kept
from services.exemptions.stores.reviews_again import Found, New


async def ask(uow: UnitOfWork, state: State, limit: int) -> int:
    """Ask again about the people of so many settled applications of which nothing was asked today;
    return how many were due."""
    today = datetime.combine(uow.today, time(), JAPAN)
    due = await reviews_again.due(uow.connection, today, limit)
    await ask_about(uow, state, due)
    return len(due)


async def ask_of(uow: UnitOfWork, state: State, corrected: Collection[tuple[UUID, int]]) -> int:
    """Ask again about the people of the applications that rest on the income of these persons, each
    with the levy year that was corrected (更正); return of how many."""
    concerned = await reviews_again.concerned(uow.connection, corrected)
    await ask_about(uow, state, concerned)
    return len(concerned)


async def ask_about(uow: UnitOfWork, state: State, ids: Sequence[UUID]) -> None:
    """Ask again about the people of these applications."""
    handed_in: list[tuple[UUID, UUID, Said]] = []
    continuing: list[tuple[UUID, UUID, Said]] = []
    for kept in await entries.some(uow.connection, APPLICATIONS, ids):
        said = reviewing.said_by(entry_life.handed_in(state, kept))
        about = (kept.application_id, kept.person_id, said)
        (handed_in if kept.continued_from is None else continuing).append(about)
    await applying.ask_all(uow, handed_in)
    if continuing:
        await applying.ask_households(uow, continuing)


async def review(uow: UnitOfWork, state: State, ids: Collection[UUID]) -> None:
    """Review those of these applications again that are settled, wait to be sent, and have all
    their answers; with an open difference they are not sent. What was told before is emptied
    then."""
    waiting = await reviews_again.settled(uow.connection, ids)
    if not waiting:
        return
    found = await _reviewed(uow, state, waiting)
    ids_found = [kept.entry_id for kept, _ in found]
    held_before = await holding.held(uow, ids_found)
    before = await reviews_again.standing(uow.connection, ids_found)
    new, gone = [], []
    for kept, now in found:
        one, stood = _otherwise(kept, now), before.get(kept.entry_id)
        if stood is not None and not (one is not None and _is_same(one, stood)):
            gone.append(stood.review_id)
            stood = None
        if one is not None and stood is None:
            new.append(one)
    await reviews_again.is_gone(uow.connection, gone)
    await reviews_again.add(uow.connection, new, uow.now)
    await holding.tell(uow, [kept for kept, _ in found], held_before)
    await answers.dispose_former(uow.connection, ids_found, uow.now)


async def _reviewed(
    uow: UnitOfWork, state: State, ids: Sequence[UUID]
) -> list[tuple[Kept, Reviewed]]:
    """These applications with their review by what is known now; without those of which answers
    are awaited, or a figure of the law is missing: another night reviews them."""
    found = []
    for one in await gathered(uow, state, ids):
        if not one.told or any(answer.answered_at is None for answer in one.told):
            continue
        try:
            now = reviewing.reviewed(
                one.handed, one.known, one.told, state.figures, one.taken, one.registers
            )
        except Problem:
            continue
        found.append((one.kept, now))
    return found


def _otherwise(kept: Kept, now: Reviewed) -> New | None:
    """What is otherwise than it was settled; None: nothing."""
    months = reviewed_months(now.outcomes or ())
    unseen = unacknowledged(now.findings, kept.acknowledged)
    if not changed(review_of(kept), review_in(months)) and not unseen:
        return None
    return New(
        application_id=kept.entry_id,
        before_review=kept.reviewed or "[]",
        after_review=MONTHS.dump_json(months).decode(),
        findings=FINDINGS.dump_json(unseen).decode(),
    )


def _is_same(one: New, stood: Found) -> bool:
    """Whether it says what was found before: then it stays as it is, noted or not."""
    return _key(one) == _key(stood)


def _key(one: New) -> tuple[object, ...]:
    reviews = (one.before_review, one.after_review)
    return (
        *([(m.month, m.result, m.kind) for m in MONTHS.validate_json(each)] for each in reviews),
        {finding.code for finding in FINDINGS.validate_json(one.findings)},
    )
