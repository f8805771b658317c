"""Results (処理結果) of a batch: matched to their items, kept, and told to the items' owners."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from contracts.events import (
    CorrectedValues,
    CorrectionDecided,
    ItemDecided,
    ReportOwner,
    ReportProcessing,
)
from services.chassis import hiding
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.jps_reporting import correcting
from services.jps_reporting.domain.items import ItemState
from services.jps_reporting.domain.results import (
    Decision,
    ItemResult,
    SentItem,
    Unmatched,
    judge,
    state_after,
)
from services.jps_reporting.domain.told_layout import ToldLayout
from services.jps_reporting.stores import results
from services.jps_reporting.stores.results import Listed, Told


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a batch of rows."""

    taken: int = 0
    known: int = 0
    listed: int = 0

    @property
    def all(self) -> int:
        """All rows that were good."""
        return self.taken + self.known + self.listed


async def take_results(
    uow: UnitOfWork,
    file_id: UUID,
    layout: ToldLayout,
    rows: Sequence[tuple[int, ItemResult]],
    staff: StaffContext | None,
) -> Came:
    """Keep what the rows decide and tell the owners; what fits no item goes on the list."""
    if not rows:
        return Came()
    items = await results.items_at(
        uow.connection, sorted({(row.medium_serial, row.position) for _, row in rows})
    )
    hidden = await hiding.hidden_of(uow.connection, (item.person_id for item in items.values()))
    told: list[Told] = []
    listed: list[Listed] = []
    veils: list[Listed] = []
    states: dict[UUID, ItemState] = {}
    for line, row in rows:
        place = row.medium_serial, row.position
        found = items.get(place)
        said = judge(row, found, layout.reasons, uow.today)
        cells = row.model_dump(mode="json", exclude_none=True)
        if found is not None and found.person_id in hidden:
            veils.append(Listed(line, Unmatched.NO_RECORD, cells, None, found.person_id))
        if isinstance(said, Unmatched):
            listed.append(Listed(line, said, cells, found.person_id if found else None))
        elif said is not None:
            # Two rows about one item in one file: the second is judged by the first.
            item = replace(items[place], decisions=(*items[place].decisions, said))
            items[place] = item
            states[item.item_id] = state_after(item.decisions)
            told.append(Told(line, said))
            tell(uow, row.medium_serial, item, said)
    await results.add(uow.connection, file_id, told, uow.now)
    await results.move(
        uow.connection, states, now=uow.now, staff_id=staff.staff_id if staff else None
    )
    await correcting.follow_results(uow, states)
    await results.list_unmatched(uow.connection, file_id, [*listed, *veils], uow.now)
    return Came(len(told), len(rows) - len(told) - len(listed), len(listed))


def tell(uow: UnitOfWork, serial: int, item: SentItem, decision: Decision) -> None:
    """Tell the item's owner what JPS decided on it; ``serial``: of the medium it was on. What was
    told once more is the item again, to its owner."""
    values = decision.corrected_occurred_on, decision.corrected_category
    if item.corrects is not None and item.processing is ReportProcessing.CANCELLATION:
        _tell_of_cancellation(uow, serial, item, item.corrects, decision)
        return
    uow.emit(
        ItemDecided(
            decision_id=decision.decision_id,
            item_id=item.corrects or item.item_id,
            person_id=item.person_id,
            owner=ReportOwner(item.owner),
            kind=item.kind.value,
            outcome=decision.outcome,
            decided_on=decision.decided_on,
            medium_serial=serial,
            return_code=decision.return_code,
            return_reason=decision.return_reason,
            corrected=CorrectedValues(occurred_on=values[0], category_after=values[1])
            if any(values)
            else None,
            assigned_number=decision.assigned_number,
            exemption=decision.exemption,
        ),
        key=str(item.person_id),
        trace=item.trace,
    )


def _tell_of_cancellation(
    uow: UnitOfWork, serial: int, item: SentItem, corrects: UUID, decision: Decision
) -> None:
    uow.emit(
        CorrectionDecided(
            decision_id=decision.decision_id,
            correction_id=item.item_id,
            item_id=corrects,
            person_id=item.person_id,
            owner=ReportOwner(item.owner),
            kind=item.kind.value,
            outcome=decision.outcome,
            decided_on=decision.decided_on,
            medium_serial=serial,
            return_code=decision.return_code,
            return_reason=decision.return_reason,
        ),
        key=str(item.person_id),
        trace=item.trace,
    )
