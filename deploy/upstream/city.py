"""The made-up city: households and residents, the same for the same seed.

Residents come one after the other, so a city of a million needs no memory to speak of. Individual
numbers are synthetic (``SYNTHETIC_PREFIX``), one a resident.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from contracts.codes import (
    BecameResidentReason,
    Relationship,
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
    ResidenceStatus,
    ResidentRecord,
)
from contracts.numbers import synthetic_individual_number
from deploy.upstream import names

FIRST_INDEX = 100_000
"""Synthetic numbers below belong to hand-written tests."""


@dataclass(frozen=True)
class Resident:
    """One resident as the register has them: the record, its version, and the number."""

    index: int
    version: int
    record: ResidentRecord

    @property
    def number(self) -> str:
        """The individual number; made on demand, kept nowhere."""
        return synthetic_individual_number(FIRST_INDEX + self.index)

    def changed(self, **items: object) -> "Resident":
        """The next version of the record with these items changed."""
        record = self.record.model_copy(update=items)
        return replace(self, version=self.version + 1, record=record)


def residents(size: int, *, today: date, seed: int = 1, first: int = 0) -> Iterator[Resident]:
    """The city's residents on a day, household by household; ``first`` is the first one's index,
    so that another part of the city can be made later."""
    rng = random.Random(seed)  # noqa: S311  the same city for the same seed
    index = household = first
    while index < first + size:
        household += 1
        for record in _household(rng, household, index, today):
            if index == first + size:
                return
            yield Resident(index, 1, record)
            index += 1


def twentieth_birthday_on(day: date) -> date:
    """The birth date of somebody who turns 20 on ``day``, and reaches 20 the day before.

    Every two-hundredth head of a household is one, two days after the load: so that the next
    nightly run of even a small city has something to do.
    """
    try:
        return day.replace(year=day.year - 20)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 20, day=28)


def addressee_number(index: int) -> str:
    """The register's 宛名番号 of a resident."""
    return f"{10_000_000 + index}"


def _household(
    rng: random.Random, household: int, first: int, today: date
) -> Iterator[ResidentRecord]:
    if rng.random() < 0.03:
        yield _foreigner(rng, household, first, today)
        return
    rare = rng.random() < 0.004
    surname = rng.choice(names.RARE_SURNAMES if rare else names.SURNAMES)
    address = _address(rng)
    head_sex = Sex.MALE if rng.random() < 0.7 else Sex.FEMALE
    head_age = rng.randint(19, 92)
    coming_of_age = household % 200 == 7
    moved_in = today - timedelta(days=rng.randint(200, 12_000))
    head_name = _name(rng, surname, head_sex)
    householder = Householder(name=head_name.kanji, addressee_number=addressee_number(first))
    members = [(head_name, head_sex, head_age, Relationship.HOUSEHOLDER)]
    if rng.random() < 0.55:
        sex = Sex.FEMALE if head_sex is Sex.MALE else Sex.MALE
        spouse = Relationship.WIFE if sex is Sex.FEMALE else Relationship.HUSBAND
        age = max(19, head_age + rng.randint(-6, 6))
        members.append((_name(rng, surname, sex), sex, age, spouse))
    for _ in range(rng.choice((0, 0, 0, 1, 1, 2, 3)) if head_age > 22 else 0):
        sex = rng.choice((Sex.MALE, Sex.FEMALE))
        age = max(0, head_age - rng.randint(22, 38))
        members.append((_name(rng, surname, sex), sex, age, Relationship.CHILD))
    for offset, (name, sex, age, relationship) in enumerate(members):
        born = _birthday(rng, age, today)
        if coming_of_age and offset == 0:
            born = twentieth_birthday_on(today + timedelta(days=2))
        since = max(moved_in, born)
        reason = BecameResidentReason.BIRTH if since == born else BecameResidentReason.MOVE_IN
        yield ResidentRecord(
            addressee_number=addressee_number(first + offset),
            household_number=f"{5_000_000 + household}",
            name=name,
            birth_date=UncertainDate.exact(born),
            sex=sex,
            relationship=(relationship,),
            resident_kind=ResidentKind.JAPANESE,
            resident_status=ResidentStatus.RESIDENT,
            householder=householder,
            became_resident=BecameResident(reason=reason, on=UncertainDate.exact(since)),
            address=address,
            move_in_address=None
            if reason is BecameResidentReason.BIRTH
            else Address(text=f"{rng.choice(names.ELSEWHERE)}１丁目２番３号"),
            family_register_head=head_name.kanji,
        )


def _foreigner(rng: random.Random, household: int, index: int, today: date) -> ResidentRecord:
    latin, nationality, status = rng.choice(names.FOREIGN)
    since = today - timedelta(days=rng.randint(200, 5_000))
    born = _birthday(rng, rng.randint(20, 60), today)
    name = PersonName(kanji=latin, kana=None, latin=latin)
    return ResidentRecord(
        addressee_number=addressee_number(index),
        household_number=f"{5_000_000 + household}",
        name=name,
        birth_date=UncertainDate.exact(born),
        sex=rng.choice((Sex.MALE, Sex.FEMALE)),
        relationship=(Relationship.HOUSEHOLDER,),
        resident_kind=ResidentKind.FOREIGN,
        resident_status=ResidentStatus.RESIDENT,
        householder=Householder(name=latin, addressee_number=addressee_number(index)),
        became_resident=BecameResident(
            reason=BecameResidentReason.MOVE_IN_FROM_ABROAD, on=UncertainDate.exact(since)
        ),
        address=_address(rng),
        move_in_address=Address(text=nationality, abroad=True),
        nationality=nationality,
        residence_status=ResidenceStatus(
            code=status, label=status, valid_from=since, valid_to=today + timedelta(days=700)
        ),
    )


def _name(rng: random.Random, surname: tuple[str, str], sex: Sex) -> PersonName:
    given = rng.choice(names.GIVEN_MALE if sex is Sex.MALE else names.GIVEN_FEMALE)
    return PersonName(kanji=f"{surname[0]}　{given[0]}", kana=f"{surname[1]}　{given[1]}")


def _birthday(rng: random.Random, age: int, today: date) -> date:
    return today - timedelta(days=age * 365 + age // 4 + rng.randint(0, 364))


def _address(rng: random.Random) -> Address:
    block = f"{rng.randint(1, 6)}丁目{rng.randint(1, 40)}番{rng.randint(1, 30)}号"
    building = rng.choice(names.BUILDINGS)
    return Address(
        text=f"{names.CITY}{rng.choice(names.WARDS)}{rng.choice(names.TOWNS)}{_wide(block)}",
        building=f"{building}{_wide(str(rng.randint(101, 912)))}号室" if building else None,
        municipality_code=names.CITY_CODE,
        town_code=f"{rng.randint(1, 60):04d}000",
        postal_code=f"999{rng.randint(0, 9999):04d}",
    )


def _wide(text: str) -> str:
    return text.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
