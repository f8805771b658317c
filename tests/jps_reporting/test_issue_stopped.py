"""発行抑止: nothing about a person leaves while it stands, up to the medium."""

from datetime import date, timedelta
from typing import Any

import pytest

from contracts.events import BlockKind, ItemForwarded, PersonBlocksChanged
from contracts.events.blocks import Stop
from tests.jps_reporting.house import SEALER, House
from tests.jps_reporting.making import reportable
from tests.jps_reporting.test_standing import item

pytestmark = pytest.mark.stack


def blocks(event: Any, version: int, *kinds: BlockKind, **more: Any) -> PersonBlocksChanged:
    """All that is stopped for the item's person."""
    return PersonBlocksChanged(
        person_id=event.person_id, blocks_version=version,
        stops=tuple(Stop(kind=kind, since=date(2026, 10, 9), **more) for kind in kinds),
    )  # fmt: skip


async def two(house: House) -> tuple[str, Any, Any]:
    """A checked batch with two items."""
    first, second = reportable(), reportable()
    for index, event in enumerate((first, second), 1):
        await house.number(event.person_id, index)
    await house.take([first, second])
    return await house.checked(), first, second


async def codes(house: House, batch: str) -> set[str]:
    items = (await house.batch(batch))["items"]
    return {finding["code"] for one in items for finding in one["findings"]} - {"JR-2032"}


async def test_what_was_answered_for_before_is_not_sealed(sealing_house: House) -> None:
    house = sealing_house
    batch, stopped, other = await two(house)
    assert await house.state(batch) == "checked"
    await house.take([blocks(stopped, 1, BlockKind.ISSUE)])
    assert (await house.state(batch), await codes(house, batch)) == ("has_errors", {"JR-2064"})
    assert (await house.seal(batch)).json()["code"] == "JR-3002"
    # Other blocks stop other things; lifted, it goes on.
    await house.take([blocks(stopped, 2, BlockKind.CHANGE, BlockKind.INQUIRY)])
    assert (await house.state(batch), await codes(house, batch)) == ("checked", set())
    await house.take([blocks(stopped, 3, BlockKind.ISSUE)])
    body = {"all_with_errors": True}
    assert (await house.call("POST", f"/batches/{batch}/take-out", json=body)).is_success
    assert (await item(house, stopped))["blocked_code"] == "JR-2064"
    assert (await house.seal(batch)).is_success
    assert (await item(house, other))["state"] == "sealed"


async def test_a_block_that_comes_back_by_itself_is_seen_as_the_medium_is_made(
    sealing_house: House,
) -> None:
    house = sealing_house
    batch, stopped, _ = await two(house)
    until = house.service.clock.now() + timedelta(hours=1)
    await house.take([blocks(stopped, 1, BlockKind.ISSUE, lifted_until=until)])
    assert await house.state(batch) == "checked"
    house.clock.move(timedelta(hours=2))
    assert (await house.seal(batch)).json()["code"] == "JR-3025"
    await house.call("POST", f"/batches/{batch}/check")
    assert await codes(house, batch) == {"JR-2064"}


async def test_a_medium_that_is_made_stays_here(sealing_house: House) -> None:
    house = sealing_house
    batch, stopped, _ = await two(house)
    assert (await house.seal(batch)).is_success
    await house.take([blocks(stopped, 1, BlockKind.ISSUE)])
    for method, action in (("POST", "send"), ("GET", "medium")):
        refused = await house.call(method, f"/batches/{batch}/{action}", SEALER)
        assert (refused.status_code, refused.json()["code"]) == (409, "JR-3025")
    assert await house.emitted(ItemForwarded) == []
    life = await house.fetch("select what from jps_reporting.medium_life")
    assert {row["what"] for row in life} == {"ordered", "sealed"}
    # Released for a while by whoever may, it is sent.
    until = house.service.clock.now() + timedelta(hours=1)
    await house.take([blocks(stopped, 2, BlockKind.ISSUE, lifted_until=until)])
    assert (await house.call("POST", f"/batches/{batch}/send", SEALER)).is_success
    assert len(await house.emitted(ItemForwarded)) == 2
