"""What staff read in place of the names of systems, records and states."""

from collections.abc import Mapping
from typing import Final

from contracts.eras import fiscal_year_text
from contracts.events import FactItem

SYSTEMS: Final[Mapping[str, str]] = {
    "resident_register": "住民記録システム",
    "tax_system": "税務システム",
    "welfare_system": "福祉システム",
    "health_insurance_system": "国民健康保険システム",
    "long_term_care_system": "介護保険システム",
}
ENTRY_STATES: Final[Mapping[str, str]] = {
    "open": "未処理",
    "proposed": "確定待ち",
    "settled": "確定済",
    "resolved": "解消（記録が一致した）",
}
LINK_STATES: Final[Mapping[str, str]] = {
    "linked": "紐付け済",
    "held": "紐付け済（４情報が一致しない新しい記録を保留中）",
}
STEPS: Final[Mapping[str, str]] = {
    "opened": "把握",
    "raised": "把握",
    "proposed": "提案",
    "rejected": "差戻し（提案に同意しない）",
    "settled": "確定",
    "resolved": "解消（記録が一致した）",
}
"""Steps of entries that two people work on."""


def subject(name: str) -> str:
    """A record of another system: ``income/2026`` is 所得（令和8年度）."""
    kind, _, year = name.partition("/")
    return f"所得（{fiscal_year_text(int(year))}）" if kind == "income" else FactItem(kind).label
