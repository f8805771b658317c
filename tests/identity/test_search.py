"""Search as the counter asks: part of a name, a given name, an address, a day, a number."""

import argparse
from typing import Any

import pytest

from contracts.codes import Sex
from contracts.events import AuditOperation, AuditRecorded
from contracts.events.residents import Address, PersonName
from contracts.functions import Function
from services.identity.commands import refold
from tests.identity.feeds import attributes, income
from tests.identity.house import Counter, House
from tests.identity.people import HANAKO, Kind, became, day, record, token, told

pytestmark = pytest.mark.stack

TARO, LIN, WATANABE = "000000000000020", "000000000000054", "000000000000062"
HERE = became("2020-04-01")
CITY = "千葉市中央区"
_NO_ARGUMENTS = argparse.Namespace()


def address(text: str, building: str | None = None) -> Address:
    return Address(text=text, building=building)


@pytest.fixture
async def city(house: House) -> House:
    await house.told(
        told(Kind.SNAPSHOT, address=address(f"{CITY}中央一丁目１番１号", "コーポ青葉２０１号室"),
             previous_address=address("福岡県福岡市博多区博多駅前一丁目２番３号")),
        told(Kind.SNAPSHOT, number=TARO, number_token=token(2), sex=Sex.MALE,
             name=PersonName(kanji="花田　太郎", kana="ハナダ　タロウ"),
             birth_date=day("1985-12-02"), address=address(f"{CITY}中央一丁目１０番１号")),
        told(Kind.SNAPSHOT, number=LIN, number_token=token(3), household_number="902",
             name=PersonName(kanji="林　美玲", kana="リン　メイリン", latin="LIN MEILING"),
             birth_date=day("2000-05-02"), address=address(f"{CITY}新町1-1", "第２コーポ青葉")),
        told(Kind.SNAPSHOT, number=WATANABE, number_token=token(4), household_number="903",
             name=PersonName(kanji="渡邉　太郎丸", kana="ワタナベ　タロウマル"),
             birth_date=day("1990-01-01"), address=address("千葉市緑区中央台三番町5")),
    )  # fmt: skip
    return house


HANA, TA, RIN, WATA = "山田　花子", "花田　太郎", "林　美玲", "渡邉　太郎丸"
FOUND: list[tuple[dict[str, str], list[str]]] = [
    ({"name": "花", "match": "part"}, [HANA, TA]),
    ({"name": "田太", "match": "part"}, [TA]),
    ({"name": "太郎", "match": "part"}, [TA, WATA]),
    ({"name": "辺太郎", "match": "part"}, [WATA]),
    ({"name": "meil", "match": "part"}, [RIN]),
    ({"name": "田花", "match": "part"}, [HANA]),
    ({"name": "子山", "match": "part"}, []),
    ({"kana": "ハナ", "match": "part"}, [HANA, TA]),
    ({"kana": "なべたろお", "match": "part"}, [WATA]),
    ({"kana": "リンメ", "match": "part"}, [RIN]),
    ({"name": "太郎", "match": "given"}, [TA, WATA]),
    ({"name": "花", "match": "given"}, [HANA]),
    ({"kana": "タロ", "match": "given"}, [TA, WATA]),
    ({"kana": "ハナ", "match": "given"}, [HANA]),
    ({"kana": "ハナ"}, [TA]),
    ({"name": "花田 太郎", "match": "whole"}, [TA]),
    ({"name": "花田", "match": "whole"}, []),
    ({"kana": "リン メイリン", "match": "whole"}, [RIN]),
    ({"name": "太", "kana": "ワタナベ", "match": "part"}, [WATA]),
    ({"name": "'%\\_", "match": "part"}, []),
    ({"name": "\\", "kana": "タロ", "match": "part"}, []),
    ({"address": "中央一丁目"}, [HANA, TA]),
    ({"address": "千葉県千葉市中央区中央１丁目１番"}, [HANA]),
    ({"address": "中央1-1-1"}, [HANA]),
    ({"address": "中央1-10"}, [TA]),
    ({"address": "中央1"}, [HANA, TA]),
    ({"address": "中央区"}, [HANA, TA, RIN]),
    ({"address": "中央"}, [HANA, TA, RIN, WATA]),
    ({"address": "新町一番一号"}, [RIN]),
    ({"address": "三番町五"}, []),
    ({"address": "三番町5"}, [WATA]),
    ({"address": "コーポ青葉"}, [HANA, RIN]),
    ({"address": "コーポ青葉201"}, [HANA]),
    ({"address": "コーポ青葉２０１号"}, [HANA]),
    ({"address": "第2コーポ"}, [RIN]),
    ({"address": "中央1-1-1コーポ青葉"}, [HANA]),
    ({"address": "中央1-1-1コーポ青葉201"}, [HANA]),
    ({"address": "中央1-1-1コーポ青葉202"}, []),
    ({"address": "新町1-1コーポ青葉"}, []),
    ({"address": "新町1-1第2コーポ"}, [RIN]),
    ({"address": "博多駅前1-2"}, [HANA]),
    ({"address": "千葉県"}, []),
    ({"address": "札幌市"}, []),
    ({"address": "'\\%"}, []),
    ({"birth_date": "5月2日"}, [HANA, RIN]),
    ({"birth_date": "60年5月2日"}, [HANA]),
    ({"birth_date": "60年"}, [HANA, TA]),
    ({"birth_date": "昭和60年", "sex": "1"}, [TA]),
    ({"birth_date": "5月2日", "address": "新町"}, [RIN]),
    ({"address": "中央区", "sex": "2"}, [HANA, RIN]),
    ({"name": "花", "address": "中央1-10", "match": "part"}, [TA]),
    ({"name": "山田", "address": "新町"}, []),
    ({"household_number": "902"}, [RIN]),
    ({"household_number": "９０２", "address": "新町"}, [RIN]),
]


