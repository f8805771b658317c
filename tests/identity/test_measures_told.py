"""Support measures as the register tells of them: hiding at once, followed to the end, and kept by
the register alone."""

from argparse import Namespace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from contracts.events import (
    AuditOperation,
    AuditRecorded,
    FeedChange,
    PersonSightChanged,
    SupportMeasureRecorded,
)
from contracts.events.measures import MeasureEndReason, MeasureGround, MeasureStanding
from contracts.functions import Function
from services.chassis.clock import japan_date
from services.chassis.intake import Tally
from services.identity.loading import load_feed
from services.identity.stores import loads
from services.identity.tables import read_layout
from tests.identity.house import Counter, House
from tests.identity.people import HANAKO, Kind, token, told
from tests.identity.test_feed_files import written
from tests.identity.test_measure_api import CHIEF, TARO, Office

pytestmark = pytest.mark.stack

PROVISIONAL, IN_FORCE, ENDED = MeasureStanding


@pytest.fixture
def office(house: House, counter: Counter) -> Office:
    return Office(house, counter)


@pytest.fixture
async def hanako(house: House) -> UUID:
    await house.told(told(Kind.MOVE_IN))
    return await house.person_id()


def measure(
    standing: MeasureStanding = PROVISIONAL,
    version: int = 1,
    *,
    started: date | None = None,
    last: date | None = None,
    persons: tuple[str, ...] = (HANAKO,),
    **more: Any,
) -> SupportMeasureRecorded:
    ends: dict[str, Any] = {"reported_on": date(2026, 4, 1)}
    if standing is ENDED:
        ends = {
            "ended_on": date(2026, 9, 1),
            "end_reason": MeasureEndReason.REQUESTED,
            "reported_on": date(2026, 9, 1),
        }
    return SupportMeasureRecorded(
        record_version=version, measure_number="S-1",
        ground=MeasureGround.DOMESTIC_VIOLENCE, standing=standing,
        applied_on=date(2026, 4, 1), started_on=started, last_day=last, persons=persons,
        **{"change": FeedChange.RECORDED, **ends, **more},
    )  # fmt: skip


async def tell(house: House, *events: SupportMeasureRecorded) -> Tally:
    return await house.service.intake.take(
        house.records("resident_register", [(e.record_key, e) for e in events])
    )


def today(house: House) -> date:
    return japan_date(house.service.clock.now())


async def of_person(office: Office, person_id: UUID) -> list[dict[str, Any]]:
    answer = await office.counter.call(
        "GET", f"/persons/{person_id}/measures", (Function.SEALED_VIEW,)
    )
    found: list[dict[str, Any]] = answer.json()["measures"]
    return found


async def test_what_the_register_tells_hides_at_once(
    house: House, office: Office, hanako: UUID
) -> None:
    await tell(house, measure())
    assert await office.sees(hanako) == 404
    assert await office.sees(hanako, Function.SEALED_VIEW) == 200
    (sight,) = await house.outbox(PersonSightChanged)
    assert (sight.person_id, sight.hidden) == (hanako, True)
    (shown,) = await of_person(office, hanako)
    assert (shown["state"]["label"], shown["kept_by"]) == ("仮支援措置", "resident_register")
    assert shown["kept_by_label"] == "住民記録システム"
    (record,) = [
        r for r in await house.outbox(AuditRecorded) if r.details.get("of") == "measure"
        and r.operation is AuditOperation.ENTRY_SETTLED
    ]  # fmt: skip
    assert (record.details["step"], record.person_id) == ("entered", hanako)
    assert record.sees_sealed


async def test_whoever_comes_and_goes_is_in_the_records(house: House, hanako: UUID) -> None:
    await house.told(told(Kind.MOVE_IN, number=TARO, number_token=token(2)))
    taro = await house.person_id(TARO)
    await tell(house, measure(), measure(version=2, persons=(TARO,)))
    records = [
        (r.details["step"], r.person_id) for r in await house.outbox(AuditRecorded)
        if r.details.get("of") == "measure" and r.operation is AuditOperation.ENTRY_SETTLED
    ]  # fmt: skip
    assert records == [("entered", hanako), *sorted([("persons", hanako), ("persons", taro)])]


