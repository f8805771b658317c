"""Corrections: what JPS was told and is not so is taken back, by two people, and once."""

import asyncio
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from contracts.events import (
    CorrectionDecided,
    CorrectionForwarded,
    ItemDecided,
    ItemForwarded,
    ReportProcessing,
)
from tests.jps_reporting.house import BUILDER, SEALER, House
from tests.jps_reporting.making import reportable
from tests.jps_reporting.opening import opened
from tests.jps_reporting.test_standing import item, stands
from tests.jps_reporting.told import ACCEPTED, RETURNED, sent, taken, written

pytestmark = pytest.mark.stack

WHY = {"reason": "転入の届出が取り消された"}


async def told(house: House, count: int = 1) -> list[Any]:
    """Items that were sent to JPS, on a medium of their own."""
    events = [reportable() for _ in range(count)]
    for event in events:
        await house.number(event.person_id, 1 + len(house.answers))
    await sent(house, *events)
    return events


async def propose(house: House, event: Any, staff_id: str = BUILDER) -> Any:
    return await house.call("POST", f"/items/{event.item_id}/correction", staff_id, json=WHY)


async def settle(house: House, event: Any, staff_id: str = SEALER, *, agree: bool = True) -> Any:
    path = f"/items/{event.item_id}/correction/settle"
    return await house.call("POST", path, staff_id, json={"agree": agree})


async def corrected(house: House, event: Any) -> dict[str, Any]:
    """The correction that two people made of it."""
    for answer in (await propose(house, event), await settle(house, event)):
        assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()["corrections"][-1]
    return found


async def go(house: House) -> str:
    """What waits goes to JPS; the batch."""
    batch = await house.checked()
    for action in ("seal", "send"):
        answer = await house.call("POST", f"/batches/{batch}/{action}", SEALER)
        assert answer.is_success, answer.text
    return batch


async def records(house: House, batch: str) -> list[str]:
    """The lines of a batch's medium."""
    medium = await house.call("GET", f"/batches/{batch}/medium", SEALER)
    return opened(medium.content)[1].decode("cp932").split("\r\n")


async def work(house: House) -> list[tuple[str, str]]:
    """The list: whose item, and what JPS has yet to be told."""
    listed = await house.call("GET", "/corrections")
    assert listed.is_success, listed.text
    return [(one["item"]["item_id"], one["wanted"]["code"]) for one in listed.json()["items"]]


async def test_two_people_take_back_what_was_sent(sealing_house: House, tmp_path: Any) -> None:
    house = sealing_house
    (event,) = await told(house)
    assert (await propose(house, event)).json()["code"] == "JR-3020"  # it stands
    await house.take([stands(event)])
    assert await work(house) == [(str(event.item_id), "cancellation")]
    assert (await settle(house, event)).json()["code"] == "JR-3022"
    proposed = await propose(house, event)
    assert proposed.status_code == 201, proposed.text
    assert proposed.json()["wanted"]["label"] == "報告の取消し"
    assert proposed.json()["proposal"]["proposed_by"] == BUILDER
    assert (await propose(house, event, SEALER)).json()["code"] == "JR-3021"
    assert (await settle(house, event, BUILDER)).json()["code"] == "JR-3023"
    assert (await settle(house, event)).is_success
    assert await work(house) == []
    assert (await propose(house, event)).json()["code"] == "JR-3020"  # it is on its way

    batch = await go(house)
    shown = (await house.batch(batch))["items"][0]
    assert (shown["corrects"], shown["processing"]) == (
        str(event.item_id), {"code": "cancellation", "label": "取消"},
    )  # fmt: skip
    (record,) = [line for line in await records(house, batch) if line.startswith("0101,")]
    assert record.endswith(",2"), record
    sheet = await house.call("GET", f"/batches/{batch}/cover-sheet?format=text", SEALER)
    assert "資格取得報告の取消し　1件" in sheet.text
    (forwarded,) = await house.emitted(CorrectionForwarded)
    assert (forwarded.item_id, str(forwarded.correction_id)) == (event.item_id, shown["item_id"])
    assert forwarded.processing is ReportProcessing.CANCELLATION
    assert len(await house.emitted(ItemForwarded)) == 1  # the item itself, when it was sent

    of_it = ACCEPTED | {"媒体通番": "2", "記録番号": "1"}
    assert await taken(house, written(tmp_path, [of_it])) == 0
    (decided,) = await house.emitted(CorrectionDecided)
    assert (decided.item_id, decided.outcome.value) == (event.item_id, "accepted")
    assert await house.emitted(ItemDecided) == []
    assert await work(house) == []
    history = (await house.call("GET", f"/items/{event.item_id}/correction")).json()
    assert [one["state"]["code"] for one in history["corrections"]] == ["accepted"]
    assert [(one["proposed_by"], one["decided_by"]) for one in history["proposals"]] == [
        (BUILDER, SEALER)
    ]