@pytest.mark.parametrize(("criteria", "expected"), FOUND, ids=str)
async def test_found(
    city: House, counter: Counter, criteria: dict[str, str], expected: list[str]
) -> None:
    answer = await counter.search(**criteria)
    assert answer.status_code == 200, answer.text
    assert sorted(p["name"]["kanji"] for p in answer.json()["persons"]) == sorted(expected)


async def test_what_is_folded_anew_finds_the_same(city: House, counter: Counter) -> None:
    async def every() -> list[Any]:
        return [(await counter.search(**criteria)).json() for criteria, _ in FOUND]

    await city.told(
        told(Kind.ADDRESS_CHANGE, version=2, became=HERE, address=address(f"{CITY}幸町２番"))
    )
    before = await every()
    async with city.owner() as connection:
        await connection.execute(
            "update identity.names set given_kanji_key = '', given_kana_key = '';"
            "delete from identity.addresses;"
            "update identity.residents set addresses_digest = ''"
        )
    assert await every() != before
    assert await refold(city.service, _NO_ARGUMENTS) == 0
    assert await every() == before
    assert await refold(city.service, _NO_ARGUMENTS) == 0
    assert await every() == before


async def test_where_somebody_lived_before(city: House, counter: Counter) -> None:
    await city.told(
        told(Kind.ADDRESS_CHANGE, version=2, became=HERE, address=address(f"{CITY}幸町２番"))
    )
    (person,) = (await counter.search(address="中央1-1-1")).json()["persons"]
    assert (person["name"]["kanji"], person["by_former_address"]) == (HANA, True)
    (person,) = (await counter.search(address="幸町2")).json()["persons"]
    assert (person["name"]["kanji"], person["by_former_address"]) == (HANA, False)
    rows = await city.rows(
        "select current, count(*) as n from identity.addresses where addressee_number = $1"
        " group by current order by current",
        HANAKO,
    )
    assert rows == [{"current": False, "n": 2}, {"current": True, "n": 1}]


async def test_addresses_in_any_batches(house: House) -> None:
    moves = [
        told(Kind.SNAPSHOT, version=1, address=address(f"{CITY}中央一丁目１番１号")),
        told(Kind.ADDRESS_CHANGE, version=2, became=HERE, address=address(f"{CITY}幸町２番")),
        told(Kind.NAME_CHANGE, version=3, became=HERE, address=address(f"{CITY}幸町２番"),
             name=PersonName(kanji="佐藤　花子")),
        told(Kind.ADDRESS_CHANGE, version=4, became=HERE, address=address(f"{CITY}新町３番")),
    ]  # fmt: skip
    seen = []
    for batches in ([moves], [[move] for move in moves], [moves[:2], moves[2:]]):
        await house.empty()
        for batch in batches:
            await house.told(*batch)
        seen.append(
            await house.rows(
                "select a.kind, a.since_version, a.current, p.part_key, a.number_key"
                " from identity.addresses a join identity.address_parts p on part_id = town_id"
                " order by a.since_version, a.kind"
            )
        )
    assert [(row["since_version"], row["current"]) for row in seen[0]] == [
        (1, False),
        (2, False),
        (4, True),
    ]
    assert seen[0] == seen[1] == seen[2]


