"""From a checked batch to a medium: two people, one serial, nothing lost and nothing twice."""

import asyncio
import hashlib
from typing import Any
from uuid import UUID

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from contracts.events import (
    AuditOperation,
    AuditOutcome,
    AuditRecorded,
    ItemForwarded,
    QualificationReportable,
    TransitionKind,
    TransitionOrigin,
)
from contracts.events.residents import PersonName
from contracts.functions import Function
from deploy.local.testing import TestStack
from services.chassis.problems import Problem
from services.chassis.staff_context import StaffContext
from services.chassis.telemetry import Tracing
from services.jps_reporting import sealing
from services.jps_reporting.settings import Settings
from tests.jps_reporting.conftest import made
from tests.jps_reporting.house import BUILDER, SEALER, TRACE, House
from tests.jps_reporting.making import reportable
from tests.jps_reporting.opening import opened
from tests.token_vault import vaults

pytestmark = pytest.mark.stack


async def reported(
    house: House, count: int, **facts: Any
) -> tuple[list[QualificationReportable], list[str]]:
    """So many people with numbers and an item each, on a trace each."""
    events = [reportable(**facts) for _ in range(count)]
    digits = [await house.number(event.person_id, index) for index, event in enumerate(events, 1)]
    for index, event in enumerate(events, 1):
        await house.take([event], trace=TRACE.format(index))
    return events, digits


async def audited(house: House, operation: AuditOperation) -> list[AuditRecorded]:
    return [e for e in await house.emitted(AuditRecorded) if e.operation is operation]


async def test_build_link_check_seal_open_and_send(sealing_house: House) -> None:
    house = sealing_house
    arrival = reportable()
    leaver = reportable(
        transition=TransitionKind.LOSS,
        reason="moved-abroad",
        category_after=None,
        basic_pension_number="2271174711",
    )
    died = reportable(
        transition=TransitionKind.LOSS,
        reason="death",
        origin=TransitionOrigin.NOTICE,
        category_after=None,
        basic_pension_number="1234567890",
    )
    first = await house.number(
        arrival.person_id, 1, name=PersonName(kanji="𠮷田　髙﨑", kana="ヨシダ　タカサキ")
    )
    second = await house.number(leaver.person_id, 2)
    third = await house.number(died.person_id, 3)
    await house.take([arrival, leaver, died])
    batch = await house.checked()
    shown = await house.batch(batch)
    assert shown["batch"]["state"] == {"code": "checked", "label": "確認済"}
    assert shown["batch"]["with_substitutions"] == 1
    assert [item["substitutions"] for item in shown["items"] if item["substitutions"]] == [
        [{"field": "氏名", "character": "𠮷", "replacement": "吉", "times": 1}]
    ]

    sealed = await house.seal(batch)
    assert sealed.status_code == 200, sealed.text
    medium = sealed.json()["medium"]
    assert sealed.json()["state"]["code"] == "sealed"
    assert (medium["serial"], medium["record_count"]) == (1, 3)
    assert medium["layout_status"] == {"code": "unconfirmed", "label": "様式未確認"}

    download = await house.call("GET", f"/batches/{batch}/medium", SEALER)
    assert download.headers["content-type"] == "application/zip"
    assert download.headers["content-disposition"] == 'attachment; filename="KNTK000001.zip"'
    assert hashlib.sha256(download.content).hexdigest() == medium["sha256"]
    assert len(download.content) == medium["size"]
    name, content = opened(download.content)
    assert name == "KNTK000001.CSV"
    where = "2600026,見本市中央一丁目２番３号　コーポ見本１０１"
    assert content.decode("cp932").split("\r\n") == [
        "999993,000001,20261009",
        "[kanri]",
        "見本市,000003",
        "[data]",
        f"0101,999993,{first},,,ﾖｼﾀﾞ ﾀｶｻｷ,吉田　髙﨑,2,7,180402,{where},9,081001,02,,1,9,081005,1",
        f"0104,999993,1234,567890,ﾐﾎﾝ ﾊﾅｺ,見本　花子,7,180402,{where},9,081001,9,081005,1",
        f"0102,999993,{second},2271,174711,ﾐﾎﾝ ﾊﾅｺ,見本　花子,7,180402,{where},"
        "9,081001,11,9,081005,1",
        "[end],000003",
        "",
    ]
    assert third not in content.decode("cp932")  # 規則4条1項 asks for no individual number

    rows = await house.fetch("select * from jps_reporting.linkage")
    assert [row["answer"] for row in rows] == [None, None, None]
    assert all(row["erased_at"] for row in rows)

    sent = await house.call("POST", f"/batches/{batch}/send", SEALER)
    assert sent.json()["state"]["code"] == "sent"
    assert sent.json()["slip"] == {
        "handed_on": "2026-10-09",
        "record_count": 3,
        "receiver": "日本年金機構　見本年金事務所",
        "transport": "書留（簡易書留）による送付",
        "handed_by": SEALER,
        "department": "国民年金課",
    }
    forwarded = await house.emitted(ItemForwarded)
    assert {e.item_id for e in forwarded} == {arrival.item_id, leaver.item_id, died.item_id}
    assert {e.medium_serial for e in forwarded} == {1}
    life = await house.fetch("select what from jps_reporting.medium_life order by at, what")
    assert {row["what"] for row in life} == {"ordered", "sealed", "downloaded", "handed_over"}
    states = await house.fetch("select distinct state from jps_reporting.items")
    assert [row["state"] for row in states] == ["sent"]


