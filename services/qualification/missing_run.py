"""The work list of missing notices, worked out for persons of one transaction; and asking identity
who joined 国民健康保険.

The nightly run does it for everybody for whom something may have changed, in batches; a notice that
is accepted or withdrawn does it for its person at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4

from contracts.events import (
    FactItem,
    FactPurpose,
    MissingNoticeFactsRequested,
    Whose,
)
from contracts.events.feeds import Span
from services.chassis import merges
from services.chassis.unit_of_work import UnitOfWork
from services.qualification.conclusions import CANNOT_CONCLUDE
from services.qualification.domain.missing import ask_again, next_shown, planned, shown
from services.qualification.domain.missing_rules import MissingKind
from services.qualification.domain.missing_work import changes
from services.qualification.domain.notices import deadline
from services.qualification.domain.one_person import facts_together
from services.qualification.domain.parameters import Parameters
from services.qualification.domain.timeline import plan
from services.qualification.stores import missing, persons
from services.qualification.stores.missing import Listed

_NO_DAY = frozenset({MissingKind.RESIDENCE_PERIOD})
"""That a period of stay has expired is no fact to be notified by a day; what follows may be."""


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """How many entries were listed and ended, and whose facts no rule covers: theirs stay."""

    listed: int
    ended: int
    failed: frozenset[UUID]


async def work_out(
    uow: UnitOfWork, people: Sequence[UUID], rules: Parameters, day: date
) -> WorkedOut:
    """Bring the entries of these persons up to ``day``, those of all ids of each.

    What is missing of somebody who is one person with others is on the list once: under the id that
    answers for them.
    """
    await merges.undisturbed(uow.connection)
    same = await merges.same_person(uow.connection, people)
    people = sorted({*people}.union(*same.values()))
    known = await persons.lock(uow.connection, people)
    people = [person_id for person_id in people if person_id in known]
    facts = await persons.facts_of(uow.connection, people)
    held = await missing.held(uow.connection, people)
    came = await missing.came(uow.connection, people)
    same = await merges.same_person(uow.connection, people)
    listed: list[Listed] = []
    ended, seen, failed = [], {}, set[UUID]()
    for person_id in people:
        try:
            ids = same.get(person_id, (person_id,))
            told = facts_together(facts, ids) if person_id == ids[0] else []
            calls = planned(told, plan(told, rules), rules) if told else []
            notified = [notice for each in ids for notice in came.get(each, ())]
            found = changes(person_id, shown(calls, day), held.get(person_id, ()), notified)
            due = [(c, _due_on(c.call.kind, c.call.notices[0], c.call.day, rules))
                   for c in found if c.call is not None]  # fmt: skip
        except CANNOT_CONCLUDE:
            failed.add(person_id)
            continue
        listed += [Listed(person_id, c, c.call, on) for c, on in due if c.call is not None]
        ended += [change for change in found if change.call is None]
        seen[person_id] = next_shown(calls, day)
    await missing.write(uow.connection, listed, ended, seen, day, uow.now)
    return WorkedOut(len(listed), len(ended), frozenset(failed))


async def ask(uow: UnitOfWork, rules: Parameters, day: date, limit: int) -> int:
    """Ask identity about the next persons who may have left employees' insurance; how many."""
    people = await missing.to_ask(uow.connection, day, limit)
    back = rules.missing.look_back.on(day).value
    span = Span(first=day - timedelta(days=back), last=day)
    for person_id in people:
        request = uuid4()
        uow.emit(
            MissingNoticeFactsRequested(
                request_id=request,
                reference=request,
                applicant_id=person_id,
                person_id=person_id,
                whose=Whose.APPLICANT,
                purpose=FactPurpose.MISSING_NOTICES,
                items=(FactItem.HEALTH_INSURANCE,),
                span=span,
            ),
            key=str(person_id),
        )
    await missing.asked(uow.connection, people, day, ask_again(day, rules))
    return len(people)


def _due_on(kind: MissingKind, notice: str, day: date, rules: Parameters) -> date | None:
    return None if kind in _NO_DAY else deadline(notice, day, day, rules).due_on
