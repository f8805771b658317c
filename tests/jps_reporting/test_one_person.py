"""One person from two records, and back: nothing is reported twice, nothing sent is lost."""

from collections import Counter
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.events import Event
from contracts.functions import Function
from tests.chassis.merging import merged, separated
from tests.jps_reporting.house import House
from tests.jps_reporting.making import reportable
from tests.jps_reporting.test_batch_api import SOUND

pytestmark = pytest.mark.stack


async def shown(house: House, person_id: UUID) -> list[tuple[str, str]]:
    """A person's items: whose they are, and in which state."""
    answer = await house.call("GET", f"/persons/{person_id}/items", "s009", Function.PERSON_VIEW)
    return sorted((i["person_id"], i["state"]["code"]) for i in answer.json()["items"])


async def findings(house: House, batch_id: str) -> Counter[str]:
    page = await house.batch(batch_id, "?only=all")
    return Counter(f["code"] for item in page["items"] for f in item["findings"])


def the_same(one: UUID, other: UUID) -> list[Any]:
    """What both ids report: one thing that happened to one person."""
    return [reportable(**SOUND, person_id=p) for p in (one, other)]


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=lambda o: "".join(map(str, o)))
async def test_what_two_ids_report_of_one_person_is_found_before_it_is_sent(
    house: House, order: tuple[int, ...]
) -> None:
    one, other = uuid4(), uuid4()
    first, second = the_same(one, other)
    events: list[Event] = [first, second, merged(other, one)]
    for place in order:
        await house.take([events[place]])
    batch = await house.checked()
    assert await house.state(batch) == "has_errors"
    duplicates = await findings(house, batch)
    assert duplicates["JR-2051"] == 1, duplicates


async def test_a_batch_that_was_checked_is_checked_again(house: House) -> None:
    one, other = uuid4(), uuid4()
    await house.take(the_same(one, other))
    batch = await house.checked()
    assert await house.state(batch) == "checked"
    await house.take([merged(other, one)])
    assert await house.state(batch) == "has_errors"
    await house.take([separated(other)])
    assert await house.state(batch) == "checked"
    assert not await findings(house, batch)


async def test_items_are_the_person_s_under_either_id_and_each_id_s_own_again(
    house: House,
) -> None:
    one, other, stranger = uuid4(), uuid4(), uuid4()
    await house.take([*the_same(one, other), reportable(**SOUND, person_id=stranger)])
    await house.take([merged(other, one)])
    mine = [(str(one), "waiting")] * 2
    assert [await shown(house, p) for p in (one, other)] == [mine, mine]
    assert len(await shown(house, stranger)) == 1
    await house.take([separated(other)])
    assert await shown(house, one) == [(str(one), "waiting")]
    assert await shown(house, other) == [(str(other), "waiting")]
