"""Resident changes on the real database, through the chassis."""

import asyncio
from itertools import pairwise
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.codes import (
    BecameResidentReason,
    Relationship,
    RemovalReason,
    ResidentKind,
    ResidentStatus,
)
from contracts.events import ResidentTokenised
from contracts.events.residents import Address, PersonName, ResidenceStatus, ResidentRecord
from services.identity.domain.residence import Residence, residence_of
from tests.identity.house import House
from tests.identity.people import HANAKO, SYSTEM, Kind, became, day, removed, token, told

pytestmark = pytest.mark.stack

TARO, JIRO, SABURO = "000000000000020", "000000000000038", "000000000000046"
LIN, MIDORI, KENTA = "000000000000054", "000000000000062", "000000000000070"
TWIN = "000000000000089"
SINCE_2020 = became("2020-04-01")
FROM_ABROAD = became("2024-09-01", BecameResidentReason.MOVE_IN_FROM_ABROAD)


def everything() -> list[ResidentTokenised]:
    """Every kind of change that the register tells of, over seven people."""
    return [
        told(Kind.SNAPSHOT, version=3, became=SINCE_2020),
        told(Kind.MOVE_IN, "2022-02-02", number=TARO, number_token=token(2), version=1,
             relationship=(Relationship.HUSBAND,)),
        told(Kind.MOVE_IN_FROM_ABROAD, "2024-09-01", number=LIN, number_token=token(3),
             household_number="902", resident_kind=ResidentKind.FOREIGN, nationality="中国",
             name=PersonName(kanji="林　美玲", kana="リン　メイリン", latin="LIN MEILING"),
             alias=PersonName(kanji="林　みれい", kana="ハヤシ　ミレイ"),
             residence_status=ResidenceStatus(code="A01", label="技術・人文知識・国際業務")),
        told(Kind.NAME_CHANGE, "2024-10-01", version=4, became=SINCE_2020,
             name=PersonName(kanji="佐藤　花子", kana="サトウ　ハナコ")),
        told(Kind.BIRTH, "2025-01-01", number=MIDORI, number_token=None, version=1,
             birth_date=day("2025-01-01"), relationship=(Relationship.CHILD,)),
        told(Kind.ADDRESS_CHANGE, "2025-02-01", version=5, became=SINCE_2020,
             name=PersonName(kanji="佐藤　花子", kana="サトウ　ハナコ"),
             address=Address(text="千葉市稲毛区穴川四丁目１番")),
        told(Kind.CORRECTION, "2025-02-10", number=MIDORI, number_token=token(4), version=2,
             became=became("2025-01-01", BecameResidentReason.BIRTH),
             birth_date=day("2025-01-01"), relationship=(Relationship.CHILD,)),
        told(Kind.MOVE_IN, "2018-04-01", number=JIRO, number_token=token(5), version=1,
             household_number="903"),
        told(Kind.MOVE_OUT, "2025-03-31", number=JIRO, number_token=token(5), version=2,
             household_number="903", became=became("2018-04-01")),
        told(Kind.HOUSEHOLD_CHANGE, "2025-04-01", number=TARO, number_token=token(2), version=2,
             household_number="904", became=became("2022-02-02")),
        told(Kind.MOVE_ABROAD, "2025-05-31", number=LIN, number_token=token(3), version=2,
             household_number="902", resident_kind=ResidentKind.FOREIGN, nationality="中国",
             name=PersonName(kanji="林　美玲", kana="リン　メイリン", latin="LIN MEILING"),
             became=FROM_ABROAD),
        told(Kind.MOVE_IN, "2019-01-01", number=SABURO, number_token=token(6), version=1,
             household_number="905"),
        told(Kind.DEATH, "2025-06-10", number=SABURO, number_token=token(6), version=2,
             household_number="905", became=became("2019-01-01")),
        told(Kind.NUMBER_CHANGE, "2025-07-01", number=TARO, number_token=token(7), version=3,
             household_number="904", became=became("2022-02-02")),
        told(Kind.OFFICIAL_ENTRY, "2025-07-02", number=KENTA, number_token=token(8), version=1,
             household_number="906"),
        told(Kind.CANCELLATION, "2025-07-20", number=KENTA, number_token=token(8), version=2,
             household_number="906", became=became("2025-07-02", BecameResidentReason.OFFICIAL),
             removal=removed("2025-07-20", RemovalReason.ENTRY_CANCELLED),
             resident_status=ResidentStatus.OTHERWISE_REMOVED),
        told(Kind.MOVE_IN, "2026-01-10", number=JIRO, number_token=token(5), version=3,
             household_number="903"),
    ]  # fmt: skip


