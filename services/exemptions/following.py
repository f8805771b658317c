"""Following changes of the qualification: what became of months that settled entries gave."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from contracts.forms import Forms
from contracts.months import Month
from services.chassis import merges
from services.chassis.unit_of_work import UnitOfWork
from services.exemptions import exempting, holding
from services.exemptions.domain.application.review import Result
from services.exemptions.domain.consequences import Consequence, Given, changes
from services.exemptions.domain.exemption_notices import ENDS, SUBJECTS, ended_from
from services.exemptions.domain.kinds import ExemptionKind
from services.exemptions.review_views import settled_months
from services.exemptions.stores import consequences, entries, persons
from services.exemptions.stores.applications import APPLICATIONS, Kept
from services.exemptions.stores.consequences import ConsequenceState, Found, New
from services.exemptions.stores.entries import NOTICES, Entry, Notice

_AHEAD: Final = 12
"""Months ahead of which an exemption without an end is followed."""
_KINDS: Final = {
    "statutory": ExemptionKind.STATUTORY,
    "maternity": ExemptionKind.MATERNITY,
    "child_care": ExemptionKind.CHILD_CARE,
}


async def after_settling(uow: UnitOfWork, entry: Entry, forms: Forms) -> None:
    """Find anew what may have changed with an entry that was settled: it takes the place of another
    one, or ends one of which something was found."""
    person_id = await merges.surviving(uow.connection, entry.person_id)
    if entry.mends is not None or await consequences.standing(uow.connection, [person_id]):
        await follow(uow, [person_id], forms)


async def follow(uow: UnitOfWork, people: Collection[UUID], forms: Forms) -> None:
    """Find what the timelines of these persons, as they are now, did to their settled entries.

    What was found before and is so still stays as it is, noted or not; what is not so any more is
    marked as gone. Told twice, or late, it comes to the same.
    """
    concerned = await consequences.concerned(uow.connection, people)
    if not concerned:
        return
    known = await persons.facts_of(uow.connection, concerned)
    applied = await entries.of_persons(uow.connection, APPLICATIONS, concerned)
    notices = await entries.of_persons(uow.connection, NOTICES, concerned)
    before = await consequences.standing(uow.connection, concerned)
    through = Month.of(uow.today) + _AHEAD
    new: list[New] = []
    gone: list[Found] = []
    of: dict[UUID, Entry] = {}
    for person_id in concerned:
        held = [*applied.get(person_id, ()), *notices.get(person_id, ())]
        by_id = {entry.entry_id: entry for entry in held}
        given = [*_applied(applied.get(person_id, ())),
                 *_noticed(notices.get(person_id, ()), forms, through)]  # fmt: skip
        found = changes(given, known[person_id])
        if found is None:
            continue
        now = {one.key: one for one in (New(by_id[change.entry_id], change) for change in found)}
        review = bool(known[person_id].qualification_review)
        kept, standing = _parted(before.get(person_id, ()), by_id, review=review)
        new += [
            one
            for key, one in now.items()
            if key not in standing and one.entry.entry_id not in kept
        ]
        gone += [one for key, one in standing.items() if key not in now]
        of |= by_id
    await _keep(uow, new, gone, of)


def _parted(
    before: Iterable[Found], by_id: Mapping[UUID, Entry], *, review: bool
) -> tuple[set[UUID], dict[tuple[Any, ...], Found]]:
    """The entries of which what was found stays whatever is found now, and what is compared."""
    kept: set[UUID] = set()
    compared = {}
    for one in before:
        if by_id[one.entry_id].counts:
            # That one rests on somebody else's facts, no timeline says.
            if one.what is Consequence.FACTS_TAKEN_BACK:
                continue
            # A timeline under review takes nothing back that a sure one told.
            if review and one.what is not Consequence.TIMELINE_UNSURE:
                kept.add(one.entry_id)
                continue
        compared[one.key] = one
    return kept, compared


async def _keep(
    uow: UnitOfWork, new: Sequence[New], gone: Sequence[Found], of: Mapping[UUID, Entry]
) -> None:
    """Keep what is found, and tell which reports have to wait for it, and which no more."""
    asking = {one.entry.entry_id for one in new if one.change.acts} | {
        one.entry_id for one in gone if one.state is ConsequenceState.OPEN
    }
    held = await holding.held(uow, asking) if asking else set()
    await consequences.is_gone(uow.connection, [one.consequence_id for one in gone])
    await consequences.add(uow.connection, new, uow.now)
    if asking:
        await holding.tell(uow, [of[entry_id] for entry_id in sorted(asking)], held)


def _applied(kept: Iterable[Kept]) -> Iterator[Given]:
    """The months of settled applications."""
    for one in kept:
        if one.counts:
            sent = one.forwarded_on is not None
            yield Given(one.entry_id, _granted(one), by_application=True, sent=sent)


def _granted(one: Kept) -> Mapping[Month, ExemptionKind]:
    """What JPS granted; until it told that, what the city's review found to pass."""
    if one.decision is not None and one.decision.tells_months:
        return one.decision.months
    return {
        month.month: month.kind
        for month in settled_months(one) or ()
        if month.result is Result.PASSES and month.kind is not None
    }


def _noticed(held: Sequence[Notice], forms: Forms, through: Month) -> Iterator[Given]:
    """The months that notices of exemption by law were settled with, up to the end of each that
    another one told."""
    kept = {one.entry_id: one for one in held}
    settled = exempting.settled(held, forms)
    for said in settled:
        one = kept[said.notice_id]
        if said.kind in ENDS or one.from_month is None:
            continue
        until = ended_from(said, settled)
        known = [month for month in (one.to_month, until and until - 1) if month is not None]
        last = min(known, default=through)
        exempt = _KINDS[SUBJECTS[said.kind]]
        months = {one.from_month + n: exempt for n in range(last - one.from_month + 1)}
        yield Given(
            one.entry_id,
            months,
            by_application=False,
            sent=one.forwarded_on is not None,
            goes_on=not known,
        )
