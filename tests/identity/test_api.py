"""Search and person page, as the gateway calls them for staff."""

from typing import Any
from uuid import uuid4

import pytest

from contracts.codes import (
    Relationship,
    RemovalReason,
    ResidentKind,
    ResidentStatus,
    Sex,
)
from contracts.events import AuditOperation, AuditOutcome, AuditRecorded
from contracts.events.residents import Address, Householder, PersonName, ResidenceStatus
from contracts.functions import Function
from tests.identity.house import CLERK, Counter, House
from tests.identity.people import HANAKO, Kind, became, day, removed, token, told

pytestmark = pytest.mark.stack

TARO, LIN, WATANABE = "000000000000020", "000000000000054", "000000000000062"
SINCE_2020 = became("2020-04-01")


async def a_family(house: House) -> None:
    """山田花子, her husband 太郎, and in another household 林美玲 and 渡邉桂."""
    await house.told(
        told(Kind.SNAPSHOT, householder=Householder(name="山田　花子", addressee_number=HANAKO)),
        told(Kind.SNAPSHOT, number=TARO, number_token=token(2), sex=Sex.MALE,
             name=PersonName(kanji="山田　太郎", kana="ヤマダ　タロウ"),
             birth_date=day("昭和58年春"), relationship=(Relationship.HUSBAND,),
             householder=Householder(name="山田　花子", addressee_number=HANAKO)),
        told(Kind.MOVE_IN_FROM_ABROAD, "2024-09-01", number=LIN, number_token=token(3),
             household_number="902", resident_kind=ResidentKind.FOREIGN, nationality="中国",
             birth_date=day("1990-12-03"),
             name=PersonName(kanji="林　美玲", kana="リン　メイリン", latin="LIN MEILING"),
             alias=PersonName(kanji="林　みれい", kana="ハヤシ　ミレイ"),
             residence_status=ResidenceStatus(code="A01", label="技術・人文知識・国際業務")),
        told(Kind.SNAPSHOT, number=WATANABE, number_token=token(4), household_number="902",
             name=PersonName(kanji="渡邉󠄐　桂", kana="ワタナベ　カツラ"),
             birth_date=day("1985-05-20"), relationship=(Relationship.CHILD, Relationship.WIFE)),
    )  # fmt: skip


@pytest.fixture
async def family(house: House) -> House:
    await a_family(house)
    return house


async def names(counter: Counter, **criteria: Any) -> list[str]:
    answer = await counter.search(**criteria)
    assert answer.status_code == 200, answer.text
    return [person["name"]["kanji"] for person in answer.json()["persons"]]


FOUND = [
    ({"name": "山田"}, ["山田　太郎", "山田　花子"]),
    ({"name": "山田 太"}, ["山田　太郎"]),
    ({"name": "渡辺"}, ["渡邉󠄐　桂"]),
    ({"name": "渡邊　桂"}, ["渡邉󠄐　桂"]),
    ({"name": "lin"}, ["林　美玲"]),
    ({"name": "ＬＩＮ　Ｍｅｉ"}, ["林　美玲"]),
    ({"name": "林みれい"}, ["林　美玲"]),
    ({"kana": "ヤマタ"}, ["山田　太郎", "山田　花子"]),
    ({"kana": "やまだ　たろお"}, ["山田　太郎"]),
    ({"kana": "ﾜﾀﾅﾍﾞ"}, ["渡邉󠄐　桂"]),
    ({"kana": "ハタナへ"}, ["渡邉󠄐　桂"]),
    ({"birth_date": "1985-05-02"}, ["山田　花子"]),
    ({"birth_date": "昭和60年5月"}, ["山田　花子", "渡邉󠄐　桂"]),
    ({"birth_date": "1990"}, ["林　美玲"]),
    ({"birth_date": "昭和58年"}, ["山田　太郎"]),
    ({"addressee_number": "０００００００００００００１１"}, ["山田　花子"]),
    ({"name": "山田", "birth_date": "昭和60年"}, ["山田　花子"]),
    ({"name": "山田", "kana": "ワタナベ"}, []),
    ({"name": "山田", "addressee_number": LIN}, []),
    ({"name": "田"}, []),
    ({"name": "%"}, []),
    ({"name": "山田'; drop table identity.persons; --"}, []),
]


