"""受付処理簿 of claims: numbered by office and fiscal year, without gaps, shown and printed."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.dates import UncertainDate
from contracts.events import AuditOperation, AuditRecorded
from contracts.functions import Function
from deploy.local.testing import TestStack
from services.chassis import migrations
from services.chassis.service import Service
from services.claims import app, work
from tests.audit.calling import Caller
from tests.chassis.test_printing import texts
from tests.claims.deaths import a_claim, claims_service
from tests.exemptions.counter import category_1, person_changed, sent, take

pytestmark = pytest.mark.stack

CENTRAL, MIDORI = "中央区役所市民総合窓口課", "緑区役所市民総合窓口課"
CLERK = ("s001", Function.NOTICE_ACCEPT)
CHIEF = ("s002", Function.NOTICE_SETTLE)
CLAIMS = "/unpaid-benefit-claims"
DIED = UncertainDate.exact(date(2026, 10, 1))
MIGRATIONS = Path(app.__file__).parent / "migrations"


@pytest.fixture
async def claims(stack: TestStack, fresh_database: Callable[[str], str]) -> AsyncIterator[Service]:
    async with claims_service(stack, DATABASE_NAME=fresh_database("claims")).opened() as service:
        yield service


@pytest.fixture
def call(stack: TestStack, claims: Service) -> Caller:
    return Caller(stack, claims)


async def somebody(service: Service, *, died: bool = False) -> UUID:
    person_id = uuid4()
    if died:
        lost = category_1(person_id, lost="2026-10-02")
        await take(service, person_changed(person_id, died_on=DIED), lost)
    else:
        await take(service, person_changed(person_id))
    return person_id


async def form(service: Service, **more: Any) -> dict[str, Any]:
    """A child's claim on somebody's death."""
    return a_claim(await somebody(service, died=True), await somebody(service), **more)


async def register(call: Caller, at: str, **query: Any) -> dict[str, Any]:
    answer = await call(*CHIEF, get="/receipts", at=at, params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def numbers(page: dict[str, Any]) -> list[int]:
    return [line["number"] for line in page["receipts"]]


async def test_the_register_of_an_office_and_a_year(claims: Service, call: Caller) -> None:
    for at, received_on in (
        (CENTRAL, "2026-10-14"),
        (CENTRAL, "2026-10-15"),
        (MIDORI, "2026-10-15"),
    ):
        claim = await form(claims, received_on=received_on)
        answer = await call(*CLERK, post=CLAIMS, json=claim, at=at)
        assert answer.status_code == 201, answer.text
    page = await register(call, CENTRAL)
    assert (page["office"], page["fiscal_year"], page["total"]) == (CENTRAL, 2026, 2)
    assert [(r["receipt"], r["received_on"], r["result"]) for r in page["receipts"]] == [
        ("2026-00001", "2026-10-14", None), ("2026-00002", "2026-10-15", None),
    ]  # fmt: skip
    first = page["receipts"][0]
    assert (first["claimant_label"], first["channel_label"], first["died_on"]) == (
        "子", "窓口", "2026-10-01",
    )  # fmt: skip
    assert numbers(await register(call, MIDORI)) == [1]
    assert numbers(await register(call, MIDORI, office=CENTRAL, after=1)) == [2]
    assert (await register(call, CENTRAL, limit=1))["following"] == 1
    path = f"{CLAIMS}/{first['claim_id']}/withdraw"
    assert (await call(*CLERK, post=path, json={"reason": "取下げ"})).status_code == 200
    line = (await register(call, CENTRAL))["receipts"][0]
    assert (line["result"], line["result_on"]) == ("取下げ", "2026-10-15")
    assert (await call(*CLERK, get="/receipts", at=CENTRAL)).status_code == 403


async def test_at_once_and_broken_off_numbers_have_no_gaps(
    claims: Service, call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    forms = [await form(claims) for _ in range(10)]
    unlucky = await form(claims)
    recorded = work.record

    def broken(uow: Any, staff: Any, operation: Any, person_id: UUID, *more: Any) -> None:
        if str(person_id) == unlucky["person_id"]:
            raise RuntimeError("broken off behind the number")
        recorded(uow, staff, operation, person_id, *more)

    monkeypatch.setattr(work, "record", broken)
    results = await asyncio.gather(
        *(
            call(*CLERK, post=CLAIMS, json=one, at=at)
            for one, at in zip([*forms, unlucky, unlucky], (CENTRAL, MIDORI) * 6, strict=True)
        ),
        return_exceptions=True,
    )
    codes = [getattr(answer, "status_code", 500) for answer in results]
    assert sorted(codes) == [201] * 10 + [500] * 2
    monkeypatch.undo()
    assert (await call(*CLERK, post=CLAIMS, json=unlucky, at=MIDORI)).status_code == 201
    assert numbers(await register(call, CENTRAL)) == [1, 2, 3, 4, 5]
    assert numbers(await register(call, MIDORI)) == [1, 2, 3, 4, 5, 6]


async def test_the_register_as_it_is_printed(claims: Service, call: Caller) -> None:
    claim = await form(claims)
    for one in (claim, await form(claims)):
        assert (await call(*CLERK, post=CLAIMS, json=one, at=CENTRAL)).status_code == 201
    answer = await call(*CHIEF, get="/receipts/print", at=CENTRAL)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    (page,) = texts(answer.content)
    whole = "".join(page)
    assert "国民年金　受付処理簿（給付）" in page
    assert "死亡日" in page
    assert "生年月日" not in page
    for cell in ("2026-00001", "2026-00002", "令和8年10月1日", "1234-567890", "子　窓口"):
        assert cell in whole
    assert claim["person_id"] not in whole
    record = (await sent(claims, AuditRecorded))[-1]
    assert (record.operation, record.count) == (AuditOperation.SEARCH, 2)
    assert record.details["of"] == "receipts_printed"
    part = await call(*CHIEF, get="/receipts/print", at=CENTRAL, params={"first": 2, "last": 2})
    assert "2026-00001" not in "".join(texts(part.content)[0])
    much = await call(*CHIEF, get="/receipts/print", at=CENTRAL, params={"last": 2001})
    assert much.json()["code"] == "CL-0601"


async def test_what_was_numbered_before_stays_in_one_book_for_the_city(
    stack: TestStack, fresh_database: Callable[[str], str], tmp_path: Path
) -> None:
    for file in sorted(MIGRATIONS.glob("*.sql")):
        if file.name < "0003":
            shutil.copy(file, tmp_path)
    name = fresh_database("claims")
    service = claims_service(stack, DATABASE_NAME=name)
    person = uuid4()
    submission = a_claim(person, None, values={"claimant_kana": "ミホン　イチロウ"})["submission"]
    async with stack.database_server.superuser(name) as owner:
        await owner.execute("drop schema claims cascade")
        await owner.execute("delete from migrations.applied where origin = 'service'")
        await migrations.apply(owner, "claims", tmp_path)
        await owner.execute("insert into claims.persons values ($1, 1, '[]', null)", person)
        for number, apart in ((7, False), (2, True)):
            await owner.execute(
                "insert into claims.unpaid_benefit_claims (claim_id, kind, deceased_id,"
                " fiscal_year, receipt_number, apart, state, submission, received_on, died_on,"
                " accepted_by, accepted_at) values ($1, 'unpaid_benefit_claim', $2, 2026, $3, $4,"
                " 'received', $5::text::jsonb, '2026-10-15', '2026-10-01', 's1', now())",
                uuid4(), person, number, apart, json.dumps(submission),
            )  # fmt: skip
            await owner.execute(
                "insert into claims.receipt_numbers (fiscal_year, apart, last_number)"
                " values (2026, $1, $2)", apart, number,
            )  # fmt: skip
        await migrations.apply(owner, "claims", MIGRATIONS)
    async with service.opened():
        call = Caller(stack, service)
        assert numbers(await register(call, CENTRAL, office="全庁")) == [7]
        hidden = await register(call, CENTRAL, office="全庁（支援措置別冊）")
        assert [line["receipt"] for line in hidden["receipts"]] == ["2026-別00002"]
