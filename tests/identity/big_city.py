"""A city of many for the search bench, made by the database itself: a million in minutes.

Names follow a steep distribution, as they do: of two thousand family names a few are everybody's.
What is folded is folded by the service's own code, once for each name, town and building.
"""

from collections.abc import Sequence
from itertools import product
from random import Random
from typing import Any, Final

import asyncpg

from contracts.events.residents import Address, PersonName
from services.identity.domain.addresses import parts
from tests.identity.world import FOLDING

_FIRST: Final = [
    ("佐", "サ"), ("鈴", "スズ"), ("髙", "タカ"), ("田", "タ"), ("渡", "ワタ"), ("伊", "イ"),
    ("山", "ヤマ"), ("中", "ナカ"), ("小", "コ"), ("加", "カ"), ("𠮷", "ヨシ"), ("松", "マツ"),
    ("井", "イ"), ("木", "キ"), ("林", "ハヤシ"), ("清", "シ"), ("斎", "サイ"), ("阿", "ア"),
    ("森", "モリ"), ("池", "イケ"), ("橋", "ハシ"), ("石", "イシ"), ("前", "マエ"), ("藤", "フジ"),
    ("岡", "オカ"), ("長", "ナガ"), ("村", "ムラ"), ("近", "コン"), ("坂", "サカ"), ("遠", "エン"),
    ("青", "アオ"), ("西", "ニシ"), ("福", "フク"), ("太", "オオ"), ("三", "ミ"), ("金", "カネ"),
    ("大", "オオ"), ("都", "ツ"), ("千", "チ"), ("柴", "シバ"), ("久", "ク"), ("野", "ノ"),
]  # fmt: skip
_SECOND: Final = [
    ("藤", "トウ"), ("木", "キ"), ("橋", "ハシ"), ("中", "ナカ"), ("邊", "ナベ"), ("本", "モト"),
    ("村", "ムラ"), ("林", "バヤシ"), ("田", "ダ"), ("口", "グチ"), ("川", "カワ"), ("崎", "ザキ"),
    ("下", "シタ"), ("島", "シマ"), ("谷", "タニ"), ("沢", "サワ"), ("野", "ノ"), ("原", "ハラ"),
    ("井", "イ"), ("山", "ヤマ"), ("内", "ウチ"), ("上", "ウエ"), ("葉", "バ"), ("築", "ヅキ"),
    ("部", "ベ"), ("水", "ミズ"), ("尾", "オ"), ("浜", "ハマ"), ("戸", "ト"), ("岡", "オカ"),
    ("宮", "ミヤ"), ("池", "イケ"), ("見", "ミ"), ("松", "マツ"), ("瀬", "セ"), ("塚", "ヅカ"),
    ("津", "ツ"), ("倉", "クラ"), ("保", "ボ"), ("越", "ゴエ"), ("坂", "サカ"), ("関", "セキ"),
]  # fmt: skip
_GIVEN: Final = [
    ("花", "ハナ"), ("太", "タ"), ("陽", "ヨウ"), ("美", "ミ"), ("優", "ユウ"), ("翔", "ショウ"),
    ("結", "ユイ"), ("健", "ケン"), ("直", "ナオ"), ("裕", "ヒロ"), ("智", "トモ"), ("和", "カズ"),
    ("幸", "ユキ"), ("由", "ユ"), ("真", "マ"), ("恵", "ケイ"), ("隆", "タカ"), ("久", "ヒサ"),
    ("明", "アキ"), ("正", "マサ"), ("洋", "ヨウ"), ("純", "ジュン"), ("千", "チ"), ("春", "ハル"),
]  # fmt: skip
_END: Final = [
    ("子", "コ"), ("郎", "ロウ"), ("美", "ミ"), ("介", "スケ"), ("一", "イチ"), ("香", "カ"),
    ("人", "ト"), ("奈", "ナ"), ("也", "ヤ"), ("恵", "エ"), ("太", "タ"), ("樹", "キ"),
    ("菜", "ナ"), ("二", "ジ"), ("代", "ヨ"), ("彦", "ヒコ"), ("織", "オリ"), ("斗", "ト"),
    ("枝", "エ"), ("夫", "オ"), ("乃", "ノ"), ("平", "ヘイ"), ("里", "リ"), ("志", "シ"),
]  # fmt: skip
_WARDS: Final = ["中央区", "花見川区", "稲毛区", "若葉区", "緑区", "美浜区"]
_TOWNS: Final = [
    "中央",
    "新",
    "幸",
    "本",
    "栄",
    "松",
    "緑",
    "桜",
    "高",
    "浜",
    "東",
    "西",
    "南",
    "北",
]
_ENDS: Final = ["町", "台", "が丘", "野", "川", "田", "橋", "沢", "山", "原", "港"]
_HOUSES: Final = [
    "コーポ",
    "メゾン",
    "ハイツ",
    "パレス",
    "グリーン",
    "第２コーポ",
    "シャトー",
    "レジデンス",
]

