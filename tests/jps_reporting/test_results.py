"""Results of JPS taken in by the command: items, events, the list, and a file broken off."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from contracts.events import AuditOperation, AuditRecorded, ItemDecided, ItemOutcome, ReportOwner
from contracts.functions import Function
from contracts.numbers import synthetic_individual_number
from services.chassis.clock import FixedClock
from services.jps_reporting import taking, taking_results
from tests.jps_reporting.house import House
from tests.jps_reporting.making import reportable
from tests.jps_reporting.told import ACCEPTED, CORRECTED, RETURNED, sent, taken, written

pytestmark = pytest.mark.stack

DAY = date(2026, 10, 9)
STATES = "select state, count(*) from jps_reporting.items group by state order by state"


async def states(house: House) -> dict[str, int]:
    return {row["state"]: row["count"] for row in await house.fetch(STATES)}


def later(house: House, days: int) -> None:
    clock = house.service.clock
    assert isinstance(clock, FixedClock)
    clock.move(timedelta(days=days))


async def test_each_outcome_brings_its_state_its_event_and_its_page(
    sealing_house: House, tmp_path: Path
) -> None:
    house = sealing_house
    events = [reportable() for _ in range(3)]
    for index, event in enumerate(events, 1):
        await house.number(event.person_id, index)
    places = await sent(house, *events)
    file = written(
        tmp_path,
        [
            ACCEPTED | {"記録番号": "1", "付番基礎年金番号": "2271174711"},
            RETURNED | {"記録番号": "2"},
            CORRECTED | {"記録番号": "3"},
        ],
    )
    assert await taken(house, file) == 0
    assert await states(house) == {"accepted": 1, "corrected": 1, "returned": 1}

    decided: list[ItemDecided] = await house.emitted(ItemDecided)
    assert [(d.item_id, d.person_id) for d in decided] == [
        (places[n].item_id, places[n].person_id) for n in (1, 2, 3)
    ]
    assert [d.outcome for d in decided] == list(ItemOutcome)
    assert {(d.owner, d.kind, d.medium_serial) for d in decided} == {
        (ReportOwner.QUALIFICATION, "acquisition", 1)
    }
    assert decided[0].assigned_number == "2271174711"
    assert (decided[1].return_code, decided[1].return_reason) == (
        "02", "氏名、生年月日、性別または住所が機構の記録と一致しない",
    )  # fmt: skip
    assert decided[2].corrected is not None
    assert decided[2].corrected.occurred_on == date(2026, 10, 2)

    page = await house.call(
        "GET", f"/persons/{places[2].person_id}/items", "s001", Function.PERSON_VIEW
    )
    (item,) = page.json()["items"]
    assert item["state"] == {"code": "returned", "label": "機構返戻"}
    assert item["decisions"][0]["return_reason"].startswith("氏名")
    jobs = [
        record for record in await house.emitted(AuditRecorded)
        if record.operation is AuditOperation.BATCH_JOB
    ]  # fmt: skip
    assert [(job.count, job.details["bad"]) for job in jobs] == [(3, 0)]


async def test_the_same_file_again_brings_nothing_new(
    sealing_house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    house = sealing_house
    event = reportable()
    await house.number(event.person_id, 1)
    await sent(house, event)
    rows = [ACCEPTED | {"記録番号": "1"}]
    assert await taken(house, written(tmp_path, rows)) == 0
    before = await house.outbox()
    assert await taken(house, written(tmp_path, rows)) == 0
    assert await house.outbox() == before
    # In another file, with a row more: known, and listed.
    assert await taken(house, written(tmp_path, [*rows, ACCEPTED | {"記録番号": "2"}])) == 1
    assert len(await house.emitted(ItemDecided)) == 1
    assert "0 new, 1 known, 1 listed, 0 bad" in capsys.readouterr().err


async def test_a_later_decision_replaces_an_earlier_one_and_not_the_other_way(
    sealing_house: House, tmp_path: Path
) -> None:
    house = sealing_house
    event = reportable()
    await house.number(event.person_id, 1)
    await sent(house, event)
    later(house, 10)
    newest = CORRECTED | {"記録番号": "1", "処理年月日": "20261015"}
    oldest = RETURNED | {"記録番号": "1", "処理年月日": "20261012"}
    assert await taken(house, written(tmp_path, [newest])) == 0
    assert await taken(house, written(tmp_path, [oldest])) == 0
    assert await states(house) == {"corrected": 1}
    assert [d.outcome for d in await house.emitted(ItemDecided)] == ["corrected", "returned"]
    history = await house.fetch(
        "select state from jps_reporting.item_history where item_id = $1 order by at", event.item_id
    )
    assert [row["state"] for row in history][-2:] == ["sent", "corrected"]


async def test_what_fits_no_item_is_listed_with_its_reason_and_lost_nowhere(
    sealing_house: House, tmp_path: Path
) -> None:
    house = sealing_house
    known, unsent = reportable(basic_pension_number="2271174711"), reportable()
    for index, event in enumerate((known, unsent), 1):
        await house.number(event.person_id, index)
    await sent(house, known)
    await house.take([unsent])
    batch = await house.checked()
    assert (await house.seal(batch)).is_success
    rows = [
        ACCEPTED | {"記録番号": "9"},
        ACCEPTED | {"記録番号": "1", "届書種別": "0102"},
        ACCEPTED | {"記録番号": "1", "基礎年金番号": "9999999999"},
        ACCEPTED | {"記録番号": "1", "媒体通番": "2"},
        ACCEPTED | {"記録番号": "1", "処理年月日": "20261008"},
        ACCEPTED | {"記録番号": "1", "処理年月日": "20261010"},
        ACCEPTED | {"記録番号": "1", "基礎年金番号": "2271174711"},
        RETURNED | {"記録番号": "1"},
    ]
    assert await taken(house, written(tmp_path, rows)) == 1
    listed = await house.fetch("select line, code, said from jps_reporting.unmatched order by line")
    assert [(row["line"], row["code"]) for row in listed] == [
        (2, "JR-4001"), (3, "JR-4002"), (4, "JR-4003"), (5, "JR-4004"), (6, "JR-4006"),
        (7, "JR-4007"), (9, "JR-4005"),
    ]  # fmt: skip
    assert await states(house) == {"accepted": 1, "sealed": 1}
    assert len(await house.emitted(ItemDecided)) == 1


async def test_bad_rows_are_told_by_line_and_reason_and_the_others_are_taken(
    sealing_house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    house = sealing_house
    event = reportable()
    await house.number(event.person_id, 1)
    await sent(house, event)
    bad = ACCEPTED | {"記録番号": "1", "処理結果": "秘密"}
    file = written(tmp_path, [bad, ACCEPTED | {"記録番号": "1"}])
    assert await taken(house, file, check=True) == 1
    assert await states(house) == {"sent": 1}
    assert await taken(house, file) == 1
    assert await states(house) == {"accepted": 1}
    output = capsys.readouterr()
    assert output.out == "SHORI.CSV:2: 処理結果: 定められた区分ではありません。\n" * 2
    assert "秘密" not in output.out + output.err
    faults = await house.fetch("select line, reason from jps_reporting.told_file_faults")
    assert [row["line"] for row in faults] == [2]


async def test_a_file_with_a_number_leaves_nothing(house: House, tmp_path: Path) -> None:
    row = ACCEPTED | {"記録番号": "1", "付番基礎年金番号": synthetic_individual_number(3)}
    assert await taken(house, written(tmp_path, [row])) == 2
    assert not await house.fetch("select * from jps_reporting.told_files")
    assert not await house.outbox()


async def test_broken_off_it_goes_on_where_it_stopped(
    sealing_house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = sealing_house
    monkeypatch.setattr(taking, "_BATCH", 2)
    events = [reportable() for _ in range(5)]
    for index, event in enumerate(events, 1):
        await house.number(event.person_id, index)
    await sent(house, *events)
    file = written(tmp_path, [ACCEPTED | {"記録番号": str(n)} for n in range(1, 6)])
    real, calls = taking_results.take_results, []

    async def breaks(*arguments: Any) -> Any:
        calls.append(len(arguments[3]))
        if len(calls) == 2:
            raise ConnectionError
        return await real(*arguments)

    monkeypatch.setattr(taking, "take_results", breaks)
    with pytest.raises(ConnectionError):
        await taken(house, file)
    assert await states(house) == {"accepted": 2, "sent": 3}
    assert await taken(house, file) == 0
    assert calls == [2, 2, 2, 1]
    assert await states(house) == {"accepted": 5}
    assert len({d.decision_id for d in await house.emitted(ItemDecided)}) == 5


async def test_nobody_can_alter_what_jps_decided(house: House) -> None:
    for statement in (
        "update jps_reporting.decisions set outcome = 'accepted'",
        "delete from jps_reporting.decisions",
        "delete from jps_reporting.unmatched",
        "update jps_reporting.unmatched set said = '{}'",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with house.service.unit_of_work() as uow:
                await uow.connection.execute(statement)