async def test_what_stands_after_all_is_not_taken_back(sealing_house: House) -> None:
    house = sealing_house
    proposed, waiting, batched = await told(house, 3)
    await house.take([stands(event) for event in (proposed, waiting, batched)])
    assert (await propose(house, proposed)).is_success
    correction = await corrected(house, batched)
    batch = await house.checked()
    assert [one["item_id"] for one in (await house.batch(batch))["items"]] == [
        correction["item_id"]
    ]
    other = await corrected(house, waiting)
    await house.take([stands(event, again=True) for event in (proposed, waiting, batched)])
    assert await house.state(batch) == "cancelled"
    for made in (correction, other):
        (row,) = await house.fetch(
            "select state from jps_reporting.items where item_id = $1::uuid", made["item_id"]
        )
        assert row["state"] == "withdrawn"
    assert (await settle(house, proposed)).json()["code"] == "JR-3022"
    assert (await house.call("POST", "/batches", json={})).json()["code"] == "JR-3001"
    assert await work(house) == []
    # It falls away once more: another correction, with its own number.
    await house.take([stands(batched)])
    again = await corrected(house, batched)
    assert again["item_id"] != correction["item_id"]
    await go(house)
    assert len(await house.emitted(CorrectionForwarded)) == 1


async def test_what_was_taken_back_and_stands_is_told_once_more(
    sealing_house: House, tmp_path: Any
) -> None:
    house = sealing_house
    (event,) = await told(house)
    await house.take([stands(event)])
    await corrected(house, event)
    await go(house)
    await house.take([stands(event, again=True)])
    assert await work(house) == [(str(event.item_id), "report")]
    again = await corrected(house, event)
    assert again["processing"]["code"] == "report"
    batch = await go(house)
    (record,) = [line for line in await records(house, batch) if line.startswith("0101,")]
    assert record.endswith(",1"), record
    (only,) = (await house.batch(batch))["items"]
    assert "JR-2052" not in [finding["code"] for finding in only["findings"]]
    of_it = ACCEPTED | {"媒体通番": "3", "記録番号": "1"}
    assert await taken(house, written(tmp_path, [of_it])) == 0
    # To its owner it is the item again.
    (decided,) = await house.emitted(ItemDecided)
    assert decided.item_id == event.item_id
    assert await work(house) == []


async def test_what_jps_returned_it_does_not_have(sealing_house: House, tmp_path: Any) -> None:
    house = sealing_house
    returned, of_correction = await told(house, 2)
    places = await house.fetch("select item_id, position from jps_reporting.provisions")
    place = {row["item_id"]: str(row["position"]) for row in places}
    rows = [RETURNED | {"記録番号": place[returned.item_id]}]
    assert await taken(house, written(tmp_path, rows)) == 0
    await house.take([stands(returned), stands(of_correction)])
    assert await work(house) == [(str(of_correction.item_id), "cancellation")]
    # A cancellation that JPS returned is made anew.
    await corrected(house, of_correction)
    await go(house)
    rows = [RETURNED | {"媒体通番": "2", "記録番号": "1"}]
    assert await taken(house, written(tmp_path, rows)) == 0
    assert await work(house) == [(str(of_correction.item_id), "cancellation")]
    await corrected(house, of_correction)
    await go(house)
    assert await work(house) == []


async def test_however_many_try_one_correction_comes_of_it(sealing_house: House) -> None:
    house = sealing_house
    (event,) = await told(house)
    await house.take([stands(event)])
    tried = await asyncio.gather(*(propose(house, event) for _ in range(5)))
    assert sorted(answer.status_code for answer in tried) == [201, 409, 409, 409, 409]
    agreed = await asyncio.gather(*(settle(house, event) for _ in range(5)))
    assert sorted(answer.status_code for answer in agreed) == [200, 409, 409, 409, 409]
    count = "select count(*) as n from jps_reporting.items where corrects is not null"
    assert (await house.fetch(count))[0]["n"] == 1
    # The fact comes back while they agree: whoever is first, nothing waits that is not called for.
    await house.take([stands(event, again=True)])
    for _ in range(4):
        await house.take([stands(event)])
        assert (await propose(house, event)).is_success
        await asyncio.gather(settle(house, event), house.take([stands(event, again=True)]))
        states = "select state from jps_reporting.items where corrects is not null"
        assert {row["state"] for row in await house.fetch(states)} == {"withdrawn"}
        assert await work(house) == []
    await settle(house, event, agree=False)