@pytest.mark.parametrize(("criteria", "expected"), FOUND, ids=str)
async def test_search(
    family: House, counter: Counter, criteria: dict[str, str], expected: list[str]
) -> None:
    assert sorted(await names(counter, **criteria)) == sorted(expected)


async def test_by_a_former_name(family: House, counter: Counter) -> None:
    await family.told(
        told(Kind.NAME_CHANGE, version=2, became=SINCE_2020,
             name=PersonName(kanji="佐藤　花子", kana="サトウ　ハナコ"))
    )  # fmt: skip
    answer = (await counter.search(name="山田　花子")).json()
    (person,) = answer["persons"]
    assert (person["name"]["kanji"], person["by_former_name"]) == ("佐藤　花子", True)
    (person,) = (await counter.search(name="佐藤　花子")).json()["persons"]
    assert not person["by_former_name"]


async def test_the_nearest_reading_comes_first(house: House, counter: Counter) -> None:
    await house.told(
        *(told(Kind.SNAPSHOT, number=f"{n:015d}", number_token=token(n + 1),
               name=PersonName(kanji=kanji, kana=kana))
          for n, (kanji, kana) in enumerate(
              [("鈴木　一", "スズキ　ハジメ"), ("都築　一", "ツヅキ　ハジメ")] * 2))
    )  # fmt: skip
    assert (await names(counter, kana="ツヅキ"))[:2] == ["都築　一"] * 2
    assert (await names(counter, kana="スズキ"))[:2] == ["鈴木　一"] * 2


async def test_by_token_for_those_who_may_look_numbers_up(family: House, counter: Counter) -> None:
    refused = await counter.search(token=token(1))
    assert (refused.status_code, refused.json()["code"]) == (403, "CH-0006")
    answer = await counter.search(Function.PERSON_SEARCH, Function.NUMBER_LOOKUP, token=token(1))
    assert [person["name"]["kanji"] for person in answer.json()["persons"]] == ["山田　花子"]


async def test_both_bearers_of_a_number_are_found_by_it(house: House, counter: Counter) -> None:
    await house.told(told(Kind.MOVE_IN), told(Kind.MOVE_IN, number=TARO))
    answer = await counter.search(Function.PERSON_SEARCH, Function.NUMBER_LOOKUP, token=token(1))
    assert len(answer.json()["persons"]) == 2


async def test_at_most_fifty_and_says_that_there_are_more(house: House, counter: Counter) -> None:
    events = [told(Kind.SNAPSHOT, number=f"{n:015d}", number_token=token(n + 1)) for n in range(51)]
    await house.told(*events[:50])
    answer = (await counter.search(name="山田")).json()
    assert (len(answer["persons"]), answer["more"], answer["limit"]) == (50, False, 50)
    await house.told(events[50])
    answer = (await counter.search(name="山田")).json()
    assert (len(answer["persons"]), answer["more"]) == (50, True)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "CH-0001"),
        ({"name": None}, 422, "CH-0001"),
        ({"name": ""}, 422, "CH-0001"),
        ({"name": "山" * 401}, 422, "CH-0001"),
        ({"町名": "中央"}, 422, "CH-0001"),
        ({"token": "1234"}, 422, "CH-0001"),
        ({"name": 5}, 422, "CH-0001"),
        ({"birth_date": "きのう"}, 422, "ID-0101"),
        ({"kana": "ー"}, 422, "ID-0102"),
        ({"name": "・", "addressee_number": "-"}, 422, "ID-0102"),
        ({"match": "part"}, 422, "CH-0001"),
        ({"sex": "2"}, 422, "CH-0001"),
        ({"sex": "3", "name": "山"}, 422, "CH-0001"),
        ({"name": "山", "match": "anything"}, 422, "CH-0001"),
        ({"address": "1-1-1"}, 422, "ID-0103"),
        ({"kana": "ナー", "match": "part"}, 422, "ID-0104"),
        ({"address": "町"}, 422, "ID-0103"),
        ({"household_number": "-"}, 422, "ID-0102"),
        ({"name": "山\u0000田"}, 422, "CH-0012"),
        ({"kana": "ヤマ\nダ"}, 422, "CH-0001"),
    ],
    ids=str,
)
async def test_what_is_no_search(
    house: House, counter: Counter, body: dict[str, Any], status: int, code: str
) -> None:
    answer = await counter.search(**body)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert "山" not in answer.text


