"""People who are not on the register (住登外者): entered by two, joined when they move in."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from contracts.codes import Sex
from contracts.events import PersonChanged
from contracts.events.residents import PersonName
from contracts.functions import Function
from services.identity.attaching import attach_due
from tests.identity.feeds import attributes, income
from tests.identity.house import Counter, House
from tests.identity.people import HANAKO, Kind, day, told

pytestmark = pytest.mark.stack

CLERK, CHIEF = "s001", "s002"
RIGHTS = tuple(set(Function) - {Function.SEALED_VIEW})
UMINO: dict[str, Any] = {
    "name": {"kanji": "海野　渡", "kana": "ウミノ　ワタル"},
    "address": {"text": "銚子市本町一丁目１番１号"},
    "birth_date": "昭和40年1月1日",
    "sex": "1",
}

LI: dict[str, Any] = {
    **UMINO,
    "name": {"kanji": "李　渡", "latin": "LI WATARU"},
    "nationality": "中国",
    "alias": {"kanji": "海野　渡", "kana": "ウミノ　ワタル"},
    "residence_status": {"code": "R01", "label": "特定活動", "valid_to": "2027-03-31"},
}


class Desk:
    """Whoever enters such people."""

    def __init__(self, house: House, counter: Counter) -> None:
        self.house, self.counter = house, counter

    async def get(self, path: str, *functions: Function) -> httpx.Response:
        return await self.counter.call("GET", path, functions or RIGHTS)

    async def post(self, path: str, by: str = CLERK, **said: Any) -> httpx.Response:
        return await self.counter.call("POST", path, RIGHTS, staff_id=by, json=said)

    async def settled(self, proposed: httpx.Response) -> dict[str, Any]:
        """Settled by the chief; the entry as it is then."""
        assert proposed.status_code == 201, proposed.text
        path = f"/outside-persons/{proposed.json()['entry']['entry_id']}/settlement"
        answer = await self.post(path, CHIEF, agree=True)
        assert answer.status_code == 200, answer.text
        entry: dict[str, Any] = answer.json()["entry"]
        return entry

    async def enter(self, **items: Any) -> UUID:
        """Somebody entered and settled."""
        person = {**UMINO, **items}
        return UUID(
            (await self.settled(await self.post("/outside-persons", person=person)))["person_id"]
        )

    async def changed(self, person_id: UUID, **said: Any) -> dict[str, Any]:
        """A change proposed and settled."""
        path = f"/persons/{person_id}/outside-record"
        return await self.settled(await self.post(path, **said))

    async def page(self, person_id: UUID) -> dict[str, Any]:
        page: dict[str, Any] = (await self.get(f"/persons/{person_id}")).json()
        return page

    async def last_told(self, person_id: UUID) -> PersonChanged:
        return [e for e in await self.house.views() if e.person_id == person_id][-1]


@pytest.fixture
def desk(house: House, counter: Counter) -> Desk:
    return Desk(house, counter)


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


async def test_entered_by_two_and_told_as_without_a_stay(desk: Desk) -> None:
    proposed = await desk.post("/outside-persons", person=UMINO)
    assert proposed.status_code == 201, proposed.text
    assert await desk.house.rows("select 1 from identity.persons") == []
    path = f"/outside-persons/{proposed.json()['entry']['entry_id']}/settlement"
    assert code(await desk.post(path, agree=True)) == (409, "ID-0803")
    assert [e["state"] for e in (await desk.get("/outside-persons")).json()["entries"]] == [
        "proposed"
    ]
    entry = (await desk.post(path, CHIEF, agree=True)).json()["entry"]
    assert (entry["state"], entry["decided_by"]) == ("settled", CHIEF)
    assert (await desk.get("/outside-persons")).json()["entries"] == []
    assert code(await desk.post(path, "s003", agree=True)) == (409, "ID-0804")
    (view,) = await desk.house.views()
    assert (view.residence, view.household_id, view.died_on) == ((), None, None)
    assert view.birth_date.value == day("1965-01-01").value
    page = await desk.page(view.person_id)
    assert (page["name"]["kanji"], page["on_register"], page["household"]) == (
        "海野　渡",
        False,
        None,
    )
    assert page["links"][0]["system"] == "outside_register"
    (found,) = (await desk.post("/persons/search", address="銚子市本町1-1")).json()["persons"]
    assert found["person_id"] == str(view.person_id)


async def test_sent_back_nobody_is_entered(desk: Desk) -> None:
    proposed = await desk.post("/outside-persons", person=UMINO)
    path = f"/outside-persons/{proposed.json()['entry']['entry_id']}"
    answer = await desk.post(f"{path}/settlement", CHIEF, agree=False)
    assert answer.json()["entry"]["state"] == "rejected"
    assert await desk.house.rows("select 1 from identity.persons") == []
    assert (await desk.get(path)).json()["entry"]["decided_by"] == CHIEF


class TestComparedFirst:
    async def test_who_is_on_record_is_not_entered_again(self, desk: Desk) -> None:
        await desk.house.told(told(Kind.SNAPSHOT))
        hanako = {
            "name": {"kanji": "山田花子"},
            "address": {"text": "千葉市中央区中央1-1-1"},
            "birth_date": "1985-05-02",
            "sex": "2",
        }
        assert code(await desk.post("/outside-persons", person=hanako)) == (409, "ID-0801")

    async def test_who_comes_near_has_to_be_looked_at(self, desk: Desk) -> None:
        await desk.house.told(told(Kind.SNAPSHOT))
        near = {**UMINO, "name": {"kanji": "山田　花子"}, "birth_date": "1985-05-03", "sex": "2"}
        listed = (await desk.post("/outside-persons/comparison", **near)).json()["candidates"]
        assert [c["person"]["name"]["kanji"] for c in listed] == ["山田　花子"]
        assert listed[0]["comparison"]["birth_date"]["code"] == "part"
        assert code(await desk.post("/outside-persons", person=near)) == (409, "ID-0802")
        hanako = str(await desk.house.person_id())
        entry = await desk.settled(
            await desk.post("/outside-persons", person=near, looked_at=[hanako])
        )
        assert entry["person_id"] != hanako

    async def test_entered_twice_at_once_the_second_is_not_settled(self, desk: Desk) -> None:
        one = await desk.post("/outside-persons", person=UMINO)
        other = await desk.post("/outside-persons", person=UMINO)
        await desk.settled(one)
        path = f"/outside-persons/{other.json()['entry']['entry_id']}/settlement"
        assert code(await desk.post(path, CHIEF, agree=True)) == (409, "ID-0801")
        assert (await desk.post(path, CHIEF, agree=False)).status_code == 200

    async def test_a_hidden_person_is_no_candidate(self, desk: Desk) -> None:
        await desk.house.told(told(Kind.SNAPSHOT))
        await desk.house.seal(await desk.house.person_id())
        near = {**UMINO, "name": {"kanji": "山田　花子"}, "birth_date": "1985-05-03", "sex": "2"}
        assert (await desk.post("/outside-persons/comparison", **near)).json() == {"candidates": []}
        assert (await desk.post("/outside-persons", person=near)).status_code == 201


class TestForeignNationals:
    async def test_alias_and_status_of_residence_are_kept_and_told(self, desk: Desk) -> None:
        proposed = await desk.post("/outside-persons", person=LI)
        shown = proposed.json()["entry"]
        assert shown["alias"]["kanji"] == "海野　渡"
        assert shown["told"]["birth_date"]["display"] == "1965年1月1日"
        assert shown["residence_status"]["label"] == "特定活動"
        li = UUID((await desk.settled(proposed))["person_id"])
        page = await desk.page(li)
        assert (page["resident_kind"]["label"], page["alias"]["kanji"]) == ("外国人", "海野　渡")
        assert page["residence_status"]["valid_to"] == "2027-03-31"
        view = await desk.last_told(li)
        assert view.residence_status_code == "R01"
        (found,) = (await desk.post("/persons/search", name="海野渡")).json()["persons"]
        assert found["person_id"] == str(li)

    async def test_a_correction_can_end_them(self, desk: Desk) -> None:
        li = await desk.enter(**LI)
        await desk.changed(li, step="correction", person=UMINO)
        page = await desk.page(li)
        assert (page["alias"], page["residence_status"], page["nationality"]) == (
            None,
            None,
            "日本",
        )

    async def test_who_is_on_record_by_the_alias_is_not_entered_again(self, desk: Desk) -> None:
        await desk.enter()
        assert code(await desk.post("/outside-persons", person=LI)) == (409, "ID-0801")

    async def test_nobody_of_japan_has_them(self, desk: Desk) -> None:
        for item in ("alias", "residence_status"):
            person = {**UMINO, item: LI[item]}
            answer = await desk.post("/outside-persons", person=person)
            assert code(answer) == (422, "ID-0810")
            assert [error["field"] for error in answer.json()["errors"]] == [item]


class TestVersions:
    async def test_a_correction_adds_a_version(self, desk: Desk) -> None:
        umino = await desk.enter()
        await desk.changed(
            umino, step="correction",
            person={**UMINO, "birth_date": "昭和41年1月1日",
                    "address": {"text": "旭市本町２番"}},
        )  # fmt: skip
        page = await desk.page(umino)
        assert page["birth_date"]["value"] == "1966-01-01"
        assert page["previous_address"]["text"] == "銚子市本町一丁目１番１号"
        versions = await desk.house.rows(
            "select record_version, change, record ->> 'addressee_number' as number"
            " from identity.record_versions order by record_version"
        )
        assert [(v["record_version"], v["change"]) for v in versions] == [
            (1, "official_entry"),
            (2, "correction"),
        ]
        assert (await desk.last_told(umino)).birth_date.value == day("1966-01-01").value
        listed = (await desk.get(f"/persons/{umino}/outside-record")).json()["entries"]
        assert [(e["step"]["code"], e["proposed_by"], e["decided_by"]) for e in listed] == [
            ("new", CLERK, CHIEF),
            ("correction", CLERK, CHIEF),
        ]

    async def test_a_death_is_told(self, desk: Desk) -> None:
        umino = await desk.enter()
        await desk.changed(umino, step="death", died_on="令和8年春")
        view = await desk.last_told(umino)
        assert view.died_on is not None
        assert (view.died_on.notation, view.residence) == ("令和8年春", ())
        await desk.changed(umino, step="correction", person={**UMINO, "sex": "0"})
        page = await desk.page(umino)
        assert page["resident_status"]["label"] == "死亡者"

    async def test_cancelled_it_is_kept_on_hold_and_changes_no_more(self, desk: Desk) -> None:
        umino = await desk.enter()
        await desk.changed(umino, step="cancellation")
        assert (await desk.page(umino))["processing_hold"] is True
        again = await desk.post(f"/persons/{umino}/outside-record", step="cancellation")
        assert code(again) == (409, "ID-0807")

    async def test_one_proposal_at_a_time(self, desk: Desk) -> None:
        umino = await desk.enter()
        path = f"/persons/{umino}/outside-record"
        assert (await desk.post(path, step="cancellation")).status_code == 201
        assert code(await desk.post(path, step="cancellation")) == (409, "ID-0805")

    async def test_of_a_resident_there_is_nothing_to_change(self, desk: Desk) -> None:
        await desk.house.told(told(Kind.SNAPSHOT))
        hanako = await desk.house.person_id()
        answer = await desk.post(f"/persons/{hanako}/outside-record", step="cancellation")
        assert code(answer) == (422, "ID-0806")

    async def test_no_death_lies_ahead(self, desk: Desk) -> None:
        umino = await desk.enter()
        path = f"/persons/{umino}/outside-record"
        for written in ("2999-01-01", "きのう"):
            answer = await desk.post(path, step="death", died_on=written)
            assert code(answer) == (422, "ID-0809")

    async def test_of_nobody_and_of_somebody_hidden(self, desk: Desk) -> None:
        umino = await desk.enter()
        waiting = await desk.post(f"/persons/{umino}/outside-record", step="cancellation")
        entry = f"/outside-persons/{waiting.json()['entry']['entry_id']}"
        await desk.house.seal(umino)
        for person_id in (umino, uuid4()):
            path = f"/persons/{person_id}/outside-record"
            assert code(await desk.get(path)) == (404, "CH-0003")
            assert code(await desk.post(path, step="cancellation")) == (404, "CH-0003")
        for path in (entry, f"/outside-persons/{uuid4()}"):
            assert code(await desk.get(path)) == (404, "CH-0003")
            settled = await desk.post(f"{path}/settlement", CHIEF, agree=True)
            assert code(settled) == (404, "CH-0003")
        assert (await desk.get("/outside-persons")).json()["entries"] == []


class TestTakenOver:
    async def stranger(self, desk: Desk) -> None:
        event = income(
            number="T9",
            told=attributes(name="海野　渡", address="銚子市本町一丁目１番１号",
                            birth_date="1965-01-01", sex=Sex.MALE),
        )  # fmt: skip
        house = desk.house
        await house.service.intake.take(house.records("tax_system", [(event.record_key, event)]))

    async def test_from_a_record_that_nobody_comes_near(self, desk: Desk) -> None:
        await self.stranger(desk)
        (listed,) = (await desk.get("/nobodys-numbers")).json()["numbers"]
        assert (listed["system"], listed["addressee_number"], listed["dismissed"]) == (
            "tax_system",
            "T9",
            False,
        )
        assert listed["told"]["name"]["kanji"] == "海野　渡"
        taken = {"system": "tax_system", "addressee_number": "T9"}
        entry = await desk.settled(await desk.post("/outside-persons", taken_over=taken))
        assert entry["taken_over_from"] == taken
        while (await attach_due(desk.house.service))[0]:
            pass
        (link,) = await desk.house.rows("select state, person_id from identity.feed_links")
        assert (link["state"], str(link["person_id"])) == ("linked", entry["person_id"])
        assert (await desk.get("/nobodys-numbers")).json()["numbers"] == []

    async def test_what_is_somebody_s_is_not_taken_over(self, desk: Desk) -> None:
        taken = {"system": "tax_system", "addressee_number": "T9"}
        assert code(await desk.post("/outside-persons", taken_over=taken)) == (422, "ID-0808")

    async def test_page_by_page(self, desk: Desk) -> None:
        await self.stranger(desk)
        after = "/nobodys-numbers?after_system=tax_system&after_number=T9"
        assert (await desk.get(after)).json()["numbers"] == []
        other = "/nobodys-numbers?system=welfare_system"
        assert (await desk.get(other)).json()["numbers"] == []


class TestMovedIn:
    async def moved_in(self, desk: Desk, name: str = "海野　渡") -> UUID:
        await desk.house.told(
            told(Kind.MOVE_IN, name=PersonName(kanji=name), birth_date=day("1965-01-01"),
                 sex=Sex.MALE)
        )  # fmt: skip
        return await desk.house.person_id(HANAKO)

    async def test_a_finding_says_that_two_may_be_one(self, desk: Desk) -> None:
        umino = await desk.enter()
        resident = await self.moved_in(desk)
        (found,) = (await desk.get("/findings")).json()["findings"]
        assert found["kind"]["code"] == "same_person"
        path = f"/findings/{found['finding_id']}"
        assert (await desk.post(f"{path}/proposal", decision="merge")).status_code == 200
        assert (await desk.post(f"{path}/settlement", CHIEF, agree=True)).status_code == 200
        for person_id in (umino, resident):
            page = await desk.page(person_id)
            assert page["resident_status"]["label"] == "住民"
            assert page["on_register"] is True
            assert {link["system"] for link in page["links"]} == {
                "outside_register",
                "resident_register",
            }

    async def test_kept_apart_is_not_asked_again(self, desk: Desk) -> None:
        await desk.enter()
        await self.moved_in(desk)
        (found,) = (await desk.get("/findings")).json()["findings"]
        path = f"/findings/{found['finding_id']}"
        await desk.post(f"{path}/proposal", decision="keep_apart")
        await desk.post(f"{path}/settlement", CHIEF, agree=True)
        await desk.house.told(
            told(Kind.NAME_CHANGE, version=2, name=PersonName(kanji="海野　渡"),
                 birth_date=day("1965-01-01"), sex=Sex.MALE)
        )  # fmt: skip
        assert (await desk.get("/findings")).json()["findings"] == []

    async def test_another_name_is_another_person(self, desk: Desk) -> None:
        await desk.enter()
        await self.moved_in(desk, "山野　渡")
        assert (await desk.get("/findings")).json()["findings"] == []


@pytest.mark.parametrize(
    "said",
    [{}, {"person": UMINO, "taken_over": {"system": "tax_system", "addressee_number": "T9"}},
     {"person": {**UMINO, "sex": "7"}}, {"person": {**UMINO, "pension": "1"}},
     {"taken_over": {"system": "resident_register", "addressee_number": "T9"}}],
    ids=range(5),
)  # fmt: skip
async def test_what_is_nobody_new(desk: Desk, said: dict[str, Any]) -> None:
    assert code(await desk.post("/outside-persons", **said)) == (422, "CH-0001")


async def test_a_birth_date_that_cannot_be_read(desk: Desk) -> None:
    answer = await desk.post("/outside-persons", person={**UMINO, "birth_date": "きのう"})
    assert code(answer) == (422, "ID-0101")
