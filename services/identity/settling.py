"""What a settled finding does: in one transaction the state, the events and the record of it."""

from collections.abc import Sequence
from uuid import UUID

from services.chassis.unit_of_work import UnitOfWork
from services.identity.domain.findings import Decision, FindingKind
from services.identity.domain.folding import Folding
from services.identity.domain.merging import Told, choose, numbers_differ
from services.identity.domain.numbers import NumberState, state_of
from services.identity.problems import (
    already_one,
    borne_by_another,
    no_number,
    not_one,
    two_numbers,
)
from services.identity.stores import feeding, findings, measures, merging
from services.identity.stores.attaching import Waiting, waiting
from services.identity.stores.findings import Finding


async def check(uow: UnitOfWork, finding: Finding, decision: Decision) -> None:
    """Whether a decision can be carried out as things stand. Raises `Problem` ID-0305 to ID-0309.

    Asked when it is proposed, and again when it is settled: the register may have told more.
    """
    await merging.one_at_a_time(uow.connection)
    into = await merging.trees(uow.connection, finding.persons)
    roots = tuple(dict.fromkeys(into.root(person_id) for person_id in finding.persons))
    if decision is Decision.MERGE:
        if len(roots) < 2:
            raise already_one()
        standing = await merging.standings(uow.connection, into, roots)
        if numbers_differ(*(standing[root] for root in roots)):
            raise two_numbers()
    elif decision is Decision.SEPARATE and len(roots) > 1:
        raise not_one()
    elif decision.names_person and finding.decision_person_id is not None:
        await check_number(uow, decision, finding.decision_person_id)


async def check_number(uow: UnitOfWork, decision: Decision, person_id: UUID) -> None:
    """Whether something can be said of this person's number. Raises `Problem` ID-0308, ID-0309."""
    number = await findings.number(uow.connection, person_id)
    if number.token is None:
        raise no_number()
    if decision is Decision.NUMBER_RIGHT:
        into = await merging.trees(uow.connection, [person_id])
        same = set(into.under(into.root(person_id)))
        others = await merging.others_with(uow.connection, number.token, person_id)
        if not same.issuperset(others):
            raise borne_by_another()


async def carry_out(
    uow: UnitOfWork, finding: Finding, decision: Decision, folding: Folding
) -> None:
    """Do what was settled. Raises what `check` raises."""
    await check(uow, finding, decision)
    match decision:
        case Decision.MERGE:
            await _merge(uow, finding)
        case Decision.SEPARATE:
            await _separate(uow, finding, folding)
        case Decision.NUMBER_WRONG | Decision.NUMBER_RIGHT:
            await _judge_number(uow, finding, decision)
        case _:
            pass  # nothing but the finding itself changes


async def _merge(uow: UnitOfWork, finding: Finding) -> None:
    into = await merging.trees(uow.connection, finding.persons)
    one, other = (into.root(person_id) for person_id in finding.persons)
    standing = await merging.standings(uow.connection, into, (one, other))
    choice = choose(standing[one], standing[other])
    told = await merging.merge(uow.connection, into, choice, (finding.finding_id, uow.now))
    _tell(uow, told)
    members = into.under(choice.surviving.person_id)
    await _hide(uow, members)
    await findings.resolve_merged(uow.connection, members, finding.finding_id, uow.now)
    await waiting(uow.connection, members, uow.now)


async def _separate(uow: UnitOfWork, finding: Finding, folding: Folding) -> None:
    into = await merging.trees(uow.connection, finding.persons)
    root = into.root(finding.person_id)
    members = into.under(root)
    await merging.standings(uow.connection, into, [root])
    former = into.between(*finding.persons)
    await merging.protect_alike(uow.connection, members)
    told, since = await merging.separate(
        uow.connection, into, former, (finding.finding_id, uow.now)
    )
    _tell(uow, told)
    await _hide(uow, members)
    await findings.resolve_separated(uow.connection, members, finding.finding_id, uow.now)
    await _share_again(uow, former, members)
    rows = await merging.linked_since(uow.connection, members, since)
    await _fit_again(uow, [Waiting.of(row) for row in rows], folding)


def _tell(uow: UnitOfWork, told: Sequence[Told]) -> None:
    """Each person concerned, under its own key: how it stands now."""
    for event in told:
        uow.emit(event, key=str(event.person_id))


async def _hide(uow: UnitOfWork, members: Sequence[UUID]) -> None:
    """Whoever lacks the right to see one of those who are one sees none of them."""
    for event in await measures.hide(uow.connection, members):
        uow.emit(event, key=str(event.person_id))


async def _share_again(uow: UnitOfWork, former: UUID, members: tuple[UUID, ...]) -> None:
    """Two who bore one number are two again: the number is on two persons' records as before."""
    into = await merging.trees(uow.connection, members)
    apart = into.under(former)
    for person_id in apart:
        number = await findings.number(uow.connection, person_id)
        if number.token is None or number.state is NumberState.WRONG:
            continue
        others = await merging.others_with(uow.connection, number.token, person_id)
        for other in (o for o in others if o in members and o not in apart):
            mine = number.state is NumberState.CONFLICT
            pair = (person_id, other) if mine else (other, person_id)
            await findings.open_one(uow.connection, FindingKind.NUMBER_SHARED, *pair, None, uow.now)


async def _fit_again(uow: UnitOfWork, linked: list[Waiting], folding: Folding) -> None:
    """Numbers of other systems that became the merged person's: compared with each of the two."""
    if not linked:
        return
    numbers = [each.number for each in linked]
    await merging.let_go(uow.connection, numbers, uow.now)
    feeds = await feeding.open_links(
        uow.connection, numbers, [each.told for each in linked], folding
    )
    for each in linked:
        feeds.look_again(each.place, each.record_version, each.told)
    await feeding.write_links(uow.connection, feeds, uow.now, look_again_at=None)


async def _judge_number(uow: UnitOfWork, finding: Finding, decision: Decision) -> None:
    person_id = finding.decision_person_id
    if person_id is None:
        raise no_number()
    number = await findings.number(uow.connection, person_id, lock=True)
    if number.token is None:
        raise no_number()
    if decision is Decision.NUMBER_WRONG:
        await merging.set_number_state(uow.connection, person_id, NumberState.WRONG)
        await merging.give_back(uow.connection, number.token)
        return
    others = await merging.others_with(uow.connection, number.token, person_id)
    state = state_of(number.token, borne_by_another=bool(others))
    await merging.set_number_state(uow.connection, person_id, state)