async def test_what_falls_away_as_a_batch_is_made_does_not_go(sealing_house: House) -> None:
    """Between the builder's choice and the owner's word lies a moment in which neither sees the
    other: whatever is in a batch then is found by the check, and by whoever seals."""
    house = sealing_house
    event, other = reportable(), reportable()
    for index, one in enumerate((event, other), 1):
        await house.number(one.person_id, index)
    await house.take([event, other])
    batch = await house.checked()
    async with house.service.unit_of_work() as uow:
        await uow.connection.execute(
            "update jps_reporting.items set fell_away_on = $2 where item_id = $1",
            event.item_id, date(2026, 10, 9),
        )  # fmt: skip
    assert (await house.seal(batch)).json()["code"] == "JR-3034"
    await house.call("POST", f"/batches/{batch}/check")
    assert await house.state(batch) == "has_errors"
    taken_out = {"all_with_errors": True}
    assert (await house.call("POST", f"/batches/{batch}/take-out", json=taken_out)).is_success
    found = await item(house, event)
    assert (found["state"], found["blocked_code"]) == ("withdrawn", None)
    assert (await house.seal(batch)).is_success


async def test_nothing_is_proposed_of_what_is_nobodys(house: House) -> None:
    event = reportable()
    await house.take([event])
    assert (await propose(house, event)).json()["code"] == "JR-3020"  # not sent
    missing = await house.call("POST", f"/items/{uuid4()}/correction", json=WHY)
    assert missing.status_code == 404
    number = {"reason": "番号は 123456789018"}
    refused = await house.call("POST", f"/items/{event.item_id}/correction", json=number)
    assert refused.json()["code"] == "JR-3018"


async def test_what_jps_returns_meanwhile_is_not_cancelled(
    sealing_house: House, tmp_path: Any
) -> None:
    """A cancellation was agreed to, waits or is in a batch, and JPS returns the report itself."""
    house = sealing_house
    waiting, batched, proposed = await told(house, 3)
    await house.take([stands(event) for event in (waiting, batched, proposed)])
    in_batch = await corrected(house, batched)
    batch = await house.checked()
    waits = await corrected(house, waiting)
    assert (await propose(house, proposed)).is_success
    places = await house.fetch("select item_id, position from jps_reporting.provisions")
    rows = [RETURNED | {"記録番号": str(row["position"])} for row in places]
    assert await taken(house, written(tmp_path, rows)) == 0
    assert await work(house) == []
    state = "select state from jps_reporting.items where item_id = $1::uuid"
    assert await house.fetch(state, waits["item_id"]) == [{"state": "withdrawn"}]
    assert (await settle(house, proposed)).json()["code"] == "JR-3022"
    # In a batch the check finds it, and whoever seals.
    assert (await house.seal(batch)).json()["code"] == "JR-3034"
    await house.call("POST", f"/batches/{batch}/check")
    body = {"all_with_errors": True}
    assert (await house.call("POST", f"/batches/{batch}/take-out", json=body)).is_success
    assert await house.fetch(state, in_batch["item_id"]) == [{"state": "withdrawn"}]
    assert await house.state(batch) == "cancelled"


async def test_the_list_says_why_jps_returned_a_cancellation(
    sealing_house: House, tmp_path: Any
) -> None:
    house = sealing_house
    (event,) = await told(house)
    await house.take([stands(event)])
    await corrected(house, event)
    await go(house)
    rows = [RETURNED | {"媒体通番": "2", "記録番号": "1"}]
    assert await taken(house, written(tmp_path, rows)) == 0
    (decided,) = await house.emitted(CorrectionDecided)
    assert (decided.outcome.value, decided.return_code) == ("returned", "02")
    (one,) = (await house.call("GET", "/corrections")).json()["items"]
    assert one["last"]["state"]["label"] == "機構返戻"
    (said,) = one["last"]["decisions"]
    assert (said["return_code"], said["return_reason"]) == ("02", decided.return_reason)
    detail = (await house.call("GET", f"/items/{event.item_id}/correction")).json()
    assert detail["last"] == one["last"]


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"処理結果": "3", "訂正後事由該当年月日": "20261002"}, id="another-day"),
        pytest.param({"付番基礎年金番号": "2271174711"}, id="a-number"),
    ],
)
async def test_a_result_that_no_cancellation_can_have_is_work_and_not_lost(
    sealing_house: House, tmp_path: Any, values: dict[str, str]
) -> None:
    house = sealing_house
    (event,) = await told(house)
    await house.take([stands(event)])
    await corrected(house, event)
    await go(house)
    rows = [ACCEPTED | {"媒体通番": "2", "記録番号": "1"} | values]
    assert await taken(house, written(tmp_path, rows)) == 1
    (listed,) = await house.fetch("select code, said from jps_reporting.unmatched")
    assert listed["code"] == "JR-4010"
    assert await house.emitted(CorrectionDecided) == []
