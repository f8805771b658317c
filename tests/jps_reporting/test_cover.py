"""The cover sheet says what is on the medium, and whether anybody confirmed the layout."""

from dataclasses import replace
from datetime import date

from services.jps_reporting.domain.cover import Cover, as_text
from services.jps_reporting.domain.layout import LayoutStatus
from tests.jps_reporting.making import Kind

COVER = Cover(
    municipality_code="999993",
    municipality_name="見本市",
    receiver="日本年金機構　見本年金事務所",
    transport="書留（簡易書留）による送付",
    serial=42,
    file_name="KNTK000042.CSV",
    created_on=date(2026, 10, 9),
    handed_on=None,
    counts=((Kind.ACQUISITION, 2, 0), (Kind.LOSS, 1, 0)),
    layout_title="国民年金適用関係届書",
    layout_status=LayoutStatus.UNCONFIRMED,
    sha256="ab" * 32,
)


def test_an_unconfirmed_layout_is_printed_as_such() -> None:
    text = as_text(COVER)
    assert "※ 様式未確認" in text
    assert "国民年金適用関係届書【様式未確認】" in text


def test_a_confirmed_one_is_not() -> None:
    text = as_text(replace(COVER, layout_status=LayoutStatus.CONFIRMED))
    assert "様式未確認" not in text
    assert "様式確認済" in text


def test_serial_counts_and_receiver() -> None:
    lines = as_text(replace(COVER, handed_on=date(2026, 10, 13))).splitlines()
    assert "媒体通番　　42" in lines
    assert "作成年月日　令和8年10月9日" in lines
    assert "送付年月日　令和8年10月13日" in lines
    assert "資格取得報告　2件" in lines
    assert "資格喪失報告　1件" in lines
    assert "合計　3件" in lines
    assert "送付先　　　日本年金機構　見本年金事務所" in lines


def test_what_is_taken_back_is_counted_as_that() -> None:
    counts = ((Kind.ACQUISITION, 3, 1), (Kind.LOSS, 2, 2))
    lines = as_text(replace(COVER, counts=counts)).splitlines()
    assert [line for line in lines if line.endswith("件")] == [
        "資格取得報告の取消し　1件", "資格取得報告　2件", "資格喪失報告の取消し　2件", "合計　5件",
    ]  # fmt: skip
