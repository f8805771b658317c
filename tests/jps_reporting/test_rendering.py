"""Records of the medium, byte for byte."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.codes import Sex
from contracts.dates import UncertainDate
from contracts.eras import parse_date
from contracts.events import LinkageAnswer, ReportItemKind
from contracts.events.residents import Address, PersonName
from contracts.months import Month
from services.jps_reporting.domain.characters import Used
from services.jps_reporting.domain.items import ReportItem
from services.jps_reporting.domain.layout import Column, Fill, Format
from services.jps_reporting.domain.rendering import (
    Flaw,
    MediumFacts,
    NumberPlace,
    Rendered,
    Renderer,
    Substituted,
)
from tests.jps_reporting.making import LAYOUT, PARAMETERS, TOKEN, Kind, answer, item

CITY = "121002"
RENDERER = Renderer(LAYOUT, PARAMETERS.substitutions, CITY)


def rendered(one: ReportItem, about: LinkageAnswer | None = None) -> Rendered:
    record = LAYOUT.record_for(one.kind)
    assert record is not None
    return RENDERER.record(record, one, answer() if about is None else about)


def columns(kind: ReportItemKind) -> tuple[Column, ...]:
    record = LAYOUT.record_for(kind)
    assert record is not None
    return record.column


def line(result: Rendered, number: str = "999900000000") -> bytes:
    """The record as the vault writes it."""
    return ",".join(f if isinstance(f, str) else number for f in result.fields).encode("cp932")


def field(result: Rendered, kind: ReportItemKind, name: str) -> Any:
    return result.fields[[c.name for c in columns(kind)].index(name)]


def test_an_acquisition_byte_for_byte() -> None:
    result = rendered(item(Kind.ACQUISITION))
    assert not result.faults
    assert result.fields[2] == NumberPlace(TOKEN)
    assert line(result) == (
        "0101,121002,999900000000,2271,174711,ﾐﾎﾝ ﾊﾅｺ,見本　花子,2,7,180402,2600026,"
        "見本市中央一丁目２番３号　コーポ見本１０１,9,081001,02,,1,9,081005,1"
    ).encode("cp932")


def test_a_loss_byte_for_byte() -> None:
    result = rendered(item(Kind.LOSS, basic_pension_number=None))
    assert not result.faults
    assert line(result) == (
        "0102,121002,999900000000,,,ﾐﾎﾝ ﾊﾅｺ,見本　花子,7,180402,2600026,"
        "見本市中央一丁目２番３号　コーポ見本１０１,9,081001,11,9,081005,1"
    ).encode("cp932")


def test_a_death_holds_no_individual_number_byte_for_byte() -> None:
    result = rendered(item(Kind.DEATH))
    assert not result.faults
    assert all(isinstance(field, str) for field in result.fields)
    assert line(result) == (
        "0104,121002,2271,174711,ﾐﾎﾝ ﾊﾅｺ,見本　花子,7,180402,2600026,"
        "見本市中央一丁目２番３号　コーポ見本１０１,9,081001,9,081005,1"
    ).encode("cp932")


def test_an_additional_premium_byte_for_byte() -> None:
    result = rendered(item(Kind.ADDITIONAL_PREMIUM_START, from_month=Month(2026, 11)))
    assert not result.faults
    assert line(result) == (
        "0201,121002,999900000000,2271,174711,ﾐﾎﾝ ﾊﾅｺ,見本　花子,7,180402,2600026,"
        "見本市中央一丁目２番３号　コーポ見本１０１,9,081001,9,0811,9,081005,1"
    ).encode("cp932")


@pytest.mark.parametrize(
    ("kind", "code", "reason", "month"),
    [
        (Kind.STATUTORY_EXEMPTION_START, "0401", "02", "0809"),
        (Kind.STATUTORY_EXEMPTION_END, "0402", "01", "0811"),
        (Kind.MATERNITY_EXEMPTION, "0403", "02", "0809"),
        (Kind.CHILD_CARE_EXEMPTION, "0404", "02", "0810"),
        (Kind.CHILD_CARE_EXEMPTION_END, "0405", "02", "0810"),
    ],
)
def test_exemptions_by_notice_byte_for_byte(
    kind: ReportItemKind, code: str, reason: str, month: str
) -> None:
    result = rendered(item(kind))
    assert not result.faults
    assert line(result) == (
        f"{code},121002,999900000000,2271,174711,ﾐﾎﾝ ﾊﾅｺ,見本　花子,7,180402,2600026,"
        f"見本市中央一丁目２番３号　コーポ見本１０１,9,081001,{reason},9,{month},9,081005,1"
    ).encode("cp932")


@pytest.mark.parametrize(
    ("kind", "code", "month"),
    [
        (Kind.PAY_REQUEST, "0406", "0811"),
        (Kind.PAY_REQUEST_CHANGE, "0407", "0809"),
        (Kind.FARMERS_PENSION_START, "0203", "0810"),
        (Kind.FARMERS_PENSION_END, "0204", "0810"),
    ],
)
def test_statements_on_premiums_byte_for_byte(kind: ReportItemKind, code: str, month: str) -> None:
    result = rendered(item(kind))
    assert not result.faults
    assert line(result) == (
        f"{code},121002,999900000000,2271,174711,ﾐﾎﾝ ﾊﾅｺ,見本　花子,7,180402,2600026,"
        f"見本市中央一丁目２番３号　コーポ見本１０１,9,081001,9,{month},9,081005,1"
    ).encode("cp932")


def test_a_claim_to_unpaid_benefits_byte_for_byte() -> None:
    result = rendered(item(Kind.UNPAID_BENEFIT_CLAIM))
    assert not result.faults
    assert line(result) == (
        "0301,121002,2271,174711,1150,ﾐﾎﾝ ﾊﾅｺ,見本　花子,7,180402,"
        "見本市中央一丁目２番３号　コーポ見本１０１,9,081001,01,9,081005,1"
    ).encode("cp932")


def test_the_rows_around_the_records_byte_for_byte() -> None:
    facts = MediumFacts(CITY, "見本市", 42, date(2026, 10, 9), 3)
    before = [line(row) for row in RENDERER.rows(LAYOUT.before, facts)]
    after = [line(row) for row in RENDERER.rows(LAYOUT.after, facts)]
    assert before == [
        b"121002,000042,20261009",
        b"[kanri]",
        "見本市,000003".encode("cp932"),
        b"[data]",
    ]
    assert after == [b"[end],000003"]


@pytest.mark.parametrize(
    ("born", "era", "written"),
    [
        (UncertainDate.exact(date(2019, 5, 1)), "9", "010501"),  # 令和元年
        (UncertainDate.exact(date(2019, 4, 30)), "7", "310430"),
        (UncertainDate.exact(date(1989, 1, 8)), "7", "010108"),
        (UncertainDate.exact(date(1989, 1, 7)), "5", "640107"),
        (UncertainDate.exact(date(1926, 12, 24)), "3", "151224"),
        (UncertainDate.exact(date(1912, 7, 29)), "1", "450729"),
        (parse_date("大正15年12月25日"), "5", "011225"),  # of two eras: the one that began
    ],
)
def test_birth_dates_in_their_era(born: UncertainDate, era: str, written: str) -> None:
    result = rendered(item(), answer(birth_date=born))
    assert field(result, Kind.ACQUISITION, "生年月日_元号") == era
    assert field(result, Kind.ACQUISITION, "生年月日") == written


@pytest.mark.parametrize("notation", ["昭和20年春", "令和元年5月 日不詳", "年月日不詳"])
def test_an_inexact_birth_date_is_never_guessed(notation: str) -> None:
    result = rendered(item(), answer(birth_date=parse_date(notation)))
    assert {fault.flaw for fault in result.faults} == {Flaw.INEXACT_DATE}
    assert field(result, Kind.ACQUISITION, "生年月日") == ""


@pytest.mark.parametrize(
    ("name", "written", "used"),
    [
        ("髙﨑　一郎", "髙﨑　一郎", None),
        ("𠮷田　一郎", "吉田　一郎", Used("𠮷", "吉")),
        ("葛\U000e0100城　一郎", "葛城　一郎", Used("葛\U000e0100", "葛")),
        ("SMITH JOHN", "ＳＭＩＴＨ　ＪＯＨＮ", None),
    ],
)
def test_names(name: str, written: str, used: Used | None) -> None:
    result = rendered(item(), answer(name=PersonName(kanji=name, kana="イチロウ")))
    assert not result.faults
    assert field(result, Kind.ACQUISITION, "氏名") == written
    assert result.substitutions == ([Substituted("氏名", used)] if used else [])


@pytest.mark.parametrize(
    ("about", "flaw", "column"),
    [
        ({"name": None}, Flaw.MISSING, "氏名"),
        ({"name": PersonName(kanji="見本")}, Flaw.MISSING, "氏名カナ"),
        ({"address": None}, Flaw.MISSING, "住所"),
        ({"birth_date": None}, Flaw.MISSING, "生年月日"),
        ({"name": PersonName(kanji="𠮟", kana="シ")}, Flaw.CHARACTER, "氏名"),
        ({"name": PersonName(kanji="一", kana="漢")}, Flaw.CHARACTER, "氏名カナ"),
        ({"name": PersonName(kanji="一" * 41, kana="シ")}, Flaw.TOO_LONG, "氏名"),
        ({"name": PersonName(kanji="一", kana="ガ" * 31)}, Flaw.TOO_LONG, "氏名カナ"),
        ({"name": PersonName(kanji="一", kana="ア,イ")}, Flaw.SEPARATOR, "氏名カナ"),
        ({"address": Address(text="町" * 101)}, Flaw.TOO_LONG, "住所"),
        ({"address": Address(text="町", postal_code="2600026123")}, Flaw.TOO_LONG, "郵便番号"),
    ],
)
def test_what_keeps_a_record_off_the_medium(about: dict[str, Any], flaw: Flaw, column: str) -> None:
    result = rendered(item(), answer(**about))
    assert (flaw, column) in {(fault.flaw, fault.column.name) for fault in result.faults}


def test_widths_at_the_limit_fit() -> None:
    name = PersonName(kanji="一" * 40, kana="ガ" * 30)
    result = rendered(item(), answer(name=name, address=Address(text="町" * 100)))
    assert not result.faults


def test_a_reason_without_a_code_stops() -> None:
    result = rendered(item(reason="unheard-of"))
    assert [(f.flaw, f.column.name) for f in result.faults] == [(Flaw.NO_CODE, "取得・変更の理由")]


def test_a_full_width_postal_code_is_written_in_digits() -> None:
    result = rendered(item(), answer(address=Address(text="町", postal_code="２６０－００２６")))
    assert field(result, Kind.ACQUISITION, "郵便番号") == "2600026"


def _fits(column: Column, value: object) -> bool:
    if isinstance(value, NumberPlace):
        return column.format is Format.NUMBER
    assert isinstance(value, str)
    size = len(value.encode("cp932"))
    if value == "" and not column.required:
        return True
    return size == column.width if column.fill is not Fill.NONE else 0 < size <= column.width


@given(
    kind=st.sampled_from(list(Kind)),
    kanji=st.text(min_size=1, max_size=60),
    kana=st.none() | st.text(alphabet="アガパンヴヶー・ 　漢", min_size=1, max_size=70),
    address=st.text(min_size=1, max_size=120),
    building=st.none() | st.text(max_size=40),
    postal=st.none() | st.text(max_size=10),
    born=st.dates(date(1860, 1, 1), date(2030, 1, 1)),
    sex=st.sampled_from(list(Sex)),
    number=st.none() | st.just("2271174711"),
    occurred=st.dates(date(1990, 1, 1), date(2030, 1, 1)),
)
def test_whatever_is_written_has_exactly_the_layouts_width(
    kind: ReportItemKind,
    kanji: str,
    kana: str | None,
    address: str,
    building: str | None,
    postal: str | None,
    born: date,
    sex: Sex,
    number: str | None,
    occurred: date,
) -> None:
    about = answer(
        name=PersonName(kanji=kanji, kana=kana),
        address=Address(text=address, building=building, postal_code=postal),
        birth_date=UncertainDate.exact(born),
        sex=sex,
    )
    result = rendered(item(kind, basic_pension_number=number, occurred_on=occurred), about)
    assert len(result.fields) == len(columns(kind))
    if result.faults:
        return
    assert all(map(_fits, columns(kind), result.fields))
    assert line(result).count(b",") == len(columns(kind)) - 1
    assert b"\n" not in line(result)


@given(st.text(max_size=30), st.integers(0, 40).map(lambda n: 2 * n), st.booleans())
def test_padded_columns_are_filled_to_the_byte(text: str, width: int, full: bool) -> None:
    column = Column(
        name="備考", source="name", format="text", width=width, fill="spaces", full_width=full
    )
    record = LAYOUT.record[0].model_copy(update={"column": (column,)})
    about = answer(name=PersonName(kanji=text or "一"))
    result = RENDERER.record(record, item(), about)
    if not result.faults:
        (value,) = result.fields
        assert isinstance(value, str)
        assert len(value.encode("cp932")) == width
