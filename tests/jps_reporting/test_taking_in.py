"""Items and answers as they come from the bus, on the real database."""

import asyncio
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from contracts.events import (
    LinkageItem,
    LinkageOutcome,
    QualificationChanged,
    TransitionKind,
    TransitionOrigin,
)
from services.chassis.received import Rejected
from tests.jps_reporting.house import BUILDER, TRACE, House, received
from tests.jps_reporting.making import reportable

pytestmark = pytest.mark.stack


def codes(rejected: pytest.ExceptionInfo[Rejected]) -> list[str]:
    return [rejection.code for rejection in rejected.value.rejections]


async def test_every_event_becomes_an_item_with_its_reason(house: House) -> None:
    await house.take(
        [
            reportable(),
            reportable(origin=TransitionOrigin.AGE, reason="age-20"),
            reportable(reason="unheard-of"),
        ]
    )
    rows = await house.fetch(
        "select state, rule, blocked_code, due_on from jps_reporting.items order by rule"
    )
    assert [(row["state"], row["rule"], row["blocked_code"]) for row in rows] == [
        ("blocked", "RP-00", "JR-1201"),
        ("not_needed", "RP-01", None),
        ("waiting", "RP-11", None),
    ]
    assert {row["due_on"] for row in rows} == {date(2026, 10, 19)}
    history = await house.fetch("select state from jps_reporting.item_history")
    assert sorted(row["state"] for row in history) == ["blocked", "not_needed", "waiting"]


async def test_the_same_item_twice_is_one_item(house: House) -> None:
    event = reportable()
    later = event.model_copy(update={"basic_pension_number": "1234567890"})
    await house.take([event, event])
    await house.take([event, later])
    rows = await house.fetch("select basic_pension_number from jps_reporting.items")
    assert [row["basic_pension_number"] for row in rows] == [None]
    assert len(await house.fetch("select from jps_reporting.item_history")) == 1


async def test_an_item_id_about_something_else_is_refused(house: House) -> None:
    event = reportable()
    other = reportable(item_id=event.item_id, person_id=event.person_id, reason="age-20")
    sound = reportable()
    with pytest.raises(Rejected) as rejected:
        await house.take([event, other, sound])
    assert codes(rejected) == ["JR-1001"]
    assert [r.received.event for r in rejected.value.rejections] == [other]
    assert not await house.fetch("select from jps_reporting.items")  # rolled back as a whole


async def test_a_changed_timeline_alone_is_read_past(house: House) -> None:
    changed = QualificationChanged(
        person_id=uuid4(), timeline_version=1, basic_pension_number_known=False, periods=()
    )
    await house.take([changed])
    assert not await house.fetch("select from jps_reporting.items")


async def test_identity_is_asked_once_a_person_for_what_the_records_need(house: House) -> None:
    person = uuid4()
    await house.take(
        [
            reportable(person_id=person, transition=TransitionKind.LOSS, reason="moved-abroad"),
        ],
        trace=TRACE.format(1),
    )
    only_loss = await house.build()
    (request,) = await house.requests()
    assert request.person_id == person
    assert set(request.items) == set(LinkageItem) - {LinkageItem.SEX}
    assert str(request.reference) == only_loss["batch_id"]
    ((_, trace),) = [
        pair for pair in await house.outbox_with_traces() if pair[0].TYPE == request.TYPE
    ]
    assert trace == TRACE.format(1)

    await house.call("POST", f"/batches/{only_loss['batch_id']}/cancel")
    await house.take([reportable(person_id=person)])
    await house.build()
    newest = (await house.requests())[-1]
    assert newest.person_id == person
    assert set(newest.items) == set(LinkageItem)  # one request for both


async def test_a_batch_is_checked_when_the_last_answer_is_there(house: House) -> None:
    await house.take([reportable(basic_pension_number="2271174711") for _ in range(3)])
    batch = (await house.build())["batch_id"]
    asked = await house.requests()
    for number, request in enumerate(asked):
        assert await house.state(batch) == "collecting"
        assert (await house.batch(batch))["batch"]["unanswered"] == 3 - number
        await house.handle([received(house.reply(request))])
    assert await house.state(batch) == "checked"


async def test_answers_on_two_shards_at_once_close_the_batch(house: House) -> None:
    await house.take([reportable(basic_pension_number="2271174711") for _ in range(40)])
    batch = (await house.build())["batch_id"]
    replies = [received(house.reply(request)) for request in await house.requests()]
    await asyncio.gather(*(house.handle(replies[n::4]) for n in range(4)))
    assert await house.state(batch) == "checked"