async def test_by_the_number_of_another_system(house: House, counter: Counter) -> None:
    known = record()
    await house.told(told(Kind.SNAPSHOT))
    event = income(number="T7", told=attributes(name=known.name, address=known.address))
    await house.service.intake.take(house.records("tax_system", [(event.record_key, event)]))
    (person,) = (await counter.search(addressee_number="T7")).json()["persons"]
    assert person["name"]["kanji"] == HANA
    await house.seal(await house.person_id())
    assert (await counter.search(addressee_number="T7")).json()["persons"] == []


class TestMassSearch:
    """Too many searches, or too many persons shown, are a record of their own, once."""

    async def kept(self, house: House) -> list[tuple[str | None, int | None, dict[str, Any]]]:
        return [
            (record.staff_id, record.count, record.details)
            for record in await house.outbox(AuditRecorded)
            if record.operation is AuditOperation.MASS_SEARCH
        ]

    async def test_many_searches(self, city: House, counter: Counter) -> None:
        for _ in range(99):
            await counter.search(name="存在しない")
        assert await self.kept(city) == []
        await counter.call("POST", "/persons/search", (Function.PERSON_SEARCH,),
                           json={"name": "山田"}, staff_id="s002")  # fmt: skip
        assert await self.kept(city) == []
        await counter.search(name="山田")
        assert await self.kept(city) == [("s001", 1, {"searches": 100, "minutes": 60})]
        await counter.search(name="山田")
        assert len(await self.kept(city)) == 1

    async def test_many_persons(self, house: House, counter: Counter) -> None:
        await house.told(
            *(told(Kind.SNAPSHOT, number=f"{n:015d}", number_token=token(n + 1)) for n in range(50))
        )
        for _ in range(9):
            await counter.search(name="山田")
        for _ in range(49):
            await counter.show(await house.person_id(f"{7:015d}"))
        assert await self.kept(house) == []
        await counter.show(await house.person_id(f"{7:015d}"))
        assert await self.kept(house) == [("s001", 500, {"searches": 9, "minutes": 60})]

    async def test_what_is_long_past_counts_no_more(self, house: House, counter: Counter) -> None:
        await counter.search(name="山田")
        async with house.owner() as connection:
            await connection.execute(
                "update identity.search_counts set searches = 1000,"
                " minute = minute - interval '2 hours'"
            )
        await counter.search(name="山田")
        assert await self.kept(house) == []
        assert await house.rows("select searches from identity.search_counts") == [{"searches": 1}]

    async def test_a_record_bears_no_criterion(self, house: House, counter: Counter) -> None:
        await counter.search(name="山田")
        async with house.owner() as connection:
            await connection.execute("update identity.search_counts set searches = 1000")
        await counter.search(name="山田")
        (found,) = [
            record
            for record in await house.outbox(AuditRecorded)
            if record.operation is AuditOperation.MASS_SEARCH
        ]
        assert "山田" not in found.model_dump_json()
        assert found.person_id is None


async def test_the_pairs_of_a_key_of_any_length(house: House) -> None:
    key = "あいうえおかきくけこあいうえおさしすせそ"
    rows = await house.rows(
        "select n, tsvector_to_array(identity.grams(left($1, n))) as pairs,"
        " tsvector_to_array(identity.name_grams(left($1, n), 'lee')) as with_latin"
        " from generate_series(0, length($1)) as n",
        key,
    )
    assert len(rows) == len(key) + 1
    for row in rows:
        said = key[: row["n"]]
        assert sorted(row["pairs"]) == sorted({said[i : i + 2] for i in range(len(said))})
        said += " lee"
        assert sorted(row["with_latin"]) == sorted({said[i : i + 2] for i in range(len(said))})
