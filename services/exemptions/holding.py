"""What has to wait before it is sent: jps_reporting is told to hold its item back, or to let it go.

An item is held back while a difference of a review made again is open (再審査), while nobody looked
at what its review rests on and was another's, or at what became of its months by the timeline
(fallen away, after a break, not sure any more), or while somebody has proposed to take its entry
back (本登録取消). What is on a medium already is not.
"""

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from contracts.events import ExemptionReportHeld
from contracts.forms import EntryState
from services.chassis.clock import japan_date
from services.chassis.unit_of_work import UnitOfWork
from services.exemptions.stores import holding
from services.exemptions.stores.entries import Entry


async def held(uow: UnitOfWork, ids: Collection[UUID]) -> set[UUID]:
    """Which of these entries have to wait now: to be asked before something changes."""
    return await holding.held(uow.connection, ids)


async def tell(uow: UnitOfWork, concerned: Iterable[Entry], before: Collection[UUID]) -> None:
    """Tell of these entries what changed since ``before``: which of them wait, and which no more.

    Nobody is told of what was sent, or is not reported.
    """
    waiting = [
        one for one in concerned if one.state is EntryState.SETTLED and one.item_id is not None
    ]
    after = await holding.held(uow.connection, [one.entry_id for one in waiting])
    for one in waiting:
        if (one.entry_id in after) != (one.entry_id in before):
            assert one.item_id is not None  # it is reported
            held = one.entry_id in after
            _tell(uow, one.item_id, one.person_id, uow.today, held=held)


async def tell_again(
    uow: UnitOfWork, after: UUID | None, limit: int, *, dry_run: bool
) -> tuple[int, UUID | None]:
    """Tell of the next entries that wait that they do, and since when: of those that began to
    before it was told of anything. How many, and the last of them (None: there was none). Told
    twice, it is the same. ``dry_run``: they are only counted."""
    found = await holding.waiting(uow.connection, after, limit)
    for one in () if dry_run else found:
        _tell(uow, one.item_id, one.person_id, japan_date(one.since), held=True)
    return len(found), found[-1].entry_id if found else None


def _tell(uow: UnitOfWork, item_id: UUID, person_id: UUID, since: date, *, held: bool) -> None:
    event = ExemptionReportHeld(item_id=item_id, person_id=person_id, held=held, since=since)
    uow.emit(event, key=str(person_id))
