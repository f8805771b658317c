"""A fact that was taken back and is reported anew, under another item: what JPS hears last is what
stands, whichever of the two, the cancellation and the new report, is ready first."""

from typing import Any
from uuid import uuid4

import pytest

from contracts.events import (
    CorrectionForwarded,
    ItemForwarded,
    ReportProcessing,
    TransitionOrigin,
)
from tests.jps_reporting.house import BUILDER, SEALER, House
from tests.jps_reporting.making import reportable
from tests.jps_reporting.test_corrections import corrected, go, propose, records, settle, told, work
from tests.jps_reporting.test_standing import item, stands
from tests.jps_reporting.told import RETURNED, taken, written

pytestmark = pytest.mark.stack


async def fallen(house: House) -> tuple[Any, Any]:
    """An item that was sent and fell away, and what tells its fact anew (not taken in yet)."""
    (event,) = await told(house)
    await house.take([stands(event)])
    return event, event.model_copy(update={"item_id": uuid4()})


async def codes(house: House, batch: str) -> dict[str, set[str]]:
    """What the check says of each item of a batch, beside the number that is not assigned."""
    items = (await house.batch(batch))["items"]
    return {one["item_id"]: {f["code"] for f in one["findings"]} - {"JR-2032"} for one in items}


async def test_the_list_shows_what_tells_the_fact_anew(sealing_house: House) -> None:
    event, anew = await fallen(sealing_house)
    listed = (await sealing_house.call("GET", "/corrections")).json()["items"]
    assert [one["told_anew"] for one in listed] == [None]
    await sealing_house.take([anew])
    (one,) = (await sealing_house.call("GET", "/corrections")).json()["items"]
    assert (one["told_anew"]["item_id"], one["told_anew"]["state"]["label"]) == (
        str(anew.item_id), "報告待ち",
    )  # fmt: skip
    detail = (await sealing_house.call("GET", f"/items/{event.item_id}/correction")).json()
    assert detail["told_anew"]["item_id"] == str(anew.item_id)


async def test_the_cancellation_goes_with_the_new_report_and_stands_before_it(
    sealing_house: House,
) -> None:
    house = sealing_house
    event, anew = await fallen(house)
    await house.take([anew])
    correction = await corrected(house, event)
    batch = await house.checked()
    # Neither a warning nor an error: this is how it should be.
    assert await codes(house, batch) == {correction["item_id"]: set(), str(anew.item_id): set()}
    assert (await house.seal(batch)).is_success
    lines = [line for line in await records(house, batch) if line.startswith("0101,")]
    assert [line.rsplit(",", 1)[1] for line in lines] == ["2", "1"]
    assert (await house.call("POST", f"/batches/{batch}/send", SEALER)).is_success
    assert [e.processing for e in await house.emitted(CorrectionForwarded)] == [
        ReportProcessing.CANCELLATION
    ]
    assert await work(house) == []


async def test_the_new_report_waits_for_a_cancellation_that_was_agreed_to(
    sealing_house: House,
) -> None:
    house = sealing_house
    event, anew = await fallen(house)
    await house.take([anew])
    batch = await house.checked()
    # Nobody agreed to one yet: a warning.
    assert (await codes(house, batch))[str(anew.item_id)] == {"JR-2052", "JR-2056"}
    correction = await corrected(house, event)
    assert (await house.seal(batch)).json()["code"] == "JR-3031"
    await house.call("POST", f"/batches/{batch}/check")
    assert "JR-2055" in (await codes(house, batch))[str(anew.item_id)]
    assert await house.state(batch) == "has_errors"
    # The cancellation alone, on a medium of its own: who builds it is told what is to follow.
    alone = await house.checked()
    assert await codes(house, alone) == {correction["item_id"]: {"JR-2057"}}
    assert (await house.seal(alone)).is_success
    await house.call("POST", f"/batches/{batch}/check")
    assert await house.state(batch) == "has_errors"  # made, and not handed over
    assert (await house.call("POST", f"/batches/{alone}/send", SEALER)).is_success
    await house.call("POST", f"/batches/{batch}/check")
    assert await codes(house, batch) == {str(anew.item_id): set()}
    assert (await house.seal(batch)).is_success


