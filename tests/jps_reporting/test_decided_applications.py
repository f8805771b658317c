"""承認・却下: what JPS granted on an application, as its file tells it and its owner hears it."""

from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from contracts.delimited import Fault
from contracts.events import (
    ExemptionApplicationSettled,
    ExemptionDecision,
    GrantedKind,
    GrantedMonths,
    ItemDecided,
    ReportOwner,
)
from contracts.months import Month
from services.jps_reporting.domain.told_layout import read_row
from tests.jps_reporting.house import House
from tests.jps_reporting.told import LAYOUTS, RESULTS, sent, taken, written

LAYOUT = LAYOUTS["shori-kekka-menjo-2026"]
ROW = {
    "媒体通番": "1",
    "記録番号": "1",
    "届書種別": "0211",
    "処理結果": "1",
    "処理年月日": "20261009",
}
GRANTED = ROW | {
    "承認却下": "1",
    "承認区分": "1",
    "承認開始年月": "202607",
    "承認終了年月": "R9.6",
}
IN_TWO = GRANTED | {
    "承認終了年月": "令和8年12月",
    "承認区分２": "3",
    "承認開始年月２": "2027-01",
    "承認終了年月２": "202706",
}
REFUSED = ROW | {"承認却下": "2"}


def read(row: dict[str, str]) -> Any:
    return read_row(LAYOUT, list(LAYOUT.columns), 2, [row.get(h, "") for h in LAYOUT.columns])


def full(first: str, last: str, kind: GrantedKind = GrantedKind.FULL) -> GrantedMonths:
    return GrantedMonths(kind=kind, from_month=Month.parse(first), to_month=Month.parse(last))


@pytest.mark.parametrize(
    ("row", "granted"),
    [
        (GRANTED, (full("2026-07", "2027-06"),)),
        (
            IN_TWO,
            (full("2026-07", "2026-12"), full("2027-01", "2027-06", GrantedKind.HALF)),
        ),
        (REFUSED, ()),
        (ROW, None),
    ],
    ids=["granted", "in two", "refused", "not told"],
)
def test_what_a_row_says_of_an_application(
    row: dict[str, str], granted: tuple[GrantedMonths, ...] | None
) -> None:
    assert read(row).exemption == (None if granted is None else ExemptionDecision(granted=granted))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (GRANTED | {"承認開始年月": "202613"}, "年月"),
        (GRANTED | {"承認終了年月": ""}, "始めと終わり"),
        (GRANTED | {"承認却下": "2"}, "承認の行に必要"),
        (GRANTED | {"承認終了年月": "202606"}, "前後"),
        (IN_TWO | {"承認開始年月２": "202612"}, "重なって"),
        (ROW | {"承認却下": "1"}, "承認の行に必要"),
        (REFUSED | {"処理結果": "2", "返戻事由": "02"}, "返戻の行"),
    ],
)
def test_a_row_that_cannot_be_is_told_by_its_reason(row: dict[str, str], said: str) -> None:
    found = read(row)
    assert isinstance(found, Fault)
    assert said in found.reason


def test_the_layout_has_all_that_other_results_have_but_corrections() -> None:
    more = set(LAYOUT.columns.values())
    corrections = {"corrected_occurred_on", "corrected_category", "assigned_number"}
    assert set(RESULTS.columns.values()) - corrections < more
    assert LAYOUT.reasons == RESULTS.reasons
    assert LAYOUT.codes["kind"].items() <= RESULTS.codes["kind"].items()


@pytest.mark.stack
async def test_the_owner_is_told_and_the_decision_is_known_again(
    sealing_house: House, tmp_path: Path
) -> None:
    house = sealing_house
    event = ExemptionApplicationSettled(
        item_id=uuid4(),
        application_id=uuid4(),
        person_id=uuid4(),
        form="exemption_application",
        cycle=2026,
        from_month=Month(2026, 7),
        to_month=Month(2027, 6),
        applied_on=date(2026, 10, 2),
        accepted_on=date(2026, 10, 2),
        basic_pension_number=None,
    )
    await house.number(event.person_id, 1)
    await sent(house, event)
    file = written(tmp_path, [IN_TWO], LAYOUT)
    assert await taken(house, file) == 0
    (decided,) = await house.emitted(ItemDecided)
    assert (decided.item_id, decided.owner) == (event.item_id, ReportOwner.EXEMPTIONS)
    assert decided.exemption == read(IN_TWO).exemption
    # The same in another file of the day brings nothing; another grade is listed, not taken.
    again = written(tmp_path, [IN_TWO, GRANTED], LAYOUT)
    assert await taken(house, again) in (0, 1)
    assert len(await house.emitted(ItemDecided)) == 1
    (listed,) = await house.fetch("select code from jps_reporting.unmatched")
    assert listed["code"] == "JR-4005"
