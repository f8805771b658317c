"""What staff can do with batches and items over HTTP, and what they are told."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from contracts.codes import Sex
from contracts.events import (
    AuditOperation,
    AuditRecorded,
    TransitionKind,
    TransitionOrigin,
)
from contracts.functions import Function
from tests.jps_reporting.house import BUILDER, SEALER, House
from tests.jps_reporting.making import answer, reportable

pytestmark = pytest.mark.stack

SOUND = {"basic_pension_number": "2271174711"}


async def waiting(house: House, count: int, **facts: Any) -> list[Any]:
    events = [reportable(**{**SOUND, **facts}) for _ in range(count)]
    await house.take(events)
    return events


@pytest.mark.parametrize(
    ("method", "path", "function"),
    [
        ("POST", "/batches", Function.BATCH_BUILD),
        ("GET", "/batches", Function.BATCH_BUILD),
        ("GET", "/batches/{id}", Function.BATCH_BUILD),
        ("POST", "/batches/{id}/check", Function.BATCH_BUILD),
        ("POST", "/batches/{id}/take-out", Function.BATCH_BUILD),
        ("POST", "/batches/{id}/cancel", Function.BATCH_BUILD),
        ("POST", "/batches/{id}/seal", Function.BATCH_SEAL),
        ("POST", "/batches/{id}/send", Function.BATCH_SEAL),
        ("GET", "/batches/{id}/medium", Function.BATCH_SEAL),
        ("GET", "/batches/{id}/cover-sheet", Function.BATCH_SEAL),
        ("GET", "/items", Function.BATCH_BUILD),
        ("POST", "/items/{id}/release", Function.BATCH_BUILD),
        ("GET", "/persons/{id}/items", Function.PERSON_VIEW),
    ],
)
async def test_every_route_needs_its_function(
    house: House, method: str, path: str, function: Function
) -> None:
    others = tuple(f for f in Function if f is not function)
    response = await house.call(method, path.replace("{id}", str(uuid4())), BUILDER, *others)
    assert (response.status_code, response.json()["code"]) == (403, "CH-0006")
    assert function.label in response.json()["detail"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/batches", {"receiver": "山田商店"}),  # C27: nobody types a receiver
        ("/batches", {"kinds": ["tax"]}),
        ("/batches", {"kinds": []}),
        ("/batches", {"limit": 0}),
        ("/batches/{id}/take-out", {}),
        ("/batches/{id}/take-out", {"item_ids": [], "all_with_errors": True}),
        ("/batches/{id}/take-out", {"item_ids": ["x"]}),
        ("/batches/{id}/take-out", {"all_with_errors": False}),
    ],
)
async def test_a_body_with_anything_else_in_it_is_refused(
    house: House, path: str, body: dict[str, Any]
) -> None:
    response = await house.call("POST", path.replace("{id}", str(uuid4())), json=body)
    assert (response.status_code, response.json()["code"]) == (422, "CH-0001")


async def test_an_unknown_batch_is_not_there(house: House) -> None:
    for method, path in (("GET", ""), ("POST", "/seal"), ("POST", "/check"), ("GET", "/medium")):
        response = await house.call(method, f"/batches/{uuid4()}{path}", SEALER)
        assert (response.status_code, response.json()["code"]) == (404, "CH-0003")


async def test_a_batch_takes_what_was_asked_for_the_most_urgent_first(house: House) -> None:
    late = await waiting(house, 2, accepted_on=date(2026, 9, 20), occurred_on=date(2026, 9, 18))
    await waiting(house, 3)
    leavers = await waiting(
        house, 1, transition=TransitionKind.LOSS, reason="moved-abroad", category_after=None
    )
    first = await house.build(limit=2)
    rows = await house.fetch(
        "select item_id from jps_reporting.items where batch_id = $1::uuid", first["batch_id"]
    )
    assert {row["item_id"] for row in rows} == {event.item_id for event in late}
    second = await house.build(kinds=["loss"])
    assert second["kinds"] == [
        {
            "kind": {"code": "loss", "label": "資格喪失報告"},
            "count": len(leavers),
            "cancellations": 0,
        }
    ]
    third = await house.build(due_before="2026-10-19")
    assert third["item_count"] == 3
    nothing = await house.call("POST", "/batches", json={})
    assert (nothing.status_code, nothing.json()["code"]) == (409, "JR-3001")


async def test_what_is_asked_for_is_recorded(house: House) -> None:
    await waiting(house, 2)
    batch = await house.checked()
    await house.batch(batch)
    await house.call("GET", "/items")
    events = await house.emitted(AuditRecorded)
    assert [(e.operation, e.count) for e in events] == [
        (AuditOperation.BATCH_BUILT, 2),
        (AuditOperation.INQUIRY, 2),
        (AuditOperation.INQUIRY, 2),
    ]
    assert {e.staff_id for e in events} == {BUILDER}


async def test_the_register_shows_everything_with_its_reason(house: House) -> None:
    await waiting(house, 2)
    await house.take([reportable(origin=TransitionOrigin.AGE, reason="age-20")])
    await house.take([reportable(reason="unheard-of")])
    everything = (await house.call("GET", "/items")).json()["items"]
    assert len(everything) == 4
    assert {item["state"]["label"] for item in everything} == {"報告待ち", "報告不要", "保留"}
    assert all(item["reason"] for item in everything)
    (not_needed,) = (await house.call("GET", "/items?state=not_needed")).json()["items"]
    assert not_needed["article"] == "国民年金法施行規則1条の4第1項ただし書"
    assert not_needed["due_statutory"] is True
    assert not (await house.call("GET", "/items?due_before=2026-10-18")).json()["items"]


async def test_the_register_has_pages(house: House) -> None:
    events = await waiting(house, 7)
    seen, after = [], ""
    while True:
        page = (await house.call("GET", f"/items?limit=3{after}")).json()
        seen += [item["item_id"] for item in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert sorted(seen) == sorted(str(event.item_id) for event in events)


async def test_a_batch_has_pages(house: House) -> None:
    events = await waiting(house, 5)
    batch = await house.checked()
    seen, after = [], ""
    while True:
        page = await house.batch(batch, f"?limit=2{after}")
        seen += [item["item_id"] for item in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert sorted(seen) == sorted(str(event.item_id) for event in events)


async def test_warnings_are_shown_and_hold_nothing_up(house: House) -> None:
    await waiting(house, 1, accepted_on=date(2026, 9, 1), occurred_on=date(2026, 8, 31))
    (item,) = await waiting(house, 1)
    house.answers[item.person_id] = answer(sex=Sex.UNKNOWN, individual_number_token=None)
    batch = await house.checked()
    shown = await house.batch(batch, "?only=findings")
    assert shown["batch"]["state"]["code"] == "checked"
    assert shown["batch"]["with_warnings"] == 2
    found = {f["code"] for one in shown["items"] for f in one["findings"]}
    assert found == {"JR-2041", "JR-2007"}
    assert [one["overdue"] for one in shown["items"]].count(True) == 1


async def test_a_duplicate_is_named_and_gone_when_the_other_is_taken_out(house: House) -> None:
    (first,) = await waiting(house, 1)
    (second,) = await waiting(house, 1, person_id=first.person_id)
    batch = await house.checked()
    shown = await house.batch(batch, "?only=findings")
    (named,) = shown["items"]
    assert [f["code"] for f in named["findings"]] == ["JR-2051"]
    other = ({str(first.item_id), str(second.item_id)} - {named["item_id"]}).pop()
    taken = await house.call("POST", f"/batches/{batch}/take-out", json={"item_ids": [other]})
    assert taken.json()["state"]["code"] == "checked"
    assert taken.json()["with_errors"] == 0


async def test_what_was_taken_out_without_an_error_waits_for_its_release(house: House) -> None:
    first, second = await waiting(house, 2)
    batch = await house.checked()
    body = {"item_ids": [str(first.item_id)]}
    await house.call("POST", f"/batches/{batch}/take-out", json=body)
    (row,) = await house.fetch("select * from jps_reporting.items where state = 'blocked'")
    assert (row["item_id"], row["blocked_code"]) == (first.item_id, "JR-1203")
    again = await house.call("POST", f"/batches/{batch}/take-out", json=body)
    assert (again.status_code, again.json()["code"]) == (409, "JR-3010")
    last = await house.call(
        "POST", f"/batches/{batch}/take-out", json={"item_ids": [str(second.item_id)]}
    )
    assert last.json()["state"]["code"] == "cancelled"  # nothing is left in it
    history = await house.fetch(
        "select state, code, staff_id from jps_reporting.item_history where item_id = $1"
        " order by at, state desc",
        first.item_id,
    )
    assert [row["state"] for row in history] == ["waiting", "in_batch", "blocked"]


async def test_only_what_is_held_back_can_be_released(house: House) -> None:
    (event,) = await waiting(house, 1)
    for item in (event.item_id, uuid4()):
        response = await house.call("POST", f"/items/{item}/release")
        assert (response.status_code, response.json()["code"]) == (409, "JR-3011")
    undecided = reportable(reason="unheard-of")
    await house.take([undecided])
    released = await house.call("POST", f"/items/{undecided.item_id}/release")
    assert released.json()["state"]["code"] == "waiting"


async def test_cancelling_gives_everything_back(house: House) -> None:
    await waiting(house, 3)
    batch = await house.checked()
    cancelled = await house.call("POST", f"/batches/{batch}/cancel")
    assert cancelled.json()["state"]["code"] == "cancelled"
    assert cancelled.json()["item_count"] == 0
    assert (await house.build())["item_count"] == 3
    rows = await house.fetch(
        "select answer from jps_reporting.linkage where answered_at is not null"
    )
    assert [row["answer"] for row in rows] == [None] * 3


async def test_checking_again_uses_the_table_of_now(house: House) -> None:
    (event,) = await waiting(house, 1)
    house.answers[event.person_id] = answer(
        name=answer().name.model_copy(update={"kanji": "𠮟田"}),  # type: ignore[union-attr] # it has one
        individual_number_token=None,
    )
    batch = await house.checked()
    assert await house.state(batch) == "has_errors"
    reporting = house.service.state
    table = reporting.parameters.substitutions
    entry = table.substitution[0].model_copy(update={"character": "𠮟", "replacement": "叱"})
    reviewed = type(table).model_validate(
        {**table.model_dump(), "substitution": (*table.substitution, entry)}
    )
    object.__setattr__(reporting.parameters, "substitutions", reviewed)
    object.__setattr__(reporting.parameters, "digest", "another")
    reporting._renderers.clear()
    checked = await house.call("POST", f"/batches/{batch}/check")
    assert checked.json()["state"]["code"] == "checked"
    assert checked.json()["with_substitutions"] == 1


async def test_a_batch_checked_under_another_table_is_not_sealed(house: House) -> None:
    await waiting(house, 1)
    batch = await house.checked()
    object.__setattr__(house.service.state.parameters, "digest", "another")
    refused = await house.seal(batch)
    assert (refused.status_code, refused.json()["code"]) == (409, "JR-3005")


async def test_the_cover_sheet_waits_for_the_medium(house: House) -> None:
    await waiting(house, 1)
    batch = await house.checked()
    response = await house.call("GET", f"/batches/{batch}/cover-sheet", SEALER)
    assert (response.status_code, response.json()["code"]) == (409, "JR-3002")


async def test_the_cover_sheet_says_that_the_layout_is_unconfirmed(sealing_house: House) -> None:
    house = sealing_house
    await waiting(house, 2)
    batch = await house.checked()
    await house.seal(batch)
    path = f"/batches/{batch}/cover-sheet"
    sheet = (await house.call("GET", path, SEALER)).json()
    assert sheet["layout_status"] == {"code": "unconfirmed", "label": "様式未確認"}
    assert (sheet["serial"], sheet["total"]) == (1, 2)
    text = await house.call("GET", f"{path}?format=text", SEALER)
    assert text.headers["content-type"].startswith("text/plain")
    assert "※ 様式未確認" in text.text


async def test_no_answer_of_the_api_names_anybody(house: House) -> None:
    await waiting(house, 2)
    batch = await house.checked()
    for path in (f"/batches/{batch}", "/batches", "/items"):
        text = (await house.call("GET", path)).text
        assert "見本　花子" not in text
        assert "見本市中央" not in text
        assert "2271174711" not in text
