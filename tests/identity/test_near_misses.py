"""Numbers whose person is not certain: found on the work list, proposed by one, settled by another,
and absent for whoever may not see the person."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from contracts.events import AuditOperation, AuditOutcome, AuditRecorded
from contracts.events.residents import Address
from contracts.functions import Function
from services.identity.stores import near_misses
from tests.identity.feeds import TAX_NUMBER, attributes, health, income
from tests.identity.house import Counter, House
from tests.identity.people import Kind, day, token, told
from tests.identity.test_feeds_kept import MARRIED, attached, links, queue, tell

pytestmark = pytest.mark.stack

TARO = "000000000000020"
CLERK, CHIEF = "s001", "s002"
BOTH = (Function.LINK_PROPOSE, Function.LINK_SETTLE)


class Desk:
    """The work list as staff reach it."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter

    async def get(self, path: str = "") -> Any:
        answer = await self._counter.call("GET", f"/near-misses{path}", BOTH)
        return answer.json() if answer.status_code == 200 else answer.status_code

    async def propose(
        self, entry_id: str, person_id: UUID | None, by: str = CLERK
    ) -> httpx.Response:
        return await self._counter.call(
            "POST", f"/near-misses/{entry_id}/proposal", BOTH, staff_id=by,
            json={"person_id": None if person_id is None else str(person_id)},
        )  # fmt: skip

    async def settle(self, entry_id: str, by: str = CHIEF, *, agree: bool = True) -> httpx.Response:
        return await self._counter.call(
            "POST", f"/near-misses/{entry_id}/settlement", BOTH, staff_id=by, json={"agree": agree}
        )

    async def only(self) -> str:
        (entry,) = (await self.get())["entries"]
        return str(entry["entry_id"])


@pytest.fixture
def desk(counter: Counter) -> Desk:
    return Desk(counter)


@pytest.fixture
async def married(house: House) -> UUID:
    """The tax system knows 花子 by another name; who she is."""
    await house.told(told(Kind.MOVE_IN))
    await tell(house, income(told=MARRIED))
    return await house.person_id()


async def test_the_list_says_what_the_system_tells_and_the_page_who_comes_near(
    house: House, desk: Desk, married: UUID
) -> None:
    listed = await desk.get("?system=tax_system")
    assert (listed["total"], listed["more"]) == (1, False)
    (entry,) = listed["entries"]
    assert (entry["system"], entry["addressee_number"]) == ("tax_system", TAX_NUMBER)
    assert (entry["system_label"], entry["state_label"]) == ("税務システム", "未処理")
    assert entry["told"]["name"]["kanji"] == "佐藤　花子"
    assert entry["told"]["birth_date"]["display"] == "昭和60年5月2日"
    assert entry["outcome"] == {"code": "near", "label": "一部不一致"}
    assert (await desk.get("?system=welfare_system"))["entries"] == []
    page = await desk.get(f"/{entry['entry_id']}")
    (candidate,) = page["candidates"]
    assert candidate["person"]["person_id"] == str(married)
    found = candidate["comparison"]
    assert [found[name]["code"] for name in ("name", "address", "birth_date", "sex")] == [
        "differs", "exact", "exact", "exact",
    ]  # fmt: skip
    assert [(step["step"], step["step_label"]) for step in page["steps"]] == [("opened", "把握")]


async def test_whoever_comes_nearest_stands_first(house: House, desk: Desk) -> None:
    """Relatives of one name at one address: the clerk is not led to the wrong one."""
    flat = Address(text="千葉市中央区中央一丁目１番１号", building="コーポさくら１０１号室")
    other = Address(text="千葉市中央区中央1-1-1", building="別棟202号室")
    relatives = [
        told(Kind.MOVE_IN, address=flat, number=f"0000000000008{n}0", number_token=token(80 + n),
             birth_date=day(f"19{60 + n}-01-01"))
        for n in range(1, 6)
    ]  # fmt: skip
    await house.told(*relatives[:3], told(Kind.MOVE_IN, address=flat), *relatives[3:])
    await tell(house, income(told=attributes(address=other)))
    page = await desk.get(f"/{await desk.only()}")
    births = [one["comparison"]["birth_date"]["code"] for one in page["candidates"]]
    assert births == ["exact", *["differs"] * 5]