async def test_every_provision_is_recorded_by_person(sealing_house: House) -> None:
    house = sealing_house
    events, _ = await reported(house, 2)
    batch = await house.checked()
    assert (await house.seal(batch)).is_success
    rows = await house.fetch("select * from jps_reporting.provisions order by position")
    assert {row["person_id"] for row in rows} == {event.person_id for event in events}
    for row in rows:
        assert (row["recipient"], row["clause"]) == ("日本年金機構", "番号法19条1号")
        assert row["article"].startswith("国民年金法施行規則9条1項")
        assert row["number"] is True
        assert {"name", "sex", "individual_number", "occurred_on"} <= set(row["items"])
        assert row["at"] == house.service.clock.now()
    recorded = await audited(house, AuditOperation.PROVISION)
    assert {record.person_id for record in recorded} == {event.person_id for event in events}
    for record in recorded:
        assert record.staff_id == SEALER
        assert record.legal_basis == "番号法19条1号"
        assert record.number_accessed
        assert record.details["medium_serial"] == 1
    person = events[0].person_id
    page = await house.call("GET", f"/persons/{person}/items", BUILDER, Function.PERSON_VIEW)
    (given,) = page.json()["provisions"]
    assert (given["recipient"], given["serial"]) == ("日本年金機構", 1)


async def test_who_built_it_does_not_seal_it(sealing_house: House) -> None:
    house = sealing_house
    await reported(house, 1)
    batch = await house.checked()
    refused = await house.seal(batch, BUILDER)
    assert refused.status_code == 403
    assert refused.json()["code"] == "JR-3004"
    assert await house.state(batch) == "checked"
    (record,) = await audited(house, AuditOperation.MEDIUM_SEALED)
    assert (record.outcome, record.staff_id) == (AuditOutcome.REFUSED, BUILDER)
    assert record.details == {"code": "JR-3004"}
    assert not await house.fetch("select from jps_reporting.media")


async def test_no_batch_is_sealed_before_identity_answered(sealing_house: House) -> None:
    house = sealing_house
    await reported(house, 1)
    batch = (await house.build())["batch_id"]
    refused = await house.seal(batch)
    assert (refused.status_code, refused.json()["code"]) == (409, "JR-3002")