_STATE = """
select r.addressee_number, r.record_version, r.content_digest, r.names_digest, r.resident_status,
       r.birth_sort, r.residence, p.individual_number_token, p.number_state,
       p.person_version, p.view_digest = any(array[p.view_digest]) as told, p.change,
       (select count(*) from identity.residents o
        where o.household_id = r.household_id) as sharing,
       (select array_agg(n.kind || n.kanji_key || n.current order by n.kind, n.since_version)
        from identity.names n where n.addressee_number = r.addressee_number) as names
from identity.residents r join identity.persons p using (person_id)
order by r.addressee_number
"""


async def state(house: House) -> list[dict[str, Any]]:
    """What is known, without the ids that every run mints anew."""
    return await house.rows(_STATE)


async def residences(house: House) -> dict[str, Residence]:
    rows = await house.rows("select addressee_number, residence from identity.residents")
    return {row["addressee_number"]: Residence.read(row["residence"]) for row in rows}


async def test_a_batch_with_every_kind_of_change(house: House) -> None:
    tally = await house.told(*everything())
    assert (tally.handled, tally.refused) == (len(everything()), 0)
    counted = await house.rows(
        "select count(*) as n, count(distinct person_id) as persons from identity.record_versions"
    )
    assert counted == [{"n": len(everything()), "persons": 7}]

    by_number = {row["addressee_number"]: row for row in await state(house)}
    told_of = {number: row["person_version"] for number, row in by_number.items()}
    # The new name and address of 花子 and 太郎's number concern nobody's eligibility.
    assert told_of == {HANAKO: 1, TARO: 2, LIN: 2, MIDORI: 1, JIRO: 3, SABURO: 2, KENTA: 2}
    assert by_number[MIDORI]["number_state"] == "assigned"
    assert by_number[HANAKO]["names"] == ["name山田花子false", "name佐藤花子true"]

    stays = {number: len(known.periods) for number, known in (await residences(house)).items()}
    assert stays == {HANAKO: 1, TARO: 1, LIN: 1, MIDORI: 1, JIRO: 2, SABURO: 1, KENTA: 0}
    views = await house.views()
    assert len(views) == sum(told_of.values())
    dead = next(view for view in views if view.change is Kind.DEATH)
    assert dead.died_on == day("2025-06-10")


async def test_the_record_is_kept_to_the_letter(house: House) -> None:
    name = PersonName(kanji="渡邉󠄐　葛󠄃", kana="ワタナベ　カツラ", latin="Watanabe Katsura")
    event = told(Kind.MOVE_IN, birth_date=day("昭和20年春"), name=name, household_number=None)
    await house.told(event)
    (row,) = await house.rows("select record from identity.record_versions")
    assert ResidentRecord.model_validate_json(row["record"]) == event.record


async def test_late_and_repeated_versions(house: House) -> None:
    second = told(Kind.MOVE_OUT, "2023-06-30", version=2, became=SINCE_2020)
    first = told(Kind.MOVE_IN, "2020-04-01", version=1)
    await house.told(second)
    before = await state(house)
    await house.told(first, first, second)
    await house.told(first)
    assert await state(house) == before
    assert len(await house.views()) == 1
    noted = await house.rows(
        "select record_version, late from identity.record_versions order by record_version"
    )
    assert noted == [
        {"record_version": 1, "late": True},
        {"record_version": 2, "late": False},
    ]


async def test_a_version_with_other_content_parks_and_holds_up_its_own_person_alone(
    house: House,
) -> None:
    await house.told(told(Kind.MOVE_IN, version=1))
    tally = await house.told(
        told(Kind.MOVE_IN, version=1, processing_hold=True),
        told(Kind.MOVE_IN, number=TARO, number_token=token(2)),
        told(Kind.MOVE_OUT, version=2, became=SINCE_2020),
    )
    assert (tally.handled, tally.refused, tally.waiting) == (1, 1, 1)
    letters = await house.rows("select state, code, reason from bus.dead_letters order by id")
    assert [(letter["state"], letter["code"]) for letter in letters] == [
        ("parked", "ID-1001"),
        ("waiting", None),
    ]
    assert "山田" not in str(letters)
    known = {row["addressee_number"]: row["record_version"] for row in await state(house)}
    assert known == {HANAKO: 1, TARO: 1}