async def test_half_a_character_is_no_search(house: House, counter: Counter) -> None:
    answer = await counter.call(
        "POST", "/persons/search", CLERK, content=b'{"name": "\\ud842"}',
        headers={"content-type": "application/json"},
    )  # fmt: skip
    assert (answer.status_code, answer.json()["code"]) == (422, "CH-0012")


async def test_a_search_is_recorded_without_what_was_searched_for(
    family: House, counter: Counter
) -> None:
    await counter.search(name="山田", birth_date="昭和60年")
    (kept,) = await family.outbox(AuditRecorded)
    assert (kept.operation, kept.count, kept.staff_id, kept.terminal, kept.function) == (
        AuditOperation.SEARCH,
        1,
        "s001",
        "terminal-1",
        "person.search",
    )
    assert kept.details == {"criteria": "name,birth_date", "match": "prefix", "more": False}
    assert "山田" not in kept.model_dump_json()


async def test_the_page_of_a_resident(family: House, counter: Counter) -> None:
    hanako, taro = await family.person_id(), await family.person_id(TARO)
    page = (await counter.show(hanako)).json()
    assert page["name"] == {"kanji": "山田　花子", "kana": "ヤマダ　ハナコ", "latin": None}
    assert page["birth_date"]["value"] == "1985-05-02"
    assert page["birth_date"]["wareki"] == page["birth_date"]["display"] == "昭和60年5月2日"
    assert page["sex"] == {"code": "2", "label": "女"}
    assert page["resident_status"] == {"code": "1", "label": "住民"}
    assert page["became_resident"] == {
        "reason": {"code": "move_in", "label": "国内転入"},
        "on": {**page["became_resident"]["on"], "value": "2020-04-01", "wareki": "令和2年4月1日"},
    }
    assert page["removal"] is None
    assert [
        (m["person_id"], m["name"]["kanji"], m["relationship_label"], m["is_householder"])
        for m in page["household"]["members"]
    ] == [
        (str(taro), "山田　太郎", "夫", False),
        (str(hanako), "山田　花子", "世帯主", True),
    ]
    assert [(link["system"], link["addressee_number"]) for link in page["links"]] == [
        ("resident_register", HANAKO)
    ]
    assert page["findings"] == []
    assert page["number_state"] == "assigned"


async def test_no_page_shows_a_token_or_the_integrated_number(
    family: House, counter: Counter
) -> None:
    answer = await counter.show(await family.person_id())
    (row,) = await family.rows(
        "select integrated_number from identity.persons where individual_number_token = $1",
        token(1),
    )
    assert token(1) not in answer.text
    assert row["integrated_number"] not in answer.text


async def test_the_page_of_a_foreign_resident(family: House, counter: Counter) -> None:
    page = (await counter.show(await family.person_id(LIN))).json()
    assert page["birth_date"]["display"] == "1990年12月3日"
    assert page["alias"]["kanji"] == "林　みれい"
    assert page["residence_status"]["label"] == "技術・人文知識・国際業務"
    assert page["nationality"] == "中国"
    steps = {m["name"]["kanji"]: m["relationship_label"] for m in page["household"]["members"]}
    assert steps["渡邉󠄐　桂"] == "子の妻"


async def test_a_birth_date_that_is_not_known_is_shown_as_it_was_told(
    family: House, counter: Counter
) -> None:
    page = (await counter.show(await family.person_id(TARO))).json()
    assert page["birth_date"] == {
        "precision": "season",
        "value": None,
        "notation": "昭和58年春",
        "wareki": None,
        "display": "昭和58年春",
    }


