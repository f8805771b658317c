"""受付処理簿: receipts by office and fiscal year, numbered without gaps."""

import asyncio
import shutil
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.events import AuditOperation, ItemForwarded, ReportItemKind
from contracts.functions import Function
from services.chassis import migrations
from services.qualification import notice_api
from services.qualification.app import MIGRATIONS
from tests.qualification.house import AT_45, CENTRAL_WARD, HANAKO, Counter, House, notice
from tests.qualification.people import d

pytestmark = pytest.mark.stack

MIDORI_WARD = "緑区役所市民総合窓口課"
WHOLE_CITY = "全庁"


async def people(house: House, count: int) -> list[UUID]:
    """So many people of 45; it is 5 November."""
    found = [uuid4() for _ in range(count)]
    for person_id in found:
        await house.lives(person_id, AT_45.copy())
    house.on("2026-11-05")
    return found


async def register(counter: Counter, at: str = CENTRAL_WARD, **query: Any) -> dict[str, Any]:
    """The register as a clerk of an office asks for it."""
    answer = await counter.call(
        "GET", "/receipts", Function.NOTICE_SETTLE, by="s002", at=at, params=query
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def numbers(page: dict[str, Any]) -> list[int]:
    return [receipt["number"] for receipt in page["receipts"]]


async def test_two_offices_at_once_number_without_gaps(
    house: House, counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    *others, unlucky = await people(house, 11)
    recorded = notice_api._record

    def fails_after_the_number_was_taken(*arguments: Any, **more: Any) -> None:
        if unlucky in [getattr(argument, "person_id", None) for argument in arguments]:
            raise RuntimeError("rolled back")
        recorded(*arguments, **more)

    monkeypatch.setattr(notice_api, "_record", fails_after_the_number_was_taken)
    first = await counter.accept(notice(unlucky), at=CENTRAL_WARD)
    assert first.status_code == 500
    answers = await asyncio.gather(
        *(
            counter.accept(notice(person_id), at=office)
            for person_id, office in zip(others, (CENTRAL_WARD, MIDORI_WARD) * 5, strict=True)
        ),
        *(counter.accept(notice(unlucky), at=office) for office in (CENTRAL_WARD, MIDORI_WARD)),
    )
    assert sorted(answer.status_code for answer in answers) == [201] * 10 + [500] * 2
    monkeypatch.undo()
    assert (await counter.accept(notice(unlucky), at=MIDORI_WARD)).status_code == 201
    assert numbers(await register(counter, office=CENTRAL_WARD)) == [1, 2, 3, 4, 5]
    assert numbers(await register(counter, office=MIDORI_WARD)) == [1, 2, 3, 4, 5, 6]
    last_year = await counter.accept(
        notice(unlucky, received_on="2026-03-31", left_employment_on="2026-03-01"), at=MIDORI_WARD
    )
    summary = last_year.json()["summary"]
    assert (summary["receipt"], summary["office"]) == ("2025-00001", MIDORI_WARD)


async def test_a_receipt_with_what_became_of_it(
    house: House, counter: Counter, hanako: UUID
) -> None:
    withdrawn = (await counter.accept(notice(hanako))).json()["summary"]
    await counter.withdraw(withdrawn["notice_id"], "退職日の誤り")
    settled = (await counter.accept(notice(hanako))).json()["summary"]
    page = await register(counter)
    assert (page["office"], page["fiscal_year"], page["total"]) == (CENTRAL_WARD, 2026, 2)
    assert [(r["receipt"], r["state_label"], r["result"]) for r in page["receipts"]] == [
        ("2026-00001", "取下げ", "取下げ"),
        ("2026-00002", "受付（仮登録）", None),
    ]
    house.on("2026-11-09")
    assert (await counter.settle(settled["notice_id"])).status_code == 200
    (report,) = await house.reports()
    await house.forwarded(
        ItemForwarded(
            item_id=report.item_id,
            person_id=hanako,
            kind=ReportItemKind.CATEGORY_CHANGE,
            batch_id=uuid4(),
            medium_serial=1,
            forwarded_on=d("2026-11-12"),
        )
    )
    assert (await register(counter))["receipts"][1] == {
        "receipt": "2026-00002",
        "number": 2,
        "received_on": "2026-11-05",
        "kind": "category_change_2_to_1",
        "title": "国民年金被保険者種別変更届（第２号→第１号）",
        "person_id": str(HANAKO),
        "notice_id": settled["notice_id"],
        "state": "forwarded",
        "state_label": "送付済",
        "channel": "counter",
        "channel_label": "窓口",
        "notifier": "person",
        "notifier_label": "本人",
        "result": "本登録",
        "result_on": "2026-11-09",
        "forwarded_on": "2026-11-12",
        "decided_on": None,
        "correction": None,
    }


async def test_pages_of_ones_own_office_and_of_another(house: House, counter: Counter) -> None:
    for person_id in await people(house, 3):
        await counter.accept(notice(person_id), at=CENTRAL_WARD)
    first = await register(counter, limit=2)
    assert (numbers(first), first["total"], first["following"]) == ([1, 2], 3, 2)
    rest = await register(counter, limit=2, after=first["following"])
    assert (numbers(rest), rest["following"]) == ([3], None)
    assert (await register(counter, limit=3))["following"] is None
    assert numbers(await register(counter, at=MIDORI_WARD)) == []
    assert numbers(await register(counter, at=MIDORI_WARD, office=CENTRAL_WARD)) == [1, 2, 3]
    assert numbers(await register(counter, fiscal_year=2025)) == []
    asked = [
        (record.count, record.details)
        for record in await house.audited(AuditOperation.SEARCH)
        if record.details["what"] == "receipts"
    ]
    own = {"what": "receipts", "fiscal_year": 2026, "own_office": True}
    assert asked == [
        (2, own),
        (1, own),
        (3, own),
        (0, own),
        (3, {**own, "own_office": False}),
        (0, {**own, "fiscal_year": 2025}),
    ]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"office": ""}, "CH-0001"),
        ({"office": "中央\x00区"}, "CH-0012"),
        ({"office": "中央\n区"}, "CH-0001"),
        ({"office": "区" * 201}, "CH-0001"),
        ({"fiscal_year": 20260}, "CH-0001"),
        ({"after": -1}, "CH-0001"),
        ({"after": 2**31}, "CH-0001"),
        ({"limit": 201}, "CH-0001"),
    ],
)
async def test_what_cannot_be_asked(counter: Counter, query: dict[str, Any], code: str) -> None:
    answer = await counter.call("GET", "/receipts", Function.NOTICE_SETTLE, params=query)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_notices_from_before_keep_their_numbers(
    house: House, counter: Counter, hanako: UUID, tmp_path: Path
) -> None:
    for file in sorted(MIGRATIONS.glob("*.sql"))[:2]:
        shutil.copy(file, tmp_path)
    async with house.owner() as owner:
        await owner.execute("drop schema qualification cascade")
        await owner.execute("delete from migrations.applied where origin = 'service'")
        await migrations.apply(owner, "qualification", tmp_path)
        await owner.execute("insert into qualification.receipt_numbers values (2026, 7)")
        await owner.execute(
            "insert into qualification.persons (person_id, person_version) values ($1, 1)", hanako
        )
        await owner.execute(
            "insert into qualification.notices (notice_id, kind, person_id, fiscal_year,"
            " receipt_number, state, submission, received_on, occurred_on, accepted_by,"
            " accepted_at) values ($1, 'death', $2, 2026, 7, 'received', '{}', $3, $3, 's001',"
            " now())",
            uuid4(),
            hanako,
            d("2026-10-05"),
        )
        await migrations.apply(owner, "qualification", MIGRATIONS)
    assert numbers(await register(counter, office=WHOLE_CITY)) == [7]
    for office in (CENTRAL_WARD, WHOLE_CITY):
        received = {"left_employment_on": "2026-10-31" if office == CENTRAL_WARD else "2026-09-30"}
        answer = await counter.accept(notice(hanako, **received), at=office)
        assert answer.status_code == 201, answer.text
    assert numbers(await register(counter, office=CENTRAL_WARD)) == [1]
    assert numbers(await register(counter, office=WHOLE_CITY)) == [7, 8]
