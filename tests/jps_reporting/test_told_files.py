"""Files of JPS's as they are read: what is refused whole, and what of a row is told."""

from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.delimited import Fault
from contracts.events import InsuredCategory, ItemOutcome, ReportItemKind
from contracts.numbers import synthetic_individual_number
from services.jps_reporting.domain.items import ItemState
from services.jps_reporting.domain.layout import Source
from services.jps_reporting.domain.results import (
    Decision,
    ItemResult,
    SentItem,
    Unmatched,
    judge,
    state_after,
)
from services.jps_reporting.domain.told_layout import ToldLayout
from services.jps_reporting.taking import Given, NotTaken, look, rows
from tests.jps_reporting.making import LAYOUT, TODAY, person
from tests.jps_reporting.told import ACCEPTED, CORRECTED, RESULTS, RETURNED, text

NO_DAY = "日付として読み取れないか、日が確定していません。"
FIRST = ACCEPTED | {"記録番号": "1"}


def read(content: bytes, max_bytes: int = 1_000_000) -> list[Any]:
    """The rows of a file, faults included."""
    file = Given(lambda: BytesIO(content), max_bytes)
    looked = look((RESULTS,), file)
    return [one.row for one in rows(looked, file.opened())]


def of(*given_rows: dict[str, str]) -> bytes:
    return text(RESULTS, given_rows).encode("cp932")


def refused(content: bytes, max_bytes: int = 1_000_000) -> NotTaken:
    with pytest.raises(NotTaken) as caught:
        read(content, max_bytes)
    return caught.value


def test_a_row_of_each_outcome() -> None:
    accepted, returned, corrected = read(
        of(
            FIRST | {"基礎年金番号": "2271174711", "付番基礎年金番号": "2271174712"},
            RETURNED | {"記録番号": "2", "処理年月日": "R8.10.8"},
            CORRECTED | {"記録番号": "3", "訂正後種別": "1"},
        )
    )
    assert accepted == ItemResult(
        medium_serial=1, position=1, kind=ReportItemKind.ACQUISITION,
        basic_pension_number="2271174711", outcome=ItemOutcome.ACCEPTED, decided_on=TODAY,
        assigned_number="2271174712",
    )  # fmt: skip
    assert (returned.return_code, returned.decided_on.isoformat()) == ("02", "2026-10-08")
    assert corrected.corrected_occurred_on.isoformat() == "2026-10-02"
    assert corrected.corrected_category is InsuredCategory.CATEGORY_1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"記録番号": ""}, "記録番号: 値がありません。"),
        ({"記録番号": "一"}, "記録番号: 数字として読み取れません。"),
        ({"記録番号": "0"}, "記録番号: 小さすぎます。"),
        ({"届書種別": "9999"}, "届書種別: 定められた区分ではありません。"),
        ({"処理結果": "9"}, "処理結果: 定められた区分ではありません。"),
        ({"処理年月日": "20261399"}, f"処理年月日: {NO_DAY}"),
        ({"処理年月日": "令和8年10月"}, f"処理年月日: {NO_DAY}"),
        ({"基礎年金番号": "123"}, "基礎年金番号: 定められた形ではありません。"),
        ({"返戻事由": "02"}, "返戻の行には返戻事由が必要で、返戻以外の行には記載できません。"),
        ({"処理結果": "2"}, "返戻の行には返戻事由が必要で、返戻以外の行には記載できません。"),
        ({"処理結果": "3"}, "訂正の行には訂正後の値が必要で、訂正以外の行には記載できません。"),
        ({"訂正後種別": "1"}, "訂正の行には訂正後の値が必要で、訂正以外の行には記載できません。"),
    ],
)  # fmt: skip
def test_a_bad_row_is_told_by_line_and_reason(changes: dict[str, str], reason: str) -> None:
    good, bad, last = read(of(FIRST, FIRST | changes, FIRST))
    assert (good, last) == (good, good)
    assert bad == Fault(3, reason)


def test_a_row_of_another_length_or_without_its_quote() -> None:
    assert read(of(FIRST) + b"1,2,3\r\n")[1] == Fault(3, "列の数が見出しと違います。")
    assert read(of(FIRST) + b'"1,2\r\n')[1] == Fault(
        3, "CSV として読み取れません（引用符が閉じていない等）。"
    )


def test_a_file_with_an_individual_number_is_refused_whole() -> None:
    number = synthetic_individual_number(7)
    for written in (number, f"{number[:4]}-{number[4:8]}-{number[8:]}"):
        why = refused(of(FIRST, FIRST | {"付番基礎年金番号": written}))
        assert why.code == "JR-4103"
        assert why.reason.startswith("3 行目に個人番号")
        assert number not in str(why)
    # Twelve digits that end in another check digit are none: the row is bad, the file is not.
    other = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert isinstance(read(of(FIRST | {"付番基礎年金番号": other}))[0], Fault)


