"""A working day of the register: every kind of change, at a real city's proportions."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from contracts.codes import (
    BecameResidentReason,
    Relationship,
    RemovalReason,
    ResidentChangeKind,
    ResidentKind,
    ResidentStatus,
    Sex,
)
from contracts.dates import UncertainDate
from contracts.events.residents import (
    Address,
    BecameResident,
    Householder,
    PersonName,
    Removal,
    ResidentRecord,
)
from deploy.upstream import names
from deploy.upstream.city import Resident, addressee_number


@dataclass(frozen=True)
class Change:
    """A change to one resident's record."""

    kind: ResidentChangeKind
    on: date
    resident: Resident


def snapshot(city: Iterator[Resident], today: date) -> Iterator[Change]:
    """全件連携: every record as it stands."""
    for resident in city:
        yield Change(ResidentChangeKind.SNAPSHOT, today, resident)


def working_day(
    city: Sequence[Resident], first_new: int, *, today: date, seed: int = 1
) -> Iterator[Change]:
    """One day's changes to a city, each resident at most once. ``first_new`` is the index that
    the first person new to the city gets."""
    rng = random.Random(f"{seed}/{today}")  # noqa: S311  the same city for the same seed
    adults = [r for r in city if _age(r, today) >= 18]
    rng.shuffle(adults)
    share = max(1, len(city) // 2_000)
    plan = (
        (_death, share), (_move_out, share), (_move_abroad, share), (_name_change, share),
        (_address_change, 2 * share), (_household_change, share), (_correction, share),
    )  # fmt: skip
    for make, count in plan:
        for _ in range(count):
            if adults:
                yield make(rng, adults.pop(), today)
    for n in range(share):
        yield _birth(rng, adults.pop(), first_new + n, today)
    for n in range(2 * share):
        yield _move_in(rng, first_new + share + n, today, abroad=n % 2 == 0)


def death(resident: Resident, on: date) -> Change:
    """A death on a day."""
    gone = _removed(resident, on, RemovalReason.DEATH, ResidentStatus.DECEASED)
    return Change(ResidentChangeKind.DEATH, on, gone)


def _age(resident: Resident, today: date) -> int:
    return (today - resident.record.birth_date.require()).days // 365


def _removed(
    resident: Resident, today: date, reason: RemovalReason, status: ResidentStatus, **items: object
) -> Resident:
    removal = Removal(reason=reason, on=UncertainDate.exact(today))
    return resident.changed(removal=removal, resident_status=status, **items)


def _death(rng: random.Random, resident: Resident, today: date) -> Change:
    return death(resident, today - timedelta(days=rng.randint(0, 4)))


def _move_out(rng: random.Random, resident: Resident, today: date) -> Change:
    to = Address(text=f"{rng.choice(names.ELSEWHERE)}４丁目５番６号")
    gone = _removed(
        resident, today, RemovalReason.MOVE_OUT, ResidentStatus.MOVED_OUT, move_out_address=to
    )
    return Change(ResidentChangeKind.MOVE_OUT, today, gone)


def _move_abroad(rng: random.Random, resident: Resident, today: date) -> Change:
    to = Address(text=rng.choice(names.ABROAD), abroad=True)
    gone = _removed(
        resident, today, RemovalReason.MOVE_ABROAD, ResidentStatus.MOVED_OUT, move_out_address=to
    )
    return Change(ResidentChangeKind.MOVE_ABROAD, today, gone)


def _name_change(rng: random.Random, resident: Resident, today: date) -> Change:
    surname = rng.choice(names.SURNAMES)
    old = resident.record.name
    given = old.kanji.partition("　")[2] or old.kanji
    kana = (old.kana or "").partition("　")[2]
    name = PersonName(
        kanji=f"{surname[0]}　{given}", kana=f"{surname[1]}　{kana}" if kana else None
    )
    return Change(ResidentChangeKind.NAME_CHANGE, today, resident.changed(name=name))


def _address_change(rng: random.Random, resident: Resident, today: date) -> Change:
    old = resident.record.address
    new = old.model_copy(
        update={"text": f"{names.CITY}{rng.choice(names.WARDS)}{rng.choice(names.TOWNS)}"
                        f"７丁目{rng.randint(1, 9)}番"}
    )  # fmt: skip
    changed = resident.changed(address=new, previous_address=old)
    return Change(ResidentChangeKind.ADDRESS_CHANGE, today, changed)


def _household_change(_rng: random.Random, resident: Resident, today: date) -> Change:
    record = resident.record
    changed = resident.changed(
        household_number=f"{8_000_000 + resident.index}",
        relationship=(Relationship.HOUSEHOLDER,),
        householder=Householder(name=record.name.kanji, addressee_number=record.addressee_number),
    )
    return Change(ResidentChangeKind.HOUSEHOLD_CHANGE, today, changed)


def _correction(_rng: random.Random, resident: Resident, today: date) -> Change:
    born = resident.record.birth_date.require() - timedelta(days=1)
    changed = resident.changed(birth_date=UncertainDate.exact(born))
    return Change(ResidentChangeKind.CORRECTION, today, changed)


def _birth(rng: random.Random, parent: Resident, index: int, today: date) -> Change:
    record = parent.record
    surname = record.name.kanji.partition("　")[0]
    kana = (record.name.kana or "").partition("　")[0]
    given = rng.choice(names.GIVEN_FEMALE)
    born = today - timedelta(days=rng.randint(1, 10))
    child = ResidentRecord(
        addressee_number=addressee_number(index),
        household_number=record.household_number,
        name=PersonName(kanji=f"{surname}　{given[0]}", kana=f"{kana}　{given[1]}"),
        birth_date=UncertainDate.exact(born),
        sex=Sex.FEMALE,
        relationship=(Relationship.CHILD,),
        resident_kind=ResidentKind.JAPANESE,
        resident_status=ResidentStatus.RESIDENT,
        householder=record.householder,
        became_resident=BecameResident(
            reason=BecameResidentReason.BIRTH, on=UncertainDate.exact(born)
        ),
        address=record.address,
    )
    return Change(ResidentChangeKind.BIRTH, born, Resident(index, 1, child))


def _move_in(rng: random.Random, index: int, today: date, *, abroad: bool) -> Change:
    surname, given = rng.choice(names.SURNAMES), rng.choice(names.GIVEN_MALE)
    reason = BecameResidentReason.MOVE_IN_FROM_ABROAD if abroad else BecameResidentReason.MOVE_IN
    name = PersonName(kanji=f"{surname[0]}　{given[0]}", kana=f"{surname[1]}　{given[1]}")
    came_from = (
        Address(text=rng.choice(names.ABROAD), abroad=True)
        if abroad
        else Address(text=f"{rng.choice(names.ELSEWHERE)}７丁目８番９号")
    )
    record = ResidentRecord(
        addressee_number=addressee_number(index),
        household_number=f"{7_000_000 + index}",
        name=name,
        birth_date=UncertainDate.exact(today - timedelta(days=rng.randint(21 * 366, 58 * 365))),
        sex=Sex.MALE,
        relationship=(Relationship.HOUSEHOLDER,),
        resident_kind=ResidentKind.JAPANESE,
        resident_status=ResidentStatus.RESIDENT,
        householder=Householder(name=name.kanji, addressee_number=addressee_number(index)),
        became_resident=BecameResident(reason=reason, on=UncertainDate.exact(today)),
        address=Address(
            text=f"{names.CITY}{rng.choice(names.WARDS)}{rng.choice(names.TOWNS)}８丁目１番",
            municipality_code=names.CITY_CODE,
        ),
        move_in_address=came_from,
    )
    kind = ResidentChangeKind.MOVE_IN_FROM_ABROAD if abroad else ResidentChangeKind.MOVE_IN
    return Change(kind, today, Resident(index, 1, record))