async def test_a_foreign_key_is_refused(house: House) -> None:
    event = told(Kind.MOVE_IN)
    tally = await house.service.intake.take(
        house.records("token_vault", [("0123456789abcdef01234567", event)])
    )
    assert tally.refused == 1
    assert await state(house) == []


async def test_the_same_number_on_two_records(house: House) -> None:
    await house.told(told(Kind.MOVE_IN))
    await house.told(told(Kind.MOVE_IN, number=TARO))
    one, two = await house.person_id(HANAKO), await house.person_id(TARO)
    persons = await house.rows(
        "select person_id, number_state, integrated_number from identity.persons"
    )
    assert {row["person_id"]: row["number_state"] for row in persons} == {
        one: "assigned",
        two: "conflict",
    }
    assert len({row["integrated_number"] for row in persons}) == 2
    assert await house.rows(
        "select kind, state, person_id, other_person_id from identity.findings"
    ) == [{"kind": "number_shared", "state": "open", "person_id": two, "other_person_id": one}]


async def test_numbers_pass_between_persons_within_a_batch(house: House) -> None:
    await house.told(told(Kind.MOVE_IN), told(Kind.MOVE_IN, number=TARO, number_token=token(2)))
    await house.told(
        told(Kind.CORRECTION, version=2, became=SINCE_2020, number_token=token(3)),
        told(Kind.CORRECTION, version=2, became=SINCE_2020, number=TARO, number_token=token(1)),
        told(Kind.CORRECTION, version=3, became=SINCE_2020, number_token=token(2)),
    )
    numbers = await house.rows(
        "select individual_number_token, number_state from identity.persons"
        " order by individual_number_token"
    )
    assert numbers == [
        {"individual_number_token": token(1), "number_state": "assigned"},
        {"individual_number_token": token(2), "number_state": "assigned"},
    ]


async def test_one_by_one_or_in_one_batch_comes_to_the_same(house: House) -> None:
    for event in everything():
        await house.told(event)
    one_by_one = await state(house)
    await house.empty()
    await house.told(*everything())
    assert await state(house) == one_by_one


async def test_what_is_stored_is_what_the_history_gives(house: House) -> None:
    await house.told(*everything())
    stored = await residences(house)
    for number, residence in stored.items():
        rows = await house.rows(
            "select change, changed_on, reported_on, record, record_version"
            " from identity.record_versions where addressee_number = $1 and not late"
            " order by record_version",
            number,
        )
        versions = [
            ResidentTokenised.model_validate_json(
                f'{{"record_version": {row["record_version"]}, "change": "{row["change"]}",'
                f' "changed_on": {row["changed_on"]}, "reported_on": "{row["reported_on"]}",'
                f' "record": {row["record"]}, "individual_number_token": null}}'
            )
            for row in rows
        ]
        assert residence_of(versions) == residence


async def test_a_failure_in_the_middle_leaves_nothing_and_the_batch_can_come_again(
    house: House,
) -> None:
    records = house.changes(*everything(), told(Kind.MOVE_IN, number=TWIN))
    await house.service.intake.take(records[:4])
    before = await state(house)
    async with house.owner() as connection, connection.transaction():
        # Someone holds what the batch has to write last, and the service is stopped meanwhile.
        await connection.execute("lock table identity.findings in access exclusive mode")
        taking = asyncio.create_task(house.service.intake.take(records))
        await asyncio.sleep(0.5)
        taking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await taking
    assert await state(house) == before

    after_restart = house.another()
    async with after_restart.opened():
        tally = await after_restart.intake.take(records)
        assert (tally.handled, tally.duplicates) == (len(records) - 4, 4)
    assert len(await house.views()) == 14


_HISTORY = [
    told(Kind.MOVE_IN, "2020-04-01", version=1),
    told(Kind.NAME_CHANGE, version=2, became=SINCE_2020, name=PersonName(kanji="佐藤　花子")),
    told(Kind.NUMBER_CHANGE, version=3, became=SINCE_2020, number_token=token(7),
         name=PersonName(kanji="佐藤　花子")),
    told(Kind.MOVE_OUT, "2023-06-30", version=4, became=SINCE_2020, number_token=token(7),
         name=PersonName(kanji="山田　花子")),
    told(Kind.MOVE_IN, number=TARO, number_token=token(2), version=1),
]  # fmt: skip


