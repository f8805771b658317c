"""Code tables: the official labels, and what a reader of the JSON Schema sees."""

import pytest
from pydantic import TypeAdapter, ValidationError

from contracts.codes import (
    BecameResidentReason,
    Code,
    Relationship,
    RemovalReason,
    ResidentChangeKind,
    ResidentKind,
    ResidentStatus,
    Sex,
)

TABLES = [
    Sex,
    ResidentKind,
    ResidentStatus,
    Relationship,
    ResidentChangeKind,
    BecameResidentReason,
    RemovalReason,
]


@pytest.mark.parametrize(
    ("table", "code", "label"),
    [
        (Sex, "0", "不明（未記入）"),
        (Sex, "2", "女"),
        (ResidentKind, "2", "外国人"),
        (ResidentStatus, "9", "その他消除者"),
        (Relationship, "02", "世帯主"),
        (Relationship, "14", "妻（未届）"),
        (Relationship, "96", "縁故者"),
        (ResidentChangeKind, "address_change", "転居"),
        (ResidentChangeKind, "move_in_from_abroad", "国外転入等"),
        (ResidentChangeKind, "snapshot", "全件連携"),
        (BecameResidentReason, "removal_cancelled", "異動の取消し（増）"),
        (RemovalReason, "entry_cancelled", "異動の取消し（減）"),
    ],
)
def test_labels_are_the_official_ones(table: type[Code], code: str, label: str) -> None:
    assert {member.value: member.label for member in table}[code] == label


@pytest.mark.parametrize("table", TABLES)
def test_a_label_names_one_code(table: type[Code]) -> None:
    labels = [code.label for code in table]
    assert all(labels)
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("table", TABLES)
def test_a_code_is_its_string_in_events(table: type[Code]) -> None:
    reader = TypeAdapter(table)
    for code in table:
        assert reader.validate_json(reader.dump_json(code)) is code
        assert str(code) == code.value
    with pytest.raises(ValidationError):
        reader.validate_python("no such code")


def test_the_schema_explains_the_codes() -> None:
    schema = TypeAdapter(Sex).json_schema()
    assert schema["enum"] == ["0", "1", "2"]
    assert schema["description"] == "0 不明（未記入）, 1 男, 2 女"
