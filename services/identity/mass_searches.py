"""What staff search is counted; mass searches (大量検索) are recorded for the review of records."""

from contracts.events import AuditOperation
from contracts.functions import Function
from services.chassis import audit
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.identity.domain.mass_search import Seen, is_mass_search
from services.identity.settings import Settings
from services.identity.stores import search_counts


async def count_seen(
    uow: UnitOfWork,
    service: Service,
    staff: StaffContext,
    function: Function,
    *,
    searches: int = 0,
    persons: int = 0,
) -> None:
    """Count what this staff member was just shown; where it is too much, record that beside the
    inquiry itself, once, and begin to count anew."""
    settings = service.settings
    if not isinstance(settings, Settings):
        raise TypeError("identity runs with its own settings")
    threshold = settings.mass_search
    seen = await search_counts.count(
        uow.connection, staff.staff_id, Seen(searches, persons), uow.now, threshold.minutes
    )
    if not is_mass_search(seen, threshold):
        return
    await search_counts.reported(uow.connection, staff.staff_id)
    audit.record(
        uow,
        AuditOperation.MASS_SEARCH,
        staff=staff,
        function=function,
        count=seen.persons,
        details={"searches": seen.searches, "minutes": threshold.minutes},
    )
