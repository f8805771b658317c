"""Notices that are themselves what is reported: from the event to the medium and JPS's decision."""

from pathlib import Path

import pytest

from contracts.events import ItemDecided, ItemForwarded, OwnedItemForwarded, ReportOwner
from services.chassis.received import Rejected
from tests.jps_reporting.house import House
from tests.jps_reporting.making import Kind, of_notice
from tests.jps_reporting.told import ACCEPTED, RESULTS, sent, taken, written

pytestmark = pytest.mark.stack

KINDS = [
    Kind.VOLUNTARY_APPLICATION,
    Kind.SPECIAL_VOLUNTARY_APPLICATION,
    Kind.VOLUNTARY_WITHDRAWAL,
    Kind.NAME_CHANGE,
    Kind.ADDRESS_CHANGE,
    Kind.CATEGORY_3_NOTICE,
    Kind.PENSION_NUMBER_NOTICE_REISSUE,
]
CODES = {kind: code for code, kind in RESULTS.codes["kind"].items()}


async def test_they_go_on_a_medium_and_are_decided_like_others(
    sealing_house: House, tmp_path: Path
) -> None:
    house = sealing_house
    events = [of_notice(kind) for kind in KINDS]
    for index, event in enumerate(events, 1):
        await house.number(event.person_id, index)
    places = await sent(house, *events)
    assert {event.kind for event in places.values()} == {kind.value for kind in KINDS}
    told = await house.emitted(OwnedItemForwarded)
    assert {(one.item_id, one.kind, one.owner) for one in told} == {
        (event.item_id, event.kind, ReportOwner.QUALIFICATION) for event in events
    }
    assert not await house.emitted(ItemForwarded)
    rows = [
        ACCEPTED | {"記録番号": str(place), "届書種別": CODES[event.kind]}
        for place, event in sorted(places.items())
    ]
    assert await taken(house, written(tmp_path, rows)) == 0
    assert {(one.item_id, one.kind) for one in await house.emitted(ItemDecided)} == {
        (event.item_id, event.kind) for event in events
    }


async def test_what_is_given_of_each_is_what_its_form_asks_for(sealing_house: House) -> None:
    house = sealing_house
    events = [of_notice(kind) for kind in KINDS]
    for index, event in enumerate(events, 1):
        await house.number(event.person_id, index)
    await sent(house, *events)
    given = {
        row["kind"]: set(row["items"])
        for row in await house.fetch(
            "select i.kind, p.items from jps_reporting.provisions p"
            " join jps_reporting.items i using (item_id)"
        )
    }
    applications = {"voluntary_application", "special_voluntary_application"}
    assert {kind for kind, items in given.items() if "sex" in items} == applications
    assert "occurred_on" not in given["pension_number_notice_reissue"]
    assert "reason" not in given["name_change"] | given["address_change"]


async def test_a_kind_that_is_not_known_here_is_refused_and_the_others_are_not_taken(
    house: House,
) -> None:
    later = of_notice(Kind.NAME_CHANGE).model_copy(update={"kind": "of_later"})
    with pytest.raises(Rejected) as rejected:
        await house.take([of_notice(Kind.ADDRESS_CHANGE), later])
    assert [(r.code, r.received.event) for r in rejected.value.rejections] == [("JR-1005", later)]
    assert not await house.fetch("select from jps_reporting.items")