async def test_one_proposes_and_another_settles(house: House, desk: Desk, married: UUID) -> None:
    entry_id = await desk.only()
    assert (await desk.propose(entry_id, married)).status_code == 200
    assert await links(house) == {TAX_NUMBER: ("near", None)}
    answer = await desk.settle(entry_id)
    assert answer.status_code == 200
    assert [(s["step"], s["staff_id"]) for s in answer.json()["steps"]] == [
        ("opened", None), ("proposed", CLERK), ("settled", CHIEF),
    ]  # fmt: skip
    assert await links(house) == {TAX_NUMBER: ("linked", married)}
    assert await attached(house) == {"income/2026": (1, 1)}
    # What was settled once is not asked again; what is new is.
    await tell(house, income(version=2, told=MARRIED))
    assert await attached(house) == {"income/2026": (2, 2)}
    await tell(house, income(version=3, told=attributes(name="鈴木　花子")))
    assert await attached(house) == {"income/2026": (3, 2)}
    assert await queue(house) == [("settled", "near"), ("open", "near")]


async def test_nobody_settles_what_they_proposed(house: House, desk: Desk, married: UUID) -> None:
    entry_id = await desk.only()
    assert (await desk.settle(entry_id)).json()["code"] == "ID-0203"
    await desk.propose(entry_id, married)
    answer = await desk.settle(entry_id, by=CLERK)
    assert (answer.status_code, answer.json()["code"]) == (409, "ID-0204")
    assert await links(house) == {TAX_NUMBER: ("near", None)}
    kept = [event for event in await house.outbox(AuditRecorded)
            if event.operation is AuditOperation.ENTRY_SETTLED]  # fmt: skip
    assert [event.outcome for event in kept] == [AuditOutcome.REFUSED] * 2


async def test_who_does_not_agree_sends_it_back(house: House, desk: Desk, married: UUID) -> None:
    entry_id = await desk.only()
    await desk.propose(entry_id, married)
    answer = await desk.settle(entry_id, agree=False)
    assert answer.json()["entry"]["state"] == "open"
    assert await links(house) == {TAX_NUMBER: ("near", None)}
    await desk.propose(entry_id, None, by=CHIEF)
    assert (await desk.settle(entry_id, by=CLERK)).status_code == 200
    assert await links(house) == {TAX_NUMBER: ("dismissed", None)}


async def test_nobodys_stays_nobodys_until_something_else_is_told(
    house: House, desk: Desk, married: UUID
) -> None:
    entry_id = await desk.only()
    await desk.propose(entry_id, None)
    await desk.settle(entry_id)
    await tell(house, income(version=2, told=MARRIED))
    assert (await desk.get())["total"] == 0
    assert (await desk.settle(entry_id)).json()["code"] == "ID-0202"
    await tell(house, income(version=3))
    assert await attached(house) == {"income/2026": (3, 3)}


async def test_a_number_that_was_somebodys_can_be_taken_away_again(
    house: House, desk: Desk
) -> None:
    await house.told(told(Kind.MOVE_IN))
    await tell(house, income())
    await tell(house, income(version=2, told=MARRIED))
    entry_id = await desk.only()
    (entry,) = (await desk.get())["entries"]
    assert entry["held_person_id"] == str(await house.person_id())
    await desk.propose(entry_id, None)
    await desk.settle(entry_id)
    assert await links(house) == {TAX_NUMBER: ("dismissed", None)}
    assert await attached(house) == {"income/2026": (2, None)}


async def test_who_does_not_come_near_can_be_proposed_and_is_compared_then(
    house: House, desk: Desk, married: UUID
) -> None:
    await house.told(told(Kind.MOVE_IN, number=TARO, number_token=token(2),
                          name=attributes(name="川上　次郎").name,
                          birth_date=attributes(birth_date="1950-01-01").birth_date))  # fmt: skip
    taro = await house.person_id(TARO)
    entry_id = await desk.only()
    assert (await desk.propose(entry_id, uuid4())).json()["code"] == "ID-0201"
    page = (await desk.propose(entry_id, taro)).json()
    assert {each["person"]["person_id"] for each in page["candidates"]} == {
        str(married), str(taro),
    }  # fmt: skip
    rows = await house.rows("select name, sex from identity.comparisons where outcome = 'proposed'")
    assert [tuple(row.values()) for row in rows] == [("differs", "exact")]


async def test_every_look_and_step_is_recorded(house: House, desk: Desk, married: UUID) -> None:
    entry_id = await desk.only()
    await desk.get(f"/{entry_id}")
    await desk.propose(entry_id, married)
    await desk.settle(entry_id)
    kept = await house.outbox(AuditRecorded)
    assert [event.operation for event in kept] == [
        AuditOperation.SEARCH, AuditOperation.INQUIRY, AuditOperation.ENTRY_PROVISIONAL,
        AuditOperation.LINKAGE,  # exemptions is told whose income is another than it was told
        AuditOperation.ENTRY_SETTLED,
    ]  # fmt: skip
    assert [event.person_id for event in kept[2:]] == [married] * 3
    assert all("佐藤" not in event.model_dump_json() for event in kept)


