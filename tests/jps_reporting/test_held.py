"""Items that their owner holds back (再審査の差異): on no medium until the owner lets them go."""

from datetime import date
from typing import Any

import pytest

from contracts.events import ExemptionReportHeld, ExemptionReportStands
from services.chassis.received import Rejected
from tests.jps_reporting.house import House
from tests.jps_reporting.making import reportable
from tests.jps_reporting.told import sent

pytestmark = pytest.mark.stack
HELD_SINCE = date(2026, 10, 9)


def held(event: Any, *, go: bool = False) -> ExemptionReportHeld:
    return ExemptionReportHeld(
        item_id=event.item_id, person_id=event.person_id, held=not go, since=HELD_SINCE
    )


async def item(house: House, event: Any) -> tuple[Any, ...]:
    (row,) = await house.fetch(
        "select state, blocked_code, held_on from jps_reporting.items where item_id = $1",
        event.item_id,
    )
    return tuple(row.values())


async def numbered(house: House, count: int) -> list[Any]:
    events = [reportable() for _ in range(count)]
    for index, event in enumerate(events, 1):
        await house.number(event.person_id, index)
    await house.take(events)
    return events


async def test_what_waits_is_held_back_until_its_owner_lets_it_go(house: House) -> None:
    event = reportable()
    await house.take([event, held(event)])
    assert await item(house, event) == ("blocked", "JR-1205", HELD_SINCE)
    (shown,) = (await house.call("GET", "/items?state=blocked")).json()["items"]
    assert shown["blocked_code"] == "JR-1205"
    assert "再審査" in shown["blocked_reason"]
    # Nobody else releases it, and no batch takes it.
    refused = await house.call("POST", f"/items/{event.item_id}/release")
    assert (refused.status_code, refused.json()["code"]) == (409, "JR-3026")
    assert (await house.call("POST", "/batches", json={})).json()["code"] == "JR-3001"
    await house.take([held(event)])
    assert await item(house, event) == ("blocked", "JR-1205", HELD_SINCE)
    await house.take([held(event, go=True)])
    assert await item(house, event) == ("waiting", None, None)
    history = await house.fetch(
        "select state, code from jps_reporting.item_history where item_id = $1 order by at, ctid",
        event.item_id,
    )
    assert [tuple(row.values()) for row in history] == [
        ("waiting", None), ("blocked", "JR-1205"), ("waiting", None),
    ]  # fmt: skip
    await house.take([held(event, go=True)])
    assert await item(house, event) == ("waiting", None, None)


async def test_what_was_held_back_for_something_else_stays_so_when_its_owner_lets_go(
    house: House,
) -> None:
    event = reportable(reason="unheard-of")
    await house.take([event, held(event)])
    assert await item(house, event) == ("blocked", "JR-1201", HELD_SINCE)
    refused = await house.call("POST", f"/items/{event.item_id}/release")
    assert refused.json()["code"] == "JR-3026"
    await house.take([held(event, go=True)])
    assert await item(house, event) == ("blocked", "JR-1201", None)


async def test_told_again_of_another_day_it_is_held_since_the_earlier(house: House) -> None:
    event = reportable()
    later = held(event).model_copy(update={"since": date(2026, 11, 2)})
    earlier = held(event).model_copy(update={"since": date(2026, 10, 1)})
    await house.take([event, held(event)])
    for told, since in ((later, HELD_SINCE), (earlier, date(2026, 10, 1))):
        await house.take([told])
        assert await item(house, event) == ("blocked", "JR-1205", since)
    # Let go and held back anew, it is since that day.
    await house.take([held(event, go=True)])
    await house.take([later])
    assert await item(house, event) == ("blocked", "JR-1205", date(2026, 11, 2))


async def test_it_leaves_a_batch_and_goes_on_the_next_once_it_is_let_go(
    sealing_house: House,
) -> None:
    house = sealing_house
    first, second = await numbered(house, 2)
    batch = await house.checked()
    await house.take([held(first)])
    assert await item(house, first) == ("blocked", "JR-1205", HELD_SINCE)
    assert await house.state(batch) == "checked"
    shown = (await house.batch(batch))["batch"]
    assert (shown["item_count"], shown["held_back"]) == (1, 1)
    assert (await house.seal(batch)).is_success
    (medium,) = await house.fetch("select record_count from jps_reporting.media")
    assert medium["record_count"] == 1
    assert (await item(house, second))[0] == "sealed"
    await house.take([held(first, go=True)])
    another = await house.checked()
    assert (await house.seal(another)).is_success
    assert (await item(house, first))[0] == "sealed"
    # What is on a medium stays on it.
    await house.take([held(first)])
    assert await item(house, first) == ("sealed", None, HELD_SINCE)


async def test_what_was_held_as_the_batch_was_built_is_found_by_whoever_seals(
    sealing_house: House,
) -> None:
    """Between the builder's choice and the owner's word neither sees the other."""
    house = sealing_house
    (event,) = await numbered(house, 1)
    batch = await house.checked()
    await held_unseen(house, event)
    assert await item(house, event) == ("in_batch", None, HELD_SINCE)
    refused = await house.seal(batch)
    assert (refused.status_code, refused.json()["code"]) == (409, "JR-3035")
    checked = await house.call("POST", f"/batches/{batch}/check")
    assert checked.is_success, checked.text
    page = (await house.call("GET", f"/batches/{batch}")).json()
    findings = [f["code"] for one in page["items"] for f in one["findings"]]
    assert "JR-2054" in findings
    # Given up, it does not wait for the next: its owner has not let it go.
    assert (await house.call("POST", f"/batches/{batch}/cancel")).is_success
    assert await item(house, event) == ("blocked", "JR-1205", HELD_SINCE)


async def held_unseen(house: House, event: Any) -> None:
    """Its owner's word, of which the batch that it is in heard nothing."""
    async with house.service.unit_of_work() as uow:
        await uow.connection.execute(
            "update jps_reporting.items set held_on = $2 where item_id = $1",
            event.item_id,
            HELD_SINCE,
        )


async def test_what_staff_took_out_for_that_finding_is_let_go_with_it(
    sealing_house: House,
) -> None:
    house = sealing_house
    first, _ = await numbered(house, 2)
    batch = await house.checked()
    await held_unseen(house, first)
    assert (await house.call("POST", f"/batches/{batch}/check")).is_success
    out = await house.call("POST", f"/batches/{batch}/take-out", json={"all_with_errors": True})
    assert out.is_success, out.text
    assert await item(house, first) == ("blocked", "JR-2054", HELD_SINCE)
    await house.take([held(first, go=True)])
    assert await item(house, first) == ("waiting", None, None)


async def test_what_is_taken_back_while_it_is_held_is_withdrawn(house: House) -> None:
    event = reportable()
    gone = ExemptionReportStands(
        item_id=event.item_id, person_id=event.person_id, stands=False, since=HELD_SINCE
    )
    await house.take([event, held(event)])
    await house.take([gone])
    assert (await item(house, event))[0] == "withdrawn"
    await house.take([held(event, go=True)])
    assert (await item(house, event))[0] == "withdrawn"


async def test_what_was_sent_is_not_held_and_of_what_was_never_reported_it_is_a_dead_letter(
    sealing_house: House,
) -> None:
    house = sealing_house
    event = reportable()
    await house.number(event.person_id, 1)
    await sent(house, event)
    await house.take([held(event)])
    assert (await item(house, event))[0] == "sent"
    with pytest.raises(Rejected, match="JR-1004"):
        await house.take([held(reportable())])
