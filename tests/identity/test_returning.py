"""年金資格 back to the resident register, by the 宛名番号 that only identity knows."""

import json
from uuid import UUID, uuid4

import pytest

from contracts.events import (
    AuditRecorded,
    PensionColumns,
    PensionColumnsChanged,
    ResidentPensionChanged,
)
from contracts.events.qualification import InsuredCategory
from contracts.keys import resident_key
from contracts.topics import UPSTREAM_REGISTER
from services.chassis.packing import unpack
from tests.identity.house import House
from tests.identity.people import HANAKO, Kind, told

pytestmark = pytest.mark.stack

FIRST = PensionColumns(insured=True, category=InsuredCategory.CATEGORY_1)
SECOND = PensionColumns(insured=False, basic_pension_number="1234567890")


def event(person_id: UUID, version: int, columns: PensionColumns) -> PensionColumnsChanged:
    return PensionColumnsChanged(person_id=person_id, columns_version=version, columns=columns)


async def tell(house: House, *events: PensionColumnsChanged) -> None:
    records = house.records("qualification", [(str(each.person_id), each) for each in events])
    tally = await house.service.intake.take(records)
    assert tally.refused == 0


async def test_the_register_is_told_by_its_own_number_and_nobody_by_person_id(
    house: House,
) -> None:
    await house.told(told(Kind.MOVE_IN))
    person_id = await house.person_id()
    await tell(house, event(person_id, 1, FIRST))
    (sent,) = await house.outbox(ResidentPensionChanged)
    assert (sent.addressee_number, sent.version, sent.columns) == (HANAKO, 1, FIRST)
    keys, bodies = [], []
    async with house.service.database.read() as connection:
        for row in await connection.fetch("select packed from bus.outbox"):
            for message in unpack(row["packed"]):
                if dict(message.headers)["ce_type"].decode() == ResidentPensionChanged.TYPE:
                    keys.append(message.key.decode())
                    bodies.append(json.loads(message.body))
    assert keys == [resident_key(UPSTREAM_REGISTER, HANAKO)]
    assert str(person_id) not in json.dumps(bodies)
    (recorded,) = await house.outbox(AuditRecorded)
    assert (recorded.purpose, recorded.person_id) == ("resident_record", person_id)


async def test_on_a_change_alone_in_one_batch_or_in_many(house: House) -> None:
    await house.told(told(Kind.MOVE_IN))
    person_id = await house.person_id()
    await tell(house, event(person_id, 1, FIRST), event(person_id, 2, SECOND))
    await tell(house, event(person_id, 3, SECOND))
    await tell(house, event(person_id, 2, FIRST))  # older than what is known
    await tell(house, event(person_id, 4, FIRST))
    sent = await house.outbox(ResidentPensionChanged)
    assert [(each.version, each.columns) for each in sent] == [(1, SECOND), (2, FIRST)]


async def test_of_somebody_whom_the_register_does_not_have_nothing_is_told(house: House) -> None:
    await tell(house, event(uuid4(), 1, FIRST))
    assert await house.outbox(ResidentPensionChanged) == []
