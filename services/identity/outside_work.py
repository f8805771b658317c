"""Keeping records of people who are not on the register (住登外者): compared first, and kept by the
same working set as the register's own."""

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

from contracts.dates import UncertainDate
from contracts.events import ResidentTokenised
from contracts.events.feeds import FourAttributes
from contracts.events.residents import ResidentRecord
from contracts.keys import resident_key
from contracts.topics import RESIDENTS_TOKENISED, shard_of
from services.chassis.received import Received
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.identity.domain import outside as rules
from services.identity.domain.comparison import Comparison, compare_all
from services.identity.domain.findings import FindingKind
from services.identity.domain.folding import Folding
from services.identity.domain.outside import (
    CHANGES,
    SYSTEM,
    Entered,
    OutsideRefusal,
    OutsideRefused,
    OutsideStep,
)
from services.identity.domain.register import Register
from services.identity.stores import attaching, bearers, findings, near_misses, outside, registering
from services.identity.stores.outside import Entry, OutsideRecord

_DIGEST = b""


async def candidates(
    uow: UnitOfWork, staff: StaffContext, entered: Entered, folding: Folding
) -> dict[UUID, tuple[ResidentRecord, Comparison]]:
    """Who on record comes near what is to be entered, of those whom the caller may see: under the
    name or under the alias, whichever agrees in more."""
    found: dict[UUID, tuple[ResidentRecord, Comparison]] = {}
    for told in entered.names:
        for person_id, one in (await _near(uow, staff, told, folding)).items():
            if person_id not in found or one[1].all_agree:
                found[person_id] = one
    return found


async def _near(
    uow: UnitOfWork, staff: StaffContext, told: FourAttributes, folding: Folding
) -> dict[UUID, tuple[ResidentRecord, Comparison]]:
    found = await bearers.meant(uow.connection, {_DIGEST: told}, folding)
    near = [p for p, c in compare_all(told, found[_DIGEST], folding).items() if c.near]
    # One statement whoever comes near, so that nothing tells of one who is not there.
    visible = await near_misses.visible_of(uow.connection, staff.functions, near)
    compared = compare_all(told, visible, folding)
    records = {bearer.person_id: bearer.record for bearer in reversed(visible)}
    return {
        person_id: (records[person_id], compared[person_id])
        for person_id in sorted(compared)
        if compared[person_id].near
    }


def check_candidates(
    found: Mapping[UUID, tuple[ResidentRecord, Comparison]], looked_at: Sequence[UUID]
) -> None:
    """Raises `OutsideRefused`: somebody is on record already, or comes near and was not looked
    at."""
    if any(comparison.all_agree for _, comparison in found.values()):
        raise OutsideRefused(OutsideRefusal.KNOWN_ALREADY)
    if not found.keys() <= set(looked_at):
        raise OutsideRefused(OutsideRefusal.NOT_LOOKED_AT)


async def carry_out(
    uow: UnitOfWork, staff: StaffContext, entry: Entry, folding: Folding
) -> OutsideRecord:
    """Keep what was proposed as one more version, and tell the neighbours. Raises
    `OutsideRefused`."""
    number, version, record, token = await _next(uow, staff, entry)
    on = entry.died_on or UncertainDate.exact(uow.today)
    event = ResidentTokenised(
        record_version=version,
        change=CHANGES[entry.step],
        changed_on=on,
        reported_on=uow.today,
        record=record,
        individual_number_token=token,
    ).model_copy(update={"source": SYSTEM})
    received = Received(
        event=event,
        key=resident_key(SYSTEM, number),
        event_id=uuid4(),
        type=ResidentTokenised.TYPE,
        source=SYSTEM,
        time=uow.now,
        topic=RESIDENTS_TOKENISED.name,
        shard=shard_of(resident_key(SYSTEM, number)),
        trace=None,
    )
    register = await registering.open_register(uow.connection, [event], folding)
    register.take(0, received.key, event)
    await registering.write(uow.connection, register, [received], uow.now)
    await attaching.look_again(uow.connection, register, uow.now)
    for _, told in register.events:
        uow.emit(told, key=str(told.person_id))
    (known,) = register.touched.values()
    return OutsideRecord(known.person_id, number, version, record, token)