async def test_no_batch_leaves_with_an_error_and_what_is_wrong_can_be_taken_out(
    sealing_house: House,
) -> None:
    house = sealing_house
    events, digits = await reported(house, 3)
    wrong = events[1].person_id
    await house.number(wrong, 2, name=PersonName(kanji="𠮟田", kana="シタ"))
    batch = await house.checked()
    assert await house.state(batch) == "has_errors"
    assert (await house.seal(batch)).json()["code"] == "JR-3002"
    findings = await house.batch(batch, "?only=findings")
    errors = [
        (item["item_id"], finding["code"], finding["field"], finding["character"])
        for item in findings["items"]
        for finding in item["findings"]
        if finding["severity"]["code"] == "error"
    ]
    assert errors == [(str(events[1].item_id), "JR-2011", "氏名", "𠮟")]

    taken = await house.call("POST", f"/batches/{batch}/take-out", json={"all_with_errors": True})
    assert taken.json()["state"]["code"] == "checked"
    assert taken.json()["item_count"] == 2
    (row,) = await house.fetch("select * from jps_reporting.items where state = 'blocked'")
    assert (row["item_id"], row["blocked_code"]) == (events[1].item_id, "JR-2011")
    (answer,) = await house.fetch(
        "select answer, erased_at from jps_reporting.linkage where person_id = $1", wrong
    )
    assert answer["answer"] is None
    assert answer["erased_at"]

    assert (await house.seal(batch)).is_success
    content = opened((await house.call("GET", f"/batches/{batch}/medium", SEALER)).content)[
        1
    ].decode("cp932")
    assert digits[0] in content
    assert digits[2] in content
    assert digits[1] not in content

    released = await house.call("POST", f"/items/{events[1].item_id}/release")
    assert released.json()["state"]["code"] == "waiting"
    await house.number(wrong, 2)
    again = await house.checked()
    assert (await house.seal(again)).json()["medium"]["serial"] == 2


