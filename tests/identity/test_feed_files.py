"""Files of other systems: read line by line, bad ones told by line and reason, loaded once, and
taken up again where they were broken off."""

import argparse
import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.delimited import NotThisFile
from contracts.events import (
    AssistanceChanged,
    AuditOperation,
    AuditRecorded,
    SupportMeasureRecorded,
)
from contracts.events.feeds import FeedRecord
from contracts.events.income import Income, IncomeStanding
from contracts.numbers import synthetic_individual_number
from services.identity import loading
from services.identity.domain.feed_rows import Layout, Read, check_headings, read, rows
from services.identity.loading import load_feed
from services.identity.tables import FEEDS, read_layout
from tests.identity.feeds import EVERY_FEED, TAX_NUMBER
from tests.identity.house import House
from tests.identity.people import Kind, told
from tests.identity.test_feeds_kept import attached

INCOME = read_layout("income")
ASSISTANCE = read_layout("public_assistance")
WHO = {
    "宛名番号": TAX_NUMBER, "履歴番号": "1", "異動区分": "1", "処理日": "2026-06-10",
    "氏名": "山田　花子", "氏名カナ": "ヤマダ　ハナコ", "住所": "千葉市中央区中央1-1-1",
    "生年月日": "昭和60年5月2日", "性別": "2",
}  # fmt: skip
LEVY = {
    **WHO, "賦課年度": "2026", "相当年度": "2025", "申告区分": "1", "合計所得金額": "1200000",
    "年少扶養数": "1", "本人勤労学生区分": "0",
}  # fmt: skip
AIDED = {**WHO, "扶助の種類": "1", "開始日": "2024-04-01"}


def lines(layout: Layout, *given: dict[str, str]) -> list[Sequence[str]]:
    return [[row.get(name, "") for name in layout.columns] for row in given]


def parsed(layout: Layout, *given: dict[str, str]) -> list[Read]:
    numbered = enumerate(lines(layout, *given), start=2)
    return list(read(layout, rows(layout, list(layout.columns), numbered)))


def faults(layout: Layout, *given: dict[str, str]) -> list[tuple[int, str]]:
    return [(f.line, f.reason) for one in parsed(layout, *given) for f in one.faults]


