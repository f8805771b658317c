"""媒体の取消し: a medium that was not handed over is destroyed as a whole, by two people."""

import asyncio
from datetime import date
from typing import Any

import asyncpg
import pytest

from contracts.events import (
    AuditOperation,
    AuditOutcome,
    AuditRecorded,
    BlockKind,
    ItemForwarded,
)
from contracts.functions import Function
from tests.jps_reporting.house import BUILDER, SEALER, House
from tests.jps_reporting.opening import opened
from tests.jps_reporting.test_held import held
from tests.jps_reporting.test_issue_stopped import blocks, two
from tests.jps_reporting.test_sealed import hide
from tests.jps_reporting.test_standing import item, stands
from tests.jps_reporting.told import ACCEPTED, taken, written

pytestmark = pytest.mark.stack

WHY = {"reason": "記載された方に発行抑止が設定されたため"}


async def propose(house: House, batch: str, by: str = BUILDER, **more: Any) -> Any:
    return await house.call("POST", f"/batches/{batch}/void", by, json=WHY | more)


async def settle(house: House, batch: str, by: str = SEALER, *, agree: bool = True) -> Any:
    return await house.call("POST", f"/batches/{batch}/void/settle", by, json={"agree": agree})


async def page(house: House, event: Any) -> dict[str, Any]:
    path = f"/persons/{event.person_id}/items"
    found: dict[str, Any] = (await house.call("GET", path, BUILDER, Function.PERSON_VIEW)).json()
    return found


async def goes(house: House, batch: str, action: str) -> Any:
    method = "GET" if action == "medium" else "POST"
    return await house.call(method, f"/batches/{batch}/{action}", SEALER)


async def test_whoever_is_blocked_after_the_medium_was_made_is_left_out_of_another(
    sealing_house: House, tmp_path: Any
) -> None:
    house = sealing_house
    batch, stopped, other = await two(house)
    assert (await house.seal(batch)).is_success
    await house.take([blocks(stopped, 1, BlockKind.ISSUE)])
    assert (await goes(house, batch, "send")).json()["code"] == "JR-3025"
    proposed = await propose(house, batch)
    assert proposed.status_code == 201, proposed.text
    assert [(one["proposed_by"], one["agreed"]) for one in proposed.json()["proposals"]] == [
        (BUILDER, None)
    ]
    assert (await settle(house, batch, BUILDER)).json()["code"] == "JR-3030"
    settled = await settle(house, batch)
    assert settled.status_code == 200, settled.text
    shown = settled.json()["batch"]
    assert (shown["state"]["code"], shown["item_count"]) == ("cancelled", 0)
    assert (shown["medium"]["serial"], shown["medium"]["voided_at"] is not None) == (1, True)

    held = await item(house, stopped)
    assert (held["state"], held["blocked_code"]) == ("blocked", "JR-2064")
    assert (await item(house, other))["state"] == "waiting"
    again = await house.checked()
    assert (await house.seal(again)).is_success
    made = await goes(house, again, "medium")
    assert len([row for row in opened(made.content)[1].decode("cp932").split("\r\n")
                if row.startswith("0101,")]) == 1  # fmt: skip
    assert (await goes(house, again, "send")).is_success
    (forwarded,) = await house.emitted(ItemForwarded)
    assert (forwarded.item_id, forwarded.medium_serial) == (other.item_id, 2)

    # Nothing was given of the first medium, and the record of it says so.
    (given,) = (await page(house, stopped))["provisions"]
    assert (given["serial"], given["voided_at"] is not None) == (1, True)
    life = await house.fetch("select what from jps_reporting.medium_life order by at")
    assert [row["what"] for row in life] == [
        "ordered", "sealed", "voided", "ordered", "sealed", "downloaded", "handed_over",
    ]  # fmt: skip
    left = await house.fetch("select content from jps_reporting.media where serial = 1")
    assert left[0]["content"] is None
    # A result for a record of it is nobody's.
    assert await taken(house, written(tmp_path, [ACCEPTED | {"記録番号": "1"}])) == 1
    (listed,) = await house.fetch("select code from jps_reporting.unmatched")
    assert listed["code"] == "JR-4001"
    # Released when the block is lifted, it goes with the next.
    await house.take([blocks(stopped, 2)])
    assert (await house.call("POST", f"/items/{stopped.item_id}/release")).is_success
    third = await house.checked()
    assert (await house.seal(third)).is_success


