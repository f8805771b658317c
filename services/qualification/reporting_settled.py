"""Reporting what was settled before notices of its kind were reported themselves."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from contracts.forms import values_of
from services.chassis import merges
from services.chassis.unit_of_work import UnitOfWork
from services.qualification.conclusions import CANNOT_CONCLUDE, conclusion_of
from services.qualification.domain.meanings import KINDS as MEANINGS
from services.qualification.domain.notice_reports import NAMED_BY
from services.qualification.domain.timeline import AsOf, timeline
from services.qualification.reporting_again import reported_under
from services.qualification.state import State
from services.qualification.stores import notices, persons, runs
from services.qualification.stores.notices import Notice

_KINDS: Final = sorted(NAMED_BY)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Batch:
    """What came of a batch: the place of its last notice (None: there was none), how many were
    reported and left out, by kind, and which could not be concluded on."""

    last: int | None
    reported: Counter[str]
    left_out: Counter[str]
    failed: tuple[UUID, ...]


async def report(
    uow: UnitOfWork,
    state: State,
    after: int,
    limit: int,
    sent_otherwise: Collection[UUID],
    *,
    dry_run: bool,
) -> Batch:
    """Report the next notices that were settled and are not reported, but for those of these ids.

    Run again it goes on: what is reported bears its item. ``dry_run``: they are only counted.
    """
    found = await notices.unreported(uow.connection, _KINDS, after, limit)
    await merges.undisturbed(uow.connection)
    left_out = [each for each in found if each.notice_id in sent_otherwise]
    to_report = [each for each in found if each.notice_id not in sent_otherwise]
    failed: list[Notice] = []
    for notice in () if dry_run else to_report:
        try:
            await _report(uow, state, notice)
        except CANNOT_CONCLUDE:
            failed.append(notice)
    return Batch(
        found[-1].sequence if found else None,
        Counter(each.kind for each in to_report if each not in failed),
        Counter(each.kind for each in left_out),
        tuple(each.notice_id for each in failed),
    )


async def _report(uow: UnitOfWork, state: State, notice: Notice) -> None:
    """Raises ``CANNOT_CONCLUDE`` before anything is written."""
    day = await runs.business_day(uow.connection, uow.today)
    conclusion = await conclusion_of(uow, notice.person_id, state.parameters, day)
    facts = await persons.facts_of_one(uow.connection, conclusion.ids)
    line = timeline(facts, state.parameters, AsOf(max(day, notice.occurred_on + _DAY)))
    brings = MEANINGS[notice.kind].brings
    brought = [t for t in line.transitions if t.at.notice_id == notice.notice_id and brings(t)]
    values = values_of(state.forms.form(notice.kind, notice.received_on), notice.submission)
    settled_by = notice.settled_by or ""
    transition = brought[-1] if brought else None
    item = await reported_under(uow, notice, conclusion, transition, values, settled_by)
    if item is None:
        raise ValueError("a notice of these kinds is always reported itself")
    await notices.report_under(uow.connection, notice.notice_id, item)