def written(path: Path, layout: Layout, given: Iterable[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(layout.columns)
        writer.writerows(lines(layout, *given))
    return path


def test_a_line_is_the_event_that_the_system_would_publish() -> None:
    (one,) = parsed(INCOME, LEVY)
    assert one.faults == ()
    event: Any = one.event
    assert (event.addressee_number, event.record_version, event.levy_year) == (TAX_NUMBER, 1, 2026)
    assert event.person.birth_date.value.isoformat() == "1985-05-02"
    assert event.income.model_dump(exclude_none=True) == {
        "total_income": 1_200_000, "dependants_under_16": 1, "self_working_student": False,
    }  # fmt: skip


def test_who_has_not_declared_has_no_income_and_who_has_has_some() -> None:
    amounts = ("合計所得金額", "年少扶養数", "本人勤労学生区分")
    nothing = {k: v for k, v in LEVY.items() if k not in amounts}
    (one,) = parsed(INCOME, {**nothing, "申告区分": "2"})
    event: Any = one.event
    assert (event.standing, event.income) == (IncomeStanding.NOT_DECLARED, None)
    assert faults(INCOME, {**LEVY, "申告区分": "2"}, nothing) == [
        (line, "所得情報: 項目どうしが合わないか、正しくありません。") for line in (2, 3)
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"宛名番号": ""}, "宛名番号: 値がありません。"),
        ({"宛名番号": "1-2"}, "宛名番号: 定められた形ではありません。"),
        ({"履歴番号": "0"}, "履歴番号: 小さすぎます。"),
        ({"異動区分": "7"}, "異動区分: 定められた区分ではありません。"),
        ({"性別": "9"}, "性別: 定められた区分ではありません。"),
        ({"処理日": "2026-02-30"}, "処理日: 日付として読み取れません（YYYY-MM-DD）。"),
        ({"処理日": "20260610"}, "処理日: 日付として読み取れません（YYYY-MM-DD）。"),
        ({"生年月日": "きのう"}, "生年月日: 日付として読み取れません。"),
        ({"氏名": ""}, "氏名: 値がありません。"),
        ({"氏名": "", "氏名カナ": ""}, "氏名: 値がありません。"),
        ({"合計所得金額": "1.5百万"}, "合計所得金額: 数字として読み取れません。"),
        ({"年少扶養数": "100"}, "年少扶養数: 大きすぎます。"),
        ({"賦課年度": "26"}, "賦課年度: 小さすぎます。"),
        ({"氏名": "山\0田"}, "氏名: 使えない文字 (U+0000) があります。"),
        ({"方書": f"様 {synthetic_individual_number(7)}"},
         "方書: 個人番号と思われる数字があります。"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_line(change: dict[str, str], reason: str) -> None:
    given = {**LEVY, **change}
    told_of = faults(INCOME, LEVY, given, LEVY)
    assert told_of == [(3, reason)]


def test_a_line_with_other_columns_than_the_headings_is_bad() -> None:
    short = (3, ["1", "2"])
    good = [(2, lines(INCOME, LEVY)[0]), (4, lines(INCOME, LEVY)[0])]
    found = list(read(INCOME, rows(INCOME, list(INCOME.columns), [good[0], short, good[1]])))
    assert [one.event is not None for one in found] == [True, False, True]


def test_lines_of_one_record_stand_together() -> None:
    periods = [
        {**AIDED, "終了日": "2025-03-31"},
        {**AIDED, "扶助の種類": "4", "開始日": "2025-01-01"},
        {**WHO, "宛名番号": "W2"},
        {**AIDED, "宛名番号": "W3"},
    ]
    found: list[Any] = [one.event for one in parsed(ASSISTANCE, *periods)]
    assert [(e.addressee_number, len(e.periods)) for e in found] == [
        (TAX_NUMBER, 2), ("W2", 0), ("W3", 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("second", "bad"),
    [
        ({**AIDED, "氏名": "山田　月子"}, (3, "同じ記録の前の行と内容が違います。")),
        ({**AIDED, "開始日": ""}, (3, "開始日: 値がありません。")),
        (WHO, (3, "扶助の種類: 値がありません。")),
        ({**AIDED, "扶助の種類": "9"}, (3, "扶助の種類: 定められた区分ではありません。")),
        ({**AIDED, "終了日": "2020-01-01"},
         (3, "生活保護: 項目どうしが合わないか、正しくありません。")),
    ],
)  # fmt: skip
def test_a_bad_line_of_a_record_is_told_by_its_own_number(
    second: dict[str, str], bad: tuple[int, str]
) -> None:
    assert bad in faults(ASSISTANCE, AIDED, second)


@pytest.mark.parametrize("feed", FEEDS)
def test_the_layouts_that_are_shipped_lead_to_fields_that_there_are(feed: str) -> None:
    layout = read_layout(feed)
    told_of = {*map(type, EVERY_FEED), SupportMeasureRecorded}
    assert layout.model in told_of
    assert len(set(layout.columns.values())) == len(layout.columns)
    assert set(layout.codes) <= set(layout.columns.values())
    fields = layout.model.model_fields
    assert {path.partition(".")[0] for path in layout.columns.values()} <= set(fields)


def test_every_item_of_the_income_has_a_column() -> None:
    told_of = {p.removeprefix("income.") for p in INCOME.columns.values() if p[:7] == "income."}
    assert told_of == set(Income.model_fields)


@pytest.mark.parametrize(
    "headings",
    [[], ["宛名番号"], [*INCOME.columns, "備考"], [*INCOME.columns, "宛名番号"]],
)
def test_another_file_is_not_read_at_all(headings: list[str]) -> None:
    with pytest.raises(NotThisFile):
        check_headings(INCOME, headings)
    check_headings(INCOME, list(reversed(list(INCOME.columns))))


_TEXT = st.text("01２９-/年月日昭和山𠮷\0\"', \n\u3000\U000e0100", max_size=12)
_CELL = st.one_of(_TEXT, st.sampled_from(["1", "2026", "2026-06-10", "山田", ""]))


@given(
    st.lists(st.dictionaries(st.sampled_from(list(INCOME.columns)), _CELL, max_size=4), max_size=4)
)
def test_whatever_stands_in_a_file_each_line_is_a_record_or_bad(
    given: list[dict[str, str]],
) -> None:
    found = parsed(INCOME, *({**LEVY, **change} for change in given))
    assert [one.last_line for one in found] == list(range(2, len(given) + 2))
    for one, change in zip(found, given, strict=True):
        assert (one.event is None) == bool(one.faults)
        told_of = "".join(fault.reason for fault in one.faults)
        assert not any(len(v) > 7 and v in told_of for v in change.values())


# The command, on the real database


def arguments(feed: str, file: Path, *, check: bool = False) -> argparse.Namespace:
    return argparse.Namespace(feed=feed, file=file, check=check)


async def versions(house: House) -> int:
    return len(await house.rows("select from identity.feed_versions"))


@pytest.mark.stack
class TestLoading:
    async def test_good_lines_go_in_and_bad_ones_are_told(
        self, house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        await house.told(told(Kind.MOVE_IN))
        given = [LEVY, {**LEVY, "賦課年度": "x"}, {**LEVY, "賦課年度": "2025"}]
        path = written(tmp_path / "income.csv", INCOME, given)
        assert await load_feed(house.service, arguments("income", path)) == 1
        assert await attached(house) == {"income/2026": (1, 1), "income/2025": (1, 1)}
        shown = capsys.readouterr()
        assert shown.out.splitlines() == ["income.csv:3: 賦課年度: 数字として読み取れません。"]
        assert "4 lines, 2 records, 1 bad" in shown.err
        assert "山田" not in shown.out + shown.err
        (kept,) = [e for e in await house.outbox(AuditRecorded)
                   if e.operation is AuditOperation.BATCH_JOB]  # fmt: skip
        assert (kept.count, kept.details["bad"]) == (2, 1)

    async def test_the_same_file_again_changes_nothing(
        self, house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        await house.told(told(Kind.MOVE_IN))
        path = written(tmp_path / "a.csv", ASSISTANCE, [AIDED])
        assert await load_feed(house.service, arguments("public_assistance", path)) == 0
        again = path.rename(tmp_path / "b.csv")
        assert await load_feed(house.service, arguments("public_assistance", again)) == 0
        assert await versions(house) == 1
        (news,) = await house.outbox(AssistanceChanged)
        assert news.person_id == await house.person_id()
        assert "already loaded: 1 records" in capsys.readouterr().err

    async def test_broken_off_it_goes_on_where_it_stopped(
        self, house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:  # fmt: skip
        monkeypatch.setattr(loading, "_BATCH", 3)
        given = [{**LEVY, "宛名番号": f"T{n}"} for n in range(10)]
        given[1] = {**LEVY, "処理日": "?"}
        path = written(tmp_path / "income.csv", INCOME, given)
        take, batches = loading._take, 0

        async def dies(*passed: Any) -> Any:
            nonlocal batches
            batches += 1
            if batches == 3:
                raise ConnectionResetError
            return await take(*passed)

        monkeypatch.setattr(loading, "_take", dies)
        assert await load_feed(house.service, arguments("income", path)) == 3
        assert await versions(house) == 5
        monkeypatch.setattr(loading, "_take", take)
        assert "データベースとの接続" in capsys.readouterr().err
        assert await load_feed(house.service, arguments("income", path)) == 1
        assert await versions(house) == 9
        shown = capsys.readouterr()
        assert "going on after line 7" in shown.err
        assert "11 lines, 9 records, 1 bad" in shown.err
        assert shown.out == ""

    async def test_a_version_with_other_content_is_a_bad_line(
        self, house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        first = written(tmp_path / "1.csv", INCOME, [LEVY])
        second = written(tmp_path / "2.csv", INCOME, [{**LEVY, "合計所得金額": "5"},
                                                      {**LEVY, "履歴番号": "2"}])  # fmt: skip
        assert await load_feed(house.service, arguments("income", first)) == 0
        assert await load_feed(house.service, arguments("income", second)) == 1
        assert "2.csv:2: この履歴番号は別の内容で取込済みです" in capsys.readouterr().out
        assert await versions(house) == 2

    async def test_a_check_loads_nothing(self, house: House, tmp_path: Path) -> None:
        path = written(tmp_path / "income.csv", INCOME, [LEVY])
        assert await load_feed(house.service, arguments("income", path, check=True)) == 0
        assert await versions(house) == 0
        assert await house.rows("select from identity.feed_loads") == []

    @pytest.mark.parametrize(
        "content",
        [b"", b"a,b\n1,2\n", "宛名番号\n".encode("cp932"), None],
        ids=["empty", "another", "no UTF-8", "none"],
    )
    async def test_what_is_no_such_file_is_not_loaded(
        self, house: House, tmp_path: Path, content: bytes | None
    ) -> None:
        path = tmp_path / "income.csv"
        if content is not None:
            path.write_bytes(content)
        assert await load_feed(house.service, arguments("income", path)) == 2
        assert await house.rows("select from identity.feed_loads") == []

    async def test_a_line_that_is_no_utf8_is_named_before_anything_is_loaded(
        self, house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = written(tmp_path / "income.csv", INCOME, [LEVY, LEVY])
        path.write_bytes(path.read_bytes() + "山田\n".encode("cp932"))
        assert await load_feed(house.service, arguments("income", path)) == 2
        assert "4 行目が UTF-8 ではありません" in capsys.readouterr().err
        assert await versions(house) == 0

    async def test_a_quote_that_does_not_end_is_a_bad_line(
        self, house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(INCOME.columns)
        writer.writerows(lines(INCOME, LEVY))
        path = tmp_path / "income.csv"
        path.write_text(text.getvalue() + '"T2,1,1\r\n', newline="")
        assert await load_feed(house.service, arguments("income", path)) == 1
        assert "income.csv:3: CSV として読み取れません" in capsys.readouterr().out
        assert await versions(house) == 1


def test_every_event_of_a_file_is_the_contracts_own() -> None:
    kinds = FeedRecord, SupportMeasureRecorded
    assert all(issubclass(read_layout(feed).model, kinds) for feed in FEEDS)