async def _next(
    uow: UnitOfWork, staff: StaffContext, entry: Entry
) -> tuple[str, int, ResidentRecord, str | None]:
    """宛名番号, version and content of the next version, and the token that it bears."""
    if entry.person_id is None:
        if entry.entered is None:
            raise OutsideRefused(OutsideRefusal.NO_SUCH_RECORD)
        number = await outside.fresh_number(uow.connection)
        return number, 1, rules.new_record(number, entry.entered), token_of(entry)
    kept = await standing(uow, staff, entry.person_id)
    record = kept.record
    match entry.step:
        case OutsideStep.CORRECTION if entry.entered is not None:
            record = rules.corrected(record, entry.entered)
        case OutsideStep.DEATH if entry.died_on is not None:
            record = rules.died(record, entry.died_on)
        case OutsideStep.NUMBER if entry.number is not None:
            return kept.addressee_number, kept.record_version + 1, record, entry.number.token
        case _:
            record = rules.cancelled(record)
    return kept.addressee_number, kept.record_version + 1, record, kept.token


def token_of(entry: Entry) -> str | None:
    """Of the number that was entered; None: none was."""
    return None if entry.number is None else entry.number.token


async def bearers_of(
    uow: UnitOfWork, staff: StaffContext, entry: Entry, folding: Folding
) -> dict[UUID, tuple[ResidentRecord, Comparison]]:
    """Who on record bears the number that is proposed for somebody, of those whom the caller may
    see, compared with that person: two of staff decide whether they are one."""
    if entry.number is None:
        return {}
    if entry.person_id is not None:
        kept = await outside.record_of(uow.connection, staff.functions, entry.person_id)
        told = None if kept is None else rules.attributes_of(kept.record)
    else:
        told = None if entry.entered is None else entry.entered.attributes
    if told is None:
        return {}
    return await bearing(uow, staff, entry.number.token, told, folding, but=entry.person_id)


async def bearing(
    uow: UnitOfWork,
    staff: StaffContext,
    token: str,
    told: FourAttributes,
    folding: Folding,
    *,
    but: UUID | None = None,
) -> dict[UUID, tuple[ResidentRecord, Comparison]]:
    """Who on record bears a number, of those whom the caller may see, compared with somebody."""
    borne = await outside.bearers(uow.connection, token, but)
    # One statement whoever bears it, so that nothing tells of one who is not there.
    visible = await near_misses.visible_of(uow.connection, staff.functions, borne)
    compared = compare_all(told, visible, folding)
    records = {bearer.person_id: bearer.record for bearer in reversed(visible)}
    return {person_id: (records[person_id], compared[person_id]) for person_id in sorted(compared)}


async def standing(uow: UnitOfWork, staff: StaffContext, person_id: UUID) -> OutsideRecord:
    """The record that staff keep of a person. Raises `OutsideRefused`."""
    kept = await outside.record_of(uow.connection, staff.functions, person_id)
    if kept is None:
        raise OutsideRefused(OutsideRefusal.NOT_OUTSIDE)
    if kept.record.processing_hold:
        raise OutsideRefused(OutsideRefusal.CANCELLED)
    return kept


async def find_again(uow: UnitOfWork, register: Register, folding: Folding) -> None:
    """Whom the register tells of for the first time may be somebody kept outside it, who has moved
    in: a finding, for two of staff to decide."""
    told = {
        known.person_id: known.record
        for place, known in register.touched.items()
        if place in register.created and known.record is not None
    }
    if not told:
        return
    for person_id, bearer in await outside.may_be(uow.connection, list(told.items())):
        record = told[person_id]
        compared = compare_all(rules.attributes_of(record), [bearer], folding)
        if not rules.may_be_one(compared[bearer.person_id]):
            continue
        first, second = sorted((person_id, bearer.person_id))
        await findings.open_one(
            uow.connection, FindingKind.SAME_PERSON, first, second, None, uow.now
        )
