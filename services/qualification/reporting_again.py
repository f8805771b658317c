"""Reporting again what JPS returned: a new item, the returned one kept as it was."""

from collections.abc import Mapping
from uuid import UUID

from contracts.events import QualificationReportStands
from contracts.forms import EntryState, Value
from services.chassis.unit_of_work import UnitOfWork
from services.qualification import problems as refusals
from services.qualification.conclusions import Conclusion
from services.qualification.domain.notice_reports import NoticeReport, again, report_of
from services.qualification.domain.publication import reportable
from services.qualification.domain.transitions import Transition, again_id, item_id
from services.qualification.stores import notice_reports, notices, reports
from services.qualification.stores.notices import Notice
from services.qualification.stores.reports import Chain


async def report_again(
    uow: UnitOfWork,
    conclusion: Conclusion,
    known: Chain,
    *,
    notice_id: UUID | None,
    staff_id: str,
) -> UUID | None:
    """Report a transition anew that was reported under ``known``; the id of the new item.

    ``notice_id``: the notice behind it now. None comes back where the transition no longer follows
    from the facts: what follows instead is reported by itself. A notice that was itself reported is
    reported again as it is, unless it was taken back meanwhile.
    """
    own = await notice_reports.find(uow.connection, known.last_item_id)
    if own is not None:
        report = again(own, known.first_item_id, known.attempts + 1)
        return await report_notice(uow, report, conclusion.number, asked_by=staff_id)
    transition = next(
        (
            t
            for t in conclusion.transitions
            if known.first_item_id in {item_id(each, t) for each in conclusion.ids}
        ),
        None,
    )
    if transition is None:
        return None
    new = again_id(known.first_item_id, known.attempts + 1)
    await reports.add_again(uow.connection, known, new, transition, notice_id, staff_id, uow.now)
    event = reportable(new, known.person_id, transition, conclusion.number)
    event = event.model_copy(update={"notice_id": notice_id})
    uow.emit(event, key=str(known.person_id))
    return new


async def report_notice(
    uow: UnitOfWork, report: NoticeReport, number: str | None, *, asked_by: str | None = None
) -> UUID:
    """Report a notice that is itself what JPS is told; the id of the item."""
    await notice_reports.add(uow.connection, report, asked_by, uow.now)
    uow.emit(report.event(number), key=str(report.person_id))
    return report.item_id


async def stand_no_more(uow: UnitOfWork, notice_id: UUID) -> None:
    """Tell that what was reported of a notice, itself, no longer stands: it was taken back, or
    another has taken its place."""
    for item, person_id in await notice_reports.gone(uow.connection, notice_id):
        event = QualificationReportStands(
            item_id=item, person_id=person_id, stands=False, since=uow.today
        )
        uow.emit(event, key=str(person_id))


async def reported_under(
    uow: UnitOfWork,
    notice: Notice,
    conclusion: Conclusion,
    transition: Transition | None,
    values: Mapping[str, Value],
    staff_id: str,
) -> UUID | None:
    """The item under which a notice is reported; None: it brings about nothing to be reported.

    ``transition``: what it brings about. ``values``: what it says, where it is itself what is
    reported. One that mends a returned notice is reported again, under a new item.
    """
    own = report_of(
        notice.kind,
        values,
        person_id=notice.person_id,
        notice_id=notice.notice_id,
        occurred_on=notice.occurred_on,
        accepted_on=notice.received_on,
        transition=transition,
    )
    if own is not None:
        return await _report_itself(uow, notice, conclusion, own, staff_id)
    mended = await notices.find(uow.connection, notice.mends) if notice.mends else None
    if mended is not None and mended.item_id is not None:
        known = await reports.chain(uow.connection, mended.item_id)
        new = known and await report_again(
            uow, conclusion, known, notice_id=notice.notice_id, staff_id=staff_id
        )
        if new:
            return new
    if transition is None or not transition.is_reportable:
        return None
    return await reports.first_of(
        uow.connection, [item_id(each, transition) for each in conclusion.ids]
    )


async def _report_itself(
    uow: UnitOfWork,
    notice: Notice,
    conclusion: Conclusion,
    own: NoticeReport,
    staff_id: str,
) -> UUID:
    mended = await notices.find(uow.connection, notice.mends) if notice.mends else None
    known = (
        await reports.chain(uow.connection, mended.item_id)
        if mended is not None and mended.item_id is not None
        else None
    )
    if known is None:
        return await report_notice(uow, own, conclusion.number)
    report = again(own, known.first_item_id, known.attempts + 1)
    return await report_notice(uow, report, conclusion.number, asked_by=staff_id)


async def require_mendable(uow: UnitOfWork, notice_id: UUID, person_id: UUID, kind: str) -> None:
    """Raises ``Problem`` QU-0501 unless that is a returned notice of this person and kind."""
    found = await notices.find(uow.connection, notice_id, lock=True)
    if (
        found is None
        or (found.surviving_id, found.kind) != (person_id, kind)
        or found.state is not EntryState.RETURNED
        or found.mended_by is not None
    ):
        raise refusals.not_mendable()
