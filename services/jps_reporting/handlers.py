"""What comes from the bus: facts to report, and identity's answers."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from contracts.events import (
    ExemptionReportHeld,
    ExemptionReportStands,
    LinkageAnswered,
    QualificationReportStands,
)
from contracts.topics import (
    CLAIMS_EVENTS,
    EXEMPTIONS_EVENTS,
    LINKAGE_REPLIES_JPS_REPORTING,
    PERSONS_BLOCKS,
    PERSONS_MERGES,
    PERSONS_SIGHT,
    QUALIFICATION_EVENTS,
    Topic,
)
from services.chassis import blocking, merges
from services.chassis.received import Handler, Received, Rejected, Rejection
from services.chassis.unit_of_work import UnitOfWork
from services.jps_reporting import checking, keeping_apart
from services.jps_reporting.domain.batches import BatchState
from services.jps_reporting.domain.items import ReportItem
from services.jps_reporting.intake import UnknownKind, classified, digest, item_of
from services.jps_reporting.reporting import Reporting
from services.jps_reporting.standing import take_held, take_standing
from services.jps_reporting.stores import batches, items, linkage


def handlers(reporting: Reporting) -> dict[Topic, Handler]:
    """One handler for each topic that the contract lets this service read."""

    async def on_facts(received: Sequence[Received[Any]], uow: UnitOfWork) -> None:
        await take_in(reporting, received, uow)
        told = [
            r
            for r in received
            if isinstance(r.event, QualificationReportStands | ExemptionReportStands)
        ]
        if told:
            await take_standing(reporting, told, uow)
        held = [r for r in received if isinstance(r.event, ExemptionReportHeld)]
        if held:
            await take_held(reporting, held, uow)

    async def on_answers(received: Sequence[Received[Any]], uow: UnitOfWork) -> None:
        await take_answers(reporting, received, uow)

    async def on_merges(received: Sequence[Received[Any]], uow: UnitOfWork) -> None:
        await check_again(reporting, await merges.follow(received, uow), uow)

    async def on_blocks(received: Sequence[Received[Any]], uow: UnitOfWork) -> None:
        await blocking.on_blocks(received, uow)
        await check_again(reporting, {one.event.person_id for one in received}, uow)

    async def on_sight(received: Sequence[Received[Any]], uow: UnitOfWork) -> None:
        await keeping_apart.follow(reporting, received, uow)

    return {
        QUALIFICATION_EVENTS: on_facts,
        EXEMPTIONS_EVENTS: on_facts,
        CLAIMS_EVENTS: on_facts,
        LINKAGE_REPLIES_JPS_REPORTING: on_answers,
        PERSONS_BLOCKS: on_blocks,
        PERSONS_SIGHT: on_sight,
        PERSONS_MERGES: on_merges,
    }


async def take_in(reporting: Reporting, received: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    """Turn events into items: the same item twice is one item.

    ``QualificationChanged`` is read past: what of a timeline is to be reported comes as
    ``QualificationReportable`` or ``NoticeReportable``. Raises ``Rejected``: JR-1001 for an item id
    that stands for something else already, JR-1005 for a kind of report that is not known here.
    """
    found, rejections = _items(reporting, received)
    known = await items.digests(uow.connection, [item.item_id for _, item in found])
    new: list[items.NewItem] = []
    for one, item in found:
        content = digest(item)
        earlier = known.setdefault(item.item_id, content)
        if earlier != content:
            rejections.append(
                Rejection(one, "JR-1001", "this item id already stands for another fact")
            )
            continue
        new.append(classified(one, item, reporting.parameters))
    if rejections:
        raise Rejected(rejections)
    await items.add(uow.connection, new, uow.now)


def _items(
    reporting: Reporting, received: Sequence[Received[Any]]
) -> tuple[list[tuple[Received[Any], ReportItem]], list[Rejection]]:
    found: list[tuple[Received[Any], ReportItem]] = []
    unknown: list[Rejection] = []
    for one in received:
        try:
            item = item_of(one.event, reporting.parameters)
        except UnknownKind:
            unknown.append(Rejection(one, "JR-1005", "this kind of report is not known here"))
            continue
        if item is not None:
            found.append((one, item))
    return found, unknown


async def check_again(reporting: Reporting, concerned: Collection[UUID], uow: UnitOfWork) -> None:
    """Check the items anew of who is one person now, or two, or for whom something is stopped.

    What two ids reported of one person is there twice, and is told before a medium is made of it.
    What was sent stays as it was sent.
    """
    same = await merges.same_person(uow.connection, concerned)
    every = {*concerned}.union(*same.values())
    found = await batches.unsealed_with(uow.connection, sorted(every))
    locked = await batches.lock(uow.connection, sorted(found))
    for batch_id, batch in sorted(locked.items()):
        await checking.check_persons(reporting, uow, batch, sorted(found[batch_id]))
        await checking.settle(reporting, uow, batch)


async def take_answers(
    reporting: Reporting, received: Sequence[Received[LinkageAnswered]], uow: UnitOfWork
) -> None:
    """Keep identity's answers, check the items they are about, and close what is complete.

    An answer to a batch that no longer waits for it is not kept. Raises ``Rejected``: JR-1002 for
    an answer to no request of ours, JR-1003 for one about somebody else.
    """
    known = await linkage.known(uow.connection, [one.event.request_id for one in received])
    rejections = [rejection for one in received if (rejection := _refusal(one, known)) is not None]
    if rejections:
        raise Rejected(rejections)
    # The batches' locks first: of two that bring the last answers, one has to see the other's.
    locked = await batches.lock(
        uow.connection, sorted({known[one.event.request_id][0] for one in received})
    )
    waiting = {i: b for i, b in locked.items() if b.state is BatchState.COLLECTING}
    awaited = [one.event for one in received if one.event.reference in waiting]
    await linkage.answer(uow.connection, [_reply(event) for event in awaited], uow.now)
    for batch_id, batch in waiting.items():
        persons = {event.person_id for event in awaited if event.reference == batch_id}
        await checking.check_persons(reporting, uow, batch, sorted(persons))
        await checking.settle(reporting, uow, batch)


def _refusal(one: Received[LinkageAnswered], known: dict[Any, tuple[Any, Any]]) -> Rejection | None:
    asked = known.get(one.event.request_id)
    if asked is None:
        return Rejection(one, "JR-1002", "an answer to a request that was never made")
    if asked != (one.event.reference, one.event.person_id):
        return Rejection(one, "JR-1003", "an answer about another person or batch than was asked")
    return None


def _reply(event: LinkageAnswered) -> linkage.Reply:
    return linkage.Reply(event.request_id, event.outcome, event.refusal, event.answer)
