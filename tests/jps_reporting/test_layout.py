"""Layouts as data: the one that ships, and what is refused in one."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from contracts.events import LinkageItem, ReportItemKind
from services.jps_reporting.domain.layout import (
    Column,
    InvalidLayout,
    Layout,
    LayoutStatus,
    require_providable,
)
from services.jps_reporting.domain.provisions import NotProvidable, ProvidedItem
from services.jps_reporting.parameter_files import LAYOUTS, PARAMETERS, load
from tests.jps_reporting.making import LAYOUT, Kind
from tests.jps_reporting.making import PARAMETERS as LOADED

PROVISIONS = LOADED.provisions


def column(**more: Any) -> dict[str, Any]:
    return {"name": "氏名", "source": "name", "format": "text", "width": 10, **more}


def layout(*columns: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": "test-layout",
        "title": "試験",
        "status": "unconfirmed",
        "valid_from": "2026-04-01",
        "encoding": "cp932",
        "line_ending": "crlf",
        "separator": ",",
        "quoting": "never",
        "file_name": "T{serial}.CSV",
        "serial_digits": 3,
        "record": [{"kinds": ["acquisition"], "column": list(columns or [column()])}],
        **more,
    }


def test_the_layout_that_ships_covers_every_kind_and_says_that_it_is_unconfirmed() -> None:
    assert LAYOUT.status is LayoutStatus.UNCONFIRMED
    assert LAYOUT.status.label == "様式未確認"
    assert all(LAYOUT.record_for(kind) for kind in Kind)


def test_what_is_asked_of_identity_is_what_the_record_shows() -> None:
    asks = {kind: LAYOUT.record_for(kind).asks for kind in Kind}  # type: ignore[union-attr] # each has a record
    everything = frozenset(LinkageItem)
    assert asks[Kind.ACQUISITION] == everything
    assert asks[Kind.LOSS] == everything - {LinkageItem.SEX}  # 規則3条1項 lists no sex
    # 規則4条1項 lists neither sex nor individual number
    assert asks[Kind.DEATH] == {LinkageItem.NAME, LinkageItem.BIRTH_DATE, LinkageItem.ADDRESS}


@pytest.mark.parametrize(
    ("kind", "item"),
    [
        (Kind.DEATH, ProvidedItem.INDIVIDUAL_NUMBER),
        (Kind.LOSS, ProvidedItem.SEX),
        (Kind.UNPAID_BENEFIT_CLAIM, ProvidedItem.INDIVIDUAL_NUMBER),
    ],
)
def test_what_the_table_does_not_list_is_refused(kind: ReportItemKind, item: ProvidedItem) -> None:
    with pytest.raises(NotProvidable):
        PROVISIONS.require(kind, frozenset({item}))


def test_a_layout_that_gives_away_more_is_refused() -> None:
    number = column(
        name="個人番号", source="individual_number", format="number", width=12, fill="exact"
    )
    greedy = Layout.model_validate(
        layout(record=[{"kinds": ["death"], "column": [column(), number]}])
    )
    with pytest.raises(InvalidLayout, match="individual_number"):
        require_providable(greedy, PROVISIONS)


def test_every_kind_has_one_row_in_the_provision_table() -> None:
    for kind in Kind:
        assert PROVISIONS.row(kind).article.startswith("国民年金法施行規則")
    assert (PROVISIONS.recipient, PROVISIONS.clause) == ("日本年金機構", "番号法19条1号")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"format": "era_date", "source": "birth_date", "width": 8, "fill": "exact"}, "6 bytes"),
        ({"format": "date", "source": "birth_date", "width": 8}, "fills exactly"),
        ({"format": "date", "source": "name", "width": 8, "fill": "exact"}, "not a date"),
        ({"format": "era", "source": "name", "width": 1, "fill": "exact"}, "no era"),
        ({"format": "text", "source": "birth_date"}, "a date has a date's format"),
        ({"format": "text", "source": "individual_number"}, "only ever the vault's"),
        ({"format": "number", "width": 12, "fill": "exact"}, "only ever the vault's"),
        ({"format": "code"}, "codes belong"),
        ({"format": "code", "codes": {"1": "12345678901"}}, "does not fit"),
        ({"format": "code", "codes": {"1": "あ"}}, "does not fit"),
        ({"full_width": True, "width": 9}, "even width"),
        ({"full_width": True, "format": "kana"}, "only text"),
        ({"source": "literal"}, "text belongs to a literal"),
        ({"source": "literal", "text": "あああああ六"}, "does not fit"),
        ({"source": "literal", "text": "𠮷"}, "does not fit"),
        ({"source": "blank", "required": True}, "never required"),
        ({"part": [4, 4]}, "no such part"),
    ],
)
def test_a_column_that_contradicts_itself_is_refused(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Column.model_validate(column(**wrong))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"encoding": "utf-8"}, "encoding"),
        ({"file_name": "山田{serial}.CSV"}, "file_name"),
        ({"file_name": "NAME.CSV"}, "file_name"),
        ({"status": "confirmed"}, "compared with"),
        ({"unknown": 1}, "unknown"),
        ({"before": [{"name": "x", "column": [column()]}]}, "nothing of a person"),
        (
            {"record": [{"kinds": ["loss"], "column": [column()]}] * 2},
            "two records",
        ),
        (
            {
                "record": [
                    {
                        "kinds": ["loss"],
                        "column": [column(source="medium_serial", format="digits")],
                    }
                ]
            },
            "before or after",
        ),
    ],
)
def test_a_layout_that_contradicts_itself_is_refused(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Layout.model_validate(layout(**wrong))


def test_a_serial_never_outgrows_its_digits_silently() -> None:
    small = Layout.model_validate(layout())
    assert small.file_for(7) == "T007.CSV"
    assert small.file_for(999) == "T999.CSV"
    with pytest.raises(InvalidLayout):
        small.file_for(1000)


def test_a_municipality_corrects_and_confirms_its_copy(tmp_path: Path) -> None:
    text = (LAYOUTS / "tekiyo-todoke-2026.toml").read_text()
    confirmed = text.replace(
        'status = "unconfirmed"', 'status = "confirmed"\ncompared_with = "仕様書 令和8年度版"'
    )
    (tmp_path / "tekiyo-todoke-2026.toml").write_text(confirmed)
    changed = load(PARAMETERS, tmp_path)
    assert changed.layout("tekiyo-todoke-2026").status is LayoutStatus.CONFIRMED
    assert changed.digest != LOADED.digest  # what was checked under the other is checked again


def test_the_file_of_a_layout_bears_its_id(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text((LAYOUTS / "tekiyo-todoke-2026.toml").read_text())
    with pytest.raises(InvalidLayout, match=r"other\.toml"):
        load(PARAMETERS, tmp_path)


def test_an_unknown_layout_is_refused() -> None:
    with pytest.raises(InvalidLayout):
        LOADED.layout("none")


def test_codes_of_the_layout_are_each_used_once_for_a_notice() -> None:
    raw = tomllib.loads((LAYOUTS / "tekiyo-todoke-2026.toml").read_text())
    codes = [
        code
        for record in raw["record"]
        for column in record["column"]
        if column["source"] == "kind"
        for code in column["codes"].values()
    ]
    assert len(codes) == len(set(codes)) == len(Kind)