async def test_where_the_new_report_went_first_no_cancellation_follows(
    sealing_house: House, tmp_path: Any
) -> None:
    house = sealing_house
    event, anew = await fallen(house)
    assert (await propose(house, event)).is_success
    await house.take([anew])
    await go(house)
    assert await work(house) == []
    assert (await settle(house, event)).json()["code"] == "JR-3022"
    assert (await propose(house, event, BUILDER)).json()["code"] == "JR-3020"
    detail = (await house.call("GET", f"/items/{event.item_id}/correction")).json()
    assert [one["lapsed_at"] is not None for one in detail["proposals"]] == [True]
    assert detail["told_anew"]["state"]["code"] == "sent"
    assert len(await house.emitted(ItemForwarded)) == 2
    # What JPS returned of it, it does not have: then the former is to be cancelled after all.
    rows = [RETURNED | {"媒体通番": "2", "記録番号": "1"}]
    assert await taken(house, written(tmp_path, rows)) == 0
    assert await work(house) == [(str(event.item_id), "cancellation")]


async def test_a_cancellation_that_was_held_back_is_withdrawn_when_it_is_overtaken(
    sealing_house: House,
) -> None:
    house = sealing_house
    event, anew = await fallen(house)
    correction = await corrected(house, event)
    alone = await house.checked()
    body = {"item_ids": [correction["item_id"]]}
    assert (await house.call("POST", f"/batches/{alone}/take-out", json=body)).is_success
    await house.take([anew])
    batch = await house.checked()
    assert "JR-2056" in (await codes(house, batch))[str(anew.item_id)]
    assert (await house.seal(batch)).is_success
    shown = (await house.call("GET", f"/items/{event.item_id}/correction")).json()
    assert [one["state"]["code"] for one in shown["corrections"]] == ["withdrawn"]
    # The medium is voided: nothing was told anew, and the cancellation is called for again.
    why = {"reason": "誤って作成したため"}
    assert (await house.call("POST", f"/batches/{batch}/void", json=why)).is_success
    agree = {"agree": True}
    answer = await house.call("POST", f"/batches/{batch}/void/settle", SEALER, json=agree)
    assert answer.is_success, answer.text
    assert await work(house) == [(str(event.item_id), "cancellation")]
    assert (await item(house, anew))["state"] == "waiting"


async def twice(house: House, **otherwise: Any) -> tuple[Any, Any]:
    """A fact that JPS was told twice, under two items, each on a medium of its own."""
    (first,) = await told(house)
    second = first.model_copy(update={"item_id": uuid4(), **otherwise})
    await house.take([second])
    await go(house)
    return first, second


async def test_an_older_report_of_the_same_fact_that_stands_is_not_cancelled_with_the_later(
    sealing_house: House, tmp_path: Any
) -> None:
    house = sealing_house
    first, second = await twice(house)
    await house.take([stands(second)])
    # A record names person, kind and day: to cancel the second would cancel what stands.
    assert await work(house) == []
    assert (await propose(house, second)).json()["code"] == "JR-3020"
    detail = (await house.call("GET", f"/items/{second.item_id}/correction")).json()
    assert detail["told_anew"]["item_id"] == str(first.item_id)
    # What JPS returned of the first, it does not have: then the second is what it was told.
    rows = [RETURNED | {"媒体通番": "1", "記録番号": "1"}]
    assert await taken(house, written(tmp_path, rows)) == 0
    assert await work(house) == [(str(second.item_id), "cancellation")]


async def test_neither_stands_and_one_cancellation_is_enough(sealing_house: House) -> None:
    house = sealing_house
    first, second = await twice(house)
    await house.take([stands(second)])
    await house.take([stands(first)])
    assert sorted(await work(house)) == sorted(
        [(str(first.item_id), "cancellation"), (str(second.item_id), "cancellation")]
    )
    # The cancellation that waits falls away where the older report stands again.
    made = await corrected(house, second)
    await house.take([stands(first, again=True)])
    detail = (await house.call("GET", f"/items/{second.item_id}/correction")).json()
    assert await work(house) == []
    assert detail["corrections"][0]["item_id"] == made["item_id"]


async def test_an_older_report_that_says_something_else_does_not_stand_for_the_later(
    sealing_house: House,
) -> None:
    house = sealing_house
    first, second = await twice(
        house, reason="age-20", origin=TransitionOrigin.NOTICE, notice_id=uuid4()
    )
    await house.take([stands(second)])
    assert await work(house) == [(str(second.item_id), "cancellation")]
    await corrected(house, second)
    await go(house)
    assert await work(house) == []
    detail = (await house.call("GET", f"/items/{first.item_id}/correction")).json()
    assert detail["wanted"] is None


async def test_another_kind_or_day_or_person_is_another_fact(sealing_house: House) -> None:
    house = sealing_house
    event, anew = await fallen(house)
    await house.take([
        anew.model_copy(update={"item_id": uuid4(), "occurred_on": reportable().accepted_on}),
        reportable(),
    ])  # fmt: skip
    batch = await house.checked()
    assert not any(found & {"JR-2055", "JR-2056"} for found in (await codes(house, batch)).values())
    assert await work(house) == [(str(event.item_id), "cancellation")]