@settings(
    max_examples=20,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(arrival=st.permutations(_HISTORY), at=st.lists(st.integers(1, 4), max_size=3))
async def test_neither_order_nor_batches_matter_for_what_holds(
    house: House, arrival: list[ResidentTokenised], at: list[int]
) -> None:
    await house.empty()
    places = sorted({0, *at, len(arrival)})
    for first, last in pairwise(places):
        await house.told(*arrival[first:last])
    rows = await house.rows(
        "select r.addressee_number, r.record_version, p.individual_number_token, p.number_state,"
        " r.residence -> 'stays' -> -1 ->> 'ended_reason' as ended, n.kanji_key"
        " from identity.residents r join identity.persons p using (person_id)"
        " join identity.names n on n.addressee_number = r.addressee_number and n.current"
        " order by 1"
    )
    assert [tuple(row.values()) for row in rows] == [
        (HANAKO, 4, token(7), "assigned", "move_out", "山田花子"),
        (TARO, 1, token(2), "assigned", None, "山田花子"),
    ]
    versions = await house.rows("select count(*) as n from identity.record_versions")
    assert versions == [{"n": len(arrival)}]


class TestRights:
    """What the running role may do to the tables (a stray grant would show here)."""

    async def test_the_history_can_only_be_added_to(self, house: House) -> None:
        await house.told(told(Kind.MOVE_IN))
        for statement in (
            "update identity.record_versions set late = true",
            "delete from identity.record_versions",
            "truncate identity.record_versions",
            "delete from identity.persons",
            "delete from identity.residents",
            "delete from identity.findings",
            "update identity.feed_versions set late = true",
            "delete from identity.feed_versions",
            "update identity.comparisons set outcome = 'agreed'",
            "delete from identity.comparisons",
            "update identity.near_miss_steps set staff_id = 's002'",
            "update identity.entered_comparisons set agreed = true",
            "update identity.measure_steps set staff_id = 'another'",
            "delete from identity.measure_persons",
            "update identity.finding_steps set staff_id = 's002'",
            "delete from identity.merges",
            "update identity.merges set surviving_id = gen_random_uuid()",
            "update identity.persons set integrated_number = '000000000000000'",
            "update identity.residents set person_id = gen_random_uuid()",
            "update identity.residents set former_id = gen_random_uuid()",
            "update identity.households set household_number = '1'",
            "alter table identity.persons disable trigger all",
            "create table identity.more (id int)",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with house.service.database.transaction() as connection:
                    await connection.execute(statement)

    async def test_there_is_no_other_grant(self, house: House) -> None:
        async with house.owner() as connection:
            rows = await connection.fetch(
                "select table_name, string_agg(distinct privilege_type, ' '"
                " order by privilege_type) from information_schema.role_table_grants"
                " where grantee = 'identity' and table_schema = 'identity' group by 1 order by 1"
            )
        added = (
            "address_parts addresses block_steps blocks blocks_told comparisons"
            " entered_comparisons feed_links feed_load_faults feed_loads feed_records feed_versions"
            " finding_steps findings households measure_persons measure_steps measures merges names"
            " near_miss_steps near_misses outside_entries pension_told persons record_versions"
            " residents told_measure_versions told_measures"
        )
        assert {tuple(row) for row in rows} == {
            *((name, "INSERT SELECT") for name in added.split()),
            ("awaited_incomes", "DELETE INSERT SELECT"),
            ("edit_locks", "DELETE INSERT SELECT UPDATE"),
            ("feed_links_undone", "DELETE INSERT SELECT"),
            ("income_gate", "UPDATE"),
            ("republications", "INSERT SELECT UPDATE"),
            ("search_counts", "DELETE INSERT SELECT UPDATE"),
            ("told_measure_persons", "DELETE INSERT SELECT"),
        }

    async def test_a_number_cannot_be_assigned_twice_whatever_the_code_does(
        self, house: House
    ) -> None:
        await house.told(told(Kind.MOVE_IN), told(Kind.MOVE_IN, number=TARO, number_token=token(2)))
        with pytest.raises(asyncpg.UniqueViolationError):
            async with house.service.database.transaction() as connection:
                await connection.execute(
                    "update identity.persons set individual_number_token = $1", token(1)
                )


def test_the_register_is_the_system() -> None:
    assert told(Kind.MOVE_IN).source == SYSTEM