async def test_until_another_decides_the_medium_stays_here(sealing_house: House) -> None:
    house = sealing_house
    batch, _, _ = await two(house)
    assert (await propose(house, batch)).json()["code"] == "JR-3002"  # no medium is made
    assert (await house.seal(batch)).is_success
    assert (await settle(house, batch)).json()["code"] == "JR-3028"
    number = {"reason": "番号は 123456789018"}
    refused = await house.call("POST", f"/batches/{batch}/void", json=number)
    assert refused.json()["code"] == "JR-3018"
    assert (await propose(house, batch)).is_success
    assert (await propose(house, batch, SEALER)).json()["code"] == "JR-3027"
    for action in ("send", "medium"):
        assert (await goes(house, batch, action)).json()["code"] == "JR-3027"
    assert (await settle(house, batch, agree=False)).is_success
    assert (await goes(house, batch, "medium")).is_success
    # Of what was taken out, whoever proposes says that nothing is left.
    assert (await propose(house, batch)).json()["code"] == "JR-3029"
    assert (await propose(house, batch, copies_destroyed=True)).is_success
    assert (await settle(house, batch, agree=False)).is_success
    assert (await goes(house, batch, "send")).is_success
    assert (await propose(house, batch, copies_destroyed=True)).json()["code"] == "JR-3002"
    said = (await house.call("GET", f"/batches/{batch}/void")).json()["proposals"]
    assert [(one["copies_destroyed"], one["agreed"]) for one in said] == [
        (False, False), (True, False),
    ]  # fmt: skip


async def test_what_fell_away_meanwhile_is_withdrawn_with_the_medium(sealing_house: House) -> None:
    house = sealing_house
    batch, gone, other = await two(house)
    assert (await house.seal(batch)).is_success
    await house.take([stands(gone)])
    assert (await propose(house, batch)).is_success
    assert (await settle(house, batch)).is_success
    assert (await item(house, gone))["state"] == "withdrawn"
    assert (await item(house, other))["state"] == "waiting"
    # It needs no correction: nothing was told.
    assert (await house.call("GET", "/corrections")).json()["items"] == []


async def test_what_its_owner_holds_back_meanwhile_is_not_for_the_next_medium(
    sealing_house: House,
) -> None:
    house = sealing_house
    batch, kept, other = await two(house)
    assert (await house.seal(batch)).is_success
    await house.take([held(kept)])
    await propose(house, batch)
    assert (await settle(house, batch)).is_success
    shown = await item(house, kept)
    assert (shown["state"], shown["blocked_code"]) == ("blocked", "JR-1205")
    assert (await item(house, other))["state"] == "waiting"
    await house.take([held(kept, go=True)])
    assert (await item(house, kept))["state"] == "waiting"


async def test_two_who_agree_at_once_or_send_meanwhile(sealing_house: House) -> None:
    house = sealing_house
    batch, first, _ = await two(house)
    assert (await house.seal(batch)).is_success
    assert (await propose(house, batch)).is_success
    answers = await asyncio.gather(
        *(settle(house, batch) for _ in range(3)), goes(house, batch, "send")
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert await house.emitted(ItemForwarded) == []
    assert (await item(house, first))["state"] == "waiting"


async def test_who_did_it_is_recorded_of_each_person(sealing_house: House) -> None:
    house = sealing_house
    batch, first, second = await two(house)
    assert (await house.seal(batch)).is_success
    await propose(house, batch)
    await settle(house, batch, BUILDER)
    await settle(house, batch)
    records = await house.emitted(AuditRecorded)
    taken_back = [r for r in records if r.operation is AuditOperation.ENTRY_CANCELLED]
    assert {r.person_id for r in taken_back} == {first.person_id, second.person_id}
    assert {r.staff_id for r in taken_back} == {SEALER}
    (refused,) = [r for r in records if r.outcome is AuditOutcome.REFUSED]
    assert (refused.staff_id, refused.details["code"]) == (BUILDER, "JR-3030")


async def test_a_medium_that_was_sealed_or_voided_is_altered_by_nobody(
    sealing_house: House,
) -> None:
    house = sealing_house
    batch, _, _ = await two(house)
    assert (await house.seal(batch)).is_success
    for change in ("size = 1", "content = null", "voided_at = now()", "created_on = $1::date"):
        async with house.service.unit_of_work() as uow:
            with pytest.raises(asyncpg.PostgresError):
                await uow.connection.execute(
                    f"update jps_reporting.media set {change}",
                    *([date(2026, 1, 1)] if "$1" in change else []),
                )
    await propose(house, batch)
    await settle(house, batch)
    async with house.service.unit_of_work() as uow:
        with pytest.raises(asyncpg.RaiseError):
            await uow.connection.execute("update jps_reporting.media set voided_at = null")


async def test_a_batch_with_its_medium_voided_is_hidden_with_who_was_on_it(
    sealing_house: House,
) -> None:
    """After one of them was hidden the batch tells nothing, as before its medium was voided."""
    house = sealing_house
    batch, hidden, _ = await two(house)
    assert (await house.seal(batch)).is_success
    await propose(house, batch)
    await settle(house, batch)
    await hide(house, hidden.person_id)
    assert (await house.call("GET", f"/batches/{batch}")).status_code == 404
