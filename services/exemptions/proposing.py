"""What facts call for, worked out for persons of one transaction; and asking for the facts.

Identity is asked about whom it has told that there is news, and about whom an exemption by
assistance is held: nobody else (C11). Its answer is compared with what is held at once; so is a
notice or application, when it is accepted, settled or withdrawn.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID, uuid4

from contracts.events import (
    ExemptionNoticeKind,
    FactItem,
    FactPurpose,
    FactsRequested,
    Whose,
)
from contracts.events.feeds import Span
from contracts.forms import EntryState, values_of
from contracts.months import Month
from services.chassis import merges
from services.chassis.unit_of_work import UnitOfWork
from services.exemptions import exempting
from services.exemptions.domain.assistance import ProposalKind
from services.exemptions.domain.exemption_notices import Said, grounds_held, said
from services.exemptions.domain.facts import PersonFacts
from services.exemptions.domain.months import months_in_category_1
from services.exemptions.domain.proposed import (
    Change,
    Known,
    Notice,
    ask_again,
    ask_since,
    called_for,
    changes,
    concerns,
    ended_by_recovery,
    goes_on,
    next_shown,
    shown,
    still_listed,
)
from services.exemptions.domain.recovered import Ending
from services.exemptions.domain.statutory import Ground, Holding
from services.exemptions.state import State
from services.exemptions.stores import assistance, entries, persons, proposals
from services.exemptions.stores.entries import NOTICES
from services.exemptions.stores.entries import Notice as Kept

_AHEAD: Final = 24
"""Months that staff look ahead to."""
_STATUTORY: Final = frozenset(
    {ExemptionNoticeKind.STATUTORY_START.value, ExemptionNoticeKind.STATUTORY_END.value}
)


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """How many entries were listed and ended."""

    listed: int
    ended: int


async def work_out(uow: UnitOfWork, people: Sequence[UUID], state: State) -> WorkedOut:
    """Bring the entries of these persons up to today, those of all ids of each. What was told of
    somebody of whom no entry is open is emptied. Raises ``NoValue``.

    Of somebody who is one person with others it is on the list once: under the id that answers.
    """
    await merges.undisturbed(uow.connection)
    ids = await _ids(uow, people)
    every = sorted({each for of_person in ids.values() for each in of_person})
    await assistance.lock(uow.connection, every)
    known = await _known(uow, sorted(ids), state)
    held = await proposals.held(uow.connection, every)
    changed: list[tuple[UUID, Change]] = []
    later: dict[UUID, date] = {}
    for person_id, of_person in known.items():
        found = called_for(of_person, state.by_law)
        every_entry = [entry for each in ids[person_id] for entry in held.get(each, ())]
        of_disability = [e for e in every_entry if e.kind is ProposalKind.RECOVERED]
        entries = [e for e in every_entry if e.kind is not ProposalKind.RECOVERED]
        ended = shown(ended_by_recovery(of_person, state.by_law), uow.today)
        others = changes(ids[person_id], ended, of_disability, of_person)
        changed += [(person_id, change) for change in others]
        came = changes(ids[person_id], shown(found, uow.today), entries, of_person)
        changed += [(person_id, change) for change in came]
        days = [next_shown(found, uow.today)]
        if still_listed(entries, came):
            days.append(ask_again(uow.today, state.by_law))
        if known_days := [day for day in days if day is not None]:
            later[person_id] = min(known_days)
    await proposals.write(uow.connection, changed, uow.today, uow.now)
    await assistance.watch(uow.connection, later)
    await assistance.dispose(uow.connection, sorted(known), uow.now)
    listed = sum(change.proposal is not None for _, change in changed)
    return WorkedOut(listed, len(changed) - listed)


async def noted(uow: UnitOfWork, person_id: UUID, state: State) -> None:
    """A notice or application of somebody came, was settled or withdrawn: compare what was told
    with it, and ask anew of whom is watched."""
    (ids,) = (await _ids(uow, [person_id])).values()
    told = await assistance.told(uow.connection, ids)
    if told or await proposals.changed_disability(uow.connection, ids):
        await work_out(uow, ids, state)
    if not told:
        await assistance.look_again(uow.connection, ids, uow.today)


async def recovered(uow: UnitOfWork, state: State, after: UUID | None, limit: int) -> UUID | None:
    """Bring so many persons up to today of whom a change of a disability was stated: three years
    go by without news. The last of them; None: that was all."""
    people = await proposals.with_changed_disability(uow.connection, after, limit)
    if people:
        await work_out(uow, people, state)
    return people[-1] if len(people) == limit else None


async def ask(uow: UnitOfWork, state: State, limit: int) -> tuple[int, int]:
    """Ask about the next persons of whom there is reason to; how many were looked at and asked of.
    Raises ``NoValue``."""
    due = await assistance.due(uow.connection, uow.today, limit)
    known = await _known(uow, sorted(set(due.values())), state)
    asked: dict[UUID, UUID] = {}
    again: dict[UUID, date | None] = {}
    for watched, person_id in due.items():
        of_person = known.get(person_id)
        again[watched] = None
        if of_person is None or not concerns(of_person):
            continue
        if goes_on(of_person.held):
            again[watched] = ask_again(uow.today, state.by_law)
        if person_id not in asked:
            asked[person_id] = uuid4()
            _ask(uow, asked[person_id], person_id, of_person, state)
    await assistance.ask(uow.connection, asked, uow.now)
    await assistance.ask_next(uow.connection, again)
    return len(due), len(asked)


def _ask(uow: UnitOfWork, request_id: UUID, person_id: UUID, known: Known, state: State) -> None:
    uow.emit(
        FactsRequested(
            request_id=request_id,
            reference=request_id,
            applicant_id=person_id,
            person_id=person_id,
            whose=Whose.APPLICANT,
            purpose=FactPurpose.STATUTORY_EXEMPTION_REVIEW,
            items=(FactItem.PUBLIC_ASSISTANCE,),
            span=Span(first=ask_since(known.held, uow.today, state.by_law), last=uow.today),
        ),
        key=str(person_id),
    )


async def _ids(uow: UnitOfWork, people: Collection[UUID]) -> dict[UUID, tuple[UUID, ...]]:
    """All ids of each of these persons, by the one that answers for them."""
    same = await merges.same_person(uow.connection, people)
    of_each = (same.get(person_id, (person_id,)) for person_id in people)
    return {ids[0]: ids for ids in of_each}


async def _known(uow: UnitOfWork, people: Sequence[UUID], state: State) -> dict[UUID, Known]:
    """What is known of persons; those of whom no person event has come are not there."""
    facts = await persons.facts_of(uow.connection, people)
    notices = await entries.of_persons(uow.connection, NOTICES, people)
    told = await assistance.told(uow.connection, people)
    ids = await _ids(uow, people)
    every = sorted({each for of_person in ids.values() for each in of_person})
    came = await proposals.came(uow.connection, every)
    through, since = Month.of(uow.today) + _AHEAD, _first_month(uow.today, state)
    known: dict[UUID, Known] = {}
    for person_id, of_person in facts.items():
        held = notices.get(person_id, ())
        by_assistance = _about(Ground.ASSISTANCE, held, state)
        grounds, ends = _disability(of_person, held, state)
        months = months_in_category_1(of_person.periods or (), through)
        known[person_id] = Known(
            told=told.get(person_id),
            held=grounds_held(by_assistance.values(), state.by_law),
            nationality=of_person.resident_kind,
            insured=frozenset(month for month in months if month >= since),
            notices=tuple(Notice(n.notice_id, n.kind) for n in by_assistance.values()),
            grounds=grounds,
            endings=ends,
            applications=tuple(
                a for each in ids.get(person_id, (person_id,)) for a in came.get(each, ())
            ),
        )
    return known


def _first_month(today: date, state: State) -> Month:
    return Month.of(ask_since((), today, state.by_law))


def _disability(
    known: PersonFacts, notices: Sequence[Kept], state: State
) -> tuple[tuple[Holding, ...], tuple[Ending, ...]]:
    """Every ground with what is told of the disability since, and the notices that end one by it;
    nothing of whom no change of a disability was stated."""
    stated = exempting.with_statements(known, notices, state.forms)
    if not stated.disability_changes:
        return (), ()
    settled = exempting.settled(notices, state.forms)
    grounds = grounds_held(settled, state.by_law, stated.disability_changes)
    return grounds, tuple(
        Ending(one.notice_id, one.occurred_on)
        for one in _about(Ground.DISABILITY, notices, state).values()
        if one.kind is ExemptionNoticeKind.STATUTORY_END
    )


def _about(ground: Ground, notices: Sequence[Kept], state: State) -> Mapping[UUID, Said]:
    """The notices about a ground that were not withdrawn, as their forms say them."""
    found: dict[UUID, Said] = {}
    for notice in notices:
        if notice.kind not in _STATUTORY or notice.state is EntryState.WITHDRAWN:
            continue
        form = state.forms.form(notice.kind, notice.received_on)
        values = values_of(form, notice.submission)
        told = said(notice.entry_id, ExemptionNoticeKind(notice.kind), values)
        if told.ground is ground:
            found[notice.entry_id] = told
    return found
