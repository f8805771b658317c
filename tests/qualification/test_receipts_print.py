"""受付処理簿 on paper: what stands on it, who printed it, and what is recorded of that."""

from uuid import UUID

import pytest

from contracts.codes import ResidentKind
from contracts.events import AuditOperation, ItemOutcome
from contracts.functions import Function
from tests.chassis.test_printing import texts
from tests.qualification.decided import decided, sent, told
from tests.qualification.house import CENTRAL_WARD, HANAKO, Counter, House, notice
from tests.qualification.people import Life

pytestmark = pytest.mark.stack


async def printed(counter: Counter, **query: str) -> list[list[str]]:
    answer = await counter.call(
        "GET", "/receipts/print", Function.NOTICE_SETTLE, by="s002", params=query
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    return texts(answer.content)


async def test_the_register_as_it_is_printed(house: House, counter: Counter, hanako: UUID) -> None:
    number = notice(
        hanako,
        basic_pension_number="1234567890",
        attachments=[
            {"code": "loss-of-employees-pension", "state": "checked"},
            {"code": "basic-pension-number-document", "state": "checked"},
        ],
    )
    accepted = await counter.accept(number)
    assert accepted.status_code == 201, accepted.text
    await counter.settle(accepted.json()["summary"]["notice_id"])
    foreign = UUID(int=5, version=4)
    life = Life("1985-05-05", ResidentKind.FOREIGN, "A01")
    await house.lives(foreign, life.loaded("2026-11-05", since="2015-04-01"))
    await counter.accept(notice(foreign))
    (page,) = await printed(counter)
    whole = "".join(page)
    assert "国民年金　受付処理簿" in page
    assert f"令和8年度　{CENTRAL_WARD}" in page
    assert "1／1頁" in page
    assert (
        f"印刷日時：令和8年11月5日12時00分　印刷者：s002（{CENTRAL_WARD}）　個人番号の記載：なし"
    ) in page
    for cell in ("2026-00001", "令和8年11月5日", "1234-567890", "昭和56年3月3日", "本登録"):
        assert cell in whole
    assert "本人　窓口" in page
    # A foreign resident's birth date is shown in Western years; nobody has settled it yet.
    for cell in ("2026-00002", "1985年5月5日", "受付（仮登録）"):
        assert cell in whole
    assert str(HANAKO) not in whole
    (record,) = [
        r for r in await house.audited(AuditOperation.SEARCH)
        if r.details["what"] == "receipts_printed"
    ]  # fmt: skip
    assert (record.staff_id, record.count) == ("s002", 2)
    assert record.details == {
        "what": "receipts_printed", "fiscal_year": 2026, "own_office": True, "pages": 1,
        "number_shown": False,
    }  # fmt: skip


async def test_a_part_of_it_and_an_empty_one(counter: Counter, hanako: UUID) -> None:
    for on in ("2026-10-31", "2026-09-30"):
        await counter.accept(notice(hanako, left_employment_on=on))
    (page,) = await printed(counter, first="2", last="2")
    assert "2026-00002" in page
    assert "2026-00001" not in page
    (page,) = await printed(counter, fiscal_year="2025")
    assert not any(text.startswith("2025-") for text in page)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"first": "1", "last": "2001"}, "QU-0605"),
        ({"first": "0"}, "CH-0001"),
        ({"office": "中央\n区"}, "CH-0001"),
    ],
)
async def test_what_is_not_printed(counter: Counter, query: dict[str, str], code: str) -> None:
    answer = await counter.call("GET", "/receipts/print", Function.NOTICE_SETTLE, params=query)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_an_office_s_name_that_cannot_be_drawn_shows_where(counter: Counter) -> None:
    (page,) = await printed(counter, office="𠮷野区")
    assert "令和8年度　〓野区" in page


async def test_what_jps_returned_stands_below_with_its_day(
    house: House, counter: Counter, hanako: UUID
) -> None:
    accepted = await counter.accept(notice(hanako))
    await counter.settle(accepted.json()["summary"]["notice_id"])
    (report,) = await house.reports(hanako)
    await told(house, sent(hanako, report.item_id, "2026-11-06"))
    (page,) = await printed(counter)
    assert "機構返戻" not in page
    await told(house, decided(hanako, report.item_id, "2026-11-20", ItemOutcome.RETURNED))
    (page,) = await printed(counter)
    place = page.index("本登録")
    assert page[place : place + 2] == ["本登録", "機構返戻"]
    assert "令和8年11月20日" in page
