"""What a notice's form says, for the rules."""

from collections.abc import Mapping
from datetime import date
from typing import Final
from uuid import UUID

from contracts.dates import UncertainDate
from contracts.events.exemptions import AdditionalPremiumChange
from contracts.forms import Value
from contracts.months import Month
from services.exemptions.domain.facts import Insured, Notified

CHANGES: Final[Mapping[str, AdditionalPremiumChange]] = {
    "additional_premium_start": AdditionalPremiumChange.START,
    "additional_premium_end": AdditionalPremiumChange.END,
}
"""Kind of notice to what it changes."""

_FISCAL_YEAR_BEGINS: Final = 4


def notified(kind: str, notice_id: UUID, values: Mapping[str, Value]) -> Notified:
    """What a form that is filled in without fault says. ``kind`` is one of `CHANGES`."""
    notified_on, stop_from = values["notified_on"], values.get("stop_from")
    assert isinstance(notified_on, UncertainDate)  # the form says so
    return Notified(
        notice_id=notice_id,
        change=CHANGES[kind],
        notified_on=notified_on.require(),
        insured=Insured(str(values.get("insured_as", Insured.CATEGORY_1))),
        stop_from=stop_from if isinstance(stop_from, Month) else None,
    )


def fiscal_year(day: date) -> int:
    """The fiscal year (年度, April to March) of a day."""
    return day.year if day.month >= _FISCAL_YEAR_BEGINS else day.year - 1
