"""JPS's records of persons: as they are read, whose they are, and what is told."""

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.delimited import Fault
from contracts.events import (
    ArrearsEvent,
    InsuredCategory,
    NumberStanding,
    OldAgeRight,
    PersonTold,
)
from services.jps_reporting.domain.records import PersonRecord, RecordRow, together, told
from services.jps_reporting.domain.told_layout import read_row
from tests.jps_reporting.house import House
from tests.jps_reporting.making import person, reportable
from tests.jps_reporting.told import LAYOUTS, sent, taken, written

RECORDS = LAYOUTS["kiroku-teikyo-2026"]
ONE = {"基準日": "20261001", "基礎年金番号": "2271174711"}
STAY = ONE | {"記録区分": "1", "種別": "2", "開始日": "20240401", "終了日": "20260401"}
NUMBER = ONE | {"記録区分": "7", "番号": "2271174711", "番号区分": "1"}
WHOLE = [
    STAY | {"記録起点": "20200101"},
    STAY | {"種別": "3", "開始日": "20260501", "終了日": ""},
    ONE | {"記録区分": "3", "給付": "1", "開始日": "20250101"},
    ONE | {"記録区分": "5", "滞納等": "2", "開始日": "20260301"},
    ONE | {"記録区分": "6", "月数": "130"},
    NUMBER,
    NUMBER | {"番号": "2271174700", "番号区分": "2"},
]


def row(cells: dict[str, str], line: int = 2) -> Any:
    return read_row(RECORDS, list(RECORDS.columns), line,
                    [cells.get(heading, "") for heading in RECORDS.columns])  # fmt: skip


def records(*cells: dict[str, str]) -> list[Any]:
    """What stands together in a file of these rows."""
    read = ((line, row(each, line)) for line, each in enumerate(cells, start=2))
    return [found for _, found in together(read)]


def event(*cells: dict[str, str]) -> PersonTold | Fault:
    (record,) = records(*cells)
    assert isinstance(record, PersonRecord)
    return told(record, person(1))


def test_a_whole_record() -> None:
    said = event(*WHOLE)
    assert isinstance(said, PersonTold)
    assert (said.person_id, said.as_of) == (person(1), date(2026, 10, 1))
    assert said.stays is not None
    assert [(s.category, s.began, s.ended) for s in said.stays] == [
        (InsuredCategory.CATEGORY_2, date(2024, 4, 1), date(2026, 4, 1)),
        (InsuredCategory.CATEGORY_3, date(2026, 5, 1), None),
    ]
    assert said.complete_since == date(2020, 1, 1)
    assert [(r.right, r.entitled_on) for r in said.rights] == [
        (OldAgeRight.EMPLOYEES, date(2025, 1, 1))
    ]
    assert [(a.event, a.on) for a in said.arrears] == [
        (ArrearsEvent.UNPAID_SINCE, date(2026, 3, 1))
    ]
    assert said.credited_months == 130
    assert [(n.basic_pension_number, n.standing) for n in said.numbers] == [
        ("2271174711", NumberStanding.ASSIGNED),
        ("2271174700", NumberStanding.FORMER),
    ]


def test_a_record_without_stays_says_so_and_one_that_does_not_speak_of_them_does_not() -> None:
    none, silent = event(ONE | {"記録区分": "2"}), event(NUMBER)
    assert isinstance(none, PersonTold)
    assert isinstance(silent, PersonTold)
    assert (none.stays, silent.stays) == ((), None)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"基準日": ""}, "基準日: 値がありません。"),
        ({"基礎年金番号": ""}, "基礎年金番号、または媒体通番と記録番号が必要です。"),
        ({"媒体通番": "1"}, "媒体通番と記録番号は両方とも必要です。"),
        ({"種別": ""}, "記録区分に必要な項目がないか、関係のない項目があります。"),
        ({"月数": "3"}, "記録区分に必要な項目がないか、関係のない項目があります。"),
        ({"種別": "1"}, "種別: 定められた区分ではありません。"),
        ({"終了日": "20240401"}, "開始日が終了日以後です。"),
        ({"開始日": "令和6年"}, "開始日: 日付として読み取れないか、日が確定していません。"),
    ],
)
def test_with_a_bad_row_the_whole_record_is_bad(cells: dict[str, str], reason: str) -> None:
    other = {"基準日": "20261001", "基礎年金番号": "1111111111", "記録区分": "4"}
    bad, good = records(STAY | cells, other)
    assert bad == Fault(2, reason)
    assert isinstance(good, PersonRecord)


