"""A settled correction is given up by two people before it is on a medium (訂正の取下げ)."""

from typing import Any

import pytest

from contracts.events import AuditOperation, AuditOutcome, AuditRecorded, CorrectionGivenUp
from contracts.numbers import synthetic_individual_number
from tests.jps_reporting import test_voiding as voiding
from tests.jps_reporting.house import BUILDER, SEALER, House
from tests.jps_reporting.test_corrections import corrected, go, told, work
from tests.jps_reporting.test_standing import stands

pytestmark = pytest.mark.stack
WHY = {"reason": "取り下げる記録を取り違えていた"}


async def propose(house: House, event: Any, staff_id: str = BUILDER, **said: str) -> Any:
    path = f"/items/{event.item_id}/correction/give-up"
    return await house.call("POST", path, staff_id, json=said or WHY)


async def decide(house: House, event: Any, staff_id: str = SEALER, *, agree: bool = True) -> Any:
    path = f"/items/{event.item_id}/correction/give-up/settle"
    return await house.call("POST", path, staff_id, json={"agree": agree})


async def to_correct(house: House, count: int = 1) -> list[Any]:
    """Items that were sent and do not stand; of each the correction is settled."""
    events = await told(house, count)
    await house.take([stands(event) for event in events])
    for event in events:
        await corrected(house, event)
    return events


async def correction(house: House, event: Any) -> tuple[str, str | None]:
    """State and code of the last correction of it."""
    shown = (await house.call("GET", f"/items/{event.item_id}/correction")).json()
    last = shown["corrections"][-1]
    return last["state"]["code"], last["blocked_code"]


async def test_two_people_give_it_up_and_it_is_on_the_list_again(sealing_house: House) -> None:
    house = sealing_house
    (event,) = await to_correct(house)
    assert (await decide(house, event)).json()["code"] == "JR-3039"
    number = await propose(house, event, reason=f"番号 {synthetic_individual_number(1)}")
    assert (number.status_code, number.json()["code"]) == (422, "JR-3018")
    proposed = await propose(house, event)
    assert proposed.status_code == 201, proposed.text
    (said,) = proposed.json()["give_ups"]
    assert (said["reason"], said["proposed_by"], said["agreed"]) == (WHY["reason"], BUILDER, None)
    (waiting,) = proposed.json()["corrections"]
    assert (waiting["state"]["code"], waiting["blocked_code"]) == ("blocked", "JR-1206")
    assert "取下げが提案" in waiting["blocked_reason"]
    # Held back it goes nowhere, and nobody lets it go beside the proposal.
    assert (await house.call("POST", "/batches", json={})).json()["code"] == "JR-3001"
    released = await house.call("POST", f"/items/{waiting['item_id']}/release", SEALER)
    assert (released.status_code, released.json()["code"]) == (409, "JR-3038")
    assert (await propose(house, event, SEALER)).json()["code"] == "JR-3038"
    own = await decide(house, event, BUILDER)
    assert (own.status_code, own.json()["code"]) == (403, "JR-3040")
    assert await house.emitted(CorrectionGivenUp) == []
    done = await decide(house, event)
    assert done.is_success, done.text
    assert done.json()["corrections"][0]["state"]["code"] == "withdrawn"
    (said,) = done.json()["give_ups"]
    assert (said["decided_by"], said["agreed"]) == (SEALER, True)
    (gone,) = await house.emitted(CorrectionGivenUp)
    assert (gone.item_id, str(gone.correction_id)) == (event.item_id, waiting["item_id"])
    assert (gone.owner.value, gone.processing.value) == ("qualification", "cancellation")
    rows = await house.fetch(
        "select state, staff_id from jps_reporting.item_history where item_id = $1 order by at",
        gone.correction_id,
    )
    assert [tuple(row.values()) for row in rows] == [
        ("waiting", SEALER), ("blocked", BUILDER), ("withdrawn", SEALER),
    ]  # fmt: skip
    records = [
        (r.staff_id, r.outcome) for r in await house.emitted(AuditRecorded)
        if r.operation is AuditOperation.ENTRY_CANCELLED
    ]  # fmt: skip
    assert records == [(BUILDER, AuditOutcome.REFUSED), (SEALER, AuditOutcome.DONE)]
    # JPS still has what is not so: it may be corrected after all, as another item.
    assert await work(house) == [(str(event.item_id), "cancellation")]
    assert (await decide(house, event)).json()["code"] == "JR-3036"
    again = await corrected(house, event)
    assert again["item_id"] != waiting["item_id"]
    await go(house)
    assert await work(house) == []