def test_an_end_that_has_not_come_is_told_by_nobody() -> None:
    with pytest.raises(ValueError, match="until then they are protected"):
        measure(ENDED, ended_on=date(2026, 9, 2))


async def test_its_life_is_followed(house: House, office: Office, hanako: UUID) -> None:
    day = today(house)
    first, last = day - timedelta(days=350), day + timedelta(days=15)
    later = last + timedelta(days=365)
    await tell(house, measure(), measure(IN_FORCE, 2, started=first, last=last))
    (shown,) = await of_person(office, hanako)
    assert shown["state"]["label"] == "期間満了間近"
    assert (shown["last_day"], shown["days_left"]) == (str(last), 15)
    assert [state for _, state in await office.listed()] == ["expiring"]
    await tell(house, measure(IN_FORCE, 3, started=first, last=later))
    (shown,) = await of_person(office, hanako)
    assert shown["state"]["label"] == "支援措置中（延長）"
    assert [term["last"] for term in shown["terms"]] == [str(last), str(later)]
    assert await office.listed() == []
    await tell(house, measure(ENDED, 4, started=first, last=later))
    (shown,) = await of_person(office, hanako)
    assert (shown["state"]["label"], shown["days_left"]) == ("終了", None)
    assert [step["step"]["code"] for step in shown["steps"]] == [
        "entered", "confirmed", "extended", "ended",
    ]  # fmt: skip
    assert await office.sees(hanako) == 200


async def test_a_term_that_passes_hides_on_and_says_for_how_long(
    house: House, office: Office, hanako: UUID
) -> None:
    first = today(house) - timedelta(days=400)
    await tell(house, measure(IN_FORCE, started=first, last=today(house) - timedelta(days=3)))
    assert await office.sees(hanako) == 404
    (shown,) = await of_person(office, hanako)
    assert (shown["state"]["code"], shown["days_left"]) == ("expired", -3)
    assert [state for _, state in await office.listed()] == ["expired"]


async def test_ended_by_mistake_it_hides_again(house: House, office: Office, hanako: UUID) -> None:
    first, last = today(house), today(house) + timedelta(days=364)
    for version, standing in ((1, IN_FORCE), (2, ENDED), (3, IN_FORCE)):
        await tell(house, measure(standing, version, started=first, last=last))
    assert await office.sees(hanako) == 404
    assert [e.hidden for e in await house.outbox(PersonSightChanged)] == [True, False, True]
    (shown,) = await of_person(office, hanako)
    assert shown["steps"][-1]["step"]["label"] == "終了の取消（住民記録）"


async def test_a_term_told_otherwise_is_corrected(
    house: House, office: Office, hanako: UUID
) -> None:
    day = today(house)
    await tell(house, measure(IN_FORCE, started=day, last=day + timedelta(days=400)))
    await tell(house, measure(IN_FORCE, 2, started=day, last=day + timedelta(days=364)))
    (shown,) = await of_person(office, hanako)
    assert [term["last"] for term in shown["terms"]] == [str(day + timedelta(days=364))]
    await tell(house, measure(PROVISIONAL, 3))
    (shown,) = await of_person(office, hanako)
    assert (shown["state"]["code"], shown["terms"]) == ("provisional", [])


async def test_late_again_and_otherwise(house: House, office: Office, hanako: UUID) -> None:
    await tell(house, measure(version=5))
    assert (await tell(house, measure(version=5, change=FeedChange.SNAPSHOT))).refused == 0
    await tell(house, measure(ENDED, 4))
    assert await office.sees(hanako) == 404
    otherwise = await tell(house, measure(version=5, persons=(TARO,)))
    assert otherwise.refused == 1
    (letter,) = await house.rows("select code from bus.dead_letters")
    assert letter["code"] == "ID-1001"
    assert await house.rows(
        "select record_version, late from identity.told_measure_versions order by 1"
    ) == [{"record_version": 4, "late": True}, {"record_version": 5, "late": False}]


