"""After a restore: what a producer's lost past sent is passed over, what it sends anew is taken."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from contracts.events import ResidentTokenised
from contracts.topics import RESIDENTS_TOKENISED
from deploy.local.testing import TestStack
from services.chassis.intake import Tally
from services.chassis.records import Record
from tests.chassis.toy import RECORD, Toys, key_of, tokenised

pytestmark = pytest.mark.stack

SHARD = 3


def record(epoch: int, number: int) -> Record:
    """The vault's event of that number; its record version is the number."""
    headers = {
        "ce_specversion": "1.0",
        "ce_id": str(uuid4()),
        "ce_type": ResidentTokenised.TYPE,
        "ce_source": "token_vault",
        "ce_time": datetime.now(UTC).isoformat(),
        "ce_sequence": f"{epoch}.{number}",
    }
    topic = RESIDENTS_TOKENISED.name
    return Record(topic, SHARD, number, key_of(RECORD.addressee_number), headers, tokenised(number))


@pytest.fixture
def toys(stack: TestStack) -> Toys:
    return Toys(stack)


async def take(
    toys: Toys, fresh_database: Callable[[str], str], stack: TestStack, *places: tuple[int, int]
) -> Tally:
    """Take these in, numbers from 7 on of epochs 1 and 2 being undone; the database is new."""
    database = fresh_database("identity")
    service = toys.noting(DATABASE_NAME=database)
    async with stack.database_server.superuser(database) as connection:
        await connection.execute(
            "insert into bus.undone values ('token_vault', $1, $2, 1, 7, 3)",
            RESIDENTS_TOKENISED.name,
            SHARD,
        )
    async with service.opened():
        return await service.intake.take([record(*place) for place in places])


async def test_what_was_undone_is_passed_over(toys, fresh_database, stack):
    tally = await take(
        toys, fresh_database, stack, (1, 5), (1, 6), (1, 7), (1, 8), (2, 7), (2, 8), (1, 6), (3, 7)
    )
    assert [version for _, version in toys.seen] == [5, 6, 7]
    assert (tally.handled, tally.undone, tally.duplicates, tally.lost) == (3, 4, 1, [])


async def test_a_loss_before_the_restore_is_seen_after_it(toys, fresh_database, stack):
    tally = await take(toys, fresh_database, stack, (1, 4), (1, 9), (3, 7))
    assert [count for _, count in tally.lost] == [2]  # 5 and 6


async def test_another_lane_has_nothing_undone(toys, fresh_database, stack):
    database = fresh_database("identity")
    service = toys.noting(DATABASE_NAME=database)
    async with service.opened():
        tally = await service.intake.take([record(1, 7), record(1, 8), record(2, 9)])
    assert (tally.handled, tally.undone) == (3, 0)
