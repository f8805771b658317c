"""Correcting at JPS what was sent and is not so: proposed by one, settled by another."""

from collections.abc import Mapping
from uuid import UUID, uuid4

from contracts.forms import require_another_person
from services.chassis import problems as chassis_problems
from services.chassis.unit_of_work import UnitOfWork
from services.jps_reporting import correction_problems
from services.jps_reporting.domain.deadlines import NoDeadlineKnown
from services.jps_reporting.domain.items import ItemState
from services.jps_reporting.parameter_files import Parameters
from services.jps_reporting.stores import corrections, standing
from services.jps_reporting.stores.corrections import Proposal
from services.jps_reporting.stores.item_rows import StoredItem


async def found(uow: UnitOfWork, item_id: UUID, *, held: bool = True) -> StoredItem:
    """The item, or the one that this item corrects; by default held. Raises CH-0003 where there is
    none."""
    item = await corrections.find(uow.connection, item_id, held=held)
    if item is None:
        raise chassis_problems.not_found()
    return item


async def open_proposal(uow: UnitOfWork, item_id: UUID) -> Proposal | None:
    """What waits for another to decide about an item."""
    every = await corrections.proposals(uow.connection, [item_id])
    return next((one for one in every.get(item_id, ()) if one.is_open), None)


async def follow_results(uow: UnitOfWork, states: Mapping[UUID, ItemState]) -> None:
    """End what would correct these items, or the items that they correct, and is called for no more
    by what JPS decided: what it returned it does not have."""
    concerned = await corrections.corrected_of(uow.connection, list(states))
    await standing.withdraw_corrections(uow.connection, concerned, uow.now)
    await corrections.lapse(uow.connection, concerned, uow.now)


async def propose(uow: UnitOfWork, item: StoredItem, reason: str, staff_id: str) -> None:
    """Propose what JPS is to be told of a held item. Raises JR-3020, JR-3021."""
    if item.correction_wanted is None:
        raise correction_problems.no_correction_wanted()
    waiting = await open_proposal(uow, item.item.item_id)
    if waiting is not None and waiting.processing is item.correction_wanted:
        raise correction_problems.correction_proposed()
    # One about what was called for before would stand in the way.
    await corrections.lapse(uow.connection, [item.item.item_id], uow.now)
    await corrections.propose(
        uow.connection,
        Proposal(
            uuid4(), item.item.item_id, item.correction_wanted, uow.now, staff_id, reason
        ),
    )  # fmt: skip


async def settle(
    uow: UnitOfWork, parameters: Parameters, item: StoredItem, *, agree: bool, staff_id: str
) -> None:
    """Make the correction an item that waits, or turn it down.

    Raises JR-3022 where nothing is proposed, ``SamePerson`` for who proposed it, JR-3020 where it
    is no longer called for, or no rule says how.
    """
    item_id = item.item.item_id
    proposal = await open_proposal(uow, item_id)
    if proposal is None:
        raise correction_problems.no_correction_proposed()
    require_another_person(proposal.proposed_by, staff_id)
    correction: UUID | None = None
    if agree:
        if proposal.processing is not item.correction_wanted:
            raise correction_problems.no_correction_wanted()
        try:
            rule = parameters.corrections.rule(proposal.processing, uow.today)
        except NoDeadlineKnown:
            raise correction_problems.no_correction_wanted() from None
        correction = await corrections.add(
            uow.connection, item_id, rule, rule.due(uow.today), staff_id=staff_id, now=uow.now
        )
    await corrections.decide(uow.connection, proposal, correction, staff_id=staff_id, now=uow.now)
