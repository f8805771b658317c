"""The owners of items are told when these are on a medium that was made, and when it was voided."""

import pytest

from contracts.events import ItemForwarded, ItemOnMedium
from tests.jps_reporting import test_voiding as voiding
from tests.jps_reporting.house import SEALER, House
from tests.jps_reporting.making import reportable
from tests.jps_reporting.test_corrections import corrected, go, told
from tests.jps_reporting.test_standing import stands

pytestmark = pytest.mark.stack


async def test_made_voided_and_made_again(sealing_house: House) -> None:
    house = sealing_house
    event = reportable()
    await house.number(event.person_id, 1)
    await house.take([event])
    batch = await house.checked()
    assert await house.emitted(ItemOnMedium) == []
    for _ in range(2):  # sealing again changes nothing, and tells nothing
        assert (await house.seal(batch)).is_success
    (made,) = await house.emitted(ItemOnMedium)
    assert (made.item_id, made.person_id) == (event.item_id, event.person_id)
    assert (made.owner.value, made.medium_serial, made.on_medium) == ("qualification", 1, True)
    assert (await voiding.propose(house, batch)).is_success
    assert len(await house.emitted(ItemOnMedium)) == 1
    assert (await voiding.settle(house, batch)).is_success
    again = await go(house)
    every = await house.emitted(ItemOnMedium)
    assert [(one.medium_serial, one.on_medium) for one in every] == [
        (1, True), (1, False), (2, True),
    ]  # fmt: skip
    assert [str(one.batch_id) for one in every] == [batch, batch, again]
    assert len(await house.emitted(ItemForwarded)) == 1


async def test_of_a_correction_the_owner_hears_when_it_is_sent(sealing_house: House) -> None:
    house = sealing_house
    (event,) = await told(house)
    await house.take([stands(event)])
    await corrected(house, event)
    batch = await house.checked()
    assert (await house.seal(batch, SEALER)).is_success
    assert [one.item_id for one in await house.emitted(ItemOnMedium)] == [event.item_id]