def test_what_is_no_such_file_is_refused_whole() -> None:
    for nothing_like_it in (b"", "氏名,住所\r\n見本,千葉\r\n".encode("cp932")):
        found = refused(nothing_like_it)
        assert found.code == "JR-4101"
        assert f"取り込めるのは{RESULTS.title}です" in found.reason
    assert "見本" not in str(refused("見本　花子,千葉\r\n".encode("cp932")))
    why = refused(of(FIRST).replace(b"20261009", b"\x82\xff"))
    assert (why.code, why.reason[:4]) == ("JR-4102", "2 行目")
    assert refused(of(FIRST).replace(b"20261009", b"\x00")).code == "JR-4102"
    assert refused(of(FIRST), max_bytes=len(of(FIRST)) - 1).code == "JR-4104"


def test_columns_may_stand_in_any_order() -> None:
    headings = list(reversed(RESULTS.columns))
    cells = ",".join(FIRST.get(heading, "") for heading in headings)
    assert read(f"{','.join(headings)}\n{cells}\n".encode("cp932")) == read(of(FIRST))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"columns": {"媒体通番": "medium_serial"}}, "no column for"),
        ({"columns": {**RESULTS.columns, "氏名": "name"}}, "no row of results has name"),
        ({"columns": {**RESULTS.columns, "二つ目": "kind"}}, "a field has two columns"),
        ({"codes": {"name": {"1": "1"}}}, "no row of results has name"),
        ({"encoding": "euc-jp"}, "encoding"),
    ],
)
def test_a_layout_that_contradicts_the_rows_is_refused(change: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        ToldLayout.model_validate(RESULTS.model_dump() | change)


def test_results_name_each_kind_by_the_code_that_it_was_reported_with() -> None:
    written = {
        code: kind
        for record in LAYOUT.record
        for column in record.column
        if column.source is Source.KIND
        for kind, code in (column.codes or {}).items()
    }
    assert RESULTS.codes["kind"] == written
    assert set(written.values()) == set(ReportItemKind)


# What a row says of the item that it names (C39)

SENT = SentItem(
    item_id=person(1), person_id=person(2), kind=ReportItemKind.ACQUISITION, owner="qualification",
    basic_pension_number="2271174711", sent_on=TODAY.replace(day=5),
)  # fmt: skip
(ROW,) = read(of(FIRST))


@pytest.mark.parametrize(
    ("item", "row", "expected"),
    [
        (None, {}, Unmatched.NO_RECORD),
        ({"kind": ReportItemKind.LOSS}, {}, Unmatched.OTHER_KIND),
        ({}, {"basic_pension_number": "9999999999"}, Unmatched.OTHER_NUMBER),
        ({"sent_on": None}, {}, Unmatched.NOT_SENT),
        ({}, {"decided_on": TODAY.replace(day=4)}, Unmatched.BEFORE_SENDING),
        ({}, {"decided_on": TODAY.replace(day=10)}, Unmatched.IN_THE_FUTURE),
        ({}, {}, ItemOutcome.ACCEPTED),
        ({}, {"basic_pension_number": "2271174711"}, ItemOutcome.ACCEPTED),
        ({"basic_pension_number": None}, {"basic_pension_number": "1"}, ItemOutcome.ACCEPTED),
    ],
)  # fmt: skip
def test_what_a_row_says(item: Any, row: dict[str, Any], expected: Any) -> None:
    known = None if item is None else replace(SENT, **item)
    said = judge(ROW.model_copy(update=row), known, RESULTS.reasons, TODAY)
    assert (said.outcome if isinstance(said, Decision) else said) == expected


def test_the_same_result_again_is_known_and_another_of_its_day_is_listed() -> None:
    said = judge(ROW, SENT, RESULTS.reasons, TODAY)
    assert isinstance(said, Decision)
    decided = replace(SENT, decisions=(said,))
    assert judge(ROW, decided, RESULTS.reasons, TODAY) is None
    (returned,) = read(of(RETURNED | {"記録番号": "1"}))
    assert judge(returned, decided, RESULTS.reasons, TODAY) is Unmatched.ANOTHER_RESULT
    earlier = returned.model_copy(update={"decided_on": TODAY.replace(day=8)})
    before = judge(earlier, decided, RESULTS.reasons, TODAY)
    assert isinstance(before, Decision)
    assert before.return_reason == "氏名、生年月日、性別または住所が機構の記録と一致しない"


@given(st.permutations([(7, "accepted"), (8, "returned"), (9, "corrected")]))
def test_the_decision_of_the_latest_day_counts_in_whatever_order_they_came(
    order: list[tuple[int, str]],
) -> None:
    decisions = tuple(
        Decision(person(1), ItemOutcome(outcome), TODAY.replace(day=day), None, None, None, None,
                 None)
        for day, outcome in order
    )  # fmt: skip
    assert state_after(decisions) is ItemState.CORRECTED