async def test_someone_sealed_is_on_no_list(
    house: House, counter: Counter, desk: Desk, married: UUID
) -> None:
    entry_id = await desk.only()
    await house.seal(married)
    without = {"entries": [], "total": 0, "more": False, "limit": near_misses.LIMIT}
    assert await desk.get() == without
    assert await desk.get(f"/{entry_id}") == 404
    assert (await desk.propose(entry_id, married)).status_code == 404
    assert (await desk.settle(entry_id)).status_code == 404
    listed = await counter.call("GET", "/near-misses", (*BOTH, Function.SEALED_VIEW))
    assert listed.json()["total"] == 1


async def test_nobody_sealed_can_be_proposed(house: House, desk: Desk, married: UUID) -> None:
    await house.told(told(Kind.MOVE_IN, number=TARO, number_token=token(2),
                          name=attributes(name="川上　次郎").name,
                          birth_date=attributes(birth_date="1950-01-01").birth_date))  # fmt: skip
    taro = await house.person_id(TARO)
    await house.seal(taro)
    entry_id = await desk.only()
    sealed, nobody = await desk.propose(entry_id, taro), await desk.propose(entry_id, uuid4())
    assert (sealed.status_code, _plain(sealed)) == (nobody.status_code, _plain(nobody))


def _plain(answer: httpx.Response) -> dict[str, Any]:
    return {name: value for name, value in answer.json().items() if name != "trace_id"}


async def test_the_list_goes_on_where_it_stopped(
    house: House, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(near_misses, "LIMIT", 2)
    await house.told(told(Kind.MOVE_IN))
    await tell(house, *(income(number=f"T{n}", told=MARRIED) for n in range(5)))
    seen: list[str] = []
    after = ""
    while True:
        page = await desk.get(f"?after={after}" if after else "")
        seen += [entry["addressee_number"] for entry in page["entries"]]
        if not page["more"]:
            break
        after = page["entries"][-1]["entry_id"]
    assert sorted(seen) == [f"T{n}" for n in range(5)]


async def test_what_staff_enter_is_compared_and_kept(house: House, counter: Counter) -> None:
    await house.told(told(Kind.MOVE_IN))
    hanako = await house.person_id()
    entered = {
        "name": {"kanji": "山田 花子"}, "address": {"text": "千葉市中央区中央1-1-1"},
        "birth_date": "昭和60年5月2日", "sex": "2",
    }  # fmt: skip

    async def compare(person_id: UUID, **more: Any) -> httpx.Response:
        return await counter.call("POST", f"/persons/{person_id}/comparison",
                                  (Function.PERSON_VIEW,), json={**entered, **more})  # fmt: skip

    answer = (await compare(hanako)).json()
    assert {name: answer["comparison"][name]["code"] for name in entered} == {
        "name": "folded", "address": "notation", "birth_date": "exact", "sex": "exact",
    }  # fmt: skip
    assert answer["comparison"]["all_agree"] is True
    assert (await compare(hanako, name={"kanji": "山口　花子"})).json()["comparison"][
        "all_agree"
    ] is False
    assert (await compare(hanako, birth_date="昨日")).json()["code"] == "ID-0101"
    assert (await compare(uuid4())).status_code == 404
    kept = await house.rows("select agreed, staff_id from identity.entered_comparisons"
                            " order by compared_at")  # fmt: skip
    assert [tuple(row.values()) for row in kept] == [(True, CLERK), (False, CLERK)]
    await house.seal(hanako)
    assert (await compare(hanako)).status_code == 404


async def test_without_the_function_nothing_opens(house: House, counter: Counter) -> None:
    await tell(house, health())
    for method, path, function in (
        ("GET", "/near-misses", Function.LINK_PROPOSE),
        ("GET", f"/near-misses/{uuid4()}", Function.LINK_PROPOSE),
        ("POST", f"/near-misses/{uuid4()}/proposal", Function.LINK_PROPOSE),
        ("POST", f"/near-misses/{uuid4()}/settlement", Function.LINK_SETTLE),
        ("POST", f"/persons/{uuid4()}/comparison", Function.PERSON_VIEW),
    ):
        others = [each for each in Function if each is not function]
        assert (await counter.call(method, path, others, json={})).status_code == 403