async def test_who_is_not_known_yet_is_hidden_from_the_first_moment(
    house: House, office: Office
) -> None:
    await tell(house, measure())
    await house.told(told(Kind.MOVE_IN))
    hanako = await house.person_id()
    assert await office.sees(hanako) == 404
    (sight,) = await house.outbox(PersonSightChanged)
    assert (sight.person_id, sight.hidden) == (hanako, True)


async def test_who_is_named_no_more_is_seen_again(
    house: House, office: Office, hanako: UUID
) -> None:
    await house.told(told(Kind.MOVE_IN, number=TARO, number_token=token(2)))
    taro = await house.person_id(TARO)
    await tell(house, measure(persons=(HANAKO, TARO)))
    assert (await office.sees(hanako), await office.sees(taro)) == (404, 404)
    await tell(house, measure(version=2, persons=(TARO,)))
    assert (await office.sees(hanako), await office.sees(taro)) == (200, 404)
    await tell(house, measure(version=3, persons=(HANAKO,)))
    assert (await office.sees(hanako), await office.sees(taro)) == (404, 200)


async def test_what_the_register_keeps_staff_do_not_change(
    house: House, office: Office, hanako: UUID
) -> None:
    await tell(house, measure())
    (shown,) = await of_person(office, hanako)
    path = f"/{shown['measure_id']}"
    answer = await office.post(f"{path}/confirmation", CHIEF, started_on=str(today(house)))
    assert (answer.status_code, answer.json()["code"]) == (409, "ID-0513")
    answer = await office.post(f"{path}/lifting", CHIEF, reason="requested")
    assert answer.json()["code"] == "ID-0513"


async def test_of_the_citys_own_and_the_registers_either_hides(
    house: House, office: Office, hanako: UUID
) -> None:
    own = await office.entered(hanako)
    await tell(house, measure())
    await tell(house, measure(ENDED, 2))
    assert await office.sees(hanako) == 404
    await tell(house, measure(version=3))
    await office.post(f"{own}/lifting", CHIEF, reason="requested")
    assert await office.sees(hanako) == 404
    await tell(house, measure(ENDED, 4))
    assert await office.sees(hanako) == 200


async def test_from_a_file_as_from_the_bus(
    house: House, office: Office, hanako: UUID, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await house.told(told(Kind.MOVE_IN, number=TARO, number_token=token(2)))
    row = {
        "整理番号": "S-1", "履歴番号": "1", "異動区分": "1", "処理日": "2026-04-01", "事由": "1",
        "状態": "1", "申出日": "2026-04-01", "宛名番号": HANAKO,
    }  # fmt: skip
    bad = {**row, "整理番号": "S-2", "状態": "2"}
    layout = read_layout("support_measures")
    file = written(tmp_path / "s.csv", layout, [row, {**row, "宛名番号": TARO}, bad])
    said = Namespace(feed="support_measures", file=file, check=False)
    assert await load_feed(house.service, said) == 1
    assert (
        "s.csv:4: 支援措置: 項目どうしが合わないか、正しくありません。" in capsys.readouterr().out
    )
    assert await office.sees(hanako) == 404
    assert await office.sees(await house.person_id(TARO)) == 404
    # The bus tells the same again.
    again = measure(persons=(HANAKO, TARO))
    assert (await tell(house, again)).refused == 0
    assert len(await house.rows("select from identity.measures")) == 1


async def test_a_file_that_cannot_be_read_is_not_the_databases_fault(
    house: House,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = Namespace(feed="income", file=tmp_path / "none.csv", check=False)
    assert await load_feed(house.service, said) == 2
    assert "ファイルを読めません" in capsys.readouterr().err
    said.file = written(tmp_path / "i.csv", read_layout("income"), [])

    def gone(*_: Any) -> Any:
        raise ConnectionRefusedError

    monkeypatch.setattr(loads, "take_up", gone)
    assert await load_feed(house.service, said) == 3
    shown = capsys.readouterr().err
    assert "読めません" not in shown
    assert "データベースとの接続に失敗しました（ConnectionRefusedError）" in shown
