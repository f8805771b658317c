"""Items whose fact no longer stands: withdrawn where not sent, to be corrected where they were."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from contracts.events import QualificationReportStands
from services.chassis.received import Rejected
from tests.jps_reporting.house import House
from tests.jps_reporting.making import reportable
from tests.jps_reporting.told import ACCEPTED, sent, taken, written

pytestmark = pytest.mark.stack


def stands(event: Any, *, again: bool = False) -> QualificationReportStands:
    return QualificationReportStands(
        item_id=event.item_id, person_id=event.person_id, stands=again, since=date(2026, 10, 9)
    )


async def item(house: House, event: Any) -> dict[str, Any]:
    (row,) = await house.fetch(
        "select state, blocked_code, fell_away_on from jps_reporting.items where item_id = $1",
        event.item_id,
    )
    return dict(row)


async def test_what_waits_is_withdrawn_and_what_stands_again_is_looked_at(house: House) -> None:
    waiting, undecided, nobody = (
        reportable(), reportable(reason="unheard-of"), reportable(reason="age-20", origin="age"),
    )  # fmt: skip
    await house.take([waiting, undecided, nobody])
    await house.take([stands(waiting), stands(undecided), stands(nobody)])
    for event in (waiting, undecided):
        assert (await item(house, event))["state"] == "withdrawn"
    assert (await item(house, nobody))["state"] == "not_needed"
    # Told again, nothing changes; it is not built into a batch.
    await house.take([stands(waiting)])
    assert (await house.call("POST", "/batches", json={})).json()["code"] == "JR-3001"
    await house.take([stands(waiting, again=True)])
    found = await item(house, waiting)
    assert (found["state"], found["blocked_code"], found["fell_away_on"]) == (
        "blocked", "JR-1204", None,
    )  # fmt: skip
    assert (await house.call("POST", f"/items/{waiting.item_id}/release")).is_success
    assert (await item(house, waiting))["state"] == "waiting"


async def test_what_is_in_a_batch_leaves_it(sealing_house: House) -> None:
    house = sealing_house
    events = [reportable(), reportable()]
    for index, event in enumerate(events, 1):
        await house.number(event.person_id, index)
    await house.take(events)
    batch = await house.checked()
    await house.take([stands(events[0])])
    assert (await item(house, events[0]))["state"] == "withdrawn"
    assert await house.state(batch) == "checked"
    assert (await house.seal(batch)).is_success
    assert (await house.fetch("select record_count from jps_reporting.media"))[0][
        "record_count"
    ] == 1
    # The last one of a batch: the batch is given up.
    more = reportable()
    await house.number(more.person_id, 3)
    await house.take([more])
    batch = await house.checked()
    await house.take([stands(more)])
    assert await house.state(batch) == "cancelled"


async def test_what_was_sent_calls_for_a_correction(sealing_house: House, tmp_path: Any) -> None:
    house = sealing_house
    event = reportable()
    await house.number(event.person_id, 1)
    await sent(house, event)
    await house.take([stands(event)])
    listed = await house.call("GET", "/items?fell_away=true")
    (shown,) = listed.json()["items"]
    assert (shown["state"]["code"], shown["correction_due"]) == ("sent", True)
    assert shown["fell_away_on"] == "2026-10-09"
    # What JPS decides on it is taken all the same.
    assert await taken(house, written(tmp_path, [ACCEPTED | {"記録番号": "1"}])) == 0
    assert (await item(house, event))["state"] == "accepted"
    await house.take([stands(event, again=True)])
    assert (await house.call("GET", "/items?fell_away=true")).json()["items"] == []
    assert (await item(house, event))["state"] == "accepted"


async def test_of_an_item_that_was_never_reported_it_is_a_dead_letter(house: House) -> None:
    event = reportable()
    await house.take([event])
    for wrong in (
        stands(reportable()),
        stands(event).model_copy(update={"person_id": uuid4()}),
    ):
        with pytest.raises(Rejected, match="JR-1004"):
            await house.take([wrong])
    assert (await item(house, event))["state"] == "waiting"