async def test_the_page_of_someone_who_has_left(family: House, counter: Counter) -> None:
    await family.told(
        told(Kind.MOVE_OUT, "2026-03-31", version=2, became=SINCE_2020,
             removal=removed("2026-03-31", RemovalReason.MOVE_OUT),
             resident_status=ResidentStatus.MOVED_OUT,
             move_out_address=Address(text="東京都千代田区霞が関二丁目１番２号"))
    )  # fmt: skip
    page = (await counter.show(await family.person_id())).json()
    assert page["resident_status"]["label"] == "転出者"
    assert page["removal"]["on"]["display"] == "令和8年3月31日"
    assert page["household"] is None
    assert page["move_out_address"]["text"].startswith("東京都")
    taro = (await counter.show(await family.person_id(TARO))).json()
    assert [m["name"]["kanji"] for m in taro["household"]["members"]] == ["山田　太郎"]


async def test_findings_are_shown_on_both_pages(house: House, counter: Counter) -> None:
    await house.told(told(Kind.MOVE_IN), told(Kind.MOVE_IN, number=TARO))
    one, two = await house.person_id(), await house.person_id(TARO)
    for person_id, other in ((one, two), (two, one)):
        (found,) = (await counter.show(person_id)).json()["findings"]
        assert found["kind"] == {"code": "number_shared", "label": "同一個人番号の重複"}
        assert found["state"] == {"code": "open", "label": "未処理"}
        assert found["other_person_id"] == str(other)
    assert (await counter.show(two)).json()["number_state"] == "conflict"


async def test_a_page_is_recorded_and_so_is_an_attempt(family: House, counter: Counter) -> None:
    hanako, nobody = await family.person_id(), uuid4()
    assert (await counter.show(hanako)).status_code == 200
    missing = await counter.show(nobody)
    assert (missing.status_code, missing.json()["code"]) == (404, "CH-0003")
    assert [
        (kept.operation, kept.person_id, kept.outcome, kept.staff_id, kept.function)
        for kept in await family.outbox(AuditRecorded)
    ] == [
        (AuditOperation.INQUIRY, hanako, AuditOutcome.DONE, "s001", "person.view"),
        (AuditOperation.INQUIRY, nobody, AuditOutcome.FAILED, "s001", "person.view"),
    ]


async def test_without_a_record_there_is_no_answer(family: House, counter: Counter) -> None:
    hanako = await family.person_id()
    async with family.owner() as connection:
        await connection.execute("revoke insert on bus.outbox from identity")
    try:
        answers = await counter.show(hanako), await counter.search(name="山田")
    finally:
        async with family.owner() as connection:
            await connection.execute("grant insert on bus.outbox to identity")
    for answer in answers:
        assert answer.status_code == 500
        assert "山田" not in answer.text


class TestWhoMayAsk:
    @pytest.mark.parametrize("peer", ["jps_reporting", "qualification", "operator", "token_vault"])
    async def test_only_the_gateway(self, house: House, counter: Counter, peer: str) -> None:
        for method, path in (("GET", f"/persons/{uuid4()}"), ("POST", "/persons/search")):
            answer = await counter.call(method, path, tuple(Function), peer=peer, json={})
            assert (answer.status_code, answer.json()["code"]) in {(403, "CH-0004"),
                                                                   (422, "CH-0001")}  # fmt: skip

    async def test_only_with_its_word_for_who_is_acting(
        self, house: House, counter: Counter
    ) -> None:
        answer = await counter.call("GET", f"/persons/{uuid4()}", (), signed=False)
        assert (answer.status_code, answer.json()["code"]) == (401, "CH-0005")

    async def test_only_with_the_function(self, family: House, counter: Counter) -> None:
        hanako = await family.person_id()
        view = await counter.show(hanako, *(set(Function) - {Function.PERSON_VIEW}))
        search = await counter.search(*(set(Function) - {Function.PERSON_SEARCH}), name="山田")
        assert [answer.json()["code"] for answer in (view, search)] == ["CH-0006"] * 2
        assert "山田" not in view.text + search.text