async def test_it_leaves_its_batch_and_waits_again_where_nobody_agrees(
    sealing_house: House,
) -> None:
    house = sealing_house
    first, second = await to_correct(house, 2)
    batch = await house.checked()
    assert (await propose(house, first)).status_code == 201
    assert len((await house.batch(batch))["items"]) == 1
    assert await correction(house, first) == ("blocked", "JR-1206")
    declined = await decide(house, first, agree=False)
    assert declined.is_success, declined.text
    assert await correction(house, first) == ("waiting", None)
    assert await house.emitted(CorrectionGivenUp) == []
    # The last one of a batch: there is nothing left to make a medium of.
    await propose(house, second)
    assert await house.state(batch) == "cancelled"


async def test_on_a_medium_and_after_it_says_what_to_do(sealing_house: House) -> None:
    house = sealing_house
    (event,) = await to_correct(house)
    batch = await house.checked()
    assert (await house.seal(batch)).is_success
    for answer in (await propose(house, event), await decide(house, event)):
        assert (answer.status_code, answer.json()["code"]) == (409, "JR-3037")
        assert "先に媒体の取消しを提案" in answer.json()["action"]
    await voiding.propose(house, batch)
    assert (await voiding.settle(house, batch)).is_success
    assert await correction(house, event) == ("waiting", None)
    assert (await propose(house, event)).status_code == 201
    assert (await decide(house, event, agree=False)).is_success
    await go(house)
    sent = await propose(house, event)
    assert (sent.status_code, sent.json()["code"]) == (409, "JR-3037")
    assert "新たな訂正" in sent.json()["action"]


async def test_where_there_is_nothing_to_give_up(sealing_house: House) -> None:
    house = sealing_house
    (event,) = await told(house)
    nothing = await propose(house, event)
    assert (nothing.status_code, nothing.json()["code"]) == (409, "JR-3036")
    # The fact stands again: the correction is withdrawn, and what was proposed of it lapses.
    await house.take([stands(event)])
    await corrected(house, event)
    await propose(house, event)
    await house.take([stands(event, again=True)])
    assert (await decide(house, event)).json()["code"] == "JR-3036"
    shown = (await house.call("GET", f"/items/{event.item_id}/correction")).json()
    assert shown["corrections"][0]["state"]["code"] == "withdrawn"
    (lapsed,) = shown["give_ups"]
    assert lapsed["lapsed_at"] is not None
    assert await house.emitted(CorrectionGivenUp) == []


async def test_what_is_held_back_for_something_else_stays_so_where_nobody_agrees(
    sealing_house: House,
) -> None:
    house = sealing_house
    (event,) = await to_correct(house)
    batch = await house.checked()
    (held,) = [one["item_id"] for one in (await house.batch(batch))["items"]]
    out = await house.call("POST", f"/batches/{batch}/take-out", json={"item_ids": [held]})
    assert out.is_success, out.text
    await propose(house, event)
    await decide(house, event, agree=False)
    assert await correction(house, event) == ("blocked", "JR-1203")


async def test_who_decides_finds_it_by_the_correction_that_the_list_of_items_shows(
    sealing_house: House,
) -> None:
    house = sealing_house
    (event,) = await to_correct(house)
    await propose(house, event)
    (held,) = (await house.call("GET", "/items", params={"state": "blocked"})).json()["items"]
    assert (held["blocked_code"], held["corrects"]) == ("JR-1206", str(event.item_id))
    path = f"/items/{held['item_id']}/correction"
    shown = (await house.call("GET", path)).json()
    assert (shown["item"]["item_id"], len(shown["give_ups"])) == (str(event.item_id), 1)
    done = await house.call("POST", f"{path}/give-up/settle", SEALER, json={"agree": True})
    assert done.is_success, done.text
    # That one is over: what is on its way now is another.
    await corrected(house, event)
    again = await house.call("POST", f"{path}/give-up", json=WHY)
    assert (again.status_code, again.json()["code"]) == (409, "JR-3036")
    assert await correction(house, event) == ("waiting", None)
    assert (await propose(house, event)).status_code == 201
