"""The purpose table: who is told what, for what, and until when (C11)."""

from datetime import date
from pathlib import Path

import pytest

from contracts.events import LinkageItem, LinkagePurpose
from services.identity.domain.purposes import Decision, Purpose, PurposeTable
from services.identity.tables import read_purposes, read_variants

REPORT = LinkagePurpose.REPORT_TO_JPS
ENTRY = Purpose(
    REPORT, "jps_reporting", frozenset({LinkageItem.NAME, LinkageItem.SEX}), "法12条4項",
    date(2020, 4, 1), date(2026, 3, 31),
)  # fmt: skip
WIDER = Purpose(
    REPORT, "jps_reporting", frozenset(LinkageItem), "法12条4項（改正）", date(2026, 4, 1)
)
TABLE = PurposeTable([ENTRY, WIDER])


@pytest.mark.parametrize(
    ("asker", "items", "on", "decision"),
    [
        ("jps_reporting", ["name"], date(2020, 4, 1), Decision(article="法12条4項")),
        ("jps_reporting", ["name", "sex"], date(2026, 3, 31), Decision(article="法12条4項")),
        ("jps_reporting", ["name", "address"], date(2026, 3, 31), Decision(refusal="item")),
        ("jps_reporting", ["address"], date(2026, 4, 1), Decision(article="法12条4項（改正）")),
        ("jps_reporting", ["name"], date(2020, 3, 31), Decision(refusal="purpose")),
        ("claims", ["name"], date(2026, 4, 1), Decision(refusal="requester")),
    ],
)
def test_decisions(asker: str, items: list[str], on: date, decision: Decision) -> None:
    assert TABLE.decide(asker, REPORT, [LinkageItem(item) for item in items], on) == decision


def test_an_empty_table_refuses_everyone() -> None:
    decision = PurposeTable([]).decide(
        "jps_reporting", REPORT, [LinkageItem.NAME], date(2026, 4, 1)
    )
    assert decision == Decision(refusal="requester")


def test_two_entries_may_not_hold_on_the_same_day() -> None:
    overlapping = Purpose(
        REPORT, "jps_reporting", frozenset({LinkageItem.NAME}), "法12条4項", date(2026, 3, 31)
    )
    with pytest.raises(ValueError, match="jps_reporting"):
        PurposeTable([ENTRY, overlapping])


def test_the_table_that_is_shipped() -> None:
    table = read_purposes()
    everything = list(LinkageItem)
    assert table.decide("jps_reporting", REPORT, everything, date(2026, 10, 1)).article
    assert table.decide("qualification", REPORT, everything, date(2026, 10, 1)).refusal


@pytest.mark.parametrize(
    "entry",
    [
        'asker = "gateway"\nitems = ["name"]\narticle = "x"\nvalid_from = 2026-01-01',
        'asker = "claims"\nitems = ["income"]\narticle = "x"\nvalid_from = 2026-01-01',
        'asker = "claims"\nitems = []\narticle = "x"\nvalid_from = 2026-01-01',
        'asker = "claims"\nitems = ["name"]\nvalid_from = 2026-01-01',
        'asker = "claims"\nitems = ["name"]\narticle = "x"',
        'asker = "claims"\nitems = ["name"]\narticle = "x"\nvalid_from = 2026-01-01\n'
        "valid_to = 2025-12-31",
        'asker = "claims"\nitems = ["name"]\narticle = "x"\nvalid_from = 2026-01-01\nmore = 1',
    ],
)
def test_a_file_that_is_not_in_order_is_refused(tmp_path: Path, entry: str) -> None:
    (tmp_path / "one.toml").write_text(
        f'purpose = "report_to_jps"\nlabel = "x"\n[[entry]]\n{entry}\n'
    )
    with pytest.raises(ValueError, match="validation error"):
        read_purposes(tmp_path)


def test_a_variant_stands_for_one_character_only(tmp_path: Path) -> None:
    path = tmp_path / "variants.toml"
    path.write_text('[variants]\n"辺" = "邊"\n"部" = "邊"\n')
    with pytest.raises(ValueError, match="given twice"):
        read_variants(path)