_TABLES: Final = """
create temp table cast_family
    (i int primary key, kanji text, kana text, kanji_key text, kana_key text, reading text);
create temp table cast_given
    (i int primary key, kanji text, kana text, kanji_key text, kana_key text, reading text);
create temp table cast_town (i int primary key, name text, key text);
create temp table cast_house (i int primary key, name text, key text);
"""
_PEOPLE: Final = """
create temp table people as
select n, md5('person ' || n)::uuid as person_id, lpad(n::text, 15, '0') as number,
       f.kanji || '　' || g.kanji as kanji, f.kana || '　' || g.kana as kana,
       f.kanji_key || g.kanji_key as kanji_key, f.kana_key || g.kana_key as kana_key,
       f.reading || g.reading as reading, g.kanji_key as given_kanji, g.kana_key as given_kana,
       date '1930-01-01' + (hashint4(n + 3) & 2147483647) % 34000 as born,
       1 + (hashint4(n + 4) & 1) as sex, t.name as town, t.key as town_key,
       1 + (hashint4(n + 6) & 2147483647) % 6 as chome,
       1 + (hashint4(n + 7) & 2147483647) % 30 as ban,
       1 + (hashint4(n + 8) & 2147483647) % 20 as go, h.name as house, h.key as house_key,
       101 + (hashint4(n + 9) & 2147483647) % 400 as room
from (
    select n, (hashint4(n) & 2147483647) / 2147483648.0 as a,
           (hashint4(n + 1) & 2147483647) / 2147483648.0 as b
    from generate_series($1::int, $2::int) n
) x
join cast_family f on f.i = floor(power(a, 3) * (select count(*) from cast_family))::int
join cast_given g on g.i = floor(power(b, 2) * (select count(*) from cast_given))::int
join cast_town t on t.i = (hashint4(n + 5) & 2147483647) % (select count(*) from cast_town)
left join cast_house h on n % 3 = 0
    and h.i = (hashint4(n + 10) & 2147483647) % (select count(*) from cast_house)
"""
_FILL: Final = (
    """
    insert into identity.persons
        (person_id, integrated_number, individual_number_token, number_state, person_version,
         view_digest, change, changed_on, reported_on, emitted_at, sealed)
    select person_id, number, lpad(to_hex(n), 32, '0'), 'assigned', 1, '', 'snapshot', '{}',
           current_date, now(), n % 2000 = 0
    from people
    """,
    """
    insert into identity.households (household_id, system, household_number)
    select distinct md5('household ' || n / 2)::uuid, 'resident_register',
           lpad((n / 2)::text, 15, '0')
    from people on conflict do nothing
    """,
    """
    insert into identity.residents
        (system, addressee_number, person_id, record_version, content_digest, names_digest,
         household_id, resident_status, birth_sort, residence, linked_at, recorded_at, sex)
    select 'resident_register', number, person_id, 1, '', '', md5('household ' || n / 2)::uuid, '1',
           born, '{}', now(), now(), sex::text
    from people
    """,
    """
    insert into identity.record_versions
        (system, addressee_number, record_version, person_id, late, change, changed_on, reported_on,
         content_digest, record, event_id, sent_at, recorded_at)
    select 'resident_register', number, 1, person_id, false, 'snapshot', '{}', current_date, '',
           json_strip_nulls(json_build_object(
               'addressee_number', number, 'household_number', lpad((n / 2)::text, 15, '0'),
               'name', json_build_object('kanji', kanji, 'kana', kana),
               'birth_date', json_build_object('precision', 'exact', 'value', born,
                                               'notation', born, 'sort_date', born),
               'sex', sex::text, 'resident_kind', '1', 'resident_status', '1',
               'address', json_build_object(
                   'text', town || chome || '丁目' || ban || '番' || go || '号',
                   'building', house || room))),
           person_id, now(), now()
    from people
    """,
    """
    insert into identity.names
        (system, addressee_number, kind, since_version, current, kanji_key, kana_key, reading,
         latin_key, given_kanji_key, given_kana_key)
    select 'resident_register', number, 'name', 1, true, kanji_key, kana_key, reading, '',
           given_kanji, given_kana
    from people
    union all  -- one in four has borne another family name before
    select 'resident_register', p.number, 'name', 0, false, f.kanji_key || p.given_kanji,
           f.kana_key || p.given_kana, f.reading, '', p.given_kanji, p.given_kana
    from people p
    join cast_family f on f.i = p.n % (select count(*) from cast_family)
    where p.n % 4 = 0
    """,
    """
    insert into identity.addresses
        (system, addressee_number, kind, since_version, current, town_id, number_key, building_id,
         room_key)
    select 'resident_register', number, 'address', 1, true, t.part_id,
           chome || '~' || ban || '~' || go, b.part_id,
           case when house is null then '' else room::text end
    from people p
    join identity.address_parts t on t.kind = 'town' and t.part_key = p.town_key
    left join identity.address_parts b on b.kind = 'building' and b.part_key = p.house_key
    union all  -- one in two has lived elsewhere before
    select 'resident_register', p.number, 'previous', 1, true, t.part_id,
           ban || '~' || go, null, ''
    from people p
    join cast_town c on c.i = p.n % (select count(*) from cast_town)
    join identity.address_parts t on t.kind = 'town' and t.part_key = c.key
    where p.n % 2 = 0
    """,
    "drop table people",
)
_INDEXES: Final = """
select indexname, indexdef from pg_indexes
where schemaname = 'identity' and tablename in ('residents', 'names', 'addresses')
  and indexdef not like 'CREATE UNIQUE%'
"""
_CHUNK: Final = 100_000


