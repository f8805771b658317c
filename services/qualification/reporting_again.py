"""Reporting again what JPS returned: a new item, the returned one kept as it was."""

from uuid import UUID

from contracts.forms import EntryState
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.qualification import problems as refusals
from services.qualification.conclusions import Conclusion
from services.qualification.domain.publication import reportable
from services.qualification.domain.transitions import Transition, again_id, item_id
from services.qualification.stores import notices, reports
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
    from the facts: what follows instead is reported by itself.
    """
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
    event = reportable(known.person_id, transition, conclusion.number)
    event = event.model_copy(update={"item_id": new, "notice_id": notice_id})
    uow.emit(event, key=str(known.person_id))
    return new


async def reported_under(
    uow: UnitOfWork,
    notice: Notice,
    conclusion: Conclusion,
    transition: Transition | None,
    staff: StaffContext,
) -> UUID | None:
    """The item under which a notice is reported; None: it brings about nothing to be reported.

    ``transition``: what it brings about. One that mends a returned notice and says the same is
    reported again, under a new item.
    """
    mended = await notices.find(uow.connection, notice.mends) if notice.mends else None
    if mended is not None and mended.item_id is not None:
        known = await reports.chain(uow.connection, mended.item_id)
        new = known and await report_again(
            uow, conclusion, known, notice_id=notice.notice_id, staff_id=staff.staff_id
        )
        if new:
            return new
    if transition is None or not transition.is_reportable:
        return None
    return await reports.first_of(
        uow.connection, [item_id(each, transition) for each in conclusion.ids]
    )


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
