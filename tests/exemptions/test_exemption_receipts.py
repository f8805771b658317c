"""受付処理簿 of 付加・免除: numbered by office and fiscal year, without gaps, shown and printed."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.events import AuditOperation, AuditRecorded
from contracts.functions import Function
from deploy.local.testing import TestStack
from services.chassis import migrations
from services.chassis.service import Service
from services.exemptions import files
from services.exemptions.stores import answers
from tests.audit.calling import Caller
from tests.chassis.test_printing import texts
from tests.exemptions.applying import CHIEF, CLERK, PATH, an_application
from tests.exemptions.counter import a_notice, exemptions_service, sent, somebody, take
from tests.exemptions.exempting import NOTICES, expecting
from tests.exemptions.jps import returned, with_jps
from tests.exemptions.test_exemptions_sealed import hide

pytestmark = pytest.mark.stack

CENTRAL, MIDORI = "中央区役所市民総合窓口課", "緑区役所市民総合窓口課"
PREMIUM = "/additional-premium-notices"
MIGRATIONS = Path(files.__file__).parent / "migrations"


async def register(call: Caller, at: str, **query: Any) -> dict[str, Any]:
    answer = await call(*CHIEF, get="/receipts", at=at, params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def numbers(page: dict[str, Any]) -> list[int]:
    return [line["number"] for line in page["receipts"]]


async def test_an_office_has_one_book_for_all_that_it_takes_in(call: Caller, person: UUID) -> None:
    for path, form in (
        (PREMIUM, a_notice(person)),
        (NOTICES, expecting(person)),
        (PATH, an_application(person) | {"also_cycles": [2025]}),
    ):
        answer = await call(*CLERK, post=path, json=form, at=CENTRAL)
        assert answer.status_code == 201, answer.text
    page = await register(call, CENTRAL)
    assert (page["office"], page["fiscal_year"], page["total"]) == (CENTRAL, 2026, 4)
    assert [(r["receipt"], r["title"], r["result"]) for r in page["receipts"]] == [
        ("2026-00001", "付加保険料納付申出", None),
        ("2026-00002", "産前産後免除該当届", None),
        ("2026-00003", "免除・納付猶予の申請", None),
        ("2026-00004", "免除・納付猶予の申請", None),
    ]
    assert {(r["channel_label"], r["notifier_label"]) for r in page["receipts"]} == {
        ("窓口", "本人"),
    }
    assert (await register(call, MIDORI))["receipts"] == []
    assert numbers(await register(call, MIDORI, office=CENTRAL, after=2)) == [3, 4]
    first = await register(call, CENTRAL, limit=3)
    assert (numbers(first), first["following"]) == ([1, 2, 3], 3)
    withdrawing = f"{PREMIUM}/{page['receipts'][0]['entry_id']}/withdraw"
    assert (await call(*CLERK, post=withdrawing, json={"reason": "取下げ"})).status_code == 200
    line = (await register(call, CENTRAL))["receipts"][0]
    assert (line["result"], line["result_on"]) == ("取下げ", "2026-10-15")
    assert (await call(*CLERK, get="/receipts", at=CENTRAL)).status_code == 403


async def test_at_once_and_broken_off_numbers_have_no_gaps(
    exemptions: Service, call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [await somebody(exemptions) for _ in range(10)]
    unlucky = await somebody(exemptions)

    async def broken(*_: object) -> None:
        raise RuntimeError("broken off behind the number")

    monkeypatch.setattr(answers, "ask", broken)
    results = await asyncio.gather(
        *(
            call(*CLERK, post=PREMIUM, json=a_notice(one), at=office)
            for one, office in zip(people, (CENTRAL, MIDORI) * 5, strict=True)
        ),
        *(
            call(*CLERK, post=PATH, json=an_application(unlucky), at=office)
            for office in (CENTRAL, MIDORI)
        ),
        return_exceptions=True,
    )
    codes = [getattr(answer, "status_code", 500) for answer in results]
    assert sorted(codes) == [201] * 10 + [500] * 2
    monkeypatch.undo()
    answer = await call(*CLERK, post=PATH, json=an_application(unlucky), at=MIDORI)
    assert answer.status_code == 201
    assert numbers(await register(call, CENTRAL)) == [1, 2, 3, 4, 5]
    assert numbers(await register(call, MIDORI)) == [1, 2, 3, 4, 5, 6]
    last_year = a_notice(people[0], received_on="2026-03-31", notified_on="R8.3.31")
    await call(*CLERK, post=PATH, json=an_application(people[0]), at=MIDORI)
    taken = await call(*CLERK, post=PREMIUM, json=last_year, at=MIDORI)
    assert taken.json()["code"] == "EX-0104"
    other = a_notice(unlucky, received_on="2026-03-31", notified_on="R8.3.31")
    taken = await call(*CLERK, post=PREMIUM, json=other, at=MIDORI)
    assert taken.json()["notice"]["receipt"] == "2025-00001"
    assert numbers(await register(call, MIDORI, fiscal_year=2025)) == [1]


async def test_the_register_as_it_is_printed(
    exemptions: Service, call: Caller, person: UUID
) -> None:
    number = a_notice(
        person,
        values={"basic_pension_number": "1234567890"},
        documents=[{"code": "basic-pension-number-document", "state": "checked"}],
    )
    answer = await call(*CLERK, post=PREMIUM, json=number, at=CENTRAL)
    assert answer.status_code == 201, answer.text
    await call(*CLERK, post=PATH, json=an_application(person), at=CENTRAL)
    answer = await call(*CHIEF, get="/receipts/print", at=CENTRAL)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    (page,) = texts(answer.content)
    whole = "".join(page)
    assert "国民年金　受付処理簿（付加・免除）" in page
    assert f"令和8年度　{CENTRAL}" in page
    for cell in ("2026-00001", "2026-00002", "平成2年4月1日", "1234-567890", "本人　窓口"):
        assert cell in whole
    assert str(person) not in whole
    record = (await sent(exemptions, AuditRecorded))[-1]
    assert (record.operation, record.count) == (AuditOperation.SEARCH, 2)
    assert record.details == {
        "of": "receipts_printed", "fiscal_year": 2026, "own_office": True, "pages": 1,
        "number_shown": False,
    }  # fmt: skip
    part = await call(*CHIEF, get="/receipts/print", at=CENTRAL, params={"first": 2, "last": 2})
    assert "2026-00001" not in "".join(texts(part.content)[0])
    much = await call(*CHIEF, get="/receipts/print", at=CENTRAL, params={"last": 2001})
    assert much.json()["code"] == "EX-0601"


async def test_what_was_numbered_before_stays_in_one_book_for_the_city(
    stack: TestStack, fresh_database: Callable[[str], str], tmp_path: Path
) -> None:
    for file in sorted(MIGRATIONS.glob("*.sql")):
        if file.name < "0011":
            shutil.copy(file, tmp_path)
    name = fresh_database("exemptions")
    service = exemptions_service(stack, DATABASE_NAME=name)
    person = uuid4()
    async with stack.database_server.superuser(name) as owner:
        await owner.execute("drop schema exemptions cascade")
        await owner.execute("delete from migrations.applied where origin = 'service'")
        await migrations.apply(owner, "exemptions", tmp_path)
        await owner.execute("insert into exemptions.persons values ($1, 1, '[]', null)", person)
        for number, apart in ((7, False), (2, True)):
            await owner.execute(
                "insert into exemptions.entries (entry_id, kind, subject, person_id, fiscal_year,"
                " receipt_number, apart, state, submission, received_on, notified_on, accepted_by,"
                " accepted_at) values ($1, 'maternity', $4, $2, 2026, $3, $5, 'received',"
                " $6::text::jsonb, '2026-10-15', '2026-10-15', 's1', now())",
                uuid4(), person, number, f"subject {number}", apart,
                '{"received_on": "2026-10-15", "channel": "counter", "values": {}}',
            )  # fmt: skip
            await owner.execute(
                "insert into exemptions.receipt_numbers (fiscal_year, apart, last_number)"
                " values (2026, $1, $2)", apart, number,
            )  # fmt: skip
        await migrations.apply(owner, "exemptions", MIGRATIONS)
    async with service.opened():
        call = Caller(stack, service)
        assert numbers(await register(call, CENTRAL, office="全庁")) == [7]
        hidden = await register(call, CENTRAL, office="全庁（支援措置別冊）")
        assert [line["receipt"] for line in hidden["receipts"]] == ["2026-別00002"]
        someone = await somebody(service)
        for office, receipt in ((CENTRAL, "2026-00001"), ("全庁", "2026-00008")):
            answer = await call(*CLERK, post=PREMIUM, json=a_notice(someone), at=office)
            assert answer.json()["notice"]["receipt"] == receipt
            where = f"{PREMIUM}/{answer.json()['notice']['notice_id']}/withdraw"
            await call(*CLERK, post=where, json={"reason": "取下げ"})


async def test_what_jps_returned_is_on_paper_too(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    _, item_id = await with_jps(exemptions, call, person)
    (line,) = (await call(*CHIEF, get="/receipts")).json()["receipts"]
    assert line["decided_on"] is None
    await take(exemptions, returned(item_id, person, on="2026-11-12"))
    (line,) = (await call(*CHIEF, get="/receipts")).json()["receipts"]
    assert (line["state_label"], line["decided_on"]) == ("機構返戻", "2026-11-12")
    (printed,) = texts((await call(*CHIEF, get="/receipts/print")).content)
    place = printed.index("本登録")
    assert printed[place : place + 2] == ["本登録", "機構返戻"]
    assert "令和8年11月12日" in printed


async def test_whose_books_there_are_is_told_to_an_office_that_has_none(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    await call(*CLERK, post=PREMIUM, json=a_notice(person), at=CENTRAL)
    hidden = await somebody(exemptions)
    await hide(exemptions, hidden)
    seer = (*CLERK, Function.SEALED_VIEW)
    answer = await call(*seer, post=PREMIUM, json=a_notice(hidden), at=CENTRAL)
    assert answer.status_code == 201, answer.text
    page = await register(call, "健康保険課")
    assert (page["total"], page["offices"]) == (0, [CENTRAL])
    assert (await register(call, "健康保険課", fiscal_year=2025))["offices"] == []
    seen = await call(*CHIEF, Function.SEALED_VIEW, get="/receipts", at="健康保険課")
    assert len(seen.json()["offices"]) == 2
