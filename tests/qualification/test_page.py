"""The qualification part of the person page, through the gateway."""

from uuid import UUID

import pytest

from contracts.events import AuditOperation
from contracts.functions import Function
from tests.qualification.house import HANAKO, Counter, House
from tests.qualification.people import Life

pytestmark = pytest.mark.stack


async def test_the_page_says_what_is_not_known(counter: Counter, hanako: UUID) -> None:
    page = await counter.page(hanako)
    assert page["category"] is None
    assert page["category_label"] == "不明"
    assert page["periods"] == page["transitions"] == []
    (unknown,) = page["unknown"]
    assert (unknown["since"], unknown["until"]) == ("2001-03-02", None)
    assert [review["reason"]["code"] for review in page["reviews"]] == ["not-in-our-records"]
    assert page["next_change_on"] == "2041-03-02"


async def test_the_page_gives_each_conclusion_its_reason(house: House, counter: Counter) -> None:
    await house.lives(HANAKO, Life("2006-09-02").moves_in("2026-04-01"))
    page = await counter.page(HANAKO)
    (period,) = page["periods"]
    assert period["category_label"] == "第１号被保険者"
    assert (period["acquired_on"], period["lost_on"], period["presumed"]) == (
        "2026-09-01",
        None,
        True,
    )
    reason = period["acquired"]
    assert reason["article"].startswith("国民年金法8条1号")
    assert "平成18年9月2日生まれ" in reason["sentence"]
    assert reason["figures"] == {"birth": "2006-09-02", "age": 20, "day": "2026-09-01"}
    (transition,) = page["transitions"]
    assert (transition["label"], transition["reportable"]) == ("資格取得", True)
    assert page["category_1_months"] == 2
    (inquiry,) = await house.audited(AuditOperation.INQUIRY)
    assert (inquiry.staff_id, inquiry.person_id) == ("s001", HANAKO)


async def test_as_of_an_earlier_day_by_what_was_known_then(house: House, counter: Counter) -> None:
    life = Life("1996-05-05").moves_in_from_abroad("2026-09-01", told="2026-10-01")
    await house.lives(HANAKO, life)
    house.on("2026-11-05")
    life.moves_abroad("2026-10-20", told="2026-11-05")
    await house.told(*list(life.events(HANAKO))[1:])
    assert (await counter.page(HANAKO))["periods"][0]["lost_on"] == "2026-10-21"
    then = await counter.page(HANAKO, as_of="2026-10-25")
    assert then["periods"][0]["lost_on"] is None
    hindsight = await counter.page(HANAKO, as_of="2026-10-25", known_at="2026-11-05T12:00:00+09:00")
    assert hindsight["periods"][0]["lost_on"] == "2026-10-21"
    before = await counter.page(HANAKO, as_of="2026-09-15")
    assert before["periods"] == []
    assert before["category_label"] == "不明（この時点で本市に記録なし）"


async def test_a_day_that_has_not_come_is_refused(counter: Counter, hanako: UUID) -> None:
    answer = await counter.call(
        "GET",
        f"/persons/{hanako}/qualification",
        Function.PERSON_VIEW,
        params={"as_of": "2026-11-06"},
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "QU-0301")


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("as_of", "0001-01-01", 200),
        ("as_of", "2026-02-30", 422),
        ("as_of", "昨日", 422),
        ("known_at", "0001-01-01T00:00:00+14:00", 422),
        ("known_at", "2026-11-05T12:00:00", 422),
        ("known_at", "9999-12-31T23:59:59-12:00", 422),
    ],
)
async def test_odd_days_and_moments(
    counter: Counter, hanako: UUID, name: str, value: str, status: int
) -> None:
    path = f"/persons/{hanako}/qualification"
    answer = await counter.call("GET", path, Function.PERSON_VIEW, params={name: value})
    assert answer.status_code == status, answer.text