@pytest.mark.parametrize(
    "rows",
    [
        [STAY, ONE | {"記録区分": "2"}],
        [ONE | {"記録区分": "6", "月数": "1"}, ONE | {"記録区分": "6", "月数": "2"}],
        [ONE | {"記録区分": "4"}, ONE | {"記録区分": "3", "給付": "2", "開始日": "20250101"}],
        [NUMBER, NUMBER | {"番号区分": "3"}],
        [STAY | {"記録起点": "20200101"}, STAY | {"開始日": "20230101", "記録起点": "20210101"}],
    ],
)
def test_rows_that_contradict_each_other_are_no_record(rows: list[dict[str, str]]) -> None:
    assert event(*rows) == Fault(2, "同じ人の同じ基準日の行どうしが矛盾しています。")


@given(st.permutations(WHOLE[:2]))
def test_the_order_of_stays_in_a_file_does_not_matter(rows: list[dict[str, str]]) -> None:
    assert event(*rows) == event(*WHOLE[:2])


def test_another_reference_day_is_another_record() -> None:
    assert len(records(STAY, STAY | {"基準日": "20261002"}, NUMBER)) == 3
    assert isinstance(row(STAY), RecordRow)


# On the real database


@pytest.fixture
async def known(sealing_house: House) -> UUID:
    """Somebody whose item with the number 2271174711 was sent as record 1 of medium 1."""
    reported = reportable(basic_pension_number="2271174711")
    await sealing_house.number(reported.person_id, 1)
    await sent(sealing_house, reported)
    return UUID(str(reported.person_id))


@pytest.mark.stack
async def test_records_are_told_once_of_whom_number_or_medium_names(
    sealing_house: House, known: UUID, tmp_path: Path
) -> None:
    house = sealing_house
    by_medium = {"基準日": "20261002", "媒体通番": "1", "記録番号": "1", "記録区分": "4"}
    file = written(tmp_path, [*WHOLE, by_medium], RECORDS)
    assert await taken(house, file) == 0
    events = await house.emitted(PersonTold)
    assert [(e.person_id, e.as_of.day) for e in events] == [(known, 1), (known, 2)]
    assert events[1].no_right
    # The same in another file: known.
    again = written(tmp_path, [by_medium, *WHOLE], RECORDS)
    assert await taken(house, again) == 0
    assert len(await house.emitted(PersonTold)) == 2
    # A former number tells whose a later record is.
    former = {"基準日": "20261003", "基礎年金番号": "2271174700", "記録区分": "4"}
    assert await taken(house, written(tmp_path, [former], RECORDS)) == 0
    assert (await house.emitted(PersonTold))[-1].person_id == known


@pytest.mark.stack
async def test_what_is_nobodys_or_of_several_is_listed(
    sealing_house: House, known: UUID, tmp_path: Path
) -> None:
    house = sealing_house
    await house.take([reportable(basic_pension_number="3333333333") for _ in range(2)])
    right = {"記録区分": "4"}
    medium = {"基準日": "20261001", "媒体通番": "1", "記録番号": "1"}
    rows = [
        ONE | right | {"基礎年金番号": "9999999999"},
        ONE | right | {"基礎年金番号": "3333333333"},
        medium | right | {"記録番号": "2"},
        medium | right | {"基礎年金番号": "9999999999"},
        ONE | right | {"基準日": "20261010"},
    ]
    assert await taken(house, written(tmp_path, rows, RECORDS)) == 1
    listed = await house.fetch(
        "select line, code, person_id from jps_reporting.unmatched order by line"
    )
    assert [(row["line"], row["code"], row["person_id"]) for row in listed] == [
        (2, "JR-4008", None), (3, "JR-4009", None), (4, "JR-4001", None), (5, "JR-4003", known),
        (6, "JR-4007", None),
    ]  # fmt: skip
    assert not await house.emitted(PersonTold)