async def test_an_answer_that_comes_again_changes_nothing(house: House) -> None:
    await house.take([reportable(basic_pension_number="2271174711")])
    batch = (await house.build())["batch_id"]
    (request,) = await house.requests()
    reply = house.reply(request)
    await house.handle([received(reply)])
    other = reply.model_copy(update={"outcome": LinkageOutcome.NO_RECORD, "answer": None})
    await house.handle([received(other)])
    assert await house.state(batch) == "checked"
    rows = await house.fetch("select outcome from jps_reporting.linkage")
    assert [row["outcome"] for row in rows] == ["answered"]


async def test_an_answer_to_a_batch_that_was_given_up_is_not_kept(house: House) -> None:
    await house.take([reportable()])
    batch = (await house.build())["batch_id"]
    (request,) = await house.requests()
    await house.call("POST", f"/batches/{batch}/cancel")
    await house.handle([received(house.reply(request))])
    assert await house.state(batch) == "cancelled"
    rows = await house.fetch("select outcome, answer from jps_reporting.linkage")
    assert rows == [{"outcome": None, "answer": None}]


async def test_answers_to_what_was_never_asked_are_refused(house: House) -> None:
    await house.take([reportable()])
    await house.build()
    (request,) = await house.requests()
    reply = house.reply(request)
    strange = reply.model_copy(update={"request_id": uuid4()})
    swapped = reply.model_copy(update={"person_id": uuid4()})
    with pytest.raises(Rejected) as rejected:
        await house.handle([received(one) for one in (strange, swapped, reply)])
    assert codes(rejected) == ["JR-1002", "JR-1003"]
    assert len(await house.fetch("select from jps_reporting.linkage where answer is null")) == 1


@pytest.mark.parametrize(
    ("outcome", "code"),
    [(LinkageOutcome.NO_RECORD, "JR-2061"), (LinkageOutcome.REFUSED, "JR-2062")],
)
async def test_a_person_that_identity_does_not_tell_of(
    house: House, outcome: LinkageOutcome, code: str
) -> None:
    event = reportable()
    house.answers[event.person_id] = outcome
    await house.take([event])
    batch = await house.checked()
    shown = await house.batch(batch)
    assert shown["batch"]["state"]["code"] == "has_errors"
    assert [f["code"] for f in shown["items"][0]["findings"]] == [code]


async def test_two_builders_at_once_never_share_an_item(house: House) -> None:
    await house.take([reportable() for _ in range(30)])
    calls = [house.call("POST", "/batches", BUILDER, json={"limit": 20}) for _ in range(3)]
    answers = [answer.json() for answer in await asyncio.gather(*calls) if answer.is_success]
    assert sum(answer["item_count"] for answer in answers) == 30
    rows = await house.fetch(
        "select batch_id, count(*) as n from jps_reporting.items group by batch_id"
    )
    assert {str(row["batch_id"]): row["n"] for row in rows} == {
        answer["batch_id"]: answer["item_count"] for answer in answers
    }


async def test_what_has_not_happened_yet_is_not_chosen(house: House) -> None:
    await house.take(
        [
            reportable(
                transition=TransitionKind.LOSS,
                reason="moved-abroad",
                occurred_on=date(2026, 10, 10),
            )
        ]
    )
    response = await house.call("POST", "/batches", json={})
    assert response.status_code == 409
    assert response.json()["code"] == "JR-3001"


async def test_the_running_role_can_do_what_is_granted_and_no_more(house: House) -> None:
    await house.take([reportable()])
    refused: list[tuple[str, Any]] = [
        ("delete from jps_reporting.items", "permission denied"),
        ("update jps_reporting.items set occurred_on = '2026-01-01'", "permission denied"),
        ("update jps_reporting.items set state = 'sent'", "an item does not go from waiting"),
        ("delete from jps_reporting.provisions", "permission denied"),
        ("update jps_reporting.provisions set recipient = 'x'", "permission denied"),
        ("delete from jps_reporting.media", "permission denied"),
        ("update jps_reporting.media set serial = 1", "permission denied"),
        ("delete from jps_reporting.item_history", "permission denied"),
        ("delete from jps_reporting.slips", "permission denied"),
        ("truncate jps_reporting.linkage", "permission denied"),
    ]
    for sql, says in refused:
        with pytest.raises(Exception, match=says):
            async with house.service.unit_of_work() as uow:
                await uow.connection.execute(sql)