async def test_a_crash_after_the_vault_costs_nothing(
    sealing_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = sealing_house
    events, digits = await reported(house, 3)
    batch = await house.checked()
    record = sealing.record

    async def crash(*_: Any) -> None:
        raise ConnectionResetError("the process is gone")

    monkeypatch.setattr(sealing, "record", crash)
    with pytest.raises(ConnectionResetError):
        await sealing.seal(house.service, house.service.state, _staff(), UUID(batch))
    assert await house.state(batch) == "sealing"
    (ordered,) = await house.fetch("select medium_id, serial, sealed_at from jps_reporting.media")
    assert (ordered["serial"], ordered["sealed_at"]) == (1, None)
    assert not await house.fetch("select from jps_reporting.provisions")
    assert {row["state"] for row in await house.fetch("select state from jps_reporting.items")} == {
        "in_batch"
    }
    missing = await house.call("GET", f"/batches/{batch}/medium", SEALER)
    assert missing.json()["code"] == "JR-3002"

    monkeypatch.setattr(sealing, "record", record)
    sealed = await house.seal(batch, "s003")
    assert sealed.json()["medium"]["serial"] == 1
    assert sealed.json()["medium"]["medium_id"] == str(ordered["medium_id"])
    assert len(await house.fetch("select from jps_reporting.media")) == 1
    provisions = await house.fetch("select item_id from jps_reporting.provisions")
    assert {row["item_id"] for row in provisions} == {event.item_id for event in events}
    content = opened((await house.call("GET", f"/batches/{batch}/medium", SEALER)).content)[1]
    assert all(number.encode() in content for number in digits)


async def test_a_vault_that_is_away_costs_nothing(sealing_house: House) -> None:
    house = sealing_house
    await reported(house, 1)
    batch = await house.checked()
    client = house.service.client("token_vault")
    base, client.base_url = client.base_url, "https://localhost:1"
    away = await house.seal(batch)
    assert (away.status_code, away.json()["code"]) == (503, "JR-3009")
    assert await house.state(batch) == "sealing"
    client.base_url = base
    assert (await house.seal(batch)).json()["medium"]["serial"] == 1


async def test_sealing_again_changes_nothing(sealing_house: House) -> None:
    house = sealing_house
    await reported(house, 2)
    batch = await house.checked()
    first = (await house.seal(batch)).json()
    again = (await house.seal(batch)).json()
    assert again == first
    await house.call("POST", f"/batches/{batch}/send", SEALER)
    await house.call("POST", f"/batches/{batch}/send", SEALER)
    assert (await house.seal(batch)).json()["medium"] == first["medium"]
    assert len(await house.emitted(ItemForwarded)) == 2
    assert len(await house.fetch("select from jps_reporting.slips")) == 1


async def test_two_sealers_at_once_make_one_medium(sealing_house: House) -> None:
    house = sealing_house
    await reported(house, 3)
    batch = await house.checked()
    answers = await asyncio.gather(*(house.seal(batch, f"s00{n}") for n in range(2, 6)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert [a.json()["code"] for a in answers if a.status_code == 409] == ["JR-3006"] * sum(
        a.status_code == 409 for a in answers
    )
    assert any(answer.is_success for answer in answers)
    (medium,) = await house.fetch("select serial from jps_reporting.media")
    assert medium["serial"] == 1
    assert len(await house.fetch("select from jps_reporting.provisions")) == 3


async def test_content_that_changed_at_the_last_moment_is_not_recorded(
    sealing_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = sealing_house
    events, digits = await reported(house, 2)
    batch = await house.checked()
    record = sealing.record

    async def meanwhile(*arguments: Any) -> None:
        body = {"item_ids": [str(events[0].item_id)]}
        taken = await house.call("POST", f"/batches/{batch}/take-out", json=body)
        assert taken.is_success
        await record(*arguments)

    monkeypatch.setattr(sealing, "record", meanwhile)
    refused = await house.seal(batch)
    assert (refused.status_code, refused.json()["code"]) == (409, "JR-3007")
    assert not await house.fetch("select from jps_reporting.provisions")
    monkeypatch.setattr(sealing, "record", record)
    assert (await house.seal(batch)).json()["medium"]["record_count"] == 1
    content = opened((await house.call("GET", f"/batches/{batch}/medium", SEALER)).content)[1]
    assert digits[0].encode() not in content


async def test_a_serial_is_never_used_again(
    sealing_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = sealing_house
    await reported(house, 1)
    batch = await house.checked()

    async def crash(*_: Any) -> None:
        raise Problem("JR-3009", 503, "x")

    with monkeypatch.context() as patch:
        patch.setattr(sealing, "record", crash)
        await house.seal(batch)
    await house.call("POST", f"/batches/{batch}/cancel")
    assert await house.state(batch) == "cancelled"
    second = await house.checked()
    assert (await house.seal(second)).json()["medium"]["serial"] == 2
    serials = await house.fetch("select serial from jps_reporting.media order by serial")
    assert [row["serial"] for row in serials] == [1, 2]


async def test_a_refusal_of_the_vault_is_told_to_staff(
    settings: Settings, vault: vaults.House, stack: TestStack
) -> None:
    peers = {**settings.peers, "token_vault": vault.url}
    async with made(settings.model_copy(update={"peers": peers})).opened() as service:
        without_password = House(service, stack, vault)
        await reported(without_password, 1)
        batch = await without_password.checked()
        refused = await without_password.seal(batch)
        assert (refused.status_code, refused.json()["code"]) == (409, "JR-3008")
        assert "TV-2105" in refused.json()["detail"]
        assert await without_password.state(batch) == "sealing"


async def test_a_sampled_item_has_a_span_of_its_sealing(sealing_house: House) -> None:
    house = sealing_house
    exporter = InMemorySpanExporter()
    house.service.tracing = Tracing(house.service.settings, exporter)
    await reported(house, 2)
    unsampled = reportable()
    await house.number(unsampled.person_id, 9)
    await house.take([unsampled], trace=TRACE.format(9)[:-2] + "00")
    batch = await house.checked()
    await house.seal(batch)
    house.service.tracing.close()
    spans = [s for s in exporter.get_finished_spans() if s.name == "jps.item.sealed"]
    assert len(spans) == 2
    for span in spans:
        assert dict(span.attributes or {}) == {"item.kind": "acquisition"}
        assert span.parent is not None
        assert f"{span.parent.trace_id:032x}" in TRACE.format(1) + TRACE.format(2)


async def test_one_trace_goes_from_the_event_to_the_medium(sealing_house: House) -> None:
    house = sealing_house
    events, _ = await reported(house, 3)
    batch = await house.checked()
    await house.seal(batch)
    await house.call("POST", f"/batches/{batch}/send", SEALER)
    traces: dict[UUID, set[str]] = {event.person_id: set() for event in events}
    for event, trace in await house.outbox_with_traces():
        person = getattr(event, "person_id", None)
        if person in traces:
            assert trace is not None
            traces[person].add(trace.split("-")[1])
    expected = [{TRACE.format(index).split("-")[1]} for index in range(1, 4)]
    assert [traces[event.person_id] for event in events] == expected


def _staff() -> StaffContext:
    return StaffContext(SEALER, "国民年金課", frozenset(), "session", "terminal", "request")