async def make_city(connection: asyncpg.Connection, persons: int) -> None:
    """Fill the empty tables with so many persons, one in two thousand of them sealed. As the owner
    of the tables."""
    await connection.execute(_TABLES)
    for table, columns in _casts():
        await connection.copy_records_to_table(table, records=columns)
    await connection.execute(
        "insert into identity.address_parts (kind, part_key)"
        " select 'town', key from cast_town union select 'building', key from cast_house"
    )
    indexes = await connection.fetch(_INDEXES)
    for index in indexes:
        await connection.execute(f"drop index identity.{index['indexname']}")
    for first in range(1, persons + 1, _CHUNK):
        await connection.execute(
            _PEOPLE.replace("$1", str(first)).replace("$2", str(min(first + _CHUNK - 1, persons)))
        )
        for statement in _FILL:
            await connection.execute(statement)
    # Whole and at once costs a fraction of entry by entry.
    await connection.execute("set maintenance_work_mem = '512MB'")
    for index in indexes:
        await connection.execute(index["indexdef"])
    for table in ("persons", "residents", "record_versions", "names", "addresses", "address_parts"):
        await connection.execute(f"vacuum analyze identity.{table}")


def _casts() -> list[tuple[str, Sequence[tuple[Any, ...]]]]:
    chosen = Random(1)
    families = _names(product(_FIRST, _SECOND), chosen, given=False)
    given = _names(product(_GIVEN, _END), chosen, given=True)
    towns = [f"千葉市{ward}{name}{end}" for ward, name, end in product(_WARDS, _TOWNS, _ENDS)]
    houses = [
        f"{house}{town}{end}{n}番館"
        for house, town, end, n in product(_HOUSES, _TOWNS, _ENDS, range(1, 9))
    ]
    return [
        ("cast_family", families),
        ("cast_given", given),
        ("cast_town", [(i, name, _key(name)) for i, name in enumerate(towns)]),
        ("cast_house", [(i, name, _building_key(name)) for i, name in enumerate(houses)]),
    ]


def _names(pairs: Any, chosen: Random, *, given: bool) -> list[tuple[Any, ...]]:
    written = [
        (f"{one}{two}", f"{its_kana}{other_kana}") for (one, its_kana), (two, other_kana) in pairs
    ]
    chosen.shuffle(written)
    rows = []
    for i, (kanji, kana) in enumerate(written):
        keys = FOLDING.keys(PersonName(kanji=kanji, kana=kana))
        rows.append((i, kanji, kana, keys.kanji, keys.kana, keys.reading))
    return rows


def _key(town: str) -> str:
    return parts(Address(text=f"{town}１丁目"), FOLDING).town


def _building_key(house: str) -> str:
    return parts(Address(text="中央1-1", building=f"{house}101"), FOLDING).building
